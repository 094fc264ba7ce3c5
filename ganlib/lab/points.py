"""The plane to draw points in: learners paint their own data for a GAN of points, and take it away as a list.

The page's own code is in assets/lab/points.js. It sends points in thousandths, so that their text is short.
"""

import textwrap

import numpy as np
import traitlets

from ganlib.arguments import as_numbers
from ganlib.data import TOY_KINDS, asset, check_points, toy_points
from ganlib.data.points import FEWEST
from ganlib.lab.board import Board, framed
from ganlib.lab.pictures import bundle
from ganlib.plots.style import PAPER, REAL, write_count

UNITS = 1000  # from the middle of the plane to its edge
MOST = 2000  # points: as many as lesson 05's other sets have, so that its compiled step fits
OF_PRESET = 300  # points
LINE = 110  # characters of a line of the text


class Plane(Board):
    """What is seen of a pad for points on a page."""

    _esm = "".join(asset(f"lab/{part}.js").read_text(encoding="utf-8") for part in ("drawable", "points"))
    _css = asset("lab/pad.css").read_text(encoding="utf-8")
    shown = traitlets.Dict().tag(sync=True)


class PointPad:
    """A plane to draw points in; show it as the last line of a cell. The cells below find them in `points`.

    Paint with the mouse, a pen or a finger, or with the keyboard: arrows move the brush, Space puts it down or lifts
    it, E takes the eraser, B the brush, Backspace or Ctrl-Z undoes what you did last, Delete or Escape clears the
    plane.

    Parameters
    ----------
    points : array or list of pairs, shape (n, 2), or None
        What is in the plane at first: 10 to 2,000 points in the square from -1 to 1, kept to three decimals. None:
        an empty plane.

    Attributes
    ----------
    board : Plane
        What pages show.
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError
        The points are too few or too many, or not all in the square.

    Examples
    --------
    >>> pad = PointPad([(x / 10, x / 20) for x in range(-9, 10)])
    >>> pad.points.shape
    (19, 2)
    >>> pad.as_text()[:30]
    '[(-0.9, -0.45), (-0.8, -0.4), '
    """

    def __init__(self, points=None):
        self._units = np.zeros((0, 2), int) if points is None else _in_units(points)
        self.board = Plane(about=self._about())
        self.board.serve(self._obey)
        self.widget = framed(self.board, "ganlib-pad")
        self._show("")

    def _about(self):
        """Return what the page has to know, once."""
        presets = {"as at the start": self._units} if len(self._units) else {}
        presets |= {kind.replace("_", " "): _in_units(toy_points(kind, OF_PRESET)) for kind in TOY_KINDS}
        return {
            "units": UNITS,
            "fewest": FEWEST,
            "most": MOST,
            "ink": REAL.colour,
            "paper": PAPER,
            "presets": [[name, units.ravel().tolist()] for name, units in presets.items()],
        }

    @property
    def points(self):
        """The points that are in the plane now. Assigning others shows them; Undo on the page takes that back.

        Returns
        -------
        numpy.ndarray, shape (n, 2), float32
            Each from -1 to 1, to three decimals; n is 0 to 2,000. `check_points` says whether there are enough.
        """
        return (self._units / UNITS).astype(np.float32)

    @points.setter
    def points(self, points):
        self._units = _in_units(points)
        self._show("")

    def as_text(self):
        """Write the points as the list that somebody could have typed, to paste into a cell.

        Returns
        -------
        str
            Python, in lines of at most 110 characters. `PointPad` shows the same points again, if there are 10 or more.
        """
        pairs = ", ".join(f"({x / UNITS:g},_{y / UNITS:g})" for x, y in self._units.tolist())  # _: no line ends here
        return textwrap.fill(f"[{pairs}]", LINE, subsequent_indent=" ", break_on_hyphens=False).replace("_", " ")

    def _obey(self, content):
        """Take the points that a page has sent."""
        self._units = read_points(content.get("points"))
        number = content.get("number")
        self._show(number if isinstance(number, str) else "")
        return {}

    def _show(self, by):
        """Let all pages show the points but the one whose message, `by`, brought them."""
        self.board.shown = {"points": self._units.ravel().tolist(), "by": by, "sentence": self._sentence()}

    def _sentence(self):
        if not len(self._units):
            return "A plane to draw points in, empty, x and y from -1 to 1."
        (left, low), (right, high) = self._units.min(axis=0) / UNITS, self._units.max(axis=0) / UNITS
        count = write_count(len(self._units), "point")
        return f"A plane to draw points in, with {count}: x from {left:g} to {right:g} and y from {low:g} to {high:g}."

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the plane where widgets can be shown, else a picture of it."""
        from ganlib import plots

        picture = plots.planes(plots.Scene(self.points if len(self._units) else None)).png()
        return bundle(self.widget, f"{self._sentence()} Run this cell in JupyterLab to draw.", picture)


def _in_units(points):
    points = check_points(points)
    if len(points) > MOST:
        raise ValueError(f"The plane takes at most {MOST:,} points, not {len(points):,}: give some of them.")
    return np.rint(points * UNITS).astype(int)


def read_points(given):
    """Return the points that a page has sent, int (n, 2) in thousandths.

    Parameters
    ----------
    given : list of int
        Across and up in turn, of at most 2,000 points, each from -1,000 to 1,000.

    Raises
    ------
    ValueError
        They are something else, or too many.
    """
    if not isinstance(given, list) or len(given) > 2 * MOST:
        raise ValueError(f"The points of a drawing must be a list of at most {MOST:,}: clear the plane and draw again.")
    if not given:
        return np.zeros((0, 2), int)
    units = as_numbers("The points of a drawing", given, axes=1)
    if len(units) % 2 or np.abs(units).max() > UNITS:
        raise ValueError("The points of a drawing must be pairs of numbers within the plane: draw them again.")
    return np.rint(units).astype(int).reshape(-1, 2)
