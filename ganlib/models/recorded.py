"""Weights that come with the kit, rounded to 16 bits, in `assets/recorded`."""

import numpy as np

from ganlib.data import DataError, asset
from ganlib.paths import PACKAGE
from ganlib.training import atomic_write


def save(file, weights):
    """Write a list of arrays to a file of `assets/recorded`."""
    with atomic_write(PACKAGE.parent / "assets" / file) as opened:
        np.savez_compressed(opened, *(weight.astype(np.float16) for weight in weights))


def read_into(networks, file, module):
    """Give networks, one after the other, the weights of a file that `python -m ganlib.models.MODULE` writes.

    Raises
    ------
    DataError
        The file is missing, or damaged.
    """
    path = asset(file)
    try:
        with np.load(path, allow_pickle=False) as held:
            weights = [held[name].astype(np.float32) for name in held.files]
        for network in networks:
            own, weights = weights[: len(network.weights)], weights[len(network.weights) :]
            network.set_weights(own)
        if weights:
            raise ValueError("There is more in it than the networks take.")
    except Exception as error:  # a damaged zip raises a dozen kinds of error
        raise DataError(
            f"{path} is damaged: get a fresh copy of the kit, or run python -m ganlib.models.{module}."
        ) from error
