"""The generative adversarial network (Goodfellow et al. 2014): two networks that learn from each other.

How they learn is in `ganlib.models.gan_step`. Lesson 06 writes it out line by line; lesson 05 shows it in the plane.
"""

from ganlib import builders
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Number, Switch, Whole
from ganlib.models.augment import Augmented
from ganlib.models.by_recipe import ByRecipe
from ganlib.models.common import both_rates, build_optimizer, copy_of, follow, live_property, live_rate, live_variable
from ganlib.models.gan_step import AUGMENTED, D_STEPS, LATENT, LATENT_OF_G, NOISE, SHARES, generator_step, gradient_norm
from ganlib.models.losses import LOSSES, AdversarialLoss, judge_partners
from ganlib.models.options import FittingLoss, GANOptions
from ganlib.models.pair import NetworkPair
from ganlib.models.pictures import to_unit_range
from ganlib.models.pretraining import pretrain_discriminator
from ganlib.training import Player, as_list, check_seed, compile_mode

MAX_UPDATES = 10
BESIDE = 32  # from a turn of the generator to the one that draws all it needs besides its latent vectors

# Live values that a step reads; all float32, since int32 variables stay off the GPU, where compiled steps cannot reach.
_ONES, _NOUGHTS = ("d_steps", "g_steps"), ("freeze_d", "freeze_g", "label_smoothing", "loss_kind")
_READ_BY_STEPS = {**dict.fromkeys(_ONES, 1.0), **dict.fromkeys(_NOUGHTS, 0.0)}


@keras.saving.register_keras_serializable("ganlib")
class GAN(ByRecipe, NetworkPair):
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
        See `GANOptions`: `loss_kind`, `loss_penalty`, `ema_decay`, `d_update`, `d_fakes`, `gradient_penalty`,
        `training_spread`, `augment`.

    Examples
    --------
    >>> gan = GAN(seed=0)
    >>> history = gan.train(steps=1000)  # doctest: +SKIP
    >>> gan.generate(25).shape
    (25, 28, 28, 1)
    """

    metric_names = ("d_loss", "d_accuracy", "g_loss", "d_real", "d_fake", "d_grad_norm", "g_grad_norm")
    sparse_metrics = ("d_grad_norm", "g_grad_norm")
    optional_metrics = ("d_real", "d_fake")
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
        networks = {"generator": generator, "discriminator": discriminator}
        super().__init__(network, latent_dim, seed, image_shape=image_shape, name=name, **networks)
        self.options = GANOptions.of(self._adopt(recipe) | options)
        if self.options.augment != "none" and len(self.picture_shape) != 3:
            raise ValueError(
                f"augment={self.options.augment!r} is for pictures, and this GAN makes none: leave it out."
            )
        if self.options.ema_decay is not None:
            self.averaged_generator = copy_of(self.generator, "generator")
        self._variables = {name: tf.Variable(value, trainable=False) for name, value in _READ_BY_STEPS.items()}
        self.adversarial_loss = AdversarialLoss(self._variables["loss_kind"], self._variables["label_smoothing"])
        if self.recipe:
            self._variables["d_steps"].assign(self.live.check("d_steps", self.recipe.d_steps))
        self.pretrained_steps = 0
        self.compile(g_optimizer=g_optimizer, d_optimizer=d_optimizer, loss_kind=self.options.loss_kind)
        self.built = True

    # --- Keras --------------------------------------------------------------------------------------------------------

    def compile(self, g_optimizer=None, d_optimizer=None, loss_kind=None, **kwargs):
        """Set the two optimizers and the loss.

        Parameters
        ----------
        g_optimizer, d_optimizer : keras.optimizers.Optimizer or None
            Adam(2e-4, beta_1=0.5) each if None; two objects, never one.
        loss_kind : str or None
            A key of `LOSSES`: "non_saturating", "saturating", "least_squares", "wasserstein", "hinge", "relativistic".
            None: the one in use.
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
        if loss_kind is not None:
            self.live["loss_kind"] = loss_kind
        self.g_optimizer, self.d_optimizer = g_optimizer, d_optimizer
        kwargs.setdefault("jit_compile", compile_mode(self.networks()) == "compiled")
        super().compile(optimizer=self.g_optimizer, **kwargs)

    def _adam(self):
        """Return the classic code's optimizer."""
        return keras.optimizers.Adam(self.usual_rate, beta_1=0.5)

    def settings(self):
        """Return what rebuilds the model, besides its networks and optimizers."""
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
            The same for the discriminator, whose sigmoid at the end is taken off. None: a new one, as the constructor
            builds it.
        seed : int
        **options
            As `GAN` takes them.

        Returns
        -------
        GAN
            A whole GAN from a `.keras` file comes back as it was saved: nothing else counts then.

        Raises
        ------
        ValueError
            A file cannot be read, or the networks do not fit each other.
        """
        from ganlib.keras_files.imports import give_logits, read_network

        seed = check_seed(seed)
        made = read_network(generator, part="generator")
        if isinstance(made, GAN):
            return made
        judge = None if discriminator is None else give_logits(read_network(discriminator, part="discriminator"))
        return cls(generator=made, discriminator=judge, seed=seed, **options)

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
            "d_loss": self.adversarial_loss.discriminator(real_logits, fake_logits),
            "g_loss": self.adversarial_loss.generator(fake_logits, real_logits),
            **self.adversarial_loss.opinions(real_logits, fake_logits),
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
                ("d_loss", "d_accuracy", "d_real", "d_fake", "d_grad_norm"),
                lambda: self._repeats("d"),
            ),
            "generator": Player(
                self.generator,
                self.g_optimizer,
                self._generator_turn,
                ("g_loss", "g_grad_norm"),
                lambda: self._repeats("g"),
            ),
        }

    def _repeats(self, letter):
        """Return how many updates a network makes in a step, an int32 scalar; 0 while it is frozen."""
        thawed = 1 - self._variables[f"freeze_{letter}"]
        return tf.cast(self._variables[f"{letter}_steps"] * thawed, tf.int32)

    def _discriminator_turn(self, draws, batch_size, learn):
        half = batch_size // 2
        real, latent = self.draw_real(draws, half), self.draw_latent(draws, half, LATENT)
        gan, shares = self._as_seen(draws), draws.uniform([half], SHARES)
        measured, gradients = D_STEPS[self.options.d_update](gan, gan.show(real), latent, shares, learn)
        return {**measured, "d_grad_norm": gradient_norm(draws.step, gradients)}

    def _generator_turn(self, draws, batch_size, learn):
        gan = self._as_seen(draws.at_turn(draws.turn + BESIDE))
        latent = self.draw_latent(draws, batch_size, LATENT_OF_G)
        partners = judge_partners(self, lambda: gan.show(self.draw_rivals(draws, batch_size)), batch_size)
        measured, gradients = generator_step(gan, latent, partners, learn)
        return {**measured, "g_grad_norm": gradient_norm(draws.step, gradients)}

    def _as_seen(self, draws):
        """Return the GAN as a step sees it: itself, or one whose pictures are augmented."""
        return self if self.options.augment == "none" else Augmented(self, draws, AUGMENTED)

    def show(self, real):
        """Return what the discriminator judges as real: the pictures themselves."""
        return real

    def draw_rivals(self, draws, count):
        """Draw the real pictures that a loss of pairs compares the generator's fakes with, not those D learned from."""
        return self.draw_real(draws.at_turn(draws.turn + BESIDE), count)

    # What a conditional GAN does differently: its networks take a digit with the latent vector and with the picture.

    def draw_real(self, draws, count):
        """Draw what the discriminator judges as real: pictures float32 (count, height, width, channels)."""
        return to_unit_range(draws.examples(count))

    def make(self, latent, training):
        """Return what the discriminator judges as fake: what the generator makes of latent vectors."""
        return self.generator(latent, training=training)

    def draw_noise(self, draws, real):
        """Draw uniform noise in [-1, 1) of the shape of the real pictures."""
        return draws.uniform(tf.shape(real), NOISE, low=-1.0, high=1.0)

    def draw_latent(self, draws, count, stream):
        """Draw the latent vectors, float32 (count, latent_dim), that a step trains with: `training_spread` wide."""
        return self.options.training_spread * draws.normal([count, self.latent_dim], stream)

    def update_average(self):
        """Let the averaged generator follow the one that learns, if there is an average."""
        if self.averaged_generator is None:
            return
        follow(self.averaged_generator, self.generator, self.options.ema_decay, self.g_optimizer.iterations)

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
        return live_variable(check, self._variables[name], *decode_and_encode)

    d_learning_rate = live_property("d_learning_rate", "The discriminator's learning rate.")
    g_learning_rate = live_property("g_learning_rate", "The generator's learning rate.")
    d_steps = live_property("d_steps", "Updates of the discriminator per step, 0 to 10.")
    g_steps = live_property("g_steps", "Updates of the generator per step, 0 to 10.")
    label_smoothing = live_property(
        "label_smoothing",
        'Real pictures are labelled 1 minus this, 0 to 0.5; "wasserstein" and "hinge" have no labels.',
    )
    freeze_d = live_property("freeze_d", "Whether the discriminator is held still.")
    freeze_g = live_property("freeze_g", "Whether the generator is held still.")
    loss_kind = live_property("loss_kind", f"The loss: one of {', '.join(LOSSES)}.")

    # --- training -----------------------------------------------------------------------------------------------------

    def describe(self, measured):
        """Say what a step measured in the words of the classic code."""
        return (
            f"[D loss: {measured['d_loss']:.3f}, acc.: {100 * measured['d_accuracy']:5.1f}%] "
            f"[G loss: {measured['g_loss']:.3f}]"
        )

    pretrain_discriminator = pretrain_discriminator

    @property
    def is_critic(self):
        """Whether the loss makes the discriminator a critic: its numbers are scores, not logits of a probability."""
        return LOSSES[self.live.read("loss_kind")].scores

    # --- state --------------------------------------------------------------------------------------------------------

    def state_variables(self):
        """Return the variables that a checkpoint holds."""
        optimizers = {"g_optimizer": self.g_optimizer.variables, "d_optimizer": self.d_optimizer.variables}
        return {**super().state_variables(), **optimizers}

    def plain_values(self):
        """Return what else belongs to the state, such as how many batches pretraining has used up."""
        return {**super().plain_values(), "pretrained_steps": self.pretrained_steps}

    def load_plain_values(self, values):
        """Put back what `plain_values` returned."""
        super().load_plain_values(values)
        self.pretrained_steps = values["pretrained_steps"]
