"""Twenty computers, one table: who is ready, who is slow, and what to do."""

import json

import pytest

from ganlib import commands, room

GOOD = [
    {"ok": True, "line": "Python 3.12.4 in C:\\kit\\.venv", "advice": ""},
    {"ok": True, "line": "device: CPU, 8 cores", "advice": ""},
    {"ok": True, "line": "speed: 240 steps/s with the dense GAN, so 30,000 steps take 2 min 05 s", "advice": ""},
]
BAD = [*GOOD[:2], {"ok": False, "line": "data: mnist.npz", "advice": "unpack the hand-out again"}]
SLOW = [*GOOD[:2], GOOD[2] | {"line": "speed: 31 steps/s with the dense GAN, so 30,000 steps take 16 min 08 s"}]


@pytest.fixture
def folder(tmp_path):
    said = {"anna": GOOD, "Bert": BAD, "carl": SLOW}
    for name, checks in said.items():
        text = json.dumps({"ok": all(check["ok"] for check in checks), "checks": checks})
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-16" if name == "Bert" else "utf-8")
    return tmp_path


def test_every_computer_has_a_line_and_those_that_are_not_ready_come_first(folder):
    text, ready = room.table(folder)
    lines = text.splitlines()
    assert not ready
    assert [line.split()[0] for line in lines] == ["computer", "Bert", "anna", "carl", "2"]
    assert "data: mnist.npz: unpack the hand-out again" in lines[1]
    assert lines[2].split() == ["anna", "yes", "3.12.4", "CPU", "240"]
    assert "GANLIB_SPEED=smoke" in lines[3]


def test_a_file_that_holds_something_else_is_a_computer_to_look_at(folder):
    (folder / "dora.json").write_text("Traceback (most recent call last):", encoding="utf-8")
    (folder / "emil.json").write_text("[]", encoding="utf-8")
    text, _ = room.table(folder)
    assert all(f"{name}      ?" in text for name in ("dora", "emil"))


def test_the_command_prints_the_table_without_installing_anything(folder, capsys, monkeypatch):
    monkeypatch.setattr(commands.environment, "stand", lambda arguments: pytest.fail("set-up"))
    assert commands.main(["doctor", "--room", str(folder)]) == 1
    assert "2 of 3 are ready" in capsys.readouterr().out
    (folder / "Bert.json").unlink()
    assert commands.main(["doctor", "--room", str(folder)]) == 0


def test_an_empty_folder_is_refused_with_what_to_do(tmp_path, capsys):
    assert commands.main(["doctor", "--room", str(tmp_path)]) == 2
    assert "holds no .json file" in capsys.readouterr().err
