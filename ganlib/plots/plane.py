"""Figures of a GAN in the plane: points, the discriminator's surface, the generator's warped grid, and arrows."""

import math
import textwrap
from typing import NamedTuple

import numpy as np
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import FuncFormatter

from ganlib.arguments import Switch, Whole, as_array
from ganlib.plots.checks import as_text, check_counts, check_named, check_numbers, check_rising, check_several
from ganlib.plots.style import (
    FAKE,
    GENERATOR,
    GREY,
    INK,
    PALE,
    PAPER,
    REAL,
    WIDTH,
    Plot,
    begin_with,
    drawing,
    join_words,
    sheet,
    write_count,
    write_percent,
)
from ganlib.wording import write

# From the purple of fakes through white to the green of real points; the two differ for every kind of colour blindness.
# Steepest around a half, where a balanced game is played.
SURFACE = LinearSegmentedColormap.from_list(
    "surface", [(0, "#A9769F"), (0.4, "#E0C9DC"), (0.5, "#FFFFFF"), (0.6, "#C4E4D8"), (1, "#5FB096")]
)


REACH = 0.35  # of the longest arrow
KEY_WIDE = 1.45  # inches that an entry of the key may need


class Scene(NamedTuple):
    """What one panel shows; leave out what it does not show.

    Attributes
    ----------
    real, fake : array, shape (n, 2)
        Points.
    surface : array, shape (k, k)
        The discriminator's probability over the square from -1 to 1, rows from y = -1 up to y = 1.
    mesh : array, shape (k, 2) or (k, k, 2)
        The corners of a latent grid after the generator; all cells are equally likely.
    arrows : array, shape (n, 2)
        Where each fake is pushed; the longest arrow of the figure is drawn 0.35 long, in whichever panel it is.
    real_weight, fake_weight : array, shape (n,)
        Sizes of the points, at least 0; the largest of both is drawn largest.
    scores : bool
        Whether the surface holds numbers of any size, as a critic's scores are: it is drawn from the lowest to the
        highest, and no line is drawn, since "real" begins at no score.
    """

    real: np.ndarray | None = None
    fake: np.ndarray | None = None
    surface: np.ndarray | None = None
    mesh: np.ndarray | None = None
    arrows: np.ndarray | None = None
    real_weight: np.ndarray | None = None
    fake_weight: np.ndarray | None = None
    scores: bool = False


@drawing
def planes(scenes, captions=None, columns=None, title=None):
    """Draw scenes of a GAN in the plane side by side, each over the square from -1 to 1.

    Real points are green dots, fakes purple crosses; the surface is green where the discriminator says "real", purple
    where it says "fake", and a line marks 0.5; a critic's is green at its highest score and has no line; the more
    densely the generator fills a cell of its grid, the darker it is.

    Parameters
    ----------
    scenes : Scene or sequence of Scene
    captions : sequence of str, optional
        Words above each panel.
    columns : int, optional
        Panels in a row. Default: up to 5.
    title : str, optional

    Returns
    -------
    Plot

    Raises
    ------
    ValueError
        No scene, not one caption per scene, arrows or weights that are not one per point, or a surface outside 0 to 1.
    """
    scenes = [scenes] if isinstance(scenes, Scene) else check_several("scenes", scenes)
    captions = [""] * len(scenes) if captions is None else check_several("captions", captions)
    if not scenes or len(captions) != len(scenes):
        raise ValueError(
            f"planes needs at least one scene and one caption for each, not {len(scenes)} and {len(captions)}."
        )
    scenes, captions = [_check_scene(scene) for scene in scenes], [as_text(caption) for caption in captions]
    columns = math.ceil(len(scenes) / math.ceil(len(scenes) / 5)) if columns is None else Whole("columns", 1)(columns)
    side = min(3.4, max(0.3, WIDTH / columns))
    lines = [textwrap.wrap(caption, max(10, int((side - 0.1) / 0.072))) for caption in captions]
    rows = math.ceil(len(scenes) / columns)
    above = 0.16 * max(map(len, lines)) + 0.08
    longest = max((np.hypot(*scene.arrows.T).max() for scene in scenes if scene.arrows is not None), default=1)
    head = 0.32 if title else 0.02
    key = _key(scenes)
    width = max(columns * side, 0.1 * len(title or "") + 0.1)
    fit = max(1, int(width / KEY_WIDE))  # entries in a row of the key
    height = head + rows * (side + above) + 0.08 + 0.2 * math.ceil(len(key) / fit)
    figure = sheet(width, height)
    for i, (scene, words) in enumerate(zip(scenes, lines, strict=True)):
        left, top = (i % columns) * side, head + (i // columns) * (side + above) + above
        pad = 0.05
        box = (left + pad, height - top - side + pad, side - 2 * pad, side - 2 * pad)
        axes = figure.add_axes((box[0] / width, box[1] / height, box[2] / width, box[3] / height))
        _draw_scene(axes, scene, side, longest)
        axes.text(0, 1 + 0.06 / box[3], "\n".join(words), transform=axes.transAxes, fontsize=9, va="bottom")
    if title:
        figure.text(0.05 / width, 1 - 0.06 / height, title, fontsize=11.5, fontweight="bold", va="top")
    style = {"frameon": False, "fontsize": 9, "borderaxespad": 0, "borderpad": 0.2, "columnspacing": 1.4}
    figure.legend(handles=key, loc="lower left", ncols=fit, handletextpad=0.5, handlelength=1.2, **style)
    return Plot(figure, _planes_sentence(scenes, captions, title))


def _key(scenes):
    """Return what explains the marks and colours of the scenes, each once."""
    shown = {name for scene in scenes for name, part in scene._asdict().items() if part is not None}
    key = [
        Line2D([], [], linestyle="none", marker=marker, markersize=5, color=pen.colour, label=pen.label)
        for name, pen, marker in (("real", REAL, "o"), ("fake", FAKE, "X"))
        if name in shown
    ]
    if "surface" in shown:
        scored = {scene.scores for scene in scenes if scene.surface is not None}
        ends = {(False,): ("D: fake", "D: real"), (True,): ("low", "high")}
        low, high = ends.get(tuple(scored), ("D: fake, or low", "D: real, or high"))
        key += [Patch(color=SURFACE(0.0), label=low), Patch(color=SURFACE(1.0), label=high)]
    if "mesh" in shown:
        key.append(Patch(color=GENERATOR.colour, alpha=0.7, label="the sheet"))
    return key


def _check_scene(scene):
    """Return the scene with arrays in place of lists, or say what does not fit together."""
    if not isinstance(scene, Scene):
        raise ValueError(f"Each of scenes must be a plots.Scene, not {write(scene)}.")
    parts = {
        name: part if part is None else check_numbers(name, part, *[None] * as_array(name, part).ndim)
        for name, part in scene._asdict().items()
        if name != "scores"
    }
    scene = Scene(**parts, scores=Switch("scores")(scene.scores))
    for name in ("real", "fake"):
        points, weights = getattr(scene, name), getattr(scene, f"{name}_weight")
        if points is not None and (points.ndim != 2 or points.shape[1] != 2):
            raise ValueError(f"{name} must be points of shape (n, 2), not {points.shape}.")
        if weights is not None and (points is None or weights.shape != points.shape[:1]):
            raise ValueError(f"{name}_weight must have one number for each point of {name}.")
        if weights is not None and (weights < 0).any():
            raise ValueError(f"{name}_weight must be numbers of at least 0, not {weights.min():g}.")
    if scene.arrows is not None and (scene.fake is None or scene.arrows.shape != scene.fake.shape):
        raise ValueError("arrows must have one arrow for each point of fake.")
    mesh, surface = scene.mesh, scene.surface
    if mesh is not None and (mesh.ndim not in (2, 3) or mesh.shape[-1] != 2 or min(mesh.shape[:-1]) < 2):
        raise ValueError(f"mesh must have the shape (k, 2) or (k, k, 2) with k of at least 2, not {mesh.shape}.")
    if surface is None:
        return scene
    if surface.ndim != 2 or min(surface.shape) < 2:
        raise ValueError("surface must be a square table of numbers, of 2 rows and 2 columns at least.")
    if not scene.scores and not ((surface >= 0) & (surface <= 1)).all():
        raise ValueError(
            "surface must be a square table of probabilities from 0 to 1, not logits; for a critic, whose numbers are "
            "scores, give Scene(..., scores=True)."
        )
    return scene


def _draw_scene(axes, scene, side, longest):
    axes.set(xlim=(-1, 1), ylim=(-1, 1), xticks=[], yticks=[], aspect="equal")
    for spine in axes.spines.values():
        spine.set(visible=True, color=PALE)
    if scene.surface is not None:
        _draw_surface(axes, scene.surface, scene.scores)
    if scene.mesh is not None:
        _draw_mesh(axes, scene.mesh)
    largest = max((w.max() for w in (scene.real_weight, scene.fake_weight) if w is not None), default=1)
    _draw_points(axes, scene.real, REAL, "o", scene.real_weight, largest, side)
    _draw_points(axes, scene.fake, FAKE, "X", scene.fake_weight, largest, side)
    if scene.arrows is not None:
        _draw_arrows(axes, scene.fake, scene.arrows, longest)


def _draw_surface(axes, surface, scores):
    rows, columns = surface.shape
    low, high = (surface.min(), surface.max()) if scores else (0, 1)
    # A value belongs to the middle of its pixel, and the outermost values to the edge of the square.
    x, y = 1 / (columns - 1), 1 / (rows - 1)
    place = (-1 - x, 1 + x, -1 - y, 1 + y)
    axes.imshow(surface, SURFACE, vmin=low, vmax=high, extent=place, origin="lower", interpolation="bilinear", zorder=0)
    axes.set(xlim=(-1, 1), ylim=(-1, 1))
    if not scores and surface.min() < 0.5 < surface.max():
        axes.contour(
            np.linspace(-1, 1, columns), np.linspace(-1, 1, rows), surface, [0.5], colors=INK, linewidths=1.1, zorder=1
        )


def mesh_pieces(mesh):
    """Return the pieces of a mesh, as in `Scene`, and how opaque each is drawn: the smaller, the more.

    Returns
    -------
    tuple of ndarray
        The ends (n, 2, 2) of the pieces of a thread or the corners (n, 4, 2) of a sheet's cells, and n shares.
    """
    if mesh.ndim == 2:
        pieces, size = np.stack([mesh[:-1], mesh[1:]], axis=1), np.hypot(*np.diff(mesh, axis=0).T)
    else:
        pieces = np.stack([mesh[:-1, :-1], mesh[1:, :-1], mesh[1:, 1:], mesh[:-1, 1:]], axis=2).reshape(-1, 4, 2)
        size = _areas(pieces)
    dense = 1 / np.maximum(size, 1e-6)
    # The root, since densities differ a thousandfold; cells that became a sliver still show by their edges.
    return pieces, np.clip(0.9 * np.sqrt(dense / np.quantile(dense, 0.9)), 0.06, 0.9)


def _draw_mesh(axes, mesh):
    pieces, opacity = mesh_pieces(mesh)
    if mesh.ndim == 2:
        axes.add_collection(LineCollection(pieces, colors=GENERATOR.colour, alpha=opacity, linewidths=3, zorder=2))
    else:
        axes.add_collection(
            PolyCollection(
                pieces,
                facecolors=GENERATOR.colour,
                alpha=opacity,
                edgecolors=GENERATOR.colour,
                linewidths=0.5,
                zorder=2,
            )
        )


def _areas(quads):
    """Return the area of quadrangles, float (n, 4, 2), by the shoelace formula."""
    x, y = quads[..., 0], quads[..., 1]
    return 0.5 * np.abs((x * np.roll(y, -1, axis=1) - y * np.roll(x, -1, axis=1)).sum(axis=1))


def _draw_points(axes, points, pen, marker, weights, largest, side):
    if points is None:
        return
    size = np.clip(1500 / len(points), 5, 22) * (side / 3.4) ** 0.5
    if weights is not None:
        size = 1 + 70 * weights / max(largest, 1e-9)
    axes.scatter(*points.T, size, pen.colour, marker=marker, alpha=0.75, linewidths=0, zorder=3)


def _draw_arrows(axes, points, arrows, longest):
    axes.quiver(
        *points.T,
        *(REACH * arrows.T / max(longest, 1e-12)),
        angles="xy",
        scale_units="xy",
        scale=1,
        width=0.005,
        headwidth=4,
        color=INK,
        alpha=0.85,
        zorder=4,
    )


def _planes_sentence(scenes, captions, title):
    briefly = len(scenes) > 4
    told = [tell_scene(scene, caption, briefly) for scene, caption in zip(scenes, captions, strict=True)]
    return begin_with(title) + " ".join(told)


def tell_scene(scene, caption="", briefly=False):
    """Say what a scene shows, in one sentence with numbers; fewer of them if briefly."""
    parts = []
    for name in ("real", "fake"):
        points = getattr(scene, name)
        if points is None:
            continue
        words = write_count(len(points), f"{name} point") + _judged(scene, points)
        if not briefly or (name == "fake" and scene.surface is None):
            x, y = points.mean(axis=0)
            words += f" around ({x:.2f}, {y:.2f}) with a spread of {points.std(axis=0).mean():.2f}"
        parts.append(words)
    if scene.surface is not None and scene.scores:
        parts.append(f"the surface goes from {scene.surface.min().round(3):g} to {scene.surface.max().round(3):g}")
    elif scene.surface is not None and not briefly:
        parts.append(f"the discriminator says real in {write_percent((scene.surface > 0.5).mean())} of the square")
    if scene.mesh is not None:
        parts.append(_tell_mesh(scene.mesh))
    if scene.arrows is not None:
        parts.append(f"arrows of mean length {np.hypot(*scene.arrows.T).mean():.3g} before scaling")
    return f"{begin_with(caption)}{join_words(parts) if parts else 'nothing'}."


def _judged(scene, points):
    """Say how many of the points stand where the surface is above a half, or a critic's mean score."""
    surface = scene.surface
    if surface is None:
        return ""
    rows, columns = (np.array(surface.shape) - 1) / 2
    x, y = np.clip((points.T + 1) * [[columns], [rows]], 0, [[2 * columns], [2 * rows]]).round().astype(int)
    if scene.scores:
        return f" (mean score {surface[y, x].mean():.3g})"
    return f" ({write_percent((surface[y, x] > 0.5).mean())} of them judged real)"


def _tell_mesh(mesh):
    if mesh.ndim == 2:
        return f"the generator's thread is {np.hypot(*np.diff(mesh, axis=0).T).sum():.2f} long"
    quads = np.stack([mesh[:-1, :-1], mesh[1:, :-1], mesh[1:, 1:], mesh[:-1, 1:]], axis=2).reshape(-1, 4, 2)
    return f"the cells of the generator's sheet cover {_areas(quads).sum():.2f} of the square's area of 4"


@drawing
def distance_curves(steps, distances, floor, title=None):
    """Draw the distance between fakes and real points over the steps, and a band for that of real points from others.

    Parameters
    ----------
    steps : array, shape (n,)
        Whole numbers of at least 0, rising, at least two.
    distances : dict of str to array, shape (n,)
        Up to four runs by name; energy distances.
    floor : array, shape (m,)
        Energy distances between pairs of clouds of real points: the band reaches from the smallest to the largest.
    title : str, optional

    Returns
    -------
    Plot
    """
    lines = ("solid", (0, (5, 2)), (0, (1.5, 1.5)), (0, (6, 2, 1.5, 2)))
    steps, floor = check_rising("steps", check_counts("steps", steps)), check_numbers("floor", floor, None)
    if len(steps) < 2:
        raise ValueError("steps must be at least two.")
    distances = check_named(
        "distances", distances, len(lines), lambda name, values: check_numbers(name, values, len(steps))
    )
    figure = Figure(figsize=(7.2, 3.4), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
    axes = figure.add_subplot()
    least = max(float(np.abs(floor).max()), 1e-6)
    for (name, values), line in zip(distances.items(), lines, strict=False):
        axes.plot(steps, values, color=FAKE.colour, linestyle=line, linewidth=1.9, label=name)
    axes.axhspan(floor.min(), floor.max(), color=REAL.colour, alpha=0.2, linewidth=0)
    box = {"facecolor": PAPER, "edgecolor": "none", "alpha": 0.8, "pad": 1.5}
    axes.text(0.01, 0.03, "real against real: chance alone", transform=axes.transAxes, color=REAL.colour, bbox=box)
    axes.set(xlabel="step", ylabel="energy distance", xlim=(steps[0], steps[-1]), title=title or "")
    axes.set_yscale("symlog", linthresh=least, linscale=0.6)  # linear where chance reigns, and readings go below 0
    axes.set_ylim(bottom=1.5 * min(-least, *map(np.min, distances.values())))
    axes.axhline(0, color=GREY, linewidth=0.7)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.minorticks_off()
    axes.grid(axis="y")
    axes.legend(frameon=False, labelcolor=GREY, fontsize=9, handlelength=3)
    return Plot(figure, _distance_sentence(steps, distances, floor, title))


def _distance_sentence(steps, distances, floor, title):
    told = [
        f"{name}: {values[0]:.3g} at step {steps[0]:,}, {values[-1]:.2g} at step {steps[-1]:,}"
        for name, values in distances.items()
    ]
    return (
        f"{begin_with(title)}energy distance between fakes and real points; {'; '.join(told)}. Real against real it "
        f"reads between {floor.min():.2g} and {floor.max():.2g}, {floor.mean():.2g} on average."
    )
