"""Every network of the course, as a short function that returns an untrained Keras model.

Nothing here trains, loads or plots. A seed makes the first weights repeatable; without one they differ at every call.
Discriminators end in one **logit** (any real number, above 0 means "real"), not in a probability: losses computed from
logits keep their gradient when the discriminator is sure (lesson 06).
"""

import math

from ganlib._tensorflow import keras

layers = keras.layers

IMAGE_SHAPE = (28, 28, 1)
LATENT_DIM = 100


def _glorot(seed):
    """Glorot-uniform weights (Glorot and Bengio 2010); the layers of one network share one stream of seeds."""
    return keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))


def _positive(name, value):
    """Refuse a layer size that is not a whole number above 0."""
    if isinstance(value, bool) or int(value) != value or value < 1:
        raise ValueError(f"{name} must be a whole number above 0, not {value!r}.")
    return int(value)


def build_generator(latent_dim=LATENT_DIM, image_shape=IMAGE_SHAPE, seed=None):
    """Build the classic dense generator: a latent vector in, a picture out.

    Three blocks of Dense, LeakyReLU(0.2) and BatchNormalization(momentum 0.8) with 256, 512 and 1024 units, then
    a Dense layer with tanh. 1,493,520 parameters at the default sizes. Taught in lesson 06.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector.
    image_shape : tuple of int
        Height, width and channels of the picture.
    seed : int or None
        Seed of the first weights.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, latent_dim) to float32 (n, height, width, channels) in [-1, 1].
    """
    init = _glorot(seed)
    model = keras.Sequential([keras.Input((_positive("latent_dim", latent_dim),), name="latent")], name="generator")
    for units in (256, 512, 1024):
        model.add(layers.Dense(units, kernel_initializer=init))
        model.add(layers.LeakyReLU(negative_slope=0.2))
        model.add(layers.BatchNormalization(momentum=0.8))
    model.add(layers.Dense(math.prod(image_shape), activation="tanh", kernel_initializer=init))
    model.add(layers.Reshape(image_shape))
    return model


def build_discriminator(image_shape=IMAGE_SHAPE, seed=None):
    """Build the classic dense discriminator: a picture in, one logit out.

    Flatten, Dense 512 and 256 with LeakyReLU(0.2), Dense 1. 533,505 parameters at the default size. See lesson 06.

    Parameters
    ----------
    image_shape : tuple of int
        Height, width and channels of the picture.
    seed : int or None
        Seed of the first weights.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, height, width, channels) to float32 logits (n, 1).
    """
    init = _glorot(seed)
    return keras.Sequential(
        [
            keras.Input(image_shape, name="picture"),
            layers.Flatten(),
            layers.Dense(512, kernel_initializer=init),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(256, kernel_initializer=init),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Dense(1, kernel_initializer=init, name="logit"),
        ],
        name="discriminator",
    )


def build_conv_generator(latent_dim=LATENT_DIM, filters=64, seed=None):
    """Build the convolutional generator: a 7 by 7 map grown to 14 by 14 and to 28 by 28 by transposed convolutions.

    The "inverse convolutional" network of the classic text, after Radford et al. 2016 (DCGAN), section 3. A kernel of 4
    with a stride of 2 covers every pixel equally often, so it draws no checkerboard (Odena et al. 2016). Taught in
    lesson 08.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector.
    filters : int
        Channels of the 14 by 14 map; the 7 by 7 map has twice as many.
    seed : int or None
        Seed of the first weights.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, latent_dim) to float32 (n, 28, 28, 1) in [-1, 1].
    """
    init = _glorot(seed)
    filters = _positive("filters", filters)
    return keras.Sequential(
        [
            keras.Input((_positive("latent_dim", latent_dim),), name="latent"),
            layers.Dense(7 * 7 * 2 * filters, kernel_initializer=init),
            layers.Reshape((7, 7, 2 * filters)),
            layers.BatchNormalization(momentum=0.8),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(filters, 4, strides=2, padding="same", kernel_initializer=init),
            layers.BatchNormalization(momentum=0.8),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh", kernel_initializer=init),
        ],
        name="generator",
    )


def build_conv_discriminator(filters=64, seed=None):
    """Build the convolutional discriminator: a standard classifier that halves the picture twice.

    Convolutions with a stride of 2 and LeakyReLU(0.2), after Radford et al. 2016 (DCGAN), section 3. See lesson 08.

    Parameters
    ----------
    filters : int
        Channels of the 14 by 14 map; the 7 by 7 map has twice as many.
    seed : int or None
        Seed of the first weights.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, 28, 28, 1) to float32 logits (n, 1).
    """
    init = _glorot(seed)
    filters = _positive("filters", filters)
    return keras.Sequential(
        [
            keras.Input(IMAGE_SHAPE, name="picture"),
            layers.Conv2D(filters, 4, strides=2, padding="same", kernel_initializer=init),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Conv2D(2 * filters, 4, strides=2, padding="same", kernel_initializer=init),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            layers.Dense(1, kernel_initializer=init, name="logit"),
        ],
        name="discriminator",
    )
