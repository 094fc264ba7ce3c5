"""Looking back: recordings, the time machine, and what can be given away of them."""

import json
import re

import ipywidgets
import numpy as np
import pytest
import tiny
from PIL import Image

from ganlib import commands
from ganlib.lab.recording import Recording, thin_history
from ganlib.lab.replay import TimeMachine
from ganlib.training import RunFolderError


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
        shown.add(machine._picture.value)
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


def test_other_arrays_are_no_recording(tmp_path):
    np.savez(tmp_path / "r.npz", a=np.zeros(3))
    with pytest.raises(ValueError, match="is not a recording"):
        Recording.load(tmp_path / "r.npz")


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


def test_a_gif_moves(recording, tmp_path):
    TimeMachine(recording).save_gif(tmp_path / "run.gif", most_frames=3)
    with Image.open(tmp_path / "run.gif") as gif:
        assert gif.n_frames == 3


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
