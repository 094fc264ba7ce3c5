"""GANs that the tests share: what was traced or compiled once is used again."""

import pytest
from helpers import tiny

from ganlib import GAN, load_mnist


@pytest.fixture(scope="session")
def pool():
    return {}


@pytest.fixture
def fresh(graph, pool):
    """A function that returns a tiny GAN as it was made, another one at every call of one test."""
    taken = {}

    def take(**options):
        key = repr(sorted(options.items()))
        number = taken[key] = taken.get(key, -1) + 1
        known = pool.setdefault(key, [])
        if number == len(known):
            gan = tiny.build_gan(**options)
            known.append((gan, *gan.state()))
        return tiny.as_made(*known[number])

    return take


@pytest.fixture
def gan(fresh):
    return fresh()


@pytest.fixture(scope="session")
def real_gan():
    """The classic dense GAN and its first state; compiling its step takes seconds, so it is done once."""
    gan = GAN(seed=0)
    return gan, *gan.state()


@pytest.fixture
def classic(real_gan):
    return tiny.as_made(*real_gan)


@pytest.fixture(scope="session")
def digits():
    return load_mnist(limit=2000)[0]
