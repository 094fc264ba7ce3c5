"""Exercises of lesson 08: the convolutional GAN."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, choice, close


def _kernels(sizes):
    found = {int(size) for size in sizes}
    if found - set(range(3, 8)):
        raise Wrong("Only the sizes from 3 to 7 are asked for.")
    if found == {4, 6}:
        raise Wrong("Even sizes draw no checkerboard with a stride of 2. What do 2 and 4 have in common that matters?")
    if found in ({3}, {6}):
        raise Wrong("Right, but not all of them: what is true of this size is true of one more.")
    if found != {3, 6}:
        wrong = sorted(found - {3, 6})
        about = f"{wrong[0]} divided by 3 leaves a remainder" if wrong else "at least one size divides evenly by 3"
        raise Wrong(f"Each pixel is painted equally often if the stride divides the size: {about}.")
    return "The multiples of the stride: each pixel is painted equally often."


def _mix(mix):
    found = array(ask(mix, 4, 9, 5), (5, 10))
    digits = np.eye(10)
    share = np.linspace(0, 1, 5)[:, np.newaxis]
    wanted = (1 - share) * digits[4] + share * digits[9]
    if close(found, wanted[::-1]):
        raise Wrong("That goes from the second digit to the first.")
    if close(found.sum(axis=1), np.ones(5)) and (found.max(axis=1) == 1).all():
        raise Wrong("Each row asks for one whole digit. Digits are kinds, not amounts: between 4 and 9 there is no 6.")
    if not close(found.sum(axis=1), np.ones(5)):
        raise Wrong("Each row must add up to 1: as much as is taken from the first digit is given to the second.")
    if not close(found, wanted):
        raise Wrong("In equal steps from 1 to 0 for the first digit and from 0 to 1 for the second; 0 for all others.")
    if not close(array(ask(mix, 7, 2, 3), (3, 10)), np.array([digits[7], (digits[7] + digits[2]) / 2, digits[2]])):
        raise Wrong("Right from 4 to 9 in 5 steps, but not from 7 to 2 in 3: use `first`, `second` and `n`.")
    return "The GAN never saw a half in training: nobody promised that the middle would be a digit."


def _not_told(prediction):
    choice(
        prediction,
        "ignores it",
        {
            "obeys": "Who would punish it for a perfect 3 when a 7 was asked for? The discriminator does not know.",
            "makes noise": "The discriminator still tells real digits from fakes, so good digits still pay.",
        },
    )
    return "Any good digit gets a good mark, so nothing rewards obeying. See what the one that *is* told thinks."


def _ink(ink):
    grid = np.full((2, 3, 4, 4), -1.0)
    grid[0, 1, :2], grid[1, 2] = 0.5, 1.0
    found = ask(ink, grid)
    if np.shape(found) in ((4, 4), (3, 4), (2, 4)):
        raise Wrong("You averaged over digits or latent vectors: the pixels are the *last* two axes, 2 and 3.")
    found = array(found, (2, 3))
    wanted = np.array([[0, 0.5, 0], [0, 0, 1.0]])
    if close(found, grid.mean(axis=(2, 3))):
        raise Wrong("That is the mean of pixels from -1 to 1: black counts as -1. Count the bright ones, above 0.")
    if close(found, 16 * wanted):
        raise Wrong("That is the number of bright pixels. Give the share of them.")
    if close(found, 1 - wanted):
        raise Wrong("That is the share of dark pixels: black is -1.")
    if not close(found, wanted):
        raise Wrong(f"The share of pixels above 0 is {wanted.tolist()}; yours: {found.round(3).tolist()}.")
    return "Now compare: does one latent vector (a column) give digits of about one thickness?"


EXERCISES = (
    Exercise(
        "08.1",
        _kernels,
        "With a stride of 2, the sizes without a checkerboard were 4 and 6. Why not 5?",
        "The 5 columns of a kernel cannot be shared equally between 2 places. Now share among 3.",
    ),
    Exercise(
        "08.2",
        _mix,
        "A digit is a list of ten numbers, 1 for the digit: `np.eye(10)[4]` asks for a 4.",
        "`share = np.linspace(0, 1, n)[:, np.newaxis]`, and the rest as in a walk between two codes.",
    ),
    Exercise(
        "08.3",
        _not_told,
        "What does the discriminator reward, if it sees only the picture?",
        "A perfect 3 in answer to a 7 looks real. Does anything push the generator to change it?",
    ),
    Exercise(
        "08.4",
        _ink,
        "`grid > 0` is True where a pixel is bright. A mean of True and False is a share.",
        "The pixels are the axes 2 and 3: `.mean(axis=(2, 3))`.",
    ),
)
