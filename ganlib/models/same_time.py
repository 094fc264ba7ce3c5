"""A variational autoencoder, a GAN and a flow after the same seconds of training, before one judge.

Each is trained from the start for each number of seconds, so that a recipe whose rates fall knows when to let them
fall. The time of a step is measured first, of all in turn; then steps are counted, and what else the computer does
changes nothing. `python -m ganlib.models.same_time` measures and records, and lesson 14 shows what it found.
"""

import json
import sys
from types import MappingProxyType

import numpy as np

from ganlib.arguments import Number, Whole
from ganlib.data import asset
from ganlib.judge.judge import default_judge
from ganlib.judge.trials import fog
from ganlib.models.by_recipe import ROUND_SECONDS, ROUNDS, fastest_steps
from ganlib.models.conditional import DIGITS
from ganlib.models.flow import FLOW_RECIPES, FlowMatching
from ganlib.models.gan import GAN
from ganlib.models.recipes import RECIPES
from ganlib.models.variational import VariationalAutoencoder
from ganlib.paths import PACKAGE
from ganlib.training import atomic_write

FILE = "recorded/same_time.json"
SECONDS = (30, 120, 600)
PICTURES = 10_000
SEED_OF_SCORES = 77  # of the latent vectors, the codes and the noise that are judged
EVALUATIONS = 10  # of a flow's velocity, for each picture
SCORES = ("mnist_fd", "precision", "recall", "recognised")
# A function of the seed and of the steps that will be made.
FAMILIES = MappingProxyType(
    {
        "variational autoencoder": lambda seed, steps: VariationalAutoencoder(seed=seed),
        "GAN": lambda seed, steps: GAN.from_recipe(RECIPES["swift"].replace(steps=steps), seed),
        "flow": lambda seed, steps: FlowMatching.from_recipe(FLOW_RECIPES["flow"].replace(steps=steps), seed),
    }
)


def seconds_a_step(rounds=ROUNDS, seconds=ROUND_SECONDS):
    """Time one step of each family as `fastest_steps` does; a dict of floats."""
    models = {family: build(0, 10**6) for family, build in FAMILIES.items()}  # no rate falls within what is timed
    return fastest_steps(models, rounds, seconds)


def compare(pace, seconds=SECONDS, seeds=1, pictures=PICTURES):
    """Train each family for each number of seconds, and judge what it makes.

    Parameters
    ----------
    pace : dict of str to float
        Seconds per step by family: see `seconds_a_step`.
    seconds : sequence of float
        How long to train.
    seeds : int
        How many: 0, 1, 2 and so on.
    pictures : int
        How many of each model are judged.

    Returns
    -------
    dict
        "pictures", "seconds_a_step", and "rows", a list of dicts of who, seconds, seed, steps, mnist_fd, precision,
        recall and recognised. A flow has two rows: asked plainly, and with a guidance of 2. Real digits and fog come
        last, with None in seconds, seed and steps.
    """
    seconds, seeds = [Number("seconds", 1e-3, 1e6)(each) for each in seconds], Whole("seeds", 1)(seeds)
    judge, rows = default_judge(), []

    def add(scores, who, seconds=None, seed=None, steps=None):
        told = {"who": who, "seconds": seconds, "seed": seed, "steps": steps}
        rows.append({**told, **{score: scores[score] for score in SCORES}})

    for most in seconds:
        for family, build in FAMILIES.items():
            steps = max(1, round(most / pace[family]))
            for seed in range(seeds):
                model = build(seed, steps)
                model.train(steps, sample_interval=steps, verbose=0)
                for who, made in _makes(family, model, pictures):
                    add(judge.quick(made), who, most, seed, steps)
    add(judge.quick_real(pictures), "real digits")
    add(judge.quick(fog(pictures)), "fog")
    return {"pictures": pictures, "seconds_a_step": pace, "rows": rows}


def _makes(family, model, pictures):
    if not isinstance(model, FlowMatching):
        yield family, model.generate(pictures, seed=SEED_OF_SCORES)
        return
    digits = np.arange(pictures) % DIGITS
    for who, guidance in ((family, 1), (f"{family}, guidance 2", 2)):
        yield who, model.generate(pictures, SEED_OF_SCORES, digits, evaluations=EVALUATIONS, guidance=guidance)


def recorded_same_time():
    """Return what `compare` found when it was recorded; the same dict."""
    return json.loads(asset(FILE).read_text(encoding="utf-8"))


def same_time_table(found):
    """Write what `compare` returns as a Markdown table: a line for each model and time, with the means of its seeds."""
    lines = ["| | seconds | steps | MNIST-FD | precision | recall | recognised |", "|---|--:|--:|--:|--:|--:|--:|"]
    for row in found["rows"]:
        if row["seed"]:  # its line is that of seed 0
            continue
        alike = [one for one in found["rows"] if (one["who"], one["seconds"]) == (row["who"], row["seconds"])]
        distance, precision, recall, recognised = (np.mean([one[score] for one in alike]) for score in SCORES)
        trained = "| |" if row["seed"] is None else f"| {row['seconds']:g} | {row['steps']:,}"
        lines.append(f"| {row['who']} {trained} | {distance:.1f} | {precision:.2f} | {recall:.2f} | {recognised:.0%} |")
    return "\n".join(lines)


def main():
    """Compare the families, which takes about three quarters of an hour on two cores, and record what comes out."""
    found = compare(seconds_a_step())
    print(same_time_table(found))
    with atomic_write(PACKAGE.parent / "assets" / FILE) as file:
        file.write((json.dumps(found, indent=1) + "\n").encode())


if __name__ == "__main__":
    sys.exit(main())
