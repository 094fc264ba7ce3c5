"""Real runs of lesson 06, a few steps long: what they leave, and that no kill at any moment changes a number."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import nbformat
import numpy as np
import pandas
import pytest
from PIL import Image

from ganlib import sweep
from ganlib.judge.signs import MEANING
from ganlib.sweep import notebook, runner
from ganlib.sweep.table import ABOUT

CHECKOUT = Path(__file__).resolve().parents[2]
STEPS = 20
GRID = {"notebook": "06", "parameters": {"steps": STEPS, "d_learning_rate": [1e-4, 1e-3]}, "seeds": 1}
WAITING = 600  # seconds that anything may take on a busy computer before a test gives up

pytestmark = pytest.mark.skipif(os.name == "nt", reason="kills a group of processes")


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """The folder and the table of a sweep of two runs."""
    out = tmp_path_factory.mktemp("real") / "out"
    return out, sweep.run(GRID, out, workers=2, verbose=0)


def test_a_run_of_lesson_06_leaves_scores_samples_curves_and_its_training(undisturbed):
    out, table = undisturbed
    for row in table.to_dict("records"):
        folder = out / "runs" / row["id"]
        result = json.loads((folder / "result.json").read_text())
        assert (result["id"], result["outcome"], result["error"]) == (row["id"], row["outcome"], None)
        assert result["parameters"]["d_learning_rate"] == row["d_learning_rate"]
        assert result["scores"].items() <= row.items()
        assert np.asarray(Image.open(folder / "samples.png")).std() > 0
        assert pandas.read_csv(folder / "curves.csv")["step"].tolist() == list(range(1, STEPS + 1))
        assert len(pandas.read_csv(folder / "run" / "history.csv")) == STEPS
        checkpoints = [path.name for path in (folder / "run" / "checkpoints").iterdir()]
        assert checkpoints == [f"step_{STEPS:08d}.npz"]


def test_a_run_executes_the_very_cells_of_the_lesson_that_carry_the_tag(undisturbed):
    out, table = undisturbed
    executed = nbformat.read(out / "runs" / table["id"][0] / runner.NOTEBOOK, nbformat.NO_CONVERT)
    assert executed.metadata.papermill.exception is None
    lesson = notebook.read(notebook.find("06")).cells.cells
    tagged = {cell.id: cell.source for cell in lesson if {"sweep", "parameters"} & set(cell.metadata.get("tags", ()))}
    counted = {cell.id: cell.source for cell in executed.cells if cell.get("execution_count")}
    assert tagged.items() <= counted.items()
    added = {cell.id for cell in executed.cells} - {cell.id for cell in lesson}
    assert counted.keys() - tagged.keys() <= added
    assert len(executed.cells) == len(lesson) + len(added)
    injected = next(cell for cell in executed.cells if "injected-parameters" in cell.metadata.get("tags", ()))
    assert f"steps = {STEPS}" in injected.source


def test_the_table_and_the_page_have_every_run(undisturbed):
    out, table = undisturbed
    assert table["d_learning_rate"].tolist() == [1e-4, 1e-3]
    assert set(table["outcome"]) <= set(MEANING)
    assert table["mnist_fd"].gt(0).all()
    assert table["mnist_fd"].nunique() == 2
    assert table["step"].tolist() == [STEPS, STEPS]
    assert table[["seconds", "startup_seconds", "training_seconds"]].gt(0).all(axis=None)
    pandas.testing.assert_frame_equal(sweep.read(out), table)
    assert (out / "index.html").read_text().count("data:image/png;base64,") >= 2


def test_a_killed_sweep_goes_on_to_the_same_scores(undisturbed, tmp_path):
    """The moment is random, after the training has begun, so that there is something to continue."""
    out, table = tmp_path / "out", undisturbed[1]
    first = table.iloc[[0]]
    grid = {**GRID, "parameters": {**GRID["parameters"], "d_learning_rate": first["d_learning_rate"].tolist()}}
    (tmp_path / "grid.json").write_text(json.dumps(grid))  # JSON is YAML
    command = [sys.executable, "-m", "ganlib", "sweep", str(tmp_path / "grid.json"), "--out", str(out)]
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    working = subprocess.Popen([*command, "--workers", "2"], env=env, stderr=subprocess.DEVNULL)
    end = time.monotonic() + WAITING
    while not list(out.glob("runs/*/run/checkpoints/*.npz")) and working.poll() is None:
        assert time.monotonic() < end
        time.sleep(0.02)
    time.sleep(random.Random(6).uniform(0, 2))
    working.send_signal(signal.SIGKILL)
    assert working.wait() == -signal.SIGKILL
    again = sweep.run(grid, out, workers=2, resume=True, verbose=0)
    same = [name for name in table if name not in ABOUT]
    # On busy cores a plain graph's sums differ in their last digits, which may take a pixel over the edge of an end.
    pandas.testing.assert_frame_equal(again[same], first[same], atol=1e-5)
