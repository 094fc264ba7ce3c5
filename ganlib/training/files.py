"""Where files are, and writing them so that no crash, kill or full disk leaves a half-written one."""

import contextlib
import errno
import glob
import os
import secrets
import stat
from pathlib import Path

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
UNFINISHED = ".unfinished"


def explain(error):
    """Say in words why the operating system refused; `error` is an OSError, or one that was raised from it."""
    while isinstance(error.__cause__, OSError):
        error = error.__cause__
    return _REASONS.get(error.errno, error.strerror or str(error)).rstrip(".")


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
        It is neither text nor a path, is empty, begins with the home folder of somebody unknown, or holds a character
        that no name has.
    """
    text = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(text, str) or not text:
        raise ValueError(f"{name} must be the name of a file or folder, as text or as a Path, not {path!r:.60}.")
    try:
        if b"\0" in os.fsencode(text):
            raise ValueError("a zero byte")
        return Path(text).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{name} is {text!r:.60}, but there is no such home folder: write it out.") from error
    except ValueError as error:
        raise ValueError(f"{name} is {text!r:.60}, which holds a character that no name may have.") from error


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
        `path` is no name of a file.
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
        if isinstance(error.__cause__, OSError):  # another file that was written meanwhile, and is told of already
            raise
        message = f"{path} could not be written: {explain(error)}. {_way_out(error)}"
        raise OSError(error.errno, message) from error
    finally:
        if unfinished is not None:
            with contextlib.suppress(OSError):
                unfinished.unlink(missing_ok=True)


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
