"""What stands in the way of importing TensorFlow for the kit, in a sentence; nothing is imported to find out."""

import os
import sys
import tempfile


def backend_problem():
    """Say in one sentence how to make Keras compute with TensorFlow, or return None if it does; imports nothing.

    Keras reads KERAS_BACKEND when it is imported, and cannot be changed afterwards.
    """
    keras = sys.modules.get("keras")
    used = keras.config.backend() if hasattr(keras, "config") else None
    if used is not None and used != "tensorflow":
        return (
            f"ganlib trains with TensorFlow, and Keras was imported here with the backend {used}: restart Python (or "
            "the kernel) and import ganlib first, with KERAS_BACKEND not set."
        )
    wanted = os.environ.get("KERAS_BACKEND") or "tensorflow"
    if used is None and wanted != "tensorflow":
        return (
            f"ganlib trains with TensorFlow, and the environment variable KERAS_BACKEND says {wanted}: remove it or "
            "set it to tensorflow, then start Python (or the kernel) again."
        )
    return None


def folder_problem():
    """Say in one sentence that there is no temporary folder, which importing TensorFlow needs, or return None."""
    try:
        tempfile.gettempdir()
    except OSError:
        return (
            "TensorFlow needs a folder for temporary files, and there is none to write in: set the environment "
            "variable TMPDIR to one, then start Python (or the kernel) again."
        )
    return None
