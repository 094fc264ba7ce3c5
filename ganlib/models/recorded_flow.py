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
    optimizer that starts over.

    Returns
    -------
    FlowMatching

    Raises
    ------
    DataError
        The file is missing, or damaged.
    """
    flow = FlowMatching.from_recipe(RECIPE, SEED)
    path = asset(FILE)
    try:
        with np.load(path, allow_pickle=False) as held:
            weights = [held[name].astype(np.float32) for name in held.files]
        for network in (flow.velocity, flow.averaged):
            network.set_weights(weights)
    except Exception as error:  # a damaged zip raises a dozen kinds of error
        raise DataError(
            f"{path} is damaged: get a fresh copy of the kit, or run python -m ganlib.models.recorded_flow."
        ) from error
    flow.step = RECIPE.steps
    return flow


def main():
    """Train the flow, which takes some ten minutes on two cores, and write the file."""
    flow = FlowMatching.from_recipe(RECIPE, SEED)
    flow.train(sample_interval=RECIPE.steps)
    save(flow.averaged.get_weights())


def save(weights):
    """Write the file from a list of arrays."""
    with atomic_write(PACKAGE.parent / "assets" / FILE) as file:
        np.savez_compressed(file, *(weight.astype(np.float16) for weight in weights))


if __name__ == "__main__":
    sys.exit(main())
