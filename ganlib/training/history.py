"""What was measured at every step of a training."""

import io
import threading
from collections.abc import Mapping

import numpy as np


class History(Mapping):
    """Columns of measurements, one row a step; behaves like a dict from name to a one-dimensional array.

    Parameters
    ----------
    names : sequence of str
        The columns beside `step`, which counts from 1: row 1 is what the first step measured.
    """

    def __init__(self, names):
        self.names = ("step", *names)
        self._blocks, self._lock = [], threading.Lock()

    def append(self, first_step, rows):
        """Add measurements: `rows` is float32 (n, columns), the first of them made by step number `first_step`."""
        steps = np.arange(first_step, first_step + len(rows))
        with self._lock:
            self._blocks.append((steps, np.asarray(rows, np.float32)))

    def __getitem__(self, name):
        if name not in self.names:
            raise KeyError(f"no column {name!r}; there are {', '.join(self.names)}")
        self._merge()
        if not self._blocks:
            return np.zeros(0, np.int64 if name == "step" else np.float32)
        steps, rows = self._blocks[0]
        return steps if name == "step" else rows[:, self.names.index(name) - 1]

    def __iter__(self):
        return iter(self.names)

    def __len__(self):
        return len(self.names)

    def __repr__(self):
        return f"<History of {len(self['step'])} steps: {', '.join(self.names)}>"

    def _merge(self):
        """Join the blocks into one, so that reading columns again and again costs nothing."""
        with self._lock:  # else a block that is appended meanwhile, in another thread, would be lost
            if len(self._blocks) > 1:
                steps, rows = zip(*self._blocks, strict=True)
                self._blocks = [(np.concatenate(steps), np.concatenate(rows))]

    def cut(self, step):
        """Forget the rows of the steps above `step`."""
        self._merge()
        with self._lock:
            self._blocks = [(steps[steps <= step], rows[steps <= step]) for steps, rows in self._blocks]

    def to_csv(self, after=0, header=True):
        """Return the rows of the steps above `after` as CSV text; nine digits hold a float32 exactly."""
        steps = self["step"]
        kept = steps > after
        text = io.StringIO()
        if header:
            text.write(",".join(self.names) + "\n")
        if kept.any():
            table = np.column_stack([steps[kept], self._blocks[0][1][kept]])
            np.savetxt(text, table, fmt=["%d"] + ["%.9g"] * (len(self.names) - 1), delimiter=",")
        return text.getvalue()

    @classmethod
    def from_csv(cls, text, up_to=None):
        """Read what `to_csv` wrote, leaving out a cut-off last line and the steps above `up_to`."""
        header, *lines = text.split("\n")[:-1]
        history = cls(header.split(",")[1:])
        if lines:
            table = np.array([[float(cell) for cell in line.split(",")] for line in lines])
            if up_to is not None:
                table = table[table[:, 0] <= up_to]
            history._blocks = [(table[:, 0].astype(np.int64), table[:, 1:].astype(np.float32))]
        return history
