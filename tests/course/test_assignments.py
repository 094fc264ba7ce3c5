"""Lessons as nbgrader assignments: nbgrader itself generates, autogrades and gives feedback."""

import ast
import json
import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from helpers.checks import one_sentence
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderAPI
from nbgrader.nbgraderformat import read
from nbgrader.preprocessors import ClearSolutions, LockCells
from traitlets.config import PyFileConfigLoader

from ganlib import commands
from ganlib.course import assignments, lessons, progress
from ganlib.course.checking import Exercise, Wrong, solution
from ganlib.setup import environment

LESSONS = {path.name[:2]: path for path in lessons.numbered()}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """The course folder with all lessons."""
    folder = tmp_path_factory.mktemp("nbgrader") / "course"
    assignments.write(folder)
    return folder


def config(folder):
    """What nbgrader reads in a course folder."""
    return PyFileConfigLoader(assignments.CONFIG, str(folder)).load_config()


def source(folder, number):
    """An assignment as nbgrader reads it: what its schema forbids is an error."""
    return read(str(folder / "source" / f"lesson_{number}" / LESSONS[number].name), nbformat.NO_CONVERT)


def own_cells(number):
    return {cell.id: cell.source for cell in nbformat.read(LESSONS[number], nbformat.NO_CONVERT).cells}


@pytest.mark.parametrize("number", LESSONS)
def test_every_exercise_is_an_answer_and_a_locked_cell_worth_a_point(course, number):
    cells = source(course, number).cells
    marks = [cell.metadata.get("nbgrader", {}) for cell in cells]
    names = [id for id in own_cells(number) if re.fullmatch(r"exercise-\d+-code", id)]
    names = [name for name in names if f"{number}.{name[9:-5]}" not in assignments.OF_ONE_RUN]
    answers = [place for place, mark in enumerate(marks) if mark.get("solution")]
    assert [cells[place].id for place in answers] == names
    assert [place for place, mark in enumerate(marks) if mark.get("grade")] == [place + 1 for place in answers]
    for place in answers:
        assert (marks[place + 1]["points"], marks[place + 1]["locked"]) == (1, True)
        assert cells[place + 1].source == cells[place].source.splitlines()[-1].replace(".check(", ".grade(")
        answer = re.search(r"### BEGIN SOLUTION\n(.*)\n### END SOLUTION\n", cells[place].source, re.DOTALL)[1]
        assert solution(f"{number}.{cells[place].id[9:-5]}").startswith(f"\n```python\n{answer}\n```")


@pytest.mark.parametrize("number", LESSONS)
def test_what_students_get_is_the_lesson_without_a_solution(course, number):
    released = source(course, number)
    for step in (LockCells, ClearSolutions):
        released, _ = step(config=config(course)).preprocess(released, {})
    own = own_cells(number)
    assert {cell.id for cell in released.cells} >= {id for id in own if re.fullmatch(r"exercise-\d+-(code|hint)", id)}
    assert not [cell.id for cell in released.cells if "solution" in cell.metadata.get("tags", ())]
    for cell in released.cells:
        if cell.cell_type == "code" and cell.id in own:
            assert cell.source == own[cell.id]
        if cell.id.endswith("-test"):
            assert (cell.metadata.editable, cell.metadata.deletable) == (False, False)


@pytest.mark.parametrize("number", LESSONS)
def test_grading_gives_a_lesson_its_own_parameters_and_the_speed_of_a_test(course, number, monkeypatch):
    parameters, grading = {}, {}
    cells = {cell.id: cell.source for cell in source(course, number).cells}
    exec(cells["parameters"], parameters)
    for line in ast.parse(cells["parameters"]).body:
        grading[line.targets[0].id] = "what a student chose"
    chosen = dict(grading)
    monkeypatch.delenv(progress.GRADING, raising=False)
    exec(cells["grading"], grading)
    assert {name: grading[name] for name in chosen} == chosen
    monkeypatch.setenv(progress.GRADING, "autograde")
    exec(cells["grading"], grading)
    assert {name: grading[name] for name in chosen} == {name: parameters[name] for name in chosen} | {"speed": "smoke"}


# --- nbgrader at work -----------------------------------------------------------------------------------------------

ANSWERS = {
    "exercise-1-code": 'my_prediction = "rises"',
    "exercise-3-code": f"import warnings\n\n{re.search('```python(.*?)```', solution('01.3'), re.DOTALL)[1]}\n"
    "def my_write(*given):\n    warnings.warn('of no importance')\n    return write_mail(*given)",
    "exercise-4-code": "def my_die(amounts, labels):\n"
    "    held = np.stack([amounts[labels == label].sum(axis=0) for label in (1, 0)]) + 1\n"
    "    return held / held.sum(axis=1, keepdims=True)",
}


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """What nbgrader makes of the exercises of lesson 01, which need no training: (API, feedback, progress file).

    Anna has 1 and 3 right, with a warning in 3. She left 2 as it was, and emptied the cell that grades it. In 4 her
    two rows are swapped.
    """
    course = tmp_path_factory.mktemp("graded") / "course"
    path = assignments.write(course, "01")[0] / LESSONS["01"].name
    lesson = source(course, "01")
    lesson.cells = [cell for cell in lesson.cells if re.fullmatch(r"parameters|grading|.*-(code|test)", cell.id)]
    opening = "import numpy as np\n\nfrom ganlib import course"
    lesson.cells.insert(2, nbformat.v4.new_code_cell(opening, id="opening"))
    nbformat.write(lesson, path)
    kept = tmp_path_factory.mktemp("home") / "progress.json"
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(course)
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]))
        patch.setenv("PYTHONPATH", environment.child_environment()["PYTHONPATH"])
        patch.setenv(progress.VARIABLE, str(kept))
        api = NbGraderAPI(config=config(course))
        succeeds(api.generate_assignment("lesson_01"))
        hand_in(course, "anna")
        succeeds(api.autograde("lesson_01", "anna"))
        succeeds(api.generate_feedback("lesson_01", "anna"))
    page = course / "feedback" / "anna" / "lesson_01" / f"{path.stem}.html"
    return api, page.read_text(encoding="utf-8"), kept


def succeeds(result):
    assert result["success"], result


def hand_in(course, student):
    """Answer what was released to students."""
    released = course / "release" / "lesson_01" / LESSONS["01"].name
    lesson = nbformat.read(released, nbformat.NO_CONVERT)
    for cell in lesson.cells:
        if cell.id in ANSWERS:
            cell.source = ANSWERS[cell.id]
        if cell.id == "exercise-2-test":
            cell.source = "pass"
    submitted = course / "submitted" / student / "lesson_01"
    submitted.mkdir(parents=True)
    nbformat.write(lesson, submitted / released.name)


def test_nbgrader_gives_a_point_for_what_is_right_and_none_for_what_is_not(graded):
    api, _, _ = graded
    with Gradebook(api.coursedir.db_url) as gradebook:
        submission = gradebook.find_submission("lesson_01", "anna")
        scores = {grade.name: grade.score for grade in submission.notebooks[0].grades}
        assert scores == {"exercise-1-test": 1, "exercise-2-test": 0, "exercise-3-test": 1, "exercise-4-test": 0}
        assert (submission.score, submission.max_score) == (2, 4)
        assert not submission.needs_manual_grade


def test_the_feedback_says_why_in_the_words_of_the_check(graded):
    _, page, _ = graded
    assert "Not yet (01.4). Row 0 is wanted mail, row 1 is spam: yours are swapped." in page
    assert "Not attempted (01.2)." in page


def test_what_students_pass_is_not_passed_by_whoever_grades(graded, monkeypatch):
    _, _, kept = graded
    assert not kept.exists()
    kept.write_text(json.dumps({"passed": ["01.1"]}), encoding="utf-8")
    monkeypatch.setenv(progress.VARIABLE, str(kept))
    assert progress.read() == ({"01.1"}, "")
    monkeypatch.setenv(progress.GRADING, "autograde")
    assert progress.read() == (set(), "")


def test_an_answer_that_does_not_pass_is_an_error_with_the_sentence_of_the_check(monkeypatch, tmp_path):
    monkeypatch.setenv(progress.VARIABLE, str(tmp_path / "progress.json"))

    def judge(answer):
        if answer != 1:
            raise Wrong("It is too small.")

    exercise = Exercise("01.9", judge)
    assert exercise.grade(1) is None
    with pytest.raises(AssertionError, match=r"^✗ Not yet \(01\.9\)\. It is too small\.$"):
        exercise.grade(0)
    with pytest.raises(AssertionError, match="Not attempted"):
        exercise.grade(None)


# --- the command ----------------------------------------------------------------------------------------------------


@pytest.fixture
def command(monkeypatch, tmp_path):
    monkeypatch.setattr(commands.environment, "stand", lambda arguments: None)
    return lambda *words: commands.main(["handout", "--nbgrader", "--out", str(tmp_path / "course"), *words])


def test_lessons_can_be_added_and_nothing_that_is_there_changes(command, tmp_path, capsys):
    assert command("--lessons", "05") == 0
    assert "handout --without-solutions" in capsys.readouterr().out
    (tmp_path / "course" / assignments.CONFIG).write_text("c = get_config()", encoding="utf-8")
    assert command("--lessons", "06") == 0
    assert sorted(path.name for path in (tmp_path / "course" / "source").iterdir()) == ["lesson_05", "lesson_06"]
    assert (tmp_path / "course" / assignments.CONFIG).read_text(encoding="utf-8") == "c = get_config()"
    capsys.readouterr()
    assert command("--lessons", "05-07") == 2
    assert "lesson_05 is there already" in one_sentence(capsys.readouterr().err.strip())
    assert not (tmp_path / "course" / "source" / "lesson_07").exists()


def test_what_does_not_fit_is_refused_in_a_sentence(command, tmp_path, capsys, monkeypatch):
    assert command("--lessons", "77") == 2
    assert "There is no lesson 77" in one_sentence(capsys.readouterr().err.strip())
    for words in (["--with-wheels"], ["--without-solutions"]):
        with pytest.raises(SystemExit):
            command(*words)
        assert words[0] in one_sentence(capsys.readouterr().err.split("error: ")[1].strip())
    assert os.listdir(tmp_path) == []
    (tmp_path / "course").touch()
    assert command("--lessons", "05") == 2
    assert "could not be written" in one_sentence(capsys.readouterr().err.strip())
    monkeypatch.setitem(sys.modules, "ganlib.course.solutions.lesson_05", None)
    assert command("--lessons", "05") == 2
    assert "There is no solution to exercise 05.1" in one_sentence(capsys.readouterr().err.strip())
