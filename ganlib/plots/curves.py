"""Figures of numbers: what was measured at every step, and how scores are spread."""

import functools
import math
import textwrap
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator

from ganlib.arguments import Choice, Whole
from ganlib.plots.checks import (
    as_text,
    check_columns,
    check_named,
    check_numbers,
    check_probabilities,
    check_several,
)
from ganlib.plots.style import (
    DISCRIMINATOR,
    FAKE,
    GENERATOR,
    GREY,
    INK,
    PAPER,
    REAL,
    WIDTH,
    Pen,
    Plot,
    drawing,
    join_words,
    write_count,
    write_percent,
    write_value,
)


class _Curve(NamedTuple):
    """A column of the history, how it is drawn and what the sentence calls it."""

    column: str
    pen: Pen
    words: str


class _Panel(NamedTuple):
    """One of the small multiples of `training_curves`; the reference is a height and a word for it."""

    title: str
    curves: tuple
    reference: tuple | None = None
    logarithmic: bool = False


# Models with one player: what they measure belongs to no side, so the colours only tell the curves of a panel apart.
_WHOLE, _TERM = Pen("lower bound", DISCRIMINATOR.colour, ()), Pen("reconstruction", GENERATOR.colour, (5, 2))
_ERROR, _KL = Pen("error", DISCRIMINATOR.colour, ()), Pen("KL", FAKE.colour, ())
_DISTANCE = Pen("made digits", FAKE.colour, ())

_PANELS = (
    _Panel(
        "Loss",
        (
            _Curve("d_loss", DISCRIMINATOR, "the discriminator's loss"),
            _Curve("g_loss", GENERATOR, "the generator's loss"),
        ),
    ),
    _Panel(
        "Accuracy of the discriminator",
        (_Curve("d_accuracy", DISCRIMINATOR, "the discriminator's accuracy"),),
        reference=(0.5, "tossing a coin"),
    ),
    _Panel(
        "Mean probability of being real",
        (
            _Curve("d_real", REAL, "the discriminator's mean probability for real ones"),
            _Curve("d_fake", FAKE, "the discriminator's mean probability for fakes"),
        ),
        reference=(0.5, "undecided"),
    ),
    _Panel(
        "Gradient norm",
        (
            _Curve("d_grad_norm", DISCRIMINATOR, "the discriminator's gradient norm"),
            _Curve("g_grad_norm", GENERATOR, "the generator's gradient norm"),
        ),
        logarithmic=True,
    ),
    _Panel("Mean squared error per pixel", (_Curve("error", _ERROR, "the mean squared error per pixel"),)),
    _Panel(
        "Lower bound and one of its terms, in nats",
        (
            _Curve("elbo", _WHOLE, "the evidence lower bound"),
            _Curve("reconstruction", _TERM, "the reconstruction term"),
        ),
    ),
    _Panel("KL term, in nats", (_Curve("kl", _KL, "the KL term"),)),
    _Panel("MNIST-FD", (_Curve("mnist_fd", _DISTANCE, "the distance to real digits"),), logarithmic=True),
)
COLUMNS = tuple(curve.column for panel in _PANELS for curve in panel.curves)
_LOSS, RUN_OFF = _PANELS[0], 1000.0  # a loss beyond that has run away, and would press all others flat


@drawing
def training_curves(history, events=(), columns=2):
    """Draw what was recorded while a model trained, as small multiples over the step.

    Raw values are faint, and drawn for 100 rows or more; their running mean over a fiftieth of the history is strong. A
    panel whose columns are all missing, or were never measured, is left out: a critic's scores are not probabilities.

    Parameters
    ----------
    history : mapping of str to array of shape (n,)
        `step`, and any of `d_loss`, `g_loss`, `d_accuracy`, `d_real`, `d_fake` (shares from 0 to 1), `d_grad_norm` and
        `g_grad_norm`, or an autoencoder's `error`, or a variational one's `elbo`, `reconstruction` and `kl`, and a
        judge's `mnist_fd`. NaN marks a value that was not measured.
    events : sequence of dict
        Changes made meanwhile, with the keys `step`, `name` and `value`; marked by numbered lines. Events
        without a name, such as a run folder's checkpoints, are left out.
    columns : int
        Panels in a row.

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        No steps, no known column, nothing measured, or columns of different length.
    """
    history, columns = _check_history("history", history), Whole("columns", 1)(columns)
    measured = {name for name, values in history.items() if np.isfinite(values).any()}
    events = _check_events(events)
    panels = [panel for panel in _PANELS if any(curve.column in measured for curve in panel.curves)]
    if not panels:
        raise ValueError("history holds no value that was measured: every one is NaN or infinite.")
    marks = _merge_events(events, history["step"])
    columns = min(columns, len(panels))
    rows = math.ceil(len(panels) / columns)
    key = _Key(marks)
    figure = Figure(figsize=(WIDTH, 2.5 * rows + key.height), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.08, h_pad=0.08)
    grid = figure.add_gridspec(rows + 1, columns, height_ratios=[2.5] * rows + [key.height])
    for i, panel in enumerate(panels):
        _draw_panel(figure.add_subplot(grid[i // columns, i % columns]), _fitted(panel, history), history, marks)
    if marks:
        _draw_key(figure.add_subplot(grid[rows, :]), key)
    return Plot(figure, _curves_sentence(history, panels, events))


def _fitted(panel, history):
    """Return the panel, with a logarithmic scale if it shows a loss that has run away."""
    if panel is not _LOSS:
        return panel
    values = np.concatenate([history[curve.column] for curve in panel.curves if curve.column in history])
    values = values[np.isfinite(values)]
    return panel._replace(logarithmic=values.min() >= 0 and values.max() > RUN_OFF) if len(values) else panel


RUN_PENS = (
    Pen("", "#0072B2", ()),
    Pen("", "#BD4B00", (5, 2)),
    Pen("", "#008060", (1.5, 1.5)),
    Pen("", "#872B77", (6, 2, 1.5, 2)),
)


@drawing
def run_curves(histories, column, title=None):
    """Draw one column of up to four runs over the step, so that runs with different settings can be compared.

    Parameters
    ----------
    histories : dict of str to mapping
        By the name of the run, what `train` returned: `step` and the column, arrays of shape (n,).
    column : str
        One of `COLUMNS`, those that `training_curves` draws.
    title : str, optional
        By default what the column is.

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        No run or more than four, an unknown column, or a run without steps or without the column.
    """
    panels = {curve.column: (panel, curve.words) for panel in _PANELS for curve in panel.curves}
    column = Choice("column", COLUMNS)(column)
    histories = check_named("histories", histories, len(RUN_PENS), functools.partial(_check_history, columns=[column]))
    panel, words = panels[column]
    title = title or words[0].upper() + words[1:]
    curves = {}
    for (name, history), pen in zip(histories.items(), RUN_PENS, strict=False):
        values = np.where(history[column] > 0, history[column], np.nan) if panel.logarithmic else history[column]
        if not np.isfinite(values).any():
            raise ValueError(
                f"The run {name} has no {column} that can be drawn: none was measured, or none is above 0."
            )
        curves[pen._replace(label=name)] = {**history, column: values}
    return Plot(_draw_runs(curves, column, panel, title), _runs_sentence(curves, column, title))


def _draw_runs(curves, column, panel, title):
    figure = Figure(figsize=(7.2, 3), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title)
    axes.grid(axis="y")
    ends = [(_draw_curve(axes, h["step"], h[column], pen), pen.label, pen.colour) for pen, h in curves.items()]
    _make_step_axis(axes, np.sort(np.concatenate([history["step"] for history in curves.values()])))
    if panel.reference:
        axes.set_ylim(-0.02, 1.02)
    if panel.logarithmic:
        _make_logarithmic(axes)
    _label_ends(axes, ends)
    return figure


def _runs_sentence(curves, column, title):
    told = [f"{pen.label} {_from_to(history[column])}" for pen, history in curves.items()]
    return f"{title}, means of the first and of the last tenth: {join_words(told)}."


def _check_history(name, history, columns=COLUMNS):
    """Return the steps of a history and those of the columns that it has, as float arrays of one length."""
    history = check_columns(name, history)
    found = [column for column in columns if column in history]
    if "step" not in history or not found or not np.size(history["step"]):
        raise ValueError(
            f"{name} needs at least one row, with `step` and a column such as `{columns[0]}`: train first."
        )
    steps = check_numbers(f"The steps of {name}", history["step"], None)
    values = {column: check_numbers(f"{name}'s {column}", history[column], None, gaps=True) for column in found}
    lengths = {"step": len(steps)} | {column: len(numbers) for column, numbers in values.items()}
    if len(set(lengths.values())) > 1:
        raise ValueError(f"The columns of {name} must have one length, but have {lengths}.")
    return {"step": steps, **values}


def _check_events(events):
    """Return those events that have a name, in the order of their steps."""
    named = [event for event in check_several("events", events) if "name" in check_columns("An event", event, "step")]
    changes = [
        {
            "step": Whole("The step of an event", 0)(event["step"]),
            "name": as_text(event["name"]),
            "value": event.get("value"),
        }
        for event in named
    ]
    return sorted(changes, key=lambda event: event["step"])


def _merge_events(events, steps):
    """Return [(position, words)]: changes within 6% of the axis share a mark, with the last value of a name."""
    near = 0.06 * max(steps[-1] - steps[0], 1)
    groups = []
    for event in events:
        if groups and event["step"] - groups[-1][0]["step"] < near:
            groups[-1].append(event)
        else:
            groups.append([event])
    marks = []
    for group in groups:
        first, last = group[0]["step"], group[-1]["step"]
        when = f"step {first:,}" if first == last else f"steps {first:,} to {last:,}"
        if last < steps[0] - 1:  # the history has lost its beginning
            when = f"before step {steps[0]:,.0f}"
        values = {event["name"]: event.get("value") for event in group}
        marks.append((np.clip(first, steps[0], steps[-1]), f"{when}: {_changes(values)}"))
    return marks


def _changes(values):
    return "; ".join(name if value is None else f"{name} = {write_value(value)}" for name, value in values.items())


def _running_mean(values, window):
    """Return the mean of the measured values in a centred window that shrinks at both ends."""
    measured = np.isfinite(values)
    sums, counts = (np.concatenate([[0], np.cumsum(column)]) for column in (np.where(measured, values, 0), measured))
    low = np.clip(np.arange(len(values)) - window // 2, 0, None)
    high = np.clip(np.arange(len(values)) + window // 2 + 1, None, len(values))
    count = counts[high] - counts[low]
    return np.where(count > 0, (sums[high] - sums[low]) / np.maximum(count, 1), np.nan)


def _draw_panel(axes, panel, history, marks):
    steps = history["step"]
    axes.set_title(panel.title, pad=14 if marks else 9)
    axes.grid(axis="y")
    ends = []
    if panel.reference is not None:
        height, words = panel.reference
        ends.append(((steps[-1], height), words, GREY))
    for curve in panel.curves:
        values = history.get(curve.column, np.array([]))
        values = np.where(values > 0, values, np.nan) if panel.logarithmic else values
        if np.isfinite(values).any():
            ends.append((_draw_curve(axes, steps, values, curve.pen), curve.pen.label, curve.pen.colour))
    _make_step_axis(axes, steps)
    if panel.reference:
        axes.set_ylim(-0.02, 1.02)
        axes.axhline(panel.reference[0], color=GREY, linewidth=0.9, linestyle=(0, (1, 2)))
    if panel.logarithmic:
        _make_logarithmic(axes)
    _label_ends(axes, ends)
    _draw_marks(axes, marks)


def _make_step_axis(axes, steps):
    begin = 0 if steps[0] < 0.03 * steps[-1] else steps[0]  # so that a whole run's axis begins at 0
    axes.set(xlabel="step", xlim=(begin, steps[-1]) if steps[-1] > begin else (begin - 1, begin + 1))
    axes.xaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))


def _make_logarithmic(axes):
    """Give the heights a logarithmic scale with plain numbers, and several of them in a short range."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 50 * low else (1,)))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.minorticks_off()


def _draw_curve(axes, steps, values, pen):
    """Draw one column, raw and smoothed; return the last step and height of the smooth curve."""
    smooth = _running_mean(values, len(values) // 50)
    marker = "o" if len(values) < 40 else None
    if len(values) >= 100:
        axes.plot(steps, values, color=pen.colour, alpha=0.25, linewidth=0.7)
    axes.plot(steps, smooth, color=pen.colour, linestyle=pen.line, linewidth=1.9, marker=marker, markersize=3)
    last = np.flatnonzero(np.isfinite(smooth))[-1]
    return steps[last], smooth[last]


def _label_ends(axes, ends):
    """Name the curves right of their last points, moved apart where the names would overlap."""
    axes.autoscale_view()
    to_share = (axes.transData - axes.transAxes).transform
    ends = sorted((*to_share(point)[::-1], words, colour) for point, words, colour in ends)
    wanted = np.array([share for share, *_ in ends])
    places, gap = wanted.copy(), 0.11
    for i in range(1, len(places)):
        places[i] = max(places[i], places[i - 1] + gap)
    places += (wanted - places).mean() if len(places) else 0
    for place, (_, right, words, colour) in zip(places, ends, strict=True):
        axes.text(right + 0.02, place, words, transform=axes.transAxes, fontsize=9, color=colour, va="center")


def _draw_marks(axes, marks):
    for number, (step, _) in enumerate(marks, start=1):
        axes.axvline(step, color=INK, linewidth=0.8, alpha=0.7)
        axes.text(
            step,
            1.0,
            str(number),
            transform=axes.get_xaxis_transform(),
            fontsize=9,
            ha="center",
            va="center",
            bbox={"boxstyle": "circle,pad=0.15", "facecolor": PAPER, "edgecolor": INK, "linewidth": 0.8},
        )


class _Key:
    """What the numbered marks mean, in two columns if all the words are short."""

    def __init__(self, marks):
        shortened = [textwrap.shorten(words, 120, placeholder=" …") for _, words in marks]
        self.words = [f"{number}   {words}" for number, words in enumerate(shortened, start=1)]
        self.columns = 2 if len(marks) > 2 and max(map(len, self.words)) <= 58 else 1
        self.rows = math.ceil(len(marks) / self.columns)
        self.height = 0.19 * self.rows + 0.02  # inches


def _draw_key(axes, key):
    axes.axis("off")
    axes.set(xlim=(0, 1), ylim=(key.rows, 0))
    for i, words in enumerate(key.words):
        axes.text(i // key.rows * 0.51, i % key.rows + 0.5, words, fontsize=9, va="center")


def _curves_sentence(history, panels, events):
    steps = history["step"]
    curves = [curve for panel in panels for curve in panel.curves if curve.column in history]
    told = [f"{curve.words} {_from_to(history[curve.column])}" for curve in curves]
    sentence = (
        f"Steps {steps[0]:,.0f} to {steps[-1]:,.0f}; means of the first and of the last tenth: {join_words(told)}."
    )
    gaps = max(np.count_nonzero(~np.isfinite(values)) for values in history.values())
    if gaps:
        sentence += f" Up to {gaps:,} of {write_count(len(steps), 'row')} lack a value."
    if events:
        told = [f"{_changes({event['name']: event.get('value')})} at step {event['step']:,}" for event in events]
        told = told if len(told) <= 6 else [*told[:5], f"{len(told) - 5} more"]
        sentence += f" Marked: {join_words(told)}."
    return sentence


def _from_to(values):
    """Say how one curve went: "0.9 to 1.2"."""
    tenth = max(1, len(values) // 10)
    parts = (part[np.isfinite(part)] for part in (values[:tenth], values[-tenth:]))
    return " to ".join(f"{part.mean():.3g}" if len(part) else "not measured" for part in parts)


@drawing
def score_histogram(real_probabilities, fake_probabilities):
    """Draw how the discriminator judges real and fake pictures.

    Parameters
    ----------
    real_probabilities, fake_probabilities : array, shape (n,) or (n, 1)
        The discriminator's probability that a picture is real, from 0 to 1, for real and for fake pictures.
        The two may differ in number.

    Returns
    -------
    Plot
    """
    groups = (
        (check_probabilities("real_probabilities", real_probabilities), REAL, {"alpha": 0.35}),
        (check_probabilities("fake_probabilities", fake_probabilities), FAKE, {"hatch": "////", "alpha": 0.35}),
    )
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
    axes = figure.add_subplot()
    edges = np.linspace(0, 1, 21)
    for values, pen, fill in groups:
        shares = np.histogram(values, edges)[0] / len(values)
        axes.stairs(shares, edges, fill=True, facecolor=pen.colour, edgecolor=pen.colour, linewidth=0, **fill)
        axes.stairs(shares, edges, color=pen.colour, linestyle=pen.line, linewidth=1.8)
    axes.axvline(0.5, color=INK, linewidth=0.9)
    axes.set(xlim=(0, 1), xlabel="probability of being real, by the discriminator", ylabel="share of pictures")
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write_percent(value)))
    for (values, pen, _), x, side in zip(groups, (1.0, 0.0), ("right", "left"), strict=True):
        words = f"{len(values):,} {pen.label} pictures, mean {values.mean():.2f}"
        axes.text(x, 1.04, words, transform=axes.transAxes, color=pen.colour, ha=side, fontweight="bold")
    return Plot(figure, _histogram_sentence(groups[0][0], groups[1][0]))


def _histogram_sentence(real, fake):
    hits, false_alarms = (real > 0.5).mean(), (fake > 0.5).mean()
    return (
        f"The discriminator takes {write_percent(hits)} of {write_count(len(real), 'real picture')} for real (mean "
        f"probability {real.mean():.2f}) and {write_percent(false_alarms)} of {write_count(len(fake), 'fake picture')} "
        f"(mean {fake.mean():.2f}); "
        f"with as many of each, it would be right {write_percent((hits + 1 - false_alarms) / 2)} of the time."
    )
