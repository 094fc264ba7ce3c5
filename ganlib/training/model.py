"""What every family of models shares: live values, a state that can be saved, training and resuming."""

import contextlib
import hashlib
import json
import platform
import threading
from pathlib import Path
from types import MappingProxyType

import numpy as np

import ganlib
from ganlib._tensorflow import keras, tf
from ganlib.training.block import bind_block, compile_block
from ganlib.training.callbacks import ProgressBar, Sampler
from ganlib.training.devices import compile_mode, describe_device
from ganlib.training.errors import RunFolderError
from ganlib.training.live import LiveValues, Schedule, choice, whole
from ganlib.training.loop import Trainer
from ganlib.training.run_folder import RunFolder


class TrainableModel(keras.Model):
    """A Keras model that the compiled loop can train.

    A family of models says what one step is; it defines

    * `columns`: names of the numbers that a step measures;
    * if it likes, `sparse_columns`: those of them that only some steps measure, being NaN in the others;
    * `players`: dict of name to network; each has an optimizer and a step of its own;
    * `iteration(draws, batch_size, phase)`: takes one turn of a step (phase 0: of every player; phase k: of the k-th
      player only, NaN for what the others measure) and returns float32 (len(columns),);
    * if a step has more turns than one, `turns`, and which turn it is, `draws.turn` says;
    * `live_values()`: dict of name to `LiveValue`;
    * `parts()`: dict of name to the list of variables that a checkpoint holds;
    * `held_still(player)`: why a player is not meant to move now, or None;
    * `default_data()`, `check_data(data)`: what it learns;
    * if it likes, `usual`, `take_sample(step)` and `describe(measured)`.

    Parameters
    ----------
    seed : int
        Seed of the first weights, of the batches and of the latent vectors.
    """

    columns = ()
    sparse_columns = ()
    usual = MappingProxyType({"steps": 30_000, "batch_size": 32, "sample_interval": 200})

    def __init__(self, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.seed = whole("seed", 0, 2**31 - 1)(seed)
        self.run = None
        self.measured = None
        self.guard = None
        self._counter = tf.Variable(0, dtype=tf.int64, trainable=False, name="step")
        self._busy = threading.Lock()
        self._live = None
        self._blocks = {}

    # --- what a family gives --------------------------------------------------------------------------------------

    @property
    def players(self):
        """Dict of name to network."""
        raise NotImplementedError

    @property
    def turns(self):
        """How many turns a step takes now."""
        return 1

    def iteration(self, draws, batch_size, phase):
        """Take one turn of a step and return what it measured."""
        raise NotImplementedError

    def live_values(self):
        """Return a dict of name to `LiveValue`."""
        return {}

    def parts(self):
        """Return a dict of name to the list of variables that a checkpoint holds."""
        raise NotImplementedError

    def held_still(self, player):
        """Return why a player is not meant to move in its own step, or None."""
        return None

    def default_data(self):
        """Return the tuple of arrays that is trained on when none are given."""
        raise NotImplementedError

    def check_data(self, data):
        """Return the data as a tuple of arrays that fit the networks; ValueError if they do not."""
        raise NotImplementedError

    def take_sample(self, step):
        """Keep a sample of what the model makes after this many steps."""

    def describe(self, measured):
        """Say in a few words what a step measured, for the progress bar."""
        return " ".join(f"[{name}: {measured[name]:.3f}]" for name in self.columns)

    # --- state ----------------------------------------------------------------------------------------------------

    @property
    def step(self):
        """How many steps were made."""
        return int(self._counter.numpy())

    @step.setter
    def step(self, value):
        self._counter.assign(value)

    @property
    def live(self):
        """The live values: read and set them by name, from any thread, while the model trains."""
        if self._live is None:
            self._live = LiveValues(self.live_values())
        return self._live

    def state(self):
        """Return everything that resuming needs: a dict of arrays and a dict of plain values."""
        arrays = {
            f"{part}.{index:03d}": variable.numpy()
            for part, variables in self.parts().items()
            for index, variable in enumerate(variables)
        }
        return arrays, self.plain_values()

    def plain_values(self):
        """Return what belongs to the state beside the arrays, as JSON can hold it."""
        return {"live": self.live.snapshot()}

    def load_plain_values(self, values):
        """Put back what `plain_values` returned."""
        for name, value in values["live"].items():
            self.live.apply(name, value)

    def load_state(self, step, arrays, values):
        """Put back what `state` returned; ValueError, with nothing changed, if it does not fit the networks."""
        targets = {
            f"{part}.{index:03d}": variable
            for part, variables in self.parts().items()
            for index, variable in enumerate(variables)
        }
        if targets.keys() != arrays.keys() or any(tuple(v.shape) != arrays[k].shape for k, v in targets.items()):
            raise ValueError("The checkpoint does not fit these networks: it was made by other ones.")
        for name, variable in targets.items():
            variable.assign(arrays[name])
        self.load_plain_values(values)
        self.step = step

    def save_own_variables(self, store):
        """Let a `.keras` file hold, beside the networks and optimizers, what else belongs to the state."""
        super().save_own_variables(store)
        store["state"] = np.frombuffer(json.dumps({"step": self.step, **self.plain_values()}).encode(), np.uint8)

    def load_own_variables(self, store):
        """Read what `save_own_variables` wrote."""
        super().load_own_variables({name: store[name] for name in store.keys() if name != "state"})  # noqa: SIM118
        values = json.loads(np.asarray(store["state"]).tobytes())
        self.load_plain_values(values)
        self.step = values["step"]

    @contextlib.contextmanager
    def exclusive(self):
        """Let one training at a time touch the model."""
        if not self._busy.acquire(blocking=False):
            raise RuntimeError("This model is being trained already: stop that training first.")
        try:
            yield
        finally:
            self._busy.release()

    # --- training -------------------------------------------------------------------------------------------------

    def compile(self, *args, **kwargs):
        """Set what `keras.Model.compile` sets; what was compiled with the optimizers before is forgotten."""
        self._blocks = {}
        super().compile(*args, **kwargs)

    def block(self, data, batch_size, mode):
        """Return many steps as one compiled function, see `build_block`; training again does not compile again."""
        if (batch_size, mode) not in self._blocks:
            self._blocks[batch_size, mode] = compile_block(self.iteration, len(self.columns), batch_size, mode)
        return bind_block(self._blocks[batch_size, mode], data, self.seed)

    def train(
        self,
        steps=None,
        batch_size=None,
        sample_interval=None,
        *,
        data=None,
        run=None,
        schedule=None,
        callbacks=(),
        verbose=1,
        checkpoint_interval=1000,
    ):
        """Train for a number of steps.

        Parameters
        ----------
        steps : int or None
            How many steps to make; if None, the model's usual number, or what a resumed run has left.
        batch_size : int or None
            Examples a step; the model's usual number if None. A GAN's discriminator sees half a batch of real pictures
            and half a batch of fakes (half of an odd number is rounded down), its generator makes a whole batch.
        sample_interval : int or None
            Steps between two samples, kept in `samples` and in the run folder; the model's usual number if None.
        data : ndarray or None
            What to learn: for pictures uint8 or float in [-1, 1], of the shape that the networks take; the MNIST
            training set if None.
        run : str, Path or None
            A new folder to record the run in: configuration, events, history, checkpoints and samples. None goes on in
            the folder that this model already has, if any.
        schedule : Schedule, list of (step, name, value) or None
            Changes of live values to make at given steps.
        callbacks : iterable of keras.callbacks.Callback
            Called between blocks of steps.
        verbose : int
            0: silent; 1: a progress bar; 2: and a line at every sample, like the classic code.
        checkpoint_interval : int
            Steps between two checkpoints.

        Returns
        -------
        History
            What every step measured, by column name.

        Raises
        ------
        ValueError
            An argument does not fit; nothing has been trained.
        TrainingDiverged
            Something became infinite or NaN; the model is back at its last good checkpoint.
        TrainingInterrupted
            Ctrl-C or a kernel interrupt; the model stands at a whole step, a checkpoint is written.
        """
        plan = self._plan(steps, batch_size, sample_interval, schedule)
        if plan["steps"] == 0:
            print(f"This run has made all of its {self.step} planned steps; say train(steps=...) to make more.")
            return self.measured
        trainer = self.trainer(
            plan["batch_size"],
            data=data,
            run=run,
            steps=plan["steps"],
            schedule=plan["schedule"],
            callbacks=[*self._own_callbacks(plan, verbose), *callbacks],
            record={"sample_interval": plan["sample_interval"]},
            checkpoint_interval=whole("checkpoint_interval", 1)(checkpoint_interval),
        )
        trainer.run(plan["steps"])
        return self.measured

    def _plan(self, steps, batch_size, sample_interval, schedule):
        """Fill in what was not said: by the run that goes on, else by the usual numbers."""
        planned = self.run.config["training"] if self.run else {}
        left = self.steps_left()
        steps = (self.usual["steps"] if left is None else left) if steps is None else whole("steps", 1)(steps)
        if batch_size is None:
            batch_size = planned.get("batch_size", self.usual["batch_size"])
        if sample_interval is None:
            sample_interval = planned.get("sample_interval", self.usual["sample_interval"])
        if schedule is None:
            schedule = Schedule(planned.get("schedule", self.usual.get("schedule", ())))
        return {
            "steps": steps,
            "batch_size": batch_size,
            "sample_interval": whole("sample_interval", 1)(sample_interval),
            "schedule": schedule,
        }

    def _own_callbacks(self, plan, verbose):
        interval, verbose = plan["sample_interval"], choice("verbose", (0, 1, 2))(verbose)
        sampler = Sampler(interval, self.take_sample)
        bar = ProgressBar(plan["steps"], self.describe, line_every=interval if verbose > 1 else None)
        return [sampler, bar] if verbose else [sampler]

    def trainer(
        self,
        batch_size,
        *,
        data=None,
        run=None,
        steps=None,
        schedule=None,
        callbacks=(),
        record=(),
        **options,
    ):
        """Check everything, open the run folder and return a `Trainer` that is ready to run; nothing trains yet.

        Parameters
        ----------
        batch_size : int
            From 4, so that both halves of a batch hold at least two examples, to the number of examples.
        data : ndarray, tuple of ndarray or None
            What to train on; `default_data()` if None.
        run : str, Path or None
            A new folder to record the training in; None goes on in the folder that this model already has, if any.
        steps : int or None
            How many steps are planned, for the record.
        schedule : Schedule or None
            Changes of live values to replay.
        callbacks : iterable of keras.callbacks.Callback
        record : dict
            What else the run folder should remember of this training.
        **options
            See `Trainer`.
        """
        data = self.check_data(self.default_data() if data is None else data)
        batch_size = whole("batch_size", 4, len(data[0]))(batch_size)
        schedule = Schedule(() if schedule is None else schedule).checked(self.live)
        mode = compile_mode(self.players.values())
        training = {
            "first_step": self.step,
            "last_step": None if steps is None else self.step + steps,
            "batch_size": batch_size,
            "data": fingerprint(data) if run or self.run else None,
            "mode": mode,
            "device": describe_device(),
            "schedule": [list(change) for change in schedule],
            **dict(record),
        }
        with self.exclusive():
            history = self._attach_run(run, training)
            trainer = Trainer(
                self,
                data,
                batch_size,
                mode=mode,
                run=self.run,
                history=history,
                schedule=schedule,
                callbacks=callbacks,
                **options,
            )
            self.measured = trainer.history
        return trainer

    def _attach_run(self, run, training):
        """Make the run folder or go on in the present one; return the history to go on with, or None."""
        if run is not None and (self.run is None or self.run.path.resolve() != Path(run).resolve()):
            self.run = RunFolder.create(run, {**self.run_config(), "training": training})
            self.run.record(self.step, "train", **training)
            return None
        if self.run is not None:
            known = self.run.config["training"]["data"]
            if known != training["data"]:
                raise RunFolderError(f"{self.run.path} was trained on other data: pass those as data=, or a new run=.")
            self.run.config["training"] = training
            self.run.save_config()
            self.run.record(self.step, "train", **training)
            self.run.record_changes(self.step, self.live.snapshot())
        return self.measured

    def run_config(self):
        """Return what `config.json` holds: how to build the model again, and with which versions it was made."""
        return {
            "model": type(self).__name__,
            "config": keras.saving.serialize_keras_object(self),
            "seed": self.seed,
            "live": self.live.snapshot(),
            "versions": {
                "ganlib": ganlib.__version__,
                "keras": keras.__version__,
                "tensorflow": tf.__version__,
                "numpy": np.__version__,
                "python": platform.python_version(),
            },
        }

    @classmethod
    def resume(cls, folder):
        """Build the model that a run folder holds and put it at the newest checkpoint that is whole.

        Call `train()` on it to make the steps that were left; on the same machine it ends in the very weights, bit for
        bit, of a run that was never broken off.

        Parameters
        ----------
        folder : str or Path
            A run folder.

        Returns
        -------
        TrainableModel

        Raises
        ------
        RunFolderError
            The folder is no run, is of another version or has no whole checkpoint.
        """
        run = RunFolder.open(folder)
        if run.config["model"] != cls.__name__:
            raise RunFolderError(f"{run.path} holds a {run.config['model']}, not a {cls.__name__}.")
        model, damaged = rebuild(run)
        if damaged:
            names = ", ".join(path.name for path in damaged)
            print(f"{run.path}: {names} is damaged; going back to the checkpoint of step {model.step}.")
        model.measured = run.rewind(model.step, damaged)
        model.run = run
        return model

    def steps_left(self):
        """Return how many planned steps a resumed run has not made yet; None if there is no plan."""
        planned = self.run and self.run.config["training"]["last_step"]
        return None if planned is None else max(0, planned - self.step)


def rebuild(run):
    """Build the model of a run folder and put it at the newest checkpoint that is whole; the folder stays as it is.

    Parameters
    ----------
    run : RunFolder

    Returns
    -------
    model : TrainableModel
    damaged : list of Path
        Newer checkpoints that could not be read.

    Raises
    ------
    RunFolderError
        There is no whole checkpoint, or the model cannot be built.
    """
    step, arrays, values, damaged = run.load_checkpoint()
    try:
        model = keras.saving.deserialize_keras_object(run.config["config"])
    except Exception as error:
        raise RunFolderError(
            f"{run.path / 'config.json'} does not describe a model that can be built here: it is damaged, or its "
            f"networks have layers of your own, which must be imported first."
        ) from error
    try:
        model.load_state(step, arrays, values)
    except ValueError as error:
        raise RunFolderError(f"{run.path}: {error}") from error
    return model, damaged


def fingerprint(arrays):
    """Return a short checksum of a tuple of arrays: what a run was trained on."""
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
