"""How long each lesson and each of its cells takes: measured, and kept in one table.

`python -m ganlib timings` runs the lessons; `ganlib.course.filling` writes the times into the pages that state them.
"""

import contextlib
import json
import os
import re
import tempfile
import time
from pathlib import Path

import nbformat

from ganlib.course import SPEEDS, filling, lessons
from ganlib.setup import environment
from ganlib.training.files import atomic_write

TABLE = "assets/timings.json"  # in a checkout


# Measuring


def measure(path, out, speed):
    """Run a lesson and time it.

    Parameters
    ----------
    path, out : Path
        The lesson, and where to write it with its outputs.
    speed : str
        "smoke", "lesson" or "full".

    Returns
    -------
    dict
        What `read` returns, and `busy`: the share of all processors, 0 to 1, that other programs took in the meantime.
        Programs that ended before the lesson did are not counted.
    """
    with _others() as others:
        executed = lessons.execute(path, out, speed)
    return read(executed) | {"busy": others()}


def read(executed):
    """Read the times from a lesson that papermill has executed.

    Parameters
    ----------
    executed : nbformat.NotebookNode

    Returns
    -------
    dict
        `seconds` (float): of all cells; `cells` (dict of str to float): of each, by its id; `date`; `computer`: its
        device.

    Raises
    ------
    ValueError
        The notebook was not executed by papermill, or not to its end.
    """
    about = executed.metadata.get("papermill", {})
    if not about.get("end_time") or about.get("exception"):
        raise ValueError(
            "this notebook was not executed to its end by papermill: run `python -m ganlib timings --keep FOLDER`"
        )
    cells = {
        cell.id: round(cell.metadata.papermill.duration, 2)
        for cell in executed.cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", ())
    }
    found = re.search(r"^device: (.+)$", _printed(executed), re.MULTILINE)
    return {
        "seconds": round(sum(cells.values()), 1),
        "cells": cells,
        "date": about["end_time"][:10],
        "computer": found[1] if found else "an unknown computer",
    }


def speed_of(executed):
    """Return the speed that was injected into an executed lesson, "lesson" if none was."""
    return executed.metadata.get("papermill", {}).get("parameters", {}).get("speed") or "lesson"


def _printed(executed):
    outputs = (output for cell in executed.cells for output in cell.get("outputs", ()))
    return "".join(output.text for output in outputs if output.output_type == "stream")


@contextlib.contextmanager
def _others():
    """Give a function that says, after the block, which share of the processors other programs took in it."""
    began, before = time.perf_counter(), _seconds_of_others()
    end = []
    yield lambda: end[0]
    taken = sum(seconds - before.get(who, 0.0) for who, seconds in _seconds_of_others().items())
    end.append(round(taken / (time.perf_counter() - began) / (os.cpu_count() or 1), 2))


def _seconds_of_others():
    """Return the processor time that each process has taken that neither is this one nor descends from it."""
    import psutil

    own = {os.getpid(), *(child.pid for child in psutil.Process().children(recursive=True))}
    found = {}
    for process in psutil.process_iter(["pid", "create_time", "cpu_times"]):
        told = process.info
        if told["pid"] not in own and told["cpu_times"] is not None:
            found[told["pid"], told["create_time"]] = told["cpu_times"].user + told["cpu_times"].system
    return found


# The table


def load(checkout=environment.CHECKOUT):
    """Read the table, a dict: name of a lesson to speed to what `measure` returned; empty if there is none yet."""
    path = checkout / TABLE
    return json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}


def keep(table, checkout=environment.CHECKOUT):
    """Write the table as JSON, lessons and speeds in their order."""
    ordered = {name: {speed: table[name][speed] for speed in SPEEDS if speed in table[name]} for name in sorted(table)}
    with atomic_write(checkout / TABLE) as file:
        file.write((json.dumps(ordered, indent=1, ensure_ascii=False) + "\n").encode())


# The command


def collect(paths, speed, folder):
    """Run lessons one after the other, print a line about each and yield what was measured.

    Parameters
    ----------
    paths : iterable of Path
        The lessons.
    speed : str
        "smoke", "lesson" or "full".
    folder : Path
        Where the executed lessons are kept.

    Yields
    ------
    name : str
        Of the lesson's file, without its ending.
    measured : dict or None
        See `measure`; None if the lesson failed.
    """
    for path in paths:
        try:
            measured = measure(path, Path(folder) / path.name, speed)
        except Exception as error:  # whatever a lesson or its kernel raises: the others are worth measuring
            reason = (str(error).strip().splitlines() or ["no reason given"])[-1]
            print(f"{path.stem}: failed: {type(error).__name__}: {reason}", flush=True)
            yield path.stem, None
        else:
            print(line(path.stem, speed, measured), flush=True)
            yield path.stem, measured


def collect_executed(folder):
    """Yield (name, speed, measured) of every lesson that papermill has executed in a folder.

    Raises
    ------
    ValueError
        There is none, or one was not executed to its end.
    """
    paths = lessons.numbered(folder)
    if not paths:
        raise ValueError(f"{folder} holds no executed lessons: give the folder that `timings --keep` wrote.")
    for path in paths:
        executed = nbformat.read(path, nbformat.NO_CONVERT)
        try:
            yield path.stem, speed_of(executed), read(executed)
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from None


def line(name, speed, measured):
    """Write one line about a lesson: its time, its longest cell, and whether the measurement was disturbed."""
    longest = max(measured["cells"], key=measured["cells"].get)
    busy = measured.get("busy") or 0
    note = f"; other programs took {busy:.0%} of the processors" if busy > filling.QUIET else ""
    times = f"{measured['seconds']:>7.1f} s; longest: {longest} {measured['cells'][longest]:.1f} s"
    return f"{name:<36}{speed:<8}{times}{note}"


def run(speeds, words="", executed=None, folder=None, checkout=environment.CHECKOUT):
    """Measure lessons, or read what was executed already; keep the table and fill it in.

    Parameters
    ----------
    speeds : sequence of str
        Of "smoke", "lesson" and "full".
    words : str
        Which lessons, see `lessons.select`.
    executed : str or None
        A folder of executed lessons to read instead of running any.
    folder : str or None
        Where to keep the executed lessons, in a folder for each speed; nowhere if None.
    checkout : Path
        The kit whose lessons are measured and whose pages are filled in.

    Returns
    -------
    int
        How many lessons failed.
    """
    paths = lessons.select(words, checkout / "notebooks")
    failed, table = 0, load(checkout)
    with tempfile.TemporaryDirectory() as scratch:
        for name, speed, measured in _measurements(speeds, paths, executed, Path(folder or scratch)):
            if measured is None:
                failed += 1
                continue
            table.setdefault(name, {})[speed] = measured
            keep(table, checkout)  # at once: an interruption loses the lesson that runs, no other
    for changed in filling.fill(table, checkout):
        print(f"filled in: {changed.relative_to(checkout)}")
    return failed


def _measurements(speeds, paths, executed, folder):
    """Yield (name, speed, measured) of the lessons, run now or read from the folder `executed`."""
    if executed is None:
        for speed in speeds:
            for name, measured in collect(paths, speed, folder / speed):
                yield name, speed, measured
        return
    wanted = {path.stem for path in paths}
    for name, speed, measured in collect_executed(executed):
        if name in wanted:
            print(line(name, speed, measured))
            yield name, speed, measured
