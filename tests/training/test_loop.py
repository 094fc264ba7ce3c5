"""The training loop: exact steps, live values, guards, divergence, interrupts, a full disk."""

import _thread
import random
import shutil
import signal
import threading

import keras
import numpy as np
import pytest
from disk import FullDisk
from helpers.checks import arrays_of, one_sentence, same
from helpers.toy import At, Toy, train

from ganlib.training import (
    MAX_BLOCK,
    GuardError,
    RunFolder,
    Schedule,
    TrainingDiverged,
    TrainingInterrupted,
    loop,
)
from ganlib.training.players import take_turn

BOTH_MODES = pytest.mark.parametrize("mode", ["compiled", "graph"], indirect=True)


class Recorder(keras.callbacks.Callback):
    """Remember what a callback is told."""

    def __init__(self, every=None):
        super().__init__()
        self.every = every
        self.calls = []
        self.steps = []
        self.logs = []

    def on_train_begin(self, logs=None):
        self.calls.append("begin")

    def on_train_batch_end(self, batch, logs=None):
        self.steps.append(batch + 1)
        self.logs.append(logs)

    def on_train_end(self, logs=None):
        self.calls.append("end")


@pytest.fixture
def after(fresh):
    """A function that returns the state of a model after so many steps in one go."""

    def state(steps):
        toy = fresh()
        train(toy, steps)
        return arrays_of(toy)

    return state


# --- exact steps ---------------------------------------------------------------------------------------------------


@BOTH_MODES
def test_how_often_somebody_looks_or_trains_does_not_change_a_bit(mode, fresh):
    whole, looked_at, twice = fresh(), fresh(), fresh()
    train(whole, 60)
    train(looked_at, 60, callbacks=[Recorder(every=7), Recorder(every=11)])
    train(twice, 25)
    train(twice, 35)
    assert same(arrays_of(looked_at), arrays_of(whole))
    assert same(arrays_of(twice), arrays_of(whole))
    for name, column in whole.measured.items():
        assert np.array_equal(column, looked_at.measured[name], equal_nan=True)
        assert np.array_equal(column, twice.measured[name], equal_nan=True)


def test_another_seed_gives_other_weights(after):
    toy = Toy(seed=5)
    train(toy, 60)
    assert not same(arrays_of(toy), after(60))


def test_every_step_is_measured_once_and_only_sparse_columns_have_gaps(toy):
    history = train(toy, 60)
    assert history["step"].tolist() == list(range(1, 61))
    assert np.isfinite(history["leader_loss"]).all()
    assert np.isfinite(history["follower_loss"]).all()
    assert np.flatnonzero(np.isfinite(history["size"])).tolist() == [0, 10, 20, 30, 40, 50]
    assert toy.step == 60


# --- when somebody looks -------------------------------------------------------------------------------------------


def test_a_callback_sees_a_block_end_at_every_multiple_of_its_interval(toy):
    seven, free = Recorder(every=7), Recorder()
    train(toy, 60, callbacks=[seven, free])
    assert set(range(7, 61, 7)) <= set(seven.steps)
    assert seven.steps == free.steps
    assert seven.steps[-1] == 60
    assert seven.calls == ["begin", "end"]


def test_a_callback_is_told_the_newest_value_of_every_column(toy):
    recorder = Recorder(every=5)
    history = train(toy, 30, callbacks=[recorder])
    for step, logs in zip(recorder.steps, recorder.logs, strict=True):
        assert logs["leader_loss"] == history["leader_loss"][step - 1]
        assert logs["size"] == history["size"][(step - 1) // 10 * 10]


def test_a_callback_can_stop_the_training(toy, tmp_path):
    train(toy, 60, callbacks=[At(20, lambda: setattr(toy, "stop_training", True))], run=tmp_path / "run")
    assert toy.step == 20
    assert toy.run.load_checkpoint()[0] == 20
    assert toy.steps_left() == 40
    train(toy, 1)
    assert toy.step == 21


@pytest.mark.parametrize(
    ("speed", "first", "last", "length"),
    [
        (float("nan"), 1, 1000, 1),  # before anything is known
        (100.0, 1, 1000, 25),  # a quarter of a second
        (1e9, 1, 5000, MAX_BLOCK),
        (0.1, 1, 1000, 1),  # slow steps: one at a time
        (1e9, 990, 1000, 10),  # the last step
        (1e9, 37, 1000, 3),  # a change at step 40
        (1e9, 45, 1000, 5),  # a callback every 50 steps
        (1e9, 290, 5000, 10),  # a checkpoint every 150 steps
    ],
)
def test_blocks_are_as_long_as_nobody_wants_to_look(toy, speed, first, last, length):
    schedule = Schedule([(40, "pull", 0.5)] if first == 37 else [])
    every = 50 if first == 45 else None
    trainer = toy.trainer(8, schedule=schedule, callbacks=[Recorder(every)], checkpoint_interval=150)
    trainer.steps_per_second = speed
    assert trainer._block_length(first, last) == length


# --- live values ---------------------------------------------------------------------------------------------------


def steer_from_a_thread(toy, changes):
    """Set live values in a thread of their own."""

    def turn():
        for name, value in changes:
            toy.live[name] = value

    thread = threading.Thread(target=turn)
    thread.start()
    thread.join()


CHANGES = [("pull", 0.5), ("leader_learning_rate", 0.03), ("pull", -0.25)]


def test_changes_from_another_thread_act_between_blocks_in_order_and_are_recorded(toy, tmp_path):
    seen = []
    trained = [
        At(20, lambda: steer_from_a_thread(toy, CHANGES)),
        At(20, lambda: seen.append(float(toy.pull.numpy()))),
        At(21, lambda: seen.append(float(toy.pull.numpy()))),
    ]
    train(toy, 60, callbacks=trained, run=tmp_path / "run")
    assert seen == [1.0, -0.25], "nothing changes in the middle of what callbacks see; all has changed a step later"
    events = [(e["step"], e["name"], e["value"]) for e in toy.run.events() if e["event"] == "set"]
    assert events == [(20, name, value) for name, value in CHANGES]
    assert toy.live["leader_learning_rate"] == 0.03


def test_no_change_makes_a_new_trace_but_the_first_that_lets_a_player_stand_still():
    toy = Toy()

    def steer():
        toy.live["pull"] = toy.live["pull"] * 0.9
        toy.live["leader_learning_rate"] = toy.live["leader_learning_rate"] * 0.9

    def halt():
        toy.live["halted"] = not toy.live["halted"]

    def after_every_block(action):
        return [keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: action())]

    train(toy, 60, callbacks=after_every_block(steer))
    assert toy.live["leader_learning_rate"] < 0.01
    assert toy.traces == 1
    toy.live["halted"] = True
    train(toy, 1)
    before = toy.traces
    train(toy, 60, callbacks=after_every_block(halt))
    assert toy.traces == before


def test_a_new_rate_acts_at_once_and_keeps_the_moments(toy):
    moves = []

    def remember():
        moves.append(toy.leader.get_weights()[0])

    train(
        toy,
        23,
        callbacks=[
            *(At(step, remember) for step in (19, 20, 21)),
            At(20, lambda: toy.live.__setitem__("leader_learning_rate", 0.1)),
        ],
    )
    before, after = (np.abs(moves[i + 1] - moves[i]).mean() for i in (0, 1))
    assert 3 < after / before < 30, "ten times the rate, nearly the same moments"
    assert int(toy.optimizers["leader"].iterations.numpy()) == 23


@BOTH_MODES
def test_a_recorded_session_is_replayed_bit_for_bit(mode, fresh, tmp_path):
    steered, replayed = fresh(), fresh()
    steered.live["pull"] = replayed.live["pull"] = 0.7
    train(
        steered,
        40,
        run=tmp_path / "run",
        callbacks=[
            At(13, lambda: steer_from_a_thread(steered, CHANGES)),
            At(33, lambda: steer_from_a_thread(steered, [("leader_learning_rate", 0.00012345678)])),
        ],
    )
    schedule = RunFolder.open(tmp_path / "run").schedule()
    assert len(schedule) == 4
    train(replayed, 40, schedule=schedule)
    assert same(arrays_of(replayed), arrays_of(steered))


def test_a_change_between_two_trainings_is_part_of_the_session(toy, fresh, tmp_path):
    train(toy, 10, run=tmp_path / "run")
    toy.live["pull"] = -0.5
    train(toy, 10)
    assert toy.run.schedule() == Schedule([(10, "pull", -0.5)])
    replayed = fresh()
    train(replayed, 20, schedule=toy.run.schedule())
    assert same(arrays_of(replayed), arrays_of(toy))


def test_a_change_while_a_training_is_made_ready_is_part_of_the_session(toy, fresh, tmp_path):
    trainer = toy.trainer(8, run=tmp_path / "run", steps=20)
    toy.live["pull"] = 0.5
    trainer.run(20)
    assert toy.run.schedule() == Schedule([(0, "pull", 0.5)])
    replayed = fresh()
    train(replayed, 20, schedule=toy.run.schedule())
    assert same(arrays_of(replayed), arrays_of(toy))


def test_a_change_while_the_last_block_runs_is_recorded_and_in_the_last_checkpoint(toy, tmp_path):
    train(toy, 20, callbacks=[At(20, lambda: steer_from_a_thread(toy, CHANGES))], run=tmp_path / "run")
    assert toy.live["pull"] == -0.25
    assert [change.step for change in toy.run.schedule()] == [20, 20, 20]
    resumed = Toy.resume(tmp_path / "run")
    assert resumed.live["pull"] == -0.25
    train(resumed, 10)
    assert [change.step for change in resumed.run.schedule()] == [20, 20, 20]


def test_a_schedule_acts_before_the_step_that_it_names(toy):
    seen = {}
    watch = [
        keras.callbacks.LambdaCallback(on_train_batch_end=lambda step, logs: seen.update({step + 1: toy.live["pull"]}))
    ]
    train(toy, 12, schedule=Schedule([(0, "pull", 0.1), (5, "pull", 0.2), (12, "pull", 0.3)]), callbacks=watch)
    assert seen[1] == pytest.approx(0.1)
    assert seen[5] == pytest.approx(0.1)
    assert seen[12] == pytest.approx(0.2), "step 12 was made before the change that comes before step 12"
    assert max(step for step, pull in seen.items() if pull == pytest.approx(0.1)) == 5


def test_a_schedule_goes_on_in_a_run_that_goes_on(fresh, tmp_path):
    schedule = Schedule([(5, "pull", 0.2), (10, "pull", 0.3), (15, "pull", 0.4)])
    whole, twice = fresh(), fresh()
    train(whole, 20, schedule=schedule, run=tmp_path / "whole")
    train(twice, 10, schedule=schedule, run=tmp_path / "twice")
    train(twice, 10)
    assert same(arrays_of(twice), arrays_of(whole))
    assert twice.run.schedule() == whole.run.schedule() == schedule


# --- guards --------------------------------------------------------------------------------------------------------


def test_the_guard_measures_that_each_player_moved_in_its_own_step_only(toy):
    train(toy, 5)
    assert toy.guard["leader"]["leader"] > 0
    assert toy.guard["leader"]["follower"] == 0
    assert toy.guard["follower"]["leader"] == 0
    assert toy.guard["follower"]["follower"] > 0


def sabotage(toy, *, also_moves=False):
    """Let the leader's step move the follower too, or nobody."""
    lead = toy._lead

    def wrong(draws, batch_size, learn):
        if also_moves:
            toy.follower.weights[1].assign_add([0.0, 1e-6, 0.0])
            return lead(draws, batch_size, learn)
        return {"leader_loss": 0.0, "size": 0.0}

    toy._lead = wrong
    toy.compile()  # what was traced before is forgotten
    return toy


@pytest.mark.parametrize("first", [0, 3])
def test_a_player_that_moves_in_anothers_step_is_found(first):
    """At step 3 some of what is measured is NaN on purpose, and the guard looks all the same."""
    toy = sabotage(Toy(), also_moves=True)
    toy.step = first
    before = arrays_of(toy)
    with pytest.raises(GuardError, match="The follower's weights moved by 1e-06 in the leader's step") as error:
        train(toy, 5)
    one_sentence(error)
    assert toy.step == first
    assert same(arrays_of(toy), before), "the model is as it was before"
    assert toy.guard["leader"]["follower"] > 0, "what was measured is kept"


def test_a_player_that_does_not_move_in_its_own_step_is_found():
    toy = sabotage(Toy())
    with pytest.raises(GuardError, match="The leader's weights did not move in its own step") as error:
        train(toy, 5)
    one_sentence(error)


def test_a_player_that_is_held_still_on_purpose_is_no_fault(toy):
    toy.live["halted"] = True
    train(toy, 5)
    assert toy.guard["leader"] == {"leader": 0, "follower": 0}


def test_a_change_that_waits_for_the_next_block_does_not_confuse_the_guard(toy):
    toy.live["halted"] = True
    trainer = toy.trainer(8)
    rehearse = trainer._rehearse

    def steered():
        steer_from_a_thread(toy, [("halted", False)])
        rehearse()

    trainer._rehearse = steered
    trainer.run(5)
    assert toy.step == 5


def test_the_guard_looks_again_at_what_is_compiled_anew_until_it_is_right():
    toy = Toy()
    train(toy, 5)
    sabotage(toy, also_moves=True)
    for _ in range(2):
        with pytest.raises(GuardError):
            train(toy, 5)
        assert toy.step == 5


def test_the_guard_looks_once_at_what_was_compiled_and_again_when_somebody_else_is_held_still(toy, monkeypatch):
    rehearsed = []
    monkeypatch.setattr(loop, "take_turn", lambda *asked: rehearsed.append(asked) or take_turn(*asked))

    def count(**changes):
        rehearsed.clear()
        for name, value in changes.items():
            toy.live[name] = value
        train(toy, 5)
        return len(rehearsed)

    toy.compile()
    toy.guard = None
    both = count()
    assert both == 2
    assert count() == 0
    assert toy.guard["leader"]["leader"] > 0, "it still says what it found"
    assert count(halted=True) == count(halted=False) == both
    toy.compile()
    assert count() == both


# --- divergence ----------------------------------------------------------------------------------------------------


def test_divergence_is_explained_and_leaves_the_last_good_state(toy, after, tmp_path):
    bad_rate = [At(67, lambda: toy.live.__setitem__("leader_learning_rate", 1e30))]
    with pytest.raises(TrainingDiverged) as error:
        train(toy, 100, run=tmp_path / "run", checkpoint_interval=20, callbacks=bad_rate)
    text = str(error.value)
    assert "Training diverged at step 6" in text
    assert "_loss became " in text
    assert "leader_learning_rate 1e+30" in text
    assert "The model was put back to step 60" in text
    assert toy.step == 60
    assert same(arrays_of(toy), after(60))
    assert toy.measured["step"].tolist() == list(range(1, 61))
    assert toy.live["leader_learning_rate"] == 0.01


def test_a_run_that_diverged_is_consistent_and_can_be_resumed_or_trained_on(toy, tmp_path):
    bad_rate = [At(47, lambda: toy.live.__setitem__("leader_learning_rate", 1e30))]
    with pytest.raises(TrainingDiverged):
        train(toy, 60, run=tmp_path / "run", checkpoint_interval=20, callbacks=bad_rate)
    assert toy.run.history()["step"].tolist() == list(range(1, 41))
    assert toy.run.schedule() == Schedule()
    (diverged,) = [event for event in toy.run.events() if event["event"] == "diverged"]
    assert diverged["step"] == 40
    assert diverged["at"] > 47
    resumed = Toy.resume(shutil.copytree(tmp_path / "run", tmp_path / "copy"))
    assert same(arrays_of(resumed), arrays_of(toy))
    train(toy, 20)
    assert toy.run.history()["step"].tolist() == list(range(1, 61))


def test_a_training_that_goes_on_after_it_diverged_makes_the_changes_of_its_schedule_again(toy):
    spoil = [np.full((3, 3), np.nan), np.zeros(3)]

    def spoil_once():
        if spoil:
            toy.leader.set_weights(spoil)
            spoil.clear()

    trainer = toy.trainer(8, schedule=[(2, "pull", 0.5)], callbacks=[At(4, spoil_once)])
    with pytest.raises(TrainingDiverged, match="put back to step 0"):
        trainer.run(6)
    assert toy.live["pull"] == 1
    trainer.run(6)
    assert toy.live["pull"] == 0.5
    assert toy.live.changes[-1] == (2, "pull", 0.5)


def test_a_weight_that_is_not_finite_is_found_at_the_checkpoint_even_if_no_loss_shows_it(toy):
    def spoil():
        toy.optimizers["follower"].variables[2].assign(np.full((3, 3), np.inf))

    train(toy, 10)
    before = arrays_of(toy)
    with pytest.raises(TrainingDiverged, match="a weight of follower_optimizer became infinite or NaN"):
        train(toy, 10, callbacks=[At(20, spoil)])
    assert same(arrays_of(toy), before)


def test_weights_that_are_not_finite_before_training_are_named(toy):
    toy.leader.set_weights([np.full((3, 3), np.nan), np.zeros(3)])
    with pytest.raises(TrainingDiverged, match="A weight of leader is infinite or NaN") as error:
        train(toy, 10)
    one_sentence(error)
    assert toy.step == 0


def test_the_first_bad_column_and_step_are_named(toy):
    trainer = toy.trainer(8)
    trainer._checkpoint()
    rows = np.ones((4, 3), np.float32)
    rows[:, 2] = np.nan  # a sparse column
    trainer._check_finite(0, rows)
    rows[2, 1], rows[3, 0] = np.inf, np.nan
    with pytest.raises(TrainingDiverged, match="diverged at step 13: follower_loss became inf"):
        trainer._check_finite(10, rows)
    rows[2, 1], rows[3, 0], rows[0, 2] = 1, 1, -np.inf
    with pytest.raises(TrainingDiverged, match="diverged at step 11: size became -inf"):
        trainer._check_finite(10, rows)


# --- interrupts and errors -----------------------------------------------------------------------------------------


@pytest.fixture
def handler():
    """A handler of SIGINT that is not Python's own."""

    def mine(*_):
        raise AssertionError("the interrupt went past the training")

    before = signal.signal(signal.SIGINT, mine)
    yield mine
    signal.signal(signal.SIGINT, before)


def test_an_interrupt_stops_after_a_whole_step_with_a_checkpoint(toy, after, handler, tmp_path):
    press = [At(20, lambda: signal.raise_signal(signal.SIGINT))]
    with pytest.raises(TrainingInterrupted, match="Interrupted after step 20; nothing is lost") as error:
        train(toy, 60, callbacks=press, run=tmp_path / "run")
    assert isinstance(error.value, KeyboardInterrupt)
    assert str(tmp_path / "run") in one_sentence(error)
    assert error.value._render_traceback_() == [str(error.value)]
    assert signal.getsignal(signal.SIGINT) is handler
    assert toy.step == 20
    assert toy.run.load_checkpoint()[0] == 20
    train(toy, None)
    assert same(arrays_of(toy), after(60))


def test_an_interrupt_at_any_moment_stops_after_a_whole_step(toy, after, handler):
    timer = threading.Timer(0.05, _thread.interrupt_main)
    with pytest.raises(TrainingInterrupted):
        train(toy, 1_000_000, callbacks=[At(1, timer.start)])
    assert toy.measured["step"].tolist() == list(range(1, toy.step + 1))
    assert same(arrays_of(toy), after(toy.step))


@pytest.fixture
def pythons_handler():
    """Python's own handler of SIGINT, which it does not install in a process that was started in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("pythons_handler")
def test_a_second_interrupt_acts_at_once_and_the_model_is_still_at_a_whole_step(toy, after, tmp_path):
    trainer = toy.trainer(8, run=tmp_path / "run", steps=60, checkpoint_interval=10)
    run_block = trainer._block

    def pressed_twice(first, count):
        rows = run_block(first, count)
        if first + count > 25:
            for _ in range(2):  # the handler is called, as Python loses a signal that comes in a destructor
                signal.getsignal(signal.SIGINT)(signal.SIGINT, None)
        return rows

    trainer._block = pressed_twice
    with pytest.raises(KeyboardInterrupt) as error:
        trainer.run(60)
    assert toy.step == 20
    assert "step 20" in "".join(error.value.__notes__)
    assert toy.measured["step"].tolist() == toy.run.history()["step"].tolist() == list(range(1, 21))
    assert same(arrays_of(toy), after(toy.step))


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="signals of Unix")
@pytest.mark.parametrize("name", ["SIGTERM", "SIGHUP"])
def test_a_program_that_is_told_to_end_leaves_a_checkpoint_first_and_says_so(toy, after, tmp_path, capfd, name):
    number, reached = getattr(signal, name), []
    before = signal.signal(number, lambda *_: reached.append(toy.run.load_checkpoint()[0]))
    try:
        with pytest.raises(TrainingInterrupted, match="Interrupted after step 20; nothing is lost"):
            train(toy, 60, callbacks=[At(20, lambda: signal.raise_signal(number))], run=tmp_path / "run")
        assert reached == [20], "what was set up for the signal comes after the checkpoint"
        assert "Interrupted after step 20; nothing is lost" in capfd.readouterr().err
        signal.signal(number, signal.SIG_IGN)
        train(toy, 10, callbacks=[At(25, lambda: signal.raise_signal(number))])
        assert toy.step == 30, "nohup: a signal that is ignored stays ignored"
    finally:
        signal.signal(number, before)
    assert same(arrays_of(toy), after(30))


def test_a_thread_that_trains_leaves_the_handler_alone(toy, handler):
    thread = threading.Thread(target=train, args=(toy, 10))
    thread.start()
    thread.join()
    assert toy.step == 10
    assert signal.getsignal(signal.SIGINT) is handler


def test_a_callback_that_fails_leaves_a_checkpoint_and_a_usable_model(toy, after, tmp_path):
    def fail():
        raise LookupError("a fault of the callback")

    recorder = Recorder()
    with pytest.raises(LookupError, match="a fault of the callback") as error:
        train(toy, 60, callbacks=[At(20, fail), recorder], run=tmp_path / "run")
    (note,) = error.value.__notes__
    assert one_sentence(note).startswith("Training ended early after step 20: call train() to go on.")
    assert str(tmp_path / "run") in note
    assert recorder.calls == ["begin", "end"]
    assert toy.run.load_checkpoint()[0] == 20
    assert toy.run.history()["step"].tolist() == list(range(1, 21))
    train(toy, None)
    assert same(arrays_of(toy), after(60))


def test_an_error_inside_a_step_leaves_the_last_good_state(toy, after):
    trainer = toy.trainer(8, checkpoint_interval=10)
    run_block = trainer._block

    def out_of_memory(first, count):
        rows = run_block(first, count)
        if first + count > 25:
            raise MemoryError
        return rows

    trainer._block = out_of_memory
    with pytest.raises(MemoryError):
        trainer.run(60)
    assert toy.step == 20
    assert same(arrays_of(toy), after(toy.step))


def test_two_trainings_at_once_are_refused_and_the_first_goes_on_undisturbed(toy, after, tmp_path):
    refused = []

    def train_again():
        for options in ({}, {"run": tmp_path / "other"}):
            with pytest.raises(RuntimeError, match="is being trained already") as error:
                train(toy, 5, **options)
            refused.append(one_sentence(error))

    train(toy, 60, callbacks=[At(20, train_again)], run=tmp_path / "run")
    assert len(refused) == 2
    assert not (tmp_path / "other").exists()
    assert toy.run.path == tmp_path / "run"
    assert toy.run.config["training"]["last_step"] == 60
    assert len([event for event in toy.run.events() if event["event"] == "train"]) == 1
    assert toy.measured["step"].tolist() == list(range(1, 61))
    assert same(arrays_of(toy), after(60))


# --- a full disk ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("trial", range(8))
def test_a_disk_that_fills_up_at_any_moment_costs_nothing(toy, after, tmp_path, trial):
    allowed = random.Random(trial).randrange(12, 45)
    print("writes that fit:", allowed)
    train(toy, 1, run=tmp_path / "run")
    with pytest.MonkeyPatch.context() as patch:
        FullDisk(allowed).install(patch)
        with pytest.raises(OSError, match="could not be written: the disk is full") as error:
            train(toy, 59, checkpoint_interval=5)
    one_sentence(error)
    assert not list((tmp_path / "run").rglob("*unfinished*"))
    copy = Toy.resume(shutil.copytree(tmp_path / "run", tmp_path / "copy"))
    assert copy.measured["step"].tolist() == list(range(1, copy.step + 1))
    assert 0 < copy.step <= toy.step < 60
    train(toy, 60 - toy.step, checkpoint_interval=5)
    assert same(arrays_of(toy), after(60))
    assert RunFolder.open(tmp_path / "run").history()["step"].tolist() == list(range(1, 61))
