"""A tour of the lab in eight cards: each asks for a guess first, then moves something, and says what was measured.

No answer is written down here that the run itself could give: what a card says afterwards is what happened.
"""

from html import escape
from typing import NamedTuple

import ipywidgets
import numpy as np

from ganlib.judge import signs
from ganlib.lab import theme

ALONE, TOGETHER = 50, 120  # steps of a card
FASTER, LONG = 10, 150  # what D's rate is multiplied by on the card about balance, and G's on that about variety
REST = 30  # seconds that a run under way may take to stop
UP_DOWN = ("It rises", "It falls", "It hardly moves")


class Seen(NamedTuple):
    """What the lab shows at one moment.

    Attributes
    ----------
    step : int
    fakes : ndarray
        (n, ...) what G makes of the fixed latent vectors.
    scores, real_scores : ndarray
        (n,), D's: of the fakes, and of real examples.
    balance, variety : words.Reading
        The two gauges.
    """

    step: int
    fakes: np.ndarray
    scores: np.ndarray
    real_scores: np.ndarray
    balance: object
    variety: object


class Card(NamedTuple):
    """One card.

    Attributes
    ----------
    part : str
        Which part of the lab is lit.
    title, text, question : str
        What this part is and what to look for, then the question; `{what}` stands for "pictures", "digits" or "points".
    guesses : tuple of str
        Two or three answers to choose from.
    answer : callable
        `answer(before, after)`, two `Seen`, returns the number of the guess that came true, None if that cannot be
        told, and a sentence.
    reset : bool
        Whether the lab first goes back to the first weights.
    player : str
        Who learns after the guess: "discriminator", "generator", "both", or nobody if empty.
    values : tuple of (str, float)
        The live values that differ from those that the lab was opened with, and what each is multiplied by.
    """

    part: str
    title: str
    text: str
    question: str
    guesses: tuple
    answer: object
    reset: bool = False
    player: str = ""
    values: tuple = ()


def _change(before, after):
    """Return whether a number rose (0), fell (1) or hardly moved (2)."""
    least = 0.05 * max(1.0, abs(before))
    return 2 if abs(after - before) < least else int(after < before)


def _at_first(before, after):
    if after.step:
        return None, f"G had learnt for {after.step:,} steps before this lab was opened: judge for yourself."
    real, fake = after.real_scores.mean(), after.scores.mean()
    return 0, (
        f"These are the first weights. D's weights are as new as G's: on average it gives the fakes {fake:.2f} and the "
        f"real ones {real:.2f}."
    )


def _fake_score(before, after):
    old, new = before.scores.mean(), after.scores.mean()
    return _change(old, new), f"D's score for the fakes was {old:.2f} on average and is {new:.2f} now."


def _fake_score_of_g(before, after):
    number, sentence = _fake_score(before, after)
    return number, f"{sentence} Pleasing this D is one thing, looking real is another: judge the fakes yourself."


def _ahead(before, after):
    ahead = {"D wins": 0, "D leads": 0, "G wins": 1}.get(after.balance.word, 2)
    return ahead, f"The gauge says: {after.balance.word}. {after.balance.sentence}"


def _right(seen):
    """Return the share, 0 to 1, of all pairs of a real one and a fake in which D scores the real one higher."""
    return float((seen.real_scores[:, np.newaxis] > seen.scores).mean())


def _overlap(before, after):
    old, new = _right(before), _right(after)
    number = 2 if abs(new - old) < 0.03 else int(new < old)
    return (
        number,
        f"D ranked the real one first in {old:.0%} of all pairs, and in {new:.0%} now; tossing a coin gives 50%.",
    )


def _pointer(before, after):
    old, new = before.balance.level or 0.0, after.balance.level
    number = 2 if abs(new - old) < signs.LEVEL else int(new < old)
    return number, f"{after.balance.word}: {after.balance.sentence}"


def _alike(before, after):
    return int(
        after.variety.level < signs.ALL_THE_SAME
    ), f"Variety says: {after.variety.word}. {after.variety.sentence}"


def _back(first, after):
    if first is None:
        return None, "Take a guess on the first card as well, and this one can compare. The lab is yours: press Play."
    same = np.array_equal(first.fakes, after.fakes)
    told = "They are exactly the same" if same else "They differ"
    return int(not same), f"{told}: every random number here comes from the seed. Now the lab is yours: press Play."


CARDS = (
    Card(
        "made",
        "What G makes",
        "G turns random numbers into {what}; here the numbers are always the same. Your guess takes the lab back to "
        "its first weights: close the tour if you want to keep what you have trained.",
        "Before G has learnt anything, what do its {what} look like?",
        ("Like nothing real", "A little like real ones", "Like real ones"),
        _at_first,
        reset=True,
    ),
    Card(
        "d",
        "What D does",
        "D says how real each of the {what} looks to it: the higher the score, the more real. Watch the scores of the "
        "fakes: D is about to learn alone, while G is held still.",
        "What happens to D's score for the fakes?",
        UP_DOWN,
        _fake_score,
        player="discriminator",
    ),
    Card(
        "g",
        "What G wants",
        "Now the other way round: D is held still, and G learns to get a high score. Watch the scores of the fakes, "
        "and the fakes themselves.",
        "What happens to D's score for the fakes?",
        UP_DOWN,
        _fake_score_of_g,
        player="generator",
    ),
    Card(
        "loop",
        "The game",
        "From here on the two learn in turn. Watch the diagram: what D says flows back to both as a gradient, and each "
        "network follows its own.",
        "Who is ahead afterwards?",
        ("D", "G", "Neither"),
        _ahead,
        player="both",
    ),
    Card(
        "verdict",
        "D's scores, one by one",
        "Bars that point up are real ones, bars that point down are fakes; the further right, the surer D is that they "
        "are real. Both networks go on learning.",
        "Will the two heaps drift apart?",
        ("They drift apart", "They come together", "They stay where they are"),
        _overlap,
        player="both",
    ),
    Card(
        "gauges",
        "Balance",
        f"This gauge says who is winning. D is about to learn {FASTER} times as fast. Watch the pointer.",
        "Where does the Balance pointer go?",
        ("Towards D", "Towards G", "It hardly moves"),
        _pointer,
        player="both",
        values=(("d_learning_rate", FASTER),),
    ),
    Card(
        "made",
        "Variety",
        f"Back to the first weights. D learns at its usual rate again; G takes steps {LONG} times as long as usual. "
        "The latent vectors are all different. Watch Variety, the other gauge.",
        "What will the {what} be like?",
        ("Different from each other", "Nearly all the same"),
        _alike,
        reset=True,
        player="both",
        values=(("g_learning_rate", LONG),),
    ),
    Card(
        "bar",
        "Reset",
        "Reset goes back to the first weights, and the tour sets the controls as they were when the lab opened.",
        "Are the first {what} back again, exactly those of the first card?",
        ("Yes, the same", "No, different ones"),
        _back,
        reset=True,
    ),
)


class Tour:
    """The cards, one at a time; nothing of them is seen before `begin`.

    Parameters
    ----------
    trainer : LabTrainer
    parts : dict of str to Widget
        What a card can light.
    see : callable
        Returns what the lab shows now, a `Seen`.
    button : callable
        `button(description, tooltip, action)` makes a button of the lab.
    what : callable
        Returns what the model makes: "pictures", "digits" or "points".

    Attributes
    ----------
    widget : ipywidgets.VBox
    number : int
        Which card is shown, 0 for the first.
    answer : ipywidgets.HTML
        What came of a guess; the one thing here that the trainer's thread writes.
    guesses, buttons : list of ipywidgets.Button
        What can be guessed on a card; next and close.
    """

    def __init__(self, trainer, parts, see, button, what):
        self._trainer, self._parts, self._see, self._what = trainer, parts, see, what
        self._usual = trainer.model.live.snapshot()
        self.number, self._guessed, self._before, self._first, self._aim = 0, None, None, None, None
        self._text, self.answer = ipywidgets.HTML(), ipywidgets.HTML()
        most = max(len(card.guesses) for card in CARDS)
        self.guesses = [button("", "Guess", lambda n=n: self.guess(n)) for n in range(most)]
        for each in self.guesses:
            each.layout = ipywidgets.Layout(width="auto")  # of its own, since not every card shows every button
        self.buttons = [
            button("Next", "The next card, with or without a guess", self.next),
            button("Close the tour", "Leave the tour; the lab stays as it is", self.close),
        ]
        self.buttons[0].add_class("ganlib-next")
        row = ipywidgets.HBox([*self.guesses, *self.buttons])
        row.add_class("ganlib-bar")
        self.widget = ipywidgets.VBox([self._text, row, self.answer], layout={"display": "none"})
        self.widget.add_class("ganlib-tour")

    def begin(self):
        """Show the first card."""
        self.number, self._first = 0, None
        self.widget.layout.display = "flex"
        self._show()

    def next(self):
        """Show the next card, or close the tour after the last."""
        self.number += 1
        if self.number < len(CARDS):
            self._show()
        else:
            self.close()

    def close(self):
        """Hide the cards."""
        self._guessed = self._aim = None
        self._light("")
        self.widget.layout.display = "none"

    def _show(self):
        card, self._guessed, self._aim = CARDS[self.number], None, None
        words = [escape(text.format(what=self._what())) for text in (card.title, card.text, card.question)]
        self._text.value = (
            f'<div class="ganlib-word"><span>{self.number + 1} of {len(CARDS)}</span> <b>{words[0]}</b></div>'
            f"<div>{words[1]} <b>{words[2]}</b></div>"
        )
        self.answer.value = '<div role="status"></div>'
        for number, button in enumerate(self.guesses):
            shown = number < len(card.guesses)
            button.description = card.guesses[number] if shown else ""
            button.layout.display = None if shown else "none"
        self.buttons[0].description = "Next" if card is not CARDS[-1] else "The end"
        self._light(card.part)

    def _light(self, lit):
        for name, part in self._parts.items():
            (part.add_class if name == lit else part.remove_class)(theme.LIT)

    def guess(self, number):
        """Take a guess, by its number, and set going what the card is about; a second one changes nothing."""
        if self._guessed is not None:
            return
        trainer, card = self._trainer, CARDS[self.number]
        if trainer.running:
            trainer.pause()
            trainer.wait(REST)
        self._guessed, self._before = number, self._first if card.answer is _back else self._see()
        self.answer.value = '<div role="status">Watch …</div>'
        steps = {"": 0, "both": TOGETHER}.get(card.player, ALONE)
        self._move(card, steps)

    def _move(self, card, steps):
        trainer, factors = self._trainer, dict(card.values)
        for name, usual in self._usual.items():
            value = usual * factors[name] if name in factors else usual
            if trainer.model.live[name] != value:
                trainer.set(name, value)
        if card.reset:  # after the controls, which it keeps: it would undo what is set while it goes on
            trainer.reset()

        def aim(_):
            if self._guessed is not None and CARDS.index(card) == self.number:
                self._aim = trainer.model.step, steps, trainer.runs

        trainer.apply(aim)  # in its thread, after the reset: what is seen before that is no answer
        if card.player == "both":
            trainer.play(steps)
        elif card.player:
            trainer.alone(card.player, steps)

    def look(self):
        """Say what came of a guess, once it has; called by the trainer's thread when it has looked."""
        trainer = self._trainer
        if self._aim is None or trainer.running:
            return
        began, steps, runs = self._aim
        made = trainer.model.step - began
        if made != steps and trainer.runs == runs:
            return
        card, after, self._aim = CARDS[self.number], self._see(), None
        self._first = after if card is CARDS[0] else self._first
        number, sentence = card.answer(self._before, after)
        if made != steps:
            sentence = f"It was stopped after {made:,} of {steps:,} steps. {sentence}"
        came = "" if number is None else "As you guessed." if number == self._guessed else f"{card.guesses[number]}."
        self.answer.value = f'<div role="status"><b>{escape(came)}</b> {escape(sentence)}</div>'
