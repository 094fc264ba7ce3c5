"""The lab headless: press by `.click()`, set `.value`, and see what the next step does."""

import base64
import gc
import io
import re
import sys
import threading
import tracemalloc

import numpy as np
import pytest
from helpers import tiny
from helpers.checks import arrays_of
from ipywidgets.widgets.widget import _instances
from PIL import Image

from ganlib.arguments import Choice, Number, Switch, Whole
from ganlib.lab import controls, live, pictures, theme, views
from ganlib.lab import trainer as trainer_module
from ganlib.lab.live import LiveLab
from ganlib.models.conditional import ConditionalGAN
from ganlib.models.plane import PlaneGAN
from ganlib.models.variational import VariationalAutoencoder
from ganlib.plots import style
from ganlib.thinning import thin_curve
from ganlib.training import Change


def press(lab, name):
    lab.buttons[name].click()
    assert lab.trainer.wait()


def test_buttons_do_what_they_say(lab, gan):
    for name, step in (("step", 1), ("d_step", 2), ("g_step", 3), ("pretrain", 103)):
        press(lab, name)
        assert gan.step == step, name
    lab.number.value = 7
    press(lab, "more")
    assert gan.step == 110
    press(lab, "reset")
    assert gan.step == 0


def test_play_and_pause(lab, gan):
    lab.buttons["play"].click()
    while gan.step < 20:
        pass
    press(lab, "pause")
    assert gan.step >= 20
    assert "paused" in lab._status.value


def test_a_slider_sets_the_rate_and_the_box_beside_it_follows(lab, gan):
    slider, box = lab.panel.widgets["d_learning_rate"]
    slider.value = 1e-3
    lab.trainer.wait()
    assert gan.d_learning_rate == 1e-3
    assert box.value == 1e-3
    box.value = 0
    lab.trainer.wait()
    assert gan.d_learning_rate == 0
    assert slider.value == pytest.approx(1e-6)
    assert [change.value for change in lab.trainer.changes] == [1e-3, 0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("d_steps", 3),
        ("g_steps", 0),
        ("label_smoothing", 0.1),
        ("freeze_d", True),
        ("freeze_g", True),
        ("loss_kind", "saturating"),
    ],
)
def test_every_control_reaches_its_value(lab, gan, name, value):
    (widget,) = lab.panel.widgets[name]
    widget.value = value
    lab.trainer.wait()
    assert gan.live[name] == value


def test_controls_follow_what_code_and_presets_set(lab, gan):
    gan.d_learning_rate = 5e-3
    gan.freeze_g = True
    press(lab, "step")
    assert lab.panel.widgets["d_learning_rate"][1].value == 5e-3
    assert lab.panel.widgets["freeze_g"][0].value is True
    assert len(lab.trainer.changes) == 2


def test_a_slider_that_is_moved_while_others_follow_is_sent(lab, gan):
    """A preset lets the controls follow in the trainer's thread; nobody has to wait for that."""
    (slider,), (box,) = lab.panel.widgets["d_steps"], lab.panel.widgets["g_steps"]

    def by_hand(_):
        hand = threading.Thread(target=lambda: setattr(slider, "value", 4))
        hand.start()
        hand.join()

    box.observe(by_hand, "value")
    lab.panel.follow({"g_steps": 3})
    assert lab.trainer.wait()
    assert (gan.d_steps, gan.g_steps) == (4, 1)


def test_every_preset_can_be_chosen(lab, gan):
    names = [name for _, name in lab.menus["preset"].options if name]
    assert {"healthy", "d_too_strong", "g_too_strong", "collapse", "saturated"} <= set(names)
    before = gan.live.snapshot()
    for name in names:
        lab.menus["preset"].value = name
        press(lab, "step")
        assert name == "healthy" or gan.live.snapshot() != before, name
    assert "Error" not in lab.trainer.message


def test_a_preset_begins_at_step_0_and_says_so(lab, gan, made):
    lab.number.value = 20
    press(lab, "more")
    lab.menus["preset"].value = "saturated"
    lab.trainer.wait()
    assert gan.step == 0
    assert gan.g_learning_rate == pytest.approx(3e-2)
    assert all(np.array_equal(made[1][name], now) for name, now in arrays_of(gan).items() if "generator" in name)
    assert "The weights are back at step 0" in lab._status.value
    press(lab, "more")
    assert "Saturated generator" in lab._status.value
    lab.menus["preset"].value = "healthy"
    lab.trainer.wait()
    assert gan.step == 20
    assert "The weights stay as they are" in lab._status.value


def test_a_preset_can_be_set_without_going_back_while_it_trains(lab, gan):
    lab.from_start.value = False
    lab.buttons["play"].click()
    while gan.step < 20:
        pass
    lab.menus["preset"].value = "oscillation"
    while not lab.trainer.changes:
        pass
    assert lab.trainer.running
    press(lab, "pause")
    assert gan.step > 20
    assert "It begins at step" in lab._status.value


def test_a_preset_begins_anew_and_goes_on_training_if_it_did(lab, gan):
    lab.number.value = 60
    press(lab, "more")
    lab.buttons["play"].click()
    while gan.step < 61:
        pass
    lab.menus["preset"].value = "saturated"
    while not 0 < gan.step < 60:
        pass
    press(lab, "pause")
    assert lab.trainer.changes[0] == Change(0, "g_learning_rate", pytest.approx(3e-2))


def test_where_the_background_is_not_shown_it_trains_n_more_and_holds_the_page(gan):
    lab = LiveLab(gan, tiny.DATA, batch_size=8, background=False)
    assert not {"play", "pause"} & set(lab.buttons)
    assert lab.number.value == 200
    for steps in (200, 400):
        lab.buttons["more"].click()
        assert gan.step == steps
        assert not lab.trainer.running
        assert f">{steps}<" in lab._status.value
    lab.menus["preset"].value = "collapse"
    assert gan.step == 0


@pytest.mark.parametrize("wrong", ["x", 5, []])
def test_a_background_that_is_neither_shown_nor_not_is_refused(gan, wrong):
    with pytest.raises(ValueError, match="background must be True or False"):
        LiveLab(gan, tiny.DATA, background=wrong)


def test_colab_does_not_show_the_background(gan, monkeypatch):
    monkeypatch.setitem(sys.modules, "google.colab", object())
    assert not LiveLab(gan, tiny.DATA, batch_size=8).background


def test_a_conditional_gan_is_asked_for_each_digit_in_turn():
    rng = np.random.default_rng(0)
    data = rng.integers(0, 256, (200, 28, 28, 1), np.uint8), np.arange(200)[::-1] % 10
    gan = ConditionalGAN(latent_dim=8, seed=0)
    lab = LiveLab(gan, data, batch_size=8)
    seen, digits = lab._observe(), np.arange(100) % 10
    np.testing.assert_array_equal(seen["fakes"][3], gan.pictures_of(gan.latent_vectors(100, 0), digits)[3])
    np.testing.assert_allclose(seen["scores"], gan.probability_real(seen["fakes"], digits), rtol=1e-5)
    np.testing.assert_allclose(seen["real_scores"], gan.probability_real(data[0][:100], data[1][:100]), rtol=1e-5)
    assert "score under each" in lab._real_picture.value


def test_what_is_shown_changes_as_it_trains(lab, gan):
    before = lab._fake_picture.value, lab._charts.value, lab._gauges.value
    lab.number.value = 20
    press(lab, "more")
    after = lab._fake_picture.value, lab._charts.value, lab._gauges.value
    assert all(a != b for a, b in zip(before, after, strict=True))
    assert "step" in lab._status.value
    assert ">20<" in lab._status.value
    assert "D gives" in after[2]


def test_a_message_is_shown_and_escaped(lab, gan, monkeypatch):
    lab.complain("1 < 2 & so on")
    lab.trainer.wait()
    assert "1 &lt; 2 &amp; so on" in lab._status.value


def test_a_closed_lab_says_so_and_its_controls_rest(lab, gan):
    LiveLab(gan, tiny.DATA, batch_size=8).close()
    assert "Another lab was opened" in lab._status.value
    assert all(button.disabled for button in lab.buttons.values())
    assert lab.panel.widgets["d_steps"][0].disabled
    lab.buttons["play"].click()
    assert gan.step == 0


def test_slow_motion_tells_six_sub_steps(lab, gan, monkeypatch):
    told = []
    monkeypatch.setattr("ganlib.lab.trainer.CAPTION_SECONDS", 0.0)
    monkeypatch.setattr(lab, "_write_status", lambda trainer, caption="": told.append(caption))
    lab.menus["speed"].value = "slow"
    lab.trainer.play(2)
    assert lab.trainer.wait()
    captions = [caption for caption in told if caption]
    assert [caption[:3] for caption in captions] == [f"{n}/6" for n in range(1, 7)] * 2


def test_the_seed_can_be_changed_where_networks_are_the_usual_ones():
    model = PlaneGAN(seed=0)
    lab = LiveLab(model, batch_size=8)
    lab.seed.value = 3
    press(lab, "reset")
    assert lab.trainer.message == ""
    assert model.seed == 3
    pairs = zip(model.generator.weights, PlaneGAN(seed=3).generator.weights, strict=True)
    assert all(np.array_equal(*pair) for pair in pairs)
    assert "data:image/png" in lab._fake_picture.value
    lab.close()


def test_a_model_that_is_no_gan_has_the_same_panel_and_charts():
    model = VariationalAutoencoder(4, hidden=(16,), seed=0)
    lab = LiveLab(model, np.zeros((40, 28, 28, 1), np.uint8), batch_size=8)
    assert set(lab.panel.widgets) == {"learning_rate", "beta"}
    assert "d_step" not in lab.buttons
    lab.panel.widgets["beta"][1].value = 5
    press(lab, "step")
    assert model.beta == 5
    assert "elbo" in lab._charts.value
    lab.trainer.reset(seed=3)
    lab.trainer.wait()
    assert "build the model again" in lab.trainer.message
    lab.close()


def test_a_page_without_a_kernel_gets_a_picture(lab, gan):
    bundle = lab._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    picture = Image.open(io.BytesIO(base64.b64decode(bundle["image/png"])))
    assert picture.width >= 560
    assert len(bundle["image/png"]) < 100_000


def test_pressing_again_and_again_makes_no_more_widgets(lab, gan):
    press(lab, "step")
    before = len(_instances)
    for _ in range(20):
        press(lab, "step")
    assert len(_instances) == before


def test_memory_stays_flat_while_it_trains(lab, gan, monkeypatch):
    """What a run leaves behind is its measurements, some bytes per step, and nothing for every look."""
    monkeypatch.setattr(trainer_module, "LOOK_SECONDS", (0.0, 0.0))
    monkeypatch.setattr(trainer_module, "BLOCK_SECONDS", 0.0)  # a look after every step
    looks, look = [], lab.look
    monkeypatch.setattr(lab, "look", lambda trainer: (look(trainer), looks.append(trainer.model.step)))

    def train(steps):
        lab.trainer.play(steps)
        assert lab.trainer.wait()
        gc.collect()
        return tracemalloc.get_traced_memory()[0], len(looks), len(lab._charts.value)

    lab.trainer.play(30)  # what is made once
    lab.trainer.wait()
    tracemalloc.start()
    try:
        before, looked, drawn = train(30)
        after, looked_at_end, drawn_at_end = train(100)
    finally:
        tracemalloc.stop()
    rows = 100 * (8 + 4 * len(gan.metric_names))
    assert looked_at_end - looked >= 100
    assert after - before < 2 * rows + 200_000  # a look that was kept would be some kilobytes, a hundred times
    assert drawn_at_end < 2 * drawn


# --- the pure parts -------------------------------------------------------------------------------------------------


def test_a_curve_is_thinned_to_means_and_gaps_are_left_out():
    values = np.arange(10_000.0)
    values[::2] = np.nan
    steps, thinned = thin_curve(np.arange(10_000), values, 100)
    assert len(steps) == 100
    assert thinned.mean() == pytest.approx(np.nanmean(values))
    assert np.all(np.diff(steps) > 0)


def test_charts_hold_a_curve_a_column_and_a_mark_a_change():
    columns = ("d_loss", "d_accuracy", "g_loss", "d_real", "d_fake", "d_grad_norm", "g_grad_norm")
    history = {"step": np.arange(1, 501)} | {name: np.linspace(0.1, 1, 500) for name in columns}
    changes = [Change(200, "d_learning_rate", 1e-3), Change(200, "freeze_g", True), Change(499, "d_steps", 2)]
    drawn = views.charts(history, views.panels_of(columns), changes)
    assert drawn.count("<svg") == 3
    assert "D rate 0.001, freeze G on" in drawn
    assert drawn.count("<title>") == 6
    assert "Losses up to step 500: D 0.998, G 0.998." in drawn
    windowed = views.charts(history, views.panels_of(columns), changes, window=100)
    assert "D rate" not in windowed
    assert "step 400" in windowed


def test_charts_of_nothing_can_be_drawn():
    empty = {name: np.zeros(0) for name in ("step", "elbo", "kl")}
    assert views.charts(empty, views.panels_of(("elbo", "kl"))).count("<svg") == 2
    assert "nothing measured yet" in views.charts(empty, views.panels_of(("elbo",)))


def test_digits_show_their_scores():
    plain = pictures.digits_png(tiny.DATA[:25])
    scored = pictures.digits_png(tiny.DATA[:25], np.linspace(0, 1, 25))
    assert Image.open(io.BytesIO(scored)).height > Image.open(io.BytesIO(plain)).height
    assert pictures.digits_png(tiny.DATA[:25], np.zeros(25)) != scored


def test_each_control_stands_with_the_network_that_it_steers(gan):
    owned = {name: live.owner(name) for name in gan.live}
    assert {name for name, letter in owned.items() if letter == "g"} == {"g_learning_rate", "g_steps", "freeze_g"}
    assert {name for name, letter in owned.items() if not letter} == {"loss_kind"}
    assert set(owned.values()) == {"g", "d", ""}


def sentence_of(drawn):
    return re.search('aria-label="([^"]*)"', drawn)[1]


def lit_names(drawn):
    """Return the words of the boxes of a diagram that are lit."""
    boxes = re.findall(r'<g class="([^"]*)"><rect.*?</g>', drawn)
    names = re.findall(r'<text class="full name"[^>]*>([^<]*)<', drawn)
    return [name for name, kind in zip(names, boxes, strict=True) if "on" in kind.split()]


@pytest.mark.parametrize(
    ("act", "lit", "told"),
    [
        ("make", ["Latent", "Generator", "Fakes"], "the generator makes fakes"),
        ("judge", ["Fakes", "Real digits", "Discriminator", "Verdict"], "the discriminator judges"),
        ("d_loss", ["Verdict"], "loss is computed"),
        ("teach_d", ["Discriminator"], "the discriminator learns"),
        ("g_loss", ["Fakes", "Discriminator", "Verdict"], "loss is computed"),
        ("teach_g", ["Generator", "Fakes"], "the generator learns"),
    ],
)
def test_the_loop_lights_what_is_at_work_and_says_it(act, lit, told):
    drawn = views.loop([act])
    assert lit_names(drawn) == lit
    assert told in sentence_of(drawn)
    assert ('class="back d on"' in drawn, 'class="back g on"' in drawn) == (act == "teach_d", act == "teach_g")


def test_a_network_that_is_held_still_gets_no_gradient_and_the_loop_says_so():
    drawn = views.loop(views.ACTS, held=("g",))
    assert 'class="back g"' in drawn
    assert 'class="back d on"' in drawn
    assert drawn.count(">held still<") == 1
    assert "The generator is held still." in sentence_of(drawn)
    assert "the generator learns" not in sentence_of(drawn)


def test_the_loop_at_rest_says_that_nothing_moves():
    assert lit_names(views.loop()) == []
    assert "Nothing moves" in sentence_of(views.loop())


def test_the_loop_has_words_for_a_critic_for_points_and_for_classes():
    assert "0 to 1" in views.loop()
    assert "any number" in views.loop(critic=True)
    assert "Real points" in views.loop(what="points")
    assert "a label<" in views.loop(labels=True)


def test_the_loop_follows_the_training(lab, gan, monkeypatch):
    monkeypatch.setattr("ganlib.lab.trainer.CAPTION_SECONDS", 0.0)
    drawn, write = [], lab._write_loop
    monkeypatch.setattr(lab, "_write_loop", lambda acts: (write(acts), drawn.append(lab._loop.value)))
    lab.panel.widgets["freeze_d"][0].value = True
    press(lab, "step")
    assert "The discriminator is held still." in sentence_of(lab._loop.value)
    assert "Nothing moves" in sentence_of(lab._loop.value)
    lab.menus["speed"].value = "slow"
    press(lab, "step")
    assert any("Now the generator makes fakes." in sentence_of(one) for one in drawn)
    lab.menus["speed"].value = "full"
    monkeypatch.setattr("ganlib.lab.trainer.LOOK_SECONDS", (0.0, 0.0))  # a look after each block
    lab.number.value = 2000
    press(lab, "more")
    assert any("Now they train. The discriminator is held still." in sentence_of(one) for one in drawn)


def test_colours_follow_the_theme_and_are_there_without_one():
    drawn = views.charts({"step": np.zeros(0), "elbo": np.zeros(0)}, views.panels_of(("elbo",)))
    for pen, dark in style.ON_DARK.items():
        assert f"--ganlib-{pen.label}: {pen.colour}" in theme.STYLE
        assert f"--ganlib-{pen.label}: {dark}" in theme.STYLE
    assert f"var(--ganlib-discriminator, {style.DISCRIMINATOR.colour})" in drawn
    assert not re.search(r'(fill|stroke)="#', drawn)


@pytest.mark.parametrize(
    ("takes", "value", "kinds"),
    [
        (Number("rate", 0, 10), 0.1, ["FloatLogSlider", "BoundedFloatText"]),
        (Number("rate", 0, 0.5), 0.1, ["FloatSlider"]),
        (Whole("rate", 0, 10), 1, ["IntSlider"]),
        (Switch("rate"), False, ["Checkbox"]),
        (Choice("rate", ("a", "b")), "a", ["Dropdown"]),
    ],
)
def test_what_a_value_takes_decides_its_control(takes, value, kinds):
    widgets = controls.make_widgets("x_rate", takes, value)
    assert [type(widget).__name__ for widget in widgets] == kinds
    assert all(widget.description for widget in widgets)
    assert widgets[-1].value == value
