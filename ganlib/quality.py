"""The quality benchmark: the Fréchet distance of each recipe against the time it has trained, over several seeds.

`python -m ganlib bench --quality` prints the table; `--ablate swift` adds that recipe with one setting changed at a
time, which tells what each is worth. The time of a step is measured first, of all recipes in turn, without compiling
and judging; only this part needs a quiet computer. The distance against the step is exact whatever else runs.
"""

import argparse
import json
import time
from pathlib import Path

from ganlib import data
from ganlib._tensorflow import keras
from ganlib.judge.judge import default_judge
from ganlib.judge.keep import KeepBest
from ganlib.models.gan import GAN
from ganlib.models.recipes import ABLATIONS, RECIPES, ablations, time_a_step
from ganlib.setup import environment
from ganlib.training import atomic_write, choice, describe_device, number, whole

RECORDED = "recorded/quality.json"
PICTURES = 10_000
POINTS = 5
ROUNDS = 3  # times that each recipe's step is timed; the fastest counts
TIMED_SECONDS = 4.0  # how long each is timed in a round
SEED_OF_SCORES = 77  # latent vectors of the scores; `KeepBest` chooses by others


def recorded():
    """Return what `run` found for the recipes of this version, from the file that comes with the kit.

    Raises
    ------
    DataError
        The file is missing.
    """
    return json.loads(data.asset(RECORDED).read_text())


def seconds_a_step(recipes, rounds=ROUNDS, seconds=TIMED_SECONDS):
    """Time one step of each recipe, with its share of the judge's looks if it keeps its best.

    Parameters
    ----------
    recipes : dict of str to Recipe
    rounds : int
        How often each is timed, all in turn, so that what slows the computer slows all.
    seconds : float
        About how long each is timed in a round.

    Returns
    -------
    dict of str to float
        Seconds, by the name of the recipe.
    """
    ways = {name: time_a_step(GAN.from_recipe(recipe.replace(seconds=None))) for name, recipe in recipes.items()}
    times = [{name: time_step(seconds) for name, time_step in ways.items()} for _ in range(rounds)]
    return {name: min(found[name] for found in times) + _look(recipe) for name, recipe in recipes.items()}


def _look(recipe):
    """Return the seconds that keeping the best costs a step."""
    if not recipe.keep_best_every:
        return 0.0
    gan, keep = GAN.from_recipe(recipe.replace(seconds=None)), KeepBest(recipe.keep_best_every)
    keep.set_model(gan)
    keep.on_train_begin()
    for _ in range(2):  # the first look compiles
        started = time.perf_counter()
        keep.on_train_batch_end(recipe.keep_best_every - 1)
    return (time.perf_counter() - started) / recipe.keep_best_every


def curve(recipe, seed, last=None, points=POINTS, pictures=PICTURES):
    """Train a recipe and judge it at regular steps.

    Parameters
    ----------
    recipe : Recipe
    seed : int
    last : int or None
        Steps to make; the recipe's own number if None.
    points : int
        How often to judge.
    pictures : int
        How many pictures to judge.

    Returns
    -------
    list of dict
        step and mnist_fd; the last one has `report`, all scores, too. If the recipe keeps its best, the last point is
        that of the weights that were put back.
    """
    gan, judge, rows = GAN.from_recipe(recipe, seed), default_judge(), []
    last = last or recipe.steps
    every = max(1, last // points)

    def score(step):
        made = gan.generate(pictures, seed=SEED_OF_SCORES)
        rows.append({"step": step, "mnist_fd": judge.distance(made)})
        return made

    def watch(number, logs):
        step = number + 1
        if step % every == 0 and step < min(last, every * points):
            score(step)

    watcher = keras.callbacks.LambdaCallback(on_train_batch_end=watch)
    watcher.every = every  # a block of steps ends where a callback has something to do
    gan.train(last, sample_interval=last, callbacks=[watcher], verbose=0)
    report = judge.report(score(last)).as_dict()
    rows[-1]["report"] = report
    return rows


def run(recipes, seeds, budget=None, points=POINTS, pictures=PICTURES, steps=None):
    """Measure recipes over seeds; returns what JSON can hold.

    Parameters
    ----------
    recipes : dict of str to Recipe
    seeds : int
        How many, from 0.
    budget : float or None
        Seconds of training after which to stop.
    points, pictures, steps
        See `curve`.
    """
    pace, curves = seconds_a_step(recipes), {}
    for name, recipe in recipes.items():
        recipe = recipe.fitted(pace[name])
        last = steps or recipe.steps
        last = last if budget is None else max(1, min(last, round(budget / pace[name])))
        curves[name] = {str(seed): curve(recipe, seed, last, points, pictures) for seed in range(seeds)}
    return {
        "device": describe_device(),
        "pictures": pictures,
        "real_mnist_fd": default_judge().real_distance(pictures),
        "milliseconds_a_step": {name: round(1000 * seconds, 3) for name, seconds in pace.items()},
        "curves": timed(curves, pace),
    }


def timed(curves, pace):
    """Write into every row of every seed how many seconds of training its step stands for."""
    for name, seeds in curves.items():
        for row in (row for rows in seeds.values() for row in rows):
            row["seconds"] = round(row["step"] * pace[name], 2)
    return curves


def table(result):
    """Lay the result of `run` out as text: one line a recipe, seed and point."""
    width = max(len(name) for name in ["recipe", *result["curves"]]) + 2
    lines = [
        f"MNIST-FD of {result['pictures']:,} pictures; real digits {result['real_mnist_fd']:.2f}; {result['device']}",
        f"{'recipe':<{width}}{'seed':>5}{'step':>8}{'seconds':>9}{'MNIST-FD':>10}",
    ]
    for name, seeds in result["curves"].items():
        for seed, rows in seeds.items():
            lines += [f"{name:<{width}}{seed:>5}{r['step']:>8}{r['seconds']:>9.1f}{r['mnist_fd']:>10.2f}" for r in rows]
    return "\n".join(lines)


def main(arguments):
    """Run the quality benchmark from the command line; return the exit code."""
    options = _parser().parse_args([argument for argument in arguments if argument != "--quality"])
    try:
        if options.json and Path(options.json).is_dir():
            raise ValueError(f"{options.json} is a folder: --json takes the name of the file to write.")
        recipes = _chosen(options.recipes, options.ablate)
        budget = options.budget if options.budget is None else number("budget", 1, 1e6)(options.budget)
        steps = None if options.steps is None else whole("steps", 10)(options.steps)
        pictures = whole("pictures", 100, 60_000)(options.pictures)
        seeds, points = whole("seeds", 1)(options.seeds), whole("points", 1)(options.points)
        result = run(recipes, seeds, budget, points, pictures, steps)
        print(table(result))
        if options.json:
            with atomic_write(options.json) as file:
                file.write((json.dumps(result, indent=2) + "\n").encode())
    except (ValueError, OSError) as error:
        environment.say(error)
        return 2
    return 0


def _chosen(names, ablate):
    """Return the recipes that were asked for, by name, and those that differ from `ablate` in one setting each."""
    recipes = {name: RECIPES[choice("recipes", tuple(RECIPES))(name)] for name in names}
    return recipes | (ablations(choice("ablate", tuple(ABLATIONS))(ablate)) if ablate else {})


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m ganlib bench --quality",
        allow_abbrev=False,
        description="Train recipes and measure the MNIST-FD of what they make against steps and seconds.",
    )
    add = parser.add_argument
    add("--recipes", nargs="+", default=["classic", "swift", "fine"], metavar="NAME", help=f"of {', '.join(RECIPES)}")
    add("--ablate", metavar="NAME", help=f"and one with one setting changed at a time, of {', '.join(ABLATIONS)}")
    add("--seeds", type=int, default=3, metavar="N", help="how many seeds, from 0; default 3")
    add("--budget", type=float, metavar="SECONDS", help="stop a training after so long; default the recipe's steps")
    add("--steps", type=int, metavar="N", help="how many steps to plan; default the recipe's own number")
    add("--points", type=int, default=POINTS, metavar="N", help=f"how often to judge a training; default {POINTS}")
    add("--pictures", type=int, default=PICTURES, metavar="N", help=f"how many to judge; default {PICTURES}")
    add("--json", metavar="FILE", help="write the result there too")
    return parser
