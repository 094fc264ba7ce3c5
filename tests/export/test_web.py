"""The page: what its file holds, and what it refuses."""

import re
import zlib

import networks
import numpy as np
import pytest

from ganlib import GAN
from ganlib._tensorflow import keras
from ganlib.export import ExportError, to_web
from ganlib.export.web import HALF, from_text, pack, read_page, to_text
from ganlib.models.autoencoder import Autoencoder

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
    pictures, logits = read_page(path, [latent])
    np.testing.assert_allclose(pictures, gan.pictures_of(latent), atol=1e-5)
    np.testing.assert_allclose(1 / (1 + np.exp(-logits[:, 0])), gan.probability_real(pictures), atol=1e-5)


def test_an_autoencoders_decoder_draws_without_an_opinion(tmp_path):
    path = to_web(Autoencoder(code=4, hidden=(8,)), tmp_path / "decoder.html")
    assert '"discriminator"' not in re.search(r'id="networks">(.*?)</script>', path.read_text(), re.DOTALL)[1]


def test_packed_weights_are_right_to_an_eight_millionth_of_the_largest():
    kernel = np.random.default_rng(0).standard_normal((30, 7)).astype(np.float32)
    content = pack(kernel)
    scale = np.frombuffer(content, "<f4", 7)
    planes = np.frombuffer(content, np.uint8, 3 * 210, 28).reshape(3, 30, 7).astype(int)
    values = (planes[0] + 256 * planes[1] + 65536 * planes[2] - HALF) * scale
    assert (np.abs(values - kernel) / np.abs(kernel).max(0)).max() < 1 / HALF


def test_a_column_of_zeros_is_no_fault():
    assert np.isfinite(np.frombuffer(pack(np.zeros((3, 2), np.float32)), "<f4", 2)).all()


def test_a_damaged_page_does_not_pass_for_a_whole_one(gan, tmp_path):
    path = to_web(gan, tmp_path / "digits.html")
    page = path.read_text()
    weights = re.search(r'id="weights">(.*?)</script>', page, re.DOTALL)[1]
    content = bytearray(from_text(weights))
    content[len(content) // 2] ^= 1
    path.write_text(page.replace(weights, to_text(content)))
    with pytest.raises(zlib.error):
        read_page(path, [gan.latent_vectors(1)])


def test_a_convolutional_generator_is_refused_with_the_layers_name(tmp_path):
    gan = GAN("conv", generator=networks.build("conv_generator"), discriminator=networks.build("conv_discriminator"))
    with pytest.raises(ExportError, match=r"cannot run the layer conv2d_transpose\w*: Conv2DTranspose is none of"):
        to_web(gan, tmp_path / "digits.html")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("last", "says"),
    [
        ([layers.Dense(12, activation="tanh")], "draws grey pictures"),
        ([layers.Dense(12, activation="tanh"), layers.Reshape((2, 2, 3))], "draws grey pictures"),
        ([layers.Dense(4), layers.Reshape((2, 2, 1))], "does not end in a tanh"),
        ([layers.Dense(4, activation="gelu"), layers.Reshape((2, 2, 1))], "does not know the activation 'gelu'"),
    ],
)
def test_what_makes_no_grey_pictures_is_refused(tmp_path, last, says):
    with pytest.raises(ExportError, match=says):
        to_web(keras.Sequential([keras.Input((3,)), *last]), tmp_path / "page.html")
