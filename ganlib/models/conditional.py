"""The conditional GAN (Mirza and Osindero 2014): both networks are told a digit, so that you can ask for one.

The generator makes the digit that it is told; the discriminator judges whether a picture is a real picture *of the
digit that it is told*. Lesson 08 builds and trains it. The digits may be any other classes of pictures: 26 letters.
"""

import numpy as np

from ganlib import builders
from ganlib import data as pixels
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Whole
from ganlib.models.gan import GAN
from ganlib.models.networks import check_fit, check_network
from ganlib.models.pictures import in_chunks, to_unit_range
from ganlib.wording import write

DIGITS = builders.DIGITS
COLUMNS, MOST_ROWS = 10, 30  # of the sample grid, with a row for each class
AFTER_LATENT = 3  # from a stream of latent vectors to the stream of the digits that belong to them


@keras.saving.register_keras_serializable("ganlib")
class ConditionalGAN(GAN):
    """A generator and a discriminator that are told which of ten digits, or of other classes, is meant.

    Parameters
    ----------
    network : str
        "dense" or "conv"; used for a network that is not given.
    latent_dim : int
        Length of the latent vector.
    seed : int
        Seed of the first weights, the batches, the latent vectors and the digits that the training asks for.
    classes : int, sequence of str or None
        How many classes there are, or their names, by which they can be asked for; None: those of the networks that are
        given, or ten. What is called a digit here is one of them, a whole number from 0 on.
    generator : keras.Model or None
        Maps a list of latent vectors (n, latent_dim) and digits (n, classes) to pictures; a digit is a row of numbers,
        1 for the digit and 0 for the others.
    discriminator : keras.Model or None
        Maps a list of pictures and digits (n, classes) to logits (n, 1).
    **options
        See `GAN`.

    Examples
    --------
    >>> gan = ConditionalGAN(seed=0)
    >>> history = gan.train(steps=1000)  # doctest: +SKIP
    >>> gan.generate(5, digits=7).shape
    (5, 28, 28, 1)

    Attributes
    ----------
    class_names : tuple of str
        "0", "1" and so on, or the names that were given.
    classes : int
        How many there are.
    """

    takes_labels = True

    def __init__(
        self,
        network="dense",
        latent_dim=builders.LATENT_DIM,
        seed=0,
        *,
        classes=None,
        name="conditional_gan",
        **options,
    ):
        if classes is None:
            given = options.get("generator")
            classes = _classes_of(options.get("discriminator") if given is None else given)
        self.class_names = _names_of(classes)
        self.classes = len(self.class_names)
        super().__init__(network, latent_dim, seed, name=name, **options)

    def _default_generator(self, latent_dim, shape):
        build = builders.build_conditional_generator
        return build(latent_dim, self.network, seed=self.seed, image_shape=shape, classes=self.classes)

    def _default_discriminator(self, shape):
        build = builders.build_conditional_discriminator
        return build(self.network, seed=self.seed + 1, image_shape=shape, classes=self.classes)

    def check_networks(self):
        """Return the latent dimension; ValueError if the two networks do not fit."""
        return check_conditional_pair(self.generator, self.discriminator, self.classes)

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        return tuple(self.discriminator.inputs[0].shape[1:])

    # --- what it learns -----------------------------------------------------------------------------------------------

    def default_data(self):
        """Return the pictures for which the model was built, or the MNIST training set, and their labels."""
        return self.mnist() if self.own_data is None else self.own_data

    def check_data(self, data):
        """Return pictures and labels as a tuple of two arrays, with at least one picture of every digit."""
        if isinstance(data, pixels.Pictures) and len(data.classes) != self.classes:
            raise ValueError(
                f"The pictures are of {len(data.classes)} classes, but the networks tell {self.classes} apart: "
                f"build ConditionalGAN(classes={len(data.classes)}, image_shape={data.images.shape[1:]})."
            )
        return check_labelled("A conditional GAN", data, super().check_data, self.classes)

    def check_batch(self, examples):
        """Check the pictures of one batch of a data set, which need not hold every digit."""
        super().check_data(examples)

    def data_of(self, pictures, labels=None):
        """Return what `fit` was given as `check_data` takes it."""
        return pictures, _labels_of_fit(labels)

    def examples_of(self, pictures, labels=None):
        """Return a batch of `fit`, its pictures and labels."""
        return pictures, tf.reshape(_labels_of_fit(labels), [-1])

    # --- one step -----------------------------------------------------------------------------------------------------

    def draw_real(self, draws, count):
        """Draw real pictures float32 (count, height, width, channels) and their digits float32 (count, classes)."""
        pictures, labels = draws.examples(count)
        return [to_unit_range(pictures), self._one_hot(labels)]

    def draw_latent(self, draws, count, stream):
        """Draw latent vectors (count, latent_dim) and, beside them, the digits to make, all equally often."""
        digits = draws.uniform([count], stream + AFTER_LATENT, high=self.classes)
        return [super().draw_latent(draws, count, stream), self._one_hot(tf.cast(digits, tf.int32))]

    def _one_hot(self, digits):
        """Turn digits, an integer tensor (n,), into float32 (n, classes): 1 for the digit, 0 for the others."""
        return tf.one_hot(tf.cast(digits, tf.int32), self.classes)

    def make(self, latent, training):
        """Return what the generator makes of latent vectors and digits, together with those digits."""
        return [self.generator(latent, training=training), latent[1]]

    def draw_noise(self, draws, real):
        """Draw noise of the shape of the real pictures, and give it their digits."""
        return [super().draw_noise(draws, real[0]), real[1]]

    # --- use ----------------------------------------------------------------------------------------------------------

    def generate(self, n, seed=0, digits=None):
        """Make the digits asked for.

        Parameters
        ----------
        n : int
            How many.
        seed : int
            Seed of the latent vectors; the same seed gives the same vectors, whatever the digits.
        digits : int, str, sequence of n of them, or None
            What to make: one digit, or class by its name, n times, or one for each picture; None: all in turn, from 0.

        Returns
        -------
        ndarray
            float32 (n, height, width, channels) in [-1, 1].
        """
        n = Whole("n", 1)(n)
        if digits is None:
            digits = np.arange(n) % self.classes
        elif np.ndim(digits) == 0:
            digits = np.full(n, digits)
        return self.pictures_of(self.latent_vectors(n, seed), digits)

    def pictures_of(self, latent, digits):
        """Turn latent vectors float32 (n, latent_dim) and digits, int (n,), into pictures float32 in [-1, 1]."""
        latent = self.check_latent(latent)
        return in_chunks(self._run_generator, latent, self._rows_of(digits, len(latent)))

    def probability_real(self, images, digits):
        """Return the probability, float32 (n,) in 0..1, that each picture is a real picture of its digit, int (n,)."""
        return self.as_probabilities(self.scores(images, digits))

    def scores(self, images, digits):
        """Return the discriminator's number, float32 (n,), for each picture as one of its digit, int (n,)."""
        (pictures,) = super().check_data(images)
        return in_chunks(self._run_discriminator, pictures, self._rows_of(digits, len(pictures)))[:, 0]

    def _rows_of(self, digits, n):
        digits = np.asarray(digits)
        if digits.dtype.kind == "U":
            if unknown := sorted({*digits.flat} - {*self.class_names}):
                raise ValueError(f"No class is called {str(unknown[0])!r}: there are {', '.join(self.class_names)}.")
            digits = np.array([self.class_names.index(name) for name in digits.flat]).reshape(digits.shape)
        return np.eye(self.classes, dtype=np.float32)[check_digits("digits", digits, n, self.classes)]

    def settings(self):
        """Return what rebuilds the model, besides its networks and optimizers."""
        return {**super().settings(), "classes": list(self.class_names)}

    def sample_grid(self):
        """Return pictures, float32: a row of ten for each digit, made of the same ten latent vectors each time.

        Of more than 30 classes the first 30 are shown.
        """
        latent, rows = self.latent_vectors(COLUMNS, seed=self.seed), min(self.classes, MOST_ROWS)
        return self.pictures_of(np.tile(latent, (rows, 1)), np.repeat(np.arange(rows), COLUMNS))

    def sample_picture(self):
        """Return these pictures as one, a row per digit: uint8 (height, width), or (height, width, 3) in colour."""
        return pixels.tile(self.sample_grid(), min(self.classes, MOST_ROWS), COLUMNS)


# --- helpers ----------------------------------------------------------------------------------------------------------


def _classes_of(network):
    """Return how many classes a network can be told; ten where none is given, or where its form is wrong."""
    inputs = getattr(network, "inputs", None) or ()
    return inputs[1].shape[1] if len(inputs) == 2 and len(inputs[1].shape) == 2 else DIGITS


def _names_of(classes):
    """Return the names of classes, a tuple of str, from those or from their number."""
    if not isinstance(classes, tuple | list):
        return tuple(map(str, range(Whole("classes", 1)(classes))))
    if not classes or not all(isinstance(name, str) and name for name in classes) or len({*classes}) < len(classes):
        raise ValueError(f"classes must be their number or their names, each once, not {write(classes)}.")
    return tuple(classes)


def _labels_of_fit(labels):
    if labels is None:
        raise ValueError("A conditional GAN learns from pictures and their labels: call fit(images, labels).")
    return labels


def check_digits(name, digits, n, classes=DIGITS):
    """Return n digits as int32 (n,); ValueError if there are more or fewer, or if one is no digit."""
    digits = np.asarray(digits)
    if digits.shape != (n,):
        raise ValueError(f"{name} must be {n} whole numbers, one for each picture, not of shape {digits.shape}.")
    if not np.issubdtype(digits.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers from 0 to {classes - 1}, not {digits.dtype}.")
    wrong = digits[(digits < 0) | (digits >= classes)]
    if len(wrong):
        raise ValueError(f"{name} must be from 0 to {classes - 1}, and {wrong[0]} is none of them.")
    return digits.astype(np.int32)


def check_labelled(family, data, check_pictures, classes=DIGITS):
    """Return pictures and labels as a tuple of two arrays, with at least one picture of every class.

    Parameters
    ----------
    family : str
        What learns from them, in an error message.
    data : object
    check_pictures : callable
        Returns the pictures as a tuple of one array.
    classes : int
    """
    if isinstance(data, pixels.Pictures):
        data = data[:2]
    if not isinstance(data, tuple | list) or len(data) != 2:
        raise ValueError(f"{family} learns from pictures and their labels: give data=(images, labels).")
    (pictures,) = check_pictures(data[0])
    labels = check_digits("The labels", data[1], len(pictures), classes)
    empty = np.flatnonzero(np.bincount(labels, minlength=classes) == 0)
    if len(empty):
        raise ValueError(
            f"No picture has the label {empty[0]}, and what that digit looks like cannot be learned from nothing: "
            f"add pictures of it."
        )
    return pictures, labels


def check_conditional_pair(generator, discriminator, classes=DIGITS):
    """Return the latent dimension of a generator whose pictures the discriminator takes; ValueError if they differ."""
    for name, network, first in (
        ("generator", generator, "latent vectors"),
        ("discriminator", discriminator, "pictures"),
    ):
        check_network(name, network)
        inputs = [tuple(taken.shape[1:]) for taken in network.inputs]
        if len(inputs) != 2 or inputs[1] != (classes,):
            raise ValueError(
                f"The {name} must take a list of two inputs, {first} and digits (n, {classes}): build it as "
                f"keras.Model([first, digit], output)."
            )
    return check_fit(generator, discriminator)
