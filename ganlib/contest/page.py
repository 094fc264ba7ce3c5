"""The page of a contest: one file, with every film and curve in it, that needs no network and runs no code."""

import base64
from html import escape

from ganlib.contest.ranking import HEAD
from ganlib.export.gif import draw_frame, gif_bytes
from ganlib.lab import theme, views, words
from ganlib.plots.style import GREY, INK, PALE, PAPER
from ganlib.thinning import some_of
from ganlib.training import atomic_write

SHOWN = 6  # samples of an entry on the page; unlike the film, they are printed, too
SECONDS, HOLD = 0.15, 2.0  # of a frame of the film, and of its last one


def write(path, rules, standings, refused):
    """Write the page.

    Parameters
    ----------
    path : Path
    rules : Rules
    standings : list of Standing
    refused : list of Entry
    """
    entries = "".join(_entry(number, standing) for number, standing in enumerate(standings))
    page = _PAGE.format(
        charts=theme.STYLE,
        style=_STYLE,
        steps=f"{rules.steps:,}",
        recipe=escape(rules.recipe),
        pictures=f"{rules.pictures:,}",
        secret=rules.secret,
        table=_table(standings),
        refused=_refused(refused),
        entries=entries,
    )
    with atomic_write(path) as file:
        file.write(page.encode())


def _table(standings):
    head = "".join(f'<th scope="col">{title}</th>' for title in HEAD)
    rows = "".join(_row(number, standing) for number, standing in enumerate(standings))
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _row(number, standing):
    rank, name, *cells = standing.cells
    kind = ' class="house"' if standing.rank is None else ""
    link = f'<th scope="row"><a href="#entry{number}">{escape(name)}</a></th>'
    return f"<tr{kind}><td>{rank}</td>{link}{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _refused(refused):
    if not refused:
        return ""
    items = "".join(f"<li><b>{escape(entry.name)}</b>: {escape(entry.fault)}.</li>" for entry in refused)
    return f"<h2>Not in the contest</h2><ul>{items}</ul>"


def _entry(number, standing):
    """Return the part of the page that shows one entry: its pictures, film, curves and changes."""
    recording, name = standing.result.recording, escape(standing.entry.name)
    rank = "House entry" if standing.rank is None else f"Rank {standing.rank}"
    score = f"MNIST-FD {standing.result.scores['mnist_fd']:.1f}"
    charts = views.charts(recording.history, views.panels_of(recording.columns), recording.changes)
    return (
        f'<section class="entry" id="entry{number}"><h3>{name}</h3><p>{rank}, {score}. {_weights(standing)}</p>'
        f'{_pictures(recording)}{_film(recording, name)}<div class="ganlib-charts">{charts}</div>'
        f"{_changes(recording.changes)}</section>"
    )


def _weights(standing):
    told = standing.entry.session.weights
    if told is None:
        return ""
    if told == standing.result.weights:
        return "The replay ended in the very weights that the lab had, bit for bit."
    return "The lab had other weights at the end: another kind of computer rounds differently, or the file was changed."


def _pictures(recording):
    items = "".join(
        f'<li><img src="{_data("png", recording.png(frame))}" alt="25 digits, drawn from the same random numbers">'
        f"step {recording.steps[frame]:,}</li>"
        for frame in some_of(range(len(recording.steps)), SHOWN)
    )
    return f'<ul class="pictures">{items}</ul>'


def _film(recording, name):
    """Return the film in a fold: it moves once somebody opens it, and is gone when they close it."""
    frames = [draw_frame(frame, int(step)) for step, frame in zip(recording.steps, recording.frames, strict=True)]
    film = gif_bytes(frames, [SECONDS] * (len(frames) - 1) + [HOLD])
    alt = f"The film of {name}: 25 digits from step {recording.steps[0]:,} to step {recording.steps[-1]:,}."
    return (
        f"<details><summary>Film of {len(frames)} frames</summary>"
        f'<img src="{_data("gif", film)}" alt="{alt}"></details>'
    )


def _changes(changes):
    if not changes:
        return "<p>Nothing was changed.</p>"
    items = "".join(f"<li>step {c.step:,}: {escape(words.change(c.name, c.value))}</li>" for c in changes)
    count = f"{len(changes):,} change{'' if len(changes) == 1 else 's'}"
    return f"<details><summary>{count}</summary><ul>{items}</ul></details>"


def _data(kind, content):
    return f"data:image/{kind};base64,{base64.b64encode(content).decode()}"


_STYLE = f"""<style>
:root {{color-scheme: light}}
body {{font: 16px/1.5 system-ui, sans-serif; color: {INK}; background: {PAPER}; max-width: 72rem; margin: 2rem auto;
  padding: 0 1rem; overflow-wrap: anywhere}}
.wide {{overflow-x: auto}}
table {{border-collapse: collapse}}
th, td {{padding: 0.3rem 0.8rem; text-align: right; border-bottom: 1px solid {PALE}; overflow-wrap: normal}}
thead th {{white-space: nowrap}}
th:nth-child(2) {{text-align: left}}
tbody th {{font-weight: normal}}
.house {{color: {GREY}; font-style: italic}}
.entry {{border-top: 1px solid {PALE}; margin-top: 1.5rem}}
.pictures {{display: flex; flex-wrap: wrap; gap: 0.6rem; list-style: none; padding: 0}}
.pictures li {{font-size: 0.85rem}}
.pictures img {{display: block; width: 145px; image-rendering: pixelated}}
details {{margin: 0.6rem 0}}
details img {{width: 290px; max-width: 100%; image-rendering: pixelated}}
summary {{cursor: pointer; padding: 0.2rem 0}}
@media print {{details {{display: none}} .entry {{break-inside: avoid}}}}
</style>"""
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<title>The contest</title>{charts}{style}</head><body><main><h1>The contest</h1>
<p>Everybody steered the same GAN, <i>{recipe}</i>, for at most {steps} steps. Each session was replayed on one
computer, and {pictures} of its digits were judged: the lowest MNIST-FD, the distance to real digits, wins. House
entries are recipes of this kit, shortened to the same number of steps; they take no rank.</p>
<div class="wide" role="region" aria-label="The table of the contest" tabindex="0">{table}</div>{refused}
<h2>The entries</h2>{entries}
<h2>How it was judged</h2>
<p>The real digits that decide, and the random numbers that the pictures are drawn from, follow from the number
{secret}, which was drawn when the contest began: no score that anybody saw before used them. Where two distances are
the same to one decimal, the tie-breaker decides: a distance to other real digits, with other random numbers. A step
counts once for each update of the network that made more of them. Other random numbers would change a distance by one
percent or so: entries that are closer together than that are equally good.</p></main></body></html>
"""
