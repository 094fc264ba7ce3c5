"""Looking back: recordings, the time machine, and what can be given away of them."""

import json
import os
import re
import zipfile
import zlib

import ipywidgets
import numpy as np
import pytest
from helpers import tiny
from PIL import Image

from ganlib import commands
from ganlib.export import to_gif
from ganlib.lab.recording import Recording
from ganlib.lab.replay import TimeMachine
from ganlib.thinning import some_of, thin_history
from ganlib.training import RunFolderError, samples


@pytest.fixture
def run(gan, tmp_path):
    """A run with one change."""
    tiny.train(gan, 20, run=tmp_path / "run", sample_interval=5, schedule=[(7, "d_learning_rate", 1e-3)])
    return tmp_path / "run"


def parts(widget):
    """Yield a widget and all that it holds."""
    yield widget
    for child in getattr(widget, "children", ()):
        yield from parts(child)


@pytest.fixture
def recording(run):
    return Recording.of_run(run)


def test_a_run_folder_can_be_scrubbed(run):
    machine = TimeMachine(run)
    assert list(machine.recording.steps) == [0, 5, 10, 15, 20]
    shown = set()
    for frame in range(5):
        machine.slider.value = frame
        shown.add(machine._pictures[0].value)
        assert f"step {5 * frame}" in machine._told.value
    assert len(shown) == 5


def test_it_opens_at_the_last_frame_in_the_browser_too(run):
    machine = TimeMachine(run)
    (play,) = (widget for widget in parts(machine.widget) if isinstance(widget, ipywidgets.Play))
    assert play.value == machine.slider.value == machine.slider.max == 4, "the page gives the slider the value of play"


def test_the_controls_are_shown_as_they_were(run):
    machine = TimeMachine(run)
    machine.slider.value = 1
    assert "D rate 0.0002" in machine._told.value
    machine.slider.value = 2
    assert "D rate 0.001" in machine._told.value
    assert "<title>D rate 0.001</title>" in machine._charts.value


def test_a_recording_is_read_as_it_was_saved(recording, tmp_path):
    recording.save(tmp_path / "r.npz")
    read = Recording.load(tmp_path / "r.npz")
    assert np.array_equal(read.frames, recording.frames)
    assert np.array_equal(read.steps, recording.steps)
    assert read.changes == recording.changes
    assert read.start == recording.start
    assert all(np.array_equal(read.history[n], recording.history[n], equal_nan=True) for n in recording.history)


def test_a_long_history_is_thinned_to_means():
    values = np.arange(10_000, dtype=np.float32)
    values[::2] = np.nan
    thinned = thin_history({"step": np.arange(1, 10_001), "loss": values}, rows=100)
    assert len(thinned["step"]) == 100
    assert thinned["step"][-1] == 10_000
    assert thinned["loss"].mean() == pytest.approx(np.nanmean(values))


@pytest.mark.parametrize("content", [b"", b"nonsense", b"PK\x03\x04nonsense"])
def test_a_file_that_is_no_recording_is_told(tmp_path, content):
    (tmp_path / "r.npz").write_bytes(content)
    with pytest.raises(ValueError, match="is not a recording"):
        TimeMachine(tmp_path / "r.npz")


WHOLE = {
    "steps": np.arange(0, 10, 5),
    "frames": np.zeros((2, 4, 4), np.uint8),
    "column step": np.arange(1, 4),
    "column d_loss": np.ones(3, np.float32),
}
ABOUT = {
    "ganlib_recording": 1,
    "title": "a run",
    "start": {"d_steps": 1},
    "changes": [[3, "d_steps", 2]],
    "columns": ["step", "d_loss"],
}


LATER = {"column step": np.arange(11, 21), "column d_loss": np.ones(10, np.float32)}


def pack(path, about=ABOUT, **arrays):
    """Write a recording whose parts may be wrong; a part that is None is left out."""
    told = np.frombuffer(about if isinstance(about, bytes) else json.dumps(about).encode(), np.uint8)
    parts = {name: part for name, part in (WHOLE | arrays).items() if part is not None}
    np.savez_compressed(path, about=told, **parts)
    return path


def test_a_recording_can_be_written_by_hand(tmp_path):
    machine = TimeMachine(pack(tmp_path / "r.npz"))
    machine.save_page(tmp_path / "r.html")
    machine.recording.save(tmp_path / "again.npz")
    assert Recording.load(tmp_path / "again.npz").values_at(5) == {"d_steps": 2}


def test_the_mark_of_a_saved_page_stands_where_the_charts_say_though_the_run_began_later(tmp_path):
    pack(tmp_path / "r.npz", steps=np.array([10, 15, 20]), frames=np.zeros((3, 4, 4), np.uint8), **LATER)
    machine = TimeMachine(tmp_path / "r.npz")
    machine.save_page(tmp_path / "r.html", most_frames=2)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert re.search(r"const x = [\d.]+ \+ [\d.]+ \* Math.max\(0, frame.step - 10\) / 10;", page)
    assert page.count('"step":') == 2


def test_the_step_of_a_change_may_be_numpys(recording, tmp_path):
    own = Recording(recording.steps, recording.frames, recording.history, {}, [(np.int64(1), "d_steps", 2)])
    own.save(tmp_path / "r.npz")
    assert Recording.load(tmp_path / "r.npz").changes == ((1, "d_steps", 2),)


WRONG_PARTS = [{name: None} for name in WHOLE] + [
    {name: wrong}
    for name, part in WHOLE.items()
    for wrong in (part[:, np.newaxis], part[0], part[:1], part[:0], part.astype("U5"), part.astype(complex))
]
WRONG_PARTS += [{"frames": WHOLE["frames"].astype(dtype)} for dtype in (float, np.int64, bool)]
WRONG_PARTS += [{"frames": np.zeros(shape, np.uint8)} for shape in ((2, 0, 4), (2, 4, 0), (2, 4, 4, 1), (3, 4, 4))]
WRONG_PARTS += [{"steps": np.array(steps)} for steps in ([5, 0], [5, 5], [-5, 0], [0.0, 5.0], [True, False])]
WRONG_PARTS += [{"column step": np.array([1.0, 2.0, np.nan])}, {"column d_loss": np.array([1, 2])}]
WRONG_PARTS += [{"frames": np.array([{}, {}])}]


@pytest.mark.parametrize(
    "wrong", WRONG_PARTS, ids=lambda wrong: f"{next(iter(wrong))}-{next(iter(wrong.values()))!r:.30}"
)
def test_a_recording_with_a_wrong_part_is_told_in_one_sentence(tmp_path, wrong):
    with pytest.raises(
        ValueError,
        match=r"r\.npz is not a recording of this version of ganlib: give a file that Recording\.save wrote\.$",
    ):
        TimeMachine(pack(tmp_path / "r.npz", **wrong))


WRONG_WORDS = [
    (name, wrong)
    for name, right in ABOUT.items()
    for wrong in (None, 5.5, "x", [], {}, [[]], ["x"], [None], {"x": []}, {"x": {}}, {"x": None})
    if wrong != right and not (name == "title" and isinstance(wrong, str)) and (name, wrong) not in (("start", {}),)
    if not (wrong in ([], {}) and name in ("start", "changes"))
]
WRONG_WORDS += [
    ("changes", [change]) for change in (["3", "d_steps", 2], [3.5, "d_steps", 2], [3, 5, 2], [3, "d_steps"])
]
WRONG_WORDS += [("changes", [[3, "d_steps", []]]), ("columns", ["d_loss"]), ("columns", ["step", "g_loss"])]
WRONG_WORDS += [("columns", ["step", ["d_loss"]]), ("ganlib_recording", 2)]


@pytest.mark.parametrize(("name", "wrong"), WRONG_WORDS, ids=repr)
def test_a_recording_with_a_wrong_word_is_told_in_one_sentence(tmp_path, name, wrong):
    for about in ({**ABOUT, name: wrong}, {key: value for key, value in ABOUT.items() if key != name}):
        with pytest.raises(ValueError, match=r"r\.npz is not a recording"):
            TimeMachine(pack(tmp_path / "r.npz", about))


@pytest.mark.parametrize("about", [b"", b"[]", b"7", b"null", b"[" * 100_000, b"\xff", b'{"ganlib_recording": 1}'])
def test_a_recording_without_words_is_told_in_one_sentence(tmp_path, about):
    with pytest.raises(ValueError, match=r"r\.npz is not a recording"):
        TimeMachine(pack(tmp_path / "r.npz", about))


def header(shape):
    """Return what stands at the beginning of an array of bytes in an .npz file."""
    text = f"{{'descr': '|u1', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text


@pytest.mark.parametrize("packing", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
@pytest.mark.parametrize("said", ["honestly", "falsely"])
def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path, monkeypatch, packing, said):
    monkeypatch.setattr("ganlib.lab.recording.MOST_BYTES", 10**6)
    path = pack(tmp_path / "r.npz", frames=None)
    size = 4 * 10**6 if said == "honestly" else 2
    with zipfile.ZipFile(path, "a", packing) as file:
        file.writestr("frames.npy", header((size, 1, 1)) + bytes(4 * 10**6))
    if said == "falsely":  # the list of parts announces less than is there
        true, false = (len(header((size, 1, 1))) + count for count in (4 * 10**6, 2))
        content = path.read_bytes().replace(true.to_bytes(4, "little"), false.to_bytes(4, "little"))
        path.write_bytes(content)
    unpacked = []
    decompress = zlib.decompressobj

    class Counting:
        def __init__(self, *arguments):
            self._one = decompress(*arguments)

        def decompress(self, *arguments):
            unpacked.append(len(part := self._one.decompress(*arguments)))
            return part

        def __getattr__(self, name):
            return getattr(self._one, name)

    monkeypatch.setattr(zipfile.zlib, "decompressobj", Counting)
    with pytest.raises(ValueError, match="is not a recording"):
        Recording.load(path)
    assert sum(unpacked) < 10**6


def test_an_array_that_announces_more_than_any_memory_is_refused(tmp_path):
    path = pack(tmp_path / "r.npz", frames=None)
    with zipfile.ZipFile(path, "a") as file:
        file.writestr("frames.npy", header((2, 10**9, 10**9)) + bytes(100))
    with pytest.raises(ValueError, match="is not a recording"):
        Recording.load(path)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"steps": [[0], [5]]}, "steps of a recording must be whole numbers"),
        ({"steps": []}, "steps of a recording must be whole numbers"),
        ({"steps": [0, [5]]}, "must be an array of one shape"),
        ({"steps": [5, 0]}, "must rise"),
        ({"steps": None}, "must be whole numbers"),
        ({"frames": np.zeros((2, 4, 4))}, "frames must be uint8"),
        ({"frames": np.zeros((3, 4, 4), np.uint8)}, "a step for every frame"),
        ({"history": {}}, "with the column 'step'"),
        ({"history": None}, "with the column 'step'"),
        ({"history": {"step": [1, 2], "loss": [1]}}, r"'loss' must be one number for each step, not int64 \(1,\)"),
        ({"history": {"step": [1, 2], "loss": ["a", "b"]}}, "'loss' must be one number for each step"),
        ({"start": 5}, "needs start, a dict"),
        ({"start": {"d_steps": [1]}}, "live value must be"),
        ({"changes": 5}, "changes, each a step"),
        ({"changes": [(1, "d_steps")]}, "changes, each a step"),
        ({"changes": [("1", "d_steps", 2)]}, "step of a change must be a whole number"),
        ({"title": ["a"]}, "title of a recording must be text"),
    ],
)
def test_wrong_parts_are_refused_when_a_recording_is_made(wrong, told):
    right = {"steps": [0, 5], "frames": WHOLE["frames"], "history": {"step": [1, 2]}, "start": {}}
    assert len(Recording(**right).steps) == 2
    with pytest.raises(ValueError, match=told):
        Recording(**{**right, **wrong})


def test_numbers_that_are_infinite_or_not_measured_can_be_shown(tmp_path):
    odd = np.array([np.nan, np.inf, -np.inf], np.float32)
    for columns in (WHOLE["column step"], np.array([10**15, 5, -7])):
        machine = TimeMachine(pack(tmp_path / "r.npz", **{"column d_loss": odd, "column step": columns}))
        assert "nothing measured yet" in machine._charts.value


# --- samples --------------------------------------------------------------------------------------------------------


def spoil(folder, kind):
    """Put something that is no sample among the samples of a run; return its name."""
    path = folder / "samples" / "step_00000010.png"
    whole = path.read_bytes()
    if kind in ("cut", "text", "empty"):
        path.write_bytes({"cut": whole[: len(whole) // 2], "text": b"no picture", "empty": b""}[kind])
    elif kind == "bomb":
        path.write_bytes(bomb(30_000))
    elif kind == "large":
        path.write_bytes(bomb(5_000))
    elif kind == "another size":
        Image.new("L", (7, 9)).save(path)
    elif kind == "a JPEG":
        Image.open(path).save(path, "JPEG")
    elif kind == "folder":
        path.unlink()
        path.mkdir()
    elif kind == "pipe":
        path.unlink()
        os.mkfifo(path)
    else:
        path = path.with_name(kind)
        path.write_bytes(whole)
    return path.name


def bomb(side):
    """Return a PNG file of a few kB that announces a white square."""

    def chunk(kind, content):
        return len(content).to_bytes(4, "big") + kind + content + zlib.crc32(kind + content).to_bytes(4, "big")

    size = side.to_bytes(4, "big")
    lines = zlib.compress(bytes(1000 * (side // 8 + 1)))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + size + b"\1\0\0\0\0") + chunk(b"IDAT", lines) + chunk(b"IEND", b"")
    )


SPOILT = ["cut", "text", "empty", "bomb", "large", "another size", "a JPEG", "folder"]
SPOILT += ["step_x.png", "step_.png", "step_-5.png", "step_1.5.png", "step_10.png", f"step_{10**30}.png"]


@pytest.mark.skipif(os.name == "nt", reason="Windows has no pipes in folders")
@pytest.mark.parametrize("kind", [*SPOILT, "pipe"])
def test_what_is_no_sample_is_left_out_with_a_word_by_all_that_read_samples(run, tmp_path, capsys, kind):
    name = spoil(run, kind)
    kept = [0, 5, 15, 20] if name == "step_00000010.png" else [0, 5, 10, 15, 20]
    recording = TimeMachine(run).recording
    assert list(recording.steps) == kept
    assert f"left out {name!r}: no PNG picture called step_NUMBER.png" in capsys.readouterr().out
    recording.save(tmp_path / "r.npz")
    assert np.array_equal(Recording.load(tmp_path / "r.npz").frames, recording.frames)
    to_gif(run, tmp_path / "film.gif")
    assert f"left out {name!r}" in (told := capsys.readouterr().out)
    assert f"{len(kept)} frames" in told
    with Image.open(tmp_path / "film.gif") as film:
        assert film.n_frames == len(kept)


def test_samples_of_which_none_can_be_read_are_none(run, tmp_path, capsys):
    for path in (run / "samples").iterdir():
        path.write_bytes(b"")
    with pytest.raises(ValueError, match="has no samples yet"):
        TimeMachine(run)
    with pytest.raises(ValueError, match="has no samples to make a GIF of"):
        to_gif(run, tmp_path / "film.gif")
    assert capsys.readouterr().out.count(", ...: no PNG picture") == 2


def test_samples_come_in_the_order_of_their_steps_however_many_digits_these_have(run):
    for step in (99_999_999, 100_000_004):
        (run / "samples" / f"step_{step}.png").write_bytes((run / "samples" / "step_00000020.png").read_bytes())
    assert list(Recording.of_run(run).steps) == [0, 5, 10, 15, 20, 99_999_999, 100_000_004]


def test_a_long_run_is_thinned_out_with_its_ends_kept(run, monkeypatch):
    assert some_of(list(range(1000)), 300)[::299] == [0, 999]
    assert len(some_of(range(1000), 300)) == 300
    monkeypatch.setattr(samples, "MOST_BYTES", 3 * Recording.of_run(run).frames[0].size)
    assert list(Recording.of_run(run).steps) == [0, 10, 20], "no more than the memory may take"


# --- slips with paths -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", [5, 5.0, b"x", "", [], "a\0b", "~nobody-at-all/x"])
def test_what_is_no_path_is_refused_in_one_sentence(recording, wrong):
    for function in (TimeMachine, Recording.load, Recording.of_run, recording.save, TimeMachine(recording).save_page):
        with pytest.raises(ValueError, match=r"^(source|the recording|the run folder|path) (must be the name of|is ')"):
            function(wrong)
    for function in (Recording.load, Recording.of_run, recording.save, TimeMachine(recording).save_page):
        with pytest.raises(ValueError, match="must be the name of a file or folder"):
            function(None)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_a_file_that_cannot_be_read_or_written_is_told_in_one_sentence(recording, tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder.npz").mkdir()
    for path, words in (
        (tmp_path / "nothing.npz", "does not exist: give a recording, its file, or a run folder"),
        (tmp_path / "pipe", "cannot be read: it is a device or a pipe"),
        (tmp_path / ("x" * 300), "cannot be read: the name is too long"),
    ):
        with pytest.raises(OSError, match=words):
            TimeMachine(path)
    for function in (recording.save, TimeMachine(recording).save_page):
        with pytest.raises(
            OSError, match=r"could not be written: a folder of that name is there\. Choose another place\.$"
        ):
            function(tmp_path / "folder.npz")


def test_the_home_folder_can_be_written_short(run, recording, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    recording.save("~/r.npz")
    TimeMachine("~/r.npz").save_page("~/r.html")
    assert len(TimeMachine("~/run").recording.steps) == 5
    to_gif("~/run", "~/film.gif")
    assert {"r.npz", "r.html", "film.gif"} <= set(os.listdir(tmp_path))
    assert "d_learning_rate" in (tmp_path / "film.gif.card.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("wrong", [-1, 5, 1.5, "x", None, [0]])
def test_a_frame_that_there_is_not_is_refused(run, wrong):
    with pytest.raises(ValueError, match="frame must be a whole number from 0 to 4"):
        TimeMachine(run).show(wrong)
    with pytest.raises(ValueError, match="frame must be a whole number from 0 to 4"):
        Recording.of_run(run).png(wrong)


@pytest.mark.parametrize("wrong", [0, 1, -1, 1.5, "x", None])
def test_a_number_of_frames_that_is_none_is_refused(recording, tmp_path, wrong):
    with pytest.raises(ValueError, match="most_frames must be a whole number"):
        TimeMachine(recording).save_page(tmp_path / "r.html", most_frames=wrong)
    assert not (tmp_path / "r.html").exists()


def test_a_folder_that_is_no_run_and_a_run_without_samples_are_told(tmp_path, gan):
    with pytest.raises(RunFolderError, match="is not a run folder"):
        TimeMachine(tmp_path)
    tiny.train(gan, 2, run=tmp_path / "run")
    for path in gan.run.sample_folder.iterdir():
        path.unlink()
    with pytest.raises(ValueError, match="has no samples yet"):
        TimeMachine(tmp_path / "run")


def test_the_shipped_run_is_small_and_shows_digits_growing():
    recording = Recording.shipped()
    assert recording.steps[0] == 0
    assert recording.steps[-1] == 30_000
    assert len(recording.frames) == 151
    blackness = (recording.frames[-20:] < 40).mean()
    assert blackness > 0.5 > (recording.frames[0] < 40).mean()
    from ganlib.data import asset

    assert asset("recorded/gan.npz").stat().st_size < 3e6


def test_the_page_needs_nothing_else(recording, tmp_path):
    TimeMachine(recording).save_page(tmp_path / "run.html")
    page = (tmp_path / "run.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page)
    assert page.count('"step":') == 5
    frames = json.loads(re.search(r"const frames = (\[.*?\]);\n", page).group(1))
    assert [frame["step"] for frame in frames] == [0, 5, 10, 15, 20]


@pytest.mark.parametrize("name", ["r.npz", "r.html"])
def test_the_command_packs_a_run(run, tmp_path, monkeypatch, capsys, name):
    monkeypatch.setattr(commands.environment, "stand", lambda arguments: None)
    assert commands.main(["record", str(run), str(tmp_path / name)]) == 0
    assert (tmp_path / name).stat().st_size > 500
    assert "5 frames" in capsys.readouterr().out


def test_the_command_refuses_what_it_cannot_write_or_read(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(commands.environment, "stand", lambda arguments: None)
    assert commands.main(["record", str(tmp_path), str(tmp_path / "r.npz")]) == 2
    assert "is not a run folder" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        commands.main(["record", str(tmp_path), "r.mp4"])
    assert "must end in .npz or .html" in capsys.readouterr().err
