"""Exercises of lesson 12: take it away."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, close, number


def _shapes(given, made):
    if not all(isinstance(shape, (tuple, list)) for shape in (given, made)):
        raise Wrong("Give two tuples. One of a single number needs a comma, (1,): without it, (1) is just 1.")
    takes, gives = (tuple(int(size) for size in shape) for shape in (given, made))
    if (takes, gives) == ((100,), (28, 28, 1)):
        raise Wrong("Those are the shapes of the generator: latent vector in, picture out.")
    if takes != (28, 28, 1):
        raise Wrong(f"It takes pictures: 28 rows, 28 columns, 1 channel; not {takes}.")
    if gives in ((2,), (10,)):
        raise Wrong(f"{gives[0]} numbers? Real against fake is one question, and needs one number: a logit.")
    if gives != (1,):
        raise Wrong(f"It gives one number for each picture, so the shape (1,); not {gives}.")
    return "Pictures in, one logit out. Its sigmoid is the probability of real."


def _bits(factor):
    number(
        factor,
        15.9,
        16.1,
        {
            4: "Each bit less makes the steps twice as wide. Four bits less: twice, twice, twice and twice.",
            8: "Four bits less, not three.",
            2: "That is one bit less.",
            1 / 16: "Fewer bits, coarser steps: the error grows.",
            16 / 12: "It is not the number of bits that counts but the number of steps, 2 to that power.",
        },
        "With b bits there are 2**b steps. How many times wider are they with four bits less?",
    )
    return "2 to the power of 4. Try it with `bits` below, and look at the pictures."


def _probability(probability):
    logits = np.array([[-3.0], [0.0], [2.0], [12.0]], "float32")
    found = array(ask(probability, logits), logits.shape)
    wanted = 1 / (1 + np.exp(-logits))
    if close(found, logits):
        raise Wrong("Logits taken for probabilities: they run from minus to plus infinity. Here one is -3.")
    if close(found, logits.clip(0, 1)):
        raise Wrong("Cutting off at 0 and 1 is no probability: a logit of 0 means undecided, 0.5.")
    if close(found, np.exp(logits) / np.exp(logits).sum()):
        raise Wrong("A softmax over the batch makes the pictures compete. Each picture has a probability of its own.")
    if close(found, 1 - wanted):
        raise Wrong("That is the probability of *fake*: real is 1, so a large logit means real.")
    if not close(found, wanted):
        raise Wrong(f"The logits 0 and 2 mean 0.5 and 0.881; yours are {found[1, 0]:.3f} and {found[2, 0]:.3f}.")
    return "The exported discriminator gives logits in every format; whoever uses it needs this line."


def _path(path):
    rng = np.random.default_rng(0)
    first, last = rng.standard_normal((2, 50))
    found = array(ask(path, first, last, 9), (9, 50))
    share = np.linspace(0, 1, 9)[:, np.newaxis]
    angle = share * np.pi / 2
    if close(found, (1 - share) * first + share * last):
        length = np.linalg.norm(found[4]) / np.linalg.norm(first)
        raise Wrong(
            f"The straight line: its middle has only {length:.0%} of the length, and training had no such vectors."
        )
    if close(found, np.cos(2 * angle) * first + np.sin(2 * angle) * last):
        raise Wrong("A *half* circle, which ends at minus `first`. From one to the other it is a quarter: pi / 2.")
    if close(found, np.sin(angle) * first + np.cos(angle) * last):
        raise Wrong("Cosine and sine exchanged: the walk begins with `last`.")
    if not (close(found[0], first) and close(found[-1], last)):
        raise Wrong("The walk must begin with `first` and end with `last`.")
    lengths = np.linalg.norm(found, axis=1)
    if lengths.min() < 0.85 * min(lengths[0], lengths[-1]):
        raise Wrong(f"On the way the length falls to {lengths.min():.1f}, from {lengths[0]:.1f}: too near to zero.")
    return "The quarter circle keeps the length, so the generator sees such vectors as it was trained with."


EXERCISES = (
    Exercise(
        "12.1",
        _shapes,
        "What does a discriminator look at, and how many numbers does it say about it?",
        "`gan.discriminator.input_shape` and `output_shape`, without the first size, which is the number of pictures.",
    ),
    Exercise(
        "12.2",
        _bits,
        "Rounding is wrong by half a step at most. How wide is a step with b bits?",
        "One bit less doubles the step. Four bits less double it four times.",
    ),
    Exercise(
        "12.3",
        _probability,
        "Lesson 06 turned logits into probabilities with the sigmoid.",
        "`1 / (1 + np.exp(-logits))`.",
    ),
    Exercise(
        "12.4",
        _path,
        "`np.cos(angle)` goes from 1 to 0 and `np.sin(angle)` from 0 to 1 as the angle goes from 0 to pi / 2.",
        "`angle = np.linspace(0, np.pi / 2, n)[:, np.newaxis]`, then cos times first plus sin times last.",
    ),
)
