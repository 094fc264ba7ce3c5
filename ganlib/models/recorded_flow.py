"""A trained flow that comes with the kit. `python -m ganlib.models.recorded_flow` trains it again."""

import sys

import numpy as np

from ganlib.data import DataError, asset
from ganlib.models.flow import FLOW_RECIPES, FlowMatching
from ganlib.paths import PACKAGE
from ganlib.training import atomic_write

FILE = "recorded/flow.npz"
RECIPE = FLOW_RECIPES["flow"]
SEED = 0


def load_flow():
    """Return the recipe `flow` of seed 0, which can be asked for digits, after all its steps.

    Only what makes its pictures is kept, rounded to 16 bits: the average of the weights. It can go on training, with an
    optimizer that begins anew.

    Returns
    -------
    FlowMatching

    Raises
    ------
    DataError
        The file is missing, or damaged.
    """
    flow = FlowMatching.from_recipe(RECIPE, SEED)
    read_into([flow.velocity], FILE, "recorded_flow")
    flow.averaged.set_weights(flow.velocity.get_weights())
    flow.step = RECIPE.steps
    return flow


def read_into(networks, file, module):
    """Put the weights that `save` wrote into networks, one after the other.

    Raises
    ------
    DataError
        The file is missing, or damaged; `module`, of this package, trains its networks again.
    """
    path = asset(file)
    try:
        with np.load(path, allow_pickle=False) as held:
            weights = [held[name].astype(np.float32) for name in held.files]
        for network in networks:
            count = len(network.get_weights())
            network.set_weights(weights[:count])
            del weights[:count]
    except Exception as error:  # a damaged zip raises a dozen kinds of error
        raise DataError(f"{path} is damaged: get the kit anew, or run python -m ganlib.models.{module}.") from error


def main():
    """Train the flow, which takes some ten minutes on two cores, and write the file."""
    flow = FlowMatching.from_recipe(RECIPE, SEED)
    flow.train(sample_interval=RECIPE.steps)
    save(flow.averaged.get_weights())


def save(weights, file=FILE):
    """Write a file from a list of arrays, each rounded to 16 bits."""
    with atomic_write(PACKAGE.parent / "assets" / file) as content:
        np.savez_compressed(content, *(weight.astype(np.float16) for weight in weights))


if __name__ == "__main__":
    sys.exit(main())
