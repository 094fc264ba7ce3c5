"""The players of a step: networks that learn in turn, each in a step of its own that moves its weights and no others.

A step of training is what `play` says: every player takes its turns, one after the other. How steps are put into
compiled functions is `ganlib.training.block`'s business.
"""

import contextlib
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ganlib._tensorflow import keras, tf


class Player(NamedTuple):
    """A network that learns, and how.

    Attributes
    ----------
    network : keras.Model
        What it moves.
    optimizer : keras.optimizers.Optimizer
        What moves it.
    step : callable
        `step(draws, batch_size, learn)` makes one update with what `draws` gives and returns a dict of name to float32
        scalar: what it measured. Where `learn`, a Python bool, is False it measures the same and moves nothing.
    metric_names : tuple of str
        The names of what it measures.
    repeats : callable
        Returns how many updates it makes in a step of training, an int or an int32 scalar; if 0, it is only measured.
    """

    network: keras.Model
    optimizer: keras.optimizers.Optimizer
    step: Callable
    metric_names: tuple
    repeats: Callable = lambda: 1


def play(players, draws, batch_size, repeats):
    """Let the players learn, one after the other: one step of training.

    Parameters
    ----------
    players : list of Player
    draws : Draws
    batch_size : int or tf.Tensor
    repeats : list of int or tf.Tensor
        How many updates each player makes. An int 0 or 1, known while the step is traced, needs no loop.

    Returns
    -------
    dict of str to tf.Tensor
        What was measured last, float32 scalars by column.
    """
    measured = {}
    for player, times in zip(players, repeats, strict=True):
        measured |= _take_turns(players, player, draws, batch_size, times)
    return measured


def _take_turns(players, player, draws, batch_size, times):
    if isinstance(times, int) and times < 2:
        return take_turn(players, player, draws, batch_size, learn=times == 1)

    def repeat(count, measured, learn):
        def take(turn, _):
            return turn + 1, take_turn(players, player, draws.at_turn(turn), batch_size, learn)

        return tf.while_loop(lambda turn, _: turn < count, take, (tf.constant(0), measured), parallel_iterations=1)[1]

    # Two loops and not a condition, around which XLA would copy all weights at every step.
    learned = repeat(times, dict.fromkeys(player.metric_names, tf.constant(np.nan)), learn=True)
    return repeat(tf.cast(tf.equal(times, 0), tf.int32), learned, learn=False)


def take_turn(players, player, draws, batch_size, learn):
    """Let one of the players make one update, or only be measured; return what it measured, float32 by column."""
    still = [other.network for other in players if other.network is not player.network or not learn]
    with kept([weight for network in still for weight in written_by_layers(network)]):
        measured = player.step(draws, batch_size, learn)
    return {name: tf.convert_to_tensor(measured[name], tf.float32) for name in player.metric_names}


@contextlib.contextmanager
def kept(variables):
    """Put variables back to what they are now when the block ends."""
    before = [tf.identity(variable.value) for variable in variables]
    yield
    for variable, value in zip(variables, before, strict=True):
        variable.assign(value)


def written_by_layers(network):
    """Return the trainable variables that a call in training writes itself, as spectral normalisation does."""
    wrapped = [layer for layer in network._flatten_layers() if isinstance(layer, keras.layers.SpectralNormalization)]
    return [layer.kernel for layer in wrapped if layer.kernel.trainable]
