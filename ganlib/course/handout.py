"""The hand-out: one zip file that a leader puts on a stick; with the packages in it, a room needs no network.

`python -m ganlib handout` writes it. Unpacked, it is a kit like any other: `python -m ganlib lab` opens its lessons.
Only what belongs to the kit goes in, see `kit`, and of a lesson only what was written into it.
"""

import contextlib
import hashlib
import re
import shutil
import stat
import tempfile
import zipfile
from pathlib import Path

import nbformat

from ganlib.course import badges, kit, lessons, packages
from ganlib.data.shipped import SHIPPED
from ganlib.setup import environment
from ganlib.training.files import explain

NAME = "gan-teaching-kit"
PLANE = "plane.html"  # opens without Python
NEEDED = (
    *(f"data/{name}" for name in SHIPPED),
    "recorded/gan.npz",
    "recorded/quality.json",
    "judge/digit_classifier.npz",
)
SOLUTIONS = "ganlib/course/solutions"
GUIDE = "notebooks/leaders_guide.md"  # which has the answers that rooms get wrong
LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")
FOLD = re.compile(r"\n*<details><summary>Solution</summary>.*?</details>\n?", re.DOTALL)
MAKERS = re.compile(r"^# \[(book|test)\].*?(?=^# \[|\Z)", re.DOTALL | re.MULTILINE)  # groups that a room does not need
PACKED = {".npz", ".gz", ".whl", ".png", ".gif", ".zip"}  # not worth compressing again
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}
ALWAYS = (1980, 1, 1, 0, 0, 0)  # the time of every file, so that the same kit gives the same bytes
UNIX = 3


class HandoutError(kit.KitError):
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
        Whether the solutions of the exercises go with it, and the leader's guide, which has answers, too.
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
        A data file, the recorded run or the judge is missing or damaged; a lesson is not the kit's; or nothing shows
        whether somebody wrote answers into one.
    ganlib.course.kit.KitError
        What belongs to the kit cannot be told.
    ganlib.setup.environment.SetupError
        Wheels could not be downloaded.
    ValueError
        There is no such lesson.
    OSError
        The zip file could not be written; there is none then.
    """
    from ganlib.export.plane_page import page_text  # with TensorFlow, for which nothing else here has to wait

    parts = kit.parts(checkout)
    check_assets(parts)
    chosen = choose(words, parts, checkout)
    if any(name.startswith("notebooks/11_") for name in chosen):
        chosen += [name for name in parts if name.startswith("notebooks/06_")]  # its sweeps execute lesson 06
    files = contents(parts, chosen, solutions)
    tell_of_changes(files, checkout)
    with tempfile.TemporaryDirectory() as scratch:
        if targets:
            for name in packages.LISTS & files.keys():
                (Path(scratch) / name).write_bytes(files[name].read())
            fetched = packages.fetch(targets, Path(scratch), Path(scratch))
            files |= {name: kit.Part(path) for name, path in fetched.items()}
        files[PLANE] = kit.Part(page_text().encode())
        return _zip(files, Path(out) / f"{NAME}.zip")


def check_assets(parts):
    """Raise HandoutError unless every file that lessons read is there, and the data sets are those of the course."""
    for name in NEEDED:
        part = parts.get(f"assets/{name}")
        if part is None:
            raise HandoutError(f"assets/{name} is missing, so the room would need a network: {_restore(name)}")
        wanted = SHIPPED.get(Path(name).name)
        if wanted and hashlib.sha256(part.read()).hexdigest() != wanted:
            raise HandoutError(f"assets/{name} is damaged or only a pointer to the file: {_restore(name)}")


def _restore(name):
    return f"restore it with `git checkout -- assets/{name}`, then make the hand-out again."


def choose(words, parts, checkout):
    """Return the paths in the kit of the lessons that are meant, except for the leader's own."""
    found = [f"notebooks/{path.name}" for path in lessons.select(words, checkout / "notebooks")]
    others = [name for name in found if name not in parts]
    if others and words:
        raise HandoutError(
            f"{others[0]} does not belong to the kit: add it with `git add` and `git commit`, or choose other lessons."
        )
    return [name for name in found if name in parts]


def tell_of_changes(files, checkout):
    """Print which of these files have changes that are not committed, and so are not in what is made."""
    names = sorted(kit.changed(checkout) & set(files))
    if names:
        shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
        environment.say(f"This is made from what is committed, so your changes in {shown} are not in it.")


def contents(parts, chosen, solutions):
    """Collect what goes into a hand-out, except for the wheels.

    Parameters
    ----------
    parts : dict of str to kit.Part
        The kit.
    chosen : list of str
        The lessons' paths in the kit.
    solutions : bool
        Whether solutions go with it.

    Returns
    -------
    dict of str to kit.Part
        Path in the kit, with forward slashes, to what stands there.
    """
    files = {name: part for name, part in parts.items() if name in chosen or not name.endswith(".ipynb")}
    if not solutions:
        files = {name: part for name, part in files.items() if not name.startswith(f"{SOLUTIONS}/") and name != GUIDE}
    for name, part in files.items():
        if name.startswith("notebooks/") and name.endswith(".ipynb"):
            files[name] = part._replace(content=clean(part, solutions, name, files))
        elif name.endswith(".md"):
            text = loosen(badges.without(part.read().decode("utf-8")), name, files)
            files[name] = part._replace(content=text.encode())
        elif name == "requirements.txt":
            files[name] = part._replace(content=MAKERS.sub("", part.read().decode("utf-8")).encode())
    read = {name: part.read() for name, part in files.items() if name.endswith(".ipynb")}
    return files | {kit.LIST: kit.Part(kit.listing(dict.fromkeys(files, b"") | read).encode())}


def clean(part, solutions, name, files):
    """Return a lesson as bytes: what was written into it, without dead links and, if wished, without solutions."""
    try:
        content = part.read()
        lesson = nbformat.reads(content.decode("utf-8"), nbformat.NO_CONVERT)
        answered = bool(part.sources) and part.sources != kit.digest(content)
    except Exception as error:  # damaged JSON, another encoding and what is no notebook raise a dozen kinds of error
        raise HandoutError(
            f"{name} is damaged: put the lesson back as it came, then make the hand-out again."
        ) from error
    if answered and not solutions:
        raise HandoutError(
            f"{name} is not as it came, and without git nothing shows whether answers were written into it: put it "
            "back as it came, or make the hand-out with solutions."
        )
    clear(lesson)
    if not solutions:
        cut_solutions(lesson)
    for cell in lesson.cells:
        if cell.cell_type == "markdown":
            cell.source = loosen(badges.without(cell.source), name, files)
    return (nbformat.writes(lesson) + "\n").encode()


def clear(lesson):
    """Take out of a notebook what running it left there: outputs, counts, and what editors note about a computer.

    Parameters
    ----------
    lesson : nbformat.NotebookNode
        Is changed. Sources and tags stay, and what a lesson says to ganlib.
    """
    own = {name: value for name, value in lesson.metadata.items() if name.startswith("ganlib_")}
    lesson.metadata = nbformat.from_dict({**own, "kernelspec": KERNEL, "language_info": {"name": "python"}})
    for cell in lesson.cells:
        tags = cell.metadata.get("tags")
        cell.metadata = nbformat.from_dict({"tags": tags} if tags else {})
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        kept = {name: data for name, data in cell.pop("attachments", {}).items() if f"attachment:{name}" in cell.source}
        if kept:
            cell.attachments = kept


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
    folders = {f"{parent.as_posix()}/" for name in files for parent in Path(NAME, name).parents} - {"./"}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(unfinished, "w") as file:
            for name in sorted(folders):
                file.writestr(_entry(name, stat.S_IFDIR | 0o755), b"")
            for name, part in sorted(files.items()):
                entry = _entry(f"{NAME}/{name}", stat.S_IFREG | (0o755 if part.executable else 0o644))
                with part.open() as source, file.open(entry, "w") as target:
                    shutil.copyfileobj(source, target, 2**20)
        unfinished.replace(path)
    except OSError as error:
        raise OSError(f"{path} could not be written: {explain(error)}. Choose another --out.") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()
    return path


def _entry(name, mode):
    """Describe one entry of the zip: readable by everybody, and the same whenever and wherever it is packed."""
    entry = zipfile.ZipInfo(name, ALWAYS)
    entry.create_system, entry.external_attr = UNIX, mode << 16
    entry.compress_type = zipfile.ZIP_STORED if Path(name).suffix in PACKED else zipfile.ZIP_DEFLATED
    return entry
