"""What runs in the processes that `test_killed.py` kills."""

import os
import signal
import threading
import time
from pathlib import Path

STEPS = 240
FAMILY_STEPS = 60
EVERY = 3  # steps between two checkpoints: so often that many kills meet one being written
SCHEDULE = [(50, "d_learning_rate", 1e-3 / 3), (51, "loss_kind", "least_squares"), (150, "d_steps", 2)]
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)  # on Windows any signal ends a process at once


def train(folder, kill_at, delay):
    """Begin or resume a run; kill this very process `delay` seconds after a step was made (None: after it began)."""
    if kill_at is None:
        _kill_when(lambda: True, delay)
    from ganlib import GAN
    from ganlib.training import use_xla
    from helpers import tiny

    use_xla(False)
    resumed = (Path(folder) / "config.json").exists()
    gan = GAN.resume(folder) if resumed else tiny.build_gan()
    if kill_at is not None:
        _kill_when(lambda: gan.step >= kill_at, delay)
    plan = {} if resumed else {"run": folder, "schedule": SCHEDULE, "sample_interval": 20}
    tiny.train(gan, None if resumed else STEPS, checkpoint_interval=EVERY, **plan)


def train_family(folder, family, kill_at):
    """Begin or resume a run of a family; kill this very process once it has made so many steps (None: never)."""
    from ganlib.models import load_run
    from ganlib.training import use_xla
    from helpers import families

    use_xla(False)
    resumed = (Path(folder) / "config.json").exists()
    model = type(load_run(folder)).resume(folder) if resumed else families.build(family)
    if kill_at is not None:
        _kill_when(lambda: model.step >= kill_at, 0)
    plan = {} if resumed else {"run": folder, "sample_interval": 10}
    families.train(model, family, None if resumed else FAMILY_STEPS, checkpoint_interval=EVERY, **plan)


def _kill_when(due, delay):
    def wait():
        while not due():
            time.sleep(0.0005)
        time.sleep(delay)
        os.kill(os.getpid(), KILL)

    threading.Thread(target=wait, daemon=True).start()
