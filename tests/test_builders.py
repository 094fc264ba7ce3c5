"""The networks of the GANs, as they come from their builders."""

import keras
import numpy as np
import pytest

from ganlib import builders

layers = keras.layers
GANS = {
    "build_generator": (100, (28, 28, 1)),
    "build_discriminator": ((28, 28, 1), (1,)),
    "build_conv_generator": (100, (28, 28, 1)),
    "build_conv_discriminator": ((28, 28, 1), (1,)),
}
LATENT = np.random.default_rng(0).normal(size=(5, 100)).astype(np.float32)
PICTURES = np.random.default_rng(0).uniform(-1, 1, (5, 28, 28, 1)).astype(np.float32)


def kinds(network):
    return [type(layer).__name__ for layer in network.layers]


def test_the_classic_generator_has_its_layers_and_1_493_520_parameters():
    network = builders.build_generator()
    assert network.count_params() == 1_493_520
    assert kinds(network) == ["Dense", "LeakyReLU", "BatchNormalization"] * 3 + ["Dense", "Reshape"]
    assert [layer.units for layer in network.layers if isinstance(layer, layers.Dense)] == [256, 512, 1024, 784]
    assert {layer.momentum for layer in network.layers if isinstance(layer, layers.BatchNormalization)} == {0.8}
    assert {layer.negative_slope for layer in network.layers if isinstance(layer, layers.LeakyReLU)} == {0.2}


def test_the_classic_discriminator_has_its_layers_and_533_505_parameters():
    network = builders.build_discriminator()
    assert network.count_params() == 533_505
    assert kinds(network) == ["Flatten", "Dense", "LeakyReLU", "Dense", "LeakyReLU", "Dense"]
    assert [layer.units for layer in network.layers if isinstance(layer, layers.Dense)] == [512, 256, 1]
    assert {layer.negative_slope for layer in network.layers if isinstance(layer, layers.LeakyReLU)} == {0.2}


def test_the_convolutional_generator_grows_a_map_of_7_to_14_to_28():
    network = builders.build_conv_generator()
    maps = [layer.output.shape[1:3] for layer in network.layers if len(layer.output.shape) == 4]
    assert list(dict.fromkeys(maps)) == [(7, 7), (14, 14), (28, 28)]
    grown = [layer for layer in network.layers if isinstance(layer, layers.Conv2DTranspose)]
    assert [(layer.filters, layer.kernel_size, layer.strides) for layer in grown] == [
        (64, (4, 4), (2, 2)),
        (1, (4, 4), (2, 2)),
    ]


def test_the_convolutional_discriminator_halves_the_picture_twice():
    network = builders.build_conv_discriminator()
    maps = [layer.output.shape[1:] for layer in network.layers if isinstance(layer, layers.Conv2D)]
    assert maps == [(14, 14, 64), (7, 7, 128)]


@pytest.mark.parametrize("name", GANS)
def test_a_network_is_built_and_maps_what_it_says(name):
    network = getattr(builders, name)(seed=0)
    taken, made = GANS[name]
    assert network.built
    assert network.input_shape[1:] == (taken if isinstance(taken, tuple) else (taken,))
    assert network.output_shape[1:] == made
    given = LATENT if "gen" in name.split("_")[-1] else PICTURES
    assert network(given).shape == (5, *made)


@pytest.mark.parametrize("name", ["build_generator", "build_conv_generator"])
def test_a_generator_makes_pictures_from_minus_1_to_1(name):
    pictures = getattr(builders, name)(seed=0)(100 * LATENT, training=True).numpy()
    assert pictures.dtype == np.float32
    assert -1 <= pictures.min() < -0.5
    assert 0.5 < pictures.max() <= 1


@pytest.mark.parametrize("name", ["build_discriminator", "build_conv_discriminator"])
def test_a_discriminator_gives_logits_and_not_probabilities(name):
    network = getattr(builders, name)(seed=0)
    logits = network(1000 * PICTURES).numpy()
    assert network.layers[-1].activation is keras.activations.linear
    assert np.abs(logits).max() > 1
    assert np.allclose(network(2000 * PICTURES), 2 * logits, rtol=1e-3), "nothing at the end squeezes them"


@pytest.mark.parametrize("name", GANS)
def test_the_same_seed_gives_the_same_weights_and_another_or_none_gives_others(name):
    build = getattr(builders, name)
    first, again, other, without, without_again = (build(seed=seed).get_weights() for seed in (7, 7, 8, None, None))
    assert all(np.array_equal(ours, theirs) for ours, theirs in zip(first, again, strict=True))
    assert not np.allclose(first[0], other[0])
    assert not np.allclose(without[0], without_again[0])


@pytest.mark.parametrize("name", GANS)
def test_no_two_layers_begin_with_the_same_weights(name):
    kernels = [weight for weight in getattr(builders, name)(seed=0).get_weights() if weight.ndim >= 2]
    beginnings = [kernel.reshape(-1)[:20] / np.abs(kernel).max() for kernel in kernels]
    for place, beginning in enumerate(beginnings):
        assert not any(
            np.allclose(beginning, other, atol=1e-3) for other in beginnings[:place] if len(other) == len(beginning)
        )


def test_the_sizes_can_be_chosen():
    assert builders.build_generator(7, (8, 9, 1)).output_shape == (None, 8, 9, 1)
    assert builders.build_generator(np.int64(7)).input_shape == (None, 7)
    assert builders.build_discriminator((8, 9, 1)).input_shape == (None, 8, 9, 1)
    assert builders.build_conv_generator(7, 16).output_shape == (None, 28, 28, 1)
    assert builders.build_conv_discriminator(16).count_params() < builders.build_conv_discriminator(32).count_params()


@pytest.mark.parametrize("spectral", [False, True])
def test_a_dense_layer_can_stand_before_the_convolutional_logit(spectral):
    plain, deeper = (builders.build_conv_discriminator(4, 0, spectral=spectral, hidden=hidden) for hidden in (None, 16))
    assert len(deeper.layers) == len(plain.layers) + 2
    assert deeper.layers[-3].output.shape[1:] == (16,)
    assert deeper(PICTURES).shape == (5, 1)
    assert isinstance(deeper.layers[-3], keras.layers.SpectralNormalization) == spectral


@pytest.mark.parametrize("size", [0, -3, 1.5, 64.0, "64", "many", None, True, float("nan")])
@pytest.mark.parametrize(
    ("name", "argument"),
    [
        ("build_generator", "latent_dim"),
        ("build_conv_generator", "latent_dim"),
        ("build_conv_generator", "filters"),
        ("build_conv_discriminator", "filters"),
    ],
)
def test_a_wrong_size_is_refused_in_one_sentence(name, argument, size):
    with pytest.raises(ValueError, match=f"^{argument} must be a whole number above 0, not .*\\.$"):
        getattr(builders, name)(**{argument: size})


@pytest.mark.parametrize("shape", [(28, 0, 1), (28, 28, -1), (28, 28.0, 1), (None, 28, 1)])
@pytest.mark.parametrize("name", ["build_generator", "build_discriminator"])
def test_a_wrong_shape_of_pictures_is_refused_in_one_sentence(name, shape):
    with pytest.raises(ValueError, match=r"^Every size in image_shape must be a whole number above 0, not .*\.$"):
        getattr(builders, name)(image_shape=shape)
