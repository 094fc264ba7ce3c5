"""`python -m ganlib contest`: read the folder, replay and judge what is new there, rank, write the page."""

import dataclasses
import time
from pathlib import Path

from ganlib.contest import page
from ganlib.contest.entries import house_entries, read_folder, small
from ganlib.contest.judging import HiddenJudge, judged, keep, kept, key_of
from ganlib.contest.ranking import ranked, table
from ganlib.contest.rules import Rules
from ganlib.lab import words
from ganlib.lab.session import Session
from ganlib.models.recipes import recorded_curves
from ganlib.paths import as_path

RESULTS, PAGE = "results", "contest.html"
SECONDS_TO_JUDGE, SECONDS_TO_COMPILE = 25, 20  # 10,000 pictures; a step. First guesses, until both have been timed


def main(folder, out=None, house=(), **rules):
    """Hold a contest, and print its table.

    Parameters
    ----------
    folder : str or Path
        What people handed in, one session file per person.
    out : str, Path or None
        For the results and the page, where nobody else can write; if None, contests/ and the folder's name.
    house : iterable of str
        Recipes of the kit, which are replayed alongside.
    **rules
        See `Rules`.

    Returns
    -------
    pathlib.Path
        The page.

    Raises
    ------
    ValueError, OSError
        The folder cannot be read or is empty, the rules do not fit, or nothing can be written.
    KeyboardInterrupt
        Ctrl-C: what is judged is kept, and the same command goes on.
    """
    folder = as_path(folder, "folder")
    out = Path("contests", folder.resolve().name) if out is None else as_path(out, "out")
    rules = Rules(**rules)
    entries, ours = read_folder(folder), house_entries(house, rules.steps)
    rules = rules.kept_in(out)
    gans = {rules.recipe: Session([], 1, recipe=rules.recipe).build()}
    entries = [*(_checked(entry, rules, gans[rules.recipe]) for entry in entries), *ours]
    standings, refused = ranked(entries, _results(entries, out / RESULTS, rules, gans))
    page.write(out / PAGE, rules, standings, refused)
    print(table(standings, refused))
    return out / PAGE


def _checked(entry, rules, gan):
    """Return an entry whose changes are values that the GAN takes, or that has a fault and no session."""
    if entry.session is None:
        return entry
    try:
        schedule = entry.session.schedule.checked(gan.live)
    except ValueError as error:
        return entry._replace(session=None, fault=small(error))
    session = dataclasses.replace(entry.session, schedule=schedule)
    fault = rules.fault_of(session)
    return entry._replace(session=None if fault else session, fault=fault)


def _results(entries, folder, rules, gans):
    """Return the result of each session by its key: kept ones, and the others, which are replayed and kept now."""
    sessions = {key_of(entry.session): entry for entry in entries if entry.session}
    results = {key: kept(folder, key) for key in sessions}
    waiting = {key: sessions[key] for key, result in results.items() if result is None}
    forecast = Forecast([entry.session for entry in waiting.values()], rules)
    if waiting:
        known = len(sessions) - len(waiting)
        print(f"{len(waiting)} sessions to replay, {known} known: {forecast.left()}. Ctrl-C loses nothing.", flush=True)
        judge = HiddenJudge(rules)
    try:
        for key, (name, session, *_) in waiting.items():
            if session.recipe not in gans:
                gans[session.recipe] = session.build()
            results[key] = judged(session, judge, gans[session.recipe])
            keep(results[key], folder, key)
            forecast.done()
            print(f"{name}: {_said(results[key])}; {forecast.left()}", flush=True)
    except KeyboardInterrupt:
        raise KeyboardInterrupt("Stopped. What has been judged is kept: run the same command again to go on.") from None
    return results


def _said(result):
    return result.fault or f"MNIST-FD {result.scores['mnist_fd']:.1f}"


class Forecast:
    """How long the sessions that wait will take: by recorded times of a step at first, then by the pace here.

    Parameters
    ----------
    sessions : list of Session
        In the order in which they are going to be replayed.
    rules : Rules
    """

    def __init__(self, sessions, rules):
        pace = recorded_curves()["milliseconds_a_step"]
        judging, compiled = SECONDS_TO_JUDGE * rules.pictures / 10_000, set()
        self._ahead = []
        for session in sessions:
            compiling = 0 if session.recipe in compiled else SECONDS_TO_COMPILE
            compiled.add(session.recipe)
            self._ahead.append(compiling + pace[session.recipe] / 1000 * session.counted_steps() + judging)
        self._behind, self._started = 0.0, time.monotonic()

    def done(self):
        """Note that the first of those that wait is done."""
        self._behind += self._ahead.pop(0)

    def left(self):
        """Return how long the others will take, in words."""
        slower = (time.monotonic() - self._started) / self._behind if self._behind else 1
        return f"about {words.duration(slower * sum(self._ahead))} left"
