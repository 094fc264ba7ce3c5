"""The timing table is measured by a command, and everything that tells a time tells that one."""

import os
import shutil
import subprocess
import sys

import nbformat
import pytest
from small import make_checkout

from ganlib import commands, speed
from ganlib.course import filling, lessons, timings
from ganlib.setup import environment

TABLE = timings.load()
LESSONS = lessons.numbered()


def ids(path):
    return path.stem


# --- which lessons --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "numbers"), [("", ["00", "01"]), ("00", ["00"]), ("01,00", ["00", "01"]), ("00-06", ["00", "01"])]
)
def test_lessons_are_chosen_by_numbers_and_ranges(lesson_folder, words, numbers):
    assert [path.name[:2] for path in lessons.select(words, lesson_folder)] == numbers


@pytest.mark.parametrize(("words", "says"), [("6", "two-digit"), ("a-b", "two-digit"), ("03-05", "there are 00, 01")])
def test_a_lesson_that_does_not_exist_is_refused_with_those_that_do(lesson_folder, words, says):
    with pytest.raises(ValueError, match=says):
        lessons.select(words, lesson_folder)


# --- measuring ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def measured(tmp_path_factory):
    """Two lessons measured at `lesson` speed, where the second fails: how many failed, the table, the checkout."""
    checkout = make_checkout(tmp_path_factory.mktemp("measured"))
    (checkout / "README.md").write_text(PAGE, encoding="utf-8")
    failed = timings.run(["lesson"], folder=checkout / "executed", checkout=checkout)
    return failed, timings.load(checkout), checkout


def test_every_cell_is_timed_and_told(measured):
    _, table, checkout = measured
    one = table["00_one"]["lesson"]
    assert list(one["cells"]) == ["parameters", "opening", "work"]
    assert one["cells"]["work"] >= 0.2
    assert one["seconds"] == pytest.approx(sum(one["cells"].values()), abs=0.1)
    assert one["computer"] == "CPU, 2 cores"
    assert one["busy"] is None or 0 <= one["busy"] <= 1
    assert "| [one](notebooks/00_one.ipynb) | 5 s | none |" in (checkout / "README.md").read_text(encoding="utf-8")


def test_a_lesson_that_fails_is_counted_and_left_out(measured):
    failed, table, _ = measured
    assert failed == 1
    assert list(table) == ["00_one"]


def test_executed_lessons_are_read_without_running_them(measured, tmp_path):
    _, table, checkout = measured
    shutil.copy(checkout / "executed" / "lesson" / "00_one.ipynb", tmp_path)
    ((name, speed, read),) = timings.collect_executed(tmp_path)
    assert (name, speed) == ("00_one", "lesson")
    assert read["cells"] == table["00_one"]["lesson"]["cells"]


def test_lessons_that_failed_or_were_never_executed_are_refused(measured, lesson_folder, tmp_path):
    with pytest.raises(ValueError, match=r"01_two\.ipynb: this notebook was not executed to its end"):
        list(timings.collect_executed(measured[2] / "executed" / "lesson"))
    with pytest.raises(ValueError, match="not executed to its end"):
        list(timings.collect_executed(lesson_folder))
    with pytest.raises(ValueError, match="holds no executed lessons"):
        list(timings.collect_executed(tmp_path))


def test_the_command_refuses_what_it_cannot_read_in_one_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    assert commands.main(["timings", "--executed", str(tmp_path)]) == 2
    assert capsys.readouterr().err.count("\n") == 1


# --- filling in -----------------------------------------------------------------------------------------------------

PAGE = """# A page

| lesson | waiting at `lesson` speed | sections to wait for |
|---|---|---|
| [one](notebooks/00_one.ipynb) | 5 s | none |
| [both](00_one.ipynb), [two](01_two.ipynb) | ? | ? |
| no lesson | ? | ? |

| lesson | other |
|---|---|
| [one](00_one.ipynb) | ? |

Waiting times: not yet.
"""


def table_of(**seconds):
    def one(cells, busy=0.0):
        about = {"date": "2026-01-31", "computer": "CPU, 2 cores", "busy": busy}
        return {"lesson": {"seconds": sum(cells.values()), "cells": cells} | about}

    return {name: one(cells) for name, cells in seconds.items()}


BOTH = {"00_one": {"opening": 3.0, "train": 30.2}, "01_two": {"opening": 1.0, "draw": 8.0, "again": 9.0}}
SECTIONS = {"00_one": {"train": '"A game"'}, "01_two": {"opening": "x", "draw": '"A draw"', "again": '"A draw"'}}


def test_a_page_is_filled_in_where_a_row_links_to_lessons():
    lines = filling.fill_page(PAGE, table_of(**BOTH), SECTIONS).splitlines()
    assert lines[4] == '| [one](notebooks/00_one.ipynb) | 35 s | "A game" 35 s |'
    assert lines[5] == '| [both](00_one.ipynb), [two](01_two.ipynb) | 55 s | "A game" 35 s, "A draw" 20 s |'
    assert lines[6] == "| no lesson | ? | ? |"
    assert lines[10] == "| [one](00_one.ipynb) | ? |"
    assert lines[12].startswith("Waiting times: measured by `python -m ganlib timings` on 2026-01-31 (CPU, 2 cores).")


def test_what_was_not_measured_stays_as_it_is():
    assert filling.fill_page(PAGE, {}, SECTIONS) == PAGE
    assert filling.fill_page(PAGE, {"00_one": {"smoke": table_of(**BOTH)["00_one"]["lesson"]}}, SECTIONS) == PAGE
    only_one = filling.fill_page(PAGE, table_of(**{"00_one": BOTH["00_one"]}), SECTIONS)
    assert "| [both](00_one.ipynb), [two](01_two.ipynb) | ? | ? |" in only_one


def test_a_measurement_that_was_disturbed_is_told_so():
    table = table_of(**BOTH)
    assert "Other programs" not in filling.source(table)
    table["01_two"]["lesson"]["busy"] = 0.4
    assert "Other programs took up to 40% of it meanwhile" in filling.source(table)


@pytest.mark.parametrize(("seconds", "told"), [(0.2, 5), (30.0, 30), (30.1, 35), (119.9, 120), (121, 140), (290, 300)])
def test_a_time_is_rounded_up(seconds, told):
    assert speed.rounded_up(seconds) == told


# --- what the kit itself tells --------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", filling.pages(), ids=ids)
def test_the_pages_tell_what_was_measured(path):
    text = path.read_text(encoding="utf-8")
    assert filling.fill_page(text, TABLE, filling.sections()) == text, (
        "run `python -m ganlib timings`, or with --executed"
    )


@pytest.mark.parametrize("path", LESSONS, ids=ids)
def test_what_was_measured_belongs_to_the_lesson_as_it_is(path):
    lesson = nbformat.read(path, nbformat.NO_CONVERT)
    code = {cell.id for cell in lesson.cells if cell.cell_type == "code"}
    for measured in TABLE.get(path.stem, {}).values():
        slow = {cell for cell, seconds in measured["cells"].items() if seconds > filling.LONG}
        assert slow <= code, "cells have changed since: measure it again"


TOO_LONG = {"06": 140, "11": 140}  # seconds; they have grown over two minutes, and should come back


@pytest.mark.parametrize("path", LESSONS, ids=ids)
def test_nobody_waits_longer_than_two_minutes_at_lesson_speed_but_in_two_lessons(path):
    number = path.stem[:2]
    assert 0 < speed.seconds_of_lesson(number)["lesson"] <= TOO_LONG.get(number, 120)


def test_the_table_is_kept_in_order(tmp_path):
    measured = table_of(**BOTH)["00_one"]["lesson"]
    timings.keep({"01_b": {"full": measured, "smoke": measured}, "00_a": {"lesson": measured}}, tmp_path)
    kept = timings.load(tmp_path)
    assert list(kept) == ["00_a", "01_b"]
    assert list(kept["01_b"]) == ["smoke", "full"]


def test_other_programs_are_neither_this_one_nor_what_it_started():
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        others = {pid for pid, _ in timings._seconds_of_others()}
        assert not others & {os.getpid(), child.pid}
        assert os.getppid() in others
        child.communicate(b"\n")
