"""The Fréchet distance of each recipe against the time it has trained, over several seeds.

First the time of a step is measured, for all recipes in turn, without the time to compile and to judge; only this part
needs a quiet computer. The distance at each step is the same whatever else runs.
"""

import sys
import time
from functools import partial
from types import MappingProxyType

import numpy as np

from ganlib._tensorflow import keras
from ganlib.judge.judge import default_judge
from ganlib.judge.keep import KeepBest
from ganlib.judge.trials import fog
from ganlib.models.by_recipe import ROUND_SECONDS, ROUNDS, fastest_steps
from ganlib.models.conditional import DIGITS
from ganlib.models.flow import FLOW_RECIPES, FlowMatching, FlowRecipe
from ganlib.models.gan import GAN
from ganlib.models.recipes import RECIPES
from ganlib.training import TrainingDiverged, describe_device

PICTURES = 10_000
POINTS = 5
SEED_OF_SCORES = 77  # latent vectors of the scores; `KeepBest` chooses by others
AVERAGED = 100  # steps that a loss is averaged over
EVALUATIONS = 10  # of a flow's velocity, for each picture
KNOWN = MappingProxyType({**RECIPES, **FLOW_RECIPES})


def build(recipe, seed=0):
    """Build the model of a recipe, a GAN or a flow; no step is timed for a budget of seconds."""
    family = FlowMatching if isinstance(recipe, FlowRecipe) else GAN
    return family.from_recipe(recipe.replace(seconds=None), seed)


def make(model, count):
    """Let a model make pictures to be judged; a flow is asked for all digits in turn."""
    if not isinstance(model, FlowMatching):
        return model.generate(count, seed=SEED_OF_SCORES)
    digits = np.arange(count) % DIGITS if model.conditional else None
    return model.generate(count, SEED_OF_SCORES, digits, evaluations=EVALUATIONS)


def seconds_a_step(recipes, rounds=ROUNDS, seconds=ROUND_SECONDS):
    """Time one step of each recipe, with its share of the judge's looks if it keeps its best.

    Parameters
    ----------
    recipes : dict of str to Recipe or FlowRecipe
    rounds, seconds
        As for `fastest_steps`.

    Returns
    -------
    dict of str to float
        Seconds, by the name of the recipe.
    """
    steps = fastest_steps({name: build(recipe) for name, recipe in recipes.items()}, rounds, seconds)
    return {name: steps[name] + _look(recipe) for name, recipe in recipes.items()}


def _look(recipe):
    """Return the seconds that keeping the best costs per step."""
    if isinstance(recipe, FlowRecipe) or not recipe.keep_best_every:
        return 0.0
    gan, keep = build(recipe), KeepBest(recipe.keep_best_every)
    keep.set_model(gan)
    keep.on_train_begin()
    for _ in range(2):  # the first look compiles
        started = time.perf_counter()
        keep.on_train_batch_end(recipe.keep_best_every - 1)
    return (time.perf_counter() - started) / recipe.keep_best_every


def curve(recipe, seed, last=None, points=POINTS, pictures=PICTURES, seen=None):
    """Train a recipe and judge it at regular steps.

    Parameters
    ----------
    recipe : Recipe or FlowRecipe
    seed : int
    last : int or None
        Steps to make; the recipe's own number if None.
    points : int
        How often to judge.
    pictures : int
        How many pictures to judge.
    seen : function or None
        Called with the pictures that are judged last, float32 (n, 28, 28, 1) from -1 to 1.

    Returns
    -------
    list of dict
        At each point `step`, `mnist_fd`, and every loss, averaged over the last 100 steps. The last one also has all
        scores, as `report`. If the recipe keeps its best, the last point belongs to those weights.
    """
    model, judge, rows = build(recipe, seed), default_judge(), []
    last = last or recipe.steps
    every = max(1, last // points)

    def score(step):
        made = make(model, pictures)
        rows.append({"step": step, "mnist_fd": judge.distance(made)})
        return made

    def watch(number, logs):
        step = number + 1
        if step % every == 0 and step < min(last, every * points):
            score(step)

    watcher = keras.callbacks.LambdaCallback(on_train_batch_end=watch)
    watcher.every = every  # a block of steps ends where a callback has something to do
    model.train(last, sample_interval=last, callbacks=[watcher], verbose=0)
    made = score(last)
    rows[-1]["report"] = judge.report(made).as_dict()
    if seen:
        seen(made)
    history = model.measured
    for row in rows:
        shown = (history["step"] > row["step"] - AVERAGED) & (history["step"] <= row["step"])
        row.update({name: float(np.mean(history[name][shown])) for name in history if name.endswith("loss")})
    return rows


def run(recipes, seeds, budget=None, points=POINTS, pictures=PICTURES, steps=None, seen=None):
    """Measure recipes over seeds, and return what JSON can hold.

    Parameters
    ----------
    recipes : dict of str to Recipe or FlowRecipe
    seeds : int
        How many, from 0.
    budget : float or None
        Seconds of training after which to stop.
    points, pictures : int
        See `curve`.
    steps : int or None
        Steps to plan; the recipe's own number if None.
    seen : function or None
        Called with the name of a recipe and the pictures that are judged last, of each seed in turn.

    Raises
    ------
    TrainingDiverged
        Every training did; a single one is left out, with a message.
    """
    pace, curves = seconds_a_step(recipes), {}
    for name, recipe in recipes.items():
        recipe = recipe.fitted(pace[name])
        last = steps or recipe.steps
        last = last if budget is None else max(1, min(last, round(budget / pace[name])))
        look = partial(seen, name) if seen else None
        for seed in range(seeds):
            try:
                curves.setdefault(name, {})[str(seed)] = curve(recipe, seed, last, points, pictures, look)
            except TrainingDiverged as error:  # the others are still worth their time
                print(f"{name}, seed {seed}, is left out. {error}", file=sys.stderr)
    if not any(curves.values()):
        raise TrainingDiverged("No training came to its end, so there is nothing to compare.")
    return {
        "device": describe_device(),
        "pictures": pictures,
        "real_mnist_fd": default_judge().real_distance(pictures),
        "fog_mnist_fd": default_judge().distance(fog(pictures)),
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
    """Lay the result of `run` out as text: one line per recipe, seed and point."""
    width = max(len(name) for name in ["recipe", *result["curves"]]) + 2
    lines = [
        f"MNIST-FD of {result['pictures']:,} pictures; real digits {result['real_mnist_fd']:.2f}, fog "
        f"{result['fog_mnist_fd']:.2f}; {result['device']}",
        f"{'recipe':<{width}}{'seed':>5}{'step':>8}{'seconds':>9}{'MNIST-FD':>10}",
    ]
    for name, seeds in result["curves"].items():
        for seed, rows in seeds.items():
            lines += [f"{name:<{width}}{seed:>5}{r['step']:>8}{r['seconds']:>9.1f}{r['mnist_fd']:>10.2f}" for r in rows]
    return "\n".join(lines)
