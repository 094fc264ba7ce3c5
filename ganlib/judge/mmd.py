"""The kernel distance: how differently two clouds of features look to a polynomial of the third degree."""

import numpy as np

from ganlib.arguments import Whole
from ganlib.judge.neighbours import two_clouds

MOST_SUBSETS = 1000


def cubic_kernel(features, others):
    """Compute k(x, y) = (x . y / d + 1)^3 for all pairs: float64 (n, m) from (n, d) and (m, d)."""
    kernel = np.asarray(features, np.float64) @ np.asarray(others, np.float64).T
    kernel /= features.shape[1]
    kernel += 1
    return kernel * kernel * kernel  # a power takes ten times as long


def squared_mmd(features, others):
    """Estimate the squared maximum mean discrepancy of two clouds with the cubic kernel, without bias.

    Gretton et al. 2012, equation 3: the mean kernel of two points of the one cloud, plus that of the other, minus twice
    that of one point of each; no point is paired with itself. For clouds of one distribution it is 0 on average, and
    often a little below.

    Parameters
    ----------
    features, others : ndarray
        (n, d) and (m, d), both with at least 2 points.

    Returns
    -------
    float
    """
    features, others = two_clouds(features=features, others=others)
    return _mean_within(features) + _mean_within(others) - 2 * float(cubic_kernel(features, others).mean())


def _mean_within(features):
    n, kernel = len(features), cubic_kernel(features, features)
    return float((kernel.sum() - np.trace(kernel)) / (n * (n - 1)))


def kernel_distance(features, others, subsets=20, size=1000, seed=0):
    """Estimate the squared discrepancy on random subsets, and how much it varies between them.

    Unlike the Fréchet distance, it is the same on average, whatever the number of pictures.

    Parameters
    ----------
    features, others : ndarray
        (n, d) and (m, d), both with at least 2 points.
    subsets, size : int
        How many subsets, 1 to 1,000, of how many points each, at least 2, drawn without replacement. If a cloud has
        fewer points, all of them are taken.
    seed : int

    Returns
    -------
    tuple of float
        The mean over the subsets, and their standard deviation.

    References
    ----------
    Bińkowski, Sutherland, Arbel and Gretton 2018, "Demystifying MMD GANs", section 4.
    """
    features, others = two_clouds(features=features, others=others)
    subsets, rng = Whole("subsets", 1, MOST_SUBSETS)(subsets), np.random.default_rng(Whole("seed", 0)(seed))
    size = min(Whole("size", 2)(size), len(features), len(others))
    reads = [squared_mmd(_some(features, size, rng), _some(others, size, rng)) for _ in range(subsets)]
    return float(np.mean(reads)), float(np.std(reads))


def _some(features, size, rng):
    return features[rng.choice(len(features), size, replace=False)]
