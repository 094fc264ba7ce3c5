"""How a value is written into a sentence. Only the standard library is used."""

import reprlib


class _Short(reprlib.Repr):
    """Writes every value in a few words: lists and texts are shortened, and so are numbers of thousands of digits."""

    def __init__(self):
        super().__init__()
        self.maxstring = self.maxother = 60

    def repr_int(self, value, level):
        """Write a whole number; Python refuses to write very long ones."""
        if value.bit_length() > 200:
            return f"a whole number of {value.bit_length():,} bits"
        return super().repr_int(value, level)

    def repr_ndarray(self, value, level):
        """Write an array as what it is, not as its numbers."""
        return f"an array of {value.dtype.name} of shape {value.shape}"


_short = _Short()


def write(value):
    """Write a value into a message: in one line, shortened if it is long, whatever it is."""
    return plain(" ".join(_short.repr(value).split()))


def plain(name):
    """Return a name as it is, with a ? for every character that a terminal would not show, but obey."""
    return "".join(letter if letter.isprintable() else "?" for letter in str(name))


def by(shape):
    """Write a shape as people say it: 28 by 28 by 1."""
    return " by ".join(map(str, shape))
