"""Figures of feature maps: how layers make pictures smaller and larger, and how often they paint each pixel."""

import textwrap

import numpy as np

from ganlib.arguments import Switch, as_array
from ganlib.plots.checks import check_named, check_numbers
from ganlib.plots.style import WIDTH, Plot, begin_with, canvas, draw_picture, drawing, write_count

MOST = 40  # maps in a row


@drawing
def feature_maps(maps, values=False, title=None):
    """Draw maps of different sizes side by side, their pixels all of one size, on one scale of grey.

    Parameters
    ----------
    maps : dict of str to array of shape (height, width), (height, width, 1) or (1, height, width, 1)
        Each map's name, written above it with its size, and its numbers; the smallest of all is drawn black, the
        largest white.
    values : bool
        Write its number into each pixel, rounded to three digits; for small maps.
    title : str, optional

    Returns
    -------
    Plot
        Its sentence says for each map its size and from where to where its numbers run.

    Raises
    ------
    ValueError
        There is no map, there are more than 40, or one does not hold finite numbers.
    """
    maps, values = check_named("maps", maps, MOST, _check_map), Switch("values")(values)
    low, high = min(m.min() for m in maps.values()), max(m.max() for m in maps.values())
    gap = 0.3
    tallest, broad = max(m.shape[0] for m in maps.values()), sum(m.shape[1] for m in maps.values())
    pixel = min(max(WIDTH - gap * len(maps), 1) / broad, 2.6 / tallest, 0.3)
    spaces = [max(m.shape[1] * pixel, 1.25) + gap for m in maps.values()]
    words = [_caption(name, m, space) for (name, m), space in zip(maps.items(), spaces, strict=True)]
    head = 0.17 * max(map(len, words)) + 0.1
    figure, axes = canvas(sum(spaces), head + tallest * pixel + 0.08, title)
    left = gap / 2
    for lines, numbers, space in zip(words, maps.values(), spaces, strict=True):
        axes.text(left, head - 0.06, "\n".join(lines), fontsize=9.5, va="bottom")
        grey = 255 * (numbers - low) / max(high - low, 1e-12)
        draw_picture(axes, grey, left, head, numbers.shape[1] * pixel, numbers.shape[0] * pixel)
        if values:
            _write_values(axes, numbers, grey, left, head, pixel)
        left += space
    return Plot(figure, _maps_sentence(maps, title))


def _check_map(name, numbers):
    """Return a map as float64 (height, width), or say what is wrong with it."""
    numbers = as_array(name, numbers)
    numbers = numbers[..., 0] if numbers.ndim > 2 and numbers.shape[-1] == 1 else numbers
    numbers = numbers[0] if numbers.ndim == 3 and len(numbers) == 1 else numbers
    return check_numbers(name, numbers, None, None)


def _caption(name, numbers, space):
    """Wrap a map's name and size to the space that it has."""
    size = f"{numbers.shape[0]} × {numbers.shape[1]}"
    return [*textwrap.wrap(name, max(8, int(space / 0.085))), size]


def _write_values(axes, numbers, grey, left, top, pixel):
    for (row, column), value in np.ndenumerate(numbers):
        colour = "white" if grey[row, column] < 128 else "black"
        at = left + (column + 0.5) * pixel, top + (row + 0.5) * pixel
        axes.text(*at, f"{value:.3g}", color=colour, fontsize=8, ha="center", va="center", zorder=3)


def _maps_sentence(maps, title):
    told = [f"{name}, {m.shape[0]} by {m.shape[1]}, from {m.min():.3g} to {m.max():.3g}" for name, m in maps.items()]
    return f"{begin_with(title)}{write_count(len(maps), 'map')} of pixels: {'; '.join(told)}."
