"""What the open lab costs, and how fast a slider acts: ratios and percentiles from one process.

    python tests/benchmarks/bench_lab.py [--seconds 6]

Run it on a quiet computer. "Open" is the whole lab, drawing as it does in a notebook, without a browser; "headless" is
the same trainer without a view. The two take turns, so that a computer that slows down slows both.
"""

import argparse
import statistics
import time

from ganlib import GAN, load_mnist
from ganlib.lab.live import LiveLab

SLIDES = 60


def speed(trainer, gan, seconds):
    """Steps a second over some seconds, the first block left out."""
    trainer.play()
    first = gan.step
    while gan.step == first:
        time.sleep(0.01)
    started, first = time.perf_counter(), gan.step
    time.sleep(seconds)
    made, spent = gan.step - first, time.perf_counter() - started
    trainer.pause()
    trainer.wait()
    return made / spent


def slide(trainer, gan):
    """Milliseconds from setting a rate to the end of the first block that was made with it."""
    trainer.play()
    taken = []
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
    return sorted(taken)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=6, help="of each of four turns")
    seconds = parser.parse_args().seconds
    gan = GAN(seed=0)
    lab = LiveLab(gan, load_mnist()[0])
    trainer, view = lab.trainer, lab.trainer._view
    trainer.play(200)
    trainer.wait(600)
    turns = {"headless": [], "open": []}
    for name in ("headless", "open", "open", "headless"):
        trainer._view = view if name == "open" else None
        turns[name].append(speed(trainer, gan, seconds))
    trainer._view = view
    headless, shown = (statistics.mean(turns[name]) for name in ("headless", "open"))
    print(f"headless {headless:.1f} steps a second, lab open {shown:.1f}: it costs {1 - shown / headless:.1%}")
    taken = slide(trainer, gan)
    print(f"slider to effect: median {taken[len(taken) // 2]:.0f} ms, 95 % {taken[int(0.95 * len(taken))]:.0f} ms")
    lab.close()


if __name__ == "__main__":
    main()
