"""The lab's pictures, as PNG bytes, and what stands in for a widget where none can be shown: pure functions.

A picture of 25 digits with their scores takes about two milliseconds, so it hardly slows a training.
"""

import base64
import io
from functools import lru_cache, partial
from html import escape

import numpy as np

from ganlib import data
from ganlib.plots.plane import REACH, mesh_pieces
from ganlib.plots.style import FAKE, GENERATOR, INK, PAPER, REAL

SIDE = 5
WIDE = 64  # screen pixels of a picture in a grid, about
WIDEST = 84  # of one in the lab, where the grid is shown as large as there is room
STRIP = 0.27  # of a picture's width, below it, for its score
PLANE_PIXELS = 460
MARK = 3  # pixels from the middle of a point to its end
HEAD = 6  # pixels of an arrow's head, at most
CELLS = 30  # of the discriminator's surface
LARGE = 7  # screen pixels of a pixel of a single picture
STEEPEST = 99  # percentile of the slopes that gets the full colour
DARKER, BRIGHTER = (0, 90, 200), (255, 130, 0)


def to_share(scores, low, high):
    """Return where scores lie between a low and a high one, 0 to 1."""
    return (np.asarray(scores, float) - low) / max(high - low, 1e-12)


def digits_png(pictures, scores=None, scale=None, *, distances=None, columns=SIDE, wide=WIDE):
    """Draw pictures as a grid, with a number under each: D's score and a bar as long as it, or a distance.

    Parameters
    ----------
    pictures : ndarray
        (n, height, width, channels); float in [-1, 1] or uint8.
    scores : ndarray or None
        (n,) in 0..1, or a critic's.
    scale : tuple of float or None
        A critic's lowest and highest score, which get no bar and a full one.
    distances : ndarray or None
        (n,), in place of scores.
    columns : int
        Pictures in a row.
    wide : int
        About how many pixels of the PNG a picture is wide: each of its own pixels gets a whole number of them.

    Returns
    -------
    bytes
        A PNG, grey or in colour as the pictures are.
    """
    shown = data.as_bytes(pictures)
    times = max(1, round(wide / shown.shape[2]))
    shown = shown.repeat(times, axis=1).repeat(times, axis=2)
    width, channels = shown.shape[2:]
    strips = None
    if scores is not None:
        shares = np.clip(to_share(scores, *(scale or (0, 1))), 0, 1)
        bars = zip(scores, shares, strict=True)
        strips = [_strip(width, f"{score:.2f}", round(width * share)) for score, share in bars]
    elif distances is not None:
        strips = [_strip(width, f"{distance:.1f}") for distance in distances]
    if strips is not None:
        shown = np.concatenate([shown, np.stack(strips)[..., np.newaxis].repeat(channels, axis=3)], axis=1)
    return data.png_bytes(data.tile(shown, -(-len(shown) // columns), columns, gap=4))


def image(png, alt):
    """Put PNG bytes into HTML, with a text for those who cannot see them; ipywidgets' own Image has none."""
    source = base64.b64encode(png).decode()
    return f'<img class="ganlib-picture" alt="{escape(alt)}" src="data:image/png;base64,{source}">'


@lru_cache(maxsize=1000)
def _strip(width, text, bar=0):
    """Draw what stands under a picture, uint8 (STRIP * width, width): a text, and a bar of so many pixels."""
    from PIL import Image, ImageDraw, ImageFont

    height = round(STRIP * width)
    strip = Image.new("L", (width, height), 34)
    at = width / 2, height / 2 - 1
    ImageDraw.Draw(strip).text(at, text, fill=245, anchor="mm", font=ImageFont.load_default(0.8 * height))
    strip = np.array(strip)
    strip[-2:, :bar] = 200
    return strip


def slope_png(picture, slope=None):
    """Draw one picture large, and over it how each pixel would have to change for D's score to rise.

    Parameters
    ----------
    picture : ndarray
        float (height, width, channels) in [-1, 1].
    slope : ndarray or None
        The gradient of D's logit, of the same shape: orange where a brighter pixel would raise it, blue where a darker
        one would. The channels of a colour picture are added up.

    Returns
    -------
    bytes
        A PNG in colour, seven pixels for each of the picture's, across and down.
    """
    drawn = np.broadcast_to(data.as_bytes(picture[np.newaxis])[0], (*picture.shape[:2], 3)).astype(float)
    if slope is not None:
        slope = slope.sum(axis=2, keepdims=True)
        steepest = max(float(np.percentile(np.abs(slope), STEEPEST)), 1e-12)
        share = 0.8 * np.clip(np.abs(slope) / steepest, 0, 1)
        drawn += share * (np.where(slope > 0, BRIGHTER, DARKER) - drawn)
    return data.png_bytes(drawn.round().astype(np.uint8).repeat(LARGE, axis=0).repeat(LARGE, axis=1))


def still(pngs, line):
    """Put PNG pictures side by side under a line of text: what a page without a kernel shows; PNG bytes."""
    from PIL import Image, ImageDraw, ImageFont

    opened = [Image.open(io.BytesIO(png)).convert("RGB") for png in pngs]
    width, height = sum(p.width + 12 for p in opened) + 12, max(p.height for p in opened) + 46
    page = Image.new("RGB", (max(width, 560), height), "white")
    ImageDraw.Draw(page).text((12, 10), line, fill="black", font=ImageFont.load_default(14))
    left = 12
    for picture in opened:
        page.paste(picture, (left, 36))
        left += picture.width + 12
    buffer = io.BytesIO()
    page.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()


def plane_png(scene, layers):
    """Draw a plane: D's surface, G's sheet, real points as rings, fakes as crosses, and D's push on each fake.

    Parameters
    ----------
    scene : plots.Scene
        What there is; a layer that it lacks is left out.
    layers : collection of str
        The fields of the scene that are drawn. Arrows begin at the fakes, drawn or not; the longest is 0.35 long.

    Returns
    -------
    bytes
        A PNG in colour: purple where D says fake, green where it says real, orange where the sheet lies.
    """
    from PIL import Image, ImageDraw

    shown = {name: part for name, part in scene._asdict().items() if name in layers and part is not None}
    picture = Image.new("RGB", (PLANE_PIXELS, PLANE_PIXELS), PAPER)
    if "surface" in shown:
        picture = _surface_picture(scene).resize(picture.size, Image.Resampling.BILINEAR)
    draw = ImageDraw.Draw(picture, "RGBA")  # which lays what is not opaque over what is there
    if "mesh" in shown:
        pieces, opacity = mesh_pieces(scene.mesh)
        trace = partial(draw.line, width=MARK) if scene.mesh.ndim == 2 else draw.polygon
        for corners, share in zip(_pixels(pieces).reshape(len(pieces), -1).tolist(), opacity.tolist(), strict=True):
            trace(corners, (*_rgb(GENERATOR.colour), round(255 * share)))
    for x, y in _pixels(np.clip(shown.get("real", _NONE), -1, 1)).tolist():
        draw.ellipse((x - MARK, y - MARK, x + MARK, y + MARK), outline=REAL.colour, width=2)
    for x, y in _pixels(np.clip(shown.get("fake", _NONE), -1, 1)).tolist():
        draw.line((x - MARK, y - MARK, x + MARK, y + MARK), fill=FAKE.colour, width=2)
        draw.line((x - MARK, y + MARK, x + MARK, y - MARK), fill=FAKE.colour, width=2)
    if "arrows" in shown:
        _draw_arrows(draw, scene.fake, scene.arrows)
    return data.png_bytes(np.asarray(picture))


_NONE = np.zeros((0, 2))


def _pixels(points):
    """Return where points of the plane lie in its picture, in pixels from its upper left corner."""
    return (points * (1, -1) + 1) / 2 * (PLANE_PIXELS - 1)


def _surface_picture(scene):
    """Draw D's surface, a pixel for each of its places; a critic's goes from its lowest score to its highest."""
    from PIL import Image

    surface = scene.surface
    share = np.clip(to_share(surface, surface.min(), surface.max()) if scene.scores else surface, 0, 1)
    share, paper = share[::-1, :, np.newaxis], np.array(_rgb(PAPER), float)
    ends = np.where(share < 0.5, _rgb(FAKE.colour), _rgb(REAL.colour))
    return Image.fromarray((paper + (ends - paper) * np.abs(2 * share - 1) * 0.55).astype(np.uint8))


def _draw_arrows(draw, points, arrows):
    ways = REACH * arrows / max(float(np.hypot(*arrows.T).max()), 1e-12)
    ends = _pixels(points + ways)
    lengths, angles = PLANE_PIXELS / 2 * np.hypot(*ways.T), np.arctan2(-ways[:, 1], ways[:, 0])
    heads = np.minimum(HEAD, 0.4 * lengths)[:, np.newaxis]
    sides = [ends + heads * np.stack([np.cos(angles + turn), np.sin(angles + turn)], axis=1) for turn in (2.6, -2.6)]
    for line in np.hstack([_pixels(points), ends]).tolist() + np.hstack([sides[0], ends, sides[1]]).tolist():
        draw.line(line, fill=INK, width=1)


def _rgb(colour):
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


def bundle(widget, words, png=None):
    """Return what Jupyter shows of an object: its widget, or where there can be none a sentence and a picture.

    Parameters
    ----------
    widget : ipywidgets.Widget
    words : str
    png : bytes or None

    Returns
    -------
    dict of str to object
        By MIME type.
    """
    shown = {**widget._repr_mimebundle_(), "text/plain": words}
    return shown if png is None else {**shown, "image/png": base64.b64encode(png).decode()}
