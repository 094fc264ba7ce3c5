"""The error of this package."""


class SweepError(ValueError):
    """A sweep cannot start or go on; the message is one sentence that says what to do."""
