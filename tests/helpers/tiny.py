"""A GAN so small that it is built and trained in moments, and pictures for it."""

import numpy as np

from ganlib import GAN
from ganlib._tensorflow import keras

layers = keras.layers
LATENT = 4
WELL = {  # what a GAN measures while all goes well
    "d_loss": 0.6,
    "d_accuracy": 0.7,
    "g_loss": 0.9,
    "d_real": 0.6,
    "d_fake": 0.4,
    "d_grad_norm": 1,
    "g_grad_norm": 1,
}


def pictures(n=60, size=8, seed=0):
    """Bright spots on black: uint8 (n, size, size, 1)."""
    rng = np.random.default_rng(seed)
    rows, columns = np.ogrid[:size, :size]
    at = rng.uniform(0, size, (n, 2, 1, 1))
    distance = (rows - at[:, 0]) ** 2 + (columns - at[:, 1]) ** 2
    return (255 * np.exp(-distance / 3)).astype(np.uint8)[..., np.newaxis]


def build_networks(seed=0, size=8):
    """Return an untrained generator and discriminator, the classic pair made small."""
    init = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    generator = keras.Sequential(
        [
            keras.Input((LATENT,)),
            layers.Dense(16, kernel_initializer=init),
            layers.LeakyReLU(negative_slope=0.2),
            layers.BatchNormalization(momentum=0.8),
            layers.Dense(size * size, activation="tanh", kernel_initializer=init),
            layers.Reshape((size, size, 1)),
        ],
        name="generator",
    )
    discriminator = keras.Sequential(
        [
            keras.Input((size, size, 1)),
            layers.Flatten(),
            layers.Dense(16, kernel_initializer=init),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1, kernel_initializer=init),
        ],
        name="discriminator",
    )
    return {"generator": generator, "discriminator": discriminator}


def build_gan(seed=0, **options):
    return GAN(seed=seed, **build_networks(seed), **options)


DATA = pictures()


def train(gan, steps, **options):
    """Train without a word on small pictures; return the history."""
    return gan.train(steps, 8, **({"data": DATA, "verbose": 0} | options))


def as_made(gan, arrays, values):
    """Put a GAN back to the state in which it was made."""
    gan.load_state(0, arrays, values)
    gan.run = gan.measured = gan.guard = None
    gan.samples = {}
    return gan
