"""A notebook that trains nothing, and workers that are threads."""

import contextlib
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from ganlib.sweep import pool
from ganlib.training.files import atomic_write

PARAMETERS = """
value = 1  # a whole number
rate = 0.1  # a number
name = "x"  # text
flag = False  # yes or no
list_file = ""  # a file
seed = 0  # of nothing
results = ""  # where scores go
resume = False  # whether it was broken off
""".strip()
WORK = """
import json, pathlib
if value == 13:
    raise ValueError("13 brings bad luck")
scores = {"square": value * value + rate + seed, "resumed": resume}
pathlib.Path(results, "scores.json").write_text(json.dumps({"scores": scores}))
""".strip()


@pytest.fixture(scope="session")
def write_notebook():
    """A function that writes a notebook with a parameters cell and more cells: pairs of source and tags."""

    def write(path, *cells, parameters=PARAMETERS):
        head = [new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]})] if parameters else []
        body = [
            new_code_cell(source, id=f"cell-{number}", metadata={"tags": list(tags)})
            for number, (source, tags) in enumerate(cells or [(WORK, ())])
        ]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        content = new_notebook(cells=[*head, *body], metadata={"kernelspec": kernel})
        nbformat.write(content, path)
        return path

    return write


@pytest.fixture(scope="session")
def lesson(write_notebook, tmp_path_factory):
    """The path of a notebook that writes a score; it fails with the value 13."""
    return write_notebook(tmp_path_factory.mktemp("lesson") / "lesson.ipynb")


def pretend(job):
    """Make a run without a notebook, as `runner.execute` would have."""
    assert Path(job["notebook"]).is_file()
    value = job["parameters"].get("value", 1)
    result = {
        "id": job["id"],
        "parameters": job["parameters"],
        "outcome": "failed" if value == 13 else "trained",
        "error": "ValueError: 13 brings bad luck" if value == 13 else None,
        "cell": "cell-0" if value == 13 else None,
        "scores": {} if value == 13 else {"mnist_fd": 100.0 * value + job["parameters"].get("seed", 0)},
        "seconds": 0.0,
    }
    with atomic_write(f"{job['folder']}/result.json") as file:
        file.write(json.dumps(result).encode())
    return result


@pytest.fixture
def threads(monkeypatch):
    """Let sweeps run `pretend` in two threads; the jobs that were handed out are in the list."""
    made = []

    @contextlib.contextmanager
    def local(workers):
        with ThreadPoolExecutor(2) as executor:
            yield pool.Pool(executor, lambda: 2, lambda: True, 1, [], "none")

    def function(job):
        made.append(job)
        return pretend(job)

    monkeypatch.setattr("ganlib.sweep.pool.local", local)
    monkeypatch.setattr("ganlib.sweep.runner.execute", function)
    return made
