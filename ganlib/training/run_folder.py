"""A training run on disk: its configuration, events, history, checkpoints and samples.

    config.json     every parameter, the versions, the seed, the device
    events.jsonl    one line for every change of a live value, checkpoint, resume and end
    history.csv     one row a step
    checkpoints/    weights, optimizers, step: everything that resuming needs; the newest few are kept
    samples/        pictures of the fixed latent vectors

Single files are written to a temporary name and renamed. The two logs only grow; what a killed process left of a line
is cut off when the run is resumed.
"""

import contextlib
import io
import json
import os
import time
import zipfile
from pathlib import Path

import numpy as np

from ganlib.training.errors import RunFolderError
from ganlib.training.files import atomic_write, explain, remove_unfinished
from ganlib.training.history import History
from ganlib.training.live import Schedule

FORMAT = 1
KEPT_CHECKPOINTS = 3


class RunFolder:
    """An existing run folder; `create` makes one and `open` finds one.

    Parameters
    ----------
    path : str or Path
        The folder.
    config : dict
        What `config.json` holds.
    """

    def __init__(self, path, config):
        self.path = Path(path)
        self.config = config
        self._recorded = 0

    @classmethod
    def create(cls, path, config):
        """Make a new run folder.

        Raises
        ------
        RunFolderError
            The folder holds a run or other files already, or cannot be written.
        """
        path = Path(path)
        if (path / "config.json").exists():
            raise RunFolderError(
                f"{path} already holds a run: continue it with GAN.resume({str(path)!r}), or choose another folder."
            )
        if any(not found.is_dir() for found in path.rglob("*")):
            raise RunFolderError(f"{path} holds other files: choose a new or an empty folder for the run.")
        run = cls(path, {"ganlib_run": FORMAT, **config})
        try:
            for folder in (path, run.checkpoint_folder, run.sample_folder):
                folder.mkdir(parents=True, exist_ok=True)
            run.save_config()
        except OSError as error:
            raise RunFolderError(
                f"{path} cannot be used as a run folder: {explain(error)}. Choose another place."
            ) from error
        return run

    @classmethod
    def open(cls, path):
        """Find the run in a folder, and clear away what a killed process left half written.

        Raises
        ------
        RunFolderError
            The folder is no run, is of another version, or cannot be read.
        """
        path = Path(path)
        try:
            config = json.loads((path / "config.json").read_text(encoding="utf-8"))
            version = config["ganlib_run"]
            complete = version != FORMAT or {"model", "config", "training", "live"} <= config.keys()
        except FileNotFoundError as error:
            raise RunFolderError(f"{path} is not a run folder: it has no config.json.") from error
        except OSError as error:
            raise RunFolderError(f"{path} cannot be read as a run folder: {explain(error)}.") from error
        except (ValueError, KeyError, TypeError):
            complete = False
        if not complete:
            raise RunFolderError(f"{path / 'config.json'} is damaged or was not written by ganlib.")
        if version != FORMAT:
            raise RunFolderError(
                f"{path} was written by ganlib {config.get('versions', {}).get('ganlib', '?')} in format {version}; "
                f"this version reads format {FORMAT}. Resume it with the version that wrote it."
            )
        return cls(path, config)

    @property
    def checkpoint_folder(self):
        """Where the checkpoints are."""
        return self.path / "checkpoints"

    @property
    def sample_folder(self):
        """Where the pictures of the fixed latent vectors are."""
        return self.path / "samples"

    def save_config(self):
        """Write `config.json` anew."""
        with atomic_write(self.path / "config.json") as file:
            file.write((json.dumps(self.config, indent=2) + "\n").encode())

    # --- logs -----------------------------------------------------------------------------------------------------

    def _append(self, name, text):
        """Append text to one of the logs, all of it or nothing."""
        path = self.path / name
        size = path.stat().st_size if path.exists() else 0
        try:
            with open(path, "a", encoding="utf-8", newline="") as file:
                file.write(text)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.truncate(path, size)
            raise OSError(error.errno, f"{path} could not be written: {explain(error)}.") from error

    def _read(self, name, parse):
        """Parse one of the logs; None if it has no whole line."""
        path = self.path / name
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            return parse(text) if "\n" in text else None
        except ValueError as error:
            raise RunFolderError(f"{path} is damaged: rename it, and the run can be resumed without it.") from error

    def record(self, step, event, **details):
        """Append an event to `events.jsonl`."""
        line = {"step": int(step), "event": event, **details, "time": round(time.time(), 3)}
        self._append("events.jsonl", json.dumps(line) + "\n")

    def events(self):
        """Return the events as a list of dicts; a cut-off last line is left out."""
        return self._read("events.jsonl", lambda text: [json.loads(line) for line in text.split("\n")[:-1]]) or []

    def schedule(self):
        """Return every change of a live value in this run as a `Schedule`."""
        return Schedule((e["step"], e["name"], e["value"]) for e in self.events() if e["event"] == "set")

    def record_changes(self, step, values):
        """Record which live values are no longer what this run knows: somebody set them between two trainings."""
        known = self.config["live"] | {change.name: change.value for change in self.schedule()}
        for name, value in values.items():
            if value != known.get(name):
                self.record(step, "set", name=name, value=value)

    def history(self, up_to=None):
        """Return the history up to a step, or None if nothing was recorded."""
        return self._read("history.csv", lambda text: History.from_csv(text, up_to))

    def append_history(self, history):
        """Append the rows that `history.csv` does not have yet."""
        path = self.path / "history.csv"
        self._append(path.name, history.to_csv(self._recorded, header=not path.exists() or path.stat().st_size == 0))
        self._recorded = max([self._recorded, *history["step"][-1:]])

    # --- checkpoints ----------------------------------------------------------------------------------------------

    def checkpoints(self):
        """Return the paths of the checkpoints, newest first."""
        return sorted(self.checkpoint_folder.glob("step_*.npz"), reverse=True)

    def save_checkpoint(self, step, arrays, values):
        """Write a checkpoint and drop all but the newest few.

        Parameters
        ----------
        step : int
            How many steps were made.
        arrays : dict of str to ndarray
            Every variable that resuming needs.
        values : dict
            What else resuming needs, as JSON can hold it.
        """
        buffer = io.BytesIO()
        meta = np.frombuffer(json.dumps(values).encode(), np.uint8)
        np.savez(buffer, **arrays, meta=meta)
        with atomic_write(self.checkpoint_folder / f"step_{step:08d}.npz") as file:
            file.write(buffer.getbuffer())
        for old in self.checkpoints()[KEPT_CHECKPOINTS:]:
            old.unlink(missing_ok=True)
        self.record(step, "checkpoint")

    def load_checkpoint(self):
        """Read the newest checkpoint that is whole.

        Returns
        -------
        step : int
        arrays : dict of str to ndarray
        values : dict
        damaged : list of Path
            Newer checkpoints that could not be read; each array carries a checksum.

        Raises
        ------
        RunFolderError
            There is no whole checkpoint.
        """
        damaged = []
        for path in self.checkpoints():
            try:
                return *_read_checkpoint(path), damaged
            except Exception:  # damaged bytes make zipfile and NumPy raise a dozen kinds of error, all of one meaning
                damaged.append(path)
        if damaged:
            names = ", ".join(path.name for path in damaged)
            raise RunFolderError(f"{self.path} has no checkpoint that can be read: {names} are damaged.")
        raise RunFolderError(
            f"{self.path} has no checkpoint: its run ended before the first one. Start a new run in another folder."
        )

    def rewind(self, step, damaged=()):
        """Cut the logs and samples back to a checkpoint's step, so that the run goes on as if it had stopped there."""
        remove_unfinished(self.path)
        for path in damaged:
            os.replace(path, path.with_suffix(".damaged"))
        kept = [json.dumps(e) + "\n" for e in self.events() if e["step"] <= step and not _undone(e, step)]
        with atomic_write(self.path / "events.jsonl") as file:
            file.write("".join(kept).encode())
        history = self.history(up_to=step)
        self._recorded = step
        if history is None:
            (self.path / "history.csv").unlink(missing_ok=True)
        else:
            with atomic_write(self.path / "history.csv") as file:
                file.write(history.to_csv().encode())
        for path in self.sample_folder.glob("step_*.png"):
            if int(path.stem.removeprefix("step_")) > step:
                path.unlink(missing_ok=True)
        self.record(step, "resume", damaged=[path.name for path in damaged])
        return history


def _read_checkpoint(path):
    """Return step, arrays and values; any exception if a byte of the file is not as it was written."""
    with zipfile.ZipFile(path) as file:
        # NumPy alone compares no checksum of an array whose header asks for fewer bytes than there are.
        if file.testzip() is not None:
            raise zipfile.BadZipFile
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    values = json.loads(arrays.pop("meta").tobytes())
    return int(path.stem.removeprefix("step_")), arrays, values


def _undone(event, step):
    """Tell whether an event came after the checkpoint: a change that was made right at its step is made again."""
    return event["event"] == "set" and event["step"] == step
