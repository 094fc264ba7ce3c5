"""Keep the best generator of a training, by the judge: the last one is often not the best."""

import numpy as np

from ganlib._tensorflow import keras
from ganlib.judge.report import default_judge
from ganlib.training import whole

PICTURES = 2000
HELD_OUT = 1_000_003  # seed of latent vectors that no other code draws: a final score must not use the ones chosen by


class KeepBest(keras.callbacks.Callback):
    """Measure the averaged generator at regular steps, and put its best weights back when the training ends.

    Only the average that draws the pictures is put back. The networks that learn stay as they are, so that training can
    go on.

    Parameters
    ----------
    every : int
        Steps between two measurements.
    judge : Judge or None
        That of MNIST digits if None.

    Attributes
    ----------
    distances : dict of int to float
        The Fréchet distance at every step that was measured, of 2,000 pictures.
    best_step : int or None
        The step whose weights were kept.
    """

    def __init__(self, every=1000, judge=None):
        super().__init__()
        self.every = whole("every", 1)(every)
        self.distances, self.best_step = {}, None
        self._judge, self._weights = judge, None

    def on_train_begin(self, logs=None):
        """Refuse a GAN without a moving average; load the judge before the clock of training runs."""
        if self.model.averaged_generator is None:
            raise ValueError("KeepBest puts back the averaged generator: build the GAN with moving_average=0.999.")
        self._judge = self._judge or default_judge()
        self.distances, self.best_step, self._weights = {}, None, None

    def on_train_batch_end(self, batch, logs=None):
        """Measure when it is due."""
        step = batch + 1
        if step % self.every:
            return
        distance = self._judge.distance(self.model.generate(PICTURES, seed=HELD_OUT))
        if not self.distances or distance < min(self.distances.values()):
            self.best_step = step
            self._weights = [np.array(weight) for weight in self.model.averaged_generator.get_weights()]
        self.distances[step] = distance

    def on_train_end(self, logs=None):
        """Put the best weights back."""
        if self._weights is not None:
            self.model.averaged_generator.set_weights(self._weights)
