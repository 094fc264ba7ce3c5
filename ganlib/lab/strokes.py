"""What is drawn on the pad, as strokes, and the picture made from them: pure functions, no widgets.

A page sends strokes, not pixels: strokes are small, they are the same from every browser, and some browsers falsify
pixels.
"""

from typing import NamedTuple

import numpy as np

from ganlib.arguments import Choice, Number, as_numbers

UNITS = 1000  # of the pad's side; a stroke's points and its width are measured in them
OUTSIDE = 500  # units that a stroke may leave the pad on either side
THINNEST, WIDEST = 10, 200
MOST_POINTS = 20_000  # of one drawing
FINE = 16  # each pixel is drawn as 16 by 16, and their mean is taken
BOX = 20 / 28  # share of the side that one of MNIST's digits fills, at most
SMALLEST = 120  # units: a drawing this large is scaled up to fill the box; a smaller one is taken for a dot
PAPERS = {"black": "#000000", "white": "#ffffff"}
GREY_INKS = {"black": {"white": "#ffffff"}, "white": {"black": "#000000"}}  # by paper
COLOURS = {  # Okabe and Ito 2008: people who are colour-blind can tell them apart
    "black": "#000000",
    "white": "#ffffff",
    "orange": "#e69f00",
    "sky blue": "#56b4e9",
    "green": "#009e73",
    "yellow": "#f0e442",
    "blue": "#0072b2",
    "red": "#d55e00",
    "pink": "#cc79a7",
}


class Stroke(NamedTuple):
    """One line, from where the pen was put down to where it was lifted.

    Attributes
    ----------
    points : numpy.ndarray, shape (n, 2), float64
        Across and down, in thousandths of the pad's side.
    width : float
        In the same unit.
    ink : str
        A colour, #rrggbb.
    """

    points: np.ndarray
    width: float
    ink: str


def read_strokes(given, inks):
    """Return the strokes that a page has sent, a list of Stroke.

    Parameters
    ----------
    given : list of dict
        Each with `points`, a flat list of numbers from -500 to 1500, across and down in turn; `width`, 10 to 200;
        and `ink`, a name.
    inks : dict of str to str
        The colours by name.

    Raises
    ------
    ValueError
        They are something else, or too many.
    """
    if not isinstance(given, list) or not all(isinstance(stroke, dict) for stroke in given):
        raise ValueError("The strokes of a drawing must be a list of points, widths and inks: draw it again.")
    lengths = [len(points) for stroke in given if isinstance(points := stroke.get("points"), list)]
    if len(lengths) < len(given) or sum(lengths) > 2 * MOST_POINTS:
        raise ValueError(f"A drawing has at most {MOST_POINTS:,} points, in strokes: clear the pad and draw a new one.")
    return [_read(stroke, inks) for stroke in given]


def _read(stroke, inks):
    points = as_numbers("The points of a stroke", stroke["points"], axes=1)
    if len(points) % 2 or points.min() < -OUTSIDE or points.max() > UNITS + OUTSIDE:
        raise ValueError("The points of a stroke must be pairs of numbers near the pad: draw it again.")
    width = Number("The width of a stroke", THINNEST, WIDEST)(stroke.get("width"))
    return Stroke(points.reshape(-1, 2), width, inks[Choice("The ink of a stroke", tuple(inks))(stroke.get("ink"))])


def draw(strokes, size, channels, paper):
    """Draw strokes, with smooth edges.

    Parameters
    ----------
    strokes : list of Stroke
    size, channels : int
        Height and width in pixels; 1 for grey, 3 for colour.
    paper : str
        A colour, #rrggbb.

    Returns
    -------
    numpy.ndarray, shape (size, size, channels), uint8
    """
    from PIL import Image, ImageDraw

    side = size * FINE
    picture = Image.new("L" if channels == 1 else "RGB", (side, side), paper)
    pen = ImageDraw.Draw(picture)
    for stroke in strokes:
        points, radius = stroke.points * (side / UNITS), stroke.width * side / UNITS / 2
        pen.line(points.ravel().tolist(), stroke.ink, round(2 * radius))
        for x, y in points.tolist():
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), stroke.ink)
    return np.array(picture.reduce(FINE)).reshape(size, size, channels)


def centre(strokes, paper, size=28):
    """Scale strokes to fill MNIST's box and move their centre of mass to the middle, as was done with MNIST's digits.

    The pen stays as wide as it was, so that a digit that was drawn small is no thicker than others.

    Parameters
    ----------
    strokes : list of Stroke
    paper : str
        A colour, #rrggbb: what is drawn in it weighs nothing.
    size : int
        Side in pixels of the picture in which the ink is weighed.

    Returns
    -------
    list of Stroke
    """
    seen = [stroke for stroke in strokes if stroke.ink != paper]
    if not seen:
        return strokes
    points, width = np.concatenate([stroke.points for stroke in seen]), max(stroke.width for stroke in seen)
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (BOX * UNITS - width) / max(*(high - low), SMALLEST)
    strokes = [one._replace(points=(one.points - (low + high) / 2) * scale + UNITS / 2) for one in strokes]
    pixels = draw(strokes, size, 3, paper).astype(float)
    ink = np.abs(pixels - pixels[0, 0]).sum(axis=2)
    at = (np.arange(size) + 0.5) * (UNITS / size)
    mass = np.array([ink.sum(axis=0) @ at, ink.sum(axis=1) @ at]) / max(ink.sum(), 1e-12)
    room = (1 - BOX) * UNITS / 2
    return [one._replace(points=one.points + np.clip(UNITS / 2 - mass, -room, room)) for one in strokes]
