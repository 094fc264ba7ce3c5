"""The table of a sweep: one row per run, its parameters, its outcome and its scores."""

import io
import json
import time

import pandas

from ganlib.paths import as_path
from ganlib.sweep.errors import SweepError
from ganlib.training.files import atomic_write

PARQUET, CSV = "results.parquet", "results.csv"
SHARE = 0.02  # of the time that writing the unfinished table may take
ABOUT = (
    "error",
    "cell",
    "seconds",
    "startup_seconds",
    "training_seconds",
    "computer",
)  # what differs between equal runs, or is no score


def row(result):
    """Return a result as a flat dict: id, parameters, outcome, scores, and what is about the run itself.

    A score with the same name as something else in the row gets `score_` in front of it.
    """
    known = {"id": result["id"], **result["parameters"], "outcome": result["outcome"]}
    about = {name: result.get(name) for name in ABOUT}
    scores = result.get("scores", {})
    scores = {f"score_{name}" if name in known | about else name: value for name, value in scores.items()}
    return {_text(name): _cell(value) for name, value in {**known, **scores, **about}.items()}


def _cell(value):
    """Return a value as a table can hold it, lists and dicts as JSON."""
    if isinstance(value, (list, tuple, dict)):
        value = json.dumps(value, ensure_ascii=False)
    return _text(value) if isinstance(value, str) else value


def _text(words):
    """Return a text without halves of characters, which JSON can hold and a file cannot."""
    return words.encode("utf-8", "replace").decode()


def _of_one_kind(column):
    """Return a column as it is, or as text if its values are of several kinds, or whole numbers that are too large."""
    kinds = {type(value) for value in column.dropna()}
    if column.dtype != object or kinds <= {str}:
        return column
    if kinds == {bool}:
        return column.where(column.notna(), None)  # as it is read again
    return column.map(str, na_action="ignore")


class Table:
    """The rows so far, written to disk every now and then, each time as a whole.

    Parameters
    ----------
    folder : Path
        Of the sweep.
    order : iterable of str
        Ids in the order that the rows shall have.
    """

    def __init__(self, folder, order):
        self._folder = folder
        self._order = {run: number for number, run in enumerate(order)}
        self._rows = {}
        self._next = 0.0

    def add(self, result):
        """Take in a result; write the table if it was last written long enough ago."""
        self._rows[result["id"]] = row(result)
        if time.monotonic() >= self._next:
            self.write()

    def frame(self):
        """Return the table, a pandas.DataFrame in the grid's order."""
        frame = pandas.DataFrame([self._rows[run] for run in sorted(self._rows, key=self._order.get)])
        frame = frame.apply(_of_one_kind)
        return frame[[*(name for name in frame if name not in ABOUT), *(name for name in ABOUT if name in frame)]]

    def write(self):
        """Write `results.parquet` and `results.csv`, and return the table."""
        began = time.monotonic()
        frame = self.frame()
        for name, content in ((PARQUET, _parquet(frame)), (CSV, frame.to_csv(index=False).encode())):
            with atomic_write(self._folder / name) as file:
                file.write(content)
        ended = time.monotonic()
        self._next = ended + max(1.0, (ended - began) / SHARE)
        return frame


def _parquet(frame):
    buffer = io.BytesIO()
    frame.to_parquet(buffer, index=False)
    return buffer.getvalue()


def read(folder):
    """Read the table of a sweep, even while it is still at work.

    Parameters
    ----------
    folder : str or Path
        The sweep's folder.

    Returns
    -------
    pandas.DataFrame
        One row for every run that has ended: `id`, the parameters, `outcome`, the scores; `error`, what went wrong, and
        the `cell` in which a run failed; `seconds` in all, `startup_seconds` until the longest cell began and
        `training_seconds` that it took; and `computer`.

    Raises
    ------
    SweepError
        There is no table, or it is damaged.
    """
    try:
        folder = as_path(folder, "folder")
    except ValueError as error:
        raise SweepError(str(error)) from error
    for name, load in ((PARQUET, pandas.read_parquet), (CSV, pandas.read_csv)):
        path = folder / name
        try:
            if path.is_file():
                return load(path)
        except (OSError, ValueError) as error:
            raise SweepError(f"{path} is damaged: the sweep writes it again with --resume (resume=True).") from error
    raise SweepError(f"{folder} holds no table of a sweep: there is neither {PARQUET} nor {CSV}.")
