"""Every network that the kit builds, small where that is the same, with weights and statistics that are no defaults."""

import numpy as np

from ganlib import builders
from ganlib._tensorflow import keras


def randomise(network, seed=0):
    """Give every weight random values near its own, and every statistic a value that shows when it is mixed up."""
    rng = np.random.default_rng(seed)
    for variable in network.weights:
        value = variable.numpy()
        noise = rng.standard_normal(value.shape).astype(np.float32)
        kind = variable.name
        if kind in ("moving_variance", "gamma"):
            variable.assign(0.5 + np.abs(noise))
        elif kind in ("bias", "beta", "moving_mean"):
            variable.assign(0.3 * noise)
    return network


def nested_generator():
    """The classic code's generator: a network inside a network."""
    layers = keras.layers
    noise = keras.Input((5,))
    inner = keras.Sequential(
        [
            keras.Input((5,)),
            layers.Dense(8),
            layers.LeakyReLU(negative_slope=0.2),
            layers.BatchNormalization(momentum=0.8),
            layers.Dense(16, activation="tanh"),
            layers.Reshape((4, 4, 1)),
        ]
    )
    return keras.Model(noise, inner(noise), name="classic_generator")


def deep_convolutions():
    """Layers of other convolutional GANs: upsampling, padding, pooling, dropout, a normalisation between them."""
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((5,), name="latent"),
            layers.Dense(4 * 4 * 3, activation="relu"),
            layers.Reshape((4, 4, 3)),
            layers.UpSampling2D(),
            layers.Conv2D(4, 3, padding="same"),
            layers.BatchNormalization(momentum=0.8),
            layers.ReLU(),
            layers.Conv2D(2, 4, strides=2, padding="same", activation="tanh"),
            layers.ZeroPadding2D(((0, 1), (0, 1))),
            layers.MaxPooling2D(2),
            layers.Dropout(0.25),
            layers.Flatten(),
            layers.Dense(3, activation="sigmoid"),
        ],
        name="convolutions",
    )


NETWORKS = {
    "generator": lambda: builders.build_generator(seed=0),
    "discriminator": lambda: builders.build_discriminator(seed=0),
    "conv_generator": lambda: builders.build_conv_generator(filters=4, seed=0),
    "conv_discriminator": lambda: builders.build_conv_discriminator(filters=4, seed=0),
    "encoder": lambda: builders.build_encoder(code=8, hidden=(16,), seed=0),
    "decoder": lambda: builders.build_decoder(code=8, hidden=(16,), seed=0),
    "decoder_of_logits": lambda: builders.build_decoder(code=8, hidden=(16,), activation=None, seed=0),
    "variational_encoder": lambda: builders.build_variational_encoder(code=8, hidden=(16,), seed=0),
    "logistic_regression": lambda: keras.Sequential([keras.Input((57,)), keras.layers.Dense(1)], name="logit"),
    "softmax_regression": lambda: keras.Sequential([keras.Input((10,)), keras.layers.Dense(3)], name="logits"),
    "plane_generator": lambda: builders.build_plane_generator(seed=0),
    "plane_discriminator": lambda: builders.build_plane_discriminator(seed=0),
    "conditional_generator": lambda: builders.build_conditional_generator(seed=0),
    "nested_generator": nested_generator,
    "deep_convolutions": deep_convolutions,
}


def build(name):
    """Build one of `NETWORKS` with random weights and statistics."""
    return randomise(NETWORKS[name]())
