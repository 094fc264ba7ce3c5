"""Writing files: whole, or not at all."""

import errno
import os
import runpy
import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from helpers.checks import one_sentence

from ganlib import paths
from ganlib.paths import as_path
from ganlib.training import RunFolder, RunFolderError, atomic_write, files


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


# --- many writers, permissions, links -------------------------------------------------------------------------------


def in_threads(count, function):
    """Call a function in so many threads at once, with the number of each; return the errors."""
    errors = []

    def call(number):
        try:
            function(number)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=call, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


def test_threads_may_write_one_path_at_once_and_nobody_sees_a_mixture(tmp_path):
    path = tmp_path / "file.bin"
    path.write_bytes(b"0" * 1000)
    seen = set()

    def write(number):
        for _ in range(40):
            with atomic_write(path) as file:
                file.write(b"%d" % number * 500)
                file.write(b"%d" % number * 500)
            seen.add(path.read_bytes())

    assert in_threads(4, write) == []
    assert seen <= {b"%d" % number * 1000 for number in range(4)}
    assert os.listdir(tmp_path) == ["file.bin"]


def test_two_writers_in_one_thread_each_have_a_file_of_their_own(tmp_path):
    with atomic_write(tmp_path / "x") as first, atomic_write(tmp_path / "x") as second:
        first.write(b"first")
        second.write(b"second")
    assert (tmp_path / "x").read_bytes() == b"first", "the last to end wins"
    assert os.listdir(tmp_path) == ["x"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755, 0o444])
def test_a_file_keeps_its_permissions_from_the_first_byte_on(tmp_path, mode):
    path = tmp_path / "secret"
    path.write_bytes(b"old")
    path.chmod(mode)
    with atomic_write(path) as file:
        (beside,) = (found for found in tmp_path.iterdir() if found != path)
        assert beside.stat().st_mode & 0o7777 == mode
        file.write(b"new")
    assert path.stat().st_mode & 0o7777 == mode
    assert path.read_bytes() == b"new"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_a_new_file_has_the_permissions_that_new_files_have(tmp_path):
    (tmp_path / "usual").touch()
    with atomic_write(tmp_path / "new"):
        pass
    assert (tmp_path / "new").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.fixture
def link(tmp_path):
    """A link in one folder to a file in another, by way of a second link."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    (tmp_path / "there" / "target").write_bytes(b"old")
    (tmp_path / "between").symlink_to(tmp_path / "there" / "target")
    (tmp_path / "here" / "link").symlink_to(Path("..") / "between")
    return tmp_path / "here" / "link"


def test_a_link_stays_a_link_and_what_it_leads_to_is_written(tmp_path, link):
    with atomic_write(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert (tmp_path / "there" / "target").read_bytes() == b"new"
    (tmp_path / "there" / "target").unlink()
    with atomic_write(link) as file:
        file.write(b"made again")
    assert link.read_bytes() == b"made again"
    assert not (tmp_path / "there" / "target").is_symlink()


def test_what_was_left_behind_links_is_cleared_away_and_nothing_of_others(tmp_path, link):
    (tmp_path / "here" / "checkpoints").symlink_to(tmp_path / "scratch")
    (tmp_path / "scratch").mkdir()
    left = [tmp_path / "there" / ".target.1.ab.unfinished", tmp_path / "scratch" / ".step_1.npz.1.ab.unfinished"]
    others = [tmp_path / "there" / ".other.1.ab.unfinished", tmp_path / "scratch" / "kept"]
    for path in left + others:
        path.touch()
    files.remove_unfinished(tmp_path / "here")
    assert not any(path.exists() for path in left)
    assert all(path.exists() for path in others)
    assert link.is_symlink()


KILLED = """
import os, sys
from ganlib.training import atomic_write

with atomic_write(sys.argv[1]) as file:
    file.write(b"half of it")
    file.flush()
    os._exit(9)
"""


@pytest.mark.parametrize("name", ["file.bin", "x" * 250, "ü" * 125, "a[b]*?.bin"])
def test_what_a_killed_writer_leaves_is_found_whatever_the_files_name(tmp_path, name):
    path = tmp_path / name
    path.write_bytes(b"old")
    assert subprocess.run([sys.executable, "-c", KILLED, str(path)]).returncode == 9
    assert len(os.listdir(tmp_path)) == 2
    files.remove_unfinished(tmp_path)
    assert [found.read_bytes() for found in tmp_path.iterdir()] == [b"old"]


def test_an_installed_package_has_its_assets_inside_and_a_checkout_beside(tmp_path):
    package = tmp_path / "ganlib"
    package.mkdir()
    copied = shutil.copy(paths.__file__, package)
    assert runpy.run_path(copied)["ASSETS"] == tmp_path / "assets"
    (package / "assets").mkdir()
    assert runpy.run_path(copied)["ASSETS"] == package / "assets"


# --- slips with paths -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [None, 5, 5.0, True, b"x", "", [], ["a"], {}, object(), "a\0b", "~nobody-of-that-name/x"]
)
def test_what_is_no_path_is_refused_in_one_sentence(wrong):
    for function in (as_path, files.remove_unfinished, lambda path: atomic_write(path).__enter__()):
        with pytest.raises(ValueError, match=r"^(path|folder) (must be the name of a file|is ')") as error:
            function(wrong)
        one_sentence(error)


def test_the_home_folder_can_be_written_short(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    with atomic_write("~/deep/file.bin") as file:
        file.write(b"x")
    assert (tmp_path / "deep" / "file.bin").read_bytes() == b"x"
    (tmp_path / "deep" / ".file.bin.1.ab.unfinished").touch()
    files.remove_unfinished("~/deep")
    assert os.listdir(tmp_path / "deep") == ["file.bin"]


def make_odd(tmp_path, kind):
    """Return a path where no file can be written, and what is said of it."""
    path = tmp_path / "odd"
    if kind == "folder":
        path.mkdir()
        return path, "a folder of that name is there"
    if kind == "pipe":
        os.mkfifo(path)
        return path, "it is a device or a pipe"
    if kind == "loop":
        path.symlink_to(path)
        return path, "a link that leads back to itself"
    return tmp_path / ("x" * 300), "the name is too long"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
@pytest.mark.parametrize("kind", ["folder", "pipe", "loop", "long"])
def test_where_no_file_can_be_it_is_said_before_anything_is_made(tmp_path, kind):
    path, words = make_odd(tmp_path, kind)
    before = os.listdir(tmp_path)
    with pytest.raises(OSError, match=words) as error:
        atomic_write(path).__enter__()
    one_sentence(error)
    assert os.listdir(tmp_path) == before


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EFBIG, errno.EMFILE, errno.EIO])
def test_a_sentence_that_is_told_on_ends_once(tmp_path, monkeypatch, code):
    monkeypatch.setattr(files, "open", refuse(code), raising=False)
    for call in (
        lambda: RunFolder.create(tmp_path / "run", {}),
        lambda: to_file_within_a_file(tmp_path),
    ):
        with pytest.raises((OSError, RunFolderError)) as error:
            call()
        told = getattr(error.value, "strerror", None) or str(error.value)
        assert ".." not in told
        assert told.count("hoose another place") == 1


def to_file_within_a_file(folder):
    with atomic_write(folder / "a"), atomic_write(folder / "b"):
        pass
