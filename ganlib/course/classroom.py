"""The record of a room: who has passed which exercise, and which check says no most often, and why.

Everybody's file is what `python -m ganlib progress --export` wrote. A leader collects them as files; nothing is sent.
"""

import json
from collections import Counter
from html import escape
from typing import NamedTuple

from ganlib.course.progress import is_record
from ganlib.paths import as_path, explain, file_mode
from ganlib.training.files import atomic_write
from ganlib.wording import plain

LARGEST = 200_000  # bytes of a file; all exercises, each with all the reasons that are kept, take less
LONGEST_NAME, LONGEST_REASON = 40, 300  # letters
HEAD = ("exercise", "passed by", "said no to", "how often", "most often because")


class Record(NamedTuple):
    """What one learner handed in: `passed`, a set of names such as "06.1", and `failed`, name to reason to count."""

    who: str
    passed: set
    failed: dict


def read_folder(folder, names=True):
    """Read the files of a room.

    Parameters
    ----------
    folder : str or Path
        Holds a `.json` file for each learner.
    names : bool
        Whether to call a learner as their file is called; else by a number.

    Returns
    -------
    records : list of Record
        By name.
    strange : list of str
        The names of files that hold something else, or numbers.

    Raises
    ------
    ValueError
        The folder cannot be read, or holds no such file.
    """
    folder = as_path(folder, "folder")
    try:
        paths = sorted(path for path in folder.iterdir() if path.suffix.lower() == ".json")
    except OSError as error:
        raise ValueError(f"{folder} cannot be read: {explain(error, 'reading')}. Check the path.") from error
    if not paths:
        raise ValueError(
            f"{folder} holds no .json file: let everybody run `progress --export NAME.json` and put it there."
        )
    held = {path: _read(path) for path in paths}
    records = [
        Record(
            plain(path.stem)[:LONGEST_NAME] if names else f"learner {number}", set(record["passed"]), record["failed"]
        )
        for number, (path, record) in enumerate(((p, r) for p, r in held.items() if r), 1)
    ]
    strange = [plain(path.name)[:LONGEST_NAME] for path, record in held.items() if record is None]
    return records, strange if names else [f"file {number}" for number in range(1, len(strange) + 1)]


def _read(path):
    """Return what a file holds; None if that is no record."""
    try:
        file_mode(path)  # refuses a pipe, on which one would wait for ever
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        record = json.loads(content) if len(content) <= LARGEST else None
    except (OSError, ValueError, RecursionError):
        return None
    return record if is_record(record) else None


def who_passed(records):
    """Return the table of people: a head, and for each how many exercises of which lesson they have passed."""
    lessons = sorted({name[:2] for record in records for name in {*record.passed, *record.failed}})
    rows = []
    for record in records:
        counts = Counter(name[:2] for name in record.passed)
        rows.append((record.who, str(len(record.passed)), *(str(counts[lesson] or "") for lesson in lessons)))
    return [("who", "passed", *lessons), *rows]


def what_fails(records):
    """Return the table of exercises: a head, then the rows, those first for which most people got a no.

    The reason is the one that most people were given, with their number.
    """
    rows = []
    for name in {name for record in records for name in {*record.passed, *record.failed}}:
        noes = [record.failed[name] for record in records if record.failed.get(name)]
        reasons = Counter(reason for found in noes for reason in found).most_common()
        reasons.sort(key=lambda pair: (-pair[1], pair[0]))
        why = f"{plain(reasons[0][0])[:LONGEST_REASON]} ({reasons[0][1]})" if reasons else ""
        passed = sum(name in record.passed for record in records)
        rows.append((name, passed, len(noes), sum(sum(found.values()) for found in noes), why))
    rows.sort(key=lambda row: (-row[2], -row[3], row[0]))
    return [HEAD, *(tuple(map(str, row)) for row in rows)]


def as_text(tables, strange):
    """Lay tables out as text, and a line for each file that is none."""
    parts = []
    for table in tables:
        widths = [max(map(len, column)) for column in zip(*table, strict=True)]
        rows = ("  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip() for row in table)
        parts.append("\n".join(rows))
    parts += [f"{name}: this file is not what `progress --export` writes, and was left out." for name in strange]
    return "\n\n".join(parts)


def write_page(path, tables, strange):
    """Write the tables as one page that needs no network."""
    titles = ("Who has passed what", "What is hard")
    body = "".join(f"<h2>{title}</h2>{_as_html(title, table)}" for title, table in zip(titles, tables, strict=True))
    left = "".join(f"<li>{escape(name)}</li>" for name in strange)
    body += f"<h2>Left out, because they are not records</h2><ul>{left}</ul>" if strange else ""
    with atomic_write(path) as file:
        file.write(_PAGE.format(body=body).encode())


def _as_html(title, table):
    head, *rows = ([escape(cell) for cell in row] for row in table)
    lines = "".join(
        f'<tr><th scope="row">{row[0]}</th>{"".join(f"<td>{cell}</td>" for cell in row[1:])}</tr>' for row in rows
    )
    heads = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    return (
        f'<div class="wide" role="region" aria-label="{title}" tabindex="0"><table><thead><tr>{heads}</tr></thead>'
        f"<tbody>{lines}</tbody></table></div>"
    )


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>The room's record</title><style>
:root {{color-scheme: light}}
body {{font: 16px/1.5 system-ui, sans-serif; color: #222; background: #fff; max-width: 72rem; margin: 2rem auto;
  padding: 0 1rem; overflow-wrap: anywhere}}
.wide {{overflow-x: auto}}
table {{border-collapse: collapse}}
th, td {{padding: 0.3rem 0.7rem; text-align: left; vertical-align: top; border-bottom: 1px solid #e4e4e4;
  overflow-wrap: normal}}
thead th {{white-space: nowrap}}
tbody th {{font-weight: normal}}
td:last-child {{min-width: 3rem}}
</style></head><body><main><h1>The room's record</h1>
<p>In the second table, the exercises that stopped the most people come first; the number after a reason says how many
people were given it. People who haven't tried an exercise don't count for it.</p>{body}</main></body></html>
"""
