"""Wrong answers to the exercises of lesson 03."""

import numpy as np

from exercise_cases import Case

# what the lesson's machine has learned, rounded
BARS_W = [[-5.7, 6.0, -0.2], [1.1, 1.0, -8.3], [-1.0, -1.0, 8.2], [5.7, -6.1, 0.0]]
BARS_B, BARS_C = [-0.1, 3.0, -3.0, 0.1], [0.1, -0.1, -0.4]


def changes(code):
    return f"def my_changes(digits):\n    return {code}"


def gap(code):
    return f"def my_gap(machine, noise, digits):\n    F = machine.free_energy\n    return {code}"


def rule(code):
    return f"def my_rule(v, h, v_dreams, h_dreams):\n    return {code}"


def four_bars():
    """The names that the notebook has: a machine that has learned four bars."""
    return {
        "all_v": (np.arange(16)[:, None] >> np.arange(4)) & 1,
        "free_energy": lambda v, W, b, c: -v @ b - np.logaddexp(0, v @ W + c).sum(axis=1),
        "W_bars": np.array(BARS_W),
        "b_bars": np.array(BARS_B),
        "c_bars": np.array(BARS_C),
    }


def by_hand(weight, bias, hidden, shape=(4, 1)):
    return f"my_W, my_b, my_c = np.full({shape}, {weight}), [{bias}] * 4, [{hidden}]"


CASES = {
    "03.1": Case(
        wrong={
            "my_factor = 1.0": "and at 1 they have",
            "my_factor = 0.5": "not half the probability",
            "my_factor = -0.36": "into a mountain",
            "my_factor = 1 / 0.36": "given a temperature",
            "my_factor = 0.0": "25.0%, and should have half of it: colder",
            "my_factor = 0.4": "warmer, so a smaller factor",
            "my_factor = 50": "From 1 upwards",
        },
        raises="my_factor = Broken()",
        names=four_bars,
        right=("my_factor = 0.36",),
    ),
    "03.2": Case(
        wrong={
            changes("len(set(digits))"): "the *different* digits",
            changes("len(digits) - 1"): "number of looks",
            changes("1 + (digits[1:] != digits[:-1]).sum()"): "stretches of equal digits",
            changes("(digits != np.roll(digits, 1)).sum()"): "the last digit with the first",
            changes("(np.abs(np.diff(digits)) > 1).sum()"): "Every change counts",
            changes("(np.diff(digits) < 0).sum()"): "Every change counts",
            changes("(np.diff(digits) > 0).sum()"): "changes five times",
            changes("(digits[1:] == digits[:-1]).sum()"): "changes five times",
            changes("np.abs(np.diff(digits)).sum()"): "changes five times",
            changes("np.diff(digits) != 0"): "has the shape (7,)",
        },
        raises=changes("digits.changes()"),
        right=(changes("np.count_nonzero(np.diff(digits))"),),
    ),
    "03.3": Case(
        wrong={
            gap("F(digits).mean() - F(noise).mean()"): "The sign",
            gap("F(noise).sum() - F(digits).sum()"): "You added them up",
            gap("F(noise).mean()"): "one mean free energy",
            gap("F(noise) - F(digits).mean()"): "has the shape (8,)",
            gap("F(noise).max() - F(digits).max()"): "23.125 here",
            gap("np.median(F(noise)) - np.median(F(digits))"): "23.125 here",
            gap("(F(noise)[: len(digits)] - F(digits)).mean()"): "23.125 here",
            gap("(F(noise).mean() - F(digits).mean()) / digits[0].size"): "23.125 here",
            gap("F(noise).mean() / F(digits).mean()"): "23.125 here",
            gap("abs(F(noise).mean() - F(digits).mean())"): "must be negative",
        },
        raises=gap("machine.log_probability(noise)"),
        right=(gap("machine.log_likelihood(digits, 0) - machine.log_likelihood(noise, 0)"),),
    ),
    "03.4": Case(
        wrong={
            rule("v_dreams.T @ h_dreams / len(v_dreams) - v.T @ h / len(v)"): "Dreams minus data",
            rule("v.T @ h - v_dreams.T @ h_dreams"): "Those are sums",
            rule("v.T @ h / len(v)"): "Data alone",
            rule(
                "np.outer(v.mean(0), h.mean(0)) - np.outer(v_dreams.mean(0), h_dreams.mean(0))"
            ): "in the same picture",
            rule("(v.T @ h / len(v)).T"): "has the shape (3, 4)",
            rule("v.T @ h / len(v) - v_dreams.T @ h_dreams / len(v)"): "by their own number",
            rule("(v.T @ h / len(v) - v_dreams.T @ h_dreams / len(v_dreams)) / 2"): "Not yet",
            rule("v.T @ (h > 0.5) / len(v) - v_dreams.T @ (h_dreams > 0.5) / len(v_dreams)"): "Not yet",
            rule("np.zeros((4, 3))"): "Not yet",
        },
        raises=rule("v @ h"),
    ),
    "03.5": Case(
        wrong={
            by_hand(0.0, 0.0, 0.0): "Without weights",
            by_hand(8.0, -4.0, 0.0): "it must help all black",
            by_hand(8.0, -4.0, -20.0): "it must help all white",
            by_hand(2.0, -1.0, -4.0): "when the hidden unit is on, and when it is off",
            by_hand(-8.0, 4.0, 0.0): "it must help",
            by_hand(8.0, 0.0, -16.0): "it must help all black",
            by_hand(8.0, -4.0, -16.0, shape=(1, 4)): "has the shape (1, 4)",
        },
        raises="my_W, my_b, my_c = Broken(), 0, 0",
        right=("my_W, my_b, my_c = np.full((4, 1), 12.0), np.full(4, -6.0), -24",),
    ),
}
