"""The exercises as nbgrader assignments: a course folder that nbgrader takes as it is.

`python -m ganlib handout --nbgrader` writes it, an assignment per lesson; nbgrader itself is not needed for that. The
cell of an exercise becomes an "autograded answer": the learners' stub, and below it the shipped solution, which
`nbgrader generate_assignment` takes out. The locked cell below it calls the lesson's own check, and is worth a point.
"""

import ast
import os
import re
import textwrap
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from ganlib.course import handout, kit
from ganlib.course.checking import solution
from ganlib.paths import as_path, explain
from ganlib.setup import environment

POINTS = 1
OF_ONE_RUN = ("04.4", "09.1", "13.4")  # right for what a learner saw, and not elsewhere: they give no point
ANSWER = re.compile(r"exercise-(\d+)-code")
CONFIG = "nbgrader_config.py"
SETTINGS = """\
# Of nbgrader, for the assignments that `python -m ganlib handout --nbgrader` wrote. Run nbgrader in this folder.

c = get_config()  # noqa: F821

c.CourseDirectory.course_id = "ganlib"  # if you use an exchange: what your JupyterHub calls the course
c.ClearSolutions.code_stub = {"python": ""}  # every answer has a stub of its own, above its solution
c.Execute.timeout = 600  # seconds per cell; at the speed of grading the longest takes some 15 on two cores
"""
NOTE = """\
**Graded.** This lesson is an assignment. In the exercises at its end, a locked cell below each answer checks it once
more and gives the point. You may change everything that isn't locked, but grading runs the lesson at `smoke` speed and
with the parameters that it came with. There are hints, but no solutions, whatever the text says."""
EXEMPT = " Exercise {} gives no point: its answer depends on what you saw, and would be different elsewhere."


def write(out, words="", checkout=environment.CHECKOUT):
    """Write a course folder for nbgrader, or add lessons to one.

    Parameters
    ----------
    out : str or Path
        The folder. It gets `source/lesson_NN/` with a notebook for each lesson and, unless there is one,
        `nbgrader_config.py`; nothing that is there already is changed.
    words : str
        Which lessons, such as "00-06"; empty: all.
    checkout : Path
        The kit.

    Returns
    -------
    list of Path
        The folders of the assignments.

    Raises
    ------
    ganlib.course.handout.HandoutError
        An assignment is there already; a lesson is not the kit's, is damaged or was answered; or the kit has no
        solutions.
    ganlib.course.kit.KitError
        What belongs to the kit cannot be told.
    ValueError
        There is no such lesson.
    OSError
        The folder could not be written.
    """
    folder, parts = as_path(out, "folder"), kit.parts(checkout)
    chosen = handout.choose(words, parts, checkout)
    made = {folder / "source" / f"lesson_{_number(name)}": (name, _assignment(parts[name], name)) for name in chosen}
    if there := [str(path) for path in made if os.path.lexists(path)]:
        raise handout.HandoutError(
            f"{there[0]} is there already, and may hold your changes: move it away, or choose another --out or other "
            "--lessons."
        )
    handout.tell_of_changes(chosen, checkout)
    try:
        for path, (name, content) in made.items():
            path.mkdir(parents=True)
            (path / Path(name).name).write_bytes(content)
        if not os.path.lexists(folder / CONFIG):
            (folder / CONFIG).write_text(SETTINGS, encoding="utf-8")
    except OSError as error:
        raise OSError(f"{folder} could not be written: {explain(error)}. Choose another --out.") from error
    return list(made)


def _number(name):
    return Path(name).name[:2]


def _assignment(part, name):
    """Return the source of an assignment, as bytes."""
    lesson = nbformat.reads(handout.clean(part, False, name, ()).decode(), nbformat.NO_CONVERT)
    names = {cell.id: f"{_number(name)}.{match[1]}" for cell in lesson.cells if (match := ANSWER.fullmatch(cell.id))}
    exempt = [one for one in names.values() if one in OF_ONE_RUN]
    note = NOTE + (EXEMPT.format(exempt[0][3:]) if exempt else "")
    cells = [lesson.cells[0], new_markdown_cell(note, id="graded")]
    for cell in lesson.cells[1:]:
        cells.append(cell)
        if "parameters" in cell.metadata.get("tags", ()):
            cells.append(_locked("grading", _for_grading(cell.source)))
        elif cell.id in names and names[cell.id] not in exempt:
            cells.append(_answer(cell, names[cell.id]))
    lesson.cells = cells
    return (nbformat.writes(lesson) + "\n").encode()


def _for_grading(parameters):
    """Write the cell that gives a lesson its own parameters back, and the speed of a test, when nbgrader runs it."""
    lines = [ast.unparse(line) for line in ast.parse(parameters).body]
    body = "\n".join([*lines[1:], 'speed = "smoke"'])
    condition = 'if "NBGRADER_EXECUTION" in os.environ:  # nbgrader grades or validates'
    return f"import os\n\n{condition}\n{textwrap.indent(body, '    ')}"


def _answer(cell, name):
    """Put the solution into the cell of an exercise; return the locked cell that grades it.

    Without the region the cell is the lesson's own again: the region takes the place of one empty line.
    """
    try:
        solved = re.search(r"```python\n(.*?)\n```", solution(name), re.DOTALL)[1]
    except (ModuleNotFoundError, KeyError) as error:
        raise handout.HandoutError(
            f"There is no solution to exercise {name} in this copy of the kit, and assignments hold the solutions: "
            "make them with a copy that has all of them."
        ) from error
    stub, check = cell.source.rsplit("\n\n", 1)
    cell.source = f"{stub}\n### BEGIN SOLUTION\n{solved}\n### END SOLUTION\n{check}"
    cell.metadata["nbgrader"] = _marks(cell.id, solution=True)
    return _locked(cell.id.replace("-code", "-test"), check.replace(".check(", ".grade("), grade=True, points=POINTS)


def _locked(name, source, **marks):
    return new_code_cell(source, id=name, metadata={"nbgrader": _marks(name, locked=True, **marks)})


def _marks(name, **marks):
    """Return what nbgrader wants to know of a cell, in version 3 of its schema."""
    nothing = dict.fromkeys(("grade", "locked", "solution", "task"), False)
    return {**nothing, "grade_id": name, "schema_version": 3, **marks}
