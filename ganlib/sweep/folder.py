"""The folder of a sweep: which grid it belongs to, and which of its runs are whole.

sweep.json        the grid's fingerprint, the lesson's checksum, the version of ganlib, the threads of a run
lesson.ipynb      the notebook as it was when the sweep began; every run executes this copy
runs/<id>/        one folder a run, see `runner`
results.parquet   the table; beside it results.csv
index.html        the gallery
"""

import hashlib
import json
from pathlib import Path

import ganlib
from ganlib.sweep.errors import SweepError
from ganlib.sweep.kernel import LOCK, hold
from ganlib.sweep.runner import FAILED, forget, read_result
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
        The folder belongs to another grid, another version or another process, or cannot be written.
    """

    def __init__(self, path, notebook, runs, resume):
        self.path, self.runs = Path(path).resolve(), runs
        self.record = {
            "ganlib_sweep": FORMAT,
            "ganlib": ganlib.__version__,
            "notebook": notebook.path.name,
            "notebook_sha256": notebook.sha256,
            "grid": hashlib.sha256(" ".join(sorted(runs)).encode()).hexdigest(),
            "runs": len(runs),
        }
        self._lock, known = None, self._read(resume)
        try:
            (self.path / RUNS).mkdir(parents=True, exist_ok=True)
            self._lock = hold(str(self.path), patience=0)
            self._prepare(notebook, known)
        except BlockingIOError as error:
            raise SweepError(f"Another sweep is at work in {self.path}: wait for it, or stop it.") from error
        except OSError as error:
            self.close()
            raise SweepError(f"{self.path} cannot hold a sweep: {explain(error)}. Choose another place.") from error

    def _prepare(self, notebook, known):
        """Clear away what a killed process left half written, and keep the notebook as it is now."""
        remove_unfinished(self.path)
        if known:
            self.record["threads"] = known["threads"]
        with atomic_write(self.path / LESSON) as file:
            file.write(notebook.content)

    def _read(self, resume):
        """Return the record of the sweep that is there, or None; SweepError if that is another one."""
        try:
            known = json.loads((self.path / RECORD).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            found = {path.name for path in self.path.glob("*") if path.suffix != UNFINISHED}
            found = sorted(found - {LOCK, LESSON, RUNS, RECORD})
            if found:
                raise SweepError(
                    f"{self.path} is no sweep and holds {found[0]}: choose a new or an empty folder."
                ) from error
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
                f"that version, or begin anew in another folder."
            )
        if not resume:
            raise SweepError(f"{self.path} holds this sweep already: say --resume (resume=True) to go on with it.")
        return known

    def begin(self, threads):
        """Write down how many threads a run has, unless an earlier part of the sweep did; return their number."""
        self.record.setdefault("threads", threads)
        with atomic_write(self.path / RECORD) as file:
            file.write((json.dumps(self.record, indent=2) + "\n").encode())
        return self.record["threads"]

    def close(self):
        """Give the folder free for other processes."""
        if self._lock:
            self._lock.close()
            self._lock = None

    def run_folder(self, run):
        """Return the folder of a run."""
        return self.path / RUNS / run

    def whole(self):
        """Return the results of the runs that are whole, those that failed left out.

        Returns
        -------
        dict of str to dict
        """
        results = {run: read_result(self.run_folder(run)) for run in self.runs}
        return {run: result for run, result in results.items() if result and result["outcome"] != FAILED}

    def job(self, run, cwd, given):
        """Return what a worker has to know of a run, see `ganlib.sweep.runner.execute`; what failed begins anew."""
        if read_result(self.run_folder(run)):
            forget(self.run_folder(run))
        return {
            "id": run,
            "folder": str(self.run_folder(run)),
            "notebook": str(self.path / LESSON),
            "cwd": str(cwd),
            "parameters": self.runs[run],
            "given": given,
            "threads": self.record["threads"],
            "version": ganlib.__version__,
        }
