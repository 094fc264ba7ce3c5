"""`python -m ganlib export`."""

import hashlib

import pytest

from ganlib import commands
from ganlib.setup import environment


@pytest.fixture(autouse=True)
def stands(monkeypatch):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)


def fingerprint(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("form", "name"), [("keras", "g.keras"), ("gif", "film.gif"), ("dl4j", "g.h5")])
def test_a_run_is_exported_and_left_as_it_was(run, tmp_path, form, name, capsys):
    before = fingerprint(run)
    assert commands.main(["export", str(run), "--format", form, "--out", str(tmp_path / name)]) == 0
    assert (tmp_path / name).stat().st_size > 500
    assert (tmp_path / f"{name}.card.md").exists()
    assert "Not in the file" in capsys.readouterr().out
    assert fingerprint(run) == before


def test_another_part_can_be_chosen(run, tmp_path, capsys):
    out = ["--format", "keras", "--out", str(tmp_path / "d.keras"), "--part", "discriminator"]
    assert commands.main(["export", str(run), *out]) == 0
    assert "the discriminator for Keras 3" in capsys.readouterr().out


def test_a_target_that_exists_is_kept_unless_told_otherwise(run, tmp_path, capsys):
    out = ["--format", "gif", "--out", str(tmp_path / "film.gif")]
    assert commands.main(["export", str(run), *out]) == 0
    assert commands.main(["export", str(run), *out]) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert commands.main(["export", str(run), *out, "--overwrite"]) == 0


def test_a_run_without_a_checkpoint_is_one_sentence(run, tmp_path, capsys):
    for file in (run / "checkpoints").iterdir():
        file.unlink()
    out = ["--format", "keras", "--out", str(tmp_path / "g.keras")]
    assert commands.main(["export", str(run), *out]) == 2
    assert "has no checkpoint: its run ended before the first one" in (text := capsys.readouterr().err)
    assert text.count("\n") == 1
    assert not (tmp_path / "g.keras").exists()


def test_a_film_can_be_made_of_a_run_without_a_checkpoint(run, tmp_path):
    for file in (run / "checkpoints").iterdir():
        file.unlink()
    assert commands.main(["export", str(run), "--format", "gif", "--out", str(tmp_path / "film.gif")]) == 0
    assert "Not known. " in (tmp_path / "film.gif.card.md").read_text(encoding="utf-8")


def test_a_disk_that_may_not_be_written_is_one_sentence_without_a_number(run, tmp_path, capsys):
    (tmp_path / "taken").write_text("")
    out = str(tmp_path / "taken" / "g.keras")
    assert commands.main(["export", str(run), "--format", "keras", "--out", out]) == 2
    assert capsys.readouterr().err == (
        f"{out} cannot be written: a part of the path is a file, not a folder. Choose another place.\n"
    )


def test_a_folder_that_is_no_run_is_one_sentence(tmp_path, capsys):
    assert commands.main(["export", str(tmp_path), "--format", "gif", "--out", str(tmp_path / "film.gif")]) == 2
    assert capsys.readouterr().err.endswith("is not a run folder: it has no config.json.\n")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["run"],
        ["run", "--format", "pickle", "--out", "x"],
        ["run", "--format", "keras"],
        ["run", "--format", "gif", "--out", "x.gif", "--part", "generator"],
    ],
)
def test_wrong_options_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as refusal:
        commands.main(["export", *arguments])
    assert refusal.value.code == 2
