"""MNIST, and other pictures of digits in its form: .npz files and folders of IDX files."""

import zipfile
from functools import cache
from numbers import Integral

import numpy as np

from ganlib.arguments import Choice, Whole, is_one_of
from ganlib.data.files import (
    check_labels,
    check_range,
    open_npz,
    read_idx_file,
    read_idx_header,
    read_npy,
    read_npy_header,
)
from ganlib.data.pictures import scale_pixels
from ganlib.data.shipped import DataError, checked_once
from ganlib.paths import as_path
from ganlib.wording import write

IDX_PREFIX = {"train": "train", "test": "t10k"}
IDX_FILES = (("images", 3), ("labels", 1))  # and their dimensions
MOST_PICTURES = 500_000  # in one split of other data, 392 MB: a small file may announce more than any memory holds


def load_mnist(split="train", digits=None, limit=None, scaled=False, path=None):
    """Load pictures of digits and their labels.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 or 10,000 pictures in MNIST.
    digits : int or collection of int, optional
        Keep only these labels, 0 to 9. Default: all.
    limit : int, optional
        At most this many pictures: the first ones, after the choice of digits. Default: all.
    scaled : bool
        False gives uint8 from 0 to 255; True gives float32 from -1 to 1.
    path : str or path, optional
        Other data of the same shape, such as Fashion-MNIST: an `.npz` file with the keys x_train, y_train,
        x_test and y_test, or a folder with the four IDX files, packed with gzip or not, whatever their names
        say. At most 500,000 pictures in each split. Default: the MNIST that is shipped with the project.

    Returns
    -------
    images : numpy.ndarray, shape (n, 28, 28, 1), uint8 or float32
        May be read-only, because later calls share it; copy it to change it.
    labels : numpy.ndarray, shape (n,), uint8

    Raises
    ------
    ValueError
        An argument is not one of those above, or no picture has the chosen digits.
    DataError
        A file is missing or damaged, or does not hold pictures and labels like MNIST's. It is a ValueError.
    """
    Choice("split", tuple(IDX_PREFIX))(split)
    wanted = None if digits is None else _as_digits(digits)
    if limit is not None:
        limit = Whole("limit", 1)(limit)
    if not is_one_of(scaled, (True, False)):
        raise ValueError(f"scaled must be True or False, not {write(scaled)}.")
    images, labels = _shipped_mnist(split) if path is None else _other_mnist(path, split)
    chosen = slice(limit) if wanted is None else np.flatnonzero(np.isin(labels, wanted))[:limit]
    images, labels = images[chosen], labels[chosen]
    if not len(labels):
        raise ValueError(f"No picture of the {split} split has a label in {wanted}; choose other digits.")
    return (scale_pixels(images) if scaled else images), labels


def _as_digits(digits):
    """Return the chosen digits as a sorted list; refuse everything but whole numbers from 0 to 9."""
    try:
        many = list(digits)
    except TypeError:  # one digit; or an array without axes, which is refused below
        many = [digits]
    if not many:
        raise ValueError("digits is empty: name at least one digit from 0 to 9, or leave it out for all.")
    for digit in many:
        if isinstance(digit, bool) or not isinstance(digit, Integral) or not 0 <= digit <= 9:
            raise ValueError(f"digits must be whole numbers from 0 to 9, not {write(digit)}.")
    return sorted({int(digit) for digit in many})


@cache
def _shipped_mnist(split):
    return _read_npz(checked_once("mnist.npz"), split)


def _other_mnist(path, split):
    """Read one split of somebody else's files, after both splits were checked."""
    path = as_path(path)
    try:
        is_folder, is_file, is_there = path.is_dir(), path.is_file(), path.exists()
    except OSError as error:
        raise DataError(f"{path!s:.200} cannot be looked up: {error.strerror}. Check the path.") from error
    if not (is_folder or is_file):
        what = "is neither a file nor a folder" if is_there else "does not exist"
        raise DataError(f"{path} {what}. Give an .npz file or a folder with four IDX files.")
    read = _read_idx if is_folder else _read_npz
    read(path, "test" if split == "train" else "train")
    return read(path, split)


def _read_npz(path, split):
    """Read and check one split of an .npz file with the keys of `keras.datasets.mnist`."""
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is not an .npz file, or was cut short. Give a whole one, or an IDX folder.")
    keys = (f"x_{split}", f"y_{split}")
    with open_npz(path) as file:
        if missing := [key for key in keys if f"{key}.npy" not in file.namelist()]:
            raise DataError(f"{path} lacks {' and '.join(missing)}. It needs x_train, y_train, x_test, y_test.")
        _check_announced(*(read_npy_header(file, key) for key in keys), f"{path} ({split} split)")
        images, labels = (read_npy(file, key) for key in keys)
    return _check_digits_set(images, labels, f"{path} ({split} split)")


def _read_idx(folder, split):
    """Read and check one split of a folder with IDX files, the format in which MNIST was published."""
    paths = [_find_idx_file(folder, f"{IDX_PREFIX[split]}-{what}", axes) for what, axes in IDX_FILES]
    announced = [read_idx_header(path, axes) for path, (_, axes) in zip(paths, IDX_FILES, strict=True)]
    _check_announced(*announced, f"{folder} ({split} split)")
    images, labels = (read_idx_file(path, said.shape) for path, said in zip(paths, announced, strict=True))
    return _check_digits_set(images, labels, f"{folder} ({split} split)")


def _find_idx_file(folder, stem, dimensions):
    names = [f"{stem}{mark}idx{dimensions}-ubyte{end}" for end in ("", ".gz") for mark in "-."]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"{folder} lacks {names[0]} (or {names[2]}). A folder needs all four IDX files of MNIST.")


def _check_announced(images, labels, source):
    """Say how two arrays differ from MNIST's, as soon as their dtypes and shapes are known."""
    if images.dtype != np.uint8 or len(images.shape) != 3 or images.shape[1:] != (28, 28) or not images.shape[0]:
        raise DataError(
            f"{source}: the pictures are {images.dtype} of shape {images.shape}; "
            "they must be uint8 of shape (n, 28, 28) with n of at least 1."
        )
    check_labels(labels, [images.shape[:1]], source)
    if images.shape[0] > MOST_PICTURES:
        raise DataError(
            f"{source}: {images.shape[0]:,} pictures are too many: at most {MOST_PICTURES:,} are read. Take fewer."
        )


def _check_digits_set(images, labels, source):
    """Return (n, 28, 28, 1) and (n,) read-only uint8 arrays, or say how their values differ from MNIST's."""
    if labels.min() < 0 or labels.max() > 9:
        raise DataError(
            f"{source}: the labels run from {labels.min()} to {labels.max()}; they must lie between 0 and 9."
        )
    check_range(images, source)
    images, labels = images[..., np.newaxis], labels.astype(np.uint8)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels
