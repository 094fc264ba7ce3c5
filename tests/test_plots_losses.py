"""The figure of the generator's losses: it tells how strongly each loss pulls, in its sentence and in its curves."""

import numpy as np
import pytest

from ganlib import plots

D = np.linspace(0.001, 0.999, 999)
LOSSES = {"fooled": -np.log(D), "zero-sum": np.log(1 - D)}
SLOPES = {"fooled": D - 1, "zero-sum": -D}


def test_the_sentence_says_how_strongly_each_loss_pulls_where_a_fake_is_seen_through():
    plot = plots.generator_losses(D, LOSSES, SLOPES)
    assert "gets 0.01: 0.99 (fooled) and 0.01 (zero-sum)" in plot.sentence
    assert "gets 0.99: 0.01 (fooled) and 0.99 (zero-sum)" in plot.sentence


def test_the_curves_are_the_losses_and_the_sizes_of_their_slopes():
    left, right = plots.generator_losses(D, LOSSES, SLOPES).figure.axes
    for axes, wanted in ((left, LOSSES.values()), (right, map(np.abs, SLOPES.values()))):
        for line, values in zip(axes.lines, wanted, strict=True):
            np.testing.assert_array_equal(line.get_ydata(), values)


def test_a_pull_above_1_is_shown_whole():
    _, right = plots.generator_losses(D, LOSSES, {"fooled": 5 * (D - 1), "zero-sum": -D}).figure.axes
    assert right.get_ylim()[1] > 5 * (1 - D[0])


def test_two_losses_of_one_colour_differ_by_their_dashes():
    left, _ = plots.generator_losses(D, LOSSES, SLOPES).figure.axes
    assert len({line.get_linestyle() for line in left.lines}) == 2


def test_losses_without_their_slopes_are_refused():
    with pytest.raises(ValueError, match="must name the same losses"):
        plots.generator_losses(D, LOSSES, {"fooled": D - 1})
    with pytest.raises(ValueError, match="losses must hold one to 3 things by name, not 0"):
        plots.generator_losses(D, {}, {})


def test_logits_in_place_of_probabilities_are_refused():
    with pytest.raises(ValueError, match="probabilities from 0 to 1, not logits"):
        plots.generator_losses(np.linspace(-8, 8, 999), LOSSES, SLOPES)
