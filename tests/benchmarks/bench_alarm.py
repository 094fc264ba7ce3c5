"""What the collapse alarm costs a training: the share of the time that its looks take.

    python -m tests.benchmarks.bench_alarm [--recipe swift] [--steps 4000] [--every 500]

The alarm judges pictures from the first look on (`patience=0`), which is when it costs most.
"""

import argparse
import time

from ganlib import GAN
from ganlib.judge import CollapseAlarm
from ganlib.models.recipes import RECIPES


class TimedAlarm(CollapseAlarm):
    """An alarm that adds up the seconds of its looks."""

    def on_train_begin(self, logs=None):
        """Start the clock of the training when the judge is loaded."""
        super().on_train_begin(logs)
        self.seconds, self.started = [], time.perf_counter()

    def on_train_batch_end(self, batch, logs=None):
        """Note how long a look took."""
        started = time.perf_counter()
        super().on_train_batch_end(batch, logs)
        if self._looked == batch + 1:
            self.seconds.append(time.perf_counter() - started)


def share(recipe, steps, every):
    """Train with an alarm, and return the share of the time that it took and the milliseconds of a look."""
    gan, alarm = GAN.from_recipe(RECIPES[recipe].replace(keep_best_every=None)), TimedAlarm(every, patience=0)
    gan.train(every, sample_interval=10**9, verbose=0, callbacks=[alarm])  # compiles
    gan.train(steps, sample_interval=10**9, verbose=0, callbacks=[alarm])
    total = time.perf_counter() - alarm.started
    return sum(alarm.seconds) / (total - sum(alarm.seconds)), 1000 * sum(alarm.seconds) / len(alarm.seconds)


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", choices=[*RECIPES], default="swift")
    parser.add_argument("--steps", type=int, default=4000)
    parser.add_argument("--every", type=int, default=500)
    options = parser.parse_args()
    cost, look = share(options.recipe, options.steps, options.every)
    print(f"{options.recipe}: a look takes {look:.1f} ms; every {options.every} steps it adds {cost:.2%} to the time")


if __name__ == "__main__":
    main()
