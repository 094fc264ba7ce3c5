"""`python -m ganlib test` runs every cell of every lesson, and one that fails turns it red."""

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


@pytest.mark.parametrize(("value", "passes"), [(4, True), (5, False)])
def test_a_lesson_is_red_exactly_if_a_cell_fails(tmp_path, value, passes):
    cells = [
        new_code_cell('import os\n\nimport ganlib\n\nassert os.environ["GANLIB_SPEED"]'),
        new_code_cell(f"assert 2 + 2 == {value}"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=cells, metadata={"kernelspec": kernel}), tmp_path / "lesson.ipynb")
    command = [sys.executable, "-m", "pytest", "-q", "-c", CHECKOUT / "pyproject.toml", "-p", "no:cacheprovider"]
    run = subprocess.run([*command, tmp_path], cwd=CHECKOUT, capture_output=True, text=True)
    assert run.returncode == (0 if passes else 1), run.stdout + run.stderr
    assert f"{'2 passed' if passes else '1 failed, 1 passed'}" in run.stdout
