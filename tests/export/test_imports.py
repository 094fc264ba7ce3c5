"""Files of others come in, safely; and Keras 2 itself, a second reader, takes what `to_dl4j` writes."""

import json
import pickle
import tracemalloc
import zipfile
from pathlib import Path

import h5py
import networks
import numpy as np
import pytest

from ganlib import GAN, ConditionalGAN, builders
from ganlib._tensorflow import keras
from ganlib.export import ExportError, read_network, to_dl4j, to_keras
from ganlib.export.dl4j import flat_outputs
from ganlib.export.source import pick, probes
from ganlib.keras_files.keras2 import read_keras2

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


def test_a_network_in_a_network_gets_its_inputs_in_its_own_order(tmp_path):
    a, b, p, q = (keras.Input((3,), name=name) for name in "abpq")
    inner = keras.Model([b, a], keras.layers.Concatenate()([a, b]), name="inner")
    network = networks.randomise(keras.Model([p, q], keras.layers.Dense(2)(inner([p, q]))))
    to_dl4j(network, tmp_path / "n.h5")
    inputs = [np.eye(3, dtype=np.float32), np.full((3, 3), 0.3, np.float32)]
    np.testing.assert_allclose(read_keras2(tmp_path / "n.h5")(inputs), network(inputs), atol=1e-6)


@pytest.mark.parametrize(
    ("changed", "words"), [({"activation": "hard_sigmoid"}, "hard_sigmoid"), ({"output_padding": [0, 0]}, "padding")]
)
def test_what_would_mean_something_else_in_keras_3_is_refused(tmp_path, changed, words):
    network = keras.Sequential([keras.Input((4, 4, 1)), keras.layers.Conv2DTranspose(1, 3, 2, "same")])
    to_dl4j(network, tmp_path / "n.h5")
    with h5py.File(tmp_path / "n.h5", "a") as file:
        model = json.loads(file.attrs["model_config"])
        model["config"]["layers"][-1]["config"].update(changed)
        file.attrs["model_config"] = json.dumps(model)
    with pytest.raises(ExportError, match=words):
        read_keras2(tmp_path / "n.h5")
    hard = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1, activation="hard_sigmoid")])
    with pytest.raises(ExportError, match="hard_sigmoid"):
        to_dl4j(hard, tmp_path / "hard.h5")


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


def test_a_discriminator_inside_of_a_model_loses_the_sigmoid_at_its_end(gan, tmp_path):
    to_keras(gan, tmp_path / "g.keras")
    inner = keras.Sequential([keras.Input((8, 8, 1)), layers.Flatten(), layers.Dense(1, "sigmoid")])
    picture = keras.Input((8, 8, 1))
    pictures = np.random.default_rng(0).uniform(-1, 1, (5, 8, 8, 1)).astype(np.float32)
    said = inner.predict(pictures, verbose=0)[:, 0]
    keras.Model(picture, inner(picture)).save(tmp_path / "d.keras")
    again = GAN.from_keras(tmp_path / "g.keras", tmp_path / "d.keras")
    np.testing.assert_allclose(again.probability_real(pictures), said, atol=1e-6)


def test_a_conditional_generator_becomes_a_gan_with_a_new_discriminator(tmp_path):
    generator = builders.build_conditional_generator(4, seed=0)
    generator.save(tmp_path / "g.keras")
    again = ConditionalGAN.from_keras(tmp_path / "g.keras")
    assert [taken.shape[1:] for taken in again.discriminator.inputs] == [(28, 28, 1), (10,)]


def test_a_whole_gan_comes_back_whole(gan, tmp_path):
    gan.save(tmp_path / "gan.keras")
    np.testing.assert_array_equal(GAN.from_keras(tmp_path / "gan.keras").generate(3), gan.generate(3))


# --- weights alone, as Keras 3 saves them ---------------------------------------------------------------------------

GENERATORS = {
    "dense": lambda: builders.build_generator(),
    "dense, other sizes": lambda: builders.build_generator(7, (14, 14, 1), hidden=(32, 16)),
    "conv": lambda: builders.build_conv_generator(filters=8),
    "conv, other latent vectors": lambda: builders.build_conv_generator(7, filters=4),
}
DISCRIMINATORS = {
    "dense": lambda: builders.build_discriminator(),
    "conv": lambda: builders.build_conv_discriminator(filters=8),
}


def wrapped(network):
    """As the classic code wraps its networks: one inside of another, which is compiled."""
    model = keras.Model(network.inputs, network(network.inputs))
    model.compile("adam", "mse")
    return model


@pytest.mark.parametrize("as_saved", [lambda network: network, wrapped], ids=["plain", "wrapped"])
@pytest.mark.parametrize("build", GENERATORS.values(), ids=GENERATORS)
def test_the_weights_of_a_classic_generator_find_their_network(build, as_saved, tmp_path):
    network = networks.randomise(build())
    as_saved(network).save_weights(tmp_path / "generator.weights.h5")
    found = GAN.from_keras(tmp_path / "generator.weights.h5").generator
    for a, b in zip(found.weights, network.weights, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("as_saved", [lambda network: network, wrapped], ids=["plain", "wrapped"])
@pytest.mark.parametrize("build", DISCRIMINATORS.values(), ids=DISCRIMINATORS)
def test_the_weights_of_a_classic_discriminator_find_their_network(build, as_saved, tmp_path):
    network = networks.randomise(build())
    as_saved(network).save_weights(tmp_path / "discriminator.weights.h5")
    found = read_network(tmp_path / "discriminator.weights.h5", part="discriminator")
    for a, b in zip(found.weights, network.weights, strict=True):
        np.testing.assert_array_equal(a, b)


def own_network():
    return keras.Sequential(
        [keras.Input((8,)), *(layers.Dense(5) for _ in range(12)), layers.Dropout(0.5), layers.Dense(2)], name="mine"
    )


def test_weights_go_into_the_network_that_is_named(tmp_path):
    network = networks.randomise(own_network())
    network.save_weights(tmp_path / "mine.weights.h5")
    found = read_network(tmp_path / "mine.weights.h5", own_network())
    for a, b in zip(found.weights, network.weights, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (lambda path: read_network(path), "say which network they belong to"),
        (lambda path: read_network(path, part="encoder"), "say which network they belong to"),
        (lambda path: read_network(path, 5), "belong in a Keras model, not in a int"),
        (lambda path: read_network(path, builders.build_generator()), "The 26 arrays .* do not fit generator"),
        (lambda path: GAN.from_keras(path), r"classic generator: build the network .* GAN\(generator=\.\.\.\)"),
        (lambda path: read_network(path, part="discriminator"), r"give it to GAN\(discriminator=\.\.\.\)"),
    ],
)
def test_weights_of_an_unknown_network_are_refused_with_the_way_out(tmp_path, read, says):
    own_network().save_weights(tmp_path / "mine.weights.h5")
    with pytest.raises(ExportError, match=says) as error:
        read(tmp_path / "mine.weights.h5")
    assert "\n" not in str(error.value)


def test_weights_of_the_right_sizes_in_other_layers_are_refused(tmp_path):
    one = keras.Sequential([keras.Input((3,)), layers.Dense(3), layers.Dense(4)])
    other = keras.Sequential([keras.Input((3,)), layers.EinsumDense("ab,bc->ac", 3, bias_axes="c"), layers.Dense(4)])
    one.save_weights(tmp_path / "one.weights.h5")
    with pytest.raises(ExportError, match="do not fit"):
        read_network(tmp_path / "one.weights.h5", other)


# --- files that lead elsewhere, or hold less than they announce -----------------------------------------------------

KERNEL = {
    "old": "model_weights/dense/dense/kernel:0",
    "weights": "layers/dense/vars/0",
    "keras": "layers/dense/vars/0",
}


@pytest.fixture(params=KERNEL)
def tamper(request, tmp_path):
    """Make a function that changes the HDF5 in a file of one of three kinds, and returns what reads it."""
    network = keras.Sequential([keras.Input((3,)), layers.Dense(4, name="dense")], name="small")
    kind, h5 = request.param, tmp_path / "model.weights.h5"
    path = {"old": tmp_path / "old.h5", "weights": h5, "keras": tmp_path / "small.keras"}[kind]
    to_dl4j(network, path) if kind == "old" else network.save(path) if kind == "keras" else network.save_weights(path)

    def change(how):
        target = h5 if kind == "keras" else path
        if kind == "keras":
            with zipfile.ZipFile(path) as archive:
                members = {name: archive.read(name) for name in archive.namelist()}
            h5.write_bytes(members["model.weights.h5"])
        with h5py.File(target, "r+") as file:
            how(file, KERNEL[kind])
        if kind == "keras":
            members["model.weights.h5"] = h5.read_bytes()
            with zipfile.ZipFile(path, "w") as archive:
                for name, content in members.items():
                    archive.writestr(name, content)
        return lambda: read_network(path, None if kind != "weights" else network)

    return change


def replace(make):
    """Take the kernel out of a file, and put another thing into its place."""

    def how(file, name):
        del file[name]
        make(file, name)

    return how


def secret(file, suffix="bin"):
    path = Path(file.filename).parent / f"secret.{suffix}"
    path.write_bytes(bytes(range(48)))
    return path


def external_storage(file, name):
    file.create_dataset(name, (3, 4), "f4", external=[(str(secret(file)), 0, 48)])


def other_file(file):
    path = secret(file, "h5")
    with h5py.File(path, "w") as other:
        other["kernel"] = np.ones((3, 4), "f4")
    return str(path)


def virtual(file, name):
    layout = h5py.VirtualLayout((3, 4), "f4")
    layout[:] = h5py.VirtualSource(other_file(file), "kernel", (3, 4))
    file.create_virtual_dataset(name, layout)


def link(make):
    return lambda file, name: file.__setitem__(name, make(file))


def soft_link(file):
    file["elsewhere"] = np.ones((3, 4), "f4")
    return h5py.SoftLink("/elsewhere")


ELSEWHERE = {
    "bytes of another file": replace(external_storage),
    "a view of another file": replace(virtual),
    "a link into another file": replace(link(lambda file: h5py.ExternalLink(other_file(file), "kernel"))),
    "a link to a missing file": replace(link(lambda file: h5py.ExternalLink("gone.h5", "kernel"))),
    "a link within the file": replace(link(soft_link)),
    "a link to nothing": replace(link(lambda file: h5py.SoftLink("/nothing"))),
    "a link that nobody asks for": lambda file, name: file.__setitem__("more", h5py.ExternalLink("gone.h5", "kernel")),
    "a group that holds itself": lambda file, name: file.__setitem__("more", file["/"]),
    "text": replace(lambda file, name: file.__setitem__(name, "words")),
    "a table": replace(lambda file, name: file.create_dataset(name, (3,), [("a", "f4")])),
    "a group in its place": replace(lambda file, name: file.create_group(name)),
    "a kind of number": replace(lambda file, name: file.__setitem__(name, np.dtype("f4"))),
}


@pytest.mark.parametrize("how", ELSEWHERE.values(), ids=ELSEWHERE)
def test_nothing_is_read_but_plain_arrays_in_the_file_itself(tamper, how):
    read = tamper(how)
    with pytest.raises(ExportError, match=r"cannot be read: |do not fit|it lacks kernel") as error:
        read()
    assert "\n" not in str(error.value)


def huge(shape, **options):
    return replace(lambda file, name: file.create_dataset(name, shape, "f4", **options))


ANNOUNCED = {
    "400 TB": huge((10**7, 10**7)),
    "400 TB in pieces": huge((10**7, 10**7), chunks=(100, 100), compression="gzip"),
    "400 MB": huge((10**4, 10**4)),
    "a piece of 400 MB": huge((3, 4), chunks=(10**4, 10**4), maxshape=(None, None), compression="gzip"),
    "what nobody asks for": lambda file, name: file.create_dataset("more", (10**7, 10**7), "f4"),
}


@pytest.mark.parametrize("how", ANNOUNCED.values(), ids=ANNOUNCED)
def test_a_file_that_announces_more_than_it_holds_takes_no_memory(tamper, how):
    read = tamper(how)
    tracemalloc.start()
    try:
        with pytest.raises(ExportError, match=r"announces [\d,]+ bytes, but is [\d,]+ bytes long"):
            read()
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def test_a_shape_that_does_not_fit_is_told_before_the_array_is_read(old):
    with h5py.File(old, "r+") as file:
        kernel = file.visit(lambda name: name if name.endswith("kernel:0") else None)
        del file[kernel]
        file.create_dataset(kernel, (4000, 4000), "f4")
    tracemalloc.start()
    try:
        with pytest.raises(ExportError, match="it lacks kernel"):
            read_network(old)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


def repack(path, change, how=zipfile.ZIP_DEFLATED):
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", how) as archive:
        for name, content in members.items():
            archive.writestr(name, change(name, content))


@pytest.mark.parametrize("whole", [False, True], ids=["generator", "gan"])
@pytest.mark.parametrize("name", ["config.json", "model.weights.h5", "metadata.json"])
def test_a_keras_file_that_unpacks_into_far_more_is_not_unpacked(gan, tmp_path, name, whole):
    path = tmp_path / "g.keras"
    (gan if whole else gan.generator).save(path)
    repack(path, lambda member, content: content + bytes(100_000_000 if member == name else 0))
    tracemalloc.start()
    try:
        with pytest.raises(ExportError, match="announces"):
            read_network(path)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("whole", [False, True], ids=["generator", "gan"])
def test_a_keras_file_that_describes_a_network_far_larger_than_its_weights_builds_nothing(gan, tmp_path, whole):
    path = tmp_path / "g.keras"
    (gan if whole else gan.generator).save(path)
    repack(path, lambda _, content: content.replace(b'"units": 16', b'"units": 100000000'))
    with pytest.raises(ExportError, match="announces"):
        read_network(path)


def test_a_keras_file_that_was_packed_anew_is_read_unless_it_is_packed_without_bounds(gan, tmp_path):
    path = to_keras(gan, tmp_path / "g.keras")
    repack(path, lambda _, content: content)
    assert read_network(path).name == "generator"
    for how in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        repack(path, lambda _, content: content, how)
        with pytest.raises(ExportError, match="cannot be read"):
            read_network(path)


# --- bad input ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", [5, None, True, b"g.h5", ["g.h5"], "", "~nobody_of_that_name/g.h5", "x" * 5000, "a\0.h5"]
)
def test_a_path_that_is_none_is_one_sentence(path):
    for read in (read_network, GAN.from_keras):
        with pytest.raises(ValueError, match=r"must be the name of a file|no such home folder|there is no such file"):
            read(path)


def rewrite(path, change):
    with h5py.File(path, "a") as file:
        described = json.loads(file.attrs["model_config"])
        change(described["config"]["layers"])
        file.attrs["model_config"] = np.bytes_(json.dumps(described))


def normalising(specs):
    return next(layer["config"] for layer in specs if layer["class_name"] == "BatchNormalization")


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
        (lambda specs: normalising(specs).update(axis=[2]), "normalises another axis than the last"),
        (lambda specs: specs[1]["config"].update(units=5), "it lacks kernel"),
        (lambda specs: specs.pop(0), "does not say which shape it takes"),
        (lambda specs: specs.__setitem__(1, "?"), "is damaged"),
        (lambda specs: specs.clear(), "describes cannot be built"),
        (lambda specs: specs[1]["config"].update(units=10**12), r"it lacks kernel \(4, 1000000000000\)"),
        (lambda specs: specs[1]["config"].update(units=10**30), "describes cannot be built"),
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
    with pytest.raises(ExportError, match="there is no such file"):
        GAN.from_keras(tmp_path / name)
    (tmp_path / name).write_bytes(b"nothing of the kind")
    with pytest.raises(ExportError, match=r"damaged|not a Keras file"):
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
