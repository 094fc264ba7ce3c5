"""Deeplearning4j: Keras 2's dialect of HDF5, written from scratch as its importer wants it.

The importer of 1.0.0-M2.1, the newest release, refuses what Keras 3 writes. What it wants (the names of the entries,
the types of numbers, the layers it knows) was read in `org.deeplearning4j.nn.modelimport.keras` and tried in Java:
tests/export/dl4j.
"""

import json
import re

import h5py
import numpy as np

from ganlib.export.delivery import Format, deliver
from ganlib.export.source import outputs_of
from ganlib.keras_files.errors import ExportError
from ganlib.keras_files.graph import Graph, graph_of
from ganlib.keras_files.keras2 import read_keras2

DIALECT = "2.15.0"
ACTIVATIONS = (  # without hard_sigmoid, which is another function there
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
)
NAMES_OF_WEIGHTS = ("kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance")
BATCH_NORM = ("gamma", "beta", "moving_mean", "moving_variance")


def _plain(*names):
    """Make a writer that keeps these entries of Keras 3's configuration as they are."""
    return lambda config: {name: config[name] for name in names}


def _with_activation(*names):
    def write(config):
        return {**_plain(*names, "use_bias")(config), "activation": _activation(config), **_regular()}

    return write


def _activation(config):
    activation = config["activation"]
    if activation not in ACTIVATIONS:
        raise ExportError(f"its activation {activation!r} is not known there")
    return activation


def _regular():
    """Return what Keras 2 writes beside a kernel; the first weights do not matter to a trained network."""
    kinds = ("kernel_regularizer", "bias_regularizer", "activity_regularizer", "kernel_constraint", "bias_constraint")
    initial = {"class_name": "GlorotUniform", "config": {"seed": None}}
    zeros = {"class_name": "Zeros", "config": {}}
    return {"kernel_initializer": initial, "bias_initializer": zeros, **dict.fromkeys(kinds)}


def _convolution(config):
    if config.get("groups", 1) != 1:
        raise ExportError("its channels are in groups")
    if config.get("output_padding") is not None:
        raise ExportError("its output is padded")
    names = ("filters", "kernel_size", "strides", "padding", "dilation_rate")
    return {**_with_activation(*names)(config), "data_format": _channels(config)}


def _channels(config):
    if config["data_format"] != "channels_last":
        raise ExportError("it puts channels first")
    return "channels_last"


def _batch_norm(config):
    if not (config["center"] and config["scale"]):
        raise ExportError("it has no gamma or no beta")
    kinds = {"beta": "Zeros", "gamma": "Ones", "moving_mean": "Zeros", "moving_variance": "Ones"}
    initial = {f"{name}_initializer": {"class_name": kind, "config": {}} for name, kind in kinds.items()}
    absent = dict.fromkeys(("beta_regularizer", "gamma_regularizer", "beta_constraint", "gamma_constraint"))
    numbers = {"momentum": float(config["momentum"]), "epsilon": float(config["epsilon"])}
    return {"axis": np.ravel(config["axis"]).tolist(), **numbers, "center": True, "scale": True, **initial, **absent}


def _relu(config):
    if config["max_value"] is not None or config["negative_slope"] or config["threshold"]:
        raise ExportError("it is no plain ReLU; use LeakyReLU, or Activation('relu6')")
    return {"activation": "relu"}


def _pooling(config):
    return {**_plain("pool_size", "strides", "padding")(config), "data_format": _channels(config)}


def _upsampling(config):
    if config["interpolation"] != "nearest":
        raise ExportError("it interpolates, and only repeating pixels is possible")
    return {"size": config["size"], "interpolation": "nearest", "data_format": _channels(config)}


# For each layer: its class in Keras 2, and how its configuration is written there.
LAYERS = {
    "Dense": ("Dense", _with_activation("units")),
    "Conv2D": ("Conv2D", _convolution),
    "Conv2DTranspose": ("Conv2DTranspose", _convolution),
    "LeakyReLU": ("LeakyReLU", lambda config: {"alpha": float(config["negative_slope"])}),
    "ReLU": ("Activation", _relu),
    "Activation": ("Activation", lambda config: {"activation": _activation(config)}),
    "BatchNormalization": ("BatchNormalization", _batch_norm),
    "Reshape": ("Reshape", _plain("target_shape")),
    "Flatten": ("Flatten", lambda config: {"data_format": _channels(config)}),
    "Dropout": ("Dropout", lambda config: {"rate": float(config["rate"]), "noise_shape": None, "seed": None}),
    "UpSampling2D": ("UpSampling2D", _upsampling),
    "ZeroPadding2D": ("ZeroPadding2D", lambda config: {"padding": config["padding"], "data_format": _channels(config)}),
    "MaxPooling2D": ("MaxPooling2D", _pooling),
    "AveragePooling2D": ("AveragePooling2D", _pooling),
    "Concatenate": ("Concatenate", _plain("axis")),
}


def to_dl4j(model, path, *, part=None, overwrite=False):
    """Write a network as an `.h5` file that Deeplearning4j's Keras import reads; see `deliver`.

    A reshape at the very end, which turns a row of pixels into a picture, is left out: Deeplearning4j gives the row.

    Raises
    ------
    ExportError
        Deeplearning4j cannot hold a layer; its name and the reason are in the message.
    """
    return deliver(DL4J, model, path, part, overwrite)


def write_keras2(source, path):
    """Write the file."""
    if source.part == "sampler":
        raise ExportError(
            "Deeplearning4j cannot hold the steps of a flow's sampler, which ask one network again and again: export "
            "it to ONNX instead."
        )
    nodes, inputs, outputs = _nodes_to_write(source.network)
    names = _names(nodes)
    chain = Graph(nodes, inputs, outputs).is_chain
    specs = [{"class_name": kind, "config": config} for kind, config in (_spec(node, names) for node in nodes)]
    name = re.sub(r"\W", "_", source.network.name)
    if chain:
        described = {"class_name": "Sequential", "config": {"name": name, "layers": specs}}
    else:
        described = {"class_name": "Functional", "config": _functional(name, specs, nodes, inputs, outputs, names)}
    with h5py.File(path, "w") as file:
        file.attrs["keras_version"] = np.bytes_(DIALECT)
        file.attrs["backend"] = np.bytes_("tensorflow")
        file.attrs["model_config"] = np.bytes_(json.dumps(described))
        group = file.create_group("model_weights")
        group.attrs["keras_version"] = np.bytes_(DIALECT)
        group.attrs["backend"] = np.bytes_("tensorflow")
        weights = {names[node.name]: _weights(source.network, node) for node in nodes}
        group.attrs["layer_names"] = np.array([name for name in weights if weights[name]], "S")
        for name, arrays in weights.items():
            if arrays:
                _write_weights(group.create_group(name), name, arrays)


def _write_weights(group, name, arrays):
    group.attrs["weight_names"] = np.array([f"{name}/{weight}:0" for weight in arrays], "S")
    for weight, array in arrays.items():
        group.create_dataset(f"{name}/{weight}:0", data=array.astype(np.float32))


def _nodes_to_write(network):
    """Return the nodes of a network without a reshape at its very end, and the names of its inputs and outputs."""
    graph = graph_of(network)
    nodes, outputs = list(graph.nodes), list(graph.outputs)
    while len(outputs) == 1 and nodes[-1].name == outputs[0] and nodes[-1].kind == "Reshape":
        outputs = list(nodes.pop().inputs)
    return nodes, list(graph.inputs), outputs


def _names(nodes):
    """Return a name for each node that the importer cannot take for a part of a weight's name."""
    names = {}
    for number, node in enumerate(nodes):
        plain = re.sub(r"\W", "_", node.name)
        bad = any(plain in weight for weight in NAMES_OF_WEIGHTS) or plain in names.values()
        names[node.name] = f"layer_{number}_{plain}" if bad else plain
    return names


def _spec(node, names):
    """Return class and configuration of a layer in Keras 2's dialect; refuse what Deeplearning4j cannot hold."""
    common = {"name": names[node.name], "dtype": "float32"}
    if node.kind == "InputLayer":
        shape = node.config["batch_shape"]
        return "InputLayer", {**common, "batch_input_shape": [None, *shape[1:]], "sparse": False, "ragged": False}
    if node.own or node.kind not in LAYERS:
        raise ExportError(
            f"Deeplearning4j cannot hold the layer {node.name}: {node.kind} is none of {', '.join(LAYERS)}; "
            f"export to ONNX instead."
        )
    kind, write = LAYERS[node.kind]
    try:
        return kind, {**common, "trainable": True, **write(node.config)}
    except ExportError as reason:
        raise ExportError(f"Deeplearning4j cannot hold the layer {node.name} ({node.kind}): {reason}.") from reason


def _functional(name, specs, nodes, inputs, outputs, names):
    """Describe a network whose layers do not follow one after the other."""
    for spec, node in zip(specs, nodes, strict=True):
        spec["name"] = names[node.name]
        spec["inbound_nodes"] = [[[names[source], 0, 0, {}] for source in node.inputs]] if node.inputs else []
    ends = {
        "input_layers": [[names[name], 0, 0] for name in inputs],
        "output_layers": [[names[output], 0, 0] for output in outputs],
    }
    return {"name": name, "layers": specs, **ends}


def _weights(network, node):
    """Return the arrays of a layer by name, in Keras 2's order."""
    if node.kind == "InputLayer":
        return {}
    layer = network
    for name in node.path:
        layer = layer.get_layer(name)
    arrays = {variable.name: variable.numpy() for variable in layer.weights if variable.name in NAMES_OF_WEIGHTS}
    return {name: arrays[name] for name in BATCH_NORM} if node.kind == "BatchNormalization" else arrays


def flat_outputs(source, inputs):
    """Return what the network says, as rows of numbers where a reshape at the end was left out."""
    outputs = outputs_of(source.network, inputs)
    return [output.reshape(len(output), -1) for output in outputs] if drops_reshape(source.network) else outputs


def drops_reshape(network):
    """Tell whether the network ends in a reshape, which the file leaves out."""
    return len(_nodes_to_write(network)[0]) < len(graph_of(network).nodes)


def _note(source):
    if not drops_reshape(source.network):
        return ""
    return "The reshape at its end is left out: it gives a row of numbers, a picture line by line."


def _read(source, path, inputs):
    return outputs_of(read_keras2(path), inputs)


DL4J = Format(
    title="Deeplearning4j",
    suffix=".h5",
    write=write_keras2,
    read=_read,
    lacks="the other networks of the model, optimizers, random state, any reshape at the end",
    use="""
// org.deeplearning4j:deeplearning4j-modelimport:1.0.0-M2.1 and org.nd4j:nd4j-native-platform:1.0.0-M2.1
MultiLayerNetwork network = KerasModelImport.importKerasSequentialModelAndWeights("{name}", false);
INDArray outputs = network.output(Nd4j.randn(1, 100));
// a network that branches: ComputationGraph network = KerasModelImport.importKerasModelAndWeights("{name}", false);
""",
    language="java",
    expect=flat_outputs,
    note=_note,
)
