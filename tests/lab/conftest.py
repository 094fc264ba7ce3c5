"""A small GAN that steps in moments, and trainers that are always closed again."""

import pytest
from helpers import tiny

from ganlib.lab import trainer as trainer_module
from ganlib.lab.live import LiveLab
from ganlib.lab.trainer import LabTrainer


@pytest.fixture(scope="session")
def made():
    gan = tiny.build_gan()
    return gan, *gan.state()


@pytest.fixture
def gan(graph, made):
    """The GAN as it was made; what was traced once is used again."""
    gan, arrays, values = made
    gan.load_state(0, arrays, values)
    gan.run = gan.measured = gan.guard = None
    gan.samples = {}
    return gan


@pytest.fixture
def trainer(gan):
    trainer = LabTrainer(gan, tiny.DATA, batch_size=8, most_steps=100_000)
    yield trainer
    trainer.close()


@pytest.fixture
def lab(gan):
    lab = LiveLab(gan, tiny.DATA, batch_size=8, most_steps=100_000)
    yield lab
    lab.close()


@pytest.fixture(autouse=True)
def _closed():
    yield
    if (active := trainer_module.active()) is not None:
        active.close()
