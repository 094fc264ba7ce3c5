"""The variational autoencoder: its bound is right, it learns, can be steered and resumed, and refuses what is wrong."""

import json
from pathlib import Path

import numpy as np
import pytest

from ganlib import builders, load_mnist
from ganlib._tensorflow import keras, tf
from ganlib.models.variational import (
    VariationalAutoencoder,
    binarise,
    kl_from_standard_normal,
    log_probability,
)
from ganlib.training import GivenExamples, Schedule

DIGITS, _ = load_mnist("train", limit=3000)
BINARY = binarise(load_mnist("test", limit=500)[0])
NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "04_variational_autoencoders.ipynb"


def small(**options):
    return VariationalAutoencoder(**{"code": 3, "hidden": (16,), **options})


def train(model, steps, **options):
    return model.train(steps, 32, data=DIGITS, verbose=0, **options)


@pytest.fixture(scope="module")
def trained():
    model = VariationalAutoencoder(8, hidden=(128,))
    model.history_of_test = model.train(500, 64, data=DIGITS, verbose=0)
    return model


def logistic(logits):
    return 1 / (1 + np.exp(-logits.astype(np.float64)))


# --- formulas ---------------------------------------------------------------------------------------------------------


def test_the_kl_formula_agrees_with_an_average_over_draws():
    rng = np.random.default_rng(0)
    mean, log_variance = rng.normal(size=(1, 4)), rng.normal(size=(1, 4)) - 1
    deviation = np.exp(log_variance / 2)
    codes = mean + deviation * rng.standard_normal((400_000, 4))
    log_q = -(((codes - mean) / deviation) ** 2) / 2 - np.log(deviation)
    difference = (log_q + codes**2 / 2).sum(axis=1)
    formula = kl_from_standard_normal(tf.constant(mean), tf.constant(log_variance)).numpy()[0]
    assert formula == pytest.approx(difference.mean(), abs=5 * difference.std() / np.sqrt(len(difference)))


def test_a_code_that_says_nothing_costs_nothing():
    assert kl_from_standard_normal(tf.zeros([2, 5]), tf.zeros([2, 5])).numpy().tolist() == [0, 0]


def test_the_log_probability_is_the_sum_over_pixels_of_the_log_of_each_coin():
    rng = np.random.default_rng(0)
    logits, white = rng.normal(size=(3, 28, 28, 1)), BINARY[:3] > 0
    expected = np.log(np.where(white, logistic(logits), 1 - logistic(logits))).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(
        log_probability(tf.constant(BINARY[:3]), tf.constant(logits, tf.float32)), expected, 1e-5
    )


def test_the_bound_is_reconstruction_minus_kl():
    model = small()
    terms = model.terms(BINARY, samples=2)
    mean, deviation = model.distribution(BINARY)
    kl = (deviation**2 + mean**2 - 1 - np.log(deviation**2)).sum(axis=1) / 2
    np.testing.assert_allclose(terms.kl, kl, rtol=1e-4, atol=1e-4)
    assert model.elbo(BINARY, samples=2) == pytest.approx((terms.reconstruction - terms.kl).mean())


def test_the_importance_weighted_bound_with_one_sample_is_about_the_bound_and_rises_with_more(trained):
    single, many = (trained.log_likelihood(BINARY, samples) for samples in (1, 20))
    assert single == pytest.approx(trained.elbo(BINARY), abs=1)
    assert many > single + 1


def test_the_bound_stays_below_the_exact_log_likelihood_where_that_can_be_computed():
    model = VariationalAutoencoder(1, hidden=(32,))
    model.train(150, 64, data=DIGITS, verbose=0)
    grid = np.linspace(-20, 20, 4001, dtype=np.float32)
    logits = model.decoder.predict(grid[:, np.newaxis], verbose=0)
    log_prior = -(grid**2) / 2 - np.log(2 * np.pi) / 2
    exact = []
    for picture in BINARY[:20]:
        log_joint = (
            log_probability(tf.constant(np.repeat(picture[np.newaxis], len(grid), 0)), logits).numpy() + log_prior
        )
        exact.append(np.logaddexp.reduce(log_joint.astype(np.float64)) + np.log(0.01))
    assert model.elbo(BINARY[:20], samples=500) < np.mean(exact)
    assert model.log_likelihood(BINARY[:20], samples=1000) == pytest.approx(np.mean(exact), abs=0.3)


def test_the_estimate_repeats_itself_with_the_same_seed_and_changes_with_another():
    model = small()
    assert model.elbo(BINARY, seed=1) == model.elbo(BINARY, seed=1) != model.elbo(BINARY, seed=2)


def test_beta_weighs_the_kl_in_what_is_learned_but_not_in_the_column():
    results = {}
    for beta in (0.0, 1.0, 50.0):
        model = small(beta=beta)
        draws = GivenExamples((tf.constant(DIGITS[:32]),), 0, tf.constant(0, tf.int64))
        measured = model.coder_step(draws, 32)
        results[beta] = [measured[name].numpy() for name in model.metric_names], model.encoder.get_weights()[0]
    np.testing.assert_array_equal(results[0.0][0], results[50.0][0])
    assert np.abs(results[0.0][1] - results[50.0][1]).max() > 0
    elbo, reconstruction, kl = results[1.0][0]
    assert elbo == pytest.approx(reconstruction - kl, rel=1e-5)


def test_the_bound_written_out_in_lesson_04_is_that_of_the_module():
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]}
    page = {"tf": tf}
    exec(cells["taught-bound"], page)
    model, noise = small(), np.random.default_rng(0).standard_normal((500, 3)).astype(np.float32)
    reconstruction, kl = page["bound_terms"](model.encoder, model.decoder, tf.constant(BINARY), noise)
    mean, log_variance = model.encoder(BINARY)
    logits = model.decoder(mean + tf.exp(log_variance / 2) * noise)
    assert float(reconstruction) == pytest.approx(float(tf.reduce_mean(log_probability(BINARY, logits))), rel=1e-5)
    assert float(kl) == pytest.approx(model.terms(BINARY).kl.mean(), rel=1e-4)


# --- black and white --------------------------------------------------------------------------------------------------


def test_binarising_makes_pixels_white_as_often_as_their_grey_value_says():
    grey = np.full((40, 28, 28, 1), 64, np.uint8)
    assert (binarise(grey) > 0).mean() == pytest.approx(64 / 255, abs=0.01)
    assert set(np.unique(binarise(DIGITS[:100]))) == {-1, 1}


def test_black_stays_black_and_white_stays_white():
    assert (binarise(np.zeros((5, 28, 28), np.uint8)) == -1).all()
    assert (binarise(np.full((5, 28, 28), 255, np.uint8)) == 1).all()


def test_the_same_seed_gives_the_same_black_and_white_pictures():
    np.testing.assert_array_equal(binarise(DIGITS[:20], 4), binarise(DIGITS[:20], 4))
    assert (binarise(DIGITS[:20], 4) != binarise(DIGITS[:20], 5)).any()


# --- what it learns ---------------------------------------------------------------------------------------------------


def test_the_bound_rises_far_above_tossing_a_coin_for_every_pixel(trained):
    elbo = trained.history_of_test["elbo"]
    assert elbo[0] < -400
    assert elbo[-20:].mean() > -170
    assert trained.elbo(BINARY) > -170


def test_the_code_comes_to_say_something(trained):
    assert trained.history_of_test["kl"][-20:].mean() > 8


def test_new_pictures_are_many_and_lie_between_black_and_white(trained):
    pictures = trained.generate(50, seed=3)
    assert pictures.shape == (50, 28, 28, 1)
    assert pictures.dtype == np.float32
    assert np.abs(pictures).max() <= 1
    assert pictures.std(axis=0).mean() > 0.1
    np.testing.assert_array_equal(pictures, trained.generate(50, seed=3))
    assert np.abs(pictures - trained.generate(50, seed=4)).max() > 0.5


def test_rebuilt_digits_are_closer_to_their_own_original_than_to_another(trained):
    test = load_mnist("test", limit=200, scaled=True)[0]
    rebuilt = trained.reconstruct(test)
    assert np.square(rebuilt - test).mean() < 0.5 * np.square(rebuilt - test[::-1]).mean()


def test_the_grey_of_a_decoded_pixel_is_the_probability_of_white():
    model, codes = small(), np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
    probability = logistic(model.decoder.predict(codes, verbose=0))
    np.testing.assert_allclose((model.decode(codes) + 1) / 2, probability, atol=1e-5)


def test_encoding_gives_the_mean_of_the_distribution():
    model = small()
    mean, deviation = model.distribution(DIGITS[:30])
    np.testing.assert_array_equal(model.encode(DIGITS[:30]), mean)
    assert (deviation > 0).all()


# --- the engine -------------------------------------------------------------------------------------------------------


def test_beta_set_by_a_schedule_changes_the_price_of_the_code():
    model = small()
    history = train(model, 300, schedule=Schedule([(0, "beta", 0.1), (200, "beta", 20.0)]))
    assert model.beta == 20
    assert history["kl"][-20:].mean() < 0.5 * history["kl"][180:200].mean()


def test_a_resumed_run_ends_in_the_same_weights_as_an_unbroken_one(tmp_path):
    whole = small()
    train(whole, 24, schedule=Schedule([(6, "beta", 3.0)]))
    train(small(), 12, run=tmp_path / "run", schedule=Schedule([(6, "beta", 3.0)]))
    resumed = VariationalAutoencoder.resume(tmp_path / "run")
    assert (resumed.step, resumed.beta) == (12, 3.0)
    train(resumed, 12)
    for name, array in whole.state()[0].items():
        np.testing.assert_array_equal(array, resumed.state()[0][name], err_msg=name)


def test_the_samples_of_a_run_are_the_same_codes_every_time():
    model = small()
    train(model, 20, sample_interval=10)
    assert list(model.samples) == [0, 10, 20]
    assert model.samples[0].shape == (25, 28, 28, 1)


def test_fit_trains_it_as_well():
    model = small()
    history = model.fit(DIGITS, batch_size=50, epochs=2, verbose=0).history
    assert history["elbo"][-1] > history["elbo"][0]


def test_a_saved_model_draws_the_same_pictures(tmp_path):
    model = small(beta=2.0)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(loaded.generate(5), model.generate(5))
    assert loaded.beta == 2


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"code": 0}, r"^The bottleneck \(code\) must be a whole number above 0, not 0\.$"),
        ({"hidden": (16, 0)}, r"^The number of hidden units must be a whole number above 0, not 0\.$"),
        ({"beta": -1}, r"^beta must be a number from 0 to 1000, not -1\.$"),
        ({"beta": float("inf")}, r"^beta must be a number from 0 to 1000, not inf\.$"),
        ({"encoder": builders.build_variational_encoder(4, (8,))}, r"^The encoder gives codes .* one length\.$"),
        ({"encoder": builders.build_encoder(3, (8,))}, r"^The encoder must give two outputs, .*\.$"),
        ({"encoder": builders.build_variational_encoder(3, (8,)), "hidden": 8}, r"^hidden must list the sizes .*\.$"),
    ],
)
def test_what_does_not_fit_is_refused_in_one_sentence(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        small(**options)


@pytest.mark.parametrize("seed", [1.5, None, "x", -1])
def test_what_is_no_seed_draws_no_codes(seed):
    for measure in (small().elbo, small().log_likelihood, small().terms):
        with pytest.raises(ValueError, match=r"^seed must be a whole number of at least 0"):
            measure(BINARY[:2], seed=seed)


def test_a_beta_below_0_is_refused_while_it_lives():
    model = small()
    with pytest.raises(ValueError, match=r"^beta must be a number from 0 to 1000, not -0\.5\.$"):
        model.beta = -0.5
    assert model.beta == 1


def test_grey_pictures_have_no_bound():
    for measure in (small().elbo, small().log_likelihood, small().terms):
        with pytest.raises(ValueError, match=r"^The bound holds for pictures of black and white pixels: .*\.$"):
            measure(DIGITS[:10])


@pytest.mark.parametrize("samples", [0, -1, 1.5])
def test_less_than_one_sample_is_refused(samples):
    for measure in (small().elbo, small().log_likelihood):
        with pytest.raises(ValueError, match=r"^samples must be a whole number of at least 1"):
            measure(BINARY[:10], samples)


def test_wrong_pictures_are_refused_before_any_training():
    model = small()
    with pytest.raises(ValueError, match=r"^The pictures are 32 by 32 by 1, but the networks take 28 by 28 by 1"):
        model.train(5, 4, data=np.zeros((9, 32, 32, 1), np.uint8), verbose=0)
    assert model.step == 0
