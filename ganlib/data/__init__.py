"""The course's data: MNIST digits, e-mails, points in the plane, pictures of your own; and what a picture is.

Everything here is plain NumPy. A picture set is an array of shape (n, height, width, channels), with one channel for
grey or three for red, green and blue: uint8 from 0 to 255, or float32 from -1 to 1, the range of the generator's tanh.
The shipped files and their licences are described in `assets/data/README.md`.
"""

from ganlib.data.folders import Pictures, load_pictures
from ganlib.data.mails import Spambase, load_spambase
from ganlib.data.mnist import load_mnist
from ganlib.data.pictures import (
    GAP_GREY,
    as_bytes,
    as_pictures,
    check_pictures,
    flat,
    png_bytes,
    scale_pixels,
    tile,
    unscale_pixels,
)
from ganlib.data.points import CLUSTERS, TOY_KINDS, check_points, toy_density, toy_points
from ganlib.data.shipped import DataError, asset, verify

__all__ = [
    "CLUSTERS",
    "GAP_GREY",
    "TOY_KINDS",
    "DataError",
    "Pictures",
    "Spambase",
    "as_bytes",
    "as_pictures",
    "asset",
    "check_pictures",
    "check_points",
    "flat",
    "load_mnist",
    "load_pictures",
    "load_spambase",
    "png_bytes",
    "scale_pixels",
    "tile",
    "toy_density",
    "toy_points",
    "unscale_pixels",
    "verify",
]
