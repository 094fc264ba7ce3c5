"""The slides: Markdown beside the lessons, with the very figures that the executed lessons show."""

import re
import shutil
import tempfile
from pathlib import Path

import nbformat

from ganlib.course import executed
from ganlib.course.sphinx_run import BookError, run_sphinx

FILE = "slides.md"
PAGE = "slides"  # folder in the book
FIGURE = re.compile(r"^!\[\]\(figure:(\d\d_\w+)/([\w-]+)\)$", re.MULTILINE)
CONFIG = {
    "project": "The GAN teaching kit",
    "author": "the authors of the GAN teaching kit",
    "extensions": ["myst_parser", "sphinx_revealjs", "ganlib.course.mathml"],
    "source_suffix": {".md": "markdown"},
    "html_math_renderer": "mathml",
    "html_title": "The GAN teaching kit",
    "html_show_sourcelink": False,
    "myst_enable_extensions": ["dollarmath"],
    "revealjs_style_theme": "white",
    "revealjs_script_conf": {
        "hash": True,
        "transition": "none",
        "width": 1280,
        "height": 720,
        "scrollActivationWidth": 0,
    },
    "revealjs_script_plugins": [
        {"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"},
    ],
    "revealjs_css_files": ["slides.css"],
    "language": "en",
}
STYLE = """.reveal { font-size: 28px } .reveal section img { max-height: 540px; width: auto; margin: 0 }
.reveal p, .reveal li { text-align: left } .reveal h1, .reveal h2, .reveal h3 { text-transform: none }
"""


def build(out, ran, checkout):
    """Build the slides into the folder `slides` of a book.

    Parameters
    ----------
    out : Path
        The book.
    ran : str or Path
        Folder of the executed lessons.
    checkout : Path
        Its `notebooks/slides.md` is the source. A line `![](figure:06_keras_gan/curves)` stands for the figure of that
        cell; where the lesson is not among the executed ones, the line is left out.

    Raises
    ------
    BookError
        A cell shows no figure, or Sphinx warned of something.
    """
    text = (checkout / "notebooks" / FILE).read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "source"
        source.mkdir()
        filled = FIGURE.sub(lambda match: _figure(Path(ran), *match.groups()), text)
        (source / "index.md").write_text(filled, encoding="utf-8")
        shutil.rmtree(out / PAGE, ignore_errors=True)
        run_sphinx(source, out / PAGE, Path(scratch) / "doctrees", "revealjs", CONFIG)
    (out / PAGE / "_static" / "slides.css").write_text(STYLE, encoding="utf-8")


def _figure(ran, lesson, cell):
    path = ran / f"{lesson}.ipynb"
    if not path.is_file():
        return ""
    try:
        return executed.figure(nbformat.read(path, nbformat.NO_CONVERT), cell)
    except KeyError:
        raise BookError(f"The slides ask for the figure of cell {cell!r} in {lesson}, which shows none.") from None
