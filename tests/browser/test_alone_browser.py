"""What needs no kernel once it is open: the map to walk over, and the game of real and made up."""

import re

import pytest
from helpers.lab_page import COMPILED, axe_faults, notebook_page, wait_for

NOTEBOOK = "alone.ipynb"
OPEN_MAP = """from ganlib import judge, lab, load_mnist
from ganlib.models.autoencoder import Autoencoder
images, labels = load_mnist("test", limit=200)
lab.CodeMap(Autoencoder(2, hidden=(16,), seed=0), images, labels, read=judge.recognise)"""
OPEN_GAME = """import numpy as np
game = lab.SpotTheFake(images, np.zeros_like(images), rounds=4, probability_real=lambda shown: np.ones(len(shown)))
game"""


@pytest.fixture(scope="module")
def page(browser, room):
    """A notebook with both open, on a touch screen, and no kernel any more."""
    with notebook_page(browser, room, NOTEBOOK, (OPEN_MAP, OPEN_GAME), ran=2, height=1500) as page:
        game(page).get_by_role("button", name="Real").wait_for(timeout=COMPILED)
        page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.get_by_text("Shut Down Kernel", exact=True).click()
        yield page


def atlas(page):
    return page.locator(".ganlib-pad .pad").first


def game(page):
    return page.locator(".ganlib-pad .pad").nth(1)


def told(page):
    """Return the place, how far the nearest digit is, and the whole caption."""
    words = atlas(page).locator("figcaption").inner_text()
    x, y, far = map(float, re.match(r"\(([-\d.]+), ([-\d.]+)\)\. The nearest digit, ([\d.]+) away", words).groups())
    return (x, y), far, words


def drawn(page):
    return atlas(page).locator(".pad-place canvas").evaluate("canvas => canvas.toDataURL()")


def test_the_mouse_walks_over_the_map_and_the_picture_follows(page):
    box = atlas(page).locator("canvas").first.bounding_box()
    seen = []
    for across, down in ((0.2, 0.2), (0.8, 0.2), (0.5, 0.9)):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=3)
        seen.append((told(page)[0], drawn(page)))
    places = [place for place, _ in seen]
    assert places[0][0] < places[2][0] < places[1][0]
    assert places[0][1] == pytest.approx(places[1][1], abs=0.02)
    assert places[2][1] < places[0][1]
    assert len({picture for _, picture in seen}) == 3
    assert re.search(r"The judge (reads a \d, sure to 9\d%|is not sure: \d+% for a \d)\.", told(page)[2])


def test_arrows_walk_too_and_a_screen_reader_is_told(page):
    atlas(page).locator("canvas").first.focus()
    page.keyboard.press("ArrowRight")
    before = told(page)[0]
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    (x, y), _, _ = told(page)
    assert x > before[0]
    assert y > before[1]
    assert atlas(page).locator("figcaption").get_attribute("aria-live") == "polite"


def test_a_finger_goes_where_it_touches(page):
    box = atlas(page).locator("canvas").first.bounding_box()
    page.touchscreen.tap(box["x"] + 0.25 * box["width"], box["y"] + 0.75 * box["height"])
    left = told(page)[0]
    page.touchscreen.tap(box["x"] + 0.75 * box["width"], box["y"] + 0.25 * box["height"])
    right = told(page)[0]
    assert left[0] < right[0]
    assert left[1] < right[1]


def test_four_clicks_play_the_game_to_its_end(page):
    for name in ("Real", "Made up", "Real"):
        game(page).get_by_role("button", name=name, exact=True).click()
    assert game(page).get_by_role("img").get_attribute("aria-label") == "Picture 4 of 4: real or made up?"
    game(page).get_by_role("button", name="Made up").click()
    said = game(page).get_by_role("status").inner_text()
    right = int(re.search(r"You were right in (\d) of 4\. Somebody who tosses a coin is right in about 2", said)[1])
    answers = game(page).locator(".game-seen").get_attribute("aria-label")
    mine = ("real", "made up", "real", "made up")
    assert right == sum(
        f"{number}: {word}, you said {word}" in answers.split("; ") for number, word in enumerate(mine, 1)
    )
    rival = int(re.search(r"trained for it in (\d)\.", said)[1])
    assert rival == len(re.findall(r"\d: real,", answers))


def test_it_is_played_again_by_keys_alone(page):
    wait_for(lambda: game(page).locator(".game-again").evaluate("button => button === document.activeElement"), "focus")
    page.keyboard.press("Enter")
    for _ in range(4):
        page.keyboard.press("Space")  # the focus stands on Real
    answers = game(page).locator(".game-seen").get_attribute("aria-label")
    assert answers.count("you said real") == 4


def test_axe_finds_no_serious_fault(page):
    assert axe_faults(page, ".ganlib-pad") == []


def test_nothing_says_that_the_kernel_is_missing(page):
    for shown in (atlas(page), game(page)):
        before = shown.evaluate("element => getComputedStyle(element.closest('.ganlib-alone'), '::before').content")
        assert before == "none"


def test_the_console_has_no_errors(page):
    assert page.complaints == []
