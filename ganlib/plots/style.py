"""The house style: colours, sizes, the `Plot` that every figure function returns, and numbers in words."""

import base64
import contextlib
import functools
import html
import inspect
import io
import textwrap
import threading
from typing import NamedTuple

import matplotlib
import numpy as np
from matplotlib.figure import Figure

from ganlib.plots.checks import as_text


class Pen(NamedTuple):
    """How one of the players is drawn in every figure.

    Attributes
    ----------
    label : str
    colour : str
        Dark enough for text on white (contrast of at least 4.5 to 1).
    dashes : tuple of float
        Lengths of ink and gap, in widths of the line; empty for a solid line.
    """

    label: str
    colour: str
    dashes: tuple

    @property
    def line(self):
        """The line style in Matplotlib's words."""
        return (0, self.dashes) if self.dashes else "solid"


DISCRIMINATOR = Pen("discriminator", "#0072B2", ())
GENERATOR = Pen("generator", "#BD4B00", (5, 2))
REAL = Pen("real", "#008060", ())
FAKE = Pen("fake", "#872B77", (1.5, 1.5))
# The same four where a page is dark, as figures never are: light enough for text on JupyterLab's #111111.
ON_DARK = {DISCRIMINATOR: "#5DB2EE", GENERATOR: "#F2955A", REAL: "#35B890", FAKE: "#D58ACB"}

INK = "#222222"
GREY = "#595959"
PALE = "#E4E4E4"
PAPER = "#FFFFFF"

WIDTH = 9.0  # inches, of the widest figures: 864 pixels in JupyterLab at 100%
PIXELS_PER_INCH = 96  # of a screen at 100%: a point of the figure is then a point of the page
SHARPNESS = 2  # PNG pixels to one screen pixel
MOST_INCHES = 300  # of a side of a figure: Matplotlib makes PNGs of fewer than 2 ** 16 pixels each way

_STYLE = {
    "figure.facecolor": PAPER,
    "axes.facecolor": PAPER,
    "savefig.facecolor": PAPER,
    "font.size": 10,
    "text.color": INK,
    "text.parse_math": False,
    "axes.titlesize": 10.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": INK,
    "axes.titlepad": 9,
    "axes.labelsize": 9.5,
    "axes.labelcolor": GREY,
    "axes.edgecolor": "#9A9A9A",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "xtick.labelsize": 9,
    "ytick.labelsize": 9,
    "xtick.color": "#9A9A9A",
    "ytick.color": "#9A9A9A",
    "xtick.labelcolor": GREY,
    "ytick.labelcolor": GREY,
    "grid.color": PALE,
    "grid.linewidth": 0.8,
    "lines.solid_capstyle": "round",
}


_ALONE = threading.RLock()  # Matplotlib's settings are those of all threads


@contextlib.contextmanager
def house_style():
    """Draw with the house style on Matplotlib's defaults, then put the learner's own settings back."""
    with _ALONE, matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(_STYLE)
        yield


def drawing(draw):
    """Let a function draw in the house style, and turn what it is given as `title` into text."""
    signature = inspect.signature(draw)

    @functools.wraps(draw)
    def drawn(*given, **named):
        arguments = signature.bind(*given, **named).arguments
        if arguments.get("title") is not None:
            arguments["title"] = as_text(arguments["title"])
        with house_style():
            return draw(**arguments)

    return drawn


def sheet(width, height, **settings):
    """Return a figure of a size in inches; ValueError if it is larger than what can be drawn."""
    if max(width, height) > MOST_INCHES:
        raise ValueError(f"This figure would be {max(width, height):,.0f} inches long: draw less in one figure.")
    return Figure(figsize=(width, height), **settings)


class Plot(NamedTuple):
    """A figure and what it shows.

    Attributes
    ----------
    figure : matplotlib.figure.Figure
        `figure.savefig("name.png")` saves it.
    sentence : str
        What the data show, with numbers; the alt text in a notebook.
    """

    figure: Figure
    sentence: str

    def __repr__(self):
        return self.sentence

    def png(self):
        """Draw the figure.

        Returns
        -------
        bytes
            A PNG of `SHARPNESS * PIXELS_PER_INCH` pixels to the inch.
        """
        buffer = io.BytesIO()
        with house_style():
            self.figure.savefig(buffer, format="png", dpi=SHARPNESS * PIXELS_PER_INCH)
        return buffer.getvalue()

    def _repr_html_(self):
        """Show the figure in a notebook, with the sentence as alt text, on white in every theme."""
        width = round(self.figure.get_figwidth() * PIXELS_PER_INCH)
        return (
            f'<img src="data:image/png;base64,{base64.b64encode(self.png()).decode()}" '
            f'alt="{html.escape(self.sentence)}" width="{width}" '
            'style="max-width: 100%; height: auto; background: #fff; border-radius: 4px">'
        )


# Numbers in words


def write_percent(share):
    return f"{100 * share:.0f}%"


def write_value(value):
    """Write a live value: 0.0002, 2 or True."""
    return f"{value:.3g}" if isinstance(value, float | np.floating) else as_text(value)


def write_count(number, word):
    """Write "1 row" or "5 rows"."""
    return f"{number:,} {word}{'' if number == 1 else 's'}"


def begin_with(title):
    """Begin a sentence with the title, if there is one."""
    if title and title.endswith(("?", "!")):
        return f"{title} "
    return f"{title.rstrip('.')}: " if title else ""


def join_words(words):
    """Join words as in a sentence: "a, b and c"."""
    *most, last = map(str, words)
    return f"{', '.join(most)} and {last}" if most else last


def canvas(width, height, title=None):
    """Return a figure and axes whose unit is one inch, with y downwards from below the title."""
    lines = textwrap.wrap(title or "", int(WIDTH / 0.1))
    head = 0.21 * len(lines) + 0.18 if lines else 0.05
    width = max([width, *(0.1 * len(line) + 0.1 for line in lines)])
    figure = sheet(width, head + height)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(0, width), ylim=(height, -head))
    axes.axis("off")
    axes.text(0.05, 0.08 - head, "\n".join(lines), fontsize=11.5, fontweight="bold", va="top")
    return figure, axes


def draw_picture(axes, picture, x, y, width, height):
    """Draw a picture, grey or RGB bytes, with its upper left corner at (x, y) inches; keep the limits of the axes."""
    limits = {"xlim": axes.get_xlim(), "ylim": axes.get_ylim()}
    place = (x, x + width, y + height, y)
    axes.imshow(picture, "gray", vmin=0, vmax=255, extent=place, interpolation="nearest", aspect="auto", zorder=2)
    axes.set(**limits)
