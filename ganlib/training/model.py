"""What every family of models shares: live values, a state that can be saved, training and resuming."""

import contextlib
import copy
import hashlib
import json
import threading
from collections.abc import Iterable, Iterator
from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ganlib._tensorflow import keras, tf, versions
from ganlib.arguments import Choice, Whole
from ganlib.settings import check_settings
from ganlib.training.block import GivenExamples, compile_block
from ganlib.training.callbacks import ProgressBar, Sampler
from ganlib.training.devices import compile_mode, describe_device
from ganlib.training.errors import RunFolderError
from ganlib.training.live import LiveValues, Schedule
from ganlib.training.loop import Trainer
from ganlib.training.old_names import renew
from ganlib.training.players import play
from ganlib.training.run_folder import RunFolder, as_folder

COMPILE_OPTIONS = ("run_eagerly", "steps_per_execution", "jit_compile")
NEVER_CALLED = ("on_epoch_begin", "on_epoch_end", "on_train_batch_begin", "on_batch_begin", "on_test_begin")
EVALUATION = 1 << 40  # the first of the steps whose random numbers belong to `evaluate`


class TrainableModel(keras.Model):
    """A Keras model that the compiled loop can train.

    A family of models says what one step is; it defines

    * `metric_names`: names of the numbers that a step measures;
    * optionally `sparse_metrics`: those of them that only some steps measure, NaN in the others; and
      `optional_metrics`: those that do not always mean something, NaN where they do not;
    * `players()`: dict of name to `Player`, each with a network, an optimizer and a step of its own;
    * `measure(draws, count)`: measures a batch without learning, a dict of the metrics that are not sparse;
    * `network_names`, `optimizer_names`: the constructor's arguments that are networks, and those that are optimizers;
      `settings()`: dict of the others, as JSON can hold them;
    * `live_values()`: dict of name to `LiveValue`;
    * `state_variables()`: dict of name to the list of variables that a checkpoint holds;
    * `default_data()`, `check_data(data)`: what it learns;
    * optionally `defaults`, `take_sample(step)` and `describe(measured)`.

    Parameters
    ----------
    seed : int
        Seed of the first weights, of the batches and of the latent vectors.
    """

    metric_names = ()
    sparse_metrics = ()
    optional_metrics = ()
    network_names = ()
    optimizer_names = ()
    _seed = None
    defaults = MappingProxyType({"steps": 30_000, "batch_size": 32, "sample_interval": 200})

    def __init__(self, seed=0, **kwargs):
        check_settings()
        super().__init__(**kwargs)
        self.seed = check_seed(seed)
        self.run = None
        self.measured = None
        self.guard = self.proof = None  # how far each network moved in each step, and what was proved by it
        self._counter = tf.Variable(0, dtype=tf.int64, trainable=False, name="step")
        self._busy = threading.Lock()
        self._live = None
        self._blocks, self._learning = {}, ()
        self._means = Means(name for name in self.metric_names if name not in self.sparse_metrics)

    # --- what a family gives --------------------------------------------------------------------------------------

    def players(self):
        """Return a dict of name to `Player`, in the order in which they learn."""
        raise NotImplementedError

    def networks(self):
        """Return the networks that learn, in the order of the players."""
        return [player.network for player in self.players().values()]

    def measure(self, draws, count):
        """Measure a batch without learning from it."""
        raise NotImplementedError

    def settings(self):
        """Return what rebuilds the model, besides its networks, its optimizers, its seed and its name."""
        return {}

    def live_values(self):
        """Return a dict of name to `LiveValue`."""
        return {}

    def state_variables(self):
        """Return a dict of name to the list of variables that a checkpoint holds."""
        raise NotImplementedError

    def begin_training(self):
        """Get ready for the steps of a training."""

    def default_data(self):
        """Return what is trained on when no data are given, as `check_data` takes it."""
        raise NotImplementedError

    def check_data(self, data):
        """Return the data as a tuple of arrays that fit the networks; ValueError if they do not."""
        raise NotImplementedError

    def take_sample(self, step):
        """Keep a sample of what the model makes after this many steps."""

    def forget_samples(self, step):
        """Forget the samples that were taken after this step, to which training has gone back."""

    def describe(self, measured):
        """Say in a few words what a step measured, for the progress bar."""
        return " ".join(f"[{name}: {measured[name]:.3f}]" for name in self.metric_names)

    # --- state ----------------------------------------------------------------------------------------------------

    @property
    def seed(self):
        """Seed of the batches and of all else that is drawn."""
        return self._seed

    @seed.setter
    def seed(self, value):
        if value != self._seed:
            self._seed = value
            self.train_function = self.test_function = None  # in which Keras has traced the other one

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
            self._live = LiveValues(self.live_values(), lambda: self.step)
        return self._live

    def state(self):
        """Return everything that resuming needs: a dict of arrays and a dict of plain values."""
        arrays = {
            f"{part}.{index:03d}": variable.numpy()
            for part, variables in self.state_variables().items()
            for index, variable in enumerate(variables)
        }
        return arrays, self.plain_values()

    def plain_values(self):
        """Return what belongs to the state besides the arrays, as JSON can hold it."""
        return {"live": self.live.snapshot()}

    def load_plain_values(self, values):
        """Put back what `plain_values` returned."""
        self.live.load(values["live"])

    def load_state(self, step, arrays, values):
        """Put back what `state` returned; ValueError, with nothing changed, if it does not fit the networks."""
        targets = {
            f"{part}.{index:03d}": variable
            for part, variables in self.state_variables().items()
            for index, variable in enumerate(variables)
        }
        if targets.keys() != arrays.keys() or any(tuple(v.shape) != arrays[k].shape for k, v in targets.items()):
            raise ValueError("The checkpoint does not fit these networks: it was made by other ones.")
        for name, value in values["live"].items():
            self.live.check(name, value)
        for name, variable in targets.items():
            variable.assign(arrays[name])
        self.load_plain_values(values)  # after the arrays, which hold rates as well
        self.step = step

    def start_over(self, step, arrays, values, seed):
        """Go back to what `state` returned, perhaps with another seed, as if nothing had been trained since.

        What was compiled is used again. The log of changes stays: see `LiveValues.cut`.
        """
        seed = check_seed(seed)
        with self.exclusive():
            self.load_state(step, arrays, values)
            self.seed = seed
            self.run = self.measured = self.guard = None

    def save_own_variables(self, store):
        """Let a `.keras` file hold what belongs to the state besides the networks and the optimizers."""
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

    def get_config(self):
        """Return what rebuilds the model: its networks, optimizers, settings, seed and name."""
        parts = {n: keras.saving.serialize_keras_object(getattr(self, n)) for n in self._part_names()}
        return {**parts, **self.settings(), "seed": self.seed, "name": self.name}

    @classmethod
    def from_config(cls, config):
        """Rebuild the model that `get_config` described."""
        known = cls._part_names()
        return cls(**{name: load_part(value) if name in known else value for name, value in renew(config).items()})

    @classmethod
    def _part_names(cls):
        return (*cls.network_names, *cls.optimizer_names)

    # --- Keras's own training -------------------------------------------------------------------------------------

    def compile(self, optimizer=None, **options):
        """Set the optimizer as `keras.Model.compile` does; what was compiled with another one before is forgotten.

        Parameters
        ----------
        optimizer : keras.optimizers.Optimizer
        **options
            `run_eagerly`, `steps_per_execution` and `jit_compile`.
        """
        if refused := [name for name in options if name not in COMPILE_OPTIONS]:
            raise ValueError(
                f"{type(self).__name__} has a loss and measurements of its own, so compile takes no "
                f"{', '.join(refused)}: it takes its optimizers, and {', '.join(COMPILE_OPTIONS)}."
            )
        self._blocks = {}
        super().compile(optimizer=optimizer, **options)

    def compile_from_config(self, config):
        """Do nothing: `from_config` has compiled the model with its optimizers."""

    def fit(self, x=None, y=None, *args, **kwargs):
        """Train as Keras does, see `keras.Model.fit`: in epochs, on arrays, a `tf.data.Dataset` or a `PyDataset`.

        Arrays, and the first batch of a `tf.data.Dataset`, are checked as `train` checks its data. A run folder gets a
        checkpoint, unless a weight is infinite or NaN by then; but `fit` records neither history nor changes, so its
        run cannot be replayed.
        """
        self._check_fit_data(x, y)
        self._look_at_frozen()
        first = self.step
        with self.exclusive(), self.run.held() if self.run else contextlib.nullcontext():
            self.begin_training()
            try:
                return super().fit(x, y, *args, **kwargs)
            finally:
                if self.step > first:
                    steps = f"the steps {first + 1} to {self.step}"
                    self.record_gap(f"{steps} were made by fit(), which records no changes.")

    def record_gap(self, why):
        """Note in the run folder, if there is one, why its changes no longer replay this run.

        The state is kept there, too, unless something in it is infinite or NaN: a run is resumed from a good one.
        """
        if self.run:
            self.run.record(self.step, "gap", why=why)
            arrays, values = self.state()
            if all(np.isfinite(array).all() for array in arrays.values()):
                self.run.save_checkpoint(self.step, arrays, values)

    def _check_fit_data(self, x, y):
        """Check arrays as `train` does, and the first batch of a data set."""
        if isinstance(x, tf.data.Dataset):
            for batch in x.take(1):
                self.check_batch(np.asarray(keras.utils.unpack_x_y_sample_weight(batch)[0]))
        elif isinstance(x, np.ndarray | list | tuple | tf.Tensor):
            self.check_data(self.data_of(np.asarray(x), y))

    def check_batch(self, examples):
        """Check one batch of a data set without its labels; ValueError if the networks do not take it."""
        self.check_data(examples)

    def data_of(self, pictures, labels=None):
        """Return what `fit` was given as `check_data` takes it; labels are ignored."""
        return pictures

    def examples_of(self, pictures, labels=None):
        """Return the part of a batch of `fit` that the model learns from, as a tuple of tensors."""
        return (pictures,)

    def batch_size_of(self, count):
        """Return the batch size of `train` whose steps learn from `count` examples, as a batch of `fit` holds them."""
        return count

    def train_step(self, batch):
        """Make one step for `fit` on a batch."""
        examples = self.examples_of(*keras.utils.unpack_x_y_sample_weight(batch)[:2])
        draws = GivenExamples(examples, self.seed, self._counter.read_value())
        players = list(self.players().values())
        batch_size = self.batch_size_of(tf.shape(examples[0])[0])
        measured = play(players, draws, batch_size, [player.repeats() for player in players])
        self._counter.assign_add(1)
        return {name: measured[name] for name in self.metric_names if name not in self.sparse_metrics}

    def test_step(self, batch):
        """Measure a batch for `evaluate`; return the means over all batches so far."""
        examples = self.examples_of(*keras.utils.unpack_x_y_sample_weight(batch)[:2])
        count = tf.shape(examples[0])[0]
        draws = GivenExamples(examples, self.seed, EVALUATION + self._means.batches.read_value())
        return self._means.update(self.measure(draws, count), tf.cast(count, tf.float32))

    def get_metrics_result(self):
        """Return nothing: for a model that measures only its loss, Keras would report one of its own, which is 0."""
        return {}

    def reset_metrics(self):
        """Start the means of `evaluate` over."""
        super().reset_metrics()
        self._means.reset()

    def _look_at_frozen(self):
        """Forget what was traced when other layers were frozen; ValueError if an optimizer does not know a layer."""
        learning = tuple(id(v) for network in self.networks() for v in network.trainable_variables)
        if learning != self._learning:
            self._learning, self._blocks, self.train_function = learning, {}, None
        for name, player in self.players().items():
            known = set(map(id, player.optimizer._trainable_variables))
            if new := [v.path for v in player.network.trainable_variables if id(v) not in known]:
                raise ValueError(
                    f"{new[0]} was frozen when the optimizer of the {name} was set, which has no moments for it: call "
                    f"compile(...) after you have made a layer trainable."
                )

    # --- training -------------------------------------------------------------------------------------------------

    def block(self, data, batch_size, mode):
        """Return a function that makes many compiled steps, `block(first_step, count)`: see `compile_block`.

        Training again does not compile again.
        """
        self._look_at_frozen()
        if (batch_size, mode) not in self._blocks:
            players = list(self.players().values())
            self._blocks[batch_size, mode] = compile_block(players, self.metric_names, batch_size, mode)
        return partial(self._blocks[batch_size, mode], seed=tf.constant(self.seed, tf.int64), data=data)

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
            Examples per step; the model's usual number if None. A GAN's discriminator sees half a batch of real
            pictures and half a batch of fakes (half of an odd number is rounded down), its generator makes a whole
            batch.
        sample_interval : int or None
            Steps between two samples, kept in `samples` and in the run folder; the model's usual number if None.
        data : ndarray, Pictures, tuple or None
            What to learn: for pictures uint8 or float in [-1, 1], of the shape that the networks take, with their
            labels as (images, labels) where digits can be asked for. `default_data()` if None: most often MNIST.
        run : str, Path or None
            A new folder to record the run in: configuration, events, history, checkpoints and samples. None goes on in
            the folder that this model already has, if any.
        schedule : Schedule, list of (step, name, value) or None
            Changes of live values to make at given steps. None: those of the run that goes on, or of the recipe.
        callbacks : iterable of keras.callbacks.Callback, or None
            Called between blocks of steps: their `on_train_begin`, `on_train_batch_end` and `on_train_end`.
        verbose : int
            0: silent; 1: a progress bar; 2: a line at every sample as well, like the classic code.
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
            Ctrl-C or a kernel interrupt; the model stands at a whole step, and a run folder holds its checkpoint.
        GuardError
            A network moved in another one's step, or did not move in its own.
        """
        plan = self._plan(steps, batch_size, sample_interval, schedule, run)
        if plan["steps"] == 0:
            print(f"This run has made all of its {self.step} planned steps: call train(steps=...) to make more.")
            return self.measured
        trainer = self.trainer(
            plan["batch_size"],
            data=data,
            run=run,
            steps=plan["steps"],
            schedule=plan["schedule"],
            callbacks=[*self._own_callbacks(plan, verbose), *check_callbacks(callbacks)],
            record={"sample_interval": plan["sample_interval"]},
            checkpoint_interval=Whole("checkpoint_interval", 1)(checkpoint_interval),
        )
        trainer.run(plan["steps"])
        return self.measured

    def _plan(self, steps, batch_size, sample_interval, schedule, run=None):
        """Fill in what was not said: by the run that goes on, else by the usual numbers."""
        goes_on = self.run is not None and not self._is_new(run)
        planned, left = (self.run.config["training"], self.steps_left()) if goes_on else ({}, None)
        steps = (self.defaults["steps"] if left is None else left) if steps is None else Whole("steps", 1)(steps)
        if batch_size is None:
            batch_size = planned.get("batch_size", self.defaults["batch_size"])
        if sample_interval is None:
            sample_interval = planned.get("sample_interval", self.defaults["sample_interval"])
        recorded = Schedule(planned.get("schedule", self.defaults.get("schedule", ())))
        if schedule is None:
            schedule = recorded
        elif any(
            change.step < self.step and change not in recorded.changes
            for change in Schedule(schedule).checked(self.live)
        ):
            print(f"The changes that the schedule has before step {self.step} are left out: those steps are made.")
        return {
            "steps": steps,
            "batch_size": batch_size,
            "sample_interval": Whole("sample_interval", 1)(sample_interval),
            "schedule": schedule,
        }

    def _own_callbacks(self, plan, verbose):
        interval, verbose = plan["sample_interval"], Choice("verbose", (0, 1, 2))(verbose)
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
        if isinstance(data, tf.data.Dataset | keras.utils.PyDataset | Iterator):
            raise ValueError(
                f"train() draws its batches from arrays, not from a {type(data).__name__}: give the pictures as one "
                f"array, or call fit(dataset)."
            )
        data = self.check_data(self.default_data() if data is None else data)
        batch_size = Whole("batch_size", 4, len(data[0]))(batch_size)
        schedule = Schedule(() if schedule is None else schedule).checked(self.live)
        mode = compile_mode(self.networks())
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

    def _is_new(self, run):
        """Tell whether `run` is another folder than the present one; None stands for that one."""
        return run is not None and (self.run is None or self.run.path.resolve() != as_folder(run).resolve())

    def _attach_run(self, run, training):
        """Make the run folder or go on in the present one; return the history to go on with, or None."""
        if self._is_new(run):
            self.live.notice()
            self.live.recorded = len(self.live.changes)  # before that: nothing set meanwhile is lost
            self.run = RunFolder.create(run, {**self.run_config(), "training": training})
            self._tell_own_code()
            self.run.record(self.step, "train", **training)
            return None
        if self.run is not None:
            known = self.run.config["training"].get("data")
            if known != training["data"]:
                raise RunFolderError(f"{self.run.path} was trained on other data: pass those as data=, or a new run=.")
            with self.run.held():
                self.run.update(training=training)
                self.run.record(self.step, "train", **training)
        return self.measured

    def _tell_own_code(self):
        """Say, before hours are spent, whether resuming this run will need networks that no file may bring along."""
        described = self.run.config["config"]["config"]
        if own := [name for name in self.network_names if not _can_build(described[name])]:
            print(f"{self.run.path}: {self._needs_networks(own)}")

    @classmethod
    def _needs_networks(cls, names):
        given = ", ".join(f"{name}=..." for name in names)
        return (
            f"the {' and the '.join(names)} cannot be built from a file, because of code of your own (a layer, a "
            f"function, a Lambda): to resume this run, build the same ones and call "
            f"{cls.__name__}.resume(folder, {given})."
        )

    def run_config(self):
        """Return what `config.json` holds: how to build the model again, and with which versions it was made."""
        return {
            "model": type(self).__name__,
            "config": keras.saving.serialize_keras_object(self),
            "seed": self.seed,
            "live": self.live.snapshot(),
            "versions": versions(),
        }

    @classmethod
    def resume(cls, folder, **networks):
        """Build the model that a run folder holds and put it at the newest checkpoint that is whole.

        Call `train()` on it to make the steps that were left; on the same machine it ends with the same weights, bit
        for bit, as a run that was never interrupted.

        Parameters
        ----------
        folder : str or Path
            A run folder.
        **networks : keras.Model
            Networks of your own code, which no file is allowed to bring along: those with layers of your own or a
            Lambda, built as they were for the run, such as `generator=build_my_generator()`. Their weights are read.

        Returns
        -------
        TrainableModel

        Raises
        ------
        RunFolderError
            The folder is no run, is of another version, has no whole checkpoint, needs networks of your own code, or is
            being trained by another model.
        """
        run = RunFolder.open(folder)
        if run.config["model"] != cls.__name__:
            raise RunFolderError(f"{run.path} holds a {run.config['model']}, not a {cls.__name__}.")
        with run.held():
            model, values, damaged, spoiled = rebuild(run, cls, **networks)
            if damaged:
                names = ", ".join(path.name for path in damaged)
                print(f"{run.path}: {names} is damaged; going back to the checkpoint of step {model.step}.")
            known = len(run.gaps())
            model.measured = run.rewind(model.step, damaged, values.get("logged"))
            for gap in run.gaps()[known:]:
                print(f"{run.path}: {gap} The weights are whole, but the recorded changes cannot replay this run.")
            if spoiled:
                described = run.config["config"]
                described["config"] |= {name: model.get_config()[name] for name in spoiled}
                run.update(config=described)
        model.run = run
        return model

    @classmethod
    def usual_arguments(cls, arrays):
        """Return the constructor's arguments for the usual networks that have these weights: arrays of a checkpoint."""
        return {}

    def steps_left(self):
        """Return how many planned steps a resumed run has not made yet; None if there is no plan."""
        planned = self.run and self.run.config["training"].get("last_step")
        return None if planned is None else max(0, planned - self.step)


class Rebuilt(NamedTuple):
    """What a run folder holds: see `rebuild`."""

    model: TrainableModel
    values: dict
    damaged: list
    spoiled: list


def rebuild(run, family=None, **networks):
    """Build the model of a run folder and put it at the newest checkpoint that is whole; the folder stays as it is.

    Parameters
    ----------
    run : RunFolder
    family : type or None
        The model's class; if None, the one registered under the name in the folder.
    **networks : keras.Model
        Networks to put in the place of those that the folder describes.

    Returns
    -------
    model : TrainableModel
    values : dict
        What the checkpoint holds besides the arrays.
    damaged : list of Path
        Newer checkpoints that could not be read.
    spoiled : list of str
        Networks whose description an earlier version of ganlib has emptied.

    Raises
    ------
    RunFolderError
        There is no whole checkpoint, or the model cannot be built.
    """
    step, arrays, values, damaged = run.load_checkpoint()
    described = run.config["config"]
    try:
        family = family or keras.saving.get_registered_object(described["registered_name"])
        parts = described["config"]
        spoiled = [name for name in family.network_names if parts[name].get("config") == {}]
    except Exception as error:
        raise _cannot_build(run) from error
    unknown = [name for name in spoiled if name not in networks]
    if wrong := networks.keys() - set(family.network_names):
        raise RunFolderError(f"A {family.__name__} has no {wrong.pop()}: its networks are {family.network_names}.")
    own = [name for name in family.network_names if name not in (*networks, *spoiled) and not _can_build(parts[name])]
    if own:
        raise RunFolderError(f"{run.path}: {family._needs_networks(own)}")
    try:
        parts = {name: part for name, part in parts.items() if name not in unknown}
        if unknown:
            parts |= family.usual_arguments(arrays)
        model = family.from_config({**parts, **networks})
    except Exception as error:
        raise _cannot_build(run) from error
    try:
        model.load_state(step, arrays, values)
    except ValueError as error:
        raise RunFolderError(f"{run.path}: {error}") from error
    except (LookupError, TypeError, AttributeError) as error:
        raise RunFolderError(
            f"{run.path}: the checkpoint of step {step} holds other values than this model."
        ) from error
    if unknown:
        print(
            f"{run.path}: an earlier version of ganlib lost the description of the {' and the '.join(unknown)}. The "
            f"weights fit the usual one; if it was another, call {family.__name__}.resume(folder, {unknown[0]}=...)."
        )
    return Rebuilt(model, values, damaged, spoiled)


def _cannot_build(run):
    return RunFolderError(
        f"{run.path / 'config.json'} does not describe a model that can be built here: it is damaged."
    )


def _can_build(part):
    """Tell whether a network can be built from what a file says of it, without running code out of the file."""
    try:
        load_part(part)
    except Exception:  # unknown layers, code and damage raise a dozen kinds of error, all of one meaning
        return False
    return True


def load_part(part):
    """Build a network or an optimizer from its configuration, which stays as it is; return a built one as it is."""
    if not isinstance(part, dict):
        return part
    return keras.saving.deserialize_keras_object(copy.deepcopy(part))  # which empties what it is given


def check_seed(seed):
    """Return a seed, from 0 to 2**31 - 1, as an int; ValueError if it is none."""
    return Whole("seed", 0, 2**31 - 1)(seed)


def as_list(callbacks):
    """Return callbacks as a list: several, one, or None for none."""
    if callbacks is None:
        return []
    return list(callbacks) if isinstance(callbacks, Iterable) else [callbacks]


def check_callbacks(callbacks):
    """Return callbacks of `train` as a list; ValueError for one that would never be called and silently do nothing."""
    callbacks = as_list(callbacks)
    for callback in callbacks:
        name = type(callback).__name__
        if not isinstance(callback, keras.callbacks.Callback):
            raise ValueError(f"callbacks must be callbacks of Keras, such as keras.callbacks.Callback(), not a {name}.")
        if unheard := [hook for hook in NEVER_CALLED if _overrides(callback, hook)]:
            raise ValueError(
                f"{name} needs {unheard[0]}, and train() has no epochs: it calls on_train_begin, on_train_batch_end "
                f"and on_train_end. Use fit(), or a callback whose on_train_batch_end does what is wanted."
            )
    return callbacks


def _overrides(callback, hook):
    return hook in vars(callback) or getattr(type(callback), hook) is not getattr(keras.callbacks.Callback, hook)


class Means:
    """Means of what `evaluate` measures; a class of its own, so that Keras neither saves nor counts them as weights."""

    def __init__(self, names):
        self.batches = tf.Variable(0, dtype=tf.int64, trainable=False)
        self._means = [keras.metrics.Mean(name) for name in names]

    def update(self, measured, count):
        """Add what was measured of a batch, scalars by name; return the means so far by name."""
        self.batches.assign_add(1)
        for mean in self._means:
            mean.update_state(measured[mean.name], count)
        return {mean.name: mean.result() for mean in self._means}

    def reset(self):
        """Forget all batches."""
        self.batches.assign(0)
        for mean in self._means:
            mean.reset_state()


def fingerprint(arrays):
    """Return a short checksum of a tuple of arrays: what a run was trained on."""
    digest = hashlib.blake2b(digest_size=16)
    for array in arrays:
        digest.update(f"{array.shape}{array.dtype}".encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()
