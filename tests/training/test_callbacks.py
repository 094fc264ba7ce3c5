"""The progress bar and the sampler."""

import re
from types import SimpleNamespace

import pytest

from ganlib.training import ProgressBar, Sampler


def describe(measured):
    return f"[loss: {measured['loss']:.2f}]"


def play(callback, first, ends):
    """Let a callback see a training that begins after step `first` and whose blocks end at the given steps."""
    callback.set_model(SimpleNamespace(step=first))
    callback.on_train_begin()
    for step in ends:
        callback.model.step = step
        callback.on_train_batch_end(step - 1, {"loss": step / 100})
    callback.on_train_end()


def test_the_bar_ends_with_all_steps_made_the_last_measurement_speed_and_time(capsys):
    play(ProgressBar(60, describe), 0, [1, 26, 60])
    printed = capsys.readouterr()
    last = printed.out.replace("\r", "\n").strip().split("\n")[-1]
    assert last.startswith("60/60 [loss: 0.60]")
    assert re.search(r"[\d.?]+ steps/s, \S+ left$", last), last
    assert printed.out.endswith("\n"), "the next output begins on a line of its own"
    assert printed.err == ""


def test_the_bar_of_a_training_that_goes_on_counts_all_steps(capsys):
    play(ProgressBar(35, describe), 25, [30, 60])
    last = capsys.readouterr().out.replace("\r", "\n").strip().split("\n")[-1]
    assert last.startswith("60/60 ")


def test_the_bar_of_a_training_that_ends_early_shows_where_it_stands(capsys):
    play(ProgressBar(60, describe), 0, [1, 26])
    last = capsys.readouterr().out.replace("\r", "\n").strip().split("\n")[-1]
    assert last.startswith("26/60 [loss: 0.26]")


def test_lines_are_left_at_every_interval_and_only_there(capsys):
    play(ProgressBar(60, describe, line_every=20), 0, [1, 20, 33, 40, 60])
    lines = [line.strip() for line in capsys.readouterr().out.replace("\r", "\n").split("\n")]
    assert [line for line in lines if re.match(r"\d+ \[", line)] == [
        "20 [loss: 0.20]",
        "40 [loss: 0.40]",
        "60 [loss: 0.60]",
    ]


def test_a_bar_without_lines_leaves_none(capsys):
    play(ProgressBar(60, describe), 0, [20, 40, 60])
    assert not re.search(r"^\d+ \[", capsys.readouterr().out, re.MULTILINE)


@pytest.mark.parametrize(("first", "taken"), [(0, [0, 20, 40]), (20, [20, 40]), (7, [20, 40])])
def test_a_sample_is_taken_at_every_interval_and_before_training_if_it_begins_at_one(first, taken):
    steps = []
    play(Sampler(20, steps.append), first, [step for step in (13, 20, 33, 40, 55) if step > first])
    assert steps == taken
