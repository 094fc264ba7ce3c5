"""The presets are settings that a GAN takes, each fails as it says, and the number that it names shows it."""

import types

import pytest

from ganlib.judge.signs import vital_signs
from ganlib.models.presets import PRESETS, USUAL


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_a_preset_sets_every_usual_value_or_its_own(gan, preset):
    gan.freeze_d, gan.label_smoothing = True, 0.3
    preset.apply(gan)
    assert {name: gan.live[name] for name in USUAL} == {**USUAL, **preset.values}
    preset.recover(gan)
    assert {name: gan.live[name] for name in USUAL} == USUAL


def test_the_presets_are_the_promised_ones_and_explain_themselves():
    names = ["healthy", "d_too_strong", "g_too_strong", "oscillation", "collapse", "saturated", "divergence"]
    assert list(PRESETS) == names == [preset.name for preset in PRESETS.values()]
    for preset in PRESETS.values():
        assert all(text.endswith(".") for text in (preset.about, preset.symptom, preset.recovery))


def test_what_a_preset_holds_cannot_be_changed_by_accident():
    with pytest.raises(TypeError):
        PRESETS["healthy"] = None
    with pytest.raises(TypeError):
        PRESETS["collapse"].values["g_steps"] = 2


def test_a_model_without_one_of_the_values_is_refused_before_anything_is_set(gan):
    def check(name, value):
        if name == "loss_kind":
            raise ValueError("There is no live value 'loss_kind'.")

    live = types.SimpleNamespace(check=check)
    with pytest.raises(ValueError, match="no live value"):
        PRESETS["collapse"].apply(types.SimpleNamespace(live=live))


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "healthy"])
def test_a_failing_preset_shows_its_sign_on_the_classic_gan(classic, digits, name):
    PRESETS[name].apply(classic)
    shown = []
    while not any(shown) and len(shown) < 8:
        history = classic.train(100, 32, 1000, data=digits, verbose=0)
        shown.append(PRESETS[name].sign.shown(vital_signs(history, classic.generate(100))))
    assert any(shown)
