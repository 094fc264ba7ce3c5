"""The layers of the plane in the lab: switched by `.value`, and what stands in the picture and in its sentence."""

import html
import io
import re
import time

import numpy as np
import pytest
from helpers import tiny
from PIL import Image

from ganlib import data, plots
from ganlib.lab import pictures
from ganlib.lab.layers import AT_FIRST, LAYERS
from ganlib.lab.live import LiveLab
from ganlib.models.plane import PlaneGAN
from ganlib.plots import style

TOLD = {  # what the sentence says of each layer
    "real": "real points",
    "fake": "fake points",
    "surface": "the discriminator says real in",
    "arrows": "arrows of mean length",
    "mesh": "the generator's sheet cover",
}
AXIS = np.linspace(-1, 1, 21)
SHEET = np.stack(np.meshgrid([-0.5, 0, 0.5], [-0.5, 0, 0.5], indexing="ij"), -1)
SCENE = plots.Scene(
    real=np.array([(-0.5, 0.5)]),
    fake=np.array([(0.5, 0.5)]),
    surface=np.broadcast_to(1 / (1 + np.exp(9 * AXIS)), (21, 21)),  # real on the left
    arrows=np.array([(0.0, -3.0)]),
    mesh=SHEET - (0, 0.4),
)


def pixels_of(png):
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB")).astype(int)


def at(x, y):
    """Return the row and the column of a place in the picture."""
    last = pictures.PLANE_PIXELS - 1
    return round((1 - y) / 2 * last), round((x + 1) / 2 * last)


def drawn_by(*layers, scene=SCENE):
    return pixels_of(pictures.plane_png(scene, layers))


def is_near(pixels, colour):
    """Return where a picture has about this colour."""
    return np.abs(pixels - pictures._rgb(colour)).sum(axis=-1) < 12


# --- the picture ------------------------------------------------------------------------------------------------------


def test_without_layers_the_plane_is_empty():
    assert (drawn_by() == 255).all()


def test_each_layer_draws_where_its_part_is_and_in_its_colour():
    row, column = at(-0.5, 0.5)
    rings = drawn_by("real")
    assert is_near(rings, style.REAL.colour)[row - 5 : row + 6, column - 5 : column + 6].any()
    assert (rings[row, column] == 255).all()  # a ring is hollow
    crosses = drawn_by("fake")
    assert is_near(crosses, style.FAKE.colour)[at(0.5, 0.5)]
    surface = drawn_by("surface")
    left, right = surface[at(-0.9, 0)], surface[at(0.9, 0)]
    assert left[1] > left[0]  # greener than red where D says real
    assert right[1] < right[0]
    sheet = drawn_by("mesh")
    red, _, blue = sheet[at(0.2, -0.2)]
    assert red > blue + 40  # orange, laid over the paper
    assert (sheet[at(0.2, 0.5)] == 255).all()


def test_an_arrow_begins_at_its_fake_and_goes_where_it_is_pushed():
    dark = is_near(drawn_by("arrows"), style.INK)
    rows, columns = np.nonzero(dark)
    start, end = at(0.5, 0.5), at(0.5, 0.5 - 0.35)
    assert dark[start]
    assert dark[end]
    assert rows.min() >= start[0] - 1
    assert rows.max() <= end[0] + 1
    assert np.abs(columns - start[1]).max() <= pictures.HEAD
    assert (np.abs(drawn_by("arrows", "fake") - drawn_by("arrows")) > 0).any()


def test_one_layer_more_changes_the_picture_and_the_order_in_which_they_are_named_does_not():
    for name in LAYERS:
        rest = [other for other in LAYERS if other != name]
        assert (drawn_by(*LAYERS) != drawn_by(*rest)).any(), name
    assert (drawn_by(*LAYERS) == drawn_by(*reversed(LAYERS))).all()


def test_a_thread_and_points_that_do_not_move_can_be_drawn():
    thread = plots.Scene(fake=np.zeros((2, 2)), arrows=np.zeros((2, 2)), mesh=np.array([(-0.5, 0), (0, 0), (0, 0.25)]))
    sheet = drawn_by("mesh", "arrows", scene=thread)
    assert (sheet[at(-0.25, 0)] < 255).any()
    assert (sheet[at(0.5, 0.5)] == 255).all()


def test_a_critics_surface_goes_from_its_lowest_score_to_its_highest():
    scores = SCENE._replace(surface=100 * SCENE.surface - 300, scores=True)
    assert np.abs(drawn_by("surface", scene=scores) - drawn_by("surface")).max() < 6


# --- the switches -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def gan():
    return PlaneGAN(seed=0)


@pytest.fixture
def lab(graph, gan):
    gan.reset()
    lab = LiveLab(gan, batch_size=8)
    yield lab
    lab.close()


def until(condition):
    end = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


def sentence_of(lab):
    return html.unescape(re.search('alt="([^"]*)"', lab._fake_picture.value)[1])


def switch(lab, **layers):
    for name, on in layers.items():
        lab.layers.switches[name].value = on
    assert lab.trainer.wait()


def told_by(lab):
    return {name for name, words in TOLD.items() if words in sentence_of(lab)}


def test_words_and_order_are_those_of_the_page_of_the_plane():
    page = data.asset("plane/page.html").read_text(encoding="utf-8")
    marked = re.findall(r"data-layer.*?</span> (.*?)</label>", page)
    assert [words.replace("’", "'") for words in marked] == list(LAYERS.values())
    on = re.findall(r'data-layer="\w+"( checked)?', page)
    assert [name in AT_FIRST for name in LAYERS] == [bool(checked) for checked in on]
    assert '<label for="morph">From noise to points</label>' in page


def test_at_first_the_picture_is_what_it_always_was(lab):
    assert told_by(lab) == set(AT_FIRST)
    assert [widget.description for widget in lab.layers.controls] == [*LAYERS.values(), "From noise to points"]


def test_each_switch_is_drawn_and_told_at_once_though_nothing_trains_and_it_is_no_change_of_the_game(lab, gan):
    pngs = set()
    for name in LAYERS:
        switch(lab, **{name: name not in AT_FIRST})
        assert told_by(lab) == set(AT_FIRST) ^ {name}
        pngs.add(lab._pngs["made"])
        switch(lab, **{name: name in AT_FIRST})
        assert told_by(lab) == set(AT_FIRST)
    assert len(pngs) == len(LAYERS)
    assert lab._pngs["made"] not in pngs
    assert (gan.step, lab.trainer.changes, lab.trainer.message) == (0, (), "")


def test_all_that_is_drawn_is_of_the_gan_of_now(lab, gan):
    lab.trainer.play(3)
    assert lab.trainer.wait()
    drawn, fakes = lab._drawn, gan.generate(100, gan.seed)
    np.testing.assert_allclose(drawn["fakes"], fakes, atol=1e-6)
    np.testing.assert_allclose(drawn["arrows"], gan.push(fakes), atol=1e-5)
    np.testing.assert_allclose(drawn["mesh"], gan.mesh(), atol=1e-6)
    np.testing.assert_allclose(drawn["surface"], gan.surface(pictures.CELLS), atol=1e-6)


def scenes_of(lab, monkeypatch):
    """Return a list that will hold each scene that is drawn, with its layers."""
    scenes, draw = [], pictures.plane_png

    def drawn(scene, layers):
        scenes.append((scene, layers))
        return draw(scene, layers)

    monkeypatch.setattr(pictures, "plane_png", drawn)
    return scenes


def test_the_slider_takes_noise_to_the_points_in_straight_lines(lab, gan, monkeypatch):
    switch(lab, arrows=True)
    scenes = scenes_of(lab, monkeypatch)
    noise, fakes = gan.latent_vectors(100, gan.seed), gan.generate(100, gan.seed)
    for share in (0.0, 0.5, 1.0):
        lab.layers.morph.value = share
        assert lab.trainer.wait()
        assert lab.layers.switches["mesh"].value  # which shows what bends
        scene, layers = scenes[-1]
        np.testing.assert_allclose(scene.fake, (1 - share) * noise + share * fakes, atol=1e-5)
        square = np.stack(np.meshgrid(*[np.linspace(-1, 1, 21)] * 2, indexing="ij"), -1)
        np.testing.assert_allclose(scene.mesh, (1 - share) * square + share * gan.mesh(), atol=1e-5)
        assert ("arrows" in layers) == ("arrows" in told_by(lab)) == (share == 1)  # D pushes fakes, and no noise
        assert (f"{share:.0%} of the way from noise to points" in sentence_of(lab)) == (share < 1)


@pytest.mark.parametrize(("latent", "dim"), [("normal", 2), ("uniform", 1), ("normal", 1)])
def test_noise_of_other_kinds_begins_within_the_square(latent, dim, monkeypatch):
    gan = PlaneGAN(latent, dim, seed=0)
    lab = LiveLab(gan, batch_size=8)
    scenes = scenes_of(lab, monkeypatch)
    lab.layers.morph.value = 0.0
    assert lab.trainer.wait()
    mesh = scenes[-1][0].mesh
    assert mesh.shape[-1] == 2
    assert np.abs(mesh).max() == pytest.approx(1)
    assert lab.trainer.message == ""
    lab.close()


def test_noise_of_three_numbers_has_no_sheet():
    lab = LiveLab(PlaneGAN(latent_dim=3, seed=0), batch_size=8)
    assert list(lab.layers.switches) == [name for name in LAYERS if name != "mesh"]
    assert lab.layers.morph is None
    switch(lab, arrows=True)
    assert told_by(lab) == {*AT_FIRST, "arrows"}
    lab.close()


def test_a_critic_is_told_by_its_scores(gan):
    gan.reset()
    gan.loss_kind = "wasserstein"
    lab = LiveLab(gan, batch_size=8)
    assert "the surface goes from" in sentence_of(lab)
    lab.close()
    gan.loss_kind = "non_saturating"


def test_the_lab_asks_once_until_it_has_drawn(lab, monkeypatch):
    asked = []
    monkeypatch.setattr(lab.trainer, "apply", asked.append)
    for share in (0.2, 0.4, 0.6):
        lab.layers.morph.value = share
    assert len(asked) == 1
    asked[0](lab.model)
    assert "60% of the way" in sentence_of(lab)
    lab.layers.morph.value = 0.8
    assert len(asked) == 2


def test_a_picture_that_is_drawn_before_the_asking_returns_is_not_the_last_one(lab, monkeypatch):
    drawn = []
    monkeypatch.setattr(lab, "_draw_again", lambda gan: (setattr(lab, "_asked", False), drawn.append(gan)))
    monkeypatch.setattr(lab.trainer, "apply", lambda preset: preset(lab.model))
    for value in (0.5, 0.2):
        lab.layers.morph.value = value
    assert len(drawn) == 3  # the first move of the slider switches the sheet on as well


def test_a_lab_that_could_not_ask_asks_again(lab, monkeypatch):
    def refuse(preset):
        raise RuntimeError("The lab is closed.")

    asked = []
    with monkeypatch.context() as closed:
        closed.setattr(lab.trainer, "apply", refuse)
        lab.layers.switches["arrows"].value = True
    monkeypatch.setattr(lab.trainer, "apply", asked.append)
    lab.layers.switches["arrows"].value = False
    assert asked == [lab._draw_again]


def test_in_slow_motion_each_sub_step_shows_the_networks_of_its_moment(lab, gan, monkeypatch):
    monkeypatch.setattr("ganlib.lab.trainer.CAPTION_SECONDS", 0.0)
    before = gan.surface(pictures.CELLS), gan.generate(100, 0), gan.mesh()
    scenes = scenes_of(lab, monkeypatch)
    lab.menus["speed"].value = "slow"
    assert lab.trainer.wait()
    del scenes[:]
    monkeypatch.setattr(lab, "look", lambda trainer: None)
    lab.trainer.play(1)
    assert lab.trainer.wait()
    after = gan.surface(pictures.CELLS), gan.generate(100, 0), gan.mesh()
    told = [scene for scene, _ in scenes]
    assert len(told) == 6
    for scene, d, g in zip(told, [before] * 3 + [after] * 3, [before] * 5 + [after], strict=True):
        np.testing.assert_allclose(scene.surface, d[0], atol=1e-6)
        np.testing.assert_allclose(scene.fake, g[1], atol=1e-6)
        np.testing.assert_allclose(scene.mesh, g[2], atol=1e-6)
    for scene in told[3:]:
        np.testing.assert_allclose(scene.arrows, gan.push(scene.fake), atol=1e-5)
    assert np.abs(before[0] - after[0]).max() > 1e-5


def test_a_switch_is_drawn_while_a_sub_step_is_read(lab, monkeypatch):
    monkeypatch.setattr("ganlib.lab.trainer.CAPTION_SECONDS", 600.0)
    lab.menus["speed"].value = "slow"
    lab.trainer.play(1)
    until(lambda: "1/6" in lab._status.value)
    lab.layers.switches["arrows"].value = True
    until(lambda: "arrows" in told_by(lab))
    assert "1/6" in lab._status.value
    lab.trainer.pause()
    assert lab.trainer.wait()


def test_a_pinned_run_shows_the_same_layers(lab):
    lab.trainer.play(2)
    lab.trainer.wait()
    lab.pin()
    switch(lab, real=False, mesh=True)
    pinned = html.unescape(lab._pinned_picture.value)
    assert "the generator's sheet cover" in pinned
    assert "real points" not in pinned
    assert lab._pngs["pinned"] == lab._pngs["made"]  # the same step
    lab.trainer.reset()
    assert lab.trainer.wait()
    lab.layers.morph.value = 0.5
    assert lab.trainer.wait()
    assert "50% of the way" in lab._pinned_picture.value
    assert lab.trainer.message == ""


def test_a_leaders_link_and_a_closed_lab_leave_the_layers_where_they_are(lab):
    lab.show_only(["d_learning_rate"])
    assert "ganlib-hidden" not in lab.layers.widget._dom_classes
    assert not any("ganlib-hidden" in widget._dom_classes for widget in lab.layers.controls)
    assert set(lab.layers.switches) & set(lab.model.live) == set()
    lab.close()
    assert all(widget.disabled for widget in lab.layers.controls)


def test_where_the_background_is_not_shown_a_switch_is_drawn_before_it_returns(gan):
    gan.reset()
    lab = LiveLab(gan, batch_size=8, background=False)
    lab.layers.switches["arrows"].value = True
    assert "arrows" in told_by(lab)
    lab.close()


def test_a_lab_of_pictures_has_no_layers():
    lab = LiveLab(tiny.build_gan(), tiny.DATA, batch_size=8)
    assert lab.layers is None
    assert lab.look_every is None
    lab.close()
