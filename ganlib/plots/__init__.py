"""Every figure of the course: data in, a figure and one sentence about it out.

The sentence is the figure's alt text, and its numbers are computed from the data. Figures are made without
pyplot: nothing is shown, nothing is kept, and a figure is drawn once, by the cell whose last value it is.
The two networks differ by colour, by dash and by a label; so do real and fake pictures.
"""

from ganlib.plots.curves import score_histogram, training_curves
from ganlib.plots.game import game_diagram
from ganlib.plots.losses import generator_losses
from ganlib.plots.networks import network_diagram
from ganlib.plots.pictures import frames, picture_grid
from ganlib.plots.style import DISCRIMINATOR, FAKE, GENERATOR, PIXELS_PER_INCH, REAL, SHARPNESS, Pen, Plot

__all__ = [
    "DISCRIMINATOR",
    "FAKE",
    "GENERATOR",
    "PIXELS_PER_INCH",
    "REAL",
    "SHARPNESS",
    "Pen",
    "Plot",
    "frames",
    "game_diagram",
    "generator_losses",
    "network_diagram",
    "picture_grid",
    "score_histogram",
    "training_curves",
]
