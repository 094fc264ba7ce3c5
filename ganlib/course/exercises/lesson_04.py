"""Exercises of lesson 04: variational autoencoders."""

import numpy as np

from ganlib.course.checking import Exercise, NothingYet, Wrong, array, ask, choice, close, number
from ganlib.training.live import Schedule


def _length(length):
    number(
        length,
        4.2,
        4.8,
        {
            0: "0 is the most probable *point*. But of a draw from 20 dimensions nearly nothing lies near it.",
            1: "1 is the spread of each single number. The squares of 20 of them add up.",
            20: "20 is the square of the length: each of 20 numbers adds 1 on average. Take the root.",
        },
        "Each of the 20 numbers has the mean square 1. What is their sum, and what is the root of that?",
    )
    return "The root of 20. Half as long a code lies where hardly any digit's code is: run the next cell."


def _price(price):
    rng = np.random.default_rng(0)
    means, deviations = rng.normal(0, 1, (50, 4)), rng.uniform(0.2, 1.5, (50, 4))
    found = np.asarray(ask(price, means, deviations), float)
    whole = (deviations**2 + means**2 - 1 - 2 * np.log(deviations)) / 2
    wanted = whole.mean(axis=0)
    if close(found, whole.sum(axis=1).mean()):
        raise Wrong(
            "That is the whole price of a picture. Leave the numbers of the code apart: 4 here, 20 in the lesson."
        )
    if close(found, whole.sum(axis=1)):
        raise Wrong(
            "You averaged over nothing and summed over the code: one number per picture. Wanted: one per code number."
        )
    found = array(found, (4,))
    if close(found, 2 * wanted):
        raise Wrong("Twice as much as it should be: the formula has one half in front.")
    if close(found, whole.sum(axis=0)):
        raise Wrong("Summed over the pictures: take the mean, or more pictures would mean more expensive codes.")
    if close(found, ((deviations**2 + means**2 - 1 - np.log(deviations)) / 2).mean(axis=0)):
        raise Wrong("log of the *variance*: it is the deviation squared, so its logarithm is twice as large.")
    if not close(found, wanted):
        raise Wrong("Not the formula above, averaged over the pictures: check each of its four terms.")
    return "A number with a price near 0 says nothing about the picture. How many are in use?"


def _fewer(reconstruction, kl):
    choice(
        reconstruction,
        "worse",
        {"better": "Reconstruction: with 5 numbers less can be said about a picture than with 20."},
    )
    choice(kl, "smaller", {"larger": "KL: it is a sum over the numbers of the code, and now there are 5 of them."})
    return "The reconstruction loses more than the price falls, so the bound gets worse."


def _warm_up(warm_up, steps):
    if not isinstance(warm_up, Schedule):
        raise Wrong(f"Give a Schedule([...]), not {type(warm_up).__name__}.")
    found = [(change.step, change.value) for change in warm_up if change.name == "beta"]
    if not found:
        raise NothingYet("There is no change of `beta` in it yet.")
    values = [float(value) for _, value in found]
    if found[0][0] > 0:
        raise Wrong(f"The first change is at step {found[0][0]}; until then beta is 1. Begin at step 0.")
    if len(found) != 10:
        raise Wrong(f"Ten changes are asked for, not {len(found)}.")
    if values != sorted(values):
        raise Wrong("Beta must rise: the model learns to use its code first, and to pay for it then.")
    if values[0] > 0.2:
        raise Wrong(f"It starts at {values[0]:g}: that is hardly a warm-up. Begin at 0.2 or below.")
    if not close(values[-1], 1.0):
        raise Wrong(f"It ends at {values[-1]:g}. Only at 1 is it the lower bound that is made large.")
    if len({step for step, _ in found}) < 10:
        raise Wrong("Several changes at the same step: only the last of them counts. Spread them.")
    if found[-1][0] > 0.75 * steps:
        raise Wrong(f"It is at 1 only from step {found[-1][0]} of {steps}: leave time to learn at the full price.")
    return "In short trainings the difference is small; it matters for decoders that could do without the code."


EXERCISES = (
    Exercise(
        "04.1",
        _length,
        "A length squared is the sum of the squares of its numbers. What is the mean square of each?",
        "The mean of the sum of 20 such squares is 20.",
    ),
    Exercise(
        "04.2",
        _price,
        "The formula under *The price of a code*, without the sum over j, averaged over the pictures (axis 0).",
        "`np.log(deviations**2)` is the logarithm of the variance; do not forget the half.",
    ),
    Exercise(
        "04.3",
        _fewer,
        "One term says how well the picture is rebuilt, the other what the code costs.",
        "Fewer numbers can say less, and fewer numbers have to be paid for.",
    ),
    Exercise(
        "04.4",
        _warm_up,
        'A change is `(step, "beta", value)`. Write ten of them with `for i in range(10)`.',
        "Let the steps be `i * small_steps // 20` and the values `(i + 1) / 10`.",
    ),
)
