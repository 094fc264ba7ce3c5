"""A real JupyterLab, to be seen in a real browser."""

import pytest
from helpers.lab_page import jupyterlab


@pytest.fixture(scope="session")
def room(tmp_path_factory):
    """A folder with copies of the lessons, and JupyterLab serving it; gives the address of a file."""
    with jupyterlab(tmp_path_factory.mktemp("room")) as address:
        yield address
