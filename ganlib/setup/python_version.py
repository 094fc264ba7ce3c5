"""Which versions of Python run the kit. Python 2.7 can read this file, so that it can say which one to install."""

import json

OLDEST = (3, 11)
NEWEST = (3, 13)


def version_problem(version, arguments, windows):
    """Say in one sentence which Python to install.

    Parameters
    ----------
    version : tuple of int
        Version of the Python that runs, at least (major, minor).
    arguments : list of str
        What the user typed after `python -m ganlib`.
    windows : bool
        Whether the sentence should name the command for Windows.

    Returns
    -------
    str or None
        None if the version is right.
    """
    if OLDEST <= tuple(version[:2]) <= NEWEST:
        return None
    command = " ".join(["py -3.12" if windows else "python3.12", "-m ganlib"] + arguments)  # noqa: RUF005
    return (
        "ganlib needs Python 3.11, 3.12 or 3.13, and this is Python "
        + ".".join(str(number) for number in version[:2])
        + ": install Python 3.12 from https://www.python.org/downloads/ and run `"
        + command
        + "`."
    )


def as_report(line, advice):
    """Return what `doctor --json` prints where nothing could be checked, as text: one check, which failed.

    Parameters
    ----------
    line : str
        What was found.
    advice : str
        What to do about it.
    """
    return json.dumps({"ok": False, "checks": [{"ok": False, "line": line, "advice": advice}]}, indent=1)
