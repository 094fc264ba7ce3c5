"""What is going on, in words: pure functions of measured numbers.

The two readings are rough on purpose. They say what somebody with experience would say about the same numbers, and
what to try.
"""

from typing import NamedTuple

import numpy as np

from ganlib.judge import signs
from ganlib.models.losses import LOSSES, PENALTIES

RECENT = 50  # steps that a reading looks back on
FEWEST = 5
NAMES = {
    "d_learning_rate": "D learning rate",
    "g_learning_rate": "G learning rate",
    "d_steps": "D steps",
    "g_steps": "G steps",
    "freeze_d": "freeze D",
    "freeze_g": "freeze G",
    "loss_kind": "loss",
    "from": "from digit",
    "to": "to digit",
    "slope": "D's gradient",
}


class Reading(NamedTuple):
    """One gauge.

    Attributes
    ----------
    level : float or None
        Where the pointer stands, -1 to 1 for the balance (G wins, D wins), 0 to 1 for the variety; None before there is
        anything to say.
    word : str
        Two or three words.
    sentence : str
        What is going on and what to try.
    """

    level: float | None
    word: str
    sentence: str


def balance(history, values, what="pictures"):
    """Say who is winning.

    Parameters
    ----------
    history : mapping of str to ndarray
        Columns `d_real`, `d_fake`, `d_accuracy` and `g_grad_norm` of a GAN's history.
    values : dict
        The live values, as `model.live.snapshot()` gives them.
    what : str
        What the model makes: "pictures", "digits" or "points".

    Returns
    -------
    Reading
        Level 1: D spots every fake; 0: it cannot tell; -1: it takes fakes for real. The level of a critic, whose scores
        are no probabilities, is how often it is right.
    """
    kind = values.get("loss_kind")
    if kind in LOSSES and LOSSES[kind].scores:
        return _balance_of_critic(kind, history, values, what)
    real, fake = (_recent(history[name]) for name in ("d_real", "d_fake"))
    if real is None or fake is None:
        return Reading(None, "nothing yet", "Nothing has been measured yet: press play.")
    gap = real - fake
    scores = f"D gives {real:.2f} to real {what} and {fake:.2f} to fakes"
    told = [scores, _gradient_words(history["g_grad_norm"]), _still_words(values)]
    word, advice = _verdict(gap, fake, values)
    sentence = "; ".join(part for part in told if part)
    return Reading(float(np.clip(gap, -1, 1)), word, f"{sentence}. {advice}")


def _balance_of_critic(kind, history, values, what):
    """Say how often a critic is right: for one that needs a penalty, how many pairs it ranks the right way round."""
    right = _recent(history["d_accuracy"])
    if right is None:
        return Reading(None, "nothing yet", "Nothing has been measured yet: press play.")
    judged = "ranks the real one above the fake in" if kind in PENALTIES else "is right about"
    of = "pairs" if kind in PENALTIES else what
    scores = f"D is a critic, whose scores are no probabilities; it {judged} {right:.0%} of {of}"
    sentence = "; ".join(
        part for part in (scores, _gradient_words(history["g_grad_norm"]), _still_words(values)) if part
    )
    gap = 2 * right - 1
    if gap >= signs.AHEAD:
        word, advice = (
            "D leads",
            f"A critic that is nearly always right still teaches: look at its loss and the {what}.",
        )
    elif gap < -signs.LEVEL:
        word, advice = "G wins", "D takes fakes for real: raise D's rate or give D more steps."
    else:
        word, advice = "balanced", "Both have something to learn: let them play."
    return Reading(float(np.clip(gap, -1, 1)), word, f"{sentence}. {advice}")


def _verdict(gap, fake, values):
    """Return a few words and some advice, for the gap between the mean scores of real and fake, and that of fake."""
    if gap >= signs.NEARLY_SURE:
        return "D wins", "G has little to learn from: lower D's rate, raise G's, or give G more steps."
    if gap >= signs.AHEAD:
        return "D leads", "G can still learn. If the gap keeps growing, lower D's rate a little."
    if gap < -signs.LEVEL or signs.FOOLED.shown({"d_fake": fake}):
        return "G wins", "D takes fakes for real: raise D's rate or give D more steps."
    if gap > signs.LEVEL:
        return "balanced", "Both have something to learn: let them play."
    if values.get("d_learning_rate", 1) == 0 or values.get("freeze_d"):
        return "D stands still", "D cannot tell, and it is not learning: let it learn."
    return "D cannot tell", "Either the fakes are good, or D is too weak: look at what G makes, then raise D's rate."


def _gradient_words(column):
    """Say how G's gradient has changed since early in the run; an empty text if it has changed little."""
    norms = column[~np.isnan(column)]
    if len(norms) < 3 * FEWEST:
        return ""
    early, now = np.median(norms[: max(FEWEST, len(norms) // 10)]), np.median(norms[-FEWEST:])
    if now * signs.STEEP <= early:
        return f"G's gradient has fallen {_fold(early, now)}-fold"
    return f"G's gradient has grown {_fold(now, early)}-fold" if early * signs.STEEP <= now else ""


def _fold(large, small):
    ratio = large / max(small, 1e-12)
    return f"{float(f'{ratio:.1g}' if ratio < 1e6 else 1e6):,.0f}"


def held(values):
    """Return the letters of the networks that do not learn, "d" and "g", by the live values; a tuple."""
    return tuple(letter for letter in "dg" if values.get(f"freeze_{letter}") or values.get(f"{letter}_steps", 1) == 0)


def _still_words(values):
    still = held(values)
    return f"{' and '.join(map(str.upper, still))} held still" if still else ""


def variety(fakes, reals, digits=None):
    """Say whether the fakes differ from each other as much as real ones do.

    Parameters
    ----------
    fakes, reals : ndarray
        (n, ...) float; pictures or points.
    digits : ndarray or None
        How many of the fakes a judge took for each digit, int (10,), among those that it recognised.

    Returns
    -------
    Reading
        Level 1: as different as real ones, or more; 0: all the same.
    """
    spread = min(_spread(fakes) / max(_spread(reals), 1e-9), 1.0)
    seen = _digit_words(digits)
    told = f"The fakes differ by {spread:.0%} of what real ones differ" + (f"; {seen}" if seen else "")
    if spread < signs.ALL_THE_SAME:
        return Reading(spread, "collapsed", f"{told}. They are nearly all the same: lower G's rate, or start again.")
    if _repeated(fakes) and not _repeated(reals):
        words = f"{told}. A few pictures come up again and again: give G fewer steps per step of D."
        return Reading(min(spread, signs.ALL_THE_SAME), "few pictures", words)
    known = 0 if digits is None else digits.sum()
    missing = known >= signs.RECOGNISED and (digits > signs.MADE * known).sum() <= signs.FEW_DIGITS
    if spread < signs.FEW_KINDS or missing:
        return Reading(spread, "few kinds", f"{told}. Some kinds are missing: give D more steps or lower G's rate.")
    return Reading(spread, "many kinds", f"{told}.")


def _repeated(examples):
    """Tell whether many of the pictures have a double among them; points of the plane have none."""
    return examples.ndim == 4 and signs.COLLAPSE.shown({"doubles": signs.share_of_doubles(examples)})


def _spread(examples):
    """Mean distance of the examples from their mean, root mean square over all numbers."""
    flat = np.asarray(examples, np.float32).reshape(len(examples), -1)
    return float(np.sqrt(flat.var(axis=0).mean()))


def _digit_words(digits):
    if digits is None or not digits.sum():
        return ""
    return f"{(digits > 0).sum()} of 10 digits among the {digits.sum()} that the judge recognises"


def memory(distance, usual, what="digit"):
    """Say whether a made digit is remembered or invented, by its distance to the nearest training digit.

    Parameters
    ----------
    distance : float
    usual : ndarray
        Distances (n,) of some training digits to the nearest other one.
    what : str
        What the pictures show: "digit", or "picture" if they are not digits.

    Returns
    -------
    str
        One sentence, with the distance and the range in which nine of ten real ones lie.
    """
    low, middle, high = (float(at) for at in np.percentile(usual, (5, 50, 95)))
    told = (
        f"The nearest training {what} is {distance:.1f} away; the nearest neighbour of a training {what} is usually "
        f"{middle:.1f} away ({low:.1f} to {high:.1f} for nine of ten)"
    )
    if distance < low:
        return f"{told}: so near that this is nearly a copy, memory more than invention."
    if distance <= high:
        return f"{told}: no nearer than real {what}s are to each other, so it is no copy."
    return f"{told}: farther than real {what}s are from each other, so it is an invention, or no {what} at all."


def duration(seconds):
    """Write a time as people say it.

    Examples
    --------
    >>> duration(75)
    '1 min 15 s'
    """
    if not np.isfinite(seconds):
        return "?"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min {rest} s" if minutes else f"{rest} s"


def label(name):
    """Return what a control, or a number that it changes, is called."""
    return NAMES.get(name, name.replace("_", " "))


def change(name, value):
    """Write a change of a live value as a short mark for a chart.

    Examples
    --------
    >>> change("d_learning_rate", 2e-4)
    'D rate 0.0002'
    """
    return f"{mark(name)} {value_of(value)}"


def mark(name):
    """Return what a live value is called where there is little room."""
    return label(name).replace("learning rate", "rate")


def value_of(value):
    """Write a live value.

    Examples
    --------
    >>> value_of(True), value_of(2e-4), value_of("non_saturating")
    ('on', '0.0002', 'non saturating')
    """
    if isinstance(value, bool):
        return "on" if value else "off"
    return f"{value:g}" if isinstance(value, float) else str(value).replace("_", " ")


def _recent(column):
    """Return the mean of what was measured in the last steps, or None."""
    measured = column[-RECENT:]
    measured = measured[~np.isnan(measured)]
    return float(measured.mean()) if len(measured) else None
