"""The room check: what `doctor --json` said on many computers, in one table."""

import json
import re
from pathlib import Path

COLUMNS = ("computer", "ready", "Python", "device", "steps/s", "what to do")
SLOW = 60  # steps a second below which lessons are better run at smoke speed


def read(path):
    """Read what one computer said.

    Parameters
    ----------
    path : Path
        A file that `python -m ganlib doctor --json` was written to, by whatever shell: PowerShell writes UTF-16.

    Returns
    -------
    dict of str to str
        `COLUMNS` to what stands in them.
    """
    try:
        checks = json.loads(_decode(path.read_bytes()))["checks"]
        lines = [(check["ok"], check["line"], check["advice"]) for check in checks]
    except (OSError, ValueError, KeyError, TypeError):
        advice = "run `python -m ganlib doctor --json` there again: this file does not hold what it prints"
        return dict(zip(COLUMNS, (path.stem, "?", "", "", "", advice), strict=True))
    text = "\n".join(line for _, line, _ in lines)
    advice = "; ".join(f"{line}: {advice}" for ok, line, advice in lines if not ok)
    speed = _find(r"^speed: (\d+) steps/s", text)
    if not advice and speed and int(speed) < SLOW:
        advice = "slow: set GANLIB_SPEED=smoke"
    ready = "yes" if all(ok for ok, _, _ in lines) else "no"
    row = (path.stem, ready, _find(r"^Python ([\d.]+)", text), _find(r"^device: ([^,\n]+)", text), speed, advice)
    return dict(zip(COLUMNS, row, strict=True))


def _decode(raw):
    return raw.decode("utf-16" if raw[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")


def _find(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
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
        There is no such file.
    """
    rows = [read(path) for path in sorted(Path(folder).glob("*.json"))]
    if not rows:
        raise ValueError(f"{folder} holds no .json file: let every computer write `doctor --json` into one there.")
    rows.sort(key=lambda row: (row["ready"] == "yes", row["computer"].lower()))
    count = sum(row["ready"] == "yes" for row in rows)
    rows.insert(0, dict(zip(COLUMNS, COLUMNS, strict=True)))
    widths = {name: max(len(row[name]) for row in rows) for name in COLUMNS}
    lines = ["  ".join(row[name].ljust(widths[name]) for name in COLUMNS).rstrip() for row in rows]
    return "\n".join([*lines, f"{count} of {len(rows) - 1} are ready"]), count == len(rows) - 1
