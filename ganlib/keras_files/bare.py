"""Weights that were saved without their network: which one they belong to, and how they get into it."""

import math
import re

from ganlib import builders
from ganlib._tensorflow import keras, tf
from ganlib.keras_files.errors import ExportError

NOT_WEIGHTS = re.compile(r"(^|/)(optimizer|seed_generator)/")


def is_of_keras3(datasets):
    """Tell whether arrays, by their paths in a file, are what `save_weights` of Keras 3 writes."""
    return any(path.split("/")[-2:-1] == ["vars"] for path in datasets)


def load_keras3(path, datasets, network=None, part=None):
    """Return a network with the weights of a `.weights.h5` file; see `choose`."""
    paths = sorted((name for name in datasets if not NOT_WEIGHTS.search(name)), key=_by_number)
    network = choose(path, [datasets[name].shape for name in paths], network, part)
    for holder in (network, keras.Model(network.inputs, network(network.inputs))):  # as the classic code wraps it
        try:
            holder.load_weights(path)
        except ValueError:
            continue
        return network
    raise ExportError(_does_not_fit(path, len(paths), network))


def _by_number(path):
    """Sort dense_2 before dense_10; a first layer has no number."""
    return [(re.sub(r"_\d+$", "", name), int(re.search(r"\d*$", name)[0] or 0)) for name in path.split("/")]


def choose(path, shapes, network=None, part=None):
    """Return the network that weights belong to.

    Parameters
    ----------
    path : Path
        Named in errors.
    shapes : list of tuple of int
        Of the weights, in the order in which layers of the same kind follow each other.
    network : keras.Model or None
        The network that the caller says they belong to.
    part : str or None
        "generator" or "discriminator": without a network, the classic one of these sizes.

    Raises
    ------
    ExportError
        The weights are not of its shapes, or nothing is known about their network.
    """
    if network is None and part not in ("generator", "discriminator"):
        raise ExportError(f"{path} holds weights without a network: say which network they belong to, with network=.")
    if network is not None:
        if not isinstance(network, keras.Model):
            raise ExportError(f"Weights belong in a Keras model, not in a {type(network).__name__}.")
        if not _fit(network, shapes):
            raise ExportError(_does_not_fit(path, len(shapes), network))
        return network
    with tf.Graph().as_default():  # nothing is allocated there
        known = _fit(_classic(part, shapes), shapes)
    if not known:
        raise ExportError(
            f"{path} holds {len(shapes)} arrays of weights without a network, and they are not those of the classic "
            f"{part}: build the network that they were saved from, fill it with its load_weights(), and give it to "
            f"GAN({part}=...)."
        )
    return _classic(part, shapes)


def _fit(network, shapes):
    return network is not None and sorted(shapes) == sorted(tuple(weight.shape) for weight in network.weights)


def _does_not_fit(path, count, network):
    return f"The {count} arrays of weights in {path} do not fit {network.name}: build the network they were saved from."


def _classic(part, shapes):
    """Build the dense or convolutional network that weights of these shapes may belong to, or return None."""
    dense, conv = ([shape for shape in shapes if len(shape) == axes] for axes in (2, 4))
    try:
        if part == "generator" and conv:
            return builders.build_conv_generator(dense[0][0], filters=dense[0][1] // 98)  # 7 by 7, twice as many
        if part == "generator":
            return builders.build_generator(dense[0][0], _square(dense[-1][1]), [shape[1] for shape in dense[:-1]])
        if conv:
            return builders.build_conv_discriminator(filters=conv[0][-1])
        return builders.build_discriminator(_square(dense[0][0]))
    except (IndexError, ValueError):  # sizes that make no network
        return None


def _square(pixels):
    side = math.isqrt(pixels)
    return side, side, 1
