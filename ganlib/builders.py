"""Every network of the course, as a short function that returns an untrained Keras model.

Nothing here trains, loads or plots. A seed makes the first weights repeatable; without one they differ at every call.
Discriminators end in one **logit** (any real number, above 0 means "real"), not in a probability: losses computed from
logits keep their gradient when the discriminator is sure (lesson 06).
"""

import math
from numbers import Integral

from ganlib._tensorflow import keras
from ganlib.arguments import Choice, Whole, is_one_of
from ganlib.wording import write

layers = keras.layers

IMAGE_SHAPE = (28, 28, 1)
LATENT_DIM = 100
DIGITS = 10
NETWORKS = ("dense", "conv")
MOST = 100_000  # of one size of a layer; a typing error must not ask for more memory than there is


def _glorot(seed):
    """Glorot-uniform weights (Glorot and Bengio 2010); the layers of one network share one stream of seeds."""
    seed = None if seed is None else Whole("seed", 0, 2**32 - 1)(seed)
    return keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))


def _positive(name, value):
    """Return a layer size; refuse one that is not a whole number above 0, or is too large for any computer."""
    if isinstance(value, bool) or not isinstance(value, Integral) or value < 1:
        raise ValueError(f"{name} must be a whole number above 0, not {write(value)}.")
    if value > MOST:
        raise ValueError(f"{name} must be at most {MOST:,}, not {write(value)}: its weights would fill the memory.")
    return int(value)


def _sizes(image_shape):
    """Return the shape of a picture as a tuple of whole numbers above 0."""
    try:
        sizes = tuple(image_shape)
    except TypeError as error:
        raise ValueError(f"image_shape must list sizes, such as (28, 28, 1), not {write(image_shape)}.") from error
    if not sizes:
        raise ValueError("image_shape is empty: give the sizes of a picture, such as (28, 28, 1).")
    sizes = tuple(_positive("Every size in image_shape", size) for size in sizes)
    _positive("The number of pixels in image_shape", math.prod(sizes))
    return sizes


def _maps(shape):
    """Return height and width of the maps of a convolutional network, from the smallest to the picture's own.

    Each is half as large as the next one: a picture is halved twice, then again while both its sides are even and above
    8 pixels.
    """
    if len(shape) != 3 or shape[0] % 4 or shape[1] % 4:
        raise ValueError(
            f"image_shape must be height, width and channels, such as (32, 32, 3), height and width multiples of 4 for "
            f"a convolutional network, not {write(shape)}."
        )
    maps = [shape[:2]]
    while len(maps) < 3 or (min(maps[-1]) > 8 and not any(side % 2 for side in maps[-1])):
        maps.append(tuple(side // 2 for side in maps[-1]))
    return maps[::-1]


def hidden_sizes(hidden, name="hidden"):
    """Return the sizes of the hidden layers as a tuple; at least one, each a whole number above 0."""
    try:
        sizes = tuple(hidden)
    except TypeError as error:
        raise ValueError(
            f"{name} must list the sizes of the hidden layers, such as (512, 256), not {write(hidden)}."
        ) from error
    if not sizes:
        raise ValueError(f"{name} is empty: give the size of at least one hidden layer, such as (512,).")
    return tuple(_positive("The number of hidden units", units) for units in sizes)


def build_generator(latent_dim=LATENT_DIM, image_shape=IMAGE_SHAPE, hidden=(256, 512, 1024), seed=None):
    """Build the classic dense generator: a latent vector in, a picture out.

    Blocks of Dense, LeakyReLU(0.2) and BatchNormalization(momentum 0.8), then a Dense layer with tanh. 1,493,520
    parameters at the default sizes. Taught in lesson 06.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector.
    image_shape : tuple of int
        Height, width and channels of the picture.
    hidden : sequence of int
        Units of the blocks, from the latent vector to the picture.
    seed : int or None
        Seed of the first weights.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, latent_dim) to float32 (n, height, width, channels) in [-1, 1].
    """
    init, image_shape = _glorot(seed), _sizes(image_shape)
    model = keras.Sequential([keras.Input((_positive("latent_dim", latent_dim),), name="latent")], name="generator")
    for units in hidden_sizes(hidden):
        model.add(layers.Dense(units, kernel_initializer=init))
        model.add(layers.LeakyReLU(negative_slope=0.2))
        model.add(layers.BatchNormalization(momentum=0.8))
    model.add(layers.Dense(math.prod(image_shape), activation="tanh", kernel_initializer=init))
    model.add(layers.Reshape(image_shape))
    return model


def build_discriminator(image_shape=IMAGE_SHAPE, seed=None, *, spectral=False, hidden=(512, 256)):
    """Build the classic dense discriminator: a picture in, one logit out.

    Flatten, Dense 512 and 256 with LeakyReLU(0.2), Dense 1. 533,505 parameters at the default sizes. See lesson 06.

    Parameters
    ----------
    image_shape : tuple of int
        Height, width and channels of the picture.
    seed : int or None
        Seed of the first weights.
    spectral : bool
        Whether spectral normalisation (Miyato et al. 2018) divides every layer's weights by the most that they stretch
        any input.
    hidden : sequence of int
        Units of the layers before the last, from the picture to the logit.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, height, width, channels) to float32 logits (n, 1).
    """
    init = _glorot(seed)
    model = keras.Sequential([keras.Input(_sizes(image_shape), name="picture"), layers.Flatten()], name="discriminator")
    for units in hidden_sizes(hidden):
        model.add(layers.Dense(units, kernel_initializer=init))
        model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Dense(1, kernel_initializer=init, name="logit"))
    return _limited(model, init) if spectral else model


def build_conv_generator(latent_dim=LATENT_DIM, filters=64, seed=None, *, image_shape=IMAGE_SHAPE):
    """Build the convolutional generator: a 7 by 7 map grown to 14 by 14 and to 28 by 28 by transposed convolutions.

    The "inverse convolutional" network of the classic text, after Radford et al. 2016 (DCGAN), section 3. A kernel of 4
    with a stride of 2 covers every pixel equally often, so it draws no checkerboard (Odena et al. 2016). Pictures of 32
    by 32 begin at 8 by 8, those of 64 by 64 as well, with one map more.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector.
    filters : int
        Channels of the last map before the picture, 14 by 14 for 28 by 28; each smaller map has twice as many.
    seed : int or None
        Seed of the first weights.
    image_shape : tuple of int
        Height, width and channels of the picture; height and width are multiples of 4.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, latent_dim) to float32 (n, height, width, channels) in [-1, 1].
    """
    init, shape = _glorot(seed), _sizes(image_shape)
    (height, width), *grown = _maps(shape)
    channels = [_positive("filters", filters) * 2**halvings for halvings in reversed(range(len(grown)))]
    first, *others = channels
    model = keras.Sequential([keras.Input((_positive("latent_dim", latent_dim),), name="latent")], name="generator")
    model.add(layers.Dense(height * width * first, kernel_initializer=init))
    model.add(layers.Reshape((height, width, first)))
    for count in others:
        model.add(layers.BatchNormalization(momentum=0.8))
        model.add(layers.LeakyReLU(negative_slope=0.2))
        model.add(layers.Conv2DTranspose(count, 4, strides=2, padding="same", kernel_initializer=init))
    model.add(layers.BatchNormalization(momentum=0.8))
    model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(
        layers.Conv2DTranspose(shape[2], 4, strides=2, padding="same", activation="tanh", kernel_initializer=init)
    )
    return model


def build_conv_discriminator(filters=64, seed=None, *, image_shape=IMAGE_SHAPE, spectral=False, hidden=None):
    """Build the convolutional discriminator: a standard classifier that halves a picture twice, a large one more often.

    Convolutions with a stride of 2 and LeakyReLU(0.2), after Radford et al. 2016 (DCGAN), section 3. After the second
    time the map is halved again as long as both its sides are even and above 8 pixels: three times for 64 by 64.

    Parameters
    ----------
    filters : int
        Channels of the first map, 14 by 14 for 28 by 28; each smaller map has twice as many.
    seed : int or None
        Seed of the first weights.
    spectral : bool
        Whether spectral normalisation (Miyato et al. 2018) divides every layer's weights by the most that they stretch
        any input.
    image_shape : tuple of int
        Height, width and channels of the picture; height and width are multiples of 4.
    hidden : int or None
        Units of a dense layer between the last map and the logit, which compares places far apart; None: no such layer.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, height, width, channels) to float32 logits (n, 1).
    """
    init, filters, shape = _glorot(seed), _positive("filters", filters), _sizes(image_shape)
    halvings = len(_maps(shape)) - 1
    model = keras.Sequential([keras.Input(shape, name="picture")], name="discriminator")
    for count in (filters * 2**halving for halving in range(halvings)):
        model.add(layers.Conv2D(count, 4, strides=2, padding="same", kernel_initializer=init))
        model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Flatten())
    if hidden is not None:
        model.add(layers.Dense(_positive("hidden", hidden), kernel_initializer=init))
        model.add(layers.LeakyReLU(negative_slope=0.2))
    model.add(layers.Dense(1, kernel_initializer=init, name="logit"))
    return _limited(model, init) if spectral else model


def build_conditional_generator(
    latent_dim=LATENT_DIM, network="dense", seed=None, *, image_shape=IMAGE_SHAPE, classes=DIGITS
):
    """Build a generator that is told which digit, or other class of pictures, to make.

    The digit, a list of ten numbers, stands beside the latent vector at the input (Mirza and Osindero 2014); what
    follows are the layers of `build_generator` or `build_conv_generator`. Taught in lesson 08.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector.
    network : str
        "dense" or "conv".
    seed : int or None
        Seed of the first weights.
    image_shape : tuple of int
        Height, width and channels of the picture.
    classes : int
        How many classes there are: ten digits, or another number, with which the second input is called "class".

    Returns
    -------
    keras.Model
        Maps a list of float32 (n, latent_dim) and float32 (n, classes), 1 for what is wanted and 0 for the others, to
        float32 (n, height, width, channels) in [-1, 1].
    """
    build = {"dense": build_generator, "conv": build_conv_generator}[Choice("network", NETWORKS)(network)]
    digit = _class_input(classes)
    chain = build(_positive("latent_dim", latent_dim) + digit.shape[1], image_shape=image_shape, seed=seed)
    latent = keras.Input((latent_dim,), name="latent")
    numbers = layers.Concatenate(name="latent_and_digit")([latent, digit])
    for layer in chain.layers:
        numbers = layer(numbers)
    return keras.Model([latent, digit], numbers, name="generator")


def _class_input(classes):
    """Return the input that says which digit, or which other class, is meant: float32 (n, classes)."""
    return keras.Input((_positive("classes", classes),), name="digit" if classes == DIGITS else "class")


def build_conditional_discriminator(network="dense", seed=None, *, image_shape=IMAGE_SHAPE, classes=DIGITS):
    """Build a discriminator that is told which digit, or other class, a picture should show.

    A projection discriminator (Miyato and Koyama 2018, equation 3): the layers of `build_discriminator` or
    `build_conv_discriminator` turn the picture into features; the logit is what those say of any picture, plus their
    inner product with a list of numbers that is learned for each digit. Taught in lesson 08.

    Parameters
    ----------
    network : str
        "dense" or "conv".
    seed : int or None
        Seed of the first weights.
    image_shape : tuple of int
        Height, width and channels of the picture.
    classes : int
        How many classes there are: ten digits, or another number, with which the second input is called "class".

    Returns
    -------
    keras.Model
        Maps a list of float32 (n, height, width, channels) and float32 (n, classes), 1 for the class and 0 for the
        others, to float32 logits (n, 1).
    """
    shape = _sizes(image_shape)
    build = {"dense": build_discriminator, "conv": build_conv_discriminator}[Choice("network", NETWORKS)(network)]
    chain = build(image_shape=shape, seed=seed)
    picture, digit = keras.Input(shape, name="picture"), _class_input(classes)
    *most, last = chain.layers
    features = picture
    for layer in most:
        features = layer(features)
    init = last.kernel_initializer
    of_digit = layers.Dense(features.shape[1], use_bias=False, kernel_initializer=init, name="features_of_digit")(digit)
    shows_digit = layers.Dot(axes=1, name="shows_digit")([features, of_digit])
    return keras.Model([picture, digit], layers.Add()([last(features), shows_digit]), name="discriminator")


def build_encoder(code=32, hidden=(512, 256), seed=None, *, image_shape=IMAGE_SHAPE):
    """Build the encoder of the autoencoder: a picture in, its code out.

    Dense layers with ReLU that narrow down, then a Dense layer without activation: the bottleneck. Taught in lesson 02.

    Parameters
    ----------
    code : int
        How many numbers the code has.
    hidden : sequence of int
        Units of the hidden layers, from the picture to the code.
    seed : int or None
        Seed of the first weights.
    image_shape : tuple of int
        Height, width and channels of the picture.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, height, width, channels) to float32 (n, code), any real numbers.
    """
    init = _glorot(seed)
    model = keras.Sequential([keras.Input(_sizes(image_shape), name="picture"), layers.Flatten()], name="encoder")
    for units in hidden_sizes(hidden):
        model.add(layers.Dense(units, activation="relu", kernel_initializer=init))
    model.add(layers.Dense(_positive("The bottleneck (code)", code), kernel_initializer=init, name="code"))
    return model


def build_decoder(code=32, hidden=(256, 512), activation="tanh", seed=None, *, image_shape=IMAGE_SHAPE):
    """Build the decoder of both autoencoders: a code in, a picture out.

    Dense layers with ReLU that widen, then one unit per pixel and channel. Taught in lessons 02 and 04.

    Parameters
    ----------
    code : int
        How many numbers the code has.
    hidden : sequence of int
        Units of the hidden layers, from the code to the picture.
    activation : str or None
        "tanh" gives pixels in [-1, 1]; None gives logits, which the variational autoencoder's loss needs.
    seed : int or None
        Seed of the first weights.
    image_shape : tuple of int
        Height, width and channels of the picture.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, code) to float32 (n, height, width, channels).
    """
    init, shape = _glorot(seed), _sizes(image_shape)
    if not is_one_of(activation, ("tanh", None)):
        raise ValueError(f"activation must be 'tanh' or None, not {write(activation)}.")
    code = _positive("The bottleneck (code)", code)
    model = keras.Sequential([keras.Input((code,), name="code")], name="decoder")
    for units in hidden_sizes(hidden):
        model.add(layers.Dense(units, activation="relu", kernel_initializer=init))
    model.add(layers.Dense(math.prod(shape), activation=activation, kernel_initializer=init))
    model.add(layers.Reshape(shape))
    return model


def build_variational_encoder(code=20, hidden=(512, 256), seed=None, *, image_shape=IMAGE_SHAPE):
    """Build the encoder of the variational autoencoder: a picture in, a normal distribution over codes out.

    The hidden layers of `build_encoder`, then two Dense layers side by side: the mean and the logarithm of the variance
    of every number of the code (Kingma and Welling 2014, appendix C.2). Taught in lesson 04.

    Parameters
    ----------
    code : int
        How many numbers the code has.
    hidden : sequence of int
        Units of the hidden layers, from the picture to the code.
    seed : int or None
        Seed of the first weights.
    image_shape : tuple of int
        Height, width and channels of the picture.

    Returns
    -------
    keras.Model
        Maps float32 (n, height, width, channels) to a list of two float32 (n, code): means and log variances.
    """
    init = _glorot(seed)
    picture = keras.Input(_sizes(image_shape), name="picture")
    features = layers.Flatten()(picture)
    for units in hidden_sizes(hidden):
        features = layers.Dense(units, activation="relu", kernel_initializer=init)(features)
    code = _positive("The bottleneck (code)", code)
    mean = layers.Dense(code, kernel_initializer=init, name="mean")(features)
    log_variance = layers.Dense(code, kernel_initializer=init, name="log_variance")(features)
    return keras.Model(picture, [mean, log_variance], name="encoder")


def build_plane_generator(latent_dim=2, hidden=(32, 32), seed=None):
    """Build a generator of points: a latent vector in, a place in the square from -1 to 1 out.

    Dense layers with LeakyReLU(0.2), then two units with tanh. Taught in lesson 05.

    Parameters
    ----------
    latent_dim : int
        Length of the latent vector: 1 bends a thread into the plane, 2 a sheet.
    hidden : sequence of int
        Units of the hidden layers.
    seed : int or None
        Seed of the first weights.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, latent_dim) to float32 (n, 2) in [-1, 1].
    """
    init = _glorot(seed)
    model = keras.Sequential([keras.Input((_positive("latent_dim", latent_dim),), name="latent")], name="generator")
    _add_hidden(model, hidden, init)
    model.add(layers.Dense(2, activation="tanh", kernel_initializer=init, name="point"))
    return model


def build_plane_discriminator(hidden=(32, 32), seed=None, *, spectral=False):
    """Build a discriminator of points: a place in the plane in, one logit out.

    Dense layers with LeakyReLU(0.2), then one unit. Taught in lesson 05.

    Parameters
    ----------
    hidden : sequence of int
        Units of the hidden layers.
    seed : int or None
        Seed of the first weights.
    spectral : bool
        Whether spectral normalisation (Miyato et al. 2018) divides every layer's weights by the most that they stretch
        any input.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, 2) to float32 logits (n, 1).
    """
    init = _glorot(seed)
    model = keras.Sequential([keras.Input((2,), name="point")], name="discriminator")
    _add_hidden(model, hidden, init)
    model.add(layers.Dense(1, kernel_initializer=init, name="logit"))
    return _limited(model, init) if spectral else model


def _add_hidden(model, hidden, init):
    for units in hidden_sizes(hidden):
        model.add(layers.Dense(units, kernel_initializer=init))
        model.add(layers.LeakyReLU(negative_slope=0.2))


def _limited(model, init):
    """Return a Sequential with the same layers, those with a kernel in spectral normalisation."""
    wrapped = [layers.SpectralNormalization(one) if hasattr(one, "kernel") else one for one in model.layers]
    first = keras.Input(model.input_shape[1:], name=model.inputs[0].name)
    limited = keras.Sequential([first, *wrapped], name=model.name)
    for layer in wrapped:
        if isinstance(layer, layers.SpectralNormalization):  # Keras draws its first guess without a seed
            layer.vector_u.assign(keras.random.normal(layer.vector_u.shape, seed=init.seed))
    return limited


def check_redrawable(network):
    """Raise a ValueError unless all weights of a network belong to Dense layers: see `redraw_weights`."""
    for layer in network.layers:
        if layer.weights and not isinstance(layer, layers.Dense):
            raise ValueError(f"Only Dense layers can be redrawn, but {layer.name} is a {type(layer).__name__}.")


def redraw_weights(network, seed):
    """Give a network of dense layers the first weights that its builder gives it with this seed.

    Parameters
    ----------
    network : keras.Model
        All of its weights belong to Dense layers.
    seed : int

    Raises
    ------
    ValueError
        Another layer has weights.
    """
    check_redrawable(network)
    init = _glorot(seed)
    for layer in network.layers:
        if layer.weights:
            layer.kernel.assign(init(layer.kernel.shape))
            if layer.use_bias:
                layer.bias.assign(layer.bias * 0)


def build_velocity_unet(image_shape=IMAGE_SHAPE, filters=32, digits=False, seed=None):
    """Build the U-Net of a flow: a place on the way from noise to a picture, and the time, in; a velocity out.

    A convolution makes one place of every two by two pixels; residual blocks work there and, halved once more, on a
    map with twice the channels; what the first block found is handed across to the last (Ronneberger et al. 2015).
    Every block is told the time, and the digit if one can be asked for (Ho et al. 2020, appendix B).

    Parameters
    ----------
    image_shape : tuple of int
        Height, width and channels of the picture; four must divide height and width.
    filters : int
        Channels of the finer map, a multiple of 8; the coarser has twice as many.
    digits : bool
        Whether a digit can be asked for.
    seed : int or None
        Seed of the first weights.

    Returns
    -------
    keras.Model
        Maps a list of float32 (n, height, width, channels), float32 (n, 1) in [0, 1] and, if `digits`, float32 (n, 10),
        1 for the wanted digit and 0 for the others, or ten zeros for any, to float32 (n, height, width, channels).
    """
    init, shape, filters = _glorot(seed), _sizes(image_shape), _positive("filters", filters)
    if len(shape) != 3 or shape[0] % 4 or shape[1] % 4:
        raise ValueError(f"image_shape must be height, width and channels, the first two multiples of 4, not {shape}.")
    if filters % 8:
        raise ValueError(f"filters must be a multiple of 8, for the groups of the normalisation, not {filters}.")
    inputs, told = _told_inputs(keras.Input(shape, name="place"), 4 * filters, digits, init)

    def convolve(maps, channels, kernel=3, strides=1):
        return layers.Conv2D(channels, kernel, strides, "same", kernel_initializer=init)(maps)

    def block(maps, channels):
        new = convolve(layers.Activation("silu")(layers.GroupNormalization(8)(maps)), channels)
        new = layers.Add()(
            [new, layers.Reshape((1, 1, channels))(layers.Dense(channels, kernel_initializer=init)(told))]
        )
        new = convolve(layers.Activation("silu")(layers.GroupNormalization(8)(new)), channels)
        return layers.Add()([maps if maps.shape[-1] == channels else convolve(maps, channels, 1), new])

    fine = block(convolve(inputs[0], filters, 2, 2), filters)
    coarse = block(block(convolve(fine, 2 * filters, 2, 2), 2 * filters), 2 * filters)
    grown = layers.Conv2DTranspose(filters, 2, 2, kernel_initializer=init)(coarse)
    joined = block(layers.Concatenate()([grown, fine]), filters)
    last = layers.Activation("silu")(layers.GroupNormalization(8)(joined))
    velocity = layers.Conv2DTranspose(shape[-1], 2, 2, kernel_initializer="zeros", name="velocity")(last)
    return keras.Model(inputs, velocity, name="velocity")


def build_plane_velocity(hidden=(128, 128, 128), seed=None):
    """Build the network of a flow in the plane: a point on its way and the time in, its velocity out.

    Dense layers with SiLU.

    Parameters
    ----------
    hidden : sequence of int
        Units of the hidden layers.
    seed : int or None
        Seed of the first weights.

    Returns
    -------
    keras.Model
        Maps a list of float32 (n, 2) and float32 (n, 1) in [0, 1] to float32 (n, 2).
    """
    init = _glorot(seed)
    inputs, told = _told_inputs(keras.Input((2,), name="place"), 32, False, init)
    numbers = layers.Concatenate()([inputs[0], told])
    for units in hidden_sizes(hidden):
        numbers = layers.Dense(units, activation="silu", kernel_initializer=init)(numbers)
    return keras.Model(inputs, layers.Dense(2, kernel_initializer=init, name="velocity")(numbers), name="velocity")


def _told_inputs(place, units, digits, init):
    """Return the inputs of a velocity, and what the network is told besides the place: features (n, units).

    The time becomes sines of many frequencies (Vaswani et al. 2017, section 3.5), which go on learning.
    """
    time, digit = keras.Input((1,), name="time"), keras.Input((DIGITS,), name="digit")
    waves = keras.initializers.RandomNormal(stddev=2 * math.pi, seed=init.seed)
    phases = keras.initializers.RandomUniform(-math.pi, math.pi, seed=init.seed)
    told = keras.ops.sin(layers.Dense(32, kernel_initializer=waves, bias_initializer=phases)(time))
    told = layers.Dense(units, kernel_initializer=init)(told)
    if digits:
        told = layers.Add()([told, layers.Dense(units, use_bias=False, kernel_initializer=init)(digit)])
    return [place, time, *([digit] if digits else [])], layers.Activation("silu")(told)
