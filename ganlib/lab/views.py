"""The lab's diagram, charts and gauges, as HTML text: pure functions, no widgets, no Matplotlib figure."""

from functools import partial
from html import escape
from typing import NamedTuple

import numpy as np

from ganlib.lab import words
from ganlib.lab.theme import GREY, INK, PALE, PAPER, colour_of
from ganlib.plots.style import DISCRIMINATOR, FAKE, GENERATOR, REAL
from ganlib.thinning import thin_curve

WIDTH, HEIGHT = 400, 160  # of a chart, in its own units
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 26, 20
POINTS = 220  # along a curve: more than can be told apart
MOST_LABELS = 6
THIN_DASHES = "3 2"  # of the curves of another run
LONGEST_NAME = 36  # letters of its name under a chart
BARS = 20  # of the histogram
NARROW, SHORT = 240, 130  # of the histogram, in its own units


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
    return Line(column, label or pen.label, colour_of(pen), " ".join(str(1.4 * length) for length in pen.dashes))


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
    Panel("Gradients", (_line("d_grad_norm", DISCRIMINATOR, "D"), _line("g_grad_norm", GENERATOR, "G")), "log"),
)


def panels_of(columns):
    """Return the charts for a model that measures these columns: a GAN's three, else one per column, four at most."""
    if {line.column for panel in GAN_PANELS for line in panel.lines} <= set(columns):
        return GAN_PANELS
    return tuple(Panel(name, (_line(name, DISCRIMINATOR, name),)) for name in columns[:4])


# --- charts -----------------------------------------------------------------------------------------------------------


class Beside(NamedTuple):
    """Another run, whose curves are drawn thin in the same charts: its name, its history and its changes."""

    name: str
    history: object
    changes: tuple = ()


def charts(history, panels, changes=(), window=None, until=None, beside=None):
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
    beside : Beside or None
        Another run. If `until` is None, all of it is shown, or as much as fits into the window.

    Returns
    -------
    str
        HTML: one picture per panel, each with a sentence for those who cannot see it.
    """
    steps = np.asarray(history["step"])
    last = until if until is not None else int(steps[-1]) if len(steps) else 1
    if beside and until is None and len(beside.history["step"]):
        ahead = int(beside.history["step"][-1])
        last = max(last, ahead if window is None else min(ahead, window))
    first = max(first_of(history), 0 if window is None else last - window)
    first = min(first, last)
    span = first, max(last, first + 1)
    runs = [history] + ([beside.history] if beside else [])
    curves = [[_curves(panel, run, first, last) for run in runs] for panel in panels]
    marks = _marks(changes, first, last), _marks(beside.changes, first, last) if beside else []
    name = beside.name if beside else ""
    return "".join(_panel(panel, *span, drawn, marks, name) for panel, drawn in zip(panels, curves, strict=True))


def first_of(history):
    """Return the step at which charts of a history begin: before the first one that was measured."""
    steps = history["step"]
    return max(0, int(steps[0]) - 1) if len(steps) else 0


def _curves(panel, history, first, last):
    """Return the curves of a panel in a stretch of a history, each its line, its steps and its values."""
    steps = np.asarray(history["step"])
    here = slice(*np.searchsorted(steps, (first, last), "right"))
    unknown = np.full(len(steps), np.nan)
    found = [(line, np.asarray(history.get(line.column, unknown))) for line in panel.lines]
    return [(line, *thin_curve(steps[here], values[here], POINTS)) for line, values in found]


def _marks(changes, first, last):
    """Return one (step, label) for every step at which something changed."""
    found = {}
    for change in changes:
        if first < change.step <= last:
            found.setdefault(change.step, []).append(words.change(change.name, change.value))
    return [(step, ", ".join(told)) for step, told in found.items()]


def _panel(panel, first, last, runs, marks, name):
    curves, others = (*runs, [])[:2]
    low, high = _limits(panel.scale, [values for *_, values in curves + others])
    scale = np.log10 if panel.scale == "log" else np.asarray
    number = ".2f" if panel.scale == "share" else ".3g"

    def x(step):
        return LEFT + (step - first) / (last - first) * (WIDTH - LEFT - RIGHT)

    def y(value):
        share = (scale(np.clip(value, low, high)) - scale(low)) / (scale(high) - scale(low))
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)

    parts = [_grid(low, high, y, first, last), *_mark_lines(marks[0], x), *map(partial(_faint, name, x), marks[1])]
    parts += [_polyline(_path(x(at), y(values)), line, thin=True) for line, at, values in others if len(at)]
    legend = WIDTH - RIGHT
    for line, at, values in curves:
        if len(at):
            parts.append(_polyline(_path(x(at), y(values)), line))
    for line, _, values in reversed(curves):
        now = f"{line.label} {values[-1]:{number}}" if len(values) else line.label
        legend -= 7.0 * len(now)
        parts.append(f'<text x="{legend:.0f}" y="15" fill="{line.colour}" font-weight="600">{escape(now)}</text>')
        legend -= 24
        parts.append(_polyline(f"{legend:.0f},11 {legend + 20:.0f},11", line))
        legend -= 10
    sentence = f"{panel.title} up to step {last:,}: {_ends(curves)}."
    if name:
        parts.append(_foot_note(name))
        sentence += f" Thin, {name}: {_ends(others)}."
    return _svg(panel.title, sentence, parts)


def _ends(curves):
    """Say where curves end."""
    told = ", ".join(f"{line.label} {values[-1]:.3g}" for line, _, values in curves if len(values))
    return told or "nothing measured yet"


def _path(xs, ys):
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(xs, ys, strict=True))


def _foot_note(name):
    """Say at the foot of a chart to which run the thin curves belong."""
    at, short = (LEFT + WIDTH - RIGHT) / 2, name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"
    left, foot = at - 3 * len(short), HEIGHT - 5
    line = Line("", "", GREY, "")
    return (
        f"{_polyline(f'{left - 24:.0f},{foot - 4} {left - 4:.0f},{foot - 4}', line, thin=True)}"
        f'<text x="{left:.0f}" y="{foot}" fill="{GREY}">{escape(short)}</text>'
    )


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


def _faint(name, x, mark):
    """Draw a dotted line where something changed in the other run; its words show when the mouse rests on it."""
    step, label = mark
    line = f'<path d="M{x(step):.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="{GREY}" stroke-dasharray="1 4">'
    return f"{line}<title>{escape(f'{name}: {label}')}</title></path>"


def _mark_text(x, anchor, text):
    return f'<text x="{x:.1f}" y="{TOP + 10}" text-anchor="{anchor}" fill="{INK}" font-size="10">{escape(text)}</text>'


def _polyline(path, line, thin=False):
    width, dashes = (1, THIN_DASHES) if thin else (1.6, line.dashes)
    dashes = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{path}" fill="none" stroke="{line.colour}" stroke-width="{width}"{dashes}/>'


def _svg(title, sentence, parts, width=WIDTH, height=HEIGHT):
    return (
        f'<svg viewBox="0 0 {width} {height}" role="img" aria-label="{escape(sentence)}" class="ganlib-chart" '
        f'font-family="sans-serif" font-size="12">'
        f'<text x="0" y="15" font-weight="700" fill="{INK}">{escape(title)}</text>{"".join(parts)}</svg>'
    )


def histogram(real, fake, scale=None, what="pictures"):
    """Draw how D's scores are spread: those of real pictures or points upwards, those of fakes downwards.

    Parameters
    ----------
    real, fake : ndarray
        Scores (n,): probabilities in 0..1, or a critic's.
    scale : tuple of float or None
        A critic's lowest and highest score.
    what : str
        What the model makes: "pictures", "digits" or "points".

    Returns
    -------
    str
        HTML.
    """
    low, high = scale or (0, 1)
    high = max(high, low + 1e-6)
    left, right, foot = 34, NARROW - 4, SHORT - BOTTOM
    middle, room = (foot + TOP) / 2, (foot - TOP) / 2
    width = (right - left) / BARS
    parts = [f'<path d="M{left} {middle}H{right}" stroke="{GREY}"/>']
    counted = [
        np.histogram(np.clip(scores, low, high), BARS, (low, high))[0] / max(len(scores), 1) for scores in (real, fake)
    ]
    tallest = max(np.max(counted), 1e-12)
    for shares, pen, up in zip(counted, (REAL, FAKE), (True, False), strict=True):
        colour = colour_of(pen)
        for bar, share in enumerate(shares / tallest):
            tall = room * share
            top = middle - tall if up else middle
            pattern = f'fill="{colour}"' if up else f'fill="{PAPER}" stroke="{colour}"'
            box = f'x="{left + bar * width + 1:.1f}" y="{top:.1f}" width="{width - 2:.1f}" height="{tall:.1f}"'
            parts.append(f"<rect {box} {pattern}/>")
        at = TOP + 10 if up else foot - 4
        parts.append(f'<text x="0" y="{at}" fill="{colour}" font-weight="600">{pen.label}</text>')
    ends = ("0 fake", "0.5", "real 1") if scale is None else (f"{low:.3g}", f"{(low + high) / 2:.3g}", f"{high:.3g}")
    for at, anchor, label in zip((left, (left + right) / 2, right), ("start", "middle", "end"), ends, strict=True):
        parts.append(f'<text x="{at}" y="{SHORT - 5}" text-anchor="{anchor}" fill="{GREY}">{label}</text>')
    if scale is not None:
        sentence = (
            f"D is a critic, whose scores are no probabilities: {len(real)} real {what} get {np.mean(real):.3g} on "
            f"average, {len(fake)} fakes {np.mean(fake):.3g}."
        )
        return _svg("D's scores, as a critic", sentence, parts, NARROW, SHORT)
    sentence = (
        f"D's scores: of {len(real)} real {what} {np.mean(np.asarray(real) > 0.5):.0%} are above 0.5, "
        f"of {len(fake)} fakes {np.mean(np.asarray(fake) > 0.5):.0%}."
    )
    return _svg(f"D's scores of single {what}", sentence, parts, NARROW, SHORT)


# --- gauges -----------------------------------------------------------------------------------------------------------


def gauge(title, reading, ends):
    """Draw a gauge with its words.

    Parameters
    ----------
    title : str
    reading : words.Reading
    ends : tuple of (float, str, str)
        The two ends of the scale: level, name and colour.

    Returns
    -------
    str
        HTML.
    """
    (low, left, cool), (high, right, warm) = ends
    pointer = ""
    if reading.level is not None:
        share = (float(np.clip(reading.level, low, high)) - low) / (high - low)
        pointer = f'<i style="left: {share:.1%}"></i>'
    return (
        f'<div class="ganlib-gauge"><div class="ganlib-word"><span>{escape(title)}</span> <b>{escape(reading.word)}</b>'
        f'</div><div class="ganlib-scale" aria-hidden="true" style="background: linear-gradient(90deg, {cool}, {PALE} '
        f'45% 55%, {warm})">{pointer}</div><div class="ganlib-ends"><b style="color: {cool}">{escape(left)}</b>'
        f'<b style="color: {warm}">{escape(right)}</b></div><div>{escape(reading.sentence)}</div></div>'
    )


# --- the loop ---------------------------------------------------------------------------------------------------------

LOOP_HEIGHT = 104  # pixels; the width is that of the page
LANE, LOWER, MIDDLE, FOOT = 26, 62, 44, 78  # heights: the fakes, the real ones, what lies between, the boxes' feet


class Act(NamedTuple):
    """What happens at one moment of a step: the nodes and the arrows at work, and a clause that says it."""

    parts: frozenset
    sentence: str


ACTS = {
    "make": Act(frozenset({"latent", "g", "fake", "feed", "make"}), "the generator makes fakes"),
    "judge": Act(frozenset({"fake", "real", "d", "verdict", "show", "compare", "say"}), "the discriminator judges"),
    "d_loss": Act(frozenset({"verdict", "say"}), "the discriminator's loss is computed"),
    "teach_d": Act(frozenset({"d", "d_back"}), "the discriminator learns from its gradient"),
    "g_loss": Act(frozenset({"fake", "d", "verdict", "show", "say"}), "the generator's loss is computed"),
    "teach_g": Act(frozenset({"g", "fake", "make", "g_back"}), "the generator learns from its gradient"),
}


class _Node(NamedTuple):
    name: str
    kind: str  # "g", "d", "real", "fake" or "": whose colour it has
    left: float  # percent of the width
    right: float
    top: float
    foot: float
    words: tuple
    short: str


def loop(acts=(), held=(), *, critic=False, what="digits", labels=False):
    """Draw who feeds whom: what is at work is lit, and gradients flow backwards where a network learns.

    Parameters
    ----------
    acts : iterable of str
        Keys of `ACTS`: what happens at the moment.
    held : iterable of str
        "d", "g" or both: the networks that do not learn.
    critic : bool
        Whether the verdict is a score rather than a probability.
    what : str
        What the real examples are: "digits", "pictures" or "points".
    labels : bool
        Whether both networks are told a class.

    Returns
    -------
    str
        HTML: a picture as wide as the page, with a sentence for those who cannot see it.
    """
    acts = [act for act in acts if act.removeprefix("teach_") not in held]
    lit = frozenset().union(*(ACTS[act].parts for act in acts))
    nodes = (
        _Node("latent", "", 0.2, 8, 24, 64, ("Latent +", "a label") if labels else ("Latent", "vectors"), "z"),
        _Node("g", "g", 10.2, 23.2, 10, FOOT, ("Generator", _duty("g", held)), "G"),
        _Node("fake", "fake", 30, 41, LANE - 14, LANE + 14, ("Fakes",), "fake"),
        _Node("real", "real", 59, 70, LOWER - 14, LOWER + 14, (f"Real {what}",), "real"),
        _Node("d", "d", 76.8, 89.8, 10, FOOT, ("Discriminator", _duty("d", held)), "D"),
        _Node("verdict", "", 92, 99.8, 24, 64, ("Verdict", "any number" if critic else "0 to 1"), "?"),
    )
    arrows = (
        ("feed", "", 8, 10.2, MIDDLE),
        ("make", "fake", 23.2, 30, LANE),
        ("show", "fake", 41, 76.8, LANE),
        ("compare", "real", 70, 76.8, LOWER),
        ("say", "d", 89.8, 92, MIDDLE),
    )
    parts = [_arrow(name in lit, *arrow) for name, *arrow in arrows]
    parts += [_back("g" if name == "g_back" else "d", name in lit, at, foot) for name, at, foot in _BACKS]
    parts += [_node(node, node.name in lit, node.name in held) for node in nodes]
    return (
        f'<svg class="ganlib-loop" height="{LOOP_HEIGHT}" role="img" aria-label="{escape(_told(acts, held, what))}">'
        f"{''.join(parts)}</svg>"
    )


_BACKS = (("d_back", 83.3, 89), ("g_back", 16.7, 99))  # where it ends, in percent, and the height of its lane


def _duty(letter, held):
    return "held still" if letter in held else {"g": "makes fakes", "d": "judges"}[letter]


def _told(acts, held, what):
    """Say what the diagram shows."""
    still = [{"g": "generator", "d": "discriminator"}[letter] for letter in "gd" if letter in held]
    acts = [ACTS[act].sentence for act in acts]
    now = "Now they train." if len(acts) > 1 else f"Now {acts[0]}." if acts else "Nothing moves at the moment."
    return (
        f"Latent vectors feed the generator. Its fakes and the real {what} feed the discriminator, whose verdict "
        f"teaches both. {now}" + "".join(f" The {name} is held still." for name in still)
    )


def _arrow(lit, kind, start, end, y):
    line = f'<line x1="{start}%" y1="{y}" x2="{end}%" y2="{y}"/>'
    return f'<g class="{kind}{" on" * lit}">{line}{_head(end, y, "l-8-4v8z")}</g>'


def _back(kind, lit, at, foot):
    """Draw a gradient's way from the verdict back to a network, under the boxes."""
    start = 95 if kind == "d" else 97
    ways = ((start, 64, start, foot), (start, foot, at, foot), (at, foot, at, FOOT + 2))
    lines = "".join(f'<line x1="{a}%" y1="{b}" x2="{c}%" y2="{d}"/>' for a, b, c, d in ways)
    name = f'<text class="full" x="50%" y="{foot - 4}">gradient</text>' if kind == "g" else ""
    return f'<g class="back {kind}{" on" * lit}">{lines}{_head(at, FOOT + 1, "l-4 8h8z")}{name}</g>'


def _head(x, y, shape):
    return f'<svg class="head" x="{x}%" y="{y}"><path d="M0 0{shape}"/></svg>'


def _node(node, lit, still):
    centre, middle = (node.left + node.right) / 2, (node.top + node.foot) / 2 + 4.5
    first = middle - 8 * (len(node.words) - 1)
    lines = "".join(
        f'<text class="full {"sub" if n else "name"}" x="{centre}%" y="{first + 16 * n}">{escape(word)}</text>'
        for n, word in enumerate(node.words)
    )
    return (
        f'<g class="{node.kind}{" on" * lit}{" held" * still}"><rect x="{node.left}%" y="{node.top}" rx="6" '
        f'width="{node.right - node.left:.1f}%" height="{node.foot - node.top}"/>{lines}'
        f'<text class="short name" x="{centre}%" y="{middle}">{node.short}</text></g>'
    )
