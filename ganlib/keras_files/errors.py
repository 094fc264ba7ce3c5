"""The error of this package and of `ganlib.export`; its message says what is wrong."""


class ExportError(ValueError):
    """A network cannot be written to a format, a file cannot be read, or a target is taken."""
