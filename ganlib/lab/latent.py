"""Places and paths in a latent space: pure functions of a model, no widgets.

What differs between the families of models is in `Maker` and nowhere else.
"""

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.data import as_pictures
from ganlib.models.conditional import DIGITS, ConditionalGAN
from ganlib.models.gan import GAN
from ganlib.models.plane import PlaneGAN
from ganlib.models.variational import VariationalAutoencoder

SAMPLE = 500  # pictures from which the main directions are found


class Maker:
    """Pictures of latent vectors and what D thinks of them, the same for every family.

    Parameters
    ----------
    model : GAN, ConditionalGAN or VariationalAutoencoder

    Attributes
    ----------
    latent : int
        Length of a latent vector; its numbers are drawn from a standard normal distribution.
    judges, tells_digits : bool
        Whether it has a discriminator; whether its networks are told a digit.
    class_names : tuple of str
        Names of the digits, or other classes, that the networks can be told; "0" to "9" if they are told none.

    Raises
    ------
    ValueError
        The model has no latent vectors of a known distribution, or makes no pictures.
    """

    def __init__(self, model):
        if isinstance(model, PlaneGAN) or not isinstance(model, GAN | VariationalAutoencoder):
            raise ValueError(
                f"The explorer walks through the latent space of a GAN, a ConditionalGAN or a VariationalAutoencoder "
                f"that makes pictures, and {type(model).__name__} is none of these: give it one of them."
            )
        self.model = model
        self.judges, self.tells_digits = isinstance(model, GAN), isinstance(model, ConditionalGAN)
        self.class_names = model.class_names if self.tells_digits else tuple(map(str, range(DIGITS)))
        self.latent = model.latent_dim if self.judges else model.code

    @property
    def is_critic(self):
        """Whether the model has a discriminator that gives scores and no probabilities."""
        return self.judges and self.model.is_critic

    def pictures(self, latent, digits=None):
        """Return pictures float32 (n, height, width, channels) in [-1, 1].

        Parameters
        ----------
        latent : ndarray
            float32 (n, latent).
        digits : ndarray or None
            float32 (n, classes), a row per picture, for a model that is told digits; a mixture of two is allowed.
        """
        if not self.judges:
            return self.model.decode(latent)
        return self.model(self._inputs(latent, digits), training=False).numpy()

    def judge(self, made, digits=None):
        """Return D's scores, float (n,), and the gradient of its logit with respect to each picture, of their shape.

        The scores are probabilities; a critic's can be any numbers. The logit is what D computes before the sigmoid:
        where D is sure, its score hardly changes any more, but its logit does.

        Parameters
        ----------
        made : ndarray
            Pictures, float (n, height, width, channels) in [-1, 1].
        digits : ndarray or None
            As for `pictures`.
        """
        made = tf.convert_to_tensor(made)
        with tf.GradientTape() as tape:
            tape.watch(made)
            logits = self.model.discriminator(self._inputs(made, digits), training=False)
        scores = logits.numpy() if self.is_critic else self.model.as_probabilities(logits)
        return scores[:, 0], tape.gradient(logits, made).numpy()

    def _inputs(self, first, digits):
        return [first, keras.ops.convert_to_tensor(digits)] if self.tells_digits else first


class NearestPictures:
    """Finds the nearest of many pictures, pixel by pixel.

    Parameters
    ----------
    pictures : ndarray
        (n, height, width, channels); uint8, of which a float32 copy is made, or float in [-1, 1].
    """

    def __init__(self, pictures):
        from sklearn.neighbors import NearestNeighbors  # not loaded before it is needed

        self._flat = _flat(pictures)
        self._search = NearestNeighbors(algorithm="brute").fit(self._flat)

    def find(self, wanted, count):
        """Return which pictures are nearest, int (n, count), nearest first, and how far they are, float (n, count).

        The distance is the root of the sum of squared differences of the pixels in [-1, 1].

        Parameters
        ----------
        wanted : ndarray
            As the pictures, (n, height, width, channels).
        count : int
        """
        return self._search.kneighbors(_flat(wanted), count)[::-1]

    def usual(self, count=100):
        """Return how far some of the pictures, evenly spread, are from the nearest other one, float (n,)."""
        chosen = self._flat[:: max(1, len(self._flat) // count)][:count]
        return self._search.kneighbors(chosen, 2)[0][:, 1]


def _flat(pictures):
    """Return pictures as rows of float numbers in [-1, 1]; pixels from 0 to 255 are copied."""
    return as_pictures(pictures).reshape(len(pictures), -1)


def slerp(start, end, share):
    """Go from one latent vector to another along an arc, so that the vectors between are as long as the two ends.

    A straight line would pass near the origin, where a generator was never trained.

    Parameters
    ----------
    start, end : ndarray
        float (latent,).
    share : ndarray
        (n,) from 0, the start, to 1, the end.

    Returns
    -------
    ndarray
        float32 (n, latent).

    References
    ----------
    White 2016, "Sampling generative networks", section 2.1.
    """
    share = np.asarray(share, float)[:, np.newaxis]
    cosine = start @ end / max(np.linalg.norm(start) * np.linalg.norm(end), 1e-12)
    angle = np.arccos(np.clip(cosine, -1, 1))
    if np.sin(angle) < 1e-4:  # they point the same way, or opposite ways: no single arc joins them
        way = (1 - share) * start + share * end
    else:
        way = (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)
    return way.astype(np.float32)


def main_directions(maker, count):
    """Find the directions in which the pictures change most, on average over the latent space.

    A straight-line approximation of the generator is fitted to pictures of random vectors; its first singular vectors
    are these directions.

    Parameters
    ----------
    maker : Maker
    count : int

    Returns
    -------
    ndarray
        float32 (count, latent), of length 1 and at right angles to each other.
    """
    latent = np.random.default_rng(0).standard_normal((SAMPLE, maker.latent), np.float32)
    classes = len(maker.class_names)
    digits = np.eye(classes, dtype=np.float32)[np.arange(SAMPLE) % classes]
    made = maker.pictures(latent, digits).reshape(SAMPLE, -1)
    slopes = np.linalg.lstsq(latent - latent.mean(axis=0), made - made.mean(axis=0), rcond=None)[0]
    directions = np.linalg.svd(slopes, full_matrices=True)[0].T[:count]
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, np.newaxis], axis=1)
    return (directions * np.sign(largest)).astype(np.float32)  # else the sign would be left to chance
