"""Which exercises have been passed: one small file in the home folder, and nothing leaves this computer."""

import json
import os
from pathlib import Path

from ganlib.training.files import atomic_write, explain

VARIABLE = "GANLIB_PROGRESS"


def file():
    """Return the path of the file: what the environment variable GANLIB_PROGRESS says, else one in the home folder."""
    return Path(os.environ.get(VARIABLE) or os.path.join(os.path.expanduser("~"), ".ganlib_progress.json"))


def read():
    """Read which exercises have been passed.

    Returns
    -------
    passed : set of str
        Names such as "06.1"; empty if there is no file yet, or one that cannot be read.
    trouble : str
        A sentence that says what is wrong with the file; empty if nothing is.
    """
    path = file()
    try:
        passed = json.loads(path.read_text(encoding="utf-8"))["passed"]
        if not (isinstance(passed, list) and all(isinstance(name, str) for name in passed)):
            raise TypeError("no list of names")
    except FileNotFoundError:
        return set(), ""
    except OSError as error:
        return set(), f"Your progress cannot be read from {path}: {explain(error)}."
    except (ValueError, KeyError, TypeError):
        return set(), f"{path}, which keeps your progress, is damaged: it counts as empty until you pass an exercise."
    return set(passed), ""


def note(name):
    """Write down that an exercise was passed.

    Parameters
    ----------
    name : str
        Such as "06.1".

    Returns
    -------
    str
        A sentence if it could not be kept; empty if it was.
    """
    passed, _ = read()
    if name in passed:
        return ""
    content = json.dumps({"passed": sorted(passed | {name})})
    try:
        with atomic_write(file()) as handle:
            handle.write(content.encode())
    except OSError as error:
        return f"Your progress was not kept. {error.strerror}"
    return ""
