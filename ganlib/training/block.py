"""The compiled loop: many steps in one call, with the random numbers and the batches drawn on the device.

A step is made of turns: one, unless a player learns several times. All turns run the same code, in which a player that
is not at turn stands still; a loop or a condition around each player would cost every step a tenth of its time.

Every random number is a pure function of (seed, step, substep, stream): how the steps are cut into blocks, when a run
was interrupted and what else drew random numbers cannot change the outcome.
"""

from functools import partial

import numpy as np

from ganlib._tensorflow import tf

MAX_BLOCK = 100
MAX_SUBSTEPS = 64
_STREAMS = 8
# Named, since what a compiled function chooses by itself on a CPU takes five times as long.
_ALGORITHM = "philox"


class Draws:
    """What one step may draw: examples from the data and normal or uniform numbers.

    Parameters
    ----------
    data : tuple of tf.Tensor
        The arrays that examples are drawn from; all have the same first axis.
    seed : int or tf.Tensor
        The seed of the run.
    step : tf.Tensor
        int64 scalar, the number of the step.
    turn : int or tf.Tensor
        int32 scalar, the turn within the step, from 0.
    """

    EXAMPLES = 0

    def __init__(self, data, seed, step, turn=0):
        self._data = data
        self._seed = seed
        self.step = step
        self.turn = turn

    def _key(self, stream, substep):
        substep = tf.cast(substep, tf.int64)
        return tf.stack([tf.cast(self._seed, tf.int64), (self.step * MAX_SUBSTEPS + substep) * _STREAMS + stream])

    def examples(self, count, substep=0):
        """Draw `count` examples with replacement; one tensor, or a tuple if the data have several arrays."""
        total = self._data[0].shape[0]
        index = tf.random.stateless_uniform(
            [count], self._key(self.EXAMPLES, substep), 0, total, tf.int32, alg=_ALGORITHM
        )
        drawn = tuple(tf.gather(array, index) for array in self._data)
        return drawn if len(drawn) > 1 else drawn[0]

    def normal(self, shape, stream, substep=0):
        """Draw standard normal numbers, float32; `stream` (1 to 7) keeps draws of one step apart."""
        return tf.random.stateless_normal(shape, self._key(stream, substep), alg=_ALGORITHM)

    def uniform(self, shape, stream, substep=0, low=0.0, high=1.0):
        """Draw uniform numbers, float32 in [low, high)."""
        return tf.random.stateless_uniform(shape, self._key(stream, substep), low, high, alg=_ALGORITHM)


class GivenExamples(Draws):
    """Draws whose examples are a batch that somebody else chose: what `fit` hands to `train_step`."""

    def examples(self, count, substep=0):
        """Return the batch itself, whatever the substep."""
        return self._data if len(self._data) > 1 else self._data[0]


def build_block(iteration, columns, data, batch_size, seed, mode):
    """Put many steps into one function, for one data set and one seed.

    Parameters
    ----------
    iteration, columns, batch_size, mode
        As in `compile_block`.
    data : tuple of tf.Tensor
        What examples are drawn from.
    seed : int

    Returns
    -------
    callable
        `block(first_step, count, phase=0, turns=1)`, see `bind_block`.
    """
    return bind_block(compile_block(iteration, columns, batch_size, mode), data, seed)


def bind_block(block, data, seed):
    """Give a block its data and its seed; what is left is `block(first_step, count, phase=0, turns=1)`."""
    return partial(block, seed=tf.constant(seed, tf.int64), data=data)


def compile_block(iteration, columns, batch_size, mode):
    """Put many steps into one function, for any data of one shape and any seed.

    Parameters
    ----------
    iteration : callable
        `iteration(draws, batch_size, phase)` takes one turn of a step and returns float32 (columns,), NaN for what it
        did not measure; which turn it is, `draws.turn` says.
    columns : int
        How many numbers a step measures.
    batch_size : int
    mode : str
        "compiled": a loop of steps in one XLA-compiled call; "graph": the same loop without XLA; "stepwise": an
        XLA-compiled call for every turn.

    Returns
    -------
    callable
        `block(first_step, count, phase=0, turns=1, *, seed, data)`: makes `count` steps, at most MAX_BLOCK, of `turns`
        turns each, and returns float32 ndarray (count, columns): what was measured last in each step.
    """
    take = _one_by_one if mode == "stepwise" else _in_a_loop
    run = take(iteration, columns, batch_size, mode != "graph")

    def block(first_step, count, phase=0, turns=1, *, seed, data):
        start = tf.constant(first_step, tf.int64), tf.constant(phase), tf.constant(turns)
        return run(count, *start, seed, data)

    return block


def _in_a_loop(iteration, columns, batch_size, compiled):
    """Make the block whose loop is a part of the compiled function.

    `tf.while_loop` over a counter with tensor bounds compiles once, for blocks of any length: in a compiled function a
    Python loop over `tf.range(start, stop)` would compile anew for every pair of bounds.
    """

    @tf.function(jit_compile=compiled, autograph=False)
    def loop(count, first_step, phase, turns, seed, data):
        def take(done, rows):
            step = done // turns
            draws = Draws(data, seed, first_step + tf.cast(step, tf.int64), done % turns)
            row = newest(rows[step], iteration(draws, batch_size, phase))
            return done + 1, tf.tensor_scatter_nd_update(rows, [[step]], [row])

        rows = tf.fill([MAX_BLOCK, columns], np.nan)
        return tf.while_loop(lambda done, _: done < count * turns, take, (tf.constant(0), rows), parallel_iterations=1)[
            1
        ]

    return lambda count, *start: loop(tf.constant(count), *start).numpy()[:count]


def _one_by_one(iteration, columns, batch_size, compiled):
    """Make the block that calls a compiled function for every turn: XLA runs a loop's convolutions on one thread."""

    @tf.function(jit_compile=compiled, autograph=False)
    def take(step, turn, phase, row, seed, data):
        return newest(row, iteration(Draws(data, seed, step, turn), batch_size, phase))

    def run(count, first_step, phase, turns, seed, data):
        rows = []
        for step in range(count):
            row = tf.fill([columns], np.nan)
            for turn in range(int(turns)):
                row = take(first_step + step, tf.constant(turn), phase, row, seed, data)
            rows.append(row)
        return np.stack([row.numpy() for row in rows])

    return run


def newest(old, new):
    """Return what was measured last: `new`, or `old` where it is NaN; both float32 (columns,)."""
    return tf.where(tf.math.is_nan(new), old, new)
