"""What users of Keras expect of a Keras model: it works, or one sentence says what does."""

import numpy as np
import pytest
from helpers import tiny
from helpers.checks import arrays_of, same
from helpers.families import FAMILIES, as_functional, build, gan_of
from helpers.tiny import train

from ganlib import GAN
from ganlib._tensorflow import keras, tf
from ganlib.training import RunFolder

PICTURES = tiny.DATA


@pytest.fixture(autouse=True)
def _graph(graph):
    """Train as a plain graph; a test that asks for `eager` makes its few steps without any."""


@pytest.fixture
def gan():
    return tiny.build_gan()


# --- compile ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "options", [{"loss": "mse"}, {"metrics": ["accuracy"]}, {"loss_fn": print}, {"optimizer": "adam"}, {"nonsense": 1}]
)
def test_an_option_of_compile_that_means_nothing_here_is_refused(gan, options):
    with pytest.raises(ValueError, match=next(iter(options)) if "optimizer" not in options else "two optimizers"):
        gan.compile(**options)


def test_an_optimizer_can_be_named(gan):
    gan.compile("sgd", "rmsprop", run_eagerly=False)
    assert isinstance(gan.g_optimizer, keras.optimizers.SGD)
    with pytest.raises(ValueError, match="g_optimizer must be an optimizer of Keras, or the name of one, not 'adamm'"):
        gan.compile("adamm")


def test_an_optimizer_of_another_model_is_refused(gan):
    with pytest.raises(ValueError, match="has been used for other weights"):
        GAN(**tiny.build_networks(1), g_optimizer=gan.g_optimizer)


# --- fit and evaluate -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_is_fitted_and_evaluated_with_validation(family, request):
    if family != "conditional":  # one whose functions Keras traces, with labels
        request.getfixturevalue("eager")
    model, data = build(family), FAMILIES[family][1]
    x, y = [part[:20] for part in data] if isinstance(data, tuple) else (data[:20], None)
    fitted = model.fit(x, y, batch_size=10, epochs=2, verbose=0, validation_split=0.5)
    names = [name for name in model.metric_names if name not in model.sparse_metrics]
    assert set(fitted.history) == {*names, *(f"val_{name}" for name in names)}
    before = [weight.numpy() for weight in model.variables]
    measured, again = (model.evaluate(x, y, batch_size=7, verbose=0, return_dict=True) for _ in range(2))
    assert set(measured) == set(names)
    none = {"d_real", "d_fake"} if getattr(model, "is_critic", False) else set()  # a critic gives no probabilities
    assert {name for name, value in measured.items() if not np.isfinite(value)} == none
    assert all(measured[name] == again[name] for name in set(names) - none)
    assert all((a == b.numpy()).all() for a, b in zip(before, model.variables, strict=True)), "nobody learns"


def test_evaluate_gives_the_mean_over_all_pictures(gan):
    whole = gan.evaluate(PICTURES, batch_size=60, verbose=0, return_dict=True)
    parts = gan.evaluate(PICTURES, batch_size=16, verbose=0, return_dict=True)
    assert whole["d_real"] == pytest.approx(parts["d_real"], rel=1e-5)
    assert whole["d_real"] == pytest.approx(gan.probability_real(PICTURES).mean(), rel=1e-5)


def test_a_data_set_is_fitted_and_one_of_other_pictures_refused(gan):
    gan.fit(tf.data.Dataset.from_tensor_slices(PICTURES).batch(8), verbose=0)
    assert gan.step == 8
    for wrong in (tiny.pictures(20, 10), PICTURES.astype(np.float32)):
        with pytest.raises(ValueError, match=r"The pictures are|range|-1"):
            gan.fit(tf.data.Dataset.from_tensor_slices(wrong).batch(8), verbose=0)
        with pytest.raises(ValueError, match=r"The pictures are|range|-1"):
            gan.fit(wrong, verbose=0)
    assert gan.step == 8


def test_labels_beside_the_pictures_are_left_aside(gan, eager):
    first = gan.state()
    train(gan, 1, data=(PICTURES, np.zeros(len(PICTURES), int)))
    learned = arrays_of(gan)
    train(tiny.as_made(gan, *first), 1)
    assert same(arrays_of(gan), learned)


def test_callbacks_of_epochs_work_in_fit(gan, eager, tmp_path):
    callbacks = [
        keras.callbacks.ModelCheckpoint(tmp_path / "best.keras", monitor="g_loss", mode="min"),
        keras.callbacks.EarlyStopping(monitor="d_loss", mode="min", min_delta=1e9, patience=1),
    ]
    gan.fit(PICTURES, batch_size=20, epochs=9, verbose=0, callbacks=callbacks)
    assert gan.step == 6, "stopped after the second epoch"
    assert keras.saving.load_model(tmp_path / "best.keras").step == 6


@pytest.mark.parametrize(
    "scheduler",
    [
        lambda: keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate / 2),
        lambda: keras.callbacks.ReduceLROnPlateau(monitor="d_loss", factor=0.5, patience=0, min_delta=1e9, mode="min"),
    ],
)
def test_what_schedules_a_rate_schedules_both(gan, eager, scheduler):
    gan.d_learning_rate = 4e-4
    gan.fit(PICTURES, batch_size=20, epochs=2, verbose=0, callbacks=[scheduler()])
    assert gan.g_learning_rate < 2e-4
    assert gan.d_learning_rate == pytest.approx(2 * gan.g_learning_rate, rel=1e-5)


def test_fit_is_refused_while_the_model_is_being_trained(gan, eager):
    class Fit(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            with pytest.raises(RuntimeError, match="is being trained already"):
                gan.fit(PICTURES, verbose=0)

    train(gan, 2, callbacks=[Fit()])
    assert gan.step == 2


def test_a_run_says_that_fit_made_steps_that_cannot_be_replayed(gan, eager, tmp_path):
    train(gan, 1, run=tmp_path / "run")
    gan.fit(PICTURES, batch_size=20, verbose=0)
    train(gan, 1)
    folder = RunFolder.open(tmp_path / "run")
    with pytest.warns(UserWarning, match=r"the steps 2 to 4 were made by fit\(\)"):
        folder.schedule()
    assert same(arrays_of(GAN.resume(tmp_path / "run")), arrays_of(gan))


# --- arguments --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("use", "words"),
    [
        (lambda: GAN(recipe="swift"), r"from_recipe\(name\)"),
        (lambda: GAN(recipe={"about": 1}), "recipe must be a Recipe"),
        (lambda: train(tiny.build_gan(), 1, run=5), "must be the name of a file"),
        (lambda: build("autoencoder").__class__(seed=None), "seed must be a whole number"),
        (lambda: build("vae").__class__(seed=1.5), "seed must be a whole number"),
        (lambda: tiny.build_gan().generate(2, seed=1.5), "seed must be a whole number"),
        (lambda: build("vae").generate(2, seed=-1), "seed must be a whole number"),
        (lambda: build("plane").generate(2, seed="x"), "seed must be a whole number"),
    ],
)
def test_a_slip_is_one_sentence(use, words):
    with pytest.raises(ValueError, match=words):
        use()


def test_functional_networks_are_as_good(eager, tmp_path):
    gan = gan_of(as_functional)
    gan.fit(PICTURES, batch_size=20, verbose=0)
    gan.save(tmp_path / "gan.keras")
    assert keras.saving.load_model(tmp_path / "gan.keras").step == 3
