"""Lesson 10 in JupyterLab: what a learner does with the live lab, in a real browser."""

import re
import time

import pytest

LESSON = "10_live_lab.ipynb"
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"
COMPILED = 180_000  # milliseconds that the first step may take
QUICK = 30_000
SERIOUS = ("serious", "critical")
KNOWN = ("aria-input-field-name",)  # ipywidgets gives the handle of a slider no name; the box beside it has one


def run_cells(page, count):
    """Run the first code cells of the notebook, one after the other."""
    cells = page.locator(f"{PANEL} .jp-CodeCell")
    for number in range(count):
        prompt = cells.nth(number).locator(".jp-InputPrompt").first
        pressed = 0.0
        end = time.monotonic() + COMPILED / 1000
        while not re.fullmatch(r"\[\d+\]:", prompt.inner_text()):
            assert time.monotonic() < end, f"cell {number} does not end: {prompt.inner_text()}"
            if "*" not in prompt.inner_text() and time.monotonic() > pressed + 5:  # a kernel that starts hears nothing
                cells.nth(number).locator(".jp-InputArea-editor").click()
                page.keyboard.press("Control+Enter")
                pressed = time.monotonic()
            time.sleep(0.1)


def step_of(page):
    return int(page.locator(".ganlib-step").inner_text().replace(",", ""))


def wait_for(condition, what, seconds=60):
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what}: it never happened"
        time.sleep(0.1)


@pytest.fixture(scope="module")
def page(browser, room):
    """The lesson with the lab open; what the console says is kept in `page.complaints`."""
    context = browser.new_context(viewport={"width": 1280, "height": 1700})
    page = context.new_page()
    page.complaints = []
    page.on("console", lambda message: message.type == "error" and page.complaints.append(message.text))
    page.on("pageerror", lambda error: page.complaints.append(str(error)))
    page.goto(room(LESSON))
    page.locator(f"{PANEL} .jp-CodeCell").first.wait_for(timeout=COMPILED)
    page.locator('[data-status="idle"]').first.wait_for(timeout=COMPILED)
    run_cells(page, 3)
    page.locator(".ganlib-lab").wait_for(timeout=COMPILED)
    yield page
    context.close()


def button(page, name):
    return page.locator(".ganlib-lab").get_by_role("button", name=name)


def test_a_learner_plays_steers_pauses_and_reloads(page, tmp_path):
    assert step_of(page) == 0
    picture = page.locator(".ganlib-lab img").first
    first = picture.get_attribute("src")
    button(page, "Play").click()
    wait_for(lambda: step_of(page) > 20, "steps", 240)
    wait_for(lambda: picture.get_attribute("src") != first, "another picture")

    rate = page.locator(".ganlib-lab").get_by_label("D learning rate, typed")
    before, handle = rate.input_value(), page.locator(".ganlib-lab .noUi-handle").first
    handle.focus()
    started = time.monotonic()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: rate.input_value() != before, "the number beside the slider")
    print(f"key press to changed number: {1000 * (time.monotonic() - started):.0f} ms")
    wait_for(lambda: "D rate" in page.locator(".ganlib-chart").first.inner_html(), "the mark on the chart")
    for width in (1280, 1920):
        page.set_viewport_size({"width": width, "height": 1700})
        page.locator(".ganlib-lab").scroll_into_view_if_needed()
        page.screenshot(path=tmp_path / f"lab_{width}.png")
    page.set_viewport_size({"width": 1280, "height": 1700})

    now = step_of(page)
    page.evaluate("document.querySelector('.ganlib-lab').scrollIntoView()")
    wait_for(lambda: step_of(page) > now, "steps go on")
    button(page, "Pause").click()
    page.locator(".ganlib-status", has_text="paused").wait_for(timeout=QUICK)
    stopped = step_of(page)
    time.sleep(1)
    assert step_of(page) == stopped


def test_axe_finds_no_serious_fault_in_the_lab(page):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    found = axe.run(page, context=".ganlib-lab")["violations"]
    serious = [fault for fault in found if fault["impact"] in SERIOUS and fault["id"] not in KNOWN]
    assert [(fault["id"], fault["nodes"][0]["html"][:200]) for fault in serious] == []


def test_the_console_has_no_errors_of_ours(page):
    ours = [text for text in page.complaints if re.search("ganlib|widget|comm|model", text, re.IGNORECASE)]
    assert ours == []


def test_a_reloaded_page_has_a_lab_that_works(page):
    page.locator(f"{PANEL} .jp-CodeCell").nth(0).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+s")  # what is not saved is not there after a reload
    time.sleep(2)
    page.reload()
    page.locator(".ganlib-lab").wait_for(timeout=COMPILED)
    page.locator(".ganlib-step").wait_for(timeout=COMPILED)
    before = step_of(page)
    button(page, "1 step").click()
    wait_for(lambda: step_of(page) == before + 1, "one more step")
