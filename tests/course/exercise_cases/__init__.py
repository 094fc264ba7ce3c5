"""Wrong answers to every exercise, and right ones beside the solution, as learners would type them."""

from typing import NamedTuple


class Case(NamedTuple):
    """How an exercise is tried out.

    Attributes
    ----------
    wrong : dict of str to str
        Code of a likely wrong answer, and words of the reason that it must get.
    raises : str
        Code of an answer in which an error arises while it is checked.
    names : callable
        Makes the names that the notebook has at that place and the cell needs.
    right : tuple of str
        Code of right answers that differ from the solution.
    """

    wrong: dict
    raises: str
    names: callable = dict
    right: tuple = ()


class Broken:
    """A value that can be nothing: not shown, compared, counted or computed with."""

    def _fail(self, *_):
        raise ZeroDivisionError("division by zero")

    __array__ = __eq__ = __float__ = __hash__ = __iter__ = __len__ = __str__ = _fail
