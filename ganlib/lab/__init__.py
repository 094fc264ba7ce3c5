"""The live lab: steer a training, look back at one, walk through what a model can make, and draw for it."""

from importlib import import_module

_HOME_OF = {
    "CodeMap": "ganlib.lab.atlas",
    "DrawingPad": "ganlib.lab.pad",
    "Flipbook": "ganlib.lab.flipbook",
    "LabTrainer": "ganlib.lab.trainer",
    "LatentExplorer": "ganlib.lab.explorer",
    "LiveLab": "ganlib.lab.live",
    "PointPad": "ganlib.lab.points",
    "Recording": "ganlib.lab.recording",
    "Session": "ganlib.lab.session",
    "SpotTheFake": "ganlib.lab.game",
    "TimeMachine": "ganlib.lab.replay",
    "WordEvidence": "ganlib.lab.evidence",
    "link": "ganlib.lab.links",
}

__all__ = [
    "CodeMap",
    "DrawingPad",
    "Flipbook",
    "LabTrainer",
    "LatentExplorer",
    "LiveLab",
    "PointPad",
    "Recording",
    "Session",
    "SpotTheFake",
    "TimeMachine",
    "WordEvidence",
    "link",
]


def __getattr__(name):
    """Import the module of a public name when the name is first used."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'ganlib.lab' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
