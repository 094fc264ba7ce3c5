"""A flow's sampler in ONNX: one look at the velocity, put into a loop that goes all the way from noise to a picture.

Converting N steps in a row would take N times as long as converting one look.
"""

import numpy as np

from ganlib.keras_files.errors import ExportError
from ganlib.models.flow import METHODS


def as_loop(look, evaluations, method, guidance):
    """Return the sampler of a flow.

    Parameters
    ----------
    look : onnx.ModelProto
        The velocity: takes places, times (n, 1) and, where they can be asked for, digits, in this order.
    evaluations, method, guidance
        As `FlowMatching.sampler` takes them.

    Returns
    -------
    onnx.ModelProto
        Takes "noise" and, if the look takes digits, "digit", and gives "output", pictures in [-1, 1].

    Raises
    ------
    ExportError
        The velocity holds a loop or a condition of its own.
    """
    from onnx import TensorProto, helper, numpy_helper

    graph, steps = look.graph, evaluations // METHODS[method]
    place, _, *told = graph.input
    if any(attribute.HasField("g") for node in graph.node for attribute in node.attribute):
        raise ExportError(
            "The velocity holds a loop or a condition of its own, which cannot be put into the sampler's loop: export "
            "part='velocity' instead."
        )

    def like_place(name):
        return helper.make_value_info(name, place.type)

    def scalar(name, kind):
        return helper.make_tensor_value_info(name, kind, [])

    constants = {"sampler/steps": np.int64(steps), "sampler/guidance": np.float32(guidance)}
    constants |= {"sampler/length": np.float32(1 / steps), "sampler/half": np.float32(0.5 / steps)}
    constants |= {"sampler/zero": np.float32(0), "sampler/low": np.float32(-1), "sampler/high": np.float32(1)}
    constants |= {"sampler/first": np.array([0], np.int64), "sampler/one": np.array([1], np.int64)}
    given = [scalar("sampler/number", TensorProto.INT64), scalar("sampler/going", TensorProto.BOOL)]
    body = _step(graph, method, guidance != 1)
    left = [scalar("sampler/still", TensorProto.BOOL), like_place("sampler/next")]
    step = helper.make_graph(body, "step", [*given, like_place("sampler/at")], left)
    nodes = [
        _node("Shape", "noise", "sampler/shape"),
        _node("Slice", "sampler/shape sampler/first sampler/one", "sampler/count"),
        _node("Concat", "sampler/count sampler/one", "sampler/rows", axis=0),
        _node("Expand", "sampler/zero sampler/rows", "sampler/zeros"),  # one for each picture, (n, 1)
        helper.make_node("Loop", ["sampler/steps", "", "noise"], ["sampler/end"], body=step),
        _node("Clip", "sampler/end sampler/low sampler/high", "output"),
    ]
    used = {name for node in (*body, *nodes) for name in node.input}  # ONNX Runtime warns of the others
    tensors = [numpy_helper.from_array(np.asarray(value), name) for name, value in constants.items() if name in used]
    digit = [helper.make_value_info("digit", taken.type) for taken in told]
    ends = [like_place("noise"), *digit], [like_place("output")]
    made = helper.make_graph(nodes, "sampler", *ends, initializer=[*graph.initializer, *tensors])
    return helper.make_model(made, opset_imports=look.opset_import, ir_version=look.ir_version)


def _step(graph, method, guided):
    """Return the nodes of one step, as `FlowMatching` makes it: from "at", with its number, to "next"."""
    nodes = [
        _node("Identity", "sampler/going", "sampler/still"),
        _node("Cast", "sampler/number", "sampler/counted", to=1),  # to float32
        _node("Mul", "sampler/counted sampler/length", "sampler/now"),
        _node("Add", "sampler/zeros sampler/now", "sampler/time"),
        *_guided(graph, "sampler/at", "sampler/time", "sampler/velocity", guided),
    ]
    last = "sampler/velocity"
    if method == "midpoint":
        last = "sampler/in_the_middle"
        nodes += [
            _node("Mul", "sampler/velocity sampler/half", "sampler/half_a_way"),
            _node("Add", "sampler/at sampler/half_a_way", "sampler/middle"),
            _node("Add", "sampler/time sampler/half", "sampler/later"),
            *_guided(graph, "sampler/middle", "sampler/later", last, guided),
        ]
    nodes += [
        _node("Mul", f"{last} sampler/length", "sampler/way"),
        _node("Add", "sampler/at sampler/way", "sampler/next"),
    ]
    return nodes


def _guided(graph, place, time, velocity, guided):
    """Return the nodes that lead from a place and a time to a velocity, guided towards the digit if wanted."""
    if not guided:
        return _look(graph, velocity, place, time, "digit")
    told, anything, towards, led = (f"{velocity}/{name}" for name in ("told", "anything", "towards", "led"))
    return [
        *_look(graph, told, place, time, "digit"),
        _node("Mul", "digit sampler/zero", f"{velocity}/any"),
        *_look(graph, anything, place, time, f"{velocity}/any"),
        _node("Sub", f"{told} {anything}", towards),
        _node("Mul", f"{towards} sampler/guidance", led),
        _node("Add", f"{anything} {led}", velocity),
    ]


def _look(graph, velocity, *given):
    """Return a copy of the velocity's nodes, with names of its own; the weights are those of all copies."""
    from onnx import NodeProto

    shared = {tensor.name: tensor.name for tensor in graph.initializer} | {"": ""}
    shared |= {graph.output[0].name: velocity, **dict(zip((taken.name for taken in graph.input), given, strict=False))}
    nodes = []
    for node in graph.node:
        copy = NodeProto()
        copy.CopyFrom(node)
        copy.name = f"{velocity}/{node.name}" if node.name else ""
        for ends in (copy.input, copy.output):
            ends[:] = [shared.get(name, f"{velocity}/{name}") for name in ends]
        nodes.append(copy)
    return nodes


def _node(kind, taken, given, **attributes):
    from onnx import helper

    return helper.make_node(kind, taken.split(), [given], **attributes)
