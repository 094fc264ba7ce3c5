"""Exercises of lesson 02: autoencoders."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, choice, close


def _noise(without, strong):
    choice(
        without,
        "plain",
        {"denoising": "Without noise: which of the two was trained for exactly such pictures?"},
    )
    choice(
        strong,
        "denoising",
        {"plain": "With strong noise: one of them has learned which parts of a picture to ignore."},
    )
    return "Each is better at what it was trained for; in between, the two cross."


def _strange(prediction):
    choice(
        prediction,
        "negative",
        {
            "upside down": "Turned digits are made of the same kind of strokes, and a turned 0, 1 or 8 is a digit.",
            "the same": "One of the two has something that no training picture had: look at the corners.",
        },
    )
    return (
        "Nothing in the training had white corners. A large error is a sign that an input is unlike the training data."
    )


def _walk(walk):
    first, last = np.array([0.0, 2.0, -1.0]), np.array([4.0, 0.0, 1.0])
    found = array(ask(walk, first, last, 5), (5, 3))
    share = np.arange(5)[:, np.newaxis]
    wanted = first + share / 4 * (last - first)
    if close(found, wanted[::-1]):
        raise Wrong("That is the way back: it must begin with `first`.")
    if close(found, first + share / 5 * (last - first)):
        raise Wrong("The walk stops before it arrives: the last of the n codes must be `last` itself.")
    if close(found, first + (share + 1) / 6 * (last - first)):
        raise Wrong("Both ends are missing: the first code is `first`, the last one `last`.")
    if not close(found, wanted):
        raise Wrong(f"The middle should be {wanted[2].tolist()}, halfway; yours is {found[2].round(3).tolist()}.")
    return "In equal steps, both ends included."


def _linear(encoder, decoder):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 4, 28, 28, 1)).astype("float32")
    codes = array(encoder(a), (4, 32))
    pictures = array(decoder(codes.astype("float32")), (4, 28, 28, 1))
    if codes.std() == 0 or pictures.std() == 0:
        raise Wrong("Whatever goes in, what comes out never changes.")
    for name, network, inputs in (("encoder", encoder, (a, b)), ("decoder", decoder, (codes, codes[::-1] * 3))):
        one, two = (np.asarray(x, "float32") for x in inputs)
        difference = _out(network, one + two) - _out(network, one) - _out(network, two) + _out(network, 0 * one)
        if np.abs(difference).max() > 1e-3 * np.abs(_out(network, one + two)).max() + 1e-5:
            bounded = np.abs(_out(network, 1000 * one)).max() <= 1.0001
            guess = "tanh or sigmoid at its end" if bounded else "ReLU in it"
            raise Wrong(f"The {name} is not linear: f(a + b) differs from f(a) + f(b). Is there a {guess}?")
    codes = _out(encoder, rng.normal(size=(60, 28, 28, 1)).astype("float32"))
    made = _out(decoder, codes.astype("float32")).reshape(60, -1)
    for name, found in (("code", codes), ("picture", made)):
        rank = np.linalg.matrix_rank(found - found.mean(axis=0), tol=1e-3 * np.abs(found).max())
        if rank < 32:
            raise Wrong(f"A {name} varies in {rank} directions only, not in 32: there is a narrower layer on the way.")
    return "Linear from end to end: PCA's error is the floor for it."


def _draw(draw):
    steps = np.array([10.0, 100.0, 1000.0])  # far from each other, so that each draw tells where it came from
    places = np.stack(np.meshgrid(*[np.arange(5)] * 3), axis=-1).reshape(-1, 3) * steps
    codes = np.concatenate([places, *[places[places[:, 0] == 0]] * 4])
    n, width = 3000, 0.05
    found = array(ask(draw, codes, n, width, np.random.default_rng(1)), (n, 3))
    noise = (found - np.rint(found / steps) * steps) / codes.std(axis=0)
    if len(np.unique(noise, axis=0)) < n / 2:
        raise Wrong("Each draw needs noise of its own, and yours have the same or none.")
    if noise.std(axis=0).min() > 0.15:
        raise Wrong(
            "Most of your codes lie where none was seen: pick a seen one, and move it by `width` times the spread."
        )
    if np.abs(np.corrcoef(noise.T) - np.eye(3)).max() > 0.5:
        raise Wrong("All numbers of a code move together: each needs noise of its own.")
    if np.ptp(noise.std(axis=0)) > 0.2 * width:
        raise Wrong("Each number has a spread of its own, `codes.std(axis=0)`: move it by `width` times that.")
    if abs(noise.std() - width) > 0.2 * width:
        raise Wrong(f"With a width of {width} your noise has {noise.std():.3f} times the spread of the codes.")
    wanted, share = (codes[:, 0] == 0).mean(), (np.rint(found[:, 0] / steps[0]) == 0).mean()
    if abs(share - wanted) > 0.05:
        raise Wrong(
            f"Each code that was seen should be as likely as the others: {wanted:.0%} of them begin with a 0, and "
            f"{share:.0%} of yours."
        )
    if close(found, array(ask(draw, codes, n, width, np.random.default_rng(2)), (n, 3))):
        raise Wrong("Other random numbers give the same codes: draw from `rng`.")
    return "That is a kernel density: as many little normal distributions as there are codes."


def _out(network, inputs):
    return np.asarray(network(inputs), float)


EXERCISES = (
    Exercise(
        "02.1",
        _noise,
        "What did each of the two see in its training?",
        "The plain one saw clean pictures only; the denoising one never saw a clean one as its input.",
    ),
    Exercise(
        "02.2",
        _strange,
        "Which of the two still looks like something that was in the training data?",
        "In every training digit the corners are black.",
    ),
    Exercise(
        "02.3",
        _walk,
        "A code in between is `(1 - share) * first + share * last`.",
        "`np.linspace(0, 1, n)` has both ends; `[:, np.newaxis]` makes it a column.",
    ),
    Exercise(
        "02.4",
        _linear,
        "Take the networks of this lesson and leave out the hidden layers and every `activation`.",
        "Encoder: Input, Flatten, Dense(32). Decoder: Input, Dense(784), Reshape.",
    ),
    Exercise(
        "02.5",
        _draw,
        "`codes[rng.integers(len(codes), size=n)]` picks n of the codes.",
        "The noise is `width * codes.std(axis=0) * rng.standard_normal((n, codes.shape[1]))`.",
    ),
)
