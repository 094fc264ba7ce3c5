"""ONNX files: ONNX Runtime says what Keras says, for every network of the kit and any batch size."""

import networks
import numpy as np
import onnxruntime
import pytest

from ganlib._tensorflow import keras
from ganlib.export import ExportError, to_onnx
from ganlib.export.source import outputs_of, probes


def session_of(path):
    return onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])


@pytest.mark.parametrize("name", sorted(networks.NETWORKS.keys() - {"decoder_of_logits", "plane_generator"}))
def test_onnx_runtime_says_what_keras_says(name, tmp_path):
    network = networks.build(name)
    session = session_of(to_onnx(network, tmp_path / "network.onnx"))
    names = [given.name for given in session.get_inputs()]
    for batch in (1, 3, 70):
        inputs = [array[:batch] for array in probes(network)]
        found = session.run(None, dict(zip(names, inputs, strict=True)))
        for a, b in zip(found, outputs_of(network, inputs), strict=True):
            assert np.abs(a - b).max() <= 1e-5 * max(1, np.abs(b).max())


def test_inputs_and_outputs_have_names_and_the_batch_size_is_free(gan, tmp_path):
    session = session_of(to_onnx(gan, tmp_path / "g.onnx"))
    (output,), (given,) = session.get_outputs(), session.get_inputs()
    assert (output.name, output.shape) == ("output", ["n", 8, 8, 1])
    assert given.shape == ["n", 4]
    encoder = session_of(to_onnx(networks.build("variational_encoder"), tmp_path / "e.onnx"))
    assert [output.name for output in encoder.get_outputs()] == ["output_0", "output_1"]
    assert encoder.get_inputs()[0].name == "picture"


def test_a_layer_without_a_counterpart_is_one_sentence(tmp_path, capfd):
    class Odd(keras.layers.Layer):
        def call(self, x):
            import tensorflow as tf

            return tf.numpy_function(lambda a: a, [x], tf.float32)

        def compute_output_shape(self, shape):
            return shape

    network = keras.Sequential([keras.Input((3,)), Odd()])
    with pytest.raises(ExportError, match="ONNX"):
        to_onnx(network, tmp_path / "odd.onnx")
    assert list(tmp_path.iterdir()) == []


def test_an_input_that_is_called_as_the_file_calls_its_output_is_refused(tmp_path):
    given = keras.Input((3,), name="output")
    with pytest.raises(ExportError, match="has an input called 'output'"):
        to_onnx(keras.Model(given, keras.layers.Dense(2)(given)), tmp_path / "network.onnx")
