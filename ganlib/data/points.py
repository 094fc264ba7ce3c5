"""Points in the plane: data sets so small that a GAN's whole world fits into one figure."""

import math
from functools import partial

import numpy as np

from ganlib.arguments import Choice, Whole, as_numbers

MOST_POINTS = 10_000_000
FEWEST = 10  # points of your own that a GAN can learn from


def toy_points(kind, n, seed=0):
    """Draw points from a distribution in the plane, after the four data sets of GAN Lab.

    Parameters
    ----------
    kind : {"line", "ring", "two_blobs", "three_clusters", "grid"}
        "grid" has 25 clusters, five rows of five.
    n : int
        How many points, from 1 to 10,000,000.
    seed : int
        The same seed gives the same points.

    Returns
    -------
    numpy.ndarray, shape (n, 2), float32
        Within the square from -1 to 1.

    References
    ----------
    Kahng, Thorat, Chau, Viégas and Wattenberg, "GAN Lab", IEEE TVCG 25(1), 2019.
    """
    Choice("kind", tuple(_KINDS))(kind)
    n, seed = Whole("n", 1, MOST_POINTS)(n), Whole("seed", 0)(seed)
    points = _KINDS[kind](np.random.default_rng(seed), n)
    return np.clip(points, -1, 1).astype(np.float32)


# The numbers that both the samplers and the densities need: all lengths in units of the square from -1 to 1.
LINE_END, LINE_SPREAD = np.array([0.8, 0.48]), 0.02
RING_RADIUS, RING_SPREAD = 0.7, 0.03
CLUSTERS = {  # centres and spread
    "two_blobs": (np.array([(-0.45, -0.3), (0.45, 0.3)]), 0.13),
    "three_clusters": (np.array([(-0.6, -0.5), (0.6, -0.5), (0.0, 0.6)]), 0.06),
    # Its spread is a fortieth of the way to the next, as in Srivastava et al. 2017 (VEEGAN), section 5.1.
    "grid": (np.array([(x, y) for x in (-0.8, -0.4, 0.0, 0.4, 0.8) for y in (-0.8, -0.4, 0.0, 0.4, 0.8)]), 0.01),
}


def _line(rng, n):
    along = rng.uniform(-1, 1, n)
    return along[:, np.newaxis] * LINE_END + rng.normal(0, LINE_SPREAD, (n, 2))


def _ring(rng, n):
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = rng.normal(RING_RADIUS, RING_SPREAD, n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _clusters(kind, rng, n):
    centres, spread = CLUSTERS[kind]
    return centres[rng.integers(len(centres), size=n)] + rng.normal(0, spread, (n, 2))


_KINDS = {"line": _line, "ring": _ring, **{kind: partial(_clusters, kind) for kind in CLUSTERS}}
TOY_KINDS = tuple(kind for kind in _KINDS if kind != "grid")  # those of lesson 05; the grid is for counting modes


def toy_density(kind, points):
    """Compute how densely the points of `toy_points` lie at given places.

    Parameters
    ----------
    kind : {"line", "ring", "two_blobs", "three_clusters", "grid"}
    points : array, shape (n, 2)

    Returns
    -------
    numpy.ndarray, shape (n,), float64
        Probability per unit of area; over the whole plane it adds up to 1.
    """
    Choice("kind", tuple(_KINDS))(kind)
    points = as_numbers("points", points)
    if points.shape[1] != 2:
        raise ValueError(f"points must have the shape (n, 2), not {points.shape}.")
    if kind == "line":
        return _line_density(points)
    if kind == "ring":
        radius = np.maximum(np.hypot(*points.T), 1e-9)
        return _normal_density(radius - RING_RADIUS, RING_SPREAD) / (2 * np.pi * radius)
    centres, spread = CLUSTERS[kind]
    away = points[:, np.newaxis] - centres
    return _normal_density(away, spread).prod(axis=2).mean(axis=1)


def _line_density(points):
    """Uniform along the line, blurred by a normal distribution: a difference of two error functions, times the blur."""
    half = np.hypot(*LINE_END)
    along = points @ LINE_END / half
    aside = (points[:, 1] * LINE_END[0] - points[:, 0] * LINE_END[1]) / half
    ends = np.stack([along + half, along - half]) / (LINE_SPREAD * math.sqrt(2))
    upper, lower = np.vectorize(math.erf)(ends)
    return (upper - lower) / 2 / (2 * half) * _normal_density(aside, LINE_SPREAD)


def _normal_density(values, spread):
    return np.exp(-0.5 * (values / spread) ** 2) / (spread * math.sqrt(2 * math.pi))


def check_points(points):
    """Return the points that a learner drew, as an array; a ValueError says what is wrong with them.

    Parameters
    ----------
    points : array or list of pairs, shape (n, 2)
        At least 10 points within the square from -1 to 1.

    Returns
    -------
    numpy.ndarray, shape (n, 2), float32

    Raises
    ------
    ValueError
        Too few points, another shape, or a point that is not in the square.
    """
    try:
        points = np.array(points, np.float32)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError("Points must be pairs of numbers, such as [(0.1, -0.4), ...].") from error
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < FEWEST:
        raise ValueError(f"At least {FEWEST} points are needed, numbers of shape (n, 2), not {points.shape}.")
    outside = ~(np.abs(points) <= 1).all(axis=1)  # written so that NaN counts as outside
    if outside.any():
        x, y = points[outside][0]
        raise ValueError(
            f"{outside.sum()} of {len(points)} points are not in the square from -1 to 1, "
            f"the first of them ({x:g}, {y:g}). Move or remove them."
        )
    return points
