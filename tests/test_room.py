"""Twenty computers, one table: who is ready, who is slow, and what to do."""

import json
import os
import subprocess
import sys
import unicodedata

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
    assert 'speed = "smoke"' in lines[3]


def test_a_file_that_holds_something_else_is_a_computer_to_look_at(folder):
    (folder / "dora.json").write_text("Traceback (most recent call last):", encoding="utf-8")
    (folder / "emil.json").write_text("[]", encoding="utf-8")
    text, _ = room.table(folder)
    assert all(f"{name}      ?" in text for name in ("dora", "emil"))


def write(path, checks, **more):
    path.write_text(json.dumps({"ok": True, "checks": checks, **more}), encoding="utf-8")


WRONG = [None, 5, 1.5, "x", [], {}, [None], ["x"], [[]], [{}], [{"ok": True}]]
WRONG += [[*GOOD, GOOD[0] | {key: value}] for key in GOOD[0] for value in (5, None, [], {}, ["x"])]
WRONG += [[*GOOD, GOOD[0] | {"ok": value}] for value in ("yes", 1, 0)]


def test_whatever_a_file_holds_it_has_a_row_that_says_so_and_no_computer_is_ready_without_a_check(folder):
    for number, checks in enumerate(WRONG):
        write(folder / f"wrong{number:02}.json", checks)
    text, ready = room.table(folder)
    rows = [line for line in text.splitlines() if line.startswith("wrong")]
    assert not ready
    assert len(rows) == len(WRONG)
    assert all(row.split()[1] == "?" and "doctor --json` there again" in row for row in rows)
    assert text.splitlines()[-1] == f"2 of {3 + len(WRONG)} are ready"


def make_unreadable(folder):
    """Fill a folder with files that cannot be read as JSON, or not at all."""
    contents = {
        "empty": b"",
        "bytes": bytes(range(256)),
        "utf16": b"\xff\xfe\x00",
        "brackets": b"[" * 100_000,
        "deep": b'{"checks":' + b"[" * 100_000,
        "digits": b'{"checks": ' + b"9" * 10_000 + b"}",
        "large": json.dumps({"checks": GOOD}).encode() + b" " * room.LARGEST,
    }
    for name, content in contents.items():
        (folder / f"{name}.json").write_bytes(content)
    (folder / "folder.json").mkdir()
    (folder / "nowhere.json").symlink_to(folder / "nothing")
    (folder / "loop.json").symlink_to(folder / "loop.json")
    os.mkfifo(folder / "pipe.json")
    return len(contents) + 4


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_the_table_always_comes(folder):
    count = make_unreadable(folder)
    text, _ = room.table(folder)
    assert len(text.splitlines()) == 1 + 3 + count + 1
    assert text.count(" ?  ") == count


EVIL = "\x1b]0;evil\x07\x1b[31mred\x1b[0m\x9b1mbold\r\nnext\x08\u2028\u202eback\ud800\u2066end\x1b"


@pytest.mark.parametrize("ok", [True, False])
@pytest.mark.parametrize("key", ["line", "advice"])
def test_no_text_makes_the_terminal_do_anything_or_breaks_a_row(tmp_path, ok, key):
    write(tmp_path / "pc.json", [*GOOD, {"ok": ok, "line": "x", "advice": "y"} | {key: EVIL}])
    write(tmp_path / "python.json", [{"ok": True, "line": f"device: {EVIL}, {EVIL}", "advice": ""}])
    text, _ = room.table(tmp_path)
    assert len(text.splitlines()) == 4
    assert not {letter for letter in text if unicodedata.category(letter)[0] == "C"} - {"\n"}
    assert "evil" not in text
    assert ok or "redbold  next backend" in text


def test_a_name_is_shown_without_what_a_terminal_obeys(tmp_path):
    write(tmp_path / "p\x1b[31mc\n2.json", GOOD)
    text, ready = room.table(tmp_path)
    assert ready
    assert text.splitlines()[1].startswith("pc 2  ")


def test_a_long_text_does_not_make_the_table_endless(tmp_path):
    write(tmp_path / "a.json", [{"ok": False, "line": "x" * 100_000, "advice": "y" * 100_000}])
    write(tmp_path / "b.json", [{"ok": True, "line": "speed: " + "9" * 5000 + " steps/s", "advice": ""}])
    text, _ = room.table(tmp_path)
    assert max(map(len, text.splitlines())) < 1200


@pytest.mark.parametrize("wrong", [None, 5, b"x", "", [], "x" * 300, "a\0b", "~nobody-at-all"])
def test_what_is_no_folder_is_refused_in_one_sentence(wrong):
    with pytest.raises(ValueError, match=r"^(folder (must|is)|x+ cannot be read: the name is too long)"):
        room.table(wrong)


def test_the_table_comes_where_the_terminal_lacks_letters(tmp_path):
    write(tmp_path / "рс-学.json", GOOD)
    command = [sys.executable, "-m", "ganlib", "doctor", "--room", str(tmp_path)]
    answer = subprocess.run(command, env={**os.environ, "PYTHONIOENCODING": "ascii"}, capture_output=True)
    assert answer.returncode == 0, answer.stderr
    assert b"1 of 1 are ready" in answer.stdout


def test_the_command_prints_the_table_without_installing_anything(folder, capsys, monkeypatch):
    monkeypatch.setattr(commands.environment, "stand", lambda arguments: pytest.fail("set-up"))
    assert commands.main(["doctor", "--room", str(folder)]) == 1
    assert "2 of 3 are ready" in capsys.readouterr().out
    (folder / "Bert.json").unlink()
    assert commands.main(["doctor", "--room", str(folder)]) == 0


def test_an_empty_folder_is_refused_with_what_to_do(tmp_path, capsys):
    assert commands.main(["doctor", "--room", str(tmp_path)]) == 2
    assert "holds no .json file" in capsys.readouterr().err
