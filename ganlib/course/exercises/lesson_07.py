"""Exercises of lesson 07: balance."""

from types import SimpleNamespace

import numpy as np

from ganlib.course.checking import Exercise, NothingYet, Wrong, array, ask, choice, close
from ganlib.models.plane import PlaneGAN
from ganlib.models.presets import PRESETS, USUAL
from ganlib.training.live import Schedule


def _slow_discriminator(slow, fast):
    choice(
        slow,
        "lower",
        {
            "higher": "The slow one follows the fakes ten times as slowly. Is it right more often then?",
            "the same": "The slow one: turn the table of the two rates round. The ratio shifts the balance.",
        },
    )
    choice(
        fast,
        "higher",
        {
            "lower": "With the fast discriminator: whoever learns faster than the other is right *more* often.",
            "the same": "With the fast discriminator: ten times the rate shifts the balance. In whose favour?",
        },
    )
    return "The faster one wins. A low accuracy is no sign of good digits, though: look at them."


def _updates(changes):
    try:
        found = Schedule(changes)
    except ValueError as error:
        raise Wrong(f"{error}") from error
    values = {change.name: change.value for change in found}
    if not values:
        raise NothingYet("The list is empty: put one change into it.")
    if "d_learning_rate" in values or "g_learning_rate" in values:
        raise Wrong("That changes a rate. Leave the rates as they are, and change how often the discriminator learns.")
    if "g_steps" in values:
        raise Wrong("`g_steps` gives the *generator* more updates, and so shifts the balance the other way.")
    if set(values) != {"d_steps"}:
        raise Wrong(f"The live value is called `d_steps`, not {', '.join(values)}.")
    if values["d_steps"] != 4:
        raise Wrong(
            f"Four updates per step are asked for, to compare with four times the rate; not {values['d_steps']!r}."
        )
    if found.changes[0].step != 0:
        raise Wrong(f"It begins at step {found.changes[0].step}: the steps before it are played at the usual balance.")
    return "Now run the next cell, and compare accuracy and time with those of four times the rate."


def _cure(cure):
    gan = SimpleNamespace(**{**USUAL, **PRESETS["d_too_strong"].values})
    before, kept = dict(vars(gan)), cure(gan)
    after = vars(gan)
    if after == before and kept is None:
        raise NothingYet("The function changes nothing yet: set live values of `gan` in it.")
    unknown = set(after) - set(before)
    if unknown:
        raise Wrong(f"A GAN has no live value {sorted(unknown)[0]!r}: it has {', '.join(before)}.")
    try:
        after = {name: PlaneGAN().live.check(name, value) for name, value in after.items()}
    except ValueError as error:
        raise Wrong(f"The GAN would refuse it: {error}") from error
    if after["loss_kind"] == "saturating":
        raise Wrong("The loss is still the saturating one: whatever the rates are, hardly any gradient arrives.")
    pace = {player: after[f"{player}_learning_rate"] * after[f"{player}_steps"] for player in "dg"}
    if after["freeze_g"] or pace["g"] < 1e-6:
        raise Wrong("The generator is held still, or nearly: it cannot catch up.")
    if after["label_smoothing"] > 0.3:
        raise Wrong("With so much smoothing D is told that real pictures are hardly more real than fakes.")
    if pace["d"] >= 10 * pace["g"] and not after["freeze_d"]:
        raise Wrong(
            f"The discriminator still learns {pace['d'] / pace['g']:.0f} times as fast as the generator: a rate counts "
            f"as often as its network is updated in a step."
        )
    if after["g_learning_rate"] > 1e-3:
        raise Wrong(f"A rate of {after['g_learning_rate']:g} for the generator: that is on the way to saturation.")
    if not after["freeze_d"] and pace["g"] >= 50 * pace["d"]:
        raise Wrong(
            "Now the discriminator hardly learns, and the generator wins. Hold D still for a while, or slow it down."
        )
    if pace["g"] >= 5 * max(pace["d"], 2e-4):
        raise Wrong("That many updates of G per one of D are how a generator collapses: give it fewer or a lower rate.")
    return "The loss brings the gradient back, the rates (or holding D still) bring the balance back."


HEALTHY = {
    "d_accuracy": 0.75,
    "d_real": 0.6,
    "d_fake": 0.4,
    "g_grad_norm": 0.5,
    "loss": 0.9,
    "swing": 0.05,
    "spread": 0.3,
    "doubles": 0.0,
    "ends": 0.6,
}


def _watchman(watchman):
    failing = [name for name in PRESETS if name != "healthy"]
    said = {"healthy": ask(watchman, dict(HEALTHY))}
    for name in failing:
        sign = PRESETS[name].sign
        said[name] = ask(watchman, {**HEALTHY, sign.name: sign.low if sign.low > 0 else sign.high})
    both = ask(watchman, {**HEALTHY, "doubles": 1.0, "ends": 1.0})
    if isinstance(both, str):
        raise Wrong("Return a list of names: failures often come in company.")
    if "healthy" in said["healthy"]:
        raise Wrong("Healthy is no failure: its sign is shown when all is well. Leave it out.")
    titles = {preset.title for preset in PRESETS.values()}
    if any(word in titles for words in said.values() for word in words):
        raise Wrong("Return the names (`collapse`), not the titles (Mode collapse).")
    if not any(said.values()):
        raise NothingYet("The watchman does not warn of anything yet.")
    if list(said["healthy"]):
        raise Wrong(f"A healthy training is called {', '.join(said['healthy'])}: which signs are *shown*?")
    for name in failing:
        if list(said[name]) != [name]:
            shown = ", ".join(said[name]) or "nothing"
            raise Wrong(f"Where only {PRESETS[name].sign.name} shows {name}, you say {shown}.")
    if sorted(both) != ["collapse", "saturated"]:
        raise Wrong(f"Two failures at once, and you name {len(both)} of them: go through all presets.")
    return "A saturated generator shows a collapse too, as all its pictures are one. Name the worse of the two first."


def _smoothed(loss):
    rng = np.random.default_rng(0)
    real, fake = rng.normal(0, 2, 40), rng.normal(0, 2, 40)
    logits = -np.logaddexp(0, -real), -np.logaddexp(0, real), -np.logaddexp(0, fake)  # log D, log(1 - D), of fakes

    def right(smoothing, of_fakes=0.0):
        log_d, log_not_d, fakes = (part.mean() for part in logits)
        on_fakes = (1 - of_fakes) * fakes - of_fakes * np.logaddexp(0, -fake).mean()
        return -((1 - smoothing) * log_d + smoothing * log_not_d + on_fakes) / 2

    found = [_as_number(ask(loss, real, fake, smoothing)) for smoothing in (0.0, 0.1, 0.3)]
    wanted = [right(smoothing) for smoothing in (0.0, 0.1, 0.3)]
    if close(found, np.multiply(2, wanted)):
        raise Wrong("Twice too much: the loss is half the sum of the two averages.")
    if not close(found[0], wanted[0]):
        raise Wrong(f"Without smoothing it should be {wanted[0]:.4f} for the logits of the check, not {found[0]:.4f}.")
    if close(found, np.full(3, wanted[0])):
        raise Wrong("The smoothing changes nothing yet: real pictures have the label 1 - smoothing.")
    if close(found, [right(smoothing, smoothing) for smoothing in (0.0, 0.1, 0.3)]):
        raise Wrong("You smooth the fakes too. One-sided: a fake keeps the label 0.")
    if close(found, [-((1 - s) * logits[0].mean() + logits[2].mean()) / 2 for s in (0.0, 0.1, 0.3)]):
        raise Wrong("Half of it is missing: a label of 0.9 means 0.9 times -log D *plus 0.1 times -log(1 - D)*.")
    if not close(found, wanted):
        raise Wrong(
            f"With a smoothing of 0.1 it should be {wanted[1]:.4f}, not {found[1]:.4f}. Do only real labels change?"
        )
    huge = _as_number(ask(loss, np.full(2, 1000.0), np.full(2, -1000.0), 0.1))
    if not close(huge, 50):
        raise Wrong(
            f"With logits of 1000 and -1000 it should be 50, and is {huge}: log(1 + exp(s)) is np.logaddexp(0, s)."
        )
    return "That is the loss of the kit. Its best answer, where all pictures are real, is a logit of log 9 = 2.2."


def _as_number(found):
    return float(array(found, ()))


EXERCISES = (
    Exercise(
        "07.1",
        _slow_discriminator,
        "Read the table under Two learning rates once more. What would the opposite ratio do?",
        "Whoever may learn faster than the other wins; accuracy is the share of pictures about which D is right.",
    ),
    Exercise(
        "07.2",
        _updates,
        "A change is `(step, name, value)`. Lesson 06 lists the live values.",
        "How many updates the discriminator makes per step is called `d_steps`.",
    ),
    Exercise(
        "07.3",
        _cure,
        "What brings the gradient back, and what the balance? The two are different things.",
        "Set `gan.loss_kind`, and then either the two rates or `gan.freeze_d`.",
    ),
    Exercise(
        "07.4",
        _watchman,
        "`PRESETS.items()` gives names and presets; each preset has a `sign`.",
        "`preset.sign.shown(signs)` says whether its sign is shown. One of the presets is no failure.",
    ),
    Exercise(
        "07.5",
        _smoothed,
        "With a logit $s$, $-\\log D$ is $\\log(1 + e^{-s})$ and $-\\log(1 - D)$ is $\\log(1 + e^{s})$.",
        "`np.logaddexp(0, s)` is $\\log(1 + e^{s})$, and does not overflow.",
        "A real picture costs (1 - smoothing) times the first plus smoothing times the second, a fake only the second.",
    ),
)
