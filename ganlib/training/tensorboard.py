"""What TensorBoard shows of a training: curves, pictures, histograms of the weights, and the networks' graph."""

import math

from ganlib._tensorflow import keras, tf
from ganlib.arguments import Whole
from ganlib.paths import as_path


class TensorBoard(keras.callbacks.Callback):
    """Write event files for TensorBoard: `model.train(..., callbacks=[TensorBoard("runs/a/tensorboard")])`.

    Scalars are written after every block of steps: what the model measures, and its live values. Keras's own callback
    of this name waits for batches and epochs, which a block of compiled steps does not have.

    Parameters
    ----------
    folder : str or Path
        Where the event files go; training again appends.
    every : int
        Steps between two pictures of the samples, and between two histograms of every trainable weight.
    """

    def __init__(self, folder, every=200):
        super().__init__()
        self.folder = as_path(folder, "folder")
        self.every = Whole("every", 1)(every)
        self._writer = None

    def on_train_begin(self, logs=None):
        """Begin an event file with the graph of the networks."""
        self._writer = tf.summary.create_file_writer(str(self.folder))
        with self._writer.as_default(step=self.model.step):
            if networks := _networks(self.model):
                tf.summary.graph(_graph_of(networks))
            self._write_large()

    def on_train_batch_end(self, batch, logs=None):
        """Write scalars, and when they are due pictures and histograms."""
        with self._writer.as_default(step=batch + 1):
            for name, value in (logs or {}).items():
                if math.isfinite(value):
                    tf.summary.scalar(f"measured/{name}", value)
            for name, value in self.model.live.snapshot().items():
                if isinstance(value, (int, float)):
                    tf.summary.scalar(f"live/{name}", float(value))
            if (batch + 1) % self.every == 0:
                self._write_large()

    def on_train_end(self, logs=None):
        """End the event file."""
        self._writer.close()

    def _write_large(self):
        if hasattr(self.model, "sample_picture"):
            picture = self.model.sample_picture()
            tf.summary.image("samples", picture.reshape(1, *picture.shape[:2], -1))
        for weight in self.model.trainable_variables:
            tf.summary.histogram(weight.path, weight.value)


def _networks(model):
    """Return the networks that a model is made of."""
    return [layer for layer in model.layers if isinstance(layer, keras.Model) and getattr(layer, "inputs", None)]


def _graph_of(networks):
    """Trace each network once, side by side in one graph."""

    @tf.function(autograph=False)
    def run():
        for network in networks:
            inputs = [tf.zeros((1, *tensor.shape[1:]), tensor.dtype) for tensor in network.inputs]
            network(inputs[0] if len(inputs) == 1 else inputs, training=False)

    return run.get_concrete_function().graph
