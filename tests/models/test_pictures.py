"""Pictures in another range than the networks' are recognised by everything that takes pictures, before it begins."""

import numpy as np
import pytest

from ganlib import GAN, judge, plots
from ganlib.data import load_mnist
from ganlib.judge.judge import default_judge
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.boltzmann import RestrictedBoltzmannMachine
from ganlib.models.conditional import ConditionalGAN
from ganlib.models.variational import VariationalAutoencoder

DIGITS, LABELS = load_mnist("test", limit=300)
FEW = {"steps": 1, "batch_size": 4, "verbose": 0}
TAKERS = {
    "a GAN that trains": lambda images: GAN().train(data=images, **FEW),
    "a discriminator that trains alone": lambda images: GAN().pretrain_discriminator(1, data=images),
    "a discriminator that is asked": lambda images: GAN().probability_real(images),
    "a conditional GAN": lambda images: ConditionalGAN().train(data=(images, LABELS), **FEW),
    "its discriminator": lambda images: ConditionalGAN().probability_real(images, LABELS),
    "an autoencoder that trains": lambda images: Autoencoder(code=2, hidden=(4,)).train(data=images, **FEW),
    "an encoder": lambda images: Autoencoder(code=2, hidden=(4,)).encode(images),
    "a variational autoencoder": lambda images: VariationalAutoencoder(code=2, hidden=(4,)).train(data=images, **FEW),
    "its encoder": lambda images: VariationalAutoencoder(code=2, hidden=(4,)).reconstruct(images),
    "a Boltzmann machine": lambda images: RestrictedBoltzmannMachine(hidden=4).train(data=images, **FEW),
    "its memory": lambda images: RestrictedBoltzmannMachine(hidden=4).reconstruct(images),
    "a report": lambda images: judge.report(images),
    "a quick report": lambda images: default_judge().quick(images),
    "a distance": lambda images: default_judge().distance(images),
    "a judge of other pictures": lambda images: judge.Judge(train=images, test=images),
    "a classifier": lambda images: default_judge().classifier.recognise(images),
    "a figure": lambda images: plots.picture_grid(images[:25]),
}


@pytest.mark.parametrize("take", TAKERS.values(), ids=TAKERS)
def test_pictures_from_0_to_1_are_refused_wherever_pictures_go(take):
    for images in (DIGITS / 255, (DIGITS / 255).astype(np.float32)):
        with pytest.raises(ValueError, match=r"as if 0 were black.*Scale them with 2 \* images - 1"):
            take(images)
    with pytest.raises(ValueError, match=r"images / 127\.5 - 1 turns 0 to 255 into it"):
        take(DIGITS.astype(np.float32))


def test_bytes_of_0_and_1_are_refused_where_something_is_learned_from_them():
    with pytest.raises(ValueError, match=r"no pixel of these is above 1: scale them with 255 \* images"):
        GAN().train(data=(DIGITS > 127).astype(np.uint8), **FEW)


def test_a_failing_gan_is_judged_and_shown_all_the_same():
    bright = np.abs(np.random.default_rng(0).normal(0, 0.1, (200, 28, 28, 1))).clip(0, 1).astype(np.float32)
    assert judge.report(bright).mnist_fd > 100
    for images in (bright, np.zeros_like(bright), np.full_like(bright, 0.1), np.ones_like(bright)):
        assert GAN().probability_real(images).shape == (200,)
        plots.picture_grid(images[:25])
