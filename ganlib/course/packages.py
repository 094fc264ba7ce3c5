"""Downloading the wheels of a hand-out, for this computer or for others."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from ganlib.setup import environment, wheels
from ganlib.setup.python_version import NEWEST, OLDEST

_MANYLINUX = [f"manylinux_2_{minor}" for minor in range(28, 4, -1)] + ["manylinux2014", "manylinux2010", "manylinux1"]
PLATFORMS = {
    "linux": ("x86_64-manylinux_2_28", [f"{tag}_x86_64" for tag in _MANYLINUX]),
    "linux-arm": ("aarch64-manylinux_2_28", [f"{tag}_aarch64" for tag in _MANYLINUX]),
    "macos": ("aarch64-apple-darwin", ["macosx_13_0_arm64"]),
    "windows": ("x86_64-pc-windows-msvc", ["win_amd64"]),
}  # what uv, and pip, call them
PYTHONS = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
TARGETS = [f"{name}-{python}" for name in PLATFORMS for python in PYTHONS]


def fetch(targets, folder, checkout=environment.CHECKOUT):
    """Download the wheels of all requirements.

    Parameters
    ----------
    targets : sequence of str
        Kinds of computer, of `TARGETS`.
    folder : Path
        An empty folder to work in.
    checkout : Path
        Its `requirements.txt` and, if there is one, `constraints.txt` say what to download.

    Returns
    -------
    dict of str to Path
        Path in the hand-out to the downloaded file.

    Raises
    ------
    ValueError
        There is no such kind of computer.
    ganlib.setup.environment.SetupError
        The download failed; what pip said is on standard error.
    """
    for name in targets:
        if name not in TARGETS:
            raise ValueError(f"Wheels are for one of {', '.join(TARGETS)}, not for {name!r}.")
    store = folder / wheels.FOLDER
    store.mkdir()
    with tempfile.TemporaryDirectory() as scratch:
        python = _fresh_python(Path(scratch))
        for name in targets:
            environment.say(f"Downloading the wheels for {name}; for all, that is some hundred megabytes.")
            _download(python, name, store, Path(scratch), checkout)
    (store / wheels.TARGETS).write_text("\n".join(targets) + "\n", encoding="utf-8")
    return {f"{wheels.FOLDER}/{path.name}": path for path in store.iterdir()}


def _fresh_python(scratch):
    """Make an environment with pip, which those that uv makes lack; return its Python."""
    venv = scratch / "venv"
    _run([sys.executable, "-m", "venv", str(venv)])
    return str(environment.venv_python(venv))


def _download(python, name, store, scratch, checkout):
    """Download for one kind of computer; pip alone would choose for another one by the conditions of this one."""
    pip = [python, "-m", "pip", "download", "-q", "--disable-pip-version-check", "-d", str(store)]
    requirements, bounds = checkout / "requirements.txt", checkout / "constraints.txt"
    constraints = ["-c", str(bounds)] if bounds.is_file() else []
    if name == wheels.target(sys.version_info):
        _run([*pip, "--only-binary", ":all:", "-r", str(requirements), *constraints])
        return
    system, version = name.rsplit("-", 1)
    uv_platform, tags = PLATFORMS[system]
    _run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv"])
    pins = scratch / f"{name}.txt"
    choose = ["--python-platform", uv_platform, "--python-version", version, "--only-binary", ":all:", "-q"]
    _run([python, "-m", "uv", "pip", "compile", str(requirements), *constraints, *choose, "-o", str(pins)])
    platforms = [word for tag in tags for word in ("--platform", tag)]
    others = [*platforms, "--python-version", version, "--implementation", "cp", "--only-binary", ":all:"]
    _run([*pip, "--no-deps", *others, "-r", str(pins)])


def _run(command):
    variables = {**os.environ, "VIRTUAL_ENV": ""}
    if subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, env=variables).returncode != 0:
        raise environment.SetupError(
            "The wheels could not be had; the reason is above. Check the network and the free disk space, then "
            "run the same command again."
        )
