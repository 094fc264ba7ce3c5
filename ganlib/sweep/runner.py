"""One run: a notebook executed by papermill in a worker, and the file `result.json` that says what came of it.

What a run leaves in its folder:

    notebook.ipynb   the executed notebook; after a failure it shows the cell that failed
    scores.json      what the notebook's cell `leave` measured, if it has one; beside it samples.png and curves.csv
    run/             the run folder of the training
    result.json      parameters, outcome, scores, times; written last, so that it stands for a whole run
"""

import contextlib
import json
import math
import os
import platform
import shutil
import time
from datetime import datetime
from pathlib import Path

import nbformat
import papermill
from distributed import get_worker
from nbclient.exceptions import CellTimeoutError, DeadKernelError

import ganlib
from ganlib.judge.signs import DIVERGED
from ganlib.lock import LOCK
from ganlib.setup.environment import CHECKOUT, child_environment
from ganlib.sweep import launch
from ganlib.sweep import notebook as lessons
from ganlib.sweep.kernel import SCORES
from ganlib.training.files import atomic_write

NOTEBOOK, RESULT, RUN = "notebook.ipynb", "result.json", "run"
FAILED, DONE = "failed", "done"
START_TIMEOUT = 180  # seconds for a kernel to answer, on a computer that is busy with other runs
ODD = "scores.json is ignored where it is not a JSON object with a dict of scores and an outcome in words"
BEGINNING = (
    "# Added by the sweep: this run alone writes in its folder, and takes its share of the computer.\n"
    "from ganlib.sweep.kernel import begin\n\n"
    "begin({folder!r}, threads={threads}, gpu={gpu!r}, remove={remove!r})"
)


def execute(job):
    """Make one run, or what is left of it, and return its result, which includes whatever went wrong.

    Parameters
    ----------
    job : dict
        `id`; `folder`: of the run; `notebook`: the sweep's copy of the lesson; `cwd`: where it is executed;
        `parameters`; `given`: those parameters that the sweep fills in; `threads`; `gpus`: what the workers share, one
        each; `time_limit`: in minutes, or None; `version`: of ganlib, which must be the same here.

    Returns
    -------
    dict
        What `result.json` holds, or would hold if the disk were not full.
    """
    folder = Path(job["folder"])
    known = read_result(folder)
    if known is not None:
        return known  # the worker that made it was lost before it could say so
    began = time.perf_counter()
    try:
        if job["version"] != ganlib.__version__:
            raise RuntimeError(f"this worker has ganlib {ganlib.__version__}, the sweep {job['version']}")
        folder.mkdir(parents=True, exist_ok=True)
        trouble = _run_notebook(job, folder)
    except Exception as error:  # whatever it is, it must not stop the other runs
        trouble = {"outcome": FAILED, "error": _one_line(f"{type(error).__name__}: {error}"), "cell": None}
    result = _result(job, folder, trouble, time.perf_counter() - began)
    # On a full disk there is no file, and so the run is repeated.
    with contextlib.suppress(OSError), atomic_write(folder / RESULT) as file:
        file.write((json.dumps(result, indent=2) + "\n").encode())
    return result


def _run_notebook(job, folder):
    """Execute the notebook; return None, or what went wrong as `outcome`, `error` and `cell`."""
    given = {"results": str(folder), "resume": any((folder / RUN / "checkpoints").glob("*.npz"))}
    settings = {"threads": job["threads"], "gpu": _gpu(job["gpus"]), "remove": "" if given["resume"] else RUN}
    beginning = BEGINNING.format(folder=str(folder), **settings)
    content = Path(job["notebook"]).read_bytes()
    notebook = lessons.prepare(content, beginning)
    path = folder / NOTEBOOK
    with atomic_write(path) as file:
        file.write(nbformat.writes(notebook).encode())
    os.environ["PYTHONPATH"] = _path()  # kernels find the same ganlib
    launch.announce(folder, content)
    name = str(path).replace("{", "{{").replace("}", "}}")  # else papermill fills in what stands in braces
    time_left = _TimeLeft(job["time_limit"])
    try:
        papermill.execute_notebook(
            name,
            name,
            {**job["parameters"], **{name: given[name] for name in job["given"]}},
            progress_bar=False,
            start_timeout=START_TIMEOUT,
            timeout_func=time_left,
            kernel_name="python3",  # this Python's, whatever it was called where the notebook was saved
            language="python",
            kernel_manager_class=launch.RunKernelManager,
            resources={"metadata": {"path": job["cwd"] if Path(job["cwd"]).is_dir() else str(folder)}},
        )
    except papermill.PapermillExecutionError as error:
        diverged = error.ename == "TrainingDiverged"
        return {
            "outcome": DIVERGED if diverged else FAILED,
            "error": _one_line(f"{error.ename}: {error.evalue}"),
            "cell": _failed_cell(path),
        }
    except CellTimeoutError:
        if not time_left.is_over():
            raise
        words = f"took longer than {job['time_limit']:g} minutes, the time limit"
        return {"outcome": FAILED, "error": words, "cell": _last_cell(path), "cut_off": True}
    except DeadKernelError:
        return {"outcome": FAILED, "error": "the kernel died, perhaps because memory ran out", "cell": _last_cell(path)}
    return None


class _TimeLeft:
    """How many seconds a run may still take, counted from its first cell, as a late kernel is not its fault.

    Parameters
    ----------
    minutes : float or None
        The time limit; None: there is none.
    """

    def __init__(self, minutes):
        self._minutes, self._last = minutes, None

    def __call__(self, cell):
        """Return the seconds for the next cell, as nbclient asks for them; None for as many as it likes."""
        if self._minutes is None:
            return None
        self._last = self._last or time.monotonic() + 60 * self._minutes
        return max(0.1, self._last - time.monotonic())  # 0 would mean no limit

    def is_over(self):
        """Tell whether the limit is reached."""
        return self._last is not None and time.monotonic() >= self._last


def _path():
    """Return PYTHONPATH with ganlib's own folder first, and only once."""
    here, known = str(CHECKOUT), os.environ.get("PYTHONPATH", "")
    return known if known.split(os.pathsep)[0] == here else child_environment()["PYTHONPATH"]


def _result(job, folder, trouble, seconds):
    """Put together what is known of a run."""
    return {
        "id": job["id"],
        "parameters": job["parameters"],
        "outcome": DONE,
        "error": None,
        "cell": None,
        **(trouble or _left(folder / SCORES)),
        **_longest_cell(folder / NOTEBOOK),
        "seconds": round(seconds, 2),
        "computer": platform.node(),
    }


def _left(path):
    """Return the outcome and the scores that a notebook left, and say so if they are odd."""
    found = read_object(path)
    told = found or {}
    outcome, scores = told.get("outcome", DONE), told.get("scores", {})
    good = isinstance(outcome, str) and isinstance(scores, dict) and (found is not None or not os.path.exists(path))
    return {
        "outcome": _one_line(outcome) if isinstance(outcome, str) and outcome.strip() else DONE,
        "scores": scores if isinstance(scores, dict) else {},
        "error": None if good else ODD,
    }


def read_object(path):
    """Read a file that holds one JSON object; None if there is none, or the file holds anything else.

    NaN and infinity, which Python writes and JSON does not know, become None.
    """
    try:
        text = Path(path).read_text(encoding="utf-8") if Path(path).is_file() else ""
        told = json.loads(text, parse_constant=_finite, parse_float=_finite)
    except (OSError, ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def _finite(word):
    number = float(word)
    return number if math.isfinite(number) else None


def read_result(folder):
    """Return the result of a complete run, even if it failed; None if there is none yet."""
    result = read_object(Path(folder) / RESULT) or {}
    good = all(isinstance(result.get(name), str) for name in ("id", "outcome"))
    return result if good and isinstance(result.get("scores", {}), dict) else None


def forget(folder):
    """Clear a run's folder, so that the run starts over; its lock stays, in case somebody has it."""
    for path in Path(folder).iterdir():
        if path.is_dir():
            shutil.rmtree(path)
        elif path.name != LOCK:
            path.unlink()


def _gpu(gpus):
    """Return the GPU that belongs to this worker of a local cluster, whose workers are numbered; None without GPUs."""
    return gpus[int(get_worker().name) % len(gpus)] if gpus else None


def _failed_cell(path):
    """Return the id of the cell that failed: the first one with an error among its outputs."""
    cells = nbformat.read(path, nbformat.NO_CONVERT).cells
    return next((c.id for c in cells if any(o.output_type == "error" for o in c.get("outputs", ()))), None)


def _last_cell(path):
    """Return the id of the last cell that was begun."""
    cells = [cell for cell in nbformat.read(path, nbformat.NO_CONVERT).cells if cell.cell_type == "code"]
    begun = [cell.id for cell in cells if cell.metadata.get("papermill", {}).get("start_time")]
    return begun[-1] if begun else None


def _longest_cell(path):
    """Return how long the longest cell took, which is the one that trains, and how long everything before it took."""
    try:
        notebook = nbformat.read(path, nbformat.NO_CONVERT)
        timed = [told for c in notebook.cells if (told := c.metadata.get("papermill", {})).get("duration")]
        longest = max(timed, key=lambda told: told["duration"])
        began, reached = (datetime.fromisoformat(t["start_time"]) for t in (notebook.metadata["papermill"], longest))
    except Exception:  # whatever the run itself has made of the file
        return {"startup_seconds": None, "training_seconds": None}
    before = (reached - began).total_seconds()
    return {"startup_seconds": round(before, 2), "training_seconds": round(longest["duration"], 2)}


def _one_line(text):
    line = " ".join(text.split())
    return line if len(line) <= 300 else line[:299] + "…"
