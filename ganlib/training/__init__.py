"""The training engine: one compiled loop, live values, run folders; the same for every family of models.

Its modules `errors`, `files`, `history`, `live` and `run_folder` can be imported without TensorFlow.
"""

from ganlib.lazy import lazily

__all__, __getattr__, __dir__ = lazily(
    __name__,
    {
        "block": ("MAX_BLOCK", "Draws", "GivenExamples", "compile_block"),
        "callbacks": ("ProgressBar", "Sampler"),
        "devices": ("compile_mode", "describe_device", "has_gpu", "use_xla"),
        "errors": ("GuardError", "RunFolderError", "TrainingDiverged", "TrainingInterrupted"),
        "files": ("atomic_write", "try_to_write"),
        "history": ("History",),
        "live": ("Change", "LiveValue", "LiveValues", "Schedule"),
        "loop": ("Trainer",),
        "model": ("TrainableModel", "as_list", "check_seed", "fingerprint", "rebuild"),
        "players": ("Player", "kept", "play", "take_turn", "written_by_layers"),
        "run_folder": ("RunFolder",),
    },
)
