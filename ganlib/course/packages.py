"""Downloading the wheels of a hand-out, for this computer or for others."""

import os
import shutil
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
    "macos": ("aarch64-apple-darwin", ["macosx_14_0_arm64"]),
    "windows": ("x86_64-pc-windows-msvc", ["win_amd64"]),
}  # what uv, and pip, call them
MACOS = "14.0"  # the oldest for which all packages have wheels; uv thinks of an older one
PYTHONS = [f"{OLDEST[0]}.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 1)]
LISTS = {"requirements.txt", "constraints.txt"}  # say what to download
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
        Nothing could be downloaded; what pip and uv said is on standard error.

    Notes
    -----
    A kind of computer whose wheels cannot be downloaded is left out, with a message; the others are kept.
    """
    for name in targets:
        if name not in TARGETS:
            raise ValueError(f"There are no wheels for {name!r}: choose from {', '.join(TARGETS)}.")
    store = folder / wheels.FOLDER
    store.mkdir()
    with tempfile.TemporaryDirectory() as scratch:
        python = _fresh_python(Path(scratch))
        had = [name for name in targets if _fetch_one(python, name, store, Path(scratch), checkout)]
    if not had:
        raise environment.SetupError(
            "The wheels could not be downloaded; the reason is above. If it is the network or the disk, run the same "
            "command again; if a package has no wheel for this kind of computer, constraints.txt names another version."
        )
    (store / wheels.TARGETS).write_text("\n".join(had) + "\n", encoding="utf-8")
    return {f"{wheels.FOLDER}/{path.name}": path for path in store.iterdir()}


def _fresh_python(scratch):
    """Make an environment with pip, which those that uv makes lack; return its Python."""
    venv = scratch / "venv"
    try:
        _run([sys.executable, "-m", "venv", str(venv)])
    except subprocess.CalledProcessError as error:
        raise environment.SetupError("Python could not make an environment; the reason is above.") from error
    return str(environment.venv_python(venv))


def _fetch_one(python, name, store, scratch, checkout):
    """Download for one kind of computer; return whether all of it could be downloaded."""
    environment.say(f"Downloading the wheels for {name}, 500 to 900 MB.")
    own = scratch / name
    try:
        _download(python, name, own, checkout)
    except subprocess.CalledProcessError:
        environment.say(f"{name} is left out: its wheels could not be downloaded, and the reason is above.")
        return False
    for path in own.iterdir():
        shutil.move(path, store / path.name)
    return True


def _download(python, name, folder, checkout):
    """Download for one kind of computer; pip alone would choose for another one by the conditions of this one."""
    folder.mkdir()
    pip = [python, "-m", "pip", "download", "-q", "--disable-pip-version-check", "-d", str(folder)]
    if name == wheels.target(sys.version_info):
        _run([*pip, "--only-binary", ":all:", *_wanted(checkout)])
        return
    system, version = name.rsplit("-", 1)
    _run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", "uv"])
    pins = folder.with_name(f"{name}.txt")
    resolve(python, name, pins, checkout)
    platforms = [word for tag in PLATFORMS[system][1] for word in ("--platform", tag)]
    others = [*platforms, "--python-version", version, "--implementation", "cp", "--only-binary", ":all:"]
    _run([*pip, "--no-deps", *others, "-r", str(pins)])


def resolve(python, name, pins, checkout=environment.CHECKOUT):
    """Choose the version of every package for one kind of computer, of those that have a wheel for it.

    Parameters
    ----------
    python : str
        A Python that has uv.
    name : str
        The kind of computer, of `TARGETS`.
    pins : Path
        The file to write: requirements with exact versions.
    checkout : Path
        As for `fetch`.

    Raises
    ------
    subprocess.CalledProcessError
        A package has no wheel for it, or the network fails; what uv said is on standard error.
    """
    system, version = name.rsplit("-", 1)
    choose = ["--python-platform", PLATFORMS[system][0], "--python-version", version, "--only-binary", ":all:", "-q"]
    _run([python, "-m", "uv", "pip", "compile", *_wanted(checkout)[1:], *choose, "-o", str(pins)])


def _wanted(checkout):
    """Return what to download as arguments for pip."""
    bounds = checkout / "constraints.txt"
    constraints = ["-c", str(bounds)] if bounds.is_file() else []
    return ["-r", str(checkout / "requirements.txt"), *constraints]


def _run(command):
    variables = {**os.environ, "VIRTUAL_ENV": "", "MACOSX_DEPLOYMENT_TARGET": MACOS}
    subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2, env=variables, check=True)
