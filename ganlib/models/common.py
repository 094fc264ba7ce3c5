"""Small things that several families of models need: live values that stand in variables, and optimizers."""

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.arguments import Number
from ganlib.training import LiveValue
from ganlib.wording import write

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
        Returns the optimizer: a model that is compiled again has another one.
    """
    return LiveValue(
        Number(name, 0, MAX_RATE),
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
        raise ValueError(
            f"{name} must be an optimizer of Keras, or the name of one, not {write(optimizer)}."
        ) from error
    if optimizer is taken:
        raise ValueError("Give each network an optimizer of its own: one object cannot keep the moments of both.")
    if isinstance(optimizer._learning_rate, keras.optimizers.schedules.LearningRateSchedule):
        raise ValueError(f"Give {name} a number as its learning rate; changes over time go into train(schedule=...).")
    Number(f"The learning rate of {name}", 0, MAX_RATE)(short(optimizer.learning_rate.numpy()))
    weights = network.trainable_variables
    if optimizer.built and not set(map(id, weights)) <= set(map(id, optimizer._trainable_variables)):
        raise ValueError(f"{name} has been used for other weights, whose moments it keeps: give a new optimizer.")
    optimizer.build(weights)
    return optimizer


def copy_of(network, name):
    """Return another network with the same layers and weights, for an average; ValueError if it cannot be copied."""
    try:
        copy = keras.models.clone_model(network)
    except Exception as error:  # code of one's own makes Keras raise a dozen kinds of error, all of one meaning
        raise ValueError(
            f"ema_decay keeps a second {name}, and this one cannot be copied, because of code of your own: "
            f"register its layers and functions with keras.saving.register_keras_serializable, or leave ema_decay out."
        ) from error
    copy.set_weights(network.get_weights())
    return copy


def follow(average, network, decay, updates):
    """Let an average of weights follow; a young one forgets faster, or it would remember the first weights.

    Parameters
    ----------
    average, network : keras.Model
    decay : float
        Share of the average that each update keeps, below 1.
    updates : tf.Tensor
        How many updates the network has had.
    """
    updates = tf.cast(updates, tf.float32)
    decay = tf.minimum(decay, (1 + updates) / (10 + updates))
    for kept, weight in zip(average.weights, network.weights, strict=True):
        kept.assign_add((1 - decay) * (weight - kept))


class _NoteRates(keras.callbacks.Callback):
    """Note the generator's rate before all other callbacks of `fit` have their turn."""

    before = None

    def on_epoch_begin(self, epoch, logs=None):
        self.before = self.model.live.read("g_learning_rate")

    on_epoch_end = on_train_batch_begin = on_train_batch_end = on_epoch_begin


class _ScaleRates(keras.callbacks.Callback):
    """Change the discriminator's rate, after all other callbacks, by the factor by which the generator's changed."""

    def __init__(self, noted):
        super().__init__()
        self._noted = noted

    def on_epoch_begin(self, epoch, logs=None):
        before, now, live = self._noted.before, self.model.live.read("g_learning_rate"), self.model.live
        if before and now != before:
            live["d_learning_rate"] = min(live.read("d_learning_rate") * now / before, MAX_RATE)

    on_epoch_end = on_train_batch_begin = on_train_batch_end = on_epoch_begin


def both_rates():
    """Return two callbacks, the first and the last of `fit`: what the others do to one rate, they do to both."""
    noted = _NoteRates()
    return noted, _ScaleRates(noted)
