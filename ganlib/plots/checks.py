"""Checks of what somebody gave a figure to draw: text, numbers of a shape, or a few such things by name."""

from collections.abc import Mapping

import numpy as np

from ganlib.arguments import Number, as_array, as_numeric, is_one_of
from ganlib.wording import by, write

LETTERS = 1000  # of a text that is written into a figure
FAR = 1e100  # beyond it Matplotlib's axes overflow
COUNT = 2**53  # beyond it a float cannot hold every whole number


def as_text(text):
    """Return what is to be written into a figure: text that can be drawn, whatever was given."""
    text = text if isinstance(text, str) else write(text.item() if isinstance(text, np.generic) else text)
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text[:LETTERS])


def check_several(name, values):
    """Return a list of what a list, a tuple or an array holds; ValueError if it is none of them."""
    if (
        isinstance(values, str | bytes | Mapping | type)
        or not hasattr(values, "__iter__")
        or getattr(values, "ndim", 1) == 0
    ):
        raise ValueError(f"{name} must be a list, not {write(values)}.")
    return list(values)


def check_texts(name, texts, n, things):
    """Return a list of texts; ValueError if there is not one for each of n things that they stand beside."""
    texts = list(texts) if isinstance(texts, str) else check_several(name, texts)
    if len(texts) != n:
        raise ValueError(f"{name} must have one entry for each of the {n} {things}, not {len(texts)}.")
    return [as_text(text) for text in texts]


def check_named(name, given, most, check):
    """Return a dict of what is given by name, the names as text and each value as `check(its name, value)` returns it.

    Raises
    ------
    ValueError
        It is no dict of one to `most` things, or one of them does not fit.
    """
    if not isinstance(given, Mapping):
        raise ValueError(f"{name} must be a dict of one to {most} things by name, not {write(given)}.")
    if not 1 <= len(given) <= most:
        raise ValueError(f"{name} must hold one to {most} things by name, not {len(given)}.")
    named = {as_text(key): check(f"{name}[{write(key)}]", value) for key, value in given.items()}
    if len(named) < len(given):
        raise ValueError(f"{name} must have names that differ when they are written, not {write(list(given))}.")
    return named


def check_numbers(name, values, *shape, gaps=False):
    """Return numbers as an array.

    Parameters
    ----------
    name : str
        What the argument is called.
    values : array
    *shape : int or None
        How long each axis must be; None for any length but 0.
    gaps : bool
        Whether NaN and infinity are allowed, for what was not measured.

    Returns
    -------
    numpy.ndarray, float64

    Raises
    ------
    ValueError
        They are no numbers, too large to be drawn, not all finite, or of another shape.
    """
    array = as_numeric(name, values)
    if (
        array.ndim != len(shape)
        or not array.size
        or any(n not in (None, m) for n, m in zip(shape, array.shape, strict=True))
    ):
        wanted = by("n" if n is None else n for n in shape)
        raise ValueError(f"{name} must be an array of {wanted} numbers and not empty, but its shape is {array.shape}.")
    array = array.astype(np.float64)
    if not gaps and not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers: one is NaN or infinite.")
    if (np.abs(array[np.isfinite(array)]) > FAR).any():
        raise ValueError(f"{name} must be numbers from {-FAR:g} to {FAR:g}: one is too large to be drawn.")
    return array


def check_number(name, value):
    """Return a number that can be drawn as a float."""
    return Number(name, -FAR, FAR)(value)


def check_counts(name, counts, n=None):
    """Return whole numbers of at least 0 as an array, such as steps: one for each of n things, or of any number."""
    counts = check_numbers(name, counts, n)
    if ((counts < 0) | (counts != counts.round()) | (counts > COUNT)).any():
        raise ValueError(f"{name} must be whole numbers of at least 0.")
    return counts.astype(np.int64)


def check_rising(name, numbers):
    """Return numbers of which each is larger than the one before; ValueError if one is not."""
    if (np.diff(numbers) <= 0).any():
        raise ValueError(f"{name} must rise: each must be larger than the one before.")
    return numbers


def check_columns(name, table, *columns):
    """Return a data frame or a dict of columns as it is; ValueError if it is none, or lacks one of those columns."""
    if isinstance(table, type) or not hasattr(table, "keys") or not hasattr(table, "__getitem__"):
        raise ValueError(f"{name} must be a dict of columns by name, not {write(table)}.")
    missing = [column for column in columns if not is_one_of(column, list(table))]
    if missing:
        raise ValueError(f"{name} has no column {as_text(missing[0])}: it has {', '.join(map(as_text, table))}.")
    return table


def check_probabilities(name, values):
    """Return probabilities as a flat array, or say what is wrong with them."""
    values = as_array(name, values)
    values = values[:, 0] if values.ndim == 2 and values.shape[1] == 1 else values
    if (
        values.dtype.kind not in "biuf"
        or values.ndim != 1
        or not values.size
        or not ((values >= 0) & (values <= 1)).all()
    ):
        raise ValueError(f"{name} must be a list of probabilities from 0 to 1, not logits, and not empty.")
    return values.astype(np.float64)
