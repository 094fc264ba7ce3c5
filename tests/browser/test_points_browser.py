"""The plane to draw points in, in JupyterLab: drawn on with the mouse, a finger and keys alone, and trained on."""

import ast

import numpy as np
import pytest
from helpers.lab_page import COMPILED, PANEL, axe_faults, notebook_page, run_cell, wait_for

NOTEBOOK = "points.ipynb"
OPEN_PAD = """from ganlib.lab import PointPad
pad = PointPad([(-0.6, 0.4), (-0.5, 0.5), (-0.4, 0.4), (0.4, 0.4), (0.5, 0.5), (0.6, 0.4)] * 2)
pad"""
TELL = "print(pad.as_text())"
TRAIN = """import numpy as np
from ganlib import plots
from ganlib.data import check_points
from ganlib.models.plane import PlaneGAN
gan = PlaneGAN(seed=0)
gan.train(4, data=np.resize(check_points(pad.points), (2000, 2)), verbose=0)
plots.planes(plots.Scene(pad.points, gan.generate(100)))"""
TYPE = "pad.points = [(x / 10, 0.5) for x in range(-5, 6)]"


@pytest.fixture(scope="module")
def page(browser, room):
    """A notebook with the plane open, on a touch screen."""
    with notebook_page(browser, room, NOTEBOOK, (OPEN_PAD, TELL, TRAIN, TYPE), ran=1, height=1400) as page:
        pad(page).wait_for(timeout=COMPILED)
        yield page


def pad(page):
    return page.locator(".ganlib-pad .pad").first


def press(page, name):
    pad(page).get_by_role("button", name=name, exact=True).click()


def keys(page, *names):
    for name in names:
        page.keyboard.press(name)


def place(page, x, y):
    box = pad(page).locator("canvas").bounding_box()
    return box["x"] + (x + 1) / 2 * box["width"], box["y"] + (1 - y) / 2 * box["height"]


def draw(page, *points):
    """Draw a line with the mouse; points are those of the plane."""
    page.mouse.move(*place(page, *points[0]))
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*place(page, *point), steps=8)
    page.mouse.up()


def points_of(page):
    """Return what the kernel has: the text of the cell that prints it."""
    run_cell(page, 1)
    text = page.locator(f"{PANEL} .jp-CodeCell").nth(1).locator(".jp-OutputArea-output").inner_text()
    return np.array(ast.literal_eval(text.strip())).reshape(-1, 2)


def said(page):
    return pad(page).get_by_role("status").inner_text()


def test_it_opens_with_the_points_that_were_typed(page):
    pad(page).get_by_text("12 points").wait_for()
    assert (
        pad(page).locator("canvas").get_attribute("aria-label").startswith("A plane to draw points in, with 12 points")
    )


def test_the_mouse_paints_where_it_goes_and_what_runs_next_has_it(page):
    press(page, "Clear")
    pad(page).get_by_text("0 points; at least 10 are needed").wait_for()
    draw(page, (-0.5, 0.5), (0.5, 0.5))
    points = points_of(page)
    assert 40 < len(points) < 70
    assert np.abs(points[:, 1] - 0.5).max() <= 0.06  # the brush, 0.08 wide, and a pixel
    assert points[:, 0].min() < -0.4
    assert points[:, 0].max() > 0.4


def test_the_eraser_takes_away_what_it_touches_and_undo_brings_it_back(page):
    before = len(points_of(page))
    pad(page).get_by_role("radio", name="Eraser").check()
    draw(page, (0.1, 0.5), (0.6, 0.5))
    left = points_of(page)
    assert 10 < len(left) < before
    assert left[:, 0].max() < 0.1
    press(page, "Undo")
    assert len(points_of(page)) == before
    pad(page).get_by_role("radio", name="Brush").check()


def test_presets_are_put_into_the_plane(page):
    press(page, "ring")
    points = points_of(page)
    assert len(points) == 300
    assert np.allclose(np.hypot(*points.T), 0.7, atol=0.15)
    press(page, "as at the start")
    assert len(points_of(page)) == 12


def test_a_finger_paints_and_does_not_scroll(page):
    press(page, "Clear")
    page.touchscreen.tap(*place(page, -0.5, -0.5))
    points = points_of(page)
    assert len(points) == 4
    assert np.allclose(points, -0.5, atol=0.06)
    assert pad(page).locator("canvas").evaluate("canvas => getComputedStyle(canvas).touchAction") == "none"


def test_keys_alone_are_enough(page):
    pad(page).locator("canvas").focus()
    keys(page, "Escape", "ArrowUp", "Shift+ArrowRight")
    assert said(page) == "At (0.01, 0.05)."
    keys(page, "Space", *["ArrowRight"] * 10, "Space")
    drawn = points_of(page)
    assert 20 < len(drawn) < 35
    assert drawn[:, 0].max() > 0.4
    pad(page).locator("canvas").focus()
    keys(page, "e", "Space", *["ArrowLeft"] * 4, "Space", "b")
    assert len(points_of(page)) < len(drawn)
    pad(page).locator("canvas").focus()
    keys(page, "Backspace")
    assert len(points_of(page)) == len(drawn)
    pad(page).locator("canvas").focus()
    for name in ("Undo", "Clear"):  # and JupyterLab has not taken a key for itself
        keys(page, "Tab")
        button = pad(page).get_by_role("button", name=name, exact=True)
        assert button.evaluate("button => button === document.activeElement")


def test_arrows_choose_the_tool_and_its_width(page):
    brush, eraser = (pad(page).get_by_role("radio", name=name) for name in ("Brush", "Eraser"))
    brush.focus()
    keys(page, "ArrowDown")
    assert eraser.is_checked()
    keys(page, "ArrowUp")
    assert brush.is_checked()
    width = pad(page).get_by_role("slider", name="Width")
    width.focus()
    keys(page, "ArrowUp")
    assert width.input_value() == "90"
    keys(page, "ArrowDown")
    assert width.input_value() == "80"


def test_a_gan_trains_on_what_was_drawn(page):
    press(page, "Clear")
    draw(page, (-0.6, -0.6), (0.6, 0.6))
    count = len(points_of(page))
    run_cell(page, 2)
    alt = page.locator(f"{PANEL} .jp-CodeCell").nth(2).locator("img").get_attribute("alt")
    assert alt.startswith(f"{count} real points")


def test_what_code_assigns_is_shown_and_can_be_taken_back(page):
    before = len(points_of(page))
    run_cell(page, 3)
    pad(page).get_by_text("11 points").wait_for()
    press(page, "Undo")
    assert len(points_of(page)) == before


def test_axe_finds_no_serious_fault(page):
    assert axe_faults(page, ".ganlib-pad") == []


def test_when_the_kernel_has_ended_the_pad_says_so_and_the_points_stay(page):
    page.locator(".lm-MenuBar-item", has_text="Kernel").click()
    page.locator(".lm-Menu-item", has_text="Restart Kernel…").first.click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    told = "() => getComputedStyle(document.querySelector('.ganlib-pad'), '::before').content"
    wait_for(lambda: "run this cell again" in page.evaluate(told), "the sentence")
    press(page, "Clear")
    assert "no cell gets these points" in said(page)
    press(page, "Undo")
    assert "0 points" not in pad(page).locator(".pad-count").inner_text()


def test_the_console_has_no_errors(page):
    assert page.complaints == []
