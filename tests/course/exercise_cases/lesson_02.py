"""Wrong answers to the exercises of lesson 02."""

from exercise_cases import Case
from ganlib._tensorflow import keras


def names():
    return {"keras": keras, "layers": keras.layers}


def walk(share, code="(1 - share) * first + share * last"):
    return f"def my_walk(first, last, n):\n    share = ({share})[:, np.newaxis]\n    return {code}"


def networks(size=32, hidden="", relu="None", last="None"):
    return f"""
my_encoder = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), {hidden} layers.Dense({size})])
my_decoder = keras.Sequential([keras.Input(({size},)), layers.Dense(64, activation={relu})])
my_decoder.add(layers.Dense(784, activation={last}))
my_decoder.add(layers.Reshape((28, 28, 1)))
"""


NOISE = "width * codes.std(axis=0) * rng.standard_normal(picked.shape)"


def draw(noise=NOISE, pick="rng.integers(len(codes), size=n)"):
    return f"def my_draw(codes, n, width, rng):\n    picked = codes[{pick}]\n    return picked + {noise}"


CASES = {
    "02.1": Case(
        wrong={
            'without_noise, strong_noise = "denoising", "denoising"': "trained for exactly such pictures",
            'without_noise, strong_noise = "plain", "plain"': "which parts of a picture to ignore",
        },
        raises='without_noise, strong_noise = "plain", Broken()',
    ),
    "02.2": Case(
        wrong={
            'my_prediction = "upside down"': "the same kind of strokes",
            'my_prediction = "the same"': "look at the corners",
        },
        raises="my_prediction = Broken()",
    ),
    "02.3": Case(
        wrong={
            walk("np.arange(n) / n"): "stops before it arrives",
            walk("np.linspace(1, 0, n)"): "the way back",
            walk("np.linspace(0, 1, n + 2)[1:-1]"): "Both ends are missing",
            walk("np.linspace(0, 1, n)", "first + share * last"): "halfway; yours is",
            walk("np.linspace(0, 1, n)", "share"): "has the shape (5, 1)",
        },
        raises=walk("np.linspace(0, 1, n)", "first[share]"),
    ),
    "02.4": Case(
        wrong={
            networks(hidden='layers.Dense(64, activation="relu"),'): "The encoder is not linear",
            networks(last='"tanh"'): "tanh or sigmoid at its end",
            networks(relu='"relu"'): "The decoder is not linear",
            networks(size=16): "has the shape (4, 16)",
            networks(hidden="layers.Dense(2),"): "varies in 2 directions only",
        },
        raises="my_encoder, my_decoder = keras.Sequential([keras.Input((9,))]), 3",
        names=names,
    ),
    "02.5": Case(
        wrong={
            draw("0"): "noise of its own, and yours have the same or none",
            draw("width * codes.std(axis=0) * rng.standard_normal(3)"): "yours have the same or none",
            draw("codes.std(axis=0) * rng.standard_normal(picked.shape)"): "where none was seen",
            "def my_draw(codes, n, width, rng):\n"
            "    return rng.multivariate_normal(codes.mean(axis=0), np.cov(codes.T), n)": "where none was seen",
            draw("width * codes.std(axis=0) * rng.standard_normal((n, 1))"): "move together",
            draw("width * codes.std() * rng.standard_normal(picked.shape)"): "a spread of its own",
            draw(
                "width * picked.std(axis=1, keepdims=True) * rng.standard_normal(picked.shape)"
            ): "a spread of its own",
            draw("width**0.7 * codes.std(axis=0) * rng.standard_normal(picked.shape)"): "times the spread of the codes",
            draw(NOISE.replace("width", "width / 2")): "times the spread of the codes",
            draw(pick="rng.integers(125, size=n)"): "as likely",
            draw(NOISE.replace("rng", "np.random.default_rng(0)"), "np.arange(n) % len(codes)"): "draw from `rng`",
            "def my_draw(codes, n, width, rng):\n    return codes": "has the shape (225, 3)",
        },
        raises=draw(pick="rng.integers(len(codes), n)"),
    ),
}
