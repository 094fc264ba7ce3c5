"""Wrong answers to the exercises of lesson 09."""

from exercise_cases import Case


def share(code):
    return f"def my_share(probabilities, confidence):\n    return {code}"


def nearest(rows='images.reshape(len(images), -1).astype("float32") / 127.5 - 1', best="argmin(axis=1)"):
    return (
        f"def my_nearest(some, images):\n    rows, mine = {rows}, some.reshape(len(some), -1)\n"
        f"    return ((mine[:, np.newaxis] - rows) ** 2).sum(axis=2).{best}"
    )


CASES = {
    "09.1": Case(
        wrong={
            'my_prediction = "rise"': "Can more of them pass?",
            'my_prediction = "some rise"': "Can any share become larger?",
        },
        raises="my_prediction = Broken()",
    ),
    "09.2": Case(
        wrong={'my_choice = "A"': "two kinds of digits", 'my_choice = "C"': "hardly any can be read"},
        raises="my_choice = Broken()",
    ),
    "09.3": Case(
        wrong={
            share("probabilities.max(axis=1).mean()"): "the mean confidence",
            share("(probabilities > confidence).mean()"): "You divided by all probabilities",
            share("(probabilities.max(axis=1) > confidence).sum()"): "a number of pictures",
            share("(probabilities.max(axis=1) < confidence).mean()"): "*not* recognised",
            share("(probabilities.max(axis=1) > 0.9).mean()"): "2 above 0.93",
            share("probabilities.max(axis=1) > confidence"): "has the shape (5,)",
        },
        raises=share("probabilities.max(axis=2)"),
    ),
    "09.4": Case(
        wrong={
            nearest(rows='images.reshape(len(images), -1).astype("float32")'): "bring them to one range",
            nearest(rows="images.reshape(len(images), -1) / 255"): "scaled the training digits to 0..1",
            nearest(best="argmax(axis=1)"): "the *furthest* digits",
            "def my_nearest(some, images):\n    return np.arange(3)": "yours has a larger one",
            "def my_nearest(some, images):\n    images[:] = 0\n    return np.arange(3)": "changed the training digits",
            nearest(best="argmin(axis=0)"): "has the shape (40,)",
            "def my_nearest(some, images):\n    rows = images.reshape(len(images), -1) / 127.5 - 1\n"
            "    return (some.reshape(len(some), -1) @ rows.T).argmax(axis=1)": "not the smallest distance",
        },
        raises=nearest(rows="images"),
    ),
}
