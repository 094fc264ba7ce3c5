"""Put the folder `assets` into the wheel as `ganlib/assets`; all the rest is in pyproject.toml.

pyproject.toml can list packages or find them, not both, and `assets` lies outside `ganlib`.
"""

from setuptools import find_packages, setup

setup(packages=[*find_packages(include=["ganlib", "ganlib.*"]), "ganlib.assets"])
