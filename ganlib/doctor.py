"""The health check: what this computer has, what is wrong, and what to do about it.

`python -m ganlib doctor` prints it; a notebook shows the same with `for check in checks(): print(check)`.
Nothing that is broken, TensorFlow included, keeps it from ending with a list.
"""

import functools
import json
import os
import platform
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from ganlib.setup import environment
from ganlib.setup.backend import backend_problem
from ganlib.setup.python_version import version_problem

FREE_GIGABYTES = 2
OLDEST_DRIVER = (525, 60)  # the first that runs programs made with any CUDA 12
COURSE_STEPS = 30_000
ILLEGAL_INSTRUCTION = (-signal.SIGILL, 0xC000001D)  # exit codes on POSIX and on Windows


class Check(NamedTuple):
    """One thing that was checked.

    Attributes
    ----------
    ok : bool
        Whether it is as it should be.
    line : str
        What was found.
    advice : str
        What to do about it; empty if it is right.
    """

    ok: bool
    line: str
    advice: str = ""

    def __str__(self):
        return f"[ OK ] {self.line}" if self.ok else f"[FAIL] {self.line} -> {self.advice}"


def python(version=None):
    """Check the version of Python; yield one `Check`."""
    version = version or sys.version_info[:3]
    problem = version_problem(version, ["doctor"], environment.WINDOWS)
    yield Check(not problem, f"Python {'.'.join(map(str, version))} in {sys.prefix}", problem or "")


def packages(requirements=None):
    """Check every package of `requirements.txt`; yield a `Check` for each.

    Parameters
    ----------
    requirements : dict of str to str, optional
        Package name to its bounds; by default those of the kit.
    """
    requirements = environment.requirements_of() if requirements is None else requirements
    for name, bounds in requirements.items():
        version = environment.installed_version(name)
        if version is not None and environment.satisfies(version, bounds):
            yield Check(True, f"{name} {version}")
        else:
            found = f"{name} {version} does not fit" if version else f"{name} is missing"
            yield Check(False, found, f'{sys.executable} -m pip install "{name}{bounds}"')


@functools.cache
def tensorflow_problem(code="import tensorflow"):
    """Import TensorFlow in a process of its own, as a bad build takes the process down; say what failed.

    Returns
    -------
    str or None
        None if it starts, or is already in use here.
    """
    if "tensorflow" in sys.modules:
        return None
    command = [sys.executable, "-c", code]
    child = subprocess.run(command, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    if child.returncode == 0:
        return None
    if child.returncode in ILLEGAL_INSTRUCTION or "AVX" in child.stderr:
        return "this processor lacks the AVX instructions that it is built with"
    reason = child.stderr.strip().splitlines() or [f"importing it ends with exit code {child.returncode}"]
    return reason[-1]


def tensorflow(problem=None):
    """Check that TensorFlow starts at all; yield one `Check`.

    Parameters
    ----------
    problem : str, optional
        What `tensorflow_problem` says; by default it is asked.
    """
    problem = problem or tensorflow_problem()
    if problem is None:
        yield Check(True, "TensorFlow starts")
    elif "AVX" in problem:
        advice = "use another computer, or Google Colab"
        yield Check(False, f"TensorFlow does not start: {problem}", advice)
    elif "temporary directory" in problem:
        yield Check(False, f"TensorFlow does not start: {problem}", "set TMPDIR to a folder that you may write in")
    elif "DLL load failed" in problem:
        advice = "install the Microsoft Visual C++ Redistributable, then try again"
        yield Check(False, f"TensorFlow does not start: {problem}", advice)
    else:
        yield Check(False, f"TensorFlow does not start: {problem}", renewal_advice())


def renewal_advice(prefix=sys.prefix):
    """Say how to replace the environment in the folder `prefix` by one that works."""
    if Path(prefix) == environment.CHECKOUT / ".venv":
        return f"delete the folder {prefix} and run `python -m ganlib doctor` again, which makes a new one"
    return f"{sys.executable} -m pip install --force-reinstall tensorflow"


class Unready(Exception):
    """A check cannot be made, for a reason that another check gives."""


def _need_tensorflow():
    """Raise Unready rather than import a TensorFlow that would take this process down, or a Keras without it."""
    if tensorflow_problem():
        raise Unready("TensorFlow does not start")
    if backend_problem():
        raise Unready("Keras does not use TensorFlow")


def settings():
    """Check what Keras and TensorFlow are set to in this process; yield one `Check`."""
    problem = backend_problem()
    if problem is None:
        _need_tensorflow()
        from ganlib.settings import settings_problem

        problem = settings_problem()
    if problem is None:
        yield Check(True, "Keras uses TensorFlow, in float32")
    else:
        found, advice = problem.split(": ", 1)
        yield Check(False, found, advice.rstrip("."))


def device(description=None, cards=None, system=None, machine=None):
    """Check which device will do the work, and that no NVIDIA card is left idle; yield one `Check`.

    Parameters
    ----------
    description : str, optional
        The device as `ganlib.training.describe_device` names it; "GPU ..." if TensorFlow can use one.
    cards : list of environment.Card, optional
        What `nvidia-smi` says.
    system, machine : str, optional
        As `platform` names them.
    """
    if description is None:
        _need_tensorflow()
        from ganlib.training import describe_device

        description = describe_device()
    cards = environment.nvidia_cards() if cards is None else cards
    if not cards:
        yield Check(True, f"device: {description}")
    elif description.startswith("GPU"):
        card = next((card for card in cards if card.name in description), cards[0])
        yield Check(True, f"device: {description}, {card.memory}, driver {card.driver}")
    elif environment.has_cuda_wheels(system, machine):
        idle = f"device: {description}; TensorFlow does not use the {cards[0].name}"
        yield Check(False, idle, gpu_advice(cards[0]))
    else:
        where = f"{system or platform.system()} on {machine or platform.machine()}"
        in_wsl = "; in WSL2 it can use the card" if where.startswith("Windows") else ""
        yield Check(True, f"device: {description} (TensorFlow has no GPU build for {where}{in_wsl})")


def gpu_advice(card, has_libraries=None, visible=None):
    """Say in one sentence how to let TensorFlow use an NVIDIA card on Linux.

    Parameters
    ----------
    card : environment.Card
        The card that TensorFlow does not use.
    has_libraries : bool, optional
        Whether TensorFlow's CUDA libraries are installed; by default looked up.
    visible : str, optional
        The value of CUDA_VISIBLE_DEVICES; by default the real one.
    """
    visible = os.environ.get("CUDA_VISIBLE_DEVICES") if visible is None else visible
    if has_libraries is None:
        has_libraries = environment.installed_version("nvidia-cudnn-cu12") is not None
    if visible is not None and visible.strip() in ("", "-1"):
        return "CUDA_VISIBLE_DEVICES hides it: `unset CUDA_VISIBLE_DEVICES`, then try again"
    if not has_libraries:
        bounds = environment.requirements_of()["tensorflow"]
        return f'{sys.executable} -m pip install "tensorflow[and-cuda]{bounds}" for the CUDA libraries'
    if tuple(int(part) for part in card.driver.split(".")[:2]) < OLDEST_DRIVER:
        return f"its driver {card.driver} is too old: install 525.60 or newer and restart the computer"
    return (
        "driver and CUDA libraries are there, so another CUDA may be in the way: `unset LD_LIBRARY_PATH`, "
        "try again, and if that does not help, read what `python -c 'import tensorflow'` prints"
    )


def data(results=None):
    """Check the data files against their checksums; yield a `Check` for each.

    Parameters
    ----------
    results : iterable of (str, str or None), optional
        File name and problem; by default those of `ganlib.data.verify`.
    """
    if results is None:
        from ganlib.data import verify

        results = verify()
    for name, problem in results:
        yield Check(problem is None, f"data: {name}", problem or "")


def disk(folder=None):
    """Check the free space in a folder, by default the current one, where runs go; yield one `Check`."""
    folder = Path.cwd() if folder is None else folder
    gigabytes = shutil.disk_usage(folder).free / 1e9
    enough = gigabytes >= FREE_GIGABYTES
    advice = "" if enough else f"make {FREE_GIGABYTES} GB free, for checkpoints and pictures"
    yield Check(enough, f"disk: {gigabytes:.1f} GB free in {folder}", advice)


def measure_speed(seconds=3.0, warm_up=4):
    """Train the course's dense GAN for a moment.

    Parameters
    ----------
    seconds : float
        How long to train after the warm-up.
    warm_up : int
        Which block's end the measurement begins at, counted from 0: the first blocks hold the compiling.

    Returns
    -------
    float
        Steps per second.
    """
    from ganlib import GAN
    from ganlib._tensorflow import keras

    gan = GAN(seed=0)
    marks = []

    def mark(batch, logs):
        marks.append((batch, time.perf_counter()))
        gan.stop_training = len(marks) > warm_up + 1 and marks[-1][1] - marks[warm_up][1] > seconds

    gan.train(verbose=0, callbacks=[keras.callbacks.LambdaCallback(on_train_batch_end=mark)])
    (first, start), (last, end) = marks[warm_up], marks[-1]
    return (last - first) / (end - start)


def speed(steps_per_second=None):
    """Measure the speed of training and say how long the course's longest run takes; yield one `Check`."""
    if steps_per_second is None:
        _need_tensorflow()
        steps_per_second = measure_speed()
    minutes, seconds = divmod(round(COURSE_STEPS / steps_per_second), 60)
    rate = f"{steps_per_second:.0f} steps/s with the dense GAN"
    yield Check(True, f"speed: {rate}, so {COURSE_STEPS:,} steps take {minutes} min {seconds:02d} s")


CHECKS = (python, packages, tensorflow, settings, device, data, disk, speed)


def checks(functions=CHECKS):
    """Run checks one after the other; one that breaks is a failed check.

    Parameters
    ----------
    functions : iterable of callable
        Functions without arguments that yield `Check`s; by default all.

    Yields
    ------
    Check
    """
    for function in functions:
        try:
            yield from function()
        except Unready as unready:
            yield Check(False, f"{function.__name__}: not checked, as {unready}", "see to what is above first")
        except Exception as error:
            reason = (str(error).strip().splitlines() or ["no reason given"])[0]
            line = f"{function.__name__}: {type(error).__name__}: {reason}"
            yield Check(False, line, "see to what is above first; if all of that is right, this is a bug in ganlib")


def report(as_json=False):
    """Print all checks, each as soon as it is known.

    Parameters
    ----------
    as_json : bool
        Print one object at the end instead: "ok" (bool) and "checks", each with "ok", "line" and "advice".

    Returns
    -------
    int
        Exit code: 1 if any check failed, else 0.
    """
    found = []
    for check in checks():
        found.append(check)
        if not as_json:
            print(check, flush=True)
    healthy = all(check.ok for check in found)
    if as_json:
        print(json.dumps({"ok": healthy, "checks": [check._asdict() for check in found]}, indent=1))
    return 0 if healthy else 1
