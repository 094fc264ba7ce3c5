"""Wrong answers to the exercises of lesson 08."""

from exercise_cases import Case


def mix(code, share="np.linspace(0, 1, n)[:, np.newaxis]"):
    return f"def my_mix(first, second, n):\n    share, digits = {share}, np.eye(10)\n    return {code}"


def ink(code):
    return f"def my_ink(grid):\n    return {code}"


CASES = {
    "08.1": Case(
        wrong={
            "my_sizes = {4, 6}": "What do 2 and 4 have in common",
            "my_sizes = [3]": "not all of them",
            "my_sizes = {3, 5, 6}": "5 divided by 3 leaves a remainder",
            "my_sizes = {3, 9}": "from 3 to 7",
            "my_sizes = set()": "divides evenly by 3",
        },
        raises="my_sizes = 3",
    ),
    "08.2": Case(
        wrong={
            mix("share * digits[first] + (1 - share) * digits[second]"): "from the second digit to the first",
            mix("digits[np.linspace(first, second, n).astype(int)]"): "between 4 and 9 there is no 6",
            mix("digits[first] + share * digits[second]"): "must add up to 1",
            mix("(1 - share**2) * digits[first] + share**2 * digits[second]"): "In equal steps",
            mix("np.linspace(first, second, n)"): "has the shape (5,)",
            mix("(1 - share) * digits[4] + share * digits[9]"): "not from 7 to 2 in 3",
            mix(
                "(1 - share) * digits[first] + share * digits[second]", "np.linspace(0, 1, 5)[:, None]"
            ): "shape (5, 10)",
            mix("(1 - share) * digits[first] + share * digits[second]", "np.arange(n)[:, None] / n"): "In equal steps",
        },
        raises=mix("digits[first + 10]"),
    ),
    "08.3": Case(
        wrong={
            'my_prediction = "obeys"': "Who would punish it",
            'my_prediction = "makes noise"': "good digits still pay",
        },
        raises="my_prediction = Broken()",
    ),
    "08.4": Case(
        wrong={
            ink("grid.mean(axis=(2, 3))"): "black counts as -1",
            ink("(grid > 0).mean(axis=(0, 1))"): "the *last* two axes",
            ink("(grid > 0).sum(axis=(2, 3))"): "Give the share",
            ink("(grid < 0).mean(axis=(2, 3))"): "dark pixels",
            ink("(grid > 0.9).mean(axis=(2, 3))"): "The share of pixels above 0",
            ink("(grid > 0).mean()"): "has the shape ()",
        },
        raises=ink("grid.ink()"),
    ),
}
