"""A real JupyterLab, to be seen in a real browser."""

import contextlib
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TOKEN = "seen-in-a-browser"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextlib.contextmanager
def served(command, url, environment=None):
    """Run a server until the block ends; it is there when its address answers."""
    process = subprocess.Popen(
        command, env={**os.environ, **(environment or {})}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        end = time.monotonic() + 120
        while True:
            try:
                urllib.request.urlopen(url, timeout=5).close()
                break
            except OSError:
                assert process.poll() is None, f"the server ended with code {process.returncode}"
                assert time.monotonic() < end, "the server does not answer"
                time.sleep(0.3)
        yield
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


@pytest.fixture(scope="session")
def room(tmp_path_factory):
    """A folder with copies of the lessons, and JupyterLab serving it; gives the address of a file."""
    folder = tmp_path_factory.mktemp("room")
    lessons, settings = folder / "lessons", folder / "settings"
    shutil.copytree(CHECKOUT / "notebooks", lessons, ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    quiet = settings / "@jupyterlab" / "apputils-extension" / "notification.jupyterlab-settings"
    quiet.parent.mkdir(parents=True)
    quiet.write_text(json.dumps({"fetchNews": "false"}), encoding="utf-8")
    port = free_port()
    command = [
        *(sys.executable, "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root"),
        *("--ServerApp.port_retries=0", f"--IdentityProvider.token={TOKEN}", f"--notebook-dir={lessons}"),
        *(f"--LabApp.workspaces_dir={folder / 'workspaces'}", f"--LabServerApp.user_settings_dir={settings}"),
    ]
    environment = {"PYTHONPATH": str(CHECKOUT), "GANLIB_SPEED": "smoke"}
    with served(command, f"http://127.0.0.1:{port}/api?token={TOKEN}", environment):
        yield lambda name: f"http://127.0.0.1:{port}/lab/tree/{name}?token={TOKEN}&reset"
