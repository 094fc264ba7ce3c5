"""Each score on its own: equal to an independent implementation or to the published formula, and of known limits."""

import subprocess
import sys

import numpy as np
import pytest
from scipy import linalg
from scipy.spatial import distance
from sklearn.neighbors import NearestNeighbors

from ganlib.judge import counts, frechet, mmd, neighbours

RNG = np.random.default_rng(0)
REAL = RNG.normal(0, 1, (700, 12)) ** 2
FAKE = RNG.normal(0.3, 1.2, (650, 12)) ** 2
CLOSE = {"rel": 1e-6, "abs": 1e-6}


def test_the_frechet_distance_is_scipys():
    roots = linalg.sqrtm(np.cov(REAL.T) @ np.cov(FAKE.T)).real
    apart = REAL.mean(0) - FAKE.mean(0)
    expected = apart @ apart + np.trace(np.cov(REAL.T) + np.cov(FAKE.T) - 2 * roots)
    assert frechet.frechet_distance(REAL, FAKE) == pytest.approx(expected, **CLOSE)
    assert frechet.frechet_distance(frechet.mean_and_covariance(REAL), FAKE) == pytest.approx(expected, **CLOSE)


def test_the_frechet_distance_is_zero_for_the_same_points_and_the_square_of_a_move():
    assert frechet.frechet_distance(REAL, REAL) == pytest.approx(0, abs=1e-6)
    assert frechet.frechet_distance(REAL, REAL + 3) == pytest.approx(9 * 12, **CLOSE)


def test_fewer_points_than_features_still_have_a_frechet_distance():
    assert frechet.frechet_distance(REAL[:5], REAL) > frechet.frechet_distance(REAL[:100], REAL) > 0


def test_the_kernel_distance_is_the_published_sum_over_pairs():
    x, y = FAKE[:30], REAL[:20]
    k = lambda a, b: (a @ b / 12 + 1) ** 3  # noqa: E731
    within = [sum(k(a, b) for i, a in enumerate(c) for j, b in enumerate(c) if i != j) for c in (x, y)]
    between = sum(k(a, b) for a in x for b in y)
    expected = within[0] / (30 * 29) + within[1] / (20 * 19) - 2 * between / (30 * 20)
    assert mmd.squared_mmd(x, y) == pytest.approx(expected, **CLOSE)


def test_the_kernel_distance_of_one_distribution_is_zero_on_average_at_any_n():
    for n in (20, 100):
        reads = [mmd.squared_mmd(RNG.normal(size=(n, 12)), RNG.normal(size=(n, 12))) for _ in range(200)]
        assert abs(np.mean(reads)) < 4 * np.std(reads) / np.sqrt(200)
        assert min(reads) < 0 < max(reads)


def test_the_kernel_distance_tells_its_spread():
    mean, spread = mmd.kernel_distance(FAKE, REAL, subsets=8, size=100)
    assert 0 < spread < mean
    assert mmd.kernel_distance(FAKE, REAL[:650], subsets=3, size=5000)[1] == pytest.approx(0, abs=1e-9 * mean)


def test_the_neighbours_are_those_that_the_table_of_all_distances_shows(monkeypatch):
    expected = np.sort(distance.cdist(FAKE, FAKE), axis=1)[:, 1:6]
    np.testing.assert_allclose(neighbours.neighbour_distances(FAKE, 5), expected, atol=1e-6)
    apart = distance.cdist(FAKE, REAL)
    for columns in (3000, 100, 3):  # blocks wider than all others, narrower, and narrower than what is sought
        monkeypatch.setattr(neighbours, "COLUMNS", columns)
        np.testing.assert_array_equal(neighbours.nearest_few(FAKE, REAL, 5), apart.argsort(axis=1)[:, :5])
    np.testing.assert_array_equal(
        neighbours.nearest_others(FAKE, 1)[1][:, 0], (distance.cdist(FAKE, FAKE) + 1e9 * np.eye(len(FAKE))).argmin(1)
    )


def test_a_point_that_is_there_twice_is_its_own_neighbour_at_no_distance():
    twice = np.concatenate([FAKE[:50], FAKE[:50]])
    np.testing.assert_allclose(neighbours.neighbour_distances(twice, 1), 0, atol=1e-6)


def test_scikit_learn_is_not_loaded_before_neighbours_are_looked_for():
    code = "import sys, ganlib.judge.judge, ganlib.lab.latent; sys.exit('sklearn.neighbors' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def published_shares(fake, real, k):
    """Precision, recall, density and coverage, written as in the published formulae with scikit-learn's balls."""
    radius = {}
    for name, cloud in (("fake", fake), ("real", real)):
        radius[name] = NearestNeighbors(n_neighbors=k + 1).fit(cloud).kneighbors(cloud)[0][:, k]
    apart = np.linalg.norm(fake[:, None] - real[None], axis=2)
    in_real, in_fake = apart <= radius["real"], apart <= radius["fake"][:, None]
    return in_real.any(1).mean(), in_fake.any(0).mean(), in_real.sum() / (k * len(fake)), in_real.any(0).mean()


@pytest.mark.parametrize("k", [1, 3, 5])
def test_precision_recall_density_and_coverage_are_the_published_formulae(k):
    expected = published_shares(FAKE, REAL, k)
    assert neighbours.shares(FAKE, REAL, k, k) == pytest.approx(expected, **CLOSE)
    assert neighbours.shares(FAKE, REAL, k, 2)[:2] == pytest.approx(expected[:2], **CLOSE)
    assert neighbours.shares(FAKE, REAL, 2, k)[2:] == pytest.approx(expected[2:], **CLOSE)


def test_a_collapsed_cloud_has_precision_but_no_recall_and_a_wide_one_the_reverse():
    narrow = neighbours.shares(0.2 * RNG.normal(size=(300, 4)), RNG.normal(size=(300, 4)))
    wide = neighbours.shares(4 * RNG.normal(size=(300, 4)), RNG.normal(size=(300, 4)))
    assert narrow[0] > 0.95 > 0.2 > narrow[1]
    assert wide[1] > 0.9 > 0.5 > wide[0]


def test_a_copy_is_nearest_to_what_it_copies():
    np.testing.assert_array_equal(neighbours.nearest_few(REAL[5:9], REAL, 1)[:, 0], range(5, 9))


def test_the_classifier_score_is_the_published_formula_and_runs_from_one_to_ten():
    p = RNG.dirichlet(np.ones(10), 500)
    marginal = p.mean(0)
    expected = np.exp(np.mean([sum(a * np.log(a / m) for a, m in zip(row, marginal, strict=True)) for row in p]))
    assert counts.classifier_score(p) == pytest.approx(expected, **CLOSE)
    assert counts.classifier_score(np.eye(10)) == pytest.approx(10, **CLOSE)
    assert counts.classifier_score(np.eye(10)[[3, 3, 3]]) == pytest.approx(1, **CLOSE)
    assert counts.classifier_score(np.full((4, 10), 0.1)) == pytest.approx(1, **CLOSE)


def test_the_divergence_of_the_digits_runs_from_zero_to_log_ten():
    assert counts.divergence_from_uniform([7] * 10) == pytest.approx(0, abs=1e-12)
    assert counts.divergence_from_uniform([0] * 9 + [50]) == pytest.approx(np.log(10))
    assert counts.divergence_from_uniform([1, 3]) == pytest.approx(0.25 * np.log(0.5) + 0.75 * np.log(1.5))


def test_a_kind_counts_as_present_from_one_percent():
    assert counts.kinds_present([991, 9]) == 1
    assert counts.kinds_present([990, 10]) == 2
