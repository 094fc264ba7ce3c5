"""Pictures of any shape in .npz and IDX files: MNIST's look-alikes, MedMNIST, EMNIST's letters."""

import re
import string
import zipfile
from typing import NamedTuple

import numpy as np

from ganlib.data.files import (
    check_labels,
    check_range,
    open_npz,
    read_idx_file,
    read_idx_header,
    read_npy,
    read_npy_header,
)
from ganlib.data.pictures import CHANNELS
from ganlib.data.shipped import DataError

MOST_BYTES = 10**9  # of pictures: a small file may announce more than any memory holds
SIDES = range(8, 1025)  # pixels
KEYS = (("x_{}", "y_{}"), ("{}_images", "{}_labels"), ("images", "labels"))
IDX_NAME = re.compile(r"(?P<set>.*?)-?(?P<split>train|test|t10k)-images(?P<mark>[-.])idx(?P<axes>[34])-ubyte(\.gz)?")
# Cohen et al. 2017, section III: in the last two, small letters that look like their capitals count as capitals.
LETTERS = string.ascii_uppercase
MERGED = string.digits + LETTERS + "abdefghnqrt"
EMNIST = {
    "emnist-letters": dict(enumerate(LETTERS, 1)),
    "emnist-byclass": dict(enumerate(string.digits + LETTERS + string.ascii_lowercase)),
    "emnist-balanced": dict(enumerate(MERGED)),
    "emnist-bymerge": dict(enumerate(MERGED)),
}


class Arrays(NamedTuple):
    """Arrays that were found and not read yet.

    Attributes
    ----------
    files : list of Path
    read : callable
        Returns pictures uint8 (n, height, width, channels), labels (n,) and a dict of names by label.
    message : str
        What to tell the user about them, or "".
    """

    files: list
    read: callable
    message: str = ""


def find_arrays(path, split):
    """Return the arrays at a path, or None: an .npz file, or IDX files in that folder or whose names begin with it."""
    if path.suffix.lower() == ".npz" and path.is_file():
        return Arrays([path], lambda: _read_npz(path, split))
    try:
        folder, beginning = (path, "") if path.is_dir() else (path.parent, path.name)
        names = sorted(file.name for file in folder.iterdir()) if folder.is_dir() else []
    except OSError:
        return None  # the caller meets the same error, and reports it
    found = [match for name in names if (match := IDX_NAME.fullmatch(name)) and match["set"].startswith(beginning)]
    sets = sorted({match["set"] for match in found})
    if not sets or (beginning and beginning not in sets and len(sets) > 1):
        return None
    if len(sets) > 1 and beginning not in sets:
        raise DataError(f"{folder} holds {len(sets)} sets of pictures: say which, such as {folder / sets[-1]}.")
    chosen = beginning if beginning in sets else sets[0]
    return _find_idx(folder, chosen, [match for match in found if match["set"] == chosen], split)


def _find_idx(folder, chosen, found, split):
    words = ("train",) if split == "train" else ("test", "t10k")
    images = next((match[0] for match in found if match["split"] in words), None)
    if images is None:
        raise DataError(f"{folder} has no IDX file of the {split} split: it must be called {words[-1]}-images-….")
    match = IDX_NAME.fullmatch(images)
    beside = images.replace("-images", "-labels").replace(f"idx{match['axes']}", "idx1").removesuffix(".gz")
    labels = next((folder / name for name in (beside, f"{beside}.gz") if (folder / name).is_file()), None)
    files = [folder / images] + ([labels] if labels else [])
    lying = chosen.lower().startswith("emnist")

    def read():
        pictures, known = _read_idx(files, int(match["axes"]))
        return (pictures.swapaxes(1, 2) if lying else pictures), known, EMNIST.get(chosen.lower(), {})

    message = f"{folder / images}: EMNIST's pictures are stored on their side, and were set upright."
    return Arrays(files, read, message if lying else "")


def _read_idx(files, axes):
    said = read_idx_header(files[0], axes)
    count = _check_announced(said.dtype, said.shape, files[0])
    pictures = _with_four_axes(read_idx_file(files[0], said.shape), files[0])
    if len(files) == 1:
        return pictures, np.zeros(count, np.int64)
    of_labels = read_idx_header(files[1], 1)
    check_labels(of_labels, [(count,)], files[1])
    return pictures, read_idx_file(files[1], of_labels.shape).astype(np.int64)


def _read_npz(path, split):
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is not an .npz file, or was cut short. Give a whole one.")
    with open_npz(path) as file:
        there = {name.removesuffix(".npy") for name in file.namelist()}
        pairs = [[key.format(split) for key in pair] for pair in KEYS]
        images, labels = next((pair for pair in pairs if pair[0] in there), (None, None))
        if images is None:
            raise DataError(
                f"{path} lacks {' or '.join(pair[0] for pair in pairs)}: it holds "
                f"{', '.join(sorted(there)[:5]) or 'nothing'}. Save it with np.savez(path, images=..., labels=...)."
            )
        said = read_npy_header(file, images)
        count = _check_announced(said.dtype, said.shape, path)
        if labels in there:
            check_labels(read_npy_header(file, labels), [(count,), (count, 1)], path)
            known = read_npy(file, labels).reshape(count).astype(np.int64)
        else:
            known = np.zeros(count, np.int64)
        return _with_four_axes(read_npy(file, images), path), known, {}


def _check_announced(dtype, shape, path):
    """Return how many pictures are announced; DataError if they cannot be used."""
    fits = len(shape) in (3, 4) and all(side in SIDES for side in shape[1:3]) and shape[0] > 0
    if dtype != np.uint8 or not fits or (len(shape) == 4 and shape[3] not in CHANNELS):
        raise DataError(
            f"{path}: the pictures are {dtype} of shape {shape}; they must be uint8 of shape (n, height, width), or "
            f"(n, height, width, 1 or 3), with sides of {SIDES[0]} to {SIDES[-1]} pixels."
        )
    if np.prod(shape, dtype=float) > MOST_BYTES:
        raise DataError(f"{path}: {shape[0]:,} pictures of this size take more than 1 GB. Save fewer, or smaller ones.")
    return shape[0]


def _with_four_axes(images, path):
    """Return pictures with four axes; DataError for those that use only 0 and 1."""
    check_range(images, path)
    return images if images.ndim == 4 else images[..., np.newaxis]
