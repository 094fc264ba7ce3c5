"""Figures under a slider: the page turns the leaves, and who has no kernel sees the last one."""

import base64
import re

import numpy as np
import pytest

from ganlib import plots
from ganlib.lab import Flipbook

FIGURES = [plots.planes(plots.Scene(np.full((3, 2), value))) for value in (-0.5, 0.0, 0.5)]
TIMES = ["0.0", "0.5", "1.0"]


def of_kind(book, name):
    """Return the widgets of a class in a book, in their order."""
    found, waiting = [], [book.widget]
    while waiting:
        widget = waiting.pop(0)
        found += [widget] if type(widget).__name__ == name else []
        waiting = [*getattr(widget, "children", ()), *waiting]
    return found


def test_it_opens_at_the_last_figure_and_has_each_with_its_sentence():
    book = Flipbook(FIGURES, TIMES, name="time")
    (stack,) = of_kind(book, "Stack")
    assert (book.slider.index, stack.selected_index) == (2, 2)
    assert book.slider.options == tuple(TIMES)
    assert book.slider.description == "time"
    told = [re.search('alt="([^"]+)"', leaf.value)[1] for leaf in stack.children]
    assert told == [figure.sentence for figure in FIGURES]


def test_the_slider_and_play_turn_the_leaves_in_the_page_itself(monkeypatch):
    import ipywidgets

    linked = []
    monkeypatch.setattr(ipywidgets, "jslink", lambda source, target: linked.append((source, target)))
    book = Flipbook(FIGURES, TIMES)
    (stack,), (play,) = of_kind(book, "Stack"), of_kind(book, "Play")
    assert ((book.slider, "index"), (stack, "selected_index")) in linked
    assert ((play, "value"), (book.slider, "index")) in linked
    assert (play.min, play.max) == (0, 2)


def test_without_a_kernel_the_last_figure_stands_there_with_its_sentence():
    bundle = Flipbook(FIGURES, TIMES)._repr_mimebundle_()
    assert bundle["text/plain"] == f"The last of 3 figures. {FIGURES[-1].sentence}"
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("figures", "captions", "words"),
    [
        ([], [], "at least one figure"),
        (FIGURES, TIMES[:2], "not 3 and 2"),
        (FIGURES, ["0", "0", "1"], "cannot tell captions apart"),
    ],
)
def test_a_book_that_cannot_be_turned_is_refused_in_one_sentence(figures, captions, words):
    with pytest.raises(ValueError, match=words) as error:
        Flipbook(figures, captions)
    assert "\n" not in str(error.value)
