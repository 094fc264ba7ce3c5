"""What the tests of the engine share: a small model, run as a plain graph because that is quick to build."""

import contextlib

import pytest
from helpers.modes import plain_graph
from helpers.toy import Toy


@pytest.fixture(autouse=True)
def mode(request):
    """How to run the steps: "graph" unless the test asks for "compiled"."""
    wanted = getattr(request, "param", "graph")
    with plain_graph() if wanted == "graph" else contextlib.nullcontext():
        yield wanted


@pytest.fixture(scope="session")
def pool():
    return []


@pytest.fixture
def fresh(pool):
    """A function that returns a model as it was made, another one at every call; what was traced is used again."""
    free = list(pool)

    def take():
        if not free:
            toy = Toy()
            free.append((toy, *toy.state()))
            pool.append(free[0])
        toy, arrays, values = free.pop(0)
        toy.load_state(0, arrays, values)
        toy.run = toy.measured = toy.guard = None
        return toy

    return take


@pytest.fixture
def toy(fresh):
    return fresh()
