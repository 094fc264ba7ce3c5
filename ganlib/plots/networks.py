"""Diagrams of networks, drawn from the Keras model itself."""

import math
import textwrap
from typing import NamedTuple

import numpy as np
from matplotlib.patches import FancyBboxPatch, Polygon

from ganlib.plots.style import (
    DISCRIMINATOR,
    GENERATOR,
    GREY,
    INK,
    PALE,
    PAPER,
    WIDTH,
    Plot,
    canvas,
    drawing,
    write_count,
    write_percent,
)


def draw_box(axes, x, y, width, height, **style):
    """Draw a rounded box around the centre (x, y)."""
    corner = (x - width / 2, y - height / 2)
    axes.add_patch(FancyBboxPatch(corner, width, height, boxstyle="round,pad=0,rounding_size=0.06", **style))


_WORDS_END, _BOX_CENTRE, _SHAPE_END, _COUNT_END = 3.2, 4.7, 7.2, 8.8  # inches, in `network_diagram`


class _Row(NamedTuple):
    """What `network_diagram` tells about the input or a layer."""

    words: str
    shape: tuple
    parameters: int | None

    @property
    def units(self):
        return math.prod(self.shape)


@drawing
def network_diagram(model, title=None):
    """Draw a network as a chain of boxes from input to output; a wider box holds more numbers.

    Widths grow with the square root of how many numbers a layer puts out for one input. A full box has
    parameters, an empty one has none.

    Parameters
    ----------
    model : keras.Model
        Built, and a chain: each layer takes what the layer before it gives.
    title : str, optional
        Default: the model's name.

    Returns
    -------
    Plot
    """
    rows = _network_rows(model)
    title = title or model.name
    colour = next((pen.colour for pen in (GENERATOR, DISCRIMINATOR) if pen.label in model.name), GREY)
    pitch, bottom = 0.4, 0.75 + 0.4 * len(rows)
    figure, axes = canvas(WIDTH, bottom + 0.35, title)
    for x, words in ((_WORDS_END, "layer"), (_SHAPE_END, "output"), (_COUNT_END, "parameters")):
        axes.text(x, 0.35, words, fontsize=9.5, color=GREY, ha="right", va="center")
    most = max(row.units for row in rows)
    widths = [max(0.1, 2.5 * math.sqrt(row.units / most)) for row in rows]
    for i, (row, width) in enumerate(zip(rows, widths, strict=True)):
        y = 0.7 + i * pitch
        if i:
            _funnel(axes, y - pitch + 0.12, widths[i - 1], y - 0.12, width)
        face = colour if row.parameters else PAPER
        draw_box(axes, _BOX_CENTRE, y, width, 0.24, edgecolor=colour, facecolor=face, linewidth=1.2)
        _network_words(axes, row, y)
    axes.plot([0.1, 8.9], [bottom - 0.12] * 2, color=PALE, linewidth=1)
    for x, words in ((_WORDS_END, write_count(len(rows) - 1, "layer")), (_COUNT_END, f"{_total(rows):,}")):
        axes.text(x, bottom + 0.1, words, fontweight="bold", ha="right", va="center")
    return Plot(figure, _network_sentence(model.name, rows))


def _funnel(axes, y, width, next_y, next_width):
    """Join two boxes by a pale band that shows the flow of numbers narrowing or widening."""
    sides = ((-width / 2, y), (width / 2, y), (next_width / 2, next_y), (-next_width / 2, next_y))
    corners = [(_BOX_CENTRE + x, y) for x, y in sides]
    axes.add_patch(Polygon(corners, facecolor=PALE, edgecolor="none", zorder=0.5))


def _network_words(axes, row, y):
    colour = INK if row.parameters else GREY
    words = textwrap.fill(row.words, 42)
    axes.text(_WORDS_END, y, words, ha="right", va="center", color=colour, fontsize=9 if "\n" in words else 10)
    axes.text(_SHAPE_END, y, _shape_words(row.shape), ha="right", va="center", color=colour)
    if row.parameters is not None:
        axes.text(_COUNT_END, y, f"{row.parameters:,}", ha="right", va="center", color=colour)


def _shape_words(shape):
    return f"{shape[0]:,}" if len(shape) == 1 else " × ".join(map(str, shape))


def _network_rows(model):
    """Return the input and the layers of a chain, each with what it puts out for one input."""
    try:
        rows = [_Row("input", tuple(model.input_shape[1:]), None)]
        for layer in model.layers:
            if type(layer).__name__ != "InputLayer":
                rows.append(_Row(_layer_words(layer), tuple(layer.output.shape[1:]), layer.count_params()))
        levels = getattr(model, "_nodes_by_depth", {}).values()  # a Sequential has none, and is a chain
        follows = all(len(nodes) == 1 and len(set(nodes[0].parent_nodes)) < 2 for nodes in levels)
        is_chain = follows and len(rows) > 1 and all(isinstance(side, int) for row in rows for side in row.shape)
    except Exception:  # a layer that was never called, several inputs, something other than a model
        is_chain = False
    if not is_chain:
        raise ValueError(
            "network_diagram draws a Keras model that is built, a chain of layers from one input of a known shape to "
            "one output: begin it with keras.Input(shape)."
        )
    return rows


def _layer_words(layer):
    """Name a layer's kind and the choices that a learner meets in the code."""
    words = [type(layer).__name__]
    if kernel := getattr(layer, "kernel_size", None):
        words[0] += f" {'×'.join(map(str, kernel))}"
    if max(np.ravel(getattr(layer, "strides", None) or 1)) > 1:
        words.append(f"stride {max(layer.strides)}")
    activation = getattr(getattr(layer, "activation", None), "__name__", "linear")
    if activation != "linear":
        words.append(activation)
    for name in ("negative_slope", "momentum", "rate"):
        if isinstance(value := getattr(layer, name, None), int | float):
            words.append(f"{value:g}")
    return ", ".join(words)


def _total(rows):
    return sum(row.parameters or 0 for row in rows)


def _network_sentence(name, rows):
    total, largest = _total(rows), max(rows[1:], key=lambda row: row.parameters)
    sentence = (
        f"The network {name}: {_shape_words(rows[0].shape)} numbers in, {_shape_words(rows[-1].shape)} out, "
        f"through {write_count(len(rows) - 1, 'layer')} with {write_count(total, 'parameter')}."
    )
    if total:
        sentence += (
            f" The most, {largest.parameters:,} ({write_percent(largest.parameters / total)}), are in the layer "
            f"{largest.words} that puts out {_shape_words(largest.shape)}."
        )
    return sentence
