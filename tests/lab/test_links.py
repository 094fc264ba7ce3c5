"""A session travels: by a file that a lab opens, and by a link to the served lab, which may hide controls."""

import base64
import html
import json
import re
from datetime import UTC, datetime

import numpy as np
import pytest
from helpers.checks import arrays_of, one_sentence, same

from ganlib import GAN, load_mnist
from ganlib.lab import LiveLab, Session, link
from ganlib.lab.links import follow
from ganlib.lab.session import weights_of

ADDRESS = "http://192.168.1.7:8866/?token=let-me-in"
SESSION = Session([(0, "g_learning_rate", 1e-3), (3, "label_smoothing", 0.1)], 7, seed=4, pictures=2000)


@pytest.fixture(scope="module")
def gan():
    """A GAN whose steps are compiled once; every lab puts it back to where it began."""
    return GAN(seed=0)


@pytest.fixture
def lab(gan):
    first = 0, *gan.state()
    lab = LiveLab(gan, load_mnist(limit=1000)[0])
    yield lab
    lab.close()
    gan.start_over(*first, 0)
    gan.live.cut(0)


@pytest.fixture(scope="module")
def alone():
    """What the session leads to without a lab."""
    return SESSION.replay()


def play(lab, steps=None):
    lab.trainer.play(steps)
    assert lab.trainer.wait(600)
    return lab.model


def test_an_opened_session_is_played_to_its_end_bit_for_bit_whatever_was_trained_before(lab, alone):
    play(lab, 5)
    lab.open(SESSION)
    model = play(lab)
    assert (model.step, model.seed, lab.seed.value) == (7, 4, 4)
    assert same(arrays_of(model), arrays_of(alone))
    assert "The session that you opened ends here" in lab.trainer.message
    assert lab.session().weights == weights_of(alone)
    assert lab.session().pictures == 2000


def test_after_a_reset_the_session_begins_again_and_after_its_end_one_goes_on_by_hand(lab, alone):
    lab.open(SESSION)
    play(lab)
    lab.trainer.reset()
    assert same(arrays_of(play(lab)), arrays_of(alone))
    assert play(lab, 3).step == 10


def test_what_is_set_before_the_first_step_outlives_it_and_a_reset_brings_the_session_back(lab):
    lab.open(SESSION)
    assert lab.trainer.wait(600)
    assert lab.model.live["g_learning_rate"] == pytest.approx(1e-3)
    lab.trainer.set("g_learning_rate", 0.01)
    assert play(lab, 1).live["g_learning_rate"] == pytest.approx(0.01)
    assert (0, "g_learning_rate", pytest.approx(0.01)) in lab.session().schedule.changes
    lab.trainer.reset()
    assert lab.trainer.wait(600)
    assert lab.model.live["g_learning_rate"] == pytest.approx(1e-3)
    assert lab.trainer.changes == ()


def test_a_session_that_was_left_changes_nothing_more(lab):
    lab.open(SESSION)
    play(lab, 2)
    lab.trainer.leave()
    assert play(lab, 3).live["label_smoothing"] == 0
    lab.trainer.set("g_learning_rate", 0.01)
    lab.trainer.reset()
    assert lab.trainer.wait(600)
    assert lab.model.live["g_learning_rate"] == pytest.approx(0.01)


def test_what_is_shown_as_real_is_what_the_session_trains_on(gan):
    first, own = (0, *gan.state()), np.zeros((1000, 28, 28, 1), np.uint8)
    own[:, 10:18, 10:18] = np.random.default_rng(0).integers(100, 255, (1000, 8, 8, 1))
    lab = LiveLab(gan, own)
    lab.buttons["tour"].click()
    assert "G turns random numbers into pictures" in lab.tour._text.value
    lab.open(SESSION)
    assert lab.trainer.wait(600)
    assert np.array_equal(lab._real, lab.trainer.data[0][:100])
    assert "Real digits" in lab._real_picture.value
    lab.buttons["tour"].click()
    assert "G turns random numbers into digits" in lab.tour._text.value
    lab.close()
    gan.start_over(*first, 0)


def test_the_tour_closes_the_session_which_would_set_the_controls_that_it_sets(lab):
    lab.open(SESSION)
    assert lab.trainer.wait(600)
    lab.buttons["tour"].click()
    assert lab.trainer.wait(600)
    assert lab.trainer.opened is None
    assert "The session is closed" in lab._status.value
    while lab.tour.number < 6:
        lab.tour.buttons[0].click()
    usual = lab.tour._usual["g_learning_rate"]
    lab.tour.guesses[0].click()
    lab.trainer.pause()
    assert lab.trainer.wait(600)
    assert lab.model.live["g_learning_rate"] == pytest.approx(150 * usual)


def test_where_a_preset_begins_is_told_anew_with_a_session(gan):
    first = 0, *gan.state()
    gan.step = 500
    lab = LiveLab(gan, load_mnist(limit=1000)[0])
    assert lab.from_start.description == "presets go back to step 500"
    lab.open(SESSION)
    assert lab.trainer.wait(600)
    assert lab.from_start.description == "presets go back to step 0"
    lab.close()
    gan.start_over(*first, 0)


def test_the_digits_of_a_run_are_not_counted_for_the_next_one(lab):
    lab._digits, lab._looks = np.full(10, 9), 5
    lab.trainer.reset()
    assert lab.trainer.wait(600)
    assert "10 of 10 digits" not in lab._gauges.value
    assert lab._digits.sum() < 90


def test_a_session_of_another_recipe_opens_in_a_lab_of_its_own(lab):
    swift = Session([(2, "label_smoothing", 0.1)], 4, recipe="swift")
    with pytest.raises(
        ValueError, match=r"of the recipe 'swift', and this lab trains another model: LiveLab.of_session"
    ):
        lab.open(swift)
    own = LiveLab.of_session(swift)
    assert own.trainer.wait(600)
    assert same(arrays_of(own.model), arrays_of(swift.build()))
    assert own.trainer.batch_size == 64
    assert "A session of 4 steps is open" in own._status.value
    own.close()


@pytest.mark.parametrize("wrong", [[(1, "colour", 3)], [(1, "d_steps", 99)]])
def test_changes_that_do_not_fit_are_refused_before_anything_is_lost(lab, wrong):
    before = weights_of(play(lab, 2))
    with pytest.raises(ValueError, match=r"colour|d_steps") as error:
        lab.open(Session(wrong, 5))
    assert one_sentence(error)
    assert weights_of(lab.model) == before


def test_the_buttons_save_and_open(lab, alone):
    lab.buttons["save"].click()
    assert lab.trainer.wait(600)
    assert "has trained" in lab._status.value
    lab.open(SESSION)
    play(lab)
    lab.buttons["save"].click()
    (content,) = re.findall(r'href="data:application/json;base64,([^"]*)"', lab._saved.value)
    saved = base64.b64decode(content)
    assert Session.read(saved).weights == weights_of(alone)
    lab.trainer.reset(9)
    about = {"name": "s.json", "type": "", "size": len(saved), "last_modified": datetime.now(UTC)}
    upload = {**about, "content": memoryview(saved)}
    lab._upload.value = (upload,)
    assert lab.trainer.wait(600)
    assert (lab.model.seed, lab._upload.value) == (4, ())
    lab._upload.value = ({**upload, "content": memoryview(b"{}")},)
    assert lab.trainer.wait(600)
    assert "This is no session" in lab._status.value


# Links


def query_of(address):
    return address.partition("?")[2]


def test_a_link_opens_a_session_and_leaves_the_controls_that_it_names(lab, alone):
    address = link(ADDRESS, SESSION, ["d_learning_rate", "g_learning_rate"])
    assert address.startswith(ADDRESS + "&session=")
    assert len(address) < 600
    follow(lab, query_of(address))
    assert lab.trainer.wait(600)
    hidden = {name for name, row in lab.panel.rows.items() if "ganlib-hidden" in row._dom_classes}
    assert hidden == set(lab.panel.rows) - {"d_learning_rate", "g_learning_rate"}
    assert "ganlib-hidden" in lab.menus["preset"]._dom_classes
    assert "ganlib-hidden" not in lab.buttons["play"]._dom_classes
    assert same(arrays_of(play(lab)), arrays_of(alone))


def test_an_address_without_a_link_changes_nothing(lab, monkeypatch):
    monkeypatch.setenv("QUERY_STRING", "token=let-me-in")
    before = lab._status.value
    follow(lab)
    assert lab._status.value == before
    assert link("http://localhost:8866/") == "http://localhost:8866/"
    assert link(ADDRESS) == ADDRESS
    assert link(ADDRESS, controls="d_steps") == f"{ADDRESS}&controls=d_steps"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("my computer", SESSION), "address must be that of the served lab"),
        ((ADDRESS, "s.json"), "session must be a Session, such as Session.load"),
        ((ADDRESS, None, 5), "controls must be names"),
    ],
)
def test_what_makes_no_link_is_refused_in_a_sentence(arguments, words):
    with pytest.raises(ValueError, match=words) as error:
        link(*arguments)
    one_sentence(error)


def test_the_path_of_a_session_is_no_session_for_a_trainer(lab):
    with pytest.raises(ValueError, match=r"session must be a Session, such as Session\.load") as error:
        lab.trainer.open("s.json")
    one_sentence(error)


def of(content):
    return "session=" + base64.urlsafe_b64encode(content).decode()


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("session=%00%ff", "damaged"),
        ("session=abcde", "damaged"),
        (of(b"{}"), "no session of this version"),
        (of(json.dumps({"ganlib_session": 1, "score": 0}).encode()), "measured, not claimed"),
        (of(b"[" * 50_000), "no JSON"),
        (of(b" " * 150_000), "more than 100,000 bytes"),
        ("session=" + "A" * 500_000, "more than 400,000 characters"),
        (of(Session([(1, "os.system", "ls")], 5).content()), "os.system"),
        (of(Session([(1, "d_learning_rate", 1e9)], 5).content()), "d_learning_rate"),
        (of(Session([], 5, recipe="conv").content()), "recipe 'conv'"),
        ("controls=<script>", "There is no control '<script>'"),
        ("controls=freeze_g" + "&a=1" * 50, "more than 10 parts"),
    ],
)
def test_a_hostile_link_is_refused_in_a_sentence_and_the_lab_goes_on(lab, query, words):
    before = arrays_of(lab.model)
    follow(lab, query)
    assert lab.trainer.wait(600)
    told = html.unescape(lab._status.value)
    assert "This link could not be followed. " in told
    assert words in told
    assert "<script>" not in lab._status.value
    assert same(before, arrays_of(lab.model))
    assert play(lab, 1).step == 1
