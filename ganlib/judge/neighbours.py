"""Scores from nearest neighbours: precision, recall, density, coverage, near doubles and copies.

All pairs are compared by matrix products, a few hundred rows at a time, so that memory stays flat.
"""

import numpy as np

from ganlib.arguments import Whole, as_numbers

ROWS, COLUMNS = 250, 3000  # of a block of distances, which should stay in the processor's cache


def squared_distances(points, others):
    """Yield all squared distances between points (n, d) and others (m, d), a few hundred points at a time.

    Yields
    ------
    tuple of slice and ndarray
        Which points, and their squared distances to all others, float64 (points in the slice, m).
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
        From 1 to n - 1.

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

    They are sought in float32 around the mean, which is quick; of two that are equally near, either may come first.

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
        raise ValueError(
            f"points and others must have the same number of columns, not {points.shape[1]} and {others.shape[1]}."
        )
    k, mean = Whole("k", 1, len(others))(k), others.mean(axis=0)
    sought, around = ((part - mean).astype(np.float32) for part in (points, others))
    # One product gives the squared distances, less that of the point itself.
    sought = np.concatenate([-2 * sought, np.ones((len(sought), 1), np.float32)], axis=1)
    around = np.concatenate([around, (around**2).sum(axis=1, keepdims=True)], axis=1).T
    found = np.empty((len(points), k), np.int64)
    for start in range(0, len(sought), ROWS):
        part, least, where = sought[start : start + ROWS], [], []
        for column in range(0, len(others), COLUMNS):
            block = part @ around[:, column : column + COLUMNS]
            rows = np.arange(len(block))
            for _ in range(min(k, block.shape[1])):
                nearest = block.argmin(axis=1)
                least.append(block[rows, nearest])
                where.append(column + nearest)
                block[rows, nearest] = np.inf
        best = np.argsort(least, axis=0, kind="stable")[:k]
        found[start : start + len(part)] = np.take_along_axis(np.array(where), best, axis=0).T
    return found


def shares(fake, real, near=3, wide=5, fake_distances=None, real_distances=None):
    """Compute precision, recall, density and coverage: how fakes and real points lie among each other's neighbours.

    The ball around a point reaches to its k-th nearest other point of the same cloud. Together the balls show where the
    cloud lies.

    Parameters
    ----------
    fake, real : ndarray
        (n, d) and (m, d); to compare precision with recall, take as many fakes as real points.
    near, wide : int
        k of the balls: `near` for precision and recall, `wide` for density and coverage.
    fake_distances, real_distances : ndarray or None
        What `neighbour_distances` says of each cloud, (n, at least `near`) and (m, at least the larger of the two), if
        it is known.

    Returns
    -------
    tuple of float
        Precision: the share of the fakes that lie within real points' balls. Recall: the share of the real points that
        lie within the fakes' balls. Density: in how many real balls a fake lies, divided by k: about 1 for real points,
        and above 1 for fakes that crowd where real points do. Coverage: the share of the real balls that hold a fake; a
        few far-out fakes can't pretend to cover everything, as they can with recall.

    References
    ----------
    Kynkäänniemi et al. 2019, equations 1 and 2, who use k = 3; Naeem et al. 2020, equations 4 and 5; k = 5 as in their
    code.
    """
    fake, real = two_clouds(fake=fake, real=real)
    near, wide = Whole("near", 1)(near), Whole("wide", 1)(wide)
    of_fake = neighbour_distances(fake, near) if fake_distances is None else fake_distances
    of_real = neighbour_distances(real, max(near, wide)) if real_distances is None else real_distances
    own, small, large = (squares[:, k - 1] ** 2 for squares, k in ((of_fake, near), (of_real, near), (of_real, wide)))
    inside, reached, holds, held = np.zeros(len(fake), bool), np.zeros(len(real), bool), np.zeros(len(real), bool), 0
    for part, squares in squared_distances(fake, real):
        inside[part] = (squares <= small).any(axis=1)
        reached |= (squares <= own[part, np.newaxis]).any(axis=0)
        within = squares <= large
        holds |= within.any(axis=0)
        held += int(within.sum())
    return float(inside.mean()), float(reached.mean()), held / (wide * len(fake)), float(holds.mean())


def two_clouds(least=2, **clouds):
    """Return two clouds of points, given by their names, as float64 (n, d) and (m, d); ValueError if they don't fit."""
    one, other = (as_numbers(name, points, least=least) for name, points in clouds.items())
    if one.shape[1] != other.shape[1]:
        names = " and ".join(clouds)
        raise ValueError(f"{names} must have the same number of columns, not {one.shape[1]} and {other.shape[1]}.")
    return one, other
