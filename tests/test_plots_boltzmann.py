"""The figures of Boltzmann machines: they draw what they are given, and say it."""

import numpy as np
import pytest

from ganlib import plots

KERNEL = np.array([[2.0, -1.0], [0.5, -0.2], [0.1, 3.0]])
PICTURES = np.array([[-1, -1], [1, -1], [1, 1]], np.float32).reshape(3, 1, 2, 1)
FREE = np.array([1.0, -2.0, 0.0])
LOG_Z = np.logaddexp.reduce(-FREE)


def test_the_diagram_has_a_line_for_each_weight_and_a_circle_for_each_unit():
    plot = plots.machine_diagram(KERNEL, np.zeros(3), np.zeros(2))
    axes = plot.figure.axes[0]
    assert len(axes.lines) == 6
    assert len(axes.patches) == 5
    assert "3 pixels and 2 hidden units" in plot.sentence
    assert "4 weights turn their units on (solid), 2 turn them off (dashed), from -1.0 to 3.0" in plot.sentence


def test_weights_of_different_sign_differ_by_dash_and_the_largest_is_the_thickest():
    lines = plots.machine_diagram(KERNEL, np.zeros(3), np.zeros(2)).figure.axes[0].lines
    assert lines[0].get_linestyle() != lines[1].get_linestyle()
    assert max(line.get_linewidth() for line in lines) == lines[5].get_linewidth()


def test_a_machine_too_large_to_be_seen_is_refused():
    with pytest.raises(ValueError, match="at most 12 each way"):
        plots.machine_diagram(np.zeros((13, 2)), np.zeros(13), np.zeros(2))
    with pytest.raises(ValueError, match="as long as the biases"):
        plots.machine_diagram(KERNEL, np.zeros(2), np.zeros(2))


def test_the_landscape_goes_from_the_most_probable_picture_to_the_least():
    plot = plots.energy_landscape(PICTURES, FREE, LOG_Z, "Three pictures")
    heights = [bar.get_height() for bar in plot.figure.axes[1].patches]
    np.testing.assert_allclose(heights, np.exp(-np.array([-2, 0, 1]) - LOG_Z))
    assert plot.sentence.startswith("Three pictures: 3 pictures from free energy -2.00 (probability 0.844)")
    assert "add up to 1.000" in plot.sentence


def test_a_walk_is_ringed_in_the_landscape_and_its_looks_are_counted():
    plain = plots.energy_landscape(PICTURES, FREE, LOG_Z)
    plot = plots.energy_landscape(PICTURES, FREE, LOG_Z, visited=[2, 1, 1, 1])
    upper, lower, row = plot.figure.axes
    ring = upper.lines[-1]
    assert (ring.get_xdata()[0], ring.get_ydata()[0]) == (0, -2.0)  # where picture 1, the deepest, stands
    looks = lower.patches[3:]
    assert [(bar.get_x() + bar.get_width() / 2, bar.get_height()) for bar in looks] == [(0, 0.75), (1, 0.25)]
    assert len(row.patches) == len(plain.figure.axes[2].patches) + 1
    assert "stands at a picture of probability 0.844; in 4 looks it has seen 2 of them" in plot.sentence


def test_the_landscape_needs_one_free_energy_a_picture():
    with pytest.raises(ValueError, match="free_energy must have one number for each"):
        plots.energy_landscape(PICTURES, FREE[:2], LOG_Z)


def test_dreams_are_a_row_for_each_chain_and_a_column_for_each_look():
    looks = np.full((4, 3, 5, 5, 1), -1.0)
    looks[-1] = 1
    plot = plots.dreams(looks, [0, 1, 10, 1000], "Chains")
    axes = plot.figure.axes[0]
    assert len(axes.images) == 12
    assert {"start", "1", "10", "1,000"} <= {text.get_text() for text in axes.texts}
    assert "3 Gibbs chains, a row each, looked at after 0, 1, 10 and 1,000 Gibbs steps" in plot.sentence
    assert "0% at the first look, 100% at the last" in plot.sentence


def test_dreams_without_a_step_for_each_look_are_refused():
    with pytest.raises(ValueError, match="with k steps"):
        plots.dreams(np.zeros((4, 3, 5, 5, 1)), [0, 1])


def test_the_curves_of_two_machines_differ_by_dash_and_are_named():
    histories = {
        name: {"step": np.arange(1, 201), "error": np.full(200, level), "free_energy_gap": np.full(200, 10 * level)}
        for name, level in (("CD-1", 0.1), ("PCD-1", 0.3))
    }
    plot = plots.machine_curves(histories)
    for axes in plot.figure.axes:
        assert {"CD-1", "PCD-1"} <= {text.get_text() for text in axes.texts}
        assert len({str(line.get_linestyle()) for line in axes.lines if line.get_linewidth() > 1}) == 2
    assert "error per pixel with CD-1 0.1," in plot.sentence
    assert "free energy of dreams minus that of data with PCD-1 3." in plot.sentence


def test_curves_are_running_means_so_that_noise_hides_no_line():
    noise = np.where(np.arange(200) % 2, 1.0, -1.0)
    history = {"step": np.arange(1, 201), "error": 5 + noise, "free_energy_gap": noise}
    for axes, middle in zip(plots.machine_curves({"CD-1": history}).figure.axes, (5, 0), strict=True):
        (line,) = axes.lines
        assert np.abs(line.get_ydata() - middle).max() < 0.3


def test_of_histories_that_differ_in_length_the_longer_one_is_shown_whole():
    histories = {
        name: {"step": np.arange(1, n + 1), "error": np.ones(n), "free_energy_gap": np.ones(n)}
        for name, n in (("long", 2000), ("short", 200))
    }
    plot = plots.machine_curves(histories)
    assert all(axes.get_xlim()[1] >= 2000 for axes in plot.figure.axes)
    assert plot.sentence.startswith("Means of the last tenth of 200 to 2,000 steps: ")


def test_the_energies_of_dreams_are_drawn_by_how_long_they_lasted():
    plot = plots.dream_energies([1, 10, 1000], {"CD-1": [8.0, -4.0, -45.0], "PCD-1": [9.0, 7.0, 14.0]})
    (axes,) = plot.figure.axes
    drawn = [list(line.get_ydata()) for line in axes.lines if len(line.get_ydata()) == 3]
    assert drawn == [[8.0, -4.0, -45.0], [9.0, 7.0, 14.0]]
    assert {"CD-1", "PCD-1"} <= {text.get_text() for text in axes.texts}
    assert "after 1, 10 and 1,000 Gibbs steps: CD-1 8, -4 and -45; PCD-1 9, 7 and 14 nats" in plot.sentence
    with pytest.raises(ValueError, match="must be an array of 2 numbers"):
        plots.dream_energies([1, 10], {"CD-1": [8.0]})


def test_no_history_or_too_many_are_refused():
    with pytest.raises(ValueError, match="one to 3 things by name, not 0"):
        plots.machine_curves({})
