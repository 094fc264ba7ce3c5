"""The lesson's side of a sweep: what a run leaves behind for the table and the gallery."""

import json
from pathlib import Path

import numpy as np
import pandas

from ganlib.judge.counts import kinds_present
from ganlib.judge.judge import RECOGNISED, default_judge
from ganlib.judge.signs import outcome, vital_signs
from ganlib.sweep.kernel import CURVES, SAMPLES, SCORES
from ganlib.thinning import thin_history
from ganlib.training.files import atomic_write

PICTURES = 2000
POINTS = 100  # of a curve


def leave(folder, gan):
    """Judge a trained GAN, and write its scores, samples and curves where a sweep looks for them.

    Of the checkpoints of its run folder only the newest is kept.

    Parameters
    ----------
    folder : str or Path
        What the sweep gave as the parameter `results`.
    gan : ganlib.GAN
        It has trained, and has a run folder.

    Returns
    -------
    dict
        The scores: `mnist_fd` of 2,000 pictures (None if all are even grey), the share `recognised` of them and
        `digits_present`, all three None unless the pictures are grey and of 28 by 28 pixels; the last `step`, and the
        vital signs of lesson 07. None stands for any that is not finite.
    """
    folder, pictures = Path(folder), gan.generate(PICTURES, seed=gan.seed)
    signs = vital_signs(gan.measured, pictures)
    scores = {"step": gan.step, **_judged(pictures), **signs}
    scores = {name: value if value is None or np.isfinite(value) else None for name, value in scores.items()}
    gan.save_imgs(folder / SAMPLES)
    told = {"outcome": outcome(signs), "scores": scores}
    for name, text in ((CURVES, curves(gan.measured)), (SCORES, json.dumps(told, indent=2) + "\n")):
        with atomic_write(folder / name) as file:
            file.write(text.encode())
    for old in gan.run.checkpoints()[1:]:
        old.unlink(missing_ok=True)
    return scores


def _judged(pictures):
    if pictures.shape[1:] != (28, 28, 1):  # the judge knows digits alone
        return dict.fromkeys(("mnist_fd", "recognised", "digits_present"))
    judge = default_judge()
    probabilities = judge.classifier.recognise(pictures)
    return {
        "mnist_fd": judge.distance(pictures) if np.ptp(pictures, axis=(1, 2, 3)).any() else None,
        "recognised": float((probabilities.max(axis=1) > RECOGNISED).mean()),
        "digits_present": kinds_present(np.bincount(probabilities.argmax(axis=1), minlength=10)),
    }


def curves(history, points=POINTS):
    """Return a history as CSV text of at most `points` rows, see `thin_history`."""
    return pandas.DataFrame(thin_history(history, points)).to_csv(index=False, float_format="%.5g")
