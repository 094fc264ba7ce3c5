"""How a loss depends on what the discriminator says: the shape that decides who can learn when."""

import numpy as np
from matplotlib.figure import Figure

from ganlib.plots.checks import check_named, check_numbers, check_probabilities, check_rising
from ganlib.plots.style import FAKE, GENERATOR, GREY, REAL, WIDTH, Plot, drawing, join_words

_LINES = ("solid", (0, (5, 2)), (0, (1.5, 1.5)))  # one per loss: all are the generator's, so colours can't differ


@drawing
def generator_losses(probability, losses, slopes):
    """Draw the generator's losses, and how strongly each one pulls, over the probability that a fake gets.

    Parameters
    ----------
    probability : array, shape (n,)
        The probability, from 0 to 1 and increasing, that the discriminator gives to a fake picture.
    losses : dict of str to array of shape (n,)
        Up to three losses by name.
    slopes : dict of str to array of shape (n,)
        The derivative of each loss with respect to the discriminator's logit.

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        The two dicts name different losses, or there are more than three.
    """
    probability = check_rising("probability", check_probabilities("probability", probability))
    losses, slopes = (
        check_named(name, given, len(_LINES), lambda name, values: check_numbers(name, values, len(probability)))
        for name, given in (("losses", losses), ("slopes", slopes))
    )
    if list(losses) != list(slopes):
        raise ValueError(f"losses and slopes must name the same losses, not {[*losses]} and {[*slopes]}.")
    figure = Figure(figsize=(WIDTH, 3.3), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08, wspace=0.06)
    panels = (
        ("Loss of the generator", losses),
        ("Pull on the fake's logit (size of the gradient)", {name: np.abs(slope) for name, slope in slopes.items()}),
    )
    for axes, (title, curves) in zip(figure.subplots(1, 2), panels, strict=True):
        _draw_losses(axes, title, probability, curves)
    axes.set_ylim(-0.02, max(1.12, *(1.1 * np.abs(slope).max() for slope in slopes.values())))
    return Plot(figure, _losses_sentence(probability, slopes))


def _draw_losses(axes, title, probability, curves):
    for (name, values), line in zip(curves.items(), _LINES, strict=False):
        axes.plot(probability, values, color=GENERATOR.colour, linestyle=line, linewidth=1.9, label=name)
    axes.set(title=title, xlim=(0, 1), xlabel="\nprobability that the discriminator gives to a fake")
    axes.grid(axis="y")
    axes.legend(frameon=False, labelcolor=GREY, fontsize=9, handlelength=3, loc="upper center")
    for x, pen, words, side in ((0, FAKE, "seen through", "left"), (1, REAL, "taken for real", "right")):
        axes.text(x, -0.155, words, transform=axes.transAxes, color=pen.colour, fontsize=9, ha=side, va="center")


def _losses_sentence(probability, slopes):
    parts = []
    for wanted in (0.01, 0.5, 0.99):
        at = int(np.abs(probability - wanted).argmin())
        pulls = join_words([f"{abs(float(slope[at])):.2f} ({name})" for name, slope in slopes.items()])
        parts.append(f"where a fake gets {probability[at]:.2f}: {pulls}")
    return f"Size of the gradient of the generator's loss with respect to the logit, {'; '.join(parts)}."
