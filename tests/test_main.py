"""`python -m ganlib`: the commands, their exit codes and their one-sentence errors."""

import argparse
import ast
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest

import ganlib
from ganlib import commands, room
from ganlib.setup import environment
from ganlib.setup.python_version import NEWEST, OLDEST, as_report, version_problem

CHECKOUT = Path(__file__).resolve().parent.parent


class Became(Exception):
    """Raised in place of going on as another program."""


@pytest.fixture
def became(monkeypatch):
    """Catch the program that a command would go on as; the requirements count as installed."""

    def become(command, variables):
        raise Became(command, variables)

    monkeypatch.setattr(environment, "become", become)
    monkeypatch.setattr(environment, "stand", lambda arguments: None)

    def run(arguments):
        with pytest.raises(Became) as caught:
            commands.main(arguments)
        return caught.value.args

    return run


def run_bare(folder, *arguments):
    """Run `python -m ganlib` in a Python without any package."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-S", "-m", "ganlib", *arguments]
    return subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True, stdin=subprocess.DEVNULL)


# --- which Python --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 6, 15), (3, 10, 13), (3, 14, 0), (4, 0, 0)])
def test_a_python_that_does_not_fit_is_told_which_one_to_install(version):
    problem = version_problem(version, ["lab"], windows=False)
    assert f"this is Python {version[0]}.{version[1]}:" in problem
    assert "install Python 3.12" in problem
    assert "`python3.12 -m ganlib lab`" in problem


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 9), (3, 13, 5)])
def test_a_python_that_fits_has_no_problem(version):
    assert version_problem(version, [], windows=False) is None


def test_the_sentence_names_the_command_of_windows():
    assert "`py -3.12 -m ganlib test -x`" in version_problem((3, 9), ["test", "-x"], windows=True)


@pytest.mark.parametrize("name", ["__init__.py", "__main__.py", "setup/__init__.py", "setup/python_version.py"])
def test_the_files_that_an_old_python_reads_first_hold_nothing_new(name):
    source = (CHECKOUT / "ganlib" / name).read_bytes()
    new = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.AsyncFunctionDef, ast.Nonlocal, ast.Match, ast.YieldFrom)
    assert source.isascii()
    for node in ast.walk(ast.parse(source)):
        assert not isinstance(node, new), f"line {node.lineno} is newer than Python 2.7"
        if isinstance(node, ast.arguments):
            assert not node.kwonlyargs
            assert not node.posonlyargs
            assert not any(arg.annotation for arg in node.args)
        if isinstance(node, ast.Raise):
            assert node.cause is None


def test_the_range_of_pythons_is_the_one_that_pyproject_declares():
    declared = tomllib.loads((CHECKOUT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["requires-python"]
    assert declared == f">={OLDEST[0]}.{OLDEST[1]},<{NEWEST[0]}.{NEWEST[1] + 1}"


# --- help and wrong words -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments", [[], ["--help"], *([name, "--help"] for name in commands.COMMANDS if name != "bench")]
)
def test_help_needs_no_package_and_installs_nothing(kit, arguments):
    answer = run_bare(kit, *arguments)
    assert answer.returncode == 0, answer.stderr
    assert answer.stdout.startswith("usage: python -m ganlib")
    assert not (kit / ".venv").exists()


def test_help_lists_every_command_with_a_sentence(capsys):
    assert commands.main([]) == 0
    text = capsys.readouterr().out
    for name, function in commands.COMMANDS.items():
        assert re.search(rf"^  {name} +{re.escape(function.__doc__.splitlines()[0])}$", text, re.MULTILINE)


def test_a_command_that_does_not_exist_is_refused_with_those_that_do(capsys):
    with pytest.raises(SystemExit) as refusal:
        commands.main(["tset"])
    assert refusal.value.code == 2
    assert "there is no command 'tset': did you mean test?" in (text := capsys.readouterr().err)
    assert all(name in text for name in commands.COMMANDS)


def test_a_set_up_that_fails_is_one_sentence_and_exit_code_1(monkeypatch, capsys):
    def stand(arguments):
        raise environment.SetupError("No network: plug it in.")

    monkeypatch.setattr(environment, "stand", stand)
    assert commands.main(["doctor"]) == 1
    assert capsys.readouterr() == ("", "No network: plug it in.\n")


def test_a_computer_whose_set_up_fails_has_a_row_in_the_table_of_the_room(monkeypatch, capsys, tmp_path):
    def stand(arguments):
        raise environment.SetupError("No network: plug it in.")

    monkeypatch.setattr(environment, "stand", stand)
    assert commands.main(["doctor", "--json"]) == 1
    said = capsys.readouterr()
    assert said.err == "No network: plug it in.\n"
    (tmp_path / "carla.json").write_text(said.out, encoding="utf-8")
    (tmp_path / "dora.json").write_text(as_report("Python 3.10.2", "install Python 3.12."), encoding="utf-8")
    text, ready = room.table(tmp_path)
    assert not ready
    carla, dora = text.splitlines()[1:3]
    assert carla.split()[:3] == ["carla", "no", platform.python_version()]
    assert "No network: plug it in." in carla
    assert dora.split()[:3] == ["dora", "no", "3.10.2"]
    assert "install Python 3.12." in dora


def test_a_python_that_is_too_old_says_so_as_json_too(tmp_path):
    code = (
        "import runpy, sys; sys.version_info = (3, 10, 2); sys.argv = ['ganlib', 'doctor', '--json']; "
        "runpy.run_module('ganlib', run_name='__main__')"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True)
    (check,) = json.loads(answer.stdout)["checks"]
    assert answer.returncode == 1
    assert (check["ok"], check["line"]) == (False, "Python 3.10.2")
    assert check["advice"] == answer.stderr.strip()
    assert "install Python 3.12" in check["advice"]


def test_ctrl_c_during_the_set_up_leaves_no_traceback(monkeypatch, capsys):
    def stand(arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(environment, "stand", stand)
    assert commands.main(["doctor"]) == 130
    assert capsys.readouterr() == ("", "Stopped.\n")


@pytest.mark.parametrize("command", ["lab", "test"])
def test_without_the_repository_lab_and_test_say_where_the_lessons_are(monkeypatch, capsys, tmp_path, command):
    monkeypatch.setattr(environment, "CHECKOUT", tmp_path)
    assert commands.main([command]) == 1
    assert "get the whole repository" in capsys.readouterr().err


# --- lab and test ---------------------------------------------------------------------------------------------------


def test_lab_opens_the_first_lesson_in_the_folder_of_lessons(became):
    command, variables = became(["lab"])
    assert command[:3] == [sys.executable, "-m", "jupyterlab"]
    assert f"--ServerApp.root_dir={CHECKOUT / 'notebooks'}" in command
    assert "--LabApp.default_url=/lab/tree/00_start_here.ipynb" in command
    assert "--no-browser" not in command
    assert variables["PYTHONPATH"].split(os.pathsep)[0] == str(CHECKOUT)


def test_lab_opens_the_first_lesson_that_a_hand_out_has(became, monkeypatch, tmp_path):
    shutil.copytree(CHECKOUT / "ganlib" / "setup", tmp_path / "ganlib" / "setup")
    (tmp_path / "notebooks").mkdir()
    for name in ("07_balance.ipynb", "05_adversarial_game.ipynb", "glossary.md"):
        (tmp_path / "notebooks" / name).touch()
    monkeypatch.setattr(commands, "_checkout_for", lambda name: tmp_path)
    assert "--LabApp.default_url=/lab/tree/05_adversarial_game.ipynb" in became(["lab"])[0]


@pytest.mark.parametrize("command", ["timings --executed x --keep y", "timings --executed x --speed full"])
def test_what_would_be_ignored_beside_executed_is_refused(command, capsys):
    with pytest.raises(SystemExit):
        commands.main(command.split())
    assert "leave them out with --executed" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        commands.main(["book", "--out", "b", "--executed", "x", "--speed", "full"])
    assert "leave it out with --executed" in capsys.readouterr().err


def test_lab_ends_at_the_first_ctrl_c(became):
    assert "--ServerApp.answer_yes=True" in became(["lab"])[0]


@pytest.mark.parametrize(("user", "allowed"), [(0, True), (1000, False)])
def test_lab_lets_root_in_where_root_is_who_calls_it(became, monkeypatch, user, allowed):
    monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)
    command, _ = became(["lab"])
    assert ("--ServerApp.allow_root=True" in command) is allowed
    assert not any(re.search(r"token|password|\.ip=", word) for word in command), "Jupyter's own are safe"


def test_lab_starts_without_a_root_to_let_in_where_the_system_knows_no_root(became, monkeypatch):
    monkeypatch.delattr(os, "geteuid", raising=False)
    assert "--ServerApp.allow_root=True" not in became(["lab"])[0]


def test_lab_hands_its_own_options_and_those_after_two_dashes_to_jupyter(became):
    command, _ = became(["lab", "--no-browser", "--port", "9999", "--", "--ServerApp.ip=0.0.0.0", "--", "-y"])
    assert {"--no-browser", "--ServerApp.port=9999"} <= set(command)
    assert command[-3:] == ["--ServerApp.ip=0.0.0.0", "--", "-y"]


@pytest.mark.parametrize("wrong", [["--allow-root"], ["--port", "many"], ["extra"]])
def test_lab_refuses_what_it_does_not_know(became, wrong):
    with pytest.raises(SystemExit) as refusal:
        commands.main(["lab", *wrong])
    assert refusal.value.code == 2


@pytest.mark.parametrize(("cores", "files"), [(1, 0), (2, 2), (4, 4), (64, 6)])
def test_the_whole_suite_runs_a_file_on_each_core_where_there_are_several(became, monkeypatch, cores, files):
    monkeypatch.setattr(os, "cpu_count", lambda: cores)
    limits = ("TF_NUM_INTRAOP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    for name in limits:
        monkeypatch.delenv(name, raising=False)
    command, variables = became(["test"])
    assert command[3:] == ([f"--numprocesses={files}", *commands.SEVERAL_AT_A_TIME] if files else [])
    assert [variables.get(name) == "1" for name in limits] == [bool(files)] * 3


def test_test_hands_everything_to_pytest_in_the_folder_of_the_kit(became, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    command, variables = became(["test", "-k", "a or b", "--lf", "tests/test_main.py"])
    assert command == [sys.executable, "-m", "pytest", "-k", "a or b", "--lf", "tests/test_main.py"]
    assert Path.cwd() == CHECKOUT
    assert variables["PYTHONPATH"].split(os.pathsep)[0] == str(CHECKOUT)


# --- doctor and bench -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("arguments", "as_json"), [([], False), (["--json"], True)])
def test_doctor_reports_and_hands_back_its_exit_code(monkeypatch, arguments, as_json):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    monkeypatch.setattr("ganlib.doctor.report", lambda as_json: 40 + as_json)
    assert commands.main(["doctor", *arguments]) == 40 + as_json


def test_bench_hands_everything_on_to_the_benchmark(monkeypatch):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    monkeypatch.setattr("ganlib.bench.command.main", len)
    assert commands.main(["bench", "--help", "--steps", "3"]) == 3


# --- train ----------------------------------------------------------------------------------------------------------


class FakeRun:
    path = "runs/x"


class FakeGAN:
    """Stands in for `GAN` and remembers how it was used."""

    made = None
    error = None
    run = None

    def __init__(self, **how):
        self.how, self.trained = how, None
        FakeGAN.made = self

    @classmethod
    def resume(cls, folder):
        return cls(resumed=folder)

    def train(self, **how):
        self.trained, self.run = how, FakeRun
        if FakeGAN.error is not None:
            raise FakeGAN.error


@pytest.fixture
def fake_gan(monkeypatch):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    monkeypatch.setattr(ganlib, "GAN", FakeGAN, raising=False)
    monkeypatch.setattr(ganlib, "load_mnist", lambda path: (f"pictures of {path}", "labels"), raising=False)
    monkeypatch.setattr(FakeGAN, "error", None)
    return FakeGAN


def test_train_hands_on_only_what_was_given(fake_gan):
    assert commands.main(["train", "--run", "here"]) == 0
    assert fake_gan.made.how == {}
    assert fake_gan.made.trained == {"data": None, "run": "here"}


def test_train_hands_every_option_to_its_place(fake_gan):
    line = "--steps 7 --batch-size 8 --sample-interval 9 --network conv --seed 3 --run r --data d --ema-decay 0.9"
    assert commands.main(["train", *line.split(), "--g-learning-rate", "1e-3", "--d-learning-rate", "2e-3"]) == 0
    gan = fake_gan.made
    assert gan.how == {"network": "conv", "seed": 3, "ema_decay": 0.9}
    assert (gan.g_learning_rate, gan.d_learning_rate) == (1e-3, 2e-3)
    assert gan.trained == {"steps": 7, "batch_size": 8, "sample_interval": 9, "data": "pictures of d", "run": "r"}


def test_train_records_in_a_new_folder_of_its_own(fake_gan, capsys):
    assert commands.main(["train"]) == 0
    assert re.fullmatch(r"runs/\d{4}-\d\d-\d\d-\d{6}", fake_gan.made.trained["run"])
    assert "runs/x" in capsys.readouterr().out


def test_train_goes_on_in_the_folder_of_a_broken_off_run(fake_gan):
    assert commands.main(["train", "--resume", "old", "--steps", "5", "--d-learning-rate", "1e-5"]) == 0
    assert fake_gan.made.how == {"resumed": "old"}
    assert fake_gan.made.d_learning_rate == 1e-5
    assert fake_gan.made.trained == {"steps": 5, "data": None, "run": None}


@pytest.mark.parametrize(
    "option",
    ["--seed 1", "--network conv", "--ema-decay 0.9", "--run other", "--minutes 1 --pictures p", "--no-mirror"],
)
def test_train_refuses_to_change_what_a_resumed_run_has_fixed(fake_gan, capsys, option):
    with pytest.raises(SystemExit) as refusal:
        commands.main(["train", "--resume", "old", *option.split()])
    assert refusal.value.code == 2
    assert f"{option.split()[0]} cannot be changed with --resume" in capsys.readouterr().err


@pytest.mark.parametrize("kind", [ValueError, FileNotFoundError, ArithmeticError])
def test_a_training_that_cannot_go_on_is_one_sentence_and_exit_code_2(fake_gan, capsys, kind):
    fake_gan.error = kind("batch_size must be a whole number.")
    assert commands.main(["train"]) == 2
    assert capsys.readouterr() == ("", "batch_size must be a whole number.\n")


def test_an_interrupted_training_says_where_it_stands_and_how_to_go_on(fake_gan, capsys):
    fake_gan.error = KeyboardInterrupt("Interrupted after step 12.")
    assert commands.main(["train"]) == 130
    assert capsys.readouterr().err.splitlines() == [
        "Interrupted after step 12.",
        "To go on: python -m ganlib train --resume runs/x",
    ]


def test_the_command_to_go_on_has_the_data_and_the_film_of_the_first(fake_gan, capsys, tmp_path):
    np.savez(tmp_path / "my digits.npz", x_train=np.zeros((100, 28, 28), np.uint8), y_train=np.zeros(100))
    fake_gan.error = KeyboardInterrupt("Interrupted after step 12.")
    data, film = str(tmp_path / "my digits.npz"), str(tmp_path / "f.gif")
    assert commands.main(["train", "--data", data, "--film", film]) == 130
    told = capsys.readouterr().err.splitlines()[1].removeprefix("To go on: python -m ganlib ")
    assert shlex.split(told) == ["train", "--resume", "runs/x", "--data", data, "--film", film]


# --- paths and numbers that are typed ---------------------------------------------------------------------------------


class Parsed(Exception):
    """Raised in place of parsing, with the options that a command takes."""


@pytest.mark.parametrize(
    "name", [name for name in commands.COMMANDS if name not in ("test", "bench", "sweep", "badges")]
)
def test_every_path_of_every_command_may_begin_with_the_home_folder_and_is_never_empty(monkeypatch, tmp_path, name):
    def parse(parser, arguments):
        raise Parsed(parser._actions)

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parse)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    with pytest.raises(Parsed) as options:
        commands.COMMANDS[name]([])
    paths = [
        one for one in options.value.args[0] if one.metavar in ("FOLDER", "PATH", "RUN") or one.dest in ("run", "file")
    ]
    assert paths or name == "lab"
    for option in paths:
        assert option.type("~/x") == str(tmp_path / "x")
        for wrong in ("", "~nobody-at-all/x", "a\0b"):
            with pytest.raises(argparse.ArgumentTypeError, match=r"^this (must be the name of|is ')"):
                option.type(wrong)


def test_train_records_in_the_home_folder_if_that_is_typed(fake_gan, monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert commands.main(["train", "--run", "~/runs/first", "--data=~/mnist"]) == 0
    assert fake_gan.made.trained == {
        "data": f"pictures of {tmp_path / 'mnist'}",
        "run": str(tmp_path / "runs" / "first"),
    }


@pytest.mark.parametrize("option", ["--run", "--data", "--resume"])
def test_train_refuses_an_empty_path_with_exit_code_2(fake_gan, capsys, option):
    with pytest.raises(SystemExit) as refusal:
        commands.main(["train", option, ""])
    assert refusal.value.code == 2
    assert f"argument {option}: this must be the name of a file or folder" in capsys.readouterr().err


# --- what is not there ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("there", [False, True], ids=["missing", "a file"])
def test_record_says_that_there_is_no_run_folder(monkeypatch, capsys, tmp_path, there):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    if there:
        (tmp_path / "nope").write_text("no run")
    assert commands.main(["record", str(tmp_path / "nope"), str(tmp_path / "a.npz")]) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1)
    assert err.startswith(f"{tmp_path / 'nope'} is no run folder: give the folder that `train --run`")
    assert not (tmp_path / "a.npz").exists()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [
        (FileNotFoundError(2, "No such file or directory", "x"), "x cannot be used: no such file or directory. Check"),
        (OSError(28, "x could not be written: the disk is full."), "x could not be written: the disk is full."),
        (OSError("It is off."), "It is off."),
        (ValueError("n must be 1."), "n must be 1."),
    ],
)
def test_what_the_system_refuses_is_told_without_its_number(fake_gan, capsys, error, sentence):
    fake_gan.error = error
    assert commands.main(["train"]) == 2
    assert (err := capsys.readouterr().err).startswith(sentence)
    assert "Errno" not in err


# --- the package ----------------------------------------------------------------------------------------------------


def test_importing_ganlib_imports_nothing_heavy():
    code = (
        "import sys, ganlib, ganlib.commands; print(*{'tensorflow', 'keras', 'numpy', 'matplotlib'} & set(sys.modules))"
    )
    answer = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'ganlib' has no attribute 'GAM'"):
        ganlib.GAM  # noqa: B018


def test_a_sweep_without_the_packages_of_its_extra_says_which_to_install():
    code = (
        "import sys; sys.modules['dask'] = None; from ganlib import commands; from ganlib.setup import environment; "
        "environment.stand = lambda arguments: None; sys.exit(commands.main(['sweep', 'grid.yaml']))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True)
    assert done.returncode == 1
    assert "Sweeps need dask, which is not installed" in done.stdout + done.stderr
    assert "pip install 'ganlib[sweep]'" in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
