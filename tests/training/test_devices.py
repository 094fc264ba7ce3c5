"""Which device there is, and how to compile for it."""

from types import SimpleNamespace

import keras
import pytest

from ganlib import builders
from ganlib.training import devices

layers = keras.layers
CPU = SimpleNamespace(device_type="CPU", name="/physical_device:CPU:0")
GPU = SimpleNamespace(device_type="GPU", name="/physical_device:GPU:0")


def network(*parts):
    return keras.Sequential([keras.Input((8, 8, 1)), *parts])


class Residual(layers.Layer):
    """A layer of somebody's own that holds other layers."""

    def __init__(self):
        super().__init__()
        self.inner = [layers.Conv2D(1, 3, padding="same")]

    def call(self, inputs):
        return inputs + self.inner[0](inputs)


def functional():
    inputs = keras.Input((8, 8, 1))
    return keras.Model(inputs, layers.Flatten()(layers.Conv2D(2, 3)(inputs)))


CONVOLUTIONAL = {
    "Conv2D": lambda: network(layers.Conv2D(2, 3)),
    "Conv2DTranspose": lambda: network(layers.Conv2DTranspose(2, 3)),
    "SeparableConv2D": lambda: network(layers.SeparableConv2D(2, 3)),
    "DepthwiseConv2D": lambda: network(layers.DepthwiseConv2D(3)),
    "Conv1D": lambda: network(layers.Reshape((8, 8)), layers.Conv1D(2, 3)),
    "Conv1DTranspose": lambda: network(layers.Reshape((8, 8)), layers.Conv1DTranspose(2, 3)),
    "functional": functional,
    "nested": lambda: network(network(network(layers.Conv2D(2, 3))), layers.Flatten()),
    "in a wrapper": lambda: network(layers.TimeDistributed(layers.Conv1D(1, 3))),
    "in a layer of one's own": lambda: network(Residual()),
}


@pytest.fixture(autouse=True)
def mode():
    """Leave the choice of the mode, which is tested here, to what is usual."""


def test_dense_networks_are_compiled_on_a_cpu():
    pair = [builders.build_generator(), builders.build_discriminator()]
    assert devices.compile_mode(pair, [CPU]) == "compiled"


@pytest.mark.parametrize("kind", CONVOLUTIONAL)
def test_convolutional_networks_are_compiled_step_by_step_on_a_cpu(kind):
    convolutional, dense = CONVOLUTIONAL[kind](), network(layers.Flatten(), layers.Dense(2))
    assert devices.compile_mode([convolutional], [CPU]) == "stepwise"
    assert devices.compile_mode([dense, convolutional], [CPU]) == "stepwise", "one of a pair is enough"


def test_nothing_is_compiled_where_xla_is_not_wanted():
    dense = [builders.build_discriminator()]
    devices.use_xla(False)
    assert devices.compile_mode(dense, [CPU]) == devices.compile_mode(dense, [CPU, GPU]) == "graph"
    devices.use_xla(True)
    assert devices.compile_mode(dense, [CPU]) == "compiled"


@pytest.mark.parametrize("build", [builders.build_conv_generator, builders.build_discriminator])
def test_everything_is_compiled_where_there_is_a_gpu(build):
    assert devices.compile_mode([build()], [CPU, GPU]) == "compiled"


def test_the_devices_that_tensorflow_reports_are_the_usual_ones(monkeypatch):
    monkeypatch.setattr(devices.tf.config, "list_physical_devices", lambda *_: [CPU, GPU])
    assert devices.has_gpu()
    assert devices.compile_mode([builders.build_conv_generator()]) == "compiled"
    monkeypatch.setattr(devices.tf.config, "list_physical_devices", lambda *_: [CPU])
    assert not devices.has_gpu()
    assert devices.compile_mode([builders.build_conv_generator()]) == "stepwise"


def test_a_gpu_is_called_by_its_name(monkeypatch):
    details = {"device_name": "NVIDIA T4"}
    monkeypatch.setattr(devices.tf.config.experimental, "get_device_details", lambda device: details)
    assert devices.describe_device([CPU, GPU]) == "GPU NVIDIA T4"
    details.clear()
    assert devices.describe_device([CPU, GPU]) == "GPU /physical_device:GPU:0"


def test_a_cpu_is_called_by_its_cores(monkeypatch):
    monkeypatch.setattr(devices.os, "cpu_count", lambda: 6)
    assert devices.describe_device([CPU]) == "CPU, 6 cores"
    monkeypatch.setattr(devices.os, "cpu_count", lambda: 1)
    assert devices.describe_device([CPU]) == "CPU, 1 core"
