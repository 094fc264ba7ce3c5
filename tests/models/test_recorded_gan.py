"""The small GAN that comes with the kit: what it draws, what its discriminator knows, and what is said of its file."""

import numpy as np
import pytest

from ganlib import judge, load_mnist
from ganlib.data import DataError
from ganlib.models import recorded, recorded_gan


@pytest.fixture(scope="module")
def gan():
    return recorded_gan.load_gan()


def test_its_digits_can_be_read_and_are_of_all_kinds(gan):
    judged = judge.report(gan.generate(2000, seed=3))
    assert judged.real.mnist_fd < 1 < judged.mnist_fd < 8
    assert judged.recognised > 0.65
    assert judged.kinds_present == 10
    assert gan.step == recorded_gan.RECIPE.steps


def test_its_discriminator_knows_real_digits_from_fog(gan):
    real = load_mnist("test", limit=200, scaled=True)[0]
    assert gan.probability_real(real).mean() > 0.5 > gan.probability_real(judge.fog(200)).mean()


def test_it_goes_on_training(gan):
    again = recorded_gan.load_gan()
    again.train(2, verbose=0)
    assert again.step == recorded_gan.RECIPE.steps + 2


def test_what_is_kept_of_it_reads_back_to_16_bits(gan, tmp_path, monkeypatch):
    monkeypatch.setattr(recorded, "PACKAGE", tmp_path / "ganlib")
    monkeypatch.setattr(recorded, "asset", lambda name: tmp_path / "assets" / name)
    (tmp_path / "assets" / "recorded").mkdir(parents=True)
    recorded.save(recorded_gan.FILE, [*gan.generator.get_weights(), *gan.discriminator.get_weights()])
    for first, again in zip(gan.get_weights(), recorded_gan.load_gan().get_weights(), strict=True):
        np.testing.assert_array_equal(first, again)


def test_a_file_of_other_weights_is_told_with_the_command_that_makes_it_again(tmp_path, monkeypatch):
    path = tmp_path / "small_gan.npz"
    monkeypatch.setattr(recorded, "asset", lambda name: path)
    np.savez(path, np.zeros(3))
    with pytest.raises(DataError, match=r"or run python -m ganlib\.models\.recorded_gan"):
        recorded_gan.load_gan()
