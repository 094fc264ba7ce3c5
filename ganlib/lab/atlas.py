"""A map of codes of two numbers, with what the decoder makes of the place under the mouse beside it.

The page's own code is in assets/lab/map.js. It has all pictures from the start, so it needs no kernel.
"""

import base64

import numpy as np

from ganlib.data import as_bytes, asset, png_bytes, tile
from ganlib.lab.board import Board, framed
from ganlib.lab.pictures import bundle
from ganlib.plots.codes import DIGIT_COLOURS, MOST_MARKS
from ganlib.plots.style import PAPER

SIDE = 31  # pictures of the decoder, across and down
MARGIN = 0.05  # of the codes' range, on each side


class Atlas(Board):
    """What is seen of a map on a page."""

    _esm = "".join(asset(f"lab/{part}.js").read_text(encoding="utf-8") for part in ("drawable", "map"))
    _css = asset("lab/pad.css").read_text(encoding="utf-8")


class CodeMap:
    """The map of a code of two numbers to walk over; show it as the last line of a cell.

    Move the mouse or a finger over it, or focus it and use the arrow keys, with Shift in small steps: beside it stands
    what the decoder makes of that place.

    Parameters
    ----------
    model : Autoencoder or VariationalAutoencoder
        With a code of two numbers.
    images : array, shape (n, height, width, channels)
        What to show on the map, the first 2,000 at most: uint8 from 0 to 255, or float from -1 to 1.
    labels : array of int, shape (n,)
        The digits, 0 to 9.
    read : callable or None
        Reads pictures as digits, as `judge.recognise` does: it takes uint8 (961, height, width, channels) and returns
        probabilities (961, at least 10), of which the first ten count. What it reads is said beside the picture.
    radius : float or None
        Radius of a circle to draw around the origin, as of `plots.code_map`.
    title : str or None
        Title of the figure that stands in where widgets cannot be shown.

    Attributes
    ----------
    board : Atlas
        What pages show.
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError
        The model's code does not have two numbers, or images and labels do not fit each other.
    """

    def __init__(self, model, images, labels, *, read=None, radius=None, title=None):
        from ganlib import plots

        if model.code != 2:
            raise ValueError(f"A map has two numbers, and this model's code has {model.code}: train one with code=2.")
        codes = model.encode(images)
        self._figure = plots.code_map(codes, labels, radius, title)
        codes, labels = codes[:MOST_MARKS], np.asarray(labels)[:MOST_MARKS]
        middle = (codes.min(axis=0) + codes.max(axis=0)) / 2
        half = (0.5 + MARGIN) * max(np.ptp(codes, axis=0).max(), 2 * (radius or 0), 1e-6)
        across, down = (axis + half * (2 * np.arange(SIDE) + 1 - SIDE) / SIDE for axis in middle)
        places = np.stack(np.meshgrid(across, down[::-1]), axis=-1).reshape(-1, 2).astype(np.float32)
        pictures = as_bytes(model.decode(places))
        readings = None if read is None else np.asarray(read(pictures))[:, :10]
        self.board = Atlas(
            about={
                "corner": (middle - half).tolist(),
                "size": 2 * half,
                "side": SIDE,
                "shape": pictures.shape[1:3],
                "codes": codes.round(4).ravel().tolist(),
                "labels": labels.tolist(),
                "radius": radius,
                "colours": DIGIT_COLOURS,
                "paper": PAPER,
                "picture": base64.b64encode(png_bytes(tile(pictures, SIDE, SIDE, gap=0))).decode(),
                "readings": None if read is None else _reading(readings),
                "sentence": self._figure.sentence,
            }
        )
        self.widget = framed(self.board, "ganlib-pad")
        self.widget.add_class("ganlib-alone")

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the map where widgets can be shown, else a picture of it."""
        told = f"{self._figure.sentence} Run this cell in JupyterLab to walk over the map."
        return bundle(self.widget, told, self._figure.png())


def _reading(probabilities):
    """Return for each picture the digit that is read, times 1000, plus its probability in thousandths, below 1000."""
    sure = np.minimum(np.rint(1000 * probabilities.max(axis=1)), 999)
    return (1000 * probabilities.argmax(axis=1) + sure).astype(int).tolist()
