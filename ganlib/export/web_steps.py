"""The networks of the page: a list of steps that its JavaScript runs, and their weights as text."""

import base64

import numpy as np

from ganlib.keras_files.errors import ExportError
from ganlib.keras_files.graph import graph_of

PASSED_OVER = ("Flatten", "Reshape", "Dropout")  # they move no number of a row


def steps_of(network, arrays):
    """Return what the page does for each layer, and append its arrays to `arrays`.

    Every step takes values "from" numbered places and puts one "to" a place; the first places hold the inputs.

    Raises
    ------
    ExportError
        The page does not know a layer; its name and the reason are in the message.
    """
    graph, steps = graph_of(network), []
    places = {name: number for number, name in enumerate(graph.inputs)}
    shapes = {node.name: tuple(node.config["batch_shape"][1:]) for node in graph.nodes if node.kind == "InputLayer"}
    for node in graph.nodes:
        if node.kind == "InputLayer":
            continue
        layer, taken = layer_of(network, node), [shapes[name] for name in node.inputs]
        sources = [places[name] for name in node.inputs]
        for step in _steps_of_layer(layer, node, taken, arrays):
            steps.append({**step, "from": sources, "to": len(graph.inputs) + len(steps)})
            sources = [steps[-1]["to"]]
        (places[node.name],) = sources
        shapes[node.name] = _shape_after(layer, taken)
    return steps


def layer_of(network, node):
    """Return the layer of a node, which may be inside of a network in the network."""
    for name in node.path:
        network = network.get_layer(name)
    return network


def _shape_after(layer, taken):
    shapes = [(None, *shape) for shape in taken]
    return tuple(layer.compute_output_shape(shapes[0] if len(shapes) == 1 else shapes)[1:])


def _steps_of_layer(layer, node, taken, arrays):
    """Return the steps of one layer, whose inputs have the shapes `taken`; ExportError if the page cannot run it."""
    if node.own or node.kind not in (*_STEPS, *PASSED_OVER):
        raise ExportError(
            f"The page cannot run the layer {node.name}: {node.kind} is none of {', '.join((*_STEPS, *PASSED_OVER))}; "
            f"export to ONNX instead."
        )
    if node.kind in PASSED_OVER:
        return []
    try:
        return _STEPS[node.kind](layer, node.config, taken, arrays)
    except ExportError as reason:
        raise ExportError(f"The page cannot run the layer {node.name} ({node.kind}): {reason}.") from reason


def _dense(layer, config, taken, arrays):
    if len(taken[0]) != 1:
        raise ExportError("it takes no flat row of numbers")
    step = {"op": "dense", "arrays": _add_weights(layer, layer.kernel.numpy(), arrays)}
    return [step, *_activation(layer, config, taken, arrays)]


def _add_weights(layer, kernel, arrays):
    """Append a kernel, one row for each number that is taken, and the bias; return their shapes."""
    bias = layer.bias.numpy() if layer.use_bias else np.zeros(kernel.shape[1])
    arrays += [kernel, bias]
    return {"kernel": list(kernel.shape), "bias": [len(bias)]}


def _convolution(layer, config, taken, arrays):
    """Describe a convolution, or a transposed one, which is the same with its small and its large map swapped."""
    if config["data_format"] != "channels_last" or config.get("groups", 1) != 1 or set(layer.dilation_rate) != {1}:
        raise ExportError("its channels come first or in groups, or its kernel has holes")
    if config.get("output_padding") is not None:
        raise ExportError("its output is padded")
    transposed, kernel, given = "Transpose" in type(layer).__name__, layer.kernel.numpy(), _shape_after(layer, taken)
    small, large = (taken[0], given) if transposed else (given, taken[0])
    kernel = kernel.swapaxes(2, 3) if transposed else kernel
    margins = [
        max((small[i] - 1) * layer.strides[i] + layer.kernel_size[i] - large[i], 0) // 2 for i in (0, 1)
    ]  # what "same" adds above and to the left; 0 for "valid"
    step = {
        "op": "transposed" if transposed else "convolution",
        "taken": taken[0],
        "given": given,
        "kernel_size": layer.kernel_size,
        "strides": layer.strides,
        "margins": margins,
        "arrays": _add_weights(layer, kernel.reshape(-1, kernel.shape[-1]), arrays),
    }
    return [step, *_activation(layer, config, [given], arrays)]


def _activation(layer, config, taken, arrays):
    name = config["activation"]
    if name == "linear":
        return []
    if name == "relu":
        return [{"op": "leaky", "slope": 0.0}]
    if name in ("tanh", "sigmoid"):
        return [{"op": name}]
    raise ExportError(f"it does not know the activation {name!r}")


def _leaky(layer, config, taken, arrays):
    return [{"op": "leaky", "slope": float(config["negative_slope"])}]


def _relu(layer, config, taken, arrays):
    if config["max_value"] is not None or config["threshold"]:
        raise ExportError("it is no plain ReLU")
    return _leaky(layer, config, taken, arrays)


def _batch_norm(layer, config, taken, arrays):
    """Fold the moving statistics into one multiplication and one addition."""
    if np.ravel(layer.axis).tolist() not in ([-1], [len(taken[0])]):
        raise ExportError("it does not normalise the last axis")
    scale = 1 / np.sqrt(layer.moving_variance.numpy().astype(np.float64) + layer.epsilon)
    scale = scale * (layer.gamma.numpy() if layer.scale else 1)
    shift = (layer.beta.numpy() if layer.center else 0) - layer.moving_mean.numpy() * scale
    arrays += [scale, shift]
    return [{"op": "affine", "arrays": {"scale": [len(scale)], "shift": [len(shift)]}}]


def _joined(layer, config, taken, arrays):
    if any(len(shape) != 1 for shape in taken):
        raise ExportError("it takes no flat rows of numbers")
    return [{"op": "join"}]


def _product(layer, config, taken, arrays):
    if any(len(shape) != 1 for shape in taken) or layer.normalize:
        raise ExportError("it is no plain product of two rows of numbers")
    return [{"op": "product"}]


def _sum(layer, config, taken, arrays):
    if len(set(taken)) != 1:
        raise ExportError("it adds inputs of different shapes")
    return [{"op": "sum"}]


_STEPS = {
    "Dense": _dense,
    "Conv2D": _convolution,
    "Conv2DTranspose": _convolution,
    "LeakyReLU": _leaky,
    "ReLU": _relu,
    "Activation": _activation,
    "BatchNormalization": _batch_norm,
    "Concatenate": _joined,
    "Dot": _product,
    "Add": _sum,
}


def pack(array, bits):
    """Turn an array into bytes: a vector as float32, a kernel (rows, columns) as whole numbers with a scale per column.

    The scales come first, then the whole numbers in planes of bytes, the lowest first. A whole number w stands for the
    weight (w - `half_of(bits)`) times the scale of its column.
    """
    if array.ndim == 1:
        return array.astype("<f4").tobytes()
    half = half_of(bits)
    scale = (np.maximum(np.abs(array).max(0), 1e-30) / (half - 1)).astype("<f4")
    whole = (np.rint(array / scale.astype(np.float64)) + half).astype(np.uint32)
    planes = ((whole >> 8 * plane & 255).astype(np.uint8) for plane in range(planes_of(bits)))
    return scale.tobytes() + b"".join(plane.tobytes() for plane in planes)


def half_of(bits):
    """Return the whole number that stands for a weight of 0."""
    return 2 ** (bits - 1)


def planes_of(bits):
    """Return how many bytes a weight takes before they are compressed."""
    return -(-bits // 8)


def fill(network, steps, content, at, bits):
    """Give a network the weights of a page.

    Parameters
    ----------
    network : keras.Model
        Built like the one that `steps_of` read; its weights are replaced.
    steps : list of dict
        What `steps_of` returned.
    content : bytes
        The arrays of all networks of the page.
    at : int
        Where the arrays of this network begin, in bytes.
    bits : int
        Of a weight.

    Returns
    -------
    int
        Where they end, in bytes.
    """
    layers = (layer_of(network, node) for node in graph_of(network).nodes if node.kind != "InputLayer")
    of_steps = (step["arrays"] for step in steps if "arrays" in step)
    for layer, shapes in zip((layer for layer in layers if layer.weights), of_steps, strict=True):
        arrays = []
        for shape in shapes.values():
            array = np.frombuffer(content, "<f4", shape[-1], at)
            at += array.nbytes
            if len(shape) == 2:
                count = planes_of(bits)
                planes = np.frombuffer(content, np.uint8, count * shape[0] * shape[1], at).reshape(count, *shape)
                at += planes.size
                array = (np.tensordot(256.0 ** np.arange(count), planes, 1) - half_of(bits)) * array
            arrays.append(array)
        _set_weights(layer, *arrays)
    return at


def _set_weights(layer, first, second):
    """Give a layer its kernel and bias, or the scale and the shift to which a batch normalisation was folded."""
    if type(layer).__name__ != "BatchNormalization":
        shape = layer.kernel.shape
        if "Transpose" in type(layer).__name__:
            first = first.reshape(*shape[:2], shape[3], shape[2]).swapaxes(2, 3)
        layer.set_weights([first.reshape(shape), second][: len(layer.weights)])
        return
    layer.moving_variance.assign(np.full_like(first, 1 - layer.epsilon) if layer.scale else first**-2 - layer.epsilon)
    layer.moving_mean.assign(np.zeros_like(second) if layer.center else -second / np.where(first, first, 1))
    if layer.scale:
        layer.gamma.assign(first)
    if layer.center:
        layer.beta.assign(second)


def to_text(content):
    """Write bytes in base 85 (RFC 1924), with a comma for "<", which HTML would take for a tag."""
    return base64.b85encode(content, pad=True).decode().replace("<", ",")


def from_text(text):
    """Read what `to_text` wrote; up to three zero bytes may follow."""
    return base64.b85decode(text.replace(",", "<"))
