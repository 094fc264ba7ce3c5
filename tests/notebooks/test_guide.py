"""The leader's guide can be followed to the letter: what it lets a room run or skip leaves no name undefined."""

import builtins
import re
from pathlib import Path

import names
import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
GUIDE = (NOTEBOOKS / "leaders_guide.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[lesson (\d\d)\]\([^)]*\)([^|]*)\|")
NOTES = re.compile(r"^### (\d\d) · .*?(?=^##|\Z)", re.MULTILINE | re.DOTALL)
QUOTED = re.compile(r'"([^"]+)"')
KNOWN = {*dir(builtins), "display"}


def cells(number):
    """Return the code cells of a lesson: id, the heading that they stand under, and source."""
    (path,) = NOTEBOOKS.glob(f"{number}_*.ipynb")
    heading, found = "", []
    for cell in nbformat.read(path, nbformat.NO_CONVERT).cells:
        if cell.cell_type == "markdown":
            heading = (re.findall(r"^##? (.+)$", cell.source, re.MULTILINE) or [heading])[-1]
        else:
            found.append((cell.id, heading, cell.source))
    return found


def undefined(chosen):
    """Return what the chosen cells use and none of them before defines."""
    have, missing = set(KNOWN), []
    for cell, _, source in chosen:
        needs, binds = names.needs_and_binds(source)
        missing += [f"{cell} needs {name}" for name in sorted(needs - have)]
        have |= binds
    return missing


def under(number, titles):
    """Return the headings of a lesson that begin with titles, in the lesson's order; fail if one is not there."""
    headings = list(dict.fromkeys(heading for _, heading, _ in cells(number)))
    for title in titles:
        assert any(heading.startswith(title) for heading in headings), f"lesson {number} has no section {title!r}"
    return headings, [heading for heading in headings if heading.startswith(tuple(titles))]


ROWS = [(number, words.strip()) for number, words in LINK.findall(GUIDE) if QUOTED.search(words)]
SKIPS = [
    (note[1], skip)
    for note in NOTES.finditer(GUIDE)
    for skip in re.findall(r"\*\*Skip:\*\*(.*?)(?=^- |\Z)", note[0], re.MULTILINE | re.DOTALL)
    if QUOTED.search(skip) or "exercise" in skip
]


def test_rows_and_skips_were_found():
    assert len(ROWS) >= 4
    assert len(SKIPS) >= 8


@pytest.mark.parametrize(("number", "words"), ROWS)
def test_the_sections_of_a_plan_are_enough(number, words):
    headings, taught = under(number, QUOTED.findall(words))
    if re.search(r'\bto "', words):
        taught = headings[: headings.index(taught[-1]) + 1]
    chosen = [cell for cell in cells(number) if cell[1] in (headings[0], *taught)]
    assert undefined(chosen) == []


@pytest.mark.parametrize(("number", "words"), SKIPS)
def test_what_may_be_skipped_is_not_needed_later(number, words):
    titles = QUOTED.findall(words)
    skipped = under(number, titles)[1] if titles else []
    exercises = tuple(f"exercise-{one}-" for one in re.findall(r"exercise (\d)", words))
    chosen = [
        cell for cell in cells(number) if cell[1] not in skipped and not (exercises and cell[0].startswith(exercises))
    ]
    assert len(chosen) < len(cells(number))
    assert undefined(chosen) == []


def test_the_plan_for_when_nobody_set_up_takes_90_minutes():
    room = (NOTEBOOKS / "your_room.md").read_text(encoding="utf-8")
    plan = room.split("## When nobody set up at home")[1].split("\n## ")[0]
    assert sum(map(int, re.findall(r"^\| (\d+) \|", plan, re.MULTILINE))) == 90


def test_what_is_missing_is_told():
    assert undefined([("a", "", "x = 1"), ("b", "", "print(x + y)")]) == ["b needs y"]
