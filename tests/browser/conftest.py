"""A real JupyterLab, to be seen in a real browser."""

import json
import shutil
import sys
from pathlib import Path

import pytest
from lab_page import free_port, served

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TOKEN = "seen-in-a-browser"


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

        def address(name):
            return f"http://127.0.0.1:{port}/lab/tree/{name}?token={TOKEN}&reset"

        address.folder = lessons
        yield address
