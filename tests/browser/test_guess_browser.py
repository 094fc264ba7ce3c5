"""A guess in JupyterLab: by mouse, finger and keys alone, and beside the outcome when the next cell has run."""

import pytest
from helpers.lab_page import COMPILED, PANEL, axe_faults, notebook_page, run_cell, wait_for

NOTEBOOK = "guess.ipynb"
CHOOSE = 'from ganlib import course\nfalls = course.predict("Will it fall?", ["it falls", "it stays", "it rises"])'
NUMBER = 'share = course.predict("Which share?", low=0, high=1)'
CURVE = 'way = course.predict("How will it go?", curve="d_accuracy", steps=100, low=0, high=1)'
GIVEN = "print([round(height, 2) for height in way.given[::6]])"
OUTCOMES = 'falls.outcome("it rises", "From 1 to 2.")\nshare.outcome(0.25)'


@pytest.fixture(scope="module")
def page(browser, room):
    """A notebook with two questions, on a touch screen."""
    with notebook_page(browser, room, NOTEBOOK, (CHOOSE, NUMBER, OUTCOMES, CURVE, GIVEN), ran=2, height=1400) as page:
        page.get_by_role("group", name="Which share?").wait_for(timeout=COMPILED)
        yield page


def question(page, words):
    return page.get_by_role("group", name=words)


def outcomes(page):
    run_cell(page, 2)
    return page.locator(f"{PANEL} .jp-CodeCell").nth(2).locator(".jp-OutputArea-output").inner_text().splitlines()[:2]


def test_without_a_guess_the_outcomes_are_told(page):
    told = ["You made no guess. The outcome: it rises. From 1 to 2.", "You made no guess. The outcome: 0.25."]
    assert outcomes(page) == told


def test_a_click_is_a_guess_and_arrows_change_it(page):
    asked = question(page, "Will it fall?")
    asked.get_by_role("radio", name="it falls").click()
    asked.get_by_text("Your guess: it falls.").wait_for()
    page.keyboard.press("ArrowDown")
    asked.get_by_text("Your guess: it stays.").wait_for()
    assert asked.get_by_role("radio", name="it stays").is_checked()
    assert outcomes(page)[0] == "You guessed: it stays. The outcome: it rises. From 1 to 2."


def test_a_finger_guesses(page):
    asked = question(page, "Will it fall?")
    asked.get_by_text("it rises", exact=True).tap()
    asked.get_by_text("Your guess: it rises.").wait_for()
    assert outcomes(page)[0].startswith("You guessed: it rises.")


def test_a_number_is_typed_and_one_that_does_not_fit_is_told_of(page):
    asked = question(page, "Which share?")
    field = asked.get_by_role("textbox", name="A number from 0 to 1")
    field.fill("25%")
    field.press("Enter")
    asked.get_by_text("Your guess must be a number from 0 to 1, not '25%'.").wait_for()
    field.press("Control+a")
    page.keyboard.type("0,3")
    page.keyboard.press("Tab")
    asked.get_by_text("Your guess: 0.3.").wait_for()
    assert outcomes(page)[1] == "You guessed: 0.3. The outcome: 0.25."


def chart(page):
    run_cell(page, 3)
    found = question(page, "How will it go?").get_by_role("application")
    found.wait_for()
    return found


def drawn(page):
    run_cell(page, 4)
    words = page.locator(f"{PANEL} .jp-CodeCell").nth(4).locator(".jp-OutputArea-output").inner_text()
    return [float(height) for height in words.strip(" []\n").split(",")]


def test_a_curve_is_drawn_with_the_mouse(page):
    box = chart(page).bounding_box()
    page.mouse.move(box["x"] + 0.25 * box["width"], box["y"] + 0.1 * box["height"])
    page.mouse.down()
    page.mouse.move(box["x"] + 0.9 * box["width"], box["y"] + 0.8 * box["height"], steps=9)
    page.mouse.up()
    question(page, "How will it go?").get_by_text("Your guess: from 0.9").wait_for()
    heights = drawn(page)
    assert heights[0] > 0.9 > heights[2] > heights[3] > heights[4]
    assert heights[4] < 0.15


def test_a_curve_is_moved_by_keys_alone(page):
    found, before = chart(page), drawn(page)
    found.focus()
    for key in (*["ArrowRight"] * 30, *["ArrowUp"] * 4, "Shift+ArrowUp"):
        page.keyboard.press(key)
    question(page, "How will it go?").get_by_text("Step 100: 0.").wait_for()
    after = drawn(page)
    assert after[:4] == before[:4]
    assert after[4] == pytest.approx(before[4] + 0.21, abs=0.011)


def test_a_finger_draws_a_curve(page):
    found = chart(page)
    box = found.bounding_box()
    page.touchscreen.tap(box["x"] + 0.5 * box["width"], box["y"] + 0.45 * box["height"])
    wait_for(lambda: 0.4 < drawn(page)[2] < 0.6, "the dot under the finger")


def test_a_cell_that_runs_again_keeps_the_guess(page):
    run_cell(page, 0)
    run_cell(page, 1)
    wait_for(question(page, "Will it fall?").get_by_role("radio", name="it rises").is_checked, "the old guess")
    assert outcomes(page)[1].startswith("You guessed: 0.3.")


def test_axe_finds_no_serious_fault(page):
    assert axe_faults(page, ".ganlib-guess") == []


def test_the_console_has_no_errors(page):
    assert page.complaints == []
