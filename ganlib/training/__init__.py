"""The training engine: one compiled loop, live values, run folders; the same for every family of models."""

from ganlib.training.block import MAX_BLOCK, Draws, GivenExamples, build_block, newest
from ganlib.training.callbacks import ProgressBar, Sampler
from ganlib.training.devices import compile_mode, describe_device, has_gpu
from ganlib.training.errors import GuardError, RunFolderError, TrainingDiverged, TrainingInterrupted
from ganlib.training.files import atomic_write
from ganlib.training.history import History
from ganlib.training.live import Change, LiveValue, LiveValues, Schedule, Takes, choice, number, switch, whole
from ganlib.training.loop import ALL_PLAYERS, Trainer
from ganlib.training.model import TrainableModel, rebuild
from ganlib.training.run_folder import RunFolder

__all__ = [
    "ALL_PLAYERS",
    "MAX_BLOCK",
    "Change",
    "Draws",
    "GivenExamples",
    "GuardError",
    "History",
    "LiveValue",
    "LiveValues",
    "ProgressBar",
    "RunFolder",
    "RunFolderError",
    "Sampler",
    "Schedule",
    "Takes",
    "TrainableModel",
    "Trainer",
    "TrainingDiverged",
    "TrainingInterrupted",
    "atomic_write",
    "build_block",
    "choice",
    "compile_mode",
    "describe_device",
    "has_gpu",
    "newest",
    "number",
    "rebuild",
    "switch",
    "whole",
]
