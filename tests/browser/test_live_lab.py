"""Lesson 10 in JupyterLab: what a learner does with the live lab, in a real browser."""

import time

import pytest
from helpers.lab_page import (
    COMPILED,
    PANEL,
    QUICK,
    axe_faults,
    complaints_of,
    open_lesson,
    run_cell,
    slider_names,
    step_of,
    wait_for,
)

LESSON = "10_live_lab.ipynb"
OPEN_LAB, SPARE = 2, 3  # numbers of code cells: the one that opens the lab, and one to write into
KNOWN = ()  # what the console may say, each with its reason


def save(page):
    page.locator(f"{PANEL} .jp-CodeCell").nth(0).locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+s")
    time.sleep(2)


def menu(page, name):
    """Choose from JupyterLab's menu of the kernel."""
    page.locator(".lm-MenuBar-item", has_text="Kernel").click()
    page.locator(".lm-Menu-item", has_text=name).first.click()


def execute(page, code):
    """Write code into a cell of the lesson and run it."""
    cell = page.locator(f"{PANEL} .jp-CodeCell").nth(SPARE)
    cell.locator(".jp-InputArea-editor").click()
    page.keyboard.press("Control+a")
    page.keyboard.insert_text(code)
    run_cell(page, SPARE)
    return cell.locator(".jp-OutputArea-output").last.inner_text()


@pytest.fixture(scope="module")
def page(browser, room):
    """The lesson with the lab open; what the console says is kept in `page.complaints`."""
    context = browser.new_context(viewport={"width": 1280, "height": 1700})
    page = context.new_page()
    page.complaints = complaints_of(page)
    open_lesson(page, room(LESSON), OPEN_LAB + 1)
    page.locator(".ganlib-lab").wait_for(timeout=COMPILED)
    yield page
    context.close()


def button(page, name):
    return page.locator(".ganlib-lab").get_by_role("button", name=name)


def test_a_learner_plays_steers_and_pauses(page, tmp_path):
    assert step_of(page) == 0
    picture = page.locator(".ganlib-lab img").first
    first = picture.get_attribute("src")
    button(page, "Play").click()
    wait_for(lambda: step_of(page) > 20, "steps", 240)
    loop = page.locator(".ganlib-loop")
    wait_for(lambda: "Now they train." in loop.get_attribute("aria-label"), "both networks lit")
    assert loop.locator(".on.g, .on.d").count() >= 2
    wait_for(lambda: picture.get_attribute("src") != first, "another picture")

    rate = page.locator(".ganlib-lab").get_by_label("D learning rate, typed")
    before = rate.input_value()
    page.locator(".ganlib-lab").get_by_role("slider", name="D learning rate").focus()
    started = time.monotonic()
    page.keyboard.press("ArrowRight")
    wait_for(lambda: rate.input_value() != before, "the number beside the slider")
    print(f"key press to changed number: {1000 * (time.monotonic() - started):.0f} ms")
    wait_for(
        lambda: "D rate" in page.locator(".ganlib-charts .ganlib-chart").first.inner_html(), "the mark on the chart"
    )
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


def test_every_slider_has_a_name_and_axe_finds_no_serious_fault(page):
    assert {"D learning rate", "G learning rate", "D steps", "G steps", "label smoothing"} <= set(slider_names(page))
    assert axe_faults(page, ".ganlib-lab") == []


def test_the_tour_is_taken_by_keyboard_and_left_by_one_press(page):
    card = page.locator(".ganlib-tour")
    assert card.is_hidden()
    button(page, "Tour").focus()
    page.keyboard.press("Enter")
    card.get_by_text("1 of 8").wait_for(timeout=QUICK)
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    card.get_by_text("These are the first weights").wait_for(timeout=QUICK)
    assert page.locator(".ganlib-lit").count() == 1
    assert axe_faults(page, ".ganlib-lab") == []
    card.get_by_role("button", name="Close the tour").click()
    card.wait_for(state="hidden", timeout=QUICK)
    assert page.locator(".ganlib-lit").count() == 0


def check_that_nothing_sticks_out(page, width):
    page.set_viewport_size({"width": width, "height": 1700})
    lab = page.locator(".ganlib-lab")
    try:
        wait_for(lambda: lab.evaluate("box => box.scrollWidth <= box.clientWidth"), "all within the lab")
    finally:
        page.set_viewport_size({"width": 1280, "height": 1700})


@pytest.mark.parametrize("width", [900, 1280, 1920])
def test_nothing_sticks_out_at_any_width(page, width):
    check_that_nothing_sticks_out(page, width)


def test_a_run_is_pinned_by_keyboard_and_stands_beside_the_next_one(page):
    lab, told = page.locator(".ganlib-lab"), page.locator(".ganlib-differs")
    pinned = lab.get_by_role("img", name="What the pinned run made")
    button(page, "1 step").click()
    wait_for(lambda: step_of(page) > 0, "a step")
    assert pinned.count() == 0
    button(page, "Pin this run").focus()
    page.keyboard.press("Enter")
    told.get_by_text("Change one thing").wait_for(timeout=QUICK)
    lab.get_by_label("D learning rate, typed").fill("0.01")
    page.keyboard.press("Enter")
    button(page, "Reset").click()
    wait_for(lambda: step_of(page) == 0, "the first weights")
    told.get_by_text("Everything else, the seed too, is the same.").wait_for(timeout=QUICK)
    assert "Now: D rate 0.01" in told.inner_text()
    assert pinned.is_visible()
    for width in (900, 1280, 1920):
        check_that_nothing_sticks_out(page, width)
    assert axe_faults(page, ".ganlib-lab") == []
    button(page, "Unpin").focus()
    page.keyboard.press("Enter")
    pinned.wait_for(state="hidden", timeout=QUICK)


def test_an_interrupt_of_the_kernel_pauses_the_lab(page):
    button(page, "Play").click()
    now = step_of(page)
    wait_for(lambda: step_of(page) > now, "steps")
    menu(page, "Interrupt Kernel")
    page.locator(".ganlib-status", has_text="The kernel was interrupted").wait_for(timeout=QUICK)
    stopped = step_of(page)
    time.sleep(1)
    assert step_of(page) == stopped
    button(page, "1 step").click()
    wait_for(lambda: step_of(page) == stopped + 1, "one more step")


def test_the_file_does_not_grow_while_the_lab_runs(page, room):
    save(page)
    size = (room.folder / LESSON).stat().st_size
    button(page, "Play").click()
    now = step_of(page)
    wait_for(lambda: step_of(page) > now + 100, "steps")
    save(page)
    assert (room.folder / LESSON).stat().st_size == size
    button(page, "Pause").click()


def test_the_cell_run_twice_leaves_one_lab_that_works(page):
    button(page, "Play").click()
    run_cell(page, OPEN_LAB)
    wait_for(lambda: step_of(page) == 0, "the new lab")
    assert page.locator(".ganlib-lab").count() == 1
    button(page, "1 step").click()
    wait_for(lambda: step_of(page) == 1, "a step")
    threads = "import threading\nprint([t.name for t in threading.enumerate()].count('ganlib lab'))"
    assert execute(page, threads).strip() == "1"


def test_a_closed_tab_and_a_reloaded_page_find_the_lab_as_it_goes_on(page, room):
    save(page)  # what is not saved is not there after a reload
    button(page, "Play").click()
    now = step_of(page)
    wait_for(lambda: step_of(page) > now, "steps")
    page.goto("about:blank")
    time.sleep(3)
    page.goto(room(LESSON).removesuffix("&reset"))
    page.locator(".ganlib-step").wait_for(timeout=COMPILED)
    came_back = step_of(page)
    assert came_back > now
    wait_for(lambda: step_of(page) > came_back, "steps go on")
    button(page, "Pause").click()
    page.locator(".ganlib-status", has_text="paused").wait_for(timeout=QUICK)
    page.reload()
    page.locator(".ganlib-step").wait_for(timeout=COMPILED)
    before = step_of(page)
    button(page, "1 step").click()
    wait_for(lambda: step_of(page) == before + 1, "one more step")


def test_after_a_restart_of_the_kernel_the_old_lab_says_what_to_do_and_a_new_one_works(page):
    menu(page, "Restart Kernel…")
    page.locator(".jp-Dialog .jp-mod-accept").click()
    told = "() => getComputedStyle(document.querySelector('.ganlib-lab'), '::before').content"
    wait_for(lambda: "run this cell again" in page.evaluate(told), "the sentence", 60)
    for number in range(OPEN_LAB + 1):
        run_cell(page, number)
    wait_for(lambda: step_of(page) == 0, "the new lab")
    assert "run this cell again" not in page.evaluate(told)
    button(page, "1 step").click()
    wait_for(lambda: step_of(page) == 1, "a step", 240)


def test_the_console_has_no_errors(page):
    assert [text for text in page.complaints if not any(known in text for known in KNOWN)] == []
