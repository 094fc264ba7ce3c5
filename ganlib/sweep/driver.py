"""A whole sweep, from the grid to the gallery."""

import contextlib
import os
import sys
from functools import partial
from pathlib import Path

from tqdm import tqdm

from ganlib.paths import as_path
from ganlib.setup.environment import sentence
from ganlib.sweep import gallery, runner
from ganlib.sweep import grid as grids
from ganlib.sweep import notebook as notebooks
from ganlib.sweep import pool as pools
from ganlib.sweep.cost import estimate
from ganlib.sweep.errors import SweepError
from ganlib.sweep.folder import SweepFolder
from ganlib.sweep.table import Table
from ganlib.wording import write

LESSON = "06"


def run(grid, out, workers=None, scheduler=None, resume=False, *, notebook=None, time_limit=None, verbose=1):
    """Execute a lesson once for every run of a grid, and gather what came of it.

    Parameters
    ----------
    grid : str, Path or dict
        A YAML file, or what it would hold: `parameters` (one value, a list, or a range such as {"from": 2e-5, "to":
        2e-3, "count": 5}), `seeds` (3 if left out), `rows`, `draws`, `draw_seed`, `time_limit`, and `notebook` ("06" if
        left out).
    out : str or Path
        The folder for all of it; new, empty, or that of the same sweep. Workers on other computers must see it under
        the same path.
    workers : int or None
        How many runs to make at a time on this computer, 1 to 1,000; if None, one per GPU, or else one per core as far
        as there are 2 GiB of memory for each.
    scheduler : str or None
        Address of a Dask scheduler whose workers make the runs, such as "tcp://node1:8786".
    resume : bool
        Go on with the sweep that is in `out`: skip the runs that are complete, repeat those that failed, and continue
        those that were cut off from their checkpoints.
    notebook : str, Path or None
        A lesson's number or the path of a notebook, instead of what the grid says.
    time_limit : float or None
        Minutes that each run may take, from 0.01, instead of what the grid says; without either there is no limit. A
        run that takes longer is stopped and counts as failed; `resume` with a longer limit goes on with it.
    verbose : int
        0: silent; 1: the cost, the dashboard's address and a progress bar.

    Returns
    -------
    pandas.DataFrame
        One row per run: `id`, parameters, `outcome`, scores and times. The same is in `out/results.parquet` and
        `out/results.csv`, with pictures in `out/index.html`.

    Raises
    ------
    SweepError
        The grid, the folder or the workers do not fit, and nothing has been started; or the sweep was cut short.

    Examples
    --------
    >>> table = run({"parameters": {"steps": 1000, "d_learning_rate": [1e-4, 1e-3]}}, "sweep")  # doctest: +SKIP

    In a script, call it below `if __name__ == "__main__":`, as the workers import the script.
    """
    workers = _check_workers(workers, scheduler)
    plan = prepare(grid, out, resume, notebook, time_limit)
    try:
        return _make(plan, workers, scheduler, runner.execute, verbose)
    except OSError as error:
        raise SweepError(f"{_sentence(error)} Then go on with --resume (resume=True).") from error
    finally:
        plan.folder.close()


class Plan:
    """A sweep that has been checked and has a folder; nothing runs yet."""

    def __init__(self, lesson, runs, merged, folder, time_limit=None):
        self.lesson, self.runs, self.merged, self.folder, self.time_limit = lesson, runs, merged, folder, time_limit
        self.whole = folder.whole()
        self.missing = {run: parameters for run, parameters in runs.items() if run not in self.whole}


def prepare(source, out, resume, name=None, time_limit=None):
    """Read the grid and its notebook, check both, and open the folder; SweepError says what does not fit."""
    time_limit = grids.check_time_limit(time_limit) or grids.read(source).get("time_limit")
    lesson, runs, merged = check(source, name)
    return Plan(lesson, runs, merged, SweepFolder(out, lesson, runs, resume), time_limit)


def check(source, name=None):
    """Read the grid and its notebook; return the notebook, the runs by id, and how many were duplicates."""
    read = grids.read(source)
    beside = None if isinstance(source, dict) else as_path(source).resolve().parent
    lesson = notebooks.read(notebooks.find(read.get("notebook", LESSON) if name is None else name, beside))
    return lesson, *grids.expand(read, lesson, beside)


def _check_workers(workers, scheduler):
    """Return how many runs to make at a time on this computer, None with a scheduler; SweepError if it cannot be."""
    if scheduler is None:
        return check_workers(workers)
    if not isinstance(scheduler, str) or not scheduler:
        raise SweepError(f"scheduler must be an address such as tcp://node1:8786, not {write(scheduler)}.")
    if workers is not None:
        raise SweepError("workers is for this computer, and a scheduler has its own workers: leave out one of the two.")
    return None


def check_workers(workers):
    """Return how many runs to make at a time; SweepError unless it is a whole number within limits."""
    if workers is None:
        return pools.usual_workers()
    if type(workers) is not int or not 1 <= workers <= pools.MOST_WORKERS:
        raise SweepError(f"workers must be a whole number from 1 to {pools.MOST_WORKERS}, not {write(workers)}.")
    return workers


def describe(lesson, runs, merged, whole, workers, out):
    """Say in a few lines what a sweep will do and cost."""
    missing = [parameters for run, parameters in runs.items() if run not in whole]
    lines = [f"{merged:,} of the grid's runs are duplicates and are made only once."] if merged else []
    if whole:
        lines.append(f"{len(whole):,} of {len(runs):,} runs are complete already.")
    return "\n".join(
        [*lines, estimate(lesson, missing, workers).sentence(lesson.path.name, workers, Path(out).resolve())]
    )


def _make(plan, workers, scheduler, function, verbose):
    """Make the runs that are missing, and write the table and the gallery."""
    say = partial(print, file=sys.stderr, flush=True) if verbose else lambda *words: None
    folder, table = plan.folder, Table(plan.folder.path, plan.runs)
    for result in plan.whole.values():
        table.add(result)
    if plan.missing:
        with pools.remote(scheduler, folder.path) if scheduler else pools.local(workers) as pool:
            say(describe(plan.lesson, plan.runs, plan.merged, plan.whole, pool.workers(), folder.path))
            say(f"Dask's dashboard: {pool.dashboard}")
            _drive(plan, pool, function, table, verbose)
    frame = table.write()
    gallery.write(folder.path, frame)
    say(f"{summary(frame)} The table is {folder.path / 'results.csv'}, the gallery {folder.path / 'index.html'}.")
    return frame


def _drive(plan, pool, function, table, verbose):
    folder, lesson = plan.folder, plan.lesson
    folder.begin(pool.threads)
    given = [name for name in notebooks.GIVEN if name in lesson.parameters]
    settings = lesson.path.parent, given, plan.time_limit
    jobs = ({**folder.job(run, *settings), "gpus": pool.gpus} for run in plan.missing)
    with tqdm(total=len(plan.runs), initial=len(plan.whole), unit="run", disable=not verbose, smoothing=0.1) as bar:
        failed = 0

        def tell(job, result, error):
            nonlocal failed
            result = result or _lost(job, error)
            table.add(result)
            failed += result["outcome"] == runner.FAILED
            bar.set_postfix_str(f"{failed} failed", refresh=False)
            bar.update()

        try:
            pools.drive(pool, function, jobs, tell)
        except (KeyboardInterrupt, OSError, SweepError) as stop:
            with contextlib.suppress(OSError):  # the disk may be full
                table.write()
            raise _broken_off(stop, len(folder.whole()), len(plan.runs)) from None


def _broken_off(stop, done, total):
    """Say how far a sweep got before it was cut short."""
    words = f"{done:,} of {total:,} runs are done; go on with --resume (resume=True)."
    if isinstance(stop, KeyboardInterrupt):
        return KeyboardInterrupt(f"Stopped: {words}")
    return SweepError(f"{_sentence(stop)} {words}")


def _sentence(error):
    return sentence(error).rstrip(".") + "."


def _lost(job, error):
    """Return the result of a run whose worker was lost again and again."""
    words = " ".join(f"the worker was lost: {type(error).__name__}: {error}".split())
    told = {"outcome": runner.FAILED, "error": words[:300], "cell": None, "seconds": None}
    return {"id": job["id"], "parameters": job["parameters"], **told}


def summary(frame):
    """Say how many runs came to which outcome."""
    counts = ", ".join(f"{count} {outcome}" for outcome, count in frame["outcome"].value_counts().items())
    return f"{len(frame):,} runs: {counts}."


def main(grid, notebook, out, workers, scheduler, resume, estimate, time_limit=None):
    """Do what `python -m ganlib sweep` was asked for; return the exit code: 1 if runs failed."""
    out = os.path.join("sweeps", Path(grid).stem) if out is None else os.path.expanduser(out)
    if estimate:
        if resume:
            raise SweepError("--estimate says what the whole grid costs: leave out --resume.")
        grids.check_time_limit(time_limit)
        workers = _check_workers(workers, scheduler) or pools.usual_workers()
        print(describe(*check(grid, notebook), {}, workers, out))
        return 0
    frame = run(grid, out, workers, scheduler, resume, notebook=notebook, time_limit=time_limit)
    for row in frame[frame["outcome"] == runner.FAILED].to_dict("records"):
        print(f"{Path(out, 'runs', row['id'], runner.NOTEBOOK)}, cell {row['cell']}: {row['error']}", file=sys.stderr)
    return int((frame["outcome"] == runner.FAILED).any())
