"""Two runs side by side: which frames belong together, and what differs, in words. There are no widgets here."""

import hashlib
import json
from itertools import zip_longest
from typing import NamedTuple

import numpy as np

from ganlib.lab import words
from ganlib.wording import plain

APART = 0.05  # share of the steps made so far that lies at least between two frames of a film
FILM_BYTES = 16e6  # that a film of a usual training takes at most, about
LONGEST_NAME = 40
MOST_VALUES = 4  # a course with more of them is summed up
NOT_TOLD = {"name", "seed", "learning_rate", "build_config", "registered_name", "shared_object_id"}
NAMES = {"g_optimizer": "G optimizer", "d_optimizer": "D optimizer"}


class Run(NamedTuple):
    """What decides how a run goes.

    Attributes
    ----------
    name : str
    setup : dict
        How it was built, see `setup_of`; empty if that was not recorded.
    changes : tuple of Change
        All live values at the beginning, and every change of them, in order.
    last : int or None
        The step at which it has ended; None if it goes on.
    """

    name: str
    setup: dict
    changes: tuple
    last: int | None = None


def difference(one, other):
    """Say how two runs differ.

    Parameters
    ----------
    one, other : Run

    Returns
    -------
    str
        A few sentences: what each has where the other has something else, from which step on, and whether chance, that
        is another seed, may be the reason for what you see.
    """
    courses = _courses(one), _courses(other)
    known = bool(one.setup and other.setup)
    fixed = _unlike(one.setup, other.setup) if known else []
    if "seed" in fixed:
        fixed = [name for name in fixed if not name.startswith("first weights")]
    steered = _unlike(*courses)
    told = [name for name in fixed if name != "seed" and not _is_digest(one.setup, other.setup, name)]
    digests = [name for name in fixed if name != "seed" and name not in told]
    sides = [
        [f"{_label(name)} {_value(run.setup[name])}" for name in told if name in run.setup]
        + [f"{_label(name)} {_course(course[name])}" for name in steered if name in course]
        for run, course in zip((one, other), courses, strict=True)
    ]
    said = [
        f"{_short(run.name)}: {'; '.join(side) or 'nothing like it'}."
        for run, side in zip((one, other), sides, strict=True)
        if told or steered
    ]
    if digests:
        also = "also " if said else ""
        said.append(f"The two {also}differ in {_listed([f'the {_label(name)}' for name in digests])}.")
    parted = min((_parting(*(course.get(name, ()) for course in courses)) for name in steered), default=0)
    if parted and not fixed:
        said.append(f"Until step {parted:,} both are the same.")
    said.append(_chance(one, other, fixed, bool(said)))
    if None not in (one.last, other.last) and one.last != other.last:
        said.append(f"{_short(one.name)} ends at step {one.last:,}, {_short(other.name)} at {other.last:,}.")
    return " ".join(f"T{text[1:]}" if text.startswith("the ") else text for text in said)


def _chance(one, other, fixed, differs):
    """Say what else may be the reason for what you see."""
    unknown = [_short(run.name) for run in (one, other) if not run.setup]
    if unknown:
        return f"The seed and the networks of {' and '.join(unknown)} were not recorded, so more than that may differ."
    if "seed" not in fixed:
        alike = "Everything else, the seed too, is the same."
        return alike if differs else "Nothing differs: the same seed, settings and changes."
    seeds = f"{_value(one.setup.get('seed'))} and {_value(other.setup.get('seed'))}"
    if differs:
        return f"The seeds differ too, {seeds}, so chance may be the reason."
    return f"Only the seeds differ, {seeds}, so whatever you see is chance."


def _unlike(one, other):
    return [name for name in dict.fromkeys((*one, *other)) if one.get(name) != other.get(name)]


def _courses(run):
    """Return, by name, the values that each live value had one after another: (step, value), the first of step 0."""
    courses, changes = {}, sorted(run.changes, key=lambda change: change.step)
    first = changes[0].step if changes else 0
    for step, name, value in changes:
        course = courses.setdefault(name, {})
        course[0 if step <= first else step] = value
    return {name: _without_repeats(course.items()) for name, course in courses.items()}


def _without_repeats(course):
    kept = []
    for step, value in course:
        if not kept or kept[-1][1] != value:
            kept.append((step, value))
    return tuple(kept)


def _parting(one, other):
    """Return the step from which on two courses differ."""
    for ours, theirs in zip_longest(one, other):
        if ours != theirs:
            return min(entry[0] for entry in (ours, theirs) if entry is not None)
    return 0


def _course(course):
    told = [_value(value) + (f" from step {step:,}" if step else "") for step, value in course]
    if len(told) > MOST_VALUES:
        return f"{told[0]}, then {told[1]}, …, finally {told[-1]}, {len(told) - 1} changes in all"
    return ", then ".join(told)


def _value(value):
    return _short(words.value_of(value))


def _label(name):
    return NAMES.get(name) or _short(words.mark(name))


def _short(name):
    name = plain(name)
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _listed(things):
    return " and ".join(filter(None, (", ".join(things[:-1]), things[-1])))


# --- how a run was built ----------------------------------------------------------------------------------------------


def setup_of(config):
    """Return how a run was built, in plain values that can be compared.

    Parameters
    ----------
    config : dict
        What `config.json` of a run folder holds.

    Returns
    -------
    dict of str to (bool, int, float or str)
        The model, its seed, batch size, data, networks, optimizers and settings, without what can change while it
        trains. What is too long to be told, such as a network, is a checksum that begins with "#".
    """
    training, live = config["training"], config["live"]
    setup = {"model": config["model"], "seed": config.get("seed"), "batch size": training.get("batch_size")}
    setup["data"], setup["device"] = f"#{training.get('data')}", training.get("device")
    parts = config["config"].get("config")
    for name, part in (parts if isinstance(parts, dict) else {}).items():
        if isinstance(part, dict | list):
            setup[name], weights = _digests(part)
            if weights and "optimizer" not in name:
                setup[f"first weights of the {name}"] = weights
        elif name not in live and name not in ("seed", "name"):
            setup[name] = part
    return {name: value for name, value in setup.items() if isinstance(value, bool | int | float | str)}


def _digests(part):
    """Return two checksums: of a part without its names, and of the seeds in it ("" if there are none)."""
    names, seeds = [], []

    def strip(held):
        names.append(held.get("name"))
        seeds.append(held.get("seed"))
        return {name: value for name, value in held.items() if name not in NOT_TOLD}

    text = json.dumps(json.loads(json.dumps(part), object_hook=strip), sort_keys=True)
    for number, name in enumerate(dict.fromkeys(name for name in names if isinstance(name, str))):
        text = text.replace(json.dumps(name), f'"#{number}"')
    seeds = [seed for seed in seeds if isinstance(seed, int)]
    return _checksum(text), _checksum(str(seeds)) if seeds else ""


def _checksum(text):
    return f"#{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _is_digest(one, other, name):
    return any(str(setup.get(name)).startswith("#") for setup in (one, other))


# --- frames -----------------------------------------------------------------------------------------------------------


def frame_at(steps, step):
    """Return the number of the last frame that was taken at or before a step; 0 if there is none."""
    return max(0, int(np.searchsorted(steps, step, "right")) - 1)


class Film:
    """What was seen of a run, in a limited number of frames: the later the step, the farther apart they are.

    Between two frames lie at least 5% of the steps made so far, and more where a frame is large: 30,000 steps take some
    120 frames. The first and the last one are always there.
    """

    def __init__(self):
        self._frames = []

    def add(self, step, frame, size):
        """Add a frame of `size` bytes; what was seen at this step or later is forgotten, since the run went back."""
        frames, apart = self._frames, max(APART, 10 * size / FILM_BYTES)
        while frames and frames[-1][0] >= step:
            frames.pop()
        if len(frames) > 1 and frames[-1][0] - frames[-2][0] < apart * (frames[-2][0] - frames[0][0]):
            frames.pop()
        frames.append((step, frame))

    def cut(self):
        """Return the film so far: its steps, rising, and its frames, two tuples."""
        return tuple(zip(*self._frames, strict=True)) or ((), ())
