"""One e-mail, word by word: which words are in it is the learner's choice, and two models weigh them at once.

The page's own code is in assets/lab/evidence.js. It has all weights from the start, so it needs no kernel.
"""

import numpy as np

from ganlib.arguments import is_one_of
from ganlib.data import asset
from ganlib.lab import theme
from ganlib.lab.board import Board, framed
from ganlib.lab.pictures import bundle
from ganlib.plots.checks import as_text, check_named, check_number, check_numbers, check_several
from ganlib.wording import write

MOST_SHOWN, MOST_EMAILS = 20, 6


class Scales(Board):
    """What is seen of an e-mail on a page."""

    _esm = asset("lab/evidence.js").read_text(encoding="utf-8")
    _css = theme.palette(".ganlib-pad") + "\n" + asset("lab/pad.css").read_text(encoding="utf-8")


class WordEvidence:
    """The words of an e-mail to switch on and off, weighed by two models; show it as the last line of a cell.

    Both models add up: the logit of spam starts somewhere, and each word in the e-mail adds its weight. So a bar is
    what changes when its word is switched.

    Parameters
    ----------
    words : sequence of n str
        Each once.
    models : dict of str to (weights, bias)
        A generative model and a discriminative one, in this order: what `BernoulliNaiveBayes.evidence` and
        `fit_logistic` return, with n weights.
    emails : dict of str to array of shape (n,)
        One to six e-mails to begin with, by the name on their button: 0 or 1 for each word. The first is shown first.
    shown : sequence of str
        The words that get a switch of their own, at most 20. All other words of an e-mail share one more switch.

    Attributes
    ----------
    board : Scales
        What pages show.
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError
        The models, the e-mails or the shown words do not fit the words.
    """

    def __init__(self, words, models, emails, shown):
        from ganlib import plots

        words = [as_text(word) for word in check_several("words", words)]
        models = check_named("models", models, 2, lambda name, model: _check_model(name, model, len(words)))
        if len(models) != 2:
            raise ValueError("models must hold two models to compare, a generative and a discriminative one.")
        emails = check_named("emails", emails, MOST_EMAILS, lambda name, bag: _check_bag(name, bag, len(words)))
        at = _places(words, shown)
        rest = [i for i in range(len(words)) if i not in at]
        self.board = Scales(
            about={
                "words": [words[i] for i in at],
                "models": [
                    {"name": name, "pen": pen, "start": bias, "weights": weights[at].tolist()}
                    for (name, (weights, bias)), pen in zip(models.items(), ("generator", "discriminator"), strict=True)
                ],
                "emails": [
                    {
                        "name": name,
                        "has": (bag[at] > 0).tolist(),
                        "others": [words[i] for i in rest if bag[i]],
                        "add": [float(bag[rest] @ weights[rest]) for weights, _ in models.values()],
                    }
                    for name, bag in emails.items()
                ],
            }
        )
        first = self.board.about["emails"][0]
        seen = [*(i for i in at if emails[first["name"]][i]), *([None] if first["others"] else [])]
        self._figure = plots.word_evidence(
            [_others(len(first["others"])) if i is None else words[i] for i in seen],
            {
                name: [bias, *(first["add"][k] if i is None else weights[i] for i in seen)]
                for k, (name, (weights, bias)) in enumerate(models.items())
            },
        )
        self.widget = framed(self.board, "ganlib-pad")
        self.widget.add_class("ganlib-alone")

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the switches where widgets can be shown, else a figure of the first e-mail."""
        told = f"{self._figure.sentence} Run this cell in JupyterLab to switch words on and off."
        return bundle(self.widget, told, self._figure.png())


def _others(number):
    return f"{number} other word{'' if number == 1 else 's'}"


def _check_model(name, model, n):
    """Return the weights and the bias of a model."""
    if not isinstance(model, list | tuple) or len(model) != 2:
        raise ValueError(f"{name} must be a pair of weights and a bias, not {write(model)}.")
    return check_numbers(f"The weights of {name}", model[0], n), check_number(f"The bias of {name}", model[1])


def _check_bag(name, bag, n):
    bag = check_numbers(name, bag, n)
    if not np.isin(bag, (0, 1)).all():
        raise ValueError(f"{name} must be 0 or 1 for each word: it is there or not.")
    return bag


def _places(words, shown):
    """Return where the shown words stand among the words."""
    if len(set(words)) < len(words):
        raise ValueError("words must hold each word once.")
    shown = [as_text(word) for word in check_several("shown", shown)]
    missing = [word for word in shown if not is_one_of(word, words)]
    if missing or len(set(shown)) < len(shown) or not 1 <= len(shown) <= MOST_SHOWN:
        raise ValueError(f"shown must hold 1 to {MOST_SHOWN} of the words, each once, not {write(missing or shown)}.")
    return [words.index(word) for word in shown]
