"""Writing files so that no crash, kill or full disk leaves a half-written one."""

import contextlib
import errno
import os
from pathlib import Path

_REASONS = {
    errno.ENOSPC: "the disk is full",
    errno.EDQUOT: "the disk quota is used up",
    errno.EROFS: "the disk is read-only",
    errno.EACCES: "writing there is not allowed",
    errno.EPERM: "writing there is not allowed",
    errno.ENOTDIR: "a part of the path is a file, not a folder",
    errno.EEXIST: "a part of the path is a file, not a folder",
    errno.EISDIR: "a folder of that name is there",
    errno.ENAMETOOLONG: "the name is too long",
}
UNFINISHED = ".unfinished"


def explain(error):
    """Say in words why the operating system refused; `error` is an OSError."""
    return _REASONS.get(error.errno, error.strerror or str(error))


@contextlib.contextmanager
def atomic_write(path):
    """Open a temporary file beside `path` for binary writing and rename it to `path` when the block ends well.

    Parameters
    ----------
    path : str or Path
        The file to make or replace. Missing folders are made.

    Raises
    ------
    OSError
        The disk is full or may not be written to; says so in one sentence. What stood at `path` is untouched.
    """
    path = Path(path)
    unfinished = path.with_name(f".{path.name}.{os.getpid()}{UNFINISHED}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(unfinished, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(unfinished, path)
    except OSError as error:
        message = f"{path} could not be written: {explain(error)}. Free some space or choose another place."
        raise OSError(error.errno, message) from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink(missing_ok=True)


def remove_unfinished(folder):
    """Delete what `atomic_write` left in `folder` and below when its process was killed."""
    for path in Path(folder).rglob(f".*{UNFINISHED}"):
        path.unlink(missing_ok=True)
