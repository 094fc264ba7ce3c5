"""The training engine: one compiled loop, live values, run folders; the same for every family of models.

Its modules `errors`, `files`, `history`, `live` and `run_folder` can be imported without TensorFlow.
"""

from importlib import import_module

_HOMES = {
    "block": ("MAX_BLOCK", "Draws", "GivenExamples", "compile_block"),
    "callbacks": ("ProgressBar", "Sampler"),
    "devices": ("compile_mode", "describe_device", "has_gpu", "use_xla"),
    "errors": ("GuardError", "RunFolderError", "TrainingDiverged", "TrainingInterrupted"),
    "files": ("atomic_write",),
    "history": ("History",),
    "live": ("Change", "LiveValue", "LiveValues", "Schedule", "Takes", "choice", "number", "switch", "whole"),
    "loop": ("Trainer",),
    "model": ("TrainableModel", "as_list", "check_seed", "rebuild"),
    "players": ("Player", "kept", "play", "take_turn", "written_by_layers"),
    "run_folder": ("RunFolder",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = sorted(_HOME_OF)


def __getattr__(name):
    """Import the module that holds a public name when the name is first used (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'ganlib.training' has no attribute {name!r}")
    value = getattr(import_module(f"ganlib.training.{_HOME_OF[name]}"), name)
    globals()[name] = value
    return value


def __dir__():
    return __all__
