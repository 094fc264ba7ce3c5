"""What the tests of the engine share: a small model, run as a plain graph because that is quick to build."""

import pytest
from toy import Toy

from ganlib.training import model


@pytest.fixture(autouse=True)
def mode(request, monkeypatch):
    """How to run the steps: "graph" unless the test asks for another mode."""
    wanted = getattr(request, "param", "graph")
    monkeypatch.setattr(model, "compile_mode", lambda networks: wanted)
    return wanted


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
