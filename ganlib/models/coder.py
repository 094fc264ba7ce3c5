"""What the autoencoder and the variational autoencoder share: an encoder and a decoder that one optimizer trains."""

import numpy as np

from ganlib import builders
from ganlib._tensorflow import tf
from ganlib.arguments import as_numbers
from ganlib.data import load_mnist
from ganlib.data.pictures import CHANNELS
from ganlib.models.networks import check_network, regularisation
from ganlib.models.one_player import OnePlayer
from ganlib.models.pictures import in_chunks, random_from
from ganlib.training import Player
from ganlib.wording import by

SHOWN = 25


class Coder(OnePlayer):
    """An encoder and a decoder of pictures, trained together; a family defines `loss_of`.

    Parameters
    ----------
    encoder : keras.Model
        Maps pictures in [-1, 1] to codes (n, code), or to a list of such arrays.
    decoder : keras.Model
        Maps codes to pictures.
    optimizer : keras.optimizers.Optimizer or None
        Adam(1e-3) if None.
    seed : int
    """

    network_names = ("encoder", "decoder")

    def __init__(self, encoder, decoder, optimizer, seed, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.code = check_coders(encoder, decoder)
        self._shown = None
        self.compile(optimizer)
        self.built = True

    @classmethod
    def usual_arguments(cls, arrays):
        """Return the length of the code and the hidden units of the usual networks that have these weights."""
        kernels = [arrays[name] for name in sorted(arrays) if name.startswith("decoder") and arrays[name].ndim == 2]
        return {"code": len(kernels[0]), "hidden": [kernel.shape[1] for kernel in kernels[:-1]][::-1]}

    # --- training -----------------------------------------------------------------------------------------------------

    def players(self):
        """Return the only player: encoder and decoder, which move together."""
        return {self.name: Player(self, self.optimizer, self.coder_step, self.metric_names)}

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        return tuple(self.encoder.input_shape[1:])

    def state_variables(self):
        """Return the variables that a checkpoint holds."""
        return {
            "encoder": self.encoder.variables,
            "decoder": self.decoder.variables,
            "optimizer": self.optimizer.variables,
        }

    def loss_of(self, draws, count, training):
        """Return the loss of a batch, a scalar tensor, and what is measured of it: a dict of the metrics."""
        raise NotImplementedError

    def coder_step(self, draws, batch_size, learn=True):
        """Let encoder and decoder learn from one batch; return what `loss_of` measures."""
        weights = self.trainable_variables
        with tf.GradientTape() as tape:
            loss, measured = self.loss_of(draws, batch_size, training=True)
            objective = loss + regularisation(self)
        if learn and weights:  # all may be frozen
            self.optimizer.apply(tape.gradient(objective, weights), weights)
        return measured

    def measure(self, draws, count):
        """Measure a batch for `evaluate`, without learning from it."""
        return self.loss_of(draws, count, training=False)[1]

    # --- use ----------------------------------------------------------------------------------------------------------

    def encode(self, images):
        """Return the codes of pictures.

        Parameters
        ----------
        images : ndarray
            Of the shape that the encoder takes; uint8 from 0 to 255, or float from -1 to 1.

        Returns
        -------
        ndarray
            float32 (n, code).
        """
        (pictures,) = self.check_data(images)
        return in_chunks(self._run_encoder, pictures)

    def decode(self, codes):
        """Turn codes float32 (n, code) into pictures float32 in [-1, 1]."""
        codes = as_numbers("Codes", codes).astype(np.float32)
        if codes.shape[1] != self.code:
            raise ValueError(f"Codes must be (n, {self.code}) with n of at least 1, not {codes.shape}.")
        return in_chunks(self._run_decoder, codes)

    def reconstruct(self, images):
        """Encode pictures and decode them again; as `encode` takes them, float32 in [-1, 1]."""
        return self.decode(self.encode(images))

    def sample_grid(self):
        """Return 25 rebuilt pictures, float32: the first test digits, or the first training pictures of another shape.

        Before it has learned any of another shape, these are what it makes of random codes.
        """
        if self.picture_shape == builders.IMAGE_SHAPE:
            return self.reconstruct(load_mnist("test", limit=SHOWN)[0])
        if self._shown is None:
            return self.decode(random_from(self.seed).standard_normal((SHOWN, self.code), np.float32))
        return self.reconstruct(self._shown)

    def trainer(self, batch_size, *, data=None, **options):
        """Check everything and return a `Trainer`, as every model does; remember some pictures for `sample_grid`."""
        trainer = super().trainer(batch_size, data=data, **options)
        if self.picture_shape != builders.IMAGE_SHAPE:
            self._shown = self.check_data(self.default_data() if data is None else data)[0][:SHOWN]
        return trainer


def check_coders(encoder, decoder):
    """Return the length of the code that an encoder gives and a decoder takes; ValueError if they do not fit."""
    check_network("encoder", encoder)
    check_network("decoder", decoder)
    if len(encoder.inputs) != 1 or len(decoder.inputs) != 1:
        raise ValueError("The encoder takes pictures alone, the decoder codes alone: one input each.")
    taken, made = encoder.input_shape[1:], decoder.output_shape[1:]
    if taken != made or len(taken) != 3 or taken[-1] not in CHANNELS:
        raise ValueError(
            f"The encoder must take and the decoder must make pictures of one shape (height, width, channels), with 1 "
            f"or 3 channels, but they take {by(taken)} and make {by(made)}."
        )
    codes, code = {tuple(output.shape[1:]) for output in encoder.outputs}, tuple(decoder.input_shape[1:])
    if codes != {code} or len(code) != 1:
        raise ValueError(f"The encoder gives codes {codes}, but the decoder takes {code}: both must have one length.")
    return code[0]
