"""Keep the best generator of a training, by the judge: the last one is often not the best."""

from ganlib._tensorflow import keras
from ganlib.arguments import Whole
from ganlib.judge import LEGIBLE
from ganlib.judge.judge import default_judge
from ganlib.wording import by, write

PICTURES = 2000
HELD_OUT = 1_000_003  # seed of latent vectors that no other code draws: a final score must not use the ones chosen by


class KeepBest(keras.callbacks.Callback):
    """Measure the averaged generator at regular steps, and let its best weights make the pictures when training ends.

    What learns, the average too, stays as it is, so that training can go on; what was measured and kept is a part of
    the model's state, so that it survives an interrupt or a crash. It chooses by real pictures that no score uses.

    Parameters
    ----------
    every : int
        Steps between two measurements.
    judge : Judge or None
        None means the judge of MNIST digits.
    """

    def __init__(self, every=1000, judge=None):
        super().__init__()
        self.every = Whole("every", 1)(every)
        if not (judge is None or hasattr(judge, "distance")):
            raise ValueError(f"judge must be a Judge, or None for the judge of MNIST digits, not {write(judge)}.")
        self._judge = judge

    @property
    def distances(self):
        """The Fréchet distance of 2,000 pictures at each step that was measured, as a dict by step."""
        return dict(getattr(self.model, "judged", {}))

    @property
    def best_step(self):
        """The step whose weights were kept, or None."""
        return min(self.distances, key=self.distances.get, default=None)

    def on_train_begin(self, logs=None):
        """Refuse a model without a moving average, or a judge of others; load it before the clock of training runs."""
        if getattr(self.model, "averaged_generator", None) is None:
            raise ValueError("KeepBest keeps the averaged generator: build a GAN with ema_decay=0.999.")
        if self._judge is None and self.model.picture_shape != LEGIBLE:
            raise ValueError(
                f"The judge of MNIST digits knows grey pictures of 28 by 28 pixels, not {self.model.picture_shape}: "
                f"give a judge of your own, or train without keeping the best."
            )
        known = getattr(self._judge, "train", None)
        if known is not None and known.shape[1:] != self.model.picture_shape:
            of_judge, of_model = by(known.shape[1:]), by(self.model.picture_shape)
            raise ValueError(f"The judge knows pictures of {of_judge}, not {of_model}: give a judge of the GAN's own.")
        self._judge = self._judge or default_judge()

    def on_train_batch_end(self, batch, logs=None):
        """Measure when it is due."""
        if (batch + 1) % self.every == 0:
            self.model.keep_if_best(self._judge.distance(self.model.generate(PICTURES, seed=HELD_OUT), by="choosing"))

    def on_train_end(self, logs=None):
        """Let the best weights make the pictures from now on."""
        self.model.draws_best = True
