"""What needs no kernel once it is open: a map to walk over, a game of real and made up, an e-mail to take apart."""

import math
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
OPEN_EMAIL = """models = {
    "naive Bayes": ([2.0, -4.0, 0.5, 1.23], -1.5), "logistic regression": ([1.0, -3.0, -0.22, 0.5], -0.5),
}
lab.WordEvidence(["free", "george", "you", "!"], models, {"A spam": [1, 0, 1, 1]}, ["free", "george", "!"])"""


@pytest.fixture(scope="module")
def page(browser, room):
    """A notebook with all of them open, on a touch screen, and no kernel any more."""
    with notebook_page(browser, room, NOTEBOOK, (OPEN_MAP, OPEN_GAME, OPEN_EMAIL), ran=3, height=2200) as page:
        game(page).get_by_role("button", name="Real").wait_for(timeout=COMPILED)
        page.get_by_role("menuitem", name="Kernel", exact=True).click()
        page.get_by_text("Shut Down Kernel", exact=True).click()
        yield page


def atlas(page):
    return page.locator(".ganlib-pad .pad").first


def game(page):
    return page.locator(".ganlib-pad .pad").nth(1)


def email(page):
    return page.locator(".ganlib-pad .pad").nth(2)


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
    assert re.search(r"The judge (reads \d and is 9\d% sure|is not sure: \d+% for \d)\.", told(page)[2])


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


def named(word):
    return re.compile(rf"^{re.escape(word)}: ")


def switch(page, word):
    return email(page).get_by_role("checkbox", name=named(word))


def weighed(page):
    """Return what the page says of both models: the sum, as it is written, and the probability of spam."""
    said = email(page).get_by_role("status").inner_text().replace("−", "-")
    return re.findall(r"([-+][\d.]+), ([\d.]+)% spam", said), said


def what_python_says(*sums):
    return [(f"{logit:+.1f}", f"{100 / (1 + math.exp(-logit)):.1f}") for logit in sums]


def test_words_are_switched_by_hand_and_by_keys_and_both_models_add_up(page):
    assert weighed(page)[0] == what_python_says(-1.5 + 2 + 1.23 + 0.5, -0.5 + 1 + 0.5 - 0.22)
    switch(page, "free").tap()
    assert weighed(page)[0] == what_python_says(-1.5 + 1.23 + 0.5, -0.5 + 0.5 - 0.22)
    assert "They disagree." in weighed(page)[1]
    switch(page, "1 other word").focus()
    page.keyboard.press("Space")
    switch(page, "george").press("Space")
    assert weighed(page)[0] == what_python_says(-1.5 + 1.23 - 4, -0.5 + 0.5 - 3)
    assert "Both say wanted mail." in weighed(page)[1]
    assert switch(page, "george").get_attribute("aria-label") == (
        "george: −4.0 in naive Bayes, −3.0 in logistic regression"
    )


def test_a_button_brings_an_email_back_and_another_one_empties_it(page):
    email(page).get_by_role("button", name="No words at all").click()
    assert weighed(page)[0] == what_python_says(-1.5, -0.5)
    assert not switch(page, "1 other word").is_visible()
    email(page).get_by_role("button", name="A spam").click()
    assert weighed(page)[0] == what_python_says(-1.5 + 2 + 1.23 + 0.5, -0.5 + 1 + 0.5 - 0.22)


def test_all_bars_share_one_axis(page):
    """A bar is as long as its number says, in both columns."""
    george = (
        email(page)
        .locator(".scales-row", has=page.get_by_role("checkbox", name=named("george")))
        .locator(".scales-bar")
    )
    page.wait_for_timeout(300)  # bars glide to their length
    lengths = [george.nth(k).bounding_box()["width"] for k in range(2)]
    assert lengths[0] / lengths[1] == pytest.approx(4 / 3, rel=0.02)


def test_axe_finds_no_serious_fault(page):
    assert axe_faults(page, ".ganlib-pad") == []


def test_nothing_says_that_the_kernel_is_missing(page):
    for shown in (atlas(page), game(page), email(page)):
        before = shown.evaluate("element => getComputedStyle(element.closest('.ganlib-alone'), '::before').content")
        assert before == "none"


def test_the_console_has_no_errors(page):
    assert page.complaints == []
