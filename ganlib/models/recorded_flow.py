"""A trained flow that comes with the kit. `python -m ganlib.models.recorded_flow` trains it again."""

import sys

from ganlib.models import recorded
from ganlib.models.flow import FLOW_RECIPES, FlowMatching

FILE = "recorded/flow.npz"
RECIPE = FLOW_RECIPES["flow"]
SEED = 0


def load_flow():
    """Return the flow of the recipe `flow`, seed 0, after all its steps; it can be asked for digits.

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
    recorded.read_into([flow.averaged], FILE, "recorded_flow")
    flow.velocity.set_weights(flow.averaged.get_weights())
    flow.step = RECIPE.steps
    return flow


def main():
    """Train the flow, which takes about five minutes on two cores, and write the file."""
    flow = FlowMatching.from_recipe(RECIPE, SEED)
    flow.train(sample_interval=RECIPE.steps)
    recorded.save(FILE, flow.averaged.get_weights())


if __name__ == "__main__":
    sys.exit(main())
