"""Every figure of the course: data in, a figure and one sentence about it out.

The sentence is the figure's alt text, and its numbers are computed from the data. Figures are made without
pyplot: nothing is shown, nothing is kept, and a figure is drawn once, by the cell whose last value it is.
The two networks differ by colour, by dash and by a label; so do real and fake pictures.
"""

from ganlib.plots.boltzmann import dream_energies, dreams, energy_landscape, machine_curves, machine_diagram
from ganlib.plots.classes import boundary_and_distributions, learning_curves, word_evidence, word_rates
from ganlib.plots.codes import (
    code_grid,
    code_map,
    estimate_histogram,
    interpolation_strips,
    picture_rows,
    proposals,
    sample_rows,
    size_curves,
)
from ganlib.plots.convolutions import feature_maps
from ganlib.plots.curves import run_curves, score_histogram, training_curves
from ganlib.plots.game import game_diagram
from ganlib.plots.losses import generator_losses
from ganlib.plots.networks import network_diagram
from ganlib.plots.pictures import frames, picture_grid
from ganlib.plots.plane import Scene, distance_curves, planes
from ganlib.plots.quality import quality_curves
from ganlib.plots.style import DISCRIMINATOR, FAKE, GENERATOR, PIXELS_PER_INCH, REAL, SHARPNESS, Pen, Plot
from ganlib.plots.sweeps import outcome_map, sample_map, sweep_curves
from ganlib.plots.trial import trial_table

__all__ = [
    "DISCRIMINATOR",
    "FAKE",
    "GENERATOR",
    "PIXELS_PER_INCH",
    "REAL",
    "SHARPNESS",
    "Pen",
    "Plot",
    "Scene",
    "boundary_and_distributions",
    "code_grid",
    "code_map",
    "distance_curves",
    "dream_energies",
    "dreams",
    "energy_landscape",
    "estimate_histogram",
    "feature_maps",
    "frames",
    "game_diagram",
    "generator_losses",
    "interpolation_strips",
    "learning_curves",
    "machine_curves",
    "machine_diagram",
    "network_diagram",
    "outcome_map",
    "picture_grid",
    "picture_rows",
    "planes",
    "proposals",
    "quality_curves",
    "run_curves",
    "sample_map",
    "sample_rows",
    "score_histogram",
    "size_curves",
    "sweep_curves",
    "training_curves",
    "trial_table",
    "word_evidence",
    "word_rates",
]
