"""What a run of lesson 06 leaves for the table: scores, samples and curves."""

import json
import math
import shutil

import numpy as np
import pandas
import pytest
from helpers import modes
from PIL import Image

from ganlib import GAN
from ganlib.judge.signs import outcome
from ganlib.sweep import leave, scores
from ganlib.training import RunFolder


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """A GAN of the smallest networks after six steps, with a checkpoint of each."""
    gan = GAN("dense", seed=3)
    with modes.no_graph():
        gan.train(6, batch_size=8, sample_interval=6, run=tmp_path_factory.mktemp("six") / "run", checkpoint_interval=1)
    return gan


@pytest.fixture
def trained(made, tmp_path, monkeypatch):
    """This GAN with a copy of its run folder, and where it leaves its scores."""
    monkeypatch.setattr(made, "run", RunFolder.open(shutil.copytree(made.run.path, tmp_path / "run")))
    return made, tmp_path


def test_it_writes_what_it_returns_beside_the_outcome_that_follows_from_it(trained):
    gan, folder = trained
    found = leave(folder, gan)
    told = json.loads((folder / "scores.json").read_text())
    assert told == {"outcome": outcome(found), "scores": found}
    assert found["step"] == 6
    assert found["mnist_fd"] > 0
    assert 0 <= found["recognised"] <= 1
    assert 0 <= found["digits_present"] <= 10
    assert {"loss", "spread", "d_accuracy", "d_fake"} <= found.keys()


def test_it_leaves_samples_and_curves_and_the_newest_checkpoint_alone(trained):
    gan, folder = trained
    assert len(gan.run.checkpoints()) > 1
    leave(str(folder), gan)
    assert [path.name for path in gan.run.checkpoints()] == ["step_00000006.npz"]
    assert np.asarray(Image.open(folder / "samples.png")).std() > 0
    assert pandas.read_csv(folder / "curves.csv")["step"].tolist() == [1, 2, 3, 4, 5, 6]


def test_the_same_gan_has_the_same_scores_again(trained):
    gan, folder = trained
    first = leave(folder, gan)
    assert leave(folder, GAN.resume(folder / "run")) == first


def test_even_grey_pictures_have_no_distance(trained, monkeypatch):
    gan, folder = trained
    grey = np.zeros((2000, 28, 28, 1), np.float32)
    monkeypatch.setattr(gan, "save_imgs", lambda path: None)
    monkeypatch.setattr(gan, "generate", lambda count, **rest: grey[:count])
    found = leave(folder, gan)
    assert found["mnist_fd"] is None
    assert found["digits_present"] <= 1
    assert json.loads((folder / "scores.json").read_text())["outcome"] == "collapsed"


def test_scores_that_are_no_numbers_are_valid_json(trained, monkeypatch):
    gan, folder = trained
    signs = {"loss": math.inf, "spread": 0.3, "d_accuracy": 0.5, "d_fake": math.nan}
    monkeypatch.setattr(scores, "vital_signs", lambda *_: signs)
    found = leave(folder, gan)
    assert (found["loss"], found["spread"], found["d_fake"]) == (None, 0.3, None)
    told = json.loads((folder / "scores.json").read_text(), parse_constant=pytest.fail)
    assert told == {"outcome": "diverged", "scores": found}


def test_long_curves_are_thinned_to_means_over_stretches():
    history = {"step": np.arange(1, 1001), "loss": np.arange(1000.0)}
    text = scores.curves(history, points=10)
    assert text.splitlines()[:3] == ["step,loss", "100,49.5", "200,149.5"]
    assert len(text.splitlines()) == 11
    assert len(scores.curves({"step": [1, 2], "loss": [0.5, 0.25]}, points=10).splitlines()) == 3
