"""Promises of the fast logistic regression: it finds the one best answer, also where a line parts the classes."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression

from ganlib import load_spambase
from ganlib.models.logistic import fit_logistic

MAIL = load_spambase()
WORDS, LABELS = (MAIL.features[:, :54] > 0).astype("float64"), MAIL.is_spam.astype("int64")
ORDER = np.random.default_rng(0).permutation(len(LABELS))


@pytest.mark.parametrize("n", [40, 1000])
@pytest.mark.parametrize("penalty", [0.1, 1.0, 30.0])
def test_it_finds_the_weights_that_scikit_learn_finds(n, penalty):
    rows = ORDER[:n]
    weights, bias = fit_logistic(WORDS[rows], LABELS[rows], penalty)
    reference = LogisticRegression(C=1 / penalty, solver="newton-cholesky", tol=1e-9).fit(WORDS[rows], LABELS[rows])
    np.testing.assert_allclose(weights, reference.coef_[0], atol=1e-4)
    assert bias == pytest.approx(reference.intercept_[0], abs=1e-4)


@pytest.mark.parametrize("n", [10, 64, 65, 300])
@pytest.mark.parametrize("features", [5, 54, 300])
def test_nothing_pulls_at_the_weights_that_it_finds(n, features):
    rng = np.random.default_rng(n)
    x = np.column_stack([WORDS[ORDER[:n]], rng.random((n, 250))])[:, :features]
    y = LABELS[ORDER[:n]]
    weights, bias = fit_logistic(x, y, penalty=0.01)
    wrong = 1 / (1 + np.exp(-(x @ weights + bias))) - y
    np.testing.assert_allclose(x.T @ wrong + 0.01 * weights, 0, atol=1e-6)
    assert wrong.sum() == pytest.approx(0, abs=1e-6)


def test_classes_that_a_line_can_part_are_parted_with_next_to_no_penalty():
    x = np.array([[0.0], [1.0], [2.0], [3.0]])
    weights, bias = fit_logistic(x, [0, 0, 1, 1], penalty=1e-6)
    assert -bias / weights[0] == pytest.approx(1.5, abs=0.01)
    assert np.isfinite(weights).all()


@pytest.mark.parametrize(
    ("x", "y", "penalty", "sentence"),
    [
        (np.ones((3, 2)), [1, 1, 1], 1, "Class 0 has no examples, so there is no boundary to learn"),
        (np.ones((3, 2)), [0, 0, 0], 1, "Class 1 has no examples"),
        (np.ones((3, 2)), [0, 1, 2], 1, "labels must be 0 or 1, but one is 2"),
        (np.ones((3, 2)), [0, 1], 1, r"not \(3, 2\) and \(2,\)"),
        (np.ones(3), [0, 1, 1], 1, r"features must have the shape \(n, features\)"),
        (np.full((2, 2), np.nan), [0, 1], 1, "features hold NaN or infinity"),
        (np.ones((3, 2)), [0, 1, 1], 0, "penalty must be a number above 0, not 0"),
    ],
)
def test_nonsense_is_refused(x, y, penalty, sentence):
    with pytest.raises(ValueError, match=sentence):
        fit_logistic(x, y, penalty)
