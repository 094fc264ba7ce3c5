"""Wrong answers to the exercises of lesson 09."""

from functools import cache

import numpy as np

from exercise_cases import Case
from ganlib import judge, load_mnist


def share(code):
    return f"def my_share(probabilities, confidence):\n    return {code}"


def nearest(rows='images.reshape(len(images), -1).astype("float32") / 127.5 - 1', best="argmin(axis=1)"):
    return (
        f"def my_nearest(some, images):\n    rows, mine = {rows}, some.reshape(len(some), -1)\n"
        f"    return ((mine[:, np.newaxis] - rows) ** 2).sum(axis=2).{best}"
    )


NEAREST = (
    "def my_nearest(some, images):\n    rows = images.reshape(len(images), -1) / 127.5 - 1\n"
    "    mine = some.reshape(len(some), -1)\n    apart = mine[:, np.newaxis] - rows\n    return {}"
)


def row(name, rise="no"):
    return f"may_rise, loses_most = {rise!r}, {name!r}"


@cache
def made():
    """Return rows of which each tempts in another way: of the shares at 90% and at 99%."""
    digits = load_mnist("test", limit=400)[0].astype("float32") / 127.5 - 1
    soft = (digits + sum(np.roll(digits, by, axis) for by in (-1, 1) for axis in (1, 2))) / 5
    grey, few = 0.8 * soft - 0.2, judge.fog(400, 0)
    few[:8] = grey[_lost(grey)][:8]
    return {"real digits": digits, "soft": grey, "nothing": judge.fog(400, 1), "nearly nothing": few}


def _lost(pictures):
    sure = judge.recognise(pictures)[:, :10].max(axis=1)
    return (sure > 0.9) & (sure <= 0.99)


def codes(code, around="own.mean(axis=0)", spread="np.cov(own.T)"):
    return (
        "def my_codes(codes, labels, count, seed):\n    rng, drawn = np.random.default_rng(seed), []\n"
        f"    for digit in range(10):\n        own = codes[labels == digit]\n"
        f"        drawn.append(rng.multivariate_normal({around}, {spread}, count // 10))\n    return {code}"
    )


ALL = "np.concatenate(drawn)"
CASES = {
    "09.1": Case(
        wrong={
            row("soft", "yes"): "can any share become larger?",
            row("real digits"): "highest share at 90%",
            row("nothing"): "lowest share at 99%",
            row("nearly nothing"): "largest *part*",
            row("the soft one"): "the name of a row",
        },
        raises="may_rise, loses_most = Broken(), 'soft'",
        names=lambda: {"made": made(), "judge": judge},
    ),
    "09.2": Case(
        wrong={
            'my_choice = "A"': "two kinds of digits",
            'my_choice = "C"': "hardly any can be read",
            'my_choice = "D"': "training digits again",
            'my_choice = "E"': "a few pictures of each",
            'my_choice = "real digits"': "the yardstick",
            'my_choice = "F"': "Choose one of",
        },
        raises="my_choice = Broken()",
    ),
    "09.3": Case(
        wrong={
            share("probabilities.max(axis=1).mean()"): "the mean confidence",
            share("(probabilities > confidence).mean()"): "You divided by all probabilities",
            share("(probabilities.max(axis=1) > confidence).sum()"): "a number of pictures",
            share("(probabilities.max(axis=1) < confidence).mean()"): "*not* recognised",
            share("(probabilities.max(axis=1) > 0.9).mean()"): "2 above 0.93",
            share("probabilities.max(axis=1) > confidence"): "has the shape (5,)",
            share("100 * (probabilities.max(axis=1) > confidence).mean()"): "in percent",
            share("(probabilities.max(axis=0) > confidence).mean()"): "Each picture is a row",
            share("(probabilities.argmax(axis=1) > confidence).mean()"): "*which* digit",
            share("(probabilities.max(axis=1) > confidence).sum() / 5"): "the number of *pictures*",
            share("(probabilities.max(axis=1) >= confidence).mean()"): "not *above* 0.5",
        },
        raises=share("probabilities.max(axis=2)"),
    ),
    "09.4": Case(
        wrong={
            nearest(rows='images.reshape(len(images), -1).astype("float32")'): "bring them to one range",
            nearest(rows="images.reshape(len(images), -1) / 255"): "scaled the training digits to 0..1",
            nearest(best="argmax(axis=1)"): "the *furthest* digits",
            "def my_nearest(some, images):\n    return np.arange(3)": "yours has a larger one",
            "def my_nearest(some, images):\n    images[:] = 0\n    return np.arange(3)": "changed the training digits",
            nearest(best="argmin(axis=0)"): "has the shape (40,)",
            nearest(best="min(axis=1)"): "Asked for: its index",
            NEAREST.format(
                "(some.reshape(len(some), -1) @ images.reshape(len(images), -1).T).argmax(axis=1)"
            ): "products",
            NEAREST.format("np.abs(apart).sum(axis=2).argmin(axis=1)"): "without squaring",
            NEAREST.format("np.abs(apart.mean(axis=2)).argmin(axis=1)"): "cancel out",
            NEAREST.format(
                "(mine @ (rows / np.linalg.norm(rows, axis=1, keepdims=True)).T).argmax(axis=1)"
            ): "directions",
            "def my_nearest(some, images):\n    rows = images.reshape(len(images), -1) / 127.5 - 1\n"
            "    return (some.reshape(len(some), -1) @ rows.T).argmax(axis=1)": "not the smallest distance",
        },
        raises=nearest(rows="images"),
    ),
    "09.5": Case(
        wrong={
            "def my_codes(codes, labels, count, seed):\n    rng = np.random.default_rng(seed)\n"
            "    return rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), count)": "spans the gaps",
            "def my_codes(codes, labels, count, seed):\n"
            "    return codes[np.random.default_rng(seed).integers(0, len(codes), count)]": "nothing new",
            codes(ALL, spread="np.diag(own.var(axis=0))"): "the whole covariance",
            codes(ALL, spread="np.eye(2) / 4"): "too much or too little",
            codes(ALL, spread="np.cov(own.T) ** 2"): "too much or too little",
            codes(ALL, around="own.max(axis=0)"): "around that digit's mean",
            codes("np.repeat(drawn[4], 10, axis=0)"): "the digit 0",
            codes(ALL).replace("seed), []", "7), []"): "Two seeds",
            codes("drawn"): "has the shape (10, 300, 2)",
        },
        raises=codes("np.concatenate(nothing)"),
        right=(codes(ALL), codes("rng.permutation(np.concatenate(drawn))")),
    ),
}
