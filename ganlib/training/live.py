"""Values that can be changed while a model trains, and the record of their changes that replays a session.

A live value is read by the compiled step from a variable, so a change needs no new trace and keeps Adam's moments.
Setting one from any thread only queues it; the training loop applies what is queued between two blocks of steps. What
took effect, and at which step, is written once, in `LiveValues.changes`: run folder, lab and schedules read it there.
"""

import json
import threading
from collections import deque
from typing import NamedTuple

import numpy as np

from ganlib.arguments import Whole
from ganlib.paths import as_path, explain, file_mode
from ganlib.training.files import atomic_write
from ganlib.wording import write


class LiveValue(NamedTuple):
    """One value: how to check what somebody wants to set, how to read it and how to apply it."""

    check: callable
    read: callable
    apply: callable


class Change(NamedTuple):
    """A live value that changes before the step with this number is run (the first step is 0)."""

    step: int
    name: str
    value: object


class LiveValues:
    """The live values of one model, by name, and the log of their changes; safe to set from any thread.

    Parameters
    ----------
    values : dict of str to LiveValue
        What can be changed.
    step : callable
        Returns how many steps the model has made.

    Attributes
    ----------
    changes : tuple of Change
        Every change that has taken effect since the model was first trained, with the value as it reads since then.
    recorded : int
        How many of them the run folder of the model has.
    """

    def __init__(self, values, step=lambda: 0):
        self._values = dict(values)
        self._step = step
        self.changes, self.recorded = (), 0
        self._known = {}  # the values that the log leads to
        self._queue = deque()
        self._lock = threading.RLock()
        self._training = False

    def __iter__(self):
        return iter(self._values)

    def takes(self, name):
        """Return the check of a value, such as `ganlib.arguments.Number`, which says what it takes."""
        return self._named(name).check

    def check(self, name, value):
        """Return the value as it would be applied; ValueError if there is no such name or the value does not fit."""
        return self._named(name).check(value)

    def _named(self, name):
        """Return the live value of this name; ValueError if there is none."""
        if not isinstance(name, str) or name not in self._values:
            raise ValueError(f"There is no live value {write(name)}; there are {', '.join(self._values)}.")
        return self._values[name]

    def __setitem__(self, name, value):
        """Set a value: at once if nothing trains, else before the next block of steps."""
        value = self.check(name, value)
        with self._lock:
            self._queue.append((name, value))
            if not self._training:
                self.apply_queued()

    def __getitem__(self, name):
        """Read a value as it was last set, whether or not it has been applied."""
        with self._lock:
            for queued, value in reversed(self._queue):
                if queued == name:
                    return value
            return self._named(name).read()

    def read(self, name):
        """Read a value as the steps see it now: what is still queued does not count."""
        with self._lock:
            return self._named(name).read()

    def apply(self, name, value):
        """Apply a checked value now and log it, for the training loop, between two blocks."""
        with self._lock:
            self._values[name].apply(value)
            self._note(name)

    def apply_queued(self):
        """Apply what is queued, in order."""
        with self._lock:
            while self._queue:
                self.apply(*self._queue.popleft())

    def notice(self):
        """Log every value that the log does not lead to: a new optimizer, say, brings a rate of its own."""
        with self._lock:
            for name in self._values:
                self._note(name)

    def _note(self, name):
        """Log the value that a name has now, unless the log leads there already, or has not begun."""
        value = self._values[name].read()
        if name in self._known and value != self._known[name]:
            self.changes = (*self.changes, Change(self._step(), name, value))
        self._known[name] = value

    def load(self, values):
        """Put back what `snapshot` returned; ValueError if a value does not fit. The log stays as it is."""
        with self._lock:
            for name, value in {name: self.check(name, value) for name, value in values.items()}.items():
                self._values[name].apply(value)
                self._known[name] = self._values[name].read()

    def cut(self, count):
        """Forget all changes but the first `count`, since the model goes back to where they led."""
        with self._lock:
            self.changes, self.recorded = self.changes[:count], min(self.recorded, count)

    def __enter__(self):
        """Queue changes from now on: a training loop applies them."""
        with self._lock:
            self._training = True
        return self

    def close_if_idle(self):
        """Apply changes at once from now on and return True; if some still wait for the training loop, return False."""
        with self._lock:
            if self._queue:
                return False
            self._training = False
            return True

    def __exit__(self, *_):
        """Apply changes at once again, beginning with those that still wait."""
        with self._lock:
            self._training = False
            self.apply_queued()

    def snapshot(self):
        """Return all values as the steps see them now, as a dict that JSON can hold."""
        return {name: self.read(name) for name in self._values}


class Schedule:
    """Changes of live values at given steps: a session of steering, written down, that can be replayed.

    Parameters
    ----------
    changes : iterable of (step, name, value)
        Each takes effect before the step with that number is run (the first step is 0). Changes at the same step
        are applied in the order given.

    Examples
    --------
    >>> schedule = Schedule([(0, "d_learning_rate", 1e-3), (400, "d_learning_rate", 2e-4)])
    >>> len(schedule)
    2
    """

    def __init__(self, changes=()):
        step_check = Whole("the step of a change", 0)
        try:
            triples = [(step, name, value) for step, name, value in changes]
            if not all(isinstance(name, str) for _, name, _ in triples):
                raise TypeError("a name is text")
        except (TypeError, ValueError) as error:
            raise ValueError("A schedule is a list of (step, name, value), such as [(400, 'd_steps', 2)].") from error
        parsed = [
            Change(step_check(step), name, value.item() if isinstance(value, np.generic) else value)
            for step, name, value in triples
        ]
        self.changes = tuple(sorted(parsed, key=lambda change: change.step))

    def __len__(self):
        return len(self.changes)

    def __iter__(self):
        return iter(self.changes)

    def __eq__(self, other):
        return isinstance(other, Schedule) and self.changes == other.changes

    def __hash__(self):
        return hash(self.changes)

    def __repr__(self):
        return f"Schedule({[tuple(change) for change in self.changes]})"

    def checked(self, live):
        """Return the same schedule with every value checked against `live`; ValueError names the first that fails."""
        return Schedule([(step, name, live.check(name, value)) for step, name, value in self.changes])

    def save(self, path):
        """Write the schedule as a small JSON file, one change per line."""
        try:
            lines = ",\n".join("  " + json.dumps(change._asdict()) for change in self.changes)
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError("A schedule can only be saved if its values are numbers, switches or words.") from error
        with atomic_write(path) as file:
            file.write(f'{{"ganlib_schedule": 1, "changes": [\n{lines}\n]}}\n'.encode())

    @classmethod
    def load(cls, path):
        """Read a schedule that `save` wrote; ValueError if the file is something else, OSError if it cannot be read."""
        path = as_path(path)
        try:
            file_mode(path)  # refuses a pipe, on which one would wait for ever
            content = json.loads(path.read_text(encoding="utf-8"))
            if content["ganlib_schedule"] != 1:
                raise ValueError("another version")
            return cls((c["step"], c["name"], c["value"]) for c in content["changes"])
        except OSError as error:
            raise OSError(
                error.errno, f"{path} cannot be read: {explain(error, 'reading')}. Check the path."
            ) from error
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            raise ValueError(
                f"{path} is not a schedule of this version of ganlib; give what Schedule.save wrote."
            ) from error
