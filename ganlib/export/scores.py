"""The judge's scores of what a model makes, for its card.

They are three of those of `ganlib.judge.report`, computed alone: the whole report takes ten times as long.
"""

from functools import cache

import numpy as np

from ganlib.judge.frechet import frechet_distance, mean_and_covariance
from ganlib.judge.neighbours import precision_recall
from ganlib.judge.report import check_enough, default_judge

PICTURES = 2000
SEED = 77  # of the latent vectors; as in `ganlib.quality`, no training chooses by them


def judge_model(model):
    """Judge 2,000 pictures of a model, beside as many real training digits.

    Parameters
    ----------
    model : TrainableModel

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
    made, real = scores(check_enough(model.generate(PICTURES, seed=SEED))), _scores_of_real(PICTURES)
    rows = {name: f"{made[name]:.2f} ({real[name]:.2f})" for name in made}
    return {f"{PICTURES:,} pictures": "of the model (real training digits)", **rows, "judge": judge_name()}


def judge_name():
    """Return the first 12 digits of the SHA-256 of the classifier's weights, as a report has them."""
    return default_judge().classifier.sha256[:12]


def scores(pictures):
    """Return MNIST-FD, precision and recall of float pictures (n, 28, 28, 1), as a whole report has them."""
    features, _ = default_judge().classifier.features(pictures)
    others, moments = _real_features()
    precision, recall = precision_recall(features, others[: len(features)])
    distance = frechet_distance(moments, mean_and_covariance(features))
    return {"MNIST-FD, lower is better": distance, "precision, 0 to 1": precision, "recall, 0 to 1": recall}


@cache
def _real_features():
    """Return the features of the test digits, and their mean and covariance."""
    features, _ = default_judge().classifier.features(default_judge().test)
    return features, mean_and_covariance(features)


@cache
def _scores_of_real(n):
    train = default_judge().train
    return scores(check_enough(train[np.random.default_rng(0).permutation(len(train))[:n]]))  # those of a report
