"""What TensorFlow can use here, and how to compile for it."""

import os

from ganlib._tensorflow import tf

_xla = True


def use_xla(wanted):
    """Say whether what is trained from now on in this process may be compiled with XLA, as it usually is.

    Compiling the two networks of the GAN takes 4 s on two cores, more than a plain graph loses in 500 steps.
    """
    global _xla
    _xla = bool(wanted)


def has_gpu(devices=None):
    """Tell whether there is a GPU among `devices` (by default what TensorFlow reports)."""
    devices = tf.config.list_physical_devices() if devices is None else devices
    return any(device.device_type == "GPU" for device in devices)


def describe_device(devices=None):
    """Name the device that will do the work, for people: "GPU NVIDIA T4" or "CPU, 2 cores"."""
    devices = tf.config.list_physical_devices() if devices is None else devices
    for device in devices:
        if device.device_type == "GPU":
            details = tf.config.experimental.get_device_details(device)
            return f"GPU {details.get('device_name', device.name)}"
    cores = os.cpu_count()
    return f"CPU, {cores} core{'s' * (cores != 1)}"


def compile_mode(networks, devices=None):
    """Choose how to run a block of steps.

    Measured on a CPU: inside an XLA-compiled loop a dense step takes half as long as in a plain graph. A convolutional
    one takes longer there, since XLA runs the convolutions of a loop on one thread; with a compiled call for every
    update it takes half as long as in a graph. On a GPU both gain from XLA.

    Parameters
    ----------
    networks : iterable of keras.Model
        The networks that are trained.
    devices : list or None
        Objects with a `device_type`, as `tf.config.list_physical_devices()` gives them (the default).

    Returns
    -------
    str
        "compiled", "stepwise" or, after `use_xla(False)`, "graph": see `ganlib.training.block.compile_block`.
    """
    if not _xla:
        return "graph"
    if has_gpu(devices):
        return "compiled"
    # A kernel that slides has axes for its places beside those for its channels, in whatever layer it is hidden.
    convolutional = any(len(weight.shape) >= 3 for network in networks for weight in network.weights)
    return "stepwise" if convolutional else "compiled"
