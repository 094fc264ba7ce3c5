"""The plane in one page, without a browser: its size, what it loads, its colours, and sessions that Python reads."""

import base64
import json
import re

import numpy as np
import pytest

from ganlib import Schedule, commands
from ganlib.data import TOY_KINDS, toy_points
from ganlib.export import ExportError, plane_page
from ganlib.export.plane_page import UNIT, page_text
from ganlib.models.plane_session import PlaneSession
from ganlib.plots import style
from ganlib.setup import environment

RING = {"seed": 3, "steps": 40, "batch_size": 128, "data": "ring"}
CHANGE = {"step": 2, "name": "d_steps", "value": 2}


def session(tmp_path, plane=RING, changes=(CHANGE,)):
    path = tmp_path / "session.json"
    path.write_text(json.dumps({"ganlib_schedule": 1, "changes": list(changes), "plane": plane}), encoding="utf-8")
    return path


def test_it_is_below_150_kb_and_every_place_is_filled():
    page = page_text()
    assert len(page.encode()) < 150_000
    assert not re.search(r"__[A-Z]+__", page)


def test_it_asks_nothing_of_the_network():
    page = page_text()
    assert "//" not in "".join(re.findall(r"""(?:src|href|action)\s*=\s*["'][^"']*""", page))
    assert not re.search(r"\b(fetch|XMLHttpRequest|WebSocket|import|sendBeacon|EventSource)\b\s*\(", page)
    assert "url(" not in page


def test_its_points_are_those_of_the_data_sets():
    packed = json.loads(re.search(r'id="points">(.*?)</script>', page_text(), re.DOTALL)[1])
    assert tuple(packed) == TOY_KINDS
    for kind, text in packed.items():
        lowest, middle, highest = np.frombuffer(base64.b64decode(text), np.uint8).reshape(-1, 3).T.astype(float)
        points = ((lowest + 256 * middle + 65536 * highest) / UNIT - 1).reshape(-1, 2)
        np.testing.assert_allclose(points, toy_points(kind, 2000), atol=1 / UNIT)


@pytest.mark.parametrize(
    ("name", "colour"),
    [
        ("d", style.DISCRIMINATOR.colour),
        ("g", style.GENERATOR.colour),
        ("real", style.REAL.colour),
        ("fake", style.FAKE.colour),
        ("ink", style.INK),
        ("soft", style.GREY),
        ("paper", style.PAPER),
    ],
)
def test_its_colours_are_those_of_the_figures(name, colour):
    assert re.search(rf"--{name}: (#\w+);", page_text())[1].upper() == colour.upper()


def test_the_page_is_written_and_never_over_another_file_unasked(tmp_path, capsys):
    path = plane_page(tmp_path / "plane.html")
    assert path.read_text(encoding="utf-8") == page_text()
    assert "Open it in a browser" in capsys.readouterr().out
    path.write_text("mine")
    with pytest.raises(ExportError, match="is there already"):
        plane_page(path)
    assert path.read_text() == "mine"
    plane_page(path, overwrite=True)
    assert path.read_text(encoding="utf-8") == page_text()


def test_a_name_of_another_kind_is_refused(tmp_path):
    with pytest.raises(ExportError, match=r"must end in \.html"):
        plane_page(tmp_path / "plane.txt")


def test_the_command_writes_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    assert commands.main(["plane", str(tmp_path / "plane.html")]) == 0
    assert (tmp_path / "plane.html").stat().st_size > 50_000
    assert commands.main(["plane", str(tmp_path / "plane.html")]) == 2
    assert "--overwrite" in capsys.readouterr().err


# --- sessions -------------------------------------------------------------------------------------------------------


def test_a_session_is_a_schedule_with_a_seed_and_points(tmp_path):
    path = session(tmp_path)
    found = PlaneSession.load(path)
    assert (found.seed, found.steps) == (3, 40)
    assert found.schedule == Schedule.load(path) == Schedule([(2, "d_steps", 2)])
    np.testing.assert_array_equal(found.points, toy_points("ring", 2000))


def test_points_that_were_drawn_are_read(tmp_path):
    drawn = [[i / 10, -i / 10] for i in range(10)]
    np.testing.assert_allclose(PlaneSession.load(session(tmp_path, {**RING, "data": drawn})).points, drawn, atol=1e-7)


def test_a_session_is_played_as_long_as_it_was(tmp_path, graph):
    late = {"step": 400, "name": "g_steps", "value": 5}
    gan, history = PlaneSession.load(session(tmp_path, changes=[CHANGE, late])).play(4)
    assert gan.step == len(history["d_loss"]) == 4
    assert (gan.seed, gan.d_steps, gan.g_steps) == (3, 2, 1)


@pytest.mark.parametrize(
    ("plane", "says"),
    [
        (None, "has no seed and no points"),
        ([], "has no seed and no points"),
        ({**RING, "seed": -1}, "seed of a session must be a whole number"),
        ({**RING, "seed": "x"}, "seed of a session must be a whole number"),
        ({**RING, "steps": 1e99}, "steps of a session must be a whole number"),
        ({**RING, "batch_size": 64}, "has batches of 128"),
        ({**RING, "data": "spiral"}, "data of a session must be one of"),
        ({**RING, "data": [[0, 0]]}, "At least 10 points"),
        ({**RING, "data": [[0, 2]] * 10}, "not in the square"),
        ({**RING, "data": {"x": 1}}, "pairs of numbers|At least 10 points"),
    ],
)
def test_a_session_that_does_not_fit_is_one_sentence(tmp_path, plane, says):
    with pytest.raises(ValueError, match=says) as caught:
        PlaneSession.load(session(tmp_path, plane))
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"ganlib_schedule": 2}', "{" * 10_000, "\0"])
def test_a_file_that_is_no_session_is_one_sentence(tmp_path, text):
    path = tmp_path / "session.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="is not a schedule of this version"):
        PlaneSession.load(path)


def test_a_file_that_is_far_too_large_is_not_even_read(tmp_path):
    path = tmp_path / "session.json"
    with path.open("wb") as file:
        file.truncate(2**33)
    with pytest.raises(ValueError, match="larger than 4 MB"):
        PlaneSession.load(path)
