"""The Fréchet distance between two clouds of features, each taken for a normal distribution."""

import numpy as np

from ganlib.arguments import as_numbers
from ganlib.wording import write


def mean_and_covariance(features):
    """Return the mean, float64 (d,), and the covariance with n - 1 in its denominator, float64 (d, d).

    Parameters
    ----------
    features : ndarray
        (n, d), n of at least 2.
    """
    features = as_numbers("features", features, least=2)
    return features.mean(axis=0), np.cov(features, rowvar=False).reshape(features.shape[1], -1)


def frechet_distance(features, others):
    """Compute |m - m'|^2 + trace(C + C' - 2 (C C')^(1/2)) from the means and covariances of two clouds.

    It is never below 0, and 0 for clouds with the same mean and covariance. Fewer points score higher: the covariance
    of n points is itself an estimate, which adds a bias that shrinks like 1/n (Chong and Forsyth 2020). So compare two
    distances only at the same n.

    Parameters
    ----------
    features, others : ndarray, or tuple of mean (d,) and covariance (d, d)
        (n, d) and (m, d), both with at least 2 points; or what `mean_and_covariance` returned for them, to save time.

    Returns
    -------
    float

    References
    ----------
    Dowson and Landau 1982, equation 16; as a score of generators Heusel et al. 2017, equation 6.
    """
    mean, covariance = _moments("features", features)
    other_mean, other_covariance = _moments("others", others)
    if mean.shape != other_mean.shape:
        raise ValueError(
            f"features and others must have the same number of columns, not {len(mean)} and {len(other_mean)}."
        )
    root = _root(covariance)
    # The eigenvalues of C C' are those of the symmetric C^(1/2) C' C^(1/2), which needs no complex numbers.
    shared = np.sqrt(np.clip(np.linalg.eigvalsh(root @ other_covariance @ root), 0, None)).sum()
    apart = mean - other_mean
    return max(0.0, float(apart @ apart + np.trace(covariance) + np.trace(other_covariance) - 2 * shared))


def _root(matrix):
    """Return the square root of a symmetric matrix without negative eigenvalues."""
    values, vectors = np.linalg.eigh(matrix)
    return (vectors * np.sqrt(np.clip(values, 0, None))) @ vectors.T


def _moments(name, cloud):
    """Return the mean and the covariance of a cloud, or those that were given; ValueError if they do not fit."""
    if not isinstance(cloud, tuple):
        return mean_and_covariance(as_numbers(name, cloud, least=2))
    if len(cloud) != 2:
        raise ValueError(f"{name} must be an array (n, d), or a tuple of a mean and a covariance, not {write(cloud)}.")
    mean, covariance = (
        as_numbers(f"The mean of {name}", cloud[0], axes=1),
        as_numbers(f"The covariance of {name}", cloud[1]),
    )
    if covariance.shape != (len(mean), len(mean)):
        raise ValueError(f"The covariance of {name} must be (d, d), not {covariance.shape}, for a mean of {len(mean)}.")
    return mean, covariance
