"""Pictures of your own: a folder of picture files, a zip of them, or arrays, as one array with its classes."""

import contextlib
import hashlib
import io
import itertools
import json
import os
import tempfile
import threading
import time
import warnings
import zipfile
from collections import Counter
from multiprocessing.pool import ThreadPool
from pathlib import Path, PurePosixPath
from typing import NamedTuple

import numpy as np

from ganlib.arguments import Choice, Whole, is_one_of
from ganlib.data.arrays import find_arrays
from ganlib.data.files import PLAIN
from ganlib.data.pictures import CHANNELS
from ganlib.data.shipped import DataError
from ganlib.paths import as_path, explain
from ganlib.wording import plain, write

SMALLEST, LARGEST = 16, 64  # pixels per side
KINDS = (".png", ".jpg", ".jpeg", ".webp", ".gif")
FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
FEWEST = 32  # pictures: one usual batch
MOST_FILES = 50_000
HEAVIEST = 100_000_000  # bytes of one file
MOST_PIXELS = 100_000_000  # of one file: a few kilobytes may announce more than any memory holds
LARGE = 20_000_000  # pixels from which pictures are unpacked one at a time, so that they never fill the memory together
COLOURFUL = 8  # a pixel has colour if its red, green and blue differ by more than this
NAMED = 5  # files in a sentence
BACKGROUNDS = {"black": (0, 0, 0), "white": (255, 255, 255)}
CACHE, MOST_CACHED = "GANLIB_CACHE", 2 * 10**9  # bytes
FORM = 1  # of the cache: change it when the same files give other pictures than before


class Pictures(NamedTuple):
    """Pictures and the classes to which they belong; `train(data=...)` takes it as it is.

    Attributes
    ----------
    images : numpy.ndarray, shape (n, size, size, channels), uint8
        Read-only.
    labels : numpy.ndarray, shape (n,), int32
        The class of each picture, from 0 to len(classes) - 1.
    classes : tuple of str
        Their names.
    """

    images: np.ndarray
    labels: np.ndarray
    classes: tuple

    def describe(self):
        """Say in one sentence how many pictures there are, of which size, and of which classes."""
        n, size, _, channels = self.images.shape
        counts = np.bincount(self.labels, minlength=len(self.classes))
        shown = [f"{plain(name)} ({count:,})" for name, count in zip(self.classes, counts, strict=True)]
        more = f" and {len(shown) - 12} more" if len(shown) > 12 else ""
        kinds = f", {len(shown)} classes: {', '.join(shown[:12])}{more}" if len(shown) > 1 else ""
        return f"{n:,} pictures of {size} by {size} pixels {'in colour' if channels == 3 else 'in grey'}{kinds}."


def load_pictures(path, size=28, channels=None, *, background="white", limit=None, split="train"):
    """Load pictures of your own: cut to squares, made small, and kept for the next time.

    Parameters
    ----------
    path : str or Path
        One of

        * a folder of PNG, JPEG, WebP or GIF files (of a GIF the first frame), or a zip of one. Where the pictures lie
          in sub-folders, each of these is a class, with all that lies deeper in it;
        * an `.npz` file with uint8 pictures (n, height, width) or (n, height, width, channels), 8 to 1,024 pixels per
          side, and, if they have classes, labels, whole numbers (n,): as x_train and y_train, as train_images and
          train_labels, or as images and labels;
        * a folder with IDX files, or, if it has several sets, how the names of one begin:
          `gzip/emnist-letters`. EMNIST's pictures, which are stored lying on their side, are set upright, and its
          classes get their letters.
    size : int
        Height and width of the pictures that are returned, 16 to 64. The middle square of each is taken.
    channels : {1, 3, None}
        1 for grey, 3 for colour. Default: 3 if any picture has colour.
    background : {"white", "black"}
        What lies behind pictures that are partly transparent.
    limit : int, optional
        At most this many pictures, 32 or more, evenly spread over the sorted names or the rows of the arrays. Default:
        all. Of picture files never more than 50,000 are read.
    split : {"train", "test"}
        Which part to take, for `.npz` and IDX.

    Returns
    -------
    Pictures
        A tuple of images, labels and classes.

    Raises
    ------
    ValueError
        An argument is not one of those above.
    DataError
        There are no pictures, fewer than 32, or more than 50,000 files and no `limit`; or arrays are damaged. It is a
        ValueError.

    Notes
    -----
    A file that cannot be read, is larger than 100 MB or announces more than 100 million pixels is left out, and a
    message says so. A picture is turned as its EXIF says; 16 bits become 8. The result is kept, up to 2 GB in all, in
    the folder that the environment variable GANLIB_CACHE names, or else where this system keeps such things; files that
    have changed are read again.
    """
    size = Whole("size", SMALLEST, LARGEST)(size)
    if channels is not None and not (is_one_of(channels, CHANNELS) and not isinstance(channels, bool)):
        raise ValueError(f"channels must be 1 (grey), 3 (colour) or None, not {write(channels)}.")
    channels = None if channels is None else int(channels)
    Choice("background", tuple(BACKGROUNDS))(background)
    Choice("split", ("train", "test"))(split)
    limit = None if limit is None else Whole("limit", FEWEST)(limit)
    path = as_path(path)
    with _opened(path, split) as source:
        told = [FORM, size, channels, background, limit, split, *source.stamp]
        place = _cache_folder() / f"pictures-{hashlib.sha256(json.dumps(told).encode()).hexdigest()[:24]}.npz"
        known = _read_cache(place)
        if known is None:
            made = source.read(size, background, limit)
            known = (*_with_channels(*made[:3], channels), made[3])
            _write_cache(place, *known)
    *parts, message = known
    if message:
        print(message)
    for array in parts[:2]:
        array.flags.writeable = False
    return Pictures(*parts)


@contextlib.contextmanager
def _opened(path, split):
    """Find out what lies at a path, and open it: a source has a `stamp`, which changes with it, and can be `read`."""
    try:
        is_folder, is_file, is_there = path.is_dir(), path.is_file(), path.exists()
    except OSError as error:
        raise DataError(f"{path!s:.200} cannot be looked up: {explain(error, 'looking')}. Check the path.") from error
    if (arrays := find_arrays(path, split)) is not None:
        yield _Arrays(path, arrays)
    elif is_folder:
        yield _Files(path, _files_of_folder(path))
    elif is_file and zipfile.is_zipfile(path):
        try:
            file = zipfile.ZipFile(path)
        except Exception as error:  # damaged bytes make zipfile raise several kinds of error
            raise DataError(f"{path} cannot be read ({error}). It is damaged: pack it again.") from error
        with file:
            yield _Files(path, _files_of_zip(path, file))
    else:
        what = "is neither a folder of pictures nor a zip or .npz file" if is_there else "does not exist"
        raise DataError(
            f"{path} {what}. Give a folder of {', '.join(KINDS)} files (each sub-folder is a class), a zip of one, an "
            f".npz file, or a folder of IDX files."
        )


# Files of pictures


class _File(NamedTuple):
    """One file: the parts of its name below the folder, its size in bytes, when it was changed, how to read it."""

    parts: tuple
    size: int
    changed: int
    open: callable


def _is_wanted(parts):
    """Tell whether a file is the user's: neither hidden, nor one of those that a Mac adds to its zips."""
    return not any(part.startswith(".") or part == "__MACOSX" for part in parts)


def _files_of_folder(folder):
    found = []

    def refuse(error):
        raise DataError(f"{error.filename} cannot be read: {error.strerror}. Check its permissions.") from error

    for place, folders, names in os.walk(folder, onerror=refuse):
        folders[:] = sorted(name for name in folders if _is_wanted([name]))
        for name in filter(lambda name: _is_wanted([name]), names):
            path = Path(place, name)
            with contextlib.suppress(OSError):  # a link that leads nowhere, or a file that has just gone
                about = path.stat()
                parts = path.relative_to(folder).parts
                found.append(_File(parts, about.st_size, about.st_mtime_ns, lambda path=path: path.open("rb")))
    return found


def _files_of_zip(path, file):
    changed = path.stat().st_mtime_ns
    return [
        _File(PurePosixPath(member.filename).parts, member.file_size, changed, lambda member=member: file.open(member))
        for member in file.infolist()
        if not member.is_dir() and member.compress_type in PLAIN and _is_wanted(PurePosixPath(member.filename).parts)
    ]


class _Files:
    """Picture files in a folder or a zip."""

    def __init__(self, path, files):
        self.path = path
        ending = Counter(PurePosixPath(file.parts[-1]).suffix.lower() for file in files)
        pictures = [file for file in files if PurePosixPath(file.parts[-1]).suffix.lower() in KINDS]
        self.files = sorted(pictures, key=lambda file: file.parts)
        self.others = {name: count for name, count in ending.items() if name not in (*KINDS, "", ".txt", ".db", ".ini")}
        known = [[*file.parts, file.size, file.changed] for file in self.files]
        self.stamp = [str(path.resolve()), sorted(self.others.items()), known]

    def read(self, size, background, limit):
        """Return pictures (n, size, size, 3), labels, classes and what is to be said."""
        files = self._chosen(limit)
        images, kept, broken = np.empty((len(files), size, size, 3), np.uint8), [], []
        with warnings.catch_warnings(action="ignore"):  # Pillow has some for damaged EXIF and for large pictures
            for number, picture in enumerate(_in_parallel(lambda file: _read_or_none(file, size, background), files)):
                if picture is None:
                    broken.append(files[number])
                else:
                    images[len(kept)] = picture
                    kept.append(files[number])
        if len(kept) < FEWEST:
            left_out = f" {_names(broken)} cannot be read." if broken else ""
            raise DataError(
                f"{self.path} holds {len(kept)} pictures, and that is too few: at least {FEWEST} are needed, and 500 "
                f"are a good start.{left_out}"
            )
        names = _classes_of([file.parts for file in kept], self.path)
        classes = tuple(sorted(set(names)))
        labels = np.searchsorted(classes, names).astype(np.int32)
        return images[: len(kept)], labels, classes, self._message(files, broken)

    def _chosen(self, limit):
        count = len(self.files)
        if not count:
            others = f" There are others: {_counted(self.others)}. Convert them to JPEG or PNG." if self.others else ""
            raise DataError(
                f"{self.path} holds no pictures: they must be {', '.join(KINDS)} files, in the folder itself or in one "
                f"sub-folder for each class.{others}"
            )
        if limit is None and count > MOST_FILES:
            raise DataError(
                f"{self.path} holds {count:,} pictures, and at most {MOST_FILES:,} are read: limit={MOST_FILES} takes "
                f"that many of them, evenly spread."
            )
        chosen = np.linspace(0, count - 1, min(count, limit or count, MOST_FILES)).round().astype(int)
        return [self.files[index] for index in chosen]

    def _message(self, files, broken):
        told = []
        if broken:
            told.append(f"left out {len(broken):,} of {len(files):,} files, which cannot be read: {_names(broken)}")
        if self.others:
            told.append(f"left out files other than {', '.join(KINDS)}: {_counted(self.others)}")
        return f"{self.path}: {'; '.join(told)}." if told else ""


def _counted(others):
    return ", ".join(f"{count:,} {plain(name)}" for name, count in sorted(others.items())[:NAMED])


def _names(files):
    names = [plain("/".join(file.parts)) for file in files[:NAMED]]
    return ", ".join(names) + (f" and {len(files) - NAMED:,} more" if len(files) > NAMED else "")


def _classes_of(names, path):
    """Return the class of each file: its first folder, below the folders that all of them share."""
    levels = zip(*(parts[:-1] for parts in names), strict=False)
    shared = [level[0] for level in itertools.takewhile(lambda level: len(set(level)) == 1, levels)]
    of_itself = shared[-1] if shared else path.stem
    below = [parts[len(shared) : -1] for parts in names]
    return [folders[0] if folders else of_itself for folders in below]


def _in_parallel(function, items):
    """Yield what a function makes of each item, in order, on all cores: Pillow lets others run while it unpacks."""
    from tqdm import tqdm  # not loaded before it is needed

    with ThreadPool(min(8, os.cpu_count() or 1)) as pool:
        bar = tqdm(total=len(items), desc="reading pictures", unit="", delay=2, leave=False)
        with bar:
            for result in pool.imap(function, items, chunksize=8):
                yield result
                bar.update()


def _read_or_none(file, size, background):
    try:
        return read_picture(file, size, background)
    except Exception:  # damaged bytes, and pictures that are bombs, make Pillow raise a dozen kinds of error
        return None


_one_at_a_time = threading.Lock()


def read_picture(file, size, background="white"):
    """Read one picture file as uint8 (size, size, 3): its middle square, upright."""
    from PIL import Image, ImageOps

    if file.size > HEAVIEST:
        raise ValueError("the file is too large")
    with file.open() as opened:
        content = io.BytesIO(opened.read(HEAVIEST + 1))
    with Image.open(content, formats=FORMATS) as picture:
        width, height = picture.size
        if width * height > MOST_PIXELS:
            raise ValueError("it announces too many pixels")
        picture.draft(picture.mode, (2 * size, 2 * size))  # a JPEG is unpacked at a half, a quarter or an eighth
        large = picture.width * picture.height > LARGE
        with _one_at_a_time if large else contextlib.nullcontext():
            shown = _plain_mode(picture)
            side = min(shown.size)
            left, top = (shown.width - side) // 2, (shown.height - side) // 2
            square = shown.crop((left, top, left + side, top + side))
            small = square.resize((size, size), Image.Resampling.LANCZOS, reducing_gap=3.0)
    with contextlib.suppress(Exception):  # where EXIF is damaged, the picture stays as it lies
        small = ImageOps.exif_transpose(small)
    if small.mode in ("RGBA", "LA"):
        behind = Image.new("RGBA", small.size, BACKGROUNDS[background])
        small = Image.alpha_composite(behind, small.convert("RGBA"))
    return np.asarray(small.convert("RGB"))


def _plain_mode(picture):
    """Return a picture in a mode that can be shrunk correctly: grey or RGB, with or without alpha."""
    from PIL import Image

    if picture.mode.startswith(("I", "F")):  # 16 bits of grey
        numbers = np.asarray(picture).astype(np.float32) / 257
        return _like(picture, Image.fromarray(np.clip(np.rint(numbers), 0, 255).astype(np.uint8)))
    if picture.mode in ("RGBA", "LA"):
        return picture
    if picture.mode in ("PA", "La", "RGBa") or "transparency" in picture.info:
        return picture.convert("RGBA")
    if picture.mode in ("L", "RGB"):
        return picture
    return picture.convert("L" if picture.mode == "1" else "RGB")


def _like(picture, other):
    """Give another picture the EXIF of this one."""
    other.info |= {name: picture.info[name] for name in ("exif",) if name in picture.info}
    return other


# Arrays


class _Arrays:
    """Pictures in an .npz file or in IDX files."""

    def __init__(self, path, arrays):
        self.path, self._arrays = path, arrays
        about = [file.stat() for file in arrays.files]
        named = zip(arrays.files, about, strict=True)
        self.stamp = [[str(file.resolve()), found.st_size, found.st_mtime_ns] for file, found in named]

    def read(self, size, background, limit):
        """Return pictures (n, size, size, 1 or 3), labels, classes and what is to be said."""
        images, labels, names = self._arrays.read()
        if len(images) < FEWEST:
            raise DataError(f"{self.path} holds {len(images)} pictures, and that is too few: {FEWEST} are needed.")
        if limit is not None:
            chosen = np.linspace(0, len(images) - 1, min(limit, len(images))).round().astype(int)
            images, labels = images[chosen], labels[chosen]
        known, labels = np.unique(labels, return_inverse=True)
        classes = tuple(names.get(int(label), str(label)) for label in known)
        if images.shape[1:3] != (size, size):
            images = np.stack(list(_in_parallel(lambda picture: _resize(picture, size), images)))
        return images, labels.astype(np.int32), classes, self._arrays.message


def _resize(picture, size):
    from PIL import Image

    side = min(picture.shape[:2])
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    square = picture[top : top + side, left : left + side]
    shown = Image.fromarray(square[..., 0] if square.shape[-1] == 1 else square)
    return np.asarray(shown.resize((size, size), Image.Resampling.LANCZOS)).reshape(size, size, -1)


def _with_channels(images, labels, classes, channels):
    """Return grey pictures or coloured ones; where nobody has said which, coloured ones if there is any colour."""
    if channels is None:
        channels = (
            3 if images.shape[-1] == 3 and any(_has_colour(images[i : i + 1000]) for i in _thousands(images)) else 1
        )
    if channels == 3:
        return np.repeat(images, 3, axis=3) if images.shape[-1] == 1 else images, labels, classes
    if images.shape[-1] == 3:
        weights = np.array([0.299, 0.587, 0.114], np.float32)  # Rec. 601, as Pillow's
        grey = [np.rint(images[i : i + 1000] @ weights).astype(np.uint8) for i in _thousands(images)]
        images = np.concatenate(grey)[..., np.newaxis]
    return images, labels, classes


def _thousands(images):
    return range(0, len(images), 1000)


def _has_colour(images):
    return bool((images.max(axis=3).astype(int) - images.min(axis=3) > COLOURFUL).any())


# What was made of the files the last time


def _cache_folder():
    """Return the folder for what can be made again: GANLIB_CACHE, else where the system keeps such things."""
    if chosen := os.environ.get(CACHE):
        return Path(chosen)
    home = os.environ.get("LOCALAPPDATA") or os.environ.get("XDG_CACHE_HOME")
    with contextlib.suppress(RuntimeError):  # nobody's home
        return Path(home or Path.home() / ".cache") / "ganlib"
    return Path(tempfile.gettempdir()) / "ganlib"


def _read_cache(place):
    """Return images, labels, classes and what is to be said; None if nothing whole is there."""
    try:
        with np.load(place, allow_pickle=False) as file:
            images, labels, about = file["images"], file["labels"], json.loads(file["about"].tobytes())
        with contextlib.suppress(OSError):
            os.utime(place)  # so that what is used is thrown away last
        return images, labels, tuple(about["classes"]), about["message"]
    except Exception:  # not there, damaged or somebody else's: the pictures are made again
        return None


def _write_cache(place, images, labels, classes, message):
    """Keep what was made of the files. Where nothing can be written, the next start takes as long as this one."""
    about = json.dumps({"classes": classes, "message": message}).encode()
    unfinished = place.with_suffix(f".{os.getpid()}.{time.monotonic_ns()}.unfinished")
    with contextlib.suppress(OSError):
        place.parent.mkdir(parents=True, exist_ok=True)
        try:
            with open(unfinished, "xb") as file:
                np.savez(file, images=images, labels=labels, about=np.frombuffer(about, np.uint8))
            os.replace(unfinished, place)
        finally:
            unfinished.unlink(missing_ok=True)
        _clear(place.parent, MOST_CACHED)


def _clear(folder, most):
    """Throw away what has gone unused for longest, until at most `most` bytes are left."""
    found = sorted((file.stat().st_mtime, file.stat().st_size, file) for file in folder.glob("pictures-*"))
    for _, size, file in reversed(found):
        most -= size
        if most < 0:
            file.unlink(missing_ok=True)
