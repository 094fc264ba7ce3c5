"""The GAN in the plane: what it takes, that it learns, and that all that can be seen of it is true."""

import shutil
from functools import partial
from pathlib import Path

import nbformat
import numpy as np
import pytest

from ganlib import data
from ganlib._tensorflow import keras, tf
from ganlib.builders import build_plane_discriminator, build_plane_generator
from ganlib.judge.clouds import energy_distance
from ganlib.models.plane import PlaneGAN
from ganlib.training import Schedule

LESSON = Path(__file__).parents[2] / "notebooks" / "05_adversarial_game.ipynb"
RING = data.toy_points("ring", 2000)
FEW = [(0.1 * i, 0.05) for i in range(9)]


@pytest.fixture(scope="module")
def shared():
    """One model for all tests, since compiling it takes longer than all that they train."""
    return PlaneGAN(seed=0)


@pytest.fixture
def gan(shared):
    shared.reset()
    return shared


@pytest.fixture
def small(graph):
    """A smaller one that runs as a plain graph."""
    return PlaneGAN(
        "normal", 1, generator=build_plane_generator(1, (8,), 0), discriminator=build_plane_discriminator((8,), 1)
    )


def weights(gan):
    return np.concatenate([weight.numpy().ravel() for weight in gan.generator.weights + gan.discriminator.weights])


def train(gan, steps, batch_size=128, **options):
    return gan.train(steps, batch_size, verbose=0, **{"data": RING, **options})


# --- what it makes and takes ------------------------------------------------------------------------------------------


def test_it_makes_points_in_the_square_and_the_same_ones_for_the_same_seed(gan):
    points = gan.generate(300, seed=3)
    assert points.shape == (300, 2)
    assert points.dtype == np.float32
    assert np.abs(points).max() <= 1
    np.testing.assert_array_equal(points, gan.generate(300, seed=3))
    assert not np.array_equal(points, gan.generate(300, seed=4))


def test_uniform_noise_fills_the_square_and_normal_noise_does_not_end_there(small):
    uniform, normal = PlaneGAN().latent_vectors(5000), small.latent_vectors(5000)
    assert uniform.shape == (5000, 2)
    assert normal.shape == (5000, 1)
    np.testing.assert_allclose([uniform.min(), uniform.max(), uniform.std()], [-1, 1, 3**-0.5], atol=0.02)
    np.testing.assert_allclose([normal.mean(), normal.std()], [0, 1], atol=0.05)


@pytest.mark.parametrize(
    ("points", "message"),
    [
        (FEW, "At least 10 points are needed"),
        ([(2.0, 0.0), *FEW], "not in the square"),
        ([(np.nan, 0.0), *FEW], "not in the square"),
        (np.zeros((20, 3)), "At least 10 points are needed"),
        ("circle", "must be pairs of numbers"),
    ],
)
def test_bad_points_are_refused_in_one_sentence_before_anything_trains(gan, points, message):
    before = weights(gan)
    with pytest.raises(ValueError, match=message):
        train(gan, 5, 8, data=points)
    np.testing.assert_array_equal(weights(gan), before)


def test_ten_drawn_points_are_enough(small):
    history = train(small, 3, 4, data=[(0.1 * i, 0.5) for i in range(10)])
    assert np.isfinite(history["d_loss"]).all()


@pytest.mark.parametrize(
    ("points", "message"),
    [(np.zeros((3, 3)), r"shape \(n, 2\)"), (np.zeros((0, 2)), "at least 1"), ([(np.nan, 0)], "finite")],
)
def test_what_is_no_point_gets_no_judgement(gan, points, message):
    for look in (gan.probability_real, gan.push):
        with pytest.raises(ValueError, match=message):
            look(points)


def test_wrong_noise_is_refused():
    with pytest.raises(ValueError, match="latent must be one of 'uniform', 'normal'"):
        PlaneGAN("gaussian")
    with pytest.raises(ValueError, match="latent_dim must be a whole number above 0"):
        PlaneGAN(latent_dim=0)
    with pytest.raises(ValueError, match="for 1 or 2 latent numbers, not for 3"):
        PlaneGAN(latent_dim=3).mesh()


# --- learning ---------------------------------------------------------------------------------------------------------


def test_it_learns_the_ring(gan):
    before = energy_distance(gan.generate(500), RING[:500])
    train(gan, 1500)
    assert before > 0.2
    assert energy_distance(gan.generate(500), RING[:500]) < before / 10


def test_a_discriminator_that_learns_alone_comes_near_p_over_p_plus_q():
    stretch = keras.layers.Dense(2, use_bias=False, kernel_initializer=keras.initializers.Identity(0.45))
    gan = PlaneGAN("normal", generator=keras.Sequential([keras.Input((2,)), stretch], name="generator"))
    gan.freeze_g, gan.d_learning_rate = True, 3e-3
    train(gan, 2000, data=data.toy_points("two_blobs", 20_000), schedule=Schedule([(1500, "d_learning_rate", 3e-4)]))
    x, y = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    places = np.stack([x, y], -1).reshape(-1, 2)
    p = data.toy_density("two_blobs", places)
    q = np.exp(-(places**2).sum(axis=1) / (2 * 0.45**2)) / (2 * np.pi * 0.45**2)
    error = np.abs(gan.probability_real(places) - p / (p + q))
    assert np.average(error, weights=p + q) < 0.03
    assert np.average(np.abs(0.5 - p / (p + q)), weights=p + q) > 0.2  # which knowing nothing would cost


def test_five_generator_steps_to_one_discriminator_step_make_it_collapse(gan):
    """Now and then it breaks out for a while, and falls back."""
    gan.g_steps, spreads = 5, []
    for _ in range(5):
        train(gan, 200)
        spreads.append(gan.generate(500).std(axis=0).max())
    assert np.median(spreads) < RING.std(axis=0).min() / 2


# --- beginning again --------------------------------------------------------------------------------------------------


def test_a_reset_model_trains_into_the_same_weights_bit_for_bit(gan):
    gan.d_learning_rate = 3e-3
    train(gan, 50)
    first = weights(gan)
    gan.reset()
    assert gan.step == 0
    assert gan.samples == {}
    assert gan.d_learning_rate == 1e-3
    train(gan, 50, schedule=Schedule([(0, "d_learning_rate", 3e-3)]))
    np.testing.assert_array_equal(weights(gan), first)


def test_a_model_reset_to_another_seed_is_the_model_built_with_it(gan):
    gan.reset(7)
    np.testing.assert_array_equal(weights(gan), weights(PlaneGAN(seed=7)))
    assert gan.seed == 7
    seven = train(gan, 20)["d_loss"]
    gan.reset()
    assert gan.seed == 0
    np.testing.assert_array_equal(weights(gan), weights(PlaneGAN(seed=0)))
    assert not np.array_equal(train(gan, 20)["d_loss"], seven)


def test_a_model_reset_to_another_seed_draws_what_the_average_of_a_new_one_draws():
    gan = PlaneGAN(seed=0, ema_decay=0.9)
    gan.reset(7)
    np.testing.assert_array_equal(gan.generate(9), PlaneGAN(seed=7, ema_decay=0.9).generate(9))


def test_a_model_that_cannot_be_reset_to_another_seed_stays_as_it_is(eager):
    gan = PlaneGAN(discriminator=build_plane_discriminator((8,), 1, spectral=True))
    train(gan, 1)
    before = weights(gan)
    with pytest.raises(ValueError, match="is a SpectralNormalization"):
        gan.reset(7)
    assert (gan.step, gan.seed, list(gan.samples)) == (1, 0, [0])
    np.testing.assert_array_equal(weights(gan), before)


def untraceable(self, *arguments):
    assert tf.executing_eagerly(), "a step was traced again"
    return PlaneGAN.draw_latent(self, *arguments)


def test_training_again_and_other_data_of_the_same_size_need_no_new_compilation(gan):
    train(gan, 1)
    gan.draw_latent = partial(untraceable, gan)
    train(gan, 1)
    train(gan, 1, data=data.toy_points("line", 2000))
    del gan.draw_latent


def test_a_model_that_is_compiled_anew_forgets_what_was_compiled_with_the_old_optimizers(small):
    train(small, 1)
    small.compile(g_optimizer=keras.optimizers.SGD(0.5), d_optimizer=keras.optimizers.SGD(0.0))
    before = weights(small)
    train(small, 1)
    moved = weights(small) != before
    assert moved[: sum(w.numpy().size for w in small.generator.weights)].any()
    assert not moved[sum(w.numpy().size for w in small.generator.weights) :].any()


def test_reset_comes_back_to_the_first_weights_and_the_newest_optimizers(small):
    first = weights(small)
    train(small, 2)
    small.compile(g_optimizer=keras.optimizers.SGD(0.5), d_optimizer=keras.optimizers.SGD(0.25))
    train(small, 2)
    small.reset()
    np.testing.assert_array_equal(weights(small), first)
    assert (small.g_learning_rate, small.d_learning_rate) == (0.5, 0.25)


def test_a_resumed_run_ends_in_the_weights_of_an_unbroken_one(small, tmp_path):
    train(small, 40, 16, run=tmp_path / "run", sample_interval=20)
    assert sorted(file.name for file in (tmp_path / "run" / "samples").iterdir()) == [
        f"step_{step:08d}.png" for step in (0, 20, 40)
    ]
    resumed = PlaneGAN.resume(shutil.copytree(tmp_path / "run", tmp_path / "copy"))
    assert resumed.latent == "normal"
    for each in (small, resumed):
        train(each, 10, 16)
    np.testing.assert_array_equal(weights(resumed), weights(small))


# --- what can be seen -------------------------------------------------------------------------------------------------


def test_the_surface_has_y_in_its_rows_and_x_in_its_columns(gan):
    surface = gan.surface(5)
    assert surface.shape == (5, 5)
    np.testing.assert_allclose(surface[4, 1], gan.probability_real([(-0.5, 1.0)])[0], rtol=1e-5)


def test_the_mesh_is_the_latent_grid_after_the_generator(gan, small):
    mesh = gan.mesh(4)
    assert mesh.shape == (5, 5, 2)
    np.testing.assert_allclose(mesh[4, 1], gan.pictures_of([(1.0, -0.5)])[0], rtol=1e-5)
    assert small.mesh(4).shape == (5, 2)
    np.testing.assert_allclose(small.mesh(4)[3], small.pictures_of([[0.6744898]])[0], rtol=1e-4)


@pytest.mark.parametrize("kind", ["non_saturating", "saturating", "least_squares"])
def test_the_arrows_are_the_slope_of_the_loss_measured_by_small_moves(gan, kind):
    train(gan, 50)
    gan.loss_kind = kind
    points = gan.generate(40)
    losses = {
        "non_saturating": lambda d: -np.log(d),
        "saturating": lambda d: np.log(1 - d),
        "least_squares": lambda d: ((np.log(d / (1 - d)) + 1) / 2 - 1) ** 2 / 2,
    }
    moves = 1e-3 * np.eye(2, dtype=np.float32)
    up, down = (
        np.stack([losses[kind](gan.probability_real(points + sign * move).astype(float)) for move in moves], -1)
        for sign in (1, -1)
    )
    error = np.abs(gan.push(points) - (down - up) / 2e-3)
    assert np.quantile(error, 0.8) < 2e-3  # a few moves cross a kink of a LeakyReLU
    assert np.abs(gan.push(points)).mean() > 0.05


def test_a_small_move_along_the_arrows_makes_fakes_look_more_real(gan):
    train(gan, 100)
    fake = gan.generate(200)
    moved = fake + 0.02 * gan.push(fake)
    assert gan.probability_real(moved).mean() > gan.probability_real(fake).mean()


def test_slow_motion_makes_the_very_step_that_train_makes(gan):
    train(gan, 30)
    start, measured = gan.state(), gan.measured
    shown = gan.slow_step(128, data=RING)
    slow = weights(gan)
    assert gan.step == 31
    assert len(measured["step"]) == 30
    gan.load_state(30, *start)
    train(gan, 1)
    np.testing.assert_allclose(slow, weights(gan), atol=1e-5)
    assert [sub.player for sub in shown] == 5 * ["discriminator"] + 5 * ["generator"]


def test_slow_motion_moves_only_the_discriminator_in_its_half_and_tells_the_losses(gan):
    train(gan, 30)
    shown = gan.slow_step(128, data=RING)
    judged, lost, after = shown[1], shown[2], shown[4]
    assert len(judged.real) == len(judged.fake) == 64
    loss = (lost.real_weight.mean() + lost.fake_weight.mean()) / 2
    assert f"loss is {loss:.4f}" in lost.caption
    np.testing.assert_allclose(shown[3].real_weight, 1 - np.exp(-lost.real_weight), rtol=1e-4)
    assert not np.array_equal(after.surface, judged.surface)
    np.testing.assert_array_equal(shown[6].surface, after.surface)
    np.testing.assert_array_equal(shown[9].surface, after.surface)
    assert len(shown[5].fake) == 128
    assert not np.array_equal(shown[9].fake, shown[8].fake)


def test_a_frozen_network_stands_still_in_slow_motion(gan):
    gan.freeze_d = True
    before = gan.surface()
    gan.slow_step(128, data=RING)
    np.testing.assert_array_equal(gan.surface(), before)


# --- the lesson -------------------------------------------------------------------------------------------------------


def test_the_two_updates_written_out_in_lesson_05_are_those_of_the_module(gan):
    cells = nbformat.read(LESSON, as_version=4).cells
    taught = {"keras": keras, "tf": tf}
    exec(next(cell.source for cell in cells if cell.id == "two-steps"), taught)
    real, latent, _, (latent_of_g, _) = gan._draw_step(tf.constant(RING), 128)
    taught["d_step"](gan.generator, gan.discriminator, gan.d_optimizer, real, latent)
    taught["g_step"](gan.generator, gan.discriminator, gan.g_optimizer, latent_of_g)
    by_hand = weights(gan)
    gan.reset()
    start = weights(gan)
    train(gan, 1)
    np.testing.assert_allclose(by_hand, weights(gan), atol=1e-5)
    assert (by_hand != start).mean() > 0.5
