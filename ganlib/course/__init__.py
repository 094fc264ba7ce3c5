"""What the lessons themselves need: three honest speeds, a welcome that says what was found, guesses and exercises."""

import functools
import itertools
import os
import tempfile
from pathlib import Path

from ganlib.speed import SPEEDS, at_speed, in_words, seconds_of_lesson, speed_name

__all__ = ["SPEEDS", "at_speed", "exercise", "new_folder", "predict", "speed_name", "welcome"]


def welcome(speed="", *, number=""):
    """Say what a lesson found: versions, device, speed, how long its cells will compute, and which exercises are done.

    At "smoke" nothing is compiled with XLA from here on: compiling takes longer than the few steps of that speed.

    Parameters
    ----------
    speed : str
        As in `speed_name`.
    number : str
        Of the lesson, two digits: "06". Empty: a notebook of your own, without known times and exercises.
    """
    import ganlib
    from ganlib._tensorflow import keras, tf
    from ganlib.training import describe_device, use_xla

    use_xla(speed_name(speed) != "smoke")
    print(f"ganlib {ganlib.__version__}, Keras {keras.__version__}, TensorFlow {tf.__version__}")
    print(f"device: {describe_device()}")
    print(f"speed: {speed_name(speed)}{_waiting(number, speed_name(speed))}")
    if number:
        print(_progress(number))


def new_folder(path="", name="run"):
    """Return a place for a new folder, so that a cell that runs again takes nothing away from what it made before.

    Parameters
    ----------
    path : str or Path
        The wanted folder; `~` is the home folder. Empty: `name` in a temporary folder of this kernel, which is gone
        when the kernel ends.
    name : str
        What to call a temporary one.

    Returns
    -------
    Path
        The folder itself if there is nothing in it yet, else the first of `path-2`, `path-3` and so on that is free; if
        `path` was given, a line says so. It is not made here.

    Examples
    --------
    >>> new_folder("no such/run").name
    'run'
    """
    wanted = Path(path).expanduser() if path else Path(_scratch().name, name)
    others = (Path(f"{os.path.abspath(wanted)}-{number}") for number in itertools.count(2))
    free = next(folder for folder in itertools.chain([wanted], others) if _is_free(folder))
    if path and free != wanted:
        print(f"There is something in {wanted} already, so this goes to {free}.")
    return free


def _is_free(folder):
    return not os.path.lexists(folder) or (folder.is_dir() and not any(folder.iterdir()))


@functools.cache
def _scratch():
    """Make the temporary folder of this process, which is removed with its end."""
    return tempfile.TemporaryDirectory(prefix="ganlib_", ignore_cleanup_errors=True)


def exercise(name):
    """Return an exercise of a lesson, which checks an answer, gives hints and shows a solution.

    Parameters
    ----------
    name : str
        The lesson and the number of the exercise: "06.1".

    Returns
    -------
    ganlib.course.checking.Exercise

    Raises
    ------
    ValueError
        There is no such exercise.

    Examples
    --------
    >>> exercise("06.1").check(None).kind
    'not attempted'
    """
    from ganlib.course import exercises

    return exercises.find(name)


def predict(question, choices=None, *, low=None, high=None, curve=None, steps=None):
    """Ask for a guess before a cell runs, and show the question; its `outcome` prints the guess beside what came.

    Whoever gives no guess misses nothing: the cells below run all the same.

    Parameters
    ----------
    question : str
        A cell that runs again asks the same question, and keeps the guess.
    choices : list of str, optional
        2 to 9 different answers to choose from.
    low, high : float, optional
        Without choices: the range of the number, or of the curve, that is asked for.
    curve : str, optional
        A column that `plots.run_curves` can draw, such as "d_accuracy": then the guess is a curve, drawn by mouse, pen,
        finger or keys into an empty chart. Its `outcome` takes the history of the run, and shows both.
    steps : int, optional
        How many steps that chart has, at least 2.

    Returns
    -------
    ganlib.course.guesses.Guess
        Or a `CurveGuess`.

    Raises
    ------
    ValueError
        The question is not text or is empty; there are neither choices nor a range, or both; or one of the arguments is
        wrong.

    Examples
    --------
    >>> guess = predict("Will D's loss fall?", ["it falls", "it rises"])
    Will D's loss fall? (it falls / it rises; no guess yet)
    >>> guess.outcome("it rises", "It went from 0.61 to 0.66.")
    You made no guess. The outcome: it rises. It went from 0.61 to 0.66.
    """
    from ganlib.course import guesses

    return guesses.predict(question, choices, low=low, high=high, curve=curve, steps=steps)


def _progress(number):
    from ganlib.course import exercises, progress

    passed, trouble = progress.read()
    names = exercises.of_lesson(number)
    line = f"exercises of this lesson: {len(passed & set(names))} of {len(names)} passed"
    return f"{line}. {trouble}" if trouble else line


def _waiting(number, speed):
    told = {one: in_words(seconds) for one, seconds in seconds_of_lesson(number).items()}
    if speed not in told:
        return ""
    others = ", ".join(f"{one} {words}" for one, words in told.items() if one != speed)
    return f"; the code runs for about {told[speed]} on two cores" + (f" ({others})" if others else "")
