"""The gauges say what an experienced eye would say of the same numbers."""

import numpy as np
import pytest

from ganlib.lab import words

VALUES = {"d_learning_rate": 2e-4, "d_steps": 1, "g_steps": 1, "freeze_d": False, "freeze_g": False}


def history(real, fake, gradients=()):
    column = np.full(300, np.nan, np.float32)
    column[::10][: len(gradients)] = gradients
    return {"d_real": np.full(300, real), "d_fake": np.full(300, fake), "g_grad_norm": column}


@pytest.mark.parametrize(
    ("real", "fake", "word", "advice"),
    [
        (0.99, 0.01, "D wins", "lower D's rate"),
        (0.85, 0.15, "D leads", "G can still learn"),
        (0.65, 0.35, "balanced", "let them play"),
        (0.51, 0.49, "D cannot tell", "raise D's rate"),
        (0.30, 0.70, "G wins", "give D more steps"),
    ],
)
def test_the_balance_is_told_with_its_scores_and_an_advice(real, fake, word, advice):
    reading = words.balance(history(real, fake), VALUES)
    assert reading.word == word
    assert reading.level == pytest.approx(real - fake)
    assert f"{real:.2f} to real pictures and {fake:.2f} to fakes" in reading.sentence
    assert advice in reading.sentence


@pytest.mark.parametrize(
    ("kind", "right", "word", "judged"),
    [
        ("wasserstein", 0.97, "D leads", "ranks the real one above the fake in 97% of pairs"),
        ("relativistic", 0.55, "balanced", "ranks the real one above the fake in 55% of pairs"),
        ("hinge", 0.30, "G wins", "is right about 30% of pictures"),
    ],
)
def test_the_balance_of_a_critic_is_how_often_it_is_right(kind, right, word, judged):
    measured = history(np.nan, np.nan) | {"d_accuracy": np.full(300, right)}
    reading = words.balance(measured, VALUES | {"loss_kind": kind})
    assert reading.word == word
    assert reading.level == pytest.approx(2 * right - 1)
    assert f"D is a critic, whose scores are no probabilities; it {judged}" in reading.sentence
    assert words.balance(dict.fromkeys(measured, np.zeros(0)), VALUES | {"loss_kind": kind}).level is None


def test_a_gradient_that_vanished_is_told():
    reading = words.balance(history(0.99, 0.01, [4.0] * 15 + [0.1] * 15), VALUES)
    assert "G's gradient has fallen 40-fold" in reading.sentence
    reading = words.balance(history(0.99, 0.01, [0.1] * 15 + [4.0] * 15), VALUES)
    assert "G's gradient has grown 40-fold" in reading.sentence
    assert "gradient" not in words.balance(history(0.6, 0.4, [1.0] * 30), VALUES).sentence


def test_a_gradient_that_is_zero_is_told():
    assert "fallen 1,000,000-fold" in words.balance(history(1, 0, [4.0] * 15 + [0.0] * 15), VALUES).sentence


def test_who_is_held_still_is_told():
    assert "G held still" in words.balance(history(0.9, 0.1), VALUES | {"freeze_g": True}).sentence
    reading = words.balance(history(0.5, 0.5), VALUES | {"freeze_d": True})
    assert reading.word == "D stands still"
    assert "D and G held still" in words.balance(history(0.9, 0.1), VALUES | {"d_steps": 0, "g_steps": 0}).sentence


def test_before_the_first_step_nothing_is_claimed():
    empty = {name: np.zeros(0) for name in ("d_real", "d_fake", "g_grad_norm")}
    assert words.balance(empty, VALUES).level is None
    assert words.balance({name: np.full(3, np.nan) for name in empty}, VALUES).level is None


def test_real_against_real_is_no_collapse():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 100, 8, 8))
    assert words.variety(one, other).word == "many kinds"
    assert words.variety(one, other).level > 0.95


def test_equal_fakes_are_a_collapse():
    rng = np.random.default_rng(0)
    reals = rng.normal(size=(100, 8, 8))
    same = np.repeat(reals[:1], 100, axis=0)
    assert words.variety(same, reals).word == "collapsed"
    assert words.variety(same, reals).level == pytest.approx(0, abs=1e-6)
    assert words.variety(0.4 * reals, reals).word == "few kinds"


def test_pictures_that_come_up_again_are_a_collapse_though_they_differ_as_real_ones_do():
    rng = np.random.default_rng(0)
    reals = rng.uniform(-1, 1, (100, 8, 8, 1))
    few = np.repeat(reals[:20], 5, axis=0)
    found = words.variety(few, reals)
    assert found.word == "few pictures"
    assert "again and again" in found.sentence
    assert found.level == 0.25
    assert words.variety(few, few).word == "many kinds"  # where the real ones do so, the fakes may
    assert words.variety(reals, reals).word == "many kinds"


def test_missing_digits_are_told():
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 100, 8, 8))
    few = words.variety(one, other, np.array([40, 0, 0, 50, 0, 0, 0, 0, 0, 0]))
    assert few.word == "few kinds"
    assert "2 of 10 digits among the 90" in few.sentence
    assert words.variety(one, other, np.full(10, 9)).word == "many kinds"
    assert "digits" not in words.variety(one, other, np.zeros(10, int)).sentence


@pytest.mark.parametrize(
    ("seconds", "told"), [(3.2, "3 s"), (75, "1 min 15 s"), (3700, "1 h 1 min"), (float("nan"), "?")]
)
def test_times_are_written_as_people_say_them(seconds, told):
    assert words.duration(seconds) == told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("d_learning_rate", 2e-4), "D rate 0.0002"),
        (("freeze_g", True), "freeze G on"),
        (("loss_kind", "least_squares"), "loss least squares"),
        (("g_steps", 3), "G steps 3"),
        (("beta", 2.0), "beta 2"),
    ],
)
def test_marks_are_short(change, told):
    assert words.change(*change) == told
