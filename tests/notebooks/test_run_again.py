"""Learners run cells again, and out of order: every code cell of every lesson can take it.

That all of them run again when all have run is a part of running a lesson as a test: see `conftest.py`.
"""

from pathlib import Path

import names
import nbformat
import pytest
from helpers import style
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
PATHS = {path.name[:2]: path for path in LESSONS}


def read(path):
    return nbformat.read(path, nbformat.NO_CONVERT)


def sources(lesson):
    return [(cell.id, cell.source) for cell in style.cells(lesson, "code")]


class Kernel:
    """A kernel that runs the cells of a lesson in any order."""

    def __init__(self, client):
        self._client = client
        self._places = {cell.id: place for place, cell in enumerate(client.nb.cells)}

    def run(self, cell, when):
        """Run a cell and return what it printed; fail with its traceback if it does."""
        place = self._places[cell]
        try:
            done = self._client.execute_cell(self._client.nb.cells[place], place)
        except CellExecutionError as error:
            pytest.fail(f"{cell} {when}: {error}", pytrace=False)
        return "".join(output.text for output in done.outputs if output.output_type == "stream")


@pytest.fixture
def start():
    """Return a function that starts a kernel for a lesson; all of them end with the test."""
    kernels = []

    def start(lesson, folder=LESSONS[0].parent):
        client = NotebookClient(lesson, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}})
        kernels.append(client.setup_kernel())
        kernels[-1].__enter__()
        return Kernel(client)

    yield start
    for kernel in kernels:
        kernel.__exit__(None, None, None)


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_no_cell_needs_a_name_that_means_something_else(path):
    lesson = read(path)
    parameters = [cell.id for cell in style.tagged(lesson, "parameters")]
    assert list(names.upset(sources(lesson), parameters)) == []


@pytest.mark.parametrize(
    ("number", "cell"),
    [("03", "same"), ("05", "zero-sum-check"), ("07", "cure-g"), ("10", "replay"), ("11", "meaning")],
)
def test_a_cell_runs_when_only_those_have_run_that_define_what_it_uses(number, cell, start):
    lesson = read(PATHS[number])
    kernel, needed = start(lesson), names.needed_by(sources(lesson), cell)
    assert len(needed) < len(sources(lesson)) / 2
    for one in needed:
        kernel.run(one, f"of those that {cell} needs")


TRAINING = {"train", "pretrain_discriminator", "run"}  # and what calls one of them
NOTHING_LOST = {
    "05": dict.fromkeys(
        ["first-steps", "along-arrows", "zero-sum-check", "play-run", "by-hand", "collapse-run"],
        "a training of points is over before anybody can stop it, or can be run again",
    ),
    "14": {"train-digits": "assigned in a finally"},
}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_who_stops_a_training_goes_on_with_the_next_cell(path):
    lost = {cell for cell, _ in names.lost(sources(read(path)), TRAINING)}
    assert lost == NOTHING_LOST.get(path.stem[:2], {}).keys()


def contents(folder):
    return {path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("number", "parameter", "training", "user"),
    [("06", "run", "train", "run-folder"), ("12", "folder", "train-code", "keras-code")],
)
def test_training_again_leaves_what_is_in_the_learners_folder_and_says_where_it_goes(
    number, parameter, training, user, start, tmp_path
):
    lesson, mine = read(PATHS[number]), tmp_path / "mine"
    (parameters,) = style.tagged(lesson, "parameters")
    parameters.source += f"\n{parameter} = {str(mine)!r}"
    kernel = start(lesson)
    needed = names.needed_by(sources(lesson), user)
    for cell in needed:
        kernel.run(cell, "for the first time")
    made = contents(mine)
    assert made
    assert f"{mine} already, so this goes to {mine}-2" in kernel.run(training, "again")
    for cell in needed[needed.index(training) + 1 :]:
        kernel.run(cell, "again")
    assert contents(mine) == made
    assert contents(tmp_path / "mine-2").keys() == made.keys()


# --- the checks themselves ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "needs", "binds"),
    [
        ("x = 1\ny = x + z", {"z"}, {"x", "y"}),
        ("total += 1", {"total"}, {"total"}),
        ("for a in b:\n    c = a\nprint(c)", {"b"}, {"a", "c"}),
        ("for a in a:\n    pass", {"a"}, {"a"}),
        ("[a for a in b if c]", {"b", "c"}, set()),
        ("def f(x):\n    return x + g(y)\n\n\ndef g(x):\n    return x", {"y"}, {"f", "g"}),
        ("try:\n    f()\nexcept ValueError as e:\n    print(e)", {"f"}, {"e"}),
        ("with a as b:\n    b.c = d;", {"a", "d"}, {"b"}),
        ("import os.path\nfrom x import y as z", set(), {"os", "z"}),
        ("x = x or 1", {"x"}, {"x"}),
    ],
)
def test_the_names_of_a_cell_are_found(source, needs, binds):
    assert names.needs_and_binds(source) == (needs, binds)


@pytest.mark.parametrize(
    ("sources", "words"),
    [
        (["x = 1", "print(x)", "x = 2"], "b needs x, which c binds again"),
        (["x = 1", "x += 1"], "b needs x and binds it again itself"),
        (["x = 1", "x = 2", "print(x)"], "c needs x, which a and b bind: what it means hangs on their order"),
        (["print(x)", "x = 1"], "a needs x, which no cell before it binds"),
        (["e = 1", "print(e)", "try:\n    f = 1\nexcept OSError as e:\n    pass"], "b needs e, which c binds again"),
    ],
)
def test_a_cell_that_cannot_be_run_again_is_told(sources, words):
    assert words in list(names.upset(list(zip("abc", sources, strict=False))))


def test_a_cell_may_fill_in_what_the_parameters_leave_open():
    cells = [("parameters", "x = 0"), ("opening", "x = x or 5"), ("use", "print(x)")]
    assert list(names.upset(cells, ["parameters"])) == []


def test_what_is_lost_where_a_training_is_stopped_is_told():
    cells = [
        ("a", "def more(n):\n    gan.train(n)"),
        ("b", "kept = {}\nmore(3)\nlost = kept\nalone = 1"),
        ("c", "print(kept, lost)"),
        ("d", "history = gan.train(5)"),
        ("e", "print(history)"),
    ]
    assert list(names.lost(cells, {"train"})) == [("b", "lost"), ("d", "history")]


def test_what_a_cell_needs_is_followed_to_its_beginnings():
    cells = [("a", "x = 1"), ("b", "y = 2"), ("c", "z = x"), ("d", "print(y)"), ("e", "print(z)"), ("f", "z = 3")]
    assert names.needed_by(cells, "e") == ["a", "c", "e"]
