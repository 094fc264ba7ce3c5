"""The judge of made digits: scores that can be trusted, since those of real digits stand beside them.

All of them come from one small classifier that never saw the models which it judges. `report` gives all scores at once;
each is a small function of a module of its own, with the paper and the equation that it comes from. `signs` is the list
of what a failing GAN looks like in its numbers; it needs no TensorFlow, which is loaded when a name of `__all__` is
first used.
"""

from importlib import import_module

_HOMES = {
    "alarm": ("Alarm", "CollapseAlarm"),
    "classifier": ("DigitClassifier", "digit_counts", "recognise", "share_recognised", "train_classifier"),
    "judge": ("Judge", "Report", "report"),
    "keep": ("KeepBest",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name):
    """Import the module that holds a public name when the name is first used (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'ganlib.judge' has no attribute {name!r}")
    value = getattr(import_module(f"ganlib.judge.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
