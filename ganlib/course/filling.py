"""Writing the measured times into the pages that state them: the README and the leader's guide."""

import re

import nbformat

from ganlib.setup import environment
from ganlib.speed import rounded_up
from ganlib.training.files import atomic_write

QUIET = 0.1  # share of the processors that other programs may take before a measurement counts as disturbed
LONG = 5  # seconds; a cell that takes longer is one to wait for
HEADER = "waiting at `lesson` speed"
LONG_SECTIONS = "sections to wait for"
LINK = re.compile(r"\]\((?:[\w./-]*/)?(\d\d_\w+)\.ipynb[^)]*\)")
SOURCE = re.compile(r"^Waiting times: .*$", re.MULTILINE)


def fill_page(text, table, headings):
    """Write the measured times into a page.

    Parameters
    ----------
    text : str
        Markdown. In a table, the columns headed "waiting at `lesson` speed" and "sections to wait for" are filled in
        each row that links to lessons; a line that begins with "Waiting times:" says how they were measured.
    table : dict
        As `load` returns it. A row with a lesson that was not measured stays as it is.
    headings : dict
        As `sections` returns them.

    Returns
    -------
    str
    """
    lines, header = [], []
    for line in text.split("\n"):
        cells = line.strip().strip("|").split("|") if line.startswith("|") else []
        header = header if cells and header else [cell.strip() for cell in cells]
        lines.append(_fill_row(line, cells, header, table, headings) if cells else line)
    filled = "\n".join(lines)
    if not any("lesson" in speeds for speeds in table.values()):
        return filled
    return SOURCE.sub(lambda _: f"Waiting times: {source(table)}", filled)


def _fill_row(line, cells, header, table, headings):
    names = LINK.findall(line)
    if not names or any("lesson" not in table.get(name, {}) for name in names):
        return line
    measured = [table[name]["lesson"] for name in names]
    for column, head in enumerate(header[: len(cells)]):
        if head == HEADER:
            cells[column] = f" {sum(rounded_up(one['seconds']) for one in measured)} s "
        elif head == LONG_SECTIONS:
            told = [
                _long_sections(one["cells"], headings.get(name, {})) for name, one in zip(names, measured, strict=True)
            ]
            cells[column] = f" {', '.join(filter(None, told)) or 'none'} "
    return f"|{'|'.join(cells)}|"


def _long_sections(seconds, headings):
    """Name the sections whose long cells make one wait, in their order, with what these take together."""
    found = {}
    for cell, time in seconds.items():
        if time > LONG:
            section = headings.get(cell, cell)
            found[section] = found.get(section, 0) + time
    return ", ".join(f"{section} {rounded_up(time)} s" for section, time in found.items())


def sections(checkout=environment.CHECKOUT):
    """Return what a page calls the place of each code cell: lesson -> cell id -> the heading above it, in quotes."""
    return {path.stem: _headings(path) for path in sorted((checkout / "notebooks").glob("*.ipynb"))}


def _headings(path):
    heading, found = "the opening cell", {}
    for cell in nbformat.read(path, nbformat.NO_CONVERT).cells:
        if cell.cell_type == "code":
            found[cell.id] = heading
        elif words := re.findall(r"^##+ (.+)$", cell.source, re.MULTILINE):
            heading = f'"{words[-1]}"'
    return found


def source(table):
    """Say in one line when and on what the table was measured at `lesson` speed, and whether it was disturbed."""
    measured = [speeds["lesson"] for speeds in table.values() if "lesson" in speeds]
    days = sorted({one["date"] for one in measured})
    computers = sorted({one["computer"] for one in measured})
    busy = max((one.get("busy") or 0 for one in measured), default=0)
    disturbed = f" Other programs took up to {busy:.0%} of it meanwhile, so it was slower." if busy > QUIET else ""
    when = days[0] if len(days) == 1 else f"{days[0]} to {days[-1]}"
    return f"measured by `python -m ganlib timings` on {when} ({'; '.join(computers)}).{disturbed}"


def pages(checkout=environment.CHECKOUT):
    """Return the pages with times in them: the README, and what is written in Markdown beside the lessons."""
    return [checkout / "README.md", *sorted((checkout / "notebooks").glob("*.md"))]


def fill(table, checkout=environment.CHECKOUT):
    """Write the measured times into all pages that state them; return the paths of the files that changed."""
    changed, headings = [], sections(checkout)
    for path in pages(checkout):
        text = path.read_text(encoding="utf-8")
        if (new := fill_page(text, table, headings)) != text:
            with atomic_write(path) as file:
                file.write(new.encode())
            changed.append(path)
    return changed


def write_notebook(notebook, path):
    """Write a notebook as JupyterLab does, so that only what was changed differs."""
    with atomic_write(path) as file:
        file.write((nbformat.writes(notebook) + "\n").encode())
