"""What somebody gave as an argument: whether it is a whole number, an array, one of some words."""

from numbers import Integral

import numpy as np

from ganlib.wording import write

BITS = 63  # of a whole number, beside its sign: files, arrays and tables hold no larger ones
SHAPES = ("()", "(n,)", "(n, d)")


def as_whole(name, value, low, high=None):
    """Return a whole number as an int; True and 3.0 are none.

    Parameters
    ----------
    name : str
        What the argument is called.
    value : int
    low, high : int
        The least and the largest that fit; no limit but that of 63 bits if None.

    Raises
    ------
    ValueError
        It is none, or does not fit.
    """
    if isinstance(value, bool) or not isinstance(value, Integral) or not low <= value <= (high or 2**BITS - 1):
        limits = f"of at least {low}" if high is None else f"from {low} to {high:,}"
        raise ValueError(f"{name} must be a whole number {limits}, not {write(value)}.")
    return int(value)


def as_array(name, values):
    """Return what NumPy makes of values; ValueError if they make no array of one shape."""
    try:
        return np.asarray(values)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError(f"{name} must make one array, not several of different shapes or kinds.") from error


def as_numbers(name, values, axes=2, least=1):
    """Return finite numbers as an array.

    Parameters
    ----------
    name : str
        What the argument is called.
    values : array
    axes : int
        0 to 2.
    least : int
        How many rows there must be.

    Returns
    -------
    numpy.ndarray, float64

    Raises
    ------
    ValueError
        They are no numbers, not all finite, or of another shape.
    """
    array = as_array(name, values)
    if array.dtype.kind not in "biuf":
        raise ValueError(f"{name} must be numbers, not {array.dtype.name}: convert them first.")
    if array.ndim != axes or 0 in array.shape or (axes and len(array) < least):
        raise ValueError(f"{name} must have the shape {SHAPES[axes]} with n of at least {least}, not {array.shape}.")
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite numbers: one is NaN or infinite.")
    return array.astype(np.float64, copy=False)


def is_one_of(value, options):
    """Tell whether a value equals one of some; what cannot be compared, such as an array, equals none."""
    try:
        return bool(value in options)
    except Exception:  # whatever a class of somebody's own does when it is compared
        return False
