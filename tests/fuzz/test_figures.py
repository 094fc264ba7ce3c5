"""Every figure, of things of every kind: it can be drawn, or it is refused in one sentence."""

import inspect
import warnings
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from helpers import tiny
from helpers.figures import texts_of
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import attempt, odd_values

from ganlib import plots

DIGITS = tiny.pictures(12, 28)
GRIDS = DIGITS.reshape(3, 4, 28, 28, 1)
ROWS = {"one": DIGITS[:3], "two": DIGITS[3:6]}
STEPS, THREE = [1, 2, 3], np.array([0.2, 0.4, 0.5])
POINTS = np.random.default_rng(0).uniform(-0.9, 0.9, (12, 2))
LABELS = np.arange(12) % 2
HISTORY = {"step": np.array(STEPS), "d_loss": THREE, "d_grad_norm": THREE}
MEASURED = {"step": np.array(STEPS), "error": THREE, "free_energy_gap": THREE}
OUTCOMES = ["D won", "G won", "oscillated", "trained"]
RATES = {"a": [1, 1, 2, 2], "b": [1, 2, 1, 2], "outcome": OUTCOMES, "mnist_fd": [1.0, np.nan, 3.0, 1000.0]}
CASE = SimpleNamespace(name="real", group="real", pictures=DIGITS, scores={"mnist_fd": 1.0, "precision": 0.5})
FAR = SimpleNamespace(name="fog", group="garbage", pictures=DIGITS, scores={"mnist_fd": 900.0, "precision": 0.0})
BOUNDARY = {"means": np.eye(2), "covariances": [np.eye(2)] * 2, "axes_names": ("x", "y")}


def half(points):
    return np.full(len(points), 0.5)


# What each figure can be made of, by the names of its arguments.
GIVEN = {
    "boundary_and_distributions": {
        "points": POINTS, "labels": LABELS, "discriminative": half, "generative": half, **BOUNDARY,
    },
    "code_grid": {"pictures": DIGITS, "first": [0, 1, 2], "second": [3, 2, 1, 0]},
    "code_map": {"codes": POINTS, "labels": LABELS, "radius": 2.0, "crowd": True},
    "distance_curves": {"steps": STEPS, "distances": {"a": THREE}, "floor": THREE / 9},
    "dream_energies": {"steps": STEPS, "gaps": {"a": THREE}},
    "dreams": {"pictures": GRIDS, "steps": STEPS},
    "energy_landscape": {"images": DIGITS[:3], "free_energy": THREE, "log_partition": 3.0, "visited": (0, 2)},
    "estimate_histogram": {"estimates": {"a": THREE}, "truth": 0.3, "xlabel": "x"},
    "feature_maps": {"maps": {"a": np.eye(3)}, "values": True},
    "frames": {"pictures": GRIDS, "steps": STEPS},
    "game_diagram": {"highlight": "generator", "real": DIGITS, "fake": DIGITS},
    "generator_losses": {"probability": THREE, "losses": {"a": THREE}, "slopes": {"a": THREE}},
    "interpolation_strips": {"strips": ROWS},
    "learning_curves": {"sizes": STEPS, "generative": {"a": [THREE, THREE]}, "discriminative": {"b": [THREE, THREE]}},
    "machine_curves": {"histories": {"a": MEASURED}},
    "machine_diagram": {"kernel": np.eye(3), "visible_bias": THREE, "hidden_bias": THREE},
    "network_diagram": {"model": keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])},
    "outcome_map": {"table": RATES, "x": "a", "y": "b", "score": "mnist_fd"},
    "picture_grid": {
        "images": DIGITS, "rows": 3, "columns": 4, "titles": ["a"] * 12, "probabilities": np.full(12, 0.5),
    },
    "picture_rows": {"rows": ROWS, "titles": ["a", "b", "c"]},
    "planes": {"scenes": [plots.Scene(POINTS)], "captions": ["a"], "columns": 1},
    "proposals": {"codes": STEPS, "prior": THREE, "posterior": THREE, "proposed": {"a": THREE}},
    "quality_curves": {"curves": {"a": {"0": [{"seconds": 1.0, "mnist_fd": 2.0}]}}, "real": 1.0, "fog": 9.0},
    "run_curves": {"histories": {"a": HISTORY}, "column": "d_loss"},
    "sample_map": {"table": RATES, "pictures": [DIGITS[0, ..., 0], None, None, None], "x": "a", "y": "b"},
    "sample_rows": {"rows": ROWS, "scores": {"one": 0.5}, "what": "read as asked"},
    "score_histogram": {"real_probabilities": THREE, "fake_probabilities": THREE},
    "size_curves": {"sizes": STEPS, "errors": {"a": THREE}},
    "sweep_curves": {"runs": [("a", "done", HISTORY)], "column": "d_loss"},
    "training_curves": {"history": HISTORY, "events": [{"step": 2, "name": "a", "value": 1}], "columns": 2},
    "trial_table": {"cases": [CASE, FAR]},
    "word_evidence": {"words": ["a", "b"], "evidence": {"a": THREE}, "counted": 0.5},
    "word_rates": {"words": ["a", "b"], "rates": [[0.1, 0.2], [0.3, 0.4]]},
}  # fmt: skip


def test_every_figure_is_tried_with_all_its_arguments():
    functions = {name: getattr(plots, name) for name in plots.__all__ if inspect.isfunction(getattr(plots, name))}
    assert GIVEN.keys() == functions.keys()
    for name, function in functions.items():
        assert GIVEN[name].keys() == inspect.signature(function).parameters.keys() - {"title"}
        assert function(**GIVEN[name]).sentence.endswith(".")


@pytest.mark.parametrize("name", GIVEN)
def test_all_words_of_every_figure_are_inside_it_and_none_is_a_formula_in_the_making(name):
    figure = getattr(plots, name)(**GIVEN[name]).figure
    figure.dpi = plots.PIXELS_PER_INCH
    with plots.style.house_style():
        figure.draw_without_rendering()
    for text in texts_of(figure):
        box = text.get_window_extent()
        assert "$" not in text.get_text(), text
        assert min(box.x0, box.y0) >= -0.5, text
        assert box.x1 <= figure.bbox.width + 0.5, text
        assert box.y1 <= figure.bbox.height + 0.5, text


def drawn(name, odd):
    """Lay a figure out if it is made, but put no pixel of it: that is what takes the time."""
    plot, _ = attempt(lambda: getattr(plots, name)(**{**GIVEN[name], **odd}))
    if plot:
        with plots.style.house_style():
            plot.figure.draw_without_rendering()
        assert plot.sentence.endswith(".")


@st.composite
def odd_parts(draw, name):
    """Draw an argument or two that do not fit: as a whole, or what stands in a dict, a list, a scene or a case."""
    names = [*GIVEN[name], "title"] if "title" in inspect.signature(getattr(plots, name)).parameters else [*GIVEN[name]]
    chosen = draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True))
    return {key: draw(odd_values() | odd_inside(GIVEN[name].get(key))) for key in chosen}


def odd_inside(value):
    """Return a strategy for a value of which one part is replaced, or of which the numbers are odd."""
    if isinstance(value, dict) and value:
        return st.sampled_from(list(value)).flatmap(
            lambda key: (odd_values() | odd_inside(value[key])).map(lambda odd: {**value, key: odd})
        )
    if isinstance(value, plots.Scene):
        fields = st.sampled_from(plots.Scene._fields)
        return fields.flatmap(lambda field: odd_values().map(lambda odd: value._replace(**{field: odd})))
    if isinstance(value, SimpleNamespace):
        return odd_inside(vars(value)).map(lambda parts: SimpleNamespace(**parts))
    if isinstance(value, list | tuple) and value:
        first = odd_values() | odd_inside(value[0])
        return first.map(lambda odd: [odd, *value[1:]])
    if callable(value):
        return odd_values().map(lambda odd: lambda points: odd)
    if isinstance(value, np.ndarray) and value.dtype.kind == "f":
        factors = st.sampled_from((0, -1, 1e30, 1e99, 1e308, np.nan, np.inf))
        return factors.map(lambda factor: value * factor)
    return odd_values()


@pytest.mark.parametrize("name", GIVEN)
@settings(max_examples=settings().max_examples // 4 or 1)
@given(draw=st.data())
def test_a_figure_is_drawn_or_refused_in_a_sentence(name, draw):
    with warnings.catch_warnings(action="ignore"):  # of NumPy and Matplotlib, of numbers as large as these
        drawn(name, draw.draw(odd_parts(name)))
