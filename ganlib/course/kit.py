"""Which files are the kit's: those that are committed to git, or else those on the list that comes with the kit.

Whatever else lies in the folder (notes, marks, runs, lessons of one's own, links) is the leader's and stays there.
`python -m ganlib.course.kit` writes the list again, after a file was added or a lesson was changed.
"""

import hashlib
import io
import json
import os
import re
import subprocess
import tarfile
from pathlib import Path
from typing import NamedTuple

import nbformat

from ganlib.setup import environment

LIST = "ganlib/course/kit.txt"
TOP = (
    "START-HERE.html",
    "README.md",
    "LICENSE",
    "requirements.txt",
    "constraints.txt",
    "pyproject.toml",
    "setup.py",
    "conftest.py",
)
PAGES = re.compile(r"notebooks/(\w+\.md|\d\d_\w+\.ipynb)")
SAFELY = ("-c", "core.autocrlf=false", "-c", "core.fsmonitor=false")


class KitError(ValueError):
    """Nothing shows what belongs to the kit; the message is a sentence that says why, and the way out."""


class Part(NamedTuple):
    """One file of the kit.

    Attributes
    ----------
    content : bytes or Path
        What stands in it, or where it is.
    executable : bool
    sources : str or None
        For a lesson from the list: what `digest` said when it was listed.
    """

    content: bytes | Path
    executable: bool = False
    sources: str | None = None

    def open(self):
        """Open the content for reading, in binary."""
        return io.BytesIO(self.content) if isinstance(self.content, bytes) else self.content.open("rb")

    def read(self):
        """Return the content as bytes."""
        with self.open() as file:
            return file.read()


def parts(checkout):
    """Find the files of a kit.

    Parameters
    ----------
    checkout : Path
        The kit: a clone, a hand-out, or an unpacked archive.

    Returns
    -------
    dict of str to Part
        Path in the kit, with forward slashes, to the file: as it was committed last where there is git, else as it is.

    Raises
    ------
    KitError
        The kit has neither git nor a list.
    """
    committed = _committed(checkout)
    return _listed(checkout) if committed is None else committed


def changed(checkout):
    """Return the paths of files that are not as they were committed; without git, none."""
    listed = _git(checkout, "diff", "--name-only", "-z", "HEAD")
    return set() if listed is None else set(listed.decode().split("\0")) - {""}


def _committed(checkout):
    archive = _git(checkout, "archive", "--format=tar", "HEAD")
    if archive is None:
        return None
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        members = [member for member in tar if member.isfile() and _is_part(member.name)]  # a link is no file here
        return {member.name: Part(tar.extractfile(member).read(), bool(member.mode & 0o100)) for member in members}


def _git(checkout, *arguments):
    """Return what git says of this very folder, not of one around it; None without git."""
    if not (checkout / ".git").exists():
        return None
    variables = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    command = ["git", "-C", str(checkout), *SAFELY, *arguments]
    try:
        return subprocess.run(command, env=variables, capture_output=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return None


def _is_part(name):
    if any(part.startswith(".") or part == "__pycache__" for part in name.split("/")):
        return False
    return name in TOP or name.startswith(("ganlib/", "assets/")) or PAGES.fullmatch(name) is not None


def _listed(checkout):
    path = checkout / LIST
    if not path.is_file():
        raise KitError(
            f"Nothing shows which files in {checkout} belong to the kit: it is not a clone that git can read, and "
            f"{LIST} is missing. Install git and clone the kit, or unpack it again."
        )
    found = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        name, _, sources = line.partition("\t")
        file = checkout / name
        if _is_part(name) and file.is_file() and file.resolve() == checkout.resolve() / name:  # and so behind no link
            found[name] = Part(file, os.access(file, os.X_OK) and os.name != "nt", sources or None)
    return found


def listing(contents):
    """Write the list of a kit.

    Parameters
    ----------
    contents : dict of str to bytes
        Path in the kit to what stands there; only lessons are looked into.

    Returns
    -------
    str
        One path per line; after that of a lesson, a tab and what `digest` says of it.
    """
    names = sorted({*contents, LIST})
    return "".join(f"{name}\t{digest(contents[name])}\n" if name.endswith(".ipynb") else f"{name}\n" for name in names)


def digest(content):
    """Return a SHA-256 of what was written into a lesson, 64 hexadecimal digits; its outputs make no difference."""
    cells = nbformat.reads(content.decode("utf-8"), nbformat.NO_CONVERT).cells
    written = json.dumps([[cell.cell_type, cell.source] for cell in cells])
    return hashlib.sha256(written.encode()).hexdigest()


def current(checkout=environment.CHECKOUT):
    """Return what the list of a clone should be: of the files that git knows, as they are now."""
    names = (_git(checkout, "ls-files", "-z") or b"").decode().split("\0")
    return listing({name: (checkout / name).read_bytes() for name in names if name and _is_part(name)})


if __name__ == "__main__":
    (environment.CHECKOUT / LIST).write_bytes(current().encode())
