"""Other people's HDF5 files: only plain arrays in the file itself, and no more of them than it can hold."""

import contextlib
import math

import h5py

from ganlib.keras_files.errors import ExportError

SLACK, PACKED = 64_000_000, 10  # bytes; how many times smaller than its arrays a file may be: weights hardly pack


@contextlib.contextmanager
def open_plain(path, file=None):
    """Open an HDF5 file for reading, after looking at everything in it and reading nothing.

    Parameters
    ----------
    path : Path
        Named in errors.
    file : binary file, optional
        What is read instead of the file at `path`.

    Yields
    ------
    h5py.File

    Raises
    ------
    ExportError
        It is not there, is damaged or no HDF5 file, leads to other files, or announces more than it can hold.
    """
    try:
        with h5py.File(file or path, "r") as opened:
            size = file.seek(0, 2) if file else path.stat().st_size
            check_announced(path, sum(map(_bytes_of, datasets_in(opened, path).values())), size)
            yield opened
    except ExportError:
        raise
    except (OSError, KeyError, RuntimeError, TypeError, ValueError, OverflowError) as error:
        reason = "there is no such file" if isinstance(error, FileNotFoundError) else "it is damaged or no HDF5 file"
        raise ExportError(f"{path} cannot be read: {reason}.") from error


def check_announced(path, announced, size):
    """Refuse a file that says that it holds far more bytes than its size allows."""
    if announced > SLACK + PACKED * size:
        raise ExportError(
            f"{path} cannot be read: it announces {announced:,} bytes, but is {size:,} bytes long. Real weights do not "
            "pack so well; get a fresh copy."
        )


def datasets_in(group, source):
    """Return every array in a group and below, unread, by its path there; `source` is named in errors.

    Raises
    ------
    ExportError
        Something there is no plain array of numbers in the same file.
    """
    found, seen, waiting = {}, {group}, [("", group)]
    while waiting:
        above, group = waiting.pop()
        for name in group:
            path = f"{above}{name}"
            if not isinstance(group.get(name, getlink=True), h5py.HardLink):
                raise _refuse(source, path, "is a link to another place, which is not followed")
            item = group[name]
            if isinstance(item, h5py.Group):
                if item in seen:
                    raise _refuse(source, path, "is there a second time")
                seen.add(item)
                waiting.append((f"{path}/", item))
            else:
                _check_plain(source, path, item)
                found[path] = item
    return found


def _check_plain(source, path, item):
    if not isinstance(item, h5py.Dataset) or item.dtype.kind not in "fiub" or item.shape is None:
        raise _refuse(source, path, "is no array of numbers")
    if item.external or item.is_virtual:
        raise _refuse(source, path, "lies in another file, which is not read")


def _refuse(source, path, why):
    return ExportError(f"{source} cannot be read: its entry {path:.100} {why}.")


def _bytes_of(dataset):
    """Return how many bytes an array takes when it is read, the pieces in which it is packed included."""
    return max(math.prod(dataset.shape), math.prod(dataset.chunks or (0,))) * dataset.dtype.itemsize
