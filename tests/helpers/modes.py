"""How steps run in a test: as usual compiled with XLA, as a plain graph, or without any graph.

The tiny GAN takes some 2 s of processor time to trace as a graph, and 0.2 s per step without one.
"""

import contextlib


@contextlib.contextmanager
def plain_graph():
    """Run steps as a plain graph."""
    from ganlib.training import use_xla  # not before it is needed: it imports TensorFlow

    use_xla(False)
    try:
        yield
    finally:
        use_xla(True)


@contextlib.contextmanager
def no_graph():
    """Run steps as they are written, operation by operation."""
    from ganlib._tensorflow import tf

    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)
