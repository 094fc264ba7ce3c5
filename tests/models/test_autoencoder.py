"""The autoencoder: it learns to rebuild and to take noise away, can be resumed, and refuses what does not fit."""

import json
from pathlib import Path

import numpy as np
import pytest

from ganlib import builders, load_mnist
from ganlib._tensorflow import keras, tf
from ganlib.models.autoencoder import Autoencoder
from ganlib.training import GivenExamples, Schedule

DIGITS, LABELS = load_mnist("train", limit=2000)
SCALED = load_mnist("train", limit=2000, scaled=True)[0]
NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "02_autoencoders.ipynb"


def small(**options):
    return Autoencoder(**{"code": 3, "hidden": (16,), **options})


def train(model, steps, **options):
    return model.train(steps, 32, data=DIGITS, verbose=0, **options)


@pytest.fixture(scope="module")
def trained():
    """A narrow and a wide autoencoder after a short training."""
    models = {code: Autoencoder(code, hidden=(128,)) for code in (2, 32)}
    for model in models.values():
        model.train(400, 64, data=DIGITS, verbose=0)
    return models


def pca_error(size):
    flat = SCALED.reshape(len(SCALED), -1)
    mean = flat.mean(axis=0)
    directions = np.linalg.svd((flat - mean).T @ (flat - mean))[0][:, :size]
    test = load_mnist("test", limit=1000, scaled=True)[0].reshape(1000, -1)
    return np.square(mean + (test - mean) @ directions @ directions.T - test).mean()


# --- what it learns ---------------------------------------------------------------------------------------------------


def test_the_error_falls_while_it_trains():
    error = train(small(), 200)["error"]
    assert error[-20:].mean() < 0.6 * error[:5].mean()


def test_two_numbers_rebuild_test_digits_better_than_two_principal_components(trained):
    assert trained[2].error(load_mnist("test", limit=1000)[0]) < pca_error(2)


def test_a_wider_bottleneck_loses_less(trained):
    images = load_mnist("test", limit=1000)[0]
    assert trained[32].error(images) < 0.7 * trained[2].error(images)


def test_noise_in_training_makes_it_remove_noise(trained):
    denoiser = Autoencoder(32, hidden=(128,), noise=1.5)
    denoiser.train(400, 64, data=DIGITS, verbose=0)
    clean = load_mnist("test", limit=500, scaled=True)[0]
    noisy = np.clip(clean + np.random.default_rng(0).normal(0, 1.5, clean.shape), -1, 1)
    distances = [np.square(model.reconstruct(noisy) - clean).mean() for model in (trained[32], denoiser)]
    assert distances[1] < 0.9 * distances[0]


# --- formulas ---------------------------------------------------------------------------------------------------------


def test_the_column_is_the_mean_squared_error_a_pixel_of_the_batch():
    model, batch = small(), tf.constant(SCALED[:32])
    expected = np.square(model.reconstruct(SCALED[:32]) - SCALED[:32]).mean()
    draws = GivenExamples((batch,), 0, tf.constant(0, tf.int64))
    assert model.coder_step(draws, 32)["error"].numpy() == pytest.approx(expected, rel=1e-5)


def test_the_error_is_the_mean_squared_difference_from_the_pictures():
    model = small()
    expected = np.square(model.reconstruct(DIGITS) - SCALED).mean()
    assert model.error(DIGITS) == pytest.approx(expected, rel=1e-6)


def test_the_error_with_noise_is_measured_against_the_clean_picture():
    quiet, loud = small(seed=1), small(seed=1, noise=3.0)
    draws = GivenExamples((tf.constant(SCALED[:200]),), 0, tf.constant(0, tf.int64))
    errors = [model.coder_step(draws, 200)["error"].numpy() for model in (quiet, loud)]
    assert errors[0] != errors[1]
    assert abs(errors[0] - errors[1]) < 0.5  # the untrained networks give grey; noise of 3 in the target would add more


def test_reconstructing_is_encoding_and_decoding():
    model = small()
    np.testing.assert_array_equal(model.reconstruct(DIGITS[:9]), model.decode(model.encode(DIGITS[:9])))


def test_codes_and_pictures_have_the_promised_shapes_and_ranges():
    model = small()
    codes, pictures = model.encode(DIGITS[:1005]), model.decode(100 * np.ones((7, 3)))
    assert codes.shape == (1005, 3)
    assert codes.dtype == pictures.dtype == np.float32
    assert pictures.shape == (7, 28, 28, 1)
    assert np.abs(pictures).max() <= 1
    assert model.sample_grid().shape == (25, 28, 28, 1)


def test_bytes_and_scaled_pictures_have_the_same_code():
    model = small()
    np.testing.assert_allclose(model.encode(DIGITS[:9]), model.encode(SCALED[:9]), atol=1e-5)


def test_the_networks_of_lesson_02_are_those_of_the_module():
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]}
    page = {"seed": 0, "np": np, "train": SCALED[:256], "test": SCALED[256:512]}
    exec(cells["taught-networks"], page)
    exec(cells["taught-training"].replace("verbose=2", "verbose=0"), page)
    exec(cells["taught-error"], page)
    model = Autoencoder(32)
    model.encoder.set_weights(page["encoder"].get_weights())
    model.decoder.set_weights(page["decoder"].get_weights())
    np.testing.assert_allclose(model.reconstruct(page["test"]), page["rebuilt"], atol=1e-5)
    assert model.error(page["test"]) == pytest.approx(page["taught_error"], rel=1e-4)
    assert model.learning_rate == pytest.approx(float(page["autoencoder"].optimizer.learning_rate))


# --- the engine -------------------------------------------------------------------------------------------------------


def test_a_resumed_run_ends_in_the_same_weights_as_an_unbroken_one(graph, tmp_path):
    whole = small(noise=0.3)
    train(whole, 24)
    train(small(noise=0.3), 12, run=tmp_path / "run", schedule=Schedule([(6, "noise", 0.3)]))
    resumed = Autoencoder.resume(tmp_path / "run")
    assert resumed.step == 12
    train(resumed, 12)
    assert resumed.noise == 0.3
    for name, array in whole.state()[0].items():
        np.testing.assert_array_equal(array, resumed.state()[0][name], err_msg=name)


def test_noise_and_learning_rate_can_be_changed_while_it_trains(graph):
    model = small()
    train(model, 10, schedule=Schedule([(5, "noise", 1.5), (5, "learning_rate", 0.0)]))
    before = model.encoder.get_weights()
    train(model, 5)
    assert (model.noise, model.learning_rate) == (1.5, 0.0)
    for old, new in zip(before, model.encoder.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)


def test_fit_trains_it_as_well(graph):
    model = small()
    history = model.fit(SCALED, batch_size=50, epochs=3, verbose=0).history
    assert history["error"][-1] < history["error"][0]


def test_a_saved_model_rebuilds_the_same_pictures(tmp_path):
    model = small(noise=0.2)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.reconstruct(DIGITS[:5]), model.reconstruct(DIGITS[:5]))
    assert loaded.noise == 0.2


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"code": 0}, r"^The bottleneck \(code\) must be a whole number above 0, not 0\.$"),
        ({"hidden": (0,)}, r"^The number of hidden units must be a whole number above 0, not 0\.$"),
        ({"hidden": 512}, r"^hidden must list the sizes of the hidden layers, .*\.$"),
        ({"noise": -0.1}, r"^noise must be a number from 0 to 5, not -0\.1\.$"),
        ({"noise": float("nan")}, r"^noise must be a number from 0 to 5, not nan\.$"),
        ({"decoder": builders.build_decoder(4, (8,))}, r"^The encoder gives codes .* both must have one length\.$"),
        (
            {"encoder": keras.Sequential([keras.layers.Dense(3)])},
            r"^The encoder must be a Keras model whose .*\.$",
        ),
        (
            {"encoder": builders.build_variational_encoder(3, (8,))},
            r"^The encoder must give one output, the code: .*\.$",
        ),
        ({"encoder": builders.build_encoder(3, (8,)), "hidden": 8}, r"^hidden must list the sizes .*\.$"),
        ({"encoder": builders.build_decoder(4, (8,))}, r"^The encoder must take .* of one shape .* 28 by 28 by 1\.$"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        small(**options)


@pytest.mark.parametrize("codes", [np.zeros((4, 5)), np.zeros(3), np.zeros((0, 3))])
def test_codes_of_another_length_are_refused(codes):
    with pytest.raises(
        ValueError, match=r"^Codes must (be \(n, 3\)|have the shape \(n, d\)) with n of at least 1, not .*\.$"
    ):
        small().decode(codes)


@pytest.mark.parametrize(
    ("pictures", "sentence"),
    [
        (np.zeros((4, 32, 32, 1), np.uint8), r"^The pictures are 32 by 32 by 1, but the networks take 28 by 28 by 1"),
        (np.full((4, 28, 28, 1), 255.0), r"^Float pictures must lie between -1 and 1, but these run from 255 to 255"),
        (np.zeros((28, 28)), r"^Pictures must have the shape \(n, 28, 28\)"),
    ],
)
def test_wrong_pictures_are_refused_before_any_training(pictures, sentence):
    model = small()
    for use in (model.encode, model.reconstruct, lambda data: model.train(5, 4, data=data, verbose=0)):
        with pytest.raises(ValueError, match=sentence):
            use(pictures)
    assert model.step == 0
