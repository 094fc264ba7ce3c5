"""Guesses: where a lesson says "Predict", somebody commits to an answer, and sees it beside the outcome.

Nothing is counted, and without a guess a lesson runs all the same. The page's own code is in assets/course/guess.js.
"""

import functools
import math

import numpy as np
import traitlets
from IPython.display import display

from ganlib.arguments import Choice, Number, Whole, as_numbers
from ganlib.data import asset
from ganlib.lab.board import Board, framed
from ganlib.plots.curves import COLUMNS, run_curves
from ganlib.wording import write

MOST_CHOICES = 9
LONGEST = 300  # characters of what a page may send
PLACES = 25  # of a drawn curve, from its first step to its last


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
        self.choices = choices
        self._check = Choice("Your guess", choices) if choices else Number("Your guess", low, high)
        self._begin(question, {"choices": choices, "low": low, "high": high})

    def _begin(self, question, about):
        self.question, self.given = question, None
        self.board = Card(about={"question": question, **about})
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
        self.board.guess = self._sent()

    def _sent(self):
        """Return the guess as text, as pages send it."""
        return _say(self.given)

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
        self.give(self._read(guess))
        return {"said": f"Your guess: {_say(self.given)}. Run the next cells to see what comes out."}

    def _read(self, text):
        return text if self.choices else _number(text)

    def _ways(self):
        """Say what can be guessed."""
        return (
            " / ".join(self.choices) if self.choices else f"a number from {self._check.low:g} to {self._check.high:g}"
        )

    def __repr__(self):
        given = "no guess yet" if self.given is None else f"your guess: {_say(self.given)}"
        return f"{self.question} ({self._ways()}; {given})"

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the question where widgets can be shown, else as a line."""
        return {**self.widget._repr_mimebundle_(), "text/plain": repr(self)}


class CurveGuess(Guess):
    """A question whose answer is drawn into an empty chart: how a column of a history will go; `given` is 25 heights.

    Attributes
    ----------
    column : str
    steps : int
        From 0 to which the chart reaches.
    """

    def __init__(self, question, column, steps, low, high):
        self.choices, self.column, self.steps, self._range = None, column, steps, (low, high)
        self._begin(question, {"column": column, "steps": steps, "low": low, "high": high, "places": PLACES})

    def _check(self, heights):
        heights, (low, high) = as_numbers("Your guess", heights, axes=1), self._range
        if len(heights) != PLACES or heights.min() < low or heights.max() > high:
            raise ValueError(f"Your guess must be {PLACES} heights from {low:g} to {high:g}: draw the curve again.")
        return tuple(heights.tolist())

    def _sent(self):
        return ",".join(f"{height:.4g}" for height in self.given)

    def _read(self, text):
        return [_number(height) for height in text.split(",")]

    def _ways(self):
        return "a curve of {} over {:,} steps, from {:g} to {:g}".format(self.column, self.steps, *self._range)

    def outcome(self, came, because=""):
        """Print how the column went beside what was drawn; if anything was, show both curves in one chart.

        Parameters
        ----------
        came : mapping
            A history: `step` and the column, arrays of shape (n,).
        because : str
            As for `Guess`.

        Raises
        ------
        ValueError
            The history has no such column, or nothing was measured in it.
        """
        runs, guessed = {"the run": came}, "You drew no curve."
        if self.given is not None:
            step, first = np.unique(np.linspace(1, self.steps, PLACES).round().astype(int), return_index=True)
            runs["your guess"] = {"step": step, self.column: np.array(self.given)[first]}
            guessed = f"You drew it {_say(self.given)}."
        chart = run_curves(runs, self.column)
        measured = tuple(value for value in came[self.column] if np.isfinite(value))
        print(f"{guessed} It went {_say(measured)}. {because}".rstrip())
        if self.given is not None:
            display(chart)


def predict(question, choices=None, *, low=None, high=None, curve=None, steps=None):
    """Ask for a guess, and show the question. See `ganlib.course.predict`."""
    if not isinstance(question, str) or not question.strip():
        raise ValueError(f'question must be text, such as "Will the loss fall?", not {write(question)}.')
    if [choices is None, low is None, high is None] not in ([False, True, True], [True, False, False]):
        raise ValueError("A question has choices, or a number from low to high: give the one or the other.")
    if (curve is None) != (steps is None) or (curve is not None and choices is not None):
        raise ValueError(
            "A curve to draw needs its column, curve, the number of steps, and low and high: give all four."
        )
    if curve is not None:
        curve, steps = Choice("curve", COLUMNS)(curve), Whole("steps", 2)(steps)
    if choices is None:
        low, high = _check_range(low, high)
    else:
        choices = _check_choices(choices)
    guess = _asked(question, choices, low, high, curve, steps)
    display(guess)
    return guess


@functools.cache
def _asked(question, choices, low, high, curve, steps):
    """Return the guess at a question; a cell that runs again asks the same one, and what was guessed stays."""
    return Guess(question, choices, low, high) if curve is None else CurveGuess(question, curve, steps, low, high)


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
    if isinstance(value, tuple):  # of a curve: its ends and its middle, each a tenth of it
        tenth = max(1, len(value) // 10)
        middle = (len(value) - tenth) // 2
        first, between, last = (np.mean(value[at : at + tenth]) for at in (0, middle, len(value) - tenth))
        return f"from {first:.2g} over {between:.2g} to {last:.2g}"
    return value if isinstance(value, str) else f"{value:.3g}"
