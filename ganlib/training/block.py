"""The compiled loop: many steps in one call, with the random numbers and the batches drawn on the device.

Every random number is a pure function of (seed, step, substep, stream): how the steps are cut into blocks, when a run
was interrupted and what else drew random numbers cannot change the outcome.
"""

from functools import partial

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
    """

    EXAMPLES = 0

    def __init__(self, data, seed, step):
        self._data = data
        self._seed = seed
        self.step = step

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
    """Put many steps into one compiled function, for one data set and one seed.

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
        `block(first_step, count, phase)`, see `bind_block`.
    """
    return bind_block(compile_block(iteration, columns, batch_size, mode), data, seed)


def bind_block(block, data, seed):
    """Give a compiled block its data and its seed; what is left is `block(first_step, count, phase)`."""
    return partial(block, seed=tf.constant(seed, tf.int64), data=data)


def compile_block(iteration, columns, batch_size, mode):
    """Put many steps into one compiled function, for any data of one shape and any seed.

    `tf.while_loop` over the step counter with tensor bounds compiles once, for blocks of any length: in a compiled
    function a Python loop over `tf.range(start, stop)` would compile anew for every pair of bounds.

    Parameters
    ----------
    iteration : callable
        `iteration(draws, batch_size, phase)` makes one step and returns float32 (columns,).
    columns : int
        How many numbers a step measures.
    batch_size : int
    mode : str
        "compiled" (XLA) or "graph".

    Returns
    -------
    callable
        `block(first_step, count, phase, seed, data)` with int64, int32, int32 and int64 scalar tensors and a tuple of
        tensors; float32 (MAX_BLOCK, columns), of which the first `count` rows were measured.
    """

    @tf.function(jit_compile=mode == "compiled", autograph=False)
    def block(first_step, count, phase, seed, data):
        def step(done, rows):
            draws = Draws(data, seed, first_step + tf.cast(done, tf.int64))
            return done + 1, rows.write(done, iteration(draws, batch_size, phase))

        rows = tf.TensorArray(tf.float32, size=MAX_BLOCK, element_shape=(columns,))
        _, rows = tf.while_loop(lambda done, _: done < count, step, (tf.constant(0), rows), parallel_iterations=1)
        return rows.stack()

    return block
