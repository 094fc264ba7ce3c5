"""START-HERE.html, the first page of a hand-out: it needs nothing, says what is so, and everybody can read it."""

import itertools
import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from ganlib.setup import environment, python_version

PAGE = Path(__file__).resolve().parent.parent / "START-HERE.html"
TEXT = PAGE.read_text(encoding="utf-8")
WIDTHS = (390, 1280, 1920)


class Parts(HTMLParser):
    """What a page is made of: every tag with its attributes."""

    def __init__(self):
        super().__init__()
        self.tags = []
        self.feed(TEXT)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))


TAGS = Parts().tags


def test_the_page_is_one_file_without_a_script():
    assert not [tag for tag, _ in TAGS if tag in ("script", "link", "img", "iframe", "object", "embed", "base", "form")]
    assert not [given for _, given in TAGS if "src" in given or any(name.startswith("on") for name in given)]
    assert not re.search(r"url\(|@import", TEXT)
    assert PAGE.stat().st_size < 40_000


def test_its_links_lead_somewhere():
    ids = [given["id"] for _, given in TAGS if "id" in given]
    assert len(ids) == len(set(ids))
    targets = [given["href"] for tag, given in TAGS if tag == "a"]
    assert {target for target in targets if target.startswith("#")} >= {"#windows", "#mac", "#linux", "#trouble"}
    for target in targets:
        assert target.removeprefix("#") in ids or re.match(r"https://www\.python\.org/", target), target
    for _, given in TAGS:
        assert given.get("aria-labelledby", ids[0]) in ids


def test_its_headings_are_in_order_and_its_drawings_have_words():
    levels = [int(tag[1]) for tag, _ in TAGS if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    drawings = [given for tag, given in TAGS if tag == "svg"]
    assert len(drawings) == TEXT.count("<title id=") == 3
    assert all(given["role"] == "img" for given in drawings)


def test_it_says_what_the_set_up_does():
    minors = range(python_version.OLDEST[1], python_version.NEWEST[1] + 1)
    assert " or ".join((", ".join(f"3.{minor}" for minor in minors[:-1]), f"3.{minors[-1]}")) in TEXT
    assert f"may have {environment.LONGEST_PLACE} characters" in TEXT.replace("\n", " ")
    sentence = python_version.version_problem((3, 10), ["lab"], windows=True)
    assert sentence.startswith(re.search(r"“(ganlib needs [^”]*)”", TEXT)[1])
    assert "`py -3.12 -m ganlib lab`" in sentence
    assert "<code>py -3.12 -m ganlib lab</code>" in TEXT


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_it_on_a_phone_and_on_a_screen(browser, scheme):
    from helpers.lab_page import axe_faults, complaints_of

    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # axe is a script
    page = context.new_page()
    complaints = complaints_of(page)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        page.goto(PAGE.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert axe_faults(page, "html") == []
    assert complaints == []
    context.close()
