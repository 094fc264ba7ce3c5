"""The one place that imports TensorFlow: quietly, and with memory growth on every GPU.

TensorFlow's C++ libraries write log lines to file descriptor 2 while they load, whatever the log level; in a notebook
they become a red block that looks like a failure. They are kept and shown only when the import fails.
"""

import contextlib
import gc
import os
import platform
import sys
import tempfile

import numpy

from ganlib import __version__
from ganlib.setup.backend import backend_problem, folder_problem


@contextlib.contextmanager
def quiet_stderr():
    """Send file descriptor 2 to a temporary file; write what was caught to the real one if the block raises."""
    sys.stderr.flush()
    with tempfile.TemporaryFile() as caught:
        real = os.dup(2)
        os.dup2(caught.fileno(), 2)
        try:
            yield
        except BaseException:
            os.dup2(real, 2)
            caught.seek(0)
            os.write(2, caught.read())
            raise
        finally:
            os.dup2(real, 2)
            os.close(real)


@contextlib.contextmanager
def no_garbage_collection():
    """Spare an import the search for garbage among its many new objects: a sixth of the time TensorFlow's takes."""
    wanted = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if wanted:
            gc.enable()


if _problem := backend_problem() or folder_problem():
    raise ValueError(_problem)
os.environ["KERAS_BACKEND"] = "tensorflow"  # or the file ~/.keras/keras.json would choose
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

with quiet_stderr(), no_garbage_collection():
    import keras
    import tensorflow as tf

    for _gpu in tf.config.list_physical_devices("GPU"):
        with contextlib.suppress(RuntimeError):  # the program that imports us has already used its GPUs
            tf.config.experimental.set_memory_growth(_gpu, True)
    tf.zeros(())  # the first operation starts the devices, which log once more

# In a graph, fusing a convolution with its bias fails beside a LeakyReLU, logs a red line and would gain nothing.
tf.config.optimizer.set_experimental_options({"remapping": False})
# TensorFlow counts the traces of a method over all objects, and warns at a fifth model as if it were a mistake.
tf.get_logger().addFilter(lambda record: "triggered tf.function retracing" not in record.getMessage())


def versions():
    """Return the versions of what computed something, as a dict of str to str."""
    modules = {"keras": keras, "tensorflow": tf, "numpy": numpy}
    found = {name: module.__version__ for name, module in modules.items()}
    return {"ganlib": __version__, **found, "python": platform.python_version()}


__all__ = ["keras", "quiet_stderr", "tf", "versions"]
