"""The variational autoencoder (Kingma and Welling 2014; Rezende, Mohamed and Wierstra 2014).

Its code is a normal distribution, its prior the standard normal one, its pixels are black or white. Lesson 04 derives
the bound that it climbs and writes the model out line by line.
"""

import math
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ganlib import builders
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Number, Whole
from ganlib.data import as_pictures
from ganlib.models.coder import SHOWN, Coder
from ganlib.models.common import live_property, live_variable
from ganlib.models.networks import check_logits
from ganlib.models.pictures import in_chunks, random_from, to_unit_range
from ganlib.training import check_seed

INK, CODES = 1, 2  # streams of random numbers
MOST_BETA = 1000.0


class Terms(NamedTuple):
    """The two terms of the evidence lower bound of each picture, in nats.

    Attributes
    ----------
    reconstruction : ndarray
        float64 (n,): the log probability of the picture's pixels, averaged over the codes that were drawn.
    kl : ndarray
        float64 (n,): how far the picture's distribution over codes is from the prior.
    """

    reconstruction: np.ndarray
    kl: np.ndarray


def binarise(images, seed=0):
    """Make black and white pictures: a pixel is white with the probability that its grey value says.

    Most results on "binarised MNIST" are defined like this (Salakhutdinov and Murray 2008). The same pictures and seed
    give the same outcome. Training draws afresh at every step instead.

    Parameters
    ----------
    images : ndarray
        (n, 28, 28) or (n, height, width, channels); uint8 from 0 to 255, or float from -1 to 1.
    seed : int

    Returns
    -------
    ndarray
        float32 (n, height, width, channels) of -1 (black) and 1 (white).
    """
    grey = as_pictures(images)
    return np.where(random_from(seed).random(grey.shape, np.float32) < (grey + 1) / 2, 1, -1).astype(np.float32)


def kl_from_standard_normal(mean, log_variance):
    """Return KL(N(mean, variance) || N(0, 1)), summed over the code: tensors (n, code) in, (n,) in nats out.

    Kingma and Welling 2014, appendix B; lesson 04 checks it by drawing.
    """
    return tf.reduce_sum(tf.exp(log_variance) + mean**2 - 1 - log_variance, axis=1) / 2


def log_probability(pictures, logits):
    """Return the log probability of black and white pictures of -1 and 1: tensors of four axes in, (n,) in nats."""
    ink = (pictures + 1) / 2
    return -tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(ink, logits), axis=(1, 2, 3))


@keras.saving.register_keras_serializable("ganlib")
class VariationalAutoencoder(Coder):
    """An autoencoder whose code has a known distribution, so that new pictures can be drawn.

    Parameters
    ----------
    code : int
        How many numbers the code has.
    hidden : sequence of int
        Units of the encoder's hidden layers; the decoder has them in reverse.
    beta : float
        Weight of the KL term in what is maximised, `reconstruction - beta * kl`, 0 to 1000; can be changed live. Only
        with 1 is this the evidence lower bound (Higgins et al. 2017 call the model with any other a beta-VAE).
    seed : int
        Seed of the first weights, the batches, the ink and the codes.
    image_shape : tuple of int
        Height, width and channels of the pictures, for a network that is not given. In a picture in colour, each
        channel of a pixel is dark or bright, as a grey pixel is black or white.
    encoder, decoder : keras.Model or None
        Other networks: pictures to a list of means and log variances, and codes to logits of pixels.
    optimizer : keras.optimizers.Optimizer or None
        Adam(1e-3) if None.

    Examples
    --------
    >>> vae = VariationalAutoencoder(code=20, seed=0)
    >>> history = vae.train(steps=1000)  # doctest: +SKIP
    >>> vae.generate(25).shape
    (25, 28, 28, 1)
    """

    metric_names = ("elbo", "reconstruction", "kl")
    defaults = MappingProxyType({"steps": 40_000, "batch_size": 128, "sample_interval": 1000})

    def __init__(
        self,
        code=20,
        hidden=(512, 256),
        beta=1.0,
        seed=0,
        *,
        image_shape=builders.IMAGE_SHAPE,
        encoder=None,
        decoder=None,
        optimizer=None,
        name="variational_autoencoder",
        **kwargs,
    ):
        seed = check_seed(seed)
        if encoder is None:
            encoder = builders.build_variational_encoder(code, hidden, seed, image_shape=image_shape)
        if decoder is None:
            widening = builders.hidden_sizes(hidden)[::-1]
            decoder = builders.build_decoder(code, widening, None, seed=seed + 1, image_shape=image_shape)
        super().__init__(encoder, decoder, optimizer, seed, name=name, **kwargs)
        if len(self.encoder.outputs) != 2:
            raise ValueError(
                "The encoder must give two outputs, means and log variances: see build_variational_encoder."
            )
        check_logits("decoder", self.decoder)
        self._beta = tf.Variable(1.0, trainable=False)
        self.beta = beta

    def settings(self):
        """Return what rebuilds the model, besides its networks and its optimizer."""
        return {"beta": self.beta}

    def call(self, pictures, training=False):
        """Rebuild pictures float32 (n, height, width, channels) in [-1, 1] from the means of their codes."""
        mean, _ = self.encoder(pictures, training=training)
        return _as_grey(self.decoder(mean, training=training))

    def live_values(self):
        """Return the values that can change while the model trains."""
        return {**super().live_values(), "beta": live_variable(Number("beta", 0, MOST_BETA), self._beta)}

    beta = live_property("beta", "Weight of the KL term, 0 to 1000; 1 makes what is maximised the lower bound.")

    def loss_of(self, draws, count, training):
        """Rebuild one batch, binarised afresh.

        Returns
        -------
        loss : tf.Tensor
            Minus what is maximised, `reconstruction - beta * kl`.
        measured : dict of str to tf.Tensor
            Means over the batch, in nats per picture, of the lower bound (whatever beta is) and its terms.
        """
        grey = to_unit_range(draws.examples(count))
        pictures = tf.where(draws.uniform(tf.shape(grey), INK, low=-1.0) < grey, 1.0, -1.0)
        mean, log_variance = self.encoder(pictures, training=training)
        codes = mean + tf.exp(log_variance / 2) * draws.normal(tf.shape(mean), CODES)
        logits = self.decoder(codes, training=training)
        reconstruction = tf.reduce_mean(log_probability(pictures, logits))
        kl = tf.reduce_mean(kl_from_standard_normal(mean, log_variance))
        measured = {"elbo": reconstruction - kl, "reconstruction": reconstruction, "kl": kl}
        return self._beta * kl - reconstruction, measured

    # --- use ----------------------------------------------------------------------------------------------------------

    def generate(self, n, seed=0):
        """Draw codes from the prior and decode them.

        Parameters
        ----------
        n : int
            How many pictures.
        seed : int
            Seed of the codes; the same seed gives the same codes.

        Returns
        -------
        ndarray
            float32 (n, height, width, channels) in [-1, 1]; the grey of a pixel is the probability of it being white,
            scaled to that range.
        """
        n = Whole("n", 1)(n)
        return self.decode(random_from(seed).standard_normal((n, self.code), np.float32))

    def sample_grid(self):
        """Return the pictures of 25 fixed codes, drawn from the prior: the same codes every time."""
        return self.generate(SHOWN, seed=self.seed)

    def distribution(self, images):
        """Return what the encoder says about pictures: two float32 (n, code), means and standard deviations."""
        (pictures,) = self.check_data(images)
        both = in_chunks(self._run_both, pictures)
        return both[:, : self.code], np.exp(both[:, self.code :] / 2)

    def terms(self, images, samples=1, seed=0):
        """Estimate the two terms of the lower bound of black and white pictures.

        Parameters
        ----------
        images : ndarray
            What `binarise` made of the test set, for example.
        samples : int
            How many codes are drawn for each picture; the KL term is exact.
        seed : int
            Seed of the codes.

        Returns
        -------
        Terms
        """
        pictures = self._black_and_white(images)
        totals = np.zeros((2, len(pictures)))
        for sample in range(Whole("samples", 1)(samples)):
            totals += self._measure(self._run_terms, pictures, seed, sample)
        return Terms(*(totals / samples))

    def elbo(self, images, samples=1, seed=0):
        """Estimate the evidence lower bound of black and white pictures, the mean in nats per picture.

        The parameters are those of `terms`. With one sample the estimate is as right on average as with many, but
        noisier.
        """
        terms = self.terms(images, samples, seed)
        return float((terms.reconstruction - terms.kl).mean())

    def log_likelihood(self, images, samples=50, seed=0):
        """Estimate a tighter lower bound by importance weighting, the mean in nats per picture.

        log of the mean, over codes z drawn from q(z|x), of p(x|z) p(z) / q(z|x): Burda, Grosse and Salakhutdinov 2016,
        equation 8. With one sample it is the lower bound itself; the more samples, the closer to log p(x).
        Parameters as in `terms`.
        """
        pictures = self._black_and_white(images)
        samples = Whole("samples", 1)(samples)
        total = np.full(len(pictures), -np.inf)
        for sample in range(samples):
            total = np.logaddexp(total, self._measure(self._run_log_weight, pictures, seed, sample)[0])
        return float((total - math.log(samples)).mean())

    def _black_and_white(self, images):
        pictures = as_pictures(self.check_data(images)[0])
        if not np.isin(pictures, (-1, 1)).all():
            raise ValueError("The bound holds for pictures of black and white pixels: hand over binarise(images).")
        return pictures

    def _measure(self, run, pictures, seed, sample):
        """Run a function on a thousand pictures at a time, each with noise of its own; float64 (rows, n)."""
        seed = Whole("seed", 0)(seed)
        chunks = [
            run(tf.constant(pictures[start : start + 1000]), tf.constant([seed, sample * 1_000_003 + start], tf.int64))
            for start in range(0, len(pictures), 1000)
        ]
        return np.concatenate([chunk.numpy() for chunk in chunks], axis=1).astype(np.float64)

    def _draw_codes(self, pictures, key):
        mean, log_variance = self.encoder(pictures, training=False)
        noise = tf.random.stateless_normal(tf.shape(mean), key)
        return mean, log_variance, noise, mean + tf.exp(log_variance / 2) * noise

    @tf.function(autograph=False)
    def _run_terms(self, pictures, key):
        mean, log_variance, _, codes = self._draw_codes(pictures, key)
        reconstruction = log_probability(pictures, self.decoder(codes, training=False))
        return tf.stack([reconstruction, kl_from_standard_normal(mean, log_variance)])

    @tf.function(autograph=False)
    def _run_log_weight(self, pictures, key):
        _, log_variance, noise, codes = self._draw_codes(pictures, key)
        log_ratio = tf.reduce_sum(noise**2 + log_variance - codes**2, axis=1) / 2  # log p(z) - log q(z|x)
        return (log_probability(pictures, self.decoder(codes, training=False)) + log_ratio)[None]

    @tf.function(autograph=False)
    def _run_encoder(self, pictures):
        return self.encoder(to_unit_range(pictures), training=False)[0]

    @tf.function(autograph=False)
    def _run_both(self, pictures):
        return tf.concat(self.encoder(to_unit_range(pictures), training=False), axis=1)

    @tf.function(autograph=False)
    def _run_decoder(self, codes):
        return _as_grey(self.decoder(codes, training=False))


def _as_grey(logits):
    """Turn logits of white into grey values in [-1, 1]: 2 sigmoid(x) - 1 = tanh(x / 2)."""
    return tf.tanh(logits / 2)
