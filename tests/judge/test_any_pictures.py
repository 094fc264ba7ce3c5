"""Tests of the judge of any pictures: every score has to fall with every kind of damage that it is meant to see."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from ganlib import GAN, judge
from ganlib.data import Pictures, as_pictures, load_mnist
from ganlib.data.leaves import draw_leaves
from ganlib.judge import copies

N = 200
LEAVES, UNSEEN, NEW = (draw_leaves(500, 32, seed) for seed in range(3))
SCORES = ("recognised", "precision", "recall", "density", "coverage")


def of_one_tree(seed):
    return as_pictures(draw_leaves(2000, 24, seed).images[1::4])


def digits(start):
    images, labels = load_mnist("train")
    some = np.random.default_rng(0).permutation(len(images))[start : start + 500]  # neighbours were written by one hand
    return images[some], labels[some]


@cache
def case(name):
    """Return a judge, and as many pictures as it can judge that nobody saw, float (n, side, side, channels)."""
    if name == "leaves, unseen":
        return judge.PictureJudge(LEAVES, UNSEEN, "leaf"), as_pictures(NEW.images[:N])
    if name == "leaves, halved":
        return judge.PictureJudge(LEAVES), as_pictures(NEW.images[:N])
    if name == "one kind, small":
        return judge.PictureJudge(of_one_tree(0)), of_one_tree(1)[:N]
    return judge.PictureJudge(digits(0)), as_pictures(digits(500)[0][:N])


CASES = ("leaves, unseen", "leaves, halved", "one kind, small", "digits")
anything = pytest.mark.parametrize("name", CASES)


def softened(pictures, times):
    """Return pictures in which every pixel was mixed with its four neighbours, so many times."""
    for _ in range(times):
        framed = np.pad(pictures, ((0, 0), (1, 1), (1, 1), (0, 0)), mode="edge")
        beside = framed[:, 1:-1, 2:], framed[:, 1:-1, :-2], framed[:, 2:, 1:-1], framed[:, :-2, 1:-1]
        pictures = (pictures + sum(beside)) / 5
    return pictures.astype(np.float32)


def noisy(pictures, strength, seed=0):
    noise = np.random.default_rng(seed).standard_normal(pictures.shape, np.float32)
    return np.clip(pictures + strength * noise, -1, 1)


def garbage(known, n):
    """Return pictures that show nothing of what the judge knows, by name."""
    rng, shape = np.random.default_rng(1), known.train.shape[1:]
    real = as_pictures(known.train)
    flat = real.reshape(len(real), -1, shape[-1])
    mixed = rng.integers(len(flat), size=(n, flat.shape[1]))
    return {
        "fog": judge.fog(n, pictures=known.train),
        "noise": rng.uniform(-1, 1, (n, *shape)).astype(np.float32),
        "shuffled": rng.permuted(flat[:n], axis=1).reshape(-1, *shape),
        "mixed pixels": flat[mixed, np.arange(flat.shape[1])].reshape(n, *shape),
        "mean": noisy(np.repeat(real.mean(axis=0, keepdims=True), n, axis=0), 0.01),
        "negative": -real[:n],
    }


@anything
def test_real_pictures_score_as_real_ones(name):
    known, new = case(name)
    report = known.report(new)
    real = report.real
    assert report.n == real.n == len(new)
    assert report.mnist_fd == pytest.approx(real.mnist_fd, rel=0.6)
    assert report.kernel_distance == pytest.approx(real.kernel_distance, rel=0.5, abs=0.2)
    for score in SCORES[1:]:
        assert getattr(report, score) > 0.75, score
        assert getattr(report, score) == pytest.approx(getattr(real, score), abs=0.15), score
    assert report.copies < 0.06
    assert report.near_doubles < 0.06
    assert "missing" not in report.sentence


@anything
def test_noise_and_blur_are_seen_the_more_the_worse(name):
    known, new = case(name)
    for score in SCORES[1:]:
        values = [known.quick(noisy(new, strength))[score] for strength in (0, 0.1, 0.2, 0.4)]
        assert all(next_ <= one + 0.02 for one, next_ in pairwise(values)), (score, values)
        assert values[-1] < 0.05, (score, values)
    for worse in ([noisy(new, by) for by in (0.1, 0.2, 0.4, 0.8)], [softened(new, times) for times in (1, 2, 4)]):
        scores = [known.quick(pictures) for pictures in (new, *worse)]
        distances = [found["mnist_fd"] for found in scores]
        assert distances == sorted(distances)
        assert distances[-1] > 3 * distances[0]
        for score in ("precision", "coverage"):
            values = [found[score] for found in scores]
            assert values[-1] < 0.85 * values[0], (score, values)


@anything
def test_less_variety_is_seen(name):
    known, new = case(name)
    full, half, few = (known.quick(new[np.arange(len(new)) % kept]) for kept in (len(new), len(new) // 2, 5))
    assert full["mnist_fd"] < half["mnist_fd"] < few["mnist_fd"]
    assert full["coverage"] > half["coverage"] > few["coverage"]
    assert few["recall"] < 0.05
    assert few["precision"] > 0.6
    assert known.report(new[np.arange(len(new)) % 5]).near_doubles == 1


@pytest.mark.parametrize("name", ["leaves, unseen", "leaves, halved"])
def test_missing_kinds_are_seen_and_named(name):
    known, _ = case(name)
    complete, without, two = (
        known.report(as_pictures(NEW.images[np.isin(NEW.labels, kinds)][:N]))
        for kinds in ((0, 1, 2, 3), (0, 1, 2), (1, 3))
    )
    assert complete.mnist_fd < without.mnist_fd < two.mnist_fd
    assert complete.recall > without.recall > two.recall
    assert complete.coverage > without.coverage > two.coverage
    assert (complete.kinds_present, without.kinds_present, two.kinds_present) == (4, 3, 2)
    assert complete.classes == LEAVES.classes
    assert "missing: willow;" in without.sentence
    assert "missing: ginkgo, oak;" in two.sentence
    assert two.divergence == pytest.approx(np.log(2), abs=0.05)


@anything
def test_garbage_gets_next_to_nothing(name):
    known, new = case(name)
    real = known.quick(new)
    for kind, pictures in garbage(known, len(new)).items():
        found = known.quick(pictures)
        assert found["mnist_fd"] > 2.5 * real["mnist_fd"], kind
        assert found["coverage"] < 0.4, kind
        if name != "digits":  # thin grey strokes are hard for random weights, and have a judge of their own
            assert max(found[score] for score in ("precision", "density", "coverage")) < 0.05, (kind, found)
        if known.classifier.features(new[:2])[1].shape[1] > 1:
            assert found["recognised"] < 0.05, kind
        else:
            assert found["recognised"] is None


@anything
def test_copies_are_found_moved_darkened_and_mirrored(name):
    known, new = case(name)
    learned = as_pictures(known._all)[: len(new)]
    for kind, pictures in {
        "exact": learned,
        "moved": np.roll(learned, (1, -1), axis=(1, 2)),
        "mirrored and moved": np.roll(learned[:, :, ::-1], (-1, 1), axis=(1, 2)),
        "darker": learned * 0.9 - 0.1,
    }.items():
        report = known.report(np.clip(pictures, -1, 1))
        assert report.copies > 0.7, (kind, report.copies)
        which, of = report.copied.T
        assert (which == of).mean() > 0.95, kind  # the pairs say of which one, among all that was learned from
    assert "as near to a training picture as copies" in report.sentence


@pytest.mark.parametrize("unseen", [None, NEW.images[:150, ::2, ::2]])
def test_pictures_that_are_there_twice_hide_neither_copies_nor_doubles(unseen):
    once = LEAVES.images[:200, ::2, ::2]
    if unseen is not None:  # twins among themselves, and one with pictures that are learned from
        unseen = np.concatenate([unseen, unseen[:4], once[-4:]])
    known = judge.PictureJudge(np.concatenate([once, once[:12]]), unseen)
    moved = np.roll(as_pictures(once[12:]), (1, -1), axis=(1, 2))[: len(known.ceiling)]
    assert known.report(moved).copies > 0.5
    assert known.report(moved[np.arange(len(known.ceiling)) % 5]).near_doubles == 1


def test_with_one_kind_nothing_is_said_of_kinds():
    known, new = case("one kind, small")
    report = known.report(new)
    assert (report.score, report.recognised, report.kinds_present) == (None, None, 1)
    assert "kinds" not in str(report)
    assert "recognised" not in str(report)
    assert report.as_dict()["classes"] == ["pictures"]


def test_the_report_says_what_was_compared():
    assert "Scored by 500 unseen pictures; real: 200 of 417 training pictures" in case("leaves, unseen")[0]._sets(N)
    assert "Scored by 250 training pictures; real: 200 of 208 others" in case("leaves, halved")[0]._sets(N)
    assert case("leaves, unseen")[0].report(as_pictures(NEW.images[:N])).sentence.startswith("200 pictures: leaf-FD")


def test_the_same_pictures_make_the_same_judge():
    one, other = judge.PictureJudge(LEAVES), judge.PictureJudge(LEAVES)
    assert one.classifier.sha256 == other.classifier.sha256
    assert one.quick(NEW.images[:N]) == other.quick(NEW.images[:N])
    assert case("leaves, unseen")[0].classifier.sha256 != one.classifier.sha256


def test_fewer_classes_among_the_unseen_and_few_pictures_work():
    few = Pictures(LEAVES.images[:120], LEAVES.labels[:120], LEAVES.classes)
    assert judge.PictureJudge(few).report(NEW.images[:50]).n == 50
    some = NEW.images[NEW.labels < 2], NEW.labels[NEW.labels < 2]
    assert judge.PictureJudge(LEAVES, some).report(NEW.images[:N]).kinds_present <= 2


def test_the_classes_of_unseen_pictures_are_told_by_their_names():
    some, names = np.isin(UNSEEN.labels, (1, 3)), (LEAVES.classes[1], LEAVES.classes[3])
    images, labels = UNSEEN.images[some], UNSEEN.labels[some]
    named, numbered = (
        judge.PictureJudge(LEAVES, unseen).classifier.features(NEW.images[:N])[1]
        for unseen in (Pictures(images, labels // 2, names), (images, labels))
    )
    np.testing.assert_array_equal(named, numbered)
    assert np.isin(named.argmax(axis=1), (1, 3)).all()


@pytest.mark.parametrize("arguments", [(LEAVES, UNSEEN.images), (LEAVES.images, UNSEEN)])
def test_without_labels_on_both_sides_nothing_is_said_of_kinds(arguments):
    known = judge.PictureJudge(*arguments)
    assert known.classes == ("pictures",)
    assert known.classifier.features(NEW.images[:N])[1].shape == (N, 1)


def test_pictures_of_which_some_are_grey_or_brighter_are_judged():
    black = np.full((500, 16, 16, 1), -1, np.float32)
    black[:, 4:12, 4:12] = np.random.default_rng(0).uniform(0, 1, (500, 8, 8, 1))
    paper = np.maximum(black, 0)[:60]  # a part that alone looks like 0 to 1
    both = np.concatenate([black, paper])
    with pytest.raises(ValueError, match="as if 0 were black"):
        as_pictures(paper)
    judge.PictureJudge(both, both).report(both[-100:])
    assert copies.shapes(np.concatenate([black, black, paper])).shape == (1060, 16, 16, 1)
    with pytest.raises(ValueError, match="must have the shape"):
        copies.shapes(both[:0])


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((LEAVES.images[:119],), "pictures must be at least 120 pictures, not 119"),
        ((LEAVES, UNSEEN.images[:49]), "unseen must be at least 50 pictures, not 49"),
        ((LEAVES, NEW.images[:, :28, :28]), "unseen must be 32 by 32 by 3 like the pictures, not 28 by 28 by 3"),
        ((LEAVES, Pictures(UNSEEN.images, UNSEEN.labels, (*UNSEEN.classes[:3], "elm"))), "unseen has the class elm"),
        ((LEAVES, (UNSEEN.images, UNSEEN.labels + 1)), "labels of unseen must be from 0 to 3"),
        ((LEAVES, (UNSEEN.images, 0 * UNSEEN.labels)), "show one kind only"),
        (((LEAVES.images, 2 + 0 * LEAVES.labels),), "show one kind only"),
        ((LEAVES.images[:, ::5, ::5],), "must be at least 8 by 8 pixels"),
        ((LEAVES.images[:, :30],), "must be square, not 30 by 32 by 3"),
        (((LEAVES.images, LEAVES.labels[:10]),), "labels must be whole numbers from 0"),
        (((LEAVES.images, LEAVES.labels - 1),), "labels must be whole numbers from 0"),
        (("leaves",), "Pictures must"),
        ((LEAVES, None, 7), "name must be"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(arguments, words):
    with pytest.raises(ValueError, match=words):
        judge.PictureJudge(*arguments)


@pytest.mark.parametrize(
    ("images", "words"),
    [
        (NEW.images[:49], "49 pictures are too few: below 50"),
        (NEW.images[:, :, :, :1], "knows coloured pictures of 32 by 32 pixels"),
        (draw_leaves(80, 24).images, "knows coloured pictures of 32 by 32 pixels"),
        (np.zeros((60, 32, 32, 3), np.float32), "one even grey"),
        (NEW.images[np.arange(300)], "300 pictures are too many: there are 208"),
    ],
)
def test_what_cannot_be_judged_is_refused_in_a_sentence(images, words):
    with pytest.raises(ValueError, match=words):
        case("leaves, halved")[0].report(images)


def test_keep_best_chooses_by_such_a_judge(eager, monkeypatch):
    monkeypatch.setattr("ganlib.judge.keep.PICTURES", 300)  # more than there are real ones
    small = draw_leaves(120, 16)
    gan = GAN.from_pictures(small, steps=4, batch_size=8, samples=1, filters=4)
    keep = judge.KeepBest(2, judge.PictureJudge(small))
    gan.train(callbacks=[keep], verbose=0)
    assert list(keep.distances) == [2, 4]
    assert keep.best_step in (2, 4)
    assert all(np.isfinite(list(keep.distances.values())))


def test_shapes_of_digits_stand_on_black_paper_and_those_of_leaves_on_white():
    black, white = as_pictures(digits(0)[0][:50]), as_pictures(LEAVES.images[:50])
    assert copies.shapes(black).shape == (50, 14, 14, 1)
    assert copies.shapes(white).shape == (50, 16, 16, 3)
    np.testing.assert_allclose(copies.shapes(black), -copies.shapes(-black), atol=1e-5)  # paper does not count
    np.testing.assert_allclose(np.sqrt((copies.shapes(white) ** 2).sum(axis=(1, 2, 3))), 1, rtol=1e-5)
