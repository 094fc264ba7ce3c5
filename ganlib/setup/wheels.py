"""The wheels of a hand-out: packages beside the lessons, so that the set-up needs no network.

Only the standard library is used: `ganlib.setup.environment` installs from here before anything is installed.
"""

import platform

FOLDER = "wheels"
TARGETS = "targets.txt"  # in that folder: the kinds of computer that it serves, a line each
COMPUTERS = {
    ("Linux", "x86_64"): "linux",
    ("Linux", "aarch64"): "linux-arm",
    ("Darwin", "arm64"): "macos",
    ("Windows", "AMD64"): "windows",
}  # those that TensorFlow has wheels for, as `platform` names them


def target(version, system=None, machine=None):
    """Name a kind of computer.

    Parameters
    ----------
    version : tuple of int
        Of its Python, at least (major, minor).
    system, machine : str, optional
        As `platform` names them; by default this computer's.

    Returns
    -------
    str or None
        Such as "windows-3.12"; None if TensorFlow has no wheels for it.
    """
    name = COMPUTERS.get((system or platform.system(), machine or platform.machine()))
    return name and f"{name}-{version[0]}.{version[1]}"


def served(checkout):
    """Return the kinds of computer that the wheels of a checkout serve, a list; empty without wheels."""
    path = checkout / FOLDER / TARGETS
    return path.read_text(encoding="utf-8").split() if path.is_file() else []


def usable(checkout, version):
    """Return the folder of wheels of a checkout if it serves this computer with this Python, else None."""
    return checkout / FOLDER if target(version) in served(checkout) else None
