"""What several tests need: ways to run steps, a kit in a temporary folder, a browser."""

import shutil
from pathlib import Path

import pytest
from helpers import modes
from helpers.lab_page import launch_chromium

CHECKOUT = Path(__file__).resolve().parent.parent


@pytest.fixture
def kit(tmp_path):
    """A checkout in a temporary folder: the package's own files, and one requirement that no Python has."""
    folder = tmp_path / "kit"
    (folder / "notebooks").mkdir(parents=True)
    (folder / "ganlib").mkdir()
    for source in (CHECKOUT / "ganlib").glob("*.py"):
        shutil.copy(source, folder / "ganlib")
    shutil.copytree(CHECKOUT / "ganlib" / "setup", folder / "ganlib" / "setup")
    shutil.copy(CHECKOUT / "pyproject.toml", folder)
    (folder / "requirements.txt").write_text("no-such-package-here>=1.5,<2\n", encoding="utf-8")
    return folder


@pytest.fixture
def graph():
    """Run steps as a plain graph, which is quick to build."""
    with modes.plain_graph():
        yield


@pytest.fixture
def eager():
    """Run steps without a graph: tracing one takes as long as ten steps."""
    with modes.no_graph():
        yield


@pytest.fixture(scope="module")  # no longer: Playwright keeps an event loop running, which other tools cannot have then
def browser():
    """Chromium under Playwright, Debian's or its own; skipped with the reason where there is none."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        try:
            browser = launch_chromium(playwright)
        except sync_api.Error as error:
            pytest.skip(f"no Chromium can be started: {str(error).splitlines()[0]}")
        yield browser
        browser.close()
