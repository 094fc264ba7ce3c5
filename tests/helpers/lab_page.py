"""What the browser tests share: servers that end with the test, and what is on a page with a lab."""

import contextlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TOKEN = "seen-in-a-browser"
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
COMPILED = 180_000  # milliseconds that the first step may take
QUICK = 30_000
SERIOUS = ("serious", "critical")
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [f"--{name}" for name in ("no-sandbox", "disable-gpu", "disable-background-networking", "disable-sync")]


def launch_chromium(playwright):
    """Start Debian's Chromium, or Playwright's own where there is none."""
    path = next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


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
            except urllib.error.HTTPError:  # an answer, too
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


@contextlib.contextmanager
def jupyterlab(folder, speed="smoke"):
    """Serve copies of the lessons in a folder by JupyterLab; gives the function from a file's name to its address."""
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
    environment = {"PYTHONPATH": str(CHECKOUT), "GANLIB_SPEED": speed}
    with served(command, f"http://127.0.0.1:{port}/api?token={TOKEN}", environment):

        def address(name):
            return f"http://127.0.0.1:{port}/lab/tree/{name}?token={TOKEN}&reset"

        address.folder = lessons
        yield address


def open_lesson(page, address, cells):
    """Open a lesson and run its first code cells."""
    page.goto(address)
    page.locator(f"{PANEL} .jp-CodeCell").first.wait_for(timeout=COMPILED)
    # It calls itself idle before it has a kernel, and a cell that is run then may make JupyterLab ask for one.
    page.locator(f"{PANEL} .jp-KernelName", has_text="Python 3").wait_for(timeout=COMPILED)
    page.locator('[data-status="idle"]').first.wait_for(timeout=COMPILED)
    for number in range(cells):
        run_cell(page, number)


@contextlib.contextmanager
def notebook_page(browser, room, name, codes, *, ran, height):
    """Give a touch screen with a notebook of cells of one's own, the first of which have run.

    What the console says is kept in `page.complaints`.
    """
    cells = [nbformat.v4.new_code_cell(code) for code in codes]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), room.folder / name)
    context = browser.new_context(viewport={"width": 1280, "height": height}, has_touch=True)
    page = context.new_page()
    page.complaints = complaints_of(page)
    page.asked = []  # of the server, about kernels: to be told should JupyterLab ask for one
    page.on("response", lambda answer: "/api/" in answer.url and page.asked.append((answer.status, answer.url)))
    page.on("requestfailed", lambda request: page.asked.append((request.failure, request.url)))
    open_lesson(page, room(name), ran)
    yield page
    context.close()


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: it never happened"
        time.sleep(0.1)


def complaints_of(page):
    """Return a list that what goes wrong on the page will be in."""
    complaints = []
    page.on("console", lambda message: message.type == "error" and complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    return complaints


def run_cell(page, number):
    """Run one code cell of the notebook and wait until it has ended."""
    cell = page.locator(f"{PANEL} .jp-CodeCell").nth(number)
    prompt = cell.locator(".jp-InputPrompt").first
    before, pressed = prompt.inner_text(), 0.0
    end = time.monotonic() + COMPILED / 1000
    while not re.fullmatch(r"\[\d+\]:", prompt.inner_text()) or prompt.inner_text() == before:
        assert time.monotonic() < end, f"cell {number} does not end: {prompt.inner_text()}"
        if "*" not in prompt.inner_text() and time.monotonic() > pressed + 5:  # a kernel that starts hears nothing
            close_dialog(page)
            cell.locator(".jp-InputArea-editor").click()
            page.keyboard.press("Control+Enter")
            pressed = time.monotonic()
        time.sleep(0.1)


def close_dialog(page):
    """Close a dialog that JupyterLab opens while its server is slow; one that asks for a kernel comes of haste."""
    dialog = page.locator("dialog.jp-Dialog")
    if dialog.count():
        words = dialog.first.inner_text()
        print(f"JupyterLab said: {words}")
        assert "Select Kernel" not in words, [
            words,
            *getattr(page, "asked", ())[-30:],
            *getattr(page, "complaints", ()),
        ]
        dialog.first.locator("button.jp-mod-accept").click()


def step_of(page):
    return int(page.locator(".ganlib-step").first.inner_text().replace(",", ""))


def slider_names(page):
    """Return the names of the handles of all sliders, once they have them."""
    handles = ".ganlib .noUi-handle"
    page.wait_for_function(f"() => !document.querySelector('{handles}:not([aria-label])')", timeout=QUICK)
    return [handle.get_attribute("aria-label") for handle in page.locator(handles).all()]


def axe_faults(page, context):
    """Return the serious faults that axe-core finds in a part of the page: (rule, first node)."""
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    found = axe.run(page, context=context)["violations"]
    return [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in found if fault["impact"] in SERIOUS]
