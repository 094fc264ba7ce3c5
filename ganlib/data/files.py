"""Arrays in files: .npz and IDX, read no further than they announce."""

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


def read_npy_header(file, key):
    """Return what an array in an .npz file announces, after 64 kB of it at most."""
    member = file.getinfo(f"{key}.npy")
    if member.compress_type not in PLAIN:
        raise ValueError(f"{key} is packed as NumPy never does it")
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
        raise DataError(f"{path} is not an IDX file of bytes with {dimensions} dimension(s). Get it anew.")
    return Announced(np.dtype(np.uint8), struct.unpack(f">{dimensions}I", header[4:]))


def read_idx_file(path, shape):
    """Read the bytes behind the header, and not many more than it announces."""
    start = 4 + 4 * len(shape)
    expected = start + math.prod(shape)
    content = _read_start(path, expected + 1)
    if len(content) != expected:
        found = "more" if len(content) > expected else f"{len(content):,}"
        raise DataError(
            f"{path} announces {expected:,} bytes (shape {shape}) but holds {found}. "
            "It was cut short or changed; get it anew."
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def _read_start(path, count):
    """Return the first bytes of a file, unpacked if it is packed: browsers unpack files and leave them their names."""
    try:
        with path.open("rb") as file:
            packed = file.read(len(GZIP_MARK)) == GZIP_MARK
            file.seek(0)
            return gzip.GzipFile(fileobj=file).read(count) if packed else file.read(count)
    except Exception as error:  # gzip, zlib and the disk have one kind of error each
        raise DataError(f"{path} cannot be read ({error}). It is damaged or cut short: get it anew.") from error
