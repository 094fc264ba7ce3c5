"""Storms of controls from several threads: afterwards the model is whole, and the record replays it bit for bit."""

import shutil
import threading
import time

import numpy as np
import pytest
from helpers import tiny, toy
from helpers.checks import arrays_of, same
from helpers.messages import send
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import attempt, json_values, odd_values, paths_in, with_other

from ganlib._tensorflow import keras
from ganlib.lab import DrawingPad, PointPad
from ganlib.lab.trainer import SPEEDS, LabTrainer
from ganlib.models.presets import PRESETS
from ganlib.training import RunFolder

FEW = settings(max_examples=max(4, settings().max_examples // 4))
STEPS = 120
VALUES = st.one_of(
    st.tuples(st.just("leader_learning_rate"), st.floats(0, 0.1)),
    st.tuples(st.just("pull"), st.floats(-9, 9)),
    st.tuples(st.just("halted"), st.booleans()),
    st.tuples(st.sampled_from(("pull", "halted", "nothing")), odd_values()),
)
PAUSES = st.sampled_from((0.0, 0.0, 0.001, 0.01))
SETTINGS = st.lists(st.tuples(VALUES, PAUSES), max_size=40)
ENDS = st.lists(st.tuples(st.integers(1, STEPS), st.sampled_from(("stop", "interrupt", "error"))), max_size=4)


class Wrong(Exception):
    """What a callback of somebody's own may raise."""


class Ends(keras.callbacks.Callback):
    """Stops, interrupts or breaks a training at given steps, each once; a block lasts a few steps."""

    every = 3

    def __init__(self, ends):
        super().__init__()
        self.ends = sorted(ends)

    def on_train_batch_end(self, batch, logs=None):
        time.sleep(0.001)
        if self.ends and batch + 1 >= self.ends[0][0]:
            kind = self.ends.pop(0)[1]
            if kind == "stop":
                self.model.stop_training = True
            else:
                raise KeyboardInterrupt if kind == "interrupt" else Wrong


def steer(live, changes):
    """Set values as fast as they come; what does not fit is refused in a sentence."""
    for (name, value), pause in changes:
        attempt(lambda name=name, value=value: live.__setitem__(name, value))
        time.sleep(pause)


def train_through(model, ends, run):
    """Train all the steps, however often it is broken off; the first call makes the run folder."""
    callback = Ends(ends)
    while model.step < STEPS:
        try:
            model.train(STEPS - model.step, 8, run=run, verbose=0, callbacks=[callback], checkpoint_interval=25)
        except (KeyboardInterrupt, Wrong):
            assert model.step == model.measured["step"][-1]


@pytest.fixture(scope="module")
def pool():
    return {}


def set_last(model, schedule):
    """Set what was changed after the last step, which a training does not: a rate belongs to the optimizer's state."""
    for change in schedule:
        if change.step >= model.step:
            model.live[change.name] = change.value


def as_made(pool, name):
    """Return a toy as it was made; what was traced once is used again."""
    if name not in pool:
        made = toy.Toy()
        pool[name] = made, *made.state()
    model, arrays, values = pool[name]
    model.load_state(0, arrays, values)
    model.run = model.measured = model.guard = None
    return model


@FEW
@given(storm=st.lists(SETTINGS, min_size=1, max_size=4), ends=ENDS)
def test_a_storm_of_live_values_while_a_model_trains(storm, ends, pool, tmp_path):
    shutil.rmtree(tmp_path / "run", ignore_errors=True)
    model = as_made(pool, "steered")
    threads = [threading.Thread(target=steer, args=(model.live, changes)) for changes in storm]
    for thread in threads:
        thread.start()
    train_through(model, ends, tmp_path / "run")
    for thread in threads:
        thread.join()
    assert model.step == STEPS
    assert model.measured["step"].tolist() == [*range(1, STEPS + 1)]
    run = RunFolder.open(tmp_path / "run")
    assert run.gaps() == []
    assert run.history()["step"].tolist() == [*range(1, STEPS + 1)]

    replayed = as_made(pool, "replayed")
    for name, value in run.config["live"].items():
        replayed.live[name] = value
    replayed.train(STEPS, 8, schedule=run.schedule(), verbose=0)
    set_last(replayed, run.schedule())
    assert same(arrays_of(replayed), arrays_of(model))
    assert np.array_equal(replayed.measured["leader_loss"], model.measured["leader_loss"], equal_nan=True)

    resumed = toy.Toy.resume(tmp_path / "run")
    assert resumed.step == STEPS
    assert same(arrays_of(resumed), arrays_of(model))


# --- the lab --------------------------------------------------------------------------------------------------------

COMMANDS = st.one_of(
    st.tuples(st.just("play"), st.tuples(st.integers(1, 12))),
    st.tuples(st.just("pause"), st.just(())),
    st.tuples(st.just("step"), st.just(())),
    st.tuples(st.just("alone"), st.tuples(st.sampled_from(("generator", "discriminator")), st.integers(1, 3))),
    st.tuples(st.just("reset"), st.just(())),
    st.tuples(st.just("set"), st.tuples(st.just("d_learning_rate"), st.floats(1e-5, 1e-2))),
    st.tuples(st.just("set"), st.tuples(st.just("g_steps"), st.integers(1, 3))),
    st.tuples(st.just("set"), st.tuples(st.sampled_from(("freeze_g", "freeze_d")), st.booleans())),
    st.tuples(st.just("apply"), st.tuples(st.sampled_from([preset.apply for preset in PRESETS.values()]))),
    st.tuples(st.just("set_speed"), st.tuples(st.sampled_from([speed for speed in SPEEDS if speed != "calm"]))),
    st.tuples(st.just("refresh"), st.just(())),
    st.tuples(st.sampled_from(("play", "alone", "reset", "apply", "set_speed")), st.tuples(odd_values())),
    st.tuples(st.just("set"), st.tuples(st.sampled_from(("d_steps", "nothing")), odd_values())),
)


@pytest.fixture(scope="module")
def made():
    gan = tiny.build_gan()
    return gan, *gan.state()


def command(trainer, commands):
    for (name, arguments), pause in commands:
        if name == "play" and arguments == (None,):
            continue  # it would train until somebody pauses
        if name == "reset" and arguments != ():
            arguments = tuple(seed for seed in arguments if seed is not None and not is_seed(seed))
        attempt(lambda name=name, arguments=arguments: getattr(trainer, name)(*arguments))
        time.sleep(pause)


def is_seed(value):
    """Tell whether a value is a seed: the model of another one cannot be replayed with this one's first weights."""
    try:
        return not isinstance(value, bool) and int(value) == value
    except (TypeError, ValueError, OverflowError):
        return False


@FEW
@given(storm=st.lists(st.lists(st.tuples(COMMANDS, PAUSES), max_size=25), min_size=1, max_size=3))
def test_a_storm_of_commands_in_a_lab(storm, made):
    gan = tiny.as_made(*made)
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, most_steps=40)
    try:
        threads = [threading.Thread(target=command, args=(trainer, commands)) for commands in storm]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        trainer.pause()
        assert trainer.wait(120)
    finally:
        trainer.close()
    assert not trainer.running
    schedule, arrays, steps = trainer.schedule(), arrays_of(gan), gan.step
    if steps:
        again = tiny.as_made(*made)
        tiny.train(again, steps, schedule=schedule)
        set_last(again, schedule)
        assert same(arrays_of(again), arrays)


@given(draw=st.data())
def test_a_lab_is_opened_or_refused(draw, made, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gan = tiny.as_made(*made)
    good = {"model": gan, "data": tiny.DATA, "batch_size": 8, "run": None, "sample_interval": 5, "callbacks": ()}
    good |= {"most_steps": 5, "most_minutes": 1, "view": None}
    name = draw.draw(st.sampled_from([*good]))
    trainer, refusal = attempt(lambda: LabTrainer(**{**good, name: draw.draw(odd_values())}))
    if not refusal:
        trainer.close()
        trainer.model.run = None


# --- the drawing pad ------------------------------------------------------------------------------------------------

STROKE = {"points": [100, 200, 300, 400], "width": 80, "ink": "white"}
MESSAGES = [{"do": do, "kind": "a", "strokes": [STROKE, STROKE], "number": "1"} for do in ("look", "change", "keep")]
MESSAGES += [{"do": "drop", "id": "a/b.png", "number": "1"}]


@given(draw=st.data())
def test_a_pad_is_opened_or_refused(draw, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good = {"kinds": ["a"], "size": 28, "channels": 1, "folder": None, "judge": None, "paper": None, "centred": None}
    name = draw.draw(st.sampled_from([*good]))
    pad, refusal = attempt(lambda: DrawingPad(**{**good, name: draw.draw(odd_values())}), name)
    if refusal:
        return
    attempt(lambda: pad.on_change(draw.draw(odd_values())), "function")
    attempt(lambda: pad.watch(draw.draw(odd_values())), "model")
    send(pad, MESSAGES[2] | {"kind": pad.kinds[0]})
    _, refusal = attempt(lambda: pad.save(draw.draw(odd_values())))
    assert len(pad.pictures.images) == 1
    assert pad.current.shape == (1, pad.size, pad.size, pad.channels)


@given(draw=st.data())
def test_every_message_to_a_pad_is_answered(draw):
    pad = DrawingPad(["a"], size=16)
    good = draw.draw(st.sampled_from(MESSAGES))
    path = draw.draw(st.sampled_from([*paths_in(good)]))
    answer = send(pad, with_other(good, path, draw.draw(json_values() | odd_values())))
    if answer.get("refused"):
        assert answer["said"].isprintable()
        assert 15 < len(answer["said"]) < 600
        assert len(pad.pictures.images) == 0
    assert not send(pad, MESSAGES[2]).get("refused")


@given(draw=st.data())
def test_every_message_to_a_plane_is_answered(draw):
    pad = PointPad()
    good = {"number": "1", "points": [100 * n for n in range(-8, 8)]}
    path = draw.draw(st.sampled_from([*paths_in(good)]))
    answer = send(pad, with_other(good, path, draw.draw(json_values() | odd_values())))
    if answer.get("refused"):
        assert answer["said"].isprintable()
        assert 15 < len(answer["said"]) < 600
        assert len(pad.points) == 0
    assert np.abs(pad.points).max(initial=0) <= 1
    assert not send(pad, good).get("refused")
    assert len(pad.points) == 8
