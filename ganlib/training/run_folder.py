"""A training run on disk: its configuration, events, history, checkpoints and samples.

    config.json     every parameter, the versions, the seed, the device
    events.jsonl    one line for every training, change of a live value, checkpoint, resume, gap and divergence
    history.csv     one row per step
    checkpoints/    weights, optimizers, step: everything that resuming needs; the newest few are kept
    samples/        pictures of the fixed latent vectors

Single files are written to a temporary name and renamed. The two logs only grow, and are on the disk before a
checkpoint that counts on them; what a killed process left of a line is cut off when the run is resumed. One model at a
time writes in a folder.
"""

import contextlib
import io
import json
import os
import re
import time
import warnings
import zipfile
from pathlib import Path

import numpy as np

from ganlib.lock import LOCK, hold
from ganlib.paths import as_path, explain
from ganlib.training.errors import RunFolderError
from ganlib.training.files import atomic_write, remove_unfinished
from ganlib.training.history import History
from ganlib.training.live import Schedule
from ganlib.training.old_names import renew

FORMAT = 1
KEPT_CHECKPOINTS = 3
LOGS = (("rows", "rows", "history.csv"), ("changes", "changes", "events.jsonl"))


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
        self._config = json.dumps(config)
        self._logged = {"rows": 0, "changes": 0}  # what the two logs hold
        self._recorded = 0  # the step of the last row
        self._seen = None  # how long the events were when this model last wrote there
        self._lock = None
        self.to_read = False  # opened to use its model: nothing may train in it

    @property
    def config(self):
        """What `config.json` holds, as a dict of the caller's own: changing it does not change the run."""
        return json.loads(self._config)

    @classmethod
    def create(cls, path, config):
        """Make a new run folder.

        Parameters
        ----------
        path : str or Path
            A new or an empty folder.
        config : dict
            What `config.json` will hold: see `TrainableModel.run_config`.

        Raises
        ------
        RunFolderError
            The folder holds a run or other files already, or cannot be written.
        """
        path = as_folder(path)
        if (path / "config.json").exists():
            raise RunFolderError(
                f"{path} already holds a run: continue it with GAN.resume({str(path)!r}), or the resume of its "
                f"class, or choose another folder."
            )
        if any(not found.is_dir() and found.name != LOCK for found in path.rglob("*")):
            raise RunFolderError(f"{path} holds other files: choose a new or an empty folder for the run.")
        run = cls(path, {"ganlib_run": FORMAT, **config})
        try:
            for folder in (path, run.checkpoint_folder, run.sample_folder):
                folder.mkdir(parents=True, exist_ok=True)
            run.update()
        except OSError as error:
            raise RunFolderError(
                f"{path} cannot be used as a run folder: {explain(error)}. Choose another place."
            ) from error
        return run

    @classmethod
    def open(cls, path):
        """Find the run in a folder; nothing in it is changed.

        Raises
        ------
        RunFolderError
            The folder is no run, is of another version, or cannot be read.
        """
        path = as_folder(path)
        try:
            config = json.loads((path / "config.json").read_text(encoding="utf-8"))
            version = config["ganlib_run"]
            complete = version != FORMAT or _is_complete(config)
        except FileNotFoundError as error:
            raise RunFolderError(f"{path} is not a run folder: it has no config.json.") from error
        except OSError as error:
            raise RunFolderError(f"{path} cannot be read as a run folder: {explain(error)}.") from error
        except (ValueError, KeyError, TypeError, RecursionError):
            complete = False
        if not complete:
            raise RunFolderError(f"{path / 'config.json'} is damaged or was not written by ganlib.")
        if version != FORMAT:
            versions = config.get("versions")
            writer = versions.get("ganlib", "?") if isinstance(versions, dict) else "?"
            raise RunFolderError(
                f"{path} was written by ganlib {writer} in format {version}; "
                f"this version reads format {FORMAT}. Resume it with the version that wrote it."
            )
        return cls(path, renew(config))

    @property
    def checkpoint_folder(self):
        """Where the checkpoints are."""
        return self.path / "checkpoints"

    @property
    def sample_folder(self):
        """Where the pictures of the fixed latent vectors are."""
        return self.path / "samples"

    def update(self, **changes):
        """Change what `config.json` holds, and write it again."""
        config = json.dumps({**self.config, **changes}, indent=2)
        with atomic_write(self.path / "config.json") as file:
            file.write((config + "\n").encode())
        self._config = config

    @contextlib.contextmanager
    def held(self):
        """Keep every other model out of the folder while the block runs, be it in this process or in another.

        Raises
        ------
        RunFolderError
            Another model is being trained here, or one has written here since this one last did; or the folder was
            opened only to use its model.
        """
        if self.to_read:
            raise RunFolderError(
                f"{self.path} was opened to use its model, not to train it: go on with "
                f"{self.config['model']}.resume({str(self.path)!r}), or call train(run=...) with a new folder."
            )
        if self._lock is not None:  # by this very model
            yield
            return
        try:
            self._lock = hold(self.path)
        except BlockingIOError as error:
            raise RunFolderError(
                f"{self.path} is being trained by another model, perhaps in another notebook: stop that training "
                f"first, or choose another folder."
            ) from error
        except OSError as error:
            raise OSError(error.errno, f"{self.path} could not be written: {explain(error)}.") from error
        try:
            if self._seen is not None and self._seen != self._size("events.jsonl"):
                raise RunFolderError(
                    f"Another model, perhaps in another notebook, has gone on with {self.path} since this one last "
                    f"wrote there: go on with {self.config['model']}.resume({str(self.path)!r}), or give a new run=."
                )
            yield
        finally:
            self._lock.close()
            self._lock = None

    # --- logs -----------------------------------------------------------------------------------------------------

    def _size(self, name):
        path = self.path / name
        return path.stat().st_size if path.exists() else 0

    def _append(self, name, text):
        """Append text to one of the logs, all of it or nothing."""
        path, size = self.path / name, self._size(name)
        try:
            with open(path, "a", encoding="utf-8", newline="") as file:
                file.write(text)
        except OSError as error:
            with contextlib.suppress(OSError):
                os.truncate(path, size)
            raise OSError(error.errno, f"{path} could not be written: {explain(error)}.") from error

    def _sync_logs(self):
        """Have the system write both logs to the disk: a checkpoint must not outlive the rows that it counts on."""
        for _, _, name in LOGS:
            try:
                with contextlib.suppress(FileNotFoundError), open(self.path / name, "rb+") as file:
                    os.fsync(file.fileno())
            except OSError as error:
                raise OSError(error.errno, f"{self.path / name} could not be written: {explain(error)}.") from error

    def _read(self, name, parse):
        """Parse one of the logs; None if it has no whole line."""
        path = self.path / name
        try:
            text = path.read_text(encoding="utf-8") if path.exists() else ""
            return parse(text) if "\n" in text else None
        except (ValueError, RecursionError) as error:
            raise RunFolderError(f"{path} is damaged: rename it, and the run can be resumed without it.") from error

    def record(self, step, event, **details):
        """Append an event to `events.jsonl`."""
        line = {"step": int(step), "event": event, **details, "time": round(time.time(), 3)}
        self._append("events.jsonl", json.dumps(line) + "\n")
        self._logged["changes"] += event == "set"
        self._seen = self._size("events.jsonl")

    def events(self):
        """Return the events as a list of dicts; a cut-off last line is left out."""
        return self._read("events.jsonl", lambda text: [_read_event(line) for line in text.split("\n")[:-1]]) or []

    def schedule(self):
        """Return every change of a live value in this run as a `Schedule`; warn if that cannot replay the run."""
        for gap in self.gaps():
            warnings.warn(f"{self.path} cannot be replayed exactly: {gap}", stacklevel=2)
        return Schedule((e["step"], e["name"], e["value"]) for e in self.events() if e["event"] == "set")

    def gaps(self):
        """Return a list of sentences that say why the recorded changes do not replay this run; empty if they do."""
        return [e["why"] for e in self.events() if e["event"] == "gap"]

    def history(self, up_to=None):
        """Return the history up to a step, or None if nothing was recorded."""
        return self._read("history.csv", lambda text: History.from_csv(text, up_to))

    def append_history(self, history):
        """Append the rows that `history.csv` does not have yet: all of them if somebody removed the file."""
        empty = self._size("history.csv") == 0
        self._append("history.csv", history.to_csv(0 if empty else self._recorded, header=empty))
        self._recorded = max([self._recorded, *history["step"][-1:]])
        self._logged["rows"] = len(history["step"])

    # --- checkpoints ----------------------------------------------------------------------------------------------

    def checkpoints(self):
        """Return the paths of the checkpoints, newest first."""
        found = {path: step_of(path) for path in self.checkpoint_folder.glob("step_*.npz")}
        return sorted((path for path in found if found[path] is not None), key=found.get, reverse=True)

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

        Returns
        -------
        dict
            How many rows and changes the logs hold: what `rewind` compares with.
        """
        self._sync_logs()
        if not (self.path / "config.json").exists():  # somebody removed it, and without it nothing could be resumed
            self.update()
        buffer = io.BytesIO()
        meta = np.frombuffer(json.dumps({**values, "logged": self._logged}).encode(), np.uint8)
        np.savez(buffer, **arrays, meta=meta)
        with atomic_write(self.checkpoint_folder / f"step_{step:08d}.npz") as file:
            file.write(buffer.getbuffer())
        for old in self.checkpoints()[KEPT_CHECKPOINTS:]:
            old.unlink(missing_ok=True)
        logged = dict(self._logged)
        self.record(step, "checkpoint")
        return logged

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
            raise RunFolderError(
                f"{self.path} has no checkpoint that can be read: {names} are damaged. Start a new run elsewhere."
            )
        raise RunFolderError(
            f"{self.path} has no checkpoint: its run ended before the first one. Start a new run in another folder."
        )

    def rewind(self, step, damaged=(), logged=None):
        """Cut the logs and samples back to a checkpoint's step, so that the run goes on as if it had stopped there.

        Parameters
        ----------
        step : int
            The step of the checkpoint.
        damaged : iterable of Path
            Newer checkpoints that cannot be read; they are renamed.
        logged : dict or None
            How many rows and changes the logs held when the checkpoint was written; what is missing is recorded as a
            gap. None: it was written by a version that did not count.

        Returns
        -------
        History or None
            The rows up to that step; None if nothing was recorded.
        """
        remove_unfinished(self.path)
        for path in damaged:
            os.replace(path, path.with_suffix(".damaged"))
        kept = _events_until(step, self.events(), logged)
        with atomic_write(self.path / "events.jsonl") as file:
            file.write("".join(json.dumps(e) + "\n" for e in kept).encode())
        history = self.history(up_to=step)
        if history is None:
            (self.path / "history.csv").unlink(missing_ok=True)
        else:
            with atomic_write(self.path / "history.csv") as file:
                file.write(history.to_csv().encode())
        self._recorded = step
        self._logged = {
            "rows": 0 if history is None else len(history["step"]),
            "changes": sum(event["event"] == "set" for event in kept),
        }
        for path in self.sample_folder.glob("step_*.png"):
            if (step_of(path) or 0) > step:
                path.unlink(missing_ok=True)
        self.record(step, "resume", damaged=[path.name for path in damaged])
        self._record_loss(step, logged)
        return history

    def _record_loss(self, step, logged):
        """Record as a gap what the logs lack of what they held when the checkpoint was written."""
        lost = {what: (logged or self._logged)[what] - count for what, count in self._logged.items()}
        named = [f"{lost[what]} {name} of {log}" for what, name, log in LOGS if lost[what] > 0]
        if named:
            why = f"{' and '.join(named)} are lost, from before step {step}, perhaps because the power went."
            self.record(step, "gap", why=why)


def as_folder(path):
    """Return the path of a run folder, with the home folder for `~`; RunFolderError if it is no path."""
    try:
        path = as_path(path, "run")
        path.lstat()
    except ValueError as error:
        raise RunFolderError(str(error)) from error
    except (FileNotFoundError, NotADirectoryError):  # the caller says what follows from that
        return path
    except OSError as error:
        raise RunFolderError(f"{str(path)[:80]} cannot be used as a run folder: {explain(error)}.") from error
    return path


def step_of(path):
    """Return the step in the name of a checkpoint or a sample, or None if there is none that a run could reach."""
    named = re.fullmatch(r"step_([0-9]{1,15})", path.stem)
    return named and int(named[1])


def _is_complete(config):
    """Tell whether a configuration holds what a run needs, each of its type."""
    types = {"model": str, "config": dict, "training": dict, "live": dict}
    if not all(isinstance(config.get(name), kind) for name, kind in types.items()):
        return False
    return isinstance(config["training"].get("last_step"), int | None)


def _read_event(line):
    """Read a line of `events.jsonl`; ValueError if it is no event."""
    event = json.loads(line)
    needed = {"step": int, "event": str}
    if isinstance(event, dict) and event.get("event") == "set":
        needed |= {"name": str, "value": object}
    if isinstance(event, dict) and event.get("event") == "gap":
        needed |= {"why": str}
    if not isinstance(event, dict) or not all(isinstance(event.get(key), kind) for key, kind in needed.items()):
        raise ValueError(f"{line[:50]} is no event.")
    return event


def _events_until(step, events, logged):
    """Return the events that a checkpoint's step has behind it.

    A change that came after the checkpoint at the very same step is left out: it will be made again.
    """
    events = [event for event in events if event["step"] <= step]
    if logged is None:  # written by a version that did not count
        return [event for event in events if (event["event"], event["step"]) != ("set", step)]
    changes = [event for event in events if event["event"] == "set"]
    too_late = {id(event) for event in changes[logged["changes"] :] if event["step"] == step}
    return [event for event in events if id(event) not in too_late]


def _read_checkpoint(path):
    """Return step, arrays and values; any exception if a byte of the file is not as it was written."""
    with zipfile.ZipFile(path) as file:
        if any(member.compress_type != zipfile.ZIP_STORED for member in file.infolist()):
            raise zipfile.BadZipFile  # not ours, and a small file could unpack to a huge one
        # NumPy alone compares no checksum of an array whose header asks for fewer bytes than there are.
        if file.testzip() is not None:
            raise zipfile.BadZipFile
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files}
    values = json.loads(arrays.pop("meta").tobytes())
    if not isinstance(values, dict) or not isinstance(values.get("live", {}), dict):
        raise zipfile.BadZipFile
    logged = values.get("logged")
    if logged is not None and not all(isinstance(logged[what], int) for what, _, _ in LOGS):
        raise zipfile.BadZipFile
    return step_of(path), arrays, values
