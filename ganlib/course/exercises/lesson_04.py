"""Exercises of lesson 04: variational autoencoders."""

import numpy as np

from ganlib._tensorflow import keras
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
    return "The root of 20. A code half as long lies where hardly any digit's code is: run the next cell."


def _price(price):
    rng = np.random.default_rng(0)
    means, deviations = rng.normal(0, 1, (50, 4)), rng.uniform(0.2, 1.5, (50, 4))
    found = np.asarray(ask(price, means, deviations), float)
    whole = (deviations**2 + means**2 - 1 - 2 * np.log(deviations)) / 2
    wanted = whole.mean(axis=0)
    if close(found, whole.sum(axis=1).mean()):
        raise Wrong(
            "That is the whole price of a picture. Keep the numbers of the code separate: 4 here, 20 in the lesson."
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
        raise Wrong("That is not the formula above, averaged over the pictures: check each of its four terms.")
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
        raise Wrong(f"It ends at {values[-1]:g}. Only at 1 does the training raise the lower bound itself.")
    if len({step for step, _ in found}) < 10:
        raise Wrong("Several changes at the same step: only the last of them counts. Spread them.")
    if found[-1][0] > 0.75 * steps:
        raise Wrong(f"It is at 1 only from step {found[-1][0]} of {steps}: leave time to learn at the full price.")
    return "In short trainings the difference is small; it matters for decoders that could do without the code."


MOST_WEIGHTS = 150_000


def _layers_of(network):
    """Yield the layers of a network, those of networks inside of it too."""
    for layer in network.layers:
        yield from _layers_of(layer) if isinstance(layer, keras.Model) else [layer]


def _decoder(decoder, latent):
    if not isinstance(decoder, keras.Model):
        raise Wrong("`my_decoder` should be a Keras model, such as `keras.Sequential([keras.Input((latent,)), ...])`.")
    codes = np.random.default_rng(0).normal(size=(8, latent)).astype("float32")
    found = array(decoder(codes), (8, 28, 28, 1))
    if decoder.count_params() > MOST_WEIGHTS:
        raise Wrong(
            f"It has {decoder.count_params():,} weights, and {MOST_WEIGHTS:,} are allowed: which layer has most?"
        )
    kinds = (keras.layers.Conv2D, keras.layers.Conv2DTranspose)
    if not any(isinstance(layer, kinds) for layer in _layers_of(decoder)):
        raise Wrong("There is no convolution in it, so it does not know which pixels are neighbours.")
    far = np.asarray(decoder(1000 * codes))
    if np.abs(far).max() <= 1.0001:
        raise Wrong("However large the codes are, its output stays within 1: end it without a sigmoid or a tanh.")
    if far.min() >= 0:
        raise Wrong("Its output never falls below 0: a logit below 0 means black, so end it without a ReLU.")
    for place in range(latent):
        moved = codes.copy()
        moved[:, place] += 3
        if close(np.asarray(decoder(moved)), found):
            raise Wrong(f"The number at the place {place} of the code changes nothing in the pictures.")
    seen = np.abs(np.asarray(decoder(codes)) - np.asarray(decoder(codes[::-1]))).max(axis=(0, 3))
    if (seen < 1e-6).mean() > 0.02:
        raise Wrong(f"{(seen < 1e-6).mean():.0%} of the pixels are the same for all codes: some places stay empty.")
    return f"{decoder.count_params():,} weights. Now train it."


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
    Exercise(
        "04.5",
        _decoder,
        "A dense layer from 256 numbers to 7 * 7 * 32 has 403,000 weights. From 20 numbers it has 33,000.",
        "Dense(7 * 7 * 32), Reshape((7, 7, 32)), then two Conv2DTranspose of stride 2, the last with 1 filter and "
        "without an activation.",
    ),
)
