"""A session of the game in the plane, as the plane in one page saves it: a seed, points, and every change on the way.

The file is that of a `Schedule` with a bit more, so `Schedule.load` reads it too.
"""

import json
from typing import NamedTuple

import numpy as np

from ganlib.arguments import Choice, Whole
from ganlib.data import TOY_KINDS, check_points, toy_points
from ganlib.models.plane import PlaneGAN
from ganlib.paths import as_path
from ganlib.training import Schedule

POINTS = 2000  # of a data set, as `PlaneGAN` takes them
BATCH = 128
LARGEST = 4_000_000  # bytes
MOST_STEPS = 1_000_000


class PlaneSession(NamedTuple):
    """What a session began with, and what was changed.

    Attributes
    ----------
    seed : int
    steps : int
        How many were made when it was saved; at least 0.
    points : ndarray
        The real points, float32 (n, 2), from -1 to 1.
    schedule : Schedule
        The changes.
    """

    seed: int
    steps: int
    points: np.ndarray
    schedule: Schedule

    @classmethod
    def load(cls, path):
        """Read a session that the page has saved.

        Parameters
        ----------
        path : str or Path

        Returns
        -------
        PlaneSession

        Raises
        ------
        ValueError
            The file is something else, or holds what does not fit.
        OSError
            It cannot be read.
        """
        path = as_path(path)
        if path.is_file() and path.stat().st_size > LARGEST:
            raise ValueError(f"{path} is larger than 4 MB, and no session is: give what the page has saved.")
        schedule = Schedule.load(path)
        plane = json.loads(path.read_text(encoding="utf-8")).get("plane")
        if not isinstance(plane, dict):
            raise ValueError(f"{path} has no seed and no points: give what the plane in one page has saved.")
        if plane.get("batch_size", BATCH) != BATCH:
            raise ValueError(f"A session of the plane has batches of {BATCH}: give what the page has saved.")
        seed = Whole("the seed of a session", 0, 2**31 - 1)(plane.get("seed", 0))
        steps = Whole("the steps of a session", 0, MOST_STEPS)(plane.get("steps", 0))
        return cls(seed, steps, _points_of(plane.get("data", "ring")), schedule)

    def play(self, steps=None):
        """Play the session again, from the first weights on.

        Parameters
        ----------
        steps : int or None
            How many, at least 1; None: as many as were made.

        Returns
        -------
        gan : PlaneGAN
            After these steps.
        history : History
            Of all of them.
        """
        steps = Whole("steps", 1)(self.steps if steps is None else steps)
        gan = PlaneGAN(seed=self.seed)
        schedule = Schedule(change for change in self.schedule if change.step < steps)
        times = -(-BATCH // len(self.points))  # as often as a batch wants, and each point equally often
        points = np.tile(self.points, (times, 1))
        return gan, gan.train(steps, BATCH, data=points, schedule=schedule, verbose=0)


def _points_of(data):
    """Return the points of a session: those of a data set by its name, or those that were drawn."""
    if isinstance(data, str):
        return toy_points(Choice("the data of a session", TOY_KINDS)(data), POINTS)
    return check_points(data)
