"""The restricted Boltzmann machine (Smolensky 1986; Hinton 2002): an energy for every picture, and chains that dream.

Pixels are on or off, and so are the hidden units; each pixel is tied to each hidden unit by one weight, which is used
upwards and downwards. Lesson 03 derives the learning rule on a machine that can be enumerated, and writes it out.
"""

from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ganlib import builders
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Switch, Whole, as_array, as_numbers
from ganlib.data import as_pictures
from ganlib.models.one_player import OnePlayer
from ganlib.models.pictures import in_chunks, random_from, to_unit_range
from ganlib.models.variational import binarise
from ganlib.training import GivenExamples, Player, compile_mode
from ganlib.wording import write

HIDDEN, VISIBLE, INK = 1, 2, 3  # streams of random numbers
TRAINING, DREAMING, ANNEALING = 0, 1, 2  # what they are for
RATE = 0.05
MOST_STEPS = 50  # Gibbs steps per update, so that each has random numbers of its own
MOST_UNITS = 100_000  # of a layer, and chains, so that a slip of the finger asks for no terabyte
MOST_STATES = 20  # units whose 2**20 states can still be gone through
SHOWN, SHOWN_STEPS = 25, 1000


class LogPartition(NamedTuple):
    """The logarithm of the partition function, in nats.

    Attributes
    ----------
    value : float
    low, high : float
        Three standard errors down and up; both are the value if it was enumerated.
    """

    value: float
    low: float
    high: float


@keras.saving.register_keras_serializable("ganlib")
class RestrictedBoltzmannMachine(OnePlayer):
    """A machine that gives every black and white picture v a probability, exp(-F(v)) / Z.

    It climbs the log-likelihood of the training pictures by "data minus dreams": what pixels and hidden units do
    together when a picture is shown, minus what they do together in pictures of the machine's own. The grey value of a
    training pixel is its chance of being white, drawn afresh at every step.

    Parameters
    ----------
    hidden : int
        How many hidden units.
    k : int
        Gibbs steps per update, 1 to 50.
    persistent : bool
        True: the dreams of one update go on where those of the last ended (Tieleman 2008, PCD-k). False: they begin at
        the batch each time (Hinton 2002, CD-k).
    chains : int
        How many dreams are kept if they are persistent; otherwise there are as many as pictures in a batch.
    picture_shape : tuple of int
        Height, width and 1; (2, 2, 1) makes a machine that can be enumerated.
    seed : int
        Seed of the first weights, the batches and every draw.
    optimizer : keras.optimizers.Optimizer or None
        SGD(0.05) if None.

    Attributes
    ----------
    kernel : keras.Variable
        float32 (pixels, hidden): the weights.
    visible_bias, hidden_bias : keras.Variable
        float32 (pixels,) and (hidden,).

    Examples
    --------
    >>> machine = RestrictedBoltzmannMachine(hidden=64, seed=0)
    >>> history = machine.train(steps=1000)  # doctest: +SKIP
    >>> machine.generate(4, steps=10).shape
    (4, 28, 28, 1)
    """

    metric_names = ("error", "free_energy_gap", "hidden_share")
    defaults = MappingProxyType({"steps": 10_000, "batch_size": 100, "sample_interval": 1000})

    def __init__(
        self,
        hidden=500,
        k=1,
        persistent=True,
        chains=100,
        picture_shape=builders.IMAGE_SHAPE,
        seed=0,
        *,
        optimizer=None,
        name="machine",
        **kwargs,
    ):
        super().__init__(seed=seed, name=name, **kwargs)
        self.hidden = Whole("hidden (the number of hidden units)", 1, MOST_UNITS)(hidden)
        self.k = Whole("k (Gibbs steps per update)", 1, MOST_STEPS)(k)
        self.persistent = Switch("persistent")(persistent)
        self.chains = Whole("chains", 1, MOST_UNITS)(chains)
        self._shape = _checked_shape(picture_shape)
        self.pixels = int(np.prod(self._shape))
        narrow = keras.initializers.RandomNormal(stddev=0.01, seed=self.seed)  # Hinton 2012, section 8
        self.kernel = self.add_weight(shape=(self.pixels, self.hidden), initializer=narrow, name="kernel")
        self.visible_bias = self.add_weight(shape=(self.pixels,), initializer="zeros", name="visible_bias")
        self.hidden_bias = self.add_weight(shape=(self.hidden,), initializer="zeros", name="hidden_bias")
        self._dreams = tf.Variable(self._noise(self.chains, self.seed), trainable=False) if self.persistent else None
        self.compile(optimizer)
        self.built = True

    def usual_optimizer(self):
        """Return the optimizer that is taken if none is given."""
        return keras.optimizers.SGD(RATE)

    def settings(self):
        """Return what rebuilds the model, besides its optimizer."""
        return {
            "hidden": self.hidden,
            "k": self.k,
            "persistent": self.persistent,
            "chains": self.chains,
            "picture_shape": list(self._shape),
        }

    def call(self, pictures, training=False):
        """Rebuild pictures, float32 in [-1, 1], by one pass up and one down, with probabilities in place of draws.

        That is an autoencoder with one hidden layer of sigmoid units, whose decoder has the encoder's weights.
        """
        return self._as_pictures(self._down(self._up(self._as_visible(pictures))))

    # --- the machine: tensors float32 (n, pixels) and (n, hidden) -----------------------------------------------------

    def _inputs(self, visible):
        """Return what each hidden unit receives: its bias plus the weights of the pixels that are on; (n, hidden)."""
        return tf.matmul(visible, self.kernel) + self.hidden_bias

    def _up(self, visible):
        """Probability of each hidden unit being on, given the pixels."""
        return tf.sigmoid(self._inputs(visible))

    def _down(self, hidden):
        """Probability of each pixel being on, given the hidden units."""
        return tf.sigmoid(tf.matmul(hidden, self.kernel, transpose_b=True) + self.visible_bias)

    def _free_energy(self, visible):
        """-log of the sum over all hidden states of exp(-energy); (n,)."""
        on_or_off = tf.reduce_sum(tf.nn.softplus(self._inputs(visible)), axis=1)
        return -tf.linalg.matvec(visible, self.visible_bias) - on_or_off

    def _gibbs(self, visible, uniform):
        """Draw the hidden units given the pixels, then the pixels given the hidden units.

        Parameters
        ----------
        visible : tf.Tensor
            float32 (n, pixels) of 0 and 1.
        uniform : callable
            `uniform(shape, stream)` gives uniform numbers from 0 to 1.

        Returns
        -------
        tuple of tf.Tensor
            The new pixels, and the probabilities that they were drawn from.
        """
        hidden = _draw(self._up(visible), uniform, HIDDEN)
        probability = self._down(hidden)
        return _draw(probability, uniform, VISIBLE), probability

    def _data_minus_dreams(self, data, dreams):
        """The gradient of the log-likelihood, estimated: one tensor for each of kernel and biases."""
        gradients = []
        for visible, sign in ((data, 1.0), (dreams, -1.0)):
            hidden, share = self._up(visible), sign / tf.cast(tf.shape(visible)[0], tf.float32)
            together = tf.matmul(visible, hidden, transpose_a=True)
            gradients.append([share * part for part in (together, *(tf.reduce_sum(a, 0) for a in (visible, hidden)))])
        return [of_data + of_dreams for of_data, of_dreams in zip(*gradients, strict=True)]

    # --- training -----------------------------------------------------------------------------------------------------

    def players(self):
        """Return the only player: the machine."""
        return {self.name: Player(self, self.optimizer, self.machine_step, self.metric_names)}

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        return self._shape

    def _way_out(self, shape):
        if shape[-1] != 1:
            return "a machine of black and white pixels learns grey pictures: load_pictures(path, channels=1)"
        return f"build RestrictedBoltzmannMachine(picture_shape={shape}), or resize the pictures"

    def state_variables(self):
        """Return the variables that a checkpoint holds: weights, optimizer and the dreams that go on."""
        parts = {"machine": self.trainable_variables, "optimizer": self.optimizer.variables}
        return parts if self._dreams is None else {**parts, "dreams": [self._dreams]}

    def machine_step(self, draws, batch_size, learn=True):
        """Learn from one batch, drawn in black and white afresh.

        Returns
        -------
        dict of str to tf.Tensor
            Of the batch: "error", the mean squared error per pixel of rebuilding it, on the scale where black is -1 and
            white is 1; "free_energy_gap", the mean free energy of the dreams minus that of the batch, in nats;
            "hidden_share", the share of hidden units that it turns on.
        """
        data, dreams, measured = self._data_and_dreams(draws, batch_size)
        if learn:
            if self.persistent:
                self._dreams.assign(dreams)
            uphill = self._data_minus_dreams(data, dreams)
            self.optimizer.apply([-gradient for gradient in uphill], self.trainable_variables)  # Keras goes downhill
        return measured

    def measure(self, draws, count):
        """Measure a batch for `evaluate`, without learning from it; persistent dreams stay where they are."""
        return self._data_and_dreams(draws, count)[2]

    def _data_and_dreams(self, draws, count):
        """Return a batch and dreams, float32 (n, pixels) of 0 and 1, and what `machine_step` measures of them."""
        grey = self._as_visible(to_unit_range(draws.examples(count)))
        data = _draw(grey, self._uniform(draws, 0), INK)
        dreams = self._dreams.read_value() if self.persistent else data
        for turn in range(self.k):
            dreams, _ = self._gibbs(dreams, self._uniform(draws, turn))
        hidden = self._up(data)
        error = 4 * tf.reduce_mean(tf.square(self._down(hidden) - data))
        gap = tf.reduce_mean(self._free_energy(dreams)) - tf.reduce_mean(self._free_energy(data))
        return data, dreams, {"error": error, "free_energy_gap": gap, "hidden_share": tf.reduce_mean(hidden)}

    def _uniform(self, draws, turn):
        by_keras = isinstance(draws, GivenExamples)
        compiled = self.jit_compile if by_keras else compile_mode([self]) != "graph"
        return _uniform(TRAINING, draws.seed, draws.step * MOST_STEPS + turn, compiled)

    def describe(self, measured):
        """Say in a few words what a step measured, for the progress bar."""
        return f"[error: {measured['error']:.3f}] [free energy, dreams minus data: {measured['free_energy_gap']:.1f}]"

    def start_from_means(self, images=None):
        """Give a new machine the biases that make each pixel white as often as in the data (Hinton 2012, section 8).

        Parameters
        ----------
        images : ndarray or None
            As in `train`.
        """
        (pictures,) = self.check_data(self.default_data() if images is None else images)
        self.visible_bias.assign(_log_odds(pictures).reshape(-1))

    # --- energy -------------------------------------------------------------------------------------------------------

    def energy(self, images, hidden):
        """Return the energy of pictures together with hidden states.

        Parameters
        ----------
        images : ndarray
            (n, height, width, 1) of black and white pixels: what `binarise` makes.
        hidden : ndarray
            (n, hidden) of 0 and 1.

        Returns
        -------
        ndarray
            float32 (n,): -v.b - h.c - v.W.h; the lower, the more probable.
        """
        visible, hidden = self._black_and_white(images), np.asarray(hidden, np.float32)
        if hidden.shape != (len(visible), self.hidden) or not np.isin(hidden, (0, 1)).all():
            raise ValueError(f"The hidden states must be 0 and 1, ({len(visible)}, {self.hidden}), not {hidden.shape}.")
        return -visible @ self.visible_bias.numpy() - (self._inputs(visible).numpy() * hidden).sum(axis=1)

    def free_energy(self, images):
        """Return the free energy F, float32 (n,), of black and white pictures: p(v) is exp(-F(v)) / Z."""
        return in_chunks(self._run_free_energy, self._black_and_white(images))

    def log_likelihood(self, images, log_partition):
        """Return the log-likelihood of black and white pictures, the mean in nats per picture: -F - log Z.

        Parameters
        ----------
        images : ndarray
            What `binarise` made of the test set, for example.
        log_partition : LogPartition or float
            log Z: what `log_partition` or `estimate_log_partition` returned, or its value.
        """
        if isinstance(log_partition, LogPartition):
            log_partition = log_partition.value
        return float(-self.free_energy(images).astype(np.float64).mean() - log_partition)

    def gradient(self, images, dreams):
        """Return "data minus dreams", the estimated gradient of the log-likelihood.

        Parameters
        ----------
        images, dreams : ndarray
            Black and white pictures: what should become more probable, and what the machine makes of itself.

        Returns
        -------
        list of ndarray
            float32, for `kernel`, `visible_bias` and `hidden_bias`.
        """
        return [g.numpy() for g in self._data_minus_dreams(*map(self._black_and_white, (images, dreams)))]

    def log_partition(self):
        """Go through every state of the smaller layer and return log Z exactly.

        Returns
        -------
        LogPartition

        Raises
        ------
        ValueError
            Both layers have more than 20 units.
        """
        few = min(self.hidden, self.pixels)
        if few > MOST_STATES:
            raise ValueError(
                f"A machine of {self.pixels} pixels and {self.hidden} hidden units has too many states to go through "
                f"(one layer may have at most {MOST_STATES}): use estimate_log_partition()."
            )
        turned = self.hidden < self.pixels
        total, chunk = -np.inf, 2 ** min(few, 12)
        for first in range(0, 2**few, chunk):
            states = ((np.arange(first, first + chunk)[:, None] >> np.arange(few)) & 1).astype(np.float32)
            minus_free = self._minus_free_energy_of_hidden(states) if turned else -self._free_energy(states)
            total = np.logaddexp(total, _log_sum(minus_free.numpy()))
        return LogPartition(*3 * [float(total)])

    def _minus_free_energy_of_hidden(self, hidden):
        inputs = tf.matmul(hidden, self.kernel, transpose_b=True) + self.visible_bias
        return tf.linalg.matvec(hidden, self.hidden_bias) + tf.reduce_sum(tf.nn.softplus(inputs), axis=1)

    def estimate_log_partition(self, temperatures=5000, chains=100, seed=0, images=None):
        """Estimate log Z by annealed importance sampling (Salakhutdinov and Murray 2008).

        Chains walk from a machine without weights, whose Z is known, through machines in between to this one; what they
        gain on the way estimates the ratio of the two Z. Where the estimate is wrong, it is most often too low: the
        chains were too few, or went too fast to find where the machine puts its probability.

        Parameters
        ----------
        temperatures : int
            Machines on the way, at least 10; two thirds of them stand on its last tenth, as in the paper.
        chains : int
            How many walk, at least 2.
        seed : int
            Seed of every draw.
        images : ndarray or None
            The first machine draws each pixel as often as these do; None: it has this machine's biases.

        Returns
        -------
        LogPartition
            low and high are three standard errors away, as in the paper.
        """
        temperatures = Whole("temperatures", 10)(temperatures)
        first = self.visible_bias.numpy() if images is None else _log_odds(self.check_data(images)[0]).reshape(-1)
        start = random_from(seed).random((Whole("chains", 2)(chains), self.pixels)) < 1 / (1 + np.exp(-first))
        gained = self._run_annealing(
            tf.constant(start, tf.float32),
            tf.constant(first),
            tf.constant(_inverse_temperatures(temperatures)),
            tf.constant(Whole("seed", 0)(seed), tf.int64),
        )
        known = np.logaddexp(0, first.astype(np.float64)).sum() + self.hidden * np.log(2)
        return LogPartition(*(float(known + ratio) for ratio in _log_mean(gained.numpy().astype(np.float64))))

    # --- use ----------------------------------------------------------------------------------------------------------

    def encode(self, images):
        """Return the probability of each hidden unit being on, float32 (n, hidden), for pictures, which may be grey."""
        (pictures,) = self.check_data(images)
        return in_chunks(self._run_up, pictures)

    def decode(self, hidden):
        """Turn hidden states or their probabilities, float32 (n, hidden), into pictures in [-1, 1]."""
        hidden = as_numbers("Hidden states", hidden).astype(np.float32)
        if hidden.shape[1] != self.hidden:
            raise ValueError(f"Hidden states must be (n, {self.hidden}) with n of at least 1, not {hidden.shape}.")
        return in_chunks(self._run_down, hidden)

    def reconstruct(self, images):
        """Rebuild pictures by one pass up and one down with probabilities, float32 in [-1, 1]; see `call`."""
        return self.decode(self.encode(images))

    def error(self, images):
        """Return the mean squared error per pixel of rebuilding pictures, black being -1 and white 1."""
        return float(np.square(self.reconstruct(images) - as_pictures(images)).mean())

    def dream(self, steps, n=SHOWN, start=None, seed=0):
        """Let Gibbs chains run, and look at them after given numbers of steps.

        Parameters
        ----------
        steps : sequence of int
            When to look, increasing; 0 is the start.
        n : int
            How many chains, if they start from noise.
        start : ndarray or None
            Pictures that the chains start from, one each, put through `binarise`; None: noise, each pixel on with
            probability one half.
        seed : int
            Seed of the noise and of every draw.

        Returns
        -------
        ndarray
            float32 (len(steps), n, height, width, 1) in [-1, 1]. The grey of a pixel is the probability that it was
            drawn with last; at step 0 pixels are black or white.
        """
        counts = as_array("steps", steps)
        if counts.ndim != 1 or not len(counts) or counts.dtype.kind not in "iu" or (counts[1:] < counts[:-1]).any():
            raise ValueError(
                f"steps must be numbers of Gibbs steps in increasing order, such as [0, 10], not {write(steps)}."
            )
        steps = [Whole("steps", 0)(int(count)) for count in counts]
        seed = Whole("seed", 0)(seed)
        visible = self._noise(Whole("n", 1)(n), seed) if start is None else self._start(start, seed)
        grey, looks = visible, []
        for before, after in zip([0, *steps], steps, strict=False):
            if after > before:
                visible, grey = self._run_chains(visible, *(tf.constant(t, tf.int64) for t in (before, after, seed)))
            looks.append(np.asarray(self._as_pictures(grey)))
        return np.stack(looks)

    def generate(self, n, seed=0, steps=SHOWN_STEPS, start=None):
        """Make pictures: what `dream` sees after `steps` steps, float32 (n, height, width, 1) in [-1, 1].

        Parameters
        ----------
        n : int
            How many.
        seed : int
            Seed of the noise and of every draw.
        steps : int
            Gibbs steps of each chain, at least 1.
        start : ndarray or None
            The n pictures that the chains start from; noise if None.
        """
        n = Whole("n", 1)(n)
        if start is not None and len(start) != n:
            raise ValueError(f"start must hold one picture for each of the {n} chains, not {len(start)}.")
        return self.dream([Whole("steps", 1)(steps)], n, start, seed)[0]

    def sample_grid(self):
        """Return 25 pictures dreamt in 1000 steps from noise: the same noise and draws every time."""
        return self.generate(SHOWN, seed=self.seed)

    def filters(self, n=None):
        """Return what hidden units look for: their weights as pictures, float32 (n, height, width, 1) in [-1, 1].

        Each is scaled by its own largest weight; white pixels turn the unit on, black ones turn it off. The n units
        with the largest weights come first; all if None.
        """
        n = self.hidden if n is None else Whole("n", 1, self.hidden)(n)
        weights = self.kernel.numpy().T
        weights = weights[np.argsort(-np.square(weights).sum(axis=1), kind="stable")[:n]]
        scaled = weights / np.maximum(np.abs(weights).max(axis=1, keepdims=True), 1e-12)
        return scaled.reshape(n, *self._shape)

    # --- conversions and compiled functions ---------------------------------------------------------------------------

    def _as_visible(self, pictures):
        """Pictures in [-1, 1] to the chance of each pixel being on: float32 (n, pixels) in [0, 1]."""
        return (tf.reshape(pictures, [-1, self.pixels]) + 1) / 2

    def _as_pictures(self, visible):
        return tf.reshape(2 * visible - 1, [-1, *self._shape])

    def _black_and_white(self, images):
        """Return black and white pictures as float32 (n, pixels) of 0 and 1."""
        pictures = as_pictures(self.check_data(images)[0])
        if not np.isin(pictures, (-1, 1)).all():
            raise ValueError("Only pictures of black and white pixels have an energy: hand over binarise(images).")
        return (pictures.reshape(-1, self.pixels) + 1) / 2

    def _noise(self, n, seed):
        return random_from(seed).integers(0, 2, (n, self.pixels)).astype(np.float32)

    def _start(self, images, seed):
        return self._black_and_white(binarise(self.check_data(images)[0], seed))

    @tf.function(autograph=False)
    def _run_up(self, pictures):
        return self._up(self._as_visible(to_unit_range(pictures)))

    @tf.function(autograph=False)
    def _run_down(self, hidden):
        return self._as_pictures(self._down(hidden))

    @tf.function(autograph=False)
    def _run_free_energy(self, visible):
        return self._free_energy(visible)

    @tf.function(autograph=False, jit_compile=True, reduce_retracing=True)
    def _run_chains(self, visible, first, last, seed):
        """Make the Gibbs steps from number `first` to `last`; the pixels and their last probabilities."""

        def step(number, visible, _):
            return number + 1, *self._gibbs(visible, _uniform(DREAMING, seed, number))

        return tf.while_loop(lambda number, *_: number < last, step, (first, visible, visible))[1:]

    @tf.function(autograph=False, jit_compile=True, reduce_retracing=True)
    def _run_annealing(self, visible, first_bias, inverse, seed):
        """Walk through the machines in between; what each chain has gained, log of its importance weight, (chains,)."""

        def step(number, visible, gained):
            cold, colder = inverse[number], inverse[number + 1]
            inputs = self._inputs(visible)
            units = tf.nn.softplus(colder * inputs) - tf.nn.softplus(cold * inputs)
            gained += (colder - cold) * tf.linalg.matvec(visible, self.visible_bias - first_bias)
            gained += tf.reduce_sum(units, axis=1)
            uniform = _uniform(ANNEALING, seed, number)
            hidden = _draw(tf.sigmoid(colder * inputs), uniform, HIDDEN)
            received = tf.matmul(hidden, self.kernel, transpose_b=True) + self.visible_bias
            visible = _draw(tf.sigmoid(colder * received + (1 - colder) * first_bias), uniform, VISIBLE)
            return number + 1, visible, gained

        start = (tf.constant(0), visible, tf.zeros_like(visible[:, 0]))
        return tf.while_loop(lambda number, *_: number < tf.shape(inverse)[0] - 1, step, start)[2]


# --- helpers ----------------------------------------------------------------------------------------------------------


def _checked_shape(shape):
    """Return a picture shape as a tuple (height, width, 1); ValueError for another one."""
    if not isinstance(shape, tuple | list) or len(shape) != 3 or shape[2:] not in ((1,), [1]):
        raise ValueError(f"picture_shape must be (height, width, 1), for example (28, 28, 1), not {write(shape)}.")
    return tuple(Whole("a side of picture_shape", 1, MOST_UNITS)(side) for side in shape)


def _draw(probability, uniform, stream):
    """Draw 0 or 1 for each probability, with uniform numbers of one stream."""
    drawn = tf.cast(uniform(tf.shape(probability), stream) < probability, tf.float32)
    return tf.ensure_shape(drawn, probability.shape)


def _uniform(use, seed, number, compiled=True):
    """Make a source of uniform numbers that depend on nothing but the use, the seed, the step's number and the stream.

    ThreeFry: on a CPU, XLA draws these numbers 60 times as fast with it as with what TensorFlow chooses by itself,
    which takes longer than all the matrix products of a step. Only XLA knows ThreeFry: a plain graph and eager code do
    not.
    """
    first = tf.cast(seed, tf.int64) + (use << 32)

    def uniform(shape, stream):
        key = tf.stack([first, tf.cast(number, tf.int64) * 4 + stream])
        algorithm = "threefry" if compiled and not tf.executing_eagerly() else "philox"
        return tf.random.stateless_uniform(shape, key, alg=algorithm)

    return uniform


def _log_odds(pictures):
    """Return the log-odds of each pixel being white, float32 (height, width, 1), with one black and one white added."""
    white = pictures.mean(axis=0, dtype=np.float64)
    white = white / 255 if pictures.dtype == np.uint8 else (white + 1) / 2
    white = (white * len(pictures) + 1) / (len(pictures) + 2)
    return np.log(white / (1 - white)).astype(np.float32)


def _inverse_temperatures(n):
    """Return n inverse temperatures from 0 to 1, spaced as in Salakhutdinov and Murray 2008, section 4.2."""
    shares = np.cumsum([0, 500, 4000, 10_000]) / 14_500
    return np.interp(np.linspace(0, 1, n), shares, [0, 0.5, 0.9, 1]).astype(np.float32)


def _log_sum(values):
    """Return the logarithm of a sum of exponentials, computed so that it cannot overflow."""
    return np.logaddexp.reduce(np.asarray(values, np.float64))


def _log_mean(values):
    """Return the logarithm of the mean of exp(values), and the same three standard errors down and up."""
    largest = values.max()
    weights = np.exp(values - largest)
    mean, error = weights.mean(), weights.std(ddof=1) / np.sqrt(len(weights))
    with np.errstate(divide="ignore"):
        return [largest + np.log(max(0.0, mean + spread * error)) for spread in (0, -3, 3)]
