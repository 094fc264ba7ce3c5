"""Exercises of lesson 11: sweeps."""

from ganlib.course.checking import Exercise, NothingYet, Wrong, choice
from ganlib.sweep import SweepError


def _runs(grid):
    """Return the runs of a grid for lesson 06, or say what is wrong with it in the sweep's own words."""
    from ganlib.sweep import grid as grids
    from ganlib.sweep import notebook

    if not isinstance(grid, dict):
        raise Wrong(f"Give a grid as a dict with the key `parameters`, not {type(grid).__name__}.")
    if str(grid.get("notebook", "06")) not in ("06", "6"):
        raise Wrong('The grid is for another lesson: leave `notebook` out, or name "06".')
    try:
        return list(grids.expand(grids.read(grid), notebook.read(notebook.find("06")))[0].values())
    except SweepError as error:
        raise Wrong(str(error)) from error


def _two_batches(grid):
    runs = _runs(grid)
    sizes, seeds = ({run.get(name) for run in runs} for name in ("batch_size", "seed"))
    if sizes != {16, 64}:
        raise Wrong("The runs must have the batch sizes 16 and 64: name `batch_size` below `parameters`, with a list.")
    if len(seeds) != 3:
        raise Wrong(f"There are {len(seeds)} seeds; leave `seeds` out, or ask for 3.")
    if len(runs) != 6:
        raise Wrong(f"It makes {len(runs)} runs, not 2 · 3 = 6: something else is varied, too.")
    if {run.get("steps") for run in runs} != {1_000}:
        raise Wrong("Each run is to make 1,000 steps: name `steps` below `parameters`, too.")
    return "Two batch sizes, three seeds each: six runs."


RATES = ("d_learning_rate", "g_learning_rate")


def _nine_random(grid):
    runs = _runs(grid)
    if len(runs) != 9:
        raise Wrong(f"It makes {len(runs)} runs; nine are asked for: nine draws and one seed.")
    for name in RATES:
        values = {run.get(name) for run in runs}
        if None in values:
            raise NothingYet(f"The grid does not vary {name} yet.")
        if len(values) < 9:
            raise Wrong(f"{name} has {len(values)} values only: a list repeats them, `draw` takes a new one each time.")
        if not all(1e-5 <= value <= 1e-1 for value in values):
            raise Wrong(f"{name} must be drawn between 0.00001 and 0.1.")
        if sum(value < 1e-3 for value in values) < 2:
            raise Wrong(f"Nearly all values of {name} are large: with `scale: linear`, 99% of draws are above 0.001.")
    return "Nine values of each rate, where a regular grid of nine points has three."


def _before_telling(answer):
    choice(
        answer,
        "seeds",
        {
            "nothing": "One run of each pair cannot tell the pair from the luck of its first weights.",
            "rates": "Finer rates make a prettier map of the same luck.",
            "workers": "More workers make the same numbers, only sooner.",
        },
    )
    return "With several seeds you see how much of a difference is luck. After that, more steps and finer rates."


EXERCISES = (
    Exercise(
        "11.1",
        _two_batches,
        "A list below `parameters` multiplies the runs. How many seeds are there if you name none?",
        '`"batch_size": [...]` beside `"steps": 1_000`.',
    ),
    Exercise(
        "11.2",
        _nine_random,
        "Each of the two rates gets a `draw`; how many draws there are is said once, beside `parameters`.",
        '`"draws": 9` and `"seeds": [0]`; equal ratios have equal chances unless you say `scale`.',
    ),
    Exercise(
        "11.3",
        _before_telling,
        "What would be different if you made the best run of the table again with other first weights?",
        "The section on one seed says it.",
    ),
)
