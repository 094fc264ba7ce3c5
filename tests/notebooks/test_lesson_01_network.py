"""The network of lesson 01: logistic regression, with as few errors on real e-mails as scikit-learn's."""

import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ganlib import load_spambase
from ganlib._tensorflow import keras

LESSON = Path(__file__).parents[2] / "notebooks" / "01_discriminative_vs_generative.ipynb"


@pytest.fixture
def network():
    """The network that the lesson builds."""
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]}
    taught = {"keras": keras}
    exec(cells["taught-network"], taught)
    return taught["network"]


def test_its_answer_is_a_weighted_sum_of_the_features(network):
    kernel, bias = network.get_weights()
    x = np.random.default_rng(0).random((5, 54), np.float32)
    np.testing.assert_allclose(network(x), x @ kernel + bias, rtol=1e-5, atol=1e-6)


def test_it_errs_as_rarely_as_scikit_learns_on_the_same_emails(network):
    mail = load_spambase()
    order = np.random.default_rng(0).permutation(len(mail.is_spam))
    x, y = (mail.features[:, :54] > 0).astype("float32"), mail.is_spam.astype("int64")
    test, train = order[: len(x) // 3], order[len(x) // 3 :]
    network.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True))
    network.fit(x[train], y[train], batch_size=64, epochs=30, verbose=0)
    error = np.mean((network.predict(x[test], verbose=0)[:, 0] > 0) != y[test])
    reference = 1 - LogisticRegression(max_iter=1000).fit(x[train], y[train]).score(x[test], y[test])
    assert error == pytest.approx(reference, abs=0.01)
    assert error < 0.09
