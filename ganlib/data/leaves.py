"""A small set of pictures in colour that is free for any use: autumn leaves of four trees, drawn by this module.

`python -m ganlib.data.leaves LEAVES.zip` draws the set that comes with the project, `assets/data/leaves.zip`.
"""

import argparse
import io
import zipfile

import numpy as np
from PIL import Image, ImageColor, ImageDraw

from ganlib.arguments import Whole
from ganlib.data.folders import LARGEST, SMALLEST, Pictures
from ganlib.data.pictures import flat

FINE = 8  # a leaf is drawn this many times as large and then shrunk, so that its edge is smooth
PAPER = (255, 255, 255)
MOST = 50_000
SHIPPED = 500  # leaves of 32 by 32 pixels


def _along(width):
    """Return the outline of a leaf (m, 2) from its half width at each place between its foot, 0, and its tip, 1."""
    place = np.linspace(0, 1, 80)
    side = np.stack([width(place), place - 0.5], axis=1)
    return np.concatenate([side, side[::-1] * [-1, 1]])


def _around(radius):
    """Return the outline of a leaf (m, 2) from its radius at each angle; 0 is the tip."""
    angle = np.linspace(-np.pi, np.pi, 160)
    return radius(np.abs(angle))[:, np.newaxis] * np.stack([np.sin(angle), np.cos(angle)], axis=1)


def _maple(rng):
    lobes = rng.uniform(0.1, 0.14)
    return _around(lambda a: 0.36 + lobes * np.cos(5 * a) + 0.03 * np.cos(15 * a) - 0.1 * np.exp(-8 * (np.pi - a) ** 2))


def _oak(rng):
    wide, lobes = rng.uniform(0.22, 0.28), rng.uniform(0.25, 0.35)
    return _along(lambda t: wide * np.sin(np.pi * t**0.8) ** 0.7 * (1 + lobes * np.sin(9 * np.pi * t)))


def _willow(rng):
    wide = rng.uniform(0.09, 0.13)
    return _along(lambda t: wide * np.sin(np.pi * t) ** 0.9)


def _ginkgo(rng):
    notch, open_ = rng.uniform(0.1, 0.2), rng.uniform(0.95, 1.15)
    fan = _around(lambda a: np.where(a < open_, 0.85 - notch * np.exp(-60 * a**2), 0.04 / np.maximum(a - open_, 0.05)))
    return np.clip(fan, -0.62, 0.9) * [0.68, 0.9] - [0, 0.36]


TREES = {  # outline, and the hues it has in autumn, in degrees
    "ginkgo": (_ginkgo, (44, 58)),
    "maple": (_maple, (0, 26)),
    "oak": (_oak, (22, 40)),
    "willow": (_willow, (62, 105)),
}


def draw_leaf(tree, size, rng):
    """Draw one leaf on white paper.

    Parameters
    ----------
    tree : str
        "ginkgo", "maple", "oak" or "willow".
    size : int
        Height and width, pixels.
    rng : numpy.random.Generator
        Draws its width, colour, size, place and turn.

    Returns
    -------
    ndarray
        uint8 (size, size, 3).
    """
    outline, hues = TREES[tree]
    side = size * FINE
    turn, large = np.radians(rng.uniform(-25, 25)), side * rng.uniform(0.82, 0.98)
    turned = np.array([[np.cos(turn), -np.sin(turn)], [-np.sin(turn), -np.cos(turn)]])  # and down is where y grows
    middle = side / 2 + side * rng.uniform(-0.03, 0.03, 2)

    def placed(points):
        return [tuple(point) for point in np.asarray(points) @ turned.T * large + middle]

    hue, light = rng.uniform(*hues), rng.uniform(38, 52)
    blade, vein, stalk = (
        ImageColor.getrgb(f"hsl({hue:.0f}, {saturation:.0f}%, {light * share:.0f}%)")
        for saturation, share in ((85, 1), (60, 0.75), (40, 0.6))
    )
    picture = Image.new("RGB", (side, side), PAPER)
    pen = ImageDraw.Draw(picture)
    thick = round(0.028 * side)
    pen.line(placed([(0, -0.52), (0, -0.3)]), stalk, thick)
    pen.polygon(placed(outline(rng)), blade)
    pen.line(placed([(0, -0.42), (0, 0.3)]), vein, thick)
    return np.asarray(picture.resize((size, size), Image.Resampling.BOX))


def draw_leaves(n=SHIPPED, size=32, seed=0):
    """Draw leaves of all four trees, equally many of each.

    Parameters
    ----------
    n : int
        How many, 4 to 50,000.
    size : int
        Height and width, 16 to 64 pixels.
    seed : int

    Returns
    -------
    Pictures
        Images, uint8 (n, size, size, 3); labels, int32 (n,); and the names of the trees.
    """
    n, size = Whole("n", len(TREES), MOST)(n), Whole("size", SMALLEST, LARGEST)(size)
    rng = np.random.default_rng(Whole("seed", 0)(seed))
    labels = np.arange(n, dtype=np.int32) % len(TREES)
    names = tuple(TREES)
    return Pictures(np.stack([draw_leaf(names[label], size, rng) for label in labels]), labels, names)


def write_zip(pictures, path):
    """Write pictures as PNG files into a zip, each class in a folder of its own, as `load_pictures` reads them.

    Parameters
    ----------
    pictures : Pictures
    path : str or Path
        The zip; what was there is replaced.
    """
    with zipfile.ZipFile(path, "w") as archive:  # PNG files are packed already
        for number, (image, label) in enumerate(zip(pictures.images, pictures.labels, strict=True)):
            buffer = io.BytesIO()
            Image.fromarray(flat(image)).save(buffer, "PNG", optimize=True)
            archive.writestr(zipfile.ZipInfo(f"{pictures.classes[label]}/{number:04d}.png"), buffer.getvalue())


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("zip")
    write_zip(draw_leaves(), parser.parse_args().zip)
