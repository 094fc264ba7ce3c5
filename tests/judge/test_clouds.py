"""The distance between two clouds: zero for one distribution, larger the further apart, and the count of clusters."""

import numpy as np
import pytest

from ganlib.data import CLUSTERS, TOY_KINDS, toy_density, toy_points
from ganlib.judge.clouds import cluster_shares, energy_distance


@pytest.mark.parametrize("kind", TOY_KINDS)
def test_real_against_real_reads_zero_on_average(kind):
    reads = [energy_distance(toy_points(kind, 200, seed=i), toy_points(kind, 200, seed=100 + i)) for i in range(40)]
    error = np.std(reads) / np.sqrt(len(reads))
    assert abs(np.mean(reads)) < 4 * error
    assert min(reads) < 0 < max(reads)
    assert np.std(reads) < 0.03


@pytest.mark.parametrize("kind", TOY_KINDS)
def test_another_distribution_reads_far_above_chance(kind):
    real = toy_points(kind, 500)
    chance = max(abs(energy_distance(toy_points(kind, 500, seed=i), toy_points(kind, 500, seed=9 + i))) for i in (1, 2))
    for other in set(TOY_KINDS) - {kind}:
        assert energy_distance(real, toy_points(other, 500)) > 2 * chance
    assert energy_distance(real, real[:1] + 0 * real) > 0.2  # every fake on one point


def test_it_is_twice_the_mean_between_minus_the_means_within_without_a_point_paired_with_itself():
    points, others = [(0, 0), (3, 4)], [(0, 0), (0, 1), (0, 3)]
    between = (0 + 1 + 3 + 5 + np.hypot(3, 3) + np.hypot(3, 1)) / 6
    assert energy_distance(points, others) == pytest.approx(2 * between - 5 - (1 + 3 + 2) / 3)


def test_it_grows_with_the_gap_even_when_the_clouds_do_not_touch():
    cloud = toy_points("two_blobs", 300)
    gaps = [energy_distance(cloud, cloud + np.array([gap, 0])) for gap in (3, 6, 12)]
    assert gaps[0] < gaps[1] < gaps[2]


def test_the_shares_near_each_centre_are_counted():
    points = [(0, 0), (0.1, 0), (1, 1), (5, 5)]
    np.testing.assert_allclose(cluster_shares(points, [(0, 0), (1, 1), (-1, -1)]), [0.5, 0.25, 0])
    centres, _ = CLUSTERS["three_clusters"]
    np.testing.assert_allclose(cluster_shares(toy_points("three_clusters", 3000), centres), 1 / 3, atol=0.04)


@pytest.mark.parametrize("bad", [[(0, 0)], [(0, 0, 0)] * 3, [(0, np.nan)] * 3, [1, 2, 3]])
def test_what_is_no_cloud_is_refused_by_name(bad):
    good = [(0, 0), (1, 1)]
    with pytest.raises(ValueError, match="points must be at least 2 points"):
        energy_distance(bad, good)
    with pytest.raises(ValueError, match="others must be at least 2 points"):
        energy_distance(good, bad)


def test_a_radius_of_nothing_is_refused():
    with pytest.raises(ValueError, match="radius must be a number above 0"):
        cluster_shares([(0, 0), (1, 1)], [(0, 0)], radius=0)


# The densities that the points come from: lesson 05 compares the discriminator with them.


@pytest.mark.parametrize("kind", TOY_KINDS)
def test_a_density_adds_up_to_one_and_counts_the_points_in_every_part_of_the_square(kind):
    cells, fine = 8, 40
    middle = (np.arange(cells * fine) + 0.5) / (cells * fine) * 2 - 1
    x, y = np.meshgrid(middle, middle)
    density = toy_density(kind, np.stack([x, y], -1).reshape(-1, 2)) * (middle[1] - middle[0]) ** 2
    expected = density.reshape(cells, fine, cells, fine).sum(axis=(1, 3))
    assert expected.sum() == pytest.approx(1, abs=2e-3)
    points = toy_points(kind, 40_000)
    edges = np.linspace(-1, 1, cells + 1)
    counted = np.histogram2d(points[:, 1], points[:, 0], [edges, edges])[0] / len(points)
    np.testing.assert_allclose(counted, expected, atol=0.01)


def test_an_unknown_density_is_refused():
    with pytest.raises(ValueError, match="kind must be one of 'line', 'ring'"):
        toy_density("spiral", [(0, 0)])
