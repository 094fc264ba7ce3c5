"""The judge's scores of what a model makes, for its card."""

import numpy as np

from ganlib.judge.judge import default_judge
from ganlib.models.conditional import DIGITS

PICTURES = 2000
SEED = 77  # of the latent vectors; as in `ganlib.bench.quality`, no training chooses by them
TITLES = {
    "mnist_fd": "MNIST-FD, lower is better",
    "precision": "precision, 0 to 1",
    "recall": "recall, 0 to 1",
}


def judge_model(model, **drawing):
    """Judge 2,000 pictures of a model, beside as many real training digits.

    Parameters
    ----------
    model : TrainableModel
        A flow that can be asked for digits is asked for all of them in turn.
    **drawing
        What its `generate` is told beside.

    Returns
    -------
    dict of str to str
        Rows of a table.

    Raises
    ------
    ValueError
        The model makes no pictures on its own, or none that the judge knows.
    """
    if not hasattr(model, "generate"):
        raise ValueError(f"A {type(model).__name__} makes no pictures on its own.")
    if getattr(model, "conditional", False):
        drawing["digits"] = np.arange(PICTURES) % DIGITS
    judge = default_judge()
    made, real = judge.quick(model.generate(PICTURES, seed=SEED, **drawing)), judge.quick_real(PICTURES)
    rows = {title: f"{made[name]:.2f} ({real[name]:.2f})" for name, title in TITLES.items()}
    heading = {f"{PICTURES:,} pictures": "of the model (real training digits)"}
    return {**heading, **rows, "judge": judge.classifier.sha256[:12]}
