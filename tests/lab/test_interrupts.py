"""An interrupt while a lab, an explorer or a time machine opens: the next one opens, and works."""

import contextlib
import os
import signal
import sys
import threading
from pathlib import Path

import pytest
from helpers import tiny

import ganlib
from ganlib._tensorflow import keras
from ganlib.lab import trainer as trainer_module
from ganlib.lab.explorer import LatentExplorer
from ganlib.lab.live import LiveLab
from ganlib.lab.replay import TimeMachine
from ganlib.lab.trainer import LabTrainer

OURS = str(Path(ganlib.__file__).parent)


class Interrupt:
    """Raises KeyboardInterrupt in this thread when a function is called, the one that is at the number given.

    Parameters
    ----------
    at : int or None
        The number of the call; None: only count them.
    every : bool
        Count every call of ganlib and of Python's threads; else the first call of each of ganlib's functions.
    """

    def __init__(self, at=None, every=True):
        self.at, self.every, self.calls, self._known = at, every, 0, set()

    def __enter__(self):
        sys.settrace(self._called)
        return self

    def __exit__(self, *_):
        sys.settrace(None)

    def _called(self, frame, event, argument):
        code = frame.f_code
        counts = self.every or code not in self._known
        if counts and code.co_filename.startswith((OURS, threading.__file__) if self.every else OURS):
            self._known.add(code)
            self.calls += 1
            if self.calls - 1 == self.at:
                sys.settrace(None)
                raise KeyboardInterrupt


def open_trainer(gan):
    return LabTrainer(gan, tiny.DATA, batch_size=8, most_steps=10**6)


def open_lab(gan):
    return LiveLab(gan, tiny.DATA, batch_size=8, most_steps=10**6)


def check_that_one_opens_and_trains(gan):
    trainer = open_trainer(gan)
    before = gan.step
    trainer.step()
    assert trainer.wait()
    assert trainer.message == ""
    assert gan.step == before + 1
    assert trainer_module.active() is trainer
    return trainer


@pytest.mark.parametrize("busy", [False, True], ids=["the one before rests", "the one before trains"])
def test_whatever_call_an_interrupt_hits_while_a_trainer_opens_the_next_one_opens_and_trains(gan, busy):
    check_that_one_opens_and_trains(gan)
    with Interrupt() as counted:
        open_trainer(gan)
    assert counted.calls >= 30
    for at in range(counted.calls):
        if busy:
            trainer_module.active().play()
        # Python's own wait for a thread to start may turn it into a RuntimeError, or be over without so many calls.
        with contextlib.suppress(KeyboardInterrupt, RuntimeError), Interrupt(at):
            open_trainer(gan)
        assert check_that_one_opens_and_trains(gan).first_step == 0, "reset still knows the first weights"


@pytest.mark.parametrize(
    "opening",
    [open_lab, lambda gan: LatentExplorer(gan, tiny.DATA), lambda gan: TimeMachine()],
    ids=["lab", "explorer", "time machine"],
)
def test_whatever_function_an_interrupt_hits_while_one_opens_the_next_lab_opens_and_trains(gan, opening):
    opening(gan)
    with Interrupt(every=False) as counted:
        opening(gan)
    interrupted = 0
    for at in range(counted.calls):
        try:
            with Interrupt(at, every=False):
                opening(gan)
        except KeyboardInterrupt:
            interrupted += 1
        if at % 10 == 0:
            opening(gan)
            check_that_one_opens_and_trains(gan)
    assert interrupted > 10
    opening(gan)
    lab = open_lab(gan)
    lab.buttons["step"].click()
    assert lab.trainer.wait()
    assert "paused" in lab._status.value


class Holds(keras.callbacks.Callback):
    """Keeps the trainer's thread busy, as the compilation of a step does."""

    def __init__(self):
        super().__init__()
        self.reached, self.let_go = threading.Event(), threading.Event()

    def on_train_batch_end(self, batch, logs=None):
        self.reached.set()
        self.let_go.wait(60)


@pytest.fixture
def interrupts():
    """Python's own handler, which a process in the background lacks."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot interrupt a wait for a thread")
def test_the_wait_for_a_busy_lab_can_be_interrupted_again_and_again_and_the_next_one_opens(gan, interrupts):
    holds = Holds()
    first = LabTrainer(gan, tiny.DATA, batch_size=8, callbacks=[holds])
    first.play()
    assert holds.reached.wait(60)
    for _ in range(3):
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        with pytest.raises(KeyboardInterrupt):
            open_trainer(gan)
        timer.join()
    holds.let_go.set()
    check_that_one_opens_and_trains(gan)
    assert first.closed
    assert "Another lab was opened" in first.message
    assert not first._thread.is_alive()


@pytest.mark.skipif(os.name == "nt", reason="Windows cannot interrupt a wait for a thread")
def test_a_lab_whose_closing_was_interrupted_is_waited_for_by_the_next(gan, interrupts):
    holds = Holds()
    first = LabTrainer(gan, tiny.DATA, batch_size=8, callbacks=[holds])
    first.play()
    assert holds.reached.wait(60)
    threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        first.close()
    threading.Timer(0.2, holds.let_go.set).start()
    check_that_one_opens_and_trains(gan)


def test_of_labs_that_are_opened_at_the_same_moment_in_threads_one_stays_open(gan):
    opened, errors = [], []

    def open_one(opening):
        try:
            opened.append(opening(gan))
        except BaseException as error:
            errors.append(error)

    for opening in (open_trainer, open_lab):
        threads = [threading.Thread(target=open_one, args=(opening,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
    trainers = [getattr(one, "trainer", one) for one in opened]
    assert [trainer for trainer in trainers if not trainer.closed] == [trainer_module.active()]
    check_that_one_opens_and_trains(gan)
    assert all(trainer.closed and not trainer._thread.is_alive() for trainer in trainers)


def test_a_lab_that_cannot_open_leaves_the_one_before_it_as_it_is(gan, monkeypatch):
    before = check_that_one_opens_and_trains(gan)
    with pytest.raises(ValueError, match="batch_size"):
        LabTrainer(gan, tiny.DATA, batch_size=1)
    assert trainer_module.active() is before
    monkeypatch.setattr(LabTrainer, "_start", lambda self, before: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        open_trainer(gan)
    monkeypatch.undo()
    check_that_one_opens_and_trains(gan)


def test_a_lab_can_be_opened_by_a_callback_of_the_one_before(gan):
    opened = []

    class Opens(keras.callbacks.Callback):
        def on_train_batch_end(self, batch, logs=None):
            if not opened:
                opened.append(open_trainer(gan))

    first = LabTrainer(gan, tiny.DATA, batch_size=8, callbacks=[Opens()])
    first.play(5)
    first._thread.join(60)
    assert first.closed
    assert trainer_module.active() is opened[0]
    check_that_one_opens_and_trains(gan)


def test_a_lab_that_nobody_waits_for_any_more_gives_way_to_a_younger_one(gan, monkeypatch):
    take_over, late, reached, let_go = trainer_module._take_over, [], threading.Event(), threading.Event()

    def delayed(trainer, opener):
        if not late:
            late.append(trainer)
            reached.set()
            let_go.wait(60)
        take_over(trainer, opener)

    monkeypatch.setattr(trainer_module, "_take_over", delayed)
    opening = threading.Thread(target=open_trainer, args=(gan,))
    opening.start()
    assert reached.wait(60)
    young = check_that_one_opens_and_trains(gan)
    let_go.set()
    opening.join(60)
    assert late[0].closed
    assert "Another lab was opened" in late[0].message
    assert trainer_module.active() is young
    young.step()
    assert young.wait()
    assert gan.step == 2
