"""The plans of the leader's guide, and its notes on each lesson, read from its Markdown: slides are made of them."""

import re
from typing import NamedTuple

from ganlib.course import handout

SECTION = re.compile(r"^## Three plans\n(.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
PLAN = re.compile(r"^### ([^\n]+)\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
ROW = re.compile(r"^\| *(\d+) *\| *(.+?) *\|(?:.*\|)? *(.*?) *\|$", re.MULTILINE)
LESSON = re.compile(r"\[[^\]]*\]\((\d\d)_\w+\.ipynb[^)]*\)")
NOTES = re.compile(r"^### (\d\d) · [^\n]+\n(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
SKIP = re.compile(r"^- \*\*Skip:\*\*.*?(?=^- |\Z)", re.MULTILINE | re.DOTALL)
DAY = re.compile(r"day \d: ")


class Row(NamedTuple):
    """A row of a plan: its minutes, what is done, the numbers of its lessons such as "06", and what the leader says."""

    minutes: int
    what: str
    lessons: list
    say: str


def plans(guide):
    """Read the plans: what each is called, such as "90 minutes: what a GAN is", then its rows.

    Parameters
    ----------
    guide : str
        Markdown of the leader's guide; without the section "Three plans" there are none.

    Returns
    -------
    dict of str to list of Row
    """
    found = SECTION.search(guide)
    return {name: _rows(text) for name, text in PLAN.findall(found[1])} if found else {}


def _rows(text):
    return [Row(int(minutes), what, LESSON.findall(what), say) for minutes, what, say in ROW.findall(text)]


def notes(guide):
    """Read what the guide tells the leader about each lesson, without links and without what may be skipped.

    Returns
    -------
    dict of str to str
        Number of a lesson to Markdown.
    """
    plain = handout.loosen(guide, handout.GUIDE, set())
    return {number: SKIP.sub("", text).strip() for number, text in NOTES.findall(plain)}


def days(rows):
    """Split a plan's rows where a row begins a day; a plan without such rows is one day."""
    found = []
    for row in rows:
        if not found or (DAY.match(row.what) and found[-1]):
            found.append([])
        found[-1].append(row)
    return found


def with_breaks(rows, after=75):
    """Add a break where a day has none: between two rows, once the room has sat for `after` minutes or more.

    Returns
    -------
    list of Row
        An added break has 0 minutes: nobody has said how long it is.
    """
    if any(row.what == "break" for row in rows):
        return rows
    found, sat = [], 0
    for row in rows:
        if sat >= after:
            found.append(Row(0, "break", [], ""))
            sat = 0
        found.append(row)
        sat += row.minutes
    return found
