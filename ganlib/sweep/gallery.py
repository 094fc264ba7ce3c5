"""The gallery: one HTML page with the map, the samples and every run; nothing on it comes from elsewhere."""

import base64
import html
import itertools
import os
import warnings
from pathlib import Path

import numpy as np
import pandas
from PIL import Image

from ganlib import plots
from ganlib.judge.signs import MEANING
from ganlib.sweep.kernel import CURVES, SAMPLES
from ganlib.sweep.runner import NOTEBOOK
from ganlib.sweep.table import ABOUT
from ganlib.training.files import atomic_write
from ganlib.training.samples import GREY

PAGE = "index.html"
SHOWN = 300  # runs with a picture; more would make a page that no browser likes
DRAWN = 8  # runs with curves
MAPPED = 50  # values of a parameter that a map has room for
LARGEST, HEAVIEST = 2048, 2_000_000  # pixels per side of a picture; bytes of a picture, or of curves
LONGEST = 200  # letters of a value
SCORE, CURVE = "mnist_fd", "d_accuracy"
_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 72rem; margin: 2rem auto }
table { border-collapse: collapse; font-size: 0.85rem }
th, td { padding: 0.25rem 0.6rem; text-align: left; border-bottom: 1px solid #e4e4e4 }
th { position: sticky; top: 0; background: #fff }
td img { width: 84px; image-rendering: pixelated; display: block }
figure { margin: 1rem 0 }
.wide { overflow-x: auto }
.failed { color: #b00020 }
"""


def write(folder, frame):
    """Write `index.html` into a sweep's folder.

    Parameters
    ----------
    folder : Path
    frame : pandas.DataFrame
        The sweep's table.
    """
    axes = varied(frame)
    figures = "".join(_figures(folder, frame, axes))
    words = "".join(
        f"<li><b>{name}</b>: {told}</li>" for name, told in MEANING.items() if name in set(frame["outcome"])
    )
    counts = ", ".join(f"{count} {name}" for name, count in frame["outcome"].value_counts().items())
    page = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A sweep of {len(frame)} runs</title>'
        f"<style>{_STYLE}</style></head><body><h1>A sweep of {len(frame):,} runs</h1><p>{html.escape(counts)}.</p>"
        f'<ul>{words}</ul>{figures}<h2>Every run</h2><div class="wide">{_table(folder, frame)}</div></body></html>\n'
    )
    with atomic_write(Path(folder) / PAGE) as file:
        file.write(page.encode())


def varied(frame):
    """Return the parameters of a table that differ between its runs, except for the seed."""
    parameters = list(frame.columns[1 : list(frame.columns).index("outcome")])
    return [name for name in parameters if name != "seed" and frame[name].nunique() > 1]


def samples(folder, frame):
    """Return the picture of samples of every run in a table, grey or RGB bytes; None where none can be read."""
    return [_picture(Path(folder) / "runs" / run / SAMPLES) for run in frame["id"]]


def _picture(path):
    if not _is_small(path):
        return None
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path, formats=["PNG"]) as image:
            mode = "L" if image.mode in GREY else "RGB"
            return np.asarray(image.convert(mode)) if max(image.size) <= LARGEST else None
    except Exception:  # Pillow has a dozen kinds for a picture that is broken, and one run's must not cost the page
        return None


def _is_small(path):
    return os.path.isfile(path) and os.path.getsize(path) <= HEAVIEST


def curves(folder, run):
    """Return the curves of a run, a pandas.DataFrame with `step` and `d_accuracy`; None where none can be read."""
    path = Path(folder) / "runs" / run / CURVES
    try:
        table = pandas.read_csv(path) if _is_small(path) else pandas.DataFrame()
    except (OSError, ValueError):
        return None
    if not {"step", CURVE} <= set(table):
        return None
    table = table.apply(pandas.to_numeric, errors="coerce").replace([np.inf, -np.inf], np.nan)
    table = table.dropna(subset=["step", CURVE])
    return table if len(table) else None


def _figures(folder, frame, axes):
    """Yield the figures as HTML. One that cannot be drawn, for whatever a run has left, must not cost the page."""
    for draw in (_draw_map, _draw_samples, _draw_curves):
        try:
            plot = draw(folder, frame, axes)
            yield f"<figure>{plot._repr_html_()}</figure>" if plot else ""
        except Exception as error:
            yield f"<p>A figure is left out: {html.escape(str(error))}</p>"


def _place(frame, axes):
    """Return the two parameters that vary most, across and up, and the runs that have both."""
    most = sorted(axes, key=lambda name: -frame[name].nunique())[:2]
    x, y = sorted(most, reverse=True)  # the generator's rate across, the discriminator's up
    return x, y, frame.dropna(subset=[x, y])


def _draw_map(folder, frame, axes):
    if len(axes) < 2:
        return None
    x, y, placed = _place(frame, axes)
    if not _fits(placed, x, y):
        raise ValueError(f"a map has room for {MAPPED} values of a parameter, and there are more of {x} or {y}.")
    if SCORE in placed:
        placed = placed.assign(**{SCORE: pandas.to_numeric(placed[SCORE], errors="coerce")})
    title = "Where the training led"
    return plots.outcome_map(placed, x, y, SCORE if SCORE in placed else None, title=title) if len(placed) else None


def _draw_samples(folder, frame, axes):
    if len(axes) < 2:
        return None
    x, y, placed = _place(frame, axes)
    pictures = samples(folder, placed) if _fits(placed, x, y) else []
    if all(picture is None for picture in pictures):
        return None
    return plots.sample_map(placed, pictures, x, y, title="What the first seed drew")


def _fits(placed, x, y):
    return placed[[x, y]].nunique().max() <= MAPPED


def _draw_curves(folder, frame, axes):
    drawn = []
    for outcome, rows in list(frame.groupby("outcome", sort=False))[:DRAWN]:
        found = ((_label(row, axes), outcome, curves(folder, row["id"])) for row in rows.to_dict("records"))
        drawn += itertools.islice((run for run in found if run[2] is not None), 1)
    title = "The discriminator's accuracy, one run for each outcome"
    return plots.sweep_curves(drawn, CURVE, title=title) if drawn else None


def _label(row, axes):
    return ", ".join(
        f"{name} {row[name]:.2g}" if isinstance(row[name], float) else f"{name} {row[name]}" for name in axes
    )


def _table(folder, frame):
    columns = [name for name in frame.columns if name not in (*ABOUT, "id")]
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in ["samples", "notebook", *columns])
    rows = [_row(folder, row, columns, number < SHOWN) for number, row in enumerate(frame.to_dict("records"))]
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(folder, row, columns, with_picture):
    cells = "".join(f"<td>{html.escape(_write(row[name]))}</td>" for name in columns)
    picture, path = "", Path(folder) / "runs" / row["id"] / SAMPLES
    if with_picture and _picture(path) is not None:
        code = base64.b64encode(path.read_bytes()).decode()
        picture = f'<img src="data:image/png;base64,{code}" alt="25 samples: {html.escape(row["outcome"])}">'
    words = f'<a href="runs/{row["id"]}/{NOTEBOOK}">{row["id"]}</a>'
    if isinstance(row["error"], str):
        where = f" (cell {row['cell']})" if isinstance(row.get("cell"), str) else ""
        words += f'<br><span class="failed">{html.escape(str(row["error"]))}{html.escape(where)}</span>'
    return f"<tr><td>{picture}</td><td>{words}</td>{cells}</tr>"


def _write(value):
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.4g}"
    return str(value) if len(str(value)) <= LONGEST else f"{str(value)[: LONGEST - 1]}…"
