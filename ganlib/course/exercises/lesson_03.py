"""Exercises of lesson 03: Boltzmann machines."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, choice, close


def _colder(prediction):
    choice(
        prediction,
        "more",
        {
            "less": "Probabilities go as exp(-F). With all energies doubled, do their ratios grow or shrink?",
            "the same": "Z changes too, but not by one factor for all: a ratio of e to 1 becomes e² to 1.",
        },
    )
    return "In physics this is a lower temperature: what is probable becomes more probable."


def _changes(changes):
    digits = np.array([1, 1, 7, 1, 7, 7, 7])
    found = float(ask(changes, digits))
    if found == 2:
        raise Wrong("Those are the *different* digits. Asked for: how often the digit is another one than just before.")
    if found == 6:
        raise Wrong("That is the number of steps. At some of them the digit stayed.")
    if found == 4:
        raise Wrong("Those are stretches of equal digits. Between four stretches there are three changes.")
    if found != 3:
        raise Wrong(f"In 1, 1, 7, 1, 7, 7, 7 the digit changes three times; yours says {found:g}.")
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
    noise[::4, 0] = 1.0  # 5 white pixels in every fourth one
    found = array(ask(gap, _Machine(), noise, digits), ())
    wanted = 25 - 1.25
    if close(found, -wanted):
        raise Wrong("The sign: a *low* free energy means a high probability. log p is -F, up to log Z.")
    if close(found, 8 * 98.75 - 4 * 75):
        raise Wrong("You added them up: take means, as there may be more pictures of one kind than of the other.")
    if close(found, 75) or close(found, 98.75):
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
    if not close(found, data - dreams):
        raise Wrong("Not yet: the mean over the batch of v_i h_j for the data, minus the same for the dreams.")
    return "Data minus dreams: when the dreams are like the data, learning stops."


EXERCISES = (
    Exercise(
        "03.1",
        _colder,
        "Take two pictures, one e times as probable as the other. What is the ratio after doubling the energies?",
        "p is proportional to exp(-F): exp(-2F) is the square of it. Squares of shares make large shares larger.",
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
)
