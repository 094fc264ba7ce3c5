"""A page that draws: one HTML file that runs a dense generator, and its discriminator, in any browser.

The page's own code is in assets/web/page.html: plain JavaScript on typed arrays, 2 million multiplications a digit.
Weights are stored as whole numbers of 24 bits with a scale for each unit, in planes of bytes that deflate can shorten,
five characters for four bytes; as 32-bit floats in base64, the classic pair would take 11 MB instead of less than 8.
"""

import base64
import html
import json
import re
import zlib

import numpy as np

from ganlib.data import asset
from ganlib.export.delivery import Format, deliver
from ganlib.export.errors import ExportError
from ganlib.export.graph import graph_of
from ganlib.export.source import outputs_of

HALF = 2**23  # whole numbers from 0 to twice this stand for weights from -1 to 1 times the scale
PASSED_OVER = ("InputLayer", "Flatten", "Reshape", "Dropout")


def to_web(gan, path, *, overwrite=False):
    """Write a page that draws digits with a dense generator; see `deliver`.

    Parameters
    ----------
    gan : GAN or other model
        Its generator, or decoder, makes grey pictures in [-1, 1] from one latent vector. If it has a discriminator, the
        page shows what that thinks.
    path : str or Path
        A name that ends in `.html`.
    overwrite : bool
        Whether what stands at `path` may be replaced.

    Raises
    ------
    ExportError
        The networks are not dense, or make no grey pictures; and as in `deliver`.
    """
    return deliver(WEB, gan, path, None, overwrite)


def write_page(source, path):
    """Write the page."""
    check_pictures(source)
    arrays = []
    networks = {"generator": steps_of(source.network, arrays)}
    if (discriminator := discriminator_of(source)) is not None:
        networks["discriminator"] = steps_of(discriminator, arrays)
    height, width = source.network.output_shape[1:3]
    latent = source.network.input_shape[1]
    packed = zlib.compress(b"".join(arrays), 6)
    described = {"latent": latent, "shape": [height, width], "half": HALF, "packed": len(packed), **networks}
    steps = getattr(source.model, "step", None)
    trained = "" if steps is None else f", trained for {steps:,} steps"
    filled = {
        "TITLE": "A network that draws",
        "ABOUT": f"The {source.part} of a {type(source.model).__name__}{trained}. It turns {latent} random numbers "
        f"into a picture, here in your browser.",
        "HEIGHT": height,
        "WIDTH": width,
        "LATENT": latent,
        "NETWORKS": json.dumps(described).replace("<", "\\u003c"),
        "WEIGHTS": to_text(packed),
    }
    page = asset("web/page.html").read_text(encoding="utf-8")
    for name, value in filled.items():
        text = str(value) if name in ("NETWORKS", "WEIGHTS") else html.escape(str(value))
        page = page.replace(f"__{name}__", text)
    path.write_text(page, encoding="utf-8")


def check_pictures(source):
    """Raise an ExportError unless the network makes grey pictures in [-1, 1] from one vector."""
    network = source.network
    if len(network.inputs) != 1 or len(network.input_shape) != 2:
        raise ExportError(f"The page steers one latent vector, but the {source.part} takes {network.input_shape}.")
    if len(network.outputs) != 1 or len(network.output_shape) != 4 or network.output_shape[3] != 1:
        raise ExportError(f"The page draws grey pictures, but the {source.part} makes {network.output_shape}.")
    if network.output_shape[1] is None or steps_of(network, [])[-1]["op"] != "tanh":
        raise ExportError(f"The page draws pictures from -1 to 1, but the {source.part} does not end in a tanh.")


def discriminator_of(source):
    """Return the discriminator that judges what the network draws, or None."""
    return getattr(source.model, "discriminator", None)


# --- from layers to steps ---------------------------------------------------------------------------------------------


def steps_of(network, arrays):
    """Return what the page does for each layer, and append the bytes of its arrays to `arrays`.

    Raises
    ------
    ExportError
        A layer is not one of a dense network; its name and the reason are in the message.
    """
    graph = graph_of(network)
    if not graph.is_chain:
        raise ExportError(f"The page runs chains of layers, but {network.name} branches.")
    steps = []
    for node in graph.nodes:
        if node.own or node.kind not in (*_STEPS, *PASSED_OVER):
            raise ExportError(
                f"The page cannot run the layer {node.name}: {node.kind} is none of the layers of dense networks, "
                f"{', '.join(_STEPS)}; export to ONNX instead."
            )
        if node.kind in _STEPS:
            layer = network
            for name in node.path:
                layer = layer.get_layer(name)
            steps += _STEPS[node.kind](layer, node, arrays)
    return steps


def _dense(layer, node, arrays):
    kernel, bias = layer.kernel.numpy(), layer.bias.numpy() if layer.use_bias else np.zeros(layer.units)
    arrays += [pack(kernel), bias.astype("<f4").tobytes()]
    step = {"op": "dense", "arrays": {"kernel": list(kernel.shape), "bias": [len(bias)]}}
    return [step, *_activation(layer, node, arrays)]


def _activation(layer, node, arrays):
    name = node.config["activation"]
    if name == "linear":
        return []
    if name == "relu":
        return [{"op": "leaky", "slope": 0.0}]
    if name in ("tanh", "sigmoid"):
        return [{"op": name}]
    raise ExportError(f"The page cannot run the layer {node.name}: it does not know the activation {name!r}.")


def _leaky(layer, node, arrays):
    return [{"op": "leaky", "slope": float(node.config["negative_slope"])}]


def _relu(layer, node, arrays):
    if node.config["max_value"] is not None or node.config["threshold"]:
        raise ExportError(f"The page cannot run the layer {node.name}: it is no plain ReLU.")
    return _leaky(layer, node, arrays)


def _batch_norm(layer, node, arrays):
    """Fold the moving statistics into one multiplication and one addition."""
    if layer.axis not in (-1, len(layer.input.shape) - 1):
        raise ExportError(f"The page cannot run the layer {node.name}: it does not normalise the last axis.")
    scale = 1 / np.sqrt(layer.moving_variance.numpy().astype(np.float64) + layer.epsilon)
    scale = scale * (layer.gamma.numpy() if layer.scale else 1)
    shift = (layer.beta.numpy() if layer.center else 0) - layer.moving_mean.numpy() * scale
    arrays += [array.astype("<f4").tobytes() for array in (scale, shift)]
    return [{"op": "affine", "arrays": {"scale": [len(scale)], "shift": [len(shift)]}}]


_STEPS = {
    "Dense": _dense,
    "LeakyReLU": _leaky,
    "ReLU": _relu,
    "Activation": _activation,
    "BatchNormalization": _batch_norm,
}


def pack(kernel):
    """Turn a kernel, float32 (rows, columns), into bytes: a scale a column, then three planes of whole numbers."""
    scale = (np.maximum(np.abs(kernel).max(0), 1e-30) / (HALF - 1)).astype("<f4")
    whole = (np.rint(kernel / scale.astype(np.float64)) + HALF).astype(np.uint32)
    return scale.tobytes() + b"".join((whole >> shift & 255).astype(np.uint8).tobytes() for shift in (0, 8, 16))


def to_text(content):
    """Write bytes in base 85 (RFC 1924), with a comma for "<", which HTML would take for a tag."""
    return base64.b85encode(content, pad=True).decode().replace("<", ",")


def from_text(text):
    """Read what `to_text` wrote; there may be a few zeros behind it."""
    return base64.b85decode(text.replace(",", "<"))


# --- reading the page back --------------------------------------------------------------------------------------------


def read_page(path, inputs):
    """Run a page's networks as its JavaScript does, from nothing but the file; return pictures, and logits if any."""
    page = path.read_text(encoding="utf-8")
    described = json.loads(re.search(r'id="networks">(.*?)</script>', page, re.DOTALL)[1])
    packed = re.search(r'id="weights">(.*?)</script>', page, re.DOTALL)[1]
    content = zlib.decompress(from_text(packed)[: described["packed"]])
    outputs, at, value = [], 0, np.asarray(inputs[0], np.float64)
    for name in ("generator", "discriminator"):
        for step in described.get(name, []):
            arrays, at = _unpack(content, at, step.get("arrays", {}), described["half"])
            value = _run_step(step, arrays, value)
        if name in described:
            outputs.append(value)
    outputs[0] = outputs[0].reshape(-1, *described["shape"], 1)
    return outputs


def _unpack(content, at, shapes, half):
    """Return the arrays that stand at a place in the bytes, and the place behind them."""
    arrays = {}
    for name, shape in shapes.items():
        arrays[name] = np.frombuffer(content, "<f4", shape[-1], at)
        at += 4 * shape[-1]
        if len(shape) == 2:
            planes = np.frombuffer(content, np.uint8, 3 * shape[0] * shape[1], at).reshape(3, *shape).astype(np.int64)
            whole = planes[0] + 256 * planes[1] + 65536 * planes[2] - half
            arrays[name] = (whole * arrays[name].astype(np.float64)).astype(np.float32)
            at += planes.size
    return arrays, at


def _run_step(step, arrays, value):
    if step["op"] == "dense":
        return value @ arrays["kernel"].astype(np.float64) + arrays["bias"]
    if step["op"] == "affine":
        return value * arrays["scale"] + arrays["shift"]
    if step["op"] == "leaky":
        return np.where(value < 0, value * step["slope"], value)
    return np.tanh(value) if step["op"] == "tanh" else 1 / (1 + np.exp(-value))


def _expected(source, inputs):
    """Return the pictures, and what the discriminator says to them."""
    (pictures,) = outputs_of(source.network, inputs)
    discriminator = discriminator_of(source)
    return [pictures, *([] if discriminator is None else outputs_of(discriminator, [pictures]))]


WEB = Format(
    title="the browser",
    suffix=".html",
    write=write_page,
    read=read_page,
    lacks="optimizers, random state, training data",
    use="""
<!-- Open the file in a browser, or show it in a page of your own: -->
<iframe src="{name}" title="A network that draws digits" width="100%" height="700"></iframe>
<script>
  const page = document.querySelector("iframe").contentWindow.page; // on the same site
  // await page.ready; page.picture(new Float64Array(100)) gives 784 numbers from -1 to 1
</script>
""",
    language="html",
    expect=_expected,
    note=lambda source: (
        "The page holds the discriminator too, which says what it thinks of each picture."
        if discriminator_of(source) is not None
        else ""
    ),
)
