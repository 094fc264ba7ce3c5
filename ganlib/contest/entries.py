"""The entries of a contest, read from a folder that anybody may write to: plain data, or one sentence."""

from typing import NamedTuple

from ganlib.arguments import Choice
from ganlib.lab.session import ADVICE, REPEATABLE, Session, bytes_of
from ganlib.models.recipes import RECIPES
from ganlib.paths import as_path, explain
from ganlib.wording import plain

LONGEST = 40  # letters of a name on the page


class Entry(NamedTuple):
    """What somebody handed in.

    Attributes
    ----------
    name : str
        That of the file, made fit to be shown.
    session : Session or None
    fault : str
        Why it does not take part; empty if it does.
    house : bool
        Whether it is one of our recipes, which takes no rank.
    """

    name: str
    session: Session | None
    fault: str = ""
    house: bool = False


def read_folder(folder):
    """Read everything in a folder, in the order of the names, except for hidden files.

    Parameters
    ----------
    folder : str or Path

    Returns
    -------
    list of Entry
        Nothing in them has been checked against the rules.

    Raises
    ------
    ValueError
        It is not a folder, cannot be read, or is empty.
    """
    folder = as_path(folder, "folder")
    try:
        paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    except OSError as error:
        raise ValueError(f"{folder} cannot be read: {explain(error, 'reading')}. Check the path.") from error
    if not paths:
        raise ValueError(f"{folder} is empty: let everybody put what lab.session().save(...) wrote there.")
    return [_read(path) for path in paths]


def _read(path):
    """Read one entry. A link is not followed: it may lead to what its owner could not read, and the leader can."""
    name = _shown(path.stem)
    try:
        if path.is_symlink():
            return Entry(name, None, "it is a link: put the file itself there")
        if path.suffix.lower() != ".json":
            return Entry(_shown(path.name), None, f"its name does not end in .json: {ADVICE}")
        return Entry(name, Session.read(bytes_of(path)))
    except OSError as error:
        return Entry(name, None, f"it cannot be read: {explain(error, 'reading')}")
    except ValueError as error:
        return Entry(name, None, small(error))


def _shown(name):
    name = plain(name)
    return name if len(name) <= LONGEST else name[: LONGEST - 1] + "…"


def small(error):
    """Return the sentence of an error as it follows a name and a colon: without a capital and a full stop."""
    sentence = str(error).rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def house_entries(recipes, steps):
    """Return recipes of the kit as entries of a contest: their settings, with rates that fall within the budget.

    Parameters
    ----------
    recipes : iterable of str
        Of `ganlib.lab.session.REPEATABLE`.
    steps : int
        The budget.
    """
    check = Choice("house", REPEATABLE)
    return [
        Entry(name, Session(RECIPES[check(name)].replace(steps=steps).schedule(), steps, recipe=name), house=True)
        for name in recipes
    ]
