"""Exercises of lesson 03: Boltzmann machines."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, close


def _warmer(factor, share):
    factor = float(factor)
    found = float(share(factor))
    if factor < 0:
        raise Wrong("A negative factor turns every valley into a mountain. 0 is as warm as it gets.")
    if factor >= 1:
        warmer = (
            " You may have given a temperature, which is 1 divided by the factor." if _half(share(1 / factor)) else ""
        )
        at_1 = float(share(1.0))
        raise Wrong(f"From 1 upwards it gets colder: the four have {found:.0%}, and at 1 they have {at_1:.0%}.{warmer}")
    if factor == 0.5 and not _half(found):
        raise Wrong(f"Half the factor is not half the probability: the four still have {found:.0%}. Warmer.")
    if not _half(found):
        towards = "warmer, so a smaller factor" if found > 0.5 else "colder, so a larger one"
        raise Wrong(f"The four have {found:.1%}, and should have half of it: {towards}.")
    return "Probabilities go as exp(-F): far below 1 the valleys are shallow, and at 0 all 16 pictures are equal."


def _half(share):
    return abs(share - 0.5) <= 0.02


def _changes(changes):
    digits = np.array([3, 3, 4, 3, 7, 7, 3, 1])
    found = array(ask(changes, digits), ())
    if found == 4:
        raise Wrong("Those are the *different* digits. Count how often the digit differs from the one just before.")
    if found == 7:
        raise Wrong("That is the number of looks after the first. At some of them the digit stayed.")
    if found == 6:
        raise Wrong(
            "One too many: you counted stretches of equal digits, or compared the last digit with the first. Between "
            "six stretches there are five changes."
        )
    if found == 3:
        raise Wrong(
            "Every change counts: from 3 to 4 as much as from 3 to 7, up or down, to a new digit or an old one."
        )
    if found != 5:
        raise Wrong(f"In 3, 3, 4, 3, 7, 7, 3, 1 the digit changes five times; yours says {found:g}.")
    if ask(changes, np.array([7, 7])) != 0:
        raise Wrong("Where the digit stays, there is no change: 0.")
    return "Now let one chain run in the next cell: which digits does it visit, and which never?"


class _Machine:
    """A stand-in whose free energy is known: minus the number of white pixels, and a constant."""

    def free_energy(self, pictures):
        return 100.0 - (np.asarray(pictures).reshape(len(pictures), -1) > 0).sum(axis=1)

    def log_likelihood(self, pictures, log_partition):
        return float(-self.free_energy(pictures).mean() - log_partition)


def _gap(gap):
    digits, noise = np.ones((4, 5, 5, 1), "float32"), -np.ones((8, 5, 5, 1), "float32")
    digits[0, 0], noise[0, 0] = -1.0, 1.0  # 5 black pixels in one digit, 5 white ones in one picture of noise
    found = array(ask(gap, _Machine(), noise, digits), ())
    wanted = 23.75 - 0.625
    if close(found, -wanted):
        raise Wrong("The sign: a *low* free energy means a high probability. log p is -F, up to log Z.")
    if close(found, 8 * 99.375 - 4 * 76.25):
        raise Wrong("You added them up: take means, as there may be more pictures of one kind than of the other.")
    if close(found, 76.25) or close(found, 99.375):
        raise Wrong("That is one mean free energy. Only a difference is free of log Z.")
    if not close(found, wanted):
        raise Wrong(
            f"Mean of log p of the digits, minus mean of log p of the noise: {wanted:g} here. Yours: {found:g}."
        )
    if not close(array(ask(gap, _Machine(), digits, noise), ()), -wanted):
        raise Wrong("Where the noise is the more probable of the two, the difference must be negative.")
    return "log Z stands in both terms and cancels: a machine can compare pictures without knowing it."


def _rule(rule):
    rng = np.random.default_rng(0)
    v, h, v_dreams, h_dreams = (rng.random((n, k)) for n, k in ((6, 4), (6, 3), (9, 4), (9, 3)))
    found = array(ask(rule, v, h, v_dreams, h_dreams), (4, 3))
    data, dreams = v.T @ h / 6, v_dreams.T @ h_dreams / 9
    if close(found, dreams - data):
        raise Wrong(
            "Dreams minus data: the machine would forget the data and sink into its dreams. The other way round."
        )
    if close(found, v.T @ h - v_dreams.T @ h_dreams):
        raise Wrong("Those are sums. How *often* pixel and unit are on together is a mean: divide by the pictures.")
    if close(found, data):
        raise Wrong("Data alone: every weight between units that are ever on would grow for ever. What holds it back?")
    if close(found, np.outer(v.mean(0), h.mean(0)) - np.outer(v_dreams.mean(0), h_dreams.mean(0))):
        raise Wrong("Together means in the same picture: first the product, then the mean over the pictures.")
    if close(found, data - dreams * 9 / 6):
        raise Wrong(
            "You divided both by the number of data. There are more dreams here: divide them by their own number."
        )
    if not close(found, data - dreams):
        raise Wrong("Not yet: the mean over the batch of v_i h_j for the data, minus the same for the dreams.")
    return "Data minus dreams: when the dreams are like the data, learning stops."


def _by_hand(W, b, c):
    W, b, c = array(W, (4, 1)), array(b, (4,)), array(np.atleast_1d(c), (1,))
    v = (np.arange(16)[:, None] >> np.arange(4)) & 1
    minus_F = v @ b + np.logaddexp(0, v @ W + c).sum(axis=1)
    p = np.exp(minus_F - np.logaddexp.reduce(minus_F))
    told = f"All black has {p[0]:.2f} of the probability, all white {p[15]:.2f}."
    if close(W, np.zeros((4, 1))):
        raise Wrong(
            f"{told} Without weights the pixels know nothing of each other, and mixed pictures are just as probable."
        )
    if p[0] + p[15] > 0.8 and not min(p[0], p[15]) > 0.4:
        low = "black" if p[0] < p[15] else "white"
        raise Wrong(f"{told} Mixed pictures are rare, so the rest is a matter of `my_c`: it must help all {low}.")
    if not min(p[0], p[15]) > 0.4:
        raise Wrong(f"{told} What does a pixel receive when the hidden unit is on, and when it is off?")
    return "One hidden unit holds four pixels together: that is what pairs of words were missing in naive Bayes."


EXERCISES = (
    Exercise(
        "03.1",
        _warmer,
        "With a factor of 0 all 16 pictures are equally probable. What share do four of them have?",
        "The share always grows with the factor: take one that is too small, one too large, and try halfway between.",
    ),
    Exercise(
        "03.2",
        _changes,
        "Compare the list without its last number and the list without its first.",
        "`digits[1:] != digits[:-1]` is True at each change.",
    ),
    Exercise(
        "03.3",
        _gap,
        "`machine.free_energy(pictures)` gives one number per picture, and log p = -F - log Z.",
        "The mean free energy of the noise minus that of the digits.",
    ),
    Exercise(
        "03.4",
        _rule,
        "`v.T @ h` adds up, over the batch, the products of each pixel and each hidden unit.",
        "Divide each of the two sums by the number of its pictures, `len(v)` and `len(v_dreams)`.",
    ),
    Exercise(
        "03.5",
        _by_hand,
        "Let the hidden unit decide: on is white, off is black. A pixel receives `b` if it is off, `b + W` if on.",
        "Make the first clearly negative, the second as clearly positive: `my_b = [-4] * 4` and `my_W` full of 8.",
        "All black with the unit off has energy 0. Choose `my_c` so that all white with the unit on has energy 0, too.",
    ),
)
