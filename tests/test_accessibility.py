"""Everybody can read the course: no figure without words, no colour too pale, nothing told by colour alone."""

import ast
import importlib
import itertools
import pkgutil
from pathlib import Path

import nbformat
import pytest

from ganlib import plots
from ganlib.course import checking
from ganlib.lab import theme
from ganlib.plots import style

LESSONS = sorted((Path(__file__).resolve().parent.parent / "notebooks").glob("*.ipynb"))
WITHOUT_WORDS = ("matplotlib", "pylab", "seaborn", "plotly")  # what would draw a figure without a sentence
TEXT, GRAPHICS = 4.5, 3.0  # the contrasts that WCAG 2 asks for


def contrast(one, other):
    """Return the contrast of two colours, #rrggbb each, from 1 to 21, as WCAG 2 defines it."""

    def luminance(colour):
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return sum(share * part for share, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))

    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def pens():
    """Return every pen of the figures, by module and name."""
    found = {}
    for module in pkgutil.iter_modules(plots.__path__, "ganlib.plots."):
        for name, value in vars(importlib.import_module(module.name)).items():
            for i, pen in enumerate(
                value if isinstance(value, tuple) and not isinstance(value, style.Pen) else [value]
            ):
                if isinstance(pen, style.Pen):
                    found[f"{module.name.rpartition('.')[2]}.{name}.{i}"] = pen
    return found


PENS = pens()


def test_contrast_is_computed_as_wcag_defines_it():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#FFFFFF") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("pen", PENS.values(), ids=PENS)
def test_what_a_pen_writes_can_be_read_on_white(pen):
    assert contrast(pen.colour, style.PAPER) >= TEXT


@pytest.mark.parametrize("colour", [*style.ON_DARK.values(), theme.GREY_ON_DARK])
@pytest.mark.parametrize("paper", ["#111111", "#212121"])  # JupyterLab's dark page, and its cells
def test_what_a_pen_writes_can_be_read_on_a_dark_page(colour, paper):
    assert contrast(colour, paper) >= TEXT


def test_the_players_of_every_figure_have_a_colour_on_dark_pages():
    assert set(style.ON_DARK) == {style.DISCRIMINATOR, style.GENERATOR, style.REAL, style.FAKE}


@pytest.mark.parametrize("colour", [style.INK, style.GREY])
def test_text_can_be_read_on_white(colour):
    assert contrast(colour, style.PAPER) >= TEXT


@pytest.mark.parametrize("pair", [(style.DISCRIMINATOR, style.GENERATOR), (style.REAL, style.FAKE)], ids=str)
def test_what_is_compared_differs_by_dash_and_label_too(pair):
    for one, other in itertools.combinations(pair, 2):
        assert one.dashes != other.dashes
        assert one.label != other.label


def test_the_outcome_of_an_exercise_is_a_mark_and_words_and_not_only_a_colour():
    assert checking.COLOURS.keys() == checking.MARKS.keys()
    assert len({mark[0] for mark in checking.MARKS.values()}) == len(checking.MARKS)
    for colour in checking.COLOURS.values():
        assert contrast(colour, "#ffffff") >= GRAPHICS
        assert contrast(colour, "#111111") >= GRAPHICS  # JupyterLab's dark theme


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_every_figure_of_a_lesson_comes_with_a_sentence(path):
    for cell in nbformat.read(path, nbformat.NO_CONVERT).cells:
        if cell.cell_type != "code" or "%pip" in cell.source:
            continue
        for node in ast.walk(ast.parse(cell.source)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not [name for name in names if name.split(".")[0] in WITHOUT_WORDS], f"cell {cell.id!r}"


@pytest.mark.parametrize("name", [name for name in plots.__all__ if callable(getattr(plots, name))])
def test_every_function_that_draws_says_so(name):
    function = getattr(plots, name)
    if not isinstance(function, type):
        assert "Plot" in function.__doc__, f"{name} does not say that it returns a Plot, a figure with its sentence"
