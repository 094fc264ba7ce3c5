"""What is promised of digits holds for pictures in colour, of other sizes and of other numbers of classes."""

import io

import numpy as np
import pytest
from helpers import families, modes
from helpers.checks import arrays_of, same
from helpers.families import COLOURED
from PIL import Image, ImageSequence

from ganlib import GAN, ConditionalGAN, builders, export
from ganlib._tensorflow import keras
from ganlib.data import Pictures, tile
from ganlib.export.source import pick
from ganlib.export.web import read_page
from ganlib.lab import LatentExplorer, LiveLab, TimeMachine
from ganlib.lab import pictures as lab_pictures
from ganlib.lab.recording import Recording
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.boltzmann import RestrictedBoltzmannMachine
from ganlib.models.variational import VariationalAutoencoder
from ganlib.sweep.gallery import _picture
from ganlib.training import RunFolder
from ganlib.training.samples import read_samples

layers = keras.layers
FEW = {"steps": 4, "batch_size": 8, "verbose": 0}
SET = Pictures(COLOURED, np.arange(40, dtype=np.int32) % 12, tuple("abcdefghijkl"))


@pytest.fixture(autouse=True)
def _graph(graph):
    """Train as a plain graph."""


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A GAN of pictures in colour, trained for six steps in a run folder."""
    gan = families.coloured(ema_decay=0.9)
    with modes.no_graph():
        gan.train(6, 8, 2, data=COLOURED, run=tmp_path_factory.mktemp("runs") / "run", verbose=0)
    return gan


# Networks


def before_image_shape(filters=64, seed=None):
    """The convolutional pair as it stood written out when it knew 28 by 28 by 1 alone."""
    of_g, of_d = (
        keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(number)) for number in (seed, seed + 1)
    )
    generator = [
        keras.Input((100,)),
        layers.Dense(7 * 7 * 2 * filters, kernel_initializer=of_g),
        layers.Reshape((7, 7, 2 * filters)),
        layers.BatchNormalization(momentum=0.8),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2DTranspose(filters, 4, strides=2, padding="same", kernel_initializer=of_g),
        layers.BatchNormalization(momentum=0.8),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2DTranspose(1, 4, strides=2, padding="same", activation="tanh", kernel_initializer=of_g),
    ]
    discriminator = [
        keras.Input((28, 28, 1)),
        layers.Conv2D(filters, 4, strides=2, padding="same", kernel_initializer=of_d),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Conv2D(2 * filters, 4, strides=2, padding="same", kernel_initializer=of_d),
        layers.LeakyReLU(negative_slope=0.2),
        layers.Flatten(),
        layers.Dense(1, kernel_initializer=of_d),
    ]
    return keras.Sequential(generator), keras.Sequential(discriminator)


@pytest.mark.parametrize("filters", [64, 32])
def test_the_networks_of_digits_are_bit_for_bit_what_they_were(filters):
    old = before_image_shape(filters, seed=5)
    new = builders.build_conv_generator(100, filters, 5), builders.build_conv_discriminator(filters, 6)
    for before, now in zip(old, new, strict=True):
        assert [type(layer) for layer in before.layers] == [type(layer) for layer in now.layers]
        for one, other in zip(before.get_weights(), now.get_weights(), strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("side", "maps"),
    [(16, [4, 8, 16]), (28, [7, 14, 28]), (32, [8, 16, 32]), (40, [5, 10, 20, 40]), (60, [15, 30, 60]), (64, [8, 64])],
)
def test_maps_grow_by_doubling_from_8_or_less_where_that_can_be(side, maps):
    network = builders.build_conv_generator(4, 2, image_shape=(side, side, 3))
    seen = [layer.output.shape[1] for layer in network.layers if len(layer.output.shape) == 4]
    assert (seen[0], seen[-1]) == (maps[0], maps[-1])
    assert list(dict.fromkeys(seen))[: len(maps) - 1] == maps[:-1]
    judge = builders.build_conv_discriminator(2, image_shape=(side, side, 3))
    halved = [layer.output.shape[1] for layer in judge.layers if isinstance(layer, layers.Conv2D)]
    assert halved[-1] == seen[0]


@pytest.mark.parametrize("network", ["dense", "conv"])
@pytest.mark.parametrize("shape", [(16, 16, 1), (20, 24, 3)])
def test_every_pair_fits_in_every_shape(network, shape):
    assert GAN(network, 4, image_shape=shape).picture_shape == shape
    told = ConditionalGAN(network, 4, image_shape=shape, classes=3)
    assert (told.picture_shape, told.classes) == (shape, 3)
    assert told.generate(4).shape == (4, *shape)
    again = ConditionalGAN.from_config(told.get_config())
    assert (again.picture_shape, again.classes) == (shape, 3)


def test_a_network_that_is_not_given_fits_the_one_that_is():
    assert GAN(generator=families.coloured().generator).picture_shape == (16, 16, 3)
    assert GAN(discriminator=families.coloured().discriminator).generate(1).shape == (1, 16, 16, 3)


@pytest.mark.parametrize("shape", [(30, 30, 1), (32, 32), (32, 30, 3), 32, ()])
def test_shapes_that_no_convolution_can_halve_twice_are_refused(shape):
    with pytest.raises(ValueError, match=r"^image_shape .*\(\d+, \d+, \d\)"):
        GAN("conv", image_shape=shape)


# What is learned


def test_pictures_of_another_shape_are_refused_with_the_way_out():
    with pytest.raises(
        ValueError, match=r"16 by 16 by 3, but .* 28 by 28 by 1: build GAN\(image_shape=\(16, 16, 3\)\)"
    ):
        GAN().train(data=SET, **FEW)
    with pytest.raises(ValueError, match=r"build Autoencoder\(image_shape=\(16, 16, 3\)\)"):
        Autoencoder(2, (4,)).train(data=SET, **FEW)
    with pytest.raises(ValueError, match=r"learns grey pictures: load_pictures\(path, channels=1\)"):
        RestrictedBoltzmannMachine(4).train(data=SET, **FEW)


def test_classes_other_than_ten_are_learned_and_asked_for(eager):
    gan = ConditionalGAN(latent_dim=4, image_shape=(16, 16, 3), classes=12)
    gan.train(data=SET, **FEW)
    assert gan.generate(3, digits=11).shape == (3, 16, 16, 3)
    assert gan.sample_grid().shape == (120, 16, 16, 3)
    assert gan.sample_picture().shape[2] == 3
    with pytest.raises(ValueError, match="digits must be from 0 to 11, and 12 is none of them"):
        gan.generate(1, digits=12)
    with pytest.raises(
        ValueError, match=r"of 12 classes, but .* 10 apart: build ConditionalGAN\(classes=12, image_shape"
    ):
        ConditionalGAN(latent_dim=4, image_shape=(16, 16, 3)).train(data=SET, **FEW)
    with pytest.raises(ValueError, match="No picture has the label 11"):
        gan.train(data=(COLOURED, SET.labels % 11), **FEW)


@pytest.mark.parametrize("family", [Autoencoder, VariationalAutoencoder])
def test_the_autoencoders_learn_colour(family, tmp_path):
    model = family(2, (8,), image_shape=(16, 16, 3))
    assert model.sample_grid().shape == (25, 16, 16, 3)
    model.train(data=SET, run=tmp_path / "run", **FEW)
    assert model.reconstruct(COLOURED[:3]).shape == (3, 16, 16, 3)
    assert model.sample_grid().shape == (25, 16, 16, 3)
    resumed = family.resume(tmp_path / "run")
    assert same(arrays_of(resumed), arrays_of(model))
    assert (resumed.decode([[0, 0]]) == model.decode([[0, 0]])).all()


def test_a_schedule_of_live_values_replays_bit_for_bit_and_across_a_break(eager, tmp_path):
    changes = [(2, "g_learning_rate", 1e-3), (3, "loss_kind", "least_squares"), (5, "d_steps", 2)]
    unbroken, replayed = families.coloured(), families.coloured()
    unbroken.train(8, 8, data=COLOURED, schedule=changes, verbose=0, run=tmp_path / "run")
    replayed.train(4, 8, data=COLOURED, schedule=unbroken.run.schedule(), verbose=0, run=tmp_path / "cut")
    replayed = GAN.resume(tmp_path / "cut")
    replayed.train(4, data=COLOURED, schedule=changes, verbose=0)
    assert same(arrays_of(unbroken), arrays_of(replayed))


# What is drawn


def test_samples_in_the_run_folder_are_in_colour(trained):
    with Image.open(trained.run.sample_folder / "step_00000006.png") as picture:
        assert picture.mode == "RGB"
        np.testing.assert_array_equal(np.asarray(picture), tile(trained.samples[6], 5, 5))
    steps, frames = read_samples(trained.run, 10)
    assert steps == [2, 4, 6] or steps == [0, 2, 4, 6]
    assert frames[0].shape == (88, 88, 3)


def test_a_film_shows_the_colours(trained, tmp_path):
    path = export.to_gif(trained.run.path, tmp_path / "film.gif", captions=False)
    _, frames = read_samples(RunFolder.open(trained.run.path), 10)
    with Image.open(path) as film:
        shown = [np.asarray(frame.convert("RGB")).astype(int) for frame in ImageSequence.Iterator(film)]
    assert len(shown) == len(frames)
    blurred = [np.abs(a.mean((0, 1)) - b.mean((0, 1))).max() for a, b in zip(shown, frames, strict=True)]
    assert max(blurred) < 6  # 256 colours, dots of two where a third is meant
    assert export.to_gif(trained, tmp_path / "memory.gif").stat().st_size > 1000


def test_the_time_machine_and_its_file_are_in_colour(trained, tmp_path):
    recording = Recording.of_run(trained.run.path)
    recording.save(tmp_path / "run.npz")
    again = Recording.load(tmp_path / "run.npz")
    np.testing.assert_array_equal(again.frames, recording.frames)
    assert again.frames.shape[1:] == (88, 88, 3)
    machine = TimeMachine(again)
    assert [Image.open(io.BytesIO(png)).mode for png in machine._pngs] == ["RGB"]


@pytest.mark.parametrize("size", [16, 32, 64])
def test_the_lab_draws_grids_with_scores_and_slopes_in_colour(size):
    rng = np.random.default_rng(0)
    made = rng.uniform(-1, 1, (25, size, size, 3)).astype(np.float32)
    grid = Image.open(io.BytesIO(lab_pictures.digits_png(made, np.linspace(0, 1, 25))))
    assert grid.mode == "RGB"
    assert 300 <= grid.width <= 420
    slope = np.zeros((size, size, 3))
    slope[: size // 2] = 1
    drawn = np.asarray(Image.open(io.BytesIO(lab_pictures.slope_png(np.zeros((size, size, 3)), slope))))
    assert (drawn[0, 0] != drawn[-1, 0]).any()


def test_the_lab_and_the_explorer_open_for_colour(trained):
    lab = LiveLab(trained, COLOURED, batch_size=8)
    lab.close()
    assert Image.open(io.BytesIO(lab._pngs["made"])).mode == "RGB"
    explorer = LatentExplorer(trained, COLOURED)
    explorer.set("slope", True)
    assert "training pictures" in explorer._near.value


def test_the_explorer_walks_between_any_classes():
    gan = ConditionalGAN(latent_dim=4, image_shape=(16, 16, 3), classes=12)
    explorer = LatentExplorer(gan, SET)
    explorer.set("to", "11")
    assert explorer.latent([0.5])[1].shape == (1, 12)


def test_the_judge_of_digits_is_not_asked_about_other_pictures(eager, tmp_path):
    from ganlib.judge import KeepBest
    from ganlib.sweep.scores import leave

    gan = families.coloured(ema_decay=0.9)
    with pytest.raises(ValueError, match=r"knows grey pictures of 28 by 28 pixels, not \(16, 16, 3\)"):
        gan.train(data=COLOURED, callbacks=[KeepBest(2)], **FEW)
    gan.train(data=COLOURED, run=tmp_path / "run", **FEW)
    scores = leave(tmp_path, gan)
    assert scores["mnist_fd"] is None
    assert scores["spread"] > 0
    assert _picture(tmp_path / "samples.png").shape == (88, 88, 3)


# What is taken away


@pytest.mark.parametrize(("write", "ending"), [("to_onnx", "onnx"), ("to_dl4j", "h5"), ("to_keras", "keras")])
def test_a_generator_of_colour_is_exported_and_read_back(trained, tmp_path, write, ending):
    path = getattr(export, write)(trained, tmp_path / f"leaves.{ending}")
    assert "differs from Keras by" in (tmp_path / f"{path.name}.card.md").read_text()


def test_the_page_gets_three_channels_and_the_weights(trained, tmp_path):
    path = export.to_web(trained, tmp_path / "leaves.html")
    latent = trained.latent_vectors(5)
    made, _ = read_page(pick(trained), path, [latent])
    np.testing.assert_allclose(made, trained.pictures_of(latent), atol=1e-4)
    assert '"shape": [16, 16, 3]' in path.read_text(encoding="utf-8")


def test_a_conditional_generator_of_other_classes_is_exported(tmp_path):
    gan = ConditionalGAN(latent_dim=4, image_shape=(8, 8, 3), classes=12)
    for write, ending in ((export.to_onnx, "onnx"), (export.to_web, "html")):
        write(gan, tmp_path / f"letters.{ending}")
    assert '"digits": 12' in (tmp_path / "letters.html").read_text(encoding="utf-8")
