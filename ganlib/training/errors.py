"""The ways in which a training can end early; each message is one sentence with the way out."""


class TrainingDiverged(ArithmeticError):
    """A loss or a weight became infinite or NaN."""


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C or a kernel interrupt; the model stands at a whole step and a checkpoint was written."""

    def _render_traceback_(self):
        """Show one line in a notebook instead of a traceback: nothing went wrong."""
        return [str(self)]


class GuardError(RuntimeError):
    """A network moved in the other one's step, or did not move in its own."""


class RunFolderError(ValueError):
    """A folder is not a run, belongs to another version, or cannot be read or written."""
