"""What a failing GAN looks like in its numbers: every limit with its reason, the vital signs, and the name of a run.

The presets of lesson 07, the outcomes of a sweep, the collapse alarm and the words of the live lab read this one list,
so that a run has the same name wherever it is named. Numbers that the comments report were measured on the classic
dense pair with batches of 32: the preset `healthy` and those that fail, each trained from its first weights for 300 and
for 600 steps. Nothing here needs TensorFlow.
"""

from typing import NamedTuple

import numpy as np

from ganlib.arguments import Whole, as_array
from ganlib.judge import neighbours

RECENT = 100  # steps that a sign is measured over
COMPARED = 200  # pictures, each with all others
# Root mean square difference of pixels, 0 to 2, below which two pictures are doubles. No two of 200 real digits are
# closer than 0.15; the closest two of a healthy generator were 0.25 apart.
DOUBLE = 0.1
END = 0.99  # from here on, up or down, a pixel is at an end of the tanh
SEEN = ("step", "d_accuracy", "d_real", "d_fake", "g_grad_norm", "d_loss", "g_loss")


class Sign(NamedTuple):
    """A number out of `vital_signs`, and the range in which it shows something."""

    name: str
    low: float = -np.inf
    high: float = np.inf

    def shown(self, signs):
        """Tell whether the number is in the range; `signs` is what `vital_signs` returned."""
        return bool(self.low <= signs[self.name] <= self.high)


# --- the state that a run is in ---------------------------------------------------------------------------------------

# A healthy discriminator was right about 94% of the pictures at step 300 and 59% at step 600; one that has won is right
# about nearly all.
HEALTHY = Sign("d_accuracy", 0.52, 0.97)
# Length of G's gradient: 0.001 and less where D wins the saturating game, 10 and 1.4 in the healthy one.
NO_GRADIENT = Sign("g_grad_norm", high=0.05)
# The fakes of a generator that wins got 0.98 and 0.99, healthy ones 0.15 and 0.52.
FOOLED = Sign("d_fake", 0.8)
# Share of pictures that have a double: none of real digits or in the healthy game, 0.78 and more after 400 steps with
# five updates of the generator to one of the discriminator, and 0.01 after 300 steps of one update each.
COLLAPSE = Sign("doubles", 0.25)
# A collapse to one picture. Real digits have 0.36, a healthy generator had 0.57 and 0.31; several kinds that come up
# again and again are as far apart as healthy pictures, so that this number misses them.
ALL_ALIKE = Sign("spread", high=0.1)
# Share of the pixels at the ends of the tanh: real digits have 0.8, and grey edges; a stuck generator has 1.00.
SATURATED = Sign("ends", 0.98)
# Spread of D's mean score on real pictures: 0.18 and 0.20 with both rates twenty-five times too high, 0.09 and 0.07 in
# the healthy game.
OSCILLATION = Sign("swing", 0.13)
# Size of the larger loss: hundreds of thousands with both rates five hundred times too high; a young healthy GAN had 3,
# a collapsed one 10.
DIVERGENCE = Sign("loss", 30.0)

# --- what only the alarm looks at -------------------------------------------------------------------------------------

# Stricter than "D won", which judges the end of a run: early in a healthy game the accuracy touches 100% as well, but
# the discriminator is not this sure.
SURE = (Sign("d_accuracy", 0.99), Sign("d_real", 0.97), Sign("d_fake", high=0.03))
# Under 3 of the 600 pictures of three looks, where every digit should come up 60 times.
MISSING_DIGIT = 0.005

# --- what the live lab says on the way, before anything has failed ----------------------------------------------------

# Gap between D's mean scores on real and on fake from which it is nearly sure, and G has little to learn from: 1.00
# where D wins. "D won" counts instead how often it is right.
NEARLY_SURE = 0.9
# D leads: a healthy GAN had 0.78 at step 300, and went on learning.
AHEAD = 0.6
# Below it D hardly tells the two apart: 0.07 in the healthy game at step 600.
LEVEL = 0.08
# Factor by which G's gradient has to change to be worth mentioning; a healthy one fell sevenfold from step 300 to 600.
STEEP = 10
# Root mean square spread of the fakes, divided by that of as many real pictures: below it only a few kinds come up.
# It is relative, since the lab also shows points and other data.
FEW_KINDS = 0.5
# Below it the fakes are nearly all the same.
ALL_THE_SAME = 0.25
# A digit counts as made if it is at least this share of the pictures that the judge recognises. Five kinds or fewer are
# few. Fewer than 20 recognised pictures say nothing about it.
MADE, FEW_DIGITS, RECOGNISED = 0.02, 5, 20

# --- names ------------------------------------------------------------------------------------------------------------

TRAINED, D_WON, G_WON = "trained", "D won", "G won"
OSCILLATED, COLLAPSED, STUCK, DIVERGED = "oscillated", "collapsed", "saturated", "diverged"
MEANING = {
    TRAINED: "neither network is sure, and the pictures differ",
    D_WON: "the discriminator is right about more than 97% of the pictures, or the generator has no gradient left",
    G_WON: "the discriminator takes the fakes for real",
    OSCILLATED: "the discriminator's opinion of real pictures jumps to and fro",
    COLLAPSED: "many latent vectors give nearly the same picture",
    STUCK: "the generator's pixels are all black or white: its tanh is stuck at the ends",
    DIVERGED: "a loss has run away, or become infinite",
}


def outcome(signs):
    """Name the outcome of a training; the worst that applies.

    Parameters
    ----------
    signs : mapping of str to float
        What `vital_signs` measured over the last steps, pictures included.

    Returns
    -------
    str
        A key of `MEANING`.
    """
    if DIVERGENCE.shown(signs):
        return DIVERGED
    if SATURATED.shown(signs):
        return STUCK
    if COLLAPSE.shown(signs) or ALL_ALIKE.shown(signs):
        return COLLAPSED
    if FOOLED.shown(signs):  # a fooled discriminator leaves no gradient either
        return G_WON
    if signs["d_accuracy"] > HEALTHY.high or NO_GRADIENT.shown(signs):
        return D_WON
    return OSCILLATED if OSCILLATION.shown(signs) else TRAINED


# --- measuring --------------------------------------------------------------------------------------------------------


def spread(pictures):
    """Return how much pictures differ: the standard deviation of each pixel over the pictures, mean over the pixels.

    0 if all are the same; 0.36 for real MNIST digits.

    Parameters
    ----------
    pictures : ndarray
        float (n, height, width, channels) in [-1, 1], at least two.
    """
    return float(_check(pictures).std(axis=0).mean())


def share_of_doubles(pictures):
    """Return the share of pictures, 0 to 1, that have another one at a root mean square difference below 0.1.

    Parameters
    ----------
    pictures : ndarray
        float (n, height, width, channels) in [-1, 1], at least two. Only the first 200 are compared, since the more
        pictures there are, the more have a double.
    """
    flat = _check(pictures)[:COMPARED].reshape(min(len(pictures), COMPARED), -1)
    ((_, squares),) = neighbours.squared_distances(flat, flat)  # so few that they are one block
    np.fill_diagonal(squares, np.inf)
    return float((squares.min(axis=1) < DOUBLE**2 * flat.shape[1]).mean())


def share_at_ends(pictures):
    """Return the share of pixels, 0 to 1, that are black or white to within 1%; 0.8 for real MNIST digits.

    Parameters
    ----------
    pictures : ndarray
        float (n, height, width, channels) in [-1, 1], at least two.
    """
    return float((np.abs(_check(pictures)) > END).mean())


def _check(pictures):
    pictures = as_array("pictures", pictures)
    if pictures.ndim != 4 or len(pictures) < 2 or 0 in pictures.shape or not np.issubdtype(pictures.dtype, np.floating):
        raise ValueError(
            f"Two pictures or more are needed, float (n, height, width, channels), not {pictures.dtype.name} of "
            f"shape {pictures.shape}."
        )
    return pictures


def vital_signs(history, pictures=None, recent=RECENT):
    """Measure the vital signs of a GAN: what its history and its pictures say about its health.

    Parameters
    ----------
    history : mapping of str to ndarray
        What `GAN.train` returns.
    pictures : ndarray or None
        What the generator makes now, at least two, float (n, height, width, channels) in [-1, 1]. If None, the last
        three numbers below are left out.
    recent : int
        How many of the last steps to look at, at least 1; for `g_grad_norm`, at least 10 are taken.

    Returns
    -------
    dict of str to float
        Means over the recent steps of `d_accuracy`, `d_real`, `d_fake` and `g_grad_norm` (NaN if it was not measured);
        `loss`, the larger of the mean sizes of the two losses (infinite if one became NaN); `swing`, the standard
        deviation of `d_real` over these steps; and, of pictures, their `spread`, and the shares of `doubles` and of
        pixels at the `ends` of the tanh.

    Raises
    ------
    ValueError
        The history is empty or has other columns, or the pictures are fewer than two or of another shape.
    """
    recent = Whole("recent", 1)(recent)
    try:
        last = {name: np.asarray(history[name][-recent:], float) for name in SEEN}
    except (TypeError, ValueError, LookupError) as error:
        raise ValueError("history must be what GAN.train returns: columns of numbers by name.") from error
    if not len(last["step"]):
        raise ValueError("The history is empty: train first.")
    measured = {name: float(last[name].mean()) for name in ("d_accuracy", "d_real", "d_fake")}
    gradients = np.asarray(history["g_grad_norm"][-max(recent, 10) :], float)  # every tenth step has one
    gradients = gradients[~np.isnan(gradients)]
    measured["g_grad_norm"] = float(gradients.mean()) if len(gradients) else np.nan
    losses = [np.abs(last[name]).mean() for name in ("d_loss", "g_loss")]
    measured["loss"] = np.inf if np.isnan(losses).any() else float(max(losses))
    measured["swing"] = float(last["d_real"].std())
    if pictures is None:
        return measured
    return measured | {
        "spread": spread(pictures),
        "doubles": share_of_doubles(pictures),
        "ends": share_at_ends(pictures),
    }
