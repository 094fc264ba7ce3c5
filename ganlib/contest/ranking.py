"""Who is first: the order of the entries, ties, and the table in words."""

from typing import NamedTuple

from ganlib.contest.entries import Entry
from ganlib.contest.judging import Result, key_of

HEAD = ("rank", "name", "MNIST-FD", "tie-breaker", "recognised", "precision", "recall", "steps")


class Standing(NamedTuple):
    """An entry with its place.

    Attributes
    ----------
    rank : int or None
        From 1; None for our own recipes.
    entry : Entry
    result : Result
    """

    rank: int | None
    entry: Entry
    result: Result

    @property
    def cells(self):
        """What stands in the table, by the titles in `HEAD`."""
        scores = self.result.scores
        shares = (f"{scores[name]:.2f}" for name in ("precision", "recall"))
        distances = (f"{scores[name]:.1f}" for name in ("mnist_fd", "second"))
        rank = "house" if self.rank is None else str(self.rank)
        return (
            rank,
            self.entry.name,
            *distances,
            f"{scores['recognised']:.0%}",
            *shares,
            f"{self.entry.session.steps:,}",
        )


def ranked(entries, results):
    """Bring entries into their order.

    Parameters
    ----------
    entries : list of Entry
    results : dict of str to Result
        By `key_of` their sessions.

    Returns
    -------
    standings : list of Standing
        The best first: by the distance, to one decimal, to the digits that decide; where that is the same, by the
        distance to other digits. Entries that tie in both share a rank.
    refused : list of Entry
        Those that do not take part, with their faults.
    """
    pairs = [(entry, results[key_of(entry.session)] if entry.session else None) for entry in entries]
    faults = [entry.fault or (result.fault if result else "") for entry, result in pairs]
    refused = [entry._replace(fault=fault) for (entry, _), fault in zip(pairs, faults, strict=True) if fault]
    scored = [pair for pair, fault in zip(pairs, faults, strict=True) if not fault]
    scored.sort(key=lambda pair: (_place(pair[1]), pair[0].house, pair[0].name.lower()))
    places = [_place(result) for entry, result in scored if not entry.house]
    ranks = [None if entry.house else 1 + places.index(_place(result)) for entry, result in scored]
    return [Standing(rank, *pair) for rank, pair in zip(ranks, scored, strict=True)], refused


def _place(result):
    """Return what entries are ordered by: a difference that the table does not show decides nothing."""
    return round(result.scores["mnist_fd"], 1), round(result.scores["second"], 1)


def table(standings, refused):
    """Lay everything out as text, one line per entry."""
    rows = [HEAD, *(standing.cells for standing in standings)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    return "\n".join([*lines, *(f"{entry.name}: {entry.fault}." for entry in refused)])
