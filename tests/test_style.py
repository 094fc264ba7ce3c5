"""One style for every Python file and notebook, the same on every computer."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("command", [["check"], ["format", "--check", "--diff"]], ids=["check", "format"])
def test_ruff_has_nothing_to_say(command):
    ruff = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=CHECKOUT, capture_output=True, text=True)
    assert ruff.returncode == 0, ruff.stdout + ruff.stderr
