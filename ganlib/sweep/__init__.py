"""Sweeps: one lesson executed over a grid of parameters, on this computer or on a cluster, and what came of each run.

`run` does it all; `read` reads the table of an earlier sweep. `leave` is the lesson's side: it puts scores, samples and
curves where a sweep finds them. What needs Dask, pandas or TensorFlow is imported when it is first used, since every
kernel of a sweep imports this package.
"""

from ganlib.lazy import lazily

__all__, __getattr__, __dir__ = lazily(
    __name__, {"driver": ("run",), "errors": ("SweepError",), "scores": ("leave",), "table": ("read",)}
)
