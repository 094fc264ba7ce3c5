"""The figures of codes: what they draw is what they were given, and their sentences tell its numbers."""

import numpy as np
import pytest

from ganlib import load_mnist, plots

DIGITS, LABELS = load_mnist("test", limit=60)
SCALED = load_mnist("test", limit=60, scaled=True)[0]


def texts(plot):
    return [text.get_text() for axes in plot.figure.axes for text in axes.texts]


# --- the map ----------------------------------------------------------------------------------------------------------


def test_the_map_says_how_often_the_nearest_neighbour_shows_the_same_digit():
    codes = np.array([[0, 0], [0, 1], [9, 9], [9, 8], [5, 0], [5.2, 0]])
    plot = plots.code_map(codes, np.array([3, 3, 7, 7, 1, 2]), title="A map")
    assert plot.sentence.startswith("A map: 6 pictures on a map of two numbers that run from 0.0 to 9.0")
    assert "For 67% of them the nearest neighbour on the map shows the same digit" in plot.sentence
    assert "most often for 3 (100%), least often for 1 (0%)" in plot.sentence


def test_every_digit_is_drawn_as_itself_at_its_code():
    codes = np.array([[0.0, 1.0], [2.0, 3.0], [4.0, 5.0]])
    (axes,) = plots.code_map(codes, np.array([4, 4, 8])).figure.axes
    points = [group.get_offsets() for group in axes.collections]
    np.testing.assert_array_equal(np.concatenate(points), codes)
    assert len(axes.collections) == 2
    paths = [group.get_paths()[0].vertices for group in axes.collections]
    assert paths[0].shape != paths[1].shape  # a 4 and an 8, not a text that was left as it stood
    assert all(np.ptp(path[:, 0]) < np.ptp(path[:, 1]) for path in paths)


def test_the_circle_has_the_radius_asked_for():
    (axes,) = plots.code_map(np.eye(2), np.array([0, 1]), radius=2).figure.axes
    np.testing.assert_allclose(np.hypot(*axes.lines[0].get_data()), 2)


def test_the_crowd_is_drawn_once_more():
    rng = np.random.default_rng(0)
    codes = np.concatenate([rng.uniform(-10, 10, (50, 2)), rng.normal((4, -3), 0.5, (150, 2))])
    plot = plots.code_map(codes, np.arange(200) % 10, crowd=True)
    whole, zoomed = plot.figure.axes
    (square,) = whole.patches
    assert square.get_width() == square.get_height() == pytest.approx(np.ptp(codes, axis=0).max() / 4)
    assert zoomed.get_xlim() == (square.get_x(), square.get_x() + square.get_width())
    assert zoomed.get_xlim()[0] < 4 < zoomed.get_xlim()[1]
    drawn = np.concatenate([group.get_offsets() for group in zoomed.collections])
    assert len(drawn) >= 150
    assert plot.sentence.endswith(
        f" {len(drawn) / 200:.0%} of the pictures lie in a square a quarter as wide as the map."
    )


def test_a_map_of_one_place_has_a_crowd():
    assert "100% of the pictures lie in a square" in plots.code_map(np.ones((5, 2)), np.arange(5), crowd=True).sentence


def test_a_large_map_draws_the_first_two_thousand():
    plot = plots.code_map(np.random.default_rng(0).normal(size=(2500, 2)), np.arange(2500) % 10)
    assert plot.sentence.startswith("2,000 pictures")


@pytest.mark.parametrize("codes", [np.zeros((4, 3)), np.zeros(4), np.zeros((1, 2))])
def test_a_map_of_other_codes_is_refused(codes):
    with pytest.raises(ValueError, match=r"^codes must be "):
        plots.code_map(codes, np.zeros(4))


def test_a_map_needs_a_label_for_each_code():
    with pytest.raises(ValueError, match=r"^labels must hold a digit from 0 to 9 for each of the 4 codes\.$"):
        plots.code_map(np.zeros((4, 2)), np.zeros(3))


# --- the grid ---------------------------------------------------------------------------------------------------------


def test_the_grid_puts_pictures_at_their_places():
    plot = plots.code_grid(DIGITS[:6], first=[-1, 0, 1], second=[2, -2])
    (axes,) = plot.figure.axes
    picture = axes.images[0].get_array()
    np.testing.assert_array_equal(picture[:28, :28], DIGITS[0, ..., 0])
    np.testing.assert_array_equal(picture[28:, 56:], DIGITS[5, ..., 0])
    assert axes.images[0].get_extent() == [-1.5, 1.5, -4, 4]
    assert "the first number runs from -1 to 1 and the second from 2 at the top to -2" in plot.sentence


def test_a_grid_of_equal_pictures_does_not_change():
    same = np.repeat(DIGITS[:1], 4, axis=0)
    assert "changes by 0% of the brightness" in plots.code_grid(same, [0, 1], [1, 0]).sentence


def test_a_grid_with_too_few_pictures_is_refused():
    with pytest.raises(ValueError, match=r"^A grid of 2 by 3 points needs 6 pictures, not 5\.$"):
        plots.code_grid(DIGITS[:5], [0, 1, 2], [0, 1])


# --- rows -------------------------------------------------------------------------------------------------------------


def test_rows_are_compared_with_the_first_one():
    plot = plots.picture_rows({"original": SCALED[:5], "same": SCALED[:5], "negative": -SCALED[:5]})
    expected = np.square(2 * SCALED[:5]).mean()
    assert "3 rows of 5 pictures: original, same and negative." in plot.sentence
    assert f"0.000 (same) and {expected:.3f} (negative)" in plot.sentence


def test_all_pictures_and_names_are_drawn():
    plot = plots.picture_rows({"above": DIGITS[:4], "below": DIGITS[4:8]}, titles=list("abcd"), title="Rows")
    pictures = [image.get_array() for image in plot.figure.axes[0].images]
    np.testing.assert_array_equal(np.stack(pictures), DIGITS[:8, ..., 0])
    assert {"above", "below", "a", "d", "Rows"} <= set(texts(plot))


def test_rows_of_different_length_are_refused():
    with pytest.raises(ValueError, match=r"^Every row needs the same number of pictures.*'one': 3, 'two': 4"):
        plots.picture_rows({"one": DIGITS[:3], "two": DIGITS[:4]})
    with pytest.raises(ValueError, match=r"^rows must hold one to 100 things by name, not 0\.$"):
        plots.picture_rows({})


def test_scores_are_written_beside_the_samples():
    plot = plots.sample_rows({"real": DIGITS[:3], "made\nup": DIGITS[3:6]}, {"real": 0.98, "made\nup": 0.4}, "Samples")
    assert plot.sentence == "Samples: 2 rows of 3 pictures: real, 98% recognised; made up, 40% recognised."
    assert "made\nup\n40% recognised" in texts(plot)


def test_a_score_of_no_row_is_refused():
    with pytest.raises(ValueError, match="scores has reel, which is no row: the rows are real"):
        plots.sample_rows({"real": DIGITS[:3]}, {"reel": 0.98})


def test_samples_need_no_scores():
    assert plots.sample_rows({"real": DIGITS[:3]}).sentence == "1 row of 3 pictures: real."


# --- walks ------------------------------------------------------------------------------------------------------------


def test_a_straight_walk_in_equal_steps_has_equal_shares_and_a_jump_has_all():
    share = np.linspace(0, 1, 6)[:, np.newaxis, np.newaxis, np.newaxis]
    straight = (1 - share) * SCALED[0] + share * SCALED[1]
    jump = np.where(share < 0.5, SCALED[0], SCALED[1])
    sentence = plots.interpolation_strips({"straight": straight, "jump": jump}).sentence
    assert sentence.startswith("2 walks of 6 pictures.")
    assert "20% (straight) and 100% (jump)" in sentence


# --- curves -----------------------------------------------------------------------------------------------------------


def test_the_size_curves_draw_and_tell_every_error():
    errors = {"autoencoder": [0.2, 0.05], "PCA": [0.3, 0.07]}
    plot = plots.size_curves([2, 32], errors)
    for line, values in zip(plot.figure.axes[0].lines, errors.values(), strict=True):
        np.testing.assert_array_equal(line.get_ydata(), values)
    assert "2 numbers: 0.2 (autoencoder) and 0.3 (PCA); 32 numbers: 0.05 (autoencoder)" in plot.sentence
    assert len({line.get_linestyle() for line in plot.figure.axes[0].lines}) == 2


@pytest.mark.parametrize("values", [[0.1], [0.1, 0.0], [0.1, float("nan")]])
def test_errors_that_cannot_be_drawn_are_refused(values):
    with pytest.raises(ValueError, match=r"PCA.* must "):
        plots.size_curves([2, 32], {"PCA": values})


def test_size_curves_of_nothing_are_refused():
    with pytest.raises(ValueError, match=r"^errors must hold one to 4 things by name, not 0\.$"):
        plots.size_curves([2, 32], {})


def test_the_histogram_tells_mean_and_spread_of_each_method():
    values = {"good": np.array([-5.0, -4, -3]), "bad": np.array([-40.0, -4, 32])}
    plot = plots.estimate_histogram(values, truth=-4, xlabel="a number")
    assert "good: mean -4, standard deviation 0.816; bad: mean -4, standard deviation 29.4" in plot.sentence
    assert [axes.get_title(loc="left") for axes in plot.figure.axes] == ["good", "bad"]


# --- proposals --------------------------------------------------------------------------------------------------------


def test_the_proposals_stand_beside_prior_and_truth_each_in_its_panel():
    z = np.linspace(-3, 3, 61)
    bells = {at: np.exp(-((z - at) ** 2)) for at in (0, 1, 2)}
    plot = plots.proposals(z, bells[0], bells[1], {"far": bells[2], "near": bells[1]}, title="Two")
    assert [axes.get_title(loc="left") for axes in plot.figure.axes] == ["far", "near"]
    assert "prior of a code is highest at 0.00, its true distribution at 1.00" in plot.sentence
    assert "far: highest at 2.00; near: highest at 1.00." in plot.sentence
    for axes, at in zip(plot.figure.axes, (2, 1), strict=True):
        assert np.array_equal(axes.lines[-1].get_ydata(), bells[at])


# --- training curves --------------------------------------------------------------------------------------------------


def test_the_training_curves_show_an_autoencoders_error():
    plot = plots.training_curves({"step": np.arange(1, 51), "error": np.linspace(1, 0.1, 50)})
    assert "the mean squared error per pixel 0.963 to 0.137" in plot.sentence


def test_the_training_curves_mark_a_change_of_beta_beside_the_bound():
    steps = np.arange(1, 101)
    history = {"step": steps, "elbo": -100.0 - steps, "reconstruction": -90.0 - steps, "kl": 0.0 * steps + 10}
    plot = plots.training_curves(history, events=[{"step": 50, "name": "beta", "value": 1.0}])
    assert "Marked: beta = 1 at step 50." in plot.sentence
    titles = [axes.get_title(loc="left") for axes in plot.figure.axes]
    assert "KL term, in nats" in titles
    assert "Lower bound and one of its terms, in nats" in titles


def test_the_training_curves_set_a_loss_beside_the_judges_distance():
    plot = plots.training_curves({"step": [500, 1000, 1500], "d_loss": [-15, -1.2, -1.2], "mnist_fd": [175, 227, 63]})
    assert "the distance to real digits 175 to 63" in plot.sentence
    panels = {axes.get_title(loc="left"): axes for axes in plot.figure.axes if axes.get_title(loc="left")}
    assert panels.keys() == {"Loss", "MNIST-FD"}
    assert panels["MNIST-FD"].get_yscale() == "log"
