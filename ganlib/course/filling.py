"""Writing the measured times wherever they are told: the README, the openings of the lessons, the leader's guide."""

import re

import nbformat

from ganlib.course import SPEEDS, lessons
from ganlib.setup import environment
from ganlib.training.files import atomic_write

QUIET = 0.1  # share of the processors that other programs may take before a measurement counts as disturbed
LONG = 5  # seconds from which on a cell is one to wait for
HEADER = "waiting at `lesson` speed"
LONG_CELLS = "cells to wait for"
LINK = re.compile(r"\]\((?:[\w./-]*/)?(\d\d_\w+)\.ipynb[^)]*\)")
WELCOME = re.compile(r"course\.welcome\(\s*speed, smoke=(\d+), lesson=(\d+), full=(\d+)")
PROSE = re.compile(r"the cells compute for about [^(]+ at `lesson` speed on two CPU cores \([^)]*\)")
SOURCE = re.compile(r"^Waiting times: .*$", re.MULTILINE)


def published(seconds):
    """Round a time up to what is told: to 5 seconds below two minutes, to 20 above."""
    unit = 5 if seconds <= 120 else 20
    return max(unit, int(-(-seconds // unit) * unit))


def in_words(seconds):
    """Write a published time: "45 seconds", "6 minutes"."""
    return f"{seconds} seconds" if seconds <= 120 else f"{round(seconds / 60)} minutes"


def fill_page(text, table):
    """Write the measured times into a page.

    Parameters
    ----------
    text : str
        Markdown. In a table, the columns headed "waiting at `lesson` speed" and "cells to wait for" are filled in each
        row that links to lessons; a line that begins with "Waiting times:" says how they were measured.
    table : dict
        As `load` returns it. A row with a lesson that was not measured stays as it is.

    Returns
    -------
    str
    """
    lines, header = [], []
    for line in text.split("\n"):
        cells = line.strip().strip("|").split("|") if line.startswith("|") else []
        header = header if cells and header else [cell.strip() for cell in cells]
        lines.append(_fill_row(line, cells, header, table) if cells else line)
    filled = "\n".join(lines)
    if not any("lesson" in speeds for speeds in table.values()):
        return filled
    return SOURCE.sub(lambda _: f"Waiting times: {source(table)}", filled)


def _fill_row(line, cells, header, table):
    names = LINK.findall(line)
    if not names or any("lesson" not in table.get(name, {}) for name in names):
        return line
    measured = [table[name]["lesson"] for name in names]
    for column, head in enumerate(header[: len(cells)]):
        if head == HEADER:
            cells[column] = f" {sum(published(one['seconds']) for one in measured)} s "
        elif head == LONG_CELLS:
            cells[column] = f" {long_cells(measured)} "
    return f"|{'|'.join(cells)}|"


def long_cells(measured):
    """Name the cells that take more than five seconds, in their order, with their times."""
    found = [(name, time) for one in measured for name, time in one["cells"].items() if time > LONG]
    return ", ".join(f"`{name}` {published(time)} s" for name, time in found) or "none"


def source(table):
    """Say in one line when and on what the table was measured at `lesson` speed, and whether it was disturbed."""
    measured = [speeds["lesson"] for speeds in table.values() if "lesson" in speeds]
    days = sorted({one["date"] for one in measured})
    computers = sorted({one["computer"] for one in measured})
    busy = max((one.get("busy") or 0 for one in measured), default=0)
    disturbed = f" Other programs took up to {busy:.0%} of it meanwhile, so it was slower." if busy > QUIET else ""
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"measured by `python -m ganlib timings` on {when} ({'; '.join(computers)}).{disturbed}"


def fill_lesson(notebook, measured):
    """Write the measured times into the opening of a lesson: its first cell, and its call of `course.welcome`.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Is changed.
    measured : dict
        Speed to what was measured; a speed that was not measured keeps the number that stands there.

    Returns
    -------
    bool
        Whether anything changed.
    """
    (opening,) = (cell for cell in notebook.cells if WELCOME.search(cell.source) and cell.cell_type == "code")
    told = dict(zip(SPEEDS, map(int, WELCOME.search(opening.source).groups()), strict=True))
    told |= {speed: published(one["seconds"]) for speed, one in measured.items()}
    before = opening.source, notebook.cells[0].source
    call = "course.welcome(speed, " + ", ".join(f"{speed}={told[speed]}" for speed in SPEEDS)
    opening.source = WELCOME.sub(call, opening.source)
    notebook.cells[0].source = PROSE.sub(prose(told), notebook.cells[0].source)
    return before != (opening.source, notebook.cells[0].source)


def prose(told):
    """Say how long a lesson computes, as its first cell does; `told` gives the seconds of each speed."""
    smoke, lesson, full = (in_words(told[speed]) for speed in SPEEDS)
    others = f"({smoke} at `smoke`, {full} at `full`)"
    return f"the cells compute for about {lesson} at `lesson` speed on two CPU cores {others}"


def pages(checkout=environment.CHECKOUT):
    """Return the pages with times in them: the README, and what is written in Markdown beside the lessons."""
    return [checkout / "README.md", *sorted((checkout / "notebooks").glob("*.md"))]


def fill(table, checkout=environment.CHECKOUT):
    """Write the measured times wherever they are told; return the paths of the files that changed."""
    changed = []
    for path in pages(checkout):
        text = path.read_text(encoding="utf-8")
        if (new := fill_page(text, table)) != text:
            path.write_text(new, encoding="utf-8", newline="\n")
            changed.append(path)
    for path in lessons.numbered(checkout / "notebooks"):
        notebook = nbformat.read(path, nbformat.NO_CONVERT)
        if fill_lesson(notebook, table.get(path.stem, {})):
            write_notebook(notebook, path)
            changed.append(path)
    return changed


def write_notebook(notebook, path):
    """Write a notebook as JupyterLab does, so that only what was changed differs."""
    with atomic_write(path) as file:
        file.write((nbformat.writes(notebook) + "\n").encode())
