"""Figures that show pictures: grids of digits, and how they change."""

import math
import textwrap

import numpy as np
from matplotlib.patches import Rectangle

from ganlib.arguments import Whole, as_array
from ganlib.data import as_bytes, flat, tile
from ganlib.plots.checks import check_counts, check_probabilities, check_texts
from ganlib.plots.style import (
    FAKE,
    INK,
    PALE,
    REAL,
    WIDTH,
    Plot,
    begin_with,
    canvas,
    draw_picture,
    drawing,
    join_words,
    write_count,
    write_percent,
)


def _grid_shape(n, rows, columns):
    """Return rows and columns for n pictures: one row up to 10 pictures, else nearly a square."""
    rows, columns = (
        value if value is None else Whole(name, 1)(value) for name, value in (("rows", rows), ("columns", columns))
    )
    if columns is None:
        columns = math.ceil(n / rows) if rows else n if n <= 10 else math.ceil(math.sqrt(n))
    if rows is None:
        rows = math.ceil(n / columns)
    if rows * columns < n:
        raise ValueError(f"{n} pictures do not fit into {rows} rows of {columns}: give only rows, or only columns.")
    return rows, columns


@drawing
def picture_grid(images, rows=None, columns=None, titles=None, probabilities=None, title=None):
    """Draw pictures in a grid, with words above and the discriminator's verdict under each.

    Parameters
    ----------
    images : array, shape (n, 28, 28) or (n, height, width, channels)
        uint8 from 0 to 255, or float from -1 to 1; 1 or 3 channels.
    rows, columns : int, optional
        Size of the grid. Default: one row up to 10 pictures, else nearly a square.
    titles : sequence of n str, optional
        Words above each picture, such as labels.
    probabilities : array, shape (n,) or (n, 1), optional
        The discriminator's probability that each picture is real, from 0 to 1.
    title : str, optional

    Returns
    -------
    Plot
    """
    pictures = flat(as_bytes(images))
    n, height, width = pictures.shape[:3]
    rows, columns = _grid_shape(n, rows, columns)
    titles = None if titles is None else check_texts("titles", titles, n, "pictures")
    if probabilities is not None:
        probabilities = check_probabilities("probabilities", probabilities)
        if len(probabilities) != n:
            raise ValueError(
                f"probabilities must have one entry for each of the {n} pictures, not {len(probabilities)}."
            )
    cell = min(1.1, max(0.2, WIDTH / columns))
    words = [textwrap.wrap(words, max(4, int(cell / 0.085))) for words in titles or [""] * n]
    above, below = 0.17 * max(map(len, words)), 0.1 if probabilities is None else 0.38
    side, tall = cell - 0.1, (cell - 0.1) * height / width
    figure, axes = canvas(columns * cell, rows * (above + tall + below), title)
    for i, picture in enumerate(pictures):
        x, y = (i % columns) * cell + 0.05, (i // columns) * (above + tall + below) + above
        draw_picture(axes, picture, x, y, side, tall)
        axes.text(x + side / 2, y - 0.04, "\n".join(words[i]), fontsize=9, ha="center", va="bottom")
        if probabilities is not None:
            _verdict(axes, probabilities[i], x, y + tall + 0.04, side)
    return Plot(figure, _grid_sentence(pictures, rows, columns, titles, probabilities, title))


def _verdict(axes, probability, x, y, width):
    """Draw a probability as a bar and a number; a tick marks 0.5, where the verdict changes."""
    pen = REAL if probability > 0.5 else FAKE
    axes.add_patch(Rectangle((x, y), width, 0.07, facecolor=PALE))
    axes.add_patch(Rectangle((x, y), width * probability, 0.07, facecolor=pen.colour))
    axes.plot([x + width / 2] * 2, [y - 0.015, y + 0.085], color=INK, linewidth=0.8)
    words = f"{probability:.2f} {pen.label}" if width > 0.65 else f"{probability:.2f}"
    axes.text(x + width / 2, y + 0.17, words, fontsize=9, ha="center", va="center", color=pen.colour)


def _grid_sentence(pictures, rows, columns, titles, probabilities, title):
    n, height, width = pictures.shape[:3]
    lit = (pictures > 127).mean()
    sentence = (
        f"{begin_with(title)}{write_count(n, 'picture')} of {height} by {width} pixels "
        f"in {write_count(rows, 'row')} of {columns}; "
        f"{write_percent(lit)} of the pixels are bright"
    )
    if n > 1:
        spread = np.abs(pictures - pictures.mean(axis=0)).mean() / 255
        sentence += f", and a picture differs from the average one by {write_percent(spread)} of the brightness range"
    sentence += "."
    if titles is not None and n <= 25:
        sentence += f" Titles, row by row: {', '.join(titles)}."
    if probabilities is not None:
        sentence += (
            f" The discriminator takes {(probabilities > 0.5).sum()} of {n} for real; its probabilities run "
            f"from {probabilities.min():.2f} to {probabilities.max():.2f}, mean {probabilities.mean():.2f}."
        )
    return sentence


@drawing
def frames(pictures, steps, title=None):
    """Draw sample grids of several steps side by side: the same latent vectors, as the generator learns.

    Parameters
    ----------
    pictures : array, shape (k, n, height, width, channels)
        k grids of n pictures each; uint8 from 0 to 255, or float from -1 to 1; 1 or 3 channels.
    steps : sequence of k int
        The step of each grid, at least 0.
    title : str, optional

    Returns
    -------
    Plot
    """
    pictures = as_array("pictures", pictures)
    if pictures.ndim != 5 or not pictures.size:
        raise ValueError(f"pictures must have the shape (k, n, height, width, channels), not {pictures.shape}.")
    steps = check_counts("steps", steps)
    if len(steps) != len(pictures):
        raise ValueError(f"steps must have one entry for each of the {len(pictures)} grids, not {len(steps)}.")
    shape = pictures.shape
    pictures = as_bytes(pictures.reshape(-1, *shape[2:])).reshape(shape)
    per_row = math.ceil(len(steps) / math.ceil(len(steps) / 5))
    rows, columns = _grid_shape(shape[1], None, math.ceil(math.sqrt(shape[1])))
    grids = [tile(grid, rows, columns) for grid in pictures]
    side = min(2.6, WIDTH / per_row) - 0.12
    tall = side * grids[0].shape[0] / grids[0].shape[1]
    figure, axes = canvas(per_row * (side + 0.12), math.ceil(len(steps) / per_row) * (tall + 0.34), title)
    for i, (step, grid) in enumerate(zip(steps, grids, strict=True)):
        x, y = (i % per_row) * (side + 0.12) + 0.06, (i // per_row) * (tall + 0.34) + 0.24
        draw_picture(axes, grid, x, y, side, tall)
        axes.text(x, y - 0.05, f"step {step:,}", fontsize=9.5, va="bottom")
    return Plot(figure, _frames_sentence(pictures, steps, title))


def _frames_sentence(pictures, steps, title):
    k, n = pictures.shape[:2]
    sentence = (
        f"{begin_with(title)}{write_count(n, 'sample')} from the same latent vectors at "
        f"{'step' if k == 1 else 'steps'} {join_words([f'{step:,}' for step in steps])}."
    )
    if k == 1:
        return sentence
    change = np.abs(np.diff(pictures.astype(np.int16), axis=0)).mean(axis=(1, 2, 3, 4)) / 255
    told = [f"{write_percent(share)} from step {steps[i]:,} to {steps[i + 1]:,}" for i, share in enumerate(change)]
    told = told if k <= 5 else [told[0], told[-1]]
    return f"{sentence} Change of the average pixel, as a share of the brightness range: {join_words(told)}."
