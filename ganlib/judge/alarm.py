"""The collapse alarm: a callback that says while a GAN trains what goes wrong, and since which step."""

from typing import NamedTuple

import numpy as np

from ganlib._tensorflow import keras
from ganlib.arguments import Whole
from ganlib.judge import LEGIBLE, signs
from ganlib.judge.classifier import are_digits, shipped
from ganlib.wording import write

PICTURES = 200
WINDOW = signs.RECENT  # steps that a mean is taken over
LASTING = 3  # looks whose digits are counted together

KINDS = {
    "missing digits": "some digits hardly ever come up",
    "repeats": "pictures come up again and again",
    "generator saturated": "the generator's tanh is stuck at its ends, so that its pixels are only black and white",
    "discriminator saturated": "the discriminator is sure of everything, so its loss teaches nothing more",
    "no gradient": "hardly any gradient reaches the generator",
    "discriminator fooled": "the discriminator takes fakes for real, so the generator learns nothing from it",
    "oscillation": "the discriminator's opinion of real pictures jumps to and fro",
    "divergence": "a loss has run away",
}
OF_PICTURES = ("missing digits", "repeats", "generator saturated")


class Alarm(NamedTuple):
    """One failure that was seen.

    Attributes
    ----------
    kind : str
        A key of `KINDS`.
    began : int
        The step at which it began: the earliest of the looks, or of the windows of steps, that showed it.
    seen : int
        The step at which it had lasted long enough to be named.
    what : str
        A sentence.
    """

    kind: str
    began: int
    seen: int
    what: str


class CollapseAlarm(keras.callbacks.Callback):
    """Look at what a GAN makes and measures every few hundred steps, and name what has gone wrong.

    A look makes 200 pictures, asks the judge which digits they are and compares them with each other; the rest is read
    from the history. Most failures must show in two looks in a row, and digits must be missing from three: GANs stumble
    and get up again. A loss that has run away and a stuck tanh are named at once. Before step `patience` the pictures
    are not looked at, since a young generator misses digits and repeats itself. Only pictures of digits can lack a
    digit; of points in the plane only the history is read.

    Parameters
    ----------
    every : int
        Steps between two looks, at least 100.
    patience : int
        The step before which the pictures are not looked at.
    judge : DigitClassifier or None
        Tells which digits the pictures show; the one that comes with the project if None.
    tell : callable or None
        Called with each new `Alarm`; `print` its sentence if you like.

    Attributes
    ----------
    alarms : list of Alarm
        What was named. A kind is named once, and again only after it was over.
    active : dict of str to Alarm
        What is wrong now.

    Examples
    --------
    >>> alarm = CollapseAlarm(tell=lambda alarm: print(alarm.what))
    >>> gan.train(steps=3000, callbacks=[alarm])  # doctest: +SKIP
    """

    def __init__(self, every=500, patience=3000, judge=None, tell=None):
        super().__init__()
        self.every = Whole("every", WINDOW)(every)
        self.patience = Whole("patience", 0)(patience)
        if not (judge is None or hasattr(judge, "recognise")):
            raise ValueError(f"judge must be a DigitClassifier, or None for the usual one, not {write(judge)}.")
        if not (tell is None or callable(tell)):
            raise ValueError(f"tell must be a function that takes an Alarm, or None, not {write(tell)}.")
        self.alarms, self.active = [], {}
        self._judge, self._tell = judge, tell
        self._since, self._counts, self._looked = {}, [], 0

    def on_train_begin(self, logs=None):
        """Forget what another training showed; load the judge before the clock of training runs."""
        self.alarms, self.active = [], {}
        self._since, self._counts, self._looked = {}, [], self.model.step
        made = self.model.generate(PICTURES, seed=0)
        own = getattr(self.model, "own_data", None)
        self._of_digits = made.shape[1:] == LEGIBLE and (own is None or are_digits(self.model.check_data(own)[0]))
        if self._of_digits:
            self._judge = self._judge or shipped()
            self._judge.recognise(made)

    def on_train_batch_end(self, batch, logs=None):
        """Look when it is due."""
        step = batch + 1
        if step % self.every == 0 and step > self._looked:
            self._look(step)

    def on_train_end(self, logs=None):
        """Read what was measured last: a run that diverges ends before it is due."""
        if self.model.measured is not None and self.model.step >= self._looked + WINDOW:
            found = find_in_history(recent(self.model.measured, self._looked, self.model.step))
            self._name(self.model.step, found, [kind for kind in KINDS if kind not in OF_PICTURES])

    def _look(self, step):
        found = find_in_history(recent(self.model.measured, self._looked, step))
        pictures = self.model.generate(PICTURES, seed=step) if step >= self.patience else np.zeros(0)
        if pictures.ndim == 4:
            if self._of_digits:
                digits = self._judge.recognise(pictures).argmax(axis=1)
                self._counts = [*self._counts, np.bincount(digits, minlength=10)][-LASTING:]
            found |= find_in_pictures(pictures, self._counts)
        self._name(step, found)
        self._looked = step

    def _name(self, step, found, sought=tuple(KINDS)):
        """Keep since when each kind sought has been seen without a break, and name those that last."""
        for kind in sought:
            if kind not in found:
                self._since.pop(kind, None)
                self.active.pop(kind, None)
                continue
            began, detail = found[kind]
            looks = self._since.setdefault(kind, [])
            looks.append(step if began is None else began)
            if kind not in self.active and len(looks) >= lasting(kind):
                what = f"Since step {looks[0]}: {KINDS[kind]} ({detail})."
                self.active[kind] = Alarm(kind, looks[0], step, what)
                self.alarms.append(self.active[kind])
                if self._tell:
                    self._tell(self.active[kind])


def lasting(kind):
    """Return how many looks in a row must show a failure: one if it won't heal or three looks are pooled, else two."""
    return 1 if kind in ("divergence", "generator saturated", "missing digits") else 2


def recent(history, after, up_to):
    """Return the rows of a history after one step and up to another, as a dict of arrays."""
    steps = np.asarray(history["step"])
    first, last = np.searchsorted(steps, (after, up_to), side="right")
    return {name: np.asarray(history[name][first:last]) for name in history}


def find_in_history(rows):
    """Find the failures that the numbers of the last steps show.

    Parameters
    ----------
    rows : dict of str to ndarray
        Columns of a GAN's history.

    Returns
    -------
    dict of str to (int, str)
        For each failure that the last 100 steps still show, the step at which the first window of 100 steps that shows
        it begins, and the number that shows it.
    """
    found, last = {}, ()
    for start in range(0, len(rows["step"]) - WINDOW + 1, WINDOW):
        window = {name: values[start : start + WINDOW] for name, values in rows.items()}
        for kind, detail in _shown(window):
            found.setdefault(kind, (int(window["step"][0]), detail))
    if found:
        last = dict(_shown(rows))
    return {kind: value for kind, value in found.items() if kind in last}  # what is over needs no alarm


def _shown(rows):
    """Yield each failure that the last steps of a history show, and the number that does."""
    seen = signs.vital_signs(rows, recent=WINDOW)
    if signs.DIVERGENCE.shown(seen):
        yield "divergence", f"loss {seen['loss']:.0f}"
    if all(sign.shown(seen) for sign in signs.SURE):
        yield "discriminator saturated", f"accuracy {seen['d_accuracy']:.3f}"
    if signs.NO_GRADIENT.shown(seen):
        yield "no gradient", f"length {seen['g_grad_norm']:.3g}"
    if signs.FOOLED.shown(seen):
        yield "discriminator fooled", f"a fake gets {seen['d_fake']:.2f}"
    if signs.OSCILLATION.shown(seen):
        yield "oscillation", f"a standard deviation of {seen['swing']:.2f} from step to step"


def find_in_pictures(pictures, counts):
    """Find the failures that the pictures of the last looks show.

    Parameters
    ----------
    pictures : ndarray
        The newest, float (n, height, width, channels) in [-1, 1], at least two.
    counts : list of ndarray
        How often each digit came up in each of the last looks, int64 (10,); empty where the pictures are not of digits.

    Returns
    -------
    dict of str to (None, str)
        For each failure None, as pictures don't say when it began, and what shows it.
    """
    found = {}
    if len(counts) == LASTING:
        total = np.sum(counts, axis=0)
        rare = np.flatnonzero(total < signs.MISSING_DIGIT * total.sum())
        if len(rare):
            found["missing digits"] = None, ", ".join(map(str, rare))
    doubles, spread, ends = signs.share_of_doubles(pictures), signs.spread(pictures), signs.share_at_ends(pictures)
    if signs.COLLAPSE.shown({"doubles": doubles}):
        found["repeats"] = None, f"{doubles:.0%} have a double"
    elif signs.ALL_ALIKE.shown({"spread": spread}):
        found["repeats"] = None, f"a spread of {spread:.2f}"
    if signs.SATURATED.shown({"ends": ends}):
        found["generator saturated"] = None, f"{ends:.1%} of the pixels"
    return found
