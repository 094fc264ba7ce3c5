"""The plane in the lab, in JupyterLab: its layers are switched with keys, the mouse and a finger."""

import pytest
from helpers.lab_page import COMPILED, QUICK, axe_faults, notebook_page, slider_names, step_of, wait_for

NOTEBOOK = "layers.ipynb"
OPEN_LAB = """from ganlib.lab import LiveLab
from ganlib.models.plane import PlaneGAN
LiveLab(PlaneGAN(seed=0), batch_size=32)"""


@pytest.fixture(scope="module")
def page(browser, room):
    """A notebook with the lab open on the plane, on a touch screen."""
    with notebook_page(browser, room, NOTEBOOK, (OPEN_LAB,), ran=1, height=1700) as page:
        page.locator(".ganlib-layers").wait_for(timeout=COMPILED)
        yield page


def switch(page, name):
    return page.locator(".ganlib-layers").get_by_role("checkbox", name=name)


def told(page):
    return page.locator(".ganlib-made img").get_attribute("alt")


def test_layers_are_switched_by_key_mouse_and_finger_while_nothing_trains(page):
    assert [switch(page, name).is_checked() for name in ("real points", "what D says")] == [True, True]
    before = page.locator(".ganlib-made img").get_attribute("src")
    switch(page, "D's push on each fake").focus()
    page.keyboard.press("Space")
    wait_for(lambda: "arrows of mean length" in told(page), "the arrows")
    assert page.locator(".ganlib-made img").get_attribute("src") != before
    switch(page, "real points").click()
    wait_for(lambda: "real points" not in told(page), "the plane without real points")
    switch(page, "G's sheet").tap()
    wait_for(lambda: "the generator's sheet cover" in told(page), "the sheet")
    assert step_of(page) == 0


def test_the_slider_takes_the_points_back_to_noise_by_key(page):
    assert "From noise to points" in slider_names(page)
    page.locator(".ganlib-layers").get_by_role("slider", name="From noise to points").focus()
    page.keyboard.press("Home")
    wait_for(lambda: "0% of the way from noise to points" in told(page), "noise")
    assert "cover 4.00 of the square's area of 4" in told(page)  # the square that noise comes from
    assert "arrows" not in told(page)
    page.keyboard.press("End")
    wait_for(lambda: "of the way" not in told(page), "the points")
    assert "arrows" in told(page)


def test_all_layers_move_while_it_trains(page):
    switch(page, "real points").click()
    page.locator(".ganlib-lab").get_by_role("button", name="Play").click()
    wait_for(lambda: step_of(page) > 20, "steps", 240)
    before = page.locator(".ganlib-made img").get_attribute("src")
    wait_for(lambda: page.locator(".ganlib-made img").get_attribute("src") != before, "another picture")
    switch(page, "fakes").focus()
    page.keyboard.press("Space")
    wait_for(lambda: "fake points" not in told(page), "the plane without fakes")
    page.keyboard.press("Space")
    page.locator(".ganlib-lab").get_by_role("button", name="Pause").click()
    page.locator(".ganlib-status", has_text="paused").wait_for(timeout=QUICK)


@pytest.mark.parametrize("light", ["true", "false"])
@pytest.mark.parametrize("width", [900, 1280, 1920])
def test_at_any_width_and_in_both_themes_nothing_sticks_out_and_axe_finds_nothing_serious(page, width, light, tmp_path):
    page.set_viewport_size({"width": width, "height": 1700})
    page.evaluate(f"document.body.dataset.jpThemeLight = '{light}'")
    lab = page.locator(".ganlib-lab")
    try:
        wait_for(lambda: lab.evaluate("box => box.scrollWidth <= box.clientWidth"), "all within the lab")
        fits = "box => [...box.children].every(one => one.scrollWidth <= one.clientWidth + 1)"
        wait_for(lambda: page.locator(".ganlib-layers").evaluate(fits), "all words whole")
        if light == "true":  # JupyterLab's own dark colours are not loaded
            assert axe_faults(page, ".ganlib-lab") == []
        lab.screenshot(path=tmp_path / f"plane_{width}_{light}.png")
    finally:
        page.evaluate("document.body.dataset.jpThemeLight = 'true'")
        page.set_viewport_size({"width": 1280, "height": 1700})


def test_the_console_has_no_errors(page):
    assert page.complaints == []
