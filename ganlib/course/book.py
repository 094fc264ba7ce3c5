"""The book: every lesson with its results as web pages, with navigation, search and glossary, and without a kernel.

`python -m ganlib book` builds it with Sphinx and MyST-NB. It loads nothing from another computer, so that it can be
read from a stick as well as from GitHub Pages.
"""

import re
import shutil
import tempfile
from pathlib import Path
from textwrap import indent

import nbformat

from ganlib.course import badges, executed, handout, lessons, slides, timings
from ganlib.course.sphinx_run import STATIC, BookError, run_sphinx
from ganlib.setup import environment

ROOT = "../"  # from a page in `notebooks/` to the top of the book
EXTRA_PAGES = ("leaders_guide.md", "your_room.md", "glossary.md", "time_machine.md", "plane.md")
GLOSSARY = "notebooks/glossary.md"
FRAMED = {"notebooks/time_machine.md": executed.frame, "notebooks/plane.md": executed.plane_frame}
CAPTION = '<p class="caption" role="heading"'
CONFIG = {
    "project": "The GAN teaching kit",
    "copyright": "2026 The ganlib authors",
    "extensions": ["myst_nb", "ganlib.course.mathml", "sphinx.ext.githubpages"],
    "source_suffix": {".md": "myst-nb", ".ipynb": "myst-nb"},
    "html_theme": "furo",
    "html_math_renderer": "mathml",
    "html_title": "The GAN teaching kit",
    "html_copy_source": False,
    "html_show_sourcelink": False,
    "html_static_path": STATIC,
    "html_css_files": ["book.css"],
    "html_js_files": ["book.js"],
    "nb_execution_mode": "off",
    "nb_merge_streams": True,
    "myst_enable_extensions": ["dollarmath", "amsmath"],
    "myst_heading_anchors": 3,
    "language": "en",
}


def main(out, ran=None, speed="lesson", checkout=environment.CHECKOUT, solutions=True):
    """Build the book, from lessons that were executed already or that are executed now; return its first page.

    Parameters
    ----------
    out, checkout, solutions
        See `build`.
    ran : str, Path or None
        Folder of the executed lessons; None executes all of them now.
    speed : str
        "smoke", "lesson" or "full": at which to execute them.

    Raises
    ------
    BookError
        A lesson fails, or see `build`.
    """
    if ran is not None:
        return build(out, ran, checkout, solutions)
    with tempfile.TemporaryDirectory() as scratch:
        for name, measured in timings.collect(lessons.select("", checkout / "notebooks"), speed, Path(scratch)):
            if measured is None:
                raise BookError(
                    f"Lesson {name} fails, and a book with an error in it is not made: mend the lesson; the reason is "
                    "above."
                )
        return build(out, scratch, checkout, solutions)


def build(out, ran, checkout=environment.CHECKOUT, solutions=True):
    """Build the book from executed lessons.

    Parameters
    ----------
    out : str or Path
        Folder for the pages; `index.html` is the first. If it holds a book, it is emptied first.
    ran : str or Path
        Folder of the executed lessons.
    checkout : Path
        The kit: its README, its figures, its pages beside the lessons.
    solutions : bool
        Whether the solutions of the exercises are in it, and the leader's guide.

    Returns
    -------
    Path
        The first page.

    Raises
    ------
    BookError
        There are no executed lessons, `out` holds something else, or Sphinx found something wrong, such as a dead link.
    """
    out = Path(out)
    if out.exists() and any(out.iterdir()) and not (out / "searchindex.js").is_file():
        raise BookError(f"{out} holds something that is no book: give an empty or a new folder.")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "source"
        _collect(source, lessons.numbered(ran), checkout, solutions)
        shutil.rmtree(out, ignore_errors=True)
        run_sphinx(source, out, Path(scratch) / "doctrees", "html", CONFIG)
        if slides.decks(checkout):
            slides.build(out, ran, checkout, notes=solutions)
    _level_captions(out)
    _add_time_machine(out)
    _add_plane(out)
    return out / "index.html"


def _collect(source, ran, checkout, solutions):
    """Lay the sources of the book out like the kit itself, so that its links lead on."""
    if not ran:
        raise BookError("There are no executed lessons: `python -m ganlib book` without --executed makes them.")
    pages = {f"notebooks/{path.name}" for path in ran}
    pages |= {f"notebooks/{name}" for name in EXTRA_PAGES if (checkout / "notebooks" / name).is_file()}
    if not solutions:
        pages.discard(handout.GUIDE)
    figures = {path.relative_to(checkout).as_posix() for path in (checkout / "assets" / "figures").glob("*.*")}
    readme = "assets/data/README.md"
    files = pages | figures | ({readme} if (checkout / readme).is_file() else set())
    for path in ran:
        _write(source, f"notebooks/{path.name}", _lesson(path, files, solutions))
    for name in files - figures:
        if name.endswith(".md"):
            text = handout.loosen((checkout / name).read_text(encoding="utf-8"), name, files)
            text = _definitions(text) if name == GLOSSARY else text
            _write(source, name, text + FRAMED[name](ROOT) if name in FRAMED else text)
    for name in figures:
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(checkout / name, source / name)
    if slides.decks(checkout):
        _write(source, slides.PAGE, slides.page(checkout))
        pages.add(slides.PAGE)
    readme_text = badges.without((checkout / "README.md").read_text(encoding="utf-8"))
    first = handout.loosen(readme_text, "README.md", files)
    _write(source, "index.md", first + _contents(sorted(pages), readme in files))


def _lesson(path, files, solutions=True):
    """Return an executed lesson, ready for the book, as text."""
    notebook = nbformat.read(path, nbformat.NO_CONVERT)
    executed.clean(notebook, ROOT)
    if not solutions:
        handout.cut_solutions(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = handout.loosen(badges.without(cell.source), f"notebooks/{path.name}", files)
    return nbformat.writes(notebook)


def _definitions(text):
    """Write the headings of the glossary, and what stands below each, as a list of definitions."""
    before, *words = re.split(r"^## ", text, flags=re.MULTILINE)
    entries = [f"{word}\n{indent(about.strip(), '  ')}" for word, about in (part.split("\n", 1) for part in words)]
    return before + "\n\n".join(["```{glossary}", *entries, "```"]) + "\n"


def _contents(pages, with_data):
    """Write the book's table of contents, for the foot of its first page."""

    def part(caption, names):
        return "\n".join(["", "```{toctree}", ":hidden:", f":caption: {caption}", "", *names, "```", ""])

    others = [name for name in (slides.PAGE, *(f"notebooks/{name}" for name in EXTRA_PAGES)) if name in pages]
    others += ["assets/data/README"] if with_data else []
    names = [name.removesuffix(".ipynb") for name in pages if name.endswith(".ipynb")]
    return part("Lessons", names) + part("Beside the lessons", [name.removesuffix(".md") for name in others])


def _write(folder, name, text):
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _level_captions(out):
    """Give the captions of the navigation, which Sphinx calls headings, the level that a screen reader needs."""
    for path in out.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(CAPTION, f'{CAPTION} aria-level="2"'), encoding="utf-8", newline="\n")


def _add_time_machine(out):
    """Write the recorded run as a page that needs no kernel."""
    from ganlib.lab import replay

    replay.save_page(replay.open_recording(), out / executed.TIME_MACHINE_PAGE)


def _add_plane(out):
    """Write lesson 05's game as a page that trains in the browser."""
    from ganlib.export.plane_page import page_text

    (out / executed.PLANE_PAGE).write_text(page_text(), encoding="utf-8", newline="\n")
