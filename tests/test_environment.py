"""The set-up: what is installed where, what is recognised, what is repaired, and what is said when it cannot be."""

import importlib.metadata
import json
import os
import re
import shutil
import signal
import stat
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

from ganlib.setup import environment

CHECKOUT = Path(__file__).resolve().parent.parent
HERE = sys.version_info[:2]
CARD = environment.Card("NVIDIA T4", "15360 MiB", "550.54.15")


class Became(Exception):
    """Raised in place of going on as another program."""


class Programs:
    """Stands in for `subprocess.run`: makes what `venv`, pip and uv would make, and remembers the calls."""

    def __init__(self):
        self.calls = []
        self.fails = None

    def __call__(self, command, **_):
        name = next(word for word in ("ensurepip", "venv", "pip") if word in command)
        self.calls.append((name, [str(word) for word in command]))
        if name == self.fails or (self.fails == "-c" and "-c" in command):
            return SimpleNamespace(returncode=23)
        if name == "venv":
            self._make_venv(Path(command[-1]), "--without-pip" not in command)
        elif name == "pip":
            self._install(Path(command[command.index("-r") + 1]))
        return SimpleNamespace(returncode=0)

    @property
    def names(self):
        return [name for name, _ in self.calls]

    def _make_venv(self, venv, with_pip):
        environment.venv_python(venv).parent.mkdir(parents=True)
        environment.venv_python(venv).touch()
        site = environment.site_packages(venv, HERE)
        site.mkdir(parents=True)
        (venv / "pyvenv.cfg").write_text(f"home = x\nversion = {HERE[0]}.{HERE[1]}.0\n")
        if with_pip:
            add_package(site, "pip", "24.0")

    def _install(self, requirements):
        site = environment.site_packages(requirements.parent / ".venv", HERE)
        for name, bounds in environment.parse_requirements(requirements.read_text().splitlines()).items():
            add_package(site, name, re.search(r"[\d.]+", bounds)[0])


def add_package(site, name, version):
    folder = site / f"{name.replace('-', '_')}-{version}.dist-info"
    folder.mkdir(exist_ok=True)
    (folder / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")


@pytest.fixture
def programs(monkeypatch):
    """Fake programs on a 64-bit Linux with neither uv nor an NVIDIA card."""
    fake = Programs()
    monkeypatch.setattr(environment.subprocess, "run", fake)
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    monkeypatch.setattr(environment.platform, "system", lambda: "Linux")
    monkeypatch.setattr(environment.platform, "machine", lambda: "x86_64")
    monkeypatch.setattr(environment, "nvidia_cards", lambda: [])
    for name in ("PIP_CONSTRAINT", "UV_CONSTRAINT", environment.VERSIONS):
        monkeypatch.delenv(name, raising=False)
    return fake


@pytest.fixture
def became(monkeypatch):
    def become(command, variables):
        raise Became(command, variables)

    monkeypatch.setattr(environment, "become", become)


@pytest.fixture
def with_uv(monkeypatch):
    monkeypatch.setattr(environment.shutil, "which", lambda name: "/opt/uv" if name == "uv" else None)


def stand_elsewhere(kit, arguments=("lab",)):
    """Call `stand` and return the Python and the variables that it goes on with."""
    with pytest.raises(Became) as caught:
        environment.stand(list(arguments), kit)
    command, variables = caught.value.args
    assert command[1:] == ["-m", "ganlib", *arguments]
    return command[0], variables


# --- requirements ---------------------------------------------------------------------------------------------------


def test_requirements_are_read_with_comments_spaces_and_extras_left_out():
    lines = ["# why", "", "tensorflow>=2.21,<2.22", "nbval >= 0.11  # lessons", "tqdm", 'onnx>=1; extra == "export"']
    assert environment.parse_requirements(lines) == {"tensorflow": ">=2.21,<2.22", "nbval": ">=0.11", "tqdm": ""}


@pytest.mark.parametrize("line", ["https://x/y.whl", "-r other.txt", "a>=1; sys_platform == 'win32'", "a~=1.2", "a[b]"])
def test_a_requirement_of_another_form_is_refused_with_the_right_one(line):
    with pytest.raises(ValueError, match=r"not of the form name>=1\.2,<3"):
        environment.parse_requirements([line])


def test_every_line_of_the_real_requirements_can_be_read():
    names = environment.requirements_of(CHECKOUT)
    assert {"tensorflow", "keras", "numpy", "jupyterlab", "nbval", "pytest", "ruff"} <= names.keys()


@pytest.mark.parametrize(
    ("version", "bounds", "fits"),
    [
        ("2.21.0", ">=2.21,<2.22", True),
        ("2.21", ">=2.21.0", True),
        ("2.22.0", ">=2.21,<2.22", False),
        ("2.9.9", ">=2.21", False),
        ("10.0", ">=9.5", True),
        ("3.0.0rc1", "<3", False),
        ("1.26.4+cpu", "==1.26.4", True),
        ("8.0", ">8", False),
        ("8.0", "!=8", False),
        ("0.1", "", True),
    ],
)
def test_versions_are_compared_as_numbers(version, bounds, fits):
    assert environment.satisfies(version, bounds) is fits


def test_a_package_counts_as_missing_if_absent_too_old_or_half_installed(tmp_path):
    add_package(tmp_path, "Good_One", "1.5")
    add_package(tmp_path, "old", "1.0")
    (tmp_path / "half-2.0.dist-info").mkdir()
    wanted = {"good-one": ">=1.5", "old": ">=1.5", "half": ">=1", "absent": ""}
    assert environment.missing(wanted, tmp_path) == ["old", "half", "absent"]


def test_the_constraints_pin_a_fitting_version_of_every_requirement():
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line.split(";")[0].strip().split("==") for line in lines if "==" in line and not line.startswith("#")]
    for name, bounds in environment.requirements_of(CHECKOUT).items():
        versions = [version for pinned, version in pins if pinned == name]
        assert versions, f"{name} is not pinned"
        assert all(environment.satisfies(version, bounds) for version in versions)


SYSTEMS = [("linux", "posix"), ("darwin", "posix"), ("win32", "nt")]


@pytest.mark.parametrize(("system", "os_name"), SYSTEMS)
@pytest.mark.parametrize("python", ["3.11", "3.12", "3.13"])
def test_the_constraints_name_one_version_of_each_package_on_every_system_and_python(system, os_name, python):
    here = {"sys_platform": system, "os_name": os_name, "python_version": python, "python_full_version": f"{python}.9"}
    lines = (CHECKOUT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    chosen = [pin.name for pin in pins if pin.marker is None or pin.marker.evaluate(here)]
    assert len(set(chosen)) == len(chosen)
    assert environment.requirements_of(CHECKOUT).keys() <= set(chosen)


# --- computers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "machine"), [("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64"), ("Windows", "AMD64")]
)
def test_a_computer_that_tensorflow_is_built_for_has_no_problem(system, machine):
    assert environment.platform_problem(system, machine, "CPython", is_64_bit=True) is None


@pytest.mark.parametrize(
    ("system", "machine", "implementation", "is_64_bit", "says"),
    [
        ("Darwin", "x86_64", "CPython", True, "Macs with an Intel processor"),
        ("Windows", "ARM64", "CPython", True, "no build for Windows on ARM64"),
        ("Linux", "riscv64", "CPython", True, "no build for Linux on riscv64"),
        ("Windows", "AMD64", "CPython", False, "this is a 32-bit CPython"),
        ("Linux", "x86_64", "PyPy", True, "this is a 64-bit PyPy"),
    ],
)
def test_a_computer_without_tensorflow_gets_one_sentence(system, machine, implementation, is_64_bit, says):
    problem = environment.platform_problem(system, machine, implementation, is_64_bit)
    assert says in problem
    assert problem.count(". ") == 0


def test_an_intel_mac_is_told_before_anything_is_made(kit, programs, monkeypatch):
    monkeypatch.setattr(environment.platform, "system", lambda: "Darwin")
    with pytest.raises(environment.SetupError, match="Intel processor"):
        environment.stand(["lab"], kit)
    assert not (kit / ".venv").exists()
    assert programs.calls == []


def nvidia_smi(monkeypatch, answer):
    monkeypatch.setattr(environment.shutil, "which", lambda name: "/usr/bin/nvidia-smi")
    monkeypatch.setattr(environment.subprocess, "run", answer)


def test_nvidia_cards_are_what_nvidia_smi_lists(monkeypatch):
    text = "NVIDIA T4, 15360 MiB, 550.54.15\nNVIDIA A100, 40960 MiB, 550.54.15\n"
    nvidia_smi(monkeypatch, lambda *_, **__: SimpleNamespace(returncode=0, stdout=text))
    assert environment.nvidia_cards() == [CARD, environment.Card("NVIDIA A100", "40960 MiB", "550.54.15")]


def raise_timeout(*_, **__):
    raise subprocess.TimeoutExpired("nvidia-smi", 30)


@pytest.mark.parametrize(
    "answer",
    [
        lambda *_, **__: SimpleNamespace(returncode=9, stdout="NVIDIA-SMI has failed, because, of the driver\n"),
        lambda *_, **__: SimpleNamespace(returncode=0, stdout="No devices were found\n"),
        raise_timeout,
    ],
    ids=["no driver", "no card", "hangs"],
)
def test_an_nvidia_smi_that_fails_is_no_card(monkeypatch, answer):
    nvidia_smi(monkeypatch, answer)
    assert environment.nvidia_cards() == []


def test_without_nvidia_smi_nothing_is_asked(monkeypatch):
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    monkeypatch.setattr(environment.subprocess, "run", lambda *_, **__: pytest.fail("asked"))
    assert environment.nvidia_cards() == []


# --- making .venv ---------------------------------------------------------------------------------------------------


def test_a_python_that_has_everything_is_used_as_it_is(kit, programs, became):
    (kit / "requirements.txt").write_text("pytest>=8\n")
    environment.stand(["lab"], kit)
    assert programs.calls == []
    assert not (kit / ".venv").exists()


def test_the_first_call_makes_an_environment_and_goes_on_in_it(kit, programs, became):
    python, variables = stand_elsewhere(kit, ["test", "-x"])
    assert python == str(environment.venv_python(kit / ".venv"))
    assert variables["PYTHONPATH"].split(os.pathsep)[0] == str(kit)
    assert programs.names == ["venv", "pip"]
    assert programs.calls[1][1][0] == python
    assert programs.calls[1][1][-2:] == ["-r", str(kit / "requirements.txt")]


def test_the_second_call_installs_nothing(kit, programs, became):
    first = stand_elsewhere(kit)
    programs.calls.clear()
    assert stand_elsewhere(kit) == first
    assert programs.calls == []


def test_uv_installs_when_it_is_on_the_path(kit, programs, became, with_uv):
    python, _ = stand_elsewhere(kit)
    assert "--without-pip" in programs.calls[0][1]
    assert programs.calls[1][1][:5] == ["/opt/uv", "pip", "install", "--python", python]


def test_pip_is_added_to_an_environment_that_uv_had_filled(kit, programs, became, with_uv, monkeypatch):
    stand_elsewhere(kit)
    (kit / "requirements.txt").write_text("other>=2\n")
    monkeypatch.setattr(environment.shutil, "which", lambda name: None)
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.names == ["ensurepip", "pip"]


@pytest.mark.parametrize(("machine", "cuda"), [("x86_64", True), ("aarch64", False)])
def test_cuda_comes_with_tensorflow_where_a_card_answers_and_wheels_exist(
    kit, programs, became, monkeypatch, machine, cuda
):
    monkeypatch.setattr(environment, "nvidia_cards", lambda: [CARD])
    monkeypatch.setattr(environment.platform, "machine", lambda: machine)
    stand_elsewhere(kit)
    assert ("tensorflow[and-cuda]" in programs.calls[1][1]) is cuda


def test_a_card_that_appears_later_brings_cuda_and_one_that_goes_takes_nothing_away(kit, programs, became, monkeypatch):
    stand_elsewhere(kit)
    monkeypatch.setattr(environment, "nvidia_cards", lambda: [CARD])
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.calls[-1][1][-1] == "tensorflow[and-cuda]"
    monkeypatch.setattr(environment, "nvidia_cards", lambda: [])
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.calls == []
    (kit / "requirements.txt").write_text("no-such-package-here>=1.6,<2\n")
    stand_elsewhere(kit)
    assert programs.calls[-1][1][-1] == "tensorflow[and-cuda]"


def test_changed_requirements_are_installed_into_the_same_environment(kit, programs, became):
    stand_elsewhere(kit)
    (kit / ".venv" / "kept").touch()
    (kit / "requirements.txt").write_text("no-such-package-here>=1.6,<2\n")
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.names == ["pip"]
    assert (kit / ".venv" / "kept").exists()


def test_other_constraints_are_other_requirements(kit, programs, became, monkeypatch, tmp_path):
    stand_elsewhere(kit)
    constraints = tmp_path / "constraints.txt"
    for text, expected in [("a==1", ["pip"]), ("a==1", []), ("a==2", ["pip"])]:
        constraints.write_text(text)
        monkeypatch.setenv("PIP_CONSTRAINT", str(constraints))
        programs.calls.clear()
        stand_elsewhere(kit)
        assert programs.names == expected


@pytest.fixture
def tested(kit):
    """The exact versions that the tests of a kit ran with."""
    path = kit / "constraints.txt"
    path.write_text("no-such-package-here==1.5\n")
    return path


@pytest.mark.parametrize("uv", [None, "/opt/uv"])
def test_the_versions_that_were_tested_are_installed(kit, programs, became, tested, monkeypatch, uv):
    monkeypatch.setattr(environment.shutil, "which", lambda name: uv if name == "uv" else None)
    stand_elsewhere(kit)
    assert programs.calls[-1][1][-2:] == ["-c", str(tested)]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("GANLIB_VERSIONS", "newest"), ("PIP_CONSTRAINT", "mine.txt"), ("UV_CONSTRAINT", "mine.txt")],
)
def test_who_wants_other_versions_says_so_in_a_variable(kit, programs, became, tested, monkeypatch, variable, value):
    stand_elsewhere(kit)
    monkeypatch.setenv(variable, value)
    for expected in (["pip"], []):  # another choice is installed once
        programs.calls.clear()
        stand_elsewhere(kit)
        assert programs.names == expected
        assert not any("-c" in command for _, command in programs.calls)


def test_another_choice_of_versions_is_refused(kit, programs, tested, monkeypatch):
    monkeypatch.setenv("GANLIB_VERSIONS", "latest")
    with pytest.raises(environment.SetupError, match=r"^The environment .* must be tested or newest, not 'latest'\.$"):
        environment.stand(["lab"], kit)
    assert programs.calls == []


def test_other_tested_versions_are_installed_into_the_same_environment(kit, programs, became, tested):
    stand_elsewhere(kit)
    tested.write_text("no-such-package-here==1.5.1\n")
    for expected in (["pip"], []):
        programs.calls.clear()
        stand_elsewhere(kit)
        assert programs.names == expected


def test_where_the_tested_versions_cannot_be_had_the_newest_that_fit_come_and_that_is_said(
    kit, programs, became, tested, capsys
):
    programs.fails = "-c"
    stand_elsewhere(kit)
    assert programs.names == ["venv", "pip", "pip"]
    assert "-c" not in programs.calls[-1][1]
    assert "The tested versions, those of constraints.txt, cannot be installed here" in capsys.readouterr().err
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.calls == [], "it is not tried again at every call"


def test_a_package_that_somebody_removed_is_installed_again(kit, programs, became):
    stand_elsewhere(kit)
    shutil.rmtree(environment.site_packages(kit / ".venv", HERE) / "no_such_package_here-1.5.dist-info")
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.names == ["pip"]


def test_a_failed_install_is_one_sentence_with_the_way_out(kit, programs, became):
    programs.fails = "pip"
    with pytest.raises(environment.SetupError) as failure:
        environment.stand(["lab"], kit)
    sentence = str(failure.value)
    assert "pip ended with 23" in sentence
    assert all(word in sentence for word in ("network", "disk", "same command again", "PIP_FIND_LINKS"))


def test_a_kit_that_cannot_be_written_to_is_one_sentence(kit, programs, became, monkeypatch):
    monkeypatch.setattr(environment, "build", lambda checkout: (kit / "nowhere" / ".venv").mkdir())
    with pytest.raises(environment.SetupError, match=r"^The set-up stopped: .*nowhere"):
        environment.stand(["lab"], kit)


@pytest.mark.parametrize("step", ["venv", "pip"])
def test_an_install_that_was_cut_off_starts_anew_at_the_next_call(kit, programs, became, step):
    programs.fails = step
    with pytest.raises(environment.SetupError):
        environment.stand(["lab"], kit)
    (kit / ".venv" / "debris").touch()
    programs.fails = None
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.names == ["venv", "pip"]
    assert not (kit / ".venv" / "debris").exists()


def test_a_kill_in_the_middle_of_an_upgrade_is_repaired_too(kit, programs, became):
    stand_elsewhere(kit)
    (kit / "requirements.txt").write_text("no-such-package-here>=1.6,<2\n")
    programs.fails = "pip"
    with pytest.raises(environment.SetupError):
        environment.stand(["lab"], kit)
    (kit / "requirements.txt").write_text("no-such-package-here>=1.5,<2\n")
    programs.fails = None
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.names == ["venv", "pip"]


def test_a_marker_that_cannot_be_read_counts_as_cut_off(kit, programs, became):
    stand_elsewhere(kit)
    (kit / ".venv" / environment.MARKER).write_text('{"fingerprint": "abc"')
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.names == ["venv", "pip"]


def test_an_environment_whose_python_is_gone_is_made_anew(kit, programs, became):
    stand_elsewhere(kit)
    environment.venv_python(kit / ".venv").unlink()
    programs.calls.clear()
    stand_elsewhere(kit)
    assert programs.names == ["venv", "pip"]


def test_an_environment_that_the_user_made_is_completed_not_removed(kit, programs, became):
    programs._make_venv(kit / ".venv", with_pip=True)
    (kit / ".venv" / "precious").touch()
    stand_elsewhere(kit)
    assert programs.names == ["pip"]
    assert (kit / ".venv" / "precious").exists()


def test_a_folder_that_is_no_environment_is_left_alone(kit, programs):
    (kit / ".venv").mkdir()
    (kit / ".venv" / "precious").touch()
    with pytest.raises(environment.SetupError, match="remove it"):
        environment.stand(["lab"], kit)
    assert [path.name for path in (kit / ".venv").iterdir()] == ["precious"]
    assert programs.calls == []


def test_an_environment_of_an_old_python_is_not_used(kit, programs):
    programs._make_venv(kit / ".venv", with_pip=True)
    (kit / ".venv" / "pyvenv.cfg").write_text("version = 3.9.1\n")
    with pytest.raises(environment.SetupError, match=r"no environment of Python 3\.11 to 3\.13"):
        environment.stand(["lab"], kit)


def test_everything_that_runs_in_the_environment_finds_the_checkout_even_after_a_move(kit, programs, became):
    stand_elsewhere(kit)
    site = environment.site_packages(kit / ".venv", HERE)
    entry = (site / "ganlib-checkout.pth").read_text().strip()
    assert not os.path.isabs(entry)
    assert (site / entry).resolve() == kit.resolve()


def test_jupyterlab_does_not_ask_learners_about_news(kit, programs, became):
    stand_elsewhere(kit)
    settings = json.loads((kit / ".venv/share/jupyter/lab/settings/overrides.json").read_text())
    assert settings["@jupyterlab/apputils-extension:notification"]["fetchNews"] == "false"


def test_learners_do_not_see_what_nbgrader_adds_for_teachers(kit, programs, became):
    stand_elsewhere(kit)
    jupyter = kit / ".venv/etc/jupyter"
    hidden = json.loads((jupyter / "labconfig/page_config.json").read_text())["disabledExtensions"]
    off = json.loads((jupyter / "jupyter_server_config.json").read_text())["ServerApp"]["jpserver_extensions"]
    brought = [path for name in ("nbgrader", "notebook") for path in importlib.metadata.files(name)]
    panels = {"/".join(path.parts[-3:-1]) for path in brought if path.match("labextensions/*/*/package.json")}
    servers = [json.loads(path.read_text()) for path in brought if path.parent.name == "jupyter_server_config.d"]
    assert panels == {name for name, is_hidden in hidden.items() if is_hidden}
    assert {name for one in servers for name in one["ServerApp"]["jpserver_extensions"]} == off.keys()
    assert not any(off.values())


def test_two_set_ups_at_once_wait_for_each_other(tmp_path):
    (tmp_path / "file").touch()
    with (tmp_path / "file").open("rb") as first, (tmp_path / "file").open("rb") as second:
        assert environment.try_lock(first)
        assert not environment.try_lock(second)
        first.close()
        assert environment.try_lock(second)


def test_inside_an_unfinished_environment_the_python_that_made_it_takes_over(kit, programs, became, monkeypatch):
    programs._make_venv(kit / ".venv", with_pip=True)
    monkeypatch.setattr(sys, "prefix", str(kit / ".venv"))
    monkeypatch.setattr(sys, "_base_executable", "/usr/bin/python3.x")
    assert stand_elsewhere(kit)[0] == "/usr/bin/python3.x"
    assert programs.calls == []


def test_inside_a_finished_environment_the_command_goes_on(kit, programs, became, monkeypatch):
    stand_elsewhere(kit)
    monkeypatch.setattr(sys, "prefix", str(kit / ".venv"))
    programs.calls.clear()
    environment.stand(["lab"], kit)
    assert programs.calls == []


# --- an installed package -------------------------------------------------------------------------------------------


def test_an_installed_package_with_its_requirements_runs_without_a_checkout(tmp_path, programs, became, monkeypatch):
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: ["pytest<99,>=8", 'x; extra == "y"'])
    environment.stand(["doctor"], tmp_path)
    assert programs.calls == []


def test_an_installed_package_that_lacks_something_says_what_and_installs_nothing(tmp_path, programs, monkeypatch):
    monkeypatch.setattr(importlib.metadata, "requires", lambda name: ["pytest>=8", "no-such-package-here>=1"])
    with pytest.raises(environment.SetupError, match="do not fit: no-such-package-here; install ganlib again"):
        environment.stand(["doctor"], tmp_path)
    assert programs.calls == []
    assert list(tmp_path.iterdir()) == []


def test_a_bare_copy_of_the_package_is_told_to_get_the_repository(tmp_path, monkeypatch):
    def requires(name):
        raise importlib.metadata.PackageNotFoundError(name)

    monkeypatch.setattr(importlib.metadata, "requires", requires)
    with pytest.raises(environment.SetupError, match="get the whole repository"):
        environment.stand(["doctor"], tmp_path)


# --- Windows --------------------------------------------------------------------------------------------------------


def test_the_paths_of_windows_are_its_own(monkeypatch, tmp_path):
    monkeypatch.setattr(environment, "WINDOWS", True)
    assert environment.venv_python(tmp_path) == tmp_path / "Scripts" / "python.exe"
    assert environment.site_packages(tmp_path, (3, 12)) == tmp_path / "Lib" / "site-packages"


def test_on_windows_the_command_waits_for_the_new_program_and_returns_its_exit_code(monkeypatch):
    monkeypatch.setattr(environment, "WINDOWS", True)
    code = "import os, sys; sys.exit(int(os.environ['CODE_TO_RETURN']))"
    with pytest.raises(SystemExit) as end:
        environment.become([sys.executable, "-c", code], {**os.environ, "CODE_TO_RETURN": "7"})
    assert end.value.code == 7


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT")
def test_on_windows_ctrl_c_is_left_to_the_new_program(monkeypatch):
    monkeypatch.setattr(environment, "WINDOWS", True)
    code = f"import os, signal, sys, time; os.kill({os.getpid()}, signal.SIGINT); time.sleep(0.2); sys.exit(5)"
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(SystemExit) as end:
            environment.become([sys.executable, "-c", code], dict(os.environ))
    finally:
        signal.signal(signal.SIGINT, before)
    assert end.value.code == 5


# --- for real, offline ----------------------------------------------------------------------------------------------


STAND_IN_FOR_UV = """#!{python}
import pathlib, sys
kit = pathlib.Path(sys.argv[-1]).parent
site = next((kit / ".venv").rglob("site-packages"))
for name in ("no_such_package_here", "pytest"):
    (site / f"{{name}}-1.5.dist-info").mkdir()
    (site / f"{{name}}-1.5.dist-info" / "METADATA").write_text(f"Name: {{name}}\\nVersion: 1.5\\n")
(site / "pytest.py").write_text("import sys, ganlib; print(sys.argv[1:], sys.prefix, ganlib.__file__); sys.exit(4)")
with open(kit / "calls", "a") as calls:
    calls.write(" ".join(sys.argv[1:]) + "\\n")
"""


@pytest.mark.skipif(sys.platform == "win32", reason="the stand-in for uv is a script with a first line")
def test_a_real_call_makes_a_real_environment_once_and_ends_with_the_exit_code_of_what_it_ran(kit, tmp_path):
    uv = tmp_path / "bin" / "uv"
    uv.parent.mkdir()
    uv.write_text(STAND_IN_FOR_UV.format(python=sys.executable))
    uv.chmod(uv.stat().st_mode | stat.S_IXUSR)
    variables = {**os.environ, "PATH": f"{uv.parent}{os.pathsep}{os.environ['PATH']}"}
    variables.pop("PYTHONPATH", None)
    for _ in range(2):
        command = [sys.executable, "-m", "ganlib", "test", "-k", "a b"]
        answer = subprocess.run(command, cwd=kit, env=variables, capture_output=True, text=True)
        assert answer.stdout.split("\n")[0] == f"['-k', 'a b'] {kit / '.venv'} {kit / 'ganlib' / '__init__.py'}"
        assert answer.returncode == 4, answer.stderr
    python = kit / ".venv" / "bin" / "python"
    assert (kit / "calls").read_text() == f"pip install --python {python} -r {kit / 'requirements.txt'}\n"
    command = [python, "-c", "import ganlib; print(ganlib.__file__)"]
    plain = subprocess.run(command, cwd=tmp_path, env=variables, capture_output=True, text=True)
    assert plain.stdout.strip() == str(kit / "ganlib" / "__init__.py")


# Where there is no room for it


def test_a_disk_that_is_too_full_is_told_before_anything_is_installed(kit, programs, became, monkeypatch):
    monkeypatch.setattr(environment.shutil, "disk_usage", lambda folder: SimpleNamespace(free=2.4e9))
    with pytest.raises(environment.SetupError, match=r"about 3 GB, and the disk of .* has 2\.4 GB left: make room"):
        environment.stand(["doctor"], kit)
    assert programs.names == []
    assert not (kit / ".venv").exists()


def test_on_windows_a_folder_too_deep_for_the_packages_is_told_too():
    deep = Path("C:/Users/maria.gonzalez/OneDrive - Contoso GmbH/Desktop/gan-teaching-kit/gan-teaching-kit")
    assert "move the kit to a folder such as C:\\gan" in environment.place_problem(deep, 0, windows=True)
    assert environment.place_problem(Path("/"), 0, windows=True) is None
