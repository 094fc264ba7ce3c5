"""A lesson as a sweep sees it: the parameters that it offers, and the cells that a run needs.

A lesson tells what a run needs by the tag `sweep` on code cells: a sweep executes these, the parameters and nothing
else. In a notebook without that tag every cell is executed.
"""

import ast
import hashlib
import re
from pathlib import Path
from typing import NamedTuple

import nbformat
import papermill
from nbformat.v4 import new_code_cell

from ganlib.environment import CHECKOUT
from ganlib.sweep.errors import SweepError

NEEDED, SKIPPED = "sweep", "skip-execution"  # the second is the tag that nbclient knows
GIVEN = ("results", "resume")  # parameters that the sweep itself fills in
FILE = "_file"  # the ending of a parameter that names a file
WORDS = {bool: "True or False", int: "a whole number", float: "a number", str: "text"}


class Parameter(NamedTuple):
    """A parameter of a notebook: its default value, and its comment."""

    name: str
    default: object
    help: str

    def check(self, value):
        """Return a value of this parameter's type, a whole number as float where it takes a float; else SweepError."""
        kind = type(self.default)
        if kind is float and type(value) is int:
            return float(value)
        if kind in WORDS and type(value) is not kind:
            raise SweepError(
                f"The parameter {self.name} takes {WORDS[kind]}, such as {self.default!r}, not {value!r}: "
                f"correct the grid."
            )
        return value


class Notebook(NamedTuple):
    """A notebook that can be swept.

    Attributes
    ----------
    path : pathlib.Path
    content : bytes
        The file.
    parameters : dict of str to Parameter
    """

    path: Path
    content: bytes
    parameters: dict

    @property
    def sha256(self):
        """The checksum of the file."""
        return hashlib.sha256(self.content).hexdigest()

    @property
    def cells(self):
        """The notebook's cells and metadata, read anew."""
        return nbformat.reads(self.content.decode("utf-8"), nbformat.NO_CONVERT)

    def known(self):
        """Write the parameters that a grid can name."""
        return ", ".join(name for name in self.parameters if name not in GIVEN)


def find(name, beside=None):
    """Return the path of a notebook: a lesson's number, or a file.

    Parameters
    ----------
    name : str or Path
        "06", or a path, also relative to the folder `beside`.
    beside : Path or None

    Raises
    ------
    SweepError
        There is none.
    """
    lessons = CHECKOUT / "notebooks"
    numbered = sorted(lessons.glob(f"{name}_*.ipynb")) if re.fullmatch(r"\d\d", str(name)) else []
    candidates = [*numbered, Path(name), *([beside / name] if beside else [])]
    found = next((path for path in candidates if path.is_file()), None)
    if found is None:
        there = ", ".join(path.name[:2] for path in sorted(lessons.glob("[0-9][0-9]_*.ipynb")))
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
        The file is no notebook, or has no cell with the tag `parameters`.
    """
    content = path.read_bytes()
    try:
        cells = nbformat.reads(content.decode("utf-8"), nbformat.NO_CONVERT).cells
    except Exception as error:  # nbformat raises half a dozen kinds, all of one meaning
        raise SweepError(f"{path} is not a notebook: give an .ipynb file.") from error
    if not any("parameters" in cell.metadata.get("tags", ()) for cell in cells):
        raise SweepError(
            f"{path.name} has no cell with the tag parameters, so that a sweep could change nothing in it: give that "
            f"tag to the cell that holds its settings."
        )
    try:
        found = papermill.inspect_notebook(path)
    except ValueError as error:
        raise SweepError(f"{path.name} does not say which kernel it is for: save it in JupyterLab once.") from error
    return Notebook(path, content, {name: _parameter(name, told) for name, told in found.items()})


def _parameter(name, told):
    try:
        default = ast.literal_eval(told["default"])
    except (ValueError, SyntaxError):
        default = None  # of any type, then
    return Parameter(name, default, told["help"])


def prepare(content, beginning):
    """Return the notebook that a run executes: the very cells, those that it does not need marked to be skipped.

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
