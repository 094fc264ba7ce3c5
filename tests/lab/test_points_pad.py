"""The plane to draw points in, headless: what a page may send, what becomes of it, and its text."""

import ast
import base64

import numpy as np
import pytest
from helpers.messages import send

from ganlib.data import TOY_KINDS, check_points, toy_points
from ganlib.lab import PointPad
from ganlib.lab.points import MOST
from ganlib.models.plane import PlaneGAN

LINE = [(x / 10, -x / 20) for x in range(-9, 10)]
SENT = [value for x in range(-500, 500, 50) for value in (x, 250)]


# Points in, points out


def test_an_empty_plane_has_no_points_and_says_so():
    pad = PointPad()
    assert (pad.points.shape, pad.points.dtype) == ((0, 2), np.float32)
    assert pad.as_text() == "[]"
    assert "empty" in pad.board.shown["sentence"]
    assert [name for name, _ in pad.board.about["presets"]] == [kind.replace("_", " ") for kind in TOY_KINDS]


def test_what_is_typed_is_shown_and_read_back_equal():
    pad = PointPad(LINE)
    assert np.array_equal(pad.points, check_points(LINE))
    assert pad.board.shown["points"][:4] == [-900, 450, -800, 400]
    assert (
        pad.board.shown["sentence"]
        == "A plane to draw points in, with 19 points: x from -0.9 to 0.9 and y from -0.45 to 0.45."
    )


def test_what_is_drawn_is_there_for_the_next_cell():
    pad = PointPad(LINE)
    assert send(pad, {"number": "a-1", "points": SENT}) == {"number": "a-1"}
    assert pad.points.shape == (20, 2)
    assert np.array_equal(pad.points[0], np.float32([-0.5, 0.25]))
    assert pad.board.shown["by"] == "a-1"
    send(pad, {"number": "a-2", "points": []})
    assert len(pad.points) == 0


def test_the_text_is_the_list_that_makes_the_same_plane():
    pad = PointPad(toy_points("ring", 500))
    text = pad.as_text()
    assert max(map(len, text.splitlines())) <= 110
    assert all(line.endswith(("),", ")]")) for line in text.splitlines())
    again = PointPad(ast.literal_eval(text))
    assert np.array_equal(again.points, pad.points)
    assert again.as_text() == text


def test_points_that_code_assigns_are_shown_on_every_page():
    pad = PointPad()
    send(pad, {"number": "a-1", "points": SENT})
    pad.points = LINE
    assert pad.board.shown["by"] == ""
    assert len(pad.board.shown["points"]) == 2 * len(LINE)


def test_points_handed_out_are_a_copy():
    pad = PointPad(LINE)
    pad.points[:] = 0
    assert np.array_equal(pad.points, check_points(LINE))


def test_the_first_preset_is_what_was_there_at_first_and_all_of_them_can_be_sent():
    pad = PointPad(LINE)
    presets = dict(pad.board.about["presets"])
    assert next(iter(presets)) == "as at the start"
    for points in presets.values():
        assert not send(pad, {"points": points}).get("refused")
        assert len(check_points(pad.points)) >= 19
    send(pad, {"points": presets["as at the start"]})
    assert np.array_equal(pad.points, check_points(LINE))


def test_a_gan_learns_from_what_was_drawn(graph):
    pad = PointPad()
    send(pad, {"points": SENT})
    gan = PlaneGAN(seed=0)
    gan.train(2, data=np.resize(check_points(pad.points), (2000, 2)), verbose=0)
    assert gan.step == 2


# Messages that nobody should send


REFUSED = [
    None,
    "points",
    [],
    {},
    *(
        {"points": points}
        for points in (
            None,
            {},
            "9" * 400,
            3,
            [1],
            [1, 2, 3],
            [1, float("nan")],
            [1, float("inf")],
            [1, 10**400],
            [1, 1001],
            [-1001, 1],
            [1, "2"],
            [1, None],
            [[1, 2], [3]],
            [[1, 2], [3, 4]],
            [0] * (2 * MOST + 2),
        )
    ),
]


@pytest.mark.parametrize("message", REFUSED, ids=range(len(REFUSED)))
def test_a_message_that_does_not_fit_is_answered_in_a_sentence_and_changes_nothing(message):
    pad = PointPad(LINE)
    shown = pad.board.shown
    answer = send(pad, message)
    assert answer["refused"] is True
    assert answer["said"].endswith(".")
    assert 15 < len(answer["said"]) < 300
    assert np.array_equal(pad.points, check_points(LINE))
    assert pad.board.shown == shown
    assert not send(pad, {"points": SENT}).get("refused")


def test_a_page_cannot_set_what_is_shown():
    pad = PointPad(LINE)
    before = dict(pad.board.about), dict(pad.board.shown)
    pad.board.set_state({"shown": {"points": "x"}, "about": 3})
    assert (pad.board.about, pad.board.shown) == before


def test_a_number_that_is_no_text_is_not_shown_to_pages():
    pad = PointPad(LINE)
    assert send(pad, {"points": SENT, "number": {}})["number"] == ""
    assert pad.board.shown["by"] == ""


@pytest.mark.parametrize(
    ("points", "message"),
    [
        ("ring", "pairs of numbers"),
        (LINE[:9], "At least 10 points"),
        ([(1, 2, 3)] * 10, "At least 10 points"),
        ([*LINE, (1.5, 0)], "not in the square"),
        ([*LINE, (np.nan, 0)], "not in the square"),
        (np.zeros((MOST + 1, 2)), "at most 2,000 points, not 2,001: give some"),
    ],
)
def test_points_that_cannot_be_drawn_are_refused(points, message):
    with pytest.raises(ValueError, match=message):
        PointPad(points)
    pad = PointPad(LINE)
    with pytest.raises(ValueError, match=message):
        pad.points = points
    assert np.array_equal(pad.points, check_points(LINE))


# Without a kernel


@pytest.mark.parametrize("points", [None, LINE])
def test_a_page_without_a_kernel_gets_a_picture_and_a_sentence(points):
    data = PointPad(points)._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"].startswith("A plane ")
    assert data["text/plain"].endswith(" Run this cell in JupyterLab to draw.")
    assert base64.b64decode(data["image/png"]).startswith(b"\x89PNG")
