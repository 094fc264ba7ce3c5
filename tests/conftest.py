"""What several tests need: a kit in a temporary folder."""

import shutil
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture
def kit(tmp_path):
    """A checkout in a temporary folder: the package's own files, and one requirement that no Python has."""
    folder = tmp_path / "kit"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "ganlib").mkdir()
    for source in (CHECKOUT / "ganlib").glob("*.py"):
        shutil.copy(source, folder / "ganlib")
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    (folder / "requirements.txt").write_text("no-such-package-here>=1.5,<2\n", encoding="utf-8")
    return folder
