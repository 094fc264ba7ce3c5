"""The figures of a GAN in the plane: what is drawn is what was given, and the sentence says it in numbers."""

import numpy as np
import pytest
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.quiver import Quiver

from ganlib import plots

RNG = np.random.default_rng(0)
REAL, FAKE = RNG.uniform(-0.8, -0.1, (30, 2)), RNG.uniform(0.1, 0.8, (20, 2))
AXIS = np.linspace(-1, 1, 21)
LEFT = np.broadcast_to(1 / (1 + np.exp(9 * AXIS)), (21, 21))  # real on the left, fake on the right
SHEET = np.stack(np.meshgrid([-0.5, 0, 0.5], [-0.5, 0, 0.5], indexing="ij"), -1)


def parts(plot, kind):
    return [part for axes in plot.figure.axes for part in axes.get_children() if type(part) is kind]


def test_the_points_stand_where_they_are():
    real, fake = parts(plots.planes(plots.Scene(REAL, FAKE)), PathCollection)
    np.testing.assert_allclose(real.get_offsets(), REAL)
    np.testing.assert_allclose(fake.get_offsets(), FAKE)


def test_real_and_fake_points_differ_by_shape_as_well_as_by_colour():
    real, fake = parts(plots.planes(plots.Scene(REAL, FAKE)), PathCollection)
    assert len(real.get_paths()[0]) != len(fake.get_paths()[0])
    assert not np.allclose(real.get_facecolor(), fake.get_facecolor())


def test_the_sentence_says_how_many_points_the_surface_takes_for_real():
    sentence = plots.planes(plots.Scene(REAL, FAKE, LEFT)).sentence
    assert "30 real points (100% of them judged real)" in sentence
    assert "20 fake points (0% of them judged real)" in sentence
    assert "the discriminator says real in 48% of the square" in sentence


def test_the_surface_is_drawn_with_y_upwards_and_a_line_at_a_half():
    (axes,) = plots.planes(plots.Scene(surface=LEFT.T)).figure.axes  # real below, fake above
    (image,) = axes.images
    assert image.origin == "lower"
    assert image.get_array()[0, 0] > 0.9
    (contour,) = (part for part in axes.collections if hasattr(part, "levels"))
    heights = np.concatenate([path.vertices for path in contour.get_paths()])[:, 1]
    np.testing.assert_allclose(heights, 0, atol=0.01)


def test_a_cell_of_the_sheet_is_the_darker_the_smaller_it_is():
    squeezed = SHEET.copy()
    squeezed[2, :, 0] = 0.1  # the right half of the cells is 0.1 wide, the left one 0.5
    (cells,) = parts(plots.planes(plots.Scene(mesh=squeezed)), PolyCollection)
    left, right = cells.get_alpha().reshape(2, 2)
    assert (right > 2 * left).all()


def test_the_area_of_the_sheet_and_the_length_of_the_thread_are_told():
    assert "cover 1.00 of the square's area" in plots.planes(plots.Scene(mesh=SHEET)).sentence
    plot = plots.planes(plots.Scene(mesh=[(-0.5, 0), (0, 0), (0, 0.25)]))
    assert "thread is 0.75 long" in plot.sentence
    assert len(parts(plot, LineCollection)) == 1


def test_arrows_keep_their_direction_and_their_proportions():
    arrows = np.zeros_like(FAKE)
    arrows[0], arrows[1] = (4, 0), (0, -2)
    (quiver,) = parts(plots.planes(plots.Scene(fake=FAKE, arrows=arrows)), Quiver)
    np.testing.assert_allclose(quiver.U[:2], [0.35, 0])
    np.testing.assert_allclose(quiver.V[:2], [0, -0.175])


def test_a_point_that_weighs_more_is_drawn_larger():
    scene = plots.Scene(REAL, FAKE, real_weight=np.linspace(0, 1, 30), fake_weight=np.linspace(0, 2, 20))
    real, fake = (part.get_sizes() for part in parts(plots.planes(scene), PathCollection))
    assert (np.diff(real) > 0).all()
    assert fake[-1] == pytest.approx(2 * real[-1] - 1)


def test_the_key_names_what_is_drawn_and_nothing_else():
    def key(*scenes):
        (legend,) = plots.planes(list(scenes)).figure.legends
        return [text.get_text() for text in legend.get_texts()]

    assert key(plots.Scene(REAL)) == ["real"]
    assert key(plots.Scene(REAL, FAKE, LEFT), plots.Scene(mesh=SHEET)) == [
        "real",
        "fake",
        "D: fake",
        "D: real",
        "the sheet",
    ]
    assert key(plots.Scene(surface=9 * LEFT, scores=True)) == ["low", "high"]
    assert key(plots.Scene(surface=LEFT), plots.Scene(surface=LEFT, scores=True)) == [
        "D: fake, or low", "D: real, or high",
    ]  # fmt: skip


def test_every_panel_has_its_caption():
    plot = plots.planes([plots.Scene(REAL)] * 7, [f"step {i}" for i in range(7)], title="A run")
    assert [axes.texts[0].get_text() for axes in plot.figure.axes] == [f"step {i}" for i in range(7)]
    assert plot.sentence.startswith("A run: step 0: 30 real points.")


@pytest.mark.parametrize(
    ("scene", "message"),
    [
        (plots.Scene(REAL.T), "real must be points of shape"),
        (plots.Scene(surface=LEFT * 9), "probabilities from 0 to 1, not logits"),
        (plots.Scene(fake=FAKE, arrows=FAKE[:3]), "one arrow for each point"),
        (plots.Scene(arrows=FAKE), "one arrow for each point"),
        (plots.Scene(REAL, real_weight=[1, 2]), "one number for each point of real"),
        (plots.Scene(REAL, real_weight=np.arange(30) - 1), "real_weight must be numbers of at least 0, not -1"),
        (plots.Scene([[0, 1], [2]]), "real must make one array"),
    ],
)
def test_what_does_not_fit_together_is_refused(scene, message):
    with pytest.raises(ValueError, match=message):
        plots.planes(scene)


def test_a_caption_too_few_and_no_scene_at_all_are_refused():
    with pytest.raises(ValueError, match="one caption for each, not 2 and 1"):
        plots.planes([plots.Scene(REAL)] * 2, ["one"])
    with pytest.raises(ValueError, match="at least one scene"):
        plots.planes([])


STEPS = np.array([0, 100, 200])


def test_the_distance_curves_are_the_distances_and_the_band_is_chance():
    plot = plots.distance_curves(STEPS, {"ring": [0.5, 0.1, 0.02], "line": [0.4, 0.3, 0.2]}, [-0.003, 0.002])
    (axes,) = plot.figure.axes
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0.5, 0.1, 0.02])
    assert axes.lines[0].get_linestyle() != axes.lines[1].get_linestyle()
    assert "ring: 0.5 at step 0, 0.02 at step 200" in plot.sentence
    assert "between -0.003 and 0.002, -0.0005 on average" in plot.sentence


def test_a_distance_below_zero_is_drawn_below_zero_and_in_sight():
    (axes,) = plots.distance_curves(STEPS, {"ring": [0.5, 0.1, -0.007]}, [-0.003, 0.002]).figure.axes
    np.testing.assert_allclose(axes.lines[0].get_ydata(), [0.5, 0.1, -0.007])
    assert axes.get_ylim()[0] < -0.007


def test_no_run_and_too_many_runs_are_refused():
    for number in (0, 5):
        with pytest.raises(ValueError, match=f"one to 4 things by name, not {number}"):
            plots.distance_curves(STEPS, {str(i): STEPS for i in range(number)}, [0.001])
