"""The conditional GAN (Mirza and Osindero 2014): both networks are told a digit, so that you can ask for one.

The generator makes the digit that it is told; the discriminator judges whether a picture is a real picture *of the
digit that it is told*. Lesson 08 builds and trains it.
"""

import numpy as np

from ganlib import builders
from ganlib import data as pixels
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Whole
from ganlib.models.gan import GAN
from ganlib.models.networks import check_fit, check_network
from ganlib.models.pictures import in_chunks, to_unit_range

DIGITS = builders.DIGITS
AFTER_LATENT = 3  # from a stream of latent vectors to the stream of the digits that belong to them


@keras.saving.register_keras_serializable("ganlib")
class ConditionalGAN(GAN):
    """A generator and a discriminator that are told which of ten digits is meant.

    Parameters
    ----------
    network : str
        "dense" or "conv"; used for a network that is not given.
    latent_dim : int
        Length of the latent vector.
    seed : int
        Seed of the first weights, the batches, the latent vectors and the digits that the training asks for.
    generator : keras.Model or None
        Maps a list of latent vectors (n, latent_dim) and digits (n, 10) to pictures; a digit is a row of ten numbers,
        1 for the digit and 0 for the others.
    discriminator : keras.Model or None
        Maps a list of pictures and digits (n, 10) to logits (n, 1).
    **options
        See `GAN`.

    Examples
    --------
    >>> gan = ConditionalGAN(seed=0)
    >>> history = gan.train(steps=1000)  # doctest: +SKIP
    >>> gan.generate(5, digits=7).shape
    (5, 28, 28, 1)
    """

    def __init__(self, network="dense", latent_dim=builders.LATENT_DIM, seed=0, *, name="conditional_gan", **options):
        super().__init__(network, latent_dim, seed, name=name, **options)

    def _default_generator(self, latent_dim):
        return builders.build_conditional_generator(latent_dim, self.network, seed=self.seed)

    def _default_discriminator(self):
        return builders.build_conditional_discriminator(self.network, seed=self.seed + 1)

    def check_networks(self):
        """Return the latent dimension; ValueError if the two networks do not fit."""
        return check_conditional_pair(self.generator, self.discriminator)

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        return tuple(self.discriminator.inputs[0].shape[1:])

    # --- what it learns -----------------------------------------------------------------------------------------------

    def default_data(self):
        """Return the MNIST training set: uint8 (60000, 28, 28, 1), and its labels."""
        return pixels.load_mnist("train")

    def check_data(self, data):
        """Return pictures and labels as a tuple of two arrays, with at least one picture of every digit."""
        if not isinstance(data, tuple | list) or len(data) != 2:
            raise ValueError("A conditional GAN learns from pictures and their labels: give data=(images, labels).")
        (pictures,) = super().check_data(data[0])
        labels = check_digits("The labels", data[1], len(pictures))
        empty = np.flatnonzero(np.bincount(labels, minlength=DIGITS) == 0)
        if len(empty):
            raise ValueError(
                f"No picture has the label {empty[0]}, and what that digit looks like cannot be learned from nothing: "
                f"add pictures of it."
            )
        return pictures, labels

    def check_batch(self, examples):
        """Check the pictures of one batch of a data set, in which not every digit must be."""
        super().check_data(examples)

    def data_of(self, pictures, labels=None):
        """Return what `fit` was given as `check_data` takes it."""
        return pictures, _labels_of_fit(labels)

    def examples_of(self, pictures, labels=None):
        """Return a batch of `fit`, its pictures and labels."""
        return pictures, tf.reshape(_labels_of_fit(labels), [-1])

    # --- one step -----------------------------------------------------------------------------------------------------

    def draw_real(self, draws, count):
        """Draw real pictures float32 (count, height, width, channels) and, beside them, their digits (count, 10)."""
        pictures, labels = draws.examples(count)
        return [to_unit_range(pictures), _one_hot(labels)]

    def draw_latent(self, draws, count, stream):
        """Draw latent vectors (count, latent_dim) and, beside them, the digits (count, 10) to be made, all as often."""
        digits = draws.uniform([count], stream + AFTER_LATENT, high=DIGITS)
        return [super().draw_latent(draws, count, stream), _one_hot(tf.cast(digits, tf.int32))]

    def make(self, latent, training):
        """Return what the generator makes of latent vectors and digits, and beside it those digits."""
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
        digits : int, sequence of n int, or None
            What to make: one digit n times, or a digit for each picture; None: 0 to 9 in turn.

        Returns
        -------
        ndarray
            float32 (n, 28, 28, 1) in [-1, 1].
        """
        n = Whole("n", 1)(n)
        if digits is None:
            digits = np.arange(n) % DIGITS
        elif np.ndim(digits) == 0:
            digits = np.full(n, digits)
        return self.pictures_of(self.latent_vectors(n, seed), digits)

    def pictures_of(self, latent, digits):
        """Turn latent vectors float32 (n, latent_dim) and digits, int (n,), into pictures float32 in [-1, 1]."""
        latent = self.check_latent(latent)
        return in_chunks(self._run_generator, latent, _rows_of(check_digits("digits", digits, len(latent))))

    def probability_real(self, images, digits):
        """Return the probability, float32 (n,) in 0..1, that each picture is a real picture of its digit, int (n,)."""
        (pictures,) = super().check_data(images)
        digits = _rows_of(check_digits("digits", digits, len(pictures)))
        return in_chunks(self._run_discriminator, pictures, digits)[:, 0]

    def sample_grid(self):
        """Return 100 pictures, float32: a row of ten for each digit, made of the same ten latent vectors each time."""
        latent = self.latent_vectors(DIGITS, seed=self.seed)
        return self.pictures_of(np.tile(latent, (DIGITS, 1)), np.repeat(np.arange(DIGITS), DIGITS))

    def sample_picture(self):
        """Return the 100 pictures as one, a row a digit, grey uint8 (height, width)."""
        return pixels.tile(self.sample_grid(), DIGITS, DIGITS)


# --- helpers ----------------------------------------------------------------------------------------------------------


def _one_hot(digits):
    """Turn digits, an integer tensor (n,), into float32 (n, 10): 1 for the digit, 0 for the others."""
    return tf.one_hot(tf.cast(digits, tf.int32), DIGITS)


def _labels_of_fit(labels):
    if labels is None:
        raise ValueError("A conditional GAN learns from pictures and their labels: call fit(images, labels).")
    return labels


def _rows_of(digits):
    return np.eye(DIGITS, dtype=np.float32)[digits]


def check_digits(name, digits, n):
    """Return n digits as int32 (n,); ValueError if there are more or fewer, or if one is no digit."""
    digits = np.asarray(digits)
    if digits.shape != (n,):
        raise ValueError(f"{name} must be {n} whole numbers, one for each picture, not of shape {digits.shape}.")
    if not np.issubdtype(digits.dtype, np.integer):
        raise ValueError(f"{name} must be whole numbers from 0 to {DIGITS - 1}, not {digits.dtype}.")
    wrong = digits[(digits < 0) | (digits >= DIGITS)]
    if len(wrong):
        raise ValueError(f"{name} must be from 0 to {DIGITS - 1}, and {wrong[0]} is none of them.")
    return digits.astype(np.int32)


def check_conditional_pair(generator, discriminator):
    """Return the latent dimension of a generator whose pictures the discriminator takes; ValueError if they differ."""
    for name, network, first in (
        ("generator", generator, "latent vectors"),
        ("discriminator", discriminator, "pictures"),
    ):
        check_network(name, network)
        inputs = [tuple(taken.shape[1:]) for taken in network.inputs]
        if len(inputs) != 2 or inputs[1] != (DIGITS,):
            raise ValueError(
                f"The {name} must take a list of two inputs, {first} and digits (n, {DIGITS}): build it as "
                f"keras.Model([first, digit], output)."
            )
    return check_fit(generator, discriminator)
