"""The health check: what it says of sound and of broken computers, and that nothing breaks it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from types import SimpleNamespace

import pytest

from ganlib import doctor
from ganlib import settings as keras_settings
from ganlib.doctor import Check
from ganlib.setup import environment

CARD = environment.Card("NVIDIA T4", "15360 MiB", "550.54.15")


def only(checks):
    """Return the one check that a function yields."""
    (check,) = checks
    return check


# --- what it prints -------------------------------------------------------------------------------------------------


def test_a_check_is_one_line_that_ends_with_what_to_do():
    assert str(Check(True, "keras 3.15.1")) == "[ OK ] keras 3.15.1"
    assert str(Check(False, "keras is missing", "install it")) == "[FAIL] keras is missing -> install it"


def test_the_report_prints_every_check_and_fails_if_one_does(monkeypatch, capsys):
    found = [Check(True, "a"), Check(False, "b", "do c")]
    monkeypatch.setattr(doctor, "checks", lambda: iter(found))
    assert doctor.report() == 1
    assert capsys.readouterr().out == "[ OK ] a\n[FAIL] b -> do c\n"


def test_the_report_of_a_sound_computer_ends_with_exit_code_0(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "checks", lambda: iter([Check(True, "a")]))
    assert doctor.report() == 0


def test_the_json_report_says_the_same(monkeypatch, capsys):
    monkeypatch.setattr(doctor, "checks", lambda: iter([Check(True, "a"), Check(False, "b", "do c")]))
    assert doctor.report(as_json=True) == 1
    assert json.loads(capsys.readouterr().out) == {
        "ok": False,
        "checks": [{"ok": True, "line": "a", "advice": ""}, {"ok": False, "line": "b", "advice": "do c"}],
    }


@pytest.mark.parametrize("error", [RuntimeError("first\nsecond"), OSError(), ImportError("x"), SystemError("y")])
def test_a_check_that_breaks_is_a_failed_check_and_the_rest_goes_on(error):
    def broken():
        raise error

    first, second = doctor.checks([broken, lambda: [Check(True, "after")]])
    assert not first.ok
    assert first.line.startswith(f"broken: {type(error).__name__}: ")
    assert "second" not in first.line
    assert first.advice
    assert second.ok


def test_every_check_runs_by_default():
    names = {"python", "packages", "tensorflow", "settings", "device", "data", "disk", "speed"}
    assert {function.__name__ for function in doctor.CHECKS} == names
    assert all(getattr(doctor, name) in doctor.CHECKS for name in names)


# --- Python and packages --------------------------------------------------------------------------------------------


def test_this_python_is_right():
    check = only(doctor.python())
    assert check.ok
    assert "{}.{}.{}".format(*sys.version_info) in check.line
    assert sys.prefix in check.line


def test_another_python_fails_with_the_one_to_install():
    check = only(doctor.python((3, 14, 0)))
    assert not check.ok
    assert "install Python 3.12" in check.advice


def test_each_requirement_has_a_line_with_its_version():
    checks = list(doctor.packages())
    assert all(check.ok for check in checks), [str(check) for check in checks]
    assert [check.line.split()[0] for check in checks] == list(environment.requirements_of())


def test_a_missing_and_an_unfit_package_say_how_to_install_the_right_one():
    missing, unfit = doctor.packages({"no-such-package-here": ">=2", "pytest": ">=8,<8.1"})
    assert (missing.ok, missing.line) == (False, "no-such-package-here is missing")
    assert missing.advice == f'{sys.executable} -m pip install "no-such-package-here>=2"'
    assert not unfit.ok
    assert unfit.line.endswith("does not fit")
    assert '"pytest>=8,<8.1"' in unfit.advice


# --- TensorFlow -----------------------------------------------------------------------------------------------------


@pytest.fixture
def no_tensorflow_yet(monkeypatch):
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)


def test_a_tensorflow_that_starts_has_no_problem(no_tensorflow_yet):
    assert doctor.tensorflow_problem.__wrapped__("pass") is None


def test_a_tensorflow_that_fails_to_import_is_told_with_its_last_words(no_tensorflow_yet):
    problem = doctor.tensorflow_problem.__wrapped__("import no_such_module_here")
    assert problem == "ModuleNotFoundError: No module named 'no_such_module_here'"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no signals between processes")
def test_a_tensorflow_that_takes_its_process_down_is_told_not_suffered(no_tensorflow_yet):
    illegal = f"import os; os.kill(os.getpid(), {int(signal.SIGILL)})"
    assert "AVX" in doctor.tensorflow_problem.__wrapped__(illegal)
    killed = f"import os; os.kill(os.getpid(), {int(signal.SIGKILL)})"
    assert doctor.tensorflow_problem.__wrapped__(killed) == "importing it ends with exit code -9"


@pytest.mark.parametrize(
    ("problem", "advice"),
    [
        ("this processor lacks the AVX instructions", "another computer"),
        ("FileNotFoundError: [Errno 2] No usable temporary directory found in ['/tmp']", "set TMPDIR"),
        ("ImportError: DLL load failed while importing _pywrap", "Visual C++ Redistributable"),
        ("ImportError: undefined symbol", doctor.renewal_advice()),
    ],
)
def test_each_way_not_to_start_has_its_own_advice(problem, advice):
    check = only(doctor.tensorflow(problem))
    assert not check.ok
    assert problem in check.line
    assert advice in check.advice


def test_a_broken_environment_of_the_kit_is_made_anew_and_another_one_is_mended():
    ours = str(environment.CHECKOUT / ".venv")
    assert doctor.renewal_advice(ours).startswith(f"delete the folder {ours} and run")
    assert "-m pip install --force-reinstall" in doctor.renewal_advice("/usr")


def test_nothing_imports_a_tensorflow_that_does_not_start(monkeypatch):
    monkeypatch.setattr(doctor, "tensorflow_problem", lambda: "its process ended")
    monkeypatch.setattr(doctor, "measure_speed", lambda: pytest.fail("imported it"))
    for check in doctor.checks([doctor.tensorflow, doctor.settings, doctor.device, doctor.speed]):
        assert not check.ok
        assert "TensorFlow does not start" in check.line


@pytest.mark.parametrize("backend", ["jax", "torch", "openvino"])
def test_another_backend_is_one_check_with_the_way_out_and_no_bug(backend):
    variables = {**os.environ, "KERAS_BACKEND": backend}
    chosen = "doctor.settings, doctor.device, doctor.speed"
    command = [sys.executable, "-c", f"from ganlib import doctor\nfor check in doctor.checks([{chosen}]): print(check)"]
    answer = subprocess.run(command, env=variables, capture_output=True, text=True)
    first, *others = answer.stdout.splitlines()
    assert first.startswith(
        f"[FAIL] ganlib trains with TensorFlow, and the environment variable KERAS_BACKEND says {backend}"
    )
    assert "-> remove it or set it to tensorflow" in first
    assert [line.split(" -> ")[1] for line in others] == ["see to what is above first"] * 2


def test_the_usual_settings_are_right_and_others_are_told(monkeypatch):
    assert only(doctor.settings()) == Check(True, "Keras uses TensorFlow, in float32")
    monkeypatch.setattr(keras_settings, "settings_problem", lambda: "It is set to x: set it to y.")
    assert only(doctor.settings()) == Check(False, "It is set to x", "set it to y")


# --- device ---------------------------------------------------------------------------------------------------------


def test_a_computer_without_a_card_shows_its_cores():
    assert only(doctor.device("CPU, 2 cores", cards=[])) == Check(True, "device: CPU, 2 cores")


def test_a_card_in_use_shows_its_memory_and_driver():
    other = environment.Card("NVIDIA A100", "40960 MiB", "550.54.15")
    check = only(doctor.device("GPU NVIDIA T4", cards=[other, CARD]))
    assert check == Check(True, "device: GPU NVIDIA T4, 15360 MiB, driver 550.54.15")


def test_an_idle_card_on_linux_fails_and_says_what_gets_it_working():
    check = only(doctor.device("CPU, 8 cores", [CARD], "Linux", "x86_64"))
    assert not check.ok
    assert check.line == "device: CPU, 8 cores; TensorFlow does not use the NVIDIA T4"
    assert check.advice == doctor.gpu_advice(CARD)


@pytest.mark.parametrize(("system", "machine", "wsl"), [("Windows", "AMD64", True), ("Linux", "aarch64", False)])
def test_an_idle_card_where_tensorflow_has_no_gpu_build_is_no_failure(system, machine, wsl):
    check = only(doctor.device("CPU, 8 cores", [CARD], system, machine))
    assert check.ok
    assert f"no GPU build for {system} on {machine}" in check.line
    assert ("WSL2" in check.line) is wsl


@pytest.mark.parametrize(
    ("card", "has_libraries", "visible", "advice"),
    [
        (CARD, False, None, '"tensorflow[and-cuda]>='),
        (CARD, True, "-1", "unset CUDA_VISIBLE_DEVICES"),
        (CARD, True, "", "unset CUDA_VISIBLE_DEVICES"),
        (CARD._replace(driver="470.256.02"), True, None, "driver 470.256.02 is too old: install 525.60"),
        (CARD, True, "0", "unset LD_LIBRARY_PATH"),
    ],
)
def test_each_reason_for_an_idle_card_has_its_own_sentence(monkeypatch, card, has_libraries, visible, advice):
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert advice in doctor.gpu_advice(card, has_libraries, visible)


# --- data, disk, speed ----------------------------------------------------------------------------------------------


def test_the_data_files_of_the_kit_are_whole():
    checks = list(doctor.data())
    assert all(check.ok for check in checks), [str(check) for check in checks]
    assert {"data: mnist.npz", "data: spambase.csv.gz"} <= {check.line for check in checks}


def test_a_damaged_file_fails_with_the_reason_and_the_way_to_restore_it():
    good, bad = doctor.data([("a.npz", None), ("b.npz", "b.npz is cut short. Restore it.")])
    assert good == Check(True, "data: a.npz")
    assert bad == Check(False, "data: b.npz", "b.npz is cut short. Restore it.")


@pytest.mark.parametrize(("free", "enough"), [(1.9e9, False), (2.1e9, True)])
def test_a_full_disk_fails(monkeypatch, tmp_path, free, enough):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=free))
    check = only(doctor.disk(tmp_path))
    assert check.ok is enough
    assert check.line == f"disk: {free / 1e9:.1f} GB free in {tmp_path}"
    assert bool(check.advice) is not enough


def test_the_speed_tells_how_long_the_longest_run_takes():
    assert only(doctor.speed(steps_per_second=100.0)) == Check(
        True, "speed: 100 steps/s with the dense GAN, so 30,000 steps take 5 min 00 s"
    )


def test_the_speed_is_measured_by_training_the_real_gan(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert doctor.measure_speed(seconds=0) > 0
    assert list(tmp_path.iterdir()) == []
