"""The hand-out: one zip file that a leader puts on a stick, with all that a room needs, the network excepted.

`python -m ganlib handout` writes it. Unpacked, it is a kit like any other: `python -m ganlib lab` opens its lessons.
"""

import contextlib
import hashlib
import re
import tempfile
import zipfile
from pathlib import Path

import nbformat

from ganlib import environment
from ganlib.course import badges, lessons, packages
from ganlib.data import SHIPPED
from ganlib.training.files import explain

NAME = "gan-teaching-kit"
TOP = ("README.md", "LICENSE", "requirements.txt", "constraints.txt", "pyproject.toml", "setup.py", "conftest.py")
NEEDED = (
    *(f"data/{name}" for name in SHIPPED),
    "recorded/gan.npz",
    "recorded/quality.json",
    "judge/digit_classifier.npz",
)
SOLUTIONS = "ganlib/course/solutions"
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
FOLD = re.compile(r"\n*<details><summary>Solution</summary>.*?</details>\n?", re.DOTALL)
PACKED = {".npz", ".gz", ".whl", ".png", ".gif", ".zip"}  # not worth compressing again


class HandoutError(ValueError):
    """No hand-out can be made; the message is a sentence that says why and the way out."""


def pack(out, words="", solutions=True, targets=(), checkout=environment.CHECKOUT):
    """Make the hand-out.

    Parameters
    ----------
    out : str or Path
        Folder to write `gan-teaching-kit.zip` into.
    words : str
        Which lessons, such as "00-06"; empty: all.
    solutions : bool
        Whether the solutions of the exercises go with it.
    targets : sequence of str
        Kinds of computer whose wheels go with it, such as "windows-3.12"; see `packages.fetch`.
    checkout : Path
        The kit to pack.

    Returns
    -------
    Path
        The zip file.

    Raises
    ------
    HandoutError
        A data file, the recorded run or the judge is missing or damaged, or wheels could not be had.
    ValueError
        There is no such lesson.
    OSError
        The zip file could not be written; there is none then.
    """
    check_assets(checkout)
    files = contents(lessons.select(words, checkout / "notebooks"), solutions, checkout)
    with tempfile.TemporaryDirectory() as scratch:
        if targets:
            files |= packages.fetch(targets, Path(scratch), checkout)
        return _zip(files, Path(out) / f"{NAME}.zip")


def check_assets(checkout):
    """Raise HandoutError unless every file that lessons read is there, and the data sets are those of the course."""
    for name in NEEDED:
        path = checkout / "assets" / name
        if not path.is_file():
            raise HandoutError(f"assets/{name} is missing, so the room would need a network: {_restore(name)}")
        wanted = SHIPPED.get(path.name)
        if wanted and hashlib.sha256(path.read_bytes()).hexdigest() != wanted:
            raise HandoutError(f"assets/{name} is damaged or only a pointer to the file: {_restore(name)}")


def _restore(name):
    return f"restore it with `git checkout -- assets/{name}`, then make the hand-out again."


def contents(chosen, solutions, checkout=environment.CHECKOUT):
    """Collect what goes into a hand-out, the wheels excepted.

    Parameters
    ----------
    chosen : list of Path
        The lessons.
    solutions : bool
        Whether solutions go with it.
    checkout : Path

    Returns
    -------
    dict of str to (bytes or Path)
        Path in the kit, with forward slashes, to what stands there.
    """
    notes = sorted((checkout / "notebooks").glob("*.md"))
    paths = [checkout / name for name in TOP if (checkout / name).is_file()]
    for folder in ("ganlib", "assets"):
        paths += [path for path in (checkout / folder).rglob("*") if _is_part(path.relative_to(checkout), path)]
    files = {path.relative_to(checkout).as_posix(): path for path in [*paths, *notes, *chosen]}
    if not solutions:
        files = {name: path for name, path in files.items() if not name.startswith(SOLUTIONS)}
    for name, path in files.items():
        if path.suffix == ".ipynb":
            files[name] = _lesson(path, solutions, name, files)
        elif path.suffix == ".md":
            files[name] = loosen(badges.without(path.read_text(encoding="utf-8")), name, files).encode()
    return files


def _is_part(relative, path):
    return path.is_file() and not any(part.startswith(".") or part == "__pycache__" for part in relative.parts)


def _lesson(path, solutions, name, files):
    """Return a lesson as bytes: without dead links and, if wished, without solutions."""
    lesson = nbformat.read(path, nbformat.NO_CONVERT)
    if not solutions:
        cut_solutions(lesson)
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            cell.source = loosen(badges.without(cell.source), name, files)
    return (nbformat.writes(lesson) + "\n").encode()


def cut_solutions(lesson):
    """Take the solutions out of a notebook: cells with the tag `solution`, and folds called Solution.

    Parameters
    ----------
    lesson : nbformat.NotebookNode
        Is changed. Answers to what was to be predicted stay.
    """
    lesson.cells = [cell for cell in lesson.cells if "solution" not in cell.metadata.get("tags", ())]
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            cell.source = FOLD.sub("\n", cell.source).strip()
    lesson.cells = [cell for cell in lesson.cells if cell.source or cell.cell_type == "code"]


def loosen(text, name, files):
    """Turn links to files that are not in the hand-out into plain words.

    Parameters
    ----------
    text : str
        Markdown.
    name : str
        Where it stands in the kit.
    files : container of str
        The paths in the hand-out.
    """

    def keep(match):
        words, target = match.groups()
        if re.match(r"(https?:|mailto:|#)", target):
            return match[0]
        return match[0] if is_there(name, target.split("#")[0], files) else words

    return LINK.sub(keep, text)


def is_there(name, target, files):
    """Tell whether a relative link leads to a file or folder of the hand-out.

    Parameters
    ----------
    name : str
        The file that holds the link, from the top of the kit.
    target : str
        The link.
    files : container of str
        The paths in the hand-out.
    """
    parts = name.split("/")[:-1]
    for part in target.strip("/").split("/"):
        parts = parts[:-1] if part == ".." else [*parts, part]
    path = "/".join(parts)
    return path in files or any(other.startswith(f"{path}/") for other in files)


def _zip(files, path):
    """Write files into a zip under one folder, and rename it into its place when it is whole."""
    unfinished = path.with_suffix(".unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(unfinished, "w") as file:
            for name in sorted(files):
                how = zipfile.ZIP_STORED if Path(name).suffix in PACKED else zipfile.ZIP_DEFLATED
                if isinstance(files[name], bytes):
                    file.writestr(f"{NAME}/{name}", files[name], how)
                else:
                    file.write(files[name], f"{NAME}/{name}", how)
        unfinished.replace(path)
    except OSError as error:
        raise OSError(f"{path} could not be written: {explain(error)}. Choose another --out.") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()
    return path
