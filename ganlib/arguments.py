"""What somebody gave as an argument: whether it is a number, one of some words, an array.

A check is made once and called with each value, as in `Whole("steps", 1)(steps)`. It returns a plain Python value or
raises a ValueError that begins with the name, and from its limits the lab makes a control.
"""

import math
from dataclasses import dataclass

import numpy as np

from ganlib.wording import write

BITS = 63  # of a whole number, besides its sign: files, arrays and tables hold no larger ones
SHAPES = ("()", "(n,)", "(n, d)")


@dataclass(frozen=True)
class Number:
    """A check for a finite real number from `low` to `high`: called with a value, it returns a float."""

    name: str
    low: float
    high: float

    def __call__(self, value):
        try:
            good = hasattr(value, "__float__") and not isinstance(value, bool)
            good = good and math.isfinite(value) and self.low <= float(value) <= self.high
        except (TypeError, ValueError, OverflowError):
            good = False
        if not good:
            raise ValueError(f"{self.name} must be a number from {self.low:g} to {self.high:g}, not {write(value)}.")
        return float(value)


@dataclass(frozen=True)
class Whole:
    """A check for a whole number, 3 or 3.0, from `low` to `high` (None: up to 2**63 - 1); it returns an int."""

    name: str
    low: int
    high: int | None = None

    def __call__(self, value):
        highest = 2**BITS - 1 if self.high is None else self.high
        try:
            good = not isinstance(value, bool) and int(value) == value and self.low <= int(value) <= highest
        except (TypeError, ValueError, OverflowError):
            good = False
        if not good:
            limits = f"of at least {self.low}" if self.high is None else f"from {self.low} to {self.high}"
            raise ValueError(f"{self.name} must be a whole number {limits}, not {write(value)}.")
        return int(value)


@dataclass(frozen=True)
class Switch:
    """A check for True or False, or 1 or 0 in their place; it returns a bool."""

    name: str

    def __call__(self, value):
        if not is_one_of(value, (True, False)):
            raise ValueError(f"{self.name} must be True or False, not {write(value)}.")
        return bool(value)


@dataclass(frozen=True)
class Choice:
    """A check for one of the given words; it returns the word."""

    name: str
    options: tuple

    def __call__(self, value):
        if not is_one_of(value, self.options):
            raise ValueError(f"{self.name} must be one of {', '.join(map(repr, self.options))}, not {write(value)}.")
        return self.options[self.options.index(value)]


def check_fields(options, checks, may_be_none=()):
    """Put fields of a frozen dataclass through the checks that bear their names; None passes where it may."""
    for check in checks:
        if (value := getattr(options, check.name)) is not None or check.name not in may_be_none:
            object.__setattr__(options, check.name, check(value))


def as_array(name, values):
    """Return what NumPy makes of values; ValueError if they make no array of one shape."""
    try:
        return np.asarray(values)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"{name} must make one array, not several of different shapes or kinds.") from error


def as_numeric(name, values):
    """Return numbers as an array of any shape; ValueError if they are something else."""
    array = as_array(name, values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be numbers, not {array.dtype.name}: convert them first.")
    return array


def as_numbers(name, values, axes=2, least=1):
    """Return finite numbers as an array.

    Parameters
    ----------
    name : str
        What the argument is called.
    values : array
        Numbers of any real type, or booleans.
    axes : int
        How many axes the array must have, 0 to 2.
    least : int
        How many rows there must be at least.

    Returns
    -------
    numpy.ndarray, float64

    Raises
    ------
    ValueError
        They aren't numbers, aren't all finite, are too few, or have another shape.
    """
    array = as_numeric(name, values)
    if array.ndim != axes or 0 in array.shape or (axes and len(array) < least):
        raise ValueError(f"{name} must have the shape {SHAPES[axes]} with n of at least {least}, not {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers: one is NaN or infinite.")
    return array.astype(np.float64, copy=False)


def is_one_of(value, options):
    """Tell whether a value equals one of the options; one that cannot be compared, such as an array, equals none."""
    try:
        return bool(value in options)
    except Exception:  # whatever a class of somebody's own does when it is compared
        return False
