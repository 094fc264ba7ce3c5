"""The report: near the floor for real digits, worse with every kind of damage, and refused where it would mislead."""

import gc
import json
import weakref

import numpy as np
import pytest

from ganlib import judge
from ganlib.data import load_mnist, scale_pixels
from ganlib.judge.__main__ import main
from ganlib.judge.deform import stroke
from ganlib.judge.judge import default_judge, mixed

N = 1000
TRAIN, LABELS = load_mnist("train")
UNSEEN, UNSEEN_LABELS = load_mnist("test")
DRAWN = np.random.default_rng(5).permutation(len(TRAIN))  # neighbours in MNIST are alike
REAL = scale_pixels(TRAIN[DRAWN[:N]])
CHOICE = np.random.default_rng(7).choice(60_000, 100, replace=False)
FRESH = UNSEEN[np.random.default_rng(6).choice(len(UNSEEN), N, replace=False)]


def noisy(strength):
    return np.clip(REAL + strength * np.random.default_rng(1).normal(size=REAL.shape), -1, 1).astype(np.float32)


def blurred(times):
    pictures = REAL
    for _ in range(times):
        for axis in (1, 2):
            pictures = (np.roll(pictures, 1, axis) + 2 * pictures + np.roll(pictures, -1, axis)) / 4
    return pictures


def without(digits):
    """As many real digits, some of which are replaced by others of the kinds that are left."""
    kept = np.flatnonzero(~np.isin(LABELS, digits))
    return scale_pixels(TRAIN[np.random.default_rng(2).choice(kept, N, replace=False)])


@pytest.fixture(scope="module")
def real():
    return judge.report(REAL)


def test_real_digits_read_close_to_the_floor(real):
    assert real.n == real.real.n == N
    assert real.mnist_fd < 2 * real.real.mnist_fd  # its digits are balanced, these are random
    assert abs(real.kernel_distance) < 4 * real.kernel_spread
    for name in ("precision", "recall", "density", "coverage"):
        assert getattr(real, name) == pytest.approx(getattr(real.real, name), abs=0.05)
    assert real.score == pytest.approx(real.real.score, abs=0.2)
    assert real.kinds_present == 10
    assert real.near_doubles < 0.04
    assert real.real.copies < 0.03


@pytest.mark.parametrize("damage", [[noisy(s) for s in (0.2, 0.8)], [blurred(t) for t in (1, 4)]])
def test_more_noise_and_more_blur_score_worse_step_by_step(real, damage):
    reports = [real, *map(judge.report, damage)]
    distances = [report.mnist_fd for report in reports]
    assert distances == sorted(distances)
    assert distances[-1] > 10 * distances[0]
    kernels = [report.kernel_distance for report in reports]
    assert kernels == sorted(kernels)
    recalls = [report.recall for report in reports]
    assert recalls == sorted(recalls, reverse=True)
    assert recalls[-1] < 0.3
    assert reports[-1].coverage < real.coverage - 0.4
    for name in ("precision", "density"):
        scores = [getattr(report, name) for report in reports]
        assert scores == sorted(scores, reverse=True)
        assert scores[-1] < 0.3


def test_the_more_digits_are_missing_the_worse_it_is(real):
    one, five = judge.report(without([8])), judge.report(without([0, 2, 4, 6, 8]))
    assert real.mnist_fd < one.mnist_fd < five.mnist_fd
    assert real.recall > one.recall > five.recall
    assert real.coverage > one.coverage > five.coverage
    assert real.score > one.score > five.score
    assert real.divergence < one.divergence < five.divergence
    assert (one.kinds_present, five.kinds_present) == (9, 5)
    assert five.precision > real.precision - 0.1  # what is there is good
    assert "missing: 8;" in one.sentence
    assert "missing: 0, 2, 4, 6, 8;" in five.sentence


def test_one_picture_again_and_again_is_seen_as_repeats(real):
    same = judge.report(np.repeat(REAL[:1], N, axis=0))
    assert same.near_doubles == 1
    assert same.score == pytest.approx(1)
    assert same.recall < 0.05
    assert same.mnist_fd > 50 * real.mnist_fd
    few = judge.report(np.tile(REAL[:100], (10, 1, 1, 1)))
    assert few.near_doubles == 1
    assert few.recall < real.recall - 0.1


def test_copied_training_digits_are_told_from_unseen_ones(real):
    assert real.copies == 1
    assert real.nearest_training == pytest.approx(0, abs=1e-4)
    assert "100% are as near to a training picture as copies" in real.sentence
    fresh = judge.report(FRESH)
    assert fresh.copies < 0.03
    assert fresh.nearest_training == pytest.approx(fresh.real.nearest_training, rel=0.05)
    assert "copies" not in fresh.sentence
    mixed = judge.report(np.concatenate([REAL[: N // 2], scale_pixels(FRESH[: N // 2])]))
    assert mixed.copies == pytest.approx(0.5, abs=0.03)


ALTERED = {  # what is done to training digits, and the least share that still counts as copies
    "moved aside": (lambda pictures: np.roll(pictures, 1, axis=2), 0.98),
    "moved up and aside": (lambda pictures: np.roll(pictures, (-1, 1), axis=(1, 2)), 0.98),
    "mirrored": (lambda pictures: pictures[:, :, ::-1], 0.98),
    "mirrored and moved": (lambda pictures: np.roll(pictures[:, :, ::-1], 1, axis=1), 0.98),
    "a little thicker": (lambda pictures: pictures + 0.3 * (stroke(pictures, np.maximum) - pictures), 0.9),
    "thicker": (lambda pictures: pictures + 0.5 * (stroke(pictures, np.maximum) - pictures), 0.85),
    "a little thinner": (lambda pictures: pictures + 0.3 * (stroke(pictures, np.minimum) - pictures), 0.95),
    "a little noisy": (lambda pictures: np.clip(pictures + 0.1 * RNG.normal(size=pictures.shape), -1, 1), 0.8),
}
RNG = np.random.default_rng(8)


@pytest.mark.parametrize("how", ALTERED)
def test_altered_copies_of_training_digits_are_found_with_the_digit_that_they_copy(how):
    alter, least = ALTERED[how]
    report = judge.report(alter(scale_pixels(TRAIN[CHOICE])).astype(np.float32))
    assert report.copies >= least
    assert report.copied.shape == (round(100 * report.copies), 2)
    which, digit = report.copied.T
    assert (CHOICE[which] == digit).mean() > 0.98


def test_near_doubles_come_with_their_pairs():
    report = judge.report(np.concatenate([REAL[:100], REAL[:50] * 0.999]))
    which, other = report.doubled[:100].T
    assert set(which) == {*range(50), *range(100, 150)}
    np.testing.assert_array_equal(np.abs(which - other), 100)
    assert len(report.doubled) == round(150 * report.near_doubles)


def test_the_three_sets_of_real_digits_never_meet_and_are_balanced():
    known = default_judge()
    sets = {"choosing": known.choosing, "scoring": known.scoring, "ceiling": known.ceiling}
    assert {name: len(pictures) for name, pictures in sets.items()} == {
        "choosing": 10_000,
        "scoring": 10_000,
        "ceiling": 50_000,
    }
    digits = {picture.tobytes(): label for picture, label in zip(TRAIN, LABELS, strict=True)}
    digits |= {picture.tobytes(): label for picture, label in zip(UNSEEN, UNSEEN_LABELS, strict=True)}
    seen = set()
    for name, pictures in sets.items():
        keys = [picture.tobytes() for picture in pictures]
        assert seen.isdisjoint(keys), name
        seen.update(keys)
        labels = np.array([digits[key] for key in keys])
        for n in (100, 1000, len(labels)):
            shares = np.bincount(labels[:n], minlength=10) / n
            np.testing.assert_allclose(shares, np.bincount(LABELS) / 60_000, atol=0.005 + 1 / n, err_msg=name)


def test_a_mixed_order_is_random_and_holds_every_number_once():
    for labels in (None, np.arange(1000) // 100):
        order = mixed(1000, labels, seed=3)
        assert sorted(order) == list(range(1000))
        assert abs(np.corrcoef(order, np.arange(1000))[0, 1]) < 0.1
        np.testing.assert_array_equal(order, mixed(1000, labels, seed=3))
    assert (np.bincount(order[:200] // 100) == 20).all()


def test_the_report_says_which_real_digits_it_uses(real):
    words = (
        "Scored by 10,000 test pictures; real: 1,000 of 50,000 training pictures; KeepBest chooses by the other 10,000."
    )
    assert real.sets == words
    assert words in str(real)
    assert real.as_dict()["sets"] == words


def test_the_distance_to_choose_by_is_that_to_other_digits():
    known = default_judge()
    made = noisy(0.4)
    assert known.distance(made, by="choosing") == pytest.approx(known.distance(made), rel=0.1)
    assert known.distance(made, by="choosing") != known.distance(made)
    with pytest.raises(ValueError, match="by must be 'scoring' or 'choosing'"):
        known.distance(made, by="test")


def test_the_order_of_the_pictures_does_not_matter(real):
    other = judge.report(REAL[np.random.default_rng(3).permutation(N)])
    drawn_by_their_place = ("kernel_distance", "kernel_spread")
    for name, value in real.as_dict().items():
        if name not in ("real", "judge", "name", "sets", "classes", *drawn_by_their_place):
            assert getattr(other, name) == pytest.approx(value, rel=1e-4, abs=2e-3), name
    assert other.kernel_distance == pytest.approx(real.kernel_distance, abs=0.02)


def test_the_distance_falls_with_n_as_one_over_n_and_the_kernel_distance_does_not(real):
    known = default_judge()
    floor = [known.real_distance(n) for n in (100, 300, 1000)]
    assert floor[0] > floor[1] > floor[2] > 0.3
    small, large = judge.report(REAL[:100]), real
    assert small.mnist_fd > 3 * large.mnist_fd
    assert small.real.mnist_fd > 3 * large.real.mnist_fd
    assert small.kernel_distance == pytest.approx(large.kernel_distance, abs=4 * small.kernel_spread)


def test_the_report_can_be_printed_kept_and_read_as_a_sentence(real):
    assert real.sentence.startswith(f"1,000 pictures: MNIST-FD {real.mnist_fd:.2f} (real: {real.real.mnist_fd:.2f})")
    assert str(real).endswith(real.sentence)
    assert json.loads(json.dumps(real.as_dict()))["real"]["n"] == N
    assert real.kind_counts.sum() == N
    assert real.judge == judge.report(REAL[:100]).judge
    assert len(real.judge) == 12


def test_the_distance_alone_is_that_of_the_report(real):
    assert default_judge().distance(REAL) == pytest.approx(real.mnist_fd, rel=1e-9)


def test_the_quick_scores_are_those_of_the_report(real):
    for name, value in default_judge().quick(REAL).items():
        assert value == pytest.approx(getattr(real, name), rel=1e-6), name
    for name, value in default_judge().quick_real(N).items():
        assert value == pytest.approx(getattr(real.real, name), rel=1e-6), name


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (REAL[:99], "99 pictures are too few: below 100"),
        (np.zeros((200, 32, 32, 1), np.float32), "28 by 28 pixels"),
        (np.zeros((200, 784), np.float32), "must have the shape"),
        (REAL[:200] * 255, "must lie between -1 and 1"),
        ((REAL[:200] + 1) / 2, r"as if 0 were black.*2 \* images - 1"),
        (np.full((200, 28, 28, 1), np.nan, np.float32), "NaN"),
        (np.zeros((200, 28, 28, 1), np.int64), "uint8"),
        (np.zeros((200, 28, 28, 1), np.float32), "one even grey"),
        (np.broadcast_to(np.uint8(0), (50_001, 28, 28, 1)), "too many"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_a_sentence(images, words):
    with pytest.raises(ValueError, match=words):
        default_judge().check_enough(images)


def test_another_data_set_gets_a_judge_of_its_own_by_the_same_script(tmp_path, capsys):
    flipped = {
        "x_train": TRAIN[:3000, ::-1, :, 0],
        "y_train": LABELS[:3000],
        "x_test": UNSEEN[:500, ::-1, :, 0],
        "y_test": UNSEEN_LABELS[:500],
    }
    np.savez(tmp_path / "other.npz", **flipped)
    assert main([str(tmp_path / "judge"), "--data", str(tmp_path / "other.npz"), "--epochs", "2"]) == 0
    assert "of the test pictures are recognised" in capsys.readouterr().out
    other = judge.Judge.load(tmp_path / "judge", tmp_path / "other.npz", "Flipped")
    right, wrong = judge.report(TRAIN[3000:3300, ::-1], other), judge.report(TRAIN[3000:3300], other)
    assert right.mnist_fd < wrong.mnist_fd
    assert "Flipped-FD" in right.sentence
    assert right.judge != default_judge().classifier.sha256[:12]


def test_the_script_says_what_does_not_fit(tmp_path, capsys):
    with pytest.raises(SystemExit):
        main(["--data", "other.npz"])
    assert main([str(tmp_path), "--data", str(tmp_path / "none.npz")]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_the_script_tells_before_it_trains_that_it_cannot_write(tmp_path, capsys, monkeypatch):
    trained = []
    monkeypatch.setattr("ganlib.judge.__main__.train_classifier", lambda *given, **named: trained.append(1))
    (tmp_path / "taken").touch()
    assert main([str(tmp_path / "taken")]) == 2
    assert "a part of the path is a file" in capsys.readouterr().err
    assert not trained


def test_the_smallest_judge_can_judge_and_says_how_many_pictures_it_takes():
    with pytest.raises(ValueError, match="at least 120 real pictures in train, not 119"):
        judge.Judge(train=TRAIN[:119], test=UNSEEN[:100])
    smallest = judge.Judge(train=TRAIN[:120], test=UNSEEN[:100])
    assert smallest.quick(UNSEEN[100:200])["mnist_fd"] > 0
    for ask in (smallest.real_distance, smallest.quick_real, lambda n: judge.trial(smallest, n)):
        for n in (101, "a"):
            with pytest.raises(ValueError, match="n must be a whole number from 100 to 100"):
                ask(n)


def test_a_judge_that_nobody_needs_any_more_is_forgotten():
    judged = judge.Judge(train=TRAIN[:200], test=TRAIN[200:400], name="few")
    assert judged.quick_real(100) == judged.quick_real(100)
    gone = weakref.ref(judged)
    del judged
    gc.collect()
    assert gone() is None
