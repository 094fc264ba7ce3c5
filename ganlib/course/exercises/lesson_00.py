"""Exercises of lesson 00: start here."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, close, number


def _kernel_remembers(count):
    number(
        count,
        5,
        5,
        {
            4: "That is after one run. The kernel remembers: the second run starts from what the first one left.",
            3: "The cell stores a new value under the same name each time it runs.",
            8: "Each run adds 1, not what was there before.",
        },
        "Start with 3, and do what the cell says once, then once more.",
    )
    return "The kernel remembers. That is why a cell that is run twice may give another result, and why ↻ helps."


def _new_digits(digits, gan):
    found = np.asarray(digits)
    if found.ndim != 4 or found.shape[1:] != np.shape(gan.generate(1, seed=7))[1:]:
        raise Wrong(f"`my_digits` should be what `gan.generate` returns; it has the shape {found.shape}.")
    if len(found) == 7 and close(found, gan.generate(7, seed=12)):
        raise Wrong("You asked for 7 digits with the seed 12: first comes how many, then the seed.")
    if len(found) != 12:
        raise Wrong(f"Those are {len(found)} digits; 12 are asked for.")
    if not close(found, gan.generate(12, seed=7)):
        raise Wrong("12 digits, but of another seed. The seed decides which random numbers the generator gets: take 7.")
    return "Whoever has the same GAN and the same seed gets the same digits."


def _brightness(brightness):
    pictures = np.full((4, 28, 28, 1), -1.0, "float32")
    pictures[1, :7], pictures[2], pictures[3] = 1.0, 1.0, 0.0  # black; a quarter white; white; grey
    found = ask(brightness, pictures)
    if np.shape(found) == ():
        raise Wrong("That is one number for all pictures. Give one for each: take the mean over the last three axes.")
    found = array(found, (4,))
    wanted = np.array([0, 0.25, 1, 0.5])
    if close(found[:3], wanted[:3]) and not close(found[3], 0.5):
        raise Wrong(f"A grey picture, all its pixels 0, is half as bright as a white one; yours says {found[3]:g}.")
    if close(found, 2 * wanted - 1):
        raise Wrong("Black is -1 in these pictures, and so your black picture has the brightness -1. It should be 0.")
    if close(found, 1 - wanted):
        raise Wrong("The wrong way round: white is bright.")
    if not close(found, wanted):
        raise Wrong(f"Black must give 0, white 1, a quarter of white 0.25; yours are {found.round(3).tolist()}.")
    return "The range of the pixels, -1 to 1, is worth keeping in mind: many mistakes begin there."


EXERCISES = (
    Exercise(
        "00.1",
        _kernel_remembers,
        "What does `count` hold after the first run?",
        "It is 4 after the first run, and the second run adds 1 to that.",
    ),
    Exercise(
        "00.2",
        _new_digits,
        "Look at how new digits were made above, for the game.",
        "`gan.generate(how_many, seed=...)`.",
    ),
    Exercise(
        "00.3",
        _brightness,
        "`pictures` has the shape `(n, 28, 28, 1)`. A mean over the axes 1, 2 and 3 leaves n numbers.",
        "Black is -1 and white is 1. Add 1, then divide by 2.",
    ),
)
