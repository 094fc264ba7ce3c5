"""What the families check of a network before they train it: its shapes, its precision, and the range it ends in.

The range is looked for wherever it hides, since a network with the wrong one trains for hours without complaint.
"""

import numpy as np

from ganlib._tensorflow import keras
from ganlib.wording import by

FORM = "build it as keras.Sequential or keras.Model(inputs, outputs), beginning with a keras.Input"
# What leaves the numbers of the layer before it in their range.
PASSING = ("Reshape", "Flatten", "Dropout", "Identity", "Permute", "InputLayer", "ActivityRegularization")
NEVER_NEGATIVE = ("sigmoid", "hard_sigmoid", "sparse_sigmoid", "softmax", "relu", "relu6", "softplus", "exponential")
PROBES = 64


def check_network(name, network):
    """Raise a ValueError unless a network is a built Keras model of known shapes that computes in float32."""
    if not isinstance(network, keras.Model) or not network.built or not getattr(network, "inputs", None):
        raise ValueError(f"The {name} must be a Keras model whose shapes are known: {FORM}.")
    for layer in network._flatten_layers():
        if layer.compute_dtype not in ("float32", None) or layer.variable_dtype not in ("float32", None):
            raise ValueError(
                f"The {name}'s layer {layer.name} computes in {layer.compute_dtype}, and models are trained in float32 "
                f"here: call keras.config.set_dtype_policy('float32') and build the network again."
            )


def check_logits(name, network):
    """Raise a ValueError if a network that must give logits can give no number below 0."""
    if never_negative(network):
        raise ValueError(
            f"The {name} must give logits, not probabilities: leave out the sigmoid at its end, or whatever keeps its "
            f"numbers from falling below 0: the losses apply the sigmoid themselves."
        )


def check_picture_range(name, network):
    """Raise a ValueError if a network that must give pictures in [-1, 1] can give no number below 0."""
    if never_negative(network):
        raise ValueError(
            f"The {name} must give numbers from -1 (black) to 1 (white), and this one gives none below 0, so that "
            f"nothing would be darker than grey: end it in tanh."
        )


def never_negative(network):
    """Tell whether no number that a network gives can lie below 0: for a sigmoid at its end, wherever it hides.

    The last activation says it where it is one of Keras's own. Code that cannot be looked into (a Lambda, a layer or a
    function of somebody's own) is tried out with inputs of all sizes instead.
    """
    activation = last_activation(network)
    if activation is not None:
        return activation in NEVER_NEGATIVE
    rng = np.random.default_rng(0)
    for scale in (1, 30, 1000):
        inputs = [scale * rng.standard_normal((PROBES, *i.shape[1:])).astype(np.float32) for i in network.inputs]
        given = np.asarray(network(inputs if len(inputs) > 1 else inputs[0], training=False))
        if not (np.isfinite(given).all() and given.min() >= 0 and np.ptp(given) > 0):
            return False
    return True


def last_activation(network):
    """Return the name of the activation that a network ends in, "linear" if none; None if it cannot be told."""
    layer = last_layer(network)
    while isinstance(layer, keras.layers.Wrapper):
        layer = layer.layer
    name = type(layer).__name__
    if type(layer).__module__.split(".")[0] != "keras" or name == "Lambda":
        return None
    if not hasattr(layer, "activation"):
        return name.lower()  # a layer or an operation that is itself the activation, such as Softmax, ReLU, Tanh
    known = getattr(keras.activations, getattr(layer.activation, "__name__", ""), None)
    return layer.activation.__name__ if known is layer.activation else None


def last_layer(network):
    """Return the layer, or the operation, that gives a network's output its range, looking into networks inside."""
    if isinstance(network, keras.Sequential):
        layers = network.layers
        passing = [layer for layer in layers if type(layer).__name__ not in PASSING]
        last = passing[-1] if passing else network
    else:
        last = network.outputs[0]._keras_history.operation
        while type(last).__name__ in PASSING and last.input is not None:
            before = last.input._keras_history.operation
            if before is last:
                break
            last = before
    return last_layer(last) if isinstance(last, keras.Model) and last is not network else last


def regularisation(network):
    """Return what regularisers and `add_loss` of a network add to the loss: the terms of its last call, a scalar."""
    return sum(network.losses, 0.0)


def normalises_batches(network):
    """Tell whether what a network says of one picture depends on the others of its batch, by batch normalisation."""
    return any(isinstance(layer, keras.layers.BatchNormalization) for layer in network._flatten_layers())


def check_pair(generator, discriminator):
    """Return the latent dimension of a generator whose pictures the discriminator takes; ValueError if they differ."""
    check_network("generator", generator)
    check_network("discriminator", discriminator)
    if len(generator.inputs) != 1 or len(discriminator.inputs) != 1:
        raise ValueError(
            "The generator must take latent vectors (n, latent_dim) and nothing else, the discriminator pictures and "
            "nothing else: one input each."
        )
    return check_fit(generator, discriminator)


def check_fit(generator, discriminator):
    """Return the latent dimension of two networks whose first inputs are latent vectors and pictures.

    ValueError if what one makes is not what the other takes, or if one of them ends in the wrong range.
    """
    latent, made = tuple(generator.inputs[0].shape[1:]), tuple(generator.output_shape[1:])
    taken, judged = tuple(discriminator.inputs[0].shape[1:]), tuple(discriminator.output_shape[1:])
    if len(latent) != 1 or not isinstance(latent[0], int):
        raise ValueError(f"The generator must take latent vectors (n, latent_dim), not {(None, *latent)}.")
    if made != taken:
        raise ValueError(f"The generator makes pictures {by(made)}, but the discriminator takes {by(taken)}.")
    if judged != (1,):
        raise ValueError(f"The discriminator must give one logit per picture, (n, 1), not {(None, *judged)}.")
    if generator is discriminator:
        raise ValueError("The generator and the discriminator must be two networks, not one.")
    check_picture_range("generator", generator)
    check_logits("discriminator", discriminator)
    return latent[0]
