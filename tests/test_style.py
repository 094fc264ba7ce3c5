"""One style for every Python file and notebook, the same on every computer."""

import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent


def test_every_room_imports_only_from_those_below_it():
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run([linter, "--no-cache"], cwd=CHECKOUT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr
    assert "Contracts: 1 kept, 0 broken." in found.stdout


@pytest.mark.parametrize("command", [["check"], ["format", "--check", "--diff"]], ids=["check", "format"])
def test_ruff_has_nothing_to_say(command):
    ruff = subprocess.run([sys.executable, "-m", "ruff", *command, "."], cwd=CHECKOUT, capture_output=True, text=True)
    assert ruff.returncode == 0, ruff.stdout + ruff.stderr
