"""Figures of two classes and the two ways to tell them apart: by a boundary, or by a distribution of each class."""

import numpy as np
from matplotlib.lines import Line2D
from matplotlib.patches import Ellipse
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from ganlib.arguments import as_array
from ganlib.plots.checks import (
    as_text,
    check_counts,
    check_named,
    check_number,
    check_numbers,
    check_probabilities,
    check_rising,
    check_several,
    check_texts,
)
from ganlib.plots.style import (
    DISCRIMINATOR,
    GENERATOR,
    GREY,
    INK,
    WIDTH,
    Pen,
    Plot,
    drawing,
    join_words,
    sheet,
    write_percent,
)
from ganlib.wording import write

WANTED = Pen("wanted mail", "#00687A", ())
SPAM = Pen("spam", "#B3003B", (4, 2))
CLASSES = (WANTED, SPAM)  # by label

_MARKERS = ("o", "^")
_DASHES = ("solid", (0, (5, 2)), (0, (1.5, 1.5)))  # one per curve of the same kind


def _layout(width, height):
    figure = sheet(width, height, layout="constrained")
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.08, wspace=0.05)
    return figure


def _percent_axis(axis):
    axis.set_major_formatter(FuncFormatter(lambda value, _: write_percent(value)))


@drawing
def word_rates(words, rates, title="Share of e-mails that hold the word"):
    """Draw how often words occur in wanted mail and in spam: what a generative model of e-mails counts.

    Parameters
    ----------
    words : sequence of k str
    rates : array, shape (2, k)
        p(word | wanted mail) and p(word | spam), from 0 to 1.
    title : str

    Returns
    -------
    Plot
    """
    words, rates = [as_text(word) for word in check_several("words", words)], check_numbers("rates", rates, None, None)
    if rates.shape != (2, len(words)) or not ((rates >= 0) & (rates <= 1)).all():
        raise ValueError(
            f"rates must hold two rows of {len(words)} probabilities from 0 to 1, one row per class, "
            f"but has the shape {rates.shape}."
        )
    figure = _layout(7.2, 0.9 + 0.24 * len(words))
    axes = figure.add_subplot(title=title or "")
    places = np.arange(len(words))
    axes.hlines(places, rates.min(axis=0), rates.max(axis=0), color="#9A9A9A", linewidth=1.2, zorder=1)
    for row, pen, marker in zip(rates, CLASSES, _MARKERS, strict=True):
        axes.scatter(row, places, s=36, color=pen.colour, marker=marker, zorder=2)
    axes.set(ylim=(len(words) - 0.4, -0.6), xlim=(-0.02, max(1.05 * rates.max(), 0.1)))
    axes.set_yticks(places, words)
    axes.tick_params("y", length=0)
    axes.grid(axis="x")
    _percent_axis(axes.xaxis)
    _name_classes(axes)
    return Plot(figure, _rates_sentence(words, rates, title))


@drawing
def word_evidence(words, evidence, counted=None):
    """Draw what each word of an e-mail adds to the logit of spam, for one model or two, and where the sum ends.

    Parameters
    ----------
    words : sequence of k str
    evidence : dict of str to array of shape (k + 1,)
        For each of one or two models, where its logit starts, then what each word adds. The first is drawn as a
        generative model, the second as a discriminative one.
    counted : float or None
        The share of spam among all e-mails with these words, between 0 and 1: where the sum should end.

    Returns
    -------
    Plot
    """
    words = [as_text(word) for word in check_several("words", words)]
    evidence = check_named("evidence", evidence, 2, lambda name, parts: check_numbers(name, parts, len(words) + 1))
    if counted is not None:
        counted = check_number("counted", counted)
        if not 0 < counted < 1:
            raise ValueError(f"counted must be a share between 0 and 1, not {counted:g}.")
    names = ["start", *words, "sum"]
    figure = _layout(4.5 * len(evidence), 1.2 + 0.27 * len(names))
    panels = figure.subplots(1, len(evidence), sharex=True, sharey=True, squeeze=False)[0]
    for axes, (name, parts), pen in zip(panels, evidence.items(), (GENERATOR, DISCRIMINATOR), strict=False):
        _evidence_bars(axes, parts, pen)
        axes.set_title(name, color=pen.colour)
        axes.set_yticks(range(len(names)), names)
        if counted is not None:
            wanted, low = np.log(counted / (1 - counted)), len(names) - 0.5
            axes.vlines(wanted, low - 0.95, low + 0.05, color=INK, linewidth=1.8, zorder=3)
            axes.text(wanted, low + 0.1, f"counted: {write_percent(counted)}", fontsize=9, ha="center", va="top")
    panels[0].set_ylim(len(names) - (0.4 if counted is None else -0.3), -0.7)
    panels[0].margins(x=0.4)
    figure.supxlabel("added to the logit: left of 0 for wanted mail, right of 0 for spam", fontsize=9.5)
    return Plot(figure, _evidence_sentence(words, evidence, counted))


def _evidence_bars(axes, parts, pen):
    """Draw the parts of a logit, one below the other, and in full colour their sum."""
    places, lengths = np.arange(len(parts) + 1), [*parts, parts.sum()]
    style = {"edgecolor": pen.colour, "hatch": "////" if pen is GENERATOR else None}
    bars = axes.barh(places, lengths, 0.68, color=pen.colour, alpha=0.4, **style)
    bars[-1].set(alpha=1, hatch=None)
    told = [f"{length:+.1f}" for length in lengths]
    told[-1] += f", {write_percent(_sigmoid(parts.sum()))} spam"
    axes.bar_label(bars, told, padding=3, fontsize=9, color=pen.colour)
    axes.axvline(0, color=GREY, linewidth=0.9)
    axes.axhline(len(parts) - 0.5, color=GREY, linewidth=0.6)
    axes.tick_params("y", length=0)
    axes.grid(axis="x")


def _sigmoid(logit):
    return 1 / (1 + np.exp(-logit))


def _evidence_sentence(words, evidence, counted):
    told = []
    for name, (start, *adds) in evidence.items():
        added = join_words([f"{part:+.1f} for {word}" for word, part in zip(words, adds, strict=True)] or ["nothing"])
        total = start + sum(adds)
        told.append(
            f"{name} starts at {start:+.1f}, adds {added} and ends at {total:+.1f}, "
            f"a probability of {write_percent(_sigmoid(total))}"
        )
    share = "" if counted is None else f" Of the e-mails with these words {write_percent(counted)} are spam."
    return f"The logit of spam, word by word: {'; '.join(told)}.{share}"


def _name_classes(axes):
    """Name the classes above the right end of the axes, in full colour however pale their points are."""
    marks = [
        Line2D([], [], linestyle="none", color=pen.colour, marker=marker, label=pen.label)
        for pen, marker in zip(CLASSES, _MARKERS, strict=True)
    ]
    axes.legend(
        handles=marks,
        frameon=False,
        fontsize=9,
        labelcolor="linecolor",
        ncols=2,
        loc="lower right",
        bbox_to_anchor=(1.0, 1.0),
        borderaxespad=0.3,
        handletextpad=0.3,
    )


def _rates_sentence(words, rates, title):
    told = [
        f"{word} {write_percent(wanted)} and {write_percent(spam)}"
        for word, wanted, spam in zip(words, *rates, strict=True)
    ]
    return f"{title or 'Shares'}, in wanted mail and in spam: {'; '.join(told)}."


@drawing
def boundary_and_distributions(points, labels, discriminative, generative, means, covariances, axes_names):
    """Draw one data set as the two kinds of model see it: a boundary, and a distribution of each class.

    Left, the probability of label 1 as shades and the line at 1/2. Right, each class's Gaussian as ellipses that hold
    39% and 86% of it (one and two standard deviations), and the boundary that Bayes' rule makes of them.

    Parameters
    ----------
    points : array, shape (n, 2)
    labels : array of int, shape (n,)
        0 for wanted mail, 1 for spam.
    discriminative, generative : function
        Maps points (m, 2) to the probability of label 1, (m,) or (m, 1).
    means : array, shape (2, 2)
        One row per class.
    covariances : array, shape (2, 2, 2)
    axes_names : pair of str

    Returns
    -------
    Plot
    """
    points, labels = check_numbers("points", points, None, 2), as_array("labels", labels)
    if labels.shape != points.shape[:1] or labels.dtype.kind not in "biuf" or not np.isin(labels, (0, 1)).all():
        raise ValueError(f"labels must be 0 or 1 for each of the {len(points)} points.")
    discriminative, generative = (
        _check_model(name, model) for name, model in (("discriminative", discriminative), ("generative", generative))
    )
    means, covariances = check_numbers("means", means, 2, 2), check_numbers("covariances", covariances, 2, 2, 2)
    if (np.linalg.eigvalsh(covariances) < 0).any() or not np.allclose(covariances, covariances.swapaxes(1, 2)):
        raise ValueError("covariances must be symmetric, with no variance below 0.")
    axes_names = check_texts("axes_names", axes_names, 2, "axes")
    figure = _layout(WIDTH, 4.3)
    left, right = figure.subplots(1, 2, sharex=True, sharey=True)
    for axes, title in ((left, "Discriminative: a boundary"), (right, "Generative: a distribution of each class")):
        _scatter(axes, points, labels)
        axes.margins(0.14)  # for the ellipses
        axes.set_xlabel(axes_names[0])
        axes.set_title(title, pad=24)
        _name_classes(axes)
    left.set_ylabel(axes_names[1])
    shades = _draw_probability(left, discriminative, DISCRIMINATOR.colour, shades=True)
    figure.colorbar(shades, ax=left, location="bottom", aspect=40, pad=0.03, label="shades: probability of spam")
    _draw_probability(right, generative, GENERATOR.colour, shades=False)
    for mean, covariance, pen in zip(means, covariances, CLASSES, strict=True):
        _draw_ellipses(right, mean, covariance, pen)
    return Plot(figure, _boundary_sentence(points, labels, discriminative, generative, means, axes_names))


def _check_model(name, model):
    """Return a function from points to the probabilities that a model gives, checked."""
    if not callable(model):
        raise ValueError(f"{name} must be a function from points to probabilities, not {write(model)}.")

    def probabilities(points):
        found = check_probabilities(f"What {name} returns", model(points))
        if len(found) != len(points):
            raise ValueError(f"{name} must return a probability for each of {len(points)} points, not {len(found)}.")
        return found

    return probabilities


def _scatter(axes, points, labels):
    for label, (pen, marker) in enumerate(zip(CLASSES, _MARKERS, strict=True)):
        x, y = points[labels == label].T
        axes.scatter(x, y, s=9, color=pen.colour, marker=marker, linewidth=0, alpha=0.45)


def _draw_probability(axes, probability, colour, shades):
    """Draw the line where a model is undecided and, if wanted, its probabilities as shades of grey; return them."""
    (x0, x1), (y0, y1) = axes.get_xlim(), axes.get_ylim()
    x, y = np.meshgrid(np.linspace(x0, x1, 120), np.linspace(y0, y1, 120))
    p = probability(np.column_stack([x.ravel(), y.ravel()])).reshape(x.shape)
    if p.min() < 0.5 < p.max():
        axes.contour(x, y, p, levels=[0.5], colors=[colour], linewidths=2.4, zorder=3)
    axes.set(xlim=(x0, x1), ylim=(y0, y1))
    if shades:
        return axes.contourf(x, y, p, levels=np.linspace(0, 1, 11), cmap="Greys", alpha=0.35, zorder=0)


def _draw_ellipses(axes, mean, covariance, pen):
    """Draw where a Gaussian's density has fallen as at one and at two standard deviations."""
    variances, directions = np.linalg.eigh(covariance)
    angle = np.degrees(np.arctan2(directions[1, 1], directions[0, 1]))
    for deviations in (1, 2):
        height, width = 2 * deviations * np.sqrt(variances)
        style = {"fill": False, "edgecolor": pen.colour, "linestyle": pen.line, "linewidth": 1.8, "zorder": 4}
        axes.add_patch(Ellipse(mean, width, height, angle=angle, **style))
    axes.plot(*mean, marker="+", color=pen.colour, markersize=12, markeredgewidth=2.2, zorder=4)


def _boundary_sentence(points, labels, discriminative, generative, means, axes_names):
    wrong = [np.mean((model(points) > 0.5) != labels) for model in (discriminative, generative)]
    centres = [f"({x:.2f}, {y:.2f}) for {pen.label}" for (x, y), pen in zip(means, CLASSES, strict=True)]
    return (
        f"{len(points):,} e-mails by {axes_names[0]} and {axes_names[1]}, {write_percent(np.mean(labels))} of them "
        f"spam. The discriminative boundary puts {write_percent(wrong[0])} on the wrong side. The generative model is "
        f"a Gaussian for each class, with its centre at {join_words(centres)}; its boundary puts "
        f"{write_percent(wrong[1])} on the wrong side."
    )


@drawing
def learning_curves(sizes, generative, discriminative):
    """Draw test error against the number of training examples, for models of the two kinds.

    Lines are means over the splits; bands reach one standard error to either side.

    Parameters
    ----------
    sizes : sequence of k int
        Numbers of training examples, increasing.
    generative, discriminative : dict of str to array of shape (splits, k)
        Up to three models of each kind: test error, 0 to 1, of each split (at least 2) and size.

    Returns
    -------
    Plot
    """
    sizes = check_rising("sizes", check_counts("sizes", sizes))
    if sizes[0] < 1:
        raise ValueError("sizes must begin at 1 or later: their axis is logarithmic.")
    kinds = (
        (GENERATOR, _check_errors("generative", sizes, generative)),
        (DISCRIMINATOR, _check_errors("discriminative", sizes, discriminative)),
    )
    figure = _layout(WIDTH, 4.2)
    axes = figure.add_subplot(xlabel="e-mails to learn from", ylabel="test error")
    for pen, models in kinds:
        for (name, errors), dashes in zip(models.items(), _DASHES, strict=False):
            mean, error = errors.mean(axis=0), _standard_error(errors)
            axes.fill_between(sizes, mean - error, mean + error, color=pen.colour, alpha=0.18, linewidth=0)
            marker = {"marker": "o" if pen is GENERATOR else "s", "markersize": 4}
            axes.plot(sizes, mean, color=pen.colour, linestyle=dashes, linewidth=1.9, label=name, **marker)
    _size_axis(axes, sizes)
    axes.legend(frameon=False, fontsize=9.5, labelcolor="linecolor", handlelength=3.5)
    return Plot(figure, _learning_sentence(sizes, *(models for _, models in kinds)))


def _check_errors(kind, sizes, models):
    models = check_named(kind, models, len(_DASHES), lambda name, errors: check_numbers(name, errors, None, len(sizes)))
    for name, errors in models.items():
        if len(errors) < 2 or not ((errors >= 0) & (errors <= 1)).all():
            raise ValueError(f"The errors of {name} must be shares from 0 to 1 of at least 2 splits.")
    return models


def _standard_error(errors):
    return errors.std(axis=0, ddof=1) / np.sqrt(len(errors))


def _size_axis(axes, sizes):
    axes.set_xscale("log")
    shown = [size for i, size in enumerate(sizes) if i in (0, len(sizes) - 1) or (i % 2 == 0 and i < len(sizes) - 2)]
    axes.xaxis.set_major_locator(FixedLocator(shown))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.set_ylim(bottom=0)
    axes.grid(axis="y")
    _percent_axis(axes.yaxis)


def _learning_sentence(sizes, generative, discriminative):
    splits = len(next(iter(generative.values())))
    told = [
        f"{name} goes from {100 * errors[:, 0].mean():.1f}% to {100 * errors[:, -1].mean():.1f}%"
        for name, errors in (generative | discriminative).items()
    ]
    pairs = [
        f"{one} and {other} {_meeting(sizes, a.mean(axis=0), b.mean(axis=0))}"
        for one, a in generative.items()
        for other, b in discriminative.items()
    ]
    return (
        f"Test error, mean of {splits} splits, from {sizes[0]:,} to {sizes[-1]:,} e-mails: {join_words(told)}. "
        f"The mean curves of {'; the curves of '.join(pairs)}."
    )


def _meeting(sizes, first, second):
    """Say between which sizes two curves change places."""
    ahead = first < second
    at = np.flatnonzero(ahead[1:] != ahead[:-1])
    if not len(at):
        return "do not cross"
    return f"cross {', and '.join(f'between {sizes[i]:,} and {sizes[i + 1]:,}' for i in at)}"
