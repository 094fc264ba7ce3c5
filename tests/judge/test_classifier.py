"""The first judge: it knows digits, says how sure it is, and does not trust damaged weights."""

import json
import shutil

import numpy as np
import pytest

from ganlib import judge
from ganlib.data import DataError, asset, load_mnist
from ganlib.judge.classifier import RECORD, WEIGHTS, DigitClassifier, _moved, not_digits

TEST, LABELS = load_mnist("test")


@pytest.fixture
def kept(tmp_path):
    """A copy of the judge's two files."""
    for name in (WEIGHTS, RECORD):
        shutil.copy(asset(f"judge/{name}"), tmp_path)
    return tmp_path


def test_at_least_99_of_100_test_digits_are_recognised():
    assert (judge.recognise(TEST).argmax(axis=1) == LABELS).mean() >= 0.99


def test_the_record_tells_the_accuracy_that_is_measured():
    record = json.loads(asset(f"judge/{RECORD}").read_text(encoding="utf-8"))
    accuracy = (judge.recognise(TEST).argmax(axis=1) == LABELS).mean()
    assert accuracy == pytest.approx(record["test_accuracy"], abs=0.001)


def test_every_picture_gets_ten_probabilities_that_add_up_to_1():
    probabilities = judge.recognise(TEST[:7])
    assert probabilities.shape == (7, 10)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, atol=1e-5)


def test_bytes_and_scaled_pictures_get_the_same_verdict():
    scaled = load_mnist("test", limit=50, scaled=True)[0]
    np.testing.assert_allclose(judge.recognise(TEST[:50]), judge.recognise(scaled), atol=1e-6)


def test_pictures_may_lack_the_last_axis():
    np.testing.assert_array_equal(judge.recognise(TEST[:5, ..., 0]), judge.recognise(TEST[:5]))


def test_real_digits_are_recognised():
    assert judge.share_recognised(TEST) > 0.96


def test_what_is_far_from_a_digit_is_not_recognised():
    rng = np.random.default_rng(1)
    assert judge.share_recognised(rng.uniform(-1, 1, (500, 28, 28, 1))) < 0.02
    assert judge.share_recognised(np.where(rng.random((500, 28, 28, 1)) < 0.2, 1.0, -1.0)) < 0.02
    assert judge.share_recognised(255 - TEST[:500]) < 0.02
    assert judge.share_recognised(np.concatenate([TEST[:500, :, 14:], TEST[500:1000, :, :14]], axis=2)) < 0.2


@pytest.mark.parametrize("grey", [0, 1, 20, 128, 255])
def test_empty_pictures_are_not_recognised(grey):
    assert judge.share_recognised(np.full((1, 28, 28), grey, np.uint8)) == 0


def test_the_pictures_that_teach_doubt_are_of_three_kinds_and_in_range():
    strange = not_digits(31, np.random.default_rng(0))
    assert strange.shape == (31, 28, 28, 1)
    assert strange.dtype == np.float32
    assert np.abs(strange).max() <= 1
    assert [len(np.unique(strange[i])) for i in (15, 30)] == [2, 1]
    assert len(np.unique(strange[0])) > 500


def test_fewer_pictures_are_recognised_when_more_confidence_is_asked_for():
    halves = TEST[:500] // 2 + TEST[500:1000] // 2
    shares = [judge.share_recognised(halves, confidence) for confidence in (0.0, 0.5, 0.9, 0.99)]
    assert shares == sorted(shares, reverse=True)
    assert shares[0] == 1
    assert shares[-1] < 0.8


def test_the_counts_of_real_digits_are_close_to_the_labels():
    counts = judge.digit_counts(TEST)
    assert counts.sum() == len(TEST)
    np.testing.assert_allclose(counts, np.bincount(LABELS), atol=30)


def test_a_digit_that_never_comes_up_is_counted_as_zero():
    counts = judge.digit_counts(TEST[LABELS == 1][:100])
    assert counts.shape == (10,)
    assert counts[1] >= 98


def test_pictures_of_another_size_are_refused():
    with pytest.raises(ValueError, match=r"knows grey pictures of 28 by 28 pixels, not \(32, 32, 1\): resize them."):
        judge.recognise(np.zeros((2, 32, 32, 1), np.uint8))


@pytest.mark.parametrize("confidence", [-0.1, 1.5, float("nan"), "high"])
def test_a_confidence_outside_0_to_1_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence must be a number from 0 to 1"):
        judge.share_recognised(TEST[:1], confidence)


def test_damaged_weights_are_refused(kept):
    content = bytearray((kept / WEIGHTS).read_bytes())
    content[len(content) // 2] ^= 1
    (kept / WEIGHTS).write_bytes(content)
    with pytest.raises(DataError, match=r"damaged or changed.*Restore it with"):
        DigitClassifier.load(kept / WEIGHTS, kept / RECORD)


@pytest.mark.parametrize("content", ["", "[]", "{}"])
def test_a_record_that_cannot_be_read_is_refused(kept, content):
    (kept / RECORD).write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"cannot be read.*Restore it with"):
        DigitClassifier.load(kept / WEIGHTS, kept / RECORD)


def test_a_few_seconds_of_training_already_make_a_judge_that_can_be_saved(tmp_path):
    images, labels = load_mnist("train", limit=4000)
    trained = judge.train_classifier(images, labels, epochs=2, verbose=0)
    right = (trained.recognise(TEST[:1000]).argmax(axis=1) == LABELS[:1000]).mean()
    assert right > 0.8
    trained.save(tmp_path, note="a test")
    loaded = DigitClassifier.load(tmp_path / WEIGHTS, tmp_path / RECORD)
    np.testing.assert_allclose(loaded.recognise(TEST[:50]), trained.recognise(TEST[:50]), atol=0.02)


def test_training_moves_digits_by_up_to_two_pixels_and_keeps_every_bright_one():
    pictures = np.full((200, 28, 28, 1), -1.0, np.float32)
    pictures[:, 14, 14] = 1.0
    moved = _moved(pictures, np.random.default_rng(0))
    n, y, x, _ = np.nonzero(moved > 0)
    assert len(n) == 200
    assert {*(y - 14)} == {*(x - 14)} == {-2, -1, 0, 1, 2}


def test_the_weights_are_a_small_file():
    assert asset(f"judge/{WEIGHTS}").stat().st_size < 1_500_000
