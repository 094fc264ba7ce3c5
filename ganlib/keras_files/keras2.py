"""Reading Keras 2's HDF5 files, which old tutorials and Deeplearning4j share: safely, layer by layer.

Only the layers of `LAYERS` are built, from plain numbers and words. Nothing is unpickled, no code in a file runs, and a
Lambda layer is refused.
"""

import json
from pathlib import Path

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.keras_files.bare import choose, is_of_keras3, load_keras3
from ganlib.keras_files.errors import ExportError
from ganlib.keras_files.graph import read_graph
from ganlib.keras_files.hdf5 import datasets_in, open_plain

layers = keras.layers
ACTIVATIONS = (  # without hard_sigmoid, which is another function in Keras 3
    "linear",
    "relu",
    "relu6",
    "elu",
    "selu",
    "tanh",
    "sigmoid",
    "softmax",
    "softplus",
    "softsign",
    "swish",
    "silu",
    "gelu",
    "leaky_relu",
)


def _of(build, *names, **renamed):
    """Make a builder of a layer that takes these entries of a Keras 2 configuration, those under a new name last."""

    def make(config):
        given = {name: config[name] for name in names if config.get(name) is not None}
        given |= {new: config[old] for old, new in renamed.items() if config.get(old) is not None}
        return build(**given)

    return make


_CONV = ("filters", "kernel_size", "strides", "padding", "dilation_rate", "use_bias", "activation")
_POOL = ("pool_size", "strides", "padding")
LAYERS = {
    "Dense": _of(layers.Dense, "units", "use_bias", "activation"),
    "Conv2D": _of(layers.Conv2D, *_CONV),
    "Conv2DTranspose": _of(layers.Conv2DTranspose, *_CONV),
    "LeakyReLU": _of(layers.LeakyReLU, "negative_slope", alpha="negative_slope"),
    "ReLU": _of(layers.ReLU, "max_value", "negative_slope", "threshold"),
    "Activation": _of(layers.Activation, "activation"),
    "BatchNormalization": _of(layers.BatchNormalization, "momentum", "epsilon", "center", "scale"),
    "Reshape": _of(layers.Reshape, "target_shape"),
    "Flatten": _of(layers.Flatten),
    "Dropout": _of(layers.Dropout, "rate"),
    "UpSampling2D": _of(layers.UpSampling2D, "size", "interpolation"),
    "ZeroPadding2D": _of(layers.ZeroPadding2D, "padding"),
    "MaxPooling2D": _of(layers.MaxPooling2D, *_POOL),
    "AveragePooling2D": _of(layers.AveragePooling2D, *_POOL),
    "Concatenate": _of(layers.Concatenate, "axis"),
    "Multiply": _of(layers.Multiply),
    "Add": _of(layers.Add),
    "Embedding": _of(layers.Embedding, "input_dim", "output_dim"),
}


def read_keras2(path, network=None, part=None):
    """Build the network that an `.h5` file holds, with its weights.

    Parameters
    ----------
    path : str or Path
        What `model.save("name.h5")` or `model.save_weights("name.h5")` of Keras 2 wrote, or `to_dl4j`; or what
        `model.save_weights("name.weights.h5")` of Keras 3 wrote.
    network : keras.Model or None
        Gets the weights if the file holds nothing but weights.
    part : str or None
        "generator" or "discriminator": without a network such weights go into the classic one, dense or convolutional,
        of the sizes that they have.

    Returns
    -------
    keras.Model
        Without an optimizer; networks inside networks are unpacked into one.

    Raises
    ------
    ExportError
        The file is not there, is damaged, leads to other files, announces more than it can hold, or holds a layer that
        is not built from plain data; or its weights fit no network.
    """
    path = Path(path)
    with open_plain(path) as file:
        stored = file.attrs.get("model_config")
        found = datasets_in(file, path)
        if stored is None and is_of_keras3(found):
            return load_keras3(path, found, network, part)
        weights = _weights_in(file.get("model_weights", file), path)
        if stored is None:
            return _fill_in_order(path, network, part, weights)
        graph = _read_description(path, stored)
        with tf.Graph().as_default():  # allocates nothing: check first whether the weights fit
            _check_shapes(path, _build(path, graph)[1], weights)
        network, made = _build(path, graph)
        for node, layer in made:
            for variable in layer.weights:
                variable.assign(np.asarray(weights[_key(node, variable)]))
        return network


def _read_description(path, stored):
    try:
        model = json.loads(stored)
        return read_graph(model["class_name"], model["config"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, RecursionError) as error:
        if isinstance(error, ExportError):
            raise
        raise ExportError(f"{path} is damaged: its description of the network cannot be read.") from error


def _build(path, graph):
    try:
        return build_graph(graph)
    except ExportError:
        raise
    except Exception as error:  # Keras and TensorFlow raise a dozen kinds of error for sizes that do not fit
        raise ExportError(f"{path} is damaged: the network that it describes cannot be built.") from error


def build_graph(graph):
    """Build the layers of a graph.

    Returns
    -------
    network : keras.Model
        A `keras.Sequential` if every layer follows the one before.
    made : list of (Node, keras.layers.Layer)
    """
    made = [(node, _build_layer(node)) for node in graph.nodes if node.kind != "InputLayer"]
    if graph.is_chain:
        network = keras.Sequential([_build_input(graph.nodes[0]), *(layer for _, layer in made)])
    else:
        values = {node.name: _build_input(node) for node in graph.nodes if node.kind == "InputLayer"}
        for node, layer in made:
            given = [values[name] for name in node.inputs]
            values[node.name] = layer(given[0] if len(given) == 1 else given)
        ends = ([values[name] for name in names] for names in (graph.inputs, graph.outputs))
        network = keras.Model(*(end[0] if len(end) == 1 else end for end in ends))
    for node, layer in made:
        if node.kind != "BatchNormalization":
            continue
        if np.ravel(node.config.get("axis", -1))[0] not in (-1, layer.input_spec.ndim - 1):
            raise ExportError(f"The layer {node.name} normalises another axis than the last, which is not read.")
    return network, made


def _build_input(node):
    shape = node.config["batch_shape"][1:]
    dtype = node.config["dtype"] if isinstance(node.config["dtype"], str) else "float32"
    return keras.Input(tuple(shape), dtype=dtype, name=node.name)


def _build_layer(node):
    """Build one layer from plain data; ExportError for anything else."""
    config = node.config
    if node.own or node.kind not in LAYERS:
        what = "holds code" if node.kind == "Lambda" else "is none of the layers that are read"
        raise ExportError(
            f"The layer {node.name} ({node.kind}) {what}: only {', '.join(LAYERS)} are built from a file."
        )
    if not isinstance(activation := config.get("activation") or "linear", str) or activation not in ACTIVATIONS:
        named = activation if isinstance(activation, str) else "which holds code or a layer"
        raise ExportError(f"The layer {node.name} has an activation of its own ({named[:40]}), which is not read.")
    if config.get("data_format") not in (None, "channels_last"):
        raise ExportError(f"The layer {node.name} puts channels first; only channels_last is read.")
    if config.get("output_padding") is not None:
        raise ExportError(f"The layer {node.name} has an output padding of its own, which is not read.")
    if node.kind == "BatchNormalization" and np.ravel(config.get("axis", -1)).tolist() not in ([-1], [1], [2], [3]):
        raise ExportError(f"The layer {node.name} normalises several axes at once, which is not read.")
    try:
        layer = LAYERS[node.kind](config)
    except (TypeError, ValueError, KeyError) as error:
        raise ExportError(f"The layer {node.name} ({node.kind}) is described wrongly: {error}") from error
    layer.name = node.name
    return layer


def _weights_in(group, path):
    """Return a dict of "layer/weight" to its array, unread, in the order in which the file lists them."""
    found, datasets = {}, datasets_in(group, path)
    order = group.attrs.get("layer_names")
    for layer in list(group) if order is None else [_text(name) for name in order]:
        for name in map(_text, group[layer].attrs.get("weight_names", [])):
            parts = name.split("/")
            key = f"{parts[-2] if len(parts) > 1 else layer}/{parts[-1].split(':')[0]}"
            if parts[-1].split(":")[0] not in _ORDER:
                raise ValueError(f"{name} is no weight of a layer that is read")
            found[key] = datasets[f"{layer}/{name}"]
    return found


def _text(name):
    return name.decode() if isinstance(name, bytes) else str(name)


def _key(node, variable):
    return f"{node.path[-1]}/{variable.name}"


def _check_shapes(path, made, weights):
    for node, layer in made:
        for variable in layer.weights:
            array = weights.get(_key(node, variable))
            if array is None or array.shape != tuple(variable.shape):
                raise ExportError(
                    f"{path} is damaged: it lacks {variable.name} {tuple(variable.shape)} of {node.name}."
                )


_ORDER = ("embeddings", "kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")


def _fill_in_order(path, network, part, weights):
    """Put weights that came without a description into a network, layer by layer."""
    owners = list(dict.fromkeys(key.split("/")[0] for key in weights))
    order = sorted(weights, key=lambda key: (owners.index(key.split("/")[0]), _ORDER.index(key.split("/")[1])))
    network = choose(path, [weights[key].shape for key in order], network, part)
    network.set_weights([np.asarray(weights[key]) for key in order])
    return network
