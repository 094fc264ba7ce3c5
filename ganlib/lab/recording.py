"""A finished run in one small file: its frames, what it measured and what was changed.

A recording is made from a run folder by `python -m ganlib record RUN FILE`; one of 30,000 steps comes with the kit.
"""

import io
import json
import zipfile

import numpy as np

from ganlib.arguments import Whole
from ganlib.data import asset, png_bytes
from ganlib.lab.pair import Run, setup_of
from ganlib.paths import as_path, explain, file_mode
from ganlib.thinning import thin_history
from ganlib.training.files import atomic_write
from ganlib.training.history import History
from ganlib.training.live import Change
from ganlib.training.old_names import NEW_NAMES, renew
from ganlib.training.run_folder import RunFolder
from ganlib.training.samples import MOST_BYTES, read_samples

SHIPPED = "recorded/gan.npz"
ROWS = 2000  # of the history that are kept, each the mean of some steps
FORMAT = 1
MOST_FRAMES = 2000  # of a run; more than a slider can tell apart


class Recording:
    """What a training looked like, step by step.

    Parameters
    ----------
    steps : ndarray
        int (n,): the steps at which the frames were taken, rising.
    frames : ndarray
        uint8 (n, height, width) in grey, or (n, height, width, 3) in colour: one picture each.
    history : mapping of str to ndarray
        With the column `step`; a row may stand for several steps.
    start : dict
        The live values at the beginning.
    changes : sequence of Change
    title : str
    setup : dict
        How the run was built, see `ganlib.lab.pair.setup_of`; empty if nobody knows.

    Raises
    ------
    ValueError
        An argument is of another kind or shape.
    """

    def __init__(self, steps, frames, history, start, changes=(), title="", setup=()):
        self.steps, self.frames = _check_frames(steps, frames)
        self.history = _check_history(history)
        self.start, self.changes = _check_values(start, changes)
        if not isinstance(title, str):
            raise ValueError(f"The title of a recording must be text, not {title!r:.60}.")
        self.title = title
        self.setup, _ = _check_values(setup, ())

    @property
    def columns(self):
        """The names of what was measured, without the step."""
        return tuple(name for name in self.history if name != "step")

    def values_at(self, step):
        """Return the live values as they were at a step, a dict."""
        step = Whole("step", 0)(step)
        return self.start | {change.name: change.value for change in self.changes if change.step <= step}

    @property
    def last(self):
        """The last step that was seen or measured."""
        return max(map(int, (self.steps[-1], *self.history["step"][-1:])))

    def run(self, name):
        """Return what decided how the run went: a `ganlib.lab.pair.Run` of this name."""
        seen = [int(self.steps[0]), *(int(step) - 1 for step in self.history["step"][:1])]
        first = min([*seen, *(change.step for change in self.changes)])
        start = [Change(first, *pair) for pair in self.start.items()]
        return Run(name, self.setup, (*start, *self.changes), self.last)

    def png(self, frame):
        """Return one frame, by its number, as PNG bytes."""
        return png_bytes(self.frames[Whole("frame", 0, len(self.frames) - 1)(frame)])

    # --- files ----------------------------------------------------------------------------------------------------

    @classmethod
    def of_run(cls, folder):
        """Read a run folder, finished or not.

        A run of more than 2,000 samples, or of more than 1 GB, is thinned out evenly. A file that is no sample is left
        out, and a printed line names it.

        Raises
        ------
        RunFolderError
            The folder is no run.
        ValueError
            The run has kept no sample yet, or its record is damaged.
        """
        run = RunFolder.open(as_path(folder, "the run folder"))
        steps, frames = read_samples(run, MOST_FRAMES)
        if not steps:
            raise ValueError(f"{run.path} has no samples yet: train longer, or with a shorter sample_interval.")
        history = run.history() or History(())
        title = f"{run.config['model']}, seed {run.config.get('seed', '?')}, {steps[-1]:,} steps"
        setup = setup_of(run.config)
        return cls(steps, np.stack(frames), dict(history), run.config["live"], run.schedule(), title, setup)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote.

        Raises
        ------
        ValueError
            The file is not a recording, is damaged, or would take more than 1 GB of memory.
        OSError
            There is no such file, or it may not be read.
        """
        path = as_path(path, "the recording")
        try:
            if file_mode(path) is None:
                raise FileNotFoundError(f"{path} does not exist: give a recording, its file, or a run folder.")
            file = path.open("rb")
        except FileNotFoundError:
            raise
        except OSError as error:
            reason = explain(error, "reading")
            raise OSError(
                error.errno, f"{path} cannot be read: {reason}. Give a recording, or a run folder."
            ) from error
        with file:
            try:
                return cls._read(file)
            except Exception as error:  # damaged bytes make zipfile and NumPy raise a dozen kinds of error
                raise ValueError(
                    f"{path} is not a recording of this version of ganlib: give a file that Recording.save wrote."
                ) from error

    @classmethod
    def _read(cls, file):
        parts = zipfile.ZipFile(file).infolist()
        if not all(part.compress_type in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for part in parts):
            raise ValueError("compressed in a way that NumPy never uses, and unpacked without a limit")
        if sum(part.file_size for part in parts) > MOST_BYTES:
            raise ValueError("too large")
        file.seek(0)
        with np.load(file, allow_pickle=False) as packed:
            arrays = {name: packed[name] for name in packed.files}
        about = json.loads(arrays.pop("about").tobytes())
        if about["ganlib_recording"] != FORMAT:
            raise ValueError("another version")
        steps, frames = _check_frames(arrays["steps"], arrays["frames"])
        np.cumsum(frames, axis=0, dtype=np.uint8, out=frames)
        columns = {NEW_NAMES.get(name, name): arrays[f"column {name}"] for name in about["columns"]}
        setup = renew(about.get("setup", {}))
        return cls(steps, frames, columns, about["start"], about["changes"], about["title"], setup)

    @classmethod
    def shipped(cls):
        """Return the recorded run of 30,000 steps that comes with the kit."""
        return cls.load(asset(SHIPPED))

    def save(self, path):
        """Write everything as one compressed file; the history is thinned to at most 2,000 rows, each a mean."""
        path = as_path(path)
        thinned = thin_history(self.history, ROWS)
        about = {
            "ganlib_recording": FORMAT,
            "title": self.title,
            "setup": self.setup,
            "start": self.start,
            "changes": [list(change) for change in self.changes],
            "columns": list(thinned),
        }
        # Differences between neighbouring frames are mostly small, which packs better than the frames themselves.
        differences = np.diff(self.frames, axis=0, prepend=np.zeros_like(self.frames[:1]))
        buffer = io.BytesIO()
        np.savez_compressed(
            buffer,
            about=np.frombuffer(json.dumps(about).encode(), np.uint8),
            steps=self.steps.astype(np.int64),
            frames=differences,
            **{f"column {name}": column for name, column in thinned.items()},
        )
        with atomic_write(path) as file:
            file.write(buffer.getbuffer())


def _check_frames(steps, frames):
    """Return the steps and the frames as arrays; ValueError if they are no recording's."""
    steps, frames = _as_array("steps", steps), _as_array("frames", frames)
    if steps.ndim != 1 or steps.dtype.kind not in "iu" or not len(steps):
        raise ValueError(f"The steps of a recording must be whole numbers (n,), not {steps.dtype} {steps.shape}.")
    if frames.dtype != np.uint8 or not (frames.ndim == 3 or frames.shape[3:] == (3,)) or not frames.size:
        raise ValueError(
            f"The frames must be uint8 (n, height, width), or (n, height, width, 3) in colour, "
            f"not {frames.dtype} {frames.shape}."
        )
    if len(steps) != len(frames):
        raise ValueError(f"A recording needs a step for every frame: there are {len(steps)} and {len(frames)}.")
    if steps[0] < 0 or not np.all(steps[1:] > steps[:-1]):
        raise ValueError("The steps of a recording must rise, from 0 or more.")
    return steps.astype(np.int64), frames


def _check_history(history):
    """Return a history as it is; ValueError if it is no mapping of columns of numbers with the column `step`."""
    try:
        columns = {name: _as_array(f"column {name}", history[name]) for name in history}
    except (TypeError, LookupError):
        columns = {}
    if "step" not in columns or not all(isinstance(name, str) for name in columns):
        raise ValueError("The history of a recording must be columns of numbers by name, with the column 'step'.")
    rows = columns["step"].shape
    for name, column in columns.items():
        if column.dtype.kind not in ("iu" if name == "step" else "iuf") or column.ndim != 1 or column.shape != rows:
            raise ValueError(
                f"The column {name!r:.60} must be one number for each step, not {column.dtype} {column.shape}."
            )
    return history


def _as_array(name, values):
    try:
        return np.asarray(values)
    except (TypeError, ValueError) as error:
        raise ValueError(f"The {name:.60} of a recording must be an array of one shape.") from error


def _check_values(start, changes):
    """Return the live values at the beginning as a dict, and the changes as a tuple of `Change`."""
    try:
        start, changes = dict(start), tuple(Change(*change) for change in changes)
    except (TypeError, ValueError) as error:
        raise ValueError("A recording needs start, a dict, and changes, each a step, a name and a value.") from error
    for name, value in [*start.items(), *(change[1:] for change in changes)]:
        if not isinstance(name, str) or not isinstance(value, (bool, int, float, str)):
            raise ValueError(
                f"A live value must be a number, a switch or a word by name, not {name!r:.60}: {value!r:.60}."
            )
    if not all(isinstance(change.step, (int, np.integer)) for change in changes):
        raise ValueError("The step of a change must be a whole number.")
    return start, tuple(change._replace(step=int(change.step)) for change in changes)
