"""The benchmark: how long one step of training takes in each way to run it, and how long it has to take at least.

`python -m ganlib bench` trains the same networks in one process with the classic loop, with one `tf.function` step and
with the engine. The floor is the time of the matrix products of a step alone. Ratios of times that were taken in one
process are worth more than the times: every round measures all ways one after the other, so that a busy computer slows
all of them.
"""

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

import ganlib
from ganlib import data
from ganlib._tensorflow import keras, tf
from ganlib.models.gan import GAN
from ganlib.setup import environment
from ganlib.training import (
    Sampler,
    atomic_write,
    compile_mode,
    describe_device,
    has_gpu,
    whole,
)

ROUNDS = 5
ROUND_SECONDS = 1.0  # how long each way is measured in a round, so that slow ways make few steps
QUICK_SECONDS = 0.02
VIEW_EVERY = 200
QUICK_VIEW_EVERY = 5
NEVER = sys.maxsize
MODES = ("graph", "compiled", "stepwise")
FLOORS = ("graph", "compiled", "loop")

LABELS = {
    "classic": "classic loop: predict, three train_on_batch",
    "graph": "one tf.function step, two GradientTapes",
    "compiled_step": "the same with jit_compile=True",
    "graph_block": "the engine's step as a graph, one a call",
    "compiled_block": "the engine's step in a compiled loop of one",
    "stepwise_block": "the engine's step compiled, one a call",
    "engine": "the engine: blocks of steps",
    "view": "the engine, with a view of the samples",
    "floor": "floor: the matrix products alone",
    "adam": "the two updates by Adam alone",
}


# --- counted arithmetic -----------------------------------------------------------------------------------------------


class Product(NamedTuple):
    """One matrix product, or the convolution in its place, that a step has to make.

    Attributes
    ----------
    layer : keras.layers.Layer
        A built Dense, Conv2D or Conv2DTranspose.
    direction : str
        "forward"; "to_weights", the gradient of the kernel; "to_inputs", the gradient of what came in.
    examples : int
        Size of the batch.
    """

    layer: keras.layers.Layer
    direction: str
    examples: int

    @property
    def flops(self):
        """Floating-point operations: a multiplication and an addition for each weight, place and example.

        Every direction takes as many. A convolution uses its kernel once at every output pixel, a transposed one at
        every input pixel; products with the padding are counted.
        """
        places = {
            keras.layers.Dense: (),
            keras.layers.Conv2D: self.layer.output.shape[1:3],
            keras.layers.Conv2DTranspose: self.layer.input.shape[1:3],
        }[type(self.layer)]
        return 2 * self.examples * int(np.prod(self.layer.kernel.shape)) * int(np.prod(places))


def products_of_step(generator, discriminator, batch_size):
    """List the matrix products that one step of the GAN cannot do without.

    The discriminator's phase: fakes from half a batch, the discriminator forward on both halves and back to its
    weights. The generator's phase: a whole batch forward through both networks, back through the discriminator without
    its weights, and back to the generator's weights. The gradient of the latent vectors is never needed, that of the
    pictures only in the generator's phase.

    Parameters
    ----------
    generator, discriminator : keras.Model
        Built networks; layers without a kernel are left out.
    batch_size : int

    Returns
    -------
    list of Product
    """
    half = batch_size // 2
    return [
        *_products(generator, half, ["forward"]),
        *_products(discriminator, 2 * half, ["forward", "to_weights"]),
        *_products(discriminator, 2 * half, ["to_inputs"])[1:],
        *_products(generator, batch_size, ["forward", "to_weights"]),
        *_products(generator, batch_size, ["to_inputs"])[1:],
        *_products(discriminator, batch_size, ["forward", "to_inputs"]),
    ]


def _products(network, examples, directions):
    layers = [layer for layer in network.layers if hasattr(layer, "kernel")]
    return [Product(layer, direction, examples) for direction in directions for layer in layers]


def operation(product):
    """Return a function that computes a product of random numbers, times a scale, and the layer's own kernel.

    Called in a `tf.function`, it gives the layer's outputs or a gradient in the shape of its kernel or its inputs.
    """
    layer, direction, examples = product
    incoming, outgoing = (tf.random.normal((examples, *end.shape[1:])) for end in (layer.input, layer.output))
    if isinstance(layer, keras.layers.Dense):
        return {
            "forward": lambda scale: tf.matmul(scale * incoming, layer.kernel),
            "to_weights": lambda scale: tf.matmul(scale * incoming, outgoing, transpose_a=True),
            "to_inputs": lambda scale: tf.matmul(scale * outgoing, layer.kernel, transpose_b=True),
        }[direction]
    return _convolution(layer, direction, incoming, outgoing)


def _convolution(layer, direction, incoming, outgoing):
    """Return the operation of a convolution; a transposed one is the same with its two ends swapped."""
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    large, small = (outgoing, incoming) if transposed else (incoming, outgoing)
    how = {"strides": [1, *layer.strides, 1], "padding": layer.padding.upper()}
    if direction == "to_weights":
        shape = layer.kernel.shape
        backprop = tf.raw_ops.Conv2DBackpropFilter
        return lambda scale: backprop(input=large, filter_sizes=shape, out_backprop=scale * small, **how)
    if (direction == "forward") != transposed:
        return lambda scale: tf.nn.conv2d(scale * large, layer.kernel, **how)
    return lambda scale: tf.nn.conv2d_transpose(scale * small, layer.kernel, large.shape, **how)


def floor_step(products, compiled):
    """Return a function that computes the products, and nothing else, in one call."""
    operations = [operation(product) for product in products]

    @tf.function(jit_compile=compiled, autograph=False)
    def compute():
        # Reading each result once keeps the compiler from leaving it out; returning them all would take new memory.
        return tf.stack([tf.reduce_max(compute_one(1.0)) for compute_one in operations])

    return lambda: compute().numpy()


def floor_loop(products):
    """Return a function `compute(steps)` that computes the products so often in one compiled call.

    It is the lowest floor for dense networks, as each result is carried on and none is read but the last. What goes in
    is another number in every turn, or the compiler would compute it once.
    """
    operations = [operation(product) for product in products]

    @tf.function(jit_compile=True, autograph=False)
    def compute(steps):
        def once(done, *_):
            scale = 1.0 + tf.cast(done, tf.float32)
            return done + 1, *(compute_one(scale) for compute_one in operations)

        results = tf.while_loop(lambda done, *_: done < steps, once, once(tf.constant(0)), parallel_iterations=1)[1:]
        return tf.stack([tf.reduce_max(result) for result in results])

    return lambda steps: compute(tf.constant(steps)).numpy()


def adam_loop(networks):
    """Return a function `compute(steps)` that updates networks so often by Adam in one compiled call, and nothing else.

    It has little to compute, but every weight, its gradient and its two moments have to be read, and three of the four
    written: what an optimizer costs beside the matrix products.
    """
    parts = []
    for network in networks:
        adam, weights = _adam(), network.trainable_variables
        adam.build(weights)
        parts.append((adam, [tf.random.normal(weight.shape) for weight in weights], weights))

    @tf.function(jit_compile=True, autograph=False)
    def compute(steps):
        def once(done):
            scale = 1.0 / tf.cast(1 + done, tf.float32)  # another one in every turn, or it would be computed once
            for adam, gradients, weights in parts:
                adam.apply([scale * gradient for gradient in gradients], weights)
            return [done + 1]

        return tf.while_loop(lambda done: done < steps, once, [tf.constant(0)], parallel_iterations=1)[0]

    return lambda steps: compute(tf.constant(steps)).numpy()


# --- ways to make a step ----------------------------------------------------------------------------------------------


def _adam():
    return keras.optimizers.Adam(2e-4, beta_1=0.5)


def _drawer(pictures, latent_dim, seed=0):
    """Return two functions that draw n real pictures, with replacement, and n latent vectors, with NumPy."""
    rng = np.random.default_rng(seed)
    return (
        lambda n: pictures[rng.integers(0, len(pictures), n)],
        lambda n: rng.standard_normal((n, latent_dim), np.float32),
    )


def classic_loop(generator, discriminator, pictures, batch_size):
    """Return one step of the classic Keras loop, repaired as little as makes it train under Keras 3.

    Parameters
    ----------
    generator, discriminator : keras.Model
        Built networks; the discriminator gives logits. It is left with `trainable = False`.
    pictures : ndarray
        float32 in [-1, 1].
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
    discriminator.compile(_adam(), loss, metrics=[keras.metrics.BinaryAccuracy(threshold=0.0)])
    # Keras 3 lists the weights to train when it first traces the step: trace it before the discriminator is frozen.
    discriminator.train_on_batch(draw_real(half), real)
    discriminator.trainable = False
    latent = keras.Input(generator.input_shape[1:])
    combined = keras.Model(latent, discriminator(generator(latent)))
    combined.compile(_adam(), loss)

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
    d_optimizer, g_optimizer = _adam(), _adam()
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


# --- timing -----------------------------------------------------------------------------------------------------------


class Way(NamedTuple):
    """One way to make steps.

    Attributes
    ----------
    name : str
        A key of `LABELS`.
    run : callable
        `run(steps)` makes steps and returns the milliseconds that one took.
    unit : int
        The number of steps must be a multiple of this.
    """

    name: str
    run: callable
    unit: int = 1


def timed(make):
    """Turn a function that makes so many steps into the `run` of a `Way`."""

    def run(steps):
        started = time.perf_counter()
        make(steps)
        return 1000 * (time.perf_counter() - started) / steps

    return run


def repeated(step):
    """Turn a function that makes one step into one that makes so many."""

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
        """Milliseconds a step from the first mark to the last."""
        (first, start), (last, end) = self.marks[0], self.marks[-1]
        return 1000 * (end - start) / (last - first)


def engine_ways(gan, pictures, batch_size, folder, view_every):
    """Return two ways: the engine as `train` runs it, without and with a look at the samples every so many steps.

    Both share one training, so that they differ in nothing else; a view draws the grid and writes it as a PNG file into
    the folder. The first step of a training, where the guard works, is not measured.
    """

    def view(step):
        gan.sample_grid()
        gan.save_imgs(Path(folder) / f"step_{step:08d}.png")

    sampler, watch = Sampler(NEVER, view), Stopwatch()
    trainer = gan.trainer(batch_size, data=pictures, callbacks=[sampler, watch])

    def run(steps, every):
        sampler.every = every
        trainer.run(steps + 1)
        return watch.ms

    return [
        Way("engine", lambda steps: run(steps, NEVER), view_every),
        Way("view", lambda steps: run(steps, view_every), view_every),
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


def warm_up(way, seconds):
    """Run a way until it is compiled, and return how many steps take about so many seconds."""
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
        Milliseconds a step by name of the way, one number a round.
    """
    times = {way.name: [] for way in ways}
    for _ in range(rounds):
        for way, count in zip(ways, steps, strict=True):
            times[way.name].append(way.run(count))
    return {name: np.array(ms) for name, ms in times.items()}


# --- the whole benchmark ----------------------------------------------------------------------------------------------


def run(network="dense", batch_size=32, rounds=ROUNDS, quick=False):
    """Measure one pair of networks in every way.

    Parameters
    ----------
    network : str
        "dense" or "conv".
    batch_size : int
    rounds : int
        How often each way is measured.
    quick : bool
        Measure so briefly that the numbers mean nothing; for trying the benchmark out.

    Returns
    -------
    dict
        Times in milliseconds a step, ratios, memory in MiB and what they were measured on; JSON can hold it.
    """
    rounds = whole("rounds", 1)(rounds)
    pictures = data.load_mnist("train")[0]
    seconds, view_every = (QUICK_SECONDS, QUICK_VIEW_EVERY) if quick else (ROUND_SECONDS, VIEW_EVERY)
    gan = GAN(network, seed=0)
    with tempfile.TemporaryDirectory() as folder:
        ways = engine_ways(gan, pictures, batch_size, folder, view_every)
        steps = [warm_up(way, seconds) for way in ways]
        memory_of_engine = peak_memory()
        others = other_ways(network, pictures, batch_size)
        steps += [warm_up(way, seconds) for way in others]
        times = measure(ways + others, steps, rounds)
    flops = sum(product.flops for product in products_of_step(gan.generator, gan.discriminator, batch_size))
    return {
        "network": network,
        "batch_size": batch_size,
        **where(gan),
        "rounds": rounds,
        **summary(times, flops),
        "view_every": view_every,
        "engine_peak_memory_mib": memory_of_engine,
        "peak_memory_mib": peak_memory(),
        "gpu_peak_memory_mib": peak_gpu_memory(),
    }


def summary(times, flops):
    """Reduce the times of all rounds to medians, minima and ratios.

    Parameters
    ----------
    times : dict of str to ndarray
        What `measure` returned.
    flops : int
        Floating-point operations of the matrix products of a step.

    Returns
    -------
    dict
        `*_ms` are medians, `fastest_ms` holds the minima, ratios are those of the medians. `view_percent` is the median
        over the rounds, as the two times of one round are the most alike.
    """
    products = {mode: float(np.median(times[f"floor_{mode}"])) for mode in FLOORS}
    floor_mode = min(products, key=products.get)
    floors = {"floor": times[f"floor_{floor_mode}"]}
    times = floors | {name: ms for name, ms in times.items() if not name.startswith("floor_")}
    ms = {name: float(np.median(times[name])) for name in LABELS if name in times}
    rivals = [ms[name] for name in ("graph", "compiled_step", *(f"{mode}_block" for mode in MODES)) if name in ms]
    return {
        **{f"{name}_ms": round(value, 4) for name, value in ms.items()},
        "fastest_ms": {name: round(float(times[name].min()), 4) for name in ms},
        "floor_mode": floor_mode,
        "products_ms": {mode: round(value, 4) for mode, value in products.items()},
        "gflop_per_step": flops / 1e9,
        "engine_gflop_per_s": round(flops / ms["engine"] / 1e6, 1),
        "floor_gflop_per_s": round(flops / ms["floor"] / 1e6, 1),
        "engine_speedup": round(ms["classic"] / ms["engine"], 3),
        "engine_over_floor": round(ms["engine"] / ms["floor"], 3),
        "engine_over_floor_and_adam": round(ms["engine"] / (ms["floor"] + ms["adam"]), 3),
        "engine_over_best": round(ms["engine"] / min(rivals), 3),
        "view_percent": round(100 * float(np.median(times["view"] / times["engine"] - 1)), 2),
    }


def where(gan):
    """Return what the numbers were measured on: device, mode of the engine, processor and versions."""
    return {
        "device": describe_device(),
        "cpu": _processor(),
        "cpu_cores": os.cpu_count(),
        "mode": compile_mode(gan.networks()),
        "versions": {
            "ganlib": ganlib.__version__,
            "keras": keras.__version__,
            "tensorflow": tf.__version__,
            "numpy": np.__version__,
            "python": platform.python_version(),
        },
    }


def _processor():
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
        if names:
            return names[0]
    return platform.processor() or platform.machine()


def peak_memory():
    """Return the most memory, MiB, that this process has used so far; None where the system does not tell (Windows)."""
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 2**10), 1)


def peak_gpu_memory():
    """Return the most memory, MiB, that was used on the first GPU; None without one."""
    return round(tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**20, 1) if has_gpu() else None


def table(result):
    """Lay the result of `run` out as text."""
    versions, rounds = result["versions"], f"ms a step, rounds: {result['rounds']}"
    lines = [
        f"The {result['network']} GAN, batch {result['batch_size']}; {result['device']}; {result['cpu']}; "
        f"TensorFlow {versions['tensorflow']}, Keras {versions['keras']}",
        f"{rounds:<46}{'median':>9}{'fastest':>9}{'/ engine':>10}",
    ]
    for name, fastest in result["fastest_ms"].items():
        ms = result[f"{name}_ms"]
        lines.append(f"{LABELS[name]:<46}{ms:>9.2f}{fastest:>9.2f}{ms / result['engine_ms']:>10.2f}")
    lines += [
        "",
        f"matrix products of a step: {result['gflop_per_step']:.3f} GFLOP; "
        f"{result['engine_gflop_per_s']:.1f} GFLOP/s in the engine, {result['floor_gflop_per_s']:.1f} alone",
        f"ms for the products alone: {_listed(result['products_ms'])} (only the loop reads no result)",
        f"engine ({result['mode']}): {result['engine_speedup']:.1f} times as fast as the classic loop",
        f"engine: {result['engine_over_floor']:.2f} times the floor ({result['floor_mode']}), "
        f"{result['engine_over_floor_and_adam']:.2f} times the floor and Adam",
        f"engine: {result['engine_over_best']:.2f} times the best other way, graph or compiled",
        f"a view every {result['view_every']} steps: {result['view_percent']:.1f} % more time",
        f"peak memory: {_mib(result['engine_peak_memory_mib'])} with the engine alone, "
        f"{_mib(result['peak_memory_mib'])} with all ways",
    ]
    if result["gpu_peak_memory_mib"] is not None:
        lines.append(f"peak memory of the GPU: {_mib(result['gpu_peak_memory_mib'])}")
    return "\n".join(lines)


def _listed(products_ms):
    return ", ".join(f"{mode} {ms:.2f}" for mode, ms in products_ms.items())


def _mib(memory):
    return "unknown" if memory is None else f"{memory:,.0f} MiB"


# --- the command ------------------------------------------------------------------------------------------------------


def main(arguments):
    """Run the benchmark from the command line.

    Parameters
    ----------
    arguments : list of str
        What follows `python -m ganlib bench`.

    Returns
    -------
    int
        Exit code: 0, or 2 if an argument does not fit or the file cannot be written.
    """
    options = _parser().parse_args(arguments)
    try:
        if options.json and Path(options.json).is_dir():
            raise ValueError(f"{options.json} is a folder: --json takes the name of the file to write.")
        result = run(options.network, options.batch_size, options.rounds, options.quick)
        print(table(result))
        if options.json:
            with atomic_write(options.json) as file:
                file.write((json.dumps(result, indent=2) + "\n").encode())
    except (ValueError, OSError) as error:
        environment.say(error)
        return 2
    return 0


def _parser():
    parser = argparse.ArgumentParser(
        prog="python -m ganlib bench",
        allow_abbrev=False,
        description="Measure how long one step of training takes in the classic loop, in one tf.function and in the "
        "engine, and how long its matrix products take alone.",
    )
    add = parser.add_argument
    add("--network", choices=["dense", "conv"], default="dense", help="default dense")
    add("--batch-size", type=int, default=32, metavar="N", help="default 32")
    add("--rounds", type=int, default=ROUNDS, metavar="N", help=f"how often to measure each way; default {ROUNDS}")
    add("--json", metavar="FILE", help="write the result there too")
    add("--quick", action="store_true", help="only try it out: measure too briefly for numbers that mean anything")
    return parser
