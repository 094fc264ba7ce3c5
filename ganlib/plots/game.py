"""The diagram of the game between the two networks."""

import math
from typing import NamedTuple

import numpy as np
from matplotlib.patches import Arc, Polygon, Rectangle

from ganlib.arguments import Choice
from ganlib.data import as_bytes, load_mnist, tile
from ganlib.plots.networks import draw_box
from ganlib.plots.style import (
    DISCRIMINATOR,
    FAKE,
    GENERATOR,
    GREY,
    PALE,
    PAPER,
    REAL,
    WIDTH,
    Plot,
    canvas,
    draw_picture,
    drawing,
)


class _Step(NamedTuple):
    """What `game_diagram` shows of one step: the title, the aims written into the loss box, the alt text."""

    title: str
    aims: tuple
    sentence: str


_D_AIM = (DISCRIMINATOR, "real gets 1,\nfake gets 0")
_G_AIM = (GENERATOR, "fake gets 1")
_STEPS = {
    None: _Step(
        "The game: two networks, two losses, two feedback loops",
        (_D_AIM, _G_AIM),
        "The GAN's double feedback loop. A latent vector of random numbers goes through the generator and becomes "
        "a fake digit; real and fake digits go to the discriminator, which gives each a probability of being "
        "real; from that, two losses are computed. In the discriminator's step the gradient of its loss goes back "
        "to the discriminator and changes it. In the generator's step the gradient goes back through the "
        "discriminator and the fake digits to the generator and changes that.",
    ),
    "discriminator": _Step(
        "The discriminator's step: the generator is held still",
        (_D_AIM,),
        "The discriminator's step. Real digits, labelled 1, and fake digits, labelled 0, go to the discriminator. "
        "The gradient of its loss goes back to the discriminator and changes its weights only; the generator is "
        "held still.",
    ),
    "generator": _Step(
        "The generator's step: the discriminator is held still",
        (_G_AIM,),
        "The generator's step. Only fake digits go to the discriminator, labelled 1. The gradient of the "
        "generator's loss goes back through the discriminator, which is held still, and through the fake digits "
        "to the generator, and changes its weights only. Real digits are not used.",
    ),
}


@drawing
def game_diagram(highlight=None, real=None, fake=None):
    """Draw how the two networks of a GAN learn from each other.

    Thin arrows carry numbers forwards, thick dashed ones carry gradients backwards.

    Parameters
    ----------
    highlight : {None, "discriminator", "generator"}
        Whose step to show; the other network is then held still. None shows both loops.
    real, fake : array, shape (n, 28, 28, 1) with n of at least 4, optional
        Pictures to draw, the first four of each; uint8 from 0 to 255, or float from -1 to 1. Default: test digits of
        MNIST, and noise like an untrained generator's.

    Returns
    -------
    Plot
    """
    highlight = Choice("highlight", tuple(_STEPS))(highlight)
    real = _four(load_mnist("test", limit=4)[0] if real is None else real)
    fake = _four(np.random.default_rng(0).normal(0, 0.25, (4, 28, 28, 1)).clip(-1, 1) if fake is None else fake)
    step = _STEPS[highlight]
    figure, axes = canvas(WIDTH, 4.3, step.title)
    d_learns, g_learns = highlight != "generator", highlight != "discriminator"
    _draw_legend(axes)
    _draw_forward(axes, uses_real=d_learns)
    _draw_samples(axes, real, 1.0, REAL, {None: "", "discriminator": ", label 1"}.get(highlight), used=d_learns)
    _draw_samples(axes, fake, 2.95, FAKE, {None: "", "discriminator": ", label 0"}.get(highlight, ", label 1"))
    _draw_latent(axes, 0.5, 2.95)
    _draw_network(axes, 2.15, 2.95, GENERATOR, heights=(0.38, 0.62), held=not g_learns)
    _draw_network(axes, 5.85, 1.95, DISCRIMINATOR, heights=(0.72, 0.38), held=not d_learns)
    _draw_scale(axes, 7.2, 1.95)
    _draw_losses(axes, 8.37, 1.95, step.aims)
    if d_learns:
        _draw_discriminator_loop(axes)
    if g_learns:
        _draw_generator_loop(axes, through=GENERATOR.colour if highlight else PAPER)
    return Plot(figure, step.sentence)


def _four(images):
    """Return the first four pictures as one of two by two."""
    images = as_bytes(images)
    if len(images) < 4:
        raise ValueError(f"real and fake must each hold at least 4 pictures, not {len(images)}.")
    return tile(images[:4], 2, 2)


def _draw_legend(axes):
    for y, words, linewidth, linestyle in (
        (0.4, "numbers go forwards", 1.4, "solid"),
        (0.7, "gradients go backwards", 3, (0, (2, 0.8))),
    ):
        axes.plot([0.12, 0.52], [y, y], color=GREY, linewidth=linewidth, linestyle=linestyle)
        axes.text(0.64, y, words, fontsize=9.5, color=GREY, va="center")


def _draw_forward(axes, uses_real):
    """Draw the arrows along which numbers go forwards."""
    for start, end, colour in (
        ((0.72, 2.95), (1.36, 2.95), GREY),
        ((2.92, 2.95), (3.44, 2.95), GREY),
        ((4.56, 2.6), (5.1, 2.25), GREY),
        ((4.56, 1.25), (5.1, 1.6), GREY if uses_real else PALE),
        ((6.58, 1.95), (6.74, 1.95), GREY),
        ((7.66, 1.95), (7.82, 1.95), GREY),
    ):
        _arrow_head(axes, start, end, colour, size=0.09)
        axes.plot(*zip(start, end, strict=True), color=colour, linewidth=1.4, solid_capstyle="butt")


def _arrow_head(axes, start, end, colour, size):
    """Draw a triangle whose point is at the end of an arrow; lines stop there too, a dash would fray it."""
    along = np.subtract(end, start) / math.dist(start, end) * size
    across = np.array([-along[1], along[0]]) * 0.6
    tip = np.add(end, along * 0.4)
    axes.add_patch(Polygon([tip, tip - along * 1.4 + across, tip - along * 1.4 - across], color=colour, linewidth=0))


def _draw_samples(axes, picture, y, pen, label, used=True):
    """Draw pictures in a frame of their colour, with their label; pale if this step does not use them."""
    x, frame = 4.0, ((3.47, y - 0.53), 1.06, 1.06)
    axes.add_patch(Rectangle(*frame, facecolor=pen.colour))
    draw_picture(axes, picture, x - 0.48, y - 0.48, 0.96, 0.96)
    if not used:
        axes.add_patch(Rectangle(*frame, facecolor=PAPER, alpha=0.75, zorder=3))
    words = f"{pen.label} digits{label if used else ', not used'}"
    colour = pen.colour if used else GREY
    axes.text(x, y - 0.67, words, color=colour, ha="center", va="center", fontweight="bold")


def _draw_latent(axes, x, y):
    """Draw a latent vector as a column of grey cells."""
    for i, grey in enumerate(np.random.default_rng(3).uniform(0.15, 0.95, 9)):
        corner = (x - 0.1, y - 0.72 + 0.16 * i)
        axes.add_patch(Rectangle(corner, 0.2, 0.16, facecolor=str(grey), edgecolor=GREY))
    axes.text(x, y + 0.98, "latent vector\n(random)", fontsize=9.5, ha="center", va="center")


def _draw_network(axes, x, y, pen, heights, held):
    """Draw a network that widens from numbers to pictures, or narrows from pictures to a number."""
    left, right = heights
    corners = [(x - 0.72, y - left), (x + 0.72, y - right), (x + 0.72, y + right), (x - 0.72, y + left)]
    face, edge, words = ("#F1F1F1", GREY, GREY) if held else (pen.colour, pen.colour, PAPER)
    axes.add_patch(Polygon(corners, facecolor=face, edgecolor=edge, linewidth=1.6, joinstyle="round"))
    axes.text(x, y - (0.13 if held else 0), pen.label, color=words, ha="center", va="center", fontweight="bold")
    if held:
        _draw_padlock(axes, x - 0.42, y + 0.14)
        axes.text(x + 0.08, y + 0.15, "held still", fontsize=9, color=GREY, ha="center", va="center")


def _draw_padlock(axes, x, y):
    axes.add_patch(Arc((x, y - 0.03), 0.1, 0.16, theta1=180, theta2=360, color=GREY, linewidth=1.6))
    axes.add_patch(Rectangle((x - 0.08, y - 0.03), 0.16, 0.12, facecolor=GREY))


def _draw_scale(axes, x, y):
    """Draw the discriminator's answer as a scale from 0, fake, to 1, real."""
    axes.text(x, y - 0.3, "probability\nof being real", fontsize=9.5, ha="center", va="center")
    axes.add_patch(Rectangle((x - 0.42, y - 0.05), 0.84, 0.1, facecolor=PALE, edgecolor=GREY, linewidth=0.8))
    for number, pen, side in ((0, FAKE, -0.38), (1, REAL, 0.38)):
        axes.text(x + side, y + 0.19, number, color=pen.colour, ha="center", va="center", fontweight="bold")
        axes.text(x + side, y + 0.36, pen.label, color=pen.colour, fontsize=9, ha="center", va="center")


def _draw_losses(axes, x, y, aims):
    """Draw the loss box, with what each loss wants in its network's colour."""
    edge = aims[0][0].colour if len(aims) == 1 else GREY
    draw_box(axes, x, y, 1.04, 1.24, facecolor=PAPER, edgecolor=edge, linewidth=1.6)
    head = "loss" if len(aims) == 1 else "losses"
    axes.text(x, y - 0.44, f"{head}: small if", fontsize=9, color=GREY, ha="center", va="center")
    for (pen, words), place in zip(aims, (0.0,) if len(aims) == 1 else (-0.08, 0.4), strict=True):
        axes.text(x, y + place, words, color=pen.colour, fontsize=9.5, ha="center", va="center", fontweight="bold")


def _gradient(axes, points, pen):
    """Draw a thick dashed line through the points, with a head at its end."""
    dashes = (3.2, 0.8) if pen is DISCRIMINATOR else (1.5, 0.8)
    style = {"linewidth": 3, "linestyle": (0, dashes), "dash_capstyle": "butt", "dash_joinstyle": "round"}
    axes.plot(*zip(*points, strict=True), color=pen.colour, zorder=2.5, **style)
    _arrow_head(axes, points[-2], points[-1], pen.colour, size=0.16)


def _draw_discriminator_loop(axes):
    _gradient(axes, [(8.37, 1.32), (8.37, 0.62), (5.85, 0.62), (5.85, 1.3)], DISCRIMINATOR)
    words = "the gradient changes the discriminator"
    axes.text(7.11, 0.42, words, color=DISCRIMINATOR.colour, ha="center", va="center")


def _draw_generator_loop(axes, through):
    """Draw the generator's gradient from the loss through the discriminator and the fakes to the generator."""
    _gradient(axes, [(8.37, 2.58), (8.37, 3.25), (6.12, 3.25), (6.12, 2.6)], GENERATOR)
    inside = [(6.12, 2.4), (6.12, 2.26), (5.5, 2.26), (5.5, 2.5)]
    axes.plot(*zip(*inside, strict=True), color=through, linewidth=2, linestyle=(0, (1.5, 0.8)), zorder=2.5)
    _gradient(axes, [(5.5, 2.64), (5.5, 3.25), (4.65, 3.25)], GENERATOR)
    _gradient(axes, [(3.45, 3.25), (2.97, 3.25)], GENERATOR)
    words = "the gradient goes through the discriminator\nand the fakes, and changes the generator"
    axes.text(6.0, 3.75, words, color=GENERATOR.colour, ha="center", va="center")
