"""The machinery of the exercises: outcomes and how they are shown, staged hints, and the progress that is kept."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from ganlib import course
from ganlib.course import checking, exercises, progress
from ganlib.course.checking import Exercise, Folds, NothingYet, Outcome, Wrong


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLIB_PROGRESS", str(tmp_path / "deep" / "progress.json"))
    return tmp_path / "deep" / "progress.json"


def judge(answer):
    if answer == "wrong":
        raise Wrong("Because `x < 1`.")
    if answer == "later":
        raise NothingYet("Write something.")
    return f"Well done, {answer.upper()}."


@pytest.fixture
def exercise():
    return Exercise("06.9", judge, "look", "look *here*", "nearly there")


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        ("yes", "passed", "Well done, YES."),
        ("wrong", "failed", "Because `x < 1`."),
        ("later", "not attempted", "Write something."),
        (None, "not attempted", "Put your answer in the place of `None`, and run the cell again."),
        (..., "not attempted", "Put your answer in the place of `None`, and run the cell again."),
        (3, "raised", "AttributeError: 'int' object has no attribute 'upper'."),
    ],
)
def test_a_check_has_four_outcomes(exercise, answer, kind, words):
    assert exercise.check(answer) == Outcome("06.9", kind, words)


def test_an_error_in_the_learners_code_is_placed(exercise):
    space = {"__name__": "__main__"}
    exec("def f(x):\n    y = x\n    return y / 0\n", space)
    found = Exercise("06.9", lambda f: checking.ask(f, 1), "a", "b").check(space["f"])
    assert found.words == "ZeroDivisionError: division by zero (line 3, in `f`)."


def test_an_interrupt_is_no_outcome():
    def interrupted(answer):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Exercise("06.9", interrupted, "a").check(1)


def test_a_function_that_is_not_written_is_not_attempted():
    asked = Exercise("06.9", lambda f: checking.ask(f, 1), "a")
    assert asked.check(lambda x: None).kind == "not attempted"
    assert asked.check(lambda x: ...).kind == "not attempted"

    def stub(x):
        raise NotImplementedError

    assert asked.check(stub).kind == "not attempted"
    assert "without parentheses" in asked.check(5).words
    assert asked.check(5).kind == "failed"


@pytest.mark.parametrize("kind", checking.MARKS)
def test_an_outcome_is_said_in_words_and_not_by_colour_alone(kind):
    found = Outcome("06.9", kind, "If `a < b` & so on.")
    shown = found._repr_html_()
    assert repr(found) == f"{checking.MARKS[kind]} (06.9). If `a < b` & so on."
    assert f"<strong>{checking.MARKS[kind]} (06.9).</strong>" in shown
    assert "If <code>a &lt; b</code> &amp; so on." in shown
    assert 'role="status"' in shown
    assert len(set(checking.MARKS.values())) == 4


def test_hints_are_staged_and_the_last_one_stays(exercise):
    counts = [len(exercise.hint().texts) for _ in range(5)]
    assert counts == [1, 2, 3, 3, 3]
    folds = exercise.hint()
    assert folds.texts[1] == ("Hint 2 of 3", "look *here*")
    assert folds.after == "These are all the hints."


def test_folds_are_closed_in_a_notebook_and_open_in_a_terminal():
    folds = Folds((("Solution", "$a < b$\n"),), "More.")
    assert folds._repr_markdown_() == "<details><summary>Solution</summary>\n\n$a < b$\n\n</details>\n\nMore."
    assert repr(folds) == "Solution\n$a < b$\n\nMore."


def test_a_copy_without_solutions_says_so(monkeypatch):
    monkeypatch.setitem(sys.modules, "ganlib.course.solutions.lesson_06", None)
    assert "came without solutions" in repr(course.exercise("06.1").solution())


@pytest.mark.parametrize(
    ("name", "words"),
    [
        (10.1, "not 10.1"),
        ("06", r"^An exercise is named by its lesson and its number, such as '06.1', not '06'\.$"),
        (6.1, r"not 6\.1\.$"),
        ("06.99", r"^There is no exercise 06\.99; lesson 06 has 06\.1, 06\.2, "),
        ("99.1", r"^There is no exercise 99\.1; lesson 99 has none\.$"),
    ],
)
def test_another_name_is_refused(name, words):
    with pytest.raises(ValueError, match=words):
        course.exercise(name)


def test_one_exercise_is_one_object_so_that_its_hints_go_on():
    assert course.exercise("06.1") is course.exercise("06.1")


def test_the_exercises_of_a_lesson_are_imported_when_they_are_asked_for():
    code = "import sys, ganlib.course; print([m for m in sys.modules if 'exercises' in m or 'tensorflow' in m])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "[]\n"


# --- helpers of the judges ------------------------------------------------------------------------------------------


def test_a_choice_is_judged_by_its_word_in_any_case():
    assert checking.choice(" Falls ", "falls", {"rises": "No, because."}) is None
    with pytest.raises(Wrong, match=r"^No, because\.$"):
        checking.choice("rises", "falls", {"rises": "No, because."})
    with pytest.raises(Wrong, match=r"^Choose one of 'falls', 'rises'\.$"):
        checking.choice("up", "falls", {"rises": "No, because."})


def test_a_number_is_judged_by_its_range_and_usual_mistakes():
    assert checking.number(2, 1, 3, {}, "far off") is None
    with pytest.raises(Wrong, match="twice"):
        checking.number(4, 1, 3, {4: "twice as much"}, "far off")
    with pytest.raises(Wrong, match="far off"):
        checking.number(np.float32(9), 1, 3, {4: "twice as much"}, "far off")


def test_a_result_of_another_shape_is_told_both():
    with pytest.raises(Wrong, match=r"has the shape \(2,\)\. It should have \(3, 1\)\."):
        checking.array([1, 2], (3, 1))


# --- progress -------------------------------------------------------------------------------------------------------


def test_what_was_passed_is_kept_whatever_comes_later(exercise, kept):
    for answer in ("later", None, ...):
        exercise.check(answer)
    assert not kept.exists()
    exercise.check("yes")
    Exercise("06.1", judge, "a").check("yes")
    exercise.check("wrong")  # it was passed, and that stays
    assert json.loads(kept.read_text()) == {
        "passed": ["06.1", "06.9"],
        "failed": {"06.9": {"Because `x < 1`.": 1}},
    }
    assert progress.read() == ({"06.1", "06.9"}, "")
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


@pytest.mark.parametrize("content", ["", "{", "[]", '{"passed": 3}', '{"passed": [1]}', "{}", "\udcff"])
def test_a_damaged_file_counts_as_empty_says_so_and_is_mended_by_the_next_pass(exercise, kept, content):
    kept.parent.mkdir()
    kept.write_bytes(content.encode("utf-8", "surrogateescape"))
    passed, trouble = progress.read()
    assert passed == set()
    assert trouble.startswith(f"{kept}, which keeps your progress, is damaged")
    exercise.check("yes")
    assert progress.read() == ({"06.9"}, "")


@pytest.mark.parametrize(
    "content",
    [
        "[" * 100_000,
        '{"passed": ' + "[" * 100_000,
        "[1]",
        "7",
        "null",
        '{"name": "mine"}',
        '{"passed": [], "x": "' + "x" * 10**6,
    ],
    ids=["brackets", "brackets inside", "a list", "a number", "null", "another program's", "cut and large"],
)
def test_what_stood_in_the_place_of_the_progress_is_kept_beside_it(exercise, kept, content):
    kept.parent.mkdir()
    for number in (1, 2):
        kept.write_text(content)
        assert "kept under another name" in progress.read()[1]
        exercise.check("yes")
        assert progress.read() == ({"06.9"}, "")
        assert (kept.parent / f"{kept.name}.kept{number}").read_text() == content
    assert len(list(kept.parent.iterdir())) == 3


def test_what_else_the_file_holds_is_kept(exercise, kept):
    kept.parent.mkdir()
    kept.write_text('{"passed": ["01.1"], "of a later version": 3}')
    exercise.check("yes")
    assert json.loads(kept.read_text()) == {"passed": ["01.1", "06.9"], "of a later version": 3}


NOTES = """
import sys
from ganlib.course import progress

for number in range(60):
    trouble = progress.note(f"{sys.argv[1]}.{number}")
    assert not trouble, trouble
"""


def test_kernels_that_pass_exercises_at_the_same_time_lose_none(kept):
    kernels = [subprocess.Popen([sys.executable, "-c", NOTES, name]) for name in ("01", "02", "03")]
    assert [kernel.wait() for kernel in kernels] == [0, 0, 0]
    assert progress.read() == ({f"{name}.{n}" for name in ("01", "02", "03") for n in range(60)}, "")
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]


def test_a_progress_file_that_is_a_link_stays_one_also_when_it_begins_anew(exercise, kept, tmp_path):
    kept.parent.mkdir()
    (tmp_path / "dotfiles").mkdir()
    kept.symlink_to(tmp_path / "dotfiles" / "progress")
    for content in (None, '{"passed": ["06.9"]}', "damaged"):
        if content is not None:
            (tmp_path / "dotfiles" / "progress").write_text(content)
        exercise.check("yes")
        assert kept.is_symlink()
        assert json.loads((tmp_path / "dotfiles" / "progress").read_text()) == {"passed": ["06.9"]}


def test_a_lock_that_a_killed_kernel_left_keeps_nobody_out_and_one_that_is_held_is_told(exercise, kept, monkeypatch):
    kept.parent.mkdir()
    lock = kept.with_name(f"{kept.name}.lock")
    lock.touch()
    exercise.check("yes")
    assert progress.read() == ({"06.9"}, "")
    monkeypatch.setattr(progress, "PATIENCE", 0)
    with lock.open("ab") as other:
        assert progress.try_lock(other)
        assert f"another kernel has held {lock}" in progress.note("06.1")
    assert progress.note("06.1") == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["folder", "pipe", "long", "nobody"])
def test_a_place_where_no_progress_can_be_is_told_and_stays_as_it_is(kept, monkeypatch, tmp_path, kind):
    places = {
        "folder": tmp_path,
        "pipe": tmp_path / "pipe",
        "long": tmp_path / ("x" * 300),
        "nobody": "~nobody-at-all/x",
    }
    os.mkfifo(tmp_path / "pipe")
    monkeypatch.setenv("GANLIB_PROGRESS", str(places[kind]))
    assert progress.read()[1].startswith("Your progress cannot be read")
    assert progress.note("06.1").startswith("Your progress was not kept")
    assert [path.name for path in tmp_path.iterdir()] == ["pipe"]


def test_progress_that_cannot_be_kept_is_said_and_the_exercise_is_passed_all_the_same(exercise, kept):
    kept.parent.touch()  # a file where a folder should be
    found = exercise.check("yes")
    assert found.kind == "passed"
    assert "Your progress was not kept." in found.words
    assert "a part of the path is a file" in found.words
    assert progress.read()[1].startswith("Your progress cannot be read from")


def test_the_file_is_in_the_home_folder_unless_another_place_is_named(monkeypatch, tmp_path):
    monkeypatch.delenv("GANLIB_PROGRESS")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert progress.file() == tmp_path / ".ganlib_progress.json"
    monkeypatch.setenv("GANLIB_PROGRESS", "~/elsewhere/progress.json")
    assert progress.file() == tmp_path / "elsewhere" / "progress.json"


def test_the_welcome_says_how_many_exercises_are_passed(capsys, kept):
    there = list(exercises.of_lesson("06"))
    progress.note(there[0])
    progress.note("01.1")
    course.welcome("lesson", number="06")
    assert capsys.readouterr().out.splitlines()[-1] == f"exercises of this lesson: 1 of {len(there)} passed"
    kept.write_text("?")
    course.welcome("lesson", number="06")
    assert "0 of" in (last := capsys.readouterr().out.splitlines()[-1])
    assert "is damaged" in last
