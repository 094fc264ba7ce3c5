"""A tiny GAN with random weights and statistics, as the exports see it, and the folder of a run of it."""

import numpy as np
import pytest
from helpers import tiny
from networks import randomise

from ganlib.training import RunFolder


@pytest.fixture(scope="session")
def shared_gan():
    gan = tiny.build_gan()
    for network in (gan.generator, gan.discriminator):
        randomise(network)
    return gan, *gan.state()


@pytest.fixture
def gan(shared_gan):
    """The tiny GAN, untouched by other tests."""
    gan, arrays, values = shared_gan
    gan.load_state(0, arrays, values)
    gan.run, gan.samples = None, {}
    return gan


@pytest.fixture
def run(gan, tmp_path):
    """The folder of a run with three samples and a checkpoint of step 40, as training leaves it."""
    training = {"batch_size": 8, "data": "0123abcd", "first_step": 0, "last_step": 40, "schedule": []}
    folder = RunFolder.create(tmp_path / "run", {**gan.run_config(), "training": training})
    gan.run = folder
    for step in (0, 20, 40):
        gan.generator.layers[-2].bias.assign(np.full(64, step / 40, np.float32))
        gan.take_sample(step)
    folder.save_checkpoint(40, *gan.state())
    gan.run, gan.samples = None, {}
    return folder.path
