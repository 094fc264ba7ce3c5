"""ONNX: the format that runs nearly everywhere, from C++ to phones, without Python."""

import contextlib
import logging
import warnings

from ganlib._tensorflow import quiet_stderr
from ganlib.export.delivery import Format, deliver
from ganlib.export.onnx_sampler import as_loop
from ganlib.export.source import outputs_of, probes
from ganlib.keras_files.errors import ExportError

BATCH = "n"


def to_onnx(model, path, *, part=None, overwrite=False, evaluations=None, method=None, guidance=None):
    """Write a network as an `.onnx` file for any batch size, checked with ONNX Runtime; see `deliver`.

    Inputs keep their names; outputs are called "output", or "output_0" and so on where there are several. Of a flow it
    writes all the steps from noise to a picture, those of `FlowMatching.sampler(evaluations, method, guidance)`.
    """
    sampling = {"evaluations": evaluations, "method": method, "guidance": guidance}
    return deliver(ONNX, model, path, part, overwrite, sampling)


def write_onnx(source, path):
    """Write the file; for a flow's sampler it holds one look at the velocity, in a loop."""
    import onnx

    if source.drawing:  # the sampler of a flow
        file = as_loop(_convert(source.model.drawing_velocity, path), **source.drawing)
    else:
        file = _convert(source.network, path)
    onnx.checker.check_model(file)
    onnx.save(file, path)


def _convert(network, path):
    """Convert with Keras's own exporter, and give readable names to what it calls "Identity:0" and "unk__26"."""
    import onnx

    outputs_of(network, [array[:2] for array in probes(network)])  # Keras exports no network that was never called
    try:
        with warnings.catch_warnings(action="ignore"), _silent("tf2onnx"):
            network.export(path, format="onnx", verbose=False)
        file = onnx.load(path)
        onnx.checker.check_model(file)
    except OSError:
        raise
    except Exception as error:  # the converter raises whatever its insides raise, all of one meaning
        raise ExportError(f"{network.name} cannot be written as ONNX: {str(error).splitlines()[0]}") from error
    graph = file.graph
    names = {output.name: f"output_{i}" if len(graph.output) > 1 else "output" for i, output in enumerate(graph.output)}
    if taken := {value.name for value in graph.input} & set(names.values()):
        raise ExportError(
            f"{network.name} has an input called {min(taken)!r}, which the file calls an output: give it another name."
        )
    for node in graph.node:
        for ends in (node.input, node.output):
            ends[:] = [names.get(name, name) for name in ends]
    for output in graph.output:
        output.name = names[output.name]
    for value in (*graph.input, *graph.output):
        value.type.tensor_type.shape.dim[0].dim_param = BATCH
    return file


@contextlib.contextmanager
def _silent(name):
    """Silence a logger within the block."""
    logger = logging.getLogger(name)
    level = logger.level
    logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        logger.setLevel(level)


def read_onnx(source, path, inputs):
    """Run a file in ONNX Runtime: on the first input alone, then on all: so the batch size is known to be free."""
    import onnxruntime

    try:
        with quiet_stderr():
            session = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
        names = [value.name for value in session.get_inputs()]
        session.run(None, {name: array[:1] for name, array in zip(names, inputs, strict=True)})
        return session.run(None, dict(zip(names, inputs, strict=True)))
    except OSError:
        raise
    except Exception as error:  # its errors are classes of their own, made in C++
        raise ExportError(f"ONNX Runtime cannot run the network: {str(error).splitlines()[0]}") from error


ONNX = Format(
    title="ONNX",
    suffix=".onnx",
    write=write_onnx,
    read=read_onnx,
    lacks="the other networks of the model, optimizers, random state",
    use="""
import numpy as np
import onnxruntime

session = onnxruntime.InferenceSession("{name}")
inputs = {{
    given.name: np.random.standard_normal((1, *given.shape[1:])).astype("float32") for given in session.get_inputs()
}}
(outputs, *_) = session.run(None, inputs)
""",
    language="python",
)
