"""What the autoencoder and the variational autoencoder share: an encoder and a decoder that one optimizer trains."""

from typing import NamedTuple

import numpy as np

from ganlib import builders
from ganlib._tensorflow import keras, tf
from ganlib.data import load_mnist
from ganlib.models.common import build_optimizer, live_property, live_rate
from ganlib.models.pictures import PictureModel, by, in_chunks
from ganlib.training import ALL_PLAYERS, GivenExamples, compile_mode

RATE = 1e-3
SHOWN = 25


class Together(NamedTuple):
    """Two networks that are one player; not the model itself, which Keras would save inside of itself without end."""

    weights: list
    trainable_variables: list


class Coder(PictureModel):
    """An encoder and a decoder of pictures of 28 by 28 pixels, trained together; a family defines `iteration`.

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

    def __init__(self, encoder, decoder, optimizer, seed, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.encoder, self.decoder = encoder, decoder
        self.code = check_coders(encoder, decoder)
        self.compile(optimizer)
        self.built = True

    # --- Keras --------------------------------------------------------------------------------------------------------

    def compile(self, optimizer=None, **kwargs):
        """Set the optimizer, Adam(1e-3) if None; `**kwargs` are what else `keras.Model.compile` takes."""
        optimizer = build_optimizer("optimizer", optimizer or keras.optimizers.Adam(RATE), self)
        kwargs.setdefault("jit_compile", compile_mode([self]) == "compiled")
        super().compile(optimizer=optimizer, **kwargs)

    def compile_from_config(self, config):
        """Do nothing: `from_config` has compiled the model with its optimizer."""

    def get_config(self):
        """Return what rebuilds the model: its networks, its optimizer and its seed."""
        save = keras.saving.serialize_keras_object
        parts = {name: save(getattr(self, name)) for name in ("encoder", "decoder", "optimizer")}
        return {**parts, "seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """Rebuild the model that `get_config` described."""
        load, parts = keras.saving.deserialize_keras_object, ("encoder", "decoder", "optimizer")
        return cls(**{name: load(value) if name in parts else value for name, value in config.items()})

    def train_step(self, batch):
        """Make one step for `fit` on a batch of pictures."""
        pictures, _, _ = keras.utils.unpack_x_y_sample_weight(batch)
        draws = GivenExamples((pictures,), self.seed, self._counter.read_value())
        measured = self.iteration(draws, tf.shape(pictures)[0], ALL_PLAYERS)
        self._counter.assign_add(1)
        return dict(zip(self.columns, tf.unstack(measured), strict=True))

    # --- training -----------------------------------------------------------------------------------------------------

    @property
    def players(self):
        """The only player: encoder and decoder, which move together."""
        return {self.name: Together(self.weights, self.trainable_variables)}

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        return builders.IMAGE_SHAPE

    def live_values(self):
        """Return the values that can change while the model trains."""
        return {"learning_rate": live_rate("learning_rate", lambda: self.optimizer)}

    learning_rate = live_property("learning_rate", "The learning rate of the encoder and the decoder.")

    def held_still(self, player):
        """Return why the networks are not meant to move now, or None."""
        return "its learning rate is 0" if self.learning_rate == 0 else None

    def parts(self):
        """Return the variables that a checkpoint holds."""
        return {
            "encoder": self.encoder.variables,
            "decoder": self.decoder.variables,
            "optimizer": self.optimizer.variables,
        }

    def learn(self, tape, loss):
        """Let the optimizer move all weights down the slope of a loss that was computed under the tape."""
        weights = self.trainable_variables
        self.optimizer.apply(tape.gradient(loss, weights), weights)

    # --- use ----------------------------------------------------------------------------------------------------------

    def encode(self, images):
        """Return the codes of pictures.

        Parameters
        ----------
        images : ndarray
            (n, 28, 28) or (n, 28, 28, 1); uint8 from 0 to 255, or float from -1 to 1.

        Returns
        -------
        ndarray
            float32 (n, code).
        """
        (pictures,) = self.check_data(images)
        return in_chunks(self._run_encoder, pictures)

    def decode(self, codes):
        """Turn codes float32 (n, code) into pictures float32 (n, 28, 28, 1) in [-1, 1]."""
        codes = np.asarray(codes, np.float32)
        if codes.ndim != 2 or codes.shape[1] != self.code or not len(codes):
            raise ValueError(f"Codes must be (n, {self.code}) with n of at least 1, not {codes.shape}.")
        return in_chunks(self._run_decoder, codes)

    def reconstruct(self, images):
        """Encode pictures and decode them again; as `encode` takes them, float32 (n, 28, 28, 1) in [-1, 1]."""
        return self.decode(self.encode(images))

    def sample_grid(self):
        """Return the first 25 test digits, rebuilt: float32 (25, 28, 28, 1)."""
        return self.reconstruct(load_mnist("test", limit=SHOWN)[0])


def check_coders(encoder, decoder):
    """Return the length of the code that an encoder gives and a decoder takes; ValueError if they do not fit."""
    for name, network in (("encoder", encoder), ("decoder", decoder)):
        if not isinstance(network, keras.Model) or not network.built:
            raise ValueError(f"The {name} must be a built Keras model; give its first layer a keras.Input.")
    taken, made, shape = encoder.input_shape[1:], decoder.output_shape[1:], builders.IMAGE_SHAPE
    if taken != shape or made != shape:
        raise ValueError(
            f"The encoder must take and the decoder must make pictures of {by(shape)}, "
            f"but they take {by(taken)} and make {by(made)}."
        )
    codes, code = {tuple(output.shape[1:]) for output in encoder.outputs}, tuple(decoder.input_shape[1:])
    if codes != {code} or len(code) != 1:
        raise ValueError(f"The encoder gives codes {codes}, but the decoder takes {code}: both must be one length.")
    return code[0]
