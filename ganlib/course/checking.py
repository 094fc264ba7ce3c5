"""What an exercise is: a check with four outcomes, staged hints, and a solution that lives in one place."""

import contextlib
import html
import io
import re
from dataclasses import dataclass
from importlib import import_module

import numpy as np

from ganlib.course import progress

MARKS = {"passed": "✓ Passed", "failed": "✗ Not yet", "not attempted": "○ Not attempted", "raised": "! Stopped"}
COLOURS = {"passed": "#1a7f37", "failed": "#9a6700", "not attempted": "#6e7781", "raised": "#cf222e"}


class Wrong(Exception):
    """An answer that is not right; the words say why, and what to think about."""


class NothingYet(Exception):
    """The stub as it came: there is nothing to check; the words say what to do."""


@dataclass(frozen=True)
class Outcome:
    """What came of a check; it shows itself in a notebook with a mark and a word, so that no colour is needed.

    Attributes
    ----------
    exercise : str
        Such as "06.1".
    kind : str
        "passed", "failed", "not attempted" or "raised".
    words : str
        Why, in a sentence or two. Code stands between backticks.
    """

    exercise: str
    kind: str
    words: str

    def __repr__(self):
        return f"{MARKS[self.kind]} ({self.exercise}). {self.words}"

    def _repr_html_(self):
        words = re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(self.words))
        style = f"border-left: 0.35em solid {COLOURS[self.kind]}; padding: 0.2em 0.8em"
        return (
            f'<div role="status" style="{style}"><strong>{MARKS[self.kind]} ({self.exercise}).</strong> {words}</div>'
        )


@dataclass(frozen=True)
class Folds:
    """Texts that a notebook shows folded, each under its summary; in a terminal they stand open.

    Attributes
    ----------
    texts : tuple of (str, str)
        Summary, and Markdown.
    after : str
        A sentence below, always seen.
    """

    texts: tuple
    after: str = ""

    def __repr__(self):
        return "\n\n".join([*(f"{summary}\n{text.strip()}" for summary, text in self.texts), self.after]).strip()

    def _repr_markdown_(self):
        folds = [
            f"<details><summary>{html.escape(summary)}</summary>\n\n{text.strip()}\n\n</details>"
            for summary, text in self.texts
        ]
        return "\n\n".join([*folds, self.after]).strip()


class Exercise:
    """One exercise of a lesson.

    Parameters
    ----------
    name : str
        The lesson and the number: "06.1".
    judge : callable
        Takes the answer. It raises `Wrong` with the reason, or `NothingYet` if there is none yet; what it returns is
        said to somebody who was right.
    hints : str
        From a nudge to nearly the answer, in Markdown.
    """

    def __init__(self, name, judge, *hints):
        self.name, self.judge, self.hints = name, judge, hints
        self._given = 0

    def check(self, *answer):
        """Check an answer.

        Parameters
        ----------
        answer : object
            What the exercise asks for: a value, a word, a function.

        Returns
        -------
        Outcome
            Passed, failed and why, not attempted, or raised: an error in the answer's own code.
        """
        try:
            if any(part is None or part is ... for part in answer):
                raise NothingYet("Put your answer in the place of `None`, and run the cell again.")
            praise = self.judge(*answer)
        except NothingYet as nothing:
            return Outcome(self.name, "not attempted", str(nothing))
        except NotImplementedError:
            return Outcome(self.name, "not attempted", "Write the body of the function, and run the cell again.")
        except Wrong as wrong:
            progress.note_no(self.name, str(wrong))
            return Outcome(self.name, "failed", str(wrong))
        except Exception as error:
            progress.note_no(self.name, f"{type(error).__name__} in the answer's own code.")  # not what is in the code
            return Outcome(self.name, "raised", f"{type(error).__name__}: {error}{_place(error)}.")
        return Outcome(self.name, "passed", f"{praise or ''} {progress.note(self.name)}".strip())

    def grade(self, *answer):
        """Check an answer for a mark: anything but a pass is an error, and nothing is shown.

        Parameters
        ----------
        answer : object
            As for `check`.

        Raises
        ------
        AssertionError
            The answer did not pass; the error says what `check` says.
        """
        with contextlib.redirect_stderr(io.StringIO()):  # nbgrader takes a mere warning for a failure
            outcome = self.check(*answer)
        if outcome.kind != "passed":
            raise AssertionError(repr(outcome))

    def hint(self):
        """Show one hint more than the last time.

        Returns
        -------
        Folds
        """
        self._given = min(self._given + 1, len(self.hints))
        count = len(self.hints)
        texts = tuple((f"Hint {i} of {count}", hint) for i, hint in enumerate(self.hints[: self._given], 1))
        more = "Run the cell again for the next hint." if self._given < count else "These are all the hints."
        return Folds(texts, more)

    def solution(self):
        """Show a solution, folded.

        Returns
        -------
        Folds
            Or a sentence where the solutions were left out, as in a hand-out without them.
        """
        try:
            return Folds((("Solution", solution(self.name)),))
        except ModuleNotFoundError:
            return Folds((), "This copy of the course came without solutions. Ask whoever gave it to you.")


def solution(name):
    """Return the Markdown of a solution; ModuleNotFoundError where the solutions were left out."""
    return import_module(f"ganlib.course.solutions.lesson_{name[:2]}").SOLUTIONS[name]


def _place(error):
    """Say in which line of the notebook an error arose, if in any."""
    place, trace = "", error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_globals.get("__name__") == "__main__":
            place = f" (line {trace.tb_lineno}, in `{trace.tb_frame.f_code.co_name}`)"
        trace = trace.tb_next
    return place


# --- what the judges of several lessons need ------------------------------------------------------------------------


def ask(function, *arguments, **named):
    """Call a function that the learner wrote; `Wrong` if it is no function, `NothingYet` if it returns nothing."""
    if not callable(function):
        raise Wrong("Give the function itself, without parentheses after its name: `check(f)`, not `check(f(x))`.")
    answer = function(*arguments, **named)
    if answer is None or answer is ...:
        raise NothingYet("Your function returns nothing yet. Write its body; if you have, its `return` is missing.")
    return answer


def array(answer, shape):
    """Return an answer as a float array; `Wrong` if it has another shape than it should."""
    found = np.asarray(answer, float)
    if found.shape != tuple(shape):
        raise Wrong(f"The result has the shape {found.shape}. It should have {tuple(shape)}.")
    return found


def close(answer, wanted, tolerance=1e-5):
    """Tell whether the shapes are the same and all numbers agree, relative to their size or, near 0, absolutely."""
    return np.shape(answer) == np.shape(wanted) and np.allclose(answer, wanted, rtol=tolerance, atol=tolerance)


def choice(answer, right, reasons):
    """Judge a choice between words.

    Parameters
    ----------
    answer : str
        What was chosen.
    right : str
        The right word.
    reasons : dict of str to str
        For each of the other words, why it is not right.

    Raises
    ------
    Wrong
        With that reason, or with the words that there are to choose from.
    """
    word = str(answer).strip().lower()
    if word not in {right, *reasons}:
        raise Wrong(f"Choose one of {', '.join(repr(option) for option in sorted({right, *reasons}))}.")
    if word != right:
        raise Wrong(reasons[word])


def number(answer, low, high, mistakes, otherwise):
    """Judge a number.

    Parameters
    ----------
    answer : float
        What was answered.
    low, high : float
        The range that is right.
    mistakes : dict of float to str
        Typical wrong answers, to within 1%, and what led to them.
    otherwise : str
        What to say about all other wrong answers.

    Raises
    ------
    Wrong
        With one of these sentences.
    """
    value = float(answer)
    if low <= value <= high:
        return
    for mistake, reason in mistakes.items():
        if close(value, mistake, 0.01):
            raise Wrong(reason)
    raise Wrong(otherwise)
