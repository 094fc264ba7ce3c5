"""A hand-out holds all that a room needs: it sets itself up and runs its lessons with the network cable pulled out."""

import json
import os
import re
import shutil
import subprocess
import sys
import zipfile
from multiprocessing.pool import ThreadPool

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from small import make_checkout, small_lesson

from ganlib import commands
from ganlib.course import handout, kit, lessons, packages
from ganlib.setup import environment, wheels

CHECKOUT = environment.CHECKOUT
HERE = wheels.target(sys.version_info)
PLUG_PULLED = '''
"""Pull the network cable: a connection to another computer, or a question for its name, fails at once."""

import socket

_connect, _getaddrinfo = socket.socket.connect, socket.getaddrinfo


def _is_here(address):
    return not isinstance(address, tuple) or address[0] in ("127.0.0.1", "::1", "localhost", None, "")


def connect(self, address):
    if not _is_here(address):
        raise OSError(f"the network cable is pulled out: {address}")
    return _connect(self, address)


def getaddrinfo(host, *arguments, **more):
    if not _is_here((host,)):
        raise socket.gaierror(f"the network cable is pulled out: {host}")
    return _getaddrinfo(host, *arguments, **more)


socket.socket.connect, socket.getaddrinfo = connect, getaddrinfo
'''


def unpack(path, folder):
    with zipfile.ZipFile(path) as file:
        file.extractall(folder)
    return folder / handout.NAME


def names(path):
    with zipfile.ZipFile(path) as file:
        return {name.removeprefix(f"{handout.NAME}/") for name in file.namelist()}


@pytest.fixture(scope="module")
def without_solutions(tmp_path_factory):
    """The hand-out of lessons 05 and 06 without solutions, unpacked: (zip, kit)."""
    folder = tmp_path_factory.mktemp("handout")
    path = handout.pack(folder / "stick", "05-06", solutions=False)
    return path, unpack(path, folder)


# --- what is in it --------------------------------------------------------------------------------------------------


def test_the_hand_out_holds_the_chosen_lessons_the_module_the_data_and_the_recorded_run(without_solutions):
    found = names(without_solutions[0])
    assert {name for name in found if name.endswith(".ipynb")} == {
        "notebooks/05_adversarial_game.ipynb",
        "notebooks/06_keras_gan.ipynb",
    }
    assert {
        "START-HERE.html",
        "README.md",
        "requirements.txt",
        "ganlib/__main__.py",
        "assets/data/mnist.npz",
        "plane.html",
    } <= found
    assert {"assets/recorded/gan.npz", "assets/judge/digit_classifier.npz"} <= found
    assert not [name for name in found if "__pycache__" in name or "/." in name or name.startswith(("tests", ".git"))]


def test_who_gets_lesson_11_gets_lesson_06_whose_sweeps_it_makes(monkeypatch, tmp_path):
    packed = {}
    monkeypatch.setattr(handout, "_zip", lambda files, path: packed.update(files))
    handout.pack(tmp_path, "07-08,11", solutions=True)
    assert sorted(name[10:12] for name in packed if name.endswith(".ipynb")) == ["06", "07", "08", "11"]


def test_a_room_gets_what_the_lessons_need_and_not_what_makes_or_checks_the_kit(without_solutions):
    whole = environment.requirements_of(CHECKOUT)
    room = environment.requirements_of(without_solutions[1])
    assert room.items() <= whole.items()
    assert {"tensorflow", "jupyterlab", "voila", "onnx", "papermill", "dask"} <= room.keys()
    assert {"sphinx", "myst-nb", "pytest", "nbval", "playwright", "ruff"} <= whole.keys() - room.keys()


@pytest.mark.parametrize(("arguments", "package"), [(["test"], "pytest"), (["book", "--out", "x"], "sphinx")])
def test_what_a_hand_out_cannot_do_is_said_in_a_sentence(monkeypatch, capsys, arguments, package):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    monkeypatch.setattr(environment, "installed_version", lambda name: None)
    assert commands.main(arguments) == 1
    assert re.fullmatch(
        rf"`{arguments[0]}` needs {package} and more, which a hand-out leaves out.*timings`\.\n",
        capsys.readouterr().err,
    )


def test_what_a_room_runs_imports_nothing_that_it_does_not_get():
    of_makers = {"pytest", "_pytest", "hypothesis", "nbval", "playwright", "axe_core_python", "tf_keras"}
    of_makers |= {"sphinx", "docutils", "myst_nb", "furo", "latex2mathml", "sphinx_revealjs"}
    of_the_book = {"book.py", "slides.py", "sphinx_run.py", "mathml.py"}
    sources = [path for path in (CHECKOUT / "ganlib").rglob("*.py") if path.name not in of_the_book]
    texts = {path.name: path.read_text(encoding="utf-8") for path in sources}
    for path in lessons.numbered(CHECKOUT / "notebooks"):
        cells = nbformat.read(path, nbformat.NO_CONVERT).cells
        texts[path.name] = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    for name, text in texts.items():
        imported = set(re.findall(r"^\s*(?:from|import) (\w+)", text, re.MULTILINE))
        assert not imported & of_makers, name


def test_everything_that_git_keeps_of_the_module_is_in_it(without_solutions):
    command = ["git", "ls-tree", "-r", "--name-only", "HEAD", "ganlib", "assets"]
    listed = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("this is no clone")
    kept = {name for name in listed.stdout.split() if not name.startswith(handout.SOLUTIONS)}
    assert kept - names(without_solutions[0]) == set()


def test_the_list_of_the_kit_is_what_git_keeps():
    if not (CHECKOUT / ".git").exists():
        pytest.skip("this is no clone")
    assert (CHECKOUT / kit.LIST).read_text(encoding="utf-8") == kit.current(), "run `python -m ganlib.course.kit`"


def test_without_solutions_there_is_no_solution(without_solutions):
    _, kit = without_solutions
    assert not (kit / handout.SOLUTIONS).exists()
    assert not (kit / handout.GUIDE).exists()
    for path in lessons.numbered(kit / "notebooks"):
        assert "<summary>Solution" not in path.read_text(encoding="utf-8")
        cells = nbformat.read(path, nbformat.NO_CONVERT).cells
        assert not [cell.id for cell in cells if "solution" in cell.metadata.get("tags", ())]


def test_a_solution_is_cut_out_whether_it_is_a_fold_or_a_cell():
    fold = "<details><summary>Solution</summary>\n\n42\n\n</details>"
    cells = [
        new_markdown_cell(f"Before.\n\n{fold}\n\nAfter.", id="fold"),
        new_markdown_cell(fold, id="only"),
        new_markdown_cell("<details><summary>Answer</summary>\n\nYes.\n\n</details>", id="answer"),
        new_code_cell("42", id="cell", metadata={"tags": ["solution"]}),
        new_code_cell("", id="empty"),
    ]
    lesson = small_lesson("00_one", *cells)
    handout.cut_solutions(lesson)
    assert [cell.id for cell in lesson.cells[3:]] == ["fold", "answer", "empty"]
    assert lesson.cells[3].source == "Before.\n\nAfter."
    assert "Yes." in lesson.cells[4].source


def test_a_link_to_a_lesson_that_is_left_out_becomes_plain_words(without_solutions):
    path, kit = without_solutions
    found = names(path)
    for page in [*kit.glob("*.md"), *kit.glob("notebooks/*")]:
        text = page.read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)\s#:]+)\)", text):
            assert handout.is_there(page.relative_to(kit).as_posix(), target, found), f"{page.name}: {target}"
    text = (kit / "README.md").read_text(encoding="utf-8")
    assert "[06 A GAN in Keras](notebooks/06_keras_gan.ipynb)" in text
    assert "| 07 Balance |" in text


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("[a](b.ipynb#part)", "[a](b.ipynb#part)"),
        ("[a](c.ipynb)", "a"),
        ("[a](../README.md)", "[a](../README.md)"),
        ("[a](../../x.md)", "a"),
        ("![a](gone.png)", "![a](gone.png)"),
        ("[a](https://example.org/x) and [b](#c)", "[a](https://example.org/x) and [b](#c)"),
    ],
)
def test_links_are_loosened(text, loose):
    assert handout.loosen(text, "notebooks/page.md", {"README.md", "notebooks/b.ipynb"}) == loose


# --- what is not in it ----------------------------------------------------------------------------------------------

PRIVATE = b"PRIVATE-7391"
AS_COMMITTED, AS_UNPACKED = "a clone", "an unpacked archive"


def git(folder, *arguments):
    who = ["-c", "user.name=Leader", "-c", "user.email=leader@example.org", "-c", "core.autocrlf=false"]
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


@pytest.fixture(params=[AS_COMMITTED, AS_UNPACKED])
def kind(request):
    if request.param == AS_COMMITTED and not shutil.which("git"):
        pytest.skip("git is not installed")
    return request.param


@pytest.fixture
def kept(kind, tmp_path):
    """The kit as a leader has it, with and without git, nothing changed."""
    checkout = tmp_path / "kit"
    for line in (CHECKOUT / kit.LIST).read_text(encoding="utf-8").splitlines():
        path = checkout / line.partition("\t")[0]
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / path.relative_to(checkout), path)
    if kind == AS_COMMITTED:
        git(checkout, "init", "-q")
        git(checkout, "add", "-A")
        git(checkout, "commit", "-q", "-m", "The kit")
    return checkout


def pack(checkout, words="05", **how):
    """Return the bytes of a hand-out and what is in it."""
    path = handout.pack(checkout.parent / "stick", words, checkout=checkout, **how)
    with zipfile.ZipFile(path) as file:
        return path.read_bytes(), {name: file.read(name) for name in file.namelist()}


def plant(folder, outside):
    """Put one of everything that a leader may have into a folder."""
    outside.mkdir(exist_ok=True)
    (outside / "page.html").write_bytes(PRIVATE)
    lesson = small_lesson("13_my_exam", new_code_cell(PRIVATE.decode(), id="work"))
    nbformat.write(lesson, folder / "13_my_exam.ipynb")
    for name in (
        "students.xlsx",
        "notes.md",
        "private.txt",
        "module.py",
        "old.py.bak",
        ".env",
        "weights.h5",
        "no_suffix",
    ):
        (folder / name).write_bytes(PRIVATE)
    for name in ("runs", "__pycache__", ".hidden", "private"):
        (folder / name).mkdir(exist_ok=True)
        (folder / name / "more.py").write_bytes(PRIVATE)
    (folder / "link.py").symlink_to(outside / "page.html")
    (folder / "linked").symlink_to(outside, target_is_directory=True)


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_nothing_that_lies_in_the_kit_by_chance_leaves_it(kept):
    before, _ = pack(kept, words="")
    folders = [kept, *(path for path in kept.rglob("*") if path.is_dir() and ".git" not in path.parts)]
    assert len(folders) > 15
    for folder in folders:
        plant(folder, kept.parent / "outside")
    after, found = pack(kept, words="")
    assert not [name for name, content in found.items() if PRIVATE in content]
    assert after == before


@pytest.mark.skipif(sys.platform == "win32", reason="links need a right there")
def test_a_link_in_place_of_a_file_or_folder_of_the_kit_is_not_followed(kept, kind):
    outside = kept.parent / "outside"
    outside.mkdir()
    (outside / "page.html").write_bytes(PRIVATE)
    for path in (kept / "assets" / "data" / "README.md", kept / "ganlib" / "course" / "lessons.py", kept / "LICENSE"):
        path.unlink()
        path.symlink_to(outside / "page.html")
    shutil.rmtree(kept / "assets" / "web")
    (kept / "assets" / "web").symlink_to(outside, target_is_directory=True)
    _, found = pack(kept)
    assert not [name for name, content in found.items() if PRIVATE in content]
    assert (f"{handout.NAME}/assets/web/page.html" in found) == (kind == AS_COMMITTED)


def test_a_link_that_was_committed_is_left_out(kept, kind):
    if kind != AS_COMMITTED or sys.platform == "win32":
        pytest.skip("about links in git")
    (kept.parent / "secret.txt").write_bytes(PRIVATE)
    (kept / "assets" / "secret.txt").symlink_to(kept.parent / "secret.txt")
    git(kept, "add", "-A")
    git(kept, "commit", "-q", "-m", "A link")
    assert f"{handout.NAME}/assets/secret.txt" not in pack(kept)[1]


def run_and_noted(path):
    """Change a lesson as running it does, with all that editors leave there."""
    lesson = nbformat.read(path, nbformat.NO_CONVERT)
    lesson.metadata |= {"path": PRIVATE.decode(), "kernelspec": {"name": PRIVATE.decode(), "display_name": "x"}}
    lesson.metadata["language_info"]["version"] = PRIVATE.decode()
    for number, cell in enumerate(lesson.cells):
        cell.metadata["editor"] = {"user": PRIVATE.decode()}
        if cell.cell_type == "code":
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text=PRIVATE.decode())]
        else:
            cell.attachments = {"left.png": {"image/png": PRIVATE.decode()}}
    nbformat.write(lesson, path)


def answered(path):
    """Change a lesson as somebody does who works through it."""
    lesson = nbformat.read(path, nbformat.NO_CONVERT)
    exercise = next(cell for cell in lesson.cells if "exercise" in cell.metadata.get("tags", ()))
    exercise.source += f"\nanswer = {PRIVATE.decode()!r}"
    lesson.cells.append(new_code_cell(PRIVATE.decode(), id="mine"))
    lesson.cells.append(new_markdown_cell(f"My notes: {PRIVATE.decode()}", id="notes"))
    nbformat.write(lesson, path)


@pytest.mark.parametrize("solutions", [True, False])
def test_a_lesson_that_was_run_leaves_as_it_came(kept, solutions):
    before, _ = pack(kept, words="05-06", solutions=solutions)
    for path in lessons.numbered(kept / "notebooks"):
        run_and_noted(path)
    assert pack(kept, words="05-06", solutions=solutions)[0] == before


def test_answers_that_were_written_into_a_lesson_do_not_leave_without_solutions(kept, kind, capsys):
    before, _ = pack(kept, words="05-06", solutions=False)
    answered(kept / "notebooks" / "06_keras_gan.ipynb")
    if kind == AS_COMMITTED:
        assert pack(kept, words="05-06", solutions=False)[0] == before
        assert "your changes in notebooks/06_keras_gan.ipynb are not in it" in capsys.readouterr().err
    else:
        with pytest.raises(handout.HandoutError, match=r"06_keras_gan\.ipynb is not as it came.*answers were written"):
            pack(kept, words="05-06", solutions=False)
        assert any(PRIVATE in content for content in pack(kept, words="05-06")[1].values())
        assert pack(kept, solutions=False)


def test_a_leaders_own_lesson_goes_in_once_it_is_committed(kept, kind):
    plant_lesson = small_lesson("13_more", new_code_cell("1 + 1", id="work"))
    nbformat.write(plant_lesson, kept / "notebooks" / "13_more.ipynb")
    with pytest.raises(handout.HandoutError, match=r"13_more\.ipynb does not belong to the kit: .*git commit"):
        pack(kept, words="13")
    if kind == AS_COMMITTED:
        git(kept, "add", "-A")
        git(kept, "commit", "-q", "-m", "A lesson")
    else:
        with (kept / kit.LIST).open("a", encoding="utf-8") as file:
            file.write("notebooks/13_more.ipynb\n")
    assert f"{handout.NAME}/notebooks/13_more.ipynb" in pack(kept, words="13")[1]


def test_a_hand_out_of_a_hand_out_is_the_same(kept):
    before, _ = pack(kept, words="05-06", solutions=False)
    unpacked = unpack(kept.parent / "stick" / f"{handout.NAME}.zip", kept.parent / "other")
    assert pack(unpacked, words="05-06", solutions=False)[0] == before


def test_a_kit_within_somebody_elses_repository_is_no_clone(kept, kind):
    if kind == AS_COMMITTED or not shutil.which("git"):
        pytest.skip("about a kit without git of its own")
    before, _ = pack(kept)
    (kept.parent / "diary.txt").write_bytes(PRIVATE)
    (kept / "assets" / "diary.txt").write_bytes(PRIVATE)
    git(kept.parent, "init", "-q")
    git(kept.parent, "add", "-A")
    git(kept.parent, "commit", "-q", "-m", "Everything")
    assert pack(kept)[0] == before


def test_without_git_and_without_a_list_there_is_no_hand_out(kept):
    (kept / kit.LIST).unlink()
    shutil.rmtree(kept / ".git", ignore_errors=True)
    with pytest.raises(
        kit.KitError, match=r"^Nothing shows which.*Install git and clone the kit, or unpack it again\.$"
    ):
        pack(kept)


def test_a_clone_whose_git_is_missing_is_packed_by_the_list(kept, monkeypatch):
    before, _ = pack(kept, solutions=False)
    monkeypatch.setenv("PATH", "")
    assert pack(kept, solutions=False)[0] == before


@pytest.mark.parametrize("content", ["", "[]", "{", '{"cells": 5, "nbformat": 4, "nbformat_minor": 5}'])
def test_a_damaged_lesson_is_one_sentence(kept, kind, content):
    (kept / "notebooks" / "05_adversarial_game.ipynb").write_text(content)
    if kind == AS_COMMITTED:
        git(kept, "commit", "-q", "-a", "-m", "Damage")
    with pytest.raises(handout.HandoutError, match=r"05_adversarial_game\.ipynb is damaged"):
        pack(kept)


# --- how it is packed -----------------------------------------------------------------------------------------------


def test_the_same_kit_gives_the_same_bytes_whenever_it_is_packed(kept):
    before, _ = pack(kept)
    for path in kept.rglob("*"):
        if ".git" not in path.parts:
            os.utime(path, (1e9, 1e9))
            path.chmod(0o700 if path.is_dir() else 0o600)
    assert pack(kept)[0] == before
    with zipfile.ZipFile(kept.parent / "stick" / f"{handout.NAME}.zip") as file:
        assert {entry.date_time for entry in file.infolist()} == {handout.ALWAYS}  # two packings may share a second


def test_everybody_can_read_what_is_unpacked(kept):
    pack(kept)
    with zipfile.ZipFile(kept.parent / "stick" / f"{handout.NAME}.zip") as file:
        modes = {entry.filename: entry.external_attr >> 16 for entry in file.infolist()}
    folders = {name: mode for name, mode in modes.items() if name.endswith("/")}
    assert {f"{handout.NAME}/", f"{handout.NAME}/ganlib/course/", f"{handout.NAME}/assets/data/"} <= set(folders)
    assert set(folders.values()) == {0o40755}
    assert {mode for name, mode in modes.items() if name not in folders} == {0o100644}


@pytest.mark.skipif(sys.platform == "win32", reason="no such modes there")
def test_what_can_be_executed_stays_so(kept, kind):
    path = kept / "ganlib" / "__main__.py"
    path.chmod(0o755)
    if kind == AS_COMMITTED:
        git(kept, "commit", "-q", "-a", "-m", "Execute")
    pack(kept)
    with zipfile.ZipFile(kept.parent / "stick" / f"{handout.NAME}.zip") as file:
        assert file.getinfo(f"{handout.NAME}/ganlib/__main__.py").external_attr >> 16 == 0o100755


# --- what is refused ------------------------------------------------------------------------------------------------


@pytest.fixture
def whole(tmp_path):
    """A checkout with two lessons and all that a hand-out needs."""
    checkout = make_checkout(tmp_path)
    (checkout / "ganlib").mkdir()
    for name in handout.NEEDED:
        (checkout / "assets" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(CHECKOUT / "assets" / name, checkout / "assets" / name)
    return list_all(checkout)


def list_all(checkout):
    """Write the list of the kit's files, of all that lie there now."""
    files = {path.relative_to(checkout).as_posix(): path for path in checkout.rglob("*") if path.is_file()}
    (checkout / kit.LIST).parent.mkdir(parents=True, exist_ok=True)
    text = kit.listing({name: path.read_bytes() for name, path in files.items()})
    (checkout / kit.LIST).write_text(text, encoding="utf-8")
    return checkout


@pytest.mark.parametrize("name", handout.NEEDED)
def test_a_hand_out_without_a_file_that_lessons_read_is_refused(whole, tmp_path, name):
    (whole / "assets" / name).unlink()
    with pytest.raises(handout.HandoutError, match=f"{name} is missing.*git checkout"):
        handout.pack(tmp_path / "stick", checkout=whole)
    assert not (tmp_path / "stick").exists()


def test_a_hand_out_with_a_pointer_in_place_of_the_data_is_refused(whole, tmp_path):
    (whole / "assets" / "data" / "mnist.npz").write_text("version https://git-lfs.github.com/spec/v1\n")
    with pytest.raises(handout.HandoutError, match="only a pointer"):
        handout.pack(tmp_path / "stick", checkout=whole)


def test_the_command_refuses_in_one_sentence(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    assert commands.main(["handout", "--out", str(tmp_path), "--lessons", "77"]) == 2
    assert capsys.readouterr().err.startswith("There is no lesson 77")
    assert commands.main(["handout", "--out", str(tmp_path), "--with-wheels", "amiga-3.12"]) == 2
    assert "no wheels for 'amiga-3.12'" in capsys.readouterr().err
    (tmp_path / "file").touch()
    assert commands.main(["handout", "--out", str(tmp_path / "file" / "x"), "--lessons", "00"]) == 2
    assert "could not be written" in capsys.readouterr().err
    assert not list(tmp_path.glob("*.zip"))


# --- with the network cable pulled out ------------------------------------------------------------------------------


@pytest.fixture
def offline(tmp_path):
    """Environment variables with which no Python reaches another computer, and nothing of this checkout is found."""
    plug = tmp_path / "plug"
    plug.mkdir()
    (plug / "sitecustomize.py").write_text(PLUG_PULLED, encoding="utf-8")
    unwanted = ("UV_", "PIP_", "GANLIB_", "PYTHONPATH")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return variables | {"PYTHONPATH": str(plug), "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def test_the_plug_is_pulled(offline):
    code = "import urllib.request as u; u.urlopen('http://192.0.2.1/', timeout=5)"
    run = subprocess.run([sys.executable, "-c", code], env=offline, capture_output=True, text=True)
    assert "the network cable is pulled out" in run.stderr


def test_lesson_06_runs_in_an_unpacked_hand_out_without_a_network(without_solutions, offline, tmp_path):
    """As far as the figures of what was trained and judged; most of what follows trains again, which takes long."""
    _, kit = without_solutions
    path = kit / "notebooks" / "06_keras_gan.ipynb"
    lesson = nbformat.read(path, nbformat.NO_CONVERT)
    lesson.cells = lesson.cells[: [cell.id for cell in lesson.cells].index("histogram") + 1]
    nbformat.write(lesson, path)
    command = [sys.executable, "-m", "ganlib", "timings", "--speed", "smoke", "--lessons", "06"]
    keep = ["--keep", str(tmp_path / "executed")]
    run = subprocess.run([*command, *keep], cwd=kit, env=offline, capture_output=True, text=True)
    assert run.returncode == 0, run.stdout + run.stderr
    executed = nbformat.read(tmp_path / "executed" / "smoke" / "06_keras_gan.ipynb", nbformat.NO_CONVERT)
    pictures = [cell.id for cell in executed.cells if "<img " in json.dumps(cell.get("outputs", ""))]
    assert len(pictures) >= 12
    assert "06_keras_gan" in json.loads((kit / "assets" / "timings.json").read_text(encoding="utf-8"))


# --- wheels ---------------------------------------------------------------------------------------------------------


def make_wheel(folder, name, version="1.0"):
    """Write a wheel with one module of one line."""
    folder.mkdir(exist_ok=True)
    info = f"{name}-{version}.dist-info"
    files = {
        f"{name}.py": f"VERSION = {version!r}\n",
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/RECORD": "",
    }
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)


@pytest.fixture
def tiny(whole, tmp_path, monkeypatch):
    """A checkout that needs two tiny packages, which pip finds in a folder and nowhere else."""
    (whole / "requirements.txt").write_text("tiny_one>=1\ntiny_two>=2\n", encoding="utf-8")
    shutil.copy(CHECKOUT / "pyproject.toml", whole)
    for source in (CHECKOUT / "ganlib").glob("*.py"):
        shutil.copy(source, whole / "ganlib")
    shutil.copytree(CHECKOUT / "ganlib" / "setup", whole / "ganlib" / "setup", dirs_exist_ok=True)
    make_wheel(tmp_path / "index", "tiny_one")
    make_wheel(tmp_path / "index", "tiny_two", "2.5")
    for name in [name for name in os.environ if name.startswith(("PIP_", "UV_"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "index"))
    return list_all(whole)


def test_a_hand_out_with_wheels_sets_itself_up_without_a_network(tiny, offline, tmp_path):
    path = handout.pack(tmp_path / "stick", targets=[HERE], checkout=tiny)
    assert {"wheels/tiny_one-1.0-py3-none-any.whl", "wheels/targets.txt"} <= names(path)
    kit = unpack(path, tmp_path)
    run = subprocess.run(
        [sys.executable, "-m", "ganlib", "doctor"], cwd=kit, env=offline, capture_output=True, text=True
    )
    assert "[ OK ] tiny_one 1.0" in run.stdout, run.stdout + run.stderr
    assert "[ OK ] tiny_two 2.5" in run.stdout
    assert str(kit / ".venv") in run.stdout


def test_wheels_that_cannot_be_had_are_one_sentence(tiny, tmp_path):
    (tiny / "requirements.txt").write_text("tiny_three>=1\n", encoding="utf-8")
    with pytest.raises(environment.SetupError, match="could not be downloaded"):
        handout.pack(tmp_path / "stick", targets=[HERE], checkout=tiny)
    assert not (tmp_path / "stick").exists()


def test_a_kind_of_computer_without_wheels_is_left_out_and_the_others_are_kept(tiny, tmp_path, capfd, monkeypatch):
    other = next(name for name in ("windows-3.13", "macos-3.11") if name != HERE)
    monkeypatch.setattr(
        packages, "resolve", lambda *given: packages._run([sys.executable, "-c", "raise SystemExit(1)"])
    )
    real = packages._run
    monkeypatch.setattr(packages, "_run", lambda command: None if command[-1] == "uv" else real(command))
    path = handout.pack(tmp_path / "stick", targets=[other, HERE], checkout=tiny)
    assert "wheels/tiny_one-1.0-py3-none-any.whl" in names(path)
    with zipfile.ZipFile(path) as packed:
        assert packed.read(f"{handout.NAME}/wheels/targets.txt").decode() == f"{HERE}\n"
    assert f"{other} is left out: its wheels could not be downloaded" in capfd.readouterr().err


def test_every_package_has_a_wheel_for_every_kind_of_computer(tmp_path):
    """What the guide tells leaders to type must work, whatever version constraints.txt was renewed to."""
    python = packages._fresh_python(tmp_path)
    got = subprocess.run([python, "-m", "pip", "install", "-q", "uv"], capture_output=True, text=True)
    if got.returncode and not os.environ.get("CI"):
        pytest.skip("uv cannot be had here")
    assert got.returncode == 0, got.stderr
    with ThreadPool(4) as pool:
        pool.map(lambda name: packages.resolve(python, name, tmp_path / f"{name}.txt"), packages.TARGETS)
    for name in packages.TARGETS:
        assert "tensorflow==" in (tmp_path / f"{name}.txt").read_text(encoding="utf-8"), name


def test_wheels_for_another_computer_are_chosen_by_its_conditions_and_not_by_ours(monkeypatch, tmp_path):
    calls = []
    monkeypatch.setattr(packages, "_run", calls.append)
    other = next(name for name in ("windows-3.13", "macos-3.11") if name != HERE)
    files = packages.fetch([other], tmp_path, CHECKOUT)
    compiling, downloading = calls[-2:]
    system, version = other.rsplit("-", 1)
    assert [compiling[i + 1] for i, word in enumerate(compiling) if word == "--python-platform"] == [
        packages.PLATFORMS[system][0]
    ]
    assert compiling[compiling.index("--python-version") + 1] == version
    assert "--no-deps" in downloading
    assert downloading[downloading.index("--platform") + 1] in packages.PLATFORMS[system][1]
    assert files["wheels/targets.txt"].read_text(encoding="utf-8") == f"{other}\n"


def test_wheels_can_be_had_for_every_computer_that_tensorflow_has_wheels_for():
    assert set(packages.PLATFORMS) == set(wheels.COMPUTERS.values())
