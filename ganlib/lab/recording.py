"""A finished run in one small file: its frames, what it measured and what was changed.

A recording is made from a run folder by `python -m ganlib record RUN FILE`; one of 30,000 steps comes with the kit.
"""

import io
import json
from pathlib import Path

import numpy as np

from ganlib.data import asset, png_bytes
from ganlib.training.files import atomic_write
from ganlib.training.history import History
from ganlib.training.live import Change
from ganlib.training.run_folder import RunFolder

SHIPPED = "recorded/gan.npz"
ROWS = 2000  # of the history that are kept, each the mean of some steps
FORMAT = 1


class Recording:
    """What a training looked like, step by step.

    Parameters
    ----------
    steps : ndarray
        int (n,): the steps at which the frames were taken, rising.
    frames : ndarray
        uint8 (n, height, width): one grey picture each.
    history : mapping of str to ndarray
        With the column `step`; a row may stand for several steps.
    start : dict
        The live values at the beginning.
    changes : sequence of Change
    title : str
    """

    def __init__(self, steps, frames, history, start, changes=(), title=""):
        if not len(steps) or len(steps) != len(frames):
            raise ValueError(
                f"A recording needs a step for every frame, and at least one: {len(steps)}, {len(frames)}."
            )
        self.steps, self.frames, self.history = np.asarray(steps), np.asarray(frames), history
        self.start, self.changes, self.title = dict(start), tuple(Change(*change) for change in changes), title

    @property
    def columns(self):
        """The names of what was measured, without the step."""
        return tuple(name for name in self.history if name != "step")

    def values_at(self, step):
        """Return the live values as they were at a step, a dict."""
        return self.start | {change.name: change.value for change in self.changes if change.step <= step}

    def png(self, frame):
        """Return one frame as PNG bytes."""
        return png_bytes(self.frames[frame])

    # --- files ----------------------------------------------------------------------------------------------------

    @classmethod
    def of_run(cls, folder):
        """Read a run folder, finished or not.

        Raises
        ------
        RunFolderError
            The folder is no run.
        ValueError
            The run has kept no sample yet.
        """
        from PIL import Image

        run = RunFolder.open(folder)
        paths = sorted(run.sample_folder.glob("step_*.png"))
        if not paths:
            raise ValueError(f"{run.path} has no samples yet: train on, or with a shorter sample_interval.")
        steps = [int(path.stem.removeprefix("step_")) for path in paths]
        frames = [np.asarray(Image.open(path).convert("L")) for path in paths]
        history = run.history() or History(())
        title = f"{run.config['model']}, seed {run.config.get('seed', '?')}, {steps[-1]:,} steps"
        return cls(steps, np.stack(frames), dict(history), run.config["live"], run.schedule(), title)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote; ValueError if the file is something else."""
        try:
            with np.load(path, allow_pickle=False) as file:
                arrays = {name: file[name] for name in file.files}
            about = json.loads(arrays.pop("about").tobytes())
            if about["ganlib_recording"] != FORMAT:
                raise ValueError("another version")
            frames = np.cumsum(arrays.pop("frames"), axis=0, dtype=np.uint8)
            columns = {name: arrays[f"column {name}"] for name in about["columns"]}
            return cls(arrays["steps"], frames, columns, about["start"], about["changes"], about["title"])
        except FileNotFoundError:
            raise
        except Exception as error:  # damaged bytes make zipfile and NumPy raise a dozen kinds of error
            raise ValueError(f"{path} is not a recording of this version of ganlib: give what save wrote.") from error

    @classmethod
    def shipped(cls):
        """Return the recorded run of 30,000 steps that comes with the kit."""
        return cls.load(asset(SHIPPED))

    def save(self, path):
        """Write everything as one compressed file; the history is thinned to about 2,000 rows, each a mean."""
        thinned = thin_history(self.history)
        about = {
            "ganlib_recording": FORMAT,
            "title": self.title,
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
        with atomic_write(Path(path)) as file:
            file.write(buffer.getbuffer())


def thin_history(history, rows=ROWS):
    """Return the columns of a history with at most so many rows: means of what was measured in equal stretches.

    The step of a row is its last one.
    """
    steps = np.asarray(history["step"])
    if len(steps) <= rows:
        return {name: np.asarray(column) for name, column in history.items()}
    ends = np.linspace(0, len(steps), rows + 1).astype(int)
    thinned = {"step": steps[ends[1:] - 1]}
    for name in history:
        if name != "step":
            column = np.asarray(history[name], float)
            counts = np.add.reduceat(np.isfinite(column), ends[:-1])
            sums = np.add.reduceat(np.nan_to_num(column), ends[:-1])
            thinned[name] = np.where(counts, sums / np.maximum(counts, 1), np.nan).astype(np.float32)
    return thinned
