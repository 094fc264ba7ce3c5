"""Guesses: where a lesson says "Predict", somebody commits to an answer, and sees it beside the outcome.

Nothing is counted, and without a guess a lesson runs all the same. The page's own code is in assets/course/guess.js.
"""

import functools
import math

import traitlets
from IPython.display import display

from ganlib.arguments import Choice, Number
from ganlib.data import asset
from ganlib.lab.board import Board, framed
from ganlib.wording import write

MOST_CHOICES = 9
LONGEST = 300  # letters of what a page may send


class Card(Board):
    """What is seen of a question on a page."""

    _esm = asset("course/guess.js").read_text(encoding="utf-8")
    _css = asset("course/guess.css").read_text(encoding="utf-8")
    guess = traitlets.Unicode(None, allow_none=True).tag(sync=True)


class Guess:
    """One question, and the guess at its answer; `course.predict` makes one.

    Attributes
    ----------
    question : str
    choices : tuple of str or None
        None: the answer is a number.
    given : str, float or None
        The guess; None as long as there is none.
    board : Card
        What pages show.
    widget : ipywidgets.VBox
    """

    def __init__(self, question, choices, low, high):
        self.question, self.choices, self.given = question, choices, None
        self._check = Choice("Your guess", choices) if choices else Number("Your guess", low, high)
        self.board = Card(about={"question": question, "choices": choices, "low": low, "high": high})
        self.board.serve(self._obey)
        self.widget = framed(self.board, "ganlib-guess")

    def give(self, guess):
        """Commit to a guess, as a click on the page does; one given later takes its place.

        Parameters
        ----------
        guess : str or float
            One of the choices, or a number in the range.

        Raises
        ------
        ValueError
            It is neither.
        """
        self.given = self._check(guess)
        self.board.guess = _say(self.given)

    def outcome(self, came, because=""):
        """Print what came out beside the guess.

        Parameters
        ----------
        came : str or float
            One of the choices, or a number.
        because : str
            A sentence or two that say more.

        Raises
        ------
        ValueError
            It is none of the choices, or no number.
        """
        check = Choice("The outcome", self.choices) if self.choices else Number("The outcome", -math.inf, math.inf)
        came = check(came)
        guessed = "You made no guess." if self.given is None else f"You guessed: {_say(self.given)}."
        print(f"{guessed} The outcome: {_say(came)}. {because}".rstrip())

    def _obey(self, content):
        """Take a guess that a page has sent; numbers come as they were typed."""
        guess = content.get("guess")
        if not isinstance(guess, str) or len(guess) > LONGEST:
            raise ValueError("A guess must be a short text: reload the page and guess again.")
        self.give(guess if self.choices else _number(guess))
        return {"said": f"Your guess: {_say(self.given)}. Run the next cells to see what comes out."}

    def __repr__(self):
        ways = (
            " / ".join(self.choices) if self.choices else f"a number from {self._check.low:g} to {self._check.high:g}"
        )
        given = "no guess yet" if self.given is None else f"your guess: {_say(self.given)}"
        return f"{self.question} ({ways}; {given})"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the question where widgets can be shown, else as a line."""
        return {**self.widget._repr_mimebundle_(), "text/plain": repr(self)}


def predict(question, choices=None, *, low=None, high=None):
    """Ask for a guess, and show the question. See `ganlib.course.predict`."""
    if not isinstance(question, str) or not question.strip():
        raise ValueError(f'question must be text, such as "Will the loss fall?", not {write(question)}.')
    if [choices is None, low is None, high is None] not in ([False, True, True], [True, False, False]):
        raise ValueError("A question has choices, or a number from low to high: give the one or the other.")
    if choices is None:
        low, high = _check_range(low, high)
    else:
        choices = _check_choices(choices)
    guess = _asked(question, choices, low, high)
    display(guess)
    return guess


@functools.cache
def _asked(question, choices, low, high):
    """Return the guess at a question; a cell that runs again asks the same one, and what was guessed stays."""
    return Guess(question, choices, low, high)


def _check_range(low, high):
    low, high = Number("low", -math.inf, math.inf)(low), Number("high", -math.inf, math.inf)(high)
    if low >= high:
        raise ValueError(f"low must be less than high, not {low:g} with {high:g}.")
    return low, high


def _check_choices(choices):
    good = isinstance(choices, list | tuple) and all(isinstance(one, str) and one.strip() for one in choices)
    if not good or not 2 <= len(choices) <= MOST_CHOICES or len(set(choices)) < len(choices):
        raise ValueError(
            f'choices must be a list of 2 to {MOST_CHOICES} different answers, such as ["falls", "rises"], '
            f"not {write(choices)}."
        )
    return tuple(choices)


def _number(text):
    """Return a typed number, with a point or a comma; text that is none stays as it is."""
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return text


def _say(value):
    return value if isinstance(value, str) else f"{value:.3g}"
