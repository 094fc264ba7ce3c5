"""Exercises of lesson 01: discriminative versus generative models."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, choice, close


def _smoothing(prediction):
    choice(
        prediction,
        "rises",
        {
            "falls": "100 imagined e-mails of each kind against 30 real ones: which do the shares then follow?",
            "stays": "Every share moves towards one half. With so few e-mails, what is left of what was counted?",
        },
    )
    return "Smoothing is a number of imagined e-mails: what matters is how many real ones stand against it."


def _shrinkage(test_error, drawings):
    choice(
        test_error,
        "rises",
        {"falls": "The error: the model now trusts directions in which its own digits hardly vary. Is that careful?"},
    )
    choice(
        drawings,
        "better",
        {"worse": "The drawings: the speckle over them *is* the shrinkage. There is less of it now."},
    )
    return "A model that writes better need not classify better; choose by what you want it for."


def _write(write_mail):
    theta, prior = np.array([[0.9, 0.05, 0.5], [0.1, 0.8, 0.5]]), np.array([0.9, 0.1])
    answer = ask(write_mail, theta, prior, 4000, np.random.default_rng(0))
    if not (isinstance(answer, tuple) and len(answer) == 2):
        raise Wrong("Return two things: the bags, shape (n, words), and the class of each, shape (n,).")
    bags, labels = array(answer[0], (4000, 3)), array(answer[1], (4000,))
    spam = labels.mean()
    if not np.isin(labels, (0, 1)).all() or not np.isin(bags, (0, 1)).all():
        raise Wrong("Classes and bags are made of 0 and 1 only.")
    if spam in (0, 1):
        raise Wrong("All e-mails are of one class: draw a class for each of them, not one for all.")
    if abs(spam - 0.5) < 0.05:
        raise Wrong("Half of it is spam, whatever the prior is. Draw each class with its probability in `prior`.")
    if abs(spam - 0.9) < 0.05:
        raise Wrong("`prior[1]` is the probability of spam, 0.1 here. Yours has 90%: the labels are swapped.")
    if abs(spam - 0.1) > 0.03:
        raise Wrong(f"The prior says 10% of spam, yours has {spam:.0%}.")
    if len(np.unique(bags[labels == 0], axis=0)) < 4:
        raise Wrong("All e-mails of a class are the same: toss the words of each e-mail separately.")
    rates = np.stack([bags[labels == label].mean(axis=0) for label in (0, 1)])
    if np.abs(rates - theta[::-1]).max() < 0.1:
        raise Wrong("The words of wanted mail are in spam and the reverse: take the row of `theta` of each class.")
    if np.abs(rates - theta).max() > 0.1:
        raise Wrong(f"In class 0 the first word should be in 90% of the e-mails; in yours it is in {rates[0, 0]:.0%}.")
    together = bags[labels == 0][:, [0, 2]].all(axis=1).mean()
    if abs(together - rates[0, 0] * rates[0, 2]) > 0.025:
        raise Wrong(
            f"One word must not depend on another: words 1 and 3 should be together in 45% of the e-mails of class 0, "
            f"in yours they are in {together:.0%}. Toss a coin for every word, not one for the whole e-mail."
        )
    return "First the class, then the words: that is a draw from p(x)."


def _die(die):
    amounts = np.array([[3.0, 1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0], [0.0, 0.0, 6.0, 0.0]])
    found = array(ask(die, amounts, np.array([0, 0, 1])), (2, 4))
    wanted = np.array([[5, 3, 1, 1], [1, 1, 7, 1]]) / 10
    counted = np.array([[3, 3, 1, 1], [1, 1, 2, 1]], float)
    if close(found, wanted[::-1]):
        raise Wrong("Row 0 is wanted mail, row 1 is spam: yours are swapped.")
    if (found == 0).any():
        raise Wrong(
            "A word that was never seen in a class gets 0, and one such word makes any e-mail impossible. Add 1."
        )
    if close(found.sum(axis=0), np.ones(4)):
        raise Wrong("Your columns add up to 1. A die has one side for each *word*: the rows must.")
    if close(found, counted / counted.sum(axis=1, keepdims=True)):
        raise Wrong(
            "You counted how many e-mails hold a word. What counts here is how *often* it occurs: add up the amounts."
        )
    if not close(found.sum(axis=1), np.ones(2)):
        raise Wrong(f"Each row must add up to 1; yours add up to {found.sum(axis=1).round(3).tolist()}.")
    if not close(found, wanted):
        raise Wrong(
            "The rows add up to 1, but not as the counts say: (amount of the word + 1) / (sum of that over the words)."
        )
    return "A die for each class, with the words as its sides."


EXERCISES = (
    Exercise(
        "01.1",
        _smoothing,
        "Smoothing imagines that many e-mails with the word in each class, and as many without it.",
        "30 real e-mails against 200 imagined ones. Where does every share end up?",
    ),
    Exercise(
        "01.2",
        _shrinkage,
        "Shrinkage replaces a part of the covariance by equal variance in all directions: each pixel gets some noise.",
        "With little shrinkage, a test digit that differs where the training digits never did is nearly impossible.",
    ),
    Exercise(
        "01.3",
        _write,
        "First draw a class for each e-mail: `rng.random(n) < prior[1]` is True with the probability of spam.",
        "`theta[labels]` has a row for each e-mail, that of its class.",
        "As in `write` above, toss the words: `rng.random((n, theta.shape[1])) < theta[labels]`.",
    ),
    Exercise(
        "01.4",
        _die,
        "Add up the amounts of each word over the e-mails of a class: two rows.",
        "Add 1 to each sum, then divide each row by its own sum (`axis=1, keepdims=True`).",
    ),
)
