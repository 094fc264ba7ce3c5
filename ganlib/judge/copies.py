"""Copies: pictures that repeat a training picture, even if moved, mirrored, or a little thicker or thinner.

A distance alone can't find them: two people's 1s are closer to each other than an 8 is to a thicker copy of itself.
So a picture's distance to the nearest training picture is divided by its distance to the second nearest. The ratio is
small for a copy, and about 0.9 for what somebody else wrote, in crowded places and in empty ones (the ratio of Lowe
2004, section 7.1; for copies of training pictures compare Carlini et al. 2023, section 5.1). A distance is measured to
the training picture as the best-fitting pen would draw it, thicker or thinner (a tangent distance: Simard, LeCun and
Denker 1993, section 2).

Of a training picture that is there twice no copy is found: its second nearest is as near as its nearest.
"""

import numpy as np

from ganlib.data.pictures import check_pictures, in_range
from ganlib.judge.deform import stroke, transformed
from ganlib.judge.neighbours import nearest_few

DIRECTIONS, CANDIDATES = 16, 3  # main directions to seek in, and how many found there are looked at closely
PEN = 0.3  # share of the way to a pen that is a pixel larger on every side: a small step, along which digits thicken
MOST_PEN = 1.5  # such steps, in both directions
SMALL = 14  # pixels per side that pictures are shrunk to, or up to 27 where their side is no multiple of 14
AT_A_TIME = 1000  # pictures that are described at a time: of 60,000 at once, each array would fill 188 MB
PLAIN = 0.9  # brightness beyond which paper counts as pure black or white


def shapes(pictures):
    """Describe pictures so that neither place nor brightness counts.

    Of each only the ink is taken: by how much it differs from its paper, the usual colour along its edge. Then it is
    moved until its centre of mass is in the middle, softened, shrunk to 14-27 pixels per side, and scaled to length 1.

    Parameters
    ----------
    pictures : ndarray
        (n, side, side, channels), uint8 or float in [-1, 1].

    Returns
    -------
    ndarray
        float32 (n, small, small, channels): 14 pixels per side are left of 28, and 16 of 32 or 64.
    """
    pictures = check_pictures(pictures)
    parts = (in_range(pictures[start : start + AT_A_TIME]) for start in range(0, len(pictures), AT_A_TIME))
    return np.concatenate([_shapes(part) for part in parts])


def _shapes(pictures):
    n, side, _, channels = pictures.shape
    edge = np.concatenate([pictures[:, 0], pictures[:, -1], pictures[:, :, 0], pictures[:, :, -1]], axis=1)
    paper = np.median(edge, axis=1)[:, np.newaxis, np.newaxis]
    paper = np.where(np.abs(paper) > PLAIN, np.sign(paper), paper)
    ink = (pictures - paper).astype(np.float32)
    mass, places = np.abs(ink).mean(axis=3) + 2e-6, np.arange(side)
    centre = np.stack([mass.sum(axis=axis) @ places / mass.sum(axis=(1, 2)) for axis in (1, 2)], axis=1)
    still = np.zeros(n)
    centred = transformed(ink - 1, still, still, still + 1, centre - (side - 1) / 2)  # as if on black paper
    soft, tile = stroke(centred, np.add) / 5 + 1, max(1, side // SMALL)
    small = side // tile
    tiles = soft[:, : small * tile, : small * tile].reshape(n, small, tile, small, tile, channels)
    found = tiles.mean(axis=(2, 4), dtype=np.float32)
    return _of_length_one(found)


def _of_length_one(shapes):
    return shapes / np.maximum(np.sqrt((shapes**2).sum(axis=(1, 2, 3), keepdims=True)), 1e-6)


def nearest_training(pictures, known):
    """Find the training picture that each picture, or its mirror image, is nearest to.

    Parameters
    ----------
    pictures : ndarray
        float32 (n, side, side, channels) in [-1, 1].
    known : ndarray
        What `shapes` makes of the training pictures.

    Returns
    -------
    tuple of ndarray
        Which training picture, int64 (n,); the distance between the two shapes, 0 to 2 (to 1.4 if all ink is lighter
        than its paper, as in digits), float (n,); and that distance divided by the one to the second nearest, 0 to 1.
    """
    flat = known.reshape(len(known), -1)
    main = np.linalg.eigh(flat.T @ flat)[1][:, -DIRECTIONS:]
    (straight, near), (mirrored, near_mirrored) = (
        _two_of(shapes(view), known, main) for view in (pictures, pictures[:, :, ::-1])
    )
    turned = near_mirrored[:, 0] < near[:, 0]
    which = np.where(turned, mirrored, straight)
    nearest, next_to = np.where(turned[:, np.newaxis], near_mirrored, near).T
    return which, nearest, nearest / np.maximum(next_to, 1e-9)


def _two_of(sought, known, main):
    """Return which shape is nearest, and the distances of the two nearest, sought along the main directions."""
    places = (shape.reshape(len(shape), -1) @ main for shape in (sought, known))
    found = nearest_few(*places, min(CANDIDATES, len(known)))
    apart = np.stack([_apart(sought, known[column]) for column in found.T], axis=1)
    order = apart.argsort(axis=1)[:, :2]
    return np.take_along_axis(found, order, axis=1)[:, 0], np.take_along_axis(apart, order, axis=1)


def _apart(sought, known):
    """Return the distance of each shape to its partner, (n,), drawn with the pen that fits best."""
    thicker = known + PEN * (stroke(known, np.maximum) - known)
    way = _of_length_one(thicker) - known
    way, far = (part.reshape(len(part), -1) for part in (way, sought - known))
    steps = (far * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-9)
    return np.linalg.norm(far - np.clip(steps, -MOST_PEN, MOST_PEN)[:, np.newaxis] * way, axis=1)
