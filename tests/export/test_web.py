"""The page: what its file holds, and what it refuses."""

import re
import zlib

import networks
import numpy as np
import pytest

from ganlib import GAN
from ganlib._tensorflow import keras
from ganlib.export import ExportError, to_web
from ganlib.export.source import pick
from ganlib.export.web import read_page
from ganlib.export.web_steps import from_text, half_of, pack, to_text
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.conditional import ConditionalGAN
from ganlib.models.recorded_gan import load_gan
from ganlib.models.variational import VariationalAutoencoder

layers = keras.layers


def test_the_page_of_the_classic_gan_is_below_8_mb_and_asks_nothing_of_the_network(tmp_path):
    gan = GAN(seed=0)
    networks.randomise(gan.generator)
    page = to_web(gan, tmp_path / "digits.html").read_text(encoding="utf-8")
    assert len(page.encode()) < 8_000_000
    code = re.sub(r'id="weights">.*?</script>', "", page, flags=re.DOTALL)
    assert not re.search(r"https?://|\ssrc=|@import|fetch\(|XMLHttpRequest|__[A-Z]+__", code)


def test_pictures_and_opinions_come_back_from_the_file(gan, tmp_path):
    path = to_web(gan, tmp_path / "digits.html")
    latent = gan.latent_vectors(20, seed=5)
    pictures, logits = read_page(pick(gan), path, [latent])
    np.testing.assert_allclose(pictures, gan.pictures_of(latent), atol=1e-5)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits[:, 0])), gan.probability_real(pictures), atol=1e-5)


def test_an_autoencoders_decoder_draws_without_an_opinion(tmp_path):
    path = to_web(Autoencoder(code=4, hidden=(8,)), tmp_path / "decoder.html")
    assert '"discriminator"' not in re.search(r'id="networks">(.*?)</script>', path.read_text(), re.DOTALL)[1]


@pytest.mark.parametrize(("bits", "count"), [(24, 3), (16, 2), (12, 2), (8, 1)])
def test_packed_weights_are_right_to_half_a_step(bits, count):
    kernel = np.random.default_rng(0).standard_normal((30, 7)).astype(np.float32)
    content = pack(kernel, bits)
    scale = np.frombuffer(content, "<f4", 7)
    planes = np.frombuffer(content, np.uint8, offset=28).reshape(count, 30, 7).astype(int)
    values = (sum(256**number * plane for number, plane in enumerate(planes)) - half_of(bits)) * scale
    assert (np.abs(values - kernel) / np.abs(kernel).max(0)).max() < 0.51 / (half_of(bits) - 1)


def test_a_column_of_zeros_is_no_fault():
    assert np.isfinite(np.frombuffer(pack(np.zeros((3, 2), np.float32), 24), "<f4", 2)).all()


def test_a_page_of_fewer_bits_is_smaller_and_draws_the_same_to_a_level_of_grey(tmp_path):
    gan, sizes = load_gan(), {}
    latent = gan.latent_vectors(500, seed=5)
    pictures, opinions = gan.pictures_of(latent), gan.probability_real(gan.pictures_of(latent))
    for bits in (14, 18, 24):
        path = to_web(gan, tmp_path / f"{bits}.html", bits=bits)
        sizes[bits] = path.stat().st_size
        drawn, logits = read_page(pick(gan), path, [latent])
        assert np.abs(drawn - pictures).max() < {14: 2 / 255, 18: 1e-3, 24: 1e-5}[bits]
        assert np.abs(1 / (1 + np.exp(-logits[:, 0])) - opinions).max() < 2 / 255
    assert sizes[14] < sizes[18] < sizes[24]
    assert sizes[14] < 1_800_000  # of the page that lesson 12 shows within its own


def test_a_page_that_is_rounded_too_much_is_not_kept(tmp_path):
    with pytest.raises(ExportError, match=r"differs from the network by .*, more than 0\.00784"):
        to_web(load_gan(), tmp_path / "digits.html", bits=8)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("bits", [7, 25, 12.5, None])
def test_bits_that_no_page_has_are_refused(gan, tmp_path, bits):
    with pytest.raises(ValueError, match="bits"):
        to_web(gan, tmp_path / "digits.html", bits=bits)


def test_a_damaged_page_does_not_pass_for_a_whole_one(gan, tmp_path):
    path = to_web(gan, tmp_path / "digits.html")
    page = path.read_text()
    weights = re.search(r'id="weights">(.*?)</script>', page, re.DOTALL)[1]
    content = bytearray(from_text(weights))
    content[len(content) // 2] ^= 1
    path.write_text(page.replace(weights, to_text(content)))
    with pytest.raises(zlib.error):
        read_page(pick(gan), path, [gan.latent_vectors(1)])


def test_the_pages_of_the_convolutional_and_the_conditional_gan_are_below_8_mb(tmp_path):
    for gan in (GAN("conv"), ConditionalGAN("conv"), ConditionalGAN()):
        assert to_web(gan, tmp_path / "digits.html", overwrite=True).stat().st_size < 8_000_000


def test_a_conditional_page_takes_a_digit_beside_the_latent_vector(tmp_path):
    gan = ConditionalGAN(latent_dim=4, seed=0)
    path = to_web(gan, tmp_path / "digits.html")
    latent, digits = gan.latent_vectors(20, seed=5), np.arange(20) % 10
    pictures, logits = read_page(pick(gan), path, [latent, np.eye(10)[digits]])
    np.testing.assert_allclose(pictures, gan.pictures_of(latent, digits), atol=1e-5)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits[:, 0])), gan.probability_real(pictures, digits), atol=1e-5)


def test_a_variational_autoencoder_draws_the_grey_values_of_its_logits(tmp_path):
    model = VariationalAutoencoder(code=4, hidden=(8,))
    networks.randomise(model.decoder)
    codes = np.random.default_rng(0).standard_normal((9, 4), np.float32)
    (pictures,) = read_page(pick(model), to_web(model, tmp_path / "decoder.html"), [codes])
    np.testing.assert_allclose(pictures, model.decode(codes), atol=1e-5)


def test_what_is_read_back_is_what_the_page_holds_and_not_what_the_network_has_become(gan, tmp_path):
    path, latent = to_web(gan, tmp_path / "digits.html"), gan.latent_vectors(20, seed=5)
    before = gan.pictures_of(latent)
    networks.randomise(gan.generator, seed=1)
    assert np.abs(gan.pictures_of(latent) - before).max() > 0.01
    np.testing.assert_allclose(read_page(pick(gan), path, [latent])[0], before, atol=1e-5)


@pytest.mark.parametrize("normalised", [{}, {"scale": False}, {"center": False}, {"scale": False, "center": False}])
def test_every_kind_of_layer_that_has_weights_is_read_back(tmp_path, normalised):
    network = keras.Sequential(
        [
            keras.Input((3,)),
            layers.Dense(6 * 7 * 2, use_bias=False),
            layers.Reshape((6, 7, 2)),
            layers.BatchNormalization(**normalised),
            layers.Conv2D(3, (2, 3), activation="relu"),
            layers.Dropout(0.5),
            layers.Conv2DTranspose(1, 3, strides=2, use_bias=False, activation="tanh"),
        ]
    )
    networks.randomise(network)
    to_web(network, tmp_path / "page.html")  # which compares 256 pictures


@pytest.mark.parametrize(
    ("layer", "says"),
    [
        (lambda: layers.LayerNormalization(name="odd"), "layer odd: LayerNormalization is none of"),
        (lambda: layers.Conv2D(4, 3, groups=2, name="odd"), r"odd \(Conv2D\): its channels come first or in groups"),
        (lambda: layers.Conv2D(4, 3, dilation_rate=2, name="odd"), "or its kernel has holes"),
        (lambda: layers.Dense(4, name="odd"), r"odd \(Dense\): it takes no flat row of numbers"),
        (lambda: layers.ReLU(max_value=6, name="odd"), "it is no plain ReLU"),
        (lambda: layers.BatchNormalization(axis=1, name="odd"), "it does not normalise the last axis"),
    ],
)
def test_a_layer_that_the_page_cannot_run_is_refused_by_name_and_reason(tmp_path, layer, says):
    last = [layers.Flatten(), layers.Dense(4, activation="tanh"), layers.Reshape((2, 2, 1))]
    network = keras.Sequential([keras.Input((50,)), layers.Reshape((5, 5, 2)), layer(), *last])
    with pytest.raises(ExportError, match=says) as caught:
        to_web(network, tmp_path / "page.html")
    assert "\n" not in str(caught.value)
    assert list(tmp_path.iterdir()) == []


def test_more_than_one_latent_vector_is_refused(tmp_path):
    first, second = keras.Input((3,)), keras.Input((4,))
    made = layers.Reshape((2, 2, 1))(layers.Dense(4, activation="tanh")(layers.Concatenate()([first, second])))
    with pytest.raises(ExportError, match="steers one latent vector, and ten numbers that say which digit is wanted"):
        to_web(keras.Model([first, second], made), tmp_path / "page.html")


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ([layers.Dense(12, activation="tanh")], "draws pictures of 1 or 3 channels"),
        ([layers.Dense(12, activation="tanh"), layers.Reshape((3, 2, 2))], "draws pictures of 1 or 3 channels"),
        ([layers.Dense(4), layers.Reshape((2, 2, 1))], "does not end in a tanh"),
        ([layers.Dense(4, activation="gelu"), layers.Reshape((2, 2, 1))], r"\(Dense\): it does not know.* 'gelu'"),
    ],
)
def test_what_makes_no_grey_pictures_is_refused(tmp_path, last, says):
    with pytest.raises(ExportError, match=says):
        to_web(keras.Sequential([keras.Input((3,)), *last]), tmp_path / "page.html")
