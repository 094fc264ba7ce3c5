"""Files of others come in, safely; and Keras 2 itself, a second reader, takes what `to_dl4j` writes."""

import json
import pickle
from pathlib import Path

import h5py
import networks
import numpy as np
import pytest

from ganlib import GAN, builders
from ganlib._tensorflow import keras
from ganlib.export import ExportError, read_network, to_dl4j, to_keras
from ganlib.export.dl4j import flat_outputs
from ganlib.export.source import pick, probes

layers = keras.layers


@pytest.fixture(scope="module")
def keras2():
    return pytest.importorskip("tf_keras", reason="tf_keras, which is Keras 2, is not installed")


def classic_generator(keras2):
    """As the classic code builds it: a network inside of a network."""
    inner = keras2.Sequential()
    inner.add(keras2.layers.Dense(256, input_dim=100))
    for units in (512, 1024):
        inner.add(keras2.layers.LeakyReLU(alpha=0.2))
        inner.add(keras2.layers.BatchNormalization(momentum=0.8))
        inner.add(keras2.layers.Dense(units))
    inner.add(keras2.layers.LeakyReLU(alpha=0.2))
    inner.add(keras2.layers.BatchNormalization(momentum=0.8))
    inner.add(keras2.layers.Dense(784, activation="tanh"))
    inner.add(keras2.layers.Reshape((28, 28, 1)))
    for weight in inner.weights:
        weight.assign(weight + 0.1 * np.random.default_rng(len(weight.shape)).random(weight.shape))
    noise = keras2.Input((100,))
    return keras2.Model(noise, inner(noise))


def classic_discriminator(keras2):
    inner = keras2.Sequential(
        [
            keras2.layers.Flatten(input_shape=(28, 28, 1)),
            keras2.layers.Dense(512),
            keras2.layers.LeakyReLU(alpha=0.2),
            keras2.layers.Dense(256),
            keras2.layers.LeakyReLU(alpha=0.2),
            keras2.layers.Dense(1, activation="sigmoid"),
        ]
    )
    picture = keras2.Input((28, 28, 1))
    model = keras2.Model(picture, inner(picture))
    model.compile(loss="binary_crossentropy", optimizer="adam")
    model.trainable = False
    return model


@pytest.mark.parametrize("name", networks.NETWORKS)
def test_keras_2_itself_reads_what_is_written_for_deeplearning4j(keras2, name, tmp_path):
    network = networks.build(name)
    to_dl4j(network, tmp_path / "network.h5")
    inputs = probes(network)
    found = keras2.models.load_model(tmp_path / "network.h5", compile=False)(
        inputs[0] if len(inputs) == 1 else inputs, training=False
    )
    expected = flat_outputs(pick(network), inputs)
    for a, b in zip(found if isinstance(found, (list, tuple)) else [found], expected, strict=True):
        assert np.abs(a - b).max() <= 1e-5 * max(1, np.abs(b).max())


def test_the_classic_networks_of_keras_2_become_a_gan_that_says_the_same(keras2, tmp_path):
    generator, discriminator = classic_generator(keras2), classic_discriminator(keras2)
    generator.save(tmp_path / "g.h5")
    discriminator.save(tmp_path / "d.h5")
    gan = GAN.from_keras(tmp_path / "g.h5", tmp_path / "d.h5")
    latent = gan.latent_vectors(20)
    pictures = gan.pictures_of(latent)
    np.testing.assert_allclose(pictures, generator(latent, training=False), atol=1e-5)
    np.testing.assert_allclose(gan.probability_real(pictures), discriminator(pictures)[:, 0], atol=1e-5)
    assert gan.discriminator.trainable_variables


def test_a_file_of_weights_alone_fills_the_classic_network(tmp_path):
    network = networks.randomise(builders.build_generator())
    to_dl4j(network, tmp_path / "g.h5")
    with h5py.File(tmp_path / "g.h5") as whole, h5py.File(tmp_path / "weights.h5", "w") as weights:
        for name in whole["model_weights"]:
            whole.copy(f"model_weights/{name}", weights)
        weights.attrs["layer_names"] = whole["model_weights"].attrs["layer_names"]
    gan = GAN.from_keras(tmp_path / "weights.h5")
    latent = gan.latent_vectors(5)
    np.testing.assert_allclose(gan.pictures_of(latent), network(latent, training=False), atol=1e-6)
    with pytest.raises(ExportError, match="say which network they belong to"):
        read_network(tmp_path / "weights.h5")
    with pytest.raises(ExportError, match="do not fit"):
        read_network(tmp_path / "weights.h5", builders.build_decoder())


def test_a_keras_file_of_a_generator_becomes_a_gan_with_a_new_discriminator(gan, tmp_path):
    to_keras(gan, tmp_path / "g.keras")
    again = GAN.from_keras(tmp_path / "g.keras", seed=3)
    np.testing.assert_array_equal(again.generate(5, seed=1), gan.generate(5, seed=1))
    assert again.discriminator.input_shape == (None, 8, 8, 1)


def test_a_whole_gan_comes_back_whole(gan, tmp_path):
    gan.save(tmp_path / "gan.keras")
    np.testing.assert_array_equal(GAN.from_keras(tmp_path / "gan.keras").generate(3), gan.generate(3))


# --- bad input ------------------------------------------------------------------------------------------------------


def rewrite(path, change):
    with h5py.File(path, "a") as file:
        described = json.loads(file.attrs["model_config"])
        change(described["config"]["layers"])
        file.attrs["model_config"] = np.bytes_(json.dumps(described))


@pytest.fixture
def old(gan, tmp_path):
    return to_dl4j(gan, tmp_path / "old.h5")


def test_a_lambda_layer_is_refused_and_its_code_does_not_run(old, tmp_path):
    code = {"class_name": "Lambda", "config": {"name": "trap", "function": ["4wEAAAA=", None, None]}}
    rewrite(old, lambda specs: specs.append(code))
    with pytest.raises(ExportError, match=r"trap \(Lambda\) holds code"):
        read_network(old)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda specs: specs[1].update(class_name="Attention"), "is none of the layers that are read"),
        (lambda specs: specs[1]["config"].update(activation={"class_name": "Odd"}), "an activation of its own"),
        (lambda specs: specs[1]["config"].update(units="many"), "is described wrongly"),
        (lambda specs: specs[1]["config"].update(units=5), "it lacks kernel"),
        (lambda specs: specs.pop(0), "does not say which shape it takes"),
        (lambda specs: specs.__setitem__(1, "?"), "is damaged"),
        (lambda specs: specs.clear(), "describes cannot be built"),
        (lambda specs: specs[1]["config"].update(units=10**12), "describes cannot be built"),
    ],
)
def test_a_layer_that_cannot_be_built_is_one_sentence(old, change, says):
    rewrite(old, change)
    with pytest.raises(ExportError, match=says):
        read_network(old)


@pytest.mark.parametrize("share", [0, 0.1, 0.5, 0.99])
@pytest.mark.parametrize("write", [to_dl4j, to_keras])
def test_a_file_that_was_cut_off_is_one_sentence(gan, tmp_path, write, share):
    path = write(gan, tmp_path / ("g.h5" if write is to_dl4j else "g.keras"))
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    with pytest.raises(ExportError, match="cannot be read: it is damaged"):
        read_network(path)


def test_a_pickle_in_place_of_a_description_is_not_unpickled(old, tmp_path):
    class Trap:
        def __reduce__(self):
            return Path.touch, (tmp_path / "sprung",)

    with h5py.File(old, "r+") as file:
        file.attrs["model_config"] = pickle.dumps(Trap(), protocol=0)
    with pytest.raises(ExportError, match="its description of the network cannot be read"):
        read_network(old)
    assert not (tmp_path / "sprung").exists()


def test_a_lambda_layer_in_a_keras_file_is_refused(tmp_path):
    keras.Sequential([keras.Input((3,)), layers.Lambda(lambda x: 2 * x)]).save(tmp_path / "g.keras")
    with pytest.raises(ExportError, match="or holds code, which is not run"):
        read_network(tmp_path / "g.keras")


@pytest.mark.parametrize("name", ["g.h5", "g.keras", "g.pickle"])
def test_what_is_no_such_file_is_one_sentence(tmp_path, name):
    with pytest.raises(ExportError, match="is not there"):
        GAN.from_keras(tmp_path / name)
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(ExportError, match=r"damaged|no file of Keras"):
        GAN.from_keras(tmp_path / name)


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (lambda: layers.LayerNormalization(name="odd"), "layer odd: LayerNormalization is none of"),
        (lambda: layers.Dense(3, activation="gelu", name="odd"), r"layer odd \(Dense\): its activation 'gelu'"),
        (lambda: layers.BatchNormalization(scale=False, name="odd"), "it has no gamma or no beta"),
        (lambda: layers.ReLU(max_value=6, name="odd"), "it is no plain ReLU"),
    ],
)
def test_what_deeplearning4j_cannot_hold_is_refused_by_name_and_reason(tmp_path, layer, says):
    network = keras.Sequential([keras.Input((3,)), layer(), layers.Dense(2)])
    with pytest.raises(ExportError, match=says):
        to_dl4j(network, tmp_path / "network.h5")
    assert list(tmp_path.iterdir()) == []


def test_a_layer_of_ones_own_is_refused(tmp_path):
    class Mine(layers.Layer):
        def call(self, x):
            return 2 * x

    network = keras.Sequential([keras.Input((3,)), Mine(name="mine")])
    with pytest.raises(ExportError, match="cannot hold the layer mine: Mine"):
        to_dl4j(network, tmp_path / "network.h5")
    with pytest.raises(ExportError, match=r"mine \(Mine\) is code of your own"):
        to_keras(network, tmp_path / "network.keras")


def test_a_discriminator_of_pairs_is_refused_for_its_product_of_two_vectors(tmp_path):
    with pytest.raises(ExportError, match="cannot hold the layer shows_digit: Dot is none of"):
        to_dl4j(builders.build_conditional_discriminator(), tmp_path / "network.h5")
