"""The presets are settings that a GAN takes, each fails as it says, and the number that it names shows it."""

import types

import numpy as np
import pytest

from ganlib.models.presets import PRESETS, USUAL, Sign, spread, vital_signs


@pytest.mark.parametrize("preset", PRESETS.values(), ids=lambda preset: preset.name)
def test_a_preset_sets_every_usual_value_or_its_own(gan, preset):
    gan.freeze_d, gan.label_smoothing = True, 0.3
    preset.apply(gan)
    assert {name: gan.live[name] for name in USUAL} == {**USUAL, **preset.values}
    preset.recover(gan)
    assert {name: gan.live[name] for name in USUAL} == {**USUAL, **preset.cure}


def test_the_presets_are_the_promised_ones_and_explain_themselves():
    names = ["healthy", "d_too_strong", "g_too_strong", "collapse", "oscillation", "divergence"]
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


def test_a_sign_is_shown_inside_its_range_only_and_never_by_a_missing_number():
    sign = Sign("spread", 0.1, 0.2)
    assert [sign.shown({"spread": value}) for value in (0.05, 0.1, 0.2, 0.3, np.nan)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_the_spread_is_0_for_equal_pictures_and_1_for_black_and_white_ones():
    picture = np.full((1, 2, 2, 1), 0.5, np.float32)
    assert spread(np.repeat(picture, 3, axis=0)) == 0
    assert spread(np.array([-np.ones((2, 2, 1)), np.ones((2, 2, 1))])) == 1
    with pytest.raises(ValueError, match="two pictures or more"):
        spread(picture)


def test_vital_signs_are_about_the_last_steps_alone():
    history = {
        "step": np.arange(1, 5),
        "d_loss": np.array([90, 90, 1.0, 3]),
        "g_loss": np.array([90, 90, -4.0, -6]),
        "d_accuracy": np.array([0, 0, 0.5, 1]),
        "d_real": np.array([0, 0, 0.2, 0.4]),
        "d_fake": np.array([0, 0, 0.1, 0.3]),
        "g_gradient": np.array([np.nan, 2, np.nan, np.nan]),
    }
    signs = vital_signs(history, np.zeros((2, 2, 2, 1)), recent=2)
    wanted = {"d_accuracy": 0.75, "d_real": 0.3, "d_fake": 0.2, "g_gradient": 2, "loss": 5, "swing": 0.1, "spread": 0}
    assert signs == pytest.approx(wanted)
    with pytest.raises(ValueError, match="train first"):
        vital_signs({name: column[:0] for name, column in history.items()}, np.zeros((2, 2, 2, 1)))


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "healthy"])
def test_a_failing_preset_shows_its_sign_on_the_classic_gan(classic, digits, name):
    PRESETS[name].apply(classic)
    history = classic.train(300, 32, 1000, data=digits, verbose=0)
    assert PRESETS[name].sign.shown(vital_signs(history, classic.generate(100)))
