"""The three speeds at which a lesson runs, and how long it computes at each."""

import functools
import json
import os

from ganlib.paths import find_asset

SPEEDS = ("smoke", "lesson", "full")
VARIABLE = "GANLIB_SPEED"
TIMINGS = "timings.json"  # among the assets; written by `python -m ganlib timings`


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


@functools.cache
def seconds_of_lesson(number):
    """Look up how long a lesson computes.

    Parameters
    ----------
    number : str
        Of the lesson, two digits: "06".

    Returns
    -------
    dict of str to int
        Seconds of waiting on two CPU cores, rounded up, at each speed that was measured; empty for another number.

    Examples
    --------
    >>> sorted(seconds_of_lesson("06"))
    ['full', 'lesson', 'smoke']
    """
    path = find_asset(TIMINGS)
    table = json.loads(path.read_text(encoding="utf-8")) if path else {}
    found = next((speeds for name, speeds in table.items() if number and name.startswith(f"{number}_")), {})
    return {speed: rounded_up(found[speed]["seconds"]) for speed in SPEEDS if speed in found}


def rounded_up(seconds):
    """Round a time up to what is shown: to 5 seconds up to two minutes, to 20 above."""
    unit = 5 if seconds <= 120 else 20
    return max(unit, int(-(-seconds // unit) * unit))


def in_words(seconds):
    """Write a rounded time: "45 seconds", "6 minutes"."""
    return f"{seconds} seconds" if seconds <= 120 else f"{round(seconds / 60)} minutes"
