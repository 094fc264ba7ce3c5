"""`python -m ganlib test` runs every cell of every lesson, and one that fails turns it red."""

import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

CHECKOUT = Path(__file__).resolve().parents[2]


def test_the_lessons_are_among_what_pytest_runs(pytestconfig):
    assert "notebooks" in pytestconfig.getini("testpaths")
    assert pytestconfig.getoption("nbval_lax")


FIRST = 'import os\n\nimport ganlib\n\nassert os.environ["GANLIB_SPEED"]\nmade = []'
LESSONS = {  # the last cell of each
    "good": "assert 2 + 2 == 4",
    "bad": "assert 2 + 2 == 5",
    "remembers": 'seen = "seen" in globals()\nassert not seen',
    "adds": "made.append(1)\nassert made == [1]",
}
CELLS = {
    "Cell 0": set(),
    "Cell 1": {"bad"},
    "Cell 1 again, after the lesson's end": {"bad", "remembers", "adds"},
    "Cell 0 again, after the lesson's end": set(),
}


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory):
    """What pytest says of every cell of four lessons: (its exit code, dict of "lesson.ipynb::cell" to outcome)."""
    folder = tmp_path_factory.mktemp("lessons")
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    for name, last in LESSONS.items():
        cells = [new_code_cell(FIRST, id="first"), new_code_cell(last, id="second")]
        nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), folder / f"{name}.ipynb")
    command = [sys.executable, "-m", "pytest", "-v", "-c", CHECKOUT / "pyproject.toml", "-p", "no:cacheprovider"]
    run = subprocess.run([*command, "-p", "conftest", folder], cwd=CHECKOUT, capture_output=True, text=True)
    told = re.findall(r"(\w+\.ipynb::.*?) (PASSED|FAILED) +\[", run.stdout)
    return run.returncode, dict(told)


def test_a_run_with_a_failing_cell_is_red(outcomes):
    assert outcomes[0] == 1


@pytest.mark.parametrize("lesson", LESSONS)
def test_a_lesson_is_red_exactly_where_a_cell_fails_the_first_time_or_again(lesson, outcomes):
    told = {cell.split("::")[1]: outcome for cell, outcome in outcomes[1].items() if cell.startswith(f"{lesson}.")}
    assert told == {cell: "FAILED" if lesson in fails else "PASSED" for cell, fails in CELLS.items()}
