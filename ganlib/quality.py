"""The quality benchmark: the Fréchet distance of each recipe against the time it has trained, over several seeds.

`python -m ganlib bench --quality` prints the table. Only the training is timed, not the judging and not the compiling;
the distance against the step is exact whatever else the computer does, the time is not.
"""

import argparse
import json
import time
from pathlib import Path

import numpy as np

from ganlib import environment
from ganlib.judge.report import default_judge
from ganlib.models.gan import GAN
from ganlib.models.recipes import RECIPES
from ganlib.training import atomic_write, choice, describe_device, number, whole

PICTURES = 10_000
POINTS = 5
WARM_UP = 2  # steps that compile; they are not timed
SEED_OF_SCORES = 77  # latent vectors of the scores; `KeepBest` chooses by others


def curve(name, seed, budget=None, points=POINTS, pictures=PICTURES, steps=None):
    """Train a recipe and judge it at regular steps.

    Parameters
    ----------
    name : str
        A key of `RECIPES`.
    seed : int
    budget : float or None
        Seconds of training after which to stop, at the next point.
    points : int
        How often to judge.
    pictures : int
        How many pictures to judge.
    steps : int or None
        How many steps to plan; the recipe's own number if None.

    Returns
    -------
    list of dict
        step, seconds, mnist_fd; the last one has `report`, all scores, too.
    """
    gan, judge = GAN.from_recipe(name, seed), default_judge()
    steps, rows, seconds = steps or gan.usual["steps"], [], 0.0
    gan.train(WARM_UP, verbose=0)
    for step in np.linspace(0, steps, points + 1).round().astype(int)[1:]:
        if step <= gan.step:
            continue
        started = time.perf_counter()
        gan.train(int(step) - gan.step, verbose=0)
        seconds += time.perf_counter() - started
        made = gan.generate(pictures, seed=SEED_OF_SCORES)
        rows.append({"step": int(step), "seconds": round(seconds, 2), "mnist_fd": judge.distance(made)})
        if budget and seconds >= budget:
            break
    rows[-1]["report"] = judge.report(made).as_dict()
    return rows


def run(recipes, seeds, budget=None, points=POINTS, pictures=PICTURES, steps=None):
    """Measure recipes over seeds; returns what JSON can hold."""
    curves = {
        name: {str(seed): curve(name, seed, budget, points, pictures, steps) for seed in range(seeds)}
        for name in recipes
    }
    real = default_judge().real_distance(pictures)
    return {"device": describe_device(), "pictures": pictures, "real_mnist_fd": real, "curves": curves}


def table(result):
    """Lay the result of `run` out as text: one line a recipe, seed and point."""
    lines = [
        f"MNIST-FD of {result['pictures']:,} pictures; real digits {result['real_mnist_fd']:.2f}; {result['device']}",
        f"{'recipe':<10}{'seed':>5}{'step':>8}{'seconds':>9}{'MNIST-FD':>10}",
    ]
    for name, seeds in result["curves"].items():
        for seed, rows in seeds.items():
            lines += [f"{name:<10}{seed:>5}{r['step']:>8}{r['seconds']:>9.1f}{r['mnist_fd']:>10.2f}" for r in rows]
    return "\n".join(lines)


def main(arguments):
    """Run the quality benchmark from the command line; return the exit code."""
    options = _parser().parse_args([argument for argument in arguments if argument != "--quality"])
    try:
        if options.json and Path(options.json).is_dir():
            raise ValueError(f"{options.json} is a folder: --json takes the name of the file to write.")
        names = [choice("recipes", tuple(RECIPES))(name) for name in options.recipes]
        budget = options.budget if options.budget is None else number("budget", 1, 1e6)(options.budget)
        steps = None if options.steps is None else whole("steps", 10)(options.steps)
        pictures = whole("pictures", 100, 60_000)(options.pictures)
        result = run(
            names, whole("seeds", 1)(options.seeds), budget, whole("points", 1)(options.points), pictures, steps
        )
        print(table(result))
        if options.json:
            with atomic_write(options.json) as file:
                file.write((json.dumps(result, indent=2) + "\n").encode())
    except (ValueError, OSError) as error:
        environment.say(error)
        return 2
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m ganlib bench --quality",
        allow_abbrev=False,
        description="Train recipes and measure the MNIST-FD of what they make against steps and seconds.",
    )
    add = parser.add_argument
    add("--recipes", nargs="+", default=["classic", "swift", "fine"], metavar="NAME", help=f"of {', '.join(RECIPES)}")
    add("--seeds", type=int, default=3, metavar="N", help="how many seeds, from 0; default 3")
    add("--budget", type=float, metavar="SECONDS", help="stop a training after so long; default the recipe's steps")
    add("--steps", type=int, metavar="N", help="how many steps to plan; default the recipe's own number")
    add("--points", type=int, default=POINTS, metavar="N", help=f"how often to judge a training; default {POINTS}")
    add("--pictures", type=int, default=PICTURES, metavar="N", help=f"how many to judge; default {PICTURES}")
    add("--json", metavar="FILE", help="write the result there too")
    return parser
