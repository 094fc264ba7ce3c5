"""Every exercise: the untouched cell, the shipped solution, likely wrong answers, and one that raises."""

import ast
import re
from functools import cache
from importlib import import_module
from pathlib import Path

import nbformat
import numpy as np
import pytest
from exercise_cases import Broken

from ganlib import course
from ganlib.course import exercises
from ganlib.course.checking import solution

LESSONS = {path.name[:2]: path for path in (Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb")}
NUMBERS = sorted(number for number in LESSONS if exercises.of_lesson(number))
ALL = [name for number in NUMBERS for name in exercises.of_lesson(number)]

pytestmark = pytest.mark.usefixtures("graph")  # as lessons run in the tests; what XLA compiles has tests of its own


@pytest.fixture(autouse=True)
def progress_goes_elsewhere(tmp_path, monkeypatch):
    monkeypatch.setenv("GANLIB_PROGRESS", str(tmp_path / "progress.json"))


@cache
def cases(number):
    return import_module(f"exercise_cases.lesson_{number}").CASES


@cache
def names(make):
    return make()


@cache
def cells(number):
    return {cell.id: cell.source for cell in nbformat.read(LESSONS[number], nbformat.NO_CONVERT).cells}


def outcome(name, answer=""):
    """Run the notebook's cell of an exercise, with code put in before its last line; return what the check says."""
    tree = ast.parse(cells(name[:2])[f"exercise-{name[3:]}-code"])
    *stub, check = tree.body
    space = {"__name__": "__main__", "course": course, "np": np, "Broken": Broken, **names(_case(name).names)}
    exec(compile(ast.Module([*stub, *ast.parse(answer).body], []), "<cell>", "exec"), space)
    return eval(compile(ast.Expression(check.value), "<cell>", "eval"), space)


def _case(name):
    return cases(name[:2])[name]


def _solved(name):
    return re.search(r"```python\n(.*?)```", solution(name), re.DOTALL).group(1)


WRONG = [(name, code) for name in ALL for code in _case(name).wrong]
RIGHT = [(name, code) for name in ALL for code in _case(name).right]


@pytest.mark.parametrize("name", ALL)
def test_the_cell_as_it_comes_is_not_attempted(name):
    assert outcome(name).kind == "not attempted"


@pytest.mark.parametrize("name", ALL)
def test_the_shipped_solution_passes(name):
    found = outcome(name, _solved(name))
    assert (found.kind, found.exercise) == ("passed", name), found
    assert name in course.progress.read()[0]


@pytest.mark.parametrize(("name", "code"), WRONG, ids=[f"{name}-{i}" for i, (name, _) in enumerate(WRONG)])
def test_a_wrong_answer_gets_the_reason_that_fits(name, code):
    found = outcome(name, code)
    assert found.kind == "failed", found
    assert _case(name).wrong[code] in found.words


@pytest.mark.parametrize(("name", "code"), RIGHT, ids=[f"{name}-{i}" for i, (name, _) in enumerate(RIGHT)])
def test_another_right_answer_passes(name, code):
    found = outcome(name, code)
    assert found.kind == "passed", found


@pytest.mark.parametrize("name", ALL)
def test_an_answer_that_raises_is_told_which_error_arose(name):
    found = outcome(name, _case(name).raises)
    assert found.kind == "raised", found
    assert "Error: " in found.words


@pytest.mark.parametrize("name", ALL)
def test_every_exercise_has_two_wrong_answers_with_different_reasons(name):
    assert len(set(_case(name).wrong.values())) >= 2


@pytest.mark.parametrize("name", ALL)
def test_hints_come_one_after_the_other_and_differ(name):
    hints = exercises.find(name).hints
    assert len(set(hints)) == len(hints) >= 2


@pytest.mark.parametrize("number", NUMBERS)
def test_module_solutions_cases_and_notebook_have_the_same_exercises(number):
    there = [f"{number}.{i + 1}" for i in range(len(exercises.of_lesson(number)))]
    assert list(exercises.of_lesson(number)) == there
    assert list(import_module(f"ganlib.course.solutions.lesson_{number}").SOLUTIONS) == there
    assert list(cases(number)) == there
    assert [id for id in cells(number) if re.fullmatch(r"exercise-\d+-code", id)] == [
        f"exercise-{name[3:]}-code" for name in there
    ]
