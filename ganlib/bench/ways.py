"""The ways to make a step of a GAN that are timed beside each other."""

import contextlib
import json
import os
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ganlib import data
from ganlib._tensorflow import keras, tf
from ganlib.bench.products import adam_loop, floor_loop, floor_step, products_of_step, usual_adam
from ganlib.bench.rivals import SCANNED
from ganlib.models.gan import GAN
from ganlib.paths import PACKAGE
from ganlib.setup.environment import say
from ganlib.training import Sampler, compile_mode

NEVER = 2**62  # steps
D_STEPS = 5  # updates of a critic per step, as in Gulrajani et al. 2017
MODES = ("graph", "compiled", "stepwise")


def _drawer(pictures, latent_dim, seed=0):
    """Return two functions that draw n real pictures, with replacement, and n latent vectors, with NumPy."""
    rng = np.random.default_rng(seed)
    return (
        lambda n: pictures[rng.integers(0, len(pictures), n)],
        lambda n: rng.standard_normal((n, latent_dim), np.float32),
    )


def classic_loop(generator, discriminator, pictures, batch_size):
    """Return one step of the classic Keras loop, with only the repairs that make it train under Keras 3.

    Parameters
    ----------
    generator, discriminator : keras.Model
        Built networks; the discriminator gives logits. It is left with `trainable = False`.
    pictures : ndarray
        float32 (n, height, width, channels) in [-1, 1].
    batch_size : int

    Returns
    -------
    callable
        Makes one step: two updates of the discriminator on half a batch each, one of the generator on a whole batch.
    """
    half = batch_size // 2
    draw_real, draw_latent = _drawer(pictures, generator.input_shape[1])
    real, fake, fooled = np.ones((half, 1)), np.zeros((half, 1)), np.ones((batch_size, 1))
    loss = keras.losses.BinaryCrossentropy(from_logits=True)
    discriminator.compile(usual_adam(), loss, metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)])
    # Keras 3 lists the weights to train when it first traces the step: trace it before the discriminator is frozen.
    discriminator.train_on_batch(draw_real(half), real)
    discriminator.trainable = False
    latent = keras.Input(generator.input_shape[1:])
    combined = keras.Model(latent, discriminator(generator(latent)))
    combined.compile(usual_adam(), loss)

    def step():
        fakes = generator.predict(draw_latent(half), verbose=0)
        discriminator.train_on_batch(draw_real(half), real)
        discriminator.train_on_batch(fakes, fake)
        combined.train_on_batch(draw_latent(batch_size), fooled)

    return step


def two_tapes(generator, discriminator, batch_size):
    """Return one step as a good tutorial writes it: two gradient tapes, two optimizers.

    Parameters
    ----------
    generator, discriminator : keras.Model
        Built networks; the discriminator gives logits.
    batch_size : int

    Returns
    -------
    callable
        `train(real, latent, latent_of_g)`, for a `tf.function`: one update of the discriminator on half a batch of real
        pictures and as many fakes, one of the generator on a whole batch of latent vectors; gives both losses.
    """
    half = batch_size // 2
    log_loss = keras.losses.BinaryCrossentropy(from_logits=True)
    label = tf.concat([tf.ones((half, 1)), tf.zeros((half, 1))], 0)
    d_optimizer, g_optimizer = usual_adam(), usual_adam()
    d_optimizer.build(discriminator.trainable_variables)
    g_optimizer.build(generator.trainable_variables)

    def train(real, latent, latent_of_g):
        fake = generator(latent, training=True)
        with tf.GradientTape() as tape:
            d_loss = log_loss(label, discriminator(tf.concat([real, fake], 0), training=True))
        weights = discriminator.trainable_variables
        d_optimizer.apply(tape.gradient(d_loss, weights), weights)
        with tf.GradientTape() as tape:
            logits = discriminator(generator(latent_of_g, training=True), training=True)
            g_loss = log_loss(tf.ones((batch_size, 1)), logits)
        weights = generator.trainable_variables
        g_optimizer.apply(tape.gradient(g_loss, weights), weights)
        return tf.stack([d_loss, g_loss])

    return train


def function_step(generator, discriminator, pictures, batch_size, compiled):
    """Return one step of `two_tapes` in a `tf.function`, fed with what NumPy draws, compiled with XLA or not."""
    train = tf.function(two_tapes(generator, discriminator, batch_size), jit_compile=compiled)
    draw_real, draw_latent = _drawer(pictures, generator.input_shape[1])
    half = batch_size // 2

    def step():
        batch = draw_real(half), draw_latent(half), draw_latent(batch_size)
        train(*map(tf.constant, batch)).numpy()

    return step


def block_step(gan, pictures, batch_size, mode):
    """Return one step of the engine in a call of its own, in a mode of `ganlib.training.block.compile_block`."""
    block = gan.block((tf.constant(pictures),), batch_size, mode)

    def step():
        block(gan.step, 1)
        gan.step += 1

    return step


class Way(NamedTuple):
    """One way to make steps.

    Attributes
    ----------
    name : str
        A key of `ganlib.bench.speed.LABELS`, or "floor_" with one of its `FLOORS`.
    run : callable
        `run(steps)` makes steps and returns the milliseconds that one took.
    unit : int
        The number of steps must be a multiple of this.
    """

    name: str
    run: callable
    unit: int = 1


def timed(make):
    """Turn a function `make(steps)` into the `run` of a `Way`."""

    def run(steps):
        started = time.perf_counter()
        make(steps)
        return 1000 * (time.perf_counter() - started) / steps

    return run


def repeated(step):
    """Turn a function that makes one step into `make(steps)`."""

    def make(steps):
        for _ in range(steps):
            step()

    return make


class Stopwatch(keras.callbacks.Callback):
    """Note the step and the time after every block of steps."""

    def on_train_begin(self, logs=None):
        """Forget the last training."""
        self.marks = []

    def on_train_batch_end(self, batch, logs=None):
        """Note when a block ended."""
        self.marks.append((batch + 1, time.perf_counter()))

    @property
    def ms(self):
        """Milliseconds per step from the first mark to the last."""
        (first, start), (last, end) = self.marks[0], self.marks[-1]
        return 1000 * (end - start) / (last - first)


def engine_ways(gan, pictures, batch_size, folder, view_every):
    """Return three ways: the engine as `train` runs it, with a view of the samples, and with D_STEPS updates of D.

    All share one training, so that they differ in nothing else. A view draws the grid and writes it as a PNG file into
    the folder, every `view_every` steps. The first step of a training, where the guard is at work, is not measured.
    """

    def view(step):
        gan.sample_grid()
        gan.save_imgs(Path(folder) / f"step_{step:08d}.png")

    sampler, watch = Sampler(NEVER, view), Stopwatch()
    trainer = gan.trainer(batch_size, data=pictures, callbacks=[sampler, watch])

    def run(steps, every, d_steps=1):
        sampler.every, gan.d_steps = every, d_steps
        trainer.run(steps + 1)
        return watch.ms

    return [
        Way("engine", lambda steps: run(steps, NEVER), view_every),
        Way("view", lambda steps: run(steps, view_every), view_every),
        Way("critic", lambda steps: run(steps, NEVER, D_STEPS), view_every),
    ]


def other_ways(network, pictures, batch_size):
    """Return every way beside the engine, each with networks of its own, and the ways to compute the floor."""
    scaled = data.scale_pixels(pictures)

    def pair():
        gan = GAN(network, seed=0)
        return gan.generator, gan.discriminator

    other_modes = [mode for mode in MODES if mode != compile_mode(pair())]
    products = products_of_step(*pair(), batch_size)
    steps = {
        "classic": classic_loop(*pair(), scaled, batch_size),
        "graph": function_step(*pair(), scaled, batch_size, compiled=False),
        "compiled_step": function_step(*pair(), scaled, batch_size, compiled=True),
        **{f"{mode}_block": block_step(GAN(network, seed=0), pictures, batch_size, mode) for mode in other_modes},
        "floor_graph": floor_step(products, compiled=False),
        "floor_compiled": floor_step(products, compiled=True),
    }
    ways = {name: repeated(step) for name, step in steps.items()}
    ways |= {"floor_loop": floor_loop(products), "adam": adam_loop(pair())}
    return [Way(name, timed(make)) for name, make in ways.items()]


@contextlib.contextmanager
def rival_ways(network, batch_size):
    """Give the ways of PyTorch and JAX, if they are installed, each in a process that ends with the block.

    JAX makes only steps of dense networks, since XLA runs the convolutions of a loop on one thread.
    """
    libraries = {"pytorch": ("torch", 1)} | ({"jax": ("jax", SCANNED)} if network == "dense" else {})
    gan = GAN(network)
    given = {
        "generator": layers_of(gan.generator), "discriminator": layers_of(gan.discriminator), "batch_size": batch_size
    }  # fmt: skip
    with contextlib.ExitStack() as processes:
        ways = []
        for name, (module, unit) in libraries.items():
            if not find_spec(module):
                continue
            run = processes.enter_context(_process(name, given))
            try:
                run(unit)
                ways.append(Way(name, run, unit))
            except OSError as error:
                say(error)
        yield ways


@contextlib.contextmanager
def _process(name, given):
    """Give the `run` of a rival, see `ganlib.bench.rivals`."""
    command = [sys.executable, "-m", "ganlib.bench.rivals", name]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")])}
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1, env=environment
    ) as process:
        with contextlib.suppress(BrokenPipeError):
            print(json.dumps(given), file=process.stdin)

        def run(steps):
            with contextlib.suppress(BrokenPipeError):
                print(steps, file=process.stdin)
            answer = process.stdout.readline()
            if not answer:
                raise OSError(f"{name} is left out: its process ended by itself; the reason is above.")
            return 1000 * json.loads(answer)[0] / steps

        yield run
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()


def layers_of(network):
    """Describe the layers of a Sequential network of the usual kinds, each as a list of its kind and sizes.

    Dense: inputs, outputs. Conv2D and Conv2DTranspose: channels in, channels out, kernel, strides. LeakyReLU: slope.
    BatchNormalization: rank of the inputs, channels, epsilon, momentum. Reshape: height, width, channels. An activation
    is a layer of its own.
    """
    described = []
    for layer in network.layers:
        kind, fan_in, fan_out = type(layer).__name__, layer.input.shape[-1], layer.output.shape[-1]
        match kind:
            case "Dense":
                sizes = [fan_in, fan_out]
            case "Conv2D" | "Conv2DTranspose":
                sizes = [fan_in, fan_out, layer.kernel_size, layer.strides]
            case "BatchNormalization":
                sizes = [len(layer.input.shape), fan_in, layer.epsilon, layer.momentum]
            case "LeakyReLU":
                sizes = [layer.negative_slope]
            case "Reshape":
                sizes = layer.target_shape
            case _:
                sizes = []
        described.append([kind, *sizes])
        if getattr(layer, "activation", None) is keras.activations.tanh:
            described.append(["tanh"])
    return described


def warm_up(way, seconds):
    """Run a way until it is compiled, and return how many steps take about `seconds`."""
    way.run(way.unit)
    ms = way.run(way.unit)
    return way.unit * max(1, round(1000 * seconds / ms / way.unit))


def measure(ways, steps, rounds):
    """Run all ways in turn, round after round.

    Parameters
    ----------
    ways : list of Way
    steps : list of int
        How many steps each way makes in a round.
    rounds : int

    Returns
    -------
    dict of str to ndarray
        Milliseconds per step by name of the way, one number per round.
    """
    times = {way.name: [] for way in ways}
    for _ in range(rounds):
        for way, count in zip(ways, steps, strict=True):
            times[way.name].append(way.run(count))
    return {name: np.array(ms) for name, ms in times.items()}
