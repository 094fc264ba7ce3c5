"""Exercises of lesson 10: the live lab."""

import numpy as np

from ganlib.course.checking import Exercise, NothingYet, Wrong, ask, choice
from ganlib.training.live import Schedule


def _mended(preset):
    choice(
        preset,
        "d_too_strong",
        {
            "saturated": "Huge steps have driven G to the flat ends of its tanh: lower rates won't bring it back.",
            "both": "One of the two spoils the weights themselves. Settings do not repair weights.",
            "neither": "One of the two is a matter of loss and rates alone: watch G's gradient with another loss.",
        },
    )
    return "The non-saturating loss and a lower rate for D bring it back. A saturated generator needs a saved state."


def _alone_then_both(schedule):
    if not isinstance(schedule, Schedule):
        raise Wrong(f"Give a Schedule([...]), not {type(schedule).__name__}.")
    if not len(schedule):
        raise NothingYet("The schedule has no changes yet.")
    names = {change.name for change in schedule}
    if "freeze_d" in names:
        raise Wrong("`freeze_d` holds D still: then G learns alone. D learns alone while *G* is held still.")
    if names != {"freeze_g"}:
        raise Wrong(f"Only `freeze_g` is needed; there is {', '.join(sorted(names - {'freeze_g'}))} in it.")
    state, switched = False, {}
    for change in schedule:
        if bool(change.value) != state:
            state, switched[change.step] = bool(change.value), bool(change.value)
    if switched.get(0) is not True:
        raise Wrong("At step 0 the generator is not held still yet.")
    if state:
        raise Wrong("The generator is never freed again: it would not learn at all.")
    if len(switched) > 2:
        first = min(step for step, held in switched.items() if not held)
        raise Wrong(f"The generator is freed at step {first}, and held again later. Two changes are enough.")
    freed = max(switched)
    if freed != 50:
        raise Wrong(f"D learns alone for {freed} steps; 50 are asked for. The first step has the number 0.")
    return "It hardly helps: D learns to spot *these* fakes within a few dozen steps anyway."


NEEDED = {"seed", "steps", "schedule"}
KINDS = {
    "pictures": "The pictures come out of the session; they do not bring it about.",
    "weights": "The first weights are drawn from the seed, and the last ones are what you want to get.",
    "losses": "The losses are measured in the session; they do not bring it about.",
    "clock": "How long a step took changes no weight.",
}


def _what_is_needed(things):
    found = {things.strip().lower()} if isinstance(things, str) else {str(thing).strip().lower() for thing in things}
    strange = sorted(found - NEEDED - set(KINDS))
    if strange:
        raise Wrong(f"{strange[0]!r} is not in the list. Choose from {', '.join(sorted(NEEDED | set(KINDS)))}.")
    for thing in sorted(found & set(KINDS)):
        raise Wrong(KINDS[thing])
    missing = {
        "seed": "Without the seed other first weights, other batches and other latent vectors are drawn.",
        "steps": "How would it know when to stop? The end of a session is not in its list of changes.",
        "schedule": "Without your changes it is a training that nobody steered.",
    }
    for thing, reason in missing.items():
        if thing not in found:
            raise Wrong(reason)
    return "Every random number is a function of the seed and the step. So these three are the session."


def _agreement(function):
    one = 0.7 + np.random.default_rng(10).standard_normal(60).cumsum() / 100
    other = one.copy()
    other[37:] += 1e-7  # nobody sees that in a chart
    meeting = np.where(np.arange(60) == 12, one + 0.1, one)
    tries = [  # two curves, for how many steps they agree, and what to say of another answer
        (one, np.concatenate([one[:37], one[37:] + 1]), 37, "The curves differ first at number 37, counted from 0"),
        (
            one,
            other,
            37,
            "A difference of 0.0000001 from step 37 on is one, too: runs that are the same are equal bit for bit",
        ),
        (one, meeting, 12, "Curves that parted at step 12 may meet again later; count only until the first difference"),
        (one, one + 1, 0, "These two differ from the first step on"),
        (one, one.copy(), 60, "These two never part: they agree for all of their 60 steps"),
        (one[:20], one, 20, "One of them has only 20 steps, and so far they agree"),
    ]
    for first, second, wanted, reason in tries:
        found = ask(function, first.copy(), second.copy())
        if np.ndim(found) or found != wanted:
            raise Wrong(f"{reason}. The answer is {wanted}, and yours is {found}.")
    return "Up to there the seed alone decided; from there on you see what the one change did."


EXERCISES = (
    Exercise(
        "10.1",
        _mended,
        "Try both in the lab: choose the preset, wait, then set loss and rates to the usual ones without Reset.",
        "In lesson 07 one of the two needed a saved state, since its weights were spoiled.",
    ),
    Exercise(
        "10.2",
        _alone_then_both,
        "D learns alone while G is held still. Which live value holds G still?",
        'Two changes: `(0, "freeze_g", True)`, and one that frees it.',
    ),
    Exercise(
        "10.3",
        _what_is_needed,
        "What went into the cell above that replayed the session?",
        "`GAN(seed=...)`, `train(...)` and `schedule=...`.",
    ),
    Exercise(
        "10.4",
        _agreement,
        "Go along both curves at once, and stop where they differ. What if they never do?",
        "`for step, (a, b) in enumerate(zip(one, other)):` goes as far as the shorter one. Compare with `!=`.",
    ),
)
