"""Lessons run headless with other parameters, as a sweep runs them: what is injected is obeyed and leaves a trace."""

import html
import logging
import re
from pathlib import Path

import nbformat
import papermill
import pytest

from ganlib.training import RunFolder

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"
STEPS = 12


def execute(name, folder, until=None, tagged=(), **parameters):
    """Run a lesson, or its cells until one, or those of some tags, with injected parameters; return it executed."""
    lesson = nbformat.read(LESSONS / name, nbformat.NO_CONVERT)
    if until:
        lesson.cells = lesson.cells[: [cell.id for cell in lesson.cells].index(until) + 1]
    if tagged:
        lesson.cells = [cell for cell in lesson.cells if set(tagged) & set(cell.metadata.get("tags", ()))]
    nbformat.write(lesson, folder / f"of_{name}")
    made = papermill.execute_notebook(
        folder / f"of_{name}",
        folder / name,
        parameters={"speed": "smoke", **parameters},
        kernel_name="python3",
        cwd=LESSONS,
        progress_bar=False,
    )
    assert made.metadata.papermill.exception is None
    return nbformat.read(folder / name, nbformat.NO_CONVERT)


def figures(notebook):
    """Return the alt text of every figure, by the id of its cell."""
    found = {}
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            for words in re.findall(r'<img [^>]*?alt="([^"]*)"', output.get("data", {}).get("text/html", "")):
                found[cell.id] = html.unescape(words)
    return found


@pytest.fixture(scope="module")
def keras_gan(tmp_path_factory):
    """Lesson 06 with two seeds, as far as the tests look: seed -> (executed notebook, run folder)."""
    made = {}
    for seed, cells in enumerate(({"until": "histogram"}, {"tagged": ("parameters", "sweep")})):
        folder = tmp_path_factory.mktemp(f"seed{seed}")
        notebook = execute("06_keras_gan.ipynb", folder, **cells, seed=seed, steps=STEPS, run=str(folder / "run"))
        made[seed] = notebook, RunFolder.open(folder / "run")
    return made


@pytest.fixture(scope="module")
def start_here(tmp_path_factory):
    return execute("00_start_here.ipynb", tmp_path_factory.mktemp("start"), steps=STEPS)


def test_lesson_06_makes_as_many_steps_as_it_is_told(keras_gan):
    _, run = keras_gan[0]
    assert run.history()["step"].tolist() == list(range(1, STEPS + 1))


def test_lesson_06_leaves_the_run_folder_that_it_is_told_to(keras_gan):
    _, run = keras_gan[1]
    assert run.config["seed"] == 1
    assert run.checkpoints()
    assert list(run.sample_folder.glob("step_*.png"))


def test_lesson_06_with_another_seed_is_another_training(keras_gan):
    first, second = (run.history() for _, run in keras_gan.values())
    assert (first["d_loss"] != second["d_loss"]).any()
    assert (first["g_loss"] != second["g_loss"]).all()


def test_the_figures_of_lesson_06_say_what_they_show(keras_gan):
    words = figures(keras_gan[0][0])
    assert len(words) >= 12
    assert "25 samples from the same latent vectors at steps 0, 3, 6, 9 and 12" in words["digits-code"]
    assert words["curves"].startswith(f"Steps 1 to {STEPS}")
    assert "of 1,000 real pictures for real" in words["histogram"]


def test_lesson_00_makes_as_many_steps_as_it_is_told(start_here):
    assert f"and {STEPS}." in figures(start_here)["frames-code"]


def test_lesson_00_checks_this_computer_without_training_at_smoke_speed(start_here):
    (doctor,) = (cell for cell in start_here.cells if cell.id == "doctor")
    lines = "".join(output.text for output in doctor.outputs if output.get("name") == "stdout")  # may come in parts
    fine, count = map(int, re.match(r"(\d+) of (\d+) checks are fine\.", lines).groups())
    assert 0 < fine <= count
    assert lines.count("[FAIL]") == count - fine
    assert "speed: " not in lines


@pytest.mark.parametrize("path", sorted(LESSONS.glob("*.ipynb")), ids=lambda path: path.stem)
def test_a_parameter_that_a_lesson_does_not_have_is_warned_of(path, tmp_path, caplog):
    with caplog.at_level(logging.WARNING, logger="papermill"):
        papermill.execute_notebook(path, tmp_path / "out.ipynb", {"speed": "smoke", "stepz": 5}, prepare_only=True)
    warned = [record.getMessage() for record in caplog.records if "unknown parameter" in record.getMessage()]
    assert warned == ["Passed unknown parameter: stepz"]
