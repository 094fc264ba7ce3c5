"""The lab's charts and gauges, as HTML text: pure functions, no widgets, no Matplotlib figure."""

from html import escape
from typing import NamedTuple

import numpy as np

from ganlib.lab import words
from ganlib.plots.style import DISCRIMINATOR, FAKE, GENERATOR, GREY, INK, PALE, PAPER, REAL
from ganlib.thinning import thin_curve

WIDTH, HEIGHT = 400, 178  # of a chart, in its own units
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 26, 20
POINTS = 220  # along a curve: more than can be told apart
MOST_LABELS = 6
BARS = 20  # of the histogram


class Line(NamedTuple):
    """One curve: a column of the history, its name on the chart, its colour and its dashes."""

    column: str
    label: str
    colour: str
    dashes: str


class Panel(NamedTuple):
    """One chart: its title, its curves, and how its axis is scaled ("free", "share" for 0 to 1, or "log")."""

    title: str
    lines: tuple
    scale: str = "free"


def _line(column, pen, label=None):
    return Line(column, label or pen.label, pen.colour, " ".join(str(1.4 * length) for length in pen.dashes))


GAN_PANELS = (
    Panel("Losses", (_line("d_loss", DISCRIMINATOR, "D"), _line("g_loss", GENERATOR, "G"))),
    Panel(
        "D's verdict",
        (
            _line("d_real", REAL),
            _line("d_fake", FAKE),
            _line("d_accuracy", DISCRIMINATOR._replace(dashes=(6, 2, 1, 2)), "accuracy"),
        ),
        "share",
    ),
    Panel("Gradients", (_line("d_gradient", DISCRIMINATOR, "D"), _line("g_gradient", GENERATOR, "G")), "log"),
)


def panels_of(columns):
    """Return the charts for a model that measures these columns: a GAN's three, else one per column, four at most."""
    if {line.column for panel in GAN_PANELS for line in panel.lines} <= set(columns):
        return GAN_PANELS
    return tuple(Panel(name, (_line(name, DISCRIMINATOR, name),)) for name in columns[:4])


# --- charts -----------------------------------------------------------------------------------------------------------


def charts(history, panels, changes=(), window=None, until=None):
    """Draw the curves of a history as SVG, with a mark at every change of a value.

    Parameters
    ----------
    history : mapping of str to ndarray
        With the column `step`.
    panels : sequence of Panel
    changes : sequence of Change
        Their marks are drawn at their steps.
    window : int or None
        How many steps to show, the last ones; all if None.
    until : int or None
        The last step to show; the last one there is if None.

    Returns
    -------
    str
        HTML: one picture a panel, each with a sentence for those who cannot see it.
    """
    steps = np.asarray(history["step"])
    last = until if until is not None else int(steps[-1]) if len(steps) else 1
    first = max(0 if not len(steps) else int(steps[0]) - 1, 0 if window is None else last - window)
    first = min(first, last)  # before the first step that was measured
    here = slice(*np.searchsorted(steps, (first, last), "right"))
    marks = _marks(changes, first, last)
    return "".join(_panel(panel, steps[here], history, here, first, max(last, first + 1), marks) for panel in panels)


def _marks(changes, first, last):
    """Return one (step, label) for every step at which something changed."""
    found = {}
    for change in changes:
        if first < change.step <= last:
            found.setdefault(change.step, []).append(words.change(change.name, change.value))
    return [(step, ", ".join(told)) for step, told in found.items()]


def _panel(panel, steps, history, here, first, last, marks):
    curves = [(line, *thin_curve(steps, history[line.column][here], POINTS)) for line in panel.lines]
    low, high = _limits(panel.scale, [values for *_, values in curves])
    scale = np.log10 if panel.scale == "log" else np.asarray
    number = ".2f" if panel.scale == "share" else ".3g"

    def x(step):
        return LEFT + (step - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value):
        share = (scale(np.clip(value, low, high)) - scale(low)) / (scale(high) - scale(low))
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [_grid(low, high, y, first, last), *_mark_lines(marks, x)]
    legend = WIDTH - RIGHT
    for line, at, values in curves:
        if len(at):
            path = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(x(at), y(values), strict=True))
            parts.append(_polyline(path, line))
    for line, _, values in reversed(curves):
        now = f"{line.label} {values[-1]:{number}}" if len(values) else line.label
        legend -= 6.6 * len(now)
        parts.append(f'<text x="{legend:.0f}" y="15" fill="{line.colour}" font-weight="600">{escape(now)}</text>')
        legend -= 24
        parts.append(_polyline(f"{legend:.0f},11 {legend + 20:.0f},11", line))
        legend -= 6
    told = ", ".join(f"{line.label} {values[-1]:.3g}" for line, _, values in curves if len(values))
    sentence = f"{panel.title} up to step {last:,}: {told or 'nothing measured yet'}."
    return _svg(panel.title, sentence, parts)


def _limits(scale, columns):
    """Return the ends of the vertical axis; rare spikes do not set them."""
    if scale == "share":
        return 0.0, 1.0
    values = np.concatenate(columns) if columns else np.zeros(0)
    if scale == "log":
        values = values[values > 0]
    if not len(values):
        return (0.1, 10.0) if scale == "log" else (0.0, 1.0)
    low, high = (float(end) for end in np.percentile(values, (0.5, 99.5)))
    if scale == "log":
        return low / 1.5, high * 1.5
    margin = 0.08 * (high - low) or 0.5
    return (0.0 if 0 <= low < 0.6 * high else low - margin), high + margin


def _grid(low, high, y, first, last):
    middle = float(np.sqrt(low * high)) if low > 0 and high / low > 20 else (low + high) / 2
    parts = []
    for value in (low, middle, high):
        at = y(value)
        parts.append(f'<path d="M{LEFT} {at:.1f}H{WIDTH - RIGHT}" stroke="{PALE}"/>')
        parts.append(f'<text x="{LEFT - 5}" y="{at + 4:.1f}" text-anchor="end" fill="{GREY}">{value:.3g}</text>')
    foot = HEIGHT - 5
    parts.append(f'<text x="{LEFT}" y="{foot}" fill="{GREY}">step {first:,}</text>')
    parts.append(f'<text x="{WIDTH - RIGHT}" y="{foot}" text-anchor="end" fill="{GREY}">{last:,}</text>')
    return "".join(parts)


def _mark_lines(marks, x):
    """Draw a dashed line at every change, and the words of the last few that have room."""
    free = WIDTH + 1.0
    for number, (step, label) in enumerate(reversed(marks)):
        at = x(step)
        line = f'<path d="M{at:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{GREY}" stroke-dasharray="2 3">'
        yield f"{line}<title>{escape(label)}</title></path>"
        short = label if len(label) <= 26 else label[:25] + "…"
        width = 5.6 * len(short)
        if number >= MOST_LABELS:
            continue
        if at + 3 + width < free:
            yield _mark_text(at + 3, "start", short)
            free = at
        elif free > WIDTH and at - 3 - width > LEFT:
            yield _mark_text(at - 3, "end", short)
            free = at - 3 - width


def _mark_text(x, anchor, text):
    return f'<text x="{x:.1f}" y="{TOP + 10}" text-anchor="{anchor}" fill="{INK}" font-size="10">{escape(text)}</text>'


def _polyline(path, line):
    dashes = f' stroke-dasharray="{line.dashes}"' if line.dashes else ""
    return f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="1.6"{dashes}/>'


def _svg(title, sentence, parts):
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="{escape(sentence)}" class="ganlib-chart" '
        f'font-family="sans-serif" font-size="11"><rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>'
        f'<text x="8" y="15" font-weight="700" fill="{INK}">{escape(title)}</text>{"".join(parts)}</svg>'
    )


def histogram(real, fake, scale=None):
    """Draw how D's scores are spread: real pictures upwards, fakes downwards.

    Parameters
    ----------
    real, fake : ndarray
        Scores (n,): probabilities in 0..1, or a critic's.
    scale : tuple of float or None
        A critic's lowest and highest score.

    Returns
    -------
    str
        HTML.
    """
    low, high = scale or (0, 1)
    high = max(high, low + 1e-6)
    middle, room = (HEIGHT - BOTTOM + TOP) / 2, (HEIGHT - BOTTOM - TOP) / 2
    width = (WIDTH - LEFT - RIGHT) / BARS
    parts = [f'<path d="M{LEFT} {middle}H{WIDTH - RIGHT}" stroke="{GREY}"/>']
    for scores, pen, up in ((real, REAL, True), (fake, FAKE, False)):
        shares = np.histogram(np.clip(scores, low, high), BARS, (low, high))[0] / max(len(scores), 1)
        for bar, share in enumerate(shares):
            tall = room * share
            top = middle - tall if up else middle
            pattern = f'fill="{pen.colour}"' if up else f'fill="{PAPER}" stroke="{pen.colour}"'
            box = f'x="{LEFT + bar * width + 1:.1f}" y="{top:.1f}" width="{width - 2:.1f}" height="{tall:.1f}"'
            parts.append(f"<rect {box} {pattern}/>")
        at = TOP + 8 if up else HEIGHT - BOTTOM - 4
        parts.append(
            f'<text x="{LEFT - 5}" y="{at}" text-anchor="end" fill="{pen.colour}" font-weight="600">{pen.label}</text>'
        )
    ends = ("0 fake", "0.5", "real 1") if scale is None else (f"{low:.3g}", f"{(low + high) / 2:.3g}", f"{high:.3g}")
    for at, label in zip((LEFT, (LEFT + WIDTH - RIGHT) / 2, WIDTH - RIGHT), ends, strict=True):
        anchor = "start" if at == LEFT else "end" if at == WIDTH - RIGHT else "middle"
        parts.append(f'<text x="{at}" y="{HEIGHT - 5}" text-anchor="{anchor}" fill="{GREY}">{label}</text>')
    if scale is not None:
        sentence = (
            f"D is a critic, whose scores are no probabilities: {len(real)} real pictures get {np.mean(real):.3g} on "
            f"average, {len(fake)} fakes {np.mean(fake):.3g}."
        )
        return _svg("D's scores of single pictures, as a critic", sentence, parts)
    sentence = (
        f"D's scores: of {len(real)} real pictures {np.mean(np.asarray(real) > 0.5):.0%} are above 0.5, "
        f"of {len(fake)} fakes {np.mean(np.asarray(fake) > 0.5):.0%}."
    )
    return _svg("D's scores of single pictures", sentence, parts)


# --- gauges -----------------------------------------------------------------------------------------------------------


def gauge(title, reading, ends):
    """Draw a gauge with its words.

    Parameters
    ----------
    title : str
    reading : words.Reading
    ends : tuple of (float, str)
        The two ends of the scale: level and name.
    """
    (low, left), (high, right) = ends
    pointer = ""
    if reading.level is not None:
        at = 4 + 192 * (float(np.clip(reading.level, low, high)) - low) / (high - low)
        pointer = f'<path d="M{at:.1f} 2l5 7v9h-10v-9z" fill="{INK}"/>'
    drawing = (
        f'<svg viewBox="0 0 200 20" width="200" height="20" aria-hidden="true"><rect y="8" width="200" height="6" '
        f'fill="{PALE}" stroke="{GREY}" stroke-width="0.5"/><path d="M100 6v10" stroke="{GREY}"/>{pointer}</svg>'
    )
    return (
        f'<div class="ganlib-gauge"><b>{escape(title)}: {escape(reading.word)}</b><br>'
        f"<small>{escape(left)}</small> {drawing} <small>{escape(right)}</small>"
        f"<div>{escape(reading.sentence)}</div></div>"
    )


ENDED = "ganlib-ended"  # the class of a box whose kernel has said goodbye; others, JupyterLab marks itself
STYLE = f"""<style>
.ganlib-charts {{display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 380px), 1fr)); gap: 6px}}
.ganlib-chart {{border: 1px solid {PALE}}}
.ganlib-gauge {{line-height: 1.35; min-height: 6.2em}}
.ganlib-number input {{appearance: textfield; padding: 0 4px}}
.ganlib-number input::-webkit-inner-spin-button {{appearance: none}}
.ganlib-status {{line-height: 1.4; min-height: 2.8em; font-variant-numeric: tabular-nums}}
.ganlib-message {{border-left: 4px solid {GENERATOR.colour}; padding-left: 8px}}
.ganlib.jupyter-widgets-disconnected::before, .{ENDED}::before {{
  content: "The kernel was restarted or has ended: run this cell again, or load the page anew."; display: block;
  border-left: 4px solid {GENERATOR.colour}; padding: 4px 8px; font-weight: 600}}
.ganlib-picture {{image-rendering: pixelated; max-width: none}}
</style>"""
