"""What a picture is: its shape, its range, and how several are laid out and encoded.

A picture is grey, with one channel, or in colour, with three: red, green and blue.
"""

import io

import numpy as np

from ganlib.arguments import Whole, as_array

MOST_PIXELS = 100_000_000  # of a grid of pictures
NEAR_ZERO = 0.02  # of the range -1 to 1
CHANNELS = (1, 3)  # grey; red, green and blue
GAP_GREY = 90  # between the tiles of a grid: neither ink nor paper


def scale_pixels(images):
    """Turn bytes into the generator's range: (x - 127.5) / 127.5.

    Parameters
    ----------
    images : array of uint8, any shape
        0 is black, 255 is white.

    Returns
    -------
    numpy.ndarray, the same shape, float32
        -1 is black, 1 is white.
    """
    images = as_array("Pixels", images)
    if images.dtype != np.uint8:
        raise ValueError(f"Pixels to be scaled must be uint8 (0 to 255), not {images.dtype}.")
    scaled = images.astype(np.float32)
    scaled -= 127.5  # in place: the training set is 188 MB in float32, and one copy is enough
    scaled /= 127.5
    return scaled


def unscale_pixels(pictures):
    """Turn the range -1 to 1 back into bytes: the inverse of `scale_pixels`.

    Parameters
    ----------
    pictures : array of float, any shape
        Values outside -1 to 1 are clipped.

    Returns
    -------
    numpy.ndarray, the same shape, uint8
    """
    pictures = as_array("Pictures", pictures)
    if pictures.dtype.kind not in "biuf":
        raise ValueError(f"Pictures must be numbers from -1 to 1, not {pictures.dtype.name}.")
    pixels = np.array(pictures, np.float32)
    pixels *= np.float32(127.5)
    pixels += 127.5
    return np.clip(np.rint(pixels, out=pixels), 0, 255, out=pixels).astype(np.uint8)


def as_pictures(images):
    """Return pictures as the networks want them; a ValueError says what is wrong with them.

    Parameters
    ----------
    images : array, shape (n, 28, 28) or (n, height, width, channels)
        uint8 from 0 to 255, or float from -1 to 1; 1 or 3 channels.

    Returns
    -------
    numpy.ndarray, shape (n, height, width, channels), float32
        From -1 to 1.

    Raises
    ------
    ValueError
        Another shape, dtype or range, no picture at all, or a value that is not a number.
    """
    return in_range(check_pictures(images))


def in_range(images):
    """Return pictures, or some of them, that `check_pictures` has passed, as float32 from -1 to 1.

    A part is not checked again: of pictures on black and on grey paper, those on grey alone look like 0 to 1.
    """
    return scale_pixels(images) if images.dtype == np.uint8 else images.astype(np.float32, copy=False)


def as_bytes(images):
    """Return pictures as bytes, to be shown or saved.

    Parameters
    ----------
    images : array
        As for `as_pictures`.

    Returns
    -------
    numpy.ndarray, shape (n, height, width, channels), uint8
    """
    images = check_pictures(images)
    return images if images.dtype == np.uint8 else unscale_pixels(images)


def check_pictures(images):
    """Return the pictures with four axes and in their own dtype, uint8 (0 to 255) or float (-1 to 1).

    Parameters
    ----------
    images : array
        As for `as_pictures`.

    Returns
    -------
    numpy.ndarray, shape (n, height, width, channels), uint8 or float

    Raises
    ------
    ValueError
        Another shape, dtype or range, such as 0 to 1; no picture at all, or a value that is not a number.
    """
    images = _as_array(images)
    if images.ndim == 3 and images.shape[1:] == (28, 28):
        images = images[..., np.newaxis]
    if images.ndim != 4 or images.shape[-1] not in CHANNELS or 0 in images.shape:
        raise ValueError(
            f"Pictures must have the shape (n, 28, 28), (n, height, width, 1) or, in colour, (n, height, width, 3), "
            f"not {images.shape}. A single picture needs a leading axis: images[np.newaxis]."
        )
    if images.dtype == np.uint8:
        return images
    if not np.issubdtype(images.dtype, np.floating):
        raise ValueError(
            f"Pictures must be uint8 (0 to 255) or float (-1 to 1), not {images.dtype}. Convert them first: "
            'images.astype("uint8") if they run from 0 to 255.'
        )
    _check_range(images)
    return images


def _as_array(images):
    try:
        return as_array("Pictures", images)
    except ValueError as error:
        raise ValueError(
            "Pictures must be one array, not several of different shapes. "
            "load_mnist() returns two, the pictures and their labels: take the first."
        ) from error


def _check_range(images):
    """Refuse float pictures that do not lie between -1 and 1, or that surely mean another range."""
    darkest, brightest = images.min(), images.max()
    if not np.isfinite([darkest, brightest]).all():
        raise ValueError(
            f"Float pictures must lie between -1 and 1, but these run from {darkest:g} to {brightest:g}. "
            "A NaN means that training broke down: look for the first step that has one."
        )
    if darkest < -1.000001 or brightest > 1.000001:
        bytes_as_floats = darkest >= 0 and brightest <= 255
        way_out = "images / 127.5 - 1 turns 0 to 255 into it." if bytes_as_floats else "Scale them first."
        raise ValueError(
            f"Float pictures must lie between -1 and 1, but these run from {darkest:g} to {brightest:g}. {way_out}"
        )
    if darkest >= -NEAR_ZERO and _are_zero_to_one(images.reshape(len(images), -1)[:1000]):
        raise ValueError(
            f"These float pictures run from {darkest:g} to {brightest:g}, as if 0 were black; here -1 is black and 1 "
            "is white. Scale them with 2 * images - 1."
        )
    in_half = darkest > -0.5 - NEAR_ZERO and brightest <= 0.5
    if in_half and _are_zero_to_one(images.reshape(len(images), -1)[:1000] + 0.5):
        raise ValueError(
            f"These float pictures run from {darkest:g} to {brightest:g}, as if -0.5 were black; here -1 is black and "
            "1 is white. Scale them with 2 * images."
        )


def _are_zero_to_one(flat):
    """Tell whether float pictures (n, pixels) with no pixel much below 0 surely use 0 for black.

    A network may fail so that all it makes is grey or brighter; that must not be refused. But bytes divided by 255 are
    whole 255ths, bytes scaled to -1 to 1 are odd ones, and what a network makes is neither. And no network leaves a
    quarter of most of its pictures at 0, as paper behind ink, without a single darker pixel.
    """
    has_contrast = (flat.min(axis=1) <= NEAR_ZERO) & (flat.max(axis=1) >= 0.5)
    steps = np.rint(255 * flat.astype(np.float32))
    if (np.abs(255 * flat - steps) < 0.1).all():
        return bool(has_contrast.any() and (steps % 2 == 0).any())
    return bool((has_contrast & ((flat <= NEAR_ZERO).mean(axis=1) >= 0.25)).mean() >= 0.5)


def tile(images, rows, columns, gap=2):
    """Lay pictures out as one, row by row.

    Parameters
    ----------
    images : array
        As for `as_pictures`; at most `rows * columns` of them. Places that are left over are grey.
    rows, columns : int
        Size of the grid, in pictures.
    gap : int
        Grey pixels between neighbours; there is no outer border.

    Returns
    -------
    numpy.ndarray, uint8
        Shape (rows * height + (rows - 1) * gap, columns * width + (columns - 1) * gap); of pictures in colour there is
        a third axis, of 3.
    """
    rows, columns, gap = Whole("rows", 1)(rows), Whole("columns", 1)(columns), Whole("gap", 0)(gap)
    pictures = as_bytes(images)
    number, height, width, channels = pictures.shape
    if rows * columns * (height + gap) * (width + gap) > MOST_PIXELS:
        raise ValueError(
            f"A grid has at most {MOST_PIXELS:,} pixels, and these rows, columns and gap make more: give smaller ones."
        )
    if number > rows * columns:
        raise ValueError(f"{number} pictures do not fit into {rows} rows of {columns}; give a larger grid.")
    grid = np.full((rows * columns, height + gap, width + gap, channels), GAP_GREY, np.uint8)
    grid[:number, :height, :width] = pictures
    grid = grid.reshape(rows, columns, height + gap, width + gap, channels).swapaxes(1, 2)
    grid = grid.reshape(rows * (height + gap), columns * (width + gap), channels)
    return flat(grid[: len(grid) - gap, : grid.shape[1] - gap])


def flat(pictures):
    """Return pictures as Pillow and Matplotlib take them: without the last axis if there is a single channel."""
    return pictures[..., 0] if pictures.shape[-1] == 1 else pictures


def png_bytes(picture):
    """Encode one picture as PNG, quickly rather than tightly.

    Parameters
    ----------
    picture : numpy.ndarray, shape (height, width) or (height, width, 3), uint8
        Grey or RGB; `tile` makes such a picture.

    Returns
    -------
    bytes
    """
    from PIL import Image

    picture = as_array("A picture", picture)
    if picture.dtype != np.uint8 or not (picture.ndim == 2 or picture.shape[2:] == (3,)) or not picture.size:
        raise ValueError(
            f"A PNG needs uint8 of shape (height, width) or (height, width, 3), "
            f"not {picture.dtype} of shape {picture.shape}."
        )
    buffer = io.BytesIO()
    Image.fromarray(np.ascontiguousarray(picture)).save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()
