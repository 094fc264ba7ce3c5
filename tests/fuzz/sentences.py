"""What counts as a sentence of ours, the values that people give by mistake, and how a call is tried with them."""

import copy
import datetime
import decimal
import dis
import fractions
import math
import re
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

import ganlib
from ganlib.setup import environment

PACKAGE = Path(ganlib.__file__).resolve().parent
OURS = (
    ValueError,
    TypeError,
    OSError,
    RuntimeError,
    ArithmeticError,
)  # what ganlib raises on purpose, and made from it
RAISE = dis.opmap["RAISE_VARARGS"]
LONGEST = 600  # letters; a few sentences name every parameter of a lesson, or a path
BEGINS, ENDS = re.compile(r"[\w/~.'\"`<(-]"), re.compile(r"[.?!…]['\")]*$")


def innermost(error):
    """Return the last entry of an exception's traceback: where it was raised."""
    entry = error.__traceback__
    while entry.tb_next is not None:
        entry = entry.tb_next
    return entry


def fault(error, about=""):
    """Say why an exception is no sentence of ours, or return None if it is one.

    It is one if it is of a kind that ganlib raises on purpose, a `raise` in ganlib's own code raised it, and its
    message is a sentence: one line that begins and ends like one, and names what it is about if that is told.
    """
    entry, text = innermost(error), environment.sentence(error)
    code = entry.tb_frame.f_code
    where = f"{type(error).__name__} in {code.co_filename}, line {entry.tb_lineno}: {text[:300]!r}"
    if not isinstance(error, OURS):
        return f"ganlib never raises this on purpose: {where}"
    if not Path(code.co_filename).resolve().is_relative_to(PACKAGE):
        return f"somebody else's words: {where}"
    if code.co_code[entry.tb_lasti] != RAISE:
        return f"nobody meant to raise it: {where}"
    if not text.isprintable():
        return f"several lines, or letters that cannot be printed: {where}"
    if not 15 < len(text) < LONGEST or not BEGINS.match(text) or not ENDS.search(text):
        return f"no sentence: {where}"
    if about and about.lower() not in text.lower():
        return f"does not name {about}: {where}"
    return None


def attempt(call, about=""):
    """Call something that either works or refuses in a sentence of ours; return (what it returned, the refusal)."""
    try:
        return call(), None
    except Exception as error:
        problem = fault(error, about)
        if problem:
            raise AssertionError(problem) from error
        return None, error


# --- values that do not fit -----------------------------------------------------------------------------------------


class Odd:
    """An object that ganlib knows nothing of; what it calls itself takes two lines."""

    def __repr__(self):
        return "<an odd\nobject>"


class Hostile:
    """An object that answers no question."""

    def __repr__(self):
        raise RuntimeError("no name")

    def __eq__(self, other):
        raise RuntimeError("no comparison")

    __hash__ = object.__hash__


HUGE = (2**31, 2**63, 10**30, 10**5000, -(10**5000))
NUMBERS = (0, 1, -1, 0.5, -0.0, 1e-320, 1e308, math.nan, math.inf, -math.inf, True, False, 3 + 4j, *HUGE)
OTHER_NUMBERS = (
    decimal.Decimal("0.5"),
    decimal.Decimal("sNaN"),
    fractions.Fraction(1, 3),
    datetime.date(2026, 1, 2),
    np.float32(0.5),
    np.float64("nan"),
    np.float16(1e4),
    np.int8(3),
    np.uint64(2**64 - 1),
    np.bool_(True),
    np.str_("dense"),
    np.datetime64("NaT"),
    np.timedelta64(3, "s"),
    np.complex64(1),
)
WORDS = ("", " ", "x", "dense", "ä\ud800", "a\nb", "a\0b", "\x1b[31m", "5", "nan", "x" * 10_000, "~nobody/x", "%s {0}")
ARRAYS = (
    np.zeros(0),
    np.zeros((0, 28, 28, 1), np.uint8),
    np.zeros((2, 0)),
    np.float32(np.nan) * np.ones((3, 2), np.float32),
    np.full((12, 2), np.inf),
    np.zeros(()),
    np.zeros(1),
    np.zeros(3, np.int64),
    np.ones((3, 4, 5)),
    np.zeros((2, 28, 28, 1), np.uint8),
    np.linspace(-1, 1, 2 * 784, dtype=np.float32).reshape(2, 28, 28, 1),
    np.zeros((2, 28, 28, 3), np.float32),
    np.array(["a", "b"]),
    np.array([b"a", b"b"]),
    np.array([1, None, "x"], object),
    np.array([2**64 - 1], np.uint64),
    np.array([True, False]),
    np.array([1 + 2j, 3]),
    np.array(["2026-01-01", "NaT"], "datetime64[D]"),
    np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]),
    np.ma.masked_array([1.0, 2.0], [True, False]),
)
DEEP = []
for _ in range(3000):
    DEEP = [DEEP]
CIRCLE = []
CIRCLE.append(CIRCLE)
THINGS = (
    None,
    ...,
    b"",
    b"dense",
    bytearray(b"x"),
    [],
    (),
    {},
    set(),
    [None],
    [1, "a", [None]],
    [[1, 2], [3]],
    [[1.0, 2.0]] * 12,
    ["a"] * 200,
    {"a": 1},
    {1: 2},
    range(3),
    CIRCLE,
    object,
    len,
    lambda: None,
    Odd(),
    Hostile(),
    Path("x"),
    Path("\0"),
    slice(1),
    NotImplemented,
)
FIXED = (*NUMBERS, *OTHER_NUMBERS, *WORDS, *ARRAYS, *THINGS)
MOST = 40  # of a small number that is drawn: what is allowed to be large is tried with `HUGE`


def odd_values():
    """Draw a value of any kind: those above, or one that nobody thought of."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-3, MOST),
        st.floats(),
        st.text(max_size=8),
        st.binary(max_size=4),
        st.sampled_from(FIXED),
    )
    several = st.one_of(st.lists(leaves, max_size=4), st.tuples(leaves, leaves), st.tuples(leaves, leaves, leaves))
    by_name = st.dictionaries(st.text(max_size=4), leaves, max_size=3)
    return st.one_of(st.sampled_from(FIXED), leaves, several, by_name)


def json_values():
    """Draw what a JSON file may hold, of any shape, numbers that JSON should not know among it."""
    leaves = st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-5, 50),
        st.sampled_from((2**31, -(2**63), 10**30, 10**400, 1e308, 1e-320)),
        st.floats(),
        st.text(max_size=8),
    )
    return st.recursive(leaves, lambda inner: st.one_of(lists_of(inner), dicts_of(inner)), max_leaves=8)


def lists_of(inner):
    return st.lists(inner, max_size=4)


def dicts_of(inner):
    return st.dictionaries(st.text(max_size=6), inner, max_size=4)


# --- files that are not what they should be ---------------------------------------------------------------------------


def paths_in(value, path=()):
    """Yield the path, a tuple of keys and indices, of everything in a JSON value, itself included."""
    yield path
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in inside:
        yield from paths_in(item, (*path, key))


GONE = object()  # in the place of a value: take it away


def with_other(value, path, other):
    """Return a JSON value in which something else stands at a path, or nothing."""
    if not path:
        return None if other is GONE else other
    value = copy.deepcopy(value)
    inside = value
    for key in path[:-1]:
        inside = inside[key]
    if other is GONE:
        del inside[path[-1]]
    else:
        inside[path[-1]] = other
    return value


@st.composite
def damaged(draw, content):
    """Draw what may have become of a file's bytes: cut, lengthened, changed here and there, another file."""
    kind = draw(st.sampled_from(("cut", "flipped", "changed", "longer", "doubled", "random", "empty", "zeros")))
    if kind == "cut":
        return content[: draw(st.integers(0, max(0, len(content) - 1)))]
    if kind in ("flipped", "changed"):
        damaged = bytearray(content)
        for _ in range(draw(st.integers(1, 6)) if content else 0):
            at = draw(st.integers(0, len(content) - 1) | st.integers(0, min(len(content) - 1, 200)))
            damaged[at] = (
                damaged[at] ^ (1 << draw(st.integers(0, 7))) if kind == "flipped" else draw(st.integers(0, 255))
            )
        return bytes(damaged)
    if kind == "longer":
        return content + draw(st.binary(min_size=1, max_size=40))
    if kind == "doubled":
        return content + content
    if kind == "random":
        return draw(st.binary(max_size=300))
    return b"" if kind == "empty" else bytes(len(content))


def written(path, content):
    """Put something at a path, whatever is there: bytes, text, a folder for None; return the path."""
    if path.is_dir():
        path.rmdir()
    if content is None:
        path.unlink(missing_ok=True)
        path.mkdir()
    else:
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass"))
    return path
