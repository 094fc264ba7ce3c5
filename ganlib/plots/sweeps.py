"""Figures of sweeps: which settings led where, what the pictures look like there, and how the runs went."""

import math
from numbers import Real
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from ganlib.arguments import as_array
from ganlib.plots.checks import as_text, check_columns, check_numbers, check_several
from ganlib.plots.style import GREY, INK, PALE, WIDTH, Plot, begin_with, canvas, draw_picture, drawing, join_words

SIGNS = {
    "trained": "T",
    "D won": "D",
    "G won": "G",
    "oscillated": "O",
    "collapsed": "C",
    "saturated": "S",
    "diverged": "×",
    "failed": "!",
    "done": "·",
}
COLOURS = {
    "trained": "#008060",
    "D won": "#0072B2",
    "G won": "#BD4B00",
    "oscillated": "#7A5C00",
    "collapsed": "#872B77",
    "saturated": "#5B4A9E",
    "diverged": "#222222",
    "failed": "#B00020",
    "done": "#595959",
}
EMPTY = "#FAFAFA"
MOST = 40  # curves in a figure


class _Cell(NamedTuple):
    """The runs that share both values: their outcomes, and the median of their scores (NaN if they have none)."""

    outcomes: list
    score: float

    @property
    def most(self):
        return max(dict.fromkeys(self.outcomes), key=self.outcomes.count)

    @property
    def agree(self):
        return len(set(self.outcomes)) == 1


def _runs(table, x, y):
    """Return a list with both values and the outcome of every row."""
    names = (x, y, "outcome")
    table = check_columns("The table", table, *names)
    columns = [check_several(f"The column {name}", table[name]) for name in names]
    if not columns[0] or len({len(column) for column in columns}) > 1:
        raise ValueError("The table must have rows, and columns of one length: there is nothing to draw.")
    for name, column in zip(names, columns[:2], strict=False):
        if not all(isinstance(value, str) or (isinstance(value, Real) and math.isfinite(value)) for value in column):
            raise ValueError(f"The column {name} must hold numbers or words, one per run.")
    return [(at_x, at_y, as_text(outcome)) for at_x, at_y, outcome in zip(*columns, strict=True)]


def _cells(table, x, y, score):
    """Return the values of both axes, in order, and a dict of (x, y) to `_Cell`."""
    runs, groups = _runs(table, x, y), {}
    scores = np.full(len(runs), np.nan) if score is None else check_columns("The table", table, score)[score]
    scores = check_numbers(f"The scores {as_text(score)}", scores, len(runs), gaps=True)
    for (at_x, at_y, outcome), number in zip(runs, scores, strict=True):
        outcomes, numbers = groups.setdefault((at_x, at_y), ([], []))
        outcomes.append(outcome)
        numbers.append(number)
    cells = {}
    for key, (outcomes, numbers) in groups.items():
        known = [number for number in numbers if math.isfinite(number)]
        cells[key] = _Cell(outcomes, float(np.median(known)) if known else math.nan)
    try:
        columns, rows = (sorted({key[i] for key in groups}) for i in (0, 1))
    except TypeError as error:
        raise ValueError(
            f"The values of {x} or of {y} have no order: numbers and words cannot share an axis."
        ) from error
    return columns, rows, cells


@drawing
def outcome_map(table, x="g_learning_rate", y="d_learning_rate", score="mnist_fd", title=None):
    """Draw where in a grid of two parameters training went well, and where it failed and how.

    Each cell shows the outcome of most of its runs as a letter; its colour is their median score. Where the runs of a
    cell disagree, the outcomes of the first six stand below, and its border is dotted.

    Parameters
    ----------
    table : pandas.DataFrame or mapping of str to sequence
        One row per run: the two parameters, `outcome`, and the score.
    x, y : str
        Names of two parameters.
    score : str or None
        Name of a score; lower is better, and drawn lighter. None: no shades and no numbers.
    title : str, optional

    Returns
    -------
    Plot
        Its sentence says how many cells came to which outcome, where the best is, and how many disagree.

    Raises
    ------
    ValueError
        A column is missing, there is no row, a score is no number, or the values of a parameter have no order.
    """
    columns, rows, cells = _cells(table, x, y, score)
    side = min(1.2, (WIDTH - 1.3) / len(columns))
    tall, left = min(side, 0.85), 1.25
    below = 0.3 + tall * len(rows)
    present = sorted({outcome for cell in cells.values() for outcome in cell.outcomes}, key=_rank)
    words = [f"{_sign(outcome)} {outcome}" for outcome in present]
    fit = min(4, 1 + len(columns))  # on a line
    key = ["   ".join(words[i : i + fit]) for i in range(0, len(words), fit)] + [f"number: {score}"] * bool(score)
    figure, axes = canvas(left + side * len(columns) + 0.1, below + 0.55 + 0.2 * len(key), title)
    shade = _shades([cell.score for cell in cells.values()])
    for (at_x, at_y), cell in cells.items():
        place = left + side * columns.index(at_x), 0.3 + tall * (len(rows) - 1 - rows.index(at_y))
        _draw_cell(axes, cell, *place, side, tall, shade(cell.score))
    for number, value in enumerate(columns):
        axes.text(left + side * (number + 0.5), below + 0.14, _write(value), ha="center", va="center")
    for number, value in enumerate(rows):
        axes.text(left - 0.1, 0.3 + tall * (len(rows) - number - 0.5), _write(value), ha="right", va="center")
    axes.text(left, below + 0.36, f"{x} →", color=GREY, va="center")
    axes.text(0.05, 0.14, f"{y} ↑", color=GREY, va="center")
    for number, line in enumerate(key):
        axes.text(0.05, below + 0.6 + 0.2 * number, line, fontsize=9, va="center")
    return Plot(figure, _map_sentence(cells, x, y, score, title))


def _draw_cell(axes, cell, x, y, width, height, colour):
    edge = (
        {"edgecolor": GREY, "linewidth": 0.8} if cell.agree else {"edgecolor": INK, "linewidth": 1.6, "linestyle": ":"}
    )
    axes.add_patch(Rectangle((x + 0.03, y + 0.03), width - 0.06, height - 0.06, facecolor=colour, **edge))
    dark = sum(matplotlib.colors.to_rgb(colour)) < 1.4
    ink = "white" if dark else COLOURS.get(cell.most, INK)
    middle = x + width / 2
    axes.text(
        middle, y + 0.3 * height, _sign(cell.most), color=ink, fontsize=13, fontweight="bold", ha="center", va="center"
    )
    if math.isfinite(cell.score):
        words = f"{cell.score:.0f}" if abs(cell.score) >= 10 else f"{cell.score:.2g}"
        axes.text(
            middle, y + 0.58 * height, words, color="white" if dark else INK, fontsize=9, ha="center", va="center"
        )
    if not cell.agree:
        letters = " ".join(map(_sign, cell.outcomes[:6])) + (" …" if len(cell.outcomes) > 6 else "")
        axes.text(
            middle, y + 0.82 * height, letters, color="white" if dark else INK, fontsize=9, ha="center", va="center"
        )


def _rank(outcome):
    return list(SIGNS).index(outcome) if outcome in SIGNS else len(SIGNS)


def _sign(outcome):
    return SIGNS.get(outcome, outcome[:1])


def _shades(scores):
    """Return a function from a score to a colour: lighter is lower; logarithmic where all are above 0."""
    known = np.array([score for score in scores if math.isfinite(score)])
    scale = np.log if len(known) and known.min() > 0 else np.asarray
    low, high = (float(scale(known.min())), float(scale(known.max()))) if len(known) else (0.0, 1.0)
    colours = matplotlib.colormaps["Greys"]

    def shade(score):
        if not math.isfinite(score):
            return EMPTY
        return matplotlib.colors.to_hex(colours(0.02 + 0.4 * (float(scale(score)) - low) / max(high - low, 1e-12)))

    return shade


def _write(value):
    words = f"{value:.2g}" if isinstance(value, (float, np.floating)) else as_text(value)
    return words if len(words) <= 20 else f"{words[:9]}…{words[-10:]}"


def _map_sentence(cells, x, y, score, title):
    most = [cell.most for cell in cells.values()]
    counts = [f"{most.count(outcome)} {outcome}" for outcome in dict.fromkeys(sorted(most, key=_rank))]
    sentence = f"{begin_with(title)}{len(cells)} pairs of {x} and {y}: {join_words(counts)}"
    split = sum(not cell.agree for cell in cells.values())
    if max(len(cell.outcomes) for cell in cells.values()) > 1:
        sentence += f"; the runs of {split} of them disagree"
    known = {key: cell.score for key, cell in cells.items() if math.isfinite(cell.score)}
    if not known:
        return sentence + "."
    best = min(known, key=known.get)
    return (
        f"{sentence}. The lowest {score}, {known[best]:.3g}, is at {x} {_write(best[0])} and {y} {_write(best[1])}; "
        f"the highest is {max(known.values()):.3g}."
    )


@drawing
def sample_map(table, pictures, x="g_learning_rate", y="d_learning_rate", title=None):
    """Draw one picture of samples for each cell of a grid of two parameters, each with its outcome.

    Parameters
    ----------
    table : pandas.DataFrame or mapping of str to sequence
        One row per run: the two parameters and `outcome`. The first row of a cell that has a picture is shown.
    pictures : sequence of array or None
        One for each row of the table: uint8 (height, width) or (height, width, 3), such as `samples.png` of its run;
        None if it has none.
    x, y : str
        Names of two parameters.
    title : str, optional

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        A column is missing, or there is not one picture, or None, for each row.
    """
    columns, rows, cells = _cells(table, x, y, None)
    runs = _runs(table, x, y)
    pictures = [_check_picture(picture) for picture in check_several("pictures", pictures)]
    if len(pictures) != len(runs):
        raise ValueError(f"pictures must have one entry for each of the {len(runs)} rows, not {len(pictures)}.")
    side = min(1.5, (WIDTH - 1.3) / len(columns))
    left, shown = 1.25, {}
    figure, axes = canvas(left + side * len(columns) + 0.1, (side + 0.2) * len(rows) + 0.8, title)
    for (at_x, at_y, outcome), picture in zip(runs, pictures, strict=True):
        if (at_x, at_y) not in shown and picture is not None:
            shown[at_x, at_y] = outcome
            place = left + side * columns.index(at_x), 0.5 + (side + 0.2) * (len(rows) - 1 - rows.index(at_y))
            draw_picture(axes, picture, *place, side - 0.08, side - 0.08)
            axes.text(place[0], place[1] - 0.03, outcome, fontsize=9, color=COLOURS.get(outcome, INK), va="bottom")
    for number, value in enumerate(columns):
        axes.text(
            left + side * (number + 0.5),
            0.62 + (side + 0.2) * len(rows),
            _write(value),
            ha="center",
            va="top",
        )
    for number, value in enumerate(rows):
        axes.text(
            left - 0.1, 0.5 + (side + 0.2) * (len(rows) - 1 - number) + side / 2, _write(value), ha="right", va="center"
        )
    axes.text(0.05, 0.14, f"{y} ↑    {x} →", color=GREY, va="center")
    told = [list(shown.values()).count(outcome) for outcome in dict.fromkeys(shown.values())]
    words = join_words(
        [f"{count} {name}" for count, name in zip(told, dict.fromkeys(shown.values()), strict=True)] or ["none"]
    )
    return Plot(
        figure, f"{begin_with(title)}Samples of one run for each of {len(cells)} pairs of {x} and {y}: {words}."
    )


def _check_picture(picture):
    """Return a picture as it can be drawn, or None for none."""
    if picture is None:
        return None
    picture = as_array("pictures", picture)
    if (
        picture.dtype != np.uint8
        or picture.ndim not in (2, 3)
        or picture.shape[2:] not in ((), (3,))
        or not picture.size
    ):
        raise ValueError("pictures must be uint8 of shape (height, width) or (height, width, 3), or None.")
    return picture


@drawing
def sweep_curves(runs, column="d_accuracy", title=None):
    """Draw one column of several runs' curves, each with its label, coloured by outcome.

    Parameters
    ----------
    runs : sequence of (str, str, mapping)
        Label, outcome, and curves of up to 40 runs: `step` and the column, arrays of shape (n,), as `curves.csv` of a
        run holds them.
    column : str
        What to draw; NaN marks a value that was not measured.
    title : str, optional

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        There is no run, there are more than 40, or one has no such column.
    """
    runs = check_several("runs", runs)
    if not 1 <= len(runs) <= MOST or not all(len(check_several("Each of runs", run)) == 3 for run in runs):
        raise ValueError(f"runs must hold (label, outcome, curves) of one to {MOST} runs.")
    figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
    axes = figure.add_subplot()
    ends = []
    for number, (label, outcome, curves) in enumerate(runs):
        label, outcome = as_text(label), as_text(outcome)
        curves = check_columns(f"The run {label}", curves, "step", column)
        values = check_numbers(f"The curve of {label}", curves[column], None, gaps=True)
        steps = check_numbers(f"The steps of {label}", curves["step"], len(values))
        dashes = ["solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2))][number % 4]
        words = f"{label}: {outcome}"
        axes.plot(steps, values, color=COLOURS.get(outcome, INK), linestyle=dashes, label=words)
        ends.append(f"{words}, {values[-1]:.3g} at the end")
    axes.set(xlabel="step", ylabel=column, title=title or "")
    axes.grid(axis="y", color=PALE)
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=9)
    return Plot(figure, f"{begin_with(title)}{column} of {len(runs)} runs over the step. {'; '.join(ends)}.")
