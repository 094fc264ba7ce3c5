"""`.keras`: Keras 3's own file, for Python."""

from ganlib._tensorflow import keras
from ganlib.export.delivery import Format, deliver
from ganlib.export.source import outputs_of

KERAS = Format(
    title="Keras 3",
    suffix=".keras",
    write=lambda source, path: source.network.save(path),
    read=lambda path, inputs: outputs_of(keras.saving.load_model(path, compile=False), inputs),
    lacks="the other networks of the model, optimizers, random state",
    use="""
import keras
import numpy as np

network = keras.saving.load_model("{name}")
outputs = network(np.random.standard_normal((1, *network.input_shape[1:])).astype("float32"))
""",
    language="python",
)


def to_keras(model, path, *, part=None, overwrite=False):
    """Write a network as a `.keras` file, which Keras 3 reads without ganlib; see `deliver`.

    `gan.save(path)` keeps a whole GAN to train on, `gan.train(run=...)` a whole run.
    """
    return deliver(KERAS, model, path, part, overwrite)
