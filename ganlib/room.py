"""The room check: what `doctor --json` said on many computers, in one table."""

import json
import re
import unicodedata

from ganlib.paths import as_path, explain, file_mode

COLUMNS = ("computer", "ready", "Python", "device", "steps/s", "what to do")
SLOW = 60  # steps per second below which lessons are better run at smoke speed
LARGEST = 1_000_000  # bytes of a file; what `doctor --json` prints has some 10,000
LONGEST = 1000  # characters in one cell of the table
TERMINAL_CODES = re.compile(
    r"(\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(\x1b\]|\x9d)[^\x07\x1b\x9c]*(\x07|\x1b\\|\x9c)?|\x1b[@-_]?"
)


def read(path):
    """Read what one computer said.

    Parameters
    ----------
    path : Path
        A file that `python -m ganlib doctor --json` was written to, by whatever shell: PowerShell writes UTF-16.

    Returns
    -------
    dict of str to str
        What stands in each of `COLUMNS`.
    """
    path = as_path(path)
    try:
        lines = _lines_of(path)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        advice = "run `python -m ganlib doctor --json` there again: this file does not hold what it prints"
        return _row(path.stem, "?", "", "", "", advice)
    text = "\n".join(line for _, line, _ in lines)
    advice = "; ".join(f"{line}: {advice}" for ok, line, advice in lines if not ok)
    speed = _find(r"^speed: (\d{1,9}) steps/s", text)
    if not advice and speed and int(speed) < SLOW:
        advice = 'slow: write speed = "smoke" into the first code cell of a lesson'
    ready = "yes" if all(ok for ok, _, _ in lines) else "no"
    return _row(path.stem, ready, _find(r"^Python ([\d.]+)", text), _find(r"^device: ([^,\n]+)", text), speed, advice)


def _lines_of(path):
    """Return (ok, line, advice) of every check in a file; raise some error if it holds no checks of `doctor`."""
    file_mode(path)  # refuses a pipe, on which one would wait for ever
    with path.open("rb") as file:
        raw = file.read(LARGEST + 1)
    checks = json.loads(_decode(raw))["checks"]
    lines = [(check["ok"], check["line"], check["advice"]) for check in checks]
    fits = all(isinstance(ok, bool) and isinstance(line, str) and isinstance(advice, str) for ok, line, advice in lines)
    if len(raw) > LARGEST or not isinstance(checks, list) or not lines or not fits:
        raise ValueError("these are no checks")
    return [(ok, _clean(line), _clean(advice)) for ok, line, advice in lines]


def _decode(raw):
    return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def _clean(text):
    """Return a text in one line, without the codes that would make a terminal do something."""
    visible = "".join(
        " " if letter.isspace() else "" if unicodedata.category(letter)[0] == "C" else letter
        for letter in TERMINAL_CODES.sub("", text)
    )
    return visible if len(visible) <= LONGEST else visible[: LONGEST - 1] + "…"


def _row(*cells):
    return dict(zip(COLUMNS, map(_clean, cells), strict=True))


def _find(pattern, text):
    found = re.search(pattern, text, re.MULTILINE | re.ASCII)
    return found[1] if found else ""


def table(folder):
    """Lay out what all computers of a room said, those that are not ready first, then by name.

    Parameters
    ----------
    folder : str or Path
        Holds a `.json` file for each computer, named after it.

    Returns
    -------
    text : str
    ready : bool
        Whether all are.

    Raises
    ------
    ValueError
        There is no such file, `folder` cannot be read, or it is not the name of a folder.
    """
    folder = as_path(folder, "folder")
    try:
        rows = [read(path) for path in sorted(folder.glob("*.json"))]
    except OSError as error:
        raise ValueError(f"{folder} cannot be read: {explain(error, 'reading')}. Check the path.") from error
    if not rows:
        raise ValueError(f"{folder} holds no .json file: save there what `doctor --json` prints on each computer.")
    rows.sort(key=lambda row: (row["ready"] == "yes", row["computer"].lower()))
    count = sum(row["ready"] == "yes" for row in rows)
    rows.insert(0, dict(zip(COLUMNS, COLUMNS, strict=True)))
    widths = {name: max(len(row[name]) for row in rows) for name in COLUMNS}
    lines = ["  ".join(row[name].ljust(widths[name]) for name in COLUMNS).rstrip() for row in rows]
    return "\n".join([*lines, f"{count} of {len(rows) - 1} are ready"]), count == len(rows) - 1
