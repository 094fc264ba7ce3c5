"""Wrong answers to the exercises of lesson 12."""

from exercise_cases import Case


def probability(code):
    return f"def my_probability(logits):\n    return {code}"


def path(code, end="np.pi / 2"):
    return f"def my_path(first, last, n):\n    angle = np.linspace(0, {end}, n)[:, np.newaxis]\n    return {code}"


CASES = {
    "12.1": Case(
        wrong={
            "takes, gives = (100,), (28, 28, 1)": "the shapes of the generator",
            "takes, gives = (784,), (1,)": "28 rows, 28 columns",
            "takes, gives = (28, 28, 1), (2,)": "needs one number: a logit",
            "takes, gives = (28, 28, 1), (28, 28, 1)": "so the shape (1,)",
            "takes, gives = (28, 28, 1), (1)": "needs a comma",
        },
        raises="takes, gives = (28, 28, 1), (None,)",
    ),
    "12.2": Case(
        wrong={
            "my_factor = 4": "twice, twice, twice and twice",
            "my_factor = 2": "one bit less",
            "my_factor = 1 / 16": "the error grows",
            "my_factor = 16 / 12": "2 to that power",
            "my_factor = 100": "With b bits",
        },
        raises='my_factor = "large"',
    ),
    "12.3": Case(
        wrong={
            probability("logits"): "Logits taken for probabilities",
            probability("logits.clip(0, 1)"): "no probability",
            probability("np.exp(logits) / np.exp(logits).sum()"): "makes the pictures compete",
            probability("1 / (1 + np.exp(logits))"): "the probability of *fake*",
            probability("(np.tanh(logits) + 1) / 2"): "mean 0.5 and 0.881",
            probability("1 / (1 + np.exp(-logits[:, 0]))"): "has the shape (4,)",
        },
        raises=probability("logits.sigmoid()"),
    ),
    "12.4": Case(
        wrong={
            path("(1 - angle) * first + angle * last", end="1"): "The straight line",
            path("np.cos(angle) * first + np.sin(angle) * last", end="np.pi"): "A *half* circle",
            path("np.sin(angle) * first + np.cos(angle) * last"): "Cosine and sine exchanged",
            path("np.cos(angle) * first"): "must begin with `first` and end with `last`",
            path("np.cos(angle) ** 4 * first + np.sin(angle) ** 4 * last"): "too near to zero",
            path("first + 0 * angle[:3]"): "has the shape (3, 50)",
        },
        raises=path("np.cos(angle) * frist"),
    ),
}
