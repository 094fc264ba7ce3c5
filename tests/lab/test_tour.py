"""The tour of the lab: every card moves what it says, waits for a guess, and tells what was measured."""

import re

import numpy as np
import pytest
from helpers import tiny

from ganlib.lab import theme, tour, words
from ganlib.lab.live import LiveLab
from ganlib.lab.tour import CARDS, Seen
from ganlib.models.plane import PlaneGAN
from ganlib.models.variational import VariationalAutoencoder


@pytest.fixture
def lab(gan, monkeypatch):
    monkeypatch.setattr(tour, "ALONE", 3)
    monkeypatch.setattr(tour, "TOGETHER", 4)
    lab = LiveLab(gan, tiny.DATA, batch_size=8, most_steps=100_000)
    lab.buttons["tour"].click()
    yield lab
    lab.close()


def guess(lab, number=0):
    lab.tour.guesses[number].click()
    assert lab.trainer.wait()


def go_to(lab, title):
    while CARDS[lab.tour.number].title != title:
        lab.tour.buttons[0].click()


def shown(lab):
    return lab.tour.widget.layout.display != "none"


def lit(lab):
    return [name for name, part in lab.parts.items() if theme.LIT in part._dom_classes]


def seen(step=0, fakes=0.0, scores=(0.5,), real=(0.5,), balance=0.0, variety=1.0):
    """Return what a lab might show."""
    readings = words.Reading(balance, "balanced", "Said."), words.Reading(variety, "many kinds", "Said.")
    return Seen(step, np.full((2, 2), fakes), np.array(scores), np.array(real), *readings)


def test_all_eight_cards_are_walked_and_each_tells_what_happened(lab, gan):
    steps = []
    for number, card in enumerate(CARDS):
        assert lab.tour.number == number
        assert lit(lab) == [card.part]
        assert f"{number + 1} of 8" in lab.tour._text.value
        assert "{" not in lab.tour._text.value
        before = gan.step
        guess(lab)
        steps.append(gan.step - (0 if card.reset else before))
        assert re.search(r'role="status"><b>.+\.</b> .+', lab.tour.answer.value), card.title
        lab.tour.buttons[0].click()
    assert steps == [0, 3, 3, 4, 4, 4, 4, 0]
    assert not shown(lab)
    assert lit(lab) == []


def test_nothing_moves_before_a_guess_and_a_second_one_changes_nothing(lab, gan):
    lab.tour.buttons[0].click()
    assert gan.step == 0
    guess(lab)
    told = lab.tour.answer.value
    guess(lab, 1)
    assert (gan.step, lab.tour.answer.value) == (3, told)


def test_closing_is_one_click_and_leaves_the_lab_alone(lab, gan):
    assert shown(lab)
    lab.tour.buttons[1].click()
    assert not shown(lab)
    assert lit(lab) == []
    assert gan.step == 0
    lab.buttons["tour"].click()
    assert shown(lab)
    assert lab.tour.number == 0


def test_a_guess_while_it_trains_stops_that_first(lab, gan):
    go_to(lab, "What G wants")
    lab.buttons["play"].click()
    while gan.step < 20:
        pass
    before = gan.step
    guess(lab)
    assert gan.step >= before + 3
    assert "score for the fakes was" in lab.tour.answer.value


def test_the_controls_are_those_of_before_when_the_tour_has_ended(lab, gan):
    usual = gan.live.snapshot()
    go_to(lab, "Balance")
    guess(lab)
    assert gan.d_learning_rate == pytest.approx(10 * usual["d_learning_rate"])
    go_to(lab, "Reset")
    guess(lab)
    assert gan.live.snapshot() == usual
    assert "this one can compare" in lab.tour.answer.value  # the first card was passed over


def test_after_reset_the_first_pictures_are_there_again(lab):
    guess(lab)
    go_to(lab, "What G wants")
    guess(lab)
    go_to(lab, "Reset")
    guess(lab)
    assert "As you guessed." in lab.tour.answer.value
    assert "exactly the same" in lab.tour.answer.value


def test_an_answer_is_of_the_run_after_the_reset_though_as_many_steps_were_made_before(lab, gan):
    go_to(lab, "The game")
    guess(lab)
    assert gan.step == 4
    go_to(lab, "Variety")
    answered, look = [], lab.tour.look

    def watched():
        before = lab.tour.answer.value
        look()
        if lab.tour.answer.value != before:
            answered.append((gan.step, [change.step for change in lab.trainer.changes], lab._seen().variety.level))

    lab.tour.look = watched
    guess(lab)
    assert answered == [(4, [], lab._seen().variety.level)]
    assert gan.g_learning_rate == pytest.approx(150 * lab.tour._usual["g_learning_rate"])


def test_a_run_that_ends_early_is_answered_and_says_how_far_it_came(gan, monkeypatch):
    monkeypatch.setattr(tour, "TOGETHER", 40)
    lab = LiveLab(gan, tiny.DATA, batch_size=8, most_steps=10)
    lab.buttons["tour"].click()
    go_to(lab, "The game")
    guess(lab)
    assert gan.step == 10
    assert "It was stopped after 10 of 40 steps. The gauge says" in lab.tour.answer.value
    lab.close()


def test_the_buttons_are_the_guesses_of_the_card(lab):
    for card in CARDS:
        names = [button.description for button in lab.tour.guesses if button.layout.display != "none"]
        assert names == list(card.guesses)
        lab.tour.buttons[0].click()


@pytest.mark.parametrize(
    ("title", "before", "after", "came"),
    [
        ("What D does", seen(scores=[0.5]), seen(scores=[0.1]), "It falls"),
        ("What G wants", seen(scores=[0.1]), seen(scores=[0.9]), "It rises"),
        ("What G wants", seen(scores=[40.0]), seen(scores=[41.0]), "It hardly moves"),  # a critic's
        ("D's scores, one by one", seen(), seen(scores=[0.1], real=[0.9]), "They drift apart"),
        ("D's scores, one by one", seen(scores=[0.1], real=[0.9]), seen(), "They come together"),
        ("Balance", seen(balance=0.1), seen(balance=0.9), "Towards D"),
        ("Balance", seen(balance=0.9), seen(balance=0.1), "Towards G"),
        ("Balance", seen(balance=0.1), seen(balance=0.12), "It hardly moves"),
        ("Reset", seen(fakes=0.0), seen(fakes=1.0), "No, different ones"),
    ],
)
def test_the_answer_is_what_was_measured(title, before, after, came):
    card = next(card for card in CARDS if card.title == title)
    number, sentence = card.answer(before, after)
    assert card.guesses[number] == came
    assert sentence.endswith((".", "Said.", "coin."))


@pytest.mark.parametrize(("spread", "came"), [(0.1, "Nearly all the same"), (0.9, "Different from each other")])
def test_variety_is_what_the_gauge_says(spread, came):
    card = next(card for card in CARDS if card.title == "Variety")
    assert card.guesses[card.answer(seen(), seen(variety=spread))[0]] == came


def test_of_a_model_that_has_learnt_before_the_first_card_claims_nothing():
    assert CARDS[0].answer(seen(), seen(step=700)) == (
        None,
        "G had learnt for 700 steps before this lab was opened: judge for yourself.",
    )


def test_on_the_plane_it_speaks_of_points_and_without_a_gan_there_is_none():
    lab = LiveLab(PlaneGAN(seed=0), batch_size=8)
    lab.buttons["tour"].click()
    assert "points" in lab.tour._text.value
    assert "picture" not in lab.tour._text.value
    lab.close()
    lab = LiveLab(VariationalAutoencoder(4, hidden=(16,), seed=0), np.zeros((40, 28, 28, 1), np.uint8), batch_size=8)
    assert "tour" not in lab.buttons
    lab.close()


def test_a_closed_lab_lets_the_tour_rest(lab):
    lab.close()
    assert all(button.disabled for button in (*lab.tour.guesses, *lab.tour.buttons))
