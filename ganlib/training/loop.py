"""The training loop: blocks of compiled steps, and between two blocks everything that people want to do.

Changes of live values, schedules, checkpoints, callbacks and interrupts are handled between blocks only, so that they
always meet a model that stands at a whole step.
"""

import contextlib
import signal
import sys
import threading
import time

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.training.block import MAX_BLOCK, Draws
from ganlib.training.errors import GuardError, TrainingDiverged, TrainingInterrupted
from ganlib.training.history import History
from ganlib.training.players import take_turn

# Ctrl-C; the end that a batch system, `docker stop` or a closed terminal asks for.
ENDINGS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


class Trainer:
    """Trains one model; knows nothing about what the model is.

    Parameters
    ----------
    model : TrainableModel
        Gives `block`, `players`, `metric_names`, `live`, `step`, `state`, `load_state` and `forget_samples`.
    data : tuple of ndarray
        What examples are drawn from, with replacement; kept on the device.
    batch_size : int
        Handed to `model.block`.
    mode : str
        "compiled", "stepwise" or "graph": see `compile_mode`.
    run : RunFolder or None
        Where events, history and checkpoints go.
    history : History or None
        What was measured before, when a run goes on.
    schedule : Schedule
        Changes of live values, with checked values.
    callbacks : iterable of keras.callbacks.Callback
        `on_train_begin`, `on_train_batch_end(step - 1, logs)` after every block, `on_train_end`. A callback with an
        attribute `every` sees a block end at every multiple of it.
    checkpoint_interval : int
        Steps between two checkpoints.
    look_every : float
        Seconds that a block should take at most: how soon somebody can look or steer.
    """

    def __init__(
        self,
        model,
        data,
        batch_size,
        *,
        mode,
        run=None,
        history=None,
        schedule=(),
        callbacks=(),
        checkpoint_interval=1000,
        look_every=0.25,
    ):
        self.model = model
        self.run_folder = run
        self.history = History(model.metric_names) if history is None else history
        self.look_every = look_every
        self.steps_per_second = float("nan")
        self._batch_size = batch_size
        self._schedule = tuple(schedule)
        self._changes = self._changes_from(model.step)
        self._callbacks = list(callbacks)
        self._checkpoint_interval = checkpoint_interval
        self._data = tuple(map(tf.constant, data))
        self._block = model.block(self._data, batch_size, mode)
        self._compiled = self._block.func
        self._logs = dict.fromkeys(model.metric_names, float("nan"))
        self._good = None
        self._logged = None
        self._saved = None
        self._between_steps = True
        self._interrupted = None  # the signal that asked for an end
        self._rehearsed = False

    def run(self, steps):
        """Make `steps` steps, fewer if the model's `stop_training` is set or an interrupt comes.

        Raises
        ------
        TrainingDiverged
            Something became infinite or NaN; the model is put back to the last good checkpoint.
        TrainingInterrupted
            Ctrl-C or a kernel interrupt; the block was finished first, and its checkpoint written if there is a run
            folder. SIGTERM and SIGHUP, too, end the program only after that.
        GuardError
            A network moved in another one's step, or did not move in its own.
        """
        model, last = self.model, self.model.step + steps
        callbacks = keras.callbacks.CallbackList(self._callbacks, add_history=False, model=model)
        with model.exclusive(), self._holding_folder(), model.live, self._catch_interrupts():
            model.stop_training, self._rehearsed = False, False
            model.live.notice()
            self._record_changes()
            model.begin_training()
            self._checkpoint()
            callbacks.on_train_begin()
            try:
                while model.step < last and not (model.stop_training or self._interrupted):
                    if model.step % self._checkpoint_interval == 0 and model.step != self._good[0]:
                        self._checkpoint()
                    logs = self._advance(last)
                    callbacks.on_train_batch_end(model.step - 1, logs)
            except BaseException as error:
                self._end_early(error, callbacks)
                raise
            callbacks.on_train_end()
            self._end()
        if self._interrupted:
            self._tell_interrupt()

    def _holding_folder(self):
        """Keep other models out of the run folder, if there is one."""
        return self.run_folder.held() if self.run_folder else contextlib.nullcontext()

    def _record_changes(self):
        """Write into the run folder, if there is one, the changes that it does not have yet."""
        live = self.model.live
        new, live.recorded = live.changes[live.recorded :], len(live.changes)
        if self.run_folder:
            for change in new:
                self.run_folder.record(change.step, "set", name=change.name, value=change.value)

    def _end(self):
        """Apply and record the changes that came while the last block ran, and keep the state that all that leaves."""
        while True:
            self.model.live.apply_queued()
            self._record_changes()
            self._checkpoint()
            if self.model.live.close_if_idle():
                return

    # --- one block ------------------------------------------------------------------------------------------------

    def _advance(self, last):
        """Apply what changes now, run one block, check and keep what it measured; return the newest of all."""
        model = self.model
        self._apply_changes()
        first, self._between_steps = model.step, False
        if not self._rehearsed:
            self._rehearse()
        count = self._block_length(first, last)
        if not self._compiled.is_compiled():
            for callback in self._callbacks:
                getattr(callback, "on_compile", lambda: None)()
        started = time.perf_counter()
        rows = self._block(first, count)
        self._clock(count, time.perf_counter() - started)
        self._check_finite(first, rows)
        model.step = first + len(rows)
        self.history.append(first + 1, rows)
        self._between_steps = True
        return self._latest(rows)

    def _latest(self, rows):
        """Return the newest value of every column; a sparse one keeps its value until it is measured again."""
        for name, values in zip(self.model.metric_names, rows.T, strict=True):
            measured = values[~np.isnan(values)]
            if len(measured):
                self._logs[name] = float(measured[-1])
            elif name in self.model.optional_metrics:
                self._logs[name] = np.nan
        return dict(self._logs)

    def _block_length(self, first, last):
        """Choose how many steps to run before somebody wants to look, never beyond a step where something is due."""
        wanted = 1 if np.isnan(self.steps_per_second) else int(self.steps_per_second * self.look_every)
        stops = [last, *(change.step for change in self._changes[:1])]
        intervals = [
            self._checkpoint_interval,
            *(getattr(callback, "every", None) for callback in self._callbacks),
        ]
        stops += [first + every - first % every for every in intervals if every]
        return max(1, min(wanted, MAX_BLOCK, min(stops) - first))

    def _clock(self, count, seconds):
        """Update the speed: a mean over about the last two seconds."""
        speed = count / max(seconds, 1e-9)
        if np.isnan(self.steps_per_second):
            self.steps_per_second = speed
        else:
            weight = min(1.0, seconds / 2)
            self.steps_per_second += weight * (speed - self.steps_per_second)

    def _changes_from(self, step):
        """Return the changes of the schedule that are still to come at this step."""
        return [change for change in self._schedule if change.step >= step]

    def _apply_changes(self):
        """Apply what was set from outside, then the schedule's changes for this step; record each."""
        live = self.model.live
        live.apply_queued()
        while self._changes and self._changes[0].step <= self.model.step:
            change = self._changes.pop(0)
            live.apply(change.name, change.value)
        self._record_changes()

    # --- guards ---------------------------------------------------------------------------------------------------

    def _rehearse(self):
        """Prove that each player moves its own weights, and no others', in one step that is taken back afterwards.

        What was compiled is proved once, and again whenever another player is held still.
        """
        model, players, report = self.model, self.model.players(), {}
        proof = self._compiled, tuple(map(held_still, players.values()))
        self._rehearsed = True
        if model.guard and proof == model.proof:
            return
        state, draws = model.state(), Draws(self._data, model.seed, tf.constant(model.step, tf.int64))
        before = _weights(players)
        for name, player in players.items():
            learn = int(player.repeats()) > 0
            take_turn(list(players.values()), player, draws, self._batch_size, learn)
            after = _weights(players)
            report[name] = {other: _largest_move(before[other], after[other]) for other in players}
            before = after
        model.load_state(model.step, *state)
        model.guard, model.proof = report, None
        if np.isfinite([move for moves in report.values() for move in moves.values()]).all():
            check_moves(report, players)
            model.proof = proof

    def _check_finite(self, first, rows):
        """Put the model back to the last good state if anything that was measured is infinite or NaN."""
        may_lack = (*self.model.sparse_metrics, *self.model.optional_metrics)
        left_out = np.isnan(rows) & np.isin(self.model.metric_names, may_lack)
        bad = ~np.isfinite(rows) & ~left_out
        if not bad.any():
            return
        row = int(np.argmax(bad.any(axis=1)))
        column = self.model.metric_names[int(np.argmax(bad[row]))]
        raise self._diverged(first + row + 1, f"{column} became {rows[row][bad[row]][0]}")

    def _diverged(self, step, what):
        """Go back to the last good state and return the exception that says so."""
        rates = ", ".join(f"{name} {self.model.live[name]:g}" for name in self.model.live if "learning_rate" in name)
        good_step = self._go_back()
        if self.run_folder:
            self.run_folder.record(good_step, "diverged", at=step, what=what)
        return TrainingDiverged(
            f"Training diverged at step {step}: {what}, most often because a learning rate is too high ({rates}). "
            f"The model was put back to step {good_step}: lower the rates and train on."
        )

    def _go_back(self):
        """Put the model, the history and the run folder back to the last good state; return its step."""
        step, arrays, values, changes = self._good
        self.model.load_state(step, arrays, values)
        self.model.live.cut(changes)
        self.model.forget_samples(step)
        self.history.cut(step)
        self._changes = self._changes_from(step)
        if self.run_folder:
            self.run_folder.rewind(step, logged=self._logged)
        return step

    # --- checkpoints and interrupts -------------------------------------------------------------------------------

    def _checkpoint(self):
        """Keep the state in memory, and on disk if there is a run folder."""
        step = self.model.step
        arrays, values = self.model.state()
        for name, array in arrays.items():
            if not np.isfinite(array).all():
                raise self._spoiled(step, name.split(".")[0])
        self._good = step, arrays, values, len(self.model.live.changes)
        if self.run_folder:
            self.run_folder.append_history(self.history)
            self._logged = self.run_folder.save_checkpoint(step, arrays, values)
            self._saved = step

    def _spoiled(self, step, part):
        """Return the exception for a weight that is infinite or NaN; go back if there is a good state."""
        if self._good is not None:
            return self._diverged(step, f"a weight of {part} became infinite or NaN")
        return TrainingDiverged(
            f"A weight of {part} is infinite or NaN before the training begins: build the model again, or resume a run."
        )

    def _end_early(self, error, callbacks):
        """Leave a whole step and a checkpoint while an exception is on its way; never hide that one."""
        where = f"Training ended early after step {self.model.step}"
        try:
            if not (self._between_steps or isinstance(error, TrainingDiverged)):
                where = f"Training ended early; the model was put back to step {self._go_back()}"
            callbacks.on_train_end()
            self._end()
        except Exception as second:
            error.add_note(str(second))
        if not isinstance(error, TrainingDiverged):
            error.add_note(self._how_to_go_on(where))

    def _how_to_go_on(self, where):
        saved = f" A checkpoint is in {self.run_folder.path}." if self._saved == self.model.step else ""
        call = "train()" if self.run_folder else "train(steps=...)"  # only a run folder remembers how many are left
        return f"{where}: call {call} to go on.{saved}"

    @contextlib.contextmanager
    def _catch_interrupts(self):
        """Turn a signal to end into a stop after the block that runs; a second one acts at once."""
        self._interrupted = None
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {number: signal.getsignal(number) for number in ENDINGS}
        wanted = [number for number in ENDINGS if number == signal.SIGINT or previous[number] != signal.SIG_IGN]

        def stop(number, _):
            self._interrupted = number
            signal.signal(number, previous[number])

        for number in wanted:
            signal.signal(number, stop)
        try:
            yield
        finally:
            for number in wanted:
                signal.signal(number, previous[number])

    def _tell_interrupt(self):
        """Raise what stands for an interrupt in Python; after another signal, print a line and end as it wants."""
        told = self._how_to_go_on(f"Interrupted after step {self.model.step}; nothing is lost")
        if self._interrupted != signal.SIGINT:
            print(told, file=sys.stderr, flush=True)
            signal.raise_signal(self._interrupted)
        raise TrainingInterrupted(told)


def check_moves(report, players):
    """Raise a GuardError unless every player moved in its own step only.

    Parameters
    ----------
    report : dict of str to dict of str to float
        For each player's step, by how much the weights of every player moved at most.
    players : dict of str to Player
    """
    for player, moves in report.items():
        for name, move in moves.items():
            if name != player and move != 0:
                raise GuardError(
                    f"The {name}'s weights moved by {move:.2g} in the {player}'s step, where they must stand still: "
                    f"give each optimizer the variables of its own network only."
                )
        if moves[player] == 0 and not held_still(players[player]):
            raise GuardError(
                f"The {player}'s weights did not move in its own step: its loss does not depend on them, or they are "
                f"not trainable; check `{player}.trainable_variables`."
            )


def held_still(player):
    """Return why a player is not meant to move in its own step, or None."""
    if int(player.repeats()) == 0:
        return "it is frozen, or makes no steps"
    if player.optimizer.gradient_accumulation_steps:
        return "its optimizer gathers gradients before it moves"
    return "its learning rate is 0" if player.optimizer.learning_rate == 0 else None


def _weights(players):
    return {name: [w.numpy() for w in player.network.trainable_variables] for name, player in players.items()}


def _largest_move(before, after):
    return max((float(np.abs(b - a).max()) for b, a in zip(before, after, strict=True)), default=0.0)
