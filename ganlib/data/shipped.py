"""The data files that come with the project, and whether they are as they should be."""

import hashlib
from functools import cache

from ganlib.paths import find_asset
from ganlib.wording import write

SHIPPED = {
    "mnist.npz": "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
    "spambase.csv.gz": "896295f562ca1686f01f6c793224be48e0cfc7ab3246764b16ca091b79948c71",
}


class DataError(ValueError):
    """A data file is missing, damaged, or does not hold what it should."""


def asset(name):
    """Find a file that comes with the project, in an installed package or in a checkout.

    Parameters
    ----------
    name : str
        Path below `assets/`, with forward slashes, for example "data/mnist.npz".

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DataError
        The file is in neither place.
    """
    if not isinstance(name, str):
        raise DataError(f"name must be the path of a file below assets/, as text, not {write(name)}.")
    if found := find_asset(name):
        return found
    if not name.isprintable() or len(name) > 200:
        raise DataError(f"name must be the path of a file below assets/, not {write(name)}.")
    raise DataError(f"assets/{name} is missing. {_how_to_restore(name)}")


def _how_to_restore(name):
    return f"Restore it with `git checkout -- assets/{name}`, or install ganlib again."


def check_shipped(name):
    """Return the path of a shipped data file, once its SHA-256 is what it should be; else raise DataError."""
    path = asset(f"data/{name}")
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    if found != SHIPPED[name]:
        raise DataError(
            f"{path} is damaged, cut short or changed: its SHA-256 starts with {found[:12]}, "
            f"not with {SHIPPED[name][:12]}. {_how_to_restore(f'data/{name}')}"
        )
    return path


checked_once = cache(check_shipped)


def verify():
    """Check every shipped data file once more.

    Yields
    ------
    name : str
        File name below `assets/data/`.
    problem : str or None
        A sentence that says what is wrong and what to do, or None if the file is right.
    """
    for name in SHIPPED:
        try:
            check_shipped(name)
        except DataError as error:
            yield name, str(error)
        else:
            yield name, None
