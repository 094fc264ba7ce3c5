"""Scores from nearest neighbours: precision, recall, density, coverage, near doubles and copies.

All pairs are compared by matrix products, a few hundred rows at a time, so that memory stays flat.
"""

import numpy as np

from ganlib.arguments import Whole, as_numbers

ROWS = 250  # so that a block of distances stays in the processor's cache


def squared_distances(points, others):
    """Yield all squared distances between points (n, d) and others (m, d), a few hundred points at a time.

    Yields
    ------
    tuple of slice and ndarray
        Which points; float64 (of those, m).
    """
    points, others = np.asarray(points, np.float64), np.asarray(others, np.float64)
    of_others = (others**2).sum(axis=1)
    for start in range(0, len(points), ROWS):
        part = points[start : start + ROWS]
        squares = (-2 * part) @ others.T
        squares += (part**2).sum(axis=1)[:, np.newaxis]
        squares += of_others
        # Rounding may leave a tiny negative number.
        yield slice(start, start + len(part)), np.maximum(squares, 0, out=squares)


def neighbour_distances(points, k):
    """Return the distances of every point to its k nearest other points of the same cloud, nearest first.

    Parameters
    ----------
    points : ndarray
        (n, d), with n above k.
    k : int

    Returns
    -------
    ndarray
        float64 (n, k). A point that is there twice has a neighbour at distance 0, up to rounding.
    """
    return nearest_others(points, k)[0]


def nearest_others(points, k):
    """Return what `neighbour_distances` does, and which points the neighbours are.

    Returns
    -------
    tuple of ndarray
        float64 (n, k) and int64 (n, k).
    """
    from sklearn.neighbors import NearestNeighbors  # not loaded before it is needed

    points = as_numbers("points", points, least=2)
    k = Whole("k", 1, len(points) - 1)(k)
    return NearestNeighbors(n_neighbors=k, algorithm="brute").fit(points).kneighbors()


def nearest_few(points, others, k):
    """Return which of the others are the k nearest to every point, nearest first.

    They are sought in float32 around the mean, which is quick: of two that are equally near, any may be the first.

    Parameters
    ----------
    points, others : ndarray
        (n, d) and (m, d).
    k : int
        From 1 to m.

    Returns
    -------
    ndarray
        int64 (n, k).
    """
    points, others = as_numbers("points", points), as_numbers("others", others)
    if points.shape[1] != others.shape[1]:
        raise ValueError(f"points and others must have as many columns, not {points.shape[1]} and {others.shape[1]}.")
    k, mean = Whole("k", 1, len(others))(k), others.mean(axis=0)
    sought, around = ((part - mean).astype(np.float32) for part in (points, others))
    # One product gives the squared distances, less that of the point itself.
    sought = np.concatenate([-2 * sought, np.ones((len(sought), 1), np.float32)], axis=1)
    around = np.concatenate([around, (around**2).sum(axis=1, keepdims=True)], axis=1).T
    found = np.empty((len(points), k), np.int64)
    for start in range(0, len(sought), ROWS):
        block = sought[start : start + ROWS] @ around
        rows = np.arange(len(block))
        for rank in range(k):
            found[start : start + len(block), rank] = nearest = block.argmin(axis=1)
            block[rows, nearest] = np.inf
    return found


def precision_recall(fake, real, k=3, fake_radii=None, real_radii=None):
    """Compute which share of fakes lies where real points are, and which share of real points lies where fakes are.

    A cloud lies within the balls around its points that reach to the k-th nearest other point.

    Parameters
    ----------
    fake, real : ndarray
        (n, d) and (m, d), as many of each if the two shares are to be compared.
    k : int
    fake_radii, real_radii : ndarray or None
        Distances to the k-th neighbours, (n,) and (m,), if they are known.

    Returns
    -------
    tuple of float
        Precision and recall, both from 0 to 1.

    References
    ----------
    Kynkäänniemi et al. 2019, equations 1 and 2, who use k = 3.
    """
    fake, real = two_clouds(fake=fake, real=real)
    fake_radii, real_radii = _radii(fake, k, fake_radii), _radii(real, k, real_radii)
    inside, covered = np.zeros(len(fake), bool), np.zeros(len(real), bool)
    for part, squares in squared_distances(fake, real):
        inside[part] = (squares <= real_radii**2).any(axis=1)
        covered |= (squares <= fake_radii[part, np.newaxis] ** 2).any(axis=0)
    return float(inside.mean()), float(covered.mean())


def density_coverage(fake, real, k=5, real_radii=None):
    """Compute in how many real balls a fake lies, against what k leads one to expect, and how many balls hold a fake.

    Only the balls around real points count, so that a few far-out fakes cannot pretend to cover everything.

    Parameters
    ----------
    fake, real : ndarray
        (n, d) and (m, d).
    k : int
    real_radii : ndarray or None
        Distances to the k-th neighbours, (m,), if they are known.

    Returns
    -------
    tuple of float
        Density, about 1 for real points and above 1 for fakes that crowd where real points do; coverage, from 0 to 1.

    References
    ----------
    Naeem et al. 2020, equations 4 and 5; k = 5 as in their code.
    """
    fake, real = two_clouds(1, fake=fake, real=real)
    real_radii = _radii(real, k, real_radii)
    holds, hits = np.zeros(len(real), bool), 0
    for _, squares in squared_distances(fake, real):
        within = squares <= real_radii**2
        hits += int(within.sum())
        holds |= within.any(axis=0)
    return hits / (k * len(fake)), float(holds.mean())


def two_clouds(least=2, **clouds):
    """Return two clouds of points, given by their names, as float64 (n, d) and (m, d); ValueError if they are none."""
    one, other = (as_numbers(name, points, least=least) for name, points in clouds.items())
    if one.shape[1] != other.shape[1]:
        names = " and ".join(clouds)
        raise ValueError(f"{names} must have as many columns, not {one.shape[1]} and {other.shape[1]}.")
    return one, other


def _radii(points, k, known):
    return neighbour_distances(points, k)[:, k - 1] if known is None else known
