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


class Clock:
    """Time that passes only when it is told to."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr("tqdm.std.time", lambda: self.now)

    def play(self, bar, first, blocks):
        """Let a bar see blocks of (last step, seconds); return what its line says at the end."""
        bar.set_model(SimpleNamespace(step=first))
        bar.on_train_begin()
        for step, seconds in blocks:
            self.now += seconds
            bar.on_train_batch_end(step - 1, {"loss": 0.0})
        bar.on_train_end()


def rate_and_rest(printed):
    last = printed.replace("\r", "\n").strip().split("\n")[-1]
    return re.search(r"([\d.?]+) steps/s, (\S+) left", last).groups()


@pytest.mark.parametrize("first", [0, 500])
@pytest.mark.parametrize("compiling", [0.0, 4.0, 80.0])
def test_compiling_counts_neither_for_the_speed_nor_for_the_time_left(monkeypatch, capsys, first, compiling):
    blocks = [(first + 1, compiling), *((first + 1 + 50 * turn, 5.0) for turn in (1, 2, 3, 4))]
    Clock(monkeypatch).play(ProgressBar(1201, describe), first, blocks)
    assert rate_and_rest(capsys.readouterr().out) == ("10.00", "01:40")


def test_a_bar_that_has_seen_one_block_knows_no_speed_yet(monkeypatch, capsys):
    Clock(monkeypatch).play(ProgressBar(60, describe), 0, [(1, 7.0)])
    assert rate_and_rest(capsys.readouterr().out) == ("?", "?")


def test_each_training_with_the_same_bar_leaves_its_own_compiling_out(monkeypatch, capsys):
    clock, bar = Clock(monkeypatch), ProgressBar(101, describe)
    for first in (0, 101):
        clock.play(bar, first, [(first + 1, 30.0), (first + 51, 5.0)])
        assert rate_and_rest(capsys.readouterr().out) == ("10.00", "00:05")


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
