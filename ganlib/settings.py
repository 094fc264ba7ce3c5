"""How Keras and TensorFlow must be set for the kit, and the sentence that names a wrong setting.

Both have settings that hold for a whole process. The networks of the kit are built and compiled for the usual ones.
"""

from ganlib._tensorflow import keras, tf


def settings_problem():
    """Say in one sentence which setting of Keras or TensorFlow is in the way of training, or return None."""
    if not tf.executing_eagerly():
        return (
            "TensorFlow is set to build graphs as version 1 did: restart Python (or the kernel), and call neither "
            "tf.compat.v1.disable_eager_execution nor disable_v2_behavior."
        )
    if hasattr(tf.Tensor, "astype"):
        return (
            "TensorFlow is set to behave like NumPy: restart Python (or the kernel), and do not call "
            "tf.experimental.numpy.experimental_enable_numpy_behavior."
        )
    if _refuses_nan(tf):
        return (
            "TensorFlow is set to stop at every NaN, and training marks with NaN what it has not measured: call "
            "tf.debugging.disable_check_numerics() first; training stops by itself when it diverges."
        )
    return _number_problem(keras) or _picture_problem(keras)


def _refuses_nan(tf):
    try:
        tf.where([True], float("nan"), 0.0)  # as a step does; not every operation is searched
    except tf.errors.InvalidArgumentError:
        return True
    return False


def _number_problem(keras):
    policy, floats = keras.config.dtype_policy().name, keras.config.floatx()
    if policy == floats == "float32":
        return None
    return (
        f"ganlib trains in float32, and Keras is set to {floats if policy == 'float32' else policy}: call "
        "keras.config.set_floatx('float32') and keras.config.set_dtype_policy('float32') first."
    )


def _picture_problem(keras):
    if keras.config.image_data_format() == "channels_last":
        return None
    return (
        "ganlib's pictures have their channels last, and Keras is set to channels_first: call "
        "keras.config.set_image_data_format('channels_last') first."
    )


def check_settings():
    """Raise ValueError, with the way out, if a setting of Keras or TensorFlow is in the way of training."""
    if problem := settings_problem():
        raise ValueError(problem)
