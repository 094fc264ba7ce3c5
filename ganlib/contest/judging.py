"""What an entry is worth: its session replayed, its pictures compared with digits that no score on a screen uses.

The scores that a learner can see are distances to MNIST's test digits. Whoever looks at one again and again will stop
at a lucky moment. So here other digits decide, drawn from the 40,000 that no report of at most 10,000 pictures uses,
and other latent vectors; both follow from a number that is drawn when a contest first runs.
"""

import json
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ganlib.contest.rules import MOST_JUDGED
from ganlib.export.gif import samples_of
from ganlib.judge.judge import Judge, default_judge
from ganlib.lab.recording import Recording
from ganlib.lab.session import weights_of
from ganlib.training import GuardError, TrainingDiverged, atomic_write

FRAMES = 24  # of a film
SCORES = ("mnist_fd", "second", "recognised", "precision", "recall")


class Result(NamedTuple):
    """What came of an entry.

    Attributes
    ----------
    scores : dict of str to float
        By the names in `SCORES`: "mnist_fd" and "second", the distance that decides ties, from 0, lower is better;
        "recognised", "precision" and "recall", shares from 0 to 1. Empty if there are none.
    weights : str
        What `weights_of` says of the networks at the end.
    recording : Recording or None
        The samples, the history and the changes.
    fault : str
        Why there are no scores; empty if there are.
    """

    scores: dict
    weights: str
    recording: Recording | None
    fault: str = ""


class HiddenJudge:
    """Two judges of digits. Nobody has seen a score that was computed with their real digits.

    Parameters
    ----------
    rules : Rules
    """

    def __init__(self, rules):
        rng = np.random.default_rng(rules.secret)
        unused = default_judge().ceiling[MOST_JUDGED:]
        first, second = rng.permutation(len(unused))[: 2 * MOST_JUDGED].reshape(2, -1)
        self._first, self._second = Judge(test=unused[first]), Judge(test=unused[second])
        self._seeds = rng.integers(2**31, size=2)
        self._n = rules.pictures

    def scores(self, gan):
        """Return the scores of what a GAN draws, a dict by the names in `SCORES`."""
        first, second = (gan.generate(self._n, seed=seed) for seed in self._seeds)
        found = {**self._first.quick(first), "second": self._second.distance(second)}
        return {name: found[name] for name in SCORES}


def judged(session, judge, gan):
    """Replay a session and score what its GAN draws.

    Parameters
    ----------
    session : Session
        That has been checked.
    judge : HiddenJudge
    gan : GAN
        Of the session's recipe; what it has compiled is used again.

    Returns
    -------
    Result
    """
    try:
        session.replay(max(1, session.steps // FRAMES), gan)
        if session.steps not in gan.samples:
            gan.take_sample(session.steps)
        scores = judge.scores(gan)
    except (TrainingDiverged, GuardError, ValueError) as error:
        return Result({}, "", None, f"it cannot be judged: {' '.join(str(error).split()).rstrip('.')}")
    steps, frames = samples_of(gan)
    recording = Recording(steps, np.stack(frames), dict(gan.measured), {}, gan.live.changes, "A contest's entry")
    return Result(scores, weights_of(gan), recording)


# --- results that are kept --------------------------------------------------------------------------------------------


def key_of(session):
    """Return the name that a result is kept under: 32 hexadecimal digits, the same for all files of one session."""
    changes = [list(change) for change in session.schedule]
    told = json.dumps([session.recipe, session.seed, session.pictures, session.steps, changes])
    return sha256(told.encode()).hexdigest()[:32]


def keep(result, folder, key):
    """Write a result; what is written last says that it is whole."""
    if result.recording is not None:
        result.recording.save(Path(folder) / f"{key}.npz")
    with atomic_write(Path(folder) / f"{key}.json") as file:
        file.write(json.dumps({"scores": result.scores, "weights": result.weights, "fault": result.fault}).encode())


def kept(folder, key):
    """Return a result that `keep` wrote; None if there is none, or it is damaged."""
    try:
        told = json.loads((Path(folder) / f"{key}.json").read_bytes())
        recording = None if told["fault"] else Recording.load(Path(folder) / f"{key}.npz")
        result = Result(told["scores"], told["weights"], recording, told["fault"])
        whole = told["fault"] or all(isinstance(told["scores"][name], float) for name in SCORES)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None
    return result if whole else None
