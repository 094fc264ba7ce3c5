"""What pyproject.toml cannot say: the groups of requirements.txt, and `assets` and `notebooks` as parts of `ganlib`.

pyproject.toml can list packages or find them, not both, and those two lie outside `ganlib`; and it reads a list of
requirements from a file whole or not at all.
"""

import re
from pathlib import Path

from setuptools import find_packages, setup


def requirements():
    """Return the requirements by group: "" for those that run the course, else the name of the extra."""
    groups, group = {"": []}, ""
    for line in (Path(__file__).parent / "requirements.txt").read_text(encoding="utf-8").splitlines():
        if named := re.match(r"# \[(\w+)\]", line):
            group = named[1]
            groups[group] = []
        elif line and not line.startswith("#"):
            groups[group].append(line)
    return groups


extras = requirements()
setup(
    packages=[*find_packages(include=["ganlib", "ganlib.*"]), "ganlib.assets", "ganlib.notebooks"],
    install_requires=extras.pop(""),
    extras_require=extras,
)
