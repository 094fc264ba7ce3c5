"""The record of a room: what each learner wrote becomes two tables, whatever else is in the folder."""

import json
import os

import pytest
from helpers.checks import one_sentence

from ganlib import commands
from ganlib.course import classroom, progress
from ganlib.course.checking import Exercise, Wrong


@pytest.fixture(autouse=True)
def kept(tmp_path, monkeypatch):
    monkeypatch.setattr(commands.environment, "stand", lambda arguments: pytest.fail("set-up"))
    monkeypatch.setenv("GANLIB_PROGRESS", str(tmp_path / "progress.json"))
    return tmp_path / "progress.json"


def judge(answer):
    if answer < 0:
        raise Wrong(f"It is too small <b>: {answer}.")
    return 1 / answer and "Right."


def test_a_no_is_kept_with_its_reason_and_a_pass_beside_it(kept):
    exercise = Exercise("06.9", judge, "think")
    for answer in (-1, -1, 0, None, 5, -2):
        exercise.check(answer)
    reasons = {
        "It is too small <b>: -1.": 2,
        "ZeroDivisionError in the answer's own code.": 1,
        "It is too small <b>: -2.": 1,
    }
    assert json.loads(kept.read_bytes()) == {"passed": ["06.9"], "failed": {"06.9": reasons}}
    assert progress.read() == ({"06.9"}, "")


def test_a_learner_who_tries_for_hours_fills_no_disk(kept):
    for number in range(progress.MOST_REASONS + 3):
        progress.note_no("06.1", f"{number}: {'x' * 5000}")
    progress.note_no("06.1", f"0: {'x' * 5000}")
    (reasons,) = json.loads(kept.read_bytes())["failed"].values()
    assert [*reasons.values()] == [2] + [1] * (progress.MOST_REASONS - 1)
    assert max(map(len, reasons)) == progress.LONGEST


@pytest.mark.parametrize("failed", [5, [], {"06.1": 5}, {"06.1": {"x": "y"}}, {"x": {}}, {"06.1": {"x": -1}}])
def test_what_somebody_wrote_by_hand_costs_only_itself(kept, tmp_path, failed):
    kept.write_text(json.dumps({"passed": ["01.1", "odd"], "failed": failed}), encoding="utf-8")
    progress.export(tmp_path / "out.json")
    assert json.loads((tmp_path / "out.json").read_bytes()) == {"passed": ["01.1"], "failed": {}}
    progress.note_no("02.1", "why")
    assert json.loads(kept.read_bytes()) == {"passed": ["01.1", "odd"], "failed": {"02.1": {"why": 1}}}


def test_nothing_is_said_where_nothing_can_be_kept(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("GANLIB_PROGRESS", str(tmp_path / "file" / "progress.json"))
    assert Exercise("06.9", judge, "think").check(-1).words == "It is too small <b>: -1."


# --- the room ---------------------------------------------------------------------------------------------------------

ROOM = {
    "anna": {"passed": ["01.1", "01.2", "06.1"], "failed": {"06.1": {"too small": 4}}},
    "bert": {"passed": ["01.1"], "failed": {"06.1": {"too small": 1, "<script>": 9}, "01.2": {"half": 2}}},
    "carl": {"passed": [], "failed": {}},
}
WRONG = (b"", b"[]", b"x", b"[" * 50_000, b'{"passed": []}', b'{"passed": ["x"], "failed": {}}', b" " * 300_000)


@pytest.fixture
def folder(tmp_path):
    room = tmp_path / "room"
    room.mkdir()
    for name, record in ROOM.items():
        (room / f"{name}.json").write_text(json.dumps(record), encoding="utf-8")
    return room


def test_the_tables_say_who_passed_what_and_what_is_hard(folder):
    records, strange = classroom.read_folder(folder)
    assert strange == []
    assert classroom.who_passed(records) == [
        ("who", "passed", "01", "06"),
        ("anna", "3", "2", "1"),
        ("bert", "1", "1", ""),
        ("carl", "0", "", ""),
    ]
    assert classroom.what_fails(records) == [
        classroom.HEAD,
        ("06.1", "1", "2", "14", "too small (2)"),
        ("01.2", "1", "1", "2", "half (1)"),
        ("01.1", "2", "0", "0", ""),
    ]


def test_whatever_lies_there_the_table_comes(folder):
    for number, content in enumerate(WRONG):
        (folder / f"wrong{number}.json").write_bytes(content)
    (folder / "folder.json").mkdir()
    if os.name != "nt":
        os.mkfifo(folder / "pipe.json")
    (folder / "notes.txt").touch()
    records, strange = classroom.read_folder(folder)
    assert [record.who for record in records] == [*ROOM]
    assert len(strange) == len(WRONG) + (1 if os.name == "nt" else 2)


def test_names_can_be_left_out_and_a_page_holds_nobody_s_code(folder, tmp_path, capsys):
    (folder / "carl.json").rename(folder / "\x1b[31m<i>.json")
    page = tmp_path / "room.html"
    assert commands.main(["progress", "--room", str(folder), "--page", str(page)]) == 0
    assert "\x1b" not in capsys.readouterr().out
    text = page.read_text(encoding="utf-8")
    assert "?[31m&lt;i&gt;" in text
    assert "<script" not in text
    assert "<i>" not in text
    assert commands.main(["progress", "--room", str(folder), "--without-names", "--page", str(page)]) == 0
    text = capsys.readouterr().out + page.read_text(encoding="utf-8")
    assert "learner 2" in text
    assert not [name for name in ("anna", "bert") if name in text]
    (folder / "anna.json").write_text("damaged")
    assert classroom.read_folder(folder)[1] == ["anna.json"]
    assert classroom.read_folder(folder, names=False)[1] == ["file 1"]


def test_what_a_learner_exports_a_leader_can_read(kept, tmp_path, capsys):
    room = tmp_path / "handed_in"
    for answer in (-3, 2):
        Exercise("07.1", judge, "think").check(answer)
    assert commands.main(["progress"]) == 0
    assert capsys.readouterr().out == f"Passed: 07.1. This is kept in {kept}.\n"
    assert commands.main(["progress", "--export", str(room / "dora.json")]) == 0
    (record,), _ = classroom.read_folder(room)
    assert record == classroom.Record("dora", {"07.1"}, {"07.1": {"It is too small <b>: -3.": 1}})


@pytest.mark.parametrize(
    "words", [["--room", "nowhere"], ["--room", "."], ["--export", "x.txt"], ["--export", "x.json"]]
)
def test_the_command_refuses_in_a_sentence(words, kept, tmp_path, monkeypatch, capsys):
    (tmp_path / "empty").mkdir()
    monkeypatch.chdir(tmp_path / "empty")
    kept.write_text("damaged", encoding="utf-8")
    assert commands.main(["progress", *words]) == 2
    one_sentence(capsys.readouterr().err.strip())
    assert os.listdir() == []


def test_the_page_has_no_serious_fault_and_fits_a_phone(folder, tmp_path, browser):
    from helpers.lab_page import axe_faults

    tables = (classroom.who_passed, classroom.what_fails)
    records, _ = classroom.read_folder(folder)
    classroom.write_page(tmp_path / "room.html", [table(records) for table in tables], ["odd.json"])
    page = browser.new_context(bypass_csp=True, viewport={"width": 360, "height": 740}).new_page()
    page.goto((tmp_path / "room.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert axe_faults(page, "html") == []
