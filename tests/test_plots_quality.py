"""The figure of the recipes: every seed a line, and a sentence that tells where each recipe ended."""

import numpy as np
import pytest

from ganlib import plots


def rows(*points):
    return [{"step": 100 * i, "seconds": seconds, "mnist_fd": distance} for i, (seconds, distance) in enumerate(points)]


CURVES = {
    "swift": {"0": rows((10, 60.0), (40, 16.02)), "1": rows((11, 70.0), (44, 16.48))},
    "classic": {"0": rows((100, 40.0), (290, 18.9))},
}


def test_the_sentence_tells_where_each_recipe_ended_over_its_seeds():
    sentence = plots.quality_curves(CURVES, 1.04, 320.4, "Two recipes").sentence
    assert sentence == (
        "Two recipes: MNIST-FD at the end of training: swift 16.0 to 16.5 after 40 to 44 seconds and "
        "classic 18.9 after 290 seconds; real digits 1.0, fog 320."
    )


def test_every_seed_is_a_line_and_recipes_differ_by_colour_and_dash():
    (axes,) = plots.quality_curves(CURVES, 1.04, 320.4).figure.axes
    *seeds, real, fog = axes.lines
    for line, (name, seed) in zip(seeds, [("swift", "0"), ("swift", "1"), ("classic", "0")], strict=True):
        np.testing.assert_array_equal(line.get_ydata(), [row["mnist_fd"] for row in CURVES[name][seed]])
    looks = [(line.get_color(), line.get_linestyle()) for line in seeds]
    assert looks[0] == looks[1]
    assert all(one != other for one, other in zip(looks[0], looks[2], strict=True))
    assert set(real.get_ydata()) == {1.04}
    assert set(fog.get_ydata()) == {320.4}


@pytest.mark.parametrize(
    ("curves", "words"),
    [
        ({}, "one to 4 things by name, not 0"),
        ({str(i): CURVES["classic"] for i in range(5)}, "one to 4 things by name, not 5"),
        ({"swift": {"0": []}}, "curves\\['swift'\\]\\['0'\\] must be an array"),
        ({"swift": {"0": rows((0, 5.0))}}, "above 0"),
    ],
)
def test_what_cannot_be_drawn_is_refused(curves, words):
    with pytest.raises(ValueError, match=words):
        plots.quality_curves(curves, 1.0, 320.0)
