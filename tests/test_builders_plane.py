"""The two small networks of the plane: shapes, ranges, seeds."""

import numpy as np
import pytest

from ganlib import builders
from ganlib._tensorflow import keras
from ganlib.builders import build_generator, build_plane_discriminator, build_plane_generator, redraw_weights

MANY = 100 * np.random.default_rng(0).normal(size=(50, 2)).astype(np.float32)


def test_the_generator_never_leaves_the_square():
    made = np.asarray(build_plane_generator(seed=0)(MANY))
    assert made.shape == (50, 2)
    assert np.abs(made).max() <= 1


def test_the_discriminator_gives_one_logit_that_may_be_any_number():
    discriminator = build_plane_discriminator(seed=0)
    assert discriminator.output_shape == (None, 1)
    assert np.abs(np.asarray(discriminator(MANY))).max() > 1


def test_the_hidden_layers_are_those_that_were_asked_for():
    network = build_plane_generator(1, hidden=(8, 4, 2))
    sizes = [layer.units for layer in network.layers if isinstance(layer, keras.layers.Dense)]
    assert network.input_shape == (None, 1)
    assert sizes == [8, 4, 2, 2]


@pytest.mark.parametrize("build", [build_plane_generator, build_plane_discriminator])
def test_redrawn_weights_are_those_of_a_network_built_with_the_seed(build):
    network, wanted = build(seed=0), build(seed=5)
    network.layers[0].bias.assign(network.layers[0].bias + 1)
    redraw_weights(network, 5)
    for got, want in zip(network.get_weights(), wanted.get_weights(), strict=True):
        np.testing.assert_array_equal(got, want)


def test_layers_without_biases_can_be_redrawn():
    network = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3, use_bias=False)])
    redraw_weights(network, 5)
    np.testing.assert_array_equal(network.get_weights()[0], build_plane_generator(2, (3,), seed=5).get_weights()[0])


def test_a_network_with_other_layers_is_not_redrawn_in_part():
    network = build_generator(8, seed=0)
    before = network.get_weights()
    with pytest.raises(ValueError, match=r"Only Dense layers can be redrawn, but .* is a BatchNormalization"):
        redraw_weights(network, 5)
    for now, then in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(now, then)


@pytest.mark.parametrize("hidden", [(), (0,), (2.5,), 32])
def test_hidden_layers_that_cannot_be_are_refused(hidden):
    with pytest.raises(ValueError, match="hidden"):
        build_plane_generator(hidden=hidden)
    with pytest.raises(ValueError, match="hidden"):
        build_plane_discriminator(hidden=hidden)


@pytest.mark.parametrize(
    "build",
    [builders.build_discriminator, builders.build_conv_discriminator, builders.build_plane_discriminator],
)
def test_spectral_normalisation_is_built_of_the_same_seed_and_lets_no_layer_stretch_more_than_once(build):
    plain, limited, again = build(seed=1), build(spectral=True, seed=1), build(spectral=True, seed=1)
    assert limited.output_shape == plain.output_shape
    for ours, theirs in zip(limited.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(ours, theirs)
    nothing = np.zeros((1, *limited.input_shape[1:]), np.float32)
    for _ in range(40):  # each call in training comes nearer to the largest stretch
        limited(nothing, training=True)
    wrapped = [layer for layer in limited.layers if isinstance(layer, keras.layers.SpectralNormalization)]
    for kernel in (layer.layer.kernel.numpy() for layer in wrapped):
        assert np.linalg.norm(kernel.reshape(-1, kernel.shape[-1]), 2) == pytest.approx(1, abs=0.1)
