"""The lessons as files: which there are, which are meant, how one is executed."""

import os
import re
from pathlib import Path

from ganlib.paths import LESSONS
from ganlib.setup import environment

NUMBERS = re.compile(r"(\d\d)(?:-(\d\d))?")


def numbered(folder=LESSONS):
    """Return the paths of all lessons in a folder in their order."""
    return sorted(Path(folder).glob("[0-9][0-9]_*.ipynb"))


def select(words="", folder=LESSONS):
    """Find the lessons that somebody means.

    Parameters
    ----------
    words : str
        Numbers and ranges of lessons, such as "00-06" or "00,05-08"; empty: all.
    folder : str or Path
        Where the lessons are.

    Returns
    -------
    list of Path

    Raises
    ------
    ValueError
        The words are not of that form, or there is no such lesson.
    """
    lessons = numbered(folder)
    if not words:
        return lessons
    chosen = set()
    for part in words.replace(" ", "").split(","):
        match = NUMBERS.fullmatch(part)
        if match is None:
            raise ValueError(f"Lessons are chosen by two-digit numbers, such as 00-06 or 00,05-08, not by {part!r}.")
        first, last = match[1], match[2] or match[1]
        found = {path for path in lessons if first <= path.name[:2] <= last}
        if not found:
            there = ", ".join(path.name[:2] for path in lessons) or "none"
            raise ValueError(f"There is no lesson {part} in {folder}; there are {there}.")
        chosen |= found
    return sorted(chosen)


def execute(path, out, speed):
    """Run a lesson from top to bottom and keep what it showed.

    Parameters
    ----------
    path, out : Path
        The lesson, and where to write it with its outputs.
    speed : str
        "smoke", "lesson" or "full".

    Returns
    -------
    nbformat.NotebookNode
        The executed lesson; its metadata say how long each cell took.

    Raises
    ------
    papermill.exceptions.PapermillExecutionError
        A cell failed; `out` holds the lesson up to there.
    """
    import papermill

    os.environ.update(environment.child_environment())
    Path(out).parent.mkdir(parents=True, exist_ok=True)
    return papermill.execute_notebook(
        path, out, {"speed": speed}, kernel_name="python3", cwd=path.parent, progress_bar=False, log_output=False
    )
