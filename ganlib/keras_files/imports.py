"""Reading networks from files: Keras 3's `.keras`, Keras 2's `.h5`, weights. No pickles, no code out of a file."""

import contextlib
import copy
import io
import json
import math
import zipfile

from ganlib._tensorflow import keras, tf
from ganlib.keras_files.errors import ExportError
from ganlib.keras_files.hdf5 import check_announced, open_plain
from ganlib.keras_files.keras2 import read_keras2
from ganlib.paths import as_path

OLD = (".h5", ".hdf5")


def read_network(path, network=None, part=None):
    """Read a network.

    Parameters
    ----------
    path : str or Path
        A `.keras` file of Keras 3, an `.h5` or `.hdf5` file of Keras 2, or a `.weights.h5` file of either.
    network : keras.Model or None
        Gets the weights of a file that holds nothing but weights.
    part : str or None
        "generator" or "discriminator": without a network such weights go into the classic one, dense or convolutional,
        of the sizes that they have.

    Returns
    -------
    keras.Model
        Without optimizer.

    Raises
    ------
    ExportError
        The file is not there, is damaged, leads to other files, announces more than it can hold, or holds layers that
        are not built from plain data.
    """
    path = as_path(path)
    if not is_file(path):
        raise ExportError(f"{path!s:.200} cannot be read: there is no such file. Check the path.")
    if path.suffix.lower() in OLD:
        return read_keras2(path, network, part)
    if path.suffix.lower() != ".keras":
        raise ExportError(f"{path.name} is not a Keras file: give a .keras, .h5 or .hdf5 file.")
    try:
        _check_archive(path)
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except ExportError:
        raise
    except Exception as error:  # damaged bytes and unknown layers raise a dozen kinds of error, all of one meaning
        raise ExportError(
            f"{path} cannot be read: it is damaged, or holds code, which is not run, or layers of your own, "
            "whose module you must import first."
        ) from error


def is_file(path):
    """Tell whether a file is there: False, too, for a path that the system cannot even look up."""
    try:
        return path.is_file()
    except OSError:
        return False


def _check_archive(path):
    """Refuse a `.keras` file that announces more than it can hold, before Keras unpacks it and builds its network."""
    size = path.stat().st_size
    with zipfile.ZipFile(path) as archive:
        check_announced(path, sum(member.file_size for member in archive.infolist()), size)
        if any(member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for member in archive.infolist()):
            raise zipfile.BadZipFile("Keras packs in no such way, and Python unpacks it without bounds")
        check_announced(path, _described_size(json.loads(archive.read("config.json"))), size)
        with open_plain(path, io.BytesIO(archive.read("model.weights.h5"))):
            pass


def _described_size(described):
    """Return how many bytes the weights of whatever Keras described take, in float32; nothing is allocated for them."""
    if isinstance(described, dict) and "class_name" in described:
        # What cannot be built there, such as a GAN, has parts that can; what else is wrong, Keras says when it loads.
        with contextlib.suppress(Exception), tf.Graph().as_default():  # nothing is allocated there
            built = keras.saving.deserialize_keras_object(copy.deepcopy(described), safe_mode=True)
            return sum(4 * math.prod(weight.shape) for weight in getattr(built, "weights", ()))
    parts = described.values() if isinstance(described, dict) else described if isinstance(described, list) else ()
    return sum(map(_described_size, parts))


def give_logits(discriminator):
    """Return an old discriminator without the sigmoid at its end, if it has one: the losses of a GAN contain it."""
    last = discriminator.layers[-1]
    while getattr(last, "layers", None):  # a network around a network, as the classic code has it
        last = last.layers[-1]
    if getattr(last, "activation", None) is keras.activations.sigmoid:
        last.activation = keras.activations.linear
    return discriminator
