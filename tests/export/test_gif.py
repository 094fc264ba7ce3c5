"""A run's samples as a film."""

import numpy as np
import pytest
from PIL import Image, ImageSequence

from ganlib.export import ExportError, gif, to_gif
from ganlib.models import load_run
from ganlib.training import RunFolderError


def frames_of(path):
    with Image.open(path) as film:
        return [np.asarray(frame.convert("L")) for frame in ImageSequence.Iterator(film)]


def test_every_sample_is_a_frame_pixel_for_pixel_in_the_order_of_steps(run, tmp_path):
    frames = frames_of(to_gif(run, tmp_path / "film.gif", captions=False))
    samples = [np.asarray(Image.open(file)) for file in sorted((run / "samples").iterdir())]
    assert len(frames) == 3
    for frame, sample in zip(frames, samples, strict=True):
        np.testing.assert_array_equal(frame, sample)


def test_a_loaded_run_gives_the_same_film_as_its_folder(run, tmp_path):
    a, b = to_gif(run, tmp_path / "a.gif"), to_gif(load_run(run), tmp_path / "b.gif")
    assert a.read_bytes() == b.read_bytes()
    assert "| steps | 40 |" in (tmp_path / "b.gif.card.md").read_text()


def test_samples_in_memory_do_without_a_run_folder(gan, tmp_path):
    gan.take_sample(0)
    gan.generator.layers[-2].bias.assign(np.ones(64))
    gan.take_sample(200)
    assert len(frames_of(to_gif(gan, tmp_path / "film.gif"))) == 2


def test_captions_stand_below_the_pictures_and_scale_enlarges_them(run, tmp_path):
    plain = frames_of(to_gif(run, tmp_path / "a.gif", captions=False))[0]
    large = frames_of(to_gif(run, tmp_path / "b.gif", scale=3))[0]
    height, width = plain.shape
    assert large.shape == (3 * height + gif.CAPTION, 3 * width)
    np.testing.assert_array_equal(large[: 3 * height : 3, ::3], plain)
    assert large[3 * height :].min() < 100  # ink


def test_the_film_runs_for_ever_and_holds_its_last_frame(run, tmp_path):
    with Image.open(to_gif(run, tmp_path / "film.gif", seconds=0.1, hold=1.5)) as film:
        assert film.info["loop"] == 0
        durations = [frame.info["duration"] for frame in ImageSequence.Iterator(film)]
    assert durations == [100, 100, 1500]


def test_equal_samples_are_no_fault(tmp_path):
    frame = gif.draw_frame(np.zeros((9, 9), np.uint8))
    assert gif.gif_bytes([frame, frame], [0.1, 0.1])


def test_a_long_run_is_thinned_out_with_its_ends_kept(gan, tmp_path):
    gan.take_sample(0)
    gan.samples = dict.fromkeys(range(1000), gan.samples[0])
    steps, pictures = gif.samples_of(gan)
    assert len(steps) == len(pictures) == gif.MOST_FRAMES
    assert (steps[0], steps[-1]) == (0, 999)


def test_a_run_without_samples_and_a_folder_that_is_none_are_refused(run, tmp_path):
    for file in (run / "samples").iterdir():
        file.unlink()
    with pytest.raises(ExportError, match="has no samples to make a GIF of"):
        to_gif(run, tmp_path / "film.gif")
    with pytest.raises(RunFolderError, match="is not a run folder"):
        to_gif(tmp_path / "nothing", tmp_path / "film.gif")
    assert not (tmp_path / "film.gif").exists()


def test_a_model_that_took_no_samples_is_refused(gan, tmp_path):
    with pytest.raises(ExportError, match="from a model that took samples"):
        to_gif(gan, tmp_path / "film.gif")


def test_points_are_no_film(gan, tmp_path):
    gan.samples = {0: np.zeros((500, 2), np.float32)}
    with pytest.raises(ExportError, match="took samples of pictures"):
        to_gif(gan, tmp_path / "film.gif")


def test_equal_samples_that_last_longer_than_a_gif_can_say_are_refused_in_a_sentence():
    same, other = (gif.draw_frame(np.full((9, 9), grey, np.uint8)) for grey in (0, 9))
    assert gif.gif_bytes([same] * 60 + [other], [10.0] * 61)
    with pytest.raises(ExportError, match="show each for a shorter time"):
        gif.gif_bytes([same] * 70 + [other], [10.0] * 71)


def test_a_damaged_sample_is_named_and_left_out(run, tmp_path, capsys):
    (run / "samples" / "step_00000020.png").write_bytes(b"no picture")
    assert len(frames_of(to_gif(run, tmp_path / "film.gif"))) == 2
    assert "left out 'step_00000020.png'" in capsys.readouterr().out


def test_frames_that_would_take_all_memory_are_refused(run, tmp_path, monkeypatch):
    monkeypatch.setattr(gif, "MOST_BYTES", 10**5)
    to_gif(run, tmp_path / "a.gif")
    with pytest.raises(ExportError, match="3 frames, enlarged 8 times, take more than 1 GB: choose a smaller scale"):
        to_gif(run, tmp_path / "b.gif", scale=8)


@pytest.mark.parametrize("wrong", [None, 5, b"x", "", [], "a\0b.gif", "~nobody-at-all/x.gif"])
def test_what_is_no_path_or_no_run_is_refused_in_one_sentence(run, tmp_path, wrong):
    with pytest.raises(ValueError, match=r"^path (must be the name of|is ')"):
        to_gif(run, wrong)
    with pytest.raises(ValueError, match=r"^run (must be the name of|is ')|^A GIF is made from a run folder"):
        to_gif(wrong, tmp_path / "film.gif")


@pytest.mark.parametrize("wrong", [{"seconds": 0}, {"hold": -1}, {"scale": 0}, {"scale": 1.5}, {"seconds": True}])
def test_wrong_arguments_are_refused(run, tmp_path, wrong):
    with pytest.raises(ExportError, match=next(iter(wrong))):
        to_gif(run, tmp_path / "film.gif", **wrong)


def test_a_target_that_exists_is_kept(run, tmp_path):
    (tmp_path / "film.gif").write_text("precious")
    with pytest.raises(ExportError, match="is there already"):
        to_gif(run, tmp_path / "film.gif")
