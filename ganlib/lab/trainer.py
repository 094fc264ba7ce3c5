"""Training in the background: one thread, steered by commands that it reads between two blocks of steps.

There are no widgets here. Whoever steers, from whatever thread, only puts commands into a queue. Only the trainer's
thread touches the model, and only it calls the view that shows what happens.
"""

import atexit
import threading
import time
from collections import deque
from functools import partial
from itertools import count
from queue import SimpleQueue

import numpy as np

from ganlib._tensorflow import keras
from ganlib.arguments import Choice, Number, Whole
from ganlib.lab.session import check_same_kind, session_of
from ganlib.models.by_recipe import networks_of
from ganlib.models.recipes import RECIPES
from ganlib.paths import as_path
from ganlib.setup import environment
from ganlib.training import (
    GuardError,
    RunFolderError,
    Sampler,
    Schedule,
    TrainableModel,
    TrainingDiverged,
)
from ganlib.wording import write

SPEEDS = ("full", "calm", "slow")  # as fast as it goes; some steps per second; one step, told in sub-steps
BLOCK_SECONDS = 0.06  # a change waits for the block that runs
LOOK_SHARE = 25  # until the next look, the trainer trains for this many times as long as a look takes
LOOK_SECONDS = (0.2, 1.0)  # between two looks at least and at most, whatever a look takes
CALM = {"steps": 5, "seconds": 0.25}
CAPTION_SECONDS = 1.6
MOST_MINUTES = 30
LONGEST_MINUTES = 60 * 24 * 365
ALONE = {"discriminator": "freeze_g", "generator": "freeze_d"}  # what is held still while one network learns alone

GETTING_READY = "Getting ready: this is compiled once, which takes some seconds."
TAKEN_OVER = "Another lab was opened, so this one is closed. Run its cell again to reopen it."


class Refusal(ValueError):
    """A command that cannot be carried out; it says in words why."""


SENTENCES = Refusal, TrainingDiverged, GuardError, RunFolderError, OSError  # errors that say in words what happened

_active = None
_taking_over, _numbers = threading.Lock(), count()


class LabTrainer:
    """Trains one model in a thread of its own; methods may be called from any thread, and most return at once.

    Only `wait` and `close` wait for the thread, and `open` and `session` build a GAN. Changes of values and of the
    speed take effect between two blocks; any other command ends the run that is under way and comes next. Once the
    trainer is closed, commands raise a RuntimeError that says why. Starting a trainer closes the one before it: there
    are never two.

    Parameters
    ----------
    model : TrainableModel
        Where it stands is where `reset` comes back to; where an open lab around it began, if that lab is taken over.
    data, batch_size
        As in `TrainableModel.train`.
    run : str, Path or None
        A new folder to record in; after a reset another one is made beside it.
    sample_interval : int or None
        Steps between two samples in the run folder; the model's usual number if None.
    callbacks : iterable of keras.callbacks.Callback
        Called in the trainer's thread. An exception there pauses the training, and `message` says what it was.
    most_steps : int or None
        After this many steps the training pauses by itself; the model's usual number if None.
    most_minutes : float
        After this many minutes, too: 0 to 525,600.
    view : object or None
        `view.look(trainer)` is called in the trainer's thread, between blocks and when something has happened;
        `view.tell(trainer)` is a generator that shows one sub-step of the last step at every turn. `view.look_every`,
        if there is one, says how many seconds lie between two looks; else looks take a small share of the time.

    Attributes
    ----------
    model : TrainableModel
    data : tuple of ndarray
        What it learns from, as the model's `check_data` returns it.
    batch_size, most_steps : int
    running : bool
    closed : bool
    message : str
        What went wrong or why it paused; empty if there is nothing to say.
    speed : str
        "full", "calm" or "slow".
    last_step : int
        Where the present run is going to pause.
    runs : int
        How many runs have begun: each `play`, `step` and `alone` is one.
    opened : Session or None
        The session that is open.
    recipe : str or None
        The recipe of the session that was opened last.
    made_here : int
        The last step up to which all were made by this lab, none by a call of `train` beside it.

    Raises
    ------
    ValueError
        An argument does not fit; a lab that is open stays so.
    """

    def __init__(
        self,
        model,
        data=None,
        *,
        batch_size=None,
        run=None,
        sample_interval=None,
        callbacks=(),
        most_steps=None,
        most_minutes=MOST_MINUTES,
        view=None,
    ):
        if not isinstance(model, TrainableModel):
            raise ValueError(f"A lab trains a model of ganlib, such as GAN(), not {write(model)}.")
        if view is not None and not (hasattr(view, "look") and hasattr(view, "tell")):
            raise ValueError(f"view must have the methods look and tell, unlike {write(view)}.")
        self.model = model
        self.data = model.check_data(model.default_data() if data is None else data)
        usual = model.defaults["batch_size"] if batch_size is None else batch_size
        self.batch_size = Whole("batch_size", 4, len(self.data[0]))(usual)
        self.most_steps = Whole("most_steps", 1)(model.defaults["steps"] if most_steps is None else most_steps)
        self.running, self.closed, self.message, self.speed = False, False, "", "full"
        self.last_step, self.runs, self.opened, self.recipe = model.step, 0, None, None
        interval = model.defaults["sample_interval"] if sample_interval is None else sample_interval
        self._sample_interval = Whole("sample_interval", 1)(interval)
        self._most_seconds = 60 * Number("most_minutes", 0, LONGEST_MINUTES)(most_minutes)
        self._callbacks = _checked_callbacks(callbacks)
        self._view = view
        self._first_folder, self._folders = None if run is None else as_path(run, "run"), 0
        self._recorded = False  # whether the present folder has been made
        self._todo, self._wake = deque(), threading.Condition()
        self._idle = threading.Event()
        self._training = None
        self._looked, self._next_look = 0.0, 0.0
        self._deadline = None
        self._number, self._opened, self._at_work = next(_numbers), SimpleQueue(), threading.Lock()
        self._at_work.acquire()
        self._thread = threading.Thread(
            target=self._open_and_work, args=(threading.current_thread(),), name="ganlib lab", daemon=True
        )
        self._thread.start()
        if (error := self._opened.get()) is not None:
            raise error

    def _open_and_work(self, opener):
        """Take over from the trainer before this one, then work.

        All of it happens in this thread, which no interrupt reaches: whoever opens a lab only waits, and if that is
        interrupted, the lab opens all the same, and the next one closes it.
        """
        try:
            _take_over(self, opener)
            self._opened.put(None)
            self._work()
        except BaseException as error:
            self._opened.put(error)
        finally:
            self._at_work.release()

    def _start(self, before):
        """Remember where to come back to: where the model stands, or where a lab before this one found it."""
        if before is not None and before.model is self.model:
            self._first, self._first_values, self._logged = before._first, before._first_values, before._logged
            alike = self.batch_size == before.batch_size and all(map(np.array_equal, self.data, before.data))
            self.made_here, self.recipe = before.made_here if alike else before.first_step, before.recipe
        else:
            self._first = self.model.step, *self.model.state()
            self._first_values = self.model.live.snapshot()
            self._logged = len(self.model.live.changes)
            self.made_here = self.model.step
        self.model.live.notice()

    # --- commands -------------------------------------------------------------------------------------------------

    def play(self, steps=None):
        """Train on for a number of steps, or until somebody pauses."""
        self._post(self._play, None if steps is None else Whole("steps", 1)(steps))

    def pause(self, why=""):
        """Stop after the block that runs."""
        self._post(self._pause, str(why))

    def step(self):
        """Make one step and pause."""
        self._post(self._play, 1)

    def alone(self, player, steps=1):
        """Let one network learn for some steps while the other is held still.

        It freezes the other network and frees it again afterwards: two changes that a schedule can replay.

        Parameters
        ----------
        player : str
            The one that learns: "discriminator" or "generator".
        steps : int
            At least 1.
        """
        self._post(self._alone, Choice("player", tuple(ALONE))(player), Whole("steps", 1)(steps))

    def reset(self, seed=None):
        """Go back to the first weights, or to those of another seed, which are untrained and begin at step 0.

        The controls stay as they are, unless a session is open: then they go back to where it begins.
        """
        self._post(self._reset, None if seed is None else Whole("seed", 0, 2**31 - 1)(seed))

    def open(self, session):
        """Begin a session: `play` makes its steps again, with all its changes, and pauses at its end.

        Its values at step 0 are set at once. Changes that you make meanwhile count too. After a reset the session
        begins again; with another seed the same changes meet another GAN.

        Parameters
        ----------
        session : Session

        Raises
        ------
        ValueError
            It is of another kind of GAN than this lab's, or a change does not fit.
        """
        self._refuse_if_closed()
        self._post(self._open, session, check_same_kind(session, self.model))

    def leave(self):
        """End the session that is open, if any: what it still had to change is left out, and a reset keeps controls."""
        if self.opened is not None:
            self._post(self._leave)

    def set(self, name, value):
        """Change a live value, by its name; ValueError if there is none of that name, or the value does not fit."""
        self._refuse_if_closed()
        self.model.live[name] = value
        self.refresh()

    def apply(self, preset):
        """Change several live values at once: `preset` is called with the model."""
        if not callable(preset):
            raise ValueError(f"preset must be a function that takes the model, not {write(preset)}.")
        self._post(self._apply, preset)

    def set_speed(self, speed):
        """Train at "full" speed, "calm" or "slow"."""
        self._post(self._set_speed, Choice("speed", SPEEDS)(speed))

    def refresh(self):
        """Show again what there is."""
        self._post(self._refresh)

    def close(self, why="This lab is closed: run its cell again to reopen it."):
        """Stop for good and wait until the thread has ended."""
        self._end(why)
        if threading.current_thread() is not self._thread:
            self._wait_for_the_end()

    def _wait_for_the_end(self):
        """Wait until the thread has ended, even if an earlier wait for it was interrupted.

        `Thread.join` alone will not do: before Python 3.13, one that is interrupted takes the thread for ended.
        """
        with self._at_work:
            pass
        self._thread.join()

    def _end(self, why):
        with self._wake:
            already, self.closed = self.closed, True
            self.message = self.message if already else why
            self._todo.clear()
            self._todo.append((self._pause, ()))
            self._wake.notify_all()

    def wait(self, timeout=60):
        """Wait until all commands are carried out and nothing trains; return whether that is so.

        Parameters
        ----------
        timeout : float or None
            Wait this many seconds at most; None: as long as it takes.
        """
        return self._idle.wait(timeout)

    def _post(self, command, *arguments):
        with self._wake:
            self._refuse_if_closed()
            self._idle.clear()
            self._todo.append((command, arguments))
            self._wake.notify_all()

    def _refuse_if_closed(self):
        if self.closed:
            raise RuntimeError(self.message)

    # --- what happened --------------------------------------------------------------------------------------------

    @property
    def changes(self):
        """Every change of a live value since the start or the last reset, a tuple of `Change`."""
        return self.model.live.changes[self._logged :]

    @property
    def first_step(self):
        """The step that `reset` comes back to."""
        return self._first[0]

    def schedule(self):
        """Return the session as a `Schedule`; `train(steps, batch_size, schedule=...)` replays it on a fresh model."""
        first, changes = self._first[0], self.changes
        early = self._first_values | {c.name: c.value for c in changes if c.step == first}
        return Schedule([(first, *pair) for pair in early.items()] + [c for c in changes if c.step > first])

    @property
    def first_arrays(self):
        """What `reset` comes back to: the arrays of `TrainableModel.state`, by name."""
        return self._first[1]

    def session(self, steps=None):
        """Return all that repeats what was done here, to be saved, swapped and entered in a contest.

        Parameters
        ----------
        steps : int or None
            How many of the first steps to keep; all that were made if None.

        Returns
        -------
        Session

        Raises
        ------
        ValueError
            The lab is training, has made no step, or trains what a session cannot describe: networks or options of
            your own, a batch size other than the recipe's, pictures other than the first ones of MNIST.
        """
        return session_of(self, steps)

    @property
    def steps_per_second(self):
        """How fast it trains; NaN before it does."""
        return self._training.steps_per_second if self._training else float("nan")

    # --- the thread -----------------------------------------------------------------------------------------------

    def _work(self):
        while True:
            with self._wake:
                if not self._todo:
                    self._idle.set()
                self._wake.wait_for(lambda: self._todo)
                command, arguments = self._todo.popleft()
            if self.closed:
                break
            try:
                command(*arguments)
            except Exception as error:  # whatever it is, it has to be told where people look
                self._fail(error)
            self._look_now()
        self._look_now()
        self._idle.set()

    def _fail(self, error):
        self.running = False
        notes = " ".join(getattr(error, "__notes__", ()))
        told = environment.sentence(error) if isinstance(error, SENTENCES) else f"{type(error).__name__}: {error}"
        self.message = f"{told} {notes}".strip()
        self.last_step = self.model.step

    def _play(self, steps):
        left = self.opened.steps - self.model.step if self.opened else 0
        if steps is None and left > 0:
            steps = left
        self._run(self.most_steps if steps is None else min(steps, self.most_steps))
        if left > 0 and self.model.step == self.opened.steps:
            self.message = "The session that you opened ends here. Press play to carry on from here."

    def _pause(self, why=""):
        self.message = why
        if self.model.run and not self.closed:
            self.model.run.record(self.model.step, "pause")

    def _alone(self, player, steps):
        other = ALONE[player]
        if other not in self.model.live:
            raise Refusal(f"This model has no {player} that could learn alone.")
        before = self.model.live.read(other)
        self.model.live[other] = True
        known = len(self.changes)
        try:
            self._run(min(steps, self.most_steps))
        finally:
            by_hand = [change for change in self.changes[known:] if change.name == other]
            if not by_hand:
                self.model.live[other] = before

    def _apply(self, preset):
        preset(self.model)

    def _set_speed(self, speed):
        self.speed = speed

    def _refresh(self):
        pass

    def _open(self, session, built):
        model, (arrays, values) = self.model, built.state()
        model.start_over(0, arrays, values, session.seed)
        model.live.load({change.name: change.value for change in session.schedule if change.step == 0})
        self.data, self.batch_size = model.check_data(session.data()), built.defaults["batch_size"]
        self.opened, self.recipe = session, session.recipe
        self._begin_at(0, arrays, {**values, "live": model.live.snapshot()})
        self.message = f"A session of {session.steps:,} steps is open. Press play: all its changes come again."

    def _leave(self):
        self.opened = self._training = None
        self.message = "The session is closed: open it again to play all its changes."

    def _reset(self, seed):
        model, (first, arrays, values) = self.model, self._first
        if seed is not None and seed != model.seed:
            recipe = RECIPES[self.recipe] if self.recipe else getattr(model, "recipe", None)
            arrays, fresh = _redrawn(model, arrays, seed, recipe)
            first, values = 0, {**fresh, "live": values["live"]}
        values_now = values if self.opened else {**values, "live": model.live.snapshot()}
        model.start_over(first, arrays, values_now, model.seed if seed is None else seed)
        self._begin_at(first, arrays, values)
        self.message = ""

    def _begin_at(self, first, arrays, values):
        """Remember that the model starts over from here, and that nothing has been trained or changed since."""
        self.model.live.cut(self._logged)
        self._first, self._first_values = (first, arrays, values), self.model.live.snapshot()
        self.last_step = self.made_here = first
        self._folders, self._recorded = self._folders + self._recorded, False
        self._training = None

    # --- running --------------------------------------------------------------------------------------------------

    def _run(self, steps):
        """Make this many steps, or fewer if a command ends the run."""
        self.runs += 1
        if self._training is None or self._training.history is not self.model.measured:
            self._training = self._make_ready()
        self.message, self.running = "", True
        began = self.model.step
        self.last_step = began + steps
        self._deadline = time.monotonic() + self._most_seconds
        try:
            self._training.run(steps)
        finally:
            self.running = False
            self.made_here = self.model.step if began == self.made_here else min(began, self.made_here)
        if self.model.step == self.last_step and steps == self.most_steps:
            self.message = f"Paused after {steps:,} steps, so that nothing runs on unseen. Press play to go on."

    def _make_ready(self):
        folder = self._first_folder
        if folder is not None and self._folders:
            folder = folder.with_name(f"{folder.name}-{self._folders + 1}")
        callbacks = [*self._callbacks, _Between(self)]
        if folder is not None:
            callbacks.insert(0, Sampler(self._sample_interval, self.model.take_sample))
        training = self.model.trainer(
            self.batch_size,
            data=self.data if len(self.data) > 1 else self.data[0],
            run=folder,
            callbacks=callbacks,
            schedule=[change for change in self.opened.schedule if change.step] if self.opened else None,
            record={"sample_interval": self._sample_interval},
            look_every=BLOCK_SECONDS,
        )
        self._recorded = folder is not None
        return training

    def before_compiling(self):
        """Say why nothing is going to move for a while. For the engine."""
        self.message = GETTING_READY
        self._look_now()
        if self.message == GETTING_READY:
            self.message = ""

    @property
    def _look_every(self):
        return getattr(self._view, "look_every", None)

    def between_blocks(self):
        """Carry out what was asked for while a block ran, show how it goes, and keep to the speed. For the engine."""
        self._obey()
        if time.monotonic() > self._deadline:
            self.model.stop_training = True
            self.message = f"Paused after {self._most_seconds / 60:g} minutes. Press play to go on."
        if self.speed == "slow" and self._view is not None:
            for _ in self._view.tell(self):
                self._rest(CAPTION_SECONDS)
                if self.model.stop_training or self.speed != "slow":
                    break
        elif time.monotonic() >= self._next_look:
            self._look_now()
        if self.speed == "calm":
            self._rest(CALM["seconds"])

    @property
    def block_every(self):
        """Steps after which a block has to end at the present speed, or None."""
        return {"full": None, "calm": CALM["steps"], "slow": 1}[self.speed]

    def _obey(self):
        """Carry out the commands at the head of the queue that do not end the run; stop the run at one that does."""
        while True:
            with self._wake:
                if not self._todo:
                    return
                command, arguments = self._todo[0]
                if command not in (self._apply, self._set_speed, self._refresh):
                    self.model.stop_training = True
                    return
                self._todo.popleft()
            try:
                command(*arguments)
            except ValueError as error:
                self.message = str(error)
            self._next_look = min(self._next_look, self._looked + LOOK_SECONDS[0])

    def _rest(self, seconds):
        """Wait, and obey meanwhile."""
        until = time.monotonic() + seconds
        while not self.model.stop_training and (left := until - time.monotonic()) > 0:
            with self._wake:
                self._wake.wait_for(lambda: self._todo, left)
            self._obey()

    def _look_now(self):
        """Show how it goes; an exception there is told, and never ends the training."""
        if self._view is None:
            return
        started = time.monotonic()
        try:
            self._view.look(self)
        except Exception as error:
            self.message = f"The view failed: {type(error).__name__}: {error}"
        self._looked = time.monotonic()
        self._next_look = self._looked + pause_after(self._looked - started, self._look_every)


class _Between(keras.callbacks.Callback):
    """Hands the time between two blocks to the trainer."""

    def __init__(self, trainer):
        super().__init__()
        self._trainer = trainer

    @property
    def every(self):
        """Steps after which a block ends; the engine asks again before every block."""
        return self._trainer.block_every

    def on_compile(self):
        """The first step is compiled, or the first one with other numbers of updates than one each."""
        self._trainer.before_compiling()

    def on_train_batch_end(self, batch, logs=None):
        """Obey and show."""
        self._trainer.between_blocks()


def _checked_callbacks(callbacks):
    """Return callbacks as a list; ValueError if they are something else."""
    try:
        callbacks = [] if callbacks is None else list(callbacks)
    except TypeError:
        callbacks = [callbacks]
    for callback in callbacks:
        if not isinstance(callback, keras.callbacks.Callback):
            raise ValueError(f"callbacks must be a list of keras.callbacks.Callback, but holds {write(callback)}.")
    return callbacks


def _redrawn(model, first, seed, recipe):
    """Return the state of the same model when it is built with another seed.

    `first` are its own first arrays, and `recipe` is the one that its networks are of, or None.
    """
    config = {name: value for name, value in model.get_config().items() if name not in model.network_names}
    if recipe is not None and not model.takes_labels:
        networks = networks_of(recipe, seed, model.picture_shape)
        config |= {"image_shape": model.picture_shape, **dict(zip(model.network_names, networks, strict=True))}
    arrays, values = type(model).from_config({**config, "seed": seed}).state()
    if {k: v.shape for k, v in arrays.items()} != {k: v.shape for k, v in first.items()}:
        raise Refusal(
            f"These networks cannot be redrawn, so the lab keeps seed {model.seed}: build the model again with seed "
            f"{seed}."
        )
    return arrays, values


def _take_over(trainer, opener):
    """Close the trainer that is open, if any, and make this one the active one; called in its thread.

    `opener` is the thread that waits for it: if that is the thread of the trainer before, as when a callback opens a
    lab, it ends after this one has begun.
    """
    global _active
    with _taking_over:
        if _active is not None and _active._number > trainer._number:
            trainer._start(_active)
            trainer._end(TAKEN_OVER)
            return
        before = active()
        if before is not None:
            before._end(TAKEN_OVER)
        if _active is not None and _active._thread is not opener:
            _active._wait_for_the_end()  # of one that was closed too: an interrupt may have cut the wait for it short
        trainer._start(before)
        _active = trainer


def pause_after(spent, every=None):
    """Return how many seconds to train until the next look, if the last look took `spent` seconds.

    Looks take a small share of the time, unless the view wants one every `every` seconds; even then at least a third of
    the time is left to training.
    """
    if every is not None:
        return max(every - spent, spent / 2)
    shortest, longest = LOOK_SECONDS
    return min(max(LOOK_SHARE * spent, shortest), longest)


def active():
    """Return the trainer that is active, or None."""
    return _active if _active is not None and not _active.closed else None


def pause_on_interrupt():
    """Let a kernel interrupt pause the trainer, whether or not a cell runs. Does nothing outside IPython's kernel.

    While a cell runs, IPython raises KeyboardInterrupt in it. While none runs, the kernel ignores the signal, so a
    handler of our own has to be put in place once this cell has ended.
    """
    import asyncio
    import signal

    try:
        from IPython import get_ipython

        shell = get_ipython()
        kernel = shell.kernel
        loop = asyncio.get_running_loop()
    except (ImportError, AttributeError, RuntimeError):
        return

    def pause(*_):
        if (trainer := active()) is not None and trainer.running:
            trainer.pause("The kernel was interrupted, so the training is paused. Press play to go on.")

    def after_cell(result):
        if isinstance(result.error_in_exec, KeyboardInterrupt):
            pause()

    if not getattr(kernel, "_ganlib_interrupts", False):
        shell.events.register("post_run_cell", after_cell)
        loop.call_later(0.2, partial(_when_idle, loop, signal, pause))
        kernel._ganlib_interrupts = True  # last: what an interrupt breaks off here is done again by the next lab


def _when_idle(loop, signal, handler):
    """Install the handler for SIGINT once no cell is running, so that the kernel does not put its own back over it."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # a cell runs
        loop.call_later(0.2, partial(_when_idle, loop, signal, handler))
    else:
        signal.signal(signal.SIGINT, handler)


@atexit.register
def _close_active():
    """End the thread before Python takes TensorFlow away from under it."""
    if (trainer := active()) is not None:
        trainer.close("")  # the box itself says that the kernel has ended
