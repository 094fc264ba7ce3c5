"""The glossary is in order, and what its words are made of is used in the lessons that it sends the reader to."""

import re
from pathlib import Path

import nbformat
import pytest

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
TEXT = (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8")
ENTRIES = dict(re.findall(r"^## (.+)\n\n(.+)$", TEXT, flags=re.MULTILINE))


def test_the_words_are_in_order_and_each_is_told_once():
    words = re.findall(r"^## (.+)$", TEXT, flags=re.MULTILINE)
    assert words == sorted(set(words), key=str.casefold)
    assert list(ENTRIES) == words


@pytest.mark.parametrize("word", [word for word, told in ENTRIES.items() if ".ipynb" in told])
def test_the_parts_of_a_word_are_used_in_a_lesson_that_it_sends_to(word):
    said = " ".join(map(cells_of, re.findall(r"\]\((\d\d_\w+\.ipynb)\)", ENTRIES[word])))
    stems = [part[:5] for part in re.findall(r"\w{4,}", word.casefold().split(" (")[0])]
    assert [stem for stem in stems if stem not in said] == []


def cells_of(lesson):
    """Return what stands in a lesson's cells, in small letters and without emphasis."""
    cells = nbformat.read(NOTEBOOKS / lesson, nbformat.NO_CONVERT).cells
    return " ".join(" ".join(cell.source for cell in cells).replace("*", "").casefold().split())
