"""Exercises of lesson 09: one judge."""

import numpy as np

from ganlib import judge
from ganlib.course.checking import Exercise, Wrong, array, ask, choice, close

LIMITS = 0.9, 0.99


def _stricter(may_rise, loser, made):
    choice(may_rise, "no", {"yes": "Whoever is surer than 99% is surer than 90% too. So can any share become larger?"})
    shares = {name: [judge.share_recognised(pictures, limit) for limit in LIMITS] for name, pictures in made.items()}
    if loser not in shares:
        raise Wrong(f"Give the name of a row, as it is printed: one of {', '.join(map(repr, shares))}.")
    lost = {name: before - after for name, (before, after) in shares.items()}
    if lost[loser] > max(lost.values()) - 0.005:
        return "A row loses most where the judge is only just sure of many pictures."
    parts = {name: lost[name] / max(before, 1e-9) for name, (before, _) in shares.items()}
    mistakes = {
        "That row has the highest share at 90%. Take the difference of the two shares of each row.": max(
            shares, key=lambda name: shares[name][0]
        ),
        "That row has the lowest share at 99%. It may have had little to lose: take differences.": min(
            shares, key=lambda name: shares[name][1]
        ),
        "That row loses the largest *part* of what it had. Asked for: the most points.": max(parts, key=parts.get),
        "That row loses the fewest points.": min(lost, key=lost.get),
    }
    for reason, row in mistakes.items():
        if loser == row:
            raise Wrong(reason)
    raise Wrong(f"That row loses {100 * lost[loser]:.0f} points, and another one {100 * max(lost.values()):.0f}.")


def _which(model):
    choice(
        model,
        "b",
        {
            "a": "98% recognised, but only two kinds of digits present: it makes little else. The distance sees that.",
            "c": "It shows more kinds of digits than A, but hardly any can be read, and it is furthest away.",
            "d": "Look at `copies`: 97% of them are training digits again. It invents nothing.",
            "e": "88% near doubles: all ten digits, but only a few pictures of each, again and again.",
            "real digits": "They are the yardstick. Nobody generated them.",
        },
    )
    return "Each number needs a partner: recognised says nothing of variety, present says nothing of quality."


def _share(share):
    p = np.array([[0.05, 0.95, 0.0], [0.5, 0.3, 0.2], [0.02, 0.02, 0.96], [0.08, 0.92, 0.0], [0.2, 0.2, 0.6]])
    highest = np.array([0.82, 0.5, 0.82, 0.75])
    ten = np.repeat((1 - highest[:, np.newaxis]) / 9, 10, axis=1)
    ten[[0, 1, 2, 3], [0, 9, 3, 3]] = highest
    found = array(ask(share, p, 0.9), ())
    if close(found, p.max(axis=1).mean()):
        raise Wrong(
            "That is the mean confidence. Asked for: the share of pictures whose confidence is above the limit."
        )
    if close(found, (p > 0.9).mean()):
        raise Wrong("You divided by all probabilities, ten per picture. Take the highest of each picture first.")
    if close(found, 3):
        raise Wrong("That is a number of pictures. A share is divided by how many there are.")
    if close(found, 60):
        raise Wrong('That is in percent. A share runs from 0 to 1; `f"{share:.0%}"` writes it in percent.')
    if close(found, 0.4):
        raise Wrong("You counted the pictures that are *not* recognised.")
    if close(found, 1) or close(found, (p.max(axis=0) > 0.9).mean()):
        raise Wrong("You asked for the highest of a *digit*, or of all pictures. Each picture is a row: `axis=1`.")
    if close(found, 0.8) or close(found, (p.argmax(axis=1) > 0.9).mean()):
        raise Wrong("`argmax` says *which* digit is seen. How sure the judge is says `max`.")
    if not close(found, 0.6) or not close(array(ask(share, p, 0.93), ()), 0.4):
        raise Wrong(
            "Of five pictures with the highest 0.95, 0.5, 0.96, 0.92 and 0.6, 3 are above 0.9 and 2 above 0.93."
        )
    if not close(array(ask(share, ten, 0.8), ()), 0.5):
        raise Wrong("Right for five pictures of three kinds, not for four of ten: divide by the number of *pictures*.")
    if not close(array(ask(share, np.array([[0.5, 0.5], [0.25, 0.75]]), 0.5), ()), 0.5):
        raise Wrong("A confidence of exactly 0.5 is not *above* 0.5.")
    return "That is `judge.share_recognised`, but for the classifier."


def _nearest(nearest):
    images, some = _decoys()
    kept = images.copy()
    found = array(ask(nearest, some, images), (3,))
    if (images != kept).any():
        raise Wrong('Your function changed the training digits. Make a copy: `images.astype("float32")` does.')
    if found.tolist() == [7, 21, 30]:
        return "If a model only had copies to offer, these pairs would be the same."
    rows, mine = images.reshape(40, -1).astype("float32"), some.reshape(3, -1)
    scaled = rows / 127.5 - 1
    differences = mine[:, np.newaxis] - scaled
    raw, unit = (((mine[:, np.newaxis] - those) ** 2).sum(axis=2) for those in (rows, rows / 255))
    lengths = np.linalg.norm(scaled, axis=1)
    product = "The largest product is not the smallest distance: a stark picture has large products with many."
    mistakes = [
        ("What was made runs from -1 to 1, the training digits from 0 to 255: bring them to one range.", raw.argmin(1)),
        ("You scaled the training digits to 0..1, but what was made runs from -1 to 1.", unit.argmin(1)),
        ("Those are the *furthest* digits: the smallest distance is the nearest.", (differences**2).sum(2).argmax(1)),
        (product, (mine @ scaled.T).argmax(1)),
        (product, (mine @ rows.T).argmax(1)),
        (
            "You took the differences without squaring them: one large difference counts more than many small ones.",
            np.abs(differences).sum(2).argmin(1),
        ),
        (
            "You compare directions only: a pale copy of a picture points where the picture points.",
            (mine @ scaled.T / lengths).argmax(1),
        ),
        (
            "First square, then take the mean: otherwise differences above and below 0 cancel out.",
            np.abs(differences.mean(2)).argmin(1),
        ),
    ]
    for reason, indices in mistakes:
        if (found == indices).all():
            raise Wrong(reason)
    if close(found, (differences**2).mean(2).min(1), 1e-3) or close(found, (differences**2).sum(2).min(1), 1e-3):
        raise Wrong("That is how far the nearest is. Asked for: its index in `images`.")
    raise Wrong(
        "The nearest training digit has the smallest mean squared difference of pixels; yours has a larger one."
    )


def _decoys():
    """Return 40 training pictures and 3 made ones; beside the nearest of each lies what a wrong measure prefers."""
    rng = np.random.default_rng(1)
    images = rng.integers(64, 192, (40, 6, 6, 1))
    images[30] = rng.integers(150, 230, (6, 6, 1))  # brighter than the others
    made = images[[7, 21, 30]] + rng.normal(0, 5, (3, 6, 6, 1))
    images[3], images[35] = 0, 255
    images[8] = np.where(made[0] > 127, 255, 0)  # stark: its products with other pictures are large
    images[21], images[22] = made[1] + rng.choice([-9, 9], (6, 6, 1)), made[1]  # all pixels a little off, or two much
    images[22, 0, :2] += 50
    images[31] = 127.5 + (made[2] - 127.5) / 2  # pale
    return np.clip(images, 0, 255).astype(np.uint8), (made / 127.5 - 1).astype("float32")


def _codes(make):
    codes, labels, of_digit = _ten_clouds()
    n = 3000
    found = array(ask(make, codes, labels, n, 0), (n, 2))
    if not np.isfinite(found).all():
        raise Wrong("Some numbers are not finite.")
    if (found == array(ask(make, codes, labels, n, 1), (n, 2))).all():
        raise Wrong("Two seeds give the same codes: draw with `np.random.default_rng(seed)`.")
    known = set(map(tuple, codes.round(6)))
    if np.mean([tuple(code) in known for code in found.round(6)]) > 0.5:
        raise Wrong("Those are codes of training digits. Decoded, they are what the autoencoder rebuilds: nothing new.")
    means = codes.reshape(10, -1, 2).mean(axis=1)
    which = ((found[:, np.newaxis] - means) ** 2).sum(axis=2).argmin(axis=1)
    shares = np.bincount(which, minlength=10) / n
    off = (found - means[which]) / 2
    if (np.linalg.norm(off, axis=1) > 5).mean() > 0.1:
        raise Wrong("Many of your codes lie where no digit has any: one normal distribution for all spans the gaps.")
    if shares.min() < 0.05:
        raise Wrong(f"Hardly any code belongs to the digit {shares.argmin()}: draw the digits first, then their codes.")
    if max(np.abs(found[which == digit].mean(axis=0) - means[digit]).max() for digit in range(10)) > 0.6:
        raise Wrong("The codes of a digit do not lie around that digit's mean.")
    spreads = np.array([np.cov(found[which == digit].T) for digit in range(10)])
    widths, wanted = (np.trace(spread, axis1=1, axis2=2) for spread in (spreads, of_digit))
    if np.abs(np.log(widths / wanted)).max() > 0.5:
        raise Wrong("The codes of a digit spread too much or too little: take the covariance of that digit's codes.")
    if np.abs(spreads - of_digit).max() > 2:
        raise Wrong("The numbers of a code move together, differently in each digit: take the whole covariance matrix.")
    return "Ten normal distributions: a new generator, and nothing was trained for it. Now let it be judged."


def _ten_clouds():
    """Return codes of two numbers, (1000, 2), their digits, in order, and the covariance of each digit, (10, 2, 2)."""
    rng, angles = np.random.default_rng(2), np.arange(10) * np.pi / 5
    slant = np.array([[4, 3.6], [3.6, 4]])
    clouds = [
        rng.multivariate_normal([60 * np.cos(a), 60 * np.sin(a)], slant * [[1, (-1) ** i], [(-1) ** i, 1]], 100)
        for i, a in enumerate(angles)
    ]
    return np.concatenate(clouds), np.repeat(np.arange(10), 100), np.array([np.cov(cloud.T) for cloud in clouds])


EXERCISES = (
    Exercise(
        "09.1",
        _stricter,
        "A picture that passes at 99%: does it pass at 90%?",
        "Print the shares for 0.9, then for 0.99, and subtract them row by row.",
    ),
    Exercise(
        "09.2",
        _which,
        "Which scores does a model get that makes one perfect digit again and again?",
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
        "`argmin` gives the index of the smallest distance.",
    ),
    Exercise(
        "09.5",
        _codes,
        "Draw a digit for each code: `rng.integers(0, 10, count)`. Then draw as many codes of each digit as came up.",
        "`own = codes[labels == digit]` are a digit's codes; `own.mean(axis=0)` and `np.cov(own.T)` describe them.",
        "`rng.multivariate_normal(mean, covariance, n)` draws n codes; put the ten heaps together, then shuffle them.",
    ),
)
