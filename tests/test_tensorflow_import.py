"""Importing what needs TensorFlow is silent, and shows what TensorFlow said when it fails."""

import os
import subprocess
import sys

import pytest

from ganlib._tensorflow import quiet_stderr


def run(code, **variables):
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "KERAS_"))}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment | variables, capture_output=True, text=True, check=False
    )


def test_importing_and_using_the_gan_prints_nothing():
    code = "from ganlib import GAN; GAN(seed=0).generate(1)"
    done = run(code)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_an_import_that_fails_shows_what_was_written_meanwhile(tmp_path):
    (tmp_path / "keras.py").write_text(
        "import os\nos.write(2, b'a library is missing')\nraise ImportError('no Keras')\n"
    )
    done = run("import ganlib._tensorflow", PYTHONPATH=os.pathsep.join([str(tmp_path), os.environ["PYTHONPATH"]]))
    assert done.returncode == 1
    assert "a library is missing" in done.stderr
    assert "ImportError: no Keras" in done.stderr


def test_what_is_written_meanwhile_is_kept_away_and_stderr_comes_back(capfd):
    with quiet_stderr():
        os.write(2, b"noise of a library")
    os.write(2, b"heard")
    assert capfd.readouterr().err == "heard"


def test_what_is_written_meanwhile_is_shown_when_it_fails(capfd):
    def fail():
        with quiet_stderr():
            os.write(2, b"the reason")
            raise ImportError

    with pytest.raises(ImportError):
        fail()
    os.write(2, b", heard")
    assert capfd.readouterr().err == "the reason, heard"
