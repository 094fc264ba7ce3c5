"""A small model of every family, with data to train it on; networks of all the forms in which Keras builds them."""

import numpy as np

from ganlib import GAN, ConditionalGAN, builders
from ganlib._tensorflow import keras
from ganlib.data import toy_points
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.boltzmann import RestrictedBoltzmannMachine
from ganlib.models.flow import FlowMatching, PlaneFlow
from ganlib.models.plane import PlaneGAN
from ganlib.models.variational import VariationalAutoencoder
from helpers import tiny

layers = keras.layers
DIGIT_LIKE = tiny.pictures(40, 28)
LABELS = np.arange(40) % 10
COLOURED = np.random.default_rng(0).integers(0, 256, (40, 16, 16, 3), np.uint8)


def as_functional(network):
    """Return the layers of a `Sequential` as a `keras.Model(inputs, outputs)`."""
    inputs = keras.Input(network.input_shape[1:])
    outputs = inputs
    for layer in network.layers:
        outputs = layer(outputs)
    return keras.Model(inputs, outputs, name=network.name)


def as_nested(network):
    """Return a `keras.Model(inputs, outputs)` around a `Sequential`: the form of the classic code."""
    inputs = keras.Input(network.input_shape[1:])
    return keras.Model(inputs, network(inputs), name=f"around_{network.name}")


def gan_of(form, **options):
    networks = {name: form(network) for name, network in tiny.build_networks().items()}
    return GAN(seed=0, **networks, **options)


def coloured(**options):
    shape = COLOURED.shape[1:]
    generator = builders.build_conv_generator(4, 2, seed=0, image_shape=shape)
    discriminator = builders.build_conv_discriminator(2, seed=1, image_shape=shape)
    return GAN(network="conv", generator=generator, discriminator=discriminator, **options)


def conditional(shape=(28, 28, 1), classes=10, **options):
    inputs = keras.Input((4,), name="latent"), keras.Input((classes,), name="digit")
    pictures = keras.Input(shape, name="pictures"), keras.Input((classes,), name="digit")
    seeded = [keras.initializers.GlorotUniform(seed=number) for number in range(4)]
    hidden = layers.Dense(8, "relu", kernel_initializer=seeded[0])(layers.Concatenate()(list(inputs)))
    made = layers.Reshape(shape)(layers.Dense(int(np.prod(shape)), "tanh", kernel_initializer=seeded[1])(hidden))
    flat = layers.Concatenate()([layers.Flatten()(pictures[0]), pictures[1]])
    judged = layers.Dense(1, kernel_initializer=seeded[2])(layers.Dense(8, kernel_initializer=seeded[3])(flat))
    return ConditionalGAN(
        generator=keras.Model(list(inputs), made), discriminator=keras.Model(list(pictures), judged), **options
    )


def flow():
    velocity = builders.build_velocity_unet((8, 8, 1), 8, digits=True, seed=0)
    return FlowMatching(velocity=velocity, ema_decay=0.9)


# Name of the family: how to build its model, and what it learns.
FAMILIES = {
    "gan": (lambda: gan_of(lambda network: network), tiny.DATA),
    "gan, averaged": (lambda: gan_of(lambda network: network, ema_decay=0.9), tiny.DATA),
    "gan, functional": (lambda: gan_of(as_functional, gradient_penalty=1.0), tiny.DATA),
    "gan, nested": (lambda: gan_of(as_nested, d_update="apart"), tiny.DATA),
    "gan, colour": (lambda: coloured(ema_decay=0.9), COLOURED),
    "gan, wasserstein": (lambda: gan_of(as_functional, loss_kind="wasserstein"), tiny.DATA),
    "gan, augmented": (
        lambda: gan_of(lambda network: network, augment="mirror and shift", gradient_penalty=1.0),
        tiny.DATA,
    ),
    "conditional": (conditional, (DIGIT_LIKE, LABELS)),
    "conditional, colour": (lambda: conditional((16, 16, 3), 3), (COLOURED, LABELS % 3)),
    "conditional, relativistic": (lambda: conditional(loss_kind="relativistic"), (DIGIT_LIKE, LABELS)),
    "flow": (flow, (tiny.DATA, np.arange(60) % 10)),
    "flow of points": (lambda: PlaneFlow(seed=0), toy_points("ring", 60)),
    "plane": (lambda: PlaneGAN(seed=0), toy_points("ring", 60)),
    "autoencoder": (lambda: Autoencoder(2, (8,), noise=0.3), DIGIT_LIKE),
    "autoencoder, colour": (lambda: Autoencoder(2, (8,), image_shape=(16, 16, 3)), COLOURED),
    "vae": (lambda: VariationalAutoencoder(2, (8,)), DIGIT_LIKE),
    "vae, colour": (lambda: VariationalAutoencoder(2, (8,), image_shape=(16, 16, 3)), COLOURED),
    "machine, persistent": (lambda: RestrictedBoltzmannMachine(8, chains=5), DIGIT_LIKE),
    "machine, from data": (lambda: RestrictedBoltzmannMachine(8, persistent=False), DIGIT_LIKE),
}
# Families whose networks are the usual ones, as users build them.
USUAL = {
    "conditional": lambda: ConditionalGAN(seed=0, generator=builders.build_conditional_generator(8, seed=0)),
    "vae": lambda: VariationalAutoencoder(code=3, hidden=(16, 12)),
    "autoencoder": lambda: Autoencoder(code=3, hidden=(16, 12)),
}


def build(family):
    return FAMILIES[family][0]()


def train(model, family, steps, **options):
    """Train without a word; return the history."""
    return model.train(steps, 8, **({"data": FAMILIES[family][1], "verbose": 0} | options))
