"""The live lab as a page of its own: what visitors see of `python -m ganlib lab --app`, in a real browser."""

import sys

import pytest
from helpers.lab_page import COMPILED, axe_faults, complaints_of, free_port, served, slider_names, step_of, wait_for

from ganlib.lab import Session, link

ADDRESS = "http://127.0.0.1"
TOKEN = "let-me-in"
SESSION = Session([(0, "g_learning_rate", 1e-3)], 90_000, seed=7, pictures=2000)


def serve(*arguments):
    port = free_port()
    command = [sys.executable, "-m", "ganlib", "lab", "--app", "--no-browser", f"--port={port}", *arguments]
    address = f"{ADDRESS}:{port}/"
    return address, served(command, f"{address}no-such-page", {"GANLIB_SPEED": "smoke"})


@pytest.fixture(scope="module")
def address():
    address, server = serve("--visitors=1")
    with server:
        yield address


@pytest.fixture(scope="module")
def visitor(browser, address):
    """Somebody who comes by a link, which opens a session and shows two controls."""
    by_link = link(address, SESSION, ["d_learning_rate", "g_learning_rate"])
    context = browser.new_context(viewport={"width": 1280, "height": 1700})
    page = context.new_page()
    page.complaints = complaints_of(page)
    page.goto(by_link, wait_until="commit", timeout=COMPILED)  # it is sent while its cells run
    page.locator(".ganlib-lab").wait_for(timeout=COMPILED)
    page.locator(".ganlib-explorer img").first.wait_for(timeout=COMPILED)
    yield page
    context.close()


def test_a_link_opens_its_session_and_shows_the_controls_that_it_names(visitor):
    visitor.locator(".ganlib-status", has_text="A session of 90,000 steps is open").first.wait_for(timeout=COMPILED)
    assert visitor.get_by_label("seed").input_value() == "7"
    for name in ("D learning rate", "G learning rate"):
        assert visitor.get_by_role("slider", name=name).first.is_visible(), name
    assert not visitor.get_by_label("freeze G").is_visible()
    assert visitor.get_by_role("button", name="Save session").count() == 0


def test_a_visitor_plays_and_pauses(visitor):
    lab = visitor.locator(".ganlib-lab")
    picture = lab.locator("img").first
    first = picture.get_attribute("src")
    lab.get_by_role("button", name="Play").click()
    wait_for(lambda: step_of(visitor) > 20, "steps", 240)
    wait_for(lambda: picture.get_attribute("src") != first, "another picture")
    lab.get_by_role("button", name="Pause").click()
    visitor.locator(".ganlib-status", has_text="paused").first.wait_for()


def test_a_visitor_walks(visitor):
    explorer = visitor.locator(".ganlib-explorer")
    picture = explorer.locator("img").first
    before = picture.get_attribute("src")
    explorer.get_by_role("slider", name="direction 1").focus()
    for _ in range(5):
        visitor.keyboard.press("ArrowRight")
    wait_for(lambda: picture.get_attribute("src") != before, "another picture")


def test_a_visitor_sees_no_code_and_gets_at_nothing_else(visitor, address):
    assert visitor.locator(".jp-CodeCell .jp-InputArea, .jp-InputPrompt, .cm-editor").count() == 0
    assert "LiveLab(" not in visitor.content()
    for path in ("tree", "lab", "api/contents", "api/kernels", "api/terminals", "terminals/1", "voila/tree"):
        assert visitor.request.get(address + path).status == 404, path
    for path in ("The%20live%20lab.ipynb", "..%2F..%2Fetc%2Fpasswd"):
        assert visitor.request.get(f"{address}voila/files/{path}").status in (403, 404), path


def test_every_control_of_the_page_has_a_name(visitor):
    assert all(slider_names(visitor))
    assert axe_faults(visitor, ".ganlib-lab") == []
    assert axe_faults(visitor, ".ganlib-explorer") == []


def test_the_console_has_no_errors(visitor):
    assert visitor.complaints == []


def test_when_the_lab_is_full_it_says_so_and_a_closed_page_makes_room(visitor, address, browser):
    other = browser.new_context().request
    full = other.get(address)
    assert full.status == 503
    assert "1 of 1 places are taken" in full.text()
    visitor.goto("about:blank")
    wait_for(lambda: other.get(address, timeout=COMPILED).status == 200, "the place of the page that was closed")


def test_when_an_idle_kernel_is_ended_all_that_is_on_the_page_says_so(browser):
    address, server = serve("--idle=0.1")
    with server:
        page = browser.new_page()
        page.goto(address, wait_until="commit", timeout=COMPILED)
        page.locator(".ganlib-machine img").first.wait_for(timeout=COMPILED)
        said = "() => [...document.querySelectorAll('.ganlib')].map(box => getComputedStyle(box, '::before').content)"
        wait_for(lambda: "none" not in page.evaluate(said), "the end", 120)
        assert len(page.evaluate(said)) == 3
        assert all("reload the page" in words for words in page.evaluate(said))
        page.close()


def test_a_room_is_entered_by_its_token_only(browser):
    address, server = serve("--room", f"--token={TOKEN}")
    with server:
        for wrong in ("", "?token=wrong"):
            answer = browser.new_context().request.get(f"{address}no-such-page{wrong}")
            assert "/login" in answer.url
            assert "password" in answer.text()
        kernel = f"{address}api/kernels/00000000-0000-0000-0000-000000000000"
        assert browser.new_context().request.get(kernel).status == 403
        assert browser.new_context().request.get(f"{address}no-such-page?token={TOKEN}").status == 404
