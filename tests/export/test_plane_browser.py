"""The plane in one page, in Chromium: it plays the game that Python plays, and all of it works by keyboard too."""

import json

import numpy as np
import pytest
from helpers.lab_page import axe_faults, complaints_of

from ganlib.export import plane_page
from ganlib.models.plane_session import PlaneSession

PHONE = {"width": 360, "height": 740}
PROJECTOR = {"width": 1280, "height": 720}
LARGE = {"width": 1920, "height": 1080}
KINDS = ("line", "ring", "two_blobs", "three_clusters")
DRAWN = [[round(0.6 * np.cos(i), 4), round(0.6 * np.sin(i) ** 3, 4)] for i in range(60)]

# What is played here and in Python: the data, the seed, and the changes on the way.
SESSIONS = {
    "usual": ("ring", 0, []),
    "steered": (
        "line",
        3,
        [(0, "loss_kind", "saturating"), (30, "d_steps", 2), (50, "g_learning_rate", 0.0003), (70, "g_steps", 0)],
    ),
}


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    return plane_page(tmp_path_factory.mktemp("plane") / "plane.html")


@pytest.fixture
def page(browser, file):
    """The page on a projector, opened from the disk; nothing may have gone wrong, and nothing been asked for."""
    yield from opened(browser, file, PROJECTOR)


def opened(browser, file, size, **options):
    context = browser.new_context(viewport=size, **options)
    page, asked = context.new_page(), []
    complaints = complaints_of(page)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    yield page
    assert complaints == []
    assert [url for url in asked if not url.startswith("blob:")] == [file.as_uri()]
    context.close()


def written(plane, changes):
    """Return the text of a session."""
    changes = [{"step": step, "name": name, "value": value} for step, name, value in changes]
    return json.dumps({"ganlib_schedule": 1, "changes": changes, "plane": plane})


def open_text(page, text):
    """Open a session's file; return what the page says to it."""
    page.locator("#said").evaluate("said => { said.textContent = '' }")
    page.locator("#file").set_input_files({"name": "s.json", "mimeType": "application/json", "buffer": text.encode()})
    page.wait_for_function("() => document.getElementById('said').textContent !== ''")
    return page.locator("#said").inner_text()


def steps(page, count):
    """Let the page's game make steps, all at once; return its losses, (count, 2)."""
    code = "n => Array.from({ length: n }, () => { const m = page.game.makeStep(); return [m.d_loss, m.g_loss] })"
    return np.array(page.evaluate(code, count))


def step_of(page):
    return page.evaluate("() => page.game.step")


# --- the same game ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SESSIONS)
def test_a_session_has_the_losses_of_the_python_model_over_100_steps(page, tmp_path, name):
    data, seed, changes = SESSIONS[name]
    text = written({"seed": seed, "steps": 100, "batch_size": 128, "data": data}, changes)
    assert open_text(page, text).startswith("Opened: ")
    (tmp_path / "session.json").write_text(text)
    gan, history = PlaneSession.load(tmp_path / "session.json").play()
    losses = steps(page, 100)
    np.testing.assert_allclose(losses[:, 0], history["d_loss"], rtol=0, atol=1e-4)
    np.testing.assert_allclose(losses[:, 1], history["g_loss"], rtol=0, atol=1e-4)
    places = np.random.default_rng(0).uniform(-1, 1, (50, 2)).astype(np.float32)
    code = "xy => [page.game.probabilities(xy = Float32Array.from(xy)), page.game.push(xy)].map(a => [...a])"
    said, push = page.evaluate(code, places.ravel().tolist())
    np.testing.assert_allclose(said, gan.probability_real(places), atol=1e-3)
    np.testing.assert_allclose(np.reshape(push, (-1, 2)), gan.push(places), atol=1e-3)


def test_a_session_that_the_page_saves_is_read_and_played_by_python(page, tmp_path):
    open_text(page, written({"seed": 7, "data": "line"}, [(3, "d_steps", 2)]))
    played = steps(page, 10).tolist()
    page.get_by_role("slider", name="Learning rate").first.fill("-2.5")
    played += steps(page, 10).tolist()
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the session").click()
    download.value.save_as(tmp_path / "session.json")
    session = PlaneSession.load(tmp_path / "session.json")
    assert (session.seed, session.steps) == (7, 20)
    assert [tuple(change) for change in session.schedule] == [(3, "d_steps", 2), (10, "d_learning_rate", 0.0032)]
    _, history = session.play()
    np.testing.assert_allclose(np.array(played)[:, 1], history["g_loss"], rtol=0, atol=1e-4)


def test_what_is_opened_again_gives_the_same_game(page):
    text = written({"seed": 5, "data": DRAWN}, [(5, "g_steps", 3)])
    open_text(page, text)
    first = steps(page, 12)
    open_text(page, text)
    np.testing.assert_array_equal(steps(page, 12), first)


def test_its_distance_is_that_of_the_judge(page):
    from ganlib.judge.clouds import energy_distance

    one, other = np.random.default_rng(1).uniform(-1, 1, (2, 60, 2)).astype(np.float32)
    code = "([a, b]) => page.energyDistance(Float32Array.from(a), Float32Array.from(b))"
    found = page.evaluate(code, [one.ravel().tolist(), other.ravel().tolist()])
    assert found == pytest.approx(energy_distance(one, other), abs=1e-6)


# --- what files may hold ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "The file is not a session"),
        ("{" * 100_000, "The file is not a session"),
        ("null", "not a session of the plane"),
        ('{"ganlib_schedule": 2, "changes": []}', "not a session of the plane"),
        (written({"seed": -1}, []), "The seed of a session"),
        (written({"seed": 1.5}, []), "The seed of a session"),
        (written({"data": "spiral"}, []), 'has no data "spiral"'),
        (written({"data": "constructor"}, []), 'has no data "constructor"'),
        (written({"data": [[0, 0]]}, []), "has 10 to 5,000 points"),
        (written({"data": [[0, 0]] * 5001}, []), "has 10 to 5,000 points"),
        (written({"data": [[0, "<b>"]] * 20}, []), "pairs of numbers from -1 to 1"),
        (written({"batch_size": 32}, []), "batches of 128"),
        (written({}, [(0, "__proto__", 1)]), 'changes "__proto__"'),
        (written({}, [(0, "loss_kind", "wasserstein")]), 'sets loss_kind to "wasserstein"'),
        (written({}, [(0, "d_learning_rate", 1e9)]), "sets d_learning_rate to 1000000000"),
        (written({}, [(-1, "d_steps", 1)]), "number of a step"),
        (written({}, [(0, "d_steps", 1)] * 10_001), "at most 10,000 changes"),
        (" " * 4_100_000, "larger than 4 MB"),
    ],
)
def test_a_file_that_does_not_fit_is_one_sentence_and_changes_nothing(page, text, says):
    steps(page, 2)
    said = open_text(page, text)
    assert says in said
    assert said.endswith(".")
    assert step_of(page) == 2


# --- play -------------------------------------------------------------------------------------------------------------


def test_it_plays_pauses_and_begins_again(page):
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => page.game.step > 5")
    page.get_by_role("button", name="Pause").click()
    stopped = step_of(page)
    page.wait_for_timeout(200)
    assert step_of(page) == stopped
    page.get_by_role("button", name="One step").click()
    assert step_of(page) == stopped + 1
    page.get_by_role("button", name="Start again").click()
    assert step_of(page) == 0


def test_a_slow_step_is_told_part_by_part_and_ends_like_any_other(page):
    told = []
    for _ in range(4):
        page.get_by_role("button", name="Slow step").click()
        told.append(page.locator("#state").inner_text())
    assert [
        words in line for words, line in zip(("D judges", "D’s weights", "G makes", "G’s weights"), told, strict=True)
    ]
    assert step_of(page) == 1
    slow = page.evaluate("() => page.game.measured.g_loss")
    page.get_by_role("button", name="Start again").click()
    assert steps(page, 1)[0, 1] == slow


REPLAYED = """(kind) => {
  const { game, Game } = page, session = page.readSession(page.writeSession(game, kind), page.KINDS);
  const again = new Game(session.points);
  again.begin(session.seed, session.schedule);
  while (again.step < game.step) again.makeStep();
  return [again, game].map(({ discriminator, points }) => [[...discriminator.weights], [...points]]);
}"""


def test_a_value_that_is_changed_in_the_middle_of_a_slow_step_counts_from_the_next_one(page):
    steps(page, 2)
    for _ in range(2):
        page.get_by_role("button", name="Slow step").click()
    page.get_by_role("slider", name="Learning rate").first.fill("-1.5")
    steps(page, 3)
    assert page.evaluate("() => page.game.changes") == [{"step": 3, "name": "d_learning_rate", "value": 0.032}]
    again, played = page.evaluate(REPLAYED, "ring")
    assert again == played


def test_points_that_are_left_of_a_shipped_set_are_saved_exactly(page):
    page.evaluate("() => page.game.setPoints(page.KINDS.ring.slice(2))")
    steps(page, 3)
    again, played = page.evaluate(REPLAYED, None)
    assert again == played


def test_a_game_that_starts_again_is_no_situation_any_more(page):
    pressed = page.locator("#situation-buttons button[aria-pressed=true]")
    before = page.locator("#look").inner_text()
    page.get_by_role("button", name="D stands still").click()
    assert pressed.count() == 1
    assert "From step 300 on" in page.locator("#look").inner_text()
    page.get_by_role("button", name="Start again").click()
    assert pressed.count() == 0
    assert page.locator("#look").inner_text() == before


def test_a_rate_changes_while_it_runs_and_adam_keeps_its_moments(page):
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => page.game.step > 3")
    page.get_by_role("slider", name="Learning rate").nth(1).fill("-2")
    page.wait_for_function("() => page.game.changes.length === 1")
    change = page.evaluate("() => page.game.changes[0]")
    assert (change["name"], change["value"]) == ("g_learning_rate", 0.01)
    assert page.evaluate("() => page.game.generator.updates") >= change["step"] > 3


def test_rates_that_spoil_the_weights_are_told(page):
    steps(page, 2)
    page.evaluate("() => page.game.generator.weights.fill(NaN)")
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Play", exact=True).wait_for()
    assert "press Start again" in page.locator("#state").inner_text()
    page.get_by_role("button", name="Start again").click()
    assert np.isfinite(steps(page, 3)).all()


def test_each_layer_changes_the_picture(page):
    picture = "() => document.getElementById('canvas').toDataURL()"
    for name in ("real points", "fakes", "what D says", "D’s push", "G’s sheet"):
        before = page.evaluate(picture)
        page.get_by_role("checkbox", name=name).click()
        page.wait_for_function(f"before => ({picture})() !== before", arg=before)


def test_the_sheet_bends_from_noise_to_points(page):
    page.get_by_label("From noise to points").fill("0")
    square = page.evaluate("() => document.getElementById('canvas').toDataURL()")
    assert page.get_by_label("From noise to points").get_attribute("aria-valuetext") == "noise"
    page.get_by_role("button", name="Bend the sheet").click()
    page.wait_for_function("() => document.getElementById('morph').value === '100'")
    assert page.evaluate("() => document.getElementById('canvas').toDataURL()") != square


# --- drawing ----------------------------------------------------------------------------------------------------------


def count(page):
    return page.evaluate("() => page.game.points.length / 2")


def test_points_are_drawn_and_erased_with_the_mouse(page):
    page.get_by_role("button", name="Clear the plane").click()
    assert count(page) == 0
    page.get_by_role("button", name="Play").click()
    assert "At least 10 points" in page.locator("#state").inner_text()
    box = page.locator("#plane").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 150, steps=5)
    page.mouse.up()
    drawn = count(page)
    assert drawn >= 24
    points = np.array(page.evaluate("() => [...page.game.points]"))
    assert (np.abs(points) <= 1).all()
    page.get_by_role("button", name="Eraser").click()
    page.mouse.click(box["x"] + 200, box["y"] + 150)
    assert count(page) < drawn
    page.get_by_role("button", name="Play").click()
    page.wait_for_function("() => page.game.step > 2")


def test_points_are_drawn_by_keyboard_alone(page):
    for name in ("Clear the plane", "Brush"):
        page.get_by_role("button", name=name).focus()
        page.keyboard.press("Enter")
    page.locator("#plane").focus()
    for key in ("ArrowRight", "ArrowUp", "Space", "ArrowRight", "Space"):
        page.keyboard.press(key)
    points = np.array(page.evaluate("() => [...page.game.points]")).reshape(-1, 2)
    assert len(points) == 16
    np.testing.assert_allclose(points.mean(axis=0), (0.075, 0.05), atol=0.06)
    assert page.locator("#readout").inner_text().startswith("At (0.10, 0.05) D says ")


def test_points_are_drawn_with_a_finger(browser, file):
    for page in opened(browser, file, PHONE, has_touch=True):
        page.get_by_role("button", name="Clear the plane").tap()
        page.locator("#plane").tap()
        assert count(page) == 8


def test_too_many_points_are_refused_in_a_sentence(page):
    page.get_by_role("button", name="Brush").click()
    page.evaluate("() => { page.game.points = new Float32Array(2 * 4999) }")
    page.locator("#plane").click()
    assert "5,000 points at most" in page.locator("#state").inner_text()


def test_data_that_changed_on_the_way_are_told_when_the_session_is_saved(page):
    steps(page, 1)
    page.get_by_role("button", name="Line").click()
    with page.expect_download():
        page.get_by_role("button", name="Save the session").click()
    assert "plays with the last ones from the start" in page.locator("#said").inner_text()


# --- everybody --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, PROJECTOR, LARGE], ids=["phone", "projector", "large"])
def test_axe_finds_nothing_serious_and_nothing_sticks_out_sideways(browser, file, size, theme):
    for page in opened(browser, file, size, color_scheme=theme):
        steps(page, 5)
        assert axe_faults(page, "html") == []
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_on_a_projector_the_plane_and_the_play_button_are_seen_at_once(page):
    for part in ("#plane", "#play"):
        box = page.locator(part).bounding_box()
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= PROJECTOR["height"]


def test_the_picture_and_the_charts_are_told_in_sentences(page):
    steps(page, 20)
    page.get_by_role("button", name="One step").click()
    words = page.locator("#canvas").get_attribute("aria-label")
    assert words.startswith("The plane. 2000 real points (ring) and 400 fakes around (")
    assert "Step 21; D is right about " in words
    assert page.locator("#losses").get_attribute("aria-label").startswith("Losses over 21 steps; now D 0.")
    assert page.locator("#distance").get_attribute("aria-label").startswith("Energy distance between fakes and real")


def test_everything_can_be_reached_and_played_by_keyboard(page):
    page.keyboard.press("Tab")
    reached = []
    for _ in range(60):
        reached.append(page.evaluate("() => document.activeElement.id || document.activeElement.textContent"))
        page.keyboard.press("Tab")
    for wanted in ("plane", "play", "slow", "speed", "morph", "save", "file", "seed", "Mode collapse", "Brush", "Ring"):
        assert wanted in reached
    page.locator("#plane").focus()
    page.keyboard.press("Space")
    page.wait_for_function("() => page.game.step > 1")
    page.keyboard.press("Space")
    assert page.locator("#play").inner_text() == "Play"
