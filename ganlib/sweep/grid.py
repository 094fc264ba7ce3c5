"""Grids: which runs a sweep makes, read from YAML or a dict and checked before anything starts."""

import hashlib
import itertools
import json
import math
import os
import re
from pathlib import Path

import numpy as np
import yaml

from ganlib.arguments import Number
from ganlib.paths import as_path, explain
from ganlib.speed import speed_name
from ganlib.sweep.errors import SweepError
from ganlib.sweep.notebook import GIVEN
from ganlib.sweep.parameters import FILE
from ganlib.sweep.table import ABOUT
from ganlib.wording import plain, write

KEYS = ("notebook", "parameters", "seeds", "draws", "draw_seed", "rows", "time_limit")
OF_THE_TABLE = ("id", "outcome", *ABOUT)
SEEDS = 3
MOST_RUNS = 100_000
MOST_MINUTES = 1e6  # two years
MOST = 1e150  # at an end of a range, so that the ratio of two is a number
SCALES = ("log", "linear")
EXAMPLE = """\
notebook: "06"              # a lesson's number, or a path
seeds: 3                    # 0, 1 and 2, the default; or a list
parameters:
  steps: 1000               # one value
  network: [dense, conv]    # each of them
  d_learning_rate: {from: 2e-5, to: 2e-3, count: 5}    # a range, in equal ratios (scale: linear for equal steps)
  g_learning_rate: {draw: [2e-5, 2e-3]}                # random, each ratio equally likely (or scale: linear)
draws: 20                   # how often to draw; a draw_seed other than 0 draws others
time_limit: 30              # minutes; a run that takes longer is stopped, and counts as failed
rows:                       # runs of their own, beside the product of the above
  - {d_learning_rate: 1e-4, g_learning_rate: 3e-2}
"""


class _Loader(yaml.SafeLoader):
    """YAML 1.1 without what would silently spoil a grid: words and times that become numbers, and keys given twice."""

    def compose_scalar_node(self, anchor):
        node = super().compose_scalar_node(anchor)
        if node.style is None and _means_something_else(node):
            self._refuse(node, f"YAML would take {node.value} for {self.construct_object(node)!r}: {_MEANT}")
        return node

    def compose_mapping_node(self, anchor):
        node = super().compose_mapping_node(anchor)
        known = set()
        for key in (key for key, _ in node.value if isinstance(key, yaml.ScalarNode)):
            if (key.tag, key.value) in known:
                self._refuse(key, f"{key.value} appears twice")
            known.add((key.tag, key.value))
        return node

    def _refuse(self, node, problem):
        raise yaml.MarkedYAMLError(problem=problem, problem_mark=node.start_mark)


_TAG = "tag:yaml.org,2002:"
_MEANT = "write numbers without a leading 0 or a colon, true or false, and text in quotes"
_Loader.add_implicit_resolver(f"{_TAG}float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+0123456789."))


def _means_something_else(node):
    """Tell whether a word without quotes becomes what few people mean: 0500 is octal, 1:30 is 90, and no is False."""
    kind, word = node.tag.removeprefix(_TAG), node.value.replace("_", "")
    if kind == "int":
        return ":" in word or (re.fullmatch(r"[-+]?0[0-7]{2,}", word) is not None and int(word, 8) != int(word))
    if kind == "bool":
        return word.lower() not in ("true", "false")
    return kind == "timestamp" or (kind == "float" and ":" in word)


def read(source):
    """Read a grid; what it means for a notebook is found out by `expand`.

    Parameters
    ----------
    source : str, Path or dict
        A YAML file, or what such a file holds.

    Returns
    -------
    dict

    Raises
    ------
    SweepError
        The file cannot be read (with line and column), or has keys that mean nothing.
    """
    if not isinstance(source, (dict, str, Path)):
        raise SweepError(f"A grid is the path of a YAML file, or a dict, not {write(source)}.")
    grid = dict(source) if isinstance(source, dict) else _read_yaml(_as_path(source))
    unknown = [plain(key)[:60] if isinstance(key, str) else write(key) for key in grid if key not in KEYS]
    if unknown:
        raise SweepError(
            f"A grid has no key {', '.join(unknown)}: it has {', '.join(KEYS)}; what the notebook is given "
            f"goes under parameters."
        )
    check_time_limit(grid.get("time_limit"))
    return grid


def _as_path(source):
    try:
        return as_path(source, "The grid")
    except ValueError as error:
        raise SweepError(str(error)) from error


def _read_yaml(path):
    try:
        grid = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise SweepError(f"The grid {plain(path)} cannot be read: {explain(error, 'reading')}.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SweepError(
            f"{path.name}, line {mark.line + 1}, column {mark.column + 1}: {error.problem}. Correct the YAML there."
        ) from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:  # numbers and dates that do not exist, too
        raise SweepError(f"{plain(path)} is not YAML: {str(error).splitlines()[0]}. Correct the file.") from error
    except RecursionError as error:
        raise SweepError(f"{plain(path)} is not a grid: too many brackets are nested. Remove some.") from error
    if not isinstance(grid, dict):
        raise SweepError(f"{plain(path.name)} is not a grid: it must hold keys such as parameters, rows and seeds.")
    return grid


def expand(grid, notebook, beside=None):
    """Return the runs of a grid, each as the parameters that its notebook is given.

    Parameters
    ----------
    grid : dict
        What `read` returned.
    notebook : ganlib.sweep.notebook.Notebook
        Its parameters are the ones that a grid can name.
    beside : Path or None
        The folder that names of files are relative to.

    Returns
    -------
    runs : dict of str to dict
        Id of the run to its parameters, in the grid's order. What one run does not name has the notebook's default,
        unless the notebook computes it.
    merged : int
        How many runs were duplicates.

    Raises
    ------
    SweepError
        An unknown parameter (the known ones are named), a wrong type, or no run at all.
    """
    axes = _mapping("parameters", grid.get("parameters"))
    axes = {name: given.tolist() if isinstance(given, np.ndarray) else given for name, given in axes.items()}
    rows = [_mapping("a row", row) for row in _list("rows", grid.get("rows"))]
    for name in {**axes, **{name: None for row in rows for name in row}}:
        _check_name(name, notebook)
    seeds = _seeds(axes, rows, grid, notebook)
    points = _points(axes, rows, len(seeds), grid, notebook)
    points = [{**point, **seed} for point in points for seed in ([{}] if "seed" in point else seeds)]
    defaults = {name: notebook.parameters[name].default for point in points for name in point}
    defaults = {name: value for name, value in defaults.items() if value is not None}
    for name in filter(lambda name: name.endswith(FILE), defaults):
        defaults[name] = _absolute(name, defaults[name], notebook.path.parent)
    return _identify([_complete({**defaults, **point}, notebook, beside) for point in points])


def _points(axes, rows, seeds, grid, notebook):
    """Return the product of all axes and the rows, without seeds, after a check that there are not too many."""
    choices = {name: _values(name, given, notebook) for name, given in axes.items()}
    drawn = _draw({name: given for name, given in axes.items() if "draw" in _keys(given)}, grid, notebook)
    fixed = {name: values[0] for name, values in choices.items() if not isinstance(axes[name], (list, tuple, dict))}
    only_rows = (rows or not axes) and len(fixed) == len(axes)
    size = 0 if only_rows else math.prod(map(len, choices.values())) * len(drawn)
    total = size * (1 if "seed" in axes else seeds) + sum(1 if "seed" in {**fixed, **row} else seeds for row in rows)
    if total > MOST_RUNS:
        raise SweepError(
            f"The grid has {total:,} runs, and a sweep makes {MOST_RUNS:,} at most: give fewer "
            f"values, or draw some at random, with draw and draws."
        )
    points = [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]
    points = [] if only_rows else [{**point, **draw} for draw in drawn for point in points]
    return points + [{**fixed, **row} for row in rows]


def check_time_limit(minutes):
    """Return how many minutes a run may take, a float, or None for no limit; SweepError if it is neither."""
    try:
        return None if minutes is None else Number("time_limit, in minutes,", 0.01, MOST_MINUTES)(minutes)
    except ValueError as error:
        raise SweepError(str(error)) from error


def _check_name(name, notebook):
    if name in GIVEN:
        raise SweepError(f"The parameter {name} is filled in by the sweep itself: leave it out of the grid.")
    if name not in notebook.parameters:
        comma = "" if isinstance(name, str) else " A comma ends a value in YAML: write numbers with a decimal point."
        raise SweepError(f"{notebook.path.name} has no parameter {name}: it has {notebook.known()}.{comma}")
    if name in OF_THE_TABLE:
        raise SweepError(
            f"The parameter {name} would be lost among the columns {', '.join(OF_THE_TABLE)} of a sweep's table: give "
            f"it another name in the notebook."
        )


def _mapping(what, given):
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise SweepError(f"{what} must map names of parameters to values, not be {write(given)}.")
    return given


def _list(what, given):
    if given is not None and not isinstance(given, (list, tuple)):
        raise SweepError(f"{what} must be a list, not {write(given)}.")
    return list(given or ())


def _keys(given):
    return set(given) if isinstance(given, dict) else set()


def _values(name, given, notebook):
    """Return the values of one axis: one, a list or a range; a drawn one has its values from `_draw`."""
    if "draw" in _keys(given):
        return [None]
    if isinstance(given, dict):
        return _range(name, given, notebook)
    if isinstance(given, (list, tuple)) and not given:
        raise SweepError(f"{name} has no value: give it one, or leave it out.")
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _range(name, given, notebook):
    if _keys(given) - {"scale"} != {"from", "to", "count"}:
        keys = ", ".join(map(str, given))
        raise SweepError(f"The range of {name} needs from, to and count, and may have scale, not {keys}.")
    low, high = _ends(name, (given["from"], given["to"]), _scale(name, given))
    count = _count(f"The count of the range of {name}", given["count"])
    space = np.geomspace if _scale(name, given) == "log" else np.linspace
    return [_tidy(value, name, notebook) for value in space(low, high, count)]


def _count(what, given):
    """Return a number of values, draws or seeds; more than there can be runs would only fill the memory."""
    if type(given) is not int or not 1 <= given <= MOST_RUNS:
        raise SweepError(f"{what} must be a whole number from 1 to {MOST_RUNS:,}, not {write(given)}.")
    return given


def _scale(name, given):
    scale = given.get("scale", "log")
    if scale not in SCALES:
        raise SweepError(f"The scale of {name} must be log or linear, not {write(scale)}.")
    return scale


def _ends(name, ends, scale):
    numbers = [float(end) for end in ends if type(end) in (int, float) and -MOST < end < MOST]
    if len(numbers) != 2 or len(ends) != 2 or (scale == "log" and min(numbers) < 1 / MOST):
        above = " above 0, or scale: linear" if scale == "log" else ""
        raise SweepError(f"The range of {name} needs two numbers{above}, not {', '.join(map(write, ends))}.")
    return numbers


def _tidy(value, name, notebook):
    """Round a number to six digits, or to a whole one where the parameter is, so that it reads well."""
    return round(value) if type(notebook.parameters[name].default) is int else float(f"{value:.6g}")


def _draw(axes, grid, notebook):
    """Return the points that are drawn at random, as a list of dicts; one empty dict if there are none."""
    if bool(axes) != (grid.get("draws") is not None):
        raise SweepError(
            "draws, a whole number from 1, and a parameter with draw: [from, to] belong together: give both or neither."
        )
    seed = grid.get("draw_seed", 0)
    if type(seed) is not int or seed < 0:
        raise SweepError(
            f"draw_seed must be a whole number from 0, not {write(seed)}, so that --resume draws the same."
        )
    rng = np.random.default_rng(seed)
    points = [{} for _ in range(_count("draws", grid["draws"]) if axes else 1)]
    for name, given in axes.items():
        if _keys(given) - {"scale"} != {"draw"} or not isinstance(given["draw"], (list, tuple)):
            raise SweepError(f"{name} can be drawn with draw: [from, to] and scale: log or linear, not {write(given)}.")
        scale = _scale(name, given)
        low, high = _ends(name, given["draw"], scale)
        for point in points:
            share = rng.random()
            value = low * (high / low) ** share if scale == "log" else low + (high - low) * share
            point[name] = _tidy(value, name, notebook)
    return points


def _seeds(axes, rows, grid, notebook):
    """Return the seeds for every point that names none: a list of dicts, one empty dict for no seed."""
    seeds = grid.get("seeds", SEEDS)
    if "seeds" in grid and ("seed" in axes or any("seed" in row for row in rows)):
        raise SweepError("The grid has both seeds and the parameter seed: leave one of them out.")
    if "seed" not in notebook.parameters:
        if "seeds" in grid:
            raise SweepError(f"{notebook.path.name} has no parameter seed: leave seeds out of the grid.")
        return [{}]
    if type(seeds) is int and seeds >= 1:
        seeds = range(_count("seeds", seeds))
    if not isinstance(seeds, (list, tuple, range)) or not all(type(seed) is int for seed in seeds):
        raise SweepError(f"seeds must be a number of seeds from 1, or a list of whole numbers, not {write(seeds)}.")
    return [{"seed": seed} for seed in seeds]


def _complete(point, notebook, beside):
    """Check every value, make names of files absolute, and write down the speed."""
    point = {name: _absolute(name, value, beside) if name.endswith(FILE) else value for name, value in point.items()}
    if notebook.lesson and isinstance(path := point.get("path"), str) and path:  # pictures, which need not be one file
        point["path"] = os.path.abspath((beside or Path()) / os.path.expanduser(path))
    checked = {name: notebook.parameters[name].check(value) for name, value in point.items()}
    if "speed" in notebook.parameters and not checked.get("speed"):
        checked["speed"] = speed_name()  # else another computer's environment would decide
    return checked


def _absolute(name, value, beside):
    """Return the absolute path of a file that a parameter names."""
    if not value or not isinstance(value, str):
        return value
    path = (beside or Path()) / os.path.expanduser(value)
    if not os.path.isfile(path) or not os.access(path, os.R_OK):
        raise SweepError(f"The file {value!r} of the parameter {name} is not there, or you may not read it ({path}).")
    return str(path.resolve())


def _identify(points):
    """Return the runs by id, each once, and how many were duplicates."""
    if not points:
        raise SweepError("The grid is empty: it must give at least one value to every parameter, or one row.")
    runs = {run_id(point): point for point in points}
    return runs, len(points) - len(runs)


def run_id(parameters):
    """Return the id of a run: twelve hexadecimal digits made from its parameters and the content of files they name."""
    told = json.dumps(parameters, sort_keys=True)
    for name, value in sorted(parameters.items()):
        if name.endswith(FILE) and isinstance(value, str) and value:
            told += hashlib.sha256(Path(value).read_bytes()).hexdigest()
    return hashlib.sha256(told.encode()).hexdigest()[:12]
