"""What the tests of the course share."""

import pytest
from small import make_checkout


@pytest.fixture
def lesson_folder(tmp_path):
    """A folder with two small lessons, `00_one` and `01_two`."""
    return make_checkout(tmp_path) / "notebooks"
