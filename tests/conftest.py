"""What several tests need: a kit in a temporary folder, a browser."""

import shutil
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parent.parent
SYSTEM_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = [f"--{name}" for name in ("no-sandbox", "disable-gpu", "disable-background-networking", "disable-sync")]


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


def launch_chromium(playwright):
    """Start Debian's Chromium, or Playwright's own where there is none."""
    path = next(filter(None, map(shutil.which, SYSTEM_BROWSERS)), None)
    return playwright.chromium.launch(executable_path=path, args=FLAGS)


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
