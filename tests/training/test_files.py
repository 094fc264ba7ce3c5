"""Writing files: whole, or not at all."""

import errno
import os

import pytest
from toy import one_sentence

from ganlib.training import atomic_write, files


def refuse(code):
    def fail(*_, **__):
        raise OSError(code, os.strerror(code))

    return fail


def left_over(folder):
    return [path.name for path in folder.rglob("*") if "unfinished" in path.name]


def test_a_file_appears_whole_with_its_folders(tmp_path):
    path = tmp_path / "a" / "b" / "file.bin"
    with atomic_write(path) as file:
        file.write(b"new")
        assert not path.exists(), "nobody sees it before it is whole"
    assert path.read_bytes() == b"new"
    assert os.listdir(path.parent) == ["file.bin"]


def test_a_file_is_replaced_only_when_the_new_one_is_whole(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    with atomic_write(path) as file:
        file.write(b"new, and longer")
        file.flush()
        assert path.read_bytes() == b"old"
    assert path.read_bytes() == b"new, and longer"


@pytest.mark.parametrize("moment", ["open", "fsync", "replace"])
def test_a_full_disk_is_named_and_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, moment):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")
    owner = files if moment == "open" else files.os
    monkeypatch.setattr(owner, moment, refuse(errno.ENOSPC), raising=False)
    with pytest.raises(OSError, match=r"file\.bin could not be written: the disk is full") as error, atomic_write(path):
        pass
    assert error.value.errno == errno.ENOSPC
    one_sentence(error)
    assert path.read_bytes() == b"old"
    assert not left_over(tmp_path)


@pytest.mark.parametrize(
    "reason", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt(), ValueError()]
)
def test_a_write_that_breaks_off_leaves_the_old_file_and_nothing_else(tmp_path, reason):
    path = tmp_path / "file.bin"
    path.write_bytes(b"old")

    def write():
        with atomic_write(path) as file:
            file.write(b"half of it")
            raise reason

    with pytest.raises(type(reason)):
        write()
    assert path.read_bytes() == b"old"
    assert not left_over(tmp_path)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "writing there is not allowed"),
        (errno.EIO, os.strerror(errno.EIO)),
    ],
)
def test_other_refusals_are_named_too(tmp_path, monkeypatch, code, words):
    monkeypatch.setattr(files, "open", refuse(code), raising=False)
    with pytest.raises(OSError, match=words) as error, atomic_write(tmp_path / "file.bin"):
        pass
    one_sentence(error)


def test_a_path_below_a_file_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(OSError, match="could not be written") as error, atomic_write(tmp_path / "file" / "x.bin"):
        pass
    one_sentence(error)


def test_what_a_killed_process_left_is_cleared_away_and_nothing_else(tmp_path):
    (tmp_path / "checkpoints").mkdir()
    kept = [tmp_path / "config.json", tmp_path / "checkpoints" / "step_00000001.npz", tmp_path / ".hidden"]
    for path in [*kept, tmp_path / "checkpoints" / ".step_00000002.npz.123.unfinished"]:
        path.write_bytes(b"")
    files.remove_unfinished(tmp_path)
    assert sorted(path for path in tmp_path.rglob("*") if path.is_file()) == sorted(kept)
