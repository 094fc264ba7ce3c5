"""What people read is plain English: no phrase that the style page replaces, no space before a percent sign."""

import re
from pathlib import Path

import nbformat
import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
STYLE = CHECKOUT / ".github" / "STYLE.md"
ROWS = re.findall(r"^\| (.+?) \| (.+?) \|$", STYLE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
READ = [
    *CHECKOUT.glob("*.md"),
    *(CHECKOUT / ".github").glob("C*.md"),
    *(CHECKOUT / "notebooks").glob("*.*"),
    *(CHECKOUT / "ganlib").rglob("*.py"),
    *(CHECKOUT / "assets").rglob("*.js"),
    *(CHECKOUT / "assets").rglob("*.html"),
]


def words(path):
    """Return what a file says, on one line; of a notebook what stands in its cells."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        text = "\n".join(cell.source for cell in nbformat.reads(text, nbformat.NO_CONVERT).cells)
    return " ".join(text.split())


def found(phrases, text):
    """Return those of the phrases that are in a text, whatever their capitals, as words of their own."""
    return [phrase for phrase in phrases if re.search(rf"(?<!\w){re.escape(phrase)}(?!\w)", text, re.IGNORECASE)]


@pytest.mark.parametrize("path", READ, ids=lambda path: str(path.relative_to(CHECKOUT)))
def test_no_phrase_is_back_that_the_style_page_replaces(path):
    assert found([phrase for phrase, _ in ROWS], words(path)) == []


@pytest.mark.parametrize(
    "path", [path for path in READ if path.suffix in (".md", ".ipynb")], ids=lambda path: path.name
)
def test_there_is_no_space_before_a_percent_sign(path):
    assert re.findall(r"\d %(?=[\s.,;:)|])(?! \d)(?! [a-z]+\))", words(path)) == []


def test_the_style_page_has_pairs_that_are_told_in_a_text():
    assert len(ROWS) >= 20
    assert all(phrase != instead for phrase, instead in ROWS)
    assert found([phrase for phrase, _ in ROWS], "It makes 9 Steps a second.") == ["steps a second"]
    assert found(["dearer"], "an endearer") == []
