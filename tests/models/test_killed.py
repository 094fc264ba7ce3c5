"""A training that is killed again and again ends like one that was left alone."""

import multiprocessing
import random

import numpy as np
import pytest
from helpers import families, killed
from helpers.checks import arrays_of, same
from helpers.tiny import train

from ganlib.training import RunFolder

KILLS = 10
SEED = random.SystemRandom().randrange(10**6)


@pytest.fixture(scope="module")
def processes():
    """Make processes that cost little: where that exists, a server that has TensorFlow loaded, but not begun, forks."""
    kind = "forkserver" if "forkserver" in multiprocessing.get_all_start_methods() else "spawn"
    context = multiprocessing.get_context(kind)
    context.set_forkserver_preload(["tensorflow", "keras", "tqdm", "PIL.Image"])
    return context


def run_in(processes, *arguments, what=killed.train):
    process = processes.Process(target=what, args=arguments)
    process.start()
    process.join()
    return process.exitcode


def moments(rng):
    """Return (step or None, seconds) for each kill: most at rising steps, some while a run is being resumed."""
    steps = sorted(rng.sample(range(killed.EVERY, killed.STEPS - 40), KILLS))
    early = set(rng.sample(range(1, KILLS), 3))
    return [(None, rng.uniform(0, 0.5)) if i in early else (step, rng.uniform(0, 0.02)) for i, step in enumerate(steps)]


def test_a_run_killed_ten_times_ends_bit_for_bit_like_one_left_alone(processes, fresh, tmp_path):
    print("random moments from seed", SEED)
    alone = fresh()
    train(alone, killed.STEPS, run=tmp_path / "alone", schedule=killed.SCHEDULE, sample_interval=20)
    folder, reached = tmp_path / "run", 0
    for kill_at, delay in moments(random.Random(SEED)):
        assert abs(run_in(processes, folder, kill_at, delay)) == killed.KILL
        step, _, _, damaged = RunFolder.open(folder).load_checkpoint()
        assert not damaged, "a checkpoint is whole or it is not there"
        assert step >= max(reached, (kill_at or 0) - killed.EVERY), "no more is lost than the steps since the last one"
        reached = step
    assert run_in(processes, folder, killed.STEPS + 1, 0) == 0
    step, arrays, _, damaged = RunFolder.open(folder).load_checkpoint()
    assert (step, damaged) == (killed.STEPS, [])
    assert same(arrays, arrays_of(alone))
    killed_run = RunFolder.open(folder)
    assert killed_run.schedule() == alone.run.schedule()
    for name, column in alone.measured.items():
        assert np.array_equal(killed_run.history()[name], column, equal_nan=True)
    pictures = {path.name: path.read_bytes() for path in killed_run.sample_folder.iterdir()}
    assert pictures == {path.name: path.read_bytes() for path in alone.run.sample_folder.iterdir()}
    assert not list(folder.rglob("*unfinished*"))


@pytest.mark.parametrize("family", ["gan, functional", "gan, nested", "conditional", "vae", "machine, persistent"])
def test_every_family_killed_three_times_ends_bit_for_bit_like_one_left_alone(family, processes, graph, tmp_path):
    print("random moments from seed", SEED)
    alone = families.build(family)
    families.train(alone, family, killed.FAMILY_STEPS, run=tmp_path / "alone", sample_interval=10)
    folder = tmp_path / "run"
    for kill_at in sorted(random.Random(SEED).sample(range(killed.EVERY, killed.FAMILY_STEPS - 9), 3)):
        assert abs(run_in(processes, folder, family, kill_at, what=killed.train_family)) == killed.KILL
    assert run_in(processes, folder, family, None, what=killed.train_family) == 0
    step, arrays, _, damaged = RunFolder.open(folder).load_checkpoint()
    assert (step, damaged) == (killed.FAMILY_STEPS, [])
    assert same(arrays, arrays_of(alone))
    for name, column in alone.measured.items():
        assert np.array_equal(RunFolder.open(folder).history()[name], column, equal_nan=True)
    samples = tmp_path / "alone" / "samples", folder / "samples"
    left, right = ({path.name: path.read_bytes() for path in place.iterdir()} for place in samples)
    assert left == right
