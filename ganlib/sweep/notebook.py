"""A lesson as a sweep sees it: the parameters that it offers, and the cells that a run needs.

A lesson marks the code cells that a run needs with the tag `sweep`: a sweep executes these, the parameters and nothing
else. In a notebook without that tag every cell is executed.
"""

import ast
import hashlib
import os
import re
from pathlib import Path
from typing import NamedTuple

import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbformat.v4 import new_code_cell

from ganlib.paths import LESSONS
from ganlib.sweep.errors import SweepError
from ganlib.sweep.parameters import Parameter
from ganlib.wording import write

NEEDED, SKIPPED = "sweep", "skip-execution"  # the second is the tag that nbclient knows
GIVEN = ("results", "resume")  # parameters that the sweep itself fills in
LESSON = "ganlib_lesson"  # in the metadata of every lesson of this kit and of its copies: its number
PYTHON = ("python", "ipython", "python3")


class Notebook(NamedTuple):
    """A notebook that can be swept.

    Attributes
    ----------
    path : pathlib.Path
    content : bytes
        The file.
    parameters : dict of str to Parameter
    lesson : str
        The number of the lesson that it is or was copied from, such as "06"; empty for a notebook of your own.
    """

    path: Path
    content: bytes
    parameters: dict
    lesson: str = ""

    @property
    def sha256(self):
        """The checksum of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def cells(self):
        """The notebook's cells and metadata, read again."""
        return nbformat.reads(self.content.decode("utf-8"), nbformat.NO_CONVERT)

    def known(self):
        """Write the parameters that a grid can name."""
        return ", ".join(name for name in self.parameters if name not in GIVEN)


def find(name, beside=None):
    """Return the path of a notebook: a lesson's number, or a file.

    Parameters
    ----------
    name : str, Path or int
        "06" or 6, or a path, which may be relative to the folder `beside`.
    beside : Path or None

    Raises
    ------
    SweepError
        There is none.
    """
    if type(name) is bool or not isinstance(name, (int, str, Path)):
        raise SweepError(f"notebook must be the number of a lesson or the path of a file, not {write(name)}.")
    path = Path(os.path.expanduser(str(name)))
    numbered = sorted(LESSONS.glob(f"{int(str(path)):02}_*.ipynb")) if re.fullmatch(r"[0-9]{1,2}", str(path)) else []
    candidates = [*numbered, path, *([beside / path] if beside else [])]
    found = next((path for path in candidates if os.path.isfile(path)), None)
    if found is None:
        there = ", ".join(path.name[:2] for path in sorted(LESSONS.glob("[0-9][0-9]_*.ipynb")))
        raise SweepError(
            f"There is no notebook {str(name)!r}: give the path of a file, or the number of a lesson "
            f"({there or 'none is here'})."
        )
    return found.resolve()


def read(path):
    """Read a notebook and the parameters that it offers.

    Parameters
    ----------
    path : Path

    Returns
    -------
    Notebook

    Raises
    ------
    SweepError
        The file is no notebook, is not for Python, or has no cell with the tag `parameters`.
    """
    try:
        content = path.read_bytes()
        notebook = nbformat.reads(content.decode("utf-8"), nbformat.NO_CONVERT)
        tagged = [cell for cell in notebook.cells if "parameters" in _tags(cell)]
        language = _language(notebook.metadata)
    except Exception as error:  # nbformat raises half a dozen kinds, all of one meaning
        raise SweepError(f"{path} is not a notebook: give an .ipynb file.") from error
    if language.lower() not in PYTHON:
        raise SweepError(f"{path.name} is a notebook for {language}: a sweep executes notebooks for Python.")
    if not tagged:
        raise SweepError(
            f"{path.name} has no cell with the tag parameters, so a sweep could not change anything in it: give that "
            f"tag to the cell that holds its settings."
        )
    lesson = str(notebook.metadata.get(LESSON, ""))
    defaults = _defaults(path, tagged[0].source)
    return Notebook(path, content, {name: Parameter(name, value, lesson) for name, value in defaults.items()}, lesson)


def _language(metadata):
    """Return the language of a notebook; whatever its kernel is called, Python is what this computer has for it."""
    kernel, language = metadata.get("kernelspec", {}), metadata.get("language_info", {})
    return kernel.get("language") or language.get("name") or "python"


def _defaults(path, source):
    """Return the names that a cell assigns to, with their values, or None for those that are not literals."""
    try:
        statements = ast.parse(TransformerManager().transform_cell(source)).body
    except SyntaxError as error:
        raise SweepError(f"The cell of parameters in {path.name} is not valid Python: {error.msg}.") from error
    assigned = [statement for statement in statements if isinstance(statement, (ast.Assign, ast.AnnAssign))]
    return {
        target.id: _literal(statement.value)
        for statement in assigned
        for target in getattr(statement, "targets", None) or [statement.target]
        if isinstance(target, ast.Name)
    }


def _literal(node):
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None  # of any type, then


def prepare(content, beginning):
    """Return the notebook that a run executes: the same cells, with those that it does not need marked as skipped.

    Parameters
    ----------
    content : bytes
        A notebook file.
    beginning : str
        The source of a cell to put before all others.

    Returns
    -------
    nbformat.NotebookNode
    """
    notebook = nbformat.reads(content.decode("utf-8"), nbformat.NO_CONVERT)
    code = [cell for cell in notebook.cells if cell.cell_type == "code"]
    if any(NEEDED in _tags(cell) for cell in code):
        for cell in code:
            if not {NEEDED, "parameters"} & set(_tags(cell)):
                cell.metadata["tags"] = [*_tags(cell), SKIPPED]
    notebook.cells.insert(0, new_code_cell(beginning, id="sweep-begins"))
    return notebook


def _tags(cell):
    return cell.metadata.get("tags", ())
