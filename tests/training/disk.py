"""A disk that fills up."""

import contextlib
import errno

from ganlib.training import files, run_folder


class FullDisk:
    """Lets a number of writes, flushes and renames happen, and refuses those after them: half a write is written."""

    def __init__(self, allowed):
        self.allowed = allowed

    def _use(self):
        self.allowed -= 1
        if self.allowed < 0:
            raise OSError(errno.ENOSPC, "No space left on device")

    def install(self, patch):
        for owner in (files, run_folder):
            patch.setattr(owner, "open", self._open, raising=False)
        for name in ("fsync", "replace"):
            patch.setattr(files.os, name, self._limited(getattr(files.os, name)))

    def _limited(self, function):
        def limited(*arguments):
            self._use()
            return function(*arguments)

        return limited

    @contextlib.contextmanager
    def _open(self, *arguments, **options):
        with open(*arguments, **options) as file:
            write = file.write

            class Limited:
                flush, fileno = file.flush, file.fileno

                @staticmethod
                def write(content):
                    try:
                        self._use()
                    except OSError:
                        write(content[: len(content) // 2])
                        raise
                    write(content)

            yield Limited
