"""Pictures of your own: the GAN that fits them, what is done where they are few, and the command."""

import numpy as np
import pytest
from helpers import tiny
from helpers.checks import arrays_of, same
from helpers.families import COLOURED
from PIL import Image

from ganlib import GAN, ConditionalGAN, commands
from ganlib._tensorflow import tf
from ganlib.data import Pictures, asset
from ganlib.models import by_recipe
from ganlib.models.augment import KINDS, Augmented, augment
from ganlib.models.plane import PlaneGAN
from ganlib.setup import environment
from ganlib.training import Draws

SET = Pictures(COLOURED, np.arange(40, dtype=np.int32) % 3, ("ash", "beech", "oak"))
SMALL = {"steps": 4, "batch_size": 8, "filters": 2}


@pytest.fixture(autouse=True)
def _graph(graph):
    """Train as a plain graph."""


# Augmentation


def one_picture(side=16):
    return tf.constant(np.random.default_rng(0).uniform(-1, 1, (1, side, side, 3)), tf.float32)


@pytest.mark.parametrize(
    "numbers", [(0.9, 0.5, 0.5), (0.1, 0.5, 0.5), (0.9, 0.0, 0.5), (0.9, 0.5, 0.99), (0.1, 0.99, 0.0)]
)
def test_a_picture_is_mirrored_and_shifted_by_up_to_an_eighth_and_its_edge_repeated(numbers):
    picture = one_picture()
    expected = picture.numpy()[0]
    if numbers[0] < 0.5:
        expected = expected[:, ::-1]
    down, right = (int(np.floor(number * 5)) - 2 for number in numbers[1:])
    rows, columns = (np.clip(np.arange(16) + offset, 0, 15) for offset in (down, right))
    seen = augment("mirror and shift", picture, tf.constant([numbers], tf.float32))
    np.testing.assert_array_equal(seen[0], expected[rows][:, columns])


def test_shift_alone_never_mirrors():
    numbers = tf.constant([[0.0, 0.5, 0.5]], tf.float32)
    np.testing.assert_array_equal(augment("shift", one_picture(), numbers), one_picture())


def test_a_gradient_flows_back_to_the_pixels_that_are_seen():
    picture, numbers = one_picture(), tf.constant([[0.1, 0.0, 0.99]], tf.float32)
    weights = tf.constant(np.random.default_rng(1).normal(size=(1, 16, 16, 3)), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(picture)
        score = tf.reduce_sum(weights * augment("mirror and shift", picture, numbers))
    slope = tape.gradient(score, picture)
    np.testing.assert_allclose(tf.reduce_sum(slope * picture), score, rtol=1e-4)  # the change is linear
    assert np.count_nonzero(slope) < slope.numpy().size  # what was shifted out is not seen


def test_reals_and_fakes_are_changed_by_numbers_of_their_own_which_are_those_of_the_step():
    gan = GAN(**tiny.build_networks(), augment="mirror and shift")
    seen = []
    gan._generator_turn(Draws((tf.constant(tiny.DATA),), 0, tf.constant(5, tf.int64)), 8, False)
    for stream in (6, 6, 7):
        draws = Draws((), 0, tf.constant(5, tf.int64))
        both = Augmented(gan, draws, stream)
        ramp = tf.tile(tf.reshape(tf.range(64, dtype=tf.float32), (1, 8, 8, 1)), (8, 1, 1, 1))
        gan.make = lambda latent, training, ramp=ramp: ramp
        seen.append((both.show(ramp).numpy(), both.make(None, True).numpy()))
    (real, fake), again, other = seen
    assert (real != fake).any()
    assert (real == again[0]).all()
    assert (fake == again[1]).all()
    assert (real != other[0]).any()


def test_real_pictures_are_mirrored_and_fakes_are_not():
    """Else half of all pictures would do: nobody would miss leaves that lean to the other side."""
    gan = GAN(**tiny.build_networks(), augment="mirror and shift")
    ramp = tf.tile(tf.reshape(tf.range(8, dtype=tf.float32), (1, 1, 8, 1)), (40, 8, 1, 1))
    gan.make = lambda latent, training: ramp
    both = Augmented(gan, Draws((), 0, tf.constant(5, tf.int64)), 6)
    real, fake = (np.diff(seen, axis=2).min(axis=(1, 2, 3)) for seen in (both.show(ramp), both.make(None, True)))
    assert 10 < (real < 0).sum() < 30  # half of them fall from left to right
    assert (fake >= 0).all()


def test_augmentation_is_off_unless_asked_for_and_then_changes_what_is_learned(eager):
    weights = {}
    for kind in (None, *KINDS):
        gan = tiny.build_gan(**({} if kind is None else {"augment": kind}))
        tiny.train(gan, 4)
        weights[kind] = arrays_of(gan)
    assert same(weights[None], weights["none"])
    assert not same(weights["none"], weights["shift"])
    assert not same(weights["shift"], weights["mirror and shift"])


def test_a_conditional_gan_keeps_its_digits_when_pictures_are_augmented(eager):
    gan = ConditionalGAN(latent_dim=4, image_shape=(16, 16, 3), classes=3, augment="mirror and shift")
    assert len(gan.train(3, 8, data=SET, verbose=0)["step"]) == 3


def test_an_unknown_augmentation_is_refused():
    with pytest.raises(ValueError, match="augment must be"):
        GAN(augment="zoom")


def test_points_are_not_augmented():
    with pytest.raises(ValueError, match="augment='shift' is for pictures, and this GAN makes none"):
        PlaneGAN(augment="shift")
    assert PlaneGAN().generate(3).shape == (3, 2)


# The GAN that fits


def test_the_gan_of_pictures_fits_them_and_learns_them_by_itself(eager, tmp_path):
    gan = GAN.from_pictures(SET, seed=3, **SMALL)
    assert (gan.picture_shape, gan.network, gan.options.augment, gan.seed) == ((16, 16, 3), "conv", KINDS[2], 3)
    history = gan.train(run=tmp_path / "run", verbose=0)
    assert history["step"].tolist() == [1, 2, 3, 4]
    assert sorted(gan.samples)[-4:] == [1, 2, 3, 4]
    with pytest.raises(ValueError, match="16 by 16 by 3"):  # MNIST, as the run does not know where the pictures are
        GAN.resume(tmp_path / "run").train(1, verbose=0)
    resumed = GAN.resume(tmp_path / "run")
    resumed.train(2, data=SET, verbose=0)
    alone = GAN.from_pictures(SET, seed=3, **SMALL)
    alone.train(6, verbose=0)
    assert same(arrays_of(alone), arrays_of(resumed))


def test_a_conditional_gan_of_pictures_has_their_classes(eager):
    gan = ConditionalGAN.from_pictures(SET, steps=2, batch_size=8)
    assert gan.class_names == SET.classes
    gan.train(verbose=0)
    named, numbered = (gan.generate(2, digits=digits) for digits in (SET.classes[1], [1, 1]))
    np.testing.assert_array_equal(named, numbered)
    assert not np.array_equal(named, gan.generate(2, digits=[SET.classes[2], SET.classes[0]]))
    copy = ConditionalGAN.from_config(gan.get_config())
    assert copy.class_names == SET.classes
    with pytest.raises(ValueError, match=f"No class is called 'cactus': there are {', '.join(SET.classes)}"):
        gan.generate(2, digits="cactus")
    assert gan.sample_grid().shape == (30, 16, 16, 3)
    with pytest.raises(ValueError, match="learns from pictures and their labels"):
        ConditionalGAN.from_pictures(COLOURED, steps=2)


def test_three_minutes_become_the_steps_that_fit_and_a_hundred_samples(monkeypatch):
    timed = []
    monkeypatch.setattr(by_recipe, "time_a_step", lambda gan: timed.append(gan) or (lambda seconds: 0.1))
    gan = GAN.from_pictures(SET)
    plan = gan._plan(None, None, None, None)
    assert (plan["steps"], plan["sample_interval"], plan["batch_size"]) == (1800, 18, 32)
    assert timed[0].picture_shape == (16, 16, 3)
    assert GAN.from_pictures(SET, seconds=60)._plan(None, None, None, None)["steps"] == 600


@pytest.mark.parametrize(
    ("pictures", "options", "sentence"),
    [
        (SET, {"stepz": 3}, "stepz is no field of a recipe"),
        (SET, {"steps": 2, "augment": "zoom"}, "augment must be"),
        (COLOURED[0], {"steps": 2}, "Pictures must have the shape"),
        ("nowhere", {}, "nowhere does not exist"),
    ],
)
def test_what_does_not_fit_is_refused_in_a_sentence(pictures, options, sentence):
    with pytest.raises(ValueError, match=sentence):
        GAN.from_pictures(pictures, **options)


def test_a_run_of_own_pictures_says_that_it_needs_them(eager, tmp_path):
    GAN.from_pictures(SET, steps=4).train(1, 8, run=tmp_path / "run", verbose=0)
    with pytest.raises(ValueError, match=r"^No pictures of 16 by 16 by 3 come with the kit: give as data= those"):
        GAN.resume(tmp_path / "run").train(1)


# The command


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    for number, picture in enumerate(COLOURED):
        kind = tmp_path / "leaves" / SET.classes[number % 3]
        kind.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture).save(kind / f"{number}.png")
    return tmp_path


def test_a_folder_goes_in_and_a_film_comes_out_by_one_command(eager, folder, capsys):
    given = ["train", "--pictures", str(folder / "leaves"), "--size", "16", "--steps", "4", "--batch-size", "8"]
    film = ["--film", str(folder / "leaves.gif")]
    assert commands.main([*given, *film, "--run", str(folder / "run")]) == 0
    out = capsys.readouterr().out
    assert "40 pictures of 16 by 16 pixels in colour, 3 classes: ash (14), beech (13), oak (13)." in out
    assert "4 steps. First you see noise" in out
    with Image.open(folder / "leaves.gif") as shown:
        assert shown.n_frames >= 4
    assert commands.main([*given, *film]) == 2
    assert "leaves.gif is there already" in capsys.readouterr().err
    again = ["train", "--resume", str(folder / "run"), "--pictures", str(folder / "leaves"), "--steps", "2"]
    assert commands.main(again) == 0
    assert GAN.resume(folder / "run").step == 6
    assert "picture-FD" not in capsys.readouterr().out  # 40 pictures are too few for a judge


def test_the_command_ends_with_what_a_judge_of_these_pictures_says(folder, capsys):
    given = ["train", "--pictures", str(asset("data/leaves.zip")), "--size", "16", "--steps", "2", "--batch-size", "8"]
    assert commands.main([*given, "--run", str(folder / "judged")]) == 0
    out = capsys.readouterr().out
    assert "200 pictures: picture-FD" in out
    assert "copies of training pictures" in out


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("--size 32", "--size belongs to --pictures"),
        ("--no-mirror", "--no-mirror belongs to --pictures"),
        ("--pictures a --data b", "give one of them"),
        ("--pictures a --minutes 1 --steps 2", "give one of them"),
        ("--pictures a --minutes 0", "--minutes must be more than 0"),
        ("--pictures a --film a.mp4", "--film writes a GIF"),
    ],
)
def test_options_that_do_not_go_together_are_refused(folder, capsys, line, sentence):
    with pytest.raises(SystemExit) as refusal:
        commands.main(["train", *line.split()])
    assert refusal.value.code == 2
    assert sentence in capsys.readouterr().err


def test_a_folder_without_pictures_is_one_sentence_and_exit_code_2(folder, capsys):
    assert commands.main(["train", "--pictures", str(folder)[:-1] + "?"]) == 2
    assert capsys.readouterr().err.count("\n") == 1
