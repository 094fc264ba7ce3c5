"""The environment that the kit runs in: made on first use, recognised in a moment after that.

A checkout runs in the Python that was called if that has everything in `requirements.txt`, else in `.venv`
beside `requirements.txt`. Nothing outside the checkout is written. Only the standard library is used: this is
what runs before anything is installed.
"""

import contextlib
import hashlib
import importlib.metadata
import json
import operator
import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import NamedTuple

from ganlib.lock import try_lock
from ganlib.setup import wheels
from ganlib.setup.python_version import NEWEST, OLDEST

VERSIONS = "GANLIB_VERSIONS"  # "tested": those of constraints.txt; "newest": those that fit requirements.txt
CHECKOUT = Path(__file__).resolve().parents[2]
WINDOWS = sys.platform == "win32"
LONGEST_PLACE = 259 - 1 - 187  # of Windows's 260 characters, the longest path of a package in .venv takes 187
MARKER = "ganlib.json"
PANELS = ("@jupyter/nbgrader", "@jupyter-notebook/lab-extension")  # come with nbgrader, and are not for learners
SERVERS = (
    "nbgrader.server_extensions.formgrader",
    "nbgrader.server_extensions.validate_assignment",
    "nbgrader.server_extensions.assignment_list",
    "nbgrader.server_extensions.course_list",
    "notebook",
)
UNFINISHED = {"fingerprint": None, "cuda": False}
COMPARE = {
    ">=": operator.ge,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">": operator.gt,
    "<": operator.lt,
}


class SetupError(Exception):
    """The environment cannot be made or used; the message is one sentence that says the way out."""


def say(what):
    """Print a text or an error on standard error, so that standard output stays the command's own."""
    print(sentence(what), file=sys.stderr, flush=True)


def sentence(what):
    """Return a text, or what an error says, without the "[Errno 2]" that Python puts before the system's words."""
    if not isinstance(what, OSError) or not what.strerror:
        return str(what)
    if what.filename is None:  # a package's own sentence
        return what.strerror
    reason = what.strerror[0].lower() + what.strerror[1:]
    return f"{what.filename} cannot be used: {reason}. Check the path, and whether you may read and write there."


# What is required, and what is there


def is_checkout(folder):
    """Tell whether a folder holds the whole kit, not only the installed package."""
    return (folder / "requirements.txt").is_file() and (folder / "pyproject.toml").is_file()


def parse_requirements(lines):
    """Read requirements of the plain form `name>=1.2,<3`.

    Parameters
    ----------
    lines : iterable of str
        Lines of `requirements.txt`, or `importlib.metadata.requires(...)`; comments, empty lines and the
        packages of extras are left out.

    Returns
    -------
    dict of str to str
        Package name to its bounds, `"tqdm"` to `">=4.66"`.

    Raises
    ------
    ValueError
        A line has another form, such as a URL or a marker.
    """
    requirements = {}
    for line in lines:
        plain = line.split("#")[0].replace(" ", "").strip()
        if not plain or "extra==" in plain:
            continue
        match = re.fullmatch(r"([A-Za-z0-9][\w.-]*)((?:(?:[<>=!]=|[<>])[\d.]+,?)*)", plain)
        if match is None:
            raise ValueError(f"The requirement {plain!r} is not of the form name>=1.2,<3; write it so.")
        requirements[match[1]] = match[2]
    return requirements


def requirements_of(folder=CHECKOUT):
    """Return the requirements of a checkout, or those that the installed package declares, as a dict."""
    if is_checkout(folder):
        return parse_requirements((folder / "requirements.txt").read_text(encoding="utf-8").splitlines())
    try:
        return parse_requirements(importlib.metadata.requires("ganlib") or [])
    except importlib.metadata.PackageNotFoundError:
        raise SetupError(f"{folder} holds ganlib without its requirements.txt: get the whole repository.") from None


def _release(version):
    """Return the numbers of a version as five integers, so that 2.21 equals 2.21.0."""
    numbers = re.match(r"[\d.]*", version)[0].split(".")
    return tuple(([int(number) for number in numbers if number] + [0] * 5)[:5])


def satisfies(version, bounds):
    """Tell whether a version such as "2.21.0" is inside bounds such as ">=2.21,<2.22"."""
    pairs = re.findall(r"([<>=!]=|[<>])([\d.]+)", bounds)
    return all(COMPARE[sign](_release(version), _release(bound)) for sign, bound in pairs)


def installed_version(name, site=None):
    """Return the version of an installed package, or None.

    Parameters
    ----------
    name : str
        Package name.
    site : pathlib.Path, optional
        The `site-packages` folder to look in; by default where this Python would import from.
    """
    where = {} if site is None else {"path": [str(site)]}
    try:
        return next((found.version for found in importlib.metadata.distributions(name=name, **where)), None)
    except Exception:  # a cut-off install leaves folders without metadata; Pythons differ in what they raise
        return None


def missing(requirements, site=None):
    """Return the names of the requirements that are not installed in the right version, as a list."""

    def fits(name, bounds):
        version = installed_version(name, site)
        return version is not None and satisfies(version, bounds)

    return [name for name, bounds in requirements.items() if not fits(name, bounds)]


class Card(NamedTuple):
    """An NVIDIA card as its driver names it; memory with its unit."""

    name: str
    memory: str
    driver: str


def nvidia_cards():
    """Ask `nvidia-smi` for the NVIDIA cards of this computer; an empty list if it is missing or fails."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    query = [tool, "--query-gpu=name,memory.total,driver_version", "--format=csv,noheader"]
    try:
        answer = subprocess.run(query, capture_output=True, text=True, stdin=subprocess.DEVNULL, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return []
    rows = [[part.strip() for part in line.split(",")] for line in answer.stdout.splitlines()]
    return [Card(*row) for row in rows if len(row) == 3] if answer.returncode == 0 else []


def has_cuda_wheels(system=None, machine=None):
    """Tell whether TensorFlow's CUDA wheels exist for this kind of computer."""
    return (system or platform.system(), machine or platform.machine()) == ("Linux", "x86_64")


def platform_problem(system=None, machine=None, implementation=None, is_64_bit=sys.maxsize > 2**32):
    """Say in one sentence why TensorFlow cannot be installed on this kind of computer, or return None.

    Every argument is by default what the running Python says of itself.
    """
    system, machine = system or platform.system(), machine or platform.machine()
    implementation = implementation or platform.python_implementation()
    if implementation != "CPython" or not is_64_bit:
        bits = 64 if is_64_bit else 32
        return (
            f"TensorFlow needs a 64-bit CPython, and this is a {bits}-bit {implementation}: install Python "
            "3.12 from https://www.python.org/downloads/."
        )
    if (system, machine) == ("Darwin", "x86_64"):
        return (
            "TensorFlow 2.21 has no build for Macs with an Intel processor, nor for an Intel Python on a new "
            "one: use Google Colab or, on Apple silicon, install Python 3.12 from "
            "https://www.python.org/downloads/."
        )
    if (system, machine) not in wheels.COMPUTERS:
        return (
            f"TensorFlow 2.21 has no build for {system} on {machine}: use Google Colab, or a "
            "computer with 64-bit Linux, Windows on an Intel or AMD processor, or macOS 14 and later on Apple silicon."
        )
    return None


# The folder .venv


def venv_python(venv):
    """Return the path of a virtual environment's Python."""
    return venv / "Scripts" / "python.exe" if WINDOWS else venv / "bin" / "python"


def venv_version(venv):
    """Return (major, minor) of a virtual environment that can be used, or None."""
    with contextlib.suppress(OSError):
        text = (venv / "pyvenv.cfg").read_text(encoding="utf-8")
        match = re.search(r"^version(?:_info)?\s*=\s*(\d+)\.(\d+)", text, re.MULTILINE)
        version = match and (int(match[1]), int(match[2]))
        if version and OLDEST <= version <= NEWEST and venv_python(venv).exists():
            return version
    return None


def site_packages(venv, version):
    """Return the folder that a virtual environment installs into."""
    folder = venv / "Lib" if WINDOWS else venv / "lib" / "python{}.{}".format(*version)
    return folder / "site-packages"


def read_marker(venv):
    """Return what this module wrote into `.venv`: None if nothing, `UNFINISHED` after a cut-off install."""
    try:
        marker = json.loads((venv / MARKER).read_text(encoding="utf-8"))
        return {"fingerprint": marker["fingerprint"], "cuda": marker["cuda"]}
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError):
        return UNFINISHED


def _write_marker(venv, marker):
    """Write the marker under another name and rename it, so that it is never half written."""
    new = venv / (MARKER + ".new")
    new.write_text(json.dumps(marker), encoding="utf-8")
    new.replace(venv / MARKER)


def constraints(checkout):
    """Return the file with the exact versions to install: those that the tests run with.

    Parameters
    ----------
    checkout : pathlib.Path
        Folder with `requirements.txt` and, perhaps, `constraints.txt`.

    Returns
    -------
    pathlib.Path or None
        None, so that the newest versions that fit `requirements.txt` are installed, if GANLIB_VERSIONS says "newest",
        if PIP_CONSTRAINT or UV_CONSTRAINT names a file of the user's own, or if there is no such file.

    Raises
    ------
    SetupError
        GANLIB_VERSIONS says something else.
    """
    wanted = os.environ.get(VERSIONS) or "tested"
    if wanted not in ("tested", "newest"):
        raise SetupError(f"The environment variable {VERSIONS} must be tested or newest, not {wanted!r}.")
    own = os.environ.get("PIP_CONSTRAINT") or os.environ.get("UV_CONSTRAINT")
    path = checkout / "constraints.txt"
    return path if wanted == "tested" and not own and path.is_file() else None


def fingerprint(checkout, version, cuda):
    """Return a hash, 64 hexadecimal digits, of everything that decides what is installed.

    Parameters
    ----------
    checkout : pathlib.Path
        Folder with `requirements.txt`.
    version : tuple of int
        (major, minor) of the environment's Python.
    cuda : bool
        Whether TensorFlow comes with its CUDA wheels.
    """
    parts = [(checkout / "requirements.txt").read_bytes(), repr((tuple(version), bool(cuda))).encode()]
    for path in (os.environ.get("PIP_CONSTRAINT"), os.environ.get("UV_CONSTRAINT"), constraints(checkout)):
        parts.append(Path(path).read_bytes() if path and Path(path).is_file() else str(path).encode())
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def ready(checkout):
    """Tell whether `.venv` is finished, has what `requirements.txt` asks for now, and suits the GPU."""
    venv = checkout / ".venv"
    version, marker = venv_version(venv), read_marker(venv)
    if version is None or marker is None:
        return False
    if marker["fingerprint"] != fingerprint(checkout, version, marker["cuda"]):
        return False
    if missing(requirements_of(checkout), site_packages(venv, version)):
        return False
    return marker["cuda"] or not wants_cuda(checkout, version, marker)


def wants_cuda(checkout, version, marker):
    """Say whether to install the CUDA wheels; once there they stay, since they do no harm when the card is gone.

    A hand-out's own wheels are without them.
    """
    if marker and marker["cuda"]:
        return True
    return has_cuda_wheels() and bool(nvidia_cards()) and not wheels.usable(checkout, version)


@contextlib.contextmanager
def _alone(path):
    """Hold the lock on a file, waiting for the process that has it: two installs spoil each other."""
    with path.open("rb") as file:
        if not try_lock(file):
            say("Another command is setting up .venv; this one goes on when that has finished.")
            while not try_lock(file):
                time.sleep(0.5)
        yield


def place_problem(checkout, gigabytes, windows):
    """Say in one sentence why `.venv` would not fit where the kit lies, or return None.

    Parameters
    ----------
    checkout : pathlib.Path
    gigabytes : float
        How large it gets.
    windows : bool
        Whether a path may have only 260 characters.
    """
    if windows and len(str(checkout)) > LONGEST_PLACE:
        return (
            f"The folder {checkout} has {len(str(checkout))} characters, and Windows lets a path have 260, of which "
            f"the packages need most: move the kit to a folder such as C:\\gan, and try again."
        )
    free = shutil.disk_usage(checkout).free / 1e9
    if free < gigabytes:
        return (
            f"The set-up needs about {gigabytes} GB, and the disk of {checkout} has {free:.1f} GB left: make room, "
            f"or move the kit to another disk, and try again."
        )
    return None


def build(checkout):
    """Make `.venv`, bring it up to date, or make it again if the last install was cut off.

    Parameters
    ----------
    checkout : pathlib.Path
        Folder with `requirements.txt`.

    Raises
    ------
    SetupError
        TensorFlow has no build for this computer, `.venv` is something else, the path of the folder is too long or the
        disk too full for it, or the installer failed.
    """
    if problem := platform_problem():
        raise SetupError(problem)
    venv = checkout / ".venv"
    marker = read_marker(venv)
    if marker is not None and (marker["fingerprint"] is None or venv_version(venv) is None):
        shutil.rmtree(venv)
    if venv.exists() and venv_version(venv) is None:
        raise SetupError(f"{venv} is no environment of Python 3.11 to 3.13: remove it, then try again.")
    version = venv_version(venv) or sys.version_info[:2]
    cuda, uv = wants_cuda(checkout, version, marker), shutil.which("uv")
    gigabytes = 7 if cuda else 3
    if not venv.exists() and (problem := place_problem(checkout, gigabytes, WINDOWS)):
        raise SetupError(problem)
    finished = {"fingerprint": fingerprint(checkout, version, cuda), "cuda": cuda}
    say(
        f"Setting up {venv}: only once, a few minutes, about {gigabytes} GB on the disk. "
        "If it is interrupted, just run the command again."
    )
    if (there := wheels.served(checkout)) and not wheels.usable(checkout, version):
        say(
            f"The wheels here are for {', '.join(there)}, and this is {wheels.target(version)}: "
            "trying the network. Without one, run ganlib with one of those versions of Python."
        )
    exists = venv.exists()
    venv.mkdir(exist_ok=True)
    _write_marker(venv, UNFINISHED)
    if not exists:
        _run("venv", [sys.executable, "-m", "venv", *(["--without-pip"] if uv else []), str(venv)])
    _install(checkout, venv, cuda, uv)
    _settle(checkout, venv)
    _write_marker(venv, finished)


def _install(checkout, venv, cuda, uv):
    """Install the requirements with `uv` if it is there, else with pip; in the tested versions if that works."""
    python = str(venv_python(venv))
    what = ["-r", str(checkout / "requirements.txt")]
    if cuda:
        what.append("tensorflow[and-cuda]")  # the installer joins it with tensorflow's bounds in the file
    if folder := wheels.usable(checkout, venv_version(venv)):
        what += ["--no-index", "--find-links", str(folder)]
    if not uv and installed_version("pip", site_packages(venv, venv_version(venv))) is None:  # made while there was uv
        _run("ensurepip", [python, "-m", "ensurepip"])
    name, install = (
        ("uv", [uv, "pip", "install", "--python", python]) if uv else ("pip", [python, "-m", "pip", "install"])
    )
    if exact := constraints(checkout):
        with contextlib.suppress(SetupError):
            return _run(name, [*install, *what, "-c", str(exact)])
        say(
            f"The tested versions, those of {exact.name}, cannot be installed here, and the reason is above: trying "
            "the newest that fit requirements.txt."
        )
    _run(name, [*install, *what])


def _run(name, command):
    """Run one program of the set-up, its output on standard error; raise SetupError if it fails."""
    try:
        code = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=2).returncode
    except OSError as error:
        code = error.strerror
    if code != 0:
        raise SetupError(
            f"The set-up stopped: {name} ended with {code}, and its reason is above. Check the network and "
            "the free disk space, then run the same command again; without a network, set PIP_NO_INDEX (or "
            "UV_NO_INDEX) to 1 and PIP_FIND_LINKS (or UV_FIND_LINKS) to a folder of downloaded packages."
        )


def _settle(checkout, venv):
    """Let all that runs in `.venv` import ganlib, and spare learners JupyterLab's news and nbgrader's panels."""
    site = site_packages(venv, venv_version(venv))
    (site / "ganlib-checkout.pth").write_text(os.path.relpath(checkout, site) + "\n", encoding="utf-8")
    settings = {
        "share/jupyter/lab/settings/overrides.json": {
            "@jupyterlab/apputils-extension:notification": {"fetchNews": "false", "checkForUpdates": False}
        },
        "etc/jupyter/labconfig/page_config.json": {"disabledExtensions": dict.fromkeys(PANELS, True)},
        "etc/jupyter/jupyter_server_config.json": {"ServerApp": {"jpserver_extensions": dict.fromkeys(SERVERS, False)}},
    }
    for name, content in settings.items():
        (venv / name).parent.mkdir(parents=True, exist_ok=True)
        (venv / name).write_text(json.dumps(content), encoding="utf-8")


# Going on in the right Python


def child_environment(checkout=CHECKOUT):
    """Return the environment variables with which child processes, such as kernels, can import ganlib."""
    paths = [str(checkout), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def become(command, variables):
    """Go on as another program, with its exit code; does not return.

    Windows has no true exec: there the shell would show its prompt while the new program still runs. So this
    process waits for it, and leaves Ctrl-C to it.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if not WINDOWS:
        os.execve(command[0], command, variables)
    child = subprocess.Popen(command, env=variables)
    while True:
        with contextlib.suppress(KeyboardInterrupt):
            sys.exit(child.wait())


def stand(arguments, checkout=CHECKOUT):
    """Return if this Python has what the kit needs; else go on in `.venv`, which is made if necessary.

    Parameters
    ----------
    arguments : list of str
        What comes after `python -m ganlib`, to be run again in `.venv`.
    checkout : pathlib.Path
        Folder of the kit.

    Raises
    ------
    SetupError
        There is no environment, and none can be made.
    """
    venv = checkout / ".venv"
    inside = venv.exists() and Path(sys.prefix).resolve() == venv.resolve()
    if not inside:
        lacking = missing(requirements_of(checkout))
        if not lacking:
            return
        if not is_checkout(checkout):
            raise SetupError(
                f"ganlib is installed in {checkout}, but these packages are missing or do not fit: "
                f"{', '.join(lacking)}; install ganlib again with the pip of {sys.executable}."
            )
    again = ["-m", "ganlib", *arguments]
    if not ready(checkout):
        if inside:  # it may have to be removed, so the Python that it was made from takes over
            become([sys._base_executable, *again], child_environment(checkout))
        with _alone(checkout / "requirements.txt"):
            if not ready(checkout):
                try:
                    build(checkout)
                except OSError as error:
                    raise SetupError(f"The set-up stopped: {sentence(error)}") from error
    if not inside:
        become([str(venv_python(venv)), *again], child_environment(checkout))
