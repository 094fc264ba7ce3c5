"""The error of this room."""


class SweepError(ValueError):
    """A sweep cannot start or go on; the message is one sentence that says what to do."""
