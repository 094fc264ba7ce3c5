"""Exercises of lesson 09: one judge."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, choice, close


def _stricter(prediction):
    choice(
        prediction,
        "fall",
        {
            "rise": "The pictures stay as they are, and 99% is asked for in place of 90%. Can more of them pass?",
            "some rise": "Whoever is surer than 99% is surer than 90% too. Can any share become larger?",
        },
    )
    return "No share can rise. But not all fall alike, so that models that lie close together may change places."


def _which(model):
    choice(
        model,
        "b",
        {
            "a": "98% recognised, but two kinds of digits present: it makes little else. The distance sees that.",
            "c": "It shows more kinds of digits than A, but hardly any can be read, and it is furthest away.",
        },
    )
    return "Each number needs a partner: recognised says nothing of variety, present says nothing of quality."


def _share(share):
    p = np.array([[0.95, 0.05, 0.0], [0.5, 0.3, 0.2], [0.02, 0.02, 0.96], [0.08, 0.92, 0.0], [0.2, 0.2, 0.6]])
    found = array(ask(share, p, 0.9), ())
    if close(found, p.max(axis=1).mean()):
        raise Wrong(
            "That is the mean confidence. Asked for: the share of pictures whose confidence is above the limit."
        )
    if close(found, (p > 0.9).mean()):
        raise Wrong("You divided by all probabilities, ten a picture. Take the highest of each picture first.")
    if close(found, 3):
        raise Wrong("That is a number of pictures. A share is divided by how many there are.")
    if close(found, 0.4):
        raise Wrong("You counted the pictures that are *not* recognised.")
    if not close(found, 0.6) or not close(array(ask(share, p, 0.93), ()), 0.4):
        raise Wrong(
            "Of five pictures with the highest 0.95, 0.5, 0.96, 0.92 and 0.6, 3 are above 0.9 and 2 above 0.93."
        )
    return "That is `judge.share_recognised`, but for the classifier."


def _nearest(nearest):
    rng = np.random.default_rng(1)
    images = rng.integers(0, 256, (40, 6, 6, 1), dtype=np.uint8)
    images[3], images[30] = 0, 255
    images[8] = np.where(
        images[7] > 127, 255, 0
    )  # like number 7, but stark: its products with other pictures are large
    some = images[[7, 21, 30]].astype("float32") / 127.5 - 1 + rng.normal(0, 0.05, (3, 6, 6, 1))
    kept = images.copy()
    found = array(ask(nearest, some, images), (3,))
    if (images != kept).any():
        raise Wrong('Your function changed the training digits. Make a copy: `images.astype("float32")` does.')
    if found.tolist() == [7, 21, 30]:
        return "If a model only had copies to offer, these pairs would be the same."
    rows, mine = images.reshape(40, -1), some.reshape(3, -1)
    raw = ((mine[:, np.newaxis] - rows.astype("float32")) ** 2).sum(axis=2)
    scaled = ((mine[:, np.newaxis] - (rows.astype("float32") / 127.5 - 1)) ** 2).sum(axis=2)
    unit = ((mine[:, np.newaxis] - rows / np.float32(255)) ** 2).sum(axis=2)
    mistakes = {
        "What was made runs from -1 to 1, the training digits from 0 to 255: bring them to one range.": raw.argmin(1),
        "You scaled the training digits to 0..1, but what was made runs from -1 to 1.": unit.argmin(1),
        "Those are the *furthest* digits: the smallest distance is the nearest.": scaled.argmax(1),
        "The largest product of pixels is not the smallest distance: a stark picture has large products with many.": (
            mine @ (rows.astype("float32") / 127.5 - 1).T
        ).argmax(1),
    }
    for reason, indices in mistakes.items():
        if (found == indices).all():
            raise Wrong(reason)
    raise Wrong(
        "The nearest training digit has the smallest mean squared difference of pixels; yours has a larger one."
    )


EXERCISES = (
    Exercise(
        "09.1",
        _stricter,
        "A picture that passes at 99%: does it pass at 90 %?",
        "Every picture that is recognised at 99% is recognised at 90% too, but not the other way round.",
    ),
    Exercise(
        "09.2",
        _which,
        "What does a model get that makes one perfect digit again and again?",
        "The distance sees both quality and variety. Lower is better.",
    ),
    Exercise(
        "09.3",
        _share,
        "The judge's confidence in a picture is the highest of its ten probabilities: `.max(axis=1)`.",
        "A mean of True and False is a share.",
    ),
    Exercise(
        "09.4",
        _nearest,
        "First bring both to one range: the training digits are bytes, 0 to 255.",
        "Make rows of pixels: `images.reshape(len(images), -1)`. Then the squared difference from each of them.",
        "`argmin` gives the place of the smallest distance.",
    ),
)
