"""The autoencoder: squeeze a picture through a narrow code and rebuild it (Hinton and Salakhutdinov 2006).

Lesson 02 writes this model out line by line.
"""

from types import MappingProxyType

import numpy as np

from ganlib import builders
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Number
from ganlib.data import as_pictures
from ganlib.models.coder import Coder
from ganlib.models.common import live_property, live_variable
from ganlib.models.networks import check_picture_range
from ganlib.models.pictures import to_unit_range
from ganlib.training import check_seed

NOISE = 1  # stream of random numbers
MOST_NOISE = 5.0


@keras.saving.register_keras_serializable("ganlib")
class Autoencoder(Coder):
    """An encoder and a decoder that learn to rebuild pictures.

    With noise it is a denoising autoencoder (Vincent et al. 2008): it sees pictures with noise added and learns to give
    back the clean ones.

    Parameters
    ----------
    code : int
        How many numbers the bottleneck lets through.
    hidden : sequence of int
        Units of the encoder's hidden layers; the decoder has them in reverse.
    noise : float
        Standard deviation of the normal noise that is added to what the encoder sees in training, 0 to 5, on the scale
        where black is -1 and white is 1; the sum is clipped to it. Can be changed live.
    seed : int
        Seed of the first weights, the batches and the noise.
    image_shape : tuple of int
        Height, width and channels of the pictures, for a network that is not given.
    encoder, decoder : keras.Model or None
        Other networks: pictures to codes, and codes to pictures in [-1, 1].
    optimizer : keras.optimizers.Optimizer or None
        Adam(1e-3) if None.

    Examples
    --------
    >>> autoencoder = Autoencoder(code=2, seed=0)
    >>> history = autoencoder.train(steps=1000)  # doctest: +SKIP
    >>> autoencoder.decode([[0.0, 0.0]]).shape
    (1, 28, 28, 1)
    """

    metric_names = ("error",)
    defaults = MappingProxyType({"steps": 5000, "batch_size": 128, "sample_interval": 1000})

    def __init__(
        self,
        code=32,
        hidden=(512, 256),
        noise=0.0,
        seed=0,
        *,
        image_shape=builders.IMAGE_SHAPE,
        encoder=None,
        decoder=None,
        optimizer=None,
        name="autoencoder",
        **kwargs,
    ):
        seed = check_seed(seed)
        if encoder is None:
            encoder = builders.build_encoder(code, hidden, seed, image_shape=image_shape)
        if decoder is None:
            widening = builders.hidden_sizes(hidden)[::-1]
            decoder = builders.build_decoder(code, widening, seed=seed + 1, image_shape=image_shape)
        super().__init__(encoder, decoder, optimizer, seed, name=name, **kwargs)
        if len(self.encoder.outputs) != 1:
            raise ValueError("The encoder must give one output, the code: see build_encoder.")
        check_picture_range("decoder", self.decoder)
        self._noise = tf.Variable(0.0, trainable=False)
        self.noise = noise

    def settings(self):
        """Return what rebuilds the model, besides its networks and its optimizer."""
        return {"noise": self.noise}

    def call(self, pictures, training=False):
        """Rebuild pictures float32 (n, height, width, channels) in [-1, 1]."""
        return self.decoder(self.encoder(pictures, training=training), training=training)

    def live_values(self):
        """Return the values that can change while the model trains."""
        return {**super().live_values(), "noise": live_variable(Number("noise", 0, MOST_NOISE), self._noise)}

    noise = live_property("noise", "Standard deviation of the noise that is added to what the encoder sees, 0 to 5.")

    def loss_of(self, draws, count, training):
        """Rebuild one batch; the loss, which is all that is measured, is the mean squared error per pixel."""
        pictures = to_unit_range(draws.examples(count))
        seen = tf.clip_by_value(pictures + self._noise * draws.normal(tf.shape(pictures), NOISE), -1.0, 1.0)
        error = tf.reduce_mean(tf.square(self(seen, training=training) - pictures))
        return error, {"error": error}

    def error(self, images):
        """Return the mean squared error per pixel of rebuilding pictures, black being -1 and white 1."""
        return float(np.square(self.reconstruct(images) - as_pictures(images)).mean())

    @tf.function(autograph=False)
    def _run_encoder(self, pictures):
        return self.encoder(to_unit_range(pictures), training=False)

    @tf.function(autograph=False)
    def _run_decoder(self, codes):
        return self.decoder(codes, training=False)
