"""A training run on disk, whatever befalls the disk."""

import errno
import json
import os
import random

import numpy as np
import pytest
from disk import FullDisk
from helpers.checks import one_sentence

from ganlib.training import History, RunFolder, RunFolderError, Schedule, files

CONFIG = {"model": "Toy", "config": {}, "training": {"data": None}, "live": {}, "versions": {"ganlib": "0.0.9"}}


TWENTY = {"rows": 20, "changes": 2}


def arrays_at(step):
    rng = np.random.default_rng(step)
    return {"leader.000": rng.normal(size=(5, 3)).astype(np.float32), "leader.001": np.array(step, np.int64)}


def history_to(step, first=1):
    history = History(("loss",))
    if step >= first:
        history.append(first, np.arange(first, step + 1, dtype=np.float32)[:, np.newaxis])
    return history


@pytest.fixture
def run(tmp_path):
    return RunFolder.create(tmp_path / "run", CONFIG)


@pytest.fixture
def filled(run):
    """A run with checkpoints at steps 0, 10, 20 and 30, its history, and a change of a live value at each."""
    for step in (0, 10, 20, 30):
        run.append_history(history_to(step))
        run.save_checkpoint(step, arrays_at(step), {"live": {"pull": step}})
        run.record(step, "set", name="pull", value=step)
        (run.sample_folder / f"step_{step:08d}.png").write_bytes(b"png")
    return run


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def assert_loads(run, step):
    found, arrays, values, damaged = run.load_checkpoint()
    assert found == step
    assert arrays.keys() == arrays_at(step).keys()
    assert all(np.array_equal(array, arrays_at(step)[name]) for name, array in arrays.items())
    assert values["live"] == {"pull": step}
    return damaged


# --- making and finding one ----------------------------------------------------------------------------------------


def test_a_new_run_has_its_configuration_and_places_for_the_rest(run):
    assert names(run.path) == ["checkpoints", "config.json", "samples"]
    assert RunFolder.open(run.path).config == {"ganlib_run": 1, **CONFIG}


def test_an_empty_folder_and_missing_parents_are_fine(tmp_path):
    (tmp_path / "empty").mkdir()
    RunFolder.create(tmp_path / "empty", CONFIG)
    RunFolder.create(str(tmp_path / "a" / "b" / "c"), CONFIG)


def test_a_folder_with_a_run_is_never_overwritten(filled):
    before = {path: path.read_bytes() for path in filled.path.rglob("*") if path.is_file()}
    with pytest.raises(RunFolderError, match=r"already holds a run: continue it with GAN\.resume") as error:
        RunFolder.create(filled.path, CONFIG)
    one_sentence(error)
    assert {path: path.read_bytes() for path in filled.path.rglob("*") if path.is_file()} == before


def test_a_folder_with_other_files_is_refused_and_left_alone(tmp_path):
    (tmp_path / "thesis").mkdir()
    (tmp_path / "thesis" / "chapter.tex").write_text("x")
    with pytest.raises(RunFolderError, match="holds other files: choose a new or an empty folder") as error:
        RunFolder.create(tmp_path / "thesis", CONFIG)
    one_sentence(error)
    assert names(tmp_path / "thesis") == ["chapter.tex"]


@pytest.mark.parametrize("path", ["file", "file/below"])
def test_a_file_is_no_run_folder(tmp_path, path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunFolderError, match="cannot be used as a run folder") as error:
        RunFolder.create(tmp_path / path, CONFIG)
    one_sentence(error)
    with pytest.raises(RunFolderError, match="run folder") as error:
        RunFolder.open(tmp_path / path)
    one_sentence(error)


@pytest.mark.parametrize("code", [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_a_folder_that_cannot_be_written_is_refused_in_one_sentence(tmp_path, monkeypatch, code):
    def fail(*_, **__):
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(files, "open", fail, raising=False)
        with pytest.raises(RunFolderError, match=f"cannot be used as a run folder: {files.explain(OSError(code, ''))}"):
            RunFolder.create(tmp_path / "run", CONFIG)
    RunFolder.create(tmp_path / "run", CONFIG)  # once it can, the same folder does


def test_what_is_missing_or_no_run_is_named(tmp_path):
    for path in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(RunFolderError, match=r"is not a run folder: it has no config\.json") as error:
            RunFolder.open(path)
        one_sentence(error)


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b"3", b"\xff\xfe", b'{"ganlib_run": 1}', b'{"ganlib_run": 1, "model": "GAN", "conf']
)
def test_a_damaged_configuration_is_named(run, content):
    (run.path / "config.json").write_bytes(content)
    with pytest.raises(RunFolderError, match=r"config\.json is damaged or was not written by ganlib") as error:
        RunFolder.open(run.path)
    one_sentence(error)


WRONG_TYPES = [{"training": None}, {"live": []}, {"config": "x"}, {"model": 5}, {"training": {"last_step": "9"}}]


@pytest.mark.parametrize("change", WRONG_TYPES)
def test_a_configuration_of_wrong_types_is_named(run, change):
    (run.path / "config.json").write_text(json.dumps({"ganlib_run": 1, **CONFIG, **change}))
    with pytest.raises(RunFolderError, match=r"config\.json is damaged") as error:
        RunFolder.open(run.path)
    one_sentence(error)


@pytest.mark.parametrize("line", ["[]", "{}", "5", '{"step": "1", "event": "set"}', '{"step": 1, "event": "set"}'])
def test_an_event_of_wrong_types_is_named(run, line):
    (run.path / "events.jsonl").write_text(line + "\n")
    with pytest.raises(RunFolderError, match=r"events\.jsonl is damaged") as error:
        run.events()
    one_sentence(error)


@pytest.mark.parametrize("path", [None, 5, b"x", "", "x" * 5000, "a\0b", "~nobody_of_that_name/x"])
def test_what_is_no_path_is_refused_in_one_sentence(path):
    for use in (RunFolder.open, lambda path: RunFolder.create(path, CONFIG)):
        with pytest.raises(RunFolderError) as error:
            use(path)
        one_sentence(error)


def test_the_home_folder_is_where_a_path_says(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    RunFolder.create("~/runs/first", CONFIG)
    assert (tmp_path / "runs" / "first" / "config.json").exists()


@pytest.mark.parametrize("versions", [{"versions": {"ganlib": "7.0"}}, {}])
def test_a_run_of_another_format_names_the_version_that_wrote_it(run, versions):
    (run.path / "config.json").write_text(json.dumps({"ganlib_run": 2, **versions}))
    with pytest.raises(RunFolderError, match=r"in format 2; this version reads format 1") as error:
        RunFolder.open(run.path)
    assert ("7.0" if versions else "?") in one_sentence(error)


# --- checkpoints ---------------------------------------------------------------------------------------------------


def test_the_newest_three_checkpoints_are_kept(filled):
    assert names(filled.checkpoint_folder) == ["step_00000010.npz", "step_00000020.npz", "step_00000030.npz"]
    assert assert_loads(filled, 30) == []


def test_checkpoints_are_sorted_by_number_and_other_files_left_aside(filled):
    filled.save_checkpoint(100_000_000, arrays_at(3), {})
    (filled.checkpoint_folder / "step_x.npz").write_bytes(b"")
    assert filled.load_checkpoint()[0] == 100_000_000
    (filled.sample_folder / "step_x.png").write_bytes(b"")
    filled.rewind(20)


def test_a_checkpoint_that_is_compressed_is_none_of_ours(filled):
    values = np.frombuffer(b"{}", np.uint8)
    np.savez_compressed(filled.checkpoint_folder / "step_00000040.npz", huge=np.zeros(10**6), meta=values)
    assert filled.load_checkpoint()[0] == 30


# --- one writer at a time ------------------------------------------------------------------------------------------


def test_a_second_writer_is_refused_while_the_first_writes(filled):
    other = RunFolder.open(filled.path)
    with filled.held():
        with filled.held():
            pass
        with pytest.raises(RunFolderError, match="is being trained by another model") as error, other.held():
            pass
    one_sentence(error)
    with other.held():
        other.rewind(20)


def test_a_writer_that_was_overtaken_is_refused(filled):
    filled.record(30, "set", name="pull", value=0)
    other = RunFolder.open(filled.path)
    with other.held():
        other.rewind(30)
    with pytest.raises(RunFolderError, match=r"has gone on with .* go on with Toy\.resume") as error, filled.held():
        pass
    one_sentence(error)


def test_a_run_without_a_checkpoint_says_so(run):
    with pytest.raises(RunFolderError, match="has no checkpoint") as error:
        run.load_checkpoint()
    one_sentence(error)


DAMAGES = {
    "empty": lambda content: b"",
    "cut at the end": lambda content: content[:-1],
    "cut in half": lambda content: content[: len(content) // 2],
    "other bytes": lambda content: b"\0" * len(content),
    "a flipped weight": lambda content: content[:150] + bytes([content[150] ^ 1]) + content[151:],
    "something else": lambda content: b"<html>captive portal</html>",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_newest_checkpoint_falls_back_to_the_one_before(filled, damage):
    newest = filled.checkpoint_folder / "step_00000030.npz"
    newest.write_bytes(DAMAGES[damage](newest.read_bytes()))
    assert assert_loads(filled, 20) == [newest]


def test_two_damaged_checkpoints_fall_back_twice_and_three_are_the_end(filled):
    paths = filled.checkpoints()
    for path in paths[:2]:
        path.write_bytes(path.read_bytes()[:-7])
    assert assert_loads(filled, 10) == paths[:2]
    paths[2].write_bytes(b"")
    with pytest.raises(RunFolderError, match=r"has no checkpoint that can be read: step_00000030\.npz, ") as error:
        filled.load_checkpoint()
    one_sentence(error)


def test_no_changed_byte_in_a_checkpoint_goes_unnoticed(filled):
    """Bytes are changed in turn: either the file counts as damaged, or what it holds is still the same."""
    path = filled.checkpoint_folder / "step_00000030.npz"
    content = path.read_bytes()
    rng = random.Random(1)
    for position in rng.sample(range(len(content)), 300):
        changed = bytearray(content)
        changed[position] ^= rng.randrange(1, 256)
        path.write_bytes(changed)
        assert_loads(filled, filled.load_checkpoint()[0])


def test_a_shortened_array_in_a_checkpoint_does_not_go_unnoticed(filled):
    """A header that asks for fewer bytes than there are would never reach the checksum at the end of the array."""
    path = filled.checkpoint_folder / "step_00000030.npz"
    path.write_bytes(path.read_bytes().replace(b"'descr': '<f4'", b"'descr': '<f2'"))
    assert assert_loads(filled, 20) == [path]


def test_a_checkpoint_that_cannot_be_written_leaves_the_older_ones(filled, monkeypatch):
    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", fail)
    with pytest.raises(OSError, match="could not be written: the disk is full"):
        filled.save_checkpoint(40, arrays_at(40), {"live": {"pull": 40}})
    assert names(filled.checkpoint_folder) == ["step_00000010.npz", "step_00000020.npz", "step_00000030.npz"]
    assert_loads(filled, 30)


# --- logs ----------------------------------------------------------------------------------------------------------


def test_events_are_lines_with_step_name_details_and_time(filled):
    first = filled.events()[1]
    assert first.pop("time") > 1.7e9
    assert first == {"step": 0, "event": "set", "name": "pull", "value": 0}
    assert filled.schedule() == Schedule([(step, "pull", step) for step in (0, 10, 20, 30)])


def test_the_history_on_disk_has_every_step_once(filled):
    assert filled.history()["step"].tolist() == list(range(1, 31))
    assert filled.history(up_to=12)["loss"].tolist() == list(range(1, 13))


def test_a_run_without_logs_has_no_events_and_no_history(run):
    assert run.events() == []
    assert run.history() is None
    assert run.schedule() == Schedule()


@pytest.mark.parametrize("log", ["events.jsonl", "history.csv"])
def test_a_cut_off_last_line_is_left_out_wherever_it_was_cut(filled, log):
    path = filled.path / log
    content = path.read_bytes()
    whole = filled.events(), filled.history()["step"].tolist()
    for end in [*range(25), *range(len(content) - 75, len(content))]:
        path.write_bytes(content[:end])
        history = filled.history()
        assert filled.events() == whole[0][: len(filled.events())]
        assert history is None or history["step"].tolist() == whole[1][: len(history["step"])]


@pytest.mark.parametrize("log", ["events.jsonl", "history.csv"])
def test_a_log_with_rubbish_in_the_middle_is_named(filled, log):
    path = filled.path / log
    lines = path.read_text().split("\n")
    path.write_text("\n".join([*lines[:2], "\0\0\0", *lines[2:]]))
    with pytest.raises(RunFolderError, match=f"{log} is damaged") as error:
        filled.rewind(30)
    one_sentence(error)


@pytest.mark.parametrize("log", ["events.jsonl", "history.csv"])
def test_a_log_that_met_a_full_disk_has_no_half_line_and_goes_on(filled, monkeypatch, log):
    def append():
        if log == "events.jsonl":
            filled.record(31, "set", name="pull", value=3)
        else:
            filled.append_history(history_to(35))

    before = (filled.path / log).read_bytes()
    with monkeypatch.context() as patch:
        FullDisk(0).install(patch)
        with pytest.raises(OSError, match="could not be written: the disk is full") as error:
            append()
        one_sentence(error)
    assert (filled.path / log).read_bytes() == before
    append()
    assert len(filled.events()) == 8 + (log == "events.jsonl")
    assert filled.history()["step"].tolist() == list(range(1, 36 if log == "history.csv" else 31))


# --- going back ----------------------------------------------------------------------------------------------------


def test_going_back_cuts_logs_and_samples_to_the_checkpoint(filled):
    history = filled.rewind(20)
    assert history["step"].tolist() == filled.history()["step"].tolist() == list(range(1, 21))
    assert names(filled.sample_folder) == ["step_00000000.png", "step_00000010.png", "step_00000020.png"]
    assert max(event["step"] for event in filled.events()) == 20
    assert filled.events()[-1]["event"] == "resume"


def test_a_change_made_right_at_the_checkpoint_is_forgotten_as_it_will_be_made_again(filled):
    filled.rewind(20)
    assert filled.schedule() == Schedule([(0, "pull", 0), (10, "pull", 10)])


def test_a_change_that_a_checkpoint_holds_is_kept_though_it_was_made_at_its_very_step(run):
    run.record(10, "set", name="pull", value=1)
    run.save_checkpoint(10, arrays_at(10), {"live": {"pull": 1}})
    run.record(10, "set", name="pull", value=2)
    _, _, values, _ = run.load_checkpoint()
    run.rewind(10, logged=values["logged"])
    assert run.schedule() == Schedule([(10, "pull", 1)])


@pytest.mark.parametrize(
    ("log", "lines", "lost"),
    [("history.csv", 13, "8 rows of history.csv"), ("events.jsonl", 4, "1 changes of events.jsonl")],
)
def test_what_a_log_lost_of_what_a_checkpoint_counted_on_is_told(filled, log, lines, lost):
    path = filled.path / log
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:lines]))
    step, _, values, _ = filled.load_checkpoint()
    reopened = RunFolder.open(filled.path)
    reopened.rewind(step if log == "events.jsonl" else 20, logged=values["logged"] if log == "events.jsonl" else TWENTY)
    (gap,) = reopened.gaps()
    assert lost in gap
    with pytest.warns(UserWarning, match="cannot be replayed exactly"):
        reopened.schedule()


def test_logs_are_on_the_disk_before_the_checkpoint_that_counts_on_them(run, monkeypatch):
    synced = []
    fsync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (synced.append(os.readlink(f"/proc/self/fd/{fd}")), fsync(fd)))
    run.append_history(history_to(10))
    run.save_checkpoint(10, arrays_at(10), {})
    kinds = [name.rsplit("/", 1)[-1] for name in synced]
    assert kinds[0] == "history.csv"
    assert "step_00000010.npz" in kinds[-1]


def test_a_history_that_somebody_took_away_is_written_again_whole(filled):
    (filled.path / "history.csv").unlink()
    filled.append_history(history_to(35))
    assert filled.history()["step"].tolist() == list(range(1, 36))


def test_a_configuration_that_somebody_took_away_is_written_again_at_the_next_checkpoint(filled):
    (filled.path / "config.json").unlink()
    filled.save_checkpoint(40, arrays_at(40), {})
    assert RunFolder.open(filled.path).config == filled.config


def test_history_goes_on_where_the_run_went_back_to(filled):
    filled.rewind(20)
    filled.append_history(history_to(25, first=21))
    assert filled.history()["step"].tolist() == list(range(1, 26))


def test_a_damaged_checkpoint_is_kept_aside_when_going_back(filled):
    newest = filled.checkpoints()[0]
    newest.write_bytes(b"half")
    filled.rewind(20, [newest])
    assert newest.with_suffix(".damaged").read_bytes() == b"half"
    assert filled.events()[-1]["damaged"] == ["step_00000030.npz"]
    assert_loads(filled, 20)


def test_going_back_clears_away_half_written_files(filled):
    (filled.checkpoint_folder / ".step_00000040.npz.77.unfinished").write_bytes(b"half")
    (filled.path / ".config.json.77.unfinished").write_bytes(b"half")
    filled.rewind(30)
    assert not [name for name in os.listdir(filled.path) if "unfinished" in name]
    assert not [name for name in os.listdir(filled.checkpoint_folder) if "unfinished" in name]
