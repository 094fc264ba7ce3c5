"""Every lesson has the same form; and the rules themselves are tried on lessons that break them."""

import warnings
from pathlib import Path

import nbformat
import pytest
from helpers import style
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from nbformat.warnings import DuplicateCellId

LESSONS = sorted((Path(__file__).resolve().parents[2] / "notebooks").glob("*.ipynb"))
PYTHON = {"name": "python3", "display_name": "Python 3", "language": "python"}


@pytest.mark.parametrize("rule", style.RULES, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_lesson_keeps(path, rule):
    with warnings.catch_warnings():
        warnings.simplefilter("error", DuplicateCellId)  # else the reader gives such cells new ids
        lesson = nbformat.read(path, nbformat.NO_CONVERT)
    assert list(rule(lesson, path)) == []


def test_there_are_lessons_and_their_numbers_differ():
    numbers = [path.name[:2] for path in LESSONS]
    assert numbers[0] == "00"
    assert len(set(numbers)) == len(numbers)


# --- the rules, tried out -------------------------------------------------------------------------------------------

INTRO = """# 07 · A lesson

**You will be able to**

- see.

**Time:** 1 minute. **Nothing** else.

**Before this:** [start here](00_start_here.ipynb)"""

BODY = """## One

### Two

<details><summary>Answer</summary>

Yes.

</details>

```
# no heading
```"""
END = "## What you have seen\n\n## Exercises\n\n## Test yourself\n\n## Next\n\n[start](00_start_here.ipynb)"
QUESTION = "### Question {}\n\nWhat is it?\n\n" + "\n\n".join(
    f"<details><summary>{letter}. This</summary>\n\n**{verdict}.** Because it is what it is.\n\n</details>"
    for letter, verdict in (("A", "No"), ("B", "Right"), ("C", "No"))
)


def exercise_cells(number):
    """The four cells of an exercise of lesson 07, as they should be."""
    exercise = f'course.exercise("07.{number}")'
    cells = [new_markdown_cell(f"### {number}. Do it", id=f"exercise-{number}")]
    endings = {
        "code": ("exercise", "check(my_answer)"),
        "hint": ("hint", "hint()"),
        "solution": ("solution", "solution()"),
    }
    for kind, (tag, call) in endings.items():
        id = f"exercise-{number}-{kind}"
        cells.append(new_code_cell(f"{exercise}.{call}", id=id, metadata={"tags": [tag]}))
    return cells


@pytest.fixture
def path(tmp_path):
    (tmp_path / "00_start_here.ipynb").touch()
    return tmp_path / "07_lesson.ipynb"


@pytest.fixture
def lesson():
    """A small lesson that keeps every rule."""
    parameters = 'speed = ""  # how fast\nseed = 0  # of all\nrate = 2e-4  # of D'
    return new_notebook(
        nbformat_minor=5,
        metadata={"ganlib_lesson": "07", "kernelspec": PYTHON, "language_info": {"name": "python"}},
        cells=[
            new_markdown_cell(INTRO, id="intro"),
            new_code_cell(parameters, id="parameters", metadata={"tags": ["parameters"]}),
            new_code_cell('course.welcome(speed, number="07")', id="opening"),
            new_markdown_cell(BODY, id="body"),
            new_code_cell("1 + 1", id="sum"),
            new_markdown_cell(END, id="end"),
            *(cell for number in (1, 2, 3) for cell in exercise_cells(number)),
            *(new_markdown_cell(QUESTION.format(number), id=f"question-{number}") for number in (1, 2, 3)),
        ],
    )


@pytest.mark.parametrize("rule", style.RULES, ids=lambda rule: rule.__name__)
def test_a_good_lesson_breaks_no_rule(lesson, path, rule):
    assert list(rule(lesson, path)) == []


def set_source(index, source):
    return lambda lesson: lesson.cells[index].update(source=source)


def replace(index, old, new):
    def change(lesson):
        assert old in lesson.cells[index].source
        lesson.cells[index].source = lesson.cells[index].source.replace(old, new)

    return change


def add(text):
    return lambda lesson: lesson.cells.insert(4, new_markdown_cell(text, id="new"))


def remove(index, count=1):
    return lambda lesson: lesson.cells.__delitem__(slice(index, index + count))


FIRST_EXERCISE, FIRST_QUESTION = 6, 18  # their places in the small lesson
BREACHES = [
    (style.format_is_valid, lambda lesson: lesson.update(nbformat_minor=4), "format 4.4"),
    (style.format_is_valid, lambda lesson: lesson.cells[3].update(id="intro"), "2 cells with the id 'intro'"),
    (style.format_is_valid, lambda lesson: lesson.cells[3].update(id="3f9a-77c1"), "is no words"),
    (style.format_is_valid, lambda lesson: lesson.cells[4].pop("outputs"), "not valid"),
    (style.kernel_is_python, lambda lesson: lesson.metadata.pop("kernelspec"), "kernelspec"),
    (style.kernel_is_python, lambda lesson: lesson.metadata.kernelspec.update(name="venv"), "kernelspec"),
    (style.kernel_is_python, lambda lesson: lesson.metadata.pop("language_info"), "language_info"),
    (style.nothing_is_stored, lambda lesson: lesson.cells[4].update(execution_count=3), "'sum' has an output"),
    (style.nothing_is_stored, lambda lesson: lesson.cells[4].outputs.append(new_output("stream")), "'sum' has an"),
    (style.nothing_is_stored, lambda lesson: lesson.metadata.update(widgets={"state": {}}), "widgets"),
    (style.headings_are_in_order, add("# Another"), "one H1"),
    (style.headings_are_in_order, replace(0, "# 07", "# 06"), "must begin with '# 07 · '"),
    (style.headings_are_in_order, replace(3, "### Two", "#### Two"), "'Two' jumps from level 2 to 4"),
    (style.opening_is_complete, replace(0, "**Time:**", "Time:"), "**Time**"),
    (style.opening_is_complete, replace(0, "**Before this:**", ""), "**Before this**"),
    (style.opening_is_complete, replace(0, "**You will be able to**", ""), "**You will be able to**"),
    (style.parameters_are_literals, lambda lesson: lesson.cells[1].metadata.pop("tags"), "the tag parameters"),
    (style.parameters_are_literals, replace(1, "2e-4", "float('2e-4')"), "no plain literal"),
    (style.parameters_are_literals, replace(1, "  # of D", ""), "without a comment"),
    (style.parameters_are_literals, replace(1, '""', '"smoke"'), 'speed = ""'),
    (style.parameters_are_literals, replace(1, "seed", "sead"), "as seed"),
    (style.welcome_is_called, set_source(2, "import ganlib"), "course.welcome"),
    (style.welcome_is_called, replace(2, '"07"', '"06"'), 'number="07"'),
    (style.cells_are_short, set_source(4, "x = 1\n" * 16), "'sum' has 16 lines"),
    (
        style.ending_is_complete,
        replace(5, "## Exercises\n\n", ""),
        "What you have seen, Exercises, Test yourself, Next",
    ),
    (style.ending_is_complete, replace(5, "## Next", "## More\n\n## Next\n\n## Last"), "must be"),
    (style.pictures_have_words, add("![](picture.png)"), "no alt text: ![](picture.png)"),
    (style.pictures_have_words, add('<img src="picture.png">'), "no alt text: <img"),
    (style.pictures_have_words, add('<img alt="" src="picture.png">'), "no alt text: <img"),
    (style.links_lead_somewhere, replace(5, "00_start", "01_start"), "no such file: 01_start_here.ipynb"),
    (style.links_lead_somewhere, add("![a cat](cat.png)"), "no such file: cat.png"),
    (style.links_lead_somewhere, add('<a href="gone.html">gone</a>'), "no such file: gone.html"),
    (style.nothing_is_unfinished, replace(3, "Yes.", "TODO: yes"), "'body' says 'TODO'"),
    (style.nothing_is_unfinished, set_source(4, "x = 1  # fixme"), "'sum' says 'fixme'"),
    (style.nothing_is_unfinished, set_source(4, "open('/home/me/x')"), "'sum' says '/home/'"),
    (style.folds_are_closed, replace(3, "</summary>\n\n", "</summary>\n"), "'body' has a fold"),
    (style.folds_are_closed, replace(3, "</details>", ""), "'body' has a fold"),
    (style.folds_are_closed, replace(3, "<summary>Answer</summary>", ""), "'body' has a fold"),
    (style.exercises_check_themselves, remove(FIRST_EXERCISE + 8, 4), "2 cells have the tag exercise; 3 to 5"),
    (style.exercises_check_themselves, replace(FIRST_EXERCISE, "### 1.", "### 2."), "the heading '### 1. …'"),
    (style.exercises_check_themselves, replace(FIRST_EXERCISE + 1, "07.1", "07.2"), 'course.exercise("07.1").check'),
    (style.exercises_check_themselves, replace(FIRST_EXERCISE + 1, "check(", "hint("), 'course.exercise("07.1").check'),
    (style.exercises_check_themselves, remove(FIRST_EXERCISE + 2), "the cell exercise-1-hint, with the tag hint"),
    (style.exercises_check_themselves, replace(FIRST_EXERCISE + 3, "07.1", "07.3"), "the cell exercise-1-solution"),
    (
        style.exercises_check_themselves,
        lambda lesson: lesson.cells[FIRST_EXERCISE + 3].metadata.pop("tags"),
        "the cell exercise-1-solution, with the tag solution",
    ),
    (style.questions_explain_themselves, remove(FIRST_QUESTION + 2), "2 questions; 3 to 5 are wanted"),
    (style.questions_explain_themselves, replace(FIRST_QUESTION, "Question 1", "Question 7"), "should be Question 1"),
    (style.questions_explain_themselves, replace(FIRST_QUESTION, "Right.", "No."), "one right option"),
    (style.questions_explain_themselves, replace(FIRST_QUESTION, "No.", "Right."), "one right option"),
    (style.questions_explain_themselves, replace(FIRST_QUESTION, "**Right.** ", ""), "does not say"),
    (style.questions_explain_themselves, replace(FIRST_QUESTION, "Because it is what it is.", ""), "and why"),
    (style.questions_explain_themselves, replace(FIRST_QUESTION, ">C. ", ">"), "three options or more"),
    (
        style.guesses_meet_their_outcome,
        set_source(4, 'a = course.predict("b?", ["c", "d"])'),
        "'sum' asks for a,",
    ),
    (style.guesses_meet_their_outcome, set_source(4, 'a.outcome("c")'), "'sum' tells the outcome of a"),
    (style.guesses_meet_their_outcome, set_source(4, "a = course.predict(b)\na.outcome(c)"), "no cell before it asks"),
]


@pytest.mark.parametrize(("rule", "breach", "words"), BREACHES, ids=lambda value: getattr(value, "__name__", None))
@pytest.mark.filterwarnings("ignore::nbformat.warnings.DuplicateCellId")
def test_a_breach_is_named_by(lesson, path, rule, breach, words):
    breach(lesson)
    problems = list(rule(lesson, path))
    assert len(problems) == 1
    assert words in problems[0]


def test_the_taught_loop_may_be_long_but_not_three_cells(lesson, path):
    lesson.cells[4] = new_code_cell("x = 1\n" * 40, id="loop", metadata={"tags": ["long"]})
    assert list(style.cells_are_short(lesson, path)) == []
    lesson.cells += [new_code_cell("x = 1", id=f"more-{i}", metadata={"tags": ["long"]}) for i in range(2)]
    assert list(style.cells_are_short(lesson, path)) == ["more than 2 cells have the tag long"]


def test_one_appendix_may_stand_behind_the_end(lesson, path):
    lesson.cells += [new_markdown_cell(f"## Appendix: {words}", id=words) for words in ("old", "older")]
    assert len(list(style.ending_is_complete(lesson, path))) == 1
    lesson.cells.pop()
    assert list(style.ending_is_complete(lesson, path)) == []


def test_links_to_the_web_and_within_the_page_are_left_alone(lesson, path):
    lesson.cells[3].source += "\n\n[paper](https://example.org/a.pdf) and [above](#One)"
    assert list(style.links_lead_somewhere(lesson, path)) == []
