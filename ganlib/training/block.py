"""The compiled loop: many steps in one call, with the random numbers and the batches drawn on the device.

Every random number is a pure function of (seed, step, turn, stream): how the steps are cut into blocks, when a run was
interrupted and what else drew random numbers cannot change the outcome.
"""

import numpy as np

from ganlib._tensorflow import tf
from ganlib.training.players import play, take_turn

MAX_BLOCK = 100
MAX_TURNS = 64
_STREAMS = 8
# Named, since what a compiled function chooses by itself on a CPU takes five times as long.
_ALGORITHM = "philox"


class Draws:
    """What one turn of a step may draw: examples from the data and normal or uniform numbers.

    Parameters
    ----------
    data : tuple of tf.Tensor
        The arrays that examples are drawn from; all have the same first axis.
    seed : int or tf.Tensor
        The seed of the run.
    step : tf.Tensor
        int64 scalar, the number of the step.
    turn : int or tf.Tensor
        int32 scalar, the turn within the step, 0 to 63.
    """

    EXAMPLES = 0

    def __init__(self, data, seed, step, turn=0):
        self._data = data
        self.seed = seed
        self.step = step
        self.turn = turn

    def at_turn(self, turn):
        """Return the draws of another turn of the same step."""
        return type(self)(self._data, self.seed, self.step, turn)

    def _key(self, stream):
        if stream not in range(_STREAMS):
            raise ValueError(f"A stream is one of 0 to {_STREAMS - 1}; {stream} would repeat what another turn draws.")
        turn = tf.cast(self.turn, tf.int64)
        return tf.stack([tf.cast(self.seed, tf.int64), (self.step * MAX_TURNS + turn) * _STREAMS + stream])

    def examples(self, count):
        """Draw `count` examples with replacement; one tensor, or a tuple if the data have several arrays."""
        total = self._data[0].shape[0]
        index = tf.random.stateless_uniform([count], self._key(self.EXAMPLES), 0, total, tf.int32, alg=_ALGORITHM)
        drawn = tuple(tf.gather(array, index) for array in self._data)
        return drawn if len(drawn) > 1 else drawn[0]

    def normal(self, shape, stream):
        """Draw standard normal numbers, float32; `stream` (1 to 7) keeps the draws of one turn apart."""
        return tf.random.stateless_normal(shape, self._key(stream), alg=_ALGORITHM)

    def uniform(self, shape, stream, low=0.0, high=1.0):
        """Draw uniform numbers, float32 in [low, high); `stream` as in `normal`."""
        return tf.random.stateless_uniform(shape, self._key(stream), low, high, alg=_ALGORITHM)


class GivenExamples(Draws):
    """Draws whose examples are a batch that somebody else chose: what `fit` hands to `train_step`."""

    def examples(self, count):
        """Return the batch itself, whatever the turn."""
        return self._data if len(self._data) > 1 else self._data[0]


def compile_block(players, metric_names, batch_size, mode):
    """Put many steps into one function, for any data of one shape and any seed.

    Parameters
    ----------
    players : list of Player
    metric_names : tuple of str
        What a step measures, in the order wanted.
    batch_size : int
    mode : str
        "compiled": a loop of steps in one XLA-compiled call; "graph": the same loop without XLA; "stepwise": an
        XLA-compiled call for every update of every player.

    Returns
    -------
    callable
        `block(first_step, count, *, seed, data)`: makes `count` steps, at most MAX_BLOCK, and returns float32 ndarray
        (count, metrics): what was measured last in each step. How many updates each player makes is asked once, when
        the block begins; what they are does not compile again, except from one update each to any other numbers.
        `block.is_compiled()`: whether the numbers of now have been met before.
    """
    make = _calls_in_turn if mode == "stepwise" else _in_a_loop
    run, programs = make(players, metric_names, batch_size, mode != "graph")
    compiled = set()

    def asked():
        return [int(player.repeats()) for player in players]

    def block(first_step, count, *, seed, data):
        repeats = asked()
        rows = run(first_step, count, repeats, seed, data)
        compiled.update(programs(repeats))
        return rows

    block.is_compiled = lambda: compiled.issuperset(programs(asked()))
    return block


def _in_a_loop(players, metric_names, batch_size, compiled):
    """Make the block whose loop is a part of the compiled function.

    `tf.while_loop` over a counter with tensor bounds compiles once, for blocks of any length: in a compiled function a
    Python loop over `tf.range(start, stop)` would compile again for every pair of bounds.
    """

    @tf.function(jit_compile=compiled, autograph=False)
    def loop(first_step, count, repeats, once, seed, data):
        times = [1] * len(players) if once else tf.unstack(repeats)

        def take(done, rows):
            draws = Draws(data, seed, first_step + tf.cast(done, tf.int64))
            measured = play(players, draws, batch_size, times)
            row = tf.stack([measured[name] for name in metric_names])
            return done + 1, tf.tensor_scatter_nd_update(rows, [[done]], [row])

        rows = tf.fill([MAX_BLOCK, len(metric_names)], np.nan)
        return tf.while_loop(lambda done, _: done < count, take, (tf.constant(0), rows), parallel_iterations=1)[1]

    def run(first_step, count, repeats, seed, data):
        once = all(times == 1 for times in repeats)  # as usual: compiled without a loop around each player
        first_step, counted, repeats = tf.constant(first_step, tf.int64), tf.constant(count), tf.constant(repeats)
        return loop(first_step, counted, repeats, once, seed, data).numpy()[:count]

    return run, lambda repeats: {all(times == 1 for times in repeats)}


def _calls_in_turn(players, metric_names, batch_size, compiled):
    """Make the block that calls a compiled function for every update: XLA runs a loop's convolutions on one thread."""

    @tf.function(jit_compile=compiled, autograph=False)
    def update(step, turn, index, learn, seed, data):
        player, draws = players[index], Draws(data, seed, step, turn)
        return tf.stack(list(take_turn(players, player, draws, batch_size, learn).values()))

    def run(first_step, count, repeats, seed, data):
        measured = dict.fromkeys(metric_names, ())
        for step in tf.range(first_step, first_step + count, dtype=tf.int64):
            for index, (player, times) in enumerate(zip(players, repeats, strict=True)):
                for turn in range(max(times, 1)):
                    last = update(step, tf.constant(turn), index, times > 0, seed, data)
                for name, value in zip(player.metric_names, last.numpy(), strict=True):
                    measured[name] += (value,)
        return np.stack([measured[name] for name in metric_names], axis=1)

    return run, lambda repeats: {(index, times > 0) for index, times in enumerate(repeats)}
