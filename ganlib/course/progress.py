"""Which exercises have been passed, and what checks said no to: one small file, and nothing leaves this computer."""

import contextlib
import itertools
import json
import os
import re
import time
from pathlib import Path

from ganlib.lock import try_lock
from ganlib.paths import as_path, explain, file_mode
from ganlib.training.files import atomic_write

NAME = re.compile(r"[0-9]{2}\.[0-9]{1,2}")
VARIABLE = "GANLIB_PROGRESS"
GRADING = "NBGRADER_EXECUTION"  # set where nbgrader runs somebody's notebook: what they pass is not passed here
LARGEST = 1_000_000  # bytes; all exercises, each with all the reasons that are kept, take a fifth
MOST_REASONS, LONGEST = 8, 300  # of an exercise, and letters of each
PATIENCE = 10  # seconds that another kernel has to write the same file


def file():
    """Return the path of the file: what the environment variable GANLIB_PROGRESS says, else one in the home folder."""
    return as_path(os.environ.get(VARIABLE) or "~/.ganlib_progress.json", VARIABLE)


def read():
    """Read which exercises have been passed.

    Returns
    -------
    passed : set of str
        Names such as "06.1"; empty if there is no file yet, or one that cannot be read, and while nbgrader grades.
    trouble : str
        A sentence that says what is wrong with the file; empty if nothing is.
    """
    if GRADING in os.environ:
        return set(), ""
    try:
        path = file()
        kept = _load(path)
    except OSError as error:
        return set(), f"Your progress cannot be read from {path}: {explain(error, 'reading')}."
    except ValueError as error:
        return set(), f"Your progress cannot be read: {error}"
    if kept is None:
        return set(), (
            f"{path}, which keeps your progress, is damaged or not ganlib's: it counts as empty, and is kept under "
            f"another name once you pass an exercise."
        )
    return set(kept["passed"]), ""


def _load(path):
    """Return what the file holds, a dict with the list of names `passed`; None if it holds anything else."""
    if file_mode(path) is None:
        return {"passed": []}
    with open(path, "rb") as opened:
        content = opened.read(LARGEST + 1)
    try:
        kept = json.loads(content)
        names = kept["passed"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
    whole = len(content) <= LARGEST and isinstance(names, list) and all(isinstance(name, str) for name in names)
    return kept if whole else None


def note(name):
    """Write down that an exercise was passed; several kernels may do so at once.

    Parameters
    ----------
    name : str
        Such as "06.1".

    Returns
    -------
    str
        A sentence if it could not be kept; empty if it was.
    """
    return _change(lambda kept: {**kept, "passed": sorted({*kept["passed"], name})})


def note_no(name, reason):
    """Write down that a check said no, and why; if that cannot be kept, nothing is said: it costs nobody anything.

    Parameters
    ----------
    name : str
        Such as "06.1".
    reason : str
        What the learner was told. For each exercise only the first eight different reasons are kept and counted.
    """
    reason = reason[:LONGEST]

    def count(kept):
        failed = _failed_of(kept)
        reasons = failed.get(name, {})
        if reason not in reasons and len(reasons) >= MOST_REASONS:
            return kept
        return {**kept, "failed": {**failed, name: {**reasons, reason: reasons.get(reason, 0) + 1}}}

    _change(count)


def is_record(held):
    """Tell whether what JSON held is a record: names of passed exercises, and of failed ones each reason's count."""
    try:
        passed, failed = held["passed"], held["failed"]
        names = [*passed, *failed, *(reason for reasons in failed.values() for reason in reasons)]
        counts = [count for reasons in failed.values() for count in reasons.values()]
    except (TypeError, KeyError, AttributeError):
        return False
    return (
        isinstance(passed, list)
        and all(isinstance(name, str) for name in names)
        and all(NAME.fullmatch(name) for name in (*passed, *failed))
        and all(type(count) is int and 0 < count < 10**6 for count in counts)
    )


def _failed_of(kept):
    """Return what a file holds of failed checks; nothing if somebody changed that by hand so that it cannot be read."""
    failed = kept.get("failed")
    return failed if is_record({"passed": [], "failed": failed}) else {}


def export(path):
    """Write a copy of the record, for a leader to collect; it holds nobody's name.

    Parameters
    ----------
    path : str or Path
        A name that ends in `.json`.

    Raises
    ------
    ValueError
        The name does not fit, or the record cannot be read.
    OSError
        The record cannot be read, or the file not written.
    """
    path = as_path(path)
    if path.suffix.lower() != ".json":
        raise ValueError(f"The name of the file must end in .json, unlike {path.name!r:.60}.")
    if (kept := _load(file())) is None:
        raise ValueError(read()[1])
    record = {"passed": sorted(filter(NAME.fullmatch, set(kept["passed"]))), "failed": _failed_of(kept)}
    with atomic_write(path) as opened:
        opened.write(json.dumps(record, indent=1).encode() + b"\n")


def _change(change):
    """Replace what the file holds by `change(kept)`; return a sentence if that could not be done."""
    if GRADING in os.environ:
        return ""
    try:
        path = Path(os.path.realpath(file()))
        path.parent.mkdir(parents=True, exist_ok=True)
        with _alone(path):
            kept = _load(path) or _start_over(path)
            if (changed := change(kept)) != kept:
                with atomic_write(path) as opened:
                    opened.write(json.dumps(changed).encode())
    except OSError as error:
        return f"Your progress was not kept. {path} could not be written: {explain(error)}."
    except ValueError as error:
        return f"Your progress was not kept: {error}"
    return ""


def _start_over(path):
    """Put aside a file that is damaged or not ours, so that nothing of it is lost, and return an empty record."""
    names = (path.with_name(f"{path.name}.kept{number}") for number in itertools.count(1))
    path.rename(next(aside for aside in names if not os.path.lexists(aside)))
    return {"passed": []}


@contextlib.contextmanager
def _alone(path):
    """Hold a lock beside the file, which is gone afterwards; else two kernels would undo each other's notes."""
    lock, last = path.with_name(f"{path.name}.lock"), time.monotonic() + PATIENCE
    while True:
        with open(lock, "ab") as opened:
            if _holds(opened, lock):
                try:
                    yield
                finally:
                    with contextlib.suppress(OSError):  # on Windows, if another kernel waits for it
                        lock.unlink()
                return
        if time.monotonic() > last:
            raise TimeoutError(0, f"another kernel has held {lock} for {PATIENCE} seconds")
        time.sleep(0.01)


def _holds(opened, lock):
    """Tell whether we have the lock, and on the file that is there now: the one before us removed its own."""
    try:
        locked = try_lock(opened)
    except OSError:  # a disk that knows no locks
        locked = True
    try:
        return locked and os.path.samestat(os.fstat(opened.fileno()), os.stat(lock))
    except FileNotFoundError:
        return False
