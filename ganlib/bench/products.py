"""The floor of a step: its matrix products and Adam's updates, counted, and computed with nothing beside them."""

from typing import NamedTuple

import numpy as np

from ganlib._tensorflow import keras, tf


class Product(NamedTuple):
    """One matrix product, or the convolution in its place, that a step has to make.

    Attributes
    ----------
    layer : keras.layers.Layer
        A built Dense, Conv2D or Conv2DTranspose.
    direction : str
        "forward"; "to_weights", the gradient of the kernel; "to_inputs", the gradient of what came in.
    examples : int
        Size of the batch.
    """

    layer: keras.layers.Layer
    direction: str
    examples: int

    @property
    def flops(self):
        """Floating-point operations: a multiplication and an addition for each weight, place and example.

        Every direction takes as much. A convolution uses its kernel once at every output pixel, a transposed one at
        every input pixel; products with the padding are counted.
        """
        places = {
            keras.layers.Dense: (),
            keras.layers.Conv2D: self.layer.output.shape[1:3],
            keras.layers.Conv2DTranspose: self.layer.input.shape[1:3],
        }[type(self.layer)]
        return 2 * self.examples * int(np.prod(self.layer.kernel.shape)) * int(np.prod(places))


def products_of_step(generator, discriminator, batch_size):
    """List the matrix products that one step of the GAN cannot do without.

    The discriminator's phase: fakes from half a batch, the discriminator forward on both halves and back to its
    weights. The generator's phase: a whole batch forward through both networks, back through the discriminator without
    its weights, and back to the generator's weights. The gradient of the latent vectors is never needed, that of the
    pictures only in the generator's phase.

    Parameters
    ----------
    generator, discriminator : keras.Model
        Built networks; layers without a kernel are left out.
    batch_size : int

    Returns
    -------
    list of Product
    """
    half = batch_size // 2
    return [
        *_products(generator, half, ["forward"]),
        *_products(discriminator, 2 * half, ["forward", "to_weights"]),
        *_products(discriminator, 2 * half, ["to_inputs"])[1:],
        *_products(generator, batch_size, ["forward", "to_weights"]),
        *_products(generator, batch_size, ["to_inputs"])[1:],
        *_products(discriminator, batch_size, ["forward", "to_inputs"]),
    ]


def _products(network, examples, directions):
    layers = [layer for layer in network.layers if hasattr(layer, "kernel")]
    return [Product(layer, direction, examples) for direction in directions for layer in layers]


def operation(product):
    """Return a function of a scale that computes a product of scaled random numbers and the layer's own kernel.

    For "to_weights", where no kernel is read, the other factor is random too. Called in a `tf.function`, it gives the
    layer's outputs, or a gradient in the shape of its kernel or its inputs.
    """
    layer, direction, examples = product
    incoming, outgoing = (tf.random.normal((examples, *end.shape[1:])) for end in (layer.input, layer.output))
    if isinstance(layer, keras.layers.Dense):
        return {
            "forward": lambda scale: tf.matmul(scale * incoming, layer.kernel),
            "to_weights": lambda scale: tf.matmul(scale * incoming, outgoing, transpose_a=True),
            "to_inputs": lambda scale: tf.matmul(scale * outgoing, layer.kernel, transpose_b=True),
        }[direction]
    return _convolution(layer, direction, incoming, outgoing)


def _convolution(layer, direction, incoming, outgoing):
    """Return the operation of a convolution; a transposed one is the same with its two ends swapped."""
    transposed = isinstance(layer, keras.layers.Conv2DTranspose)
    large, small = (outgoing, incoming) if transposed else (incoming, outgoing)
    how = {"strides": [1, *layer.strides, 1], "padding": layer.padding.upper()}
    if direction == "to_weights":
        shape = layer.kernel.shape
        backprop = tf.raw_ops.Conv2DBackpropFilter
        return lambda scale: backprop(input=large, filter_sizes=shape, out_backprop=scale * small, **how)
    if (direction == "forward") != transposed:
        return lambda scale: tf.nn.conv2d(scale * large, layer.kernel, **how)
    return lambda scale: tf.nn.conv2d_transpose(scale * small, layer.kernel, large.shape, **how)


def floor_step(products, compiled):
    """Return a function that computes the products, and nothing else, in one call."""
    operations = [operation(product) for product in products]

    @tf.function(jit_compile=compiled, autograph=False)
    def compute():
        # Reading each result once keeps the compiler from leaving it out; returning them all would take new memory.
        return tf.stack([tf.reduce_max(compute_one(1.0)) for compute_one in operations])

    return lambda: compute().numpy()


def floor_loop(products):
    """Return a function `compute(steps)` that computes the products that many times in one compiled call.

    It is the lowest floor for dense networks, as each result is carried on and only the last is read. The input is a
    different number in every turn, or the compiler would compute it once.
    """
    operations = [operation(product) for product in products]

    @tf.function(jit_compile=True, autograph=False)
    def compute(steps):
        def once(done, *_):
            scale = 1.0 + tf.cast(done, tf.float32)
            return done + 1, *(compute_one(scale) for compute_one in operations)

        results = tf.while_loop(lambda done, *_: done < steps, once, once(tf.constant(0)), parallel_iterations=1)[1:]
        return tf.stack([tf.reduce_max(result) for result in results])

    return lambda steps: compute(tf.constant(steps)).numpy()


def adam_loop(networks):
    """Return a function `compute(steps)` that only updates networks by Adam, that many times in one compiled call.

    It has little to compute, but every weight, its gradient and its two moments have to be read, and three of the four
    written: what an optimizer costs beside the matrix products.
    """
    parts = []
    for network in networks:
        adam, weights = usual_adam(), network.trainable_variables
        adam.build(weights)
        parts.append((adam, [tf.random.normal(weight.shape) for weight in weights], weights))

    @tf.function(jit_compile=True, autograph=False)
    def compute(steps):
        def once(done):
            scale = 1.0 / tf.cast(1 + done, tf.float32)  # a different one in every turn, or it would be computed once
            for adam, gradients, weights in parts:
                adam.apply([scale * gradient for gradient in gradients], weights)
            return [done + 1]

        return tf.while_loop(lambda done: done < steps, once, [tf.constant(0)], parallel_iterations=1)[0]

    return lambda steps: compute(tf.constant(steps)).numpy()


def usual_adam():
    """Return a new optimizer of the kind that the engine gives both networks."""
    return keras.optimizers.Adam(2e-4, beta_1=0.5)
