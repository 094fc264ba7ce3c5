"""A network as a flat list of layers, read from its configuration: Keras 2's or Keras 3's, nested networks inlined.

Only data are read: no layer is built and no code of a file runs.
"""

from typing import NamedTuple

from ganlib.keras_files.errors import ExportError

NETWORKS = ("Sequential", "Functional", "Model")


class Node(NamedTuple):
    """One layer of a network.

    Attributes
    ----------
    name : str
        Unique in its graph.
    kind : str
        Name of the layer's class; "InputLayer" for an input.
    config : dict
        As Keras wrote it.
    inputs : tuple of str
        Names of the nodes whose outputs it takes.
    path : tuple of str
        Names by which the layer is found: those of the networks around it, then its own.
    own : bool
        Whether the class is not one of Keras's.
    """

    name: str
    kind: str
    config: dict
    inputs: tuple
    path: tuple
    own: bool = False


class Graph(NamedTuple):
    """The layers of a network in an order in which they can run, and the names of its inputs and outputs."""

    nodes: list
    inputs: list
    outputs: list

    @property
    def is_chain(self):
        """Whether each layer takes what the one before it gives, and the last one gives what the network gives."""
        names = [node.name for node in self.nodes]
        follows = [node.inputs for node in self.nodes[1:]] == [(before,) for before in names[:-1]]
        return follows and len(self.inputs) == 1 and self.outputs == names[-1:]


def graph_of(network):
    """Read the graph of a Keras model.

    Raises
    ------
    ExportError
        Its layers cannot be listed: it is a class of your own, a layer is used twice, or a step is not a layer.
    """
    kind = type(network).__name__
    if kind not in NETWORKS:
        raise ExportError(
            f"{network.name} is a {kind}, whose order of layers is only in its code: build it as keras.Sequential "
            f"or keras.Model(inputs, outputs)."
        )
    return read_graph(kind, network.get_config())


def read_graph(kind, config):
    """Read the graph of a network from its configuration.

    Parameters
    ----------
    kind : str
        "Sequential", "Functional" or "Model".
    config : dict or list
        What Keras 2 or 3 wrote.

    Returns
    -------
    Graph

    Raises
    ------
    ExportError
        A layer is used more than once or takes what no layer gives, or the shape of the input is missing.
    """
    nodes = []
    inputs, outputs = _read_network(kind, config, (), (), nodes)
    return Graph(nodes, inputs, outputs)


def _read_network(kind, config, path, feeds, nodes):
    """Append the nodes of a network; return the names of its inputs and outputs."""
    read = _read_sequential if kind == "Sequential" else _read_functional
    return read(config, path, feeds, nodes)


def _read_sequential(config, path, feeds, nodes):
    specs = config["layers"] if isinstance(config, dict) else config
    values = list(feeds)
    inputs = list(feeds)
    for spec in specs:
        if not values:
            inputs = values = [_add_input(spec, path, nodes)]
        if spec["class_name"] != "InputLayer":
            values = _read_layer(spec, path, values, nodes)
    return inputs, values


def _read_functional(config, path, feeds, nodes):
    known = {}
    given = dict(zip((name for name, *_ in _ends(config["input_layers"])), feeds, strict=True)) if feeds else {}
    for spec in config["layers"]:
        name = spec.get("name") or spec["config"]["name"]
        calls = spec.get("inbound_nodes", [])
        if spec["class_name"] == "InputLayer":
            known[name] = [given[name] if feeds else _add_input(spec, path, nodes)]
            continue
        if len(calls) != 1:
            raise ExportError(
                f"The layer {name} is used {len(calls)} times: a network that is exported uses each once."
            )
        try:
            values = [known[source][index] for source, _, index in _sources(calls[0])]
        except (KeyError, IndexError, ValueError, TypeError) as error:
            raise ExportError(f"The layer {name} takes what no layer before it gives.") from error
        known[name] = _read_layer(spec, path, values, nodes)
    inputs, outputs = (
        [known[name][index] for name, _, index in _ends(config[end])] for end in ("input_layers", "output_layers")
    )
    return inputs, outputs


def _read_layer(spec, path, values, nodes):
    """Append a layer, or all layers of a network; return the names of what it gives."""
    kind, config = spec["class_name"], spec["config"]
    name = spec.get("name") or (config.get("name") if isinstance(config, dict) else None) or kind.lower()
    if kind in NETWORKS:
        return _read_network(kind, config, (*path, name), values, nodes)[1]
    module = spec.get("module")
    own = bool(spec.get("registered_name")) or (module is not None and not str(module).startswith("keras"))
    nodes.append(Node(_unique(name, nodes), kind, config, tuple(values), (*path, name), own))
    return [nodes[-1].name]


def _add_input(spec, path, nodes):
    """Append an input node; a Keras 2 network may say the shape at its first layer instead."""
    config = spec["config"]
    shape = config.get("batch_input_shape") or config.get("batch_shape")
    if shape is None:
        raise ExportError("The network does not say which shape it takes: begin it with a keras.Input.")
    name = config["name"] if spec["class_name"] == "InputLayer" else "input"
    kept = {"batch_shape": list(shape), "dtype": config.get("dtype")}
    nodes.append(Node(_unique(name, nodes), "InputLayer", kept, (), (*path, name)))
    return nodes[-1].name


def _unique(name, nodes):
    taken, number = {node.name for node in nodes}, 1
    wanted = name
    while wanted in taken:
        number += 1
        wanted = f"{name}_{number}"
    return wanted


def _sources(call):
    """Return (layer, node, tensor) of everything that a call takes."""
    if isinstance(call, (list, tuple)):  # Keras 2: [["layer", 0, 0, {}], ...]
        return [entry[:3] for entry in _ends(call)]
    found = []
    _find_history(call, found)
    return found


def _find_history(part, found):
    """Collect the tensors of Keras 3's nested description of a call."""
    if isinstance(part, dict):
        if "keras_history" in part:
            found.append(part["keras_history"])
            return
        part = list(part.values())
    if isinstance(part, (list, tuple)):
        for piece in part:
            _find_history(piece, found)


def _ends(entries):
    """Return a list of entries, where Keras 3 writes one alone without a list around it, or a dict by name."""
    if isinstance(entries, dict):
        return [entries[name] for name in sorted(entries)]  # the order in which the network itself has them
    return [entries] if entries and isinstance(entries[0], str) else entries
