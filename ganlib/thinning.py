"""Long things made short: histories and curves as means over equal stretches, and a list as some of its items."""

import numpy as np


def thin_history(history, rows):
    """Return the columns of a history with at most `rows` rows: means of what was measured in equal stretches.

    Parameters
    ----------
    history : mapping of str to ndarray
        Columns of one length, `step` among them.
    rows : int
        At least 1.

    Returns
    -------
    dict of str to ndarray
        `step` is the last one of each stretch; the others are float32, NaN where nothing was measured. A history that
        is short enough comes back as it is.
    """
    columns = {name: np.asarray(column) for name, column in history.items()}
    count = len(columns["step"])
    if count <= rows:
        return columns
    ends = np.append(_starts(count, rows)[1:], count) - 1
    thinned = {name: _means(column, rows).astype(np.float32) for name, column in columns.items()}
    return {**thinned, "step": columns["step"][ends]}


def thin_curve(steps, values, points):
    """Return at most `points` points of a curve: means over equal stretches of its steps; only finite values count."""
    kept = np.isfinite(values)
    steps, values = np.asarray(steps)[kept], np.asarray(values, float)[kept]
    return (steps, values) if len(steps) <= points else (_means(steps, points), _means(values, points))


def some_of(items, most):
    """Return at most `most` items of a list, evenly spread, the first and the last among them."""
    kept = np.unique(np.linspace(0, len(items) - 1, min(len(items), most)).round().astype(int))
    return [items[index] for index in kept]


def _starts(count, parts):
    """Return where equal stretches of so many numbers begin."""
    return np.linspace(0, count, parts, endpoint=False).astype(int)


def _means(column, parts):
    """Return the mean of what is finite in each stretch; NaN where nothing is."""
    known, starts = np.isfinite(column), _starts(len(column), parts)
    sums = np.add.reduceat(np.where(known, column, 0.0), starts)
    counts = np.add.reduceat(known, starts)
    return np.where(counts, sums / np.maximum(counts, 1), np.nan)
