"""What a lesson teaches is what the kit does: the taught cells of a notebook run side by side with the module."""

from pathlib import Path

import nbformat
import numpy as np
import pytest
from helpers import style

from ganlib import GAN, builders, load_mnist
from ganlib._tensorflow import keras, tf
from ganlib.data import toy_points
from ganlib.models.flow import PlaneFlow, flow_step
from ganlib.models.gan_step import LATENT, LATENT_OF_G
from ganlib.models.pictures import to_unit_range
from ganlib.training import play
from ganlib.training.block import Draws

LESSONS = Path(__file__).resolve().parents[2] / "notebooks"
BATCH = 32
RATE = 2e-4


def run_taught_cells(name, **names):
    """Run the cells with the tag taught of a lesson; return the names that they define."""
    lesson = nbformat.read(LESSONS / name, nbformat.NO_CONVERT)
    found = style.tagged(lesson, "taught")
    assert found, f"{name} has no cell with the tag taught"
    for cell in found:
        exec(compile(cell.source, f"{name}:{cell.id}", "exec"), names)
    return names


@pytest.fixture(scope="module")
def taught():
    return run_taught_cells("06_keras_gan.ipynb", keras=keras, layers=keras.layers, np=np, tf=tf)


@pytest.mark.parametrize("name", ["build_generator", "build_discriminator"])
def test_lesson_06_builds_the_very_network_of_the_kit(taught, name):
    ours, kits = taught[name](seed=4), getattr(builders, name)(seed=4)
    assert [_settings(layer) for layer in ours.layers] == [_settings(layer) for layer in kits.layers]
    assert ours.count_params() == kits.count_params()
    for our, kit in zip(ours.get_weights(), kits.get_weights(), strict=True):
        np.testing.assert_array_equal(our, kit)


def _settings(layer):
    """Return what a layer is, without the name that Keras counts up."""
    unimportant = {"name", "kernel_initializer"}  # the weights themselves are compared
    return type(layer).__name__, {k: v for k, v in layer.get_config().items() if k not in unimportant}


def test_lesson_06_makes_the_very_steps_of_the_kit(taught):
    gan = GAN(seed=5)
    generator, discriminator = taught["build_generator"](), taught["build_discriminator"]()
    generator.set_weights(gan.generator.get_weights())
    discriminator.set_weights(gan.discriminator.get_weights())
    g_optimizer, d_optimizer = (keras.optimizers.Adam(RATE, beta_1=0.5) for _ in range(2))
    images = (tf.constant(load_mnist("train", limit=100)[0]),)
    for step in range(3):
        draws = Draws(images, gan.seed, tf.constant(step, tf.int64))
        real = to_unit_range(draws.examples(BATCH // 2))
        latent = draws.normal([BATCH // 2, 100], LATENT)
        latent_of_g = draws.normal([BATCH, 100], LATENT_OF_G)
        d_loss, g_loss = taught["train_step"](
            generator, discriminator, g_optimizer, d_optimizer, real, latent, latent_of_g
        )
        measured = play(list(gan.players().values()), draws, BATCH, [1, 1])
        assert float(d_loss) == pytest.approx(float(measured["d_loss"]), abs=1e-5)
        assert float(g_loss) == pytest.approx(float(measured["g_loss"]), abs=1e-5)
    for ours, kits in ((generator, gan.generator), (discriminator, gan.discriminator)):
        for our, kit in zip(ours.get_weights(), kits.get_weights(), strict=True):
            np.testing.assert_allclose(our, kit, rtol=0, atol=RATE / 10)  # Adam magnifies what rounding does to 0


def test_lesson_06_moves_one_network_in_each_half_of_a_step(taught):
    networks = {"generator": taught["build_generator"](seed=0), "discriminator": taught["build_discriminator"](seed=1)}
    rng = np.random.default_rng(0)
    real, latent = rng.uniform(-1, 1, (8, 28, 28, 1)).astype("float32"), rng.standard_normal((8, 100), "float32")
    halves = {
        "discriminator": lambda: taught["discriminator_step"](**networks, optimizer=_adam(), real=real, latent=latent),
        "generator": lambda: taught["generator_step"](**networks, optimizer=_adam(), latent=latent),
    }
    for player, half in halves.items():
        before = {name: [w.numpy() for w in network.trainable_variables] for name, network in networks.items()}
        half()
        for name, network in networks.items():
            pairs = zip(before[name], network.trainable_variables, strict=True)
            moved = max(np.abs(new.numpy() - old).max() for old, new in pairs)
            assert (moved > 0) == (name == player), f"the {player}'s half moved the {name} by {moved}"


def _adam():
    return keras.optimizers.Adam(RATE, beta_1=0.5)


@pytest.fixture(scope="module")
def taught_flow():
    return run_taught_cells("14_after_the_gan.ipynb", keras=keras, np=np, tf=tf)


def test_lesson_14_makes_the_very_step_of_the_kit(taught_flow, monkeypatch):
    data = tf.constant(toy_points("ring", 64))
    noise, time = tf.random.normal([64, 2], seed=1), tf.random.uniform([64, 1], seed=2)
    monkeypatch.setattr(tf.random, "normal", lambda shape: tf.ensure_shape(noise, shape))
    monkeypatch.setattr(tf.random, "uniform", lambda shape: tf.ensure_shape(time, shape))
    kits = PlaneFlow(seed=3, optimizer=keras.optimizers.Adam(1e-3), ema_decay=None)
    ours, optimizer = builders.build_plane_velocity(seed=3), keras.optimizers.Adam(1e-3)
    for _ in range(3):
        loss = taught_flow["flow_step"](ours, optimizer, data)
        assert float(loss) == pytest.approx(float(flow_step(kits, data, noise, time, [])["loss"]), rel=1e-5)
    for our, kit in zip(ours.get_weights(), kits.velocity.get_weights(), strict=True):
        np.testing.assert_allclose(our, kit, rtol=0, atol=1e-4)


def test_lesson_14_follows_the_way_that_the_kit_follows(taught_flow):
    flow = PlaneFlow(seed=3, ema_decay=None)
    noise = flow.noise(7)
    ours, kits = taught_flow["follow"](flow.velocity, noise, 5), flow.ways(noise, evaluations=5, method="euler")
    np.testing.assert_allclose(ours, kits, atol=1e-5)
