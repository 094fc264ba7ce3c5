"""Pictures that show no digit: those that the judge is taught to doubt, and others that test whether it has learned to.

Each kind is a function of real pictures, their labels, a number n and a random generator, and returns float32
(n, 28, 28, 1) in [-1, 1].
"""

import numpy as np

SIDE = 28
# Digits that stop being one in a mirror, upside down (top and bottom swapped), after half a turn, and on their side. In
# the first three 0, 1 and 8 stay what they are, upside down a 3 too; after half a turn a 2, 5, 6 or 9 is a digit.
MIRRORED, UPSIDE_DOWN, TURNED, ON_SIDE = (2, 3, 4, 5, 6, 7, 9), (2, 4, 5, 6, 7, 9), (3, 4, 7), tuple(range(1, 10))


def fog(pictures, labels, n, rng):
    """Draw pixels around their own mean over all pictures: each on its own, in soft clouds, both or neither.

    This is what a GAN makes in its first few hundred steps.
    """
    some = _some(pictures, 2000, rng)
    mean, spread = some.mean(axis=0), some.std(axis=0)
    grain, clouds = rng.normal(size=(n, *mean.shape)), soft_noise(n, rng, len(mean))
    of_grain, of_clouds = rng.uniform(0, 1.5, (2, n, 1, 1, 1)) * rng.choice([0, 1], (2, n, 1, 1, 1), p=[0.3, 0.7])
    return _clipped(mean + spread * (of_grain * grain + of_clouds * clouds))


def soft_noise(n, rng, side=SIDE):
    """Return noise, float64 (n, side, side, 1), of mean 0 and spread 1, whose pixels resemble their neighbours."""
    across = np.hypot(np.fft.fftfreq(side)[:, np.newaxis], np.fft.rfftfreq(side)) * side
    fall = np.maximum(across, 1) ** -rng.uniform(1, 3, (n, 1, 1))
    waves = np.fft.rfft2(rng.normal(size=(n, side, side))) * fall * (across > 0)
    noise = np.fft.irfft2(waves, s=(side, side))
    return (noise / noise.std(axis=(1, 2), keepdims=True))[..., np.newaxis]


def noise(pictures, labels, n, rng):
    """Draw every pixel evenly from black to white, or nearer to grey, or one grey for all pixels."""
    power = rng.choice([1, 3, 9], (n, 1, 1, 1))
    pixels = rng.uniform(-1, 1, (n, SIDE, SIDE, 1)) ** power
    grey = rng.random((n, 1, 1, 1)) < 0.3
    return _clipped(np.where(grey, 2 * rng.uniform(0, 1, (n, 1, 1, 1)) ** 4 - 1, pixels))  # mostly very dark


def blobs(pictures, labels, n, rng):
    """Draw white shapes: half of them squares of four by four pixels, half what lies high in soft noise."""
    squares = rng.random((n, 7, 7, 1)) < rng.uniform(0.1, 0.5, (n, 1, 1, 1))
    squares = 2.0 * squares.repeat(4, axis=1).repeat(4, axis=2) - 1
    soft = np.tanh(3 * (soft_noise(n, rng) - rng.uniform(0, 1.5, (n, 1, 1, 1))))
    return _clipped(np.where(rng.random((n, 1, 1, 1)) < 0.5, squares, soft))


def specks(pictures, labels, n, rng):
    """Draw single white pixels: in half of the pictures on black, in the others on a digit, over at least 6% of it."""
    on_black = rng.random((n, 1, 1, 1)) < 0.5
    share = np.where(on_black, rng.uniform(0.01, 0.5, (n, 1, 1, 1)), rng.uniform(0.06, 0.4, (n, 1, 1, 1)))
    white = rng.random((n, SIDE, SIDE, 1)) < share
    return np.where(white, 1.0, np.where(on_black, -1.0, _some(pictures, n, rng))).astype(np.float32)


def overlays(pictures, labels, n, rng):
    """Lay two different digits on top of each other: the brighter pixel of the two counts, or their mean."""
    one, other = _two_kinds(pictures, labels, n, rng)
    weight = rng.uniform(0.35, 0.65, (n, 1, 1, 1))
    return _clipped(
        np.where(rng.random((n, 1, 1, 1)) < 0.5, np.maximum(one, other), weight * one + (1 - weight) * other)
    )


def halves(pictures, labels, n, rng):
    """Join the upper half of a digit and the lower half of another one, or the left and the right half."""
    one, other = _two_kinds(pictures, labels, n, rng)
    first = np.arange(SIDE) < rng.integers(11, 18, (n, 1))
    upright = rng.random((n, 1, 1, 1)) < 0.5
    return np.where(np.where(upright, first[:, :, None, None], first[:, None, :, None]), one, other)


def flips(pictures, labels, n, rng):
    """Mirror digits, flip them upside down, turn them by half or lay them on their side, where that leaves no digit."""
    ways = (
        (MIRRORED, lambda some: some[:, :, ::-1]),
        (UPSIDE_DOWN, lambda some: some[:, ::-1]),
        (TURNED, lambda some: some[:, ::-1, ::-1]),
        (ON_SIDE, lambda some: np.rot90(some, 1, axes=(1, 2))),
        (ON_SIDE, lambda some: np.rot90(some, 3, axes=(1, 2))),
    )
    ways = [(kinds, turn) for kinds, turn in ways if np.isin(labels, kinds).any()]
    if not ways:
        raise ValueError("None of these digits stops being one when it is flipped: leave flips out of kinds.")
    sizes = _parts(n, len(ways))
    return np.concatenate(
        [
            turn(_some(pictures[np.isin(labels, kinds)], size, rng))
            for (kinds, turn), size in zip(ways, sizes, strict=True)
        ]
    )


def shuffles(pictures, labels, n, rng):
    """Put the pixels of a digit, or its squares of seven by seven pixels, in another order."""
    sides = np.where(np.arange(n) % 2, 1, 7)
    chosen = _some(pictures, n, rng)
    return np.concatenate([shuffled(chosen[sides == side], side, rng) for side in (1, 7)])


def shuffled(pictures, side, rng):
    """Return pictures whose squares, of `side` by `side` pixels, are in another order, different for each picture."""
    n, across = len(pictures), SIDE // side
    tiles = pictures.reshape(n, across, side, across, side).transpose(0, 1, 3, 2, 4).reshape(n, across**2, -1)
    tiles = (
        rng.permuted(tiles.reshape(n, across**2, -1), axis=1)
        if side == 1
        else tiles[np.arange(n)[:, np.newaxis], rng.random((n, across**2)).argsort(axis=1)]
    )
    return tiles.reshape(n, across, across, side, side).transpose(0, 1, 3, 2, 4).reshape(n, SIDE, SIDE, 1)


def strokes(pictures, labels, n, rng, most=5):
    """Scribble: a few curves of a pen, each from anywhere to anywhere."""
    points, drawn = 120, np.zeros((n, SIDE + 1, SIDE + 1))
    time = np.linspace(0, 1, points)
    bezier = np.stack([(1 - time) ** 2, 2 * time * (1 - time), time**2])  # (3, points)
    which = np.arange(n)[:, np.newaxis]
    for number in range(most):
        places = rng.uniform(3, SIDE - 4, (n, 2, 3)) @ bezier
        there = (rng.random((n, 1)) < (1.0 if number < 2 else 0.5)) * np.ones(points)
        low = places.astype(int)
        right, down = places[:, 0] - low[:, 0], places[:, 1] - low[:, 1]
        for x, y, share in (
            (0, 0, (1 - right) * (1 - down)),
            (1, 0, right * (1 - down)),
            (0, 1, (1 - right) * down),
            (1, 1, right * down),
        ):
            np.add.at(drawn, (which, low[:, 1] + y, low[:, 0] + x), share * there)
    ink = np.minimum(drawn[:, :SIDE, :SIDE], 1.0)
    width = rng.uniform(0.2, 1.0, (n, 1, 1))
    for axis in (1, 2):
        ink = np.maximum(ink, width * np.maximum(np.roll(ink, 1, axis), np.roll(ink, -1, axis)))
    return _clipped(2 * ink[..., np.newaxis] - 1)


# --- never taught ----------------------------------------------------------------------------------------------------


def centred_noise(pictures, labels, n, rng):
    """Multiply the mean of all digits by even noise."""
    mean = _some(pictures, 2000, rng).mean(axis=0)
    return _clipped((mean + 1) * rng.uniform(0, 2, (n, SIDE, SIDE, 1)) - 1)


def mixed_pixels(pictures, labels, n, rng):
    """Take every pixel from another digit."""
    flat = pictures.reshape(len(pictures), -1)
    which = rng.integers(len(flat), size=(n, flat.shape[1]))
    return flat[which, np.arange(flat.shape[1])].reshape(n, SIDE, SIDE, 1)


def triples(pictures, labels, n, rng):
    """Lay three digits on top of each other."""
    return np.maximum.reduce([_some(pictures, n, rng) for _ in range(3)])


def quadrants(pictures, labels, n, rng):
    """Swap the upper and the lower half of a digit, the left and the right one, or both."""
    moves = rng.permutation(np.resize([[14, 0], [0, 14], [14, 14]], (n, 2)))
    rows, columns = ((np.arange(SIDE) + moves[:, [axis]]) % SIDE for axis in (0, 1))
    which = np.arange(n)[:, np.newaxis, np.newaxis]
    return _some(pictures, n, rng)[which, rows[:, :, np.newaxis], columns[:, np.newaxis]]


def crumbs(pictures, labels, n, rng):
    """Put the squares of four by four pixels of a digit in another order."""
    return shuffled(_some(pictures, n, rng), 4, rng)


def negatives(pictures, labels, n, rng):
    """Swap black and white."""
    return -_some(pictures, n, rng)


def neighbours(pictures, labels, n, rng):
    """Squeeze two digits into one picture, side by side."""
    narrow = [(some[:, :, ::2] + some[:, :, 1::2]) / 2 for some in (_some(pictures, n, rng) for _ in range(2))]
    return np.concatenate(narrow, axis=2)


def discs(pictures, labels, n, rng):
    """Draw one white disc."""
    down, across = np.mgrid[:SIDE, :SIDE]
    (y, x), radius = rng.uniform(8, 20, (2, n, 1, 1)), rng.uniform(2, 8, (n, 1, 1))
    return np.where(np.hypot(down - y, across - x) < radius, 1, -1)[..., np.newaxis].astype(np.float32)


# Made of digits' own strokes, these are the hardest to tell from digits, so they are taught four times as often. Some
# do look like digits: an 8 with a 1 in the middle, the top of a 9 above the leg of a 7, a 2 upside down, which is a 5.
ALIKE, TIMES = ("overlays", "halves", "flips"), 4


def _by_name(*kinds):
    return {kind.__name__.replace("_", " "): kind for kind in kinds}


TAUGHT = _by_name(fog, noise, blobs, specks, overlays, halves, shuffles, strokes, flips)
HELD_OUT = _by_name(centred_noise, mixed_pixels, triples, quadrants, crumbs, negatives, neighbours, discs)


def outliers(pictures, labels, n, rng, kinds=tuple(TAUGHT)):
    """Make pictures of the kinds that are taught: equally many of each, and four times as many of those in `ALIKE`.

    Parameters
    ----------
    pictures : ndarray
        Real ones, float32 (m, 28, 28, 1) in [-1, 1].
    labels : ndarray
        What they show, whole numbers (m,).
    n : int
        How many to make.
    rng : numpy.random.Generator
    kinds : sequence of str
        Keys of `TAUGHT`; all of them by default.

    Returns
    -------
    ndarray
        float32 (n, 28, 28, 1) in [-1, 1].
    """
    kinds = [kind for kind in kinds for _ in range(TIMES if kind in ALIKE else 1)]
    sizes = _parts(n, len(kinds))
    return np.concatenate([TAUGHT[kind](pictures, labels, size, rng) for kind, size in zip(kinds, sizes, strict=True)])


def _parts(n, count):
    """Split n into `count` parts, and return their sizes, which differ by at most one."""
    return [len(part) for part in np.array_split(np.arange(n), count)]


def _some(pictures, n, rng):
    return pictures[rng.integers(len(pictures), size=n)]


def _two_kinds(pictures, labels, n, rng):
    """Return n pictures, and n others that each show a different digit from their partner."""
    if (labels == labels[0]).all():
        raise ValueError(
            "All labels are equal, but overlays and halves join two different digits: give pictures of at least two "
            "digits, or leave both kinds out."
        )
    one, other = rng.integers(len(pictures), size=(2, n))
    while (same := labels[one] == labels[other]).any():
        other[same] = rng.integers(len(pictures), size=same.sum())
    return pictures[one], pictures[other]


def _clipped(pictures):
    return np.clip(pictures, -1, 1).astype(np.float32)
