"""Figures of Boltzmann machines: the machine itself, the energies of a tiny one, chains that dream, and learning."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle

from ganlib.arguments import as_array
from ganlib.data import as_bytes, flat
from ganlib.plots.checks import (
    check_columns,
    check_counts,
    check_named,
    check_number,
    check_numbers,
    check_rising,
    check_several,
)
from ganlib.plots.curves import _label_ends, _make_step_axis, _running_mean
from ganlib.plots.style import (
    DISCRIMINATOR,
    GENERATOR,
    GREY,
    INK,
    PAPER,
    WIDTH,
    Pen,
    Plot,
    begin_with,
    canvas,
    draw_picture,
    drawing,
    join_words,
    write_count,
)

_MOST_UNITS = 12  # in a row of the diagram; more would be a blur
_UP, _DOWN = DISCRIMINATOR.colour, GENERATOR.colour  # weights that turn on and off, solid and dashed
_PENS = (Pen("", DISCRIMINATOR.colour, ()), Pen("", GENERATOR.colour, (5, 2)), Pen("", GREY, (1.5, 1.5)))


@drawing
def machine_diagram(kernel, visible_bias, hidden_bias, title=None):
    """Draw a small restricted Boltzmann machine: pixels below, hidden units above, a line for each weight.

    A thicker line is a larger weight; solid lines turn a unit on, dashed ones turn it off. The number in a unit is its
    bias.

    Parameters
    ----------
    kernel : array, shape (pixels, hidden)
        The weights.
    visible_bias, hidden_bias : array, shape (pixels,) and (hidden,)
        At most 12 units in each layer.
    title : str, optional

    Returns
    -------
    Plot
    """
    kernel = check_numbers("kernel", kernel, None, None)
    visible_bias, hidden_bias = (
        check_numbers(name, bias, None) for name, bias in (("visible_bias", visible_bias), ("hidden_bias", hidden_bias))
    )
    if kernel.shape != (len(visible_bias), len(hidden_bias)) or max(kernel.shape) > _MOST_UNITS:
        raise ValueError(
            f"The kernel must be (pixels, hidden), as long as the biases and at most {_MOST_UNITS} each way, "
            f"not {kernel.shape} with {len(visible_bias)} and {len(hidden_bias)} biases."
        )
    width = 0.75 * max(*kernel.shape, 4) + 1.6
    figure, axes = canvas(width, 2.6, title)
    rows = {"pixels  v": (visible_bias, 2.2), "hidden units  h": (hidden_bias, 0.45)}
    places = [
        [(1.6 + (i + 0.5) * (width - 1.6) / len(biases), y) for i in range(len(biases))] for biases, y in rows.values()
    ]
    _draw_weights(axes, kernel, *places)
    for (words, (biases, y)), spots in zip(rows.items(), places, strict=True):
        axes.text(0.1, y, words, fontsize=9.5, color=GREY, va="center")
        for bias, (x, _) in zip(biases, spots, strict=True):
            axes.add_patch(Circle((x, y), 0.24, facecolor=PAPER, edgecolor=INK, linewidth=1.2, zorder=3))
            axes.text(x, y, f"{bias:.1f}", fontsize=9, ha="center", va="center", zorder=4)
    return Plot(figure, _machine_sentence(kernel, title))


def _draw_weights(axes, kernel, below, above):
    largest = max(np.abs(kernel).max(), 1e-12)
    for (i, j), weight in np.ndenumerate(kernel):
        (x, y), (to_x, to_y) = below[i], above[j]
        line = "solid" if weight >= 0 else (0, (3, 1.5))
        colour, thick = (_UP if weight >= 0 else _DOWN), 0.4 + 3.2 * abs(weight) / largest
        axes.plot([x, to_x], [y, to_y], color=colour, linestyle=line, linewidth=thick, zorder=1)


def _machine_sentence(kernel, title):
    pixels, hidden = kernel.shape
    return (
        f"{begin_with(title)}{write_count(pixels, 'pixel')} and {write_count(hidden, 'hidden unit')}, each pixel tied "
        f"to each hidden unit by one of {kernel.size} weights and no unit to another of its own layer; "
        f"{(kernel >= 0).sum()} weights turn their units on (solid), {(kernel < 0).sum()} turn them off (dashed), "
        f"from {kernel.min():.1f} to {kernel.max():.1f}."
    )


@drawing
def energy_landscape(images, free_energy, log_partition, title=None, visited=()):
    """Draw every picture that a tiny machine knows, the most probable first: free energy and probability.

    A walk through them may be drawn too: a ring around the picture where it is, and the share of its time at each.

    Parameters
    ----------
    images : array, shape (n, height, width, 1)
        At most 32 pictures; uint8 from 0 to 255, or float from -1 to 1.
    free_energy : array, shape (n,)
        In nats.
    log_partition : float
        log Z, in nats.
    title : str, optional
    visited : sequence of int
        Which pictures a walk has seen, by their rows in `images`, one after the other; the last is where it is now.

    Returns
    -------
    Plot
    """
    pictures, free_energy = flat(as_bytes(images)), check_numbers("free_energy", free_energy, None)
    if free_energy.shape != pictures.shape[:1] or len(pictures) > 32:
        raise ValueError(
            f"free_energy must have one number for each of at most 32 pictures; its shape is {free_energy.shape}."
        )
    seen = check_counts("visited", visited) if len(check_several("visited", visited)) else np.zeros(0, int)
    if (seen >= len(pictures)).any():
        raise ValueError(f"visited must hold rows of the {len(pictures)} pictures, from 0 to {len(pictures) - 1}.")
    order = np.argsort(free_energy, kind="stable")
    pictures, free_energy = pictures[order], free_energy[order]
    with np.errstate(over="ignore"):
        probability = np.exp(-free_energy - check_number("log_partition", log_partition))
    if not probability.sum() <= 1.01:
        raise ValueError(
            "log_partition does not belong to free_energy, as the probabilities add up to more than 1: take both from "
            "the same machine."
        )
    figure = Figure(figsize=(WIDTH, 4.4), layout="constrained")
    upper, lower, row = figure.subplots(3, 1, sharex=True, gridspec_kw={"height_ratios": [3, 3, 1]})
    at = np.arange(len(pictures))
    upper.vlines(at, free_energy.max() + 0.3, free_energy, color=GREY, linewidth=1, linestyle=(0, (1, 2)))
    upper.plot(at, free_energy, "o", color=DISCRIMINATOR.colour)
    upper.set(title=title or "", ylabel="free energy F(v)")
    lower.bar(at, probability, color=DISCRIMINATOR.colour, width=0.6)
    lower.set(ylabel="probability p(v)", xlim=(-0.6, len(at) - 0.4))
    for axes in (upper, lower):
        axes.grid(axis="y")
        axes.tick_params(axis="x", bottom=False, labelbottom=False)
    row.axis("off")
    for x, picture in zip(at, pictures, strict=True):
        row.imshow(picture, "gray", vmin=0, vmax=255, extent=(x - 0.33, x + 0.33, 0, 1), aspect="auto")
        row.add_patch(Rectangle((x - 0.33, 0), 0.66, 1, facecolor="none", edgecolor=GREY, linewidth=0.8))
    row.set(xlim=(-0.6, len(at) - 0.4), ylim=(-0.3, 1.2))
    sentence = _landscape_sentence(free_energy, probability, title)
    if len(seen):
        places = np.argsort(order)[seen]
        shares = np.bincount(places, minlength=len(at)) / len(places)
        _draw_walk(upper, lower, row, places[-1], free_energy, shares)
        sentence += (
            f" The walk stands at a picture of probability {probability[places[-1]]:.3f}; in "
            f"{write_count(len(places), 'look')} it has seen {np.count_nonzero(shares)} of them."
        )
    return Plot(figure, sentence)


def _draw_walk(upper, lower, row, place, free_energy, shares):
    """Draw where a walk is, in the landscape and around its picture, and the share of its looks at each picture."""
    seen = np.flatnonzero(shares)
    upper.plot(place, free_energy[place], "o", markersize=15, markerfacecolor="none", color=_DOWN, markeredgewidth=2.2)
    row.add_patch(Rectangle((place - 0.4, -0.12), 0.8, 1.24, facecolor="none", edgecolor=_DOWN, linewidth=2.4))
    lower.bar(seen, shares[seen], width=0.85, facecolor="none", edgecolor=_DOWN, linewidth=1.4, linestyle=(0, (3, 1.5)))
    lower.set_ylim(0, 1)
    words = {"fontsize": 9, "color": _DOWN, "ha": "right", "va": "top"}
    lower.text(0.99, 0.95, "dashed: share of the looks so far", transform=lower.transAxes, **words)


def _landscape_sentence(free_energy, probability, title):
    return (
        f"{begin_with(title)}{write_count(len(probability), 'picture')} from free energy {free_energy[0]:.2f} "
        f"(probability {probability[0]:.3f}) to {free_energy[-1]:.2f} (probability {probability[-1]:.4f}); "
        f"the probabilities add up to {probability.sum():.3f}, and the two most probable pictures have "
        f"{probability[:2].sum():.2f} of that."
    )


@drawing
def dreams(pictures, steps, title=None):
    """Draw Gibbs chains: each row is a chain, each column what it shows after some number of Gibbs steps.

    Parameters
    ----------
    pictures : array, shape (k, n, height, width, 1)
        n chains, looked at k times; uint8 from 0 to 255, or float from -1 to 1.
    steps : sequence of k int
        After how many Gibbs steps each look was taken; 0 is called "start".
    title : str, optional

    Returns
    -------
    Plot
    """
    pictures, steps = as_array("pictures", pictures), check_counts("steps", steps)
    if pictures.ndim != 5 or not pictures.size or len(steps) != len(pictures):
        raise ValueError(f"pictures must be (k, n, height, width, 1) with k steps, not {pictures.shape}, {len(steps)}.")
    shape = pictures.shape
    pictures = flat(as_bytes(pictures.reshape(-1, *shape[2:])).reshape(shape))
    cell = min(1.0, max(0.2, WIDTH / len(steps)))
    figure, axes = canvas(len(steps) * cell, 0.22 + shape[1] * cell, title)
    for column, (step, grid) in enumerate(zip(steps, pictures, strict=True)):
        words = "start" if step == 0 else f"{step:,}"
        axes.text((column + 0.5) * cell, 0.1, words, fontsize=9.5, ha="center", va="center")
        for row, picture in enumerate(grid):
            draw_picture(axes, picture, column * cell + 0.03, 0.22 + row * cell, cell - 0.06, cell - 0.06)
    return Plot(figure, _dreams_sentence(pictures, steps, title))


def _dreams_sentence(pictures, steps, title):
    sentence = f"{begin_with(title)}{write_count(pictures.shape[1], 'Gibbs chain')}, a row each, "
    sentence += f"looked at after {join_words([f'{step:,}' for step in steps])} Gibbs steps."
    if len(steps) > 1:
        bright = [f"{100 * (grid > 127).mean():.0f}%" for grid in (pictures[0], pictures[-1])]
        sentence += f" Bright pixels: {bright[0]} at the first look, {bright[1]} at the last."
    return sentence


_MEASURES = (
    ("error", "Error of rebuilding a batch", "mean squared error per pixel"),
    ("free_energy_gap", "Free energy: dreams minus data, in nats", "free energy of dreams minus that of data"),
)


def _check_measures(name, history):
    """Return the steps of a machine's history and what was measured at each."""
    columns = [column for column, *_ in _MEASURES]
    history = check_columns(name, history, "step", *columns)
    steps = check_counts(f"The steps of {name}", history["step"])
    measured = {column: check_numbers(f"{name}'s {column}", history[column], len(steps)) for column in columns}
    return {"step": steps, **measured}


@drawing
def machine_curves(histories):
    """Draw what machines measured while they learned, as running means over a twentieth of the steps.

    Parameters
    ----------
    histories : dict of str to mapping
        Up to three histories by name, with the columns `step`, `error` and `free_energy_gap`, arrays of shape (n,).

    Returns
    -------
    Plot
    """
    histories = check_named("histories", histories, len(_PENS), _check_measures)
    figure = Figure(figsize=(WIDTH, 3.2), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08)
    told = []
    for axes, (column, title, words) in zip(figure.subplots(1, 2), _MEASURES, strict=True):
        axes.set_title(title)
        axes.grid(axis="y")
        ends = []
        for (name, history), pen in zip(histories.items(), _PENS, strict=False):
            steps, values = history["step"], history[column]
            smooth = _running_mean(values, len(values) // 20)
            axes.plot(steps, smooth, color=pen.colour, linestyle=pen.line, linewidth=1.9)
            ends.append(((steps[-1], smooth[-1]), name, pen.colour))
            told.append(f"{words} with {name} {values[-max(1, len(values) // 10) :].mean():.3g}")
        _make_step_axis(axes, np.sort(np.concatenate([history["step"] for history in histories.values()])))
        axes.set_xlabel("training step")
        _label_ends(axes, ends)
    fewest, most = (limit(len(history["step"]) for history in histories.values()) for limit in (min, max))
    steps = f"{most:,}" if fewest == most else f"{fewest:,} to {most:,}"
    return Plot(figure, f"Means of the last tenth of {steps} steps: {join_words(told)}.")


@drawing
def dream_energies(steps, gaps):
    """Draw how far the free energy of dreams lies above that of data, by how long the dreams have lasted.

    Parameters
    ----------
    steps : sequence of k int
        Gibbs steps, at least 1, increasing.
    gaps : dict of str to array of shape (k,)
        For up to three machines: mean free energy of the dreams minus that of data, in nats.

    Returns
    -------
    Plot
    """
    steps = check_rising("steps", check_counts("steps", steps))
    if steps[0] < 1:
        raise ValueError("steps must begin at 1 or later: their axis is logarithmic.")
    gaps = check_named("gaps", gaps, len(_PENS), lambda name, gap: check_numbers(name, gap, len(steps)))
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    axes = figure.add_subplot(xlabel="Gibbs steps since the chains left the digits", xscale="log")
    axes.set_title("Free energy: dreams minus digits, in nats")
    axes.grid(axis="y")
    axes.axhline(0, color=INK, linewidth=0.9)
    ends = []
    for (name, gap), pen, marker in zip(gaps.items(), _PENS, "os^", strict=False):
        axes.plot(steps, gap, color=pen.colour, linestyle=pen.line, linewidth=1.9, marker=marker, markersize=5)
        ends.append(((steps[-1], gap[-1]), name, pen.colour))
    axes.set_xticks(steps, [f"{step:,}" for step in steps])
    axes.minorticks_off()
    _label_ends(axes, ends)
    told = [f"{name} {join_words([f'{value:.0f}' for value in gap])}" for name, gap in gaps.items()]
    return Plot(
        figure,
        f"Free energy of dreams minus that of digits after {join_words([f'{step:,}' for step in steps])} Gibbs steps: "
        f"{'; '.join(told)} nats.",
    )
