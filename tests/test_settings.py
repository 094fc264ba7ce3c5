"""Other settings of Keras and TensorFlow: each works, or one sentence says what to set."""

import json
import os
import subprocess
import sys

import pytest

from ganlib import GAN, settings
from ganlib._tensorflow import keras, tf
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.boltzmann import RestrictedBoltzmannMachine
from ganlib.models.plane import PlaneGAN
from ganlib.models.variational import VariationalAutoencoder
from ganlib.setup import backend

USE = "from ganlib import GAN; print(GAN(seed=0).generate(1).dtype)"
FAMILIES = {
    "dense": GAN,
    "conv": lambda: GAN("conv"),
    "autoencoder": lambda: Autoencoder(8),
    "variational": lambda: VariationalAutoencoder(8),
    "boltzmann": lambda: RestrictedBoltzmannMachine(8),
    "plane": PlaneGAN,
}


def last_words(code, **variables):
    """Run code in a Python of its own; return its exit code and the last line that it says."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("KERAS_")}
    done = subprocess.run([sys.executable, "-c", code], env=environment | variables, capture_output=True, text=True)
    return done.returncode, (done.stdout + done.stderr).strip().splitlines()[-1]


# --- the backend ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("backend", ["jax", "torch", "numpy", "openvino", "tensorflo"])
def test_another_backend_is_one_sentence_with_the_way_out(backend):
    code, words = last_words(USE, KERAS_BACKEND=backend)
    assert code == 1
    assert words.startswith(
        f"ValueError: ganlib trains with TensorFlow, and the environment variable KERAS_BACKEND says {backend}: "
    )
    assert "set it to tensorflow" in words


@pytest.mark.parametrize("variables", [{}, {"KERAS_BACKEND": ""}, {"KERAS_BACKEND": "tensorflow"}])
def test_a_file_that_chooses_another_backend_is_no_obstacle(tmp_path, variables):
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "jax"}), encoding="utf-8")
    assert last_words(USE, KERAS_HOME=str(tmp_path), **variables) == (0, "float32")


def test_a_keras_that_was_imported_with_another_backend_is_told(monkeypatch):
    monkeypatch.setattr(keras.config, "backend", lambda: "jax")
    assert "Keras was imported here with the backend jax: restart Python" in backend.backend_problem()


def test_a_variable_that_comes_too_late_to_matter_is_no_problem(monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    assert backend.backend_problem() is None


# --- numbers and pictures -------------------------------------------------------------------------------------------


@pytest.fixture
def usual():
    """Put the settings of Keras and TensorFlow back."""
    yield
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    keras.config.set_image_data_format("channels_last")
    tf.config.run_functions_eagerly(False)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ["float16", "bfloat16", "float64"])
def test_other_floats_are_one_sentence(usual, family, name):
    keras.config.set_floatx(name)
    with pytest.raises(ValueError, match=rf"^ganlib trains in float32, and Keras is set to {name}: call .*first\.$"):
        FAMILIES[family]()


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("name", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_another_precision_is_one_sentence(usual, family, name):
    keras.config.set_dtype_policy(name)
    with pytest.raises(ValueError, match=rf"^ganlib trains in float32, and Keras is set to {name}: call .*first\.$"):
        FAMILIES[family]()


@pytest.mark.parametrize("family", FAMILIES)
def test_channels_that_come_first_are_one_sentence(usual, family):
    keras.config.set_image_data_format("channels_first")
    with pytest.raises(ValueError, match=r"^ganlib's pictures have their channels last, .*channels_last"):
        FAMILIES[family]()


def test_what_the_sentence_says_helps(usual):
    keras.config.set_floatx("float64")
    keras.config.set_dtype_policy("mixed_float16")
    assert settings.settings_problem()
    keras.config.set_floatx("float32")
    keras.config.set_dtype_policy("float32")
    assert settings.settings_problem() is None


def test_functions_that_run_eagerly_train_the_same_model_only_slowly(usual):
    tf.config.run_functions_eagerly(True)
    assert len(PlaneGAN(seed=0).train(3, verbose=0)["step"]) == 3


@pytest.mark.parametrize("switch", ["disable_eager_execution", "disable_v2_behavior"])
def test_version_1_of_tensorflow_is_one_sentence(switch):
    code, words = last_words(f"import tensorflow as tf; tf.compat.v1.{switch}(); {USE}")
    assert code == 1
    assert words.startswith("ValueError: TensorFlow is set to build graphs as version 1 did: restart Python")


def test_tensorflow_that_behaves_like_numpy_is_one_sentence():
    code, words = last_words(
        f"import tensorflow as tf; tf.experimental.numpy.experimental_enable_numpy_behavior(); {USE}"
    )
    assert code == 1
    assert words.startswith("ValueError: TensorFlow is set to behave like NumPy: restart Python")


def test_a_search_for_nan_is_one_sentence_and_can_be_ended():
    tf.debugging.enable_check_numerics()
    try:
        with pytest.raises(ValueError, match=r"^TensorFlow is set to stop at every NaN.*disable_check_numerics\(\)"):
            PlaneGAN()
    finally:
        tf.debugging.disable_check_numerics()
    assert settings.settings_problem() is None


def test_no_place_for_temporary_files_is_one_sentence():
    gone = (
        "import tempfile; tempfile._get_default_tempdir = lambda: (_ for _ in ()).throw(FileNotFoundError(2, 'none'))"
    )
    code, words = last_words(f"{gone}; {USE}")
    assert code == 1
    assert words.startswith(
        "ValueError: TensorFlow needs a folder for temporary files, and there is none to write in: "
    )
    assert "TMPDIR" in words
