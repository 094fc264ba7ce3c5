"""What is exported: one network of a model, the inputs that try it out, and what it says to them."""

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ganlib._tensorflow import keras
from ganlib.keras_files.errors import ExportError
from ganlib.models.flow import FlowMatching
from ganlib.training import TrainableModel

PARTS = ("generator", "discriminator", "decoder", "encoder")
OF_A_FLOW = ("sampler", "velocity")
PROBES = 256
TOLERANCE = 1e-5
OF_MANY_STEPS = 1e-4  # tolerance where what one step rounds goes into the next


class Source(NamedTuple):
    """A network to export.

    Attributes
    ----------
    model : keras.Model
        What was given: a GAN, an autoencoder, a flow, or a network.
    part : str
        Which part of the model the network is, or the network's name.
    network : keras.Model
    about : str
        Sentences for the card, or "".
    drawing : mapping
        What `model.generate` takes besides number and seed to make what the network makes.
    tolerance : float
        By how much a file may differ from the network, relative to an output's largest number if that is above 1.
    """

    model: keras.Model
    part: str
    network: keras.Model
    about: str = ""
    drawing: Mapping = MappingProxyType({})
    tolerance: float = TOLERANCE


def pick(model, part=None, sampling=None):
    """Choose the network to export.

    Parameters
    ----------
    model : keras.Model
        A GAN, an autoencoder of either kind, a flow, or a network.
    part : str or None
        "generator", "discriminator", "decoder" or "encoder"; of a flow "sampler", which turns noise into a
        picture, or "velocity", one look on the way; None takes the part that makes pictures.
    sampling : dict or None
        The `evaluations`, `method` and `guidance` of `FlowMatching.sampler`; None values are left out.

    Raises
    ------
    ExportError
        There is no such part, the network is not built or takes inputs of unknown size, or `sampling` is given for a
        part other than a sampler.
    """
    sampling = {name: value for name, value in (sampling or {}).items() if value is not None}
    if not isinstance(model, keras.Model):
        raise ExportError(f"Only Keras models can be exported, not a {type(model).__name__}.")
    if isinstance(model, TrainableModel):
        flows = isinstance(model, FlowMatching)
        parts = OF_A_FLOW if flows else [n for n in PARTS if isinstance(getattr(model, n, None), keras.Model)]
        if not parts:
            raise ExportError(f"A {type(model).__name__} has no network of layers that could be taken away.")
        part = parts[0] if part is None else part
        if part not in parts:
            raise ExportError(f"A {type(model).__name__} has no part {part!r}: choose one of {', '.join(parts)}.")
        if part == "sampler":
            return _sampler(model, sampling)
        of_drawing = {"generator": "drawing_generator", "velocity": "drawing_velocity"}
        network = getattr(model, of_drawing.get(part, part))
    elif part is not None and part != model.name:
        raise ExportError(f"{model.name} is a network without parts: leave out part={part!r}.")
    else:
        part, network = model.name, model
    if sampling:
        raise ExportError(f"{min(sampling)} is for the sampler of a flow, and this is the {part}: leave it out.")
    check_built(network)
    return Source(model, part, network, ABOUT_VELOCITY if part == "velocity" else "")


ABOUT_VELOCITY = (
    "It is one look: which way, and how fast, a place moves at a time from 0, noise, to 1, picture. A step of length "
    "h adds h times that to the place. Guidance g towards a digit is left to you: u + g (v - u), where v is what it "
    "gives for the digit and u what it gives for ten zeros."
)


def _sampler(flow, sampling):
    """Return the network that makes pictures of noise, with all steps of the flow in it."""
    network, asked = flow.sampler(**sampling), inspect.signature(flow.sampler).bind(**sampling)
    asked.apply_defaults()
    chosen = asked.arguments
    about = (
        f"It goes all the way from noise, standard normal numbers, to pictures: {chosen['evaluations']} evaluations of "
        f"the velocity, method {chosen['method']}, guidance {chosen['guidance']:g}. These are fixed in the file."
    )
    return Source(flow, "sampler", network, about, chosen, OF_MANY_STEPS)


def check_built(network):
    """Raise an ExportError unless the shapes of all inputs are known."""
    tensors = getattr(network, "inputs", None) if network.built else None
    if not tensors:
        raise ExportError(
            f"{network.name} is not built: its input has no shape yet. Begin it with a keras.Input, or build it as "
            f"keras.Model(inputs, outputs)."
        )
    for tensor in tensors:
        if None in tensor.shape[1:]:
            raise ExportError(f"{network.name} takes inputs {tuple(tensor.shape)}: give every size but the first one.")


def probes(network):
    """Return inputs to try a network out with: one array (256, ...) for each of its inputs, always the same ones.

    Standard normal numbers, as latent vectors and noise are; pictures are drawn from [-1, 1], times from [0, 1], whole
    numbers are 0 to 9, and a row of an input that is called "digit" or "class" holds a single 1, all else 0.
    """
    rng = np.random.default_rng(0)
    arrays = []
    for tensor in network.inputs:
        shape = (PROBES, *tensor.shape[1:])
        if "int" in str(tensor.dtype):
            arrays.append(rng.integers(0, 10, shape).astype(tensor.dtype))
        elif tensor.name in ("digit", "class") and len(shape) == 2:
            arrays.append(np.eye(shape[1], dtype=np.float32)[np.arange(PROBES) % shape[1]])
        elif tensor.name == "time":
            arrays.append(rng.uniform(0, 1, shape).astype(np.float32))
        elif len(shape) == 4 and tensor.name != "noise":
            arrays.append(rng.uniform(-1, 1, shape).astype(np.float32))
        else:
            arrays.append(rng.standard_normal(shape, np.float32))
    return arrays


def outputs_of(network, inputs):
    """Run a network on inputs, a list of arrays; return its outputs as a list of arrays, of a dict by name."""
    given = network(inputs[0] if len(inputs) == 1 else list(inputs), training=False)
    return [np.asarray(output) for output in keras.tree.flatten(given)]
