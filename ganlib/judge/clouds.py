"""How far apart two clouds of points in the plane are, and which clusters a cloud has found (lesson 05).

To be believed, a distance must be zero, up to chance, when real points are compared with other real points.
"""

from numbers import Real

import numpy as np

from ganlib.arguments import as_array
from ganlib.wording import write


def energy_distance(points, others):
    """Estimate the energy distance between the two distributions that two clouds of points were drawn from.

    2 E|X - Y| - E|X - X'| - E|Y - Y'|: how much further apart points of different clouds are than points of the same
    one, on average over all pairs. It is zero only for equal distributions. A point is never paired with itself, so the
    estimate has no bias: between clouds of one distribution it is zero on average, and often a little below.
    It needs no grid and no density, so there is nothing to tune. And when the clouds do not overlap it still tells far
    from very far, where a Kullback-Leibler divergence is infinite and a Jensen-Shannon divergence always log 2.

    Parameters
    ----------
    points, others : array, shape (n, 2) and (m, 2)
        At least 2 finite points each; n and m may differ.

    Returns
    -------
    float
        In the unit of the points.

    References
    ----------
    Székely and Rizzo, "Energy statistics", Journal of Statistical Planning and Inference 143(8), 2013.
    """
    points, others = _cloud("points", points), _cloud("others", others)
    return float(2 * _distances(points, others).mean() - _mean_within(points) - _mean_within(others))


def _distances(points, others):
    return np.hypot(*(points.T[:, :, np.newaxis] - others.T[:, np.newaxis]))


def _mean_within(points):
    n = len(points)
    return _distances(points, points).sum() / (n * (n - 1))


def cluster_shares(points, centres, radius=0.2):
    """Measure what share of a cloud lies near each centre.

    Parameters
    ----------
    points : array, shape (n, 2)
        At least 2.
    centres : array, shape (k, 2)
    radius : float
        Points closer to a centre than this count; above 0.

    Returns
    -------
    numpy.ndarray, shape (k,), float64
        Shares from 0 to 1. If no two centres are closer than twice the radius, what their sum lacks of 1 lies near no
        centre.
    """
    if isinstance(radius, bool) or not isinstance(radius, Real) or not radius > 0:
        raise ValueError(f"radius must be a number above 0, not {write(radius)}.")
    return (_distances(_cloud("points", points), _cloud("centres", centres, 1)) < radius).mean(axis=0)


def _cloud(name, points, least=2):
    """Return a cloud as float64 (n, 2), or say what is wrong with it."""
    array = as_array(name, points)
    if array.ndim != 2 or array.shape[1] != 2 or len(array) < least or not _finite(array):
        what = f"at least {least} points, finite numbers of shape (n, 2)"
        raise ValueError(f"{name} must be {what}, not {array.dtype.name} of shape {array.shape}.")
    return array.astype(np.float64)


def _finite(array):
    return array.dtype.kind in "biuf" and np.isfinite(array).all()
