"""The judge's scores of real digits and of worsened ones, computed again from the same features by other people's code.

SciPy and scikit-learn know nothing of ours: what they are given is the features of the classifier alone.
"""

import numpy as np
import pytest
from scipy import linalg
from scipy.spatial.distance import cdist
from sklearn.covariance import EmpiricalCovariance
from sklearn.metrics.pairwise import polynomial_kernel
from sklearn.neighbors import KDTree

from ganlib.data import as_pictures
from ganlib.judge.judge import default_judge

N = 400
JUDGE = default_judge()
DIGITS = as_pictures(JUDGE.ceiling[:N])
MADE = {
    "real digits": DIGITS,
    "noisy digits": np.clip(DIGITS + 0.3 * np.random.default_rng(0).normal(size=DIGITS.shape), -1, 1),
    "noise": np.random.default_rng(0).uniform(-1, 1, DIGITS.shape),
    "few digits again and again": DIGITS[np.arange(N) % 20],
}


@pytest.fixture(scope="module", params=MADE)
def judged(request):
    """The report, the features of the pictures, of all real test digits, and of those that make the balls."""
    pictures = MADE[request.param].astype(np.float32)
    real, probabilities = JUDGE.classifier.features(JUDGE.scoring)
    sure = probabilities.max(axis=1)
    balls = real[sure >= np.percentile(sure, 5)][:N].astype(float)
    return JUDGE.report(pictures), JUDGE.classifier.features(pictures)[0].astype(float), real.astype(float), balls


def test_the_distance_is_scipys(judged):
    report, features, real, _ = judged
    features, real = features[:, :-1], real[:, :-1]  # without the doubt
    fitted = [EmpiricalCovariance(assume_centered=False).fit(cloud) for cloud in (features, real)]
    covariances = [fit.covariance_ * len(c) / (len(c) - 1) for fit, c in zip(fitted, (features, real), strict=True)]
    ridge = 1e-9 * np.eye(features.shape[1])  # SciPy's root of a singular matrix is inexact
    root = linalg.sqrtm((covariances[0] + ridge) @ (covariances[1] + ridge))
    apart = np.square(fitted[0].location_ - fitted[1].location_).sum()
    expected = apart + np.trace(covariances[0]) + np.trace(covariances[1]) - 2 * np.trace(root.real)
    assert report.mnist_fd == pytest.approx(expected, rel=1e-3, abs=0.05)


def radii(cloud, k):
    """The distance from every point to its k-th nearest other point, with SciPy."""
    return np.sort(cdist(cloud, cloud), axis=1)[:, k]


def within(balls, reach, points):
    """How many of the balls hold each point, with a tree of scikit-learn: each point asks all, with their own radii."""
    return sum(np.bincount(found, minlength=len(points)) for found in KDTree(points).query_radius(balls, reach + 1e-9))


def test_precision_and_density_are_scikit_learns(judged):
    report, features, _, balls = judged
    assert report.precision == pytest.approx((within(balls, radii(balls, 3), features) > 0).mean(), abs=0.003)
    assert report.density == pytest.approx(within(balls, radii(balls, 5), features).sum() / (5 * N), abs=0.003)


def test_recall_and_coverage_are_scikit_learns(judged):
    report, features, _, balls = judged
    assert report.recall == pytest.approx((within(features, radii(features, 3), balls) > 0).mean(), abs=0.006)
    tree = KDTree(features)
    covered = tree.query(balls)[0][:, 0] <= radii(balls, 5) + 1e-9
    assert report.coverage == pytest.approx(covered.mean(), abs=0.003)


def test_the_kernel_distance_is_scikit_learns(judged):
    report, features, real, _ = judged
    features, real = features[:, :-1], real[:, :-1]  # without the doubt
    columns = features.shape[1]
    within_one = polynomial_kernel(features, degree=3, gamma=1 / columns, coef0=1)
    within_real = polynomial_kernel(real[:2000], degree=3, gamma=1 / columns, coef0=1)
    between = polynomial_kernel(features, real[:2000], degree=3, gamma=1 / columns, coef0=1)
    mean = lambda kernel: (kernel.sum() - np.trace(kernel)) / (len(kernel) * (len(kernel) - 1))  # noqa: E731
    expected = mean(within_one) + mean(within_real) - 2 * between.mean()
    assert report.kernel_distance == pytest.approx(expected, abs=4 * report.kernel_spread / np.sqrt(20) + 0.02)
