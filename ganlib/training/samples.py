"""The samples of a run folder, read as frames: for recordings, the time machine and films."""

import re
from collections import Counter

import numpy as np

from ganlib.thinning import some_of

LARGEST = 4000 * 4000  # pixels of a sample; those of the lessons have 22,000 to 89,000
MOST_BYTES = 10**9  # of all frames together
GREY = ("1", "L", "LA", "I", "I;16")  # modes of Pillow
NAME = re.compile(r"step_([0-9]{1,15})\.png")


def read_samples(run, most):
    """Read the samples of a run as frames, the first and the last and what lies evenly between them.

    A file that is no sample is left out, and a line is printed about it: one that is not called step_NUMBER.png or
    cannot be read as a PNG picture, and one that is too large or of another size than most.

    Parameters
    ----------
    run : RunFolder
    most : int
        How many frames at most; fewer if they would take more than 1 GB.

    Returns
    -------
    steps : list of int
        Rising.
    frames : list of ndarray
        One for each step, all of one shape: uint8 (height, width) in grey or (height, width, 3) in colour. Both lists
        are empty if there is no sample.
    """
    there = sorted(run.sample_folder.glob("step_*.png"))
    sizes = {path: _size_of(path) for path in there}
    usual = Counter(size for size in sizes.values() if size).most_common(1)
    fitting = [path for path in there if usual and sizes[path] == usual[0][0]]
    paths = {int(NAME.fullmatch(path.name)[1]): path for path in reversed(fitting)}
    steps = some_of(sorted(paths), min(most, MOST_BYTES // max(1, np.prod(usual[0][0]))) if usual else 0)
    frames = {step: _read(paths[step]) for step in steps}
    lost = [path for path in there if path not in paths.values()]
    lost += [paths[step] for step, frame in frames.items() if frame is None]
    if lost:
        names = ", ".join(repr(path.name) for path in lost[:3]) + (", ..." if len(lost) > 3 else "")
        print(f"{run.sample_folder}: left out {names}: no PNG picture called step_NUMBER.png, or of an unusual size.")
    read = [(step, frame) for step, frame in frames.items() if frame is not None]
    return [step for step, _ in read], [frame for _, frame in read]


def _size_of(path):
    """Return width, height and channels that a sample announces; None if it is no sample or too large."""
    from PIL import Image

    if NAME.fullmatch(path.name) is None or not path.is_file():
        return None
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            channels = 1 if picture.mode in GREY else 3
            return (*picture.size, channels) if np.prod(picture.size, dtype=float) <= LARGEST else None
    except Exception:  # damaged bytes, and pictures that are bombs, make Pillow raise a dozen kinds of error
        return None


def _read(path):
    """Return the picture, uint8 (height, width) or (height, width, 3); None if it is damaged."""
    from PIL import Image

    try:
        with Image.open(path, formats=["PNG"]) as picture:
            return np.asarray(picture.convert("L" if picture.mode in GREY else "RGB"))
    except Exception:  # as above
        return None
