"""The exercises of the lessons, one module per lesson, imported when one of them is asked for.

How to add an exercise, say the fifth of lesson 06:

1. In the notebook, at the end of the section Exercises: a Markdown cell `exercise-5` with the text under the heading
   `### 5. …`, a code cell `exercise-5-code` that runs untouched and whose last line is
   `course.exercise("06.5").check(my_answer)`, and the cells `exercise-5-hint` and `exercise-5-solution`. Learners
   replace `None`.
2. Here, in `lesson_06.py`: `Exercise("06.5", judge, "a nudge", "nearly the answer")` at the end of `EXERCISES`. The
   judge takes the answer and raises `Wrong` with the reason that fits the mistake. It looks at what the answer does,
   never at how it was written, and is quick. If what is right depends on what the learner's own run showed, name the
   exercise in `OF_ONE_RUN` of `ganlib/course/assignments.py`: graded elsewhere, it would be wrong.
3. In `ganlib/course/solutions/lesson_06.py`: the solution in Markdown. Its first block of Python passes the check.
4. In `tests/course/exercise_cases/lesson_06.py`: at least two wrong answers, each with words from the reason that it
   must get (not the same for all), and an answer that raises. The tests try them all in the notebook's own cell.
"""

import re
from importlib import import_module
from importlib.util import find_spec


def of_lesson(number):
    """Return the exercises of a lesson in their order, by name; empty if it has none.

    Parameters
    ----------
    number : str
        Two digits: "06".
    """
    module = f"{__name__}.lesson_{number}"
    if find_spec(module) is None:
        return {}
    return {exercise.name: exercise for exercise in import_module(module).EXERCISES}


def find(name):
    """Return one exercise.

    Parameters
    ----------
    name : str
        The lesson and the number of the exercise: "06.1".

    Raises
    ------
    ValueError
        There is no such exercise; the sentence says which there are.
    """
    if not isinstance(name, str) or not re.fullmatch(r"\d\d\.\d+", name):
        raise ValueError(f"An exercise is named by its lesson and its number, such as '06.1', not {name!r}.")
    there = of_lesson(name[:2])
    if name not in there:
        raise ValueError(f"There is no exercise {name}; lesson {name[:2]} has {', '.join(there) or 'none'}.")
    return there[name]
