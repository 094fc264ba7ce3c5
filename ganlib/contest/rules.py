"""The rules of a contest, kept beside its results, so that one that was stopped goes on by the same."""

import json
import secrets
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path

from ganlib.arguments import Choice, Whole
from ganlib.judge.judge import FEWEST
from ganlib.lab.session import MOST, REPEATABLE
from ganlib.paths import explain, file_mode
from ganlib.training import atomic_write

FILE = "rules.json"
MOST_JUDGED = 10_000


@dataclass(frozen=True)
class Rules:
    """What is the same for every entry.

    Parameters
    ----------
    steps : int
        The budget: how many counted steps a session may have, 10 to 1,000,000.
    recipe : str
        Whose GAN everybody steers; one of `ganlib.lab.session.REPEATABLE`.
    pictures : int
        How many made digits are judged, 100 to 10,000.
    secret : int or None
        The seed of the latent vectors and of the choice of real digits for the scores; None before it is drawn.

    Raises
    ------
    ValueError
        A parameter does not fit.
    """

    steps: int = 3000
    recipe: str = "classic"
    pictures: int = MOST_JUDGED
    secret: int | None = None

    def __post_init__(self):
        """Check every parameter."""
        Whole("steps", 10, 10**6)(self.steps)
        Choice("recipe", REPEATABLE)(self.recipe)
        Whole("pictures", FEWEST, MOST_JUDGED)(self.pictures)
        if self.secret is not None:
            Whole("secret", 0)(self.secret)

    def kept_in(self, folder):
        """Return these rules with the secret of the contest that a folder holds; a new contest draws one.

        Raises
        ------
        ValueError
            The folder holds a contest with other rules, or something else under that name.
        OSError
            It cannot be read or written.
        """
        path = Path(folder) / FILE
        try:
            kept = None if file_mode(path) is None else path.read_bytes()
        except OSError as error:
            raise OSError(error.errno, f"{path} cannot be read: {explain(error, 'reading')}.") from error
        if kept is None:
            drawn = replace(self, secret=secrets.randbelow(2**63)) if self.secret is None else self
            with atomic_write(path) as file:
                file.write(json.dumps(asdict(drawn)).encode())
            return drawn
        rules = _read(kept, path)
        if self not in (rules, replace(rules, secret=None)):
            told = ", ".join(f"{f.name} {getattr(rules, f.name)}" for f in fields(rules) if f.name != "secret")
            raise ValueError(f"{folder} holds a contest with other rules ({told}): give the same, or another --out.")
        return rules

    def fault_of(self, session):
        """Say why a session may not take part; an empty text if it may. Its values have been checked before."""
        if session.recipe != self.recipe:
            return f"it steers the GAN {session.recipe!r}, and this contest is for {self.recipe!r}"
        if session.pictures != MOST:
            return f"it learns from {session.pictures:,} digits, and here everybody learns from {MOST:,}"
        counted = session.counted_steps()
        if counted > self.steps:
            more = f", which count as {counted:,} for their extra updates," if counted > session.steps else ""
            way = f"lab.session(steps={self.steps}) takes the first ones"
            return f"it has {session.steps:,} steps{more} and the budget is {self.steps:,}: {way}"
        return ""


def _read(kept, path):
    try:
        rules = Rules(**json.loads(kept))
    except (ValueError, TypeError, RecursionError) as error:
        raise ValueError(f"{path} does not hold the rules of a contest: give another --out, or remove it.") from error
    if rules.secret is None:
        raise ValueError(f"{path} lacks the secret of its contest: give another --out, or remove it.")
    return rules
