"""The command of both benchmarks: what they are asked for, their tables, and their JSON files."""

import argparse
import json

import numpy as np

from ganlib.arguments import Choice, Number, Whole
from ganlib.bench import quality, speed
from ganlib.data.pictures import unscale_pixels
from ganlib.models.recipes import ABLATIONS, SHOWN, ablations
from ganlib.setup import environment
from ganlib.training import TrainingDiverged, atomic_write, try_to_write

JSON = "also write the result to this file"


def main(arguments):
    """Run a benchmark from the command line.

    Parameters
    ----------
    arguments : list of str
        What follows `python -m ganlib bench`.

    Returns
    -------
    int
        Exit code: 0, or 2 if an argument does not fit or the file cannot be written.
    """
    judges = "--quality" in arguments
    options = (_quality_parser if judges else _speed_parser)().parse_args(arguments)
    try:
        for path in (options.json, getattr(options, "digits", None)):
            if path is not None:
                try_to_write(path)
        result, text = (_judge if judges else _time)(options)
        print(text)
        if options.json is not None:
            with atomic_write(options.json) as file:
                file.write((json.dumps(result, indent=2) + "\n").encode())
    except (ValueError, OSError, TrainingDiverged) as error:
        environment.say(error)
        return 2
    return 0


def _time(options):
    result = speed.run(options.network, options.batch_size, options.rounds, options.quick)
    return result, speed.table(result)


def _judge(options):
    recipes = {name: quality.KNOWN[Choice("recipes", tuple(quality.KNOWN))(name)] for name in options.recipes}
    if options.ablate:
        recipes |= ablations(Choice("ablate", tuple(ABLATIONS))(options.ablate))
    budget = options.budget if options.budget is None else Number("budget", 1, 1e6)(options.budget)
    steps = None if options.steps is None else Whole("steps", 10)(options.steps)
    pictures = Whole("pictures", 100, 50_000)(options.pictures)
    seeds, points = Whole("seeds", 1)(options.seeds), Whole("points", 1)(options.points)
    digits = {}  # of the last seed
    result = quality.run(recipes, seeds, budget, points, pictures, steps, digits.__setitem__)
    if options.digits is not None:
        with atomic_write(options.digits) as file:
            np.savez_compressed(file, **{name: unscale_pixels(made[:SHOWN]) for name, made in digits.items()})
    return result, quality.table(result)


def _speed_parser():
    parser = argparse.ArgumentParser(
        prog="python -m ganlib bench",
        allow_abbrev=False,
        description="Measure how long one step of training takes in the classic loop, in one tf.function and in the "
        "engine, and how long its matrix products take alone; in PyTorch and in JAX too, where they are installed.",
    )
    add = parser.add_argument
    add("--network", choices=["dense", "conv"], default="dense", help="default dense")
    add("--batch-size", type=int, default=32, metavar="N", help="default 32")
    add(
        "--rounds",
        type=int,
        default=speed.ROUNDS,
        metavar="N",
        help=f"how often to measure each way; default {speed.ROUNDS}",
    )
    add("--json", metavar="FILE", help=JSON)
    add("--quick", action="store_true", help="only try it out: measure too briefly for numbers that mean anything")
    return parser


def _quality_parser():
    parser = argparse.ArgumentParser(
        prog="python -m ganlib bench --quality",
        allow_abbrev=False,
        description="Train recipes and measure the MNIST-FD of what they make against steps and seconds.",
    )
    add = parser.add_argument
    add("--quality", action="store_true", help="this benchmark; without it, that of speed")
    add(
        "--recipes",
        nargs="+",
        default=["classic", "swift", "fine"],
        metavar="NAME",
        help=f"some of {', '.join(quality.KNOWN)}",
    )
    add("--ablate", metavar="NAME", help=f"also a recipe with one setting changed at a time: {', '.join(ABLATIONS)}")
    add("--seeds", type=int, default=3, metavar="N", help="how many seeds, from 0; default 3")
    add("--budget", type=float, metavar="SECONDS", help="stop a training after this long; default: the recipe's steps")
    add("--steps", type=int, metavar="N", help="how many steps to plan; default the recipe's own number")
    add(
        "--points",
        type=int,
        default=quality.POINTS,
        metavar="N",
        help=f"how often to judge a training; default {quality.POINTS}",
    )
    add(
        "--pictures",
        type=int,
        default=quality.PICTURES,
        metavar="N",
        help=f"how many to judge; default {quality.PICTURES}",
    )
    add("--json", metavar="FILE", help=JSON)
    add("--digits", metavar="FILE", help=f"keep {SHOWN} pictures of each recipe's last seed there, as .npz")
    return parser
