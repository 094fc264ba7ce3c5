"""Reading networks from files: Keras 3's `.keras`, Keras 2's `.h5`. No pickles, no code out of a file."""

from pathlib import Path

from ganlib._tensorflow import keras
from ganlib.export.errors import ExportError
from ganlib.export.keras2 import read_keras2

OLD = (".h5", ".hdf5")


def read_network(path, network=None):
    """Read a network.

    Parameters
    ----------
    path : str or Path
        A `.keras` file of Keras 3, or an `.h5` or `.hdf5` file of Keras 2.
    network : keras.Model or None
        Gets the weights of an old file that holds nothing but weights.

    Returns
    -------
    keras.Model
        Without optimizer.

    Raises
    ------
    ExportError
        The file is not there, is damaged, or holds layers that are not built from plain data.
    """
    path = Path(path)
    if not path.is_file():
        raise ExportError(f"{path} cannot be read: it is not there.")
    if path.suffix.lower() in OLD:
        return read_keras2(path, network)
    if path.suffix.lower() != ".keras":
        raise ExportError(f"{path.name} is no file of Keras: .keras, .h5 and .hdf5 are read.")
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:  # damaged bytes and unknown layers raise a dozen kinds of error, all of one meaning
        raise ExportError(
            f"{path} cannot be read: it is damaged, or holds code, which is not run, or layers of somebody's own, "
            "which must be imported first."
        ) from error


def give_logits(discriminator):
    """Take the sigmoid from the end of an old discriminator, and return it: the losses of a GAN contain it."""
    last = discriminator.layers[-1]
    if getattr(last, "activation", None) is keras.activations.sigmoid:
        last.activation = keras.activations.linear
    return discriminator
