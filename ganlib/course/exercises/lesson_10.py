"""Exercises of lesson 10: the live lab."""

from ganlib.course.checking import Exercise, NothingYet, Wrong, choice
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
    freed = max(switched)
    if freed != 50:
        raise Wrong(f"D learns alone for {freed} steps; 50 are asked for. The first step has the number 0.")
    return "It hardly helps: D tells *these* fakes within a few dozen steps anyway."


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
)
