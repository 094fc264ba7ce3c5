"""The judge on trial: what it says about pictures that show no digit, and about real digits that were made worse.

Each score has a floor, what garbage gets, and a ceiling, what real digits get; between the two it has to get worse with
every kind of damage that it is meant to see. Lesson 09 asks: can you fool the judge?
"""

from typing import NamedTuple

import numpy as np

from ganlib.arguments import Choice, Whole
from ganlib.data import as_pictures, check_pictures, load_mnist
from ganlib.data.pictures import in_range
from ganlib.judge.deform import stroke
from ganlib.judge.judge import FEWEST, default_judge
from ganlib.judge.outliers import HELD_OUT, TAUGHT
from ganlib.wording import by, write

REAL, WORSE, GARBAGE, UNTAUGHT = "real", "worse", "garbage", "garbage, never taught"
GROUPS = (REAL, WORSE, GARBAGE, UNTAUGHT)
SHOWN = 10


class Case(NamedTuple):
    """One kind of pictures, and what the judge says of it.

    Attributes
    ----------
    name : str
    group : str
        "real", "worse" (real digits with some damage), "garbage" or "garbage, never taught".
    pictures : ndarray
        Ten of them, float32 (10, 28, 28, 1).
    scores : dict of str to float
        What `Judge.quick` says of all of them.
    """

    name: str
    group: str
    pictures: np.ndarray
    scores: dict


def trial(judge=None, n=1000, seed=0, groups=GROUPS):
    """Judge real MNIST digits, worsened ones and garbage.

    Parameters
    ----------
    judge : Judge or None
        None means the judge of MNIST digits.
    n : int
        Pictures of each kind, from 100 to 10,000, and at most as many as `judge.ceiling` holds.
    seed : int
    groups : sequence of str
        Some of `GROUPS`, in the order that you want; all four by default.

    Returns
    -------
    list of Case
        One for each kind of pictures. Kinds of damage stand together, the mildest first.
    """
    if not isinstance(groups, list | tuple):
        raise ValueError(f"groups must be a list of some of {', '.join(GROUPS)}, not {write(groups)}.")
    groups = [Choice("groups", GROUPS)(group) for group in groups]
    if not (judge is None or hasattr(judge, "quick")):
        raise ValueError(f"judge must be a Judge, or None for the judge of MNIST digits, not {write(judge)}.")
    judge = default_judge() if judge is None else judge
    rng, n = np.random.default_rng(Whole("seed", 0)(seed)), Whole("n", FEWEST, min(10_000, len(judge.ceiling)))(n)
    digits, labels = load_mnist("test", scaled=True)
    some = in_range(judge.ceiling[:n])
    makers = {REAL: lambda: {"real digits": some}, WORSE: lambda: {**worsened(some, rng), **missing(n, rng)}}
    for group, kinds in ((GARBAGE, TAUGHT), (UNTAUGHT, HELD_OUT)):
        makers[group] = lambda kinds=kinds: {name: make(digits, labels, n, rng) for name, make in kinds.items()}
    return [
        Case(name, group, pictures[rng.choice(n, SHOWN, replace=False)], judge.quick(pictures))
        for group in groups
        for name, pictures in makers[group]().items()
    ]


def fog(n, seed=0, pictures=None):
    """Make pictures that show nothing, each pixel drawn around its own mean over real ones: a floor for every score.

    Parameters
    ----------
    n : int
        From 1 to 60,000.
    seed : int
    pictures : ndarray or None
        The real ones, uint8 or float (m, side, side, channels), of which the first 10,000 are used; MNIST's if None.

    Returns
    -------
    ndarray
        float32 (n, side, side, channels) in [-1, 1].
    """
    rng = np.random.default_rng(Whole("seed", 0)(seed))
    n = Whole("n", 1, 60_000)(n)
    pictures = load_mnist("train", limit=10_000)[0] if pictures is None else check_pictures(pictures)
    if pictures.shape[1] != pictures.shape[2]:
        raise ValueError(f"The pictures must be square, not {by(pictures.shape[1:])}: load_pictures cuts them.")
    return TAUGHT["fog"](in_range(pictures[:10_000]), None, n, rng)


def worsened(pictures, rng):
    """Return real digits by kind of damage: more and more noise, blur or specks, or fewer and fewer different ones.

    Parameters
    ----------
    pictures : ndarray
        float32 (n, 28, 28, 1) in [-1, 1].
    rng : numpy.random.Generator

    Returns
    -------
    dict of str to ndarray
        float32 (n, 28, 28, 1) in [-1, 1] by name, such as "blur 2".
    """
    n, worse = len(pictures), {}
    for strength in (0.2, 0.4, 0.8):
        noise = strength * rng.standard_normal(pictures.shape, np.float32)
        worse[f"noise {strength}"] = np.clip(pictures + noise, -1, 1)
    blurred = pictures
    for times in (1, 2, 3, 4):
        blurred = stroke(blurred, np.add) / 5
        if times != 3:
            worse[f"blur {times}"] = blurred
    for share in (0.02, 0.1):
        worse[f"specks {share:.0%}"] = np.where(rng.random(pictures.shape) < share, np.float32(1), pictures)
    for share in (0.5, 0.05):  # the same few again and again
        worse[f"{share:.0%} different"] = pictures[np.arange(n) % round(share * n)]
    return worse


def missing(n, rng):
    """Return n real training digits without the 8, and without any even digit, by name."""
    kept = {"no 8": (0, 1, 2, 3, 4, 5, 6, 7, 9), "odd digits only": (1, 3, 5, 7, 9)}
    chosen = {name: load_mnist("train", digits=digits)[0] for name, digits in kept.items()}
    return {
        name: as_pictures(of_kinds[rng.choice(len(of_kinds), n, replace=False)]) for name, of_kinds in chosen.items()
    }
