"""Digits as other hands, pens and scanners would have left them: moved, slanted, thicker, thinner, noisy, blurred."""

from functools import reduce

import numpy as np

from ganlib._tensorflow import tf

FARTHEST = 2  # pixels: where a digit stands in its frame should not matter to a judge


def deformed(pictures, rng):
    """Return digits as other hands, pens and scanners would have left them.

    All are moved by up to two pixels; half of them slanted by up to 17 degrees, turned by up to 11 and made up to 15%
    larger or smaller; a quarter thicker and a quarter thinner; a quarter each noisy and blurred.

    Parameters
    ----------
    pictures : ndarray
        float32 (n, 28, 28, 1) in [-1, 1].
    rng : numpy.random.Generator

    Returns
    -------
    ndarray
        float32 (n, 28, 28, 1) in [-1, 1].
    """
    n = len(pictures)
    strength = np.where(rng.random(n) < 0.5, 1, 0)
    turn, slant = rng.uniform(-0.2, 0.2, n) * strength, rng.uniform(-0.3, 0.3, n) * strength
    size = 1 + rng.uniform(-0.15, 0.15, n) * strength
    pictures = transformed(pictures, turn, slant, size, rng.integers(-FARTHEST, FARTHEST + 1, (n, 2)))
    thicker, thinner = stroke(pictures, np.maximum), stroke(pictures, np.minimum)
    pen = _column(rng.uniform(0, 1, n) * rng.choice([0, 1], n))
    other = np.where(_column(rng.random(n) < 0.5), thicker, 0.3 * pictures + 0.7 * thinner)
    pictures = pictures + pen * (other - pictures)
    soft = _column(rng.random(n) < 0.25)
    pictures = np.where(soft, (2 * pictures + stroke(pictures, np.add) / 5) / 3, pictures)
    grain = _column(rng.uniform(0, 0.4, n) * (rng.random(n) < 0.25))
    return np.clip(pictures + grain * rng.standard_normal(pictures.shape, np.float32), -1, 1).astype(np.float32)


def _column(values):
    return np.asarray(values, np.float32).reshape(-1, 1, 1, 1)


def stroke(pictures, combine):
    """Combine every pixel with its four neighbours: a larger pen with the maximum, a smaller one with the minimum."""
    frame = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)), constant_values=-1.0)
    beside = frame[:, 1:-1, 2:], frame[:, 1:-1, :-2], frame[:, 2:, 1:-1], frame[:, :-2, 1:-1]
    return reduce(combine, beside, pictures)


def transformed(pictures, turn, slant, size, move):
    """Return pictures turned, slanted and resized about their middle, then moved; what comes in is black.

    `turn` (n,) is in radians, `slant` (n,) in pixels sideways per pixel down, and `size` (n,) is a factor. `move`, (n,
    2), is how many pixels left and up, fractions too.
    """
    cosine, sine = np.cos(turn) / size, np.sin(turn) / size
    back = np.array([[cosine, slant * cosine - sine], [sine, slant * sine + cosine]]).transpose(2, 0, 1)
    middle = (pictures.shape[1] - 1) / 2
    start = middle - back @ np.array([middle, middle]) + move
    rows = [*back[:, 0].T, start[:, 0], *back[:, 1].T, start[:, 1], 0 * turn, 0 * turn]
    return tf.raw_ops.ImageProjectiveTransformV3(
        images=pictures,
        transforms=np.stack(rows, axis=1).astype(np.float32),
        output_shape=pictures.shape[1:3],
        fill_value=-1.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    ).numpy()
