"""Grids: which runs a sweep makes, read from YAML or a dict and checked before anything starts."""

import hashlib
import itertools
import json
import math
import re
from pathlib import Path

import numpy as np
import yaml

from ganlib import course
from ganlib.sweep.errors import SweepError
from ganlib.sweep.notebook import FILE, GIVEN

KEYS = ("notebook", "parameters", "seeds", "draws", "draw_seed", "rows")
SEEDS = 3
SCALES = ("log", "linear")
EXAMPLE = """\
notebook: "06"              # a lesson's number, or a path
seeds: 3                    # 0, 1 and 2, the default; or a list
parameters:
  steps: 1000               # one value
  network: [dense, conv]    # each of them
  d_learning_rate: {from: 2e-5, to: 2e-3, count: 5}    # a range, in equal ratios (scale: linear for equal steps)
  g_learning_rate: {draw: [2e-5, 2e-3]}                # random, each ratio equally likely (or scale: linear)
draws: 20                   # how often to draw; draw_seed: 0 makes the draws repeatable
rows:                       # runs of their own, beside the product of the above
  - {d_learning_rate: 1e-4, g_learning_rate: 3e-2}
"""


class _Loader(yaml.SafeLoader):
    """YAML 1.1 takes 1e-4 for a word, and forgets the first of two equal keys: both would spoil a grid unseen."""

    def construct_mapping(self, node, deep=False):
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                mark = node.value[number][0].start_mark
                raise yaml.MarkedYAMLError(problem=f"{key} stands there twice", problem_mark=mark)
        return super().construct_mapping(node, deep)


_Loader.add_implicit_resolver(
    "tag:yaml.org,2002:float", re.compile(r"[-+]?(\d+\.?\d*|\.\d+)[eE][-+]?\d+$"), list("-+0123456789.")
)


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
    grid = dict(source) if isinstance(source, dict) else _read_yaml(Path(source))
    unknown = [str(key) for key in grid if key not in KEYS]
    if unknown:
        raise SweepError(
            f"A grid has no key {', '.join(unknown)}: it has {', '.join(KEYS)}; what the notebook is given "
            f"stands below parameters."
        )
    return grid


def _read_yaml(path):
    try:
        grid = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except OSError as error:
        raise SweepError(f"The grid {path} cannot be read: {error.strerror}.") from error
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise SweepError(
            f"{path.name}, line {mark.line + 1}, column {mark.column + 1}: {error.problem}; correct the YAML there."
        ) from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise SweepError(f"{path} is no YAML text: {str(error).splitlines()[0]}.") from error
    if not isinstance(grid, dict):
        raise SweepError(f"{path.name} is no grid: it must hold keys such as parameters, rows and seeds.")
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
        Id of the run to its parameters, in the grid's order. All runs have the same ones: what one does not name
        has the notebook's default.
    merged : int
        How many runs were there twice.

    Raises
    ------
    SweepError
        An unknown parameter (the known ones are named), a wrong type, or no run at all.
    """
    axes = _mapping("parameters", grid.get("parameters"))
    rows = [_mapping("a row", row) for row in _list("rows", grid.get("rows"))]
    for name in {**axes, **{name: None for row in rows for name in row}}:
        _check_name(name, notebook)
    choices = {name: _values(name, given, notebook) for name, given in axes.items()}
    drawn = _draw({name: given for name, given in axes.items() if "draw" in _keys(given)}, grid, notebook)
    fixed = {name: values[0] for name, values in choices.items() if values and not isinstance(axes[name], (list, dict))}
    points = [dict(zip(choices, values, strict=True)) for values in itertools.product(*choices.values())]
    points = [{**point, **draw} for draw in drawn for point in points]
    if (rows or not axes) and len(fixed) == len(axes):
        points = []  # only rows were asked for
    points += [{**fixed, **row} for row in rows]
    points = _with_seeds(points, axes, rows, grid, notebook)
    defaults = {name: notebook.parameters[name].default for point in points for name in point}
    defaults = {name: value for name, value in defaults.items() if value is not None}
    return _identify([_complete({**defaults, **point}, notebook, beside) for point in points])


def _check_name(name, notebook):
    if name in GIVEN:
        raise SweepError(f"The parameter {name} is filled in by the sweep itself: leave it out of the grid.")
    if name not in notebook.parameters:
        raise SweepError(f"{notebook.path.name} has no parameter {name}: it has {notebook.known()}.")


def _mapping(what, given):
    if given is None:
        return {}
    if not isinstance(given, dict):
        raise SweepError(f"{what} must map names of parameters to values, not be {given!r}.")
    return given


def _list(what, given):
    if given is not None and not isinstance(given, (list, tuple)):
        raise SweepError(f"{what} must be a list, not {given!r}.")
    return list(given or ())


def _keys(given):
    return set(given) if isinstance(given, dict) else set()


def _values(name, given, notebook):
    """Return the values of one axis: one, a list or a range; a drawn one has its values from `_draw`."""
    if "draw" in _keys(given):
        return [None]
    if isinstance(given, dict):
        return _range(name, given, notebook)
    return list(given) if isinstance(given, (list, tuple)) else [given]


def _range(name, given, notebook):
    if not _keys(given) - {"scale"} == {"from", "to", "count"}:
        raise SweepError(f"The range of {name} needs from, to and count, and may have scale, not {', '.join(given)}.")
    low, high = _ends(name, (given["from"], given["to"]), _scale(name, given))
    if type(given["count"]) is not int or given["count"] < 1:
        raise SweepError(f"The count of the range of {name} must be a whole number from 1, not {given['count']!r}.")
    space = np.geomspace if _scale(name, given) == "log" else np.linspace
    return [_tidy(value, name, notebook) for value in space(low, high, given["count"])]


def _scale(name, given):
    scale = given.get("scale", "log")
    if scale not in SCALES:
        raise SweepError(f"The scale of {name} must be log or linear, not {scale!r}.")
    return scale


def _ends(name, ends, scale):
    numbers = [end for end in ends if type(end) in (int, float) and math.isfinite(end)]
    if len(numbers) != 2 or len(ends) != 2 or (scale == "log" and min(numbers) <= 0):
        above = " above 0, or scale: linear" if scale == "log" else ""
        raise SweepError(f"The range of {name} needs two numbers{above}, not {', '.join(map(repr, ends))}.")
    return numbers


def _tidy(value, name, notebook):
    """Round a number to six digits, or to a whole one where the parameter is, so that it reads well."""
    return round(value) if type(notebook.parameters[name].default) is int else float(f"{value:.6g}")


def _draw(axes, grid, notebook):
    """Return the points that are drawn at random, as a list of dicts; one empty dict if there are none."""
    count = grid.get("draws")
    if not axes and count is None:
        return [{}]
    if not axes or type(count) is not int or count < 1:
        raise SweepError("draws, a whole number from 1, and a parameter with draw: [from, to] belong together.")
    rng = np.random.default_rng(grid.get("draw_seed", 0))
    points = [{} for _ in range(count)]
    for name, given in axes.items():
        if _keys(given) - {"scale"} != {"draw"} or not isinstance(given["draw"], (list, tuple)):
            raise SweepError(f"{name} can be drawn with draw: [from, to] and scale: log or linear, not {given!r}.")
        scale = _scale(name, given)
        low, high = _ends(name, given["draw"], scale)
        for point in points:
            share = rng.random()
            value = low * (high / low) ** share if scale == "log" else low + (high - low) * share
            point[name] = _tidy(value, name, notebook)
    return points


def _with_seeds(points, axes, rows, grid, notebook):
    """Repeat every point with every seed; a point that names its seed stays as it is."""
    seeds = grid.get("seeds", SEEDS)
    named = "seed" in axes or any("seed" in row for row in rows)
    if "seeds" in grid and named:
        raise SweepError("The grid has both seeds and the parameter seed: leave one of them out.")
    if "seed" not in notebook.parameters:
        if "seeds" in grid:
            raise SweepError(f"{notebook.path.name} has no parameter seed: leave seeds out of the grid.")
        return points
    if type(seeds) is int and seeds >= 1:
        seeds = list(range(seeds))
    if not isinstance(seeds, list) or not all(type(seed) is int for seed in seeds):
        raise SweepError(f"seeds must be a number of seeds from 1, or a list of whole numbers, not {seeds!r}.")
    return [{**point, "seed": seed} for point in points for seed in ([point["seed"]] if "seed" in point else seeds)]


def _complete(point, notebook, beside):
    """Check the type of every value, make names of files absolute, and write down the speed."""
    checked = {name: notebook.parameters[name].check(value) for name, value in point.items()}
    for name, value in checked.items():
        if name.endswith(FILE) and value:
            path = (beside or Path()) / value
            if not path.is_file():
                raise SweepError(f"The file {value!r} of the parameter {name} is not there (looked for {path}).")
            checked[name] = str(path.resolve())
    if "speed" in notebook.parameters and not checked.get("speed"):
        checked["speed"] = course.speed_name()  # else another computer's environment would decide
    return checked


def _identify(points):
    """Return the runs by id, each once, and how many were there twice."""
    if not points:
        raise SweepError("The grid is empty: it must give at least one value to every parameter, or one row.")
    runs = {run_id(point): point for point in points}
    return runs, len(points) - len(runs)


def run_id(parameters):
    """Return the id of a run: twelve hexadecimal digits out of its parameters, the same on every computer."""
    told = json.dumps(parameters, sort_keys=True)
    for name, value in sorted(parameters.items()):
        if name.endswith(FILE) and value:
            told += hashlib.sha256(Path(value).read_bytes()).hexdigest()
    return hashlib.sha256(told.encode()).hexdigest()[:12]
