"""Figures of sweeps: their sentences tell what the data say, and wrong data are refused."""

import numpy as np
import pytest

from ganlib import plots

TABLE = {
    "g_learning_rate": [1e-4, 1e-4, 1e-4, 1e-4, 1e-2, 1e-2],
    "d_learning_rate": [1e-4, 1e-4, 1e-2, 1e-2, 1e-2, 1e-2],
    "outcome": ["trained", "trained", "D won", "D won", "collapsed", "diverged"],
    "mnist_fd": [90.0, 110.0, 300.0, 300.0, np.nan, np.nan],
}


def texts(plot):
    return [text.get_text() for axes in plot.figure.axes for text in axes.texts]


def test_the_map_counts_cells_and_names_the_best():
    plot = plots.outcome_map(TABLE, title="A map")
    assert plot.sentence == (
        "A map: 3 pairs of g_learning_rate and d_learning_rate: 1 trained, 1 D won and 1 collapsed; the runs of 1 of "
        "them disagree. The lowest mnist_fd, 100, is at g_learning_rate 0.0001 and d_learning_rate 0.0001; the highest "
        "is 300."
    )


def test_the_map_shows_what_each_seed_did_where_they_disagree():
    words = texts(plots.outcome_map(TABLE))
    assert "C ×" in words
    assert "T T" not in words
    assert {"T", "D", "C", "100", "300"} <= set(words)


def test_lower_scores_are_lighter():
    axes = plots.outcome_map(TABLE).figure.axes[0]
    low, high = (sum(patch.get_facecolor()[:3]) for patch in axes.patches[:2])
    assert low > high


def test_a_map_without_scores_shows_outcomes_alone():
    assert "lowest" not in plots.outcome_map(TABLE, score=None).sentence


def test_samples_stand_at_their_places():
    pictures = [np.full((8, 8), 30 * number, np.uint8) for number in range(5)] + [None]
    plot = plots.sample_map(TABLE, pictures)
    assert len(plot.figure.axes[0].images) == 3
    assert "for each of 3 pairs" in plot.sentence


def test_curves_are_told_apart_by_more_than_colour():
    curve = {"step": [1, 2], "d_accuracy": [0.5, 0.75]}
    plot = plots.sweep_curves([("a", "trained", curve), ("b", "trained", curve)])
    first, second = plot.figure.axes[0].lines
    assert first.get_linestyle() != second.get_linestyle()
    assert "a: trained, 0.75 at the end; b: trained, 0.75 at the end" in plot.sentence


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: plots.outcome_map({**TABLE, "outcome": []}, x="rate"), "has no column rate"),
        (lambda: plots.outcome_map({name: [] for name in TABLE}), "table must have rows"),
        (lambda: plots.sample_map(TABLE, []), "one entry for each of the 6 rows, not 0"),
        (lambda: plots.sweep_curves([]), "one to 40 runs"),
        (lambda: plots.sweep_curves([("a", "trained", {"step": [1]})]), "The run a has no column d_accuracy"),
    ],
)
def test_wrong_data_are_refused(draw, words):
    with pytest.raises(ValueError, match=words):
        draw()
