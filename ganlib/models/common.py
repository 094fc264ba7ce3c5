"""Small things that several families of models need: live values that stand in variables, and optimizers."""

import contextlib

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.training import LiveValue, number

MAX_RATE = 10.0


def short(value):
    """Return a float32 as the short decimal number that somebody typed; it reads back as the same float32."""
    return float(str(np.float32(value)))


def live_property(name, doc):
    """Make a property that reads and sets a live value: `model.name` for `model.live["name"]`."""
    return property(lambda self: self.live[name], lambda self, value: self.live.__setitem__(name, value), doc=doc)


def live_variable(check, variable, decode=short, encode=float):
    """Make the live value that a compiled step reads from a variable."""
    return LiveValue(check, lambda: decode(variable.numpy()), lambda value: variable.assign(encode(value)))


def live_rate(name, optimizer):
    """Make the live value of a learning rate; Adam's moments stay as they are.

    Parameters
    ----------
    name : str
    optimizer : callable
        Returns the optimizer: a model that is compiled anew has another one.
    """
    return LiveValue(
        number(name, 0, MAX_RATE),
        lambda: short(optimizer().learning_rate.numpy()),
        lambda value: optimizer().learning_rate.assign(value),
    )


def build_optimizer(name, optimizer, network, taken=None):
    """Return an optimizer that is built for one network, with a rate that can be set.

    Parameters
    ----------
    name : str
        What an error message calls it.
    optimizer : keras.optimizers.Optimizer or str
        As Keras takes it.
    network : keras.Model
        Built.
    taken : keras.optimizers.Optimizer or None
        The optimizer that another network gets, which this one must not be.

    Raises
    ------
    ValueError
        It is no optimizer, is taken, was used for other weights, or its learning rate is no number from 0 to 10.
    """
    try:
        optimizer = keras.optimizers.get(optimizer)
    except (ValueError, TypeError) as error:
        raise ValueError(f"{name} must be an optimizer of Keras, or the name of one, not {optimizer!r}.") from error
    if optimizer is taken:
        raise ValueError("Give each network an optimizer of its own: one object cannot keep the moments of both.")
    if isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        raise ValueError(f"Give {name} a number as its learning rate; changes over time go into train(schedule=...).")
    number(f"The learning rate of {name}", 0, MAX_RATE)(short(optimizer.learning_rate.numpy()))
    weights = network.trainable_variables
    if optimizer.built and not set(map(id, weights)) <= set(map(id, optimizer._trainable_variables)):
        raise ValueError(f"{name} has been used for other weights, whose moments it keeps: give a new optimizer.")
    optimizer.build(weights)
    return optimizer


def apply_if(moves, optimizer, gradients, weights):
    """Let an optimizer move these weights, and nothing else, if `moves`; its own state stands still too if not.

    Every number that the optimizer would write is replaced by one that changes nothing. A condition around it would do
    the same, but XLA would then end all gradients before it moves the first weight, instead of moving each layer while
    its gradient is in the cache: about a sixth of a step of the dense GAN.

    Parameters
    ----------
    moves : tf.Tensor
        bool scalar.
    optimizer : keras.optimizers.Optimizer
        Built for the weights.
    gradients : list of tf.Tensor
    weights : list of keras.Variable
        May be empty: all are frozen.
    """
    if not weights:
        return
    if _writes_past_its_methods(optimizer, weights):
        _run_if(moves, lambda: optimizer.apply(gradients, weights))
        return
    before = tf.identity(optimizer.iterations.value)
    with _writing_only_if(moves, optimizer):
        optimizer.apply(gradients, weights)
    optimizer.iterations.assign(tf.where(moves, before + 1, before))


def _writes_past_its_methods(optimizer, weights):
    """Tell whether Keras changes variables otherwise than by the optimizer's `assign`, `assign_add`, `assign_sub`."""
    return bool(
        optimizer.weight_decay
        or optimizer.use_ema
        or optimizer.gradient_accumulation_steps
        or any(weight.constraint for weight in weights)
    )


@contextlib.contextmanager
def _writing_only_if(moves, optimizer):
    """Let what the optimizer writes while a step is traced take effect only if `moves`."""
    assign, assign_add, assign_sub = optimizer.assign, optimizer.assign_add, optimizer.assign_sub
    optimizer.assign = lambda variable, value: assign(variable, tf.where(moves, value, variable))
    optimizer.assign_add = lambda variable, value: assign_add(variable, tf.where(moves, value, 0.0))
    optimizer.assign_sub = lambda variable, value: assign_sub(variable, tf.where(moves, value, 0.0))
    try:
        yield
    finally:
        del optimizer.assign, optimizer.assign_add, optimizer.assign_sub  # the methods of its class come back


def _run_if(condition, action):
    """Run `action()` if a condition holds: a loop of one turn or none.

    Not `tf.cond`, since XLA turns a condition around an optimizer into a choice between old and new weights, which
    copies all of them at every step.
    """

    def run(turn):
        action()
        return (turn + 1,)

    tf.while_loop(lambda turn: turn < tf.cast(condition, tf.int32), run, (tf.constant(0),))


@contextlib.contextmanager
def kept(variables, unless=False):
    """Put variables back to what they are now when the block ends, unless a bool tensor says that they may move."""
    before = [tf.identity(variable.value) for variable in variables]
    yield
    for variable, value in zip(variables, before, strict=True):
        variable.assign(tf.where(unless, variable.value, value))
