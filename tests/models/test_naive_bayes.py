"""Promises of the generative classifiers: they count rightly, judge by Bayes' rule, write, and refuse nonsense."""

import itertools
import json
from pathlib import Path

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.naive_bayes import BernoulliNB, GaussianNB

from ganlib import load_mnist, load_spambase
from ganlib.models.naive_bayes import BernoulliNaiveBayes, GaussianClasses

LESSON = Path(__file__).parents[2] / "notebooks" / "01_discriminative_vs_generative.ipynb"
BAGS = np.array([[1, 0, 1], [1, 1, 0], [0, 1, 0], [0, 0, 0], [0, 1, 1]])
LABELS = np.array([1, 1, 0, 0, 0])
BOTH = pytest.mark.parametrize("model", [BernoulliNaiveBayes(), GaussianClasses()], ids=["Bernoulli", "Gaussian"])


@pytest.fixture(scope="module")
def emails():
    """Training and test e-mails as the lesson splits them: words in them or not, and the label."""
    mail = load_spambase()
    order = np.random.default_rng(0).permutation(len(mail.is_spam))
    words, labels = (mail.features[:, :54] > 0).astype("float32"), mail.is_spam.astype("int64")
    test, train = order[: len(order) // 3], order[len(order) // 3 :]
    return words[train], labels[train], words[test], labels[test]


@pytest.fixture(scope="module")
def points():
    """Two classes of points in the plane with different, tilted spreads."""
    rng = np.random.default_rng(3)
    first = rng.normal(size=(400, 2)) @ [[1.0, 0.4], [0.0, 0.5]]
    second = rng.normal(size=(200, 2)) @ [[0.5, -0.3], [0.0, 0.8]] + [1.5, 1.0]
    return np.concatenate([first, second]), np.repeat([0, 1], [400, 200])


# Bags of words


def test_the_words_of_a_class_are_counted_with_one_imagined_email_of_either_kind():
    model = BernoulliNaiveBayes().fit(BAGS, LABELS)
    np.testing.assert_allclose(model.word_probability, [[1 / 5, 3 / 5, 2 / 5], [3 / 4, 2 / 4, 2 / 4]])
    np.testing.assert_allclose(model.prior, [3 / 5, 2 / 5])


def test_counts_mean_the_same_as_presence():
    counted = BernoulliNaiveBayes().fit(BAGS * [[7], [1], [2], [1], [3]], LABELS)
    np.testing.assert_array_equal(counted.word_probability, BernoulliNaiveBayes().fit(BAGS, LABELS).word_probability)


def test_the_probabilities_of_all_possible_bags_add_up_to_one():
    every_bag = np.array(list(itertools.product([0, 1], repeat=3)))
    likelihood = BernoulliNaiveBayes().fit(BAGS, LABELS).log_likelihood(every_bag)
    np.testing.assert_allclose(np.exp(likelihood).sum(axis=0), 1)


def test_a_small_smoothing_makes_a_word_of_every_email_nearly_certain_and_no_answer_nan():
    model = BernoulliNaiveBayes(smoothing=1e-20).fit(BAGS[[0, 1, 2, 4]], LABELS[[0, 1, 2, 4]])
    np.testing.assert_array_equal(model.predict(BAGS), LABELS)
    np.testing.assert_allclose(model.posterior(BAGS[:3]), [[0, 1], [0, 1], [1, 0]], atol=1e-9)
    weights, bias = model.evidence()
    assert np.isfinite([*weights, bias]).all()


def test_evidence_is_a_start_and_a_sum_of_words_that_gives_the_posterior():
    model = BernoulliNaiveBayes().fit(BAGS, LABELS)
    every_bag = np.array(list(itertools.product([0, 1], repeat=3)))
    weights, bias = model.evidence()
    np.testing.assert_allclose(1 / (1 + np.exp(-every_bag @ weights - bias)), model.posterior(every_bag)[:, 1])


def test_evidence_is_for_two_classes_that_were_learned():
    with pytest.raises(ValueError, match="has learned nothing yet"):
        BernoulliNaiveBayes().evidence()
    three = BernoulliNaiveBayes(classes=3).fit(BAGS, [0, 1, 2, 0, 1])
    with pytest.raises(ValueError, match="this model has 3 classes"):
        three.evidence()


def test_bayes_rule_by_hand():
    model = BernoulliNaiveBayes().fit(BAGS, LABELS)
    wanted, spam = (1 / 5) * (2 / 5) * (3 / 5) * (3 / 5), (3 / 4) * (2 / 4) * (2 / 4) * (2 / 5)
    np.testing.assert_allclose(model.posterior([[1, 0, 0]])[0], np.array([wanted, spam]) / (wanted + spam))
    assert model.predict([[1, 0, 0]]) == [1]


@pytest.mark.parametrize("smoothing", [0.1, 1.0, 10.0])
def test_it_answers_as_scikit_learn_on_real_emails(emails, smoothing):
    words, labels, new_words, _ = emails
    model = BernoulliNaiveBayes(smoothing=smoothing).fit(words, labels)
    reference = BernoulliNB(alpha=smoothing).fit(words, labels)
    np.testing.assert_allclose(model.posterior(new_words), reference.predict_proba(new_words), atol=1e-9)


def test_the_spam_filter_errs_as_rarely_as_scikit_learns(emails):
    words, labels, new_words, new_labels = emails
    error = np.mean(BernoulliNaiveBayes().fit(words, labels).predict(new_words) != new_labels)
    assert error == pytest.approx(1 - BernoulliNB().fit(words, labels).score(new_words, new_labels), abs=0.01)
    assert error < 0.14


def test_written_bags_hold_each_word_as_often_as_the_class_does(emails):
    words, labels, _, _ = emails
    model = BernoulliNaiveBayes().fit(words, labels)
    for label in (0, 1):
        written = model.sample(label, 20_000, seed=5)
        assert written.shape == (20_000, 54)
        assert set(np.unique(written)) == {0, 1}
        np.testing.assert_allclose(written.mean(axis=0), model.word_probability[label], atol=0.02)


def test_without_a_label_it_writes_from_both_classes_by_their_shares(emails):
    words, labels, _, _ = emails
    model = BernoulliNaiveBayes().fit(words, labels)
    np.testing.assert_allclose(model.sample(None, 20_000).mean(axis=0), model.prior @ model.word_probability, atol=0.02)


def test_the_lesson_teaches_what_the_module_does(emails):
    words, labels, new_words, new_labels = emails
    cells = {cell["id"]: "".join(cell["source"]) for cell in json.loads(LESSON.read_text(encoding="utf-8"))["cells"]}
    taught = {"np": np, "x": np.concatenate([words, new_words]), "y": np.concatenate([labels, new_labels])}
    taught |= {"train": np.arange(len(words)), "test": np.arange(len(words), len(taught["x"]))}
    exec(cells["taught-count"], taught)
    taught["theta"] = theta = taught["count_words"](words, labels, smoothing=2.0)
    for name in ("underflow", "taught-logarithms", "taught-bayes", "taught-write"):
        exec(cells[name], taught)
    model = BernoulliNaiveBayes(smoothing=2.0).fit(words, labels)
    np.testing.assert_allclose(theta, model.word_probability)
    np.testing.assert_allclose(taught["log_likelihood"](new_words, theta), model.log_likelihood(new_words))
    np.testing.assert_allclose(taught["posterior"](new_words, theta, model.prior), model.posterior(new_words))
    np.testing.assert_array_equal(taught["write"](theta, 1, 9, seed=4), model.sample(1, 9, seed=4))


# Gaussians


@pytest.mark.parametrize(
    ("covariance", "reference"),
    [
        ("diagonal", GaussianNB(var_smoothing=0)),
        ("full", QuadraticDiscriminantAnalysis()),
        ("shared", LinearDiscriminantAnalysis(solver="lsqr")),
    ],
)
def test_gaussians_answer_as_scikit_learns_of_the_same_kind(points, covariance, reference):
    examples, labels = points
    model = GaussianClasses(covariance=covariance, shrinkage=0).fit(examples, labels)
    expected = reference.fit(examples, labels).predict_proba(examples)
    np.testing.assert_allclose(model.posterior(examples), expected, atol=0.005)  # QDA divides by n - 1


def test_the_density_of_a_gaussian_adds_up_to_one(points):
    model = GaussianClasses(shrinkage=0.2).fit(*points)
    side = np.linspace(-8, 8, 321)
    grid = np.stack(np.meshgrid(side, side), axis=-1).reshape(-1, 2)
    np.testing.assert_allclose(np.exp(model.log_likelihood(grid)).sum(axis=0) * 0.05**2, 1, rtol=1e-3)


def test_shrinkage_keeps_the_total_variance_and_at_one_forgets_every_direction(points):
    loose, round_ = (GaussianClasses(shrinkage=share).fit(*points).covariances for share in (0, 1))
    np.testing.assert_allclose(np.trace(loose, axis1=1, axis2=2), np.trace(round_, axis1=1, axis2=2))
    np.testing.assert_allclose(round_[0], round_[0][0, 0] * np.eye(2), atol=1e-12)


def test_with_a_shared_covariance_the_boundary_is_straight(points):
    model = GaussianClasses(covariance="shared").fit(*points)
    line = np.linspace(-3, 3, 7)[:, np.newaxis] * [[0.4, -0.9]] + [0.5, 0.2]
    logit = np.subtract(*model.log_likelihood(line).T)
    np.testing.assert_allclose(np.diff(logit, n=2), 0, atol=1e-9)
    curved = np.subtract(*GaussianClasses().fit(*points).log_likelihood(line).T)
    assert np.abs(np.diff(curved, n=2)).max() > 0.01


@pytest.mark.parametrize("covariance", ["full", "shared", "diagonal"])
def test_drawn_points_have_the_mean_and_the_covariance_of_the_class(points, covariance):
    model = GaussianClasses(covariance=covariance).fit(*points)
    drawn = model.sample(1, 40_000, seed=2)
    np.testing.assert_allclose(drawn.mean(axis=0), model.means[1], atol=0.03)
    np.testing.assert_allclose(np.cov(drawn.T), model.covariances[1], atol=0.03)


def test_a_gaussian_for_each_digit_reads_digits_and_draws_pictures():
    images, labels = load_mnist("train", limit=3000, scaled=True)
    new, new_labels = load_mnist("test", limit=500, scaled=True)
    model = GaussianClasses(classes=10).fit(images, labels)
    assert np.mean(model.predict(new) != new_labels) < 0.15
    drawn = model.sample(3, 100, seed=1)
    assert drawn.shape == (100, 28, 28, 1)
    assert drawn.dtype == np.float32
    assert np.mean(model.predict(drawn) == 3) > 0.95


def test_the_likelihood_of_many_examples_is_that_of_each(points):
    model = GaussianClasses().fit(*points)
    many = np.tile(points[0], (20, 1))  # more than are judged at once
    one_by_one = np.concatenate([model.log_likelihood(point[np.newaxis]) for point in many[[0, 5999, 11_999]]])
    np.testing.assert_allclose(model.log_likelihood(many)[[0, 5999, 11_999]], one_by_one)


# Both


@BOTH
def test_a_posterior_adds_up_to_one_even_where_both_likelihoods_vanish(model):
    examples = np.random.default_rng(0).random((50, 800)) * 100
    model = type(model)().fit(examples, np.arange(50) % 2)
    np.testing.assert_allclose(model.posterior(examples).sum(axis=1), 1)


@BOTH
def test_the_same_seed_writes_the_same_and_another_seed_something_else(model):
    examples = np.random.default_rng(0).random((50, 8)).round()
    model = type(model)().fit(examples, np.arange(50) % 2)
    np.testing.assert_array_equal(model.sample(0, 5, seed=1), model.sample(0, 5, seed=1))
    assert (model.sample(0, 5, seed=1) != model.sample(0, 5, seed=2)).any()


@BOTH
@pytest.mark.parametrize(
    ("examples", "labels", "sentence"),
    [
        (BAGS, [1, 1, 1, 1, 1], r"Class 0 has no examples, .* Add examples of it"),
        (BAGS, [0, 0, 0, 0, 0], r"Class 1 has no examples"),
        (BAGS, [0, 1, 2, 0, 1], "labels run from 0 to 2; with 2 classes they must lie between 0 and 1"),
        (BAGS, [0, 1, -1, 0, 1], "labels run from -1 to 1"),
        (BAGS, [0, 1], r"labels are int64 of shape \(2,\); they must be whole numbers of shape \(5,\)"),
        (BAGS, [0.0, 1.0, 0.0, 0.0, 1.0], "labels are float64"),
        (BAGS[0], LABELS, r"must have the shape \(n, features\) with n of at least 1, not \(3,\)"),
        (BAGS[:0], [], "with n of at least 1"),
        (np.where(BAGS == 1, np.nan, 0), LABELS, r"hold NaN or infinity, first at \(0, 0\)"),
        (np.where(BAGS == 1, np.inf, 0), LABELS, "hold NaN or infinity"),
        (BAGS.astype(str), LABELS, "must be numbers, not <U"),
    ],
)
def test_nothing_can_be_learned_from_nonsense(model, examples, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        type(model)().fit(examples, labels)


def test_negative_counts_are_refused():
    with pytest.raises(ValueError, match="Counts of words cannot be negative, but one is -2"):
        BernoulliNaiveBayes().fit(BAGS * -2, LABELS)


@BOTH
def test_other_features_than_those_learned_are_refused(model):
    examples = np.random.default_rng(0).random((50, 3))
    model = type(model)().fit(examples, np.arange(50) % 2)
    with pytest.raises(ValueError, match=r"must have the shape \(n, 3\) with n of at least 1, not \(5, 4\)"):
        model.posterior(np.ones((5, 4)))
    with pytest.raises(ValueError, match=r"needs a leading axis"):
        model.predict(np.ones(3))


@BOTH
def test_only_classes_that_exist_can_be_written(model):
    examples = np.random.default_rng(0).random((50, 3))
    model = type(model)().fit(examples, np.arange(50) % 2)
    with pytest.raises(ValueError, match="label must be a class from 0 to 1, or None, not 2"):
        model.sample(2, 5)
    with pytest.raises(ValueError, match="n must be a whole number from 1 to 1000000, not 0"):
        model.sample(1, 0)


@BOTH
def test_a_model_that_has_learned_nothing_says_so(model):
    for ask in (lambda: model.predict(BAGS), lambda: model.sample(0, 1)):
        with pytest.raises(ValueError, match=r"has learned nothing yet: call fit\(examples, labels\) first"):
            ask()


def test_a_covariance_without_spread_is_refused_with_the_way_out():
    flat = np.column_stack([np.arange(6.0), np.zeros(6)])
    with pytest.raises(ValueError, match=r"covariance of class 0 is singular: .* Raise shrinkage above 0"):
        GaussianClasses(shrinkage=0).fit(flat, [0, 0, 0, 1, 1, 1])
    GaussianClasses(shrinkage=0.1).fit(flat, [0, 0, 0, 1, 1, 1])


@pytest.mark.parametrize(
    ("build", "sentence"),
    [
        (lambda: BernoulliNaiveBayes(classes=1), "classes must be a whole number from 2 to 1000, not 1"),
        (lambda: BernoulliNaiveBayes(smoothing=0), "smoothing must be a number above 0, not 0"),
        (lambda: BernoulliNaiveBayes(smoothing=float("nan")), "smoothing must be a number above 0, not nan"),
        (lambda: GaussianClasses(covariance="round"), "covariance must be one of full, shared, diagonal, not 'round'"),
        (lambda: GaussianClasses(shrinkage=1.5), "shrinkage must be a number from 0 to 1, not 1.5"),
    ],
)
def test_wrong_settings_are_refused(build, sentence):
    with pytest.raises(ValueError, match=sentence):
        build()
