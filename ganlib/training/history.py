"""What was measured at every step of a training."""

import io
import threading
from collections.abc import Mapping

import numpy as np

from ganlib.training.old_names import NEW_NAMES


class History(Mapping):
    """Columns of measurements, one row per step; behaves like a dict from name to a one-dimensional array.

    `step` is int64; all other columns are float32, NaN where a step did not measure them.

    Parameters
    ----------
    names : sequence of str
        The columns besides `step`, which counts from 1: row 1 is what the first step measured.
    """

    def __init__(self, names):
        self.names = ("step", *names)
        self._steps, self._rows = np.zeros(0, np.int64), np.zeros((0, len(names)), np.float32)
        self._length, self._lock = 0, threading.Lock()  # the arrays are longer than what is written in them

    def append(self, first_step, rows):
        """Add measurements: `rows` is float32 (n, columns), the first of them made by step number `first_step`."""
        with self._lock:
            start, self._length = self._length, self._length + len(rows)
            if self._length > len(self._steps):
                self._steps, self._rows = (longer(array, 2 * self._length) for array in (self._steps, self._rows))
            self._steps[start : self._length] = np.arange(first_step, first_step + len(rows))
            self._rows[start : self._length] = rows

    def _written(self):
        """Return the steps and the rows so far, as they were at one moment; later rows do not change them."""
        with self._lock:
            return self._steps[: self._length], self._rows[: self._length]

    def __getitem__(self, name):
        if name not in self.names:
            raise KeyError(f"no column {name!r}; there are {', '.join(self.names)}")
        steps, rows = self._written()
        return steps if name == "step" else rows[:, self.names.index(name) - 1]

    def __iter__(self):
        return iter(self.names)

    def __len__(self):
        return len(self.names)

    def __repr__(self):
        return f"<History of {len(self['step'])} steps: {', '.join(self.names)}>"

    def cut(self, step):
        """Forget the rows of the steps above `step`."""
        with self._lock:
            kept = self._steps[: self._length] <= step
            self._steps, self._rows = self._steps[: self._length][kept], self._rows[: self._length][kept]
            self._length = len(self._steps)

    def to_csv(self, after=0, header=True):
        """Return the rows of the steps above `after` as CSV text; nine digits hold a float32 exactly."""
        steps, rows = self._written()
        kept = steps > after
        text = io.StringIO()
        if header:
            text.write(",".join(self.names) + "\n")
        if kept.any():
            table = np.column_stack([steps[kept], rows[kept]])
            np.savetxt(text, table, fmt=["%d"] + ["%.9g"] * (len(self.names) - 1), delimiter=",")
        return text.getvalue()

    @classmethod
    def from_csv(cls, text, up_to=None):
        """Read what `to_csv` wrote, leaving out a cut-off last line and the steps above `up_to`."""
        header, *lines = text.split("\n")[:-1]
        history = cls([NEW_NAMES.get(name, name) for name in header.split(",")[1:]])
        if lines:
            table = np.array([[float(cell) for cell in line.split(",")] for line in lines])
            if up_to is not None:
                table = table[table[:, 0] <= up_to]
            history._steps, history._rows = table[:, 0].astype(np.int64), table[:, 1:].astype(np.float32)
            history._length = len(table)
        return history


def longer(array, length):
    """Return a copy of an array with room for more rows."""
    copy = np.empty((length, *array.shape[1:]), array.dtype)
    copy[: len(array)] = array
    return copy
