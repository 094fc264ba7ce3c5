"""Locks between processes, and between what runs in one. Only the standard library is used."""

import errno
import os
import time

LOCK = ".lock"  # the file that stands for a folder
_HELD = (errno.EACCES, errno.EAGAIN, errno.EDEADLK)


def try_lock(file):
    """Lock an open file; tell whether that worked.

    The system takes the lock back when the file is closed or the process ends, however it ends. Where the file system
    knows no locks (some network drives), everybody gets in.
    """
    try:
        if os.name == "nt":
            import msvcrt

            file.seek(2**30)  # a byte that nobody reads: Windows keeps others from reading a locked one
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        return error.errno not in _HELD
    return True


def hold(folder, patience=0.0):
    """Lock a folder, waiting up to `patience` seconds for another writer; return the file to close to release it.

    Raises
    ------
    BlockingIOError
        Another writer still has it.
    OSError
        The lock cannot be written.
    """
    file = open(os.path.join(folder, LOCK), "ab")  # noqa: SIM115 (held until it is closed, or the process ends)
    last = time.monotonic() + patience
    while not try_lock(file):
        if time.monotonic() >= last:
            file.close()
            raise BlockingIOError(f"Another process is writing in {folder}: wait for it to end, or end it.")
        time.sleep(0.1)
    return file
