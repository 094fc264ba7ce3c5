"""How long it takes, in a real JupyterLab, from a key that is pressed on a slider to the number that changes beside it.

    python -m tests.benchmarks.bench_keys [--presses 24]

It opens lesson 10 in Chromium, lets the lab train and presses the arrow keys on the discriminator's learning rate. Run
it on a quiet computer: the browser, the server and the training share its cores, as they do on a learner's.
"""

import argparse
import tempfile
import time
from pathlib import Path

import numpy as np
from playwright.sync_api import sync_playwright

from tests.helpers.lab_page import COMPILED, jupyterlab, launch_chromium, open_lesson, step_of, wait_for

LESSON, CELLS = "10_live_lab.ipynb", 3
SLIDER, NUMBER = "D learning rate", "D learning rate, typed"
WARM = 60  # steps before anything is measured
BETWEEN = 0.45  # seconds between two presses
THERE_AND_BACK = 4  # presses to the right, then as many to the left
WATCH = """(number) => {
    window.taken = [];
    document.addEventListener("keydown", () => {
        const before = number.value, pressed = performance.now();
        const look = () => {
            const passed = performance.now() - pressed;
            if (number.value !== before) window.taken.push(passed);
            else if (passed < 3000) requestAnimationFrame(look);
        };
        look();
    }, true);
}"""


def key_to_number(page, presses):
    """Press the arrow keys on the slider while the lab trains; return the milliseconds of those that were seen."""
    lab = page.locator(".ganlib-lab")
    lab.wait_for(timeout=COMPILED)
    lab.get_by_role("button", name="Play").click()
    wait_for(lambda: step_of(page) > WARM, "steps", seconds=COMPILED / 1000)
    lab.get_by_label(NUMBER).evaluate(WATCH)
    lab.get_by_role("slider", name=SLIDER).focus()
    for press in range(presses):
        page.keyboard.press("ArrowRight" if press % (2 * THERE_AND_BACK) < THERE_AND_BACK else "ArrowLeft")
        time.sleep(BETWEEN)
    return page.evaluate("window.taken")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--presses", type=int, default=24)
    presses = parser.parse_args().presses
    with (
        tempfile.TemporaryDirectory() as folder,
        jupyterlab(Path(folder), speed="lesson") as address,
        sync_playwright() as playwright,
    ):
        browser = launch_chromium(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        open_lesson(page, address(LESSON), CELLS)
        taken = key_to_number(page, presses)
        browser.close()
    if not taken:
        raise SystemExit("No press changed the number: is the lab there, and does it train?")
    middle, slow = np.percentile(taken, (50, 95))
    print(f"{len(taken)} of {presses} presses changed the number: median {middle:.0f} ms, p95 {slow:.0f} ms")


if __name__ == "__main__":
    main()
