"""The Fréchet distance between two clouds of features, each taken for a normal distribution."""

import numpy as np


def mean_and_covariance(features):
    """Return the mean, float64 (d,), and the covariance with n - 1 in its denominator, float64 (d, d).

    Parameters
    ----------
    features : ndarray
        (n, d), n of at least 2.
    """
    features = np.asarray(features, np.float64)
    return features.mean(axis=0), np.cov(features, rowvar=False).reshape(features.shape[1], -1)


def frechet_distance(features, others):
    """Compute |m - m'|^2 + trace(C + C' - 2 (C C')^(1/2)) from the means and covariances of two clouds.

    It is never below 0, and 0 for clouds with the same mean and covariance. Fewer points read higher: with n of them
    the covariance is itself an estimate, and its error adds about 1/n (Chong and Forsyth 2020). So two numbers can be
    compared at the same n only.

    Parameters
    ----------
    features, others : ndarray, or tuple of mean (d,) and covariance (d, d)
        (n, d) and (m, d); what `mean_and_covariance` gives saves computing it again.

    Returns
    -------
    float

    References
    ----------
    Dowson and Landau 1982, equation 16; as a score of generators Heusel et al. 2017, equation 6.
    """
    (mean, covariance), (other_mean, other_covariance) = (
        cloud if isinstance(cloud, tuple) else mean_and_covariance(cloud) for cloud in (features, others)
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
