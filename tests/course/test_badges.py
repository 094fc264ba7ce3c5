"""Lessons open on Colab and Binder, and the cell that installs the kit there does so, and nothing elsewhere."""

import os
import re
import shutil
import subprocess
import sys
import tomllib
import zipfile

import nbformat
import pytest
from helpers import style

from ganlib import commands
from ganlib.course import badges, book, executed, handout, kit, lessons
from ganlib.setup import environment

CHECKOUT = environment.CHECKOUT
ADDRESS = "https://github.com/somebody/kit"


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """A copy of the kit's pages after the command has written badges into them, twice."""
    folder = tmp_path_factory.mktemp("published")
    (folder / "notebooks").mkdir()
    for name in ("README.md", "pyproject.toml", "requirements.txt"):
        shutil.copy(CHECKOUT / name, folder)
    for path in (*lessons.numbered(), *(CHECKOUT / "notebooks").glob("*.md")):
        shutil.copy(path, folder / "notebooks")
    badges.write("https://github.com/an/other.git", checkout=folder)
    badges.write(ADDRESS + "/", checkout=folder)
    return folder


def platform_cells(path):
    return [
        cell for cell in nbformat.read(path, nbformat.NO_CONVERT).cells if badges.TAG in cell.metadata.get("tags", ())
    ]


def test_every_lesson_and_the_readme_get_both_badges_once(published):
    for path in [published / "README.md", *lessons.numbered(published / "notebooks")]:
        text = path.read_text(encoding="utf-8")
        assert text.count("![Open in Colab]") == text.count("![Open in Binder]") == 1
        assert "an/other" not in text
    text = (published / "notebooks" / "06_keras_gan.ipynb").read_text(encoding="utf-8")
    assert "https://colab.research.google.com/github/somebody/kit/blob/main/notebooks/06_keras_gan.ipynb" in text
    assert "https://mybinder.org/v2/gh/somebody/kit/main?urlpath=lab%2Ftree%2Fnotebooks%2F06_keras_gan.ipynb" in text


def test_the_address_stands_in_one_place(published):
    urls = tomllib.loads((published / "pyproject.toml").read_text(encoding="utf-8"))["project"]["urls"]
    assert urls == {"Repository": ADDRESS} == {"Repository": badges.repository(published)}


@pytest.mark.parametrize("rule", style.RULES, ids=lambda rule: rule.__name__)
def test_a_lesson_with_badges_keeps(published, rule):
    for path in lessons.numbered(published / "notebooks"):
        assert list(rule(nbformat.read(path, nbformat.NO_CONVERT), path)) == []


def test_ruff_has_nothing_to_say_about_it(published):
    for command in (["check", "--ignore=I001"], ["format", "--check"]):  # it cannot see here whose module ganlib is
        ruff = [sys.executable, "-m", "ruff", *command, "--config", str(CHECKOUT / "pyproject.toml"), "notebooks"]
        run = subprocess.run(ruff, cwd=published, capture_output=True, text=True)
        assert run.returncode == 0, run.stdout


def test_the_kits_own_lessons_have_the_badges_of_its_address():
    address = badges.repository()
    for path in lessons.numbered():
        lesson = nbformat.read(path, nbformat.NO_CONVERT)
        before = nbformat.writes(lesson)
        if address is None:
            assert "Open in Colab" not in before
        else:
            badges.put(lesson, path.name, address)
            assert nbformat.writes(lesson) == before, "run `python -m ganlib badges`"


def test_what_is_read_without_a_network_has_no_badges(published):
    path = published / "notebooks" / "05_adversarial_game.ipynb"
    files = {f"notebooks/{path.name}"}
    assert "Open in Colab" not in handout.clean(kit.Part(path), True, f"notebooks/{path.name}", files).decode()
    assert "Open in Colab" not in book._lesson(path, files)
    lesson = nbformat.read(path, nbformat.NO_CONVERT)
    executed.clean(lesson, "../")
    assert not [cell for cell in lesson.cells if badges.TAG in cell.metadata.get("tags", ())]


@pytest.mark.parametrize("address", ["github.com/a/b", "https://gitlab.com/a/b", "https://github.com/a", "OWNER/REPO"])
def test_another_address_is_refused(address, monkeypatch, capsys):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    assert commands.main(["badges", "--repository", address]) == 2
    assert "https://github.com/OWNER/NAME" in capsys.readouterr().err


# --- the very cell --------------------------------------------------------------------------------------------------


def run_cell(code, target, find_kit):
    """Run the code of the cell under IPython, which gets packages into `target`; return what it printed."""
    (target / "site").mkdir()
    script = target / "cell.ipy"
    # The environment that `python -m ganlib` makes knows the checkout, which Colab's does not.
    forget = "" if find_kit else f"import sys\nsys.path[:] = [path for path in sys.path if path != {str(CHECKOUT)!r}]\n"
    script.write_text(f"{forget}{code}\nimport ganlib\nprint('found', ganlib.__file__)\n", encoding="utf-8")
    path = str(CHECKOUT) if find_kit else str(target / "site")
    variables = {"PYTHONPATH": path, "PIP_TARGET": str(target / "site")}
    variables |= {"PIP_NO_INDEX": "1", "IPYTHONDIR": str(target / "ipython"), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    others = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHONPATH"))}
    command = [sys.executable, "-m", "IPython", "--no-banner", str(script)]
    run = subprocess.run(command, cwd=target, env=others | variables, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def kit_as_wheel(folder):
    """Write the kit as a wheel, as pip makes one from the repository."""
    files = {path: path.relative_to(CHECKOUT) for path in (CHECKOUT / "ganlib").rglob("*.py")}
    files |= {path: "ganlib" / path.relative_to(CHECKOUT) for path in (CHECKOUT / "assets" / "data").rglob("*.*")}
    info = "ganlib-0.1.0.dist-info"
    wheel = folder / "ganlib-0.1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as file:
        for path, name in files.items():
            file.write(path, name.as_posix())
        file.writestr(
            f"{info}/METADATA", "Metadata-Version: 2.1\nName: ganlib\nVersion: 0.1.0\nRequires-Dist: absent\n"
        )
        file.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        file.writestr(f"{info}/RECORD", "")
    return wheel


def test_the_cell_installs_the_kit_where_it_is_missing(published, tmp_path):
    (cell,) = platform_cells(published / "notebooks" / "05_adversarial_game.ipynb")
    there = f"git+{ADDRESS}@main"
    assert f'--no-deps "ganlib @ {there}"' in cell.source
    # The packages are here already, and the kit comes from a file in place of the network.
    code = re.sub(r"%pip install -q \"\w.*", "pass", cell.source).replace(there, kit_as_wheel(tmp_path).as_uri())
    assert str(tmp_path / "site" / "ganlib") in run_cell(code, tmp_path, find_kit=False)
    assert (tmp_path / "site" / "ganlib" / "assets" / "data" / "mnist.npz").is_file()


def test_the_cell_does_nothing_where_the_kit_is(published, tmp_path):
    (cell,) = platform_cells(published / "notebooks" / "05_adversarial_game.ipynb")
    assert str(CHECKOUT / "ganlib") in run_cell(cell.source, tmp_path, find_kit=True)
    assert not list((tmp_path / "site").iterdir())


def test_the_cell_asks_for_what_lessons_compute_with_and_not_for_what_serves_the_page(published):
    (cell,) = platform_cells(published / "notebooks" / "05_adversarial_game.ipynb")
    bounds = environment.requirements_of(CHECKOUT)
    for name in badges.COMPUTES:
        assert f'"{name}{bounds[name]}"' in cell.source
    assert not any(f'"{name}' in cell.source for name in ("jupyterlab", "ipykernel", "papermill", "pytest"))


def test_in_the_lesson_of_sweeps_it_asks_for_what_sweeps_need_as_well(published):
    (cell,) = platform_cells(published / "notebooks" / "11_sweeps.ipynb")
    group = (CHECKOUT / "requirements.txt").read_text(encoding="utf-8").split("# [sweep]")[1].split("\n\n")[0]
    asked = group.splitlines()[1:]
    assert "papermill>=2.6" in asked
    for requirement in (*asked, "tensorflow>=2.21,<2.22"):
        assert f'"{requirement}"' in cell.source


def test_binder_gets_a_python_that_fits_and_the_whole_kit():
    runtime = (CHECKOUT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    major, minor = map(int, runtime.removeprefix("python-").split("."))
    assert environment.OLDEST <= (major, minor) <= environment.NEWEST
    lines = (CHECKOUT / ".binder" / "requirements.txt").read_text(encoding="utf-8").splitlines()
    assert {"-e .[sweep]", "-c ../constraints.txt"} <= set(lines)
    assert (CHECKOUT / "constraints.txt").is_file()
