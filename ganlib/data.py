"""The course's data: MNIST digits, e-mails, points in the plane; and what a picture is.

Everything here is plain NumPy. A picture set is an array of shape (n, height, width, 1): uint8 from 0
(black) to 255 (white), or float32 from -1 to 1, the range of the generator's tanh. The shipped files and
their licences are described in `assets/data/README.md`.
"""

import contextlib
import gzip
import hashlib
import io
import math
import struct
import zipfile
from functools import cache, partial
from numbers import Integral
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ganlib.arguments import Whole, as_array, as_numbers, is_one_of
from ganlib.paths import as_path
from ganlib.wording import write

SHIPPED = {
    "mnist.npz": "06af5dfe73b70e3bc1c36439982b18a8d76803db9b544f6fdf838a37fbb01b64",
    "spambase.csv.gz": "896295f562ca1686f01f6c793224be48e0cfc7ab3246764b16ca091b79948c71",
}
IDX_PREFIX = {"train": "train", "test": "t10k"}
IDX_FILES = (("images", 3), ("labels", 1))  # and their dimensions
MOST_POINTS = 10_000_000
MOST_PIXELS = 100_000_000  # of a grid of pictures
MOST_PICTURES = 500_000  # in one split of other data, 392 MB: a small file may announce more than any memory holds
GZIP_MARK = b"\x1f\x8b"
NEAR_ZERO = 0.02  # of the range -1 to 1
GAP_GREY = 90  # between the tiles of a grid: neither ink nor paper


class DataError(ValueError):
    """A data file is missing, damaged, or does not hold what it should."""


# The shipped files


def asset(name):
    """Find a file that comes with the project, in an installed package or in a checkout.

    Parameters
    ----------
    name : str
        Path below `assets/`, with forward slashes, for example "data/mnist.npz".

    Returns
    -------
    pathlib.Path

    Raises
    ------
    DataError
        The file is in neither place.
    """
    if not isinstance(name, str):
        raise DataError(f"name must be the path of a file below assets/, as text, not {write(name)}.")
    package = Path(__file__).resolve().parent
    for root in (package / "assets", package.parent / "assets"):
        with contextlib.suppress(OSError, ValueError):  # of a name that no file can have
            if (root / name).is_file():
                return root / name
    if not name.isprintable() or len(name) > 200:
        raise DataError(f"name must be the path of a file below assets/, not {write(name)}.")
    raise DataError(f"assets/{name} is missing. {_how_to_restore(name)}")


def _how_to_restore(name):
    return f"Restore it with `git checkout -- assets/{name}`, or install ganlib again."


def _check_shipped(name):
    """Return the path of a shipped data file, once its SHA-256 is what it should be; else raise DataError."""
    path = asset(f"data/{name}")
    try:
        with path.open("rb") as file:
            found = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise DataError(f"{path} cannot be read ({error.strerror}). Check its permissions.") from error
    if found != SHIPPED[name]:
        raise DataError(
            f"{path} is damaged, cut short or changed: its SHA-256 starts with {found[:12]}, "
            f"not with {SHIPPED[name][:12]}. {_how_to_restore(f'data/{name}')}"
        )
    return path


_checked_once = cache(_check_shipped)


def verify():
    """Check every shipped data file anew.

    Yields
    ------
    name : str
        File name below `assets/data/`.
    problem : str or None
        A sentence that says what is wrong and what to do, or None if the file is right.
    """
    for name in SHIPPED:
        try:
            _check_shipped(name)
        except DataError as error:
            yield name, str(error)
        else:
            yield name, None


# MNIST and its look-alikes


def load_mnist(split="train", digits=None, limit=None, scaled=False, path=None):
    """Load pictures of digits and their labels.

    Parameters
    ----------
    split : {"train", "test"}
        60,000 or 10,000 pictures in MNIST.
    digits : int or collection of int, optional
        Keep only these labels, 0 to 9. Default: all.
    limit : int, optional
        At most so many pictures: the first ones, after the choice of digits. Default: all.
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
    _check_word("split", split, IDX_PREFIX)
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


def _check_word(name, value, words):
    """Refuse anything but one of some words."""
    if not isinstance(value, str) or value not in words:
        raise ValueError(f"{name} must be {' or '.join(map(repr, words))}, not {write(value)}.")


@cache
def _shipped_mnist(split):
    return _read_npz(_checked_once("mnist.npz"), split)


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


class Announced(NamedTuple):
    """What a file says that it holds, before it is unpacked."""

    dtype: np.dtype
    shape: tuple


def _read_npz(path, split):
    """Read and check one split of an .npz file with the keys of `keras.datasets.mnist`."""
    if not zipfile.is_zipfile(path):
        raise DataError(f"{path} is not an .npz file, or was cut short. Give a whole one, or an IDX folder.")
    keys = (f"x_{split}", f"y_{split}")
    # Damaged bytes make zipfile, zlib and NumPy raise a dozen kinds of error, all with one meaning.
    try:
        with zipfile.ZipFile(path) as file:
            missing = [key for key in keys if f"{key}.npy" not in file.namelist()]
            if not missing:
                _check_announced(*(_read_npy_header(file, key) for key in keys), f"{path} ({split} split)")
                images, labels = (_read_npy(file, key) for key in keys)
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"{path} cannot be read ({error}). It is damaged, or holds Python objects; get it anew."
        ) from error
    if missing:
        raise DataError(f"{path} lacks {' and '.join(missing)}. It needs x_train, y_train, x_test, y_test.")
    return _check_digits_set(images, labels, f"{path} ({split} split)")


def _read_npy_header(file, key):
    """Return what an array in an .npz file announces, after 64 kB of it at most."""
    member = file.getinfo(f"{key}.npy")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # Python unpacks the others unboundedly
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


def _read_npy(file, key):
    with file.open(f"{key}.npy") as packed:
        return np.lib.format.read_array(packed, allow_pickle=False)


def _read_idx(folder, split):
    """Read and check one split of a folder with IDX files, the format in which MNIST was published."""
    paths = [_find_idx_file(folder, f"{IDX_PREFIX[split]}-{what}", axes) for what, axes in IDX_FILES]
    announced = [_read_idx_header(path, axes) for path, (_, axes) in zip(paths, IDX_FILES, strict=True)]
    _check_announced(*announced, f"{folder} ({split} split)")
    images, labels = (_read_idx_file(path, said.shape) for path, said in zip(paths, announced, strict=True))
    return _check_digits_set(images, labels, f"{folder} ({split} split)")


def _read_idx_header(path, dimensions):
    """Return what an IDX file of bytes announces: two zero bytes, type 8, the number of dimensions, their sizes."""
    start = 4 + 4 * dimensions
    header = _read_start(path, start)
    if len(header) < start or header[:4] != bytes([0, 0, 8, dimensions]):
        raise DataError(f"{path} is not an IDX file of bytes with {dimensions} dimension(s). Get it anew.")
    return Announced(np.dtype(np.uint8), struct.unpack(f">{dimensions}I", header[4:]))


def _read_idx_file(path, shape):
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


def _find_idx_file(folder, stem, dimensions):
    names = [f"{stem}{mark}idx{dimensions}-ubyte{end}" for end in ("", ".gz") for mark in "-."]
    for name in names:
        if (folder / name).is_file():
            return folder / name
    raise DataError(f"{folder} lacks {names[0]} (or {names[2]}). A folder needs all four IDX files of MNIST.")


def _check_announced(images, labels, source):
    """Say in what two arrays differ from MNIST's, as soon as their dtypes and shapes are known."""
    if images.dtype != np.uint8 or len(images.shape) != 3 or images.shape[1:] != (28, 28) or not images.shape[0]:
        raise DataError(
            f"{source}: the pictures are {images.dtype} of shape {images.shape}; "
            "they must be uint8 of shape (n, 28, 28) with n of at least 1."
        )
    if not np.issubdtype(labels.dtype, np.integer) or labels.shape != images.shape[:1]:
        raise DataError(
            f"{source}: the labels are {labels.dtype} of shape {labels.shape}; they must be whole numbers, "
            f"one for each of the {images.shape[0]:,} pictures."
        )
    if images.shape[0] > MOST_PICTURES:
        raise DataError(
            f"{source}: {images.shape[0]:,} pictures are too many: at most {MOST_PICTURES:,} are read. Take fewer."
        )


def _check_digits_set(images, labels, source):
    """Return (n, 28, 28, 1) and (n,) read-only uint8 arrays, or say in what their values differ from MNIST's."""
    if labels.min() < 0 or labels.max() > 9:
        raise DataError(
            f"{source}: the labels run from {labels.min()} to {labels.max()}; they must lie between 0 and 9."
        )
    if images.max() <= 1:
        raise DataError(f"{source}: no pixel is above 1; they must use the range 0 to 255.")
    images, labels = images[..., np.newaxis], labels.astype(np.uint8)
    images.flags.writeable = labels.flags.writeable = False
    return images, labels


# E-mails


class Spambase(NamedTuple):
    """4,601 real e-mails, counted.

    Attributes
    ----------
    features : numpy.ndarray, shape (4601, 57), float64
        48 word frequencies and 6 character frequencies in percent, then 3 lengths of runs of capital letters.
    is_spam : numpy.ndarray, shape (4601,), uint8
        1 for spam, 0 for wanted mail.
    names : tuple of str
        The names of the 57 columns, UCI's own.
    """

    features: np.ndarray
    is_spam: np.ndarray
    names: tuple


def load_spambase():
    """Load UCI Spambase (Hopkins, Reeber, Forman and Suermondt, 1999; doi 10.24432/C53G6X; CC BY 4.0).

    Returns
    -------
    Spambase
        The mail was collected at HP Labs: words such as `george`, `650` and `hp` tell about that mailbox,
        not about spam in general.

    Raises
    ------
    DataError
        The shipped file is missing, damaged or changed.
    """
    with gzip.open(_checked_once("spambase.csv.gz"), "rt", encoding="utf-8") as file:
        names = file.readline().strip().split(",")
        table = np.loadtxt(file, delimiter=",")
    return Spambase(table[:, :-1].copy(), table[:, -1].astype(np.uint8), tuple(names[:-1]))


# Pictures


def scale_pixels(images):
    """Turn bytes into the generator's range: (x - 127.5) / 127.5.

    Parameters
    ----------
    images : array of uint8, any shape
        0 is black, 255 is white.

    Returns
    -------
    numpy.ndarray, the same shape, float32
        -1 is black, 1 is white.
    """
    images = as_array("Pixels", images)
    if images.dtype != np.uint8:
        raise ValueError(f"Pixels to be scaled must be uint8 (0 to 255), not {images.dtype}.")
    scaled = images.astype(np.float32)
    scaled -= 127.5  # in place: the training set is 188 MB in float32, and one copy is enough
    scaled /= 127.5
    return scaled


def unscale_pixels(pictures):
    """Turn the range -1 to 1 back into bytes: the inverse of `scale_pixels`.

    Parameters
    ----------
    pictures : array of float, any shape
        Values outside -1 to 1 are clipped.

    Returns
    -------
    numpy.ndarray, the same shape, uint8
    """
    pictures = as_array("Pictures", pictures)
    if pictures.dtype.kind not in "biuf":
        raise ValueError(f"Pictures must be numbers from -1 to 1, not {pictures.dtype.name}.")
    pixels = np.array(pictures, np.float32)
    pixels *= np.float32(127.5)
    pixels += 127.5
    return np.clip(np.rint(pixels, out=pixels), 0, 255, out=pixels).astype(np.uint8)


def as_pictures(images):
    """Return pictures as the networks want them, or say what is wrong with them.

    Parameters
    ----------
    images : array, shape (n, 28, 28) or (n, height, width, 1)
        uint8 from 0 to 255, or float from -1 to 1.

    Returns
    -------
    numpy.ndarray, shape (n, height, width, 1), float32
        From -1 to 1.

    Raises
    ------
    ValueError
        Another shape, dtype or range, no picture at all, or a value that is not a number.
    """
    images = check_pictures(images)
    return scale_pixels(images) if images.dtype == np.uint8 else images.astype(np.float32, copy=False)


def as_bytes(images):
    """Return pictures as bytes, to be shown or saved.

    Parameters
    ----------
    images : array
        As for `as_pictures`.

    Returns
    -------
    numpy.ndarray, shape (n, height, width, 1), uint8
    """
    images = check_pictures(images)
    return images if images.dtype == np.uint8 else unscale_pixels(images)


def check_pictures(images):
    """Return the pictures with four axes and in their own dtype, uint8 (0 to 255) or float (-1 to 1).

    Raises
    ------
    ValueError
        Another shape, dtype or range, such as 0 to 1; no picture at all, or a value that is not a number.
    """
    images = _as_array(images)
    if images.ndim == 3 and images.shape[1:] == (28, 28):
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] != 1 or 0 in images.shape:
        raise ValueError(
            f"Pictures must have the shape (n, 28, 28) or (n, height, width, 1), not {images.shape}. "
            "A single picture needs a leading axis: images[np.newaxis]."
        )
    if images.dtype == np.uint8:
        return images
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            f"Pictures must be uint8 (0 to 255) or float (-1 to 1), not {images.dtype}. Convert them first: "
            'images.astype("uint8") if they run from 0 to 255.'
        )
    _check_range(images)
    return images


def _as_array(images):
    try:
        return as_array("Pictures", images)
    except ValueError as error:
        raise ValueError(
            "Pictures must be one array, not several of different shapes. "
            "load_mnist() returns two, the pictures and their labels: take the first."
        ) from error


def _check_range(images):
    """Refuse float pictures that do not lie between -1 and 1, or that surely mean another range."""
    darkest, brightest = images.min(), images.max()
    if not np.isfinite([darkest, brightest]).all():
        raise ValueError(
            f"Float pictures must lie between -1 and 1, but these run from {darkest:g} to {brightest:g}. "
            "A NaN means that training broke down: look for the first step that has one."
        )
    if darkest < -1.000001 or brightest > 1.000001:
        bytes_as_floats = darkest >= 0 and brightest <= 255
        way_out = "images / 127.5 - 1 turns 0 to 255 into it." if bytes_as_floats else "Scale them first."
        raise ValueError(
            f"Float pictures must lie between -1 and 1, but these run from {darkest:g} to {brightest:g}. {way_out}"
        )
    if darkest >= -NEAR_ZERO and _are_zero_to_one(images.reshape(len(images), -1)[:1000]):
        raise ValueError(
            f"These float pictures run from {darkest:g} to {brightest:g}, as if 0 were black; here -1 is black and 1 "
            "is white. Scale them with 2 * images - 1."
        )


def _are_zero_to_one(flat):
    """Tell whether float pictures (n, pixels) with no pixel below 0 surely use 0 for black.

    A network may fail so that all it makes is grey or brighter; that must not be refused. But bytes over 255 are whole
    255ths, while bytes in -1 to 1 are odd ones and what a network makes is neither. And no network leaves a quarter of
    most of its pictures at 0, as paper behind ink, without a single darker pixel.
    """
    has_contrast = (flat.min(axis=1) <= NEAR_ZERO) & (flat.max(axis=1) >= 0.5)
    steps = np.rint(255 * flat.astype(np.float32))
    if (np.abs(255 * flat - steps) < 0.1).all():
        return bool(has_contrast.any() and (steps % 2 == 0).any())
    return bool((has_contrast & ((flat <= NEAR_ZERO).mean(axis=1) >= 0.25)).mean() >= 0.5)


def tile(images, rows, columns, gap=2):
    """Lay pictures out as one, row by row.

    Parameters
    ----------
    images : array
        As for `as_pictures`; at most `rows * columns` of them. Places that are left over are grey.
    rows, columns : int
        Size of the grid, in pictures.
    gap : int
        Grey pixels between neighbours; there is no outer border.

    Returns
    -------
    numpy.ndarray, uint8
        Shape (rows * height + (rows - 1) * gap, columns * width + (columns - 1) * gap).
    """
    rows, columns, gap = Whole("rows", 1)(rows), Whole("columns", 1)(columns), Whole("gap", 0)(gap)
    pictures = as_bytes(images)[..., 0]
    number, height, width = pictures.shape
    if rows * columns * (height + gap) * (width + gap) > MOST_PIXELS:
        raise ValueError(
            f"A grid has at most {MOST_PIXELS:,} pixels, and these rows, columns and gap make more: give smaller ones."
        )
    if number > rows * columns:
        raise ValueError(f"{number} pictures do not fit into {rows} rows of {columns}; give a larger grid.")
    grid = np.full((rows * columns, height + gap, width + gap), GAP_GREY, np.uint8)
    grid[:number, :height, :width] = pictures
    grid = grid.reshape(rows, columns, height + gap, width + gap).swapaxes(1, 2)
    grid = grid.reshape(rows * (height + gap), columns * (width + gap))
    return grid[: len(grid) - gap, : grid.shape[1] - gap]


def png_bytes(picture):
    """Encode one picture as PNG, quickly rather than tightly.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width) or (height, width, 3), uint8
        Grey or RGB; `tile` makes such a picture.

    Returns
    -------
    bytes
    """
    from PIL import Image

    picture = as_array("A picture", picture)
    if picture.dtype != np.uint8 or not (picture.ndim == 2 or picture.shape[2:] == (3,)) or not picture.size:
        raise ValueError(
            f"A PNG needs uint8 of shape (height, width) or (height, width, 3), "
            f"not {picture.dtype} of shape {picture.shape}."
        )
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


# Points in the plane: data sets so small that a GAN's whole world fits into one figure


def toy_points(kind, n, seed=0):
    """Draw points from a distribution in the plane, after the four data sets of GAN Lab.

    Parameters
    ----------
    kind : {"line", "ring", "two_blobs", "three_clusters", "grid"}
        "grid" has 25 clusters, five rows of five.
    n : int
        How many points, from 1 to 10,000,000.
    seed : int
        The same seed gives the same points.

    Returns
    -------
    numpy.ndarray, shape (n, 2), float32
        Within the square from -1 to 1.

    References
    ----------
    Kahng, Thorat, Chau, Viégas and Wattenberg, "GAN Lab", IEEE TVCG 25(1), 2019.
    """
    _check_word("kind", kind, _KINDS)
    n, seed = Whole("n", 1, MOST_POINTS)(n), Whole("seed", 0)(seed)
    points = _KINDS[kind](np.random.default_rng(seed), n)
    return np.clip(points, -1, 1).astype(np.float32)


# The numbers that both the samplers and the densities need: all lengths in units of the square from -1 to 1.
LINE_END, LINE_SPREAD = np.array([0.8, 0.48]), 0.02
RING_RADIUS, RING_SPREAD = 0.7, 0.03
CLUSTERS = {  # centres and spread
    "two_blobs": (np.array([(-0.45, -0.3), (0.45, 0.3)]), 0.13),
    "three_clusters": (np.array([(-0.6, -0.5), (0.6, -0.5), (0.0, 0.6)]), 0.06),
    # Its spread is a fortieth of the way to the next, as in Srivastava et al. 2017 (VEEGAN), section 5.1.
    "grid": (np.array([(x, y) for x in (-0.8, -0.4, 0.0, 0.4, 0.8) for y in (-0.8, -0.4, 0.0, 0.4, 0.8)]), 0.01),
}


def _line(rng, n):
    along = rng.uniform(-1, 1, n)
    return along[:, np.newaxis] * LINE_END + rng.normal(0, LINE_SPREAD, (n, 2))


def _ring(rng, n):
    angle = rng.uniform(0, 2 * np.pi, n)
    radius = rng.normal(RING_RADIUS, RING_SPREAD, n)
    return np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=1)


def _clusters(kind, rng, n):
    centres, spread = CLUSTERS[kind]
    return centres[rng.integers(len(centres), size=n)] + rng.normal(0, spread, (n, 2))


_KINDS = {"line": _line, "ring": _ring, **{kind: partial(_clusters, kind) for kind in CLUSTERS}}
TOY_KINDS = tuple(kind for kind in _KINDS if kind != "grid")  # those of lesson 05; the grid is for counting modes


def toy_density(kind, points):
    """Compute how densely the points of `toy_points` lie at given places.

    Parameters
    ----------
    kind : {"line", "ring", "two_blobs", "three_clusters", "grid"}
    points : array, shape (n, 2)

    Returns
    -------
    numpy.ndarray, shape (n,), float64
        Probability per unit of area; over the whole plane it adds up to 1.
    """
    _check_word("kind", kind, _KINDS)
    points = as_numbers("points", points)
    if points.shape[1] != 2:
        raise ValueError(f"points must have the shape (n, 2), not {points.shape}.")
    if kind == "line":
        return _line_density(points)
    if kind == "ring":
        radius = np.maximum(np.hypot(*points.T), 1e-9)
        return _normal_density(radius - RING_RADIUS, RING_SPREAD) / (2 * np.pi * radius)
    centres, spread = CLUSTERS[kind]
    away = points[:, np.newaxis] - centres
    return _normal_density(away, spread).prod(axis=2).mean(axis=1)


def _line_density(points):
    """Uniform along the line, blurred by a normal distribution: a difference of two error functions, times the blur."""
    half = np.hypot(*LINE_END)
    along = points @ LINE_END / half
    aside = (points[:, 1] * LINE_END[0] - points[:, 0] * LINE_END[1]) / half
    ends = np.stack([along + half, along - half]) / (LINE_SPREAD * math.sqrt(2))
    upper, lower = np.vectorize(math.erf)(ends)
    return (upper - lower) / 2 / (2 * half) * _normal_density(aside, LINE_SPREAD)


def _normal_density(values, spread):
    return np.exp(-0.5 * (values / spread) ** 2) / (spread * math.sqrt(2 * math.pi))


def check_points(points):
    """Return points that a learner drew as an array, or say what is wrong with them.

    Parameters
    ----------
    points : array or list of pairs, shape (n, 2)
        At least 10 points within the square from -1 to 1.

    Returns
    -------
    numpy.ndarray, shape (n, 2), float32

    Raises
    ------
    ValueError
        Too few points, another shape, or a point that is not in the square.
    """
    try:
        points = np.array(points, np.float32)
    except (TypeError, ValueError, OverflowError, RecursionError) as error:
        raise ValueError("Points must be pairs of numbers, such as [(0.1, -0.4), ...].") from error
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < 10:
        raise ValueError(f"At least 10 points are needed, as (n, 2) numbers; the shape is {points.shape}.")
    outside = ~(np.abs(points) <= 1).all(axis=1)  # so written that NaN counts as outside
    if outside.any():
        x, y = points[outside][0]
        raise ValueError(
            f"{outside.sum()} of {len(points)} points are not in the square from -1 to 1, "
            f"the first of them ({x:g}, {y:g}). Move or remove them."
        )
    return points
