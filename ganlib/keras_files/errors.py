"""The one error of this package; each message is one sentence with the way out."""


class ExportError(ValueError):
    """A network cannot be written to a format, a file cannot be read, or a target is taken."""
