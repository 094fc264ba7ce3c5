"""The pages that a visitor reads first: links lead somewhere, pictures have words, and what is to be typed exists."""

import contextlib
import functools
import html
import io
import itertools
import re
import subprocess
import tomllib
from pathlib import Path
from urllib.parse import urlsplit

import nbformat
import pytest

from ganlib import __version__, commands

CHECKOUT = Path(__file__).resolve().parent.parent
FOLDERS = ("*.md", ".github/*.md", "assets/**/*.md", "notebooks/*.md", "notebooks/*.ipynb")
PAGES = sorted(path for pattern in FOLDERS for path in CHECKOUT.glob(pattern) if path.name != "slides.md")
LINK = re.compile(r"(!?)\[([^\]]*)\]\(\s*<?([^)\s>]+)>?\s*\)|<img\b[^>]*>")
CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
START = CHECKOUT / "START-HERE.html"
TYPED = re.compile(r"-m ganlib (\w+)([^`\n<|#]*)")  # a command, and what follows it on its line


def prose(path):
    """Return the Markdown of a page without its code."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        cells = nbformat.reads(text, nbformat.NO_CONVERT).cells
        text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    return CODE.sub("", text)


def links(path):
    """Return (is a picture, words, target) of every link of a page."""
    return [match.groups() for match in LINK.finditer(prose(path)) if match[3]]


def anchors(path):
    """Return the anchors of a page's headings, as GitHub and JupyterLab's readers make them."""
    text = path.read_text(encoding="utf-8") if path.suffix == ".md" else prose(path)
    headings = re.findall(r"^#+ +(.+?) *$", text, re.MULTILINE)
    plain = [re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings]
    return {*plain, *(heading.replace(" ", "-") for heading in headings)}


def name(path):
    return path.relative_to(CHECKOUT).as_posix()


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_link_leads_somewhere(path):
    for _, _, target in links(path):
        parts = urlsplit(target)
        if parts.scheme:
            assert parts.scheme == "https", f"not https: {target}"
            assert re.fullmatch(r"[\w-]+(\.[\w-]+)+", parts.netloc), f"no address: {target}"
            continue
        file = (path.parent / parts.path).resolve() if parts.path else path
        assert file.exists(), f"no such file: {target}"
        assert CHECKOUT in file.parents, f"outside the kit: {target}"
        if parts.fragment and file.suffix in (".md", ".ipynb"):
            assert parts.fragment in anchors(file), f"no such heading: {target}"


@pytest.mark.parametrize("path", PAGES, ids=name)
def test_every_picture_and_every_link_has_words(path):
    for picture, words, target in links(path):
        assert words.strip(), f"{'picture' if picture else 'link'} without words: {target}"


@pytest.mark.parametrize("path", [path for path in PAGES if path.suffix == ".md"], ids=name)
def test_headings_are_in_order(path):
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL | re.MULTILINE)
    levels = [len(marks) for marks in re.findall(r"^(#+) ", text, re.MULTILINE)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_the_film_moves_and_is_small():
    from PIL import Image

    film = CHECKOUT / "assets" / "figures" / "digits_evolving.gif"
    assert film.stat().st_size < 2_000_000
    with Image.open(film) as picture:
        assert picture.n_frames >= 20


def test_the_readme_names_every_lesson():
    text = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    for path in CHECKOUT.glob("notebooks/[0-9]*.ipynb"):
        assert f"(notebooks/{path.name})" in text


@functools.cache
def help_of(command):
    """Return what `--help` says of a command."""
    with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
        commands.main([command, "--help"])
    return said.getvalue()


@pytest.mark.parametrize("path", [*PAGES, START], ids=name)
def test_what_is_to_be_typed_exists(path):
    for command, rest in TYPED.findall(html.unescape(path.read_text(encoding="utf-8"))):
        assert command in commands.COMMANDS, command
        if command in ("bench", "test"):  # what follows goes to TensorFlow's importers and to pytest
            continue
        for option in re.findall(r"(?<!\S)--[a-z][\w-]*", rest):
            assert re.search(rf"{option}(?![\w-])", help_of(command)), f"{command} has no {option}"


def test_the_top_of_the_kit_stays_small():
    listed = subprocess.run(["git", "ls-files"], cwd=CHECKOUT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no clone")
    top = {line.split("/")[0] for line in listed.stdout.splitlines()}
    assert {entry for entry in top if not entry.startswith(".")} <= {
        *(
            "START-HERE.html",
            "README.md",
            "CHANGELOG.md",
            "CITATION.cff",
            "LICENSE",
            "notebooks",
            "ganlib",
            "tests",
            "assets",
        ),
        *("requirements.txt", "constraints.txt", "pyproject.toml", "setup.py", "MANIFEST.in", "conftest.py"),
    }


def test_the_version_is_the_same_everywhere():
    version = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    assert f"version: {version}\n" in (CHECKOUT / "CITATION.cff").read_text(encoding="utf-8")
    assert f"## {version}" in (CHECKOUT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert __version__ == version
