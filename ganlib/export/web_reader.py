"""Running the networks of a page in Python, from nothing but the file, as its JavaScript does."""

import json
import re
import zlib

import numpy as np

from ganlib.export.web_steps import from_text


def read_page(path, inputs):
    """Run a page's networks as its JavaScript does, from nothing but the file; return pictures, and logits if any."""
    page = path.read_text(encoding="utf-8")
    described = json.loads(re.search(r'id="networks">(.*?)</script>', page, re.DOTALL)[1])
    packed = re.search(r'id="weights">(.*?)</script>', page, re.DOTALL)[1]
    content = zlib.decompress(from_text(packed)[: described["packed"]])
    outputs, at = [], 0
    for name in ("generator", "discriminator"):
        values = [np.asarray(array, np.float64) for array in (*outputs, *inputs[len(outputs) :])]
        for step in described.get(name, []):
            arrays, at = _unpack(content, at, step.get("arrays", {}), described["half"])
            values.append(_RUN[step["op"]]([values[place] for place in step["from"]], {**step, **arrays}))
        if name in described:
            outputs.append(values[-1])
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


def _flat(value):
    return value.reshape(len(value), -1)


def _repeated(array, value):
    """Repeat one number a channel for all pixels of a flat value."""
    return np.tile(array, value.shape[1] // len(array))


def _run_dense(values, step):
    return _flat(values[0]) @ step["kernel"].astype(np.float64) + step["bias"]


def _places(step, large):
    """Yield for each place in the kernel which pixels of the large map, its margins added, belong to the small one."""
    (rows, columns), (down, right) = step["kernel_size"], step["strides"]
    height, width = (step["taken"] if step["op"] == "transposed" else step["given"])[:2]
    kernel = step["kernel"].astype(np.float64).reshape(rows, columns, step["taken"][2], step["given"][2])
    for row in range(rows):
        for column in range(columns):
            pixels = slice(row, row + down * height, down), slice(column, column + right * width, right)
            yield large[:, pixels[0], pixels[1]], kernel[row, column]


def _run_convolution(values, step):
    """Gather: every pixel of the small map is a sum over a window of the large one."""
    (height, width, channels), margins = step["taken"], step["margins"]
    ends = [margin + size for margin, size in zip(margins, step["kernel_size"], strict=True)]
    widths = [(margins[0], ends[0]), (margins[1], ends[1])]
    large = np.pad(values[0].reshape(-1, height, width, channels), ((0, 0), *widths, (0, 0)))
    return _flat(sum(window @ kernel for window, kernel in _places(step, large)) + step["bias"])


def _run_transposed(values, step):
    """Scatter: every pixel of the small map adds to a window of the large one."""
    (height, width, channels), (top, left) = step["given"], step["margins"]
    small = values[0].reshape(-1, *step["taken"])
    room = [size + 2 * kernel for size, kernel in zip((height, width), step["kernel_size"], strict=True)]
    large = np.zeros((len(small), *room, channels))
    for window, kernel in _places(step, large):
        window += small @ kernel
    return _flat(large[:, top : top + height, left : left + width] + step["bias"])


_RUN = {
    "dense": _run_dense,
    "convolution": _run_convolution,
    "transposed": _run_transposed,
    "affine": lambda values, step: (
        _flat(values[0]) * _repeated(step["scale"], _flat(values[0])) + _repeated(step["shift"], _flat(values[0]))
    ),
    "leaky": lambda values, step: np.where(values[0] < 0, values[0] * step["slope"], values[0]),
    "tanh": lambda values, step: np.tanh(values[0]),
    "sigmoid": lambda values, step: 1 / (1 + np.exp(-values[0])),
    "grey": lambda values, step: np.tanh(values[0] / 2),
    "join": lambda values, step: np.concatenate(values, axis=1),
    "product": lambda values, step: (values[0] * values[1]).sum(axis=1, keepdims=True),
    "sum": lambda values, step: sum(values),
}
