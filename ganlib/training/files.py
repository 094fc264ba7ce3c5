"""Writing files so that no crash, kill or full disk leaves a half-written one."""

import contextlib
import errno
import glob
import os
import secrets
import stat
from pathlib import Path

from ganlib.paths import as_path, explain, file_mode

UNFINISHED = ".unfinished"


@contextlib.contextmanager
def atomic_write(path):
    """Open a temporary file beside `path` for binary writing and rename it to `path` when the block ends well.

    Several threads and processes may write one path: the last one to end wins, and nobody ever sees a mixture.

    Parameters
    ----------
    path : str or Path
        The file to make or replace. Missing folders are made. A file keeps its permissions, and a link stays a link:
        what it leads to is replaced.

    Raises
    ------
    ValueError
        `path` is not the name of a file.
    OSError
        The disk is full or may not be written to; says so in one sentence. What stood at `path` is untouched.
    """
    path, unfinished = as_path(path), None
    try:
        target = Path(os.path.realpath(path))
        mode = file_mode(target)
        target.parent.mkdir(parents=True, exist_ok=True)
        unfinished = target.with_name(f"{_beginning(target)}{os.getpid()}.{secrets.token_hex(4)}{UNFINISHED}")
        with open(unfinished, "xb") as file:
            if mode not in (None, stat.S_IMODE(os.fstat(file.fileno()).st_mode)):
                unfinished.chmod(mode)  # before there is anything to be read
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, target)
    except OSError as error:
        if isinstance(error.__cause__, OSError):  # of another file, written meanwhile; its message says so
            raise
        message = f"{path} could not be written: {explain(error)}. {_way_out(error)}"
        raise OSError(error.errno, message) from error
    finally:
        if unfinished is not None:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)


class _Tried(Exception):
    """Ends the writing of a file before anything is in it."""


def try_to_write(path):
    """Raise what `atomic_write` would, before the work whose result is to be written there; nothing is changed."""
    with contextlib.suppress(_Tried), atomic_write(path):
        raise _Tried


def _beginning(target):
    """Return how the temporary names of a file begin; short enough for every disk."""
    return f".{target.name[:50]}."


def _way_out(error):
    full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    return "Free some space or choose another place." if full else "Choose another place."


def remove_unfinished(folder):
    """Delete what `atomic_write` left in `folder` and below, and behind links there, when its process was killed."""
    folder = as_path(folder, "folder")
    for path in folder.rglob(f".*{UNFINISHED}"):
        path.unlink(missing_ok=True)
    for link in [path for path in folder.rglob("*") if path.is_symlink()]:
        target = Path(os.path.realpath(link))
        inside = (target, ".*") if target.is_dir() else (target.parent, f"{glob.escape(_beginning(target))}*")
        for path in inside[0].glob(f"{inside[1]}{UNFINISHED}"):
            path.unlink(missing_ok=True)
