"""Wrong answers to the exercises of lesson 00."""

import numpy as np

from exercise_cases import Case


class Gan:
    """A stand-in whose digits are noise of a seed."""

    def generate(self, n, seed=0):
        return np.random.default_rng(seed).uniform(-1, 1, (n, 4, 4, 1))


def brightness(code):
    return f"def brightness(pictures):\n    return {code}"


CASES = {
    "00.1": Case(
        wrong={
            "count_after = 4": "after one run",
            "count_after = 3": "stores a new value",
            "count_after = 8": "Each run adds 1",
            "count_after = 100": "once more",
        },
        raises='count_after = "five"',
    ),
    "00.2": Case(
        wrong={
            "my_digits = gan.generate(7, seed=12)": "first comes how many",
            "my_digits = gan.generate(12)": "of another seed",
            "my_digits = gan.generate(5, seed=7)": "Those are 5 digits",
            "my_digits = 12": "it has the shape ()",
        },
        raises="my_digits = Broken()",
        names=lambda: {"gan": Gan()},
    ),
    "00.3": Case(
        wrong={
            brightness("pictures.mean(axis=(1, 2, 3))"): "Black is -1 in these pictures",
            brightness("(pictures.mean() + 1) / 2"): "one number for all pictures",
            brightness("(pictures > 0).mean(axis=(1, 2, 3))"): "half as bright",
            brightness("(1 - pictures.mean(axis=(1, 2, 3))) / 2"): "The wrong way round",
            brightness("(pictures.mean(axis=(1, 2, 3)) + 1) / 255"): "Black must give 0",
        },
        raises=brightness("pictures.brightness()"),
    ),
}
