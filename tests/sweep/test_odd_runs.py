"""No odd value, picture or curve of one run stops the table or the gallery, and a sweep can always be gone on with."""

import json
import os

import numpy as np
import pandas
import pytest
from PIL import Image

from ganlib import sweep
from ganlib.sweep import SweepError, gallery, runner
from tests.sweep.conftest import pretend

ODD = {
    "text": "x",
    "markup": "<b>$\\frac$ & more",
    "half a character": "\ud800",
    "nothing": "",
    "long": "x" * 100_000,
    "a whole number": 7,
    "a huge whole number": 10**30,
    "64 bits": 2**64 - 1,
    "a number": 0.5,
    "a switch": True,
    "none": None,
    "a list": [1, "a", [None]],
    "a dict": {"a": [1]},
    "an empty list": [],
}


@pytest.fixture
def leave(monkeypatch, threads, write_notebook, tmp_path):
    """A function that makes a sweep of four runs, of which the first has left something odd, and returns its table."""
    lesson = write_notebook(tmp_path / "own.ipynb", ("pass", ()), parameters="a = 1\nb = 1\nany = None")

    def make(leave_odd, parameters=None, resume=False):
        grid = {"notebook": lesson, "parameters": {"a": [1, 2], "b": [1, 2], **(parameters or {})}}

        def execute(job):
            result = pretend(job)
            if job["parameters"]["a"] == job["parameters"]["b"] == 1:
                leave_odd(result, runner.Path(job["folder"]))
                (runner.Path(job["folder"]) / runner.RESULT).write_text(json.dumps(result))
            threads.append(job)
            return result

        monkeypatch.setattr("ganlib.sweep.runner.execute", execute)
        return sweep.run(grid, tmp_path / "out", workers=2, resume=resume, verbose=0)

    return make


def is_whole(table, folder):
    """Tell whether table and gallery are there, and the files say the same."""
    pandas.testing.assert_frame_equal(sweep.read(folder), table)
    assert len(pandas.read_csv(folder / "results.csv")) == len(table)
    page = (folder / "index.html").read_text()
    assert page.count("<tr>") == len(table) + 1
    return page


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
@pytest.mark.parametrize("name", ["mnist_fd", "outcome", "\ud800"])
def test_an_odd_score_of_one_run_costs_neither_table_nor_page(leave, name, value, tmp_path):
    table = leave(lambda result, folder: result["scores"].update({name: value}))
    assert len(table) == 4
    assert table["a"].tolist() == [1, 1, 2, 2]
    page = is_whole(table, tmp_path / "out")
    assert "4 pairs of b and a: 4 trained" in page
    assert "is left out" not in page


@pytest.mark.parametrize("value", ODD.values(), ids=ODD)
def test_what_is_odd_about_a_run_itself_costs_nothing_either(leave, value, tmp_path):
    odd = dict.fromkeys(("error", "cell", "seconds", "computer", "startup_seconds"), value)
    is_whole(leave(lambda result, folder: result.update(odd)), tmp_path / "out")


UNFIT = ("half a character", "a huge whole number", "64 bits")  # refused before anything starts, see test_grid
FIT = {name: value for name, value in ODD.items() if name not in UNFIT}


@pytest.mark.parametrize("value", FIT.values(), ids=FIT)
def test_a_parameter_without_a_default_takes_mixed_types(leave, value, tmp_path):
    mixed = {"any": [1, value, [1, 2], {"x": 1}]}
    table = leave(lambda *_: None, mixed)
    is_whole(table, tmp_path / "out")
    pandas.testing.assert_frame_equal(leave(lambda *_: None, mixed, resume=True), table)


def test_scores_that_are_called_like_a_column_keep_both(leave):
    table = leave(lambda result, folder: result["scores"].update(id="b", a=9, outcome="won", seconds=3))
    assert table.loc[0, ["score_id", "score_a", "score_outcome", "score_seconds"]].tolist() == ["b", 9, "won", 3]
    assert table["a"].tolist() == [1, 1, 2, 2]


def bomb(path):
    Image.new("1", (20_000, 20_000)).save(path)


def cut(path):
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (64, 64), np.uint8)).save(path)
    path.write_bytes(path.read_bytes()[:500])


def padded(path):
    Image.new("L", (8, 8)).save(path)
    with open(path, "ab") as file:
        file.write(bytes(3_000_000))


FILES = {
    "a picture of which Pillow only warns": ("samples.png", lambda path: Image.new("1", (12_000, 12_000)).save(path)),
    "a picture that is text": ("samples.png", lambda path: path.write_text("no picture")),
    "a picture that is cut": ("samples.png", cut),
    "a picture that would fill the memory": ("samples.png", bomb),
    "a picture that would fill the page": ("samples.png", padded),
    "a picture that is empty": ("samples.png", lambda path: path.write_bytes(b"")),
    "a picture that is a folder": ("samples.png", lambda path: path.mkdir()),
    "a picture of another kind": ("samples.png", lambda path: Image.new("L", (8, 8)).save(path, format="GIF")),
    "curves that are rubbish": ("curves.csv", lambda path: path.write_bytes(b"\xff\xfe\x00rubbish")),
    "curves that are empty": ("curves.csv", lambda path: path.write_text("")),
    "curves without rows": ("curves.csv", lambda path: path.write_text("step,d_accuracy\n")),
    "curves without a step": ("curves.csv", lambda path: path.write_text("d_accuracy\n0.5\n")),
    "curves of words": ("curves.csv", lambda path: path.write_text("step,d_accuracy\na,b\n")),
    "curves with one word": ("curves.csv", lambda path: path.write_text("step,d_accuracy\n1,0.5\n2,b\n")),
    "curves that are infinite": ("curves.csv", lambda path: path.write_text("step,d_accuracy\ninf,0.5\n1,-inf\n")),
    "curves with too many columns": ("curves.csv", lambda path: path.write_text("step,d_accuracy\n1,2\n1,2,3,4\n")),
    "curves that are a folder": ("curves.csv", lambda path: path.mkdir()),
}


@pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
@pytest.mark.parametrize(("name", "make"), FILES.values(), ids=FILES)
def test_a_picture_or_curve_that_cannot_be_read_is_left_out(leave, name, make, tmp_path):
    page = is_whole(leave(lambda result, folder: make(folder / name)), tmp_path / "out")
    assert "is left out" not in page
    assert len(page) < 1_000_000
    assert "25 samples" not in page


def test_a_picture_that_can_be_read_is_shown(leave, tmp_path):
    draw = Image.new("L", (8, 8))
    page = is_whole(leave(lambda result, folder: draw.save(folder / "samples.png")), tmp_path / "out")
    assert page.count("25 samples") == 1
    assert "Samples of one run for each of 4 pairs" in page


def test_the_first_run_with_curves_stands_for_its_outcome(leave, tmp_path):
    leave(lambda result, folder: (folder / "curves.csv").write_text(""))
    for folder in (tmp_path / "out" / "runs").iterdir():
        if not (folder / "curves.csv").exists():
            (folder / "curves.csv").write_text("step,d_accuracy\n1,0.25\n")
    assert "trained, 0.25 at the end" in is_whole(leave(lambda *_: None, resume=True), tmp_path / "out")


def test_a_figure_that_cannot_be_drawn_does_not_cost_the_page(leave, tmp_path, monkeypatch):
    monkeypatch.setattr(gallery.plots, "outcome_map", lambda *a, **k: 1 / 0)
    assert "A figure is left out: division by zero" in is_whole(leave(lambda *_: None), tmp_path / "out")


def test_a_map_that_nobody_could_read_is_not_drawn(leave, tmp_path):
    page = is_whole(leave(lambda *_: None, {"a": list(range(60))}), tmp_path / "out")
    assert "a map has room for 50 values of a parameter" in page


LEFT = {
    "a list": "[]",
    "a number": "5",
    "null": "null",
    "cut": '{"scores": {"a": 1',
    "nothing": "",
    "brackets": "[" * 100_000,
    "a folder": None,
    "not text": b"\xff\xfe",
    "scores that are a list": '{"scores": [1]}',
    "scores that are null": '{"scores": null}',
    "an outcome that is a number": '{"outcome": 5, "scores": {}}',
    "an outcome that is null": '{"outcome": null, "scores": {}}',
    "a number that nobody can read": '{"scores": {"a": ' + "9" * 5000 + "}}",
}


@pytest.mark.parametrize("text", LEFT.values(), ids=LEFT)
def test_odd_scores_of_a_notebook_are_left_out_and_said(text, tmp_path):
    path = tmp_path / "scores.json"
    path.mkdir() if text is None else path.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert runner._left(path) == {"outcome": "done", "scores": {}, "error": runner.ODD}


def test_a_notebook_that_leaves_nothing_is_not_odd(tmp_path):
    assert runner._left(tmp_path / "scores.json") == {"outcome": "done", "scores": {}, "error": None}
    (tmp_path / "scores.json").write_text("{}")
    assert runner._left(tmp_path / "scores.json") == {"outcome": "done", "scores": {}, "error": None}


def test_scores_cannot_change_whose_result_it_is(tmp_path):
    (tmp_path / "scores.json").write_text('{"id": "b", "parameters": [], "seconds": "x", "scores": {"id": "b"}}')
    result = runner._result({"id": "a", "parameters": {"v": 1}}, tmp_path, None, 1.0)
    assert (result["id"], result["parameters"], result["seconds"]) == ("a", {"v": 1}, 1.0)


def test_scores_that_are_no_numbers_become_valid_json(tmp_path):
    (tmp_path / "scores.json").write_text('{"scores": {"a": NaN, "b": Infinity, "c": 1e999, "d": 0.5}}')
    assert runner._left(tmp_path / "scores.json")["scores"] == {"a": None, "b": None, "c": None, "d": 0.5}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_for_scores_holds_nobody_up(tmp_path):
    os.mkfifo(tmp_path / "scores.json")
    assert runner._left(tmp_path / "scores.json")["scores"] == {}


RESULTS = [
    "[]",
    "5",
    "null",
    "",
    "[" * 100_000,
    "{}",
    '{"id": "other", "outcome": "trained", "scores": {}}',
    '{"id": 5, "outcome": "trained"}',
    '{"outcome": ["a"]}',
    '{"id": "ID", "outcome": "trained", "scores": []}',
]


@pytest.mark.parametrize("text", RESULTS, ids=lambda text: text[:40])
def test_a_result_that_is_odd_counts_for_none(leave, text, threads, tmp_path):
    table = leave(lambda *_: None)
    path = tmp_path / "out" / "runs" / table["id"][2] / "result.json"
    path.write_text(text.replace("ID", table["id"][2]))
    threads.clear()
    pandas.testing.assert_frame_equal(leave(lambda *_: None, resume=True), table)
    assert [job["id"] for job in threads] == [table["id"][2]]


RECORDS = ["[]", "5", "null", "{", "", "{}", "[" * 100_000, '{"threads": "x"}', '{"grid": 5, "threads": 1}', "\x00"]


@pytest.mark.parametrize("text", RECORDS, ids=lambda text: text[:20])
def test_a_sweep_outlives_a_damaged_record(leave, text, threads, tmp_path):
    table = leave(lambda *_: None)
    (tmp_path / "out" / "sweep.json").write_text(text)
    with pytest.raises(SweepError, match="use --resume"):
        leave(lambda *_: None)
    threads.clear()
    pandas.testing.assert_frame_equal(leave(lambda *_: None, resume=True), table)
    assert not threads
    (tmp_path / "out" / "sweep.json").write_text(text)
    (tmp_path / "out" / "lesson.ipynb").write_text("{}")
    with pytest.raises(SweepError, match=r"sweep\.json is damaged"):
        leave(lambda *_: None, resume=True)


def test_a_table_that_is_damaged_is_refused_in_a_sentence(leave, tmp_path):
    leave(lambda *_: None)
    (tmp_path / "out" / "results.parquet").write_bytes(b"PAR1")
    with pytest.raises(SweepError, match=r"results\.parquet is damaged: .* --resume"):
        sweep.read(tmp_path / "out")


def test_a_parameter_that_the_table_would_hide_is_refused(threads, write_notebook, tmp_path):
    for name in ("id", "outcome", "seconds"):
        path = write_notebook(tmp_path / "own.ipynb", ("pass", ()), parameters=f"{name} = 1")
        with pytest.raises(SweepError, match=f"The parameter {name} would be lost among the columns"):
            sweep.run({"notebook": path, "parameters": {name: [1, 2]}}, tmp_path / "out", workers=1, verbose=0)
