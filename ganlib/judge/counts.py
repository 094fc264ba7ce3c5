"""Scores from the probabilities that the classifier gives: its score, and how evenly the kinds come up."""

import numpy as np

from ganlib.arguments import as_numbers

PRESENT = 0.01  # share of the pictures from which a kind is present; of more than ten kinds, a tenth of an equal share


def classifier_score(probabilities):
    """Compute exp(mean over pictures of KL(p(y | x) || p(y))): sure of every picture, and all kinds equally often.

    Parameters
    ----------
    probabilities : ndarray
        (n, k), of k kinds; each row adds up to 1.

    Returns
    -------
    float
        From 1 to k. It says nothing of variety within a kind: one perfect picture of each scores k.

    References
    ----------
    Salimans et al. 2016, section 4 (the "Inception score", with a classifier of digits in place of Inception).
    Batches of 32, as in some code, score lower; here all pictures make one batch.
    """
    probabilities = as_numbers("probabilities", probabilities)
    against = np.log(np.maximum(probabilities, 1e-300)) - np.log(np.maximum(probabilities.mean(axis=0), 1e-300))
    return float(np.exp((probabilities * against).sum(axis=1).mean()))


def divergence_from_uniform(counts):
    """Compute the Kullback-Leibler divergence, in nats, of the shares of kinds from equal shares.

    Parameters
    ----------
    counts : ndarray
        How often each of k kinds came up, (k,).

    Returns
    -------
    float
        0 if all came up equally often, log k if only one did.
    """
    counts = _counts(counts)
    shares = counts / counts.sum()
    seen = shares[shares > 0]
    return float((seen * np.log(seen * len(shares))).sum())


def kinds_present(counts):
    """Return how many of k kinds are present: at least 1% of the pictures, or 0.1/k of them if k is above 10."""
    counts = _counts(counts)
    return int((counts >= rare(len(counts)) * counts.sum()).sum())


def rare(kinds):
    """Return the share of the pictures below which one of this many kinds counts as missing."""
    return min(PRESENT, 0.1 / kinds)


def _counts(counts):
    """Return counts as float64 (k,); ValueError if they are negative, or nothing was counted."""
    counts = as_numbers("counts", counts, axes=1)
    if counts.min() < 0 or not counts.any():
        raise ValueError("counts must be 0 or more, and one of them above 0.")
    return counts
