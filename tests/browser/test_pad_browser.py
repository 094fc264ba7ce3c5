"""The drawing pad in JupyterLab: drawn on with the mouse and with keys alone, in a real browser."""

import numpy as np
import pytest
from helpers.lab_page import COMPILED, QUICK, axe_faults, notebook_page, run_cell, wait_for
from PIL import Image

NOTEBOOK = "pad.ipynb"
OPEN_PAD = """from types import SimpleNamespace
import numpy as np
from ganlib.lab import DrawingPad
judge = SimpleNamespace(classifier=SimpleNamespace(recognise=lambda pictures: np.eye(10)[[7]]))
pad = DrawingPad(["cat", "dog"], folder="drawn", judge=judge)
pad.watch()
pad"""
SAVE = 'pad.save("saved")\nprint(pad.pictures.describe())'
COLOURS = "DrawingPad(size=32, channels=3)"


@pytest.fixture(scope="module")
def page(browser, room):
    """A notebook with the pad open, on a touch screen."""
    with notebook_page(browser, room, NOTEBOOK, (OPEN_PAD, SAVE, COLOURS), ran=1, height=1400) as page:
        pad(page).wait_for(timeout=COMPILED)
        yield page


@pytest.fixture(scope="module")
def drawn(room):
    """The folder that the pad writes into."""
    return room.folder / "drawn"


def pad(page):
    return page.locator(".ganlib-pad .pad").first


def button(page, name):
    return pad(page).get_by_role("button", name=name, exact=True)


def keys(page, *names):
    for name in names:
        page.keyboard.press(name)


def draw(page, *points):
    """Draw a line with the mouse; points are shares of the pad's side."""
    box = pad(page).locator("canvas").bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=8)
    page.mouse.up()


def files(drawn, kind="*"):
    return sorted(drawn.glob(f"{kind}/*.png"))


def is_empty(page):
    """Tell whether no ink is on the pad where nobody's cursor is."""
    code = """canvas => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => {
        const left = canvas.getContext("2d").getImageData(0, 0, canvas.width / 3, canvas.height).data;
        done(left.every((value, i) => i % 4 === 3 || value === 0));
    })))"""
    return pad(page).locator("canvas").evaluate(code)


def test_a_learner_draws_with_the_mouse_and_keeps(page, drawn):
    draw(page, (0.2, 0.2), (0.2, 0.8), (0.8, 0.8))
    assert not is_empty(page)
    pad(page).get_by_text("The digit classifier reads 7, probability 1.00.").wait_for()
    button(page, "Keep").click()
    assert is_empty(page)  # at once
    wait_for(lambda: files(drawn, "cat"), "the file")
    picture = np.asarray(Image.open(files(drawn, "cat")[0]))
    assert picture.shape == (28, 28)
    down, across = (np.flatnonzero(picture.max(axis=axis) > 200) for axis in (1, 0))
    assert picture[down[1:-1], across[0]].min() > 100  # an L
    assert picture[down[-1], across[1:-1]].min() > 100
    assert picture[down[0] : down[-5], across[5] :].max() == 0
    pad(page).get_by_label("What you draw").select_option("dog")
    draw(page, (0.2, 0.2), (0.8, 0.8))
    button(page, "Keep").click()
    wait_for(lambda: files(drawn, "dog"), "the other file")
    pad(page).get_by_text("2 kept").wait_for()


def test_keys_alone_are_enough(page, drawn):
    before = len(files(drawn))
    pad(page).locator("canvas").focus()
    left, right = ["ArrowLeft"] * 12, ["ArrowRight"] * 12
    keys(page, *left, "Space", *right, "Space", "ArrowUp", "Space", "Space")
    assert not is_empty(page)
    keys(page, "Backspace", "Control+z")
    assert is_empty(page)
    keys(page, "Space", *left, *right, "Escape")
    assert is_empty(page)
    keys(page, "Backspace", "Enter")  # clearing is taken back, too
    wait_for(lambda: len(files(drawn)) == before + 1, "the file")
    assert is_empty(page)
    assert np.asarray(Image.open(files(drawn, "dog")[-1])).max() == 255
    keys(page, "Enter")
    assert pad(page).get_by_role("status").inner_text() == "Draw something first."
    for name in ("Keep", "Undo", "Clear"):  # and JupyterLab has not taken a key for itself
        keys(page, "Tab")
        assert button(page, name).evaluate("button => button === document.activeElement")


def test_a_finger_draws_and_does_not_scroll(page):
    box = pad(page).locator("canvas").bounding_box()
    page.touchscreen.tap(box["x"] + 0.2 * box["width"], box["y"] + 0.5 * box["height"])
    assert not is_empty(page)
    assert pad(page).locator("canvas").evaluate("canvas => getComputedStyle(canvas).touchAction") == "none"
    button(page, "Clear").click()
    assert is_empty(page)
    button(page, "Undo").click()
    assert not is_empty(page)
    button(page, "Clear").click()


def test_a_picture_is_thrown_away_with_its_file_and_the_keyboard_stays_there(page, drawn):
    before = files(drawn)
    away = pad(page).get_by_role("button", name="Throw away picture 1,")
    away.focus()
    keys(page, "Enter")
    wait_for(lambda: len(files(drawn)) == len(before) - 1, "the file is gone")
    pad(page).get_by_text(f"{len(before) - 1} kept").wait_for()
    assert away.evaluate("button => button === document.activeElement")


def test_twelve_pictures_in_a_row_are_all_kept(page, drawn):
    before = len(files(drawn))
    for n in range(12):
        draw(page, (0.2, 0.1 + n / 30), (0.8, 0.5))
        button(page, "Keep").click()
    wait_for(lambda: len(files(drawn)) == before + 12, "all files")
    assert pad(page).locator(".pad-last img").count() == 10


def test_what_code_saves_is_what_was_kept(page, drawn, room):
    run_cell(page, 1)
    saved = room.folder / "saved"
    assert [path.read_bytes() for path in files(saved)] == [path.read_bytes() for path in files(drawn)]
    assert (
        f"{len(files(drawn))} pictures of 28 by 28 pixels in grey" in page.locator(".jp-OutputArea").nth(1).inner_text()
    )


def test_axe_finds_no_serious_fault_in_grey_or_colour(page):
    run_cell(page, 2)
    colours = page.locator(".ganlib-pad .pad").nth(1)
    colours.get_by_role("radio", name="orange").check()
    assert axe_faults(page, ".ganlib-pad") == []


def test_when_the_kernel_has_ended_the_pad_says_so_and_the_drawing_stays(page, drawn):
    draw(page, (0.2, 0.2), (0.2, 0.8))
    page.locator(".lm-MenuBar-item", has_text="Kernel").click()
    page.locator(".lm-Menu-item", has_text="Restart Kernel…").first.click()
    page.locator(".jp-Dialog .jp-mod-accept").click()
    told = "() => getComputedStyle(document.querySelector('.ganlib-pad'), '::before').content"
    wait_for(lambda: "run this cell again" in page.evaluate(told), "the sentence")
    button(page, "Keep").click()
    assert "nothing can be kept" in pad(page).get_by_role("status").inner_text()
    assert not is_empty(page)
    run_cell(page, 0)
    pad(page).get_by_text(f"{len(files(drawn))} kept").wait_for(timeout=QUICK)


def test_the_console_has_no_errors(page):
    assert page.complaints == []
