"""The outcome of a training in one word, by the limits of lesson 07."""

import math

import pytest

from ganlib.sweep.outcome import MEANING, OUTCOMES, outcome

HEALTHY = {"loss": 1.2, "spread": 0.3, "d_accuracy": 0.75, "d_fake": 0.4}


@pytest.mark.parametrize(
    ("signs", "word"),
    [
        ({}, "trained"),
        ({"d_accuracy": 0.98}, "D won"),
        ({"d_fake": 0.9}, "G won"),
        ({"spread": 0.05}, "collapsed"),
        ({"spread": 0.05, "d_accuracy": 1.0}, "collapsed"),
        ({"loss": 31.0, "spread": 0.05}, "diverged"),
        ({"loss": math.nan}, "diverged"),
    ],
)
def test_the_worst_that_applies_is_named(signs, word):
    assert outcome({**HEALTHY, **signs}) == word


def test_every_outcome_has_a_meaning():
    assert set(MEANING) == set(OUTCOMES)


@pytest.mark.parametrize(
    ("preset", "name", "limit"),
    [
        ("collapse", "spread", "SPREAD"),
        ("divergence", "loss", "LOSS"),
        ("g_too_strong", "d_fake", "FOOLED"),
        ("healthy", "d_accuracy", "SURE"),
    ],
)
def test_the_limits_are_those_of_the_presets(preset, name, limit):
    from ganlib.models.presets import PRESETS
    from ganlib.sweep import outcome as limits

    sign = PRESETS[preset].sign
    assert sign.name == name
    assert getattr(limits, limit) in (sign.low, sign.high)
