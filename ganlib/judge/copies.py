"""Copies: pictures that are a training digit again, be it moved, a little thicker or thinner, or mirrored.

A distance alone cannot tell them: two people's ones are nearer to each other than a thickened eight to itself. So a
picture's distance to the nearest training digit is divided by that to the second nearest. It is small for a copy, and
about 0.9 for what somebody else wrote, in crowded places and in empty ones (the ratio of Lowe 2004, section 7.1; for
copies of training pictures compare Carlini et al. 2023, section 5.1). A distance is that to a training digit drawn with
the best-fitting pen, thicker or thinner than it was (a tangent distance: Simard, LeCun and Denker 1993, section 2).
"""

import numpy as np

from ganlib.judge.deform import stroke, transformed
from ganlib.judge.neighbours import nearest_few

DIRECTIONS, CANDIDATES = 16, 3  # main directions to seek in, and how many found there are looked at closely
PEN = 0.3  # share of the way to a pen that is a pixel larger on every side: a small step, along which digits thicken
MOST_PEN = 1.5  # such steps, in both directions


def shapes(pictures):
    """Describe pictures so that neither place nor brightness counts.

    Each is moved until its centre of mass is in the middle, softened, shrunk to half its size, and scaled to length 1.

    Parameters
    ----------
    pictures : ndarray
        float32 (n, 28, 28, 1) in [-1, 1].

    Returns
    -------
    ndarray
        float32 (n, 196).
    """
    n, side = pictures.shape[:2]
    ink, places = (pictures[..., 0] + 1) / 2 + 1e-6, np.arange(side)
    mass = ink.sum(axis=(1, 2))
    centre = np.stack([ink.sum(axis=axis) @ places / mass for axis in (1, 2)], axis=1)
    still = np.zeros(n)
    centred = transformed(pictures, still, still, still + 1, centre - (side - 1) / 2)
    soft = (stroke(centred, np.add) / 5 + 1) / 2
    small = sum(soft[:, row::2, column::2, 0] for row in (0, 1) for column in (0, 1)).reshape(n, -1)
    return small / np.maximum(np.linalg.norm(small, axis=1, keepdims=True), 1e-6)


def nearest_training(pictures, known):
    """Find the training digit that each picture, or its mirror image, is nearest to.

    Parameters
    ----------
    pictures : ndarray
        float32 (n, 28, 28, 1) in [-1, 1].
    known : ndarray
        What `shapes` makes of the training digits, (m, d).

    Returns
    -------
    tuple of ndarray
        Which training digit, int64 (n,); its distance between shapes, 0 to 1.4, float (n,); and that distance over
        the one to the second nearest, 0 to 1.
    """
    main = np.linalg.eigh(known.T @ known)[1][:, -DIRECTIONS:]
    (straight, near), (mirrored, near_mirrored) = (
        _two_of(shapes(view), known, main) for view in (pictures, pictures[:, :, ::-1])
    )
    turned = near_mirrored[:, 0] < near[:, 0]
    which = np.where(turned, mirrored, straight)
    nearest, next_to = np.where(turned[:, np.newaxis], near_mirrored, near).T
    return which, nearest, nearest / np.maximum(next_to, 1e-9)


def _two_of(sought, known, main):
    """Return which shape is nearest, and the distances of the two nearest, sought along the main directions."""
    found = nearest_few(sought @ main, known @ main, min(CANDIDATES, len(known)))
    apart = np.stack([_apart(sought, known[column]) for column in found.T], axis=1)
    order = apart.argsort(axis=1)[:, :2]
    return np.take_along_axis(found, order, axis=1)[:, 0], np.take_along_axis(apart, order, axis=1)


def _apart(sought, known):
    """Return the distance of each shape to its partner, (n,), drawn with the pen that fits best."""
    grid = known.reshape(len(known), round(known.shape[1] ** 0.5), -1, 1)
    thicker = (grid + PEN * (stroke(grid, np.maximum) - grid)).reshape(known.shape)
    way = thicker / np.maximum(np.linalg.norm(thicker, axis=1, keepdims=True), 1e-6) - known
    far = sought - known
    steps = (far * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-9)
    return np.linalg.norm(far - np.clip(steps, -MOST_PEN, MOST_PEN)[:, np.newaxis] * way, axis=1)
