"""Opening a lesson on Colab or Binder: the badges, and the cell that installs the kit there.

Both need the address of the repository, which only whoever publishes the kit knows: `python -m ganlib badges` writes it
into `pyproject.toml` and, from there, into each lesson and the README.
"""

import re
import textwrap
import tomllib
from urllib.parse import quote

import nbformat
from nbformat.v4 import new_code_cell

from ganlib.course import filling, lessons
from ganlib.setup import environment
from ganlib.training.files import atomic_write
from ganlib.wording import write as in_words

ADDRESS = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?", re.ASCII)
BRANCH = re.compile(r"[\w.-]+(/[\w.-]+)*", re.ASCII)  # what else a branch may be called would have to be quoted
BADGES = re.compile(r"^\[!\[Open in Colab\].*\n\n?", re.MULTILINE)
TAG = "platform"  # of the cell that installs
COMPUTES = ("tensorflow", "keras", "tqdm", "onnx", "onnxruntime", "tf2onnx", "h5py", "ipywidgets", "anywidget")
SWEEPS = ("papermill", "dask", "distributed", "cryptography", "bokeh", "pyyaml", "pandas", "pyarrow")
MORE = {"11_sweeps.ipynb": SWEEPS}
CELL = """\
# On Colab this installs the kit; where the kit is there already, it does nothing.
import importlib.util

if importlib.util.find_spec("ganlib") is None:
{requirements}
    %pip install -q --no-deps "{source}"
"""


def repository(checkout=environment.CHECKOUT):
    """Return the address of the repository that `pyproject.toml` names, or None."""
    project = tomllib.loads((checkout / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return project.get("urls", {}).get("Repository")


def line(address, name, branch="main"):
    """Write the badges of a lesson as Markdown; `name` is its file's, "" stands for the README."""
    owner, kit = ADDRESS.fullmatch(address).groups()
    file = f"notebooks/{name or '00_start_here.ipynb'}"
    colab = f"https://colab.research.google.com/github/{owner}/{kit}/blob/{branch}/{file}"
    binder = f"https://mybinder.org/v2/gh/{owner}/{kit}/{branch}?urlpath={quote(f'lab/tree/{file}', safe='')}"
    return (
        f"[![Open in Colab](https://colab.research.google.com/assets/colab-badge.svg)]({colab}) "
        f"[![Open in Binder](https://mybinder.org/badge_logo.svg)]({binder})"
    )


def cell(address, name, branch="main", checkout=environment.CHECKOUT):
    """Write the code that installs the kit on Colab; `name` is the file of the lesson.

    What serves the page there, such as Jupyter and its kernel, is left alone: `ganlib` itself is installed without what
    it asks for, after the packages that lessons compute with.
    """
    bounds = environment.requirements_of(checkout)
    wanted = [f'"{package}{bounds[package]}"' for package in (*COMPUTES, *MORE.get(name, ()))]
    packages = textwrap.wrap(" ".join(wanted), 90, break_on_hyphens=False)
    requirements = "\n".join(f"    %pip install -q {some}" for some in packages)
    return CELL.format(requirements=requirements, source=f"ganlib @ git+{address}@{branch}").rstrip()


def without(text):
    """Return Markdown without its line of badges, for pages that must load nothing from elsewhere."""
    return BADGES.sub("", text)


def put(notebook, name, address, branch="main", checkout=environment.CHECKOUT):
    """Put the badges below the title of a lesson, and the cell that installs the kit above its first code cell."""
    opening = notebook.cells[0]
    title, rest = without(opening.source).split("\n", 1)
    opening.source = f"{title}\n\n{line(address, name, branch)}\n\n{rest.lstrip()}"
    notebook.cells = [one for one in notebook.cells if TAG not in one.metadata.get("tags", ())]
    first = next(i for i, one in enumerate(notebook.cells) if one.cell_type == "code")
    code = cell(address, name, branch, checkout)
    notebook.cells.insert(first, new_code_cell(code, id=TAG, metadata={"tags": [TAG]}))


def write(address, branch="main", checkout=environment.CHECKOUT):
    """Write the address into `pyproject.toml`, and the badges into every lesson and the README.

    Raises
    ------
    ValueError
        The address is not that of a repository on GitHub, from where Colab and Binder open lessons; or the branch has a
        name that would not stand in an address.
    """
    if not isinstance(address, str) or not isinstance(branch, str):
        raise ValueError("The address of a repository and the name of a branch are text.")
    match = ADDRESS.fullmatch(address)
    if match is None:
        raise ValueError(f"The address must be like https://github.com/OWNER/NAME, not {in_words(address)}.")
    if BRANCH.fullmatch(branch) is None:
        raise ValueError(f"The branch must be letters, digits, dots, dashes and slashes, not {in_words(branch)}.")
    address = "https://github.com/{}/{}".format(*match.groups())
    _name_in_pyproject(address, checkout / "pyproject.toml")
    readme = checkout / "README.md"
    title, rest = without(readme.read_text(encoding="utf-8")).split("\n", 1)
    text = f"{title}\n\n{line(address, '', branch)}\n\n{rest.lstrip()}"
    with atomic_write(readme) as file:
        file.write(text.encode())
    for path in lessons.numbered(checkout / "notebooks"):
        notebook = nbformat.read(path, nbformat.NO_CONVERT)
        put(notebook, path.name, address, branch, checkout)
        filling.write_notebook(notebook, path)


def _name_in_pyproject(address, path):
    text = re.sub(r"\[project\.urls\]\nRepository = .*\n\n", "", path.read_text(encoding="utf-8"))
    urls = f'[project.urls]\nRepository = "{address}"\n\n'
    with atomic_write(path) as file:
        file.write(text.replace("[tool.setuptools]\n", urls + "[tool.setuptools]\n", 1).encode())
