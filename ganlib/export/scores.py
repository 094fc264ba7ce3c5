"""The judge's scores of what a model makes, for its card."""

import numpy as np

from ganlib.judge.any_pictures import PictureJudge
from ganlib.judge.judge import default_judge
from ganlib.models.conditional import DIGITS

PICTURES = 2000
SEED = 77  # of the latent vectors; as in `ganlib.bench.quality`, no training chooses by them
TITLES = {
    "mnist_fd": "{name}-FD, lower is better",
    "precision": "precision, 0 to 1",
    "recall": "recall, 0 to 1",
}


def judge_model(model, **drawing):
    """Judge 2,000 pictures that a model made, beside as many real ones, or fewer where it learned from fewer.

    Parameters
    ----------
    model : TrainableModel
        A flow that can be asked for digits is asked for all of them in turn. A model that was built for your own
        pictures is judged by these.
    **drawing
        What its `generate` takes besides number and seed.

    Returns
    -------
    dict of str to str
        Rows of a table: a heading, scores with those of real pictures in parentheses, and which judge.

    Raises
    ------
    ValueError
        The model makes no pictures on its own, or none that the judge knows, or learned from too few.
    """
    if not hasattr(model, "generate"):
        raise ValueError(f"A {type(model).__name__} makes no pictures on its own.")
    own = getattr(model, "own_data", None)
    judge = default_judge() if own is None else PictureJudge(own)
    count = min(PICTURES, len(judge.ceiling))
    if getattr(model, "conditional", False):
        drawing["digits"] = np.arange(count) % DIGITS
    made, real = judge.quick(model.generate(count, seed=SEED, **drawing)), judge.quick_real(count)
    rows = {title.format(name=judge.name): f"{made[name]:.2f} ({real[name]:.2f})" for name, title in TITLES.items()}
    heading = {f"{count:,} pictures": f"of the model (real training {'digits' if own is None else 'pictures'})"}
    return {**heading, **rows, "judge": judge.classifier.sha256[:12]}
