"""Logistic regression as a network: one layer, and as few errors on real e-mails as scikit-learn's."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ganlib import load_spambase
from ganlib._tensorflow import keras
from ganlib.builders import build_logistic_regression

LESSON = Path(__file__).parents[1] / "notebooks" / "01_discriminative_vs_generative.ipynb"


def test_two_classes_need_one_logit_and_more_classes_one_each():
    assert build_logistic_regression(54).output_shape == (None, 1)
    assert build_logistic_regression(54).count_params() == 55
    assert build_logistic_regression(784, classes=10).output_shape == (None, 10)
    assert build_logistic_regression(784, classes=10).count_params() == 7850


def test_the_answer_is_a_weighted_sum_of_the_features():
    model = build_logistic_regression(3, classes=4, seed=1)
    kernel, bias = model.get_weights()
    x = np.random.default_rng(0).random((5, 3), np.float32)
    np.testing.assert_allclose(model(x), x @ kernel + bias, rtol=1e-5)


def test_a_seed_repeats_the_first_weights():
    first, again, other = (build_logistic_regression(9, seed=seed).get_weights()[0] for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert (first != other).any()


def test_in_keras_it_errs_as_rarely_as_scikit_learns_on_the_same_emails():
    mail = load_spambase()
    order = np.random.default_rng(0).permutation(len(mail.is_spam))
    x, y = (mail.features[:, :54] > 0).astype("float32"), mail.is_spam.astype("int64")
    test, train = order[: len(x) // 3], order[len(x) // 3 :]
    model = build_logistic_regression(54, seed=0)
    model.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True))
    model.fit(x[train], y[train], batch_size=64, epochs=30, verbose=0)
    error = np.mean((model.predict(x[test], verbose=0)[:, 0] > 0) != y[test])
    reference = 1 - LogisticRegression(max_iter=1000).fit(x[train], y[train]).score(x[test], y[test])
    assert error == pytest.approx(reference, abs=0.01)
    assert error < 0.09


def test_the_lesson_builds_the_same_network():
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]}
    taught = {"keras": keras}
    exec(cells["taught-network"], taught)
    ours, theirs = build_logistic_regression(54), taught["network"]
    assert [type(layer) for layer in ours.layers] == [type(layer) for layer in theirs.layers]
    assert [weight.shape for weight in ours.weights] == [weight.shape for weight in theirs.weights]
    theirs.set_weights(ours.get_weights())
    x = np.random.default_rng(0).random((5, 54), np.float32)
    np.testing.assert_array_equal(ours(x), theirs(x))


@pytest.mark.parametrize(("features", "classes"), [(0, 2), (2.5, 2), (5, 1), (5, 0)])
def test_sizes_that_make_no_model_are_refused(features, classes):
    with pytest.raises(ValueError, match="must be"):
        build_logistic_regression(features, classes)
