"""The three speeds at which a lesson runs."""

import os

SPEEDS = ("smoke", "lesson", "full")
VARIABLE = "GANLIB_SPEED"


def speed_name(speed=""):
    """Return the speed to run at.

    Parameters
    ----------
    speed : str
        "smoke" (seconds, for tests), "lesson" (at most two minutes of waiting on two cores) or "full"; empty: what the
        environment variable GANLIB_SPEED says, else "lesson".

    Raises
    ------
    ValueError
        Another word.
    """
    chosen = speed or os.environ.get(VARIABLE) or "lesson"
    if chosen not in SPEEDS:
        source = "speed" if speed else f"The environment variable {VARIABLE}"
        raise ValueError(f"{source} must be one of {', '.join(SPEEDS)}, not {chosen!r}.")
    return chosen


def at_speed(speed, *, smoke, lesson, full):
    """Return the value that belongs to a speed, for example how many steps to train.

    Examples
    --------
    >>> at_speed("lesson", smoke=10, lesson=2_000, full=30_000)
    2000
    """
    return {"smoke": smoke, "lesson": lesson, "full": full}[speed_name(speed)]
