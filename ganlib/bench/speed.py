"""How long one step of training takes in each way of running it, and how short it could be at best.

The same networks are trained in one process with the classic loop, with one `tf.function` step and with the engine. The
floor is the time of the matrix products of a step alone; PyTorch and JAX run in processes of their own. Ratios of times
are worth more than the times: every round measures all ways one after the other, so that a busy computer slows down all
of them.
"""

import contextlib
import os
import platform
import sys
import tempfile

import numpy as np

from ganlib import data
from ganlib._tensorflow import tf, versions
from ganlib.arguments import Whole
from ganlib.bench.products import products_of_step
from ganlib.bench.ways import D_STEPS, MODES, engine_ways, measure, other_ways, rival_ways, warm_up
from ganlib.models.gan import GAN
from ganlib.training import compile_mode, describe_device, has_gpu

ROUNDS = 5
ROUND_SECONDS = 1.0  # how long each way is measured in a round, so that slow ways make few steps
QUICK_SECONDS = 0.02
VIEW_EVERY = 200
QUICK_VIEW_EVERY = 5
FLOORS = ("graph", "compiled", "loop")

LABELS = {
    "classic": "classic loop: predict, three train_on_batch",
    "graph": "one tf.function step, two GradientTapes",
    "compiled_step": "the same with jit_compile=True",
    "graph_block": "the engine's step as a graph, one per call",
    "compiled_block": "the engine's step in a compiled loop of one",
    "stepwise_block": "the engine's step compiled, one per call",
    "engine": "the engine: blocks of steps",
    "view": "the engine, with a view of the samples",
    "critic": f"the engine, {D_STEPS} updates of D per step",
    "pytorch": "PyTorch, eager, fused Adam",
    "jax": "JAX, a compiled lax.scan",
    "floor": "floor: the matrix products alone",
    "adam": "the two updates by Adam alone",
}


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
        Times in milliseconds per step, ratios, memory in MiB and what they were measured on; JSON can hold it.
    """
    rounds = Whole("rounds", 1)(rounds)
    pictures = data.load_mnist("train")[0]
    seconds, view_every = (QUICK_SECONDS, QUICK_VIEW_EVERY) if quick else (ROUND_SECONDS, VIEW_EVERY)
    gan = GAN(network, seed=0)
    with tempfile.TemporaryDirectory() as folder, rival_ways(network, batch_size) as rivals:
        ways = engine_ways(gan, pictures, batch_size, folder, view_every)
        steps = [warm_up(way, seconds) for way in ways]
        memory_of_engine = peak_memory()
        others = other_ways(network, pictures, batch_size) + rivals
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
        "versions": versions(),
    }


def _processor():
    with contextlib.suppress(OSError), open("/proc/cpuinfo", encoding="utf-8") as file:
        names = [line.partition(":")[2].strip() for line in file if line.startswith("model name")]
        if names:
            return names[0]
    return platform.processor() or platform.machine()


def peak_memory():
    """Return the most memory, MiB, that this process has used so far; None where the system does not say (Windows)."""
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
    versions, rounds = result["versions"], f"ms per step, rounds: {result['rounds']}"
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
        f"a view every {result['view_every']} steps: {result['view_percent']:.1f}% more time",
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
