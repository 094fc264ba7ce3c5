"""Places and ways in a latent space, and the nearest real pictures."""

import numpy as np
import pytest
from helpers import tiny

from ganlib import GAN
from ganlib._tensorflow import tf
from ganlib.lab.latent import Maker, NearestPictures, main_directions, slerp
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.plane import PlaneGAN


def test_a_walk_keeps_the_length_that_latent_vectors_have():
    start, end = np.random.default_rng(0).standard_normal((2, 100), np.float32)
    way = slerp(start, end, np.linspace(0, 1, 9))
    assert way.dtype == np.float32
    np.testing.assert_allclose(way[[0, -1]], [start, end], atol=1e-5)
    lengths = np.linalg.norm(way, axis=1)
    assert lengths.min() > 0.93 * min(lengths[0], lengths[-1])
    assert np.linalg.norm((start + end) / 2) < 0.8 * lengths.min()  # a straight line would not


def test_a_walk_goes_at_an_even_pace():
    start, end = np.eye(2, 5, dtype=np.float32)
    steps = np.linalg.norm(np.diff(slerp(start, end, np.linspace(0, 1, 6)), axis=0), axis=1)
    np.testing.assert_allclose(steps, steps[0], rtol=1e-5)


@pytest.mark.parametrize("factor", [1.0, -2.0])
def test_a_walk_between_vectors_on_one_line_is_straight(factor):
    start = np.array([1.0, 2.0], np.float32)
    np.testing.assert_allclose(slerp(start, factor * start, [0.5])[0], start * (1 + factor) / 2, atol=1e-6)


def test_the_main_directions_are_those_that_change_the_pictures_most():
    class Stretched:
        """Pictures whose third number counts most, then the first."""

        latent, class_names = 4, tuple("0123456789")

        def pictures(self, latent, digits):
            return (latent * [2.0, 0.1, 5.0, 1.0]).reshape(-1, 2, 2, 1)

    found = main_directions(Stretched(), 3)
    np.testing.assert_allclose(found, np.eye(4)[[2, 0, 3]], atol=1e-3)


@pytest.mark.parametrize("dtype", [np.uint8, np.float32])
def test_the_nearest_pictures_are_found_with_their_distances(dtype):
    rng = np.random.default_rng(0)
    real = rng.integers(0, 256, (5000, 4, 4, 1), np.uint8)
    scaled = real / np.float32(127.5) - 1
    wanted = rng.uniform(-1, 1, (3, 4, 4, 1)).astype(np.float32)
    found, distances = NearestPictures(real if dtype is np.uint8 else scaled).find(wanted, 4)
    expected = np.linalg.norm((wanted[:, np.newaxis] - scaled[np.newaxis]).reshape(3, 5000, -1), axis=2)
    assert np.array_equal(found, np.argsort(expected, axis=1)[:, :4])
    np.testing.assert_allclose(distances, np.sort(expected, axis=1)[:, :4], rtol=1e-5)


def test_a_copy_is_at_distance_nothing_and_a_picture_is_no_neighbour_of_itself():
    real = tiny.pictures(300)
    nearest = NearestPictures(real)
    found, distances = nearest.find(real[7:8] / np.float32(127.5) - 1, 1)
    assert (found[0, 0], distances[0, 0]) == (7, pytest.approx(0, abs=1e-5))
    assert len(nearest.usual(100)) == 100
    assert nearest.usual(100).min() > 0.01


def test_the_slope_is_the_gradient_of_the_logit():
    gan = GAN(seed=0, **tiny.build_networks())
    made = gan.generate(2)
    scores, slopes = Maker(gan).judge(made)
    np.testing.assert_allclose(scores, gan.probability_real(made), atol=1e-6)
    moved = made[:1].copy()
    moved[0, 3, 4, 0] += 1e-2

    def logit(picture):
        return float(gan.discriminator(tf.constant(picture), training=False)[0, 0])

    assert (logit(moved) - logit(made[:1])) / 1e-2 == pytest.approx(slopes[0, 3, 4, 0], rel=1e-2)


@pytest.mark.parametrize("model", [PlaneGAN, lambda: Autoencoder(2, hidden=(8,))])
def test_a_model_without_a_latent_space_of_pictures_is_refused(model):
    with pytest.raises(ValueError, match=r"that makes pictures, and .* is none of these"):
        Maker(model())
