"""What a sweep will cost, said before it starts: runs, minutes, disk.

A notebook can say what one run of it takes, in its metadata under `ganlib_sweep`, for one thread of the computer that
the lessons are measured on:

    seconds       for start-up, compiling and scoring
    seconds_each  by parameter, for each one that it counts: {"steps": 0.008}
    times         factors on the latter, by parameter and value: {"network": {"conv": 8}}
    megabytes     on disk

Otherwise, for a lesson of this kit, the times that were measured on two cores are taken.
"""

import math
import shutil
from typing import NamedTuple

from ganlib.speed import seconds_of_lesson

KEY = "ganlib_sweep"
MEGABYTES = 1  # an executed notebook


class Cost(NamedTuple):
    """What a sweep is expected to take.

    Attributes
    ----------
    runs : int
    seconds : float or None
        Of waiting, with all workers at work; None if nothing is known.
    megabytes : float
    """

    runs: int
    seconds: float | None
    megabytes: float

    def sentence(self, name, workers, folder):
        """Say it in words."""
        long = "an unknown time (the notebook does not say)" if self.seconds is None else f"about {_time(self.seconds)}"
        free = shutil.disk_usage(next(path for path in [folder, *folder.parents] if path.exists())).free / 1e6
        enough = "" if self.megabytes <= free else ", which is too little"
        return (
            f"{self.runs:,} {'run' if self.runs == 1 else 'runs'} of {name}: {long} with {workers} at a time, about "
            f"{_size(self.megabytes)} in {folder} ({_size(free)} are free{enough})."
        )


def estimate(notebook, runs, workers):
    """Estimate what runs of a notebook cost.

    Parameters
    ----------
    notebook : ganlib.sweep.notebook.Notebook
    runs : list of dict
        Parameters of each run.
    workers : int
        How many run at a time.

    Returns
    -------
    Cost
    """
    told = notebook.cells.metadata.get(KEY, {})
    try:
        seconds = [_seconds(run, notebook, told) for run in runs]
        total = None if None in seconds else sum(seconds) / max(1, min(workers, len(runs)))
        return Cost(len(runs), total, len(runs) * float(told.get("megabytes", MEGABYTES)))
    except (AttributeError, TypeError, ValueError, KeyError, OverflowError):  # a notebook that tells nonsense
        return Cost(len(runs), None, len(runs) * MEGABYTES)


def _seconds(run, notebook, told):
    values = {name: parameter.default for name, parameter in notebook.parameters.items()} | run
    each = told.get("seconds_each", {})
    if "seconds" in told and all(values.get(name) for name in each):
        factor = math.prod(by_value.get(str(values.get(name)), 1) for name, by_value in told.get("times", {}).items())
        return told["seconds"] + factor * sum(values[name] * cost for name, cost in each.items())
    return seconds_of_lesson(notebook.lesson).get(str(values.get("speed") or "lesson"))


def _time(seconds):
    if seconds < 100:
        return f"{seconds:.0f} seconds"
    return f"{seconds / 60:.0f} minutes" if seconds < 7200 else f"{seconds / 3600:.1f} hours"


def _size(megabytes):
    return f"{megabytes:.0f} MB" if megabytes < 1000 else f"{megabytes / 1000:.1f} GB"
