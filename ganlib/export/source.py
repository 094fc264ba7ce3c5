"""What is exported: one network of a model, the inputs that try it out, and what it says to them."""

from typing import NamedTuple

import numpy as np

from ganlib._tensorflow import keras
from ganlib.keras_files.errors import ExportError
from ganlib.training import TrainableModel

PARTS = ("generator", "discriminator", "decoder", "encoder")
PROBES = 256


class Source(NamedTuple):
    """A network that is to be exported.

    Attributes
    ----------
    model : keras.Model
        What was handed over: a GAN, an autoencoder, or a network.
    part : str
        Which part of the model the network is, or the network's name.
    network : keras.Model
    """

    model: keras.Model
    part: str
    network: keras.Model


def pick(model, part=None):
    """Choose the network to export.

    Parameters
    ----------
    model : keras.Model
        A GAN, an autoencoder of either kind, or a network.
    part : str or None
        "generator", "discriminator", "decoder" or "encoder"; None takes what makes pictures.

    Raises
    ------
    ExportError
        There is no such part, or the network is not built or takes inputs of unknown size.
    """
    if not isinstance(model, keras.Model):
        raise ExportError(f"Only Keras models can be exported, not a {type(model).__name__}.")
    if isinstance(model, TrainableModel):
        parts = [name for name in PARTS if isinstance(getattr(model, name, None), keras.Model)]
        if not parts:
            raise ExportError(f"A {type(model).__name__} has no network of layers that could be taken away.")
        part = parts[0] if part is None else part
        if part not in parts:
            raise ExportError(f"A {type(model).__name__} has no part {part!r}: choose one of {', '.join(parts)}.")
        network = model.drawing_generator if part == "generator" else getattr(model, part)
    elif part is not None and part != model.name:
        raise ExportError(f"{model.name} is a network without parts: leave out part={part!r}.")
    else:
        part, network = model.name, model
    check_built(network)
    return Source(model, part, network)


def check_built(network):
    """Raise an ExportError unless the shapes of all inputs are known."""
    tensors = getattr(network, "inputs", None) if network.built else None
    if not tensors:
        raise ExportError(
            f"{network.name} is not built, its input has no shape yet: begin it with a keras.Input, or build it as "
            f"keras.Model(inputs, outputs)."
        )
    for tensor in tensors:
        if None in tensor.shape[1:]:
            raise ExportError(f"{network.name} takes inputs {tuple(tensor.shape)}: give every size but the first one.")


def probes(network):
    """Return inputs to try a network out with: one array (256, ...) for each of its inputs, always the same ones.

    Standard normal numbers, as latent vectors are; pictures are drawn from [-1, 1], whole numbers are 0 to 9, and
    numbers that are called "digit" or "class" are 1 for one of them and 0 for the others.
    """
    rng = np.random.default_rng(0)
    arrays = []
    for tensor in network.inputs:
        shape = (PROBES, *tensor.shape[1:])
        if "int" in str(tensor.dtype):
            arrays.append(rng.integers(0, 10, shape).astype(tensor.dtype))
        elif tensor.name in ("digit", "class") and len(shape) == 2:
            arrays.append(np.eye(shape[1], dtype=np.float32)[np.arange(PROBES) % shape[1]])
        elif len(shape) == 4:
            arrays.append(rng.uniform(-1, 1, shape).astype(np.float32))
        else:
            arrays.append(rng.standard_normal(shape, np.float32))
    return arrays


def outputs_of(network, inputs):
    """Run a network; return its outputs as a list of float32 arrays."""
    given = network(inputs[0] if len(inputs) == 1 else list(inputs), training=False)
    return [np.asarray(output) for output in (given if isinstance(given, (list, tuple)) else [given])]
