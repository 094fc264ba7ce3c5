"""Figures of codes: where pictures lie in a map of two numbers, what a code rebuilds, and how large it has to be."""

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.path import Path
from matplotlib.textpath import TextPath
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from ganlib.arguments import Number, Switch, is_one_of
from ganlib.data import as_bytes, flat, tile
from ganlib.plots.checks import (
    FAR,
    as_text,
    check_counts,
    check_named,
    check_number,
    check_numbers,
    check_rising,
    check_texts,
)
from ganlib.plots.style import (
    DISCRIMINATOR,
    FAKE,
    GENERATOR,
    GREY,
    INK,
    REAL,
    WIDTH,
    Plot,
    begin_with,
    canvas,
    draw_picture,
    drawing,
    join_words,
    sheet,
    write_count,
    write_percent,
)

# Ten colours that differ from each other and from white, for colour-blind readers too; every point is also drawn as its
# digit.
DIGIT_COLOURS = (
    *("#222222", "#0072B2", "#BD4B00", "#008060", "#872B77"),
    *("#8A6D00", "#4B4BC8", "#B3123F", "#4F7A00", "#6B5B4D"),
)
_LINES = (DISCRIMINATOR, GENERATOR, REAL, FAKE)  # colour and dash of up to four curves; the names are written beside
MOST_ROWS = 100
MOST_MARKS = 2000  # more digits than that hide each other


def _check_map(codes, labels):
    codes, labels = check_numbers("codes", codes, None, 2), check_counts("labels", labels)
    if len(codes) < 2:
        raise ValueError("codes must be at least two, to make a map.")
    if len(labels) != len(codes) or labels.max() > 9:
        raise ValueError(f"labels must hold a digit from 0 to 9 for each of the {len(codes)} codes.")
    return codes, labels


@drawing
def code_map(codes, labels, radius=None, title=None, crowd=False):
    """Draw pictures as points in the plane of a code of two numbers; each point is the digit that it shows.

    Parameters
    ----------
    codes : array, shape (n, 2)
        At least two; beyond 2,000 only the first ones are drawn.
    labels : array of int, shape (n,)
        The digits, 0 to 9.
    radius : float, optional
        Radius of a circle around the origin to draw: 2 holds 86% of a standard normal distribution in the plane.
    title : str, optional
    crowd : bool
        Draw the most crowded square, a quarter as wide as the map, once more beside it, enlarged.

    Returns
    -------
    Plot
        Its sentence says how often a picture's nearest neighbour on the map shows the same digit.
    """
    codes, labels = (rows[:MOST_MARKS] for rows in _check_map(codes, labels))
    crowd = Switch("crowd")(crowd)
    figure = Figure(figsize=(WIDTH, 4.8) if crowd else (6.6, 6.6), layout="constrained")
    axes, *beside = figure.subplots(1, 1 + crowd, squeeze=False)[0]
    _draw_digits(axes, codes, labels, 14 if crowd else 30)
    if radius is not None:
        radius = Number("radius", 0, FAR)(radius)
        angle = np.linspace(0, 2 * np.pi, 200)
        axes.plot(radius * np.cos(angle), radius * np.sin(angle), color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
    axes.set(ylabel="second number of the code", title=title or "")
    axes.set_adjustable("datalim")
    sentence = _map_sentence(codes, labels, title)
    for zoomed in beside:
        corner, side, inside = _crowd(codes)
        axes.add_patch(Rectangle(corner, side, side, fill=False, edgecolor=INK, linewidth=1.6, zorder=3))
        _draw_digits(zoomed, codes[inside], labels[inside], 30)
        zoomed.set(xlim=(corner[0], corner[0] + side), ylim=(corner[1], corner[1] + side), title="The square, enlarged")
        sentence += f" {write_percent(inside.mean())} of the pictures lie in a square a quarter as wide as the map."
    return Plot(figure, sentence)


def _draw_digits(axes, codes, labels, size):
    for digit in np.unique(labels):
        chosen = codes[labels == digit]
        axes.scatter(
            *chosen.T, s=size, marker=_digit_marker(digit), color=DIGIT_COLOURS[digit], linewidths=0, alpha=0.8
        )
    axes.set(xlabel="first number of the code", aspect="equal")


def _crowd(codes):
    """Return the lower left corner of the most crowded square around a code, its side, and which codes lie in it."""
    side = max(np.ptp(codes, axis=0).max() / 4, 1e-6)
    near = np.logical_and(*(np.abs(np.subtract.outer(axis, axis)) <= side / 2 for axis in codes.T))
    middle = near.sum(axis=1).argmax()
    return codes[middle] - side / 2, side, near[middle]


def _digit_marker(digit):
    """Return the outline of a digit, around the origin."""
    outline = TextPath((0, 0), str(digit), size=1)
    return Path(outline.vertices - outline.get_extents().get_points().mean(axis=0), outline.codes)


def _map_sentence(codes, labels, title):
    names, found = np.unique(labels), labels[_nearest(codes)] == labels
    same = [found[labels == digit].mean() for digit in names]
    (left, bottom), (right, top) = codes.min(axis=0), codes.max(axis=0)
    return (
        f"{begin_with(title)}{write_count(len(codes), 'picture')} on a map of two numbers that run from {left:.1f} to "
        f"{right:.1f} and from {bottom:.1f} to {top:.1f}. "
        f"For {write_percent(found.mean())} of them the nearest neighbour on the map "
        f"shows the same digit: most often for {names[np.argmax(same)]} ({write_percent(max(same))}), "
        f"least often for {names[np.argmin(same)]} ({write_percent(min(same))})."
    )


def _nearest(codes):
    """Return the index of every code's nearest other code."""
    distances = sum(np.subtract.outer(axis, axis) ** 2 for axis in codes.T)
    np.fill_diagonal(distances, np.inf)
    return distances.argmin(axis=1)


@drawing
def code_grid(pictures, first, second, title=None):
    """Draw what a decoder makes at the points of a grid over the plane of a code of two numbers.

    Parameters
    ----------
    pictures : array, shape (len(second) * len(first), 28, 28, 1)
        Row by row from the top, where the second number is largest; uint8 from 0 to 255, or float from -1 to 1.
    first : sequence of float
        Values of the first number, from left to right.
    second : sequence of float
        Values of the second number, from top to bottom.
    title : str, optional

    Returns
    -------
    Plot
    """
    pictures = as_bytes(pictures)
    first, second = check_numbers("first", first, None), check_numbers("second", second, None)
    if len(pictures) != len(first) * len(second):
        raise ValueError(
            f"A grid of {len(second)} by {len(first)} points needs {len(first) * len(second)} pictures, "
            f"not {len(pictures)}."
        )
    figure = sheet(6.6, 6.6 * len(second) / len(first) + 0.3, layout="constrained")
    axes = figure.add_subplot()
    half = [abs(values[-1] - values[0]) / max(1, len(values) - 1) / 2 or 0.5 for values in (first, second)]
    extent = (first[0] - half[0], first[-1] + half[0], second[-1] - half[1], second[0] + half[1])
    picture = tile(pictures, len(second), len(first), gap=0)
    axes.imshow(picture, "gray", vmin=0, vmax=255, extent=extent, interpolation="nearest", aspect="auto")
    axes.set(xlabel="first number of the code", ylabel="second number of the code", title=title or "")
    change = np.abs(np.diff(pictures.reshape(len(second), len(first), -1).astype(np.float64), axis=1))
    change = change.mean() / 255 if change.size else 0.0
    return Plot(
        figure,
        f"{begin_with(title)}{len(second)} rows of {len(first)} pictures, decoded where the first number runs from "
        f"{first[0]:.2g} to {first[-1]:.2g} and the second from {second[0]:.2g} at the top to {second[-1]:.2g}; from "
        f"one picture to the next in a row the average pixel changes by {write_percent(change)} of the brightness "
        f"range.",
    )


def _check_rows(name, rows):
    """Return a dict of byte pictures, every row of one length."""
    rows = check_named(name, rows, MOST_ROWS, lambda name, pictures: as_bytes(pictures))
    lengths = {name: len(pictures) for name, pictures in rows.items()}
    if len(set(lengths.values())) != 1:
        raise ValueError(f"Every row needs the same number of pictures; there are {lengths}.")
    return rows


def _draw_rows(rows, titles, title):
    """Draw rows of pictures with their names at the left, and words above the columns."""
    columns = len(next(iter(rows.values())))
    left = 0.15 + 0.085 * max(len(line) for name in rows for line in name.split("\n"))
    side = min(0.9, max(0.15, (WIDTH - left) / columns - 0.06))
    top = 0.24 if titles else 0.02
    figure, axes = canvas(left + columns * (side + 0.06), top + len(rows) * (side + 0.06), title)
    for i, words in enumerate(titles or ()):
        axes.text(left + i * (side + 0.06) + side / 2, top - 0.05, words, fontsize=9, ha="center", va="bottom")
    for j, (name, pictures) in enumerate(rows.items()):
        y = top + j * (side + 0.06)
        axes.text(left - 0.08, y + side / 2, name, ha="right", va="center", fontsize=9.5, color=GREY)
        for i, picture in enumerate(flat(pictures)):
            draw_picture(axes, picture, left + i * (side + 0.06), y, side, side)
    return figure


@drawing
def picture_rows(rows, titles=None, title=None):
    """Draw rows of pictures under each other, to be compared column by column: originals above what was rebuilt.

    Parameters
    ----------
    rows : dict of str to array of shape (n, 28, 28, 1)
        Each row's name and pictures; uint8 from 0 to 255, or float from -1 to 1. The same n in every row.
    titles : sequence of n str, optional
        Words above the columns.
    title : str, optional

    Returns
    -------
    Plot
        Its sentence says by how much each row differs from the first one.
    """
    rows = _check_rows("rows", rows)
    (first, originals), *others = rows.items()
    if any(pictures.shape != originals.shape for _, pictures in others):
        raise ValueError("rows must hold pictures of one size and as many channels, to be compared.")
    titles = None if titles is None else check_texts("titles", titles, len(originals), "columns")
    sentence = f"{begin_with(title)}{write_count(len(rows), 'row')} of {write_count(len(originals), 'picture')}: "
    sentence += f"{join_words([_one_line(name) for name in rows])}."
    told = [f"{_difference(originals, pictures):.3f} ({_one_line(name)})" for name, pictures in others]
    if told:
        sentence += f" Mean squared difference per pixel from the row {_one_line(first)}, "
        sentence += f"where black is -1 and white is 1: {join_words(told)}."
    if titles:
        sentence += f" Above the columns: {', '.join(titles)}."
    return Plot(_draw_rows(rows, titles, title), sentence)


def _one_line(name):
    return name.replace("\n", " ")


def _difference(pictures, others):
    return np.square((pictures.astype(np.float64) - others) / 127.5).mean()


@drawing
def sample_rows(rows, scores=None, title=None, what="recognised"):
    """Draw rows of pictures that different models made; nothing ties the pictures of a column together.

    Parameters
    ----------
    rows : dict of str to array of shape (n, 28, 28, 1)
        Each row's name and pictures; uint8 from 0 to 255, or float from -1 to 1. The same n in every row.
    scores : dict of str to float, optional
        A share from 0 to 1 for some of the rows or all; written under the name.
    title : str, optional
    what : str
        What the shares are shares of, such as pictures that the judge has recognised.

    Returns
    -------
    Plot
    """
    rows, what = _check_rows("rows", rows), as_text(what)
    if not is_one_of(scores, (None, {})):
        scores = check_named("scores", scores, MOST_ROWS, lambda name, score: Number(name, 0, 1)(score))
        if strangers := [name for name in scores if name not in rows]:
            raise ValueError(f"scores has {strangers[0]}, which is no row: the rows are {join_words(list(rows))}.")
    written = {name: f", {write_percent(scores[name])} {what}" if scores and name in scores else "" for name in rows}
    named = {name + written[name].replace(", ", "\n"): pictures for name, pictures in rows.items()}
    told = [_one_line(name) + written[name] for name in rows]
    n = len(next(iter(rows.values())))
    sentence = f"{begin_with(title)}{write_count(len(rows), 'row')} of {write_count(n, 'picture')}: {'; '.join(told)}."
    return Plot(_draw_rows(named, None, title), sentence)


@drawing
def interpolation_strips(strips, title=None):
    """Draw walks from one code to another, one per row.

    Parameters
    ----------
    strips : dict of str to array of shape (n, 28, 28, 1)
        Each walk's name and pictures, from left to right; uint8 from 0 to 255, or float from -1 to 1.
    title : str, optional

    Returns
    -------
    Plot
        Its sentence says how large the largest step of each walk is, as a share of the way from its first picture to
        its last; in a walk of equal steps straight from one to the other that is 1 / (n - 1).
    """
    strips = _check_rows("strips", strips)
    told = [f"{write_percent(_largest_step(pictures))} ({_one_line(name)})" for name, pictures in strips.items()]
    n = len(next(iter(strips.values())))
    sentence = (
        f"{begin_with(title)}{write_count(len(strips), 'walk')} of {write_count(n, 'picture')}. "
        f"The largest step between two neighbours, as a share of the distance from first to last: {join_words(told)}."
    )
    return Plot(_draw_rows(strips, None, title), sentence)


def _largest_step(pictures):
    flat = pictures.reshape(len(pictures), -1).astype(np.float64)
    if len(flat) < 2:
        return 0.0
    whole_way = np.linalg.norm(flat[-1] - flat[0])
    return np.linalg.norm(np.diff(flat, axis=0), axis=1).max() / max(whole_way, 1e-9)


@drawing
def size_curves(sizes, errors, title=None):
    """Draw the error of rebuilding pictures over the size of the code, both axes logarithmic.

    Parameters
    ----------
    sizes : sequence of int
        Numbers in the code, increasing.
    errors : dict of str to sequence of float
        For up to four methods the mean squared error per pixel at each size, above 0.
    title : str, optional

    Returns
    -------
    Plot
    """
    sizes = check_rising("sizes", check_counts("sizes", sizes))
    if sizes[0] < 1:
        raise ValueError("sizes must begin at 1 or later: their axis is logarithmic.")
    errors = check_named("errors", errors, len(_LINES), lambda name, values: check_numbers(name, values, len(sizes)))
    for name, values in errors.items():
        if not (values > 0).all():
            raise ValueError(f"{name} must have an error above 0 for each of the {len(sizes)} sizes, not {values}.")
    figure = Figure(figsize=(7.2, 3.8), layout="constrained")
    axes = figure.add_subplot()
    axes.set(xscale="log", yscale="log", xlabel="numbers in the code", ylabel="mean squared error per pixel")
    for (name, values), pen in zip(errors.items(), _LINES, strict=False):
        axes.plot(sizes, values, color=pen.colour, linestyle=pen.line, linewidth=1.9, marker="o", markersize=5)
        axes.annotate(name, (sizes[-1], values[-1]), (9, 0), textcoords="offset points", color=pen.colour, va="center")
    axes.set_title(title or "")
    axes.xaxis.set_major_locator(FixedLocator(sizes))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_major_locator(FixedLocator([base * 10.0**power for power in range(-4, 2) for base in (1, 2, 5)]))
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.grid(axis="y")
    return Plot(figure, _sizes_sentence(sizes, errors, title))


def _sizes_sentence(sizes, errors, title):
    told = []
    for i, size in enumerate(sizes):
        values = join_words([f"{values[i]:.3g} ({name})" for name, values in errors.items()])
        told.append(f"{write_count(size, 'number')}: {values}")
    return f"{begin_with(title)}Mean squared error per pixel with a code of {'; '.join(told)}."


@drawing
def proposals(codes, prior, posterior, proposed, title=None):
    """Draw what an encoder may propose beside the true distribution of codes, one panel per proposal.

    Parameters
    ----------
    codes : array, shape (n,)
        Values of a code of one number, in rising order.
    prior, posterior : array, shape (n,)
        The densities of the codes before and after the picture has been seen.
    proposed : dict of str to array of shape (n,)
        Densities of up to four proposals, by what stands above their panels.
    title : str, optional

    Returns
    -------
    Plot
    """
    codes = check_rising("codes", check_numbers("codes", codes, None))
    if len(codes) < 2:
        raise ValueError("codes must be at least two numbers.")
    prior, posterior = check_numbers("prior", prior, len(codes)), check_numbers("posterior", posterior, len(codes))
    proposed = check_named("proposed", proposed, 4, lambda name, density: check_numbers(name, density, len(codes)))
    if min(density.min() for density in (prior, posterior, *proposed.values())) < 0 or not posterior.any():
        raise ValueError("prior, posterior and proposed must be densities: at least 0, and somewhere above.")
    figure = Figure(figsize=(WIDTH, 2.9), layout="constrained")
    panels = figure.subplots(1, len(proposed), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (name, density) in zip(panels, proposed.items(), strict=True):
        axes.fill_between(codes, posterior, color=REAL.colour, alpha=0.3, linewidth=0, label="true, p(z|x)")
        axes.plot(codes, prior, color=GREY, linewidth=1.2, linestyle=(0, (4, 3)), label="prior, p(z)")
        axes.plot(codes, density, color=GENERATOR.colour, linewidth=2, label="proposed, q(z|x)")
        axes.set(title=name, xlabel="code z", xlim=(codes[0], codes[-1]))
    panels[0].set(ylabel="density", ylim=(0, 1.05 * max(posterior.max(), *map(np.max, proposed.values()))))
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside lower center", ncols=3, frameon=False)
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    peaks = [f"{name}: highest at {codes[np.argmax(density)]:.2f}" for name, density in proposed.items()]
    return Plot(
        figure,
        f"{begin_with(title)}The prior of a code is highest at {codes[np.argmax(prior)]:.2f}, its true distribution at "
        f"{codes[np.argmax(posterior)]:.2f}. Proposals: {'; '.join(peaks)}.",
    )


@drawing
def estimate_histogram(estimates, truth, xlabel, title=None):
    """Draw how single estimates of one number are spread around the truth, one panel per method.

    Parameters
    ----------
    estimates : dict of str to array of shape (n,)
        Single estimates, for up to four methods by name. The farthest 1% may lie outside the figure.
    truth : float
        What they estimate.
    xlabel : str
        What the number is.
    title : str, optional

    Returns
    -------
    Plot
    """
    estimates = check_named("estimates", estimates, len(_LINES), lambda name, values: check_numbers(name, values, None))
    truth, xlabel = check_number("truth", truth), as_text(xlabel)
    figure = Figure(figsize=(WIDTH, 2.9), layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08, wspace=0.05)
    far = max(np.quantile(np.abs(values - truth), 0.99) for values in estimates.values())
    far = max(far, 1e-6 * abs(truth), 1e-12)  # where every estimate is the truth itself
    edges = np.linspace(truth - far, truth + far, 61)
    panels = figure.subplots(1, len(estimates), sharex=True, squeeze=False)[0]
    for axes, (name, values), pen in zip(panels, estimates.items(), _LINES, strict=False):
        shares = np.histogram(values, edges)[0] / len(values)
        axes.stairs(shares, edges, fill=True, facecolor=pen.colour, alpha=0.35)
        axes.stairs(shares, edges, color=pen.colour, linewidth=1.4)
        axes.axvline(truth, color=INK, linewidth=1.2, linestyle=(0, (4, 3)))
        axes.set(title=name, xlabel=xlabel)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: write_percent(value)))
    panels[0].set_ylabel("share of estimates")
    if title:
        figure.suptitle(title, x=0.01, ha="left", fontweight="bold")
    told = [
        f"{name}: mean {values.mean():.3g}, standard deviation {values.std():.3g}" for name, values in estimates.items()
    ]
    return Plot(
        figure, f"{begin_with(title)}Estimates of {xlabel}, whose true value is {truth:.3g}. {'; '.join(told)}."
    )
