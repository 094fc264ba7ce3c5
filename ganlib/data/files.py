"""Arrays in files: .npz and IDX, read no further than they announce."""

import contextlib
import gzip
import io
import math
import struct
import zipfile
from typing import NamedTuple

import numpy as np

from ganlib.data.shipped import DataError

GZIP_MARK = b"\x1f\x8b"
PLAIN = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # Python unpacks the others unboundedly


class Announced(NamedTuple):
    """What a file says that it holds, before it is unpacked."""

    dtype: np.dtype
    shape: tuple


@contextlib.contextmanager
def open_npz(path):
    """Open an .npz file as a `zipfile.ZipFile`; a DataError says what is wrong with it, or with what is read of it."""
    # Damaged bytes make zipfile, zlib and NumPy raise a dozen kinds of error, all with one meaning.
    try:
        with zipfile.ZipFile(path) as file:
            yield file
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"{path} cannot be read ({error}). It is damaged, or holds Python objects; get a fresh copy."
        ) from error


def check_labels(said, shapes, source):
    """Refuse announced labels that are not whole numbers or have none of the shapes; all begin with the count."""
    if not np.issubdtype(said.dtype, np.integer) or said.shape not in shapes:
        raise DataError(
            f"{source}: the labels are {said.dtype} of shape {said.shape}; they must be whole numbers, one for each of "
            f"the {shapes[0][0]:,} pictures."
        )


def check_range(images, source):
    """Refuse pictures whose bytes are only 0 and 1."""
    if images.max() <= 1:
        raise DataError(f"{source}: no pixel is above 1; they must use the range 0 to 255.")


def read_npy_header(file, key):
    """Return what an array in an .npz file announces, reading at most 64 kB of it."""
    member = file.getinfo(f"{key}.npy")
    if member.compress_type not in PLAIN:
        raise ValueError(f"{key} is compressed in a way that NumPy never uses")
    with file.open(member) as packed:
        start = io.BytesIO(packed.read(2**16))
    read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}
    shape, _, dtype = read[np.lib.format.read_magic(start)](start)
    expected = start.tell() + math.prod(shape) * dtype.itemsize
    if dtype.hasobject:
        raise ValueError(f"{key} is pickled")
    if member.file_size != expected:
        raise ValueError(f"{key} announces {expected:,} bytes but holds {member.file_size:,}")
    return Announced(dtype, shape)


def read_npy(file, key):
    """Return an array of an .npz file, once its header has been found right."""
    with file.open(f"{key}.npy") as packed:
        return np.lib.format.read_array(packed, allow_pickle=False)


def read_idx_header(path, dimensions):
    """Return what an IDX file of bytes announces: two zero bytes, type 8, the number of dimensions, their sizes."""
    start = 4 + 4 * dimensions
    header = _read_start(path, start)
    if len(header) < start or header[:4] != bytes([0, 0, 8, dimensions]):
        raise DataError(f"{path} is not an IDX file of bytes with {dimensions} dimension(s). Get a fresh copy.")
    return Announced(np.dtype(np.uint8), struct.unpack(f">{dimensions}I", header[4:]))


def read_idx_file(path, shape):
    """Read the bytes after the header, and at most one more than it announces."""
    start = 4 + 4 * len(shape)
    expected = start + math.prod(shape)
    content = _read_start(path, expected + 1)
    if len(content) != expected:
        found = "more" if len(content) > expected else f"{len(content):,}"
        raise DataError(
            f"{path} announces {expected:,} bytes (shape {shape}) but holds {found}. "
            "It was cut short or changed; get a fresh copy."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _read_start(path, count):
    """Return the first bytes of a file, unpacked if it is packed, whatever it is called: browsers unpack silently."""
    try:
        with path.open("rb") as file:
            packed = file.read(len(GZIP_MARK)) == GZIP_MARK
            file.seek(0)
            return gzip.GzipFile(fileobj=file).read(count) if packed else file.read(count)
    except Exception as error:  # gzip, zlib and the disk have one kind of error each
        raise DataError(f"{path} cannot be read ({error}). It is damaged or cut short: get a fresh copy.") from error
