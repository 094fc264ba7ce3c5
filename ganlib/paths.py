"""Where files are: paths as people write them, and why the system refuses one. Only the standard library is used."""

import contextlib
import errno
import os
import stat
from pathlib import Path

from ganlib.wording import write

PACKAGE = Path(__file__).resolve().parent
# Where sweeps find the lessons: an installed package has them inside, a checkout beside it.
LESSONS = (PACKAGE if (PACKAGE / "notebooks").is_dir() else PACKAGE.parent) / "notebooks"
# Where files that come with the project are, if they are there; `find_asset` looks for a single one.
ASSETS = (PACKAGE if (PACKAGE / "assets").is_dir() else PACKAGE.parent) / "assets"
_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EFBIG: "the file would be larger than is allowed here",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "writing there is not allowed",
    errno.EPERM: "writing there is not allowed",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.EISDIR: "a folder of that name is there",
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "it is a link that leads back to itself",
    errno.EMFILE: "too many files are open",
}


def find_asset(name):
    """Return the path of a file that comes with the project, in an installed package or a checkout; None if neither."""
    for root in (PACKAGE / "assets", PACKAGE.parent / "assets"):
        with contextlib.suppress(OSError, ValueError):  # of a name that no file can have
            if (root / name).is_file():
                return root / name
    return None


def explain(error, doing="writing"):
    """Say in words why the operating system refused.

    Parameters
    ----------
    error : OSError
        As it came from the system, or one that was raised from it.
    doing : str
        "writing" or "reading".

    Returns
    -------
    str
        Without a full stop.
    """
    while isinstance(error.__cause__, OSError):
        error = error.__cause__
    reason = _REASONS.get(error.errno, error.strerror or str(error)).rstrip(".")
    return reason.replace("writing", doing)


def as_path(path, name="path"):
    """Return where a file or folder is, with the home folder for `~`.

    Parameters
    ----------
    path : str or Path
    name : str
        What the argument is called.

    Returns
    -------
    pathlib.Path

    Raises
    ------
    ValueError
        It is neither text nor a path, is empty, begins with the home folder of an unknown user, or holds a character
        that no name may have.
    """
    text = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(text, str) or not text:
        raise ValueError(f"{name} must be the name of a file or folder, as text or as a Path, not {write(path)}.")
    try:
        if b"\0" in os.fsencode(text):
            raise ValueError("a zero byte")
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{name} is {write(text)}, but there is no such home folder: write the whole path.") from error
    except ValueError as error:
        what = f"not {write(text)}, which holds a character that no name may have"
        raise ValueError(f"{name} must be the name of a file or folder, {what}.") from error


def file_mode(path):
    """Return the permissions of a file, 0 to 0o7777, or None if there is none.

    Raises
    ------
    OSError
        What is there is a folder, a device or a pipe, or cannot be looked up.
    """
    try:
        mode = os.stat(path).st_mode
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is a device or a pipe, not a file")
    return stat.S_IMODE(mode)
