"""The figure of the judge on trial: how it scores garbage and worsened digits, beside what real digits get."""

from typing import NamedTuple

import numpy as np
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from ganlib.data import as_bytes, flat
from ganlib.plots.checks import as_text, check_named, check_number, check_several
from ganlib.plots.style import FAKE, GREY, INK, PALE, REAL, WIDTH, Plot, begin_with, drawing, sheet

SHOWN = 5  # pictures of each kind
MOST = 10  # scores


class _Case(NamedTuple):
    """One kind of pictures, as `ganlib.judge.trials.trial` returns it."""

    name: str
    group: str
    pictures: np.ndarray
    scores: dict


@drawing
def trial_table(cases, title="What the judge says about pictures that are not digits"):
    """Draw some pictures of every kind and a bar for every score, with a line at what real digits get.

    Parameters
    ----------
    cases : sequence
        Each with `name`, `group`, `pictures` (the first five are shown; (n, 28, 28, 1), uint8 from 0 to 255, or float
        from -1 to 1) and `scores`, a dict of up to ten scores by name, as `ganlib.judge.trials.trial` returns them. The
        first case is that of real digits.
    title : str

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        There are fewer than two cases, their scores differ in name, or an `mnist_fd` is not above 0.
    """
    cases = [_check_case(case) for case in check_several("cases", cases)]
    if len(cases) < 2:
        raise ValueError("cases must hold real digits and at least one other kind: take what trial() returns.")
    real, rows = cases[0], np.arange(len(cases))
    if any(list(case.scores) != list(real.scores) or case.scores.get("mnist_fd", 1) <= 0 for case in cases):
        raise ValueError("cases must all have the same scores, and a distance above 0.")
    figure = sheet(WIDTH, 1 + 0.27 * len(cases), layout="constrained")
    figure.suptitle(title or "", fontweight="bold", fontsize=11.5)
    axes = figure.subplots(1, 1 + len(real.scores), sharey=True, width_ratios=[1.5] + [1] * len(real.scores))
    for row, case in enumerate(cases):
        strip = np.hstack(list(case.pictures))
        axes[0].imshow(strip, "gray", vmin=0, vmax=255, extent=(0, SHOWN, row + 0.46, row - 0.46), aspect="auto")
    axes[0].set(xlim=(0, SHOWN), xticks=[], ylim=(len(cases) - 0.5, -0.5))
    axes[0].set_yticks(rows, [case.name for case in cases], fontsize=9)
    groups = [case.group for case in cases]
    colours = [REAL.colour if group == real.group else GREY if group == "worse" else FAKE.colour for group in groups]
    for panel, score in zip(axes[1:], real.scores, strict=True):
        values = [case.scores[score] for case in cases]
        panel.set_title(_title(score), fontsize=9)
        if score == "mnist_fd":
            panel.set_xscale("log")
            panel.xaxis.set_major_locator(LogLocator(numticks=3))
            panel.xaxis.set_minor_locator(NullLocator())
            panel.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,g}"))
            panel.barh(rows, values, left=0.9 * min(values), color=colours, height=0.6)
        else:
            panel.barh(rows, values, color=colours, height=0.6)
            panel.set_xlim(0, max(1.05, 1.05 * max(values)))
        panel.axvline(real.scores[score], color=INK, linewidth=0.8)
        panel.tick_params(axis="x", labelsize=9)
        for edge in np.flatnonzero(np.array(groups[1:]) != np.array(groups[:-1])):
            panel.axhline(edge + 0.5, color=PALE, linewidth=1)
    return Plot(figure, _sentence(cases, title))


def _check_case(case):
    """Return one case with its name and group as text, the pictures that are shown as bytes, and its scores."""
    if not all(hasattr(case, name) for name in _Case._fields):
        raise ValueError(f"Each of cases must have {', '.join(_Case._fields)}: take what trial() returns.")
    pictures, scores = flat(as_bytes(case.pictures)[:SHOWN]), check_named("scores", case.scores, MOST, check_number)
    return _Case(as_text(case.name), as_text(case.group), pictures, scores)


def _title(score):
    return "distance" if score == "mnist_fd" else score


def _sentence(cases, title):
    real, others = cases[0].scores, [case for case in cases if case.group.startswith("garbage")] or cases[1:]
    parts = []
    for score in real:
        pick = min if score == "mnist_fd" else max
        worst = pick(others, key=lambda case: case.scores[score])
        parts.append(f"{_title(score)} {real[score]:.2f} (at best {worst.scores[score]:.2f}: {worst.name})")
    return f"{begin_with(title)}what real digits get, and in parentheses the best of the others: {', '.join(parts)}."
