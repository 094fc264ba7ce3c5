"""The figure of the recipes: how far their digits are from real ones, against the time they have trained."""

import math

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ganlib.plots.checks import check_columns, check_named, check_number, check_numbers, check_several
from ganlib.plots.curves import RUN_PENS
from ganlib.plots.style import GREY, Plot, begin_with, drawing, join_words

TIMES = (1, 2, 5)  # ticks in each decade
MOST_SEEDS = 100  # lines of a recipe


@drawing
def quality_curves(curves, real, fog, title=None):
    """Draw the distance to real digits against the time of training, both on logarithmic axes.

    Parameters
    ----------
    curves : dict of str to dict of str to list of dict
        Up to four recipes by name. Each holds, by seed, a list of rows with `seconds` and `mnist_fd`, both above 0, as
        `python -m ganlib bench --quality --json FILE` writes them. Every seed is a line.
    real : float
        The distance of as many real digits, drawn as a line: no recipe should be expected to go below it.
    fog : float
        The distance of as many pictures of fog, which show no digit, drawn as a line: what is above it has learned
        nothing.
    title : str, optional

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        No recipe or more than four; a seed without rows; a time or a distance that is not above 0.
    """
    recipes = check_named(
        "curves", curves, len(RUN_PENS), lambda name, seeds: check_named(name, seeds, MOST_SEEDS, _points)
    )
    lines = {name: list(seeds.values()) for name, seeds in recipes.items()}
    real, fog = check_number("real", real), check_number("fog", fog)
    if min(real, fog) <= 0:
        raise ValueError("real and fog must be above 0: both axes are logarithmic.")
    figure = Figure(figsize=(7.2, 3.8), layout="constrained")
    axes = figure.add_subplot(xlabel="seconds of training", ylabel="MNIST-FD", xscale="log", yscale="log")
    axes.set_title(title or "Distance to real digits, against the time")
    axes.grid(axis="y")
    for (name, seeds), pen in zip(lines.items(), RUN_PENS, strict=False):
        for seconds, distances in seeds:
            style = {"marker": "o", "markersize": 3, "linewidth": 1.5, "alpha": 0.85}
            axes.plot(seconds, distances, color=pen.colour, linestyle=pen.line, **style)
        _name(axes, name, min(begin[0][0] for begin in seeds), seeds[0][1][0], pen.colour, lift=9)
    axes.margins(x=0.14)
    for words, distance, lift in (("real digits", real, 7), ("fog", fog, -7)):
        axes.axhline(distance, color=GREY, linewidth=1)
        _name(axes, words, axes.get_xlim()[0], distance, GREY, lift=lift)
    _number_axes(axes)
    return Plot(figure, _sentence(lines, real, fog, title))


def _points(name, rows):
    """Return seconds and distances of one seed as two arrays; ValueError if they cannot be drawn."""
    rows = [check_columns(name, row, "seconds", "mnist_fd") for row in check_several(name, rows)]
    seconds, distances = (check_numbers(name, [row[key] for row in rows], None) for key in ("seconds", "mnist_fd"))
    if not (seconds > 0).all() or not (distances > 0).all():
        raise ValueError(f"{name} needs rows whose seconds and mnist_fd are above 0.")
    return seconds, distances


def _name(axes, words, x, y, colour, lift):
    """Write words right of a point, a little higher: curves that fall begin far apart and may end in one place."""
    axes.annotate(words, (x, y), (7, lift), textcoords="offset points", color=colour, fontsize=9.5, va="center")


def _number_axes(axes):
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_locator(LogLocator(subs=TIMES))
        axis.set_minor_locator(NullLocator())
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))


def _sentence(lines, real, fog, title):
    told = []
    for name, seeds in lines.items():
        seconds, distances = (np.array([seed[i][-1] for seed in seeds]) for i in (0, 1))
        told.append(f"{name} {_span(distances, 1)} after {_span(seconds, 0)} seconds")
    ends = f"{join_words(told)}; real digits {real:.1f}, fog {fog:.0f}"
    return f"{begin_with(title)}MNIST-FD at the end of training: {ends}."


def _span(values, digits):
    """Write "18.9", or "16.0 to 16.5" if several values differ."""
    low, high = (f"{limit:.{digits}f}" for limit in (values.min(), values.max()))
    return low if math.isclose(float(low), float(high)) else f"{low} to {high}"
