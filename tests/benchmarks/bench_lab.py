"""What the open lab costs, how fast a slider acts and whether memory stays flat: ratios from one process.

    python tests/benchmarks/bench_lab.py [--seconds 5] [--turns 8] [--network conv] [--kernel]
    python tests/benchmarks/bench_lab.py --memory 100000 [--kernel]

Run it on a quiet computer. "Open" is the whole lab, drawing as it does in a notebook, without a browser; "headless" is
the same trainer without a view. The two take turns, so that a computer that slows down slows both. With `--kernel` all
of it happens in a notebook kernel, so that what the widgets send is packed and sent as well.
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np
import psutil

from ganlib import GAN, load_mnist
from ganlib.lab.live import LiveLab

SLIDES = 60
WARM = 200  # steps before anything is measured
MEMORY_BATCH = 32
SAMPLE_SECONDS = 10


def block_end(gan):
    """Wait until a block of steps has ended; return the time and the step."""
    before = gan.step
    while gan.step == before:
        time.sleep(0.001)
    return time.perf_counter(), gan.step


def speeds_of(lab, seconds, turns):
    """Train on without a stop and switch the view off, on, on, off and so on; return steps per second, (pairs, 2)."""
    trainer, view, speeds = lab.trainer, lab.trainer._view, []
    trainer.play()
    block_end(lab.model)
    for number in range(2 * turns):
        trainer._view = view if number % 4 in (1, 2) else None
        started, first = block_end(lab.model)
        time.sleep(seconds)
        ended, last = block_end(lab.model)
        speeds.append((last - first) / (ended - started))
    trainer._view = view
    trainer.pause()
    trainer.wait()
    return np.array([sorted_pair(number, speeds) for number in range(turns)])


def sorted_pair(number, speeds):
    """Return the speeds of one pair of turns, headless first."""
    first, second = speeds[2 * number : 2 * number + 2]
    return (second, first) if number % 2 else (first, second)


def cost(lab, seconds, turns):
    """Print what the open lab costs, and how much of the time it draws."""
    drawing, look = [], lab.look

    def timed(trainer):
        started = time.perf_counter()
        look(trainer)
        drawing.append(time.perf_counter() - started)

    lab.look = timed
    headless, opened = speeds_of(lab, seconds, turns).T
    lab.look = look
    pairs = 1 - opened / headless
    error = pairs.std(ddof=1) / turns**0.5 if turns > 1 else float("nan")
    print(f"headless {headless.mean():.1f} steps per second, lab open {opened.mean():.1f}: it costs", end=" ")
    print(f"{1 - opened.mean() / headless.mean():.1%} (standard error {error:.1%})")
    print(
        f"a look takes {1000 * np.mean(drawing):.0f} ms; {len(drawing) / (seconds * turns):.1f} looks per second take "
        f"{sum(drawing) / (seconds * turns):.1%} of the time"
    )


def slide(lab):
    """Print the milliseconds from setting a rate to the end of the first block that was made with it."""
    trainer, taken = lab.trainer, []
    trainer.play()
    for number in range(SLIDES):
        time.sleep(0.03 + 0.01 * (number % 7))
        rate = 1e-4 + number * 1e-6
        started = time.perf_counter()
        trainer.set("d_learning_rate", rate)
        while not trainer.changes or abs(trainer.changes[-1].value - rate) > 1e-9:
            time.sleep(0.001)
        taken.append(1000 * (time.perf_counter() - started))
    trainer.pause()
    trainer.wait()
    print(f"slider to effect: median {np.median(taken):.0f} ms, 95% {np.percentile(taken, 95):.0f} ms")


def memory(lab, steps):
    """Print how much memory the process holds after a tenth of so many steps and at their end, and the slope."""
    trainer, process, seen = lab.trainer, psutil.Process(), []
    first = lab.model.step
    trainer.play(steps)
    while not trainer.wait(SAMPLE_SECONDS):
        seen.append((lab.model.step - first, process.memory_info().rss / 2**20))
        print(f"step {seen[-1][0]:7,}: {seen[-1][1]:.0f} MiB", flush=True)
    seen = np.array([row for row in seen if row[0] >= steps / 10])
    slope = np.polyfit(*seen.T, 1)[0]
    print(f"{seen[0, 1]:.0f} MiB, at the end {seen[-1, 1]:.0f} MiB: {1e5 * slope:+.0f} MiB in 100,000 steps")


def in_kernel():
    """Run this file again in a notebook kernel, and read what it sends as a page would."""
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel(kernel_name="python3")
    arguments = [word for word in sys.argv[1:] if word != "--kernel"]
    here = Path(__file__).resolve()
    try:
        code = (
            f"import sys\nsys.path.insert(0, {str(here.parent)!r})\nimport {here.stem}\n{here.stem}.main({arguments!r})"
        )
        client.execute_interactive(code)
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)


def main(arguments=None):
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=5, help="of each turn")
    parser.add_argument("--turns", type=int, default=8, help="of each kind")
    parser.add_argument("--network", default="dense", help="of the GAN: dense or conv")
    parser.add_argument("--memory", type=int, metavar="STEPS", help="watch memory for so many steps, nothing else")
    parser.add_argument("--kernel", action="store_true", help="measure in a notebook kernel")
    options = parser.parse_args(arguments)
    if options.kernel:
        return in_kernel()
    gan, limits = GAN(options.network, seed=0), {}
    if options.memory:
        limits = {"batch_size": MEMORY_BATCH, "most_steps": options.memory, "most_minutes": 24 * 60}
    lab = LiveLab(gan, load_mnist()[0], **limits)
    lab.trainer.play(WARM)
    lab.trainer.wait(600)
    if options.memory:
        memory(lab, options.memory)
    else:
        cost(lab, options.seconds, options.turns)
        slide(lab)
    lab.close()


if __name__ == "__main__":
    main()
