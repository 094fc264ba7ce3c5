"""What a parameter of a notebook takes: here all values of a grid are checked, before the first run starts."""

import math
import re
from typing import NamedTuple

import numpy as np

from ganlib.arguments import BITS, Choice, Number, Whole
from ganlib.data import TOY_KINDS
from ganlib.data.arrays import find_arrays
from ganlib.paths import as_path
from ganlib.setup.environment import sentence
from ganlib.speed import SPEEDS
from ganlib.sweep.errors import SweepError
from ganlib.training import Schedule
from ganlib.wording import write

FILE = "_file"  # the ending of a parameter that names a file
WORDS = {bool: "True or False", int: "a whole number", float: "a number", str: "text"}
DEPTH, ITEMS = 10, 1000  # of lists in lists, and what one value may hold in all
TRAINING_SET = 60_000  # pictures
LOSSES = ("non_saturating", "saturating", "least_squares", "wasserstein", "hinge", "relativistic")


def _empty(name):
    """Make a check for a parameter that a sweep must leave alone."""

    def check(value):
        if value:
            raise ValueError(f"{name} must stay empty, not {value!r}: each run of a sweep has a folder of its own.")

    return check


def _zero_or(check):
    """Make a check that also takes 0, which stands for what the lesson's speed says."""
    return lambda value: value == 0 or check(value)


def _schedule(path):
    """Check a file of changes of live values; none is fine."""
    if path:
        Schedule.load(path)


def _pictures(path):
    """Check the path of your own pictures; empty stands for those of the kit."""
    if path and not (as_path(path).exists() or find_arrays(as_path(path), "train")):
        raise ValueError(
            f"path must be a folder of pictures, a zip, an .npz file or the beginning of IDX files, and {path!r} does "
            f"not exist."
        )


LESSONS = {
    "speed": Choice("speed", ("", *SPEEDS)),
    "seed": Whole("seed", 0, 2**31 - 1),
    "steps": Whole("steps", 0),
    "conditional_steps": Whole("conditional_steps", 0),
    "splits": _zero_or(Whole("splits", 20)),
    "noise": Number("noise", 0.001, 5),
    "hidden": _zero_or(Whole("hidden", 30)),  # it draws 30 of them
    "latent": Whole("latent", 1),
    "kind": Choice("kind", tuple(TOY_KINDS)),
    "batch_size": Whole("batch_size", 4, TRAINING_SET),
    "sample_interval": Whole("sample_interval", 0),
    "g_learning_rate": Number("g_learning_rate", 0, 10),
    "d_learning_rate": Number("d_learning_rate", 0, 10),
    "network": Choice("network", ("dense", "conv")),
    "loss_kind": Choice("loss_kind", LOSSES),
    "ema_decay": Number("ema_decay", 0, 0.999999),
    "schedule_file": _schedule,
    "path": _pictures,
    "budget": Number("budget", 0, 1e6),
    "count": _zero_or(Whole("count", 100, TRAINING_SET)),
    "workers": Whole("workers", 0),
    "run": _empty("run"),
    "folder": _empty("folder"),
    ("04", "steps"): _zero_or(Whole("steps", 11)),  # it leaves out the first ten
    ("05", "steps"): _zero_or(Whole("steps", 20)),  # it draws every twentieth of them
    ("07", "steps"): _zero_or(Whole("steps", 2)),  # it halves them
    ("14", "steps"): _zero_or(Whole("steps", 3)),  # the first two compile
}


class Parameter(NamedTuple):
    """A parameter of a notebook.

    Attributes
    ----------
    name : str
    default : object
        None, which takes values of any type, if the notebook computes it or sets it to None.
    lesson : str
        The number of this kit's lesson to which it belongs, such as "06": then it takes what `LESSONS` says. Empty in
        other notebooks, where the same names may mean other things.
    """

    name: str
    default: object
    lesson: str = ""

    def check(self, value):
        """Return a value as it is given to a run: a whole number becomes a float where one is needed.

        Raises
        ------
        SweepError
            It has another type, is no value that a notebook and a table can hold, or the lesson would refuse it.
        """
        value = value.item() if isinstance(value, np.generic) else value
        _check_plain(self.name, value)
        kind = type(self.default)
        if kind is float and type(value) is int:
            value = float(value)
        if kind in WORDS and type(value) is not kind:
            raise SweepError(
                f"The parameter {self.name} takes {WORDS[kind]}, such as {self.default!r}, not {write(value)}: "
                f"correct the grid.{_hint(kind, value)}"
            )
        self._check_as_the_lesson_would(value)
        return value

    def _check_as_the_lesson_would(self, value):
        check = LESSONS.get((self.lesson, self.name)) or LESSONS.get(self.name)
        if not self.lesson or not check:
            return
        try:
            check(value)
        except (ValueError, OSError) as error:
            raise SweepError(f"{sentence(error)} Correct the grid.") from error


def _check_plain(name, value):
    """Refuse what JSON, a cell of a notebook or a table cannot hold."""
    waiting, seen = [(value, 0)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > ITEMS or depth > DEPTH:
            raise SweepError(
                f"A value of the parameter {name} holds more than {ITEMS} items, or is nested more than {DEPTH} deep: "
                f"put it into a file, and give the name of the file."
            )
        if not _is_plain(part):
            raise SweepError(
                f"The parameter {name} cannot be {write(part)}: it takes finite numbers of at most {BITS} bits, text, "
                f"True, False, None, and lists or dicts of these."
            )
        inside = part.values() if isinstance(part, dict) else part if isinstance(part, (list, tuple)) else ()
        waiting += [(item, depth + 1) for item in inside]


def _is_plain(value):
    kind = type(value)
    if kind is int:
        return value.bit_length() <= BITS
    if kind is float:
        return math.isfinite(value)
    if kind is str:
        return value == value.encode("utf-8", "replace").decode()
    if kind is dict:
        return all(type(key) is str for key in value)
    return kind in (bool, list, tuple, type(None))


def _hint(kind, value):
    """Say what YAML has made of a value of another type."""
    if kind is str:
        return " In YAML put text that looks like something else into quotes."
    if isinstance(value, str) and re.fullmatch(r"[-+]?\d+(,\d+)+", value):
        return " YAML takes a number with a comma for text: use a decimal point, and no separator for thousands."
    return ""
