"""One list of signs: a history has one name, whether a sweep, the alarm, a preset or the live lab reads it."""

import subprocess
import sys

import numpy as np
import pytest
from helpers.tiny import WELL

from ganlib.judge.alarm import find_in_history, find_in_pictures
from ganlib.judge.signs import MEANING, Sign, outcome, share_at_ends, share_of_doubles, spread, vital_signs
from ganlib.lab import words
from ganlib.models.presets import PRESETS
from ganlib.plots import sweeps

FAILURES = {  # what is different, and what a sweep, the alarm and the presets call it
    "sure": ({"d_accuracy": 1.0, "d_real": 0.999, "d_fake": 0.001}, "D won", {"discriminator saturated"}, set()),
    "no gradient": ({"g_grad_norm": 0.04}, "D won", {"no gradient"}, {"d_too_strong"}),
    "fooled": ({"d_fake": 0.81}, "G won", {"discriminator fooled"}, {"g_too_strong"}),
    "fooled, no gradient": (
        {"d_fake": 0.99, "g_grad_norm": 0.03},
        "G won",
        {"discriminator fooled", "no gradient"},
        {"g_too_strong", "d_too_strong"},
    ),
    "jumps": ({"d_real": 0.6 + 0.14 * (-1) ** np.arange(100)}, "oscillated", {"oscillation"}, {"oscillation"}),
    "ran off": ({"g_loss": 31.0}, "diverged", {"divergence"}, {"divergence"}),
    "ran off both ways": ({"g_loss": 31.0 * (-1) ** np.arange(100)}, "diverged", {"divergence"}, {"divergence"}),
    "no number": ({"g_loss": np.nan}, "diverged", {"divergence"}, {"divergence"}),
    "at the limit": ({"d_loss": 30.0}, "diverged", {"divergence"}, {"divergence"}),
    "well": ({}, "trained", set(), set()),
}
DIFFERENT = np.random.default_rng(0).choice([-0.9, 0.9], (200, 28, 28, 1))
ALIKE = DIFFERENT[:1] + np.random.default_rng(0).normal(0, 0.09, (200, 28, 28, 1))


def history(changes):
    rows = {name: np.broadcast_to(np.asarray(value, float), 100).copy() for name, value in {**WELL, **changes}.items()}
    rows["g_grad_norm"][np.arange(100) % 10 > 0] = np.nan
    return {"step": np.arange(1, 101), **rows}


def presets_shown(signs):
    return {name for name, preset in PRESETS.items() if name != "healthy" and preset.sign.shown(signs)}


@pytest.mark.parametrize("name", FAILURES)
def test_a_history_has_one_name_in_a_sweep_in_the_alarm_and_among_the_presets(name):
    changes, word, kinds, presets = FAILURES[name]
    signs = vital_signs(history(changes), DIFFERENT)
    assert outcome(signs) == word
    assert set(find_in_history(history(changes))) == kinds
    assert presets_shown(signs) == presets


FEW = np.repeat(DIFFERENT[:40], 5, axis=0)  # forty pictures, each five times


@pytest.mark.parametrize(
    ("pictures", "word", "kinds", "presets"),
    [
        (DIFFERENT, "trained", set(), set()),
        (FEW, "collapsed", {"repeats"}, {"collapse"}),
        (ALIKE, "collapsed", {"repeats"}, set()),
        (np.sign(DIFFERENT), "saturated", {"generator saturated"}, {"saturated"}),
        (np.sign(FEW), "saturated", {"repeats", "generator saturated"}, {"collapse", "saturated"}),
    ],
    ids=["well", "few", "alike", "black and white", "few in black and white"],
)
def test_pictures_have_one_name_in_a_sweep_in_the_alarm_and_among_the_presets(pictures, word, kinds, presets):
    signs = vital_signs(history({}), pictures)
    assert outcome(signs) == word
    assert set(find_in_pictures(pictures, [np.full(10, 20)])) == kinds
    assert presets_shown(signs) == presets


def test_a_few_pictures_are_as_far_apart_as_many_so_the_spread_does_not_show_a_collapse():
    assert spread(FEW) > 0.9 * spread(DIFFERENT)
    assert share_of_doubles(DIFFERENT) == 0
    assert share_of_doubles(FEW) == 1


def test_doubles_are_looked_for_among_200_pictures_whatever_their_number():
    assert share_of_doubles(np.concatenate([DIFFERENT, DIFFERENT])) == 0


def test_the_ends_are_pixels_that_are_black_or_white():
    picture = np.array([-1, -0.995, 0, 0.98, 0.995, 1, 0.5, 0.5]).reshape(1, 2, 4, 1)
    assert share_at_ends(np.repeat(picture, 2, axis=0)) == 0.5


def test_the_live_lab_says_who_wins_where_the_others_do():
    balance = {name: words.balance(history(changes), {}).word for name, (changes, *_) in FAILURES.items()}
    assert balance["sure"] == "D wins"
    assert balance["fooled"] == balance["fooled, no gradient"] == "G wins"
    assert words.balance(history({"d_real": 0.99, "d_fake": 0.85}), {}).word == "G wins"
    assert balance["well"] == "balanced"


@pytest.mark.parametrize(
    ("signs", "word"),
    [
        ({"d_accuracy": 0.98}, "D won"),
        ({"spread": 0.05, "d_accuracy": 1.0}, "collapsed"),
        ({"spread": 0.05, "ends": 0.99}, "saturated"),
        ({"loss": 31.0, "ends": 0.99, "spread": 0.05}, "diverged"),
        ({"g_grad_norm": np.nan}, "trained"),
        ({"swing": 0.2, "d_fake": 0.9}, "G won"),
    ],
)
def test_the_worst_that_applies_is_named(signs, word):
    assert outcome({**vital_signs(history({}), DIFFERENT), **signs}) == word


def test_every_outcome_has_a_letter_and_a_colour_on_the_map():
    assert set(MEANING) | {"failed", "done"} == set(sweeps.SIGNS) == set(sweeps.COLOURS)
    assert len(set(sweeps.SIGNS.values())) == len(sweeps.SIGNS)


def test_the_list_is_read_without_tensorflow():
    code = "import sys, ganlib.judge.signs, ganlib.sweep.gallery; sys.exit('tensorflow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_sign_is_shown_inside_its_range_only_and_never_by_a_missing_number():
    sign = Sign("spread", 0.1, 0.2)
    assert [sign.shown({"spread": value}) for value in (0.05, 0.1, 0.2, 0.3, np.nan)] == [
        False,
        True,
        True,
        False,
        False,
    ]


def test_the_spread_is_0_for_equal_pictures_and_1_for_black_and_white_ones():
    picture = np.full((1, 2, 2, 1), 0.5, np.float32)
    assert spread(np.repeat(picture, 3, axis=0)) == 0
    assert spread(np.array([-np.ones((2, 2, 1)), np.ones((2, 2, 1))])) == 1
    with pytest.raises(ValueError, match="Two pictures or more"):
        spread(picture)


def test_vital_signs_are_about_the_last_steps_alone():
    history = {
        "step": np.arange(1, 5),
        "d_loss": np.array([90, 90, 1.0, 3]),
        "g_loss": np.array([90, 90, -4.0, -6]),
        "d_accuracy": np.array([0, 0, 0.5, 1]),
        "d_real": np.array([0, 0, 0.2, 0.4]),
        "d_fake": np.array([0, 0, 0.1, 0.3]),
        "g_grad_norm": np.array([np.nan, 2, np.nan, np.nan]),
    }
    signs = vital_signs(history, np.zeros((2, 2, 2, 1)), recent=2)
    wanted = {
        "d_accuracy": 0.75,
        "d_real": 0.3,
        "d_fake": 0.2,
        "g_grad_norm": 2,
        "loss": 5,
        "swing": 0.1,
        "spread": 0,
        "doubles": 1,
        "ends": 0,
    }
    assert signs == pytest.approx(wanted)
    with pytest.raises(ValueError, match="train first"):
        vital_signs({name: column[:0] for name, column in history.items()}, np.zeros((2, 2, 2, 1)))
