"""The figures of two classes: their sentences say what the data say, and their words can be read."""

import itertools

import matplotlib
import numpy as np
import pytest
from matplotlib.text import Text

from ganlib import plots
from ganlib.plots import classes

SIZES = [10, 20, 50, 100, 500, 1000, 3000]
POINTS = np.random.default_rng(0).normal(0, 1, (100, 2)) + np.repeat([[0], [3]], [30, 70], axis=0)
LABELS = np.repeat([0, 1], [30, 70])


def a_learning_figure():
    noise = np.random.default_rng(1).normal(0, 1e-4, (20, 7))
    falling = np.array([0.3, 0.2, 0.15, 0.12, 0.11, 0.11, 0.11]) + noise
    steeper = np.array([0.4, 0.3, 0.2, 0.15, 0.1, 0.08, 0.07]) + noise
    return plots.learning_curves(SIZES, {"counting": falling}, {"boundary": steeper, "better boundary": falling - 0.02})


def a_boundary_figure():
    return plots.boundary_and_distributions(
        POINTS,
        LABELS,
        discriminative=lambda p: 1 / (1 + np.exp(3 - p.sum(axis=1))),
        generative=lambda p: 1 / (1 + np.exp(10 - np.square(p).sum(axis=1))),
        means=[[0, 0], [3, 3]],
        covariances=[np.eye(2), [[2, 1], [1, 1]]],
        axes_names=("capitals", "signs"),
    )


def an_evidence_figure():
    evidence = {"counting": [-0.43, 2.46, 1.74], "boundary": [-1.31, 1.62, 2.12]}
    return plots.word_evidence(["000", "$"], evidence, counted=0.9)


FIGURES = {
    "evidence": an_evidence_figure,
    "rates": lambda: plots.word_rates(["free", "george", "$"], [[0.1, 0.28, 0.1], [0.55, 0.01, 0.61]]),
    "many rates": lambda: plots.word_rates([f"word{i}" for i in range(25)], np.random.default_rng(2).random((2, 25))),
    "boundary": a_boundary_figure,
    "learning": a_learning_figure,
}
every_figure = pytest.mark.parametrize("name", FIGURES)


@every_figure
def test_a_figure_is_an_image_with_its_sentence_as_alt_text(name):
    plot = FIGURES[name]()
    assert plot.sentence.endswith(".")
    assert plot._repr_html_().count("<img") == 1
    assert plot.figure.get_figwidth() <= 9.01


@every_figure
def test_words_are_inside_the_figure_and_do_not_overlap(name):
    figure = FIGURES[name]().figure
    figure.dpi = plots.PIXELS_PER_INCH
    figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_fontsize(), text.get_window_extent()) for text in _drawn(figure)]
    for words, size, box in boxes:
        assert size >= 9, words
        assert min(box.x0, box.y0) >= -0.5, words
        assert box.x1 <= figure.bbox.width + 0.5, words
        assert box.y1 <= figure.bbox.height + 0.5, words
    for (one, _, a), (other, _, b) in itertools.combinations(boxes, 2):
        width, height = min(a.x1, b.x1) - max(a.x0, b.x0), min(a.y1, b.y1) - max(a.y0, b.y0)
        assert width <= 1 or height <= 2, f"{one!r} overlaps {other!r}"


def _drawn(figure):
    """All texts that are drawn: Matplotlib also keeps labels of ticks beyond the ends of an axis."""
    unseen = set()
    for axis in (axis for axes in figure.axes for axis in (axes.xaxis, axes.yaxis)):
        low, high = sorted(axis.get_view_interval())
        for tick in axis.get_major_ticks():
            if not low <= tick.get_loc() <= high:
                unseen.update((tick.label1, tick.label2))
    return [t for t in figure.findobj(Text) if t.get_visible() and t.get_text().strip() and t not in unseen]


@every_figure
def test_a_learners_own_settings_change_nothing(name):
    expected = FIGURES[name]().png()
    with matplotlib.rc_context({"figure.facecolor": "black", "font.size": 30, "lines.linewidth": 9}):
        assert FIGURES[name]().png() == expected


def test_the_classes_differ_by_more_than_colour():
    wanted, spam = classes.CLASSES
    assert wanted.dashes != spam.dashes
    assert len(set(classes._MARKERS)) == 2
    for pen in classes.CLASSES:
        channels = [int(pen.colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
        assert 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05) >= 4.5


def test_evidence_adds_up_to_the_last_bar_and_the_line_is_where_it_was_counted():
    plot = an_evidence_figure()
    panels = plot.figure.axes
    assert [axes.get_title(loc="left") for axes in panels] == ["counting", "boundary"]
    assert panels[0].get_xlim() == panels[1].get_xlim()
    for axes in panels:
        *parts, total = [bar.get_width() for bar in axes.patches]
        assert total == pytest.approx(sum(parts))
        (line,) = (lines for lines in axes.collections if lines.get_segments())
        assert line.get_segments()[0][0][0] == pytest.approx(np.log(9))
    assert "counting starts at -0.4, adds +2.5 for 000 and +1.7 for $ and ends at +3.8, a probability of 98%" in (
        plot.sentence
    )
    assert plot.sentence.endswith("Of the e-mails with these words 90% are spam.")


def test_evidence_may_come_without_a_count():
    plot = plots.word_evidence(["000"], {"counting": [-0.4, 2.5]})
    assert plot.sentence.endswith("counting starts at -0.4, adds +2.5 for 000 and ends at +2.1, a probability of 89%.")
    assert not plot.figure.axes[0].collections


def test_the_shades_of_the_boundary_have_a_key():
    *_, key = a_boundary_figure().figure.axes
    assert key.get_xlabel() == "shades: probability of spam"


def test_the_sentence_of_the_word_rates_names_every_word_and_both_shares():
    sentence = FIGURES["rates"]().sentence
    assert "free 10% and 55%; george 28% and 1%; $ 10% and 61%." in sentence


def test_the_sentence_says_between_which_sizes_the_curves_cross():
    sentence = a_learning_figure().sentence
    assert "from 10 to 3,000 e-mails: counting goes from 30.0% to 11.0%, boundary goes from 40.0% to 7.0%" in sentence
    assert "counting and boundary cross between 100 and 500" in sentence
    assert "counting and better boundary do not cross" in sentence


def test_curves_that_cross_twice_are_said_to():
    first, second = np.array([1, 3, 1.0]), np.array([2, 2, 2.0])
    assert classes._meeting([10, 20, 30], first, second) == "cross between 10 and 20, and between 20 and 30"


def test_the_band_is_one_standard_error_to_either_side():
    errors = np.random.default_rng(4).random((25, len(SIZES)))
    [axes] = plots.learning_curves(SIZES, {"a": errors}, {"b": errors}).figure.axes
    band = axes.collections[0].get_paths()[0].vertices
    at_first = band[np.isclose(band[:, 0], SIZES[0]), 1]
    low, high = at_first.min(), at_first.max()
    assert (high - low) / 2 == pytest.approx(errors[:, 0].std(ddof=1) / 5)
    assert (high + low) / 2 == pytest.approx(errors[:, 0].mean())


def test_the_sentence_of_the_boundaries_counts_the_points_on_the_wrong_side():
    sentence = a_boundary_figure().sentence
    line = np.mean((POINTS.sum(axis=1) > 3) != LABELS)
    circle = np.mean((np.square(POINTS).sum(axis=1) > 10) != LABELS)
    assert "100 e-mails by capitals and signs, 70% of them spam" in sentence
    assert f"discriminative boundary puts {100 * line:.0f}%" in sentence
    assert f"its boundary puts {100 * circle:.0f}%" in sentence


def test_an_ellipse_reaches_one_and_two_standard_deviations_along_the_spread():
    _, right, _ = a_boundary_figure().figure.axes
    narrow, wide = sorted(patch.width for patch in right.patches[2:])
    expected = 2 * np.sqrt(np.linalg.eigvalsh([[2, 1], [1, 1]])[1])
    assert (narrow, wide) == pytest.approx((expected, 2 * expected))


@pytest.mark.parametrize(
    ("draw", "sentence"),
    [
        (lambda: plots.word_rates(["a"], [[0.5], [1.5]]), "probabilities from 0 to 1"),
        (lambda: plots.word_rates(["a", "b"], [[0.5], [0.5]]), "two rows of 2 probabilities"),
        (lambda: plots.word_evidence(["a"], {"b": [0, 1, 2]}, 0.5), "must be an array of 2 numbers"),
        (lambda: plots.learning_curves([1, 2], {"a": [[0.1, 0.2]]}, {"b": [[0.1, 0.2]]}), "at least 2 splits"),
        (
            lambda: plots.learning_curves([1, 2], {}, {"b": np.ones((3, 2))}),
            "generative must hold one to 3 things by name, not 0",
        ),
        (
            lambda: plots.boundary_and_distributions(POINTS, LABELS[:5], None, None, None, None, None),
            "labels must be 0 or 1 for each of the 100 points",
        ),
    ],
)
def test_wrong_shapes_are_refused(draw, sentence):
    with pytest.raises(ValueError, match=sentence):
        draw()
