"""What GitHub reads: workflows that run what exists, with no more rights and no longer than they need; issue forms."""

import itertools
import os
import re
import shlex
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml

from ganlib import commands
from ganlib.course.packages import PYTHONS, TARGETS
from ganlib.setup import environment

CHECKOUT = Path(__file__).resolve().parent.parent
GITHUB = CHECKOUT / ".github"
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text("utf-8")) for path in sorted(GITHUB.glob("workflows/*"))}
JOBS = [(flow, name, job) for flow, read in WORKFLOWS.items() for name, job in read["jobs"].items()]
FORMS = [path for path in sorted(GITHUB.glob("ISSUE_TEMPLATE/*.yml")) if path.stem != "config"]
READ = {"contents": "read"}
MORE = {
    ("book", "deploy"): {"pages": "write", "id-token": "write"},
    ("release", "publish"): {"contents": "write"},
}  # the jobs that may write; neither runs anything that pip installs


class Reached(Exception):
    """Raised where a command has read its options and begins its work."""


def lines(job):
    """Return what a job types, a line each, once for every combination of its matrix."""
    matrix = {name: some for name, some in job.get("strategy", {}).get("matrix", {}).items() if name != "exclude"}
    typed = "\n".join(step["run"] for step in job["steps"] if "run" in step)
    for values in itertools.product(*matrix.values()):
        text = typed
        for name, value in zip(matrix, values, strict=True):
            text = text.replace(f"${{{{ matrix.{name} }}}}", value)
        yield from text.splitlines()


def test_every_action_is_pinned_to_a_commit_and_says_which_version_that_is():
    for path in GITHUB.glob("workflows/*"):
        used = re.findall(r"\buses: *(.+)", path.read_text(encoding="utf-8"))
        assert used
        for one in used:
            assert re.fullmatch(r"[\w.-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", one), f"{path.name}: {one}"


def test_an_action_has_one_version_in_all_workflows():
    used = {step["uses"] for _, _, job in JOBS for step in job["steps"] if "uses" in step}
    assert len(used) == len({one.split("@")[0] for one in used})


@pytest.mark.parametrize(("flow", "name", "job"), JOBS, ids=[f"{flow}-{name}" for flow, name, _ in JOBS])
def test_a_job_has_a_time_limit_and_no_right_that_it_does_not_need(flow, name, job):
    assert WORKFLOWS[flow]["permissions"] == READ
    assert WORKFLOWS[flow]["concurrency"]["group"]
    assert job["timeout-minutes"] <= 150
    assert job.get("permissions", READ) == MORE.get((flow, name), READ)
    if (flow, name) in MORE:
        assert not [line for line in lines(job) if re.search(r"\b(pip|python)\b", line)]
    for step in job["steps"]:
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@pytest.mark.parametrize(("flow", "name", "job"), JOBS, ids=[f"{flow}-{name}" for flow, name, _ in JOBS])
def test_what_a_job_types_exists(flow, name, job, monkeypatch):
    def stand(arguments):
        raise Reached

    monkeypatch.setattr(environment, "stand", stand)
    for line in lines(job):
        for command in re.findall(r"python -m ganlib ([^&|;]+)", line):
            with pytest.raises(Reached):  # and not the SystemExit of a parser
                commands.main(shlex.split(command))
        if line.startswith("."):
            assert (CHECKOUT / line.split()[0]).is_file()
            assert os.access(CHECKOUT / line.split()[0], os.X_OK) or os.name == "nt"
    for step in job["steps"]:
        if cached := step.get("with", {}).get("cache-dependency-path"):
            assert (CHECKOUT / cached).is_file()


def test_the_tests_run_on_every_system_and_every_python():
    jobs = WORKFLOWS["test"]["jobs"]
    matrix = jobs["suite"]["strategy"]["matrix"]
    assert set(matrix["system"]) == {"ubuntu-latest", "windows-latest", "macos-latest"}
    assert matrix["python"] == PYTHONS
    set_up = next(step for step in jobs["ci"]["steps"] if "setup-python" in step.get("uses", ""))
    assert matrix["exclude"] == [{"system": "ubuntu-latest", "python": set_up["with"]["python-version"]}]
    assert ".ci/run" in lines(jobs["ci"])
    assert "python -m ganlib test" in lines(jobs["suite"])


def test_a_release_has_a_hand_out_for_computers_that_there_are():
    computers = WORKFLOWS["release"]["jobs"]["handout"]["strategy"]["matrix"]["computer"]
    assert set(computers) <= set(TARGETS)
    assert {name.split("-")[0] for name in computers} == {"windows", "macos", "linux"}
    assert set(WORKFLOWS["release"]["jobs"]["publish"]["needs"]) == set(WORKFLOWS["release"]["jobs"]) - {"publish"}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_for_something_and_for_each_thing_once(path):
    form = yaml.safe_load(path.read_text(encoding="utf-8"))
    assert form["name"]
    assert form["description"]
    questions = [part for part in form["body"] if part["type"] != "markdown"]
    assert all(part["attributes"]["label"] for part in questions)
    assert any(part.get("validations", {}).get("required") for part in questions)
    names = [part["id"] for part in questions]
    assert len(names) == len(set(names))


def test_who_reports_a_failure_is_asked_what_the_doctor_says():
    text = (GITHUB / "ISSUE_TEMPLATE" / "not_working.yml").read_text(encoding="utf-8")
    assert "python -m ganlib doctor" in text
    assert "doctor" in commands.COMMANDS


# --- the package ----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The package as a release has it, made from its source distribution and unpacked; most assets are left out."""
    folder = tmp_path_factory.mktemp("package")
    names = [f"assets/{name}" for name in ("timings.json", "data/README.md")]
    names += ["README.md", "LICENSE", "pyproject.toml", "setup.py", "MANIFEST.in", "requirements.txt"]
    found = [path for part in ("ganlib", "notebooks") for path in (CHECKOUT / part).rglob("*.*")]
    for path in (*(CHECKOUT / name for name in names), *found):
        if path.is_file() and "__pycache__" not in path.parts:
            copy = folder / "kit" / path.relative_to(CHECKOUT)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(path.read_bytes())
    build(folder / "kit", "sdist", folder)
    (sdist,) = folder.glob("*.tar.gz")
    subprocess.run([sys.executable, "-m", "tarfile", "-e", str(sdist), str(folder / "sdist")], check=True)
    build(next((folder / "sdist").iterdir()), "wheel", folder)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as wheel:
        wheel.extractall(folder / "installed")
    return folder / "installed"


def build(source, what, out):
    code = f"from setuptools.build_meta import build_{what}; build_{what}({str(out)!r})"
    made = subprocess.run([sys.executable, "-c", code], cwd=source, capture_output=True, text=True)
    assert made.returncode == 0, made.stdout + made.stderr


def run(installed, *arguments):
    """Run a Python that finds this package and, for what it needs, the packages of the tests."""
    variables = {**os.environ, "PYTHONPATH": str(installed)}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=installed.parent, env=variables, capture_output=True, text=True)


def test_a_package_from_a_source_distribution_has_every_lesson_for_sweeps(installed):
    lessons = {path.name for path in (CHECKOUT / "notebooks").glob("[0-9]*.ipynb")}
    assert {path.name for path in (installed / "ganlib" / "notebooks").iterdir()} == lessons
    assert (installed / "ganlib" / "assets" / "timings.json").is_file()
    done = run(installed, "-c", "from ganlib.paths import LESSONS; print(LESSONS)")
    assert done.stdout.strip() == str((installed / "ganlib" / "notebooks").resolve()), done.stderr


@pytest.mark.parametrize("command", ["timings", "handout --out x"])
def test_an_installed_package_says_what_needs_the_whole_kit(installed, command):
    done = run(installed, "-m", "ganlib", *command.split())
    assert done.returncode == 1
    assert "get the whole repository" in done.stderr
    assert len(done.stderr.splitlines()) == 1
