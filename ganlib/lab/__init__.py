"""The live lab: steer a training, look back at one, walk through what a generator can make, and draw for it."""

from importlib import import_module

_HOME_OF = {
    "DrawingPad": "ganlib.lab.pad",
    "LabTrainer": "ganlib.lab.trainer",
    "LatentExplorer": "ganlib.lab.explorer",
    "LiveLab": "ganlib.lab.live",
    "PointPad": "ganlib.lab.points",
    "Recording": "ganlib.lab.recording",
    "TimeMachine": "ganlib.lab.replay",
}

__all__ = ["DrawingPad", "LabTrainer", "LatentExplorer", "LiveLab", "PointPad", "Recording", "TimeMachine"]


def __getattr__(name):
    """Import the module of a public name when the name is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'ganlib.lab' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
