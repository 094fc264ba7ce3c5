"""The parameters of the lessons: what a lesson would refuse, a sweep refuses before its first run."""

import json
import math

import nbformat
import pytest

from ganlib import GAN, Schedule
from ganlib.data import toy_points
from ganlib.models.autoencoder import Autoencoder
from ganlib.setup.environment import CHECKOUT
from ganlib.sweep import SweepError, driver, notebook
from ganlib.sweep.notebook import GIVEN
from ganlib.sweep.parameters import LESSONS

NUMBERS = [path.name[:2] for path in sorted((CHECKOUT / "notebooks").glob("[0-9][0-9]_*.ipynb"))]
EVERY = [
    (number, parameter)
    for number in NUMBERS
    for name, parameter in notebook.read(notebook.find(number)).parameters.items()
    if name not in GIVEN
]
ids = [f"{number}-{parameter.name}" for number, parameter in EVERY]
WRONG = {int: [-5, -1, 1.5, True, "5", None, 2**63], float: [-1.0, math.nan, math.inf, 1e9, "1", None, True]}


@pytest.mark.parametrize(("number", "parameter"), EVERY, ids=ids)
def test_every_parameter_of_every_lesson_is_checked(number, parameter):
    for value in WRONG.get(type(parameter.default), ["warp", "lstm", 5, None, True, math.nan]):
        source = {"notebook": number, "parameters": {parameter.name: [parameter.default, value]}}
        with pytest.raises(SweepError) as error:
            driver.check(source)
        assert parameter.name in str(error.value)
        assert "\n" not in str(error.value)


@pytest.mark.parametrize(("number", "parameter"), EVERY, ids=ids)
def test_every_default_is_taken(number, parameter):
    driver.check({"notebook": number, "parameters": {parameter.name: parameter.default}})


def test_every_rule_belongs_to_a_lesson():
    names = {parameter.name for _, parameter in EVERY} | {(number, parameter.name) for number, parameter in EVERY}
    assert set(LESSONS) <= names


AGREED = [
    ("06", "seed", [0, 2**31 - 1], [-1, 2**31], lambda value: GAN(seed=value)),
    ("06", "network", ["dense", "conv"], ["lstm", ""], lambda value: GAN(value)),
    (
        "06",
        "loss_kind",
        ["saturating", "wasserstein", "hinge", "relativistic"],
        ["lsgan"],
        lambda value: GAN(loss_kind=value),
    ),
    ("06", "ema_decay", [0.5, 0.999999], [-0.1, 1.0], lambda value: GAN(ema_decay=value)),
    ("06", "g_learning_rate", [0.0, 10.0], [-1e-9, 10.1], lambda value: setattr(GAN(), "g_learning_rate", value)),
    ("06", "d_learning_rate", [0.0, 10.0], [-1e-9, 10.1], lambda value: setattr(GAN(), "d_learning_rate", value)),
    ("06", "batch_size", [], [3, 60_001], lambda value: GAN().train(1, value, verbose=0)),
    ("02", "noise", [0.01, 5.0], [-0.1, 5.1], lambda value: Autoencoder(8, noise=value)),
    ("05", "kind", ["line", "three_clusters"], ["moons"], lambda value: toy_points(value, 1)),
]


@pytest.mark.parametrize(("number", "name", "taken", "refused", "use"), AGREED, ids=[f"{a[0]}-{a[1]}" for a in AGREED])
def test_a_sweep_refuses_what_the_lesson_would_and_nothing_else(number, name, taken, refused, use):
    for value in taken:
        use(value)
        driver.check({"notebook": number, "parameters": {name: value}})
    for value in refused:
        with pytest.raises(ValueError, match="must be"):
            use(value)
        with pytest.raises(SweepError, match=f"{name} must be"):
            driver.check({"notebook": number, "parameters": {name: value}})


def test_a_file_of_changes_is_read_before_the_first_run(tmp_path):
    path, grid = tmp_path / "changes.json", tmp_path / "grid.yaml"
    grid.write_text("parameters: {schedule_file: changes.json}")
    for text in ("{", "[]", json.dumps({"ganlib_schedule": 1, "changes": [{"step": -1}]})):
        path.write_text(text)
        with pytest.raises(SweepError, match=r"changes\.json is not a schedule"):
            driver.check(grid)
    Schedule([(3, "d_steps", 2)]).save(path)
    assert len(driver.check(grid)[1]) == 3


def test_a_run_of_a_sweep_has_no_folder_from_the_grid():
    for number, name in (("06", "run"), ("12", "folder")):
        with pytest.raises(
            SweepError, match=f"{name} must stay empty, not .*: each run of a sweep has a folder of its own"
        ):
            driver.check({"notebook": number, "parameters": {name: "runs/mine"}})


def test_a_copy_of_a_lesson_is_checked_like_the_lesson(tmp_path):
    path = tmp_path / "mine.ipynb"
    path.write_bytes(notebook.find("06").read_bytes())
    with pytest.raises(SweepError, match="network must be one of 'dense', 'conv', not 'lstm'"):
        driver.check({"notebook": path, "parameters": {"network": "lstm"}})


def test_in_a_notebook_of_ones_own_the_same_names_may_mean_other_things(write_notebook, tmp_path):
    path = write_notebook(tmp_path / "own.ipynb", ("pass", ()), parameters='steps = 5\nnetwork = "x"')
    _, runs, _ = driver.check({"notebook": path, "parameters": {"steps": -5, "network": "lstm"}})
    assert list(runs.values()) == [{"steps": -5, "network": "lstm"}]


@pytest.mark.parametrize("name", ["06", 6, "6"])
def test_a_lesson_is_found_by_its_number_however_it_is_written(name, tmp_path):
    assert notebook.find(name).name == "06_keras_gan.ipynb"


@pytest.mark.parametrize("text", ["06", "6", "'6'", '"06"', "08", "09", "11"])
def test_yaml_may_make_a_number_of_a_lesson(text, tmp_path):
    (tmp_path / "grid.yaml").write_text(f"notebook: {text}\nparameters: {{speed: smoke}}\n")
    lesson, runs, _ = driver.check(tmp_path / "grid.yaml")
    assert int(lesson.path.name[:2]) == int(text.strip("'\""))
    assert [run["speed"] for run in runs.values()] == ["smoke"] * 3


@pytest.mark.parametrize("name", [6.0, True, None, ["06"], {}, -1, 77, "", "\0", "x" * 5000, "/"])
def test_what_is_no_notebook_is_refused_in_a_sentence(name):
    with pytest.raises(SweepError, match="notebook"):
        driver.check({"notebook": name, "parameters": {"steps": 1}})


def test_a_notebook_is_for_python_whatever_its_kernel_is_called(write_notebook, tmp_path):
    path = write_notebook(tmp_path / "own.ipynb")
    content = nbformat.read(path, 4)
    for kernel in ({"name": "conda-env-gan-py", "display_name": "gan", "language": "python"}, {"name": "venv"}, {}):
        content.metadata = {"kernelspec": kernel}
        nbformat.write(content, path)
        assert "value" in notebook.read(path).parameters
    for kernel, language in (({"name": "ir", "language": "R"}, {}), ({"name": "x"}, {"name": "julia"})):
        content.metadata = {"kernelspec": kernel, "language_info": language}
        nbformat.write(content, path)
        with pytest.raises(SweepError, match=r"own\.ipynb is a notebook for (R|julia): a sweep executes notebooks for"):
            notebook.read(path)


@pytest.mark.parametrize(
    "content",
    [
        b"\xff",
        b"[]",
        b"5",
        b'{"cells": 5, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"cells": [{}], "nbformat": 4, "nbformat_minor": 5, "metadata": {}}',
        b'{"cells": [], "nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": 5}}',
        b'{"nbformat": 3, "worksheets": []}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_notebook_is_refused_in_a_sentence(content, tmp_path):
    (tmp_path / "odd.ipynb").write_bytes(content)
    with pytest.raises(SweepError, match=r"odd\.ipynb is not a notebook"):
        notebook.read(tmp_path / "odd.ipynb")


def test_defaults_are_read_as_python_reads_them(write_notebook, tmp_path):
    source = '%matplotlib inline\na: int = 5\nb = "x#y=z"  # text\nc = [1,\n  2]\nd = 2 * 3\ne = f = 1\ng, h = 1, 2'
    found = notebook.read(write_notebook(tmp_path / "own.ipynb", ("pass", ()), parameters=source)).parameters
    assert {name: parameter.default for name, parameter in found.items()} == {
        "a": 5,
        "b": "x#y=z",
        "c": [1, 2],
        "d": None,
        "e": 1,
        "f": 1,
    }
    with pytest.raises(SweepError, match=r"The cell of parameters in own\.ipynb is not valid Python"):
        notebook.read(write_notebook(tmp_path / "own.ipynb", ("pass", ()), parameters="a = = 1"))


def test_the_beginning_of_idx_files_is_a_path_of_pictures_as_it_is_for_the_loader(tmp_path):
    for name in ("emnist-letters-train-images-idx3-ubyte", "emnist-letters-train-labels-idx1-ubyte"):
        (tmp_path / name).write_bytes(b"")
    source = {"notebook": "13", "parameters": {"path": str(tmp_path / "emnist-letters")}}
    assert driver.check(source)
    source["parameters"]["path"] = str(tmp_path / "emnist-digits")
    with pytest.raises(SweepError, match=r"path must be a folder of pictures, .* does not exist\."):
        driver.check(source)
