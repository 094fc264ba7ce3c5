"""Guesses: somebody commits to an answer, and sees it beside the outcome; without one nothing is missing."""

import itertools

import numpy as np
import pytest
from helpers.messages import send

from ganlib import course

CHOICES = ["it falls", "it rises"]
new_question = (f"Question {n}?" for n in itertools.count())


def ask(choices=None, **limits):
    return course.predict(next(new_question), choices, **limits)


def told(capsys, guess, *outcome):
    capsys.readouterr()
    guess.outcome(*outcome)
    return capsys.readouterr().out


def test_a_guess_is_shown_beside_the_outcome(capsys):
    guess = ask(CHOICES)
    answer = send(guess, {"number": "a", "guess": "it falls"})
    assert answer == {"said": "Your guess: it falls. Run the next cells to see what comes out.", "number": "a"}
    assert guess.board.guess == guess.given == "it falls"
    wanted = "You guessed: it falls. The outcome: it rises. From 1 to 2.\n"
    assert told(capsys, guess, "it rises", "From 1 to 2.") == wanted
    assert told(capsys, guess, "it falls") == "You guessed: it falls. The outcome: it falls.\n"


def test_without_a_guess_the_outcome_is_told_all_the_same(capsys):
    assert told(capsys, ask(CHOICES), "it rises") == "You made no guess. The outcome: it rises.\n"
    assert told(capsys, ask(low=0, high=1), 0.25) == "You made no guess. The outcome: 0.25.\n"


@pytest.mark.parametrize(("typed", "given"), [("0.8", 0.8), ("0,8", 0.8), (" 1 ", 1.0), ("0", 0.0), ("5e-1", 0.5)])
def test_a_number_is_taken_as_people_type_it(capsys, typed, given):
    guess = ask(low=0, high=1)
    assert not send(guess, {"guess": typed}).get("refused")
    assert guess.given == given
    assert told(capsys, guess, np.float32(0.31)) == f"You guessed: {given:g}. The outcome: 0.31.\n"


def test_an_outcome_may_lie_outside_of_the_range_that_was_asked_for(capsys):
    assert "outcome: 12." in told(capsys, ask(low=0, high=10), 12)


def test_a_guess_can_be_given_in_code_and_changed():
    guess = ask(CHOICES)
    guess.give("it falls")
    guess.give("it rises")
    assert guess.given == guess.board.guess == "it rises"
    with pytest.raises(ValueError, match=r"^Your guess must be one of 'it falls', 'it rises', not 'it stays'"):
        guess.give("it stays")
    assert guess.given == "it rises"


def test_a_cell_that_runs_again_keeps_the_guess():
    question = next(new_question)
    course.predict(question, CHOICES).give("it falls")
    assert course.predict(question, CHOICES).given == "it falls"
    assert course.predict(question, [*CHOICES, "it stays"]).given is None


def test_a_page_without_a_kernel_gets_a_line(capsys):
    guess = ask(CHOICES)
    assert "it falls / it rises; no guess yet" in capsys.readouterr().out
    data = guess._repr_mimebundle_()
    assert "application/vnd.jupyter.widget-view+json" in data
    assert data["text/plain"] == f"{guess.question} (it falls / it rises; no guess yet)"
    number = ask(low=0, high=1)
    number.give(0.5)
    assert repr(number).endswith("(a number from 0 to 1; your guess: 0.5)")


@pytest.mark.parametrize(
    "message",
    [None, [], "x", {}, *({"guess": guess} for guess in (None, 1, [], {}, "", "it", "x" * 10_000, "it falls "))],
    ids=range(12),
)
def test_a_message_that_does_not_fit_is_answered_in_a_sentence_and_changes_nothing(message):
    guess = ask(CHOICES)
    guess.give("it falls")
    answer = send(guess, message)
    assert answer["refused"] is True
    assert answer["said"].endswith(".")
    assert 15 < len(answer["said"]) < 300
    assert guess.given == "it falls"


@pytest.mark.parametrize("typed", ["", "much", "nan", "inf", "1e999", "2", "-1", "0.5.5"])
def test_a_number_that_is_none_is_answered_with_the_range(typed):
    guess = ask(low=0, high=1)
    answer = send(guess, {"guess": typed})
    assert answer["refused"] is True
    assert answer["said"].startswith("Your guess must be a number from 0 to 1, not ")
    assert guess.given is None


def test_a_page_cannot_set_a_guess():
    guess = ask(CHOICES)
    guess.board.set_state({"guess": "it falls", "about": 3})
    assert guess.given is guess.board.guess is None


@pytest.mark.parametrize(
    ("arguments", "limits", "message"),
    [
        (("", CHOICES), {}, "question must be text"),
        ((3, CHOICES), {}, "question must be text"),
        (("Why?",), {}, "choices, or a number from low to high"),
        (("Why?", CHOICES), {"low": 0}, "choices, or a number from low to high"),
        (("Why?",), {"low": 0}, "choices, or a number from low to high"),
        (("Why?",), {"low": 1, "high": 1}, "low must be less than high, not 1 with 1"),
        (("Why?",), {"low": "a", "high": 1}, "low must be a number"),
        *(
            (("Why?", wrong), {}, "choices must be a list of 2 to 9")
            for wrong in ("ab", [], ["a"], ["a", "a"], ["a", 3])
        ),
        (("Why?", ["a", ""]), {}, "choices must be a list of 2 to 9"),
        (("Why?", list("abcdefghij")), {}, "choices must be a list of 2 to 9"),
    ],
)
def test_questions_that_make_no_sense_are_refused(arguments, limits, message):
    with pytest.raises(ValueError, match=message):
        course.predict(*arguments, **limits)


def test_an_outcome_that_nobody_could_have_guessed_is_refused():
    with pytest.raises(ValueError, match=r"^The outcome must be one of"):
        ask(CHOICES).outcome("it stays")
    for wrong in ("many", np.nan, None):
        with pytest.raises(ValueError, match=r"^The outcome must be a number"):
            ask(low=0, high=1).outcome(wrong)
