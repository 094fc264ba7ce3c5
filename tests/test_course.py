"""The three speeds of the lessons, and their welcome."""

import re

import pytest

from ganlib import course, speed
from ganlib.training import devices


@pytest.fixture(autouse=True)
def no_speed(monkeypatch):
    monkeypatch.delenv("GANLIB_SPEED", raising=False)
    monkeypatch.setattr(devices, "_xla", True)


def test_a_lesson_runs_at_its_own_speed_unless_something_else_is_said():
    assert course.speed_name() == "lesson"
    assert course.at_speed("", smoke=1, lesson=2, full=3) == 2


@pytest.mark.parametrize(("speed", "value"), [("smoke", 1), ("lesson", 2), ("full", 3)])
def test_the_environment_chooses_the_speed(monkeypatch, speed, value):
    monkeypatch.setenv("GANLIB_SPEED", speed)
    assert course.speed_name() == speed
    assert course.at_speed("", smoke=1, lesson=2, full=3) == value


def test_what_a_notebook_says_goes_before_the_environment(monkeypatch):
    monkeypatch.setenv("GANLIB_SPEED", "smoke")
    assert course.speed_name("full") == "full"
    assert course.at_speed("full", smoke=1, lesson=2, full=3) == 3


def test_an_empty_variable_is_as_good_as_none(monkeypatch):
    monkeypatch.setenv("GANLIB_SPEED", "")
    assert course.speed_name() == "lesson"


def test_another_word_is_refused_and_says_where_it_stood(monkeypatch):
    with pytest.raises(ValueError, match=r"^speed must be one of smoke, lesson, full, not 'fast'\.$"):
        course.speed_name("fast")
    monkeypatch.setenv("GANLIB_SPEED", "Full")
    with pytest.raises(ValueError, match=r"^The environment variable GANLIB_SPEED must be one of .*, not 'Full'\.$"):
        course.speed_name()


def test_the_welcome_says_what_was_found_and_how_long_it_will_take(capsys):
    course.welcome("lesson", number="06")
    versions, device, told, exercises = capsys.readouterr().out.splitlines()
    assert re.match(r"ganlib \S+, Keras 3\.\S+, TensorFlow 2\.\S+$", versions)
    assert re.match(r"device: (CPU, \d+ cores?|GPU .+)$", device)
    times = {name: speed.in_words(seconds) for name, seconds in speed.seconds_of_lesson("06").items()}
    others = f"(smoke {times['smoke']}, full {times['full']})"
    assert told == f"speed: lesson; the code runs for about {times['lesson']} on two cores {others}"
    assert exercises.startswith("exercises of this lesson: ")


def test_the_welcome_of_a_notebook_of_ones_own_tells_no_times(capsys):
    course.welcome("lesson")
    assert capsys.readouterr().out.splitlines()[2:] == ["speed: lesson"]


def test_a_time_is_written_in_seconds_or_minutes():
    assert [speed.in_words(seconds) for seconds in (45, 120, 140, 600)] == [
        "45 seconds",
        "120 seconds",
        "2 minutes",
        "10 minutes",
    ]


def test_only_at_smoke_a_lesson_trains_without_being_compiled():
    for name, wanted in (("smoke", False), ("lesson", True), ("smoke", False), ("full", True)):
        course.welcome(name)
        assert devices._xla is wanted
