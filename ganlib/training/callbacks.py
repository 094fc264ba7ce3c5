"""Callbacks that every family uses: a progress bar, and pictures kept at regular steps.

The training loop calls `on_train_batch_end` after every block of steps, and ends a block at every multiple of a
callback's `every`.
"""

import sys

from tqdm import tqdm

from ganlib._tensorflow import keras


class ProgressBar(keras.callbacks.Callback):
    """One line that shows the step, what was measured, the steps per second and the time left.

    The first block, which compiles, counts neither for the speed nor for the time left.

    Parameters
    ----------
    steps : int
        How many steps are planned.
    describe : callable
        Turns the dict of measurements into a short text.
    line_every : int or None
        Also print a line that stays at every multiple of this many steps, as the classic code does; None: no lines.
    """

    def __init__(self, steps, describe, line_every=None):
        super().__init__()
        self.every = line_every
        self._steps = steps
        self._describe = describe
        self._bar = None
        self._first = 0
        self._counting = False

    def on_train_begin(self, logs=None):
        """Draw the empty bar."""
        self._first, self._counting = self.model.step, False
        self._bar = tqdm(
            total=self._first + self._steps,
            initial=self._first,
            file=sys.stdout,
            dynamic_ncols=True,
            mininterval=0.2 if sys.stdout.isatty() else 1,  # a notebook keeps every line that is written
            bar_format="{n_fmt}/{total_fmt} {desc}|{bar:12}| {rate_noinv_fmt}, {remaining} left",
            unit=" steps",
        )

    def on_train_batch_end(self, batch, logs=None):
        """Move the bar to the step that was made last."""
        step = batch + 1
        self._bar.set_description_str(self._describe(logs), refresh=False)
        if self._counting:
            self._bar.update(step - self._bar.n)
        else:
            self._begin_counting(step)
        if self.every and step % self.every == 0:
            self._bar.write(f"{step} {self._describe(logs)}", file=sys.stdout)

    def _begin_counting(self, step):
        """Measure the speed from this step on."""
        self._counting = True
        self._bar.n = self._bar.initial = self._bar.last_print_n = step
        self._bar.unpause()
        self._bar.refresh()

    def on_train_end(self, logs=None):
        """Draw the last state and end the line."""
        self._bar.refresh()
        self._bar.close()


class Sampler(keras.callbacks.Callback):
    """Keep the pictures of the fixed latent vectors at regular steps, so that frames can be compared.

    Parameters
    ----------
    every : int
        Steps between two samples; the first is taken before training if it begins at a multiple of this.
    take : callable
        `take(step)` takes one sample.
    """

    def __init__(self, every, take):
        super().__init__()
        self.every = every
        self._take = take

    def on_train_begin(self, logs=None):
        """Take the sample that shows what the untrained network makes."""
        if self.model.step % self.every == 0:
            self._take(self.model.step)

    def on_train_batch_end(self, batch, logs=None):
        """Take a sample when it is due."""
        if (batch + 1) % self.every == 0:
            self._take(batch + 1)
