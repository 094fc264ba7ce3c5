"""How long the fuzz tests try, and a bound on the memory that they may ask for.

Here and in CI they try the same few examples at every run. `GANLIB_FUZZ=long` draws others each time, and many of them.
"""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, settings

LONG = os.environ.get("GANLIB_FUZZ") == "long"
SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]
COMMON = {"deadline": None, "suppress_health_check": SLOW, "database": None}
BRIEF, THOROUGH = [Phase.explicit, Phase.generate], [Phase.explicit, Phase.generate, Phase.shrink]
settings.register_profile("ganlib-ci", max_examples=12, derandomize=True, phases=BRIEF, **COMMON)
settings.register_profile("ganlib-long", max_examples=1000, print_blob=True, phases=THOROUGH, **COMMON)
settings.load_profile("ganlib-long" if LONG else "ganlib-ci")

STATUS = Path("/proc/self/statm")
ROOM = 8 * 2**30  # bytes beside those that are in use: who asks for more is refused, and the computer lives on


@pytest.fixture(autouse=True, scope="module")
def bounded_memory():
    if not STATUS.exists():  # only Linux tells how much is in use, and keeps to such a bound
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_AS)
    used = int(STATUS.read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (used + ROOM, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_AS, before)


@pytest.fixture(autouse=True)
def _graph(graph):
    """Run steps as a plain graph."""
