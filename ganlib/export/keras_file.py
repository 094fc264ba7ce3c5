"""`.keras`: Keras 3's own file, for Python."""

from ganlib._tensorflow import keras
from ganlib.export.delivery import Format, deliver
from ganlib.export.source import outputs_of
from ganlib.keras_files.errors import ExportError


def write_keras(source, path):
    """Write the file; refuse a layer whose code it would not hold."""
    for layer in source.network._flatten_layers(include_self=False):
        if not type(layer).__module__.startswith("keras.") or isinstance(layer, keras.layers.Lambda):
            raise ExportError(
                f"The layer {layer.name} ({type(layer).__name__}) is code of your own, which a .keras file does not "
                f"hold: build the network from Keras's layers, or keep it with save() beside its code."
            )
    source.network.save(path)


def read_keras(source, path, inputs):
    """Return what the network in a file says; refuse a file that Keras cannot read without code of somebody's own."""
    try:
        network = keras.saving.load_model(path, compile=False)
    except OSError:
        raise
    except Exception as error:  # Keras raises TypeError, ValueError and others, all of one meaning
        raise ExportError(
            f"Keras cannot read {source.network.name} again, most likely because an activation or another function in "
            f"it is code of your own, which a .keras file does not hold: build it from what Keras has."
        ) from error
    return outputs_of(network, inputs)


KERAS = Format(
    title="Keras 3",
    suffix=".keras",
    write=write_keras,
    read=read_keras,
    lacks="the other networks of the model, optimizers, random state",
    use="""
import keras
import numpy as np

network = keras.saving.load_model("{name}")
inputs = [np.random.standard_normal((1, *given.shape[1:])).astype("float32") for given in network.inputs]
outputs = network(inputs if len(inputs) > 1 else inputs[0])
""",
    language="python",
)


def to_keras(model, path, *, part=None, overwrite=False, evaluations=None, method=None, guidance=None):
    """Write a network as a `.keras` file, which Keras 3 reads without ganlib; see `deliver`.

    Of a flow it writes all the steps from noise to a picture, as `to_onnx` does.
    `gan.save(path)` keeps a whole GAN to train on, `gan.train(run=...)` a whole run.
    """
    sampling = {"evaluations": evaluations, "method": method, "guidance": guidance}
    return deliver(KERAS, model, path, part, overwrite, sampling)
