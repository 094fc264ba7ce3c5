"""The generative adversarial network (Goodfellow et al. 2014): two networks that learn from each other.

How they learn is in `ganlib.models.gan_step`. Lesson 06 writes it out line by line; lesson 05 shows it in the plane.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ganlib import builders
from ganlib import data as pixels
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Choice, Number, Switch, Whole, as_numbers
from ganlib.models import recipes
from ganlib.models.augment import Augmented
from ganlib.models.common import both_rates, build_optimizer, copy_of, follow, live_property, live_rate, live_variable
from ganlib.models.gan_step import D_STEPS, generator_step
from ganlib.models.losses import LOSSES, PENALTIES, join, judge_partners, with_penalty
from ganlib.models.networks import check_pair, normalises_batches, regularisation
from ganlib.models.options import GANOptions
from ganlib.models.pictures import PictureModel, in_chunks, random_from, to_unit_range
from ganlib.training import (
    MAX_BLOCK,
    Player,
    TrainingDiverged,
    as_list,
    compile_block,
    compile_mode,
)

MAX_UPDATES = 10
GRADIENT_EVERY = 10  # steps; a length reads every gradient once more, which costs a tenth of a step
LATENT, LATENT_OF_G, NOISE_PICTURES, SHARES = 1, 2, 3, 6  # streams of random numbers; a conditional GAN has 4 and 5
AUGMENTED = 7
BESIDE = 32  # from a turn of the generator to the one whose draws are all that it needs beside its latent vectors
PRETRAINING = 63  # the turn whose draws belong to pretraining

# Live values that a step reads; all float32, since int32 variables stay off the GPU, where compiled steps cannot reach.
_SWITCHES = {
    "d_steps": 1.0,
    "g_steps": 1.0,
    "freeze_d": 0.0,
    "freeze_g": 0.0,
    "label_smoothing": 0.0,
    "loss_kind": 0.0,
}


@dataclass(frozen=True)
class FittingLoss(Choice):
    """A check for a loss; it refuses those that the discriminator of a GAN cannot learn."""

    gan: object

    def __call__(self, value):
        kind = super().__call__(value)
        if kind in PENALTIES and self.gan.options.d_update == "apart":
            raise ValueError(
                f"The loss {kind!r} compares real pictures with fakes, so that both belong into one update: build the "
                f'GAN with d_update="together".'
            )
        if kind in PENALTIES and normalises_batches(self.gan.discriminator):
            raise ValueError(
                f"The penalty of the loss {kind!r} is on how steep the discriminator is at one picture, and batch "
                f"normalisation mixes all pictures of a batch: take it out of the discriminator."
            )
        return kind


@keras.saving.register_keras_serializable("ganlib")
class GAN(PictureModel):
    """A generator and a discriminator, trained in turn.

    Parameters
    ----------
    network : str
        "dense", the classic pair, or "conv", the convolutional one; used for a network that is not given.
    latent_dim : int
        Length of the latent vector.
    seed : int
        Seed of the first weights, the batches and the latent vectors.
    image_shape : tuple of int or None
        Height, width and channels of the pictures, such as (32, 32, 3), for a network that is not given. None: those
        of the other network, or (28, 28, 1).
    generator : keras.Model or None
        Maps latent vectors (n, latent_dim) to pictures.
    discriminator : keras.Model or None
        Maps pictures to logits (n, 1).
    g_optimizer, d_optimizer : keras.optimizers.Optimizer or None
        Adam(2e-4, beta_1=0.5) each if None; two objects, never one.
    recipe : Recipe, dict of its fields, or None
        What `train()` does if it is told nothing else, and the options where they are not given; `from_recipe` sets
        it, and the networks and optimizers to match.
    **options
        See `GANOptions`: `loss_kind`, `loss_penalty`, `moving_average`, `d_update`, `d_fakes`, `gradient_penalty`,
        `training_spread`, `augment`.

    Examples
    --------
    >>> gan = GAN(seed=0)
    >>> history = gan.train(steps=1000)  # doctest: +SKIP
    >>> gan.generate(25).shape
    (25, 28, 28, 1)
    """

    columns = ("d_loss", "d_accuracy", "g_loss", "d_real", "d_fake", "d_gradient", "g_gradient")
    sparse_columns = ("d_gradient", "g_gradient")
    optional_columns = ("d_real", "d_fake")
    network_names = ("generator", "discriminator")
    optimizer_names = ("d_optimizer", "g_optimizer")
    usual_rate = 2e-4
    takes_labels = False

    def __init__(
        self,
        network="dense",
        latent_dim=builders.LATENT_DIM,
        seed=0,
        *,
        image_shape=None,
        generator=None,
        discriminator=None,
        g_optimizer=None,
        d_optimizer=None,
        recipe=None,
        name="gan",
        **options,
    ):
        super().__init__(seed=seed, name=name)
        self.network = Choice("network", builders.NETWORKS)(network)
        self.recipe = None
        if recipe is not None:
            self._adopt(recipes.as_recipe(recipe))
            options = {name: getattr(self.recipe, name) for name in GANOptions.__dataclass_fields__} | options
        self.options = GANOptions.of(options)
        shape = _shape_of(image_shape, generator, discriminator)
        self.generator = self._default_generator(latent_dim, shape) if generator is None else generator
        self.discriminator = self._default_discriminator(shape) if discriminator is None else discriminator
        self.latent_dim = self.check_networks()
        if self.options.augment != "none" and len(self.picture_shape) != 3:
            raise ValueError(
                f"augment={self.options.augment!r} is for pictures, and this GAN makes none: leave it out."
            )
        self.averaged_generator = None if self.options.moving_average is None else self._copy_of_generator()
        self.best_generator, self.judged, self.draws_best = None, (), False
        self._switches = {name: tf.Variable(value, trainable=False) for name, value in _SWITCHES.items()}
        self.pretrained_steps = 0
        self.compile(g_optimizer=g_optimizer, d_optimizer=d_optimizer, loss_kind=self.options.loss_kind)
        self.built = True

    @classmethod
    def from_recipe(cls, name, seed=0):
        """Build the GAN of a recipe, such as "swift" or "fine"; its `train()` runs the recipe's own budget.

        "gpu" times its step for some seconds first, to make as many as fit into ten minutes on the device at hand. See
        `ganlib.models.recipes`.
        """
        return recipes.build(cls, name, seed)

    @classmethod
    def from_pictures(cls, pictures, size=32, channels=None, *, seed=0, **changes):
        """Build the GAN that fits pictures of your own; its `train()` learns them, in about three minutes.

        Parameters
        ----------
        pictures : str, Path, Pictures or ndarray
            A folder or a file, as `load_pictures` takes it; what that returned; or an array.
        size, channels : int
            As for `load_pictures`.
        seed : int
            As for `GAN`.
        **changes
            Fields of the recipe "pictures" to be changed, such as `seconds=60`, `steps=5000`, `network="dense"` or
            `augment="shift"`, for pictures that must not be mirrored.

        Returns
        -------
        GAN
            Untrained. A step is timed first, unless `steps` are given.

        Raises
        ------
        ValueError
            An argument does not fit, or there are no pictures: see `load_pictures`.
        """
        if isinstance(pictures, (str, Path)):
            pictures = pixels.load_pictures(pictures, size, channels)
        return recipes.build_for(cls, pictures, seed, **changes)

    def _adopt(self, recipe):
        """Let `train()` run the budget of a recipe, its schedule too, unless it is told something else."""
        own = {"steps": recipe.steps, "batch_size": recipe.batch_size, "schedule": recipe.schedule()}
        if recipe.samples is not None:
            own["sample_interval"] = max(1, recipe.steps // recipe.samples)
        self.recipe, self.usual = recipe, MappingProxyType({**self.usual, **own})

    def _own_callbacks(self, plan, verbose):
        callbacks = super()._own_callbacks(plan, verbose)
        if self.recipe and self.recipe.keep_best_every:
            from ganlib.judge.keep import KeepBest  # not before it is needed: the judge loads a classifier

            callbacks.append(KeepBest(self.recipe.keep_best_every))
        return callbacks

    def _copy_of_generator(self):
        """Return another network with the generator's layers and weights."""
        return copy_of(self.generator, "generator")

    def _default_generator(self, latent_dim, shape):
        build = {"dense": builders.build_generator, "conv": builders.build_conv_generator}[self.network]
        return build(latent_dim, image_shape=shape, seed=self.seed)

    def _default_discriminator(self, shape):
        build = {"dense": builders.build_discriminator, "conv": builders.build_conv_discriminator}[self.network]
        return build(image_shape=shape, seed=self.seed + 1)

    def check_networks(self):
        """Return the latent dimension; ValueError if the two networks do not fit."""
        return check_pair(self.generator, self.discriminator)

    # --- Keras --------------------------------------------------------------------------------------------------------

    def compile(self, g_optimizer=None, d_optimizer=None, loss_kind="non_saturating", **kwargs):
        """Set the two optimizers and the loss.

        Parameters
        ----------
        g_optimizer, d_optimizer : keras.optimizers.Optimizer or None
            Adam(2e-4, beta_1=0.5) each if None; two objects, never one.
        loss_kind : str
            A key of `LOSSES`: "non_saturating", "saturating", "least_squares", "wasserstein", "hinge", "relativistic".
        **kwargs
            `run_eagerly`, `steps_per_execution` and `jit_compile`, as `keras.Model.compile` takes them.

        Raises
        ------
        ValueError
            An option that means nothing here, such as a loss: a GAN has its own.
        """
        if "optimizer" in kwargs:
            raise ValueError("A GAN has two optimizers: give g_optimizer and d_optimizer.")
        g_optimizer = build_optimizer("g_optimizer", g_optimizer or self._adam(), self.generator, taken=d_optimizer)
        d_optimizer = build_optimizer("d_optimizer", d_optimizer or self._adam(), self.discriminator)
        self.live["loss_kind"] = loss_kind
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        kwargs.setdefault("jit_compile", compile_mode(self.networks()) == "compiled")
        super().compile(optimizer=self.g_optimizer, **kwargs)

    def _adam(self):
        """Return the classic code's optimizer."""
        return keras.optimizers.Adam(self.usual_rate, beta_1=0.5)

    def call(self, latent, training=False):
        """Turn latent vectors float32 (n, latent_dim) into pictures in [-1, 1]."""
        return self.drawing_generator(latent, training=training)

    @property
    def drawing_generator(self):
        """The generator whose weights make the pictures: the best one kept, else the average, else the learner's."""
        best = self.best_generator if self.draws_best else None
        return best or self.averaged_generator or self.generator

    def settings(self):
        """Return what rebuilds the model beside its networks and optimizers."""
        return {
            "network": self.network,
            "latent_dim": self.latent_dim,
            **self.options.as_dict(),
            "loss_kind": self.loss_kind,
            "recipe": self.recipe and self.recipe.as_dict(),
        }

    @classmethod
    def from_keras(cls, generator, discriminator=None, *, seed=0, **options):
        """Build a GAN around networks that were saved before; lesson 12 shows it.

        Parameters
        ----------
        generator : str or Path
            A `.keras` file of a generator, or of a whole GAN; an `.h5` file that Keras 2 wrote; or a file of weights
            alone, such as `generator.weights.h5`, if they are those of the classic network, dense or convolutional.
        discriminator : str, Path or None
            The same for the discriminator, whose sigmoid at the end is taken away. None: a new dense one.
        seed : int
        **options
            As `GAN` takes them.

        Raises
        ------
        ValueError
            A file cannot be read, or the networks do not fit each other.
        """
        from ganlib.keras_files.imports import give_logits, read_network

        made = read_network(generator, part="generator")
        if isinstance(made, GAN):
            return made
        if discriminator is None:
            judge = builders.build_discriminator(made.output_shape[1:], seed=seed + 1)
        else:
            judge = give_logits(read_network(discriminator, part="discriminator"))
        return cls(generator=made, discriminator=judge, seed=seed, **options)

    def compile_from_config(self, config):
        """Do nothing: `from_config` has compiled the model with its two optimizers."""

    def batch_size_of(self, count):
        """Return twice the number of real pictures: `fit(batch_size=16)` makes the steps of `train(batch_size=32)`.

        With several steps of the discriminator each sees the same real pictures.
        """
        return 2 * count

    def measure(self, draws, count):
        """Measure both networks on `count` real pictures and as many fakes, for `evaluate`; nobody learns."""
        real, latent = self.draw_real(draws, count), self.draw_latent(draws, count, LATENT)
        fake_logits = self.discriminator(self.make(latent, training=False), training=False)
        real_logits = self.discriminator(real, training=False)
        return {
            "d_loss": self.discriminator_loss(real_logits, fake_logits),
            "g_loss": self.loss_term("generator", fake_logits, partners=real_logits),
            **self.opinions(real_logits, fake_logits),
        }

    def fit(self, x=None, y=None, batch_size=None, epochs=1, verbose="auto", callbacks=None, **kwargs):
        """Train as Keras does, see `keras.Model.fit` and `train_step`; what sets a learning rate sets both.

        A callback such as `LearningRateScheduler` knows one optimizer, the generator's; the discriminator's rate
        changes in the same proportion.
        """
        if callbacks is None or isinstance(callbacks, list | tuple | keras.callbacks.Callback):
            first, last = both_rates()
            callbacks = [first, *as_list(callbacks), last]
        return super().fit(x, y, batch_size, epochs, verbose, callbacks, **kwargs)

    # --- one step -----------------------------------------------------------------------------------------------------

    def players(self):
        """Return the two players in the order in which they learn: what a step of the GAN is."""
        return {
            "discriminator": Player(
                self.discriminator,
                self.d_optimizer,
                self._discriminator_turn,
                ("d_loss", "d_accuracy", "d_real", "d_fake", "d_gradient"),
                lambda: self._repeats("d"),
            ),
            "generator": Player(
                self.generator,
                self.g_optimizer,
                self._generator_turn,
                ("g_loss", "g_gradient"),
                lambda: self._repeats("g"),
            ),
        }

    def _repeats(self, letter):
        """Return how many updates a network makes in a step, an int32 scalar; 0 while it is frozen."""
        thawed = 1 - self._switches[f"freeze_{letter}"]
        return tf.cast(self._switches[f"{letter}_steps"] * thawed, tf.int32)

    def _discriminator_turn(self, draws, batch_size, learn):
        half = batch_size // 2
        real, latent = self.draw_real(draws, half), self.draw_latent(draws, half, LATENT)
        gan, shares = self._as_seen(draws), draws.uniform([half], SHARES)
        measured, gradients = D_STEPS[self.options.d_update](gan, gan.show(real), latent, shares, learn)
        return {**measured, "d_gradient": _norm_at_times(draws.step, gradients)}

    def _generator_turn(self, draws, batch_size, learn):
        gan = self._as_seen(draws.at_turn(draws.turn + BESIDE))
        latent = self.draw_latent(draws, batch_size, LATENT_OF_G)
        partners = judge_partners(self, lambda: gan.show(self.draw_rivals(draws, batch_size)), batch_size)
        measured, gradients = generator_step(gan, latent, partners, learn)
        return {**measured, "g_gradient": _norm_at_times(draws.step, gradients)}

    def _as_seen(self, draws):
        """Return the GAN as a step sees it: itself, or one whose pictures are augmented."""
        return self if self.options.augment == "none" else Augmented(self, draws, AUGMENTED)

    def show(self, real):
        """Return what the discriminator judges as real: the pictures themselves."""
        return real

    def draw_rivals(self, draws, count):
        """Draw the real pictures that a loss of pairs compares the generator's fakes with: others than those of D."""
        return self.draw_real(draws.at_turn(draws.turn + BESIDE), count)

    # What a conditional GAN does otherwise: its networks take a digit beside the latent vector and beside the picture.

    def draw_real(self, draws, count):
        """Draw what the discriminator judges as real: pictures float32 (count, height, width, channels)."""
        return to_unit_range(draws.examples(count))

    def make(self, latent, training):
        """Return what the discriminator judges as fake: what the generator makes of latent vectors."""
        return self.generator(latent, training=training)

    def draw_noise(self, draws, real):
        """Draw uniform noise in [-1, 1) of the shape of the real pictures."""
        return draws.uniform(tf.shape(real), NOISE_PICTURES, low=-1.0, high=1.0)

    def draw_latent(self, draws, count, stream):
        """Draw the latent vectors, float32 (count, latent_dim), that a step trains with: `training_spread` wide."""
        return self.options.training_spread * draws.normal([count, self.latent_dim], stream)

    def loss_term(self, term, logits, *label, partners=None):
        """Compute a term of the loss that is chosen now; all are computed, which costs nothing beside the networks.

        `partners` are the logits (n, 1) of the other side, for a loss of pairs.
        """
        above = logits if partners is None else logits - partners
        kinds = [getattr(loss, term)(above if loss.paired else logits, *label) for loss in LOSSES.values()]
        return self._of_loss(tf.stack(kinds))

    def real_loss(self, logits, partners=None):
        """Compute the loss on real pictures, whose label is 1 minus the label smoothing."""
        return self.loss_term("real", logits, 1.0 - self._switches["label_smoothing"], partners=partners)

    def discriminator_loss(self, real_logits, fake_logits):
        """Compute the mean of the two terms of the discriminator's loss on as many real pictures as fakes."""
        of_fake = self.loss_term("fake", fake_logits, partners=real_logits)
        return (self.real_loss(real_logits, fake_logits) + of_fake) / 2

    def opinions(self, real_logits, fake_logits):
        """Return what the discriminator thinks of real pictures and of fakes.

        `d_accuracy` is the share that was judged right: those above 0 and those not above 0, or, for a critic whose
        scores mean something only by their differences, of pairs in which the real one has the higher score. `d_real`
        and `d_fake` are the mean probabilities of being real; a critic has none, and they are NaN.
        """
        right = tf.concat([real_logits > 0, fake_logits <= 0], axis=0)
        in_order = real_logits > fake_logits
        right, in_order = (tf.reduce_mean(tf.cast(judged, tf.float32)) for judged in (right, in_order))
        no_zero = [kind in PENALTIES for kind in LOSSES]  # what only a penalty holds can drift as a whole
        nothing = self._of_loss(tf.constant([np.nan if loss.scores else 0.0 for loss in LOSSES.values()]))
        return {
            "d_accuracy": tf.where(self._of_loss(tf.constant(no_zero)), in_order, right),
            "d_real": tf.reduce_mean(tf.sigmoid(real_logits)) + nothing,
            "d_fake": tf.reduce_mean(tf.sigmoid(fake_logits)) + nothing,
        }

    def _of_loss(self, values):
        """Choose of a tensor, with a value for each loss, that of the loss of now.

        Gathered, and not sliced: XLA takes the place of a slice for a constant and compiles anew for each loss.
        """
        return tf.gather(values, tf.cast(self._switches["loss_kind"], tf.int32))

    def turns_of(self, kind):
        """Return 1 if the loss is of this kind now, else 0, an int32 scalar."""
        return self._of_loss(tf.constant([int(kind == loss) for loss in LOSSES]))

    def update_average(self):
        """Let the averaged generator follow the one that learns, if there is an average."""
        if self.averaged_generator is None:
            return
        follow(self.averaged_generator, self.generator, self.options.moving_average, self.g_optimizer.iterations)

    # --- live values --------------------------------------------------------------------------------------------------

    def live_values(self):
        """Return the values that can change while the model trains."""
        loss_names = tuple(LOSSES)
        return {
            "d_learning_rate": live_rate("d_learning_rate", lambda: self.d_optimizer),
            "g_learning_rate": live_rate("g_learning_rate", lambda: self.g_optimizer),
            "d_steps": self._switch("d_steps", Whole("d_steps", 0, MAX_UPDATES), int),
            "g_steps": self._switch("g_steps", Whole("g_steps", 0, MAX_UPDATES), int),
            "label_smoothing": self._switch("label_smoothing", Number("label_smoothing", 0, 0.5)),
            "freeze_d": self._switch("freeze_d", Switch("freeze_d"), bool),
            "freeze_g": self._switch("freeze_g", Switch("freeze_g"), bool),
            "loss_kind": self._switch(
                "loss_kind",
                FittingLoss("loss_kind", loss_names, self),
                lambda index: loss_names[int(index)],
                loss_names.index,
            ),
        }

    def _switch(self, name, check, *decode_and_encode):
        return live_variable(check, self._switches[name], *decode_and_encode)

    d_learning_rate = live_property("d_learning_rate", "The discriminator's learning rate.")
    g_learning_rate = live_property("g_learning_rate", "The generator's learning rate.")
    d_steps = live_property("d_steps", "Updates of the discriminator a step, 0 to 10.")
    g_steps = live_property("g_steps", "Updates of the generator a step, 0 to 10.")
    label_smoothing = live_property(
        "label_smoothing",
        'Real pictures are labelled 1 minus this, 0 to 0.5; "wasserstein" and "hinge" have no labels.',
    )
    freeze_d = live_property("freeze_d", "Whether the discriminator is held still.")
    freeze_g = live_property("freeze_g", "Whether the generator is held still.")
    loss_kind = live_property("loss_kind", f"The loss: one of {', '.join(LOSSES)}.")

    # --- training -----------------------------------------------------------------------------------------------------

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        return tuple(self.discriminator.input_shape[1:])

    def describe(self, measured):
        """Say what a step measured in the words of the classic code."""
        return (
            f"[D loss: {measured['d_loss']:.3f}, acc.: {100 * measured['d_accuracy']:5.1f}%] "
            f"[G loss: {measured['g_loss']:.3f}]"
        )

    def pretrain_discriminator(self, steps=200, batch_size=32, *, data=None):
        """Let the discriminator learn real pictures (1) from uniform noise pictures (0) before the generator starts.

        Parameters
        ----------
        steps : int
            How many updates.
        batch_size : int
            Half of it real pictures, half of it noise.
        data : ndarray or None
            As in `train`.

        Returns
        -------
        float
            The share of the last block's pictures, real and noise, that the discriminator judged right.

        Raises
        ------
        TrainingDiverged
            A weight became infinite or NaN; the discriminator is as it was before.
        """
        steps = Whole("steps", 1)(steps)
        data = self.check_data(self.default_data() if data is None else data)
        batch_size = Whole("batch_size", 4, len(data[0]))(batch_size)
        mode = compile_mode([self.discriminator])
        pupil = Player(self.discriminator, self.d_optimizer, self._pretraining_turn, ("accuracy",))
        block = compile_block([pupil], pupil.columns, batch_size, mode)
        given = {"seed": tf.constant(self.seed, tf.int64), "data": tuple(map(tf.constant, data))}
        with self.exclusive(), self.run.held() if self.run else contextlib.nullcontext():
            before = self.state()
            for first in range(0, steps, MAX_BLOCK):
                count = min(MAX_BLOCK, steps - first)
                accuracies = block(self.pretrained_steps, count, **given)
                self.pretrained_steps += count
            if not all(np.isfinite(weight).all() for weight in self.discriminator.get_weights()):
                self.load_state(self.step, *before)
                raise TrainingDiverged(
                    f"Pretraining diverged: a weight of the discriminator became infinite or NaN, most often because a "
                    f"learning rate is too high (d_learning_rate {self.d_learning_rate:g}). The discriminator was put "
                    f"back to what it was: lower the rate and pretrain again."
                )
            self.record_gap(f"the discriminator was pretrained after step {self.step}.")
        return float(accuracies.mean())

    def _pretraining_turn(self, draws, batch_size, learn):
        """Make one update of the discriminator on real pictures against noise."""
        draws, weights = draws.at_turn(PRETRAINING), self.discriminator.trainable_variables
        real = self.draw_real(draws, batch_size // 2)
        noise = self.draw_noise(draws, real)
        with tf.GradientTape() as tape:
            real_logits, noise_logits = tf.split(self.discriminator(join(real, noise), training=True), 2)
            objective = self.discriminator_loss(real_logits, noise_logits) + regularisation(self.discriminator)
        gradients, shares = tape.gradient(objective, weights), draws.uniform([batch_size // 2], SHARES)
        self.d_optimizer.apply(with_penalty(self, gradients, real, noise, shares), weights)
        return {"accuracy": self.opinions(real_logits, noise_logits)["d_accuracy"]}

    # --- state --------------------------------------------------------------------------------------------------------

    def parts(self):
        """Return the variables that a checkpoint holds."""
        parts = {
            "generator": self.generator.variables,
            "discriminator": self.discriminator.variables,
            "g_optimizer": self.g_optimizer.variables,
            "d_optimizer": self.d_optimizer.variables,
        }
        if self.averaged_generator is not None:
            parts["averaged_generator"] = self.averaged_generator.variables
        if self.judged:
            parts["best_generator"] = self.best_generator.variables
        return parts

    def plain_values(self):
        """Return the live values, how many batches pretraining has used up, and what the judge said on the way."""
        own = {"pretrained_steps": self.pretrained_steps, "judged": self.judged, "draws_best": self.draws_best}
        return {**super().plain_values(), **own}

    def load_plain_values(self, values):
        """Put back what `plain_values` returned."""
        super().load_plain_values(values)
        self.pretrained_steps = values["pretrained_steps"]
        self._expect_best(values)
        self.draws_best = values.get("draws_best", False)

    def load_state(self, step, arrays, values):
        """Put back what `state` returned; ValueError, with nothing changed, if it does not fit the networks."""
        before = self.judged
        self._expect_best(values)
        try:
            super().load_state(step, arrays, values)
        except ValueError:
            self.judged = before
            raise

    def _expect_best(self, values):
        """Have a network for the best weights if there are any among these values."""
        self.judged = tuple((int(step), float(distance)) for step, distance in values.get("judged", ()))
        if self.judged and self.best_generator is None:
            self.best_generator = self._copy_of_generator()

    # --- the best on the way ------------------------------------------------------------------------------------------

    def keep_if_best(self, distance):
        """Keep the averaged generator as it is now, aside from training, if a judge found it nearest so far.

        Parameters
        ----------
        distance : float
            How far its pictures are from real ones, by any one measure. What is kept is a part of every checkpoint.
        """
        best = min((known for _, known in self.judged), default=np.inf)
        if self.best_generator is None:
            self.best_generator = self._copy_of_generator()
        if distance < best:
            self.best_generator.set_weights(self.averaged_generator.get_weights())
        self.judged = (*self.judged, (self.step, float(distance)))

    @property
    def draws_best(self):
        """Whether the best generator that was kept makes the pictures: from the end of a training to the next one."""
        return self._draws_best

    @draws_best.setter
    def draws_best(self, wanted):
        self._draws_best = bool(wanted and self.judged)
        self.predict_function = None  # Keras has traced the other one

    def begin_training(self):
        """Let the generator that learns make the pictures again."""
        self.draws_best = False

    # --- use ----------------------------------------------------------------------------------------------------------

    def generate(self, n, seed=0):
        """Make pictures.

        Parameters
        ----------
        n : int
            How many.
        seed : int
            Seed of the latent vectors; the same seed gives the same vectors.

        Returns
        -------
        ndarray
            float32 (n, height, width, channels) in [-1, 1].
        """
        return self.pictures_of(self.latent_vectors(n, seed))

    def latent_vectors(self, n, seed=0):
        """Draw n latent vectors, float32 (n, latent_dim), from a seed: standard normal numbers."""
        return random_from(seed).standard_normal((Whole("n", 1)(n), self.latent_dim), np.float32)

    def pictures_of(self, latent):
        """Turn latent vectors float32 (n, latent_dim) into pictures float32 in [-1, 1]."""
        return in_chunks(self._run_generator, self.check_latent(latent))

    def check_latent(self, latent):
        """Return latent vectors as float32 (n, latent_dim); ValueError if they have another shape."""
        latent = as_numbers("Latent vectors", latent).astype(np.float32)
        if latent.shape[1] != self.latent_dim:
            raise ValueError(f"Latent vectors must be (n, {self.latent_dim}), not {latent.shape}.")
        return latent

    @property
    def is_critic(self):
        """Whether the loss makes the discriminator a critic: its numbers are scores, not logits of a probability."""
        return LOSSES[self.live.read("loss_kind")].scores

    def scores(self, images):
        """Return the discriminator's number for each picture, float32 (n,): a logit, or a critic's score.

        The higher, the more real. Of "hinge" the sides are above and below 0; a score of "wasserstein" or
        "relativistic" means nothing alone, only the difference of two.
        """
        (pictures,) = self.check_data(images)
        return in_chunks(self._run_discriminator, pictures)[:, 0]

    def probability_real(self, images):
        """Return the probability, float32 (n,) in 0..1, that the discriminator gives to each picture being real.

        Raises
        ------
        ValueError
            The loss makes the discriminator a critic, which has none: see `scores`.
        """
        return self.as_probabilities(self.scores(images))

    def as_probabilities(self, logits):
        """Return the probabilities of being real, float32, that belong to logits; ValueError if they are scores."""
        if self.is_critic:
            raise ValueError(
                f"With the loss {self.loss_kind!r} the discriminator is a critic, whose scores are no probabilities: "
                f"ask for scores(...) in place of probability_real(...)."
            )
        return tf.sigmoid(logits).numpy()

    def _run_generator(self, *latent):
        return self._draw(*latent, best=self.draws_best)

    @tf.function(autograph=False, reduce_retracing=True)
    def _draw(self, *latent, best):  # of which there is a trace each: `call` asks for the same flag
        return self(_one_or_list(latent), training=False)

    @tf.function(autograph=False, reduce_retracing=True)
    def _run_discriminator(self, pictures, *digits):
        return self.discriminator(_one_or_list((to_unit_range(pictures), *digits)), training=False)

    def sample_grid(self):
        """Return the 25 pictures, float32 (25, height, width, channels), of the same latent vectors every time."""
        return self.generate(25, seed=self.seed)


# --- helpers ----------------------------------------------------------------------------------------------------------


def _shape_of(image_shape, generator, discriminator):
    """Return the shape of the pictures that a new network makes or takes: what was said, or what the other one has."""
    made = getattr(generator, "output_shape", None)
    taken = getattr(discriminator, "inputs", None)
    if image_shape is None and isinstance(made, tuple) and len(made) == 4:
        return made[1:]
    if image_shape is None and taken and len(taken[0].shape) == 4:
        return tuple(taken[0].shape[1:])
    return builders.IMAGE_SHAPE if image_shape is None else image_shape


def _norm_at_times(step, gradients):
    """Return the length of all gradients together, at every tenth step; NaN at the others."""
    if not gradients:  # all is frozen
        return 0.0
    return tf.cond(step % GRADIENT_EVERY == 0, lambda: tf.linalg.global_norm(gradients), lambda: np.nan)


def _one_or_list(tensors):
    """Return what a network takes: a tensor if there is one, else a list."""
    return list(tensors) if len(tensors) > 1 else tensors[0]
