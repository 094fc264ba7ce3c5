"""What the lessons themselves need: three honest speeds and a welcome that says what was found."""

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


def welcome(speed="", *, smoke, lesson, full):
    """Say what a lesson found: versions, device, speed and how long its cells will compute.

    Parameters
    ----------
    speed : str
        As in `speed_name`.
    smoke, lesson, full : float
        Seconds that the whole lesson computes at each speed, measured on two CPU cores.
    """
    import ganlib
    from ganlib._tensorflow import keras, tf
    from ganlib.training import describe_device

    seconds = at_speed(speed, smoke=smoke, lesson=lesson, full=full)
    print(f"ganlib {ganlib.__version__}, Keras {keras.__version__}, TensorFlow {tf.__version__}")
    print(f"device: {describe_device()}")
    print(f"speed: {speed_name(speed)}; the cells below compute for {_duration(seconds)} on two CPU cores")


def _duration(seconds):
    if seconds < 90:
        return f"about {round(seconds)} seconds"
    return f"about {round(seconds / 60)} minutes"
