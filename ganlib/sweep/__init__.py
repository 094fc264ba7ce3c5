"""Sweeps: one lesson executed over a grid of parameters, on this computer or on a cluster, and what came of each run.

`run` does it all; `read` reads the table of an earlier sweep. `leave` is the lesson's side: it puts scores, samples and
curves where a sweep finds them. What needs Dask, pandas or TensorFlow is imported when it is first used, since every
kernel of a sweep imports this room.
"""

from importlib import import_module

from ganlib.sweep.errors import SweepError

_HOME_OF = {"run": "driver", "read": "table", "leave": "scores"}

__all__ = ["SweepError", "leave", "read", "run"]


def __getattr__(name):
    if name not in _HOME_OF:
        raise AttributeError(f"module 'ganlib.sweep' has no attribute {name!r}")
    value = getattr(import_module(f"ganlib.sweep.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value
