"""Wrong answers to the exercises of lesson 10."""

from exercise_cases import Case
from ganlib.training.live import Schedule


def names():
    return {"Schedule": Schedule}


def agreement(body):
    return f"def agreement(one, other):\n    n = min(len(one), len(other))\n    {body}"


CASES = {
    "10.1": Case(
        wrong={
            'can_be_mended = "saturated"': "flat ends of its tanh",
            'can_be_mended = "both"': "Settings do not repair weights",
            'can_be_mended = "neither"': "a matter of loss and rates alone",
        },
        raises="can_be_mended = Broken()",
    ),
    "10.2": Case(
        wrong={
            'mine = Schedule([(0, "freeze_d", True), (50, "freeze_d", False)])': "then G learns alone",
            'mine = Schedule([(0, "freeze_g", True)])': "never freed again",
            'mine = Schedule([(0, "freeze_g", True), (49, "freeze_g", False)])': "alone for 49 steps",
            'mine = Schedule([(1, "freeze_g", True), (50, "freeze_g", False)])': "not held still yet",
            'mine = Schedule([(0, "freeze_g", True), (50, "d_steps", 2)])': "there is d_steps in it",
            'mine = [(0, "freeze_g", True), (50, "freeze_g", False)]': "not list",
            'mine = Schedule([(n, "freeze_g", n % 20 == 0) for n in (0, 10, 20, 50)])': "freed at step 10, and",
        },
        raises='mine = Schedule([(0, "freeze_g", np.zeros(2)), (50, "freeze_g", False)])',
        names=names,
    ),
    "10.3": Case(
        wrong={
            'needed = ["seed", "schedule"]': "know when to stop",
            'needed = ["seed", "steps"]': "nobody steered",
            'needed = ["steps", "schedule"]': "other first weights",
            'needed = ["seed", "steps", "schedule", "pictures"]': "they do not bring it about",
            'needed = ["seed", "steps", "schedule", "weights"]': "drawn from the seed",
            'needed = ["seed", "luck"]': "'luck' is not in the list",
        },
        raises="needed = 3",
    ),
    "10.4": Case(
        wrong={
            agreement("return len(one)"): "differ first at number 37",
            agreement("return np.argmax(one[:n] != other[:n]) + 1"): "The answer is 37, and yours is 38",
            agreement("return np.argmax(~np.isclose(one[:n], other[:n])) if n else 0"): "equal bit",
            agreement("return (one[:n] == other[:n]).sum()"): "may meet again later",
            agreement("return np.argmax(one[:n] != other[:n])"): "never part",
            agreement("return (one[:n] == other[:n]).cumprod()"): "differ first at number 37",
        },
        raises=agreement("return one.first_difference(other)"),
        right=(
            agreement("return int((one[:n] == other[:n]).cumprod().sum())"),
            agreement("return np.append(one[:n] != other[:n], True).argmax()"),
        ),
    ),
}
