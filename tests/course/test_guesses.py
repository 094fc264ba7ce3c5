"""Guesses: somebody commits to an answer, and sees it beside the outcome; without one nothing is missing."""

import itertools

import numpy as np
import pytest
from helpers.messages import send

from ganlib import course
from ganlib.course import guesses

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


# --- a curve to draw --------------------------------------------------------------------------------------------------

FALLING = np.linspace(1, 0.5, guesses.PLACES)
CAME = {"step": np.arange(1, 101), "d_accuracy": np.linspace(0.5, 0.9, 100)}


def ask_for_curve(**changed):
    return ask(**{"curve": "d_accuracy", "steps": 100, "low": 0, "high": 1} | changed)


def test_a_drawn_curve_is_shown_beside_the_run(capsys):
    guess = ask_for_curve()
    answer = send(guess, {"guess": ",".join(f"{height:.4g}" for height in FALLING)})
    assert answer["said"].startswith("Your guess: from 0.99 over 0.76 to 0.51. ")
    np.testing.assert_allclose(guess.given, FALLING, atol=1e-4)
    out = told(capsys, guess, CAME, "It rose.")
    assert out.startswith("You drew it from 0.99 over 0.76 to 0.51. It went from 0.52 over 0.7 to 0.88. It rose.\n")
    assert "your guess" in out, "the figure stands below"


def test_without_a_curve_the_run_is_told_all_the_same(capsys):
    out = told(capsys, ask_for_curve(), CAME)
    assert out == "You drew no curve. It went from 0.52 over 0.7 to 0.88.\n"


def test_a_column_that_few_steps_measured_is_told_without_nan(capsys):
    measured = np.where(np.arange(50) % 10 == 0, 0.5, np.nan)
    out = told(capsys, ask_for_curve(curve="g_grad_norm"), {"step": np.arange(1, 51), "g_grad_norm": measured})
    assert out == "You drew no curve. It went from 0.5 over 0.5 to 0.5.\n"


def test_a_curve_over_fewer_steps_than_it_has_places_can_be_drawn(capsys):
    guess = ask_for_curve(steps=4)
    guess.give(FALLING)
    assert "your guess" in told(capsys, guess, {"step": np.arange(1, 5), "d_accuracy": np.full(4, 0.5)})


@pytest.mark.parametrize(
    "text", ["", "1", "1," * 24, ",".join(["2"] * 25), ",".join(["nan"] * 25), ",".join(["x"] * 25), "0," * 200]
)
def test_a_curve_that_does_not_fit_is_answered_in_a_sentence_and_changes_nothing(text):
    guess = ask_for_curve()
    guess.give(FALLING)
    answer = send(guess, {"guess": text})
    assert answer["refused"] is True
    assert answer["said"].endswith(".")
    np.testing.assert_array_equal(guess.given, FALLING)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"curve": "accuracy"}, "curve must be one of"),
        ({"steps": 1}, "steps must be"),
        ({"steps": None}, "give all four"),
        ({"curve": None}, "give all four"),
        ({"low": None}, "choices, or a number from low to high"),
        ({"low": 1}, "low must be less than high"),
        ({"choices": CHOICES, "low": None, "high": None}, "give all four"),
    ],
)
def test_curves_that_make_no_sense_are_refused(changed, message):
    with pytest.raises(ValueError, match=message):
        ask_for_curve(**changed)


def test_a_history_without_the_column_is_no_outcome():
    with pytest.raises(ValueError, match="d_accuracy"):
        ask_for_curve().outcome({"step": np.arange(3)})


def test_a_page_without_a_kernel_gets_the_line_of_a_curve():
    guess = ask_for_curve()
    assert repr(guess).endswith("(a curve of d_accuracy over 100 steps, from 0 to 1; no guess yet)")
    guess.give(FALLING)
    assert repr(guess).endswith("your guess: from 0.99 over 0.76 to 0.51)")
