"""Flow matching (Lipman et al. 2023): one network learns which way noise has to go to become a picture.

Every picture and every noise are the ends of a straight way, on which time runs from 0, noise, to 1, picture. The
network is shown a place on such a way and the time, and learns the velocity there by a mean squared error: there is no
adversary and no game. Many ways cross at a place, and what it learns is their mean; whoever follows it from noise, in
small steps, comes out among the pictures.
"""

from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ganlib import builders
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Choice, Number, Switch, Whole, as_numeric, check_fields
from ganlib.models.by_recipe import TIMED_SECONDS, time_a_step
from ganlib.models.common import MAX_RATE, copy_of, follow
from ganlib.models.conditional import DIGITS, check_digits, check_labelled
from ganlib.models.networks import check_network, never_negative, regularisation
from ganlib.models.one_player import OnePlayer
from ganlib.models.pictures import in_chunks, random_from, to_unit_range
from ganlib.models.plane import SHOWN, PointModel
from ganlib.models.recipes import Budget
from ganlib.training import Player

NOISE, TIME, DROP = 1, 2, 3  # streams of random numbers
METHODS = {"euler": 1, "midpoint": 2}  # evaluations per step
EVALUATIONS = 20
GRID = 25

# --- one step ---------------------------------------------------------------------------------------------------------


def flow_step(flow, data, noise, time, told, learn=True):
    """Let the velocity learn from a batch of data and as much noise.

    Parameters
    ----------
    flow : FlowMatching
    data, noise : tf.Tensor
        float32 (n, ...), the ends of n ways.
    time : tf.Tensor
        float32 (n, 1) in [0, 1): where on its way each is looked at.
    told : list of tf.Tensor
        What else the network is told: nothing, or digits float32 (n, 10).
    learn : bool
        If False, nothing moves.

    Returns
    -------
    dict of str to tf.Tensor
        "loss": the mean squared error of the velocity, a float32 scalar.
    """
    share = tf.reshape(time, [-1] + [1] * (data.shape.rank - 1))
    place, velocity = (1 - share) * noise + share * data, data - noise
    weights = flow.velocity.trainable_variables
    with tf.GradientTape() as tape:
        guess = flow.velocity([place, time, *told], training=True)
        loss = tf.reduce_mean((guess - velocity) ** 2)
        objective = loss + regularisation(flow.velocity)
    if learn and weights:
        flow.optimizer.apply(tape.gradient(objective, weights), weights)
        flow.update_average()
    return {"loss": loss}


# --- the model --------------------------------------------------------------------------------------------------------


@keras.saving.register_keras_serializable("ganlib")
class FlowMatching(OnePlayer):
    """A velocity that turns noise into pictures.

    Parameters
    ----------
    seed : int
        Seed of the first weights, the batches, the noise and the times.
    velocity : keras.Model or None
        Maps a list of places, the shape of a picture, times (n, 1) and, where a digit can be asked for, digits (n, 10),
        to velocities of the shape of a picture. `builders.build_velocity_unet` if None.
    conditional : bool
        Whether the usual network can be asked for a digit.
    optimizer : keras.optimizers.Optimizer or None
        Adam(1e-3) if None.
    ema_decay : float or None
        Decay per step, 0 to 0.999999, of a moving average of the weights, which then makes the pictures.
    dropped : float
        Share of the training pictures whose digit the network is not told, 0 to 1: it learns both to draw what is asked
        for and to draw anything, which guidance needs (Ho and Salimans 2022, algorithm 1).

    Examples
    --------
    >>> flow = FlowMatching(seed=0)
    >>> history = flow.train(steps=500)  # doctest: +SKIP
    >>> flow.generate(25).shape
    (25, 28, 28, 1)
    """

    metric_names = ("loss",)
    network_names = ("velocity",)
    defaults = MappingProxyType({"steps": 3000, "batch_size": 64, "sample_interval": 500})

    def __init__(
        self,
        seed=0,
        *,
        velocity=None,
        conditional=False,
        optimizer=None,
        ema_decay=0.995,
        dropped=0.1,
        name="flow_matching",
    ):
        super().__init__(seed=seed, name=name)
        self.velocity = self._default_velocity(bool(conditional)) if velocity is None else velocity
        check_velocity(self.velocity)
        self.conditional = len(self.velocity.inputs) == 3
        if ema_decay is not None:
            ema_decay = Number("ema_decay", 0, 0.999999)(ema_decay)
        self.ema_decay, self.dropped = ema_decay, Number("dropped", 0, 1)(dropped)
        self.averaged = None if ema_decay is None else copy_of(self.velocity, "velocity")
        self.compile(optimizer)
        self.built = True

    @classmethod
    def from_recipe(cls, name="flow", seed=0):
        """Build the flow of a recipe, a key of `FLOW_RECIPES` or a `FlowRecipe`; its `train()` runs that budget."""
        recipe = name if isinstance(name, FlowRecipe) else FLOW_RECIPES[Choice("recipe", tuple(FLOW_RECIPES))(name)]
        if recipe.seconds is not None:
            recipe = recipe.fitted(time_a_step(cls.from_recipe(recipe.replace(seconds=None)))(TIMED_SECONDS))
        velocity = builders.build_velocity_unet(filters=recipe.filters, digits=recipe.conditional, seed=seed)
        optimizer = keras.optimizers.Adam(recipe.learning_rate, beta_2=0.99)
        flow = cls(seed, velocity=velocity, optimizer=optimizer, ema_decay=recipe.ema_decay)
        own = {"steps": recipe.steps, "batch_size": recipe.batch_size, "schedule": recipe.schedule()}
        flow.defaults = MappingProxyType({**flow.defaults, **own})
        return flow

    def _default_velocity(self, conditional):
        return builders.build_velocity_unet(digits=conditional, seed=self.seed)

    def settings(self):
        """Return what rebuilds the model, besides its network and its optimizer."""
        return {"ema_decay": self.ema_decay, "dropped": self.dropped}

    def learner(self):
        """Return the network that learns: the velocity."""
        return self.velocity

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        return tuple(self.velocity.inputs[0].shape[1:])

    @property
    def drawing_velocity(self):
        """The network whose weights make the pictures: the average, if there is one."""
        return self.velocity if self.averaged is None else self.averaged

    def call(self, inputs, training=False):
        """Return the velocities, float32 (n, ...), at a list of places, times and, if any, digits."""
        return self.drawing_velocity(inputs, training=training)

    # --- what it learns -----------------------------------------------------------------------------------------------

    def default_data(self):
        """Return the MNIST training pictures, and their labels if digits can be asked for."""
        pictures, labels = self.mnist()
        return (pictures, labels) if self.conditional else pictures

    def check_data(self, data):
        """Return the pictures, and the labels if digits can be asked for, as a tuple of arrays."""
        if not self.conditional:
            return super().check_data(data)
        return check_labelled("A conditional flow", data, super().check_data)

    def check_batch(self, examples):
        """Check the pictures of one batch of a data set."""
        super().check_data(examples)

    def data_of(self, pictures, labels=None):
        """Return what `fit` was given as `check_data` takes it."""
        return (pictures, labels) if self.conditional else pictures

    def examples_of(self, pictures, labels=None):
        """Return a batch of `fit`: its pictures and, if digits can be asked for, their labels."""
        return (pictures, tf.reshape(labels, [-1])) if self.conditional else (pictures,)

    # --- one step -----------------------------------------------------------------------------------------------------

    def players(self):
        """Return the only player."""
        return {"velocity": Player(self.velocity, self.optimizer, self._turn, self.metric_names)}

    def _turn(self, draws, batch_size, learn):
        return flow_step(self, *self._draw(draws, batch_size), learn)

    def _draw(self, draws, count):
        """Draw data, noise, times and, where they are told, digits: what a step learns from."""
        drawn = draws.examples(count)
        pictures, *labels = drawn if isinstance(drawn, tuple) else (drawn,)
        data = to_unit_range(pictures)
        spread = tf.cast(tf.range(count), tf.float32)[:, tf.newaxis]  # one time in each n-th part: less chance
        time = (spread + draws.uniform([count, 1], TIME)) / tf.cast(count, tf.float32)
        told = [tf.one_hot(tf.cast(label, tf.int32), DIGITS) for label in labels]
        known = tf.cast(draws.uniform([count, 1], DROP) >= self.dropped, tf.float32)
        return data, draws.normal(tf.shape(data), NOISE), time, [known * digit for digit in told]

    def update_average(self):
        """Let the average of the weights follow, if there is one."""
        if self.averaged is not None:
            follow(self.averaged, self.velocity, self.ema_decay, self.optimizer.iterations)

    def measure(self, draws, count):
        """Measure the loss on a batch for `evaluate`; nobody learns."""
        return flow_step(self, *self._draw(draws, count), learn=False)

    def state_variables(self):
        """Return the variables that a checkpoint holds."""
        parts = {"velocity": self.velocity.variables, "optimizer": self.optimizer.variables}
        return parts if self.averaged is None else {**parts, "averaged": self.averaged.variables}

    # --- use ----------------------------------------------------------------------------------------------------------

    def generate(self, n, seed=0, digits=None, *, evaluations=EVALUATIONS, method="midpoint", guidance=1.0):
        """Make pictures: follow the velocity from noise.

        Parameters
        ----------
        n : int
            How many.
        seed : int
            Seed of the noise; the same seed gives the same noise.
        digits : int, sequence of n int, or None
            What to make, if the network can be asked: one digit n times, or a digit for each; None for any.
        evaluations : int
            How often the network is asked on the way, 1 to 1000; "midpoint" asks twice per step and needs an even
            number.
        method : str
            "euler": a step goes where the velocity at its beginning points; "midpoint": where the velocity half a step
            on points, which is more accurate by one order (Lipman et al. 2023, section 6.1).
        guidance : float
            How far to go from the velocity for any digit towards that for the digit asked for, 0 to 100: 1 takes the
            latter; more exaggerates what makes the digit. Any other number than 1 needs digits and asks the network
            about twice as many places (Ho and Salimans 2022, equation 6, whose w is this minus 1).

        Returns
        -------
        ndarray
            float32 (n, 28, 28, 1) in [-1, 1], or of the network's shape.
        """
        noise = self.noise(n, seed)
        return self.pictures_of(noise, digits, evaluations=evaluations, method=method, guidance=guidance)

    def noise(self, n, seed=0):
        """Draw the beginnings of n ways: standard normal float32 (n, ...)."""
        return random_from(seed).standard_normal((Whole("n", 1)(n), *self.picture_shape), np.float32)

    def pictures_of(self, noise, digits=None, **options):
        """Turn noise float32 (n, ...) into pictures in [-1, 1]; the rest as in `generate`."""
        return np.clip(self.ways(noise, digits, **options)[-1], -1, 1)

    def ways(self, noise, digits=None, *, evaluations=EVALUATIONS, method="midpoint", guidance=1.0):
        """Follow the velocity from noise, and return where it leads.

        `noise` is float32 (n, ...), as `noise` draws it; the other parameters are those of `generate`.

        Returns
        -------
        ndarray
            float32 (steps + 1, n, ...): the places at the times 0, 1 / steps, ..., 1, the first of them the noise.
        """
        steps, guidance = _steps_of(evaluations, method), Number("guidance", 0, 100)(guidance)
        noise = self._checked_places("Noise", noise)
        places, told = [noise], self._rows_of(digits, len(noise), guidance)
        how = {"method": method, "guided": guidance != 1}
        how |= {"length": tf.constant(1 / steps), "guidance": tf.constant(guidance)}
        for step in range(steps):
            times = np.full((len(noise), 1), step / steps, np.float32)
            places.append(in_chunks(lambda *now: self._advance(*now, **how), places[-1], times, *told))
        return np.stack(places)

    def sampler(self, *, evaluations=EVALUATIONS, method="midpoint", guidance=1.0):
        """Return a network that makes pictures by itself: all steps of `generate` in a row.

        It shares the weights of `drawing_velocity`, and is what `ganlib.export` writes.

        Parameters
        ----------
        evaluations, method, guidance
            As in `generate`; they cannot be changed in the network.

        Returns
        -------
        keras.Model
            Maps noise float32 (n, ...) and, where digits can be asked for, float32 (n, 10), 1 for the wanted one and 0
            for the others, or ten zeros for any, to pictures in [-1, 1] of the shape of the noise.
        """
        steps, guidance = _steps_of(evaluations, method), Number("guidance", 0, 100)(guidance)
        if guidance != 1 and not self.conditional:
            raise ValueError("Guidance leads towards the digits that are asked for, and this flow cannot be asked.")
        noise = place = keras.Input(self.picture_shape, name="noise")
        told = [keras.Input((DIGITS,), name="digit")] if self.conditional else []
        row = keras.ops.mean(keras.layers.Flatten()(noise), axis=1, keepdims=True)  # one number for each picture
        for step in range(steps):
            time = keras.ops.full_like(row, step / steps)
            place = self._step(place, time, told, 1 / steps, method, guidance != 1, guidance)
        return keras.Model([noise, *told] if told else noise, keras.ops.clip(place, -1, 1), name="sampler")

    def _checked_places(self, name, places):
        """Return places as float32 (n, ...), n at least 1; ValueError if the velocity does not take them."""
        places = as_numeric(name, places).astype(np.float32)
        if places.shape[1:] != self.picture_shape or not len(places):
            shape = ", ".join(map(str, ("n", *self.picture_shape)))
            raise ValueError(f"{name} must have the shape ({shape}) with n of at least 1, not {places.shape}.")
        return places

    def _rows_of(self, digits, n, guidance):
        """Return what the network is told of n pictures, a list of nothing or of float32 (n, 10)."""
        if not self.conditional and digits is not None:
            raise ValueError("This flow cannot be asked for digits: build it with conditional=True.")
        if digits is None and guidance != 1:
            raise ValueError("Guidance leads towards the digits that are asked for: give digits.")
        if not self.conditional:
            return []
        if digits is None:
            return [np.zeros((n, DIGITS), np.float32)]
        digits = np.full(n, digits) if np.ndim(digits) == 0 else digits
        return [np.eye(DIGITS, dtype=np.float32)[check_digits("digits", digits, n)]]

    @tf.function(autograph=False, reduce_retracing=True)
    def _advance(self, place, time, *told, length, method, guided, guidance):
        return self._step(place, time, told, length, method, guided, guidance)

    def _step(self, place, time, told, length, method, *guidance):
        """Return where a step of some length leads from places (n, ...) at times (n, 1)."""
        velocity = self._guided(place, time, told, *guidance)
        if method == "euler":
            return place + length * velocity
        middle = place + length / 2 * velocity
        return place + length * self._guided(middle, time + length / 2, told, *guidance)

    def _guided(self, place, time, told, guided, guidance):
        """Return the velocity, led towards the digits that are asked for; without guidance one call is enough."""
        velocity = self.drawing_velocity([place, time, *told])
        if not guided:
            return velocity
        anything = self.drawing_velocity([place, time, 0.0 * told[0]])
        return anything + guidance * (velocity - anything)

    def velocities(self, places, time, digits=None):
        """Return the velocities, float32 (n, ...), at places (n, ...) at one time from 0 to 1."""
        places, time = self._checked_places("Places", places), Number("time", 0, 1)(time)
        times = np.full((len(places), 1), time, np.float32)
        return in_chunks(self._velocities, places, times, *self._rows_of(digits, len(places), 1.0))

    @tf.function(autograph=False, reduce_retracing=True)
    def _velocities(self, *inputs):
        return self(list(inputs))

    def sample_grid(self):
        """Return 25 pictures of the same noise every time; the digits 0 to 9 in turn if they can be asked for."""
        return self.generate(GRID, seed=self.seed, digits=np.arange(GRID) % DIGITS if self.conditional else None)


@keras.saving.register_keras_serializable("ganlib")
class PlaneFlow(PointModel, FlowMatching):
    """A flow of points in the square from -1 to 1, whose arrows and ways can be drawn.

    Parameters
    ----------
    seed, **options
        As in `FlowMatching`; the usual network is `builders.build_plane_velocity`, without digits.

    Examples
    --------
    >>> flow = PlaneFlow(seed=0)
    >>> history = flow.train(data=ganlib.data.toy_points("ring", 2000))  # doctest: +SKIP
    >>> flow.ways(flow.noise(300)).shape
    (11, 300, 2)
    """

    defaults = MappingProxyType({"steps": 3000, "batch_size": 256, "sample_interval": 500})

    def __init__(self, seed=0, *, name="plane_flow", **options):
        super().__init__(seed, name=name, **options)
        if self.conditional:
            raise ValueError("Points have no digits: the velocity of a PlaneFlow takes places and times alone.")

    @classmethod
    def from_recipe(cls, name="flow", seed=0):
        """Raise a ValueError: the recipes are for pictures."""
        raise ValueError("A PlaneFlow has no recipe, since the recipes are for pictures: build PlaneFlow(seed=...).")

    def _default_velocity(self, conditional):
        return builders.build_plane_velocity(seed=self.seed)

    def default_data(self):
        """Return 2000 points of a ring, float32 (2000, 2)."""
        return PointModel.default_data(self)

    def sample_grid(self):
        """Return the points, float32 (500, 2), of the same noise every time."""
        return self.generate(SHOWN, seed=self.seed)


# --- the recipe -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, kw_only=True)
class FlowRecipe(Budget):
    """A network, an optimizer and a budget under one name, for `FlowMatching.from_recipe`.

    The digits of `flow`, asked for with ten evaluations, seed 0, are at an MNIST-FD of 7.5, and with a guidance of 2 at
    3.3 (1,000 pictures); 70% and 95% of them are recognised. Its quality at other seeds has not been measured.

    Attributes
    ----------
    about, steps, batch_size, cool_down, seconds
        See `Budget`; the rate falls to nearly 0.
    filters : int
        Channels of the U-Net's finer map.
    learning_rate : float
        Of Adam, at first.
    ema_decay : float
    conditional : bool
        Whether digits can be asked for.
    """

    filters: int = 32
    learning_rate: float = 2e-3
    cool_down: float = 0.5
    ema_decay: float = 0.995
    conditional: bool = False

    def __post_init__(self):
        """Check every field."""
        super().__post_init__()
        own = [
            Whole("filters", 1),
            Number("learning_rate", 0, MAX_RATE),
            Number("ema_decay", 0, 0.999999),
            Switch("conditional"),
        ]
        check_fields(self, own)

    def schedule(self):
        """Return the changes of the rate that cool the training down, as a `Schedule`."""
        return self.falling({"learning_rate": 0.0})

    def replace(self, **changes):
        """Return the same with some fields changed."""
        return replace(self, **changes)


FLOW_RECIPES = MappingProxyType(
    {
        "flow": FlowRecipe(
            about="A small U-Net that is told the digit, a fast rate that falls, an average of the weights.",
            steps=3000,
            batch_size=64,
            conditional=True,
        )
    }
)


# --- helpers ----------------------------------------------------------------------------------------------------------


def _steps_of(evaluations, method):
    """Return how many steps of a method make up the evaluations; ValueError if that is not a whole number."""
    calls = METHODS[Choice("method", tuple(METHODS))(method)]
    if (evaluations := Whole("evaluations", calls, 1000)(evaluations)) % calls:
        raise ValueError(f"evaluations must be a multiple of {calls} for {method!r}, not {evaluations}.")
    return evaluations // calls


def check_velocity(network):
    """Raise a ValueError unless a network takes places, times (n, 1) and perhaps digits, and gives velocities."""
    check_network("velocity", network)
    place, *told = [tuple(taken.shape[1:]) for taken in network.inputs]
    if told not in ([(1,)], [(1,), (DIGITS,)]):
        raise ValueError(
            f"The velocity must take a list of places, times (n, 1) and, if digits can be asked for, digits "
            f"(n, {DIGITS}): build it as keras.Model([place, time], velocity)."
        )
    if tuple(network.output_shape[1:]) != place:
        raise ValueError(f"The velocity must be of the shape of a place, {place}, not {network.output_shape[1:]}.")
    if never_negative(network):
        raise ValueError("The velocity must be able to fall below 0: end its network without an activation.")
