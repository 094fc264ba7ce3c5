"""The gallery: one HTML page with the map, the samples and every run; nothing on it comes from elsewhere."""

import base64
import html
from pathlib import Path

import numpy as np
import pandas
from PIL import Image

from ganlib.sweep.kernel import CURVES, SAMPLES
from ganlib.sweep.outcome import MEANING
from ganlib.sweep.runner import FAILED, NOTEBOOK
from ganlib.sweep.table import ABOUT
from ganlib.training.files import atomic_write

PAGE = "index.html"
SHOWN = 300  # runs with a picture; more would make a page that no browser likes
DRAWN = 8  # runs with curves
SCORE = "mnist_fd"
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
    figures = "".join(f"<figure>{plot._repr_html_()}</figure>" for plot in _figures(folder, frame, axes))
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
    """Return the parameters of a table that differ between its runs, the seed left out."""
    parameters = list(frame.columns[1 : list(frame.columns).index("outcome")])
    return [name for name in parameters if name != "seed" and frame[name].nunique() > 1]


def samples(folder, frame):
    """Return the picture of samples of every run in a table, uint8 (height, width); None where there is none."""
    paths = [Path(folder) / "runs" / run / SAMPLES for run in frame["id"]]
    return [np.asarray(Image.open(path).convert("L")) if path.is_file() else None for path in paths]


def curves(folder, run):
    """Return the curves of a run, a pandas.DataFrame; None if it left none."""
    path = Path(folder) / "runs" / run / CURVES
    return pandas.read_csv(path) if path.is_file() else None


def _figures(folder, frame, axes):
    """Draw the map and the samples over the two parameters that vary most, and curves of one run an outcome."""
    from ganlib import plots

    if len(axes) >= 2:
        most = sorted(axes, key=lambda name: -frame[name].nunique())[:2]
        x, y = sorted(most, reverse=True)  # the generator's rate to the right, the discriminator's up
        placed = frame.dropna(subset=[x, y])
        if len(placed):
            yield plots.outcome_map(placed, x, y, SCORE if SCORE in frame else None, title="Where the training led")
        pictures = samples(folder, placed)
        if any(picture is not None for picture in pictures):
            yield plots.sample_map(placed, pictures, x, y, title="What the first seed drew")
    drawn = []
    for row in frame.drop_duplicates("outcome").to_dict("records")[:DRAWN]:
        curve = curves(folder, row["id"])
        if curve is not None and "d_accuracy" in curve:
            label = ", ".join(
                f"{name} {row[name]:.2g}" if isinstance(row[name], float) else f"{name} {row[name]}" for name in axes
            )
            drawn.append((label, row["outcome"], curve))
    if drawn:
        yield plots.sweep_curves(drawn, "d_accuracy", title="The discriminator's accuracy, one run for each outcome")


def _table(folder, frame):
    columns = [name for name in frame.columns if name not in (*ABOUT, "id")]
    head = "".join(f"<th>{html.escape(str(name))}</th>" for name in ["samples", "notebook", *columns])
    rows = [_row(folder, row, columns, number < SHOWN) for number, row in enumerate(frame.to_dict("records"))]
    return f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"


def _row(folder, row, columns, with_picture):
    cells = "".join(f"<td>{html.escape(_write(row[name]))}</td>" for name in columns)
    picture, path = "", Path(folder) / "runs" / row["id"] / SAMPLES
    if with_picture and path.is_file():
        code = base64.b64encode(path.read_bytes()).decode()
        picture = f'<img src="data:image/png;base64,{code}" alt="25 samples: {html.escape(row["outcome"])}">'
    words = f'<a href="runs/{row["id"]}/{NOTEBOOK}">{row["id"]}</a>'
    if row["outcome"] == FAILED:
        where = f" (cell {row['cell']})" if isinstance(row.get("cell"), str) else ""
        words += f'<br><span class="failed">{html.escape(str(row["error"]))}{html.escape(where)}</span>'
    return f"<tr><td>{picture}</td><td>{words}</td>{cells}</tr>"


def _write(value):
    if isinstance(value, float):
        return "" if np.isnan(value) else f"{value:.4g}"
    return str(value)
