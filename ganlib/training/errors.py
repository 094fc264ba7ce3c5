"""What can end a training early or refuse it a folder; each message says what happened and how to go on."""


class TrainingDiverged(ArithmeticError):
    """A loss or a weight became infinite or NaN."""


class TrainingInterrupted(KeyboardInterrupt):
    """Ctrl-C or a kernel interrupt; the model stands at a whole step, and a run folder holds its checkpoint."""

    def _render_traceback_(self):
        """Show one line in a notebook instead of a traceback: nothing went wrong."""
        return [str(self)]


class GuardError(RuntimeError):
    """A network moved in another one's step, or did not move in its own."""


class RunFolderError(ValueError):
    """A folder is not a run, belongs to another version, or cannot be read or written."""
