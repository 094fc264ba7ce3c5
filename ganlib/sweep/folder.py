"""The folder of a sweep: which grid it belongs to, and which of its runs are whole.

sweep.json        the grid's fingerprint, the lesson's checksum, the version of ganlib, the threads of a run
lesson.ipynb      the notebook as it was when the sweep began; every run executes this copy
runs/<id>/        one folder per run, see `runner`
results.parquet   the table; beside it results.csv
index.html        the gallery
"""

import hashlib
import json

import ganlib
from ganlib.lock import LOCK, hold
from ganlib.paths import as_path
from ganlib.sweep.errors import SweepError
from ganlib.sweep.runner import FAILED, RESULT, forget, read_object, read_result
from ganlib.training.files import UNFINISHED, atomic_write, explain, remove_unfinished

FORMAT = 1
RECORD, LESSON, RUNS = "sweep.json", "lesson.ipynb", "runs"


class SweepFolder:
    """A sweep's folder, locked for this process until `close`.

    Parameters
    ----------
    path : str or Path
        A new or empty folder, or that of the same sweep.
    notebook : ganlib.sweep.notebook.Notebook
    runs : dict of str to dict
        The grid's runs, see `ganlib.sweep.grid.expand`.
    resume : bool
        Whether a sweep that is there already goes on.

    Raises
    ------
    SweepError
        The folder belongs to another grid, notebook, version or process, already holds this sweep and `resume` is
        False, or cannot be written to.
    """

    def __init__(self, path, notebook, runs, resume):
        try:
            self.path, self.runs = as_path(path, "out").resolve(), runs
        except ValueError as error:
            raise SweepError(str(error)) from error
        self.record = {
            "ganlib_sweep": FORMAT,
            "ganlib": ganlib.__version__,
            "notebook": notebook.path.name,
            "notebook_sha256": notebook.sha256,
            "grid": hashlib.sha256(" ".join(sorted(runs)).encode()).hexdigest(),
            "runs": len(runs),
        }
        self._lock = None
        try:
            known = self._read(notebook, resume)
            (self.path / RUNS).mkdir(parents=True, exist_ok=True)
            self._lock = hold(str(self.path), patience=0)
            self._prepare(notebook, known)
        except BlockingIOError as error:
            raise SweepError(f"Another sweep is at work in {self.path}: wait for it, or stop it.") from error
        except OSError as error:
            self.close()
            reason = explain(error.__cause__ or error)
            raise SweepError(f"{self.path} cannot hold a sweep: {reason}. Choose another place.") from error

    def _prepare(self, notebook, known):
        """Clear away what a killed process left half written, and keep the notebook as it is now."""
        remove_unfinished(self.path)
        if known and "threads" in known:
            self.record["threads"] = known["threads"]
        with atomic_write(self.path / LESSON) as file:
            file.write(notebook.content)

    def _read(self, notebook, resume):
        """Return the record of the sweep that is there, or None; SweepError if that is another one."""
        known = self._known(notebook)
        if known is None:
            found = {path.name for path in self.path.glob("*") if path.suffix != UNFINISHED}
            found = sorted(found - {LOCK, LESSON, RUNS})
            if found:
                raise SweepError(f"{self.path} is not a sweep and holds {found[0]}: choose a new or an empty folder.")
            return None
        names = {"grid": "another grid", "notebook_sha256": "another state of its notebook"}
        for key, words in names.items():
            if known.get(key) != self.record[key]:
                raise SweepError(
                    f"{self.path} holds a sweep of {words} ({known.get('runs')} runs of {known.get('notebook')}): "
                    f"choose another folder."
                )
        if known["ganlib"] != ganlib.__version__:
            raise SweepError(
                f"{self.path} was begun with ganlib {known['ganlib']}, and this is {ganlib.__version__}: go on with "
                f"that version, or start over in another folder."
            )
        if not resume:
            raise SweepError(f"{self.path} holds this sweep already: use --resume (resume=True) to go on with it.")
        return known

    def _known(self, notebook):
        """Return the record that is there; a damaged one counts as that of this sweep if the notebook is the same."""
        path = self.path / RECORD
        known = read_object(path)
        if known and all(type(known.get(name)) is type(value) for name, value in {**self.record, "threads": 1}.items()):
            return known
        if not path.exists():
            return None
        copy = self.path / LESSON
        if not copy.is_file() or copy.read_bytes() != notebook.content:
            raise SweepError(f"{path} is damaged, so nobody knows which sweep this is: choose another folder.")
        return self.record

    def begin(self, threads):
        """Write down how many threads a run has, unless an earlier part of the sweep did; return their number."""
        self.record.setdefault("threads", threads)
        with atomic_write(self.path / RECORD) as file:
            file.write((json.dumps(self.record, indent=2) + "\n").encode())
        return self.record["threads"]

    def close(self):
        """Free the folder for other processes."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def run_folder(self, run):
        """Return the folder of a run."""
        return self.path / RUNS / run

    def whole(self):
        """Return the results of the runs that are complete, without those that failed.

        Returns
        -------
        dict of str to dict
            By id of the run, what its `result.json` holds.
        """
        found = {run: read_result(self.run_folder(run)) for run in self.runs}
        whole = {run: told for run, told in found.items() if told and told["id"] == run and told["outcome"] != FAILED}
        return {run: {**told, "parameters": self.runs[run]} for run, told in whole.items()}

    def job(self, run, cwd, given, time_limit):
        """Return what a worker has to know about a run, see `ganlib.sweep.runner.execute`.

        A run that failed starts over; one that only took too long goes on from its last checkpoint.
        """
        result = read_result(self.run_folder(run))
        if result and result.get("cut_off"):
            (self.run_folder(run) / RESULT).unlink()
        elif result:
            forget(self.run_folder(run))
        return {
            "id": run,
            "folder": str(self.run_folder(run)),
            "notebook": str(self.path / LESSON),
            "cwd": str(cwd),
            "parameters": self.runs[run],
            "given": given,
            "threads": self.record["threads"],
            "time_limit": time_limit,
            "version": ganlib.__version__,
        }
