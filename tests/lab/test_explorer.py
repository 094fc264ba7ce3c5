"""The latent explorer headless: move its controls and see what it shows."""

import base64
import io
import re

import numpy as np
import pytest
from helpers import tiny
from ipywidgets.widgets.widget import _instances
from PIL import Image

from ganlib import load_mnist
from ganlib.lab.explorer import LatentExplorer
from ganlib.lab.trainer import LabTrainer
from ganlib.models.conditional import ConditionalGAN
from ganlib.models.variational import VariationalAutoencoder


@pytest.fixture
def explorer(gan):
    return LatentExplorer(gan, tiny.DATA)


@pytest.fixture(scope="module")
def conditional():
    rng = np.random.default_rng(0)
    data = rng.integers(0, 256, (40, 28, 28, 1), np.uint8), np.arange(40) % 10
    return LatentExplorer(ConditionalGAN(latent_dim=12, seed=0), data)


def shown(explorer):
    return [widget.value for widget in (explorer._here, explorer._near, explorer._way)]


def slider(explorer, name):
    return explorer.panel.widgets[name][0]


def test_the_walk_goes_from_its_start_to_its_end(explorer, gan):
    latent, _ = explorer.latent([0, 1])
    np.testing.assert_allclose(explorer.maker.pictures(latent), gan.pictures_of(latent), atol=1e-6)
    seen = set()
    for share in (0, 0.5, 1):
        slider(explorer, "walk").value = share
        seen.add(explorer._here.value)
    assert len(seen) == 3
    assert np.array_equal(explorer.latent([0, 1])[0], latent)


def test_every_slider_moves_the_picture_and_the_walk_and_centre_brings_them_back(explorer):
    directions = [name for name in explorer.values if name.startswith("direction")]
    assert len(directions) == tiny.LATENT  # nine, or as many as there are numbers
    first = shown(explorer)
    for name in directions:
        slider(explorer, name).value = 2
        assert explorer._here.value != first[0]
        assert explorer._way.value != first[2]
        explorer.buttons["centre"].click()
        assert slider(explorer, name).value == 0
    assert shown(explorer) == first


def test_a_slider_moves_by_standard_deviations_along_its_direction(explorer):
    before = explorer.latent([0.3])[0]
    slider(explorer, "direction_2").value = 1.5
    np.testing.assert_allclose(np.linalg.norm(explorer.latent([0.3])[0] - before), 1.5, rtol=1e-5)


def test_other_ends_are_other_places_and_one_end_leaves_the_other_alone(explorer):
    (start, end), _ = explorer.latent([0, 1])
    explorer.buttons["end"].click()
    (same, other), _ = explorer.latent([0, 1])
    assert np.array_equal(start, same)
    assert not np.allclose(end, other)


def test_the_score_is_ds(explorer, gan):
    slider(explorer, "walk").value = 0.5
    made = explorer.maker.pictures(explorer.latent([0.5])[0])
    assert f"score is {gan.probability_real(made)[0]:.2f}" in explorer._here.value


def test_the_slope_can_be_laid_over_the_picture_or_left_away(explorer):
    def colours():
        png = base64.b64decode(re.search(r"base64,([^\"]+)", explorer._here.value).group(1))
        return np.ptp(np.asarray(Image.open(io.BytesIO(png))).astype(int), axis=2).max()

    assert colours() > 100
    assert "Orange" in explorer._told.value
    slider(explorer, "slope").value = False
    assert colours() == 0
    assert "Orange" not in explorer._told.value


def test_the_nearest_training_pictures_are_shown_with_their_distance(explorer, gan):
    made = explorer.maker.pictures(explorer.latent([0])[0])
    distances = np.linalg.norm((tiny.DATA / 127.5 - 1 - made).reshape(len(tiny.DATA), -1), axis=1)
    assert f"The nearest training picture is {distances.min():.1f} away" in explorer._told.value


def test_a_remembered_picture_is_called_a_copy(gan):
    made = gan.generate(1, seed=5)
    explorer = LatentExplorer(gan, np.concatenate([tiny.DATA / np.float32(127.5) - 1, made]))
    explorer._ends["from"] = gan.latent_vectors(1, seed=5)[0], np.eye(10)[0]
    explorer.show()
    assert "nearly a copy" in explorer._told.value


def test_code_moves_the_controls_and_a_wrong_value_is_refused(explorer):
    explorer.set("walk", 0.25)
    assert slider(explorer, "walk").value == 0.25
    with pytest.raises(ValueError, match="walk must be a number from 0 to 1"):
        explorer.set("walk", 2)
    with pytest.raises(ValueError, match="There is no live value 'from'"):
        explorer.set("from", "3")  # the judge reads digits of 28 by 28 pixels only


@pytest.mark.parametrize("seed", [None, -1, 1.5, "x", [], float("nan")])
def test_a_seed_that_is_none_and_data_without_neighbours_are_refused(gan, seed):
    with pytest.raises(ValueError, match="seed must be a whole number"):
        LatentExplorer(gan, tiny.DATA, seed=seed)
    with pytest.raises(ValueError, match="at least 2 pictures"):
        LatentExplorer(gan, tiny.DATA[:1])
    assert LatentExplorer(gan, tiny.DATA[:2])


@pytest.mark.parametrize("share", [None, "x", [2], [-0.1, 1], [float("nan")], {}, object(), [[0.5, "a"]]])
def test_a_share_of_the_walk_that_is_none_is_refused(explorer, share):
    with pytest.raises(ValueError, match="share must be a number from 0 to 1"):
        explorer.latent(share)
    assert len(explorer.latent(0.5)[0]) == 1


def test_it_looks_at_a_model_that_trains(explorer, gan):
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8)
    before = explorer._way.value
    trainer.play(40)
    for share in np.linspace(0, 1, 20):
        explorer.set("walk", share)
    assert trainer.wait()
    assert gan.step == 40
    explorer.buttons["again"].click()
    assert explorer._way.value != before


def test_moving_makes_no_more_widgets(explorer):
    before = len(_instances)
    for share in np.linspace(0, 1, 20):
        explorer.set("walk", share)
    assert len(_instances) == before


def test_a_page_without_a_kernel_gets_a_picture(explorer):
    bundle = explorer._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert Image.open(io.BytesIO(base64.b64decode(bundle["image/png"]))).width >= 560


def test_every_control_has_a_name(explorer):
    for name, widgets in explorer.panel.widgets.items():
        assert all(widget.description for widget in widgets), name
    assert all(button.description and button.tooltip for button in explorer.buttons.values())


def test_a_conditional_gan_walks_from_digit_to_digit(conditional):
    slider(conditional, "from").value = "3"
    slider(conditional, "to").value = "8"
    _, rows = conditional.latent([0, 0.5, 1])
    np.testing.assert_array_equal(rows, [np.eye(10)[3], (np.eye(10)[3] + np.eye(10)[8]) / 2, np.eye(10)[8]])
    latent, rows = conditional.latent([0])
    made = conditional.maker.pictures(latent, rows)
    assert np.allclose(made, conditional.model.pictures_of(latent, np.array([3])), atol=1e-6)
    score = conditional.model.probability_real(made, np.array([3]))[0]
    assert f"score is {score:.2f}" in conditional._here.value
    assert "they are" in conditional._near.value
    assert len([name for name in conditional.values if name.startswith("direction")]) == 9


def test_a_variational_autoencoder_has_no_scores():
    explorer = LatentExplorer(VariationalAutoencoder(2, hidden=(16,), seed=0), load_mnist(limit=40)[0])
    assert "slope" not in explorer.values
    assert "score" not in "".join(shown(explorer))
    assert len([name for name in explorer.values if name.startswith("direction")]) == 2
    explorer.set("walk", 1)
    explorer.set("to", "4")
    assert "The judge reads none of 200 pictures as 4" in explorer._told.value
