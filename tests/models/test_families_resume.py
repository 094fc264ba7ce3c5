"""What is promised of a run folder holds for every family, and for networks of every form."""

import copy
import json

import pytest
from helpers import families
from helpers.checks import arrays_of, same
from helpers.families import FAMILIES, train
from helpers.tiny import as_made

from ganlib.models import load_run
from ganlib.training import RunFolder, RunFolderError

family = pytest.mark.parametrize("family", FAMILIES)


@pytest.fixture(autouse=True)
def _graph(graph):
    """Train as a plain graph; a test that asks for `eager` makes its few steps without any."""


TRACED = ("gan, averaged", "machine, persistent")  # the others are resumed without a graph, which costs a third


@family
def test_a_run_is_resumed_again_and_again_and_ends_like_one_that_was_not(family, request, tmp_path):
    if family not in TRACED:
        request.getfixturevalue("eager")
    model = families.build(family)
    first = model.state()
    train(model, family, 4)
    alone = arrays_of(model)
    train(as_made(model, *first), family, 1, run=tmp_path / "run")
    described = RunFolder.open(tmp_path / "run").config["config"]
    for steps in (1, 2):
        model = type(model).resume(tmp_path / "run")
        train(model, family, steps)
        assert RunFolder.open(tmp_path / "run").config["config"] == described
    assert same(arrays_of(model), alone)
    assert same(arrays_of(load_run(tmp_path / "run")), alone)


@family
def test_a_configuration_builds_a_model_as_often_as_one_likes(family):
    model = families.build(family)
    config = model.get_config()
    before = copy.deepcopy(config)
    for _ in range(2):
        type(model).from_config(config)
    assert json.dumps(config) == json.dumps(before)


def test_to_change_what_a_run_says_of_itself_does_not_change_the_run(eager, tmp_path):
    model = families.build("gan")
    train(model, "gan", 1, run=tmp_path / "run")
    model.run.config["config"].clear()
    model.run.config["training"]["data"] = None
    train(model, "gan", 1)
    assert type(model).resume(tmp_path / "run").step == 2


# --- folders that an earlier version has spoiled ----------------------------------------------------------------------


def spoil(folder):
    """Empty the description of every functional network, as earlier versions did at the second training."""
    config = json.loads((folder / "config.json").read_text())
    spoiled = []
    for name, part in config["config"]["config"].items():
        if isinstance(part, dict) and part["class_name"] == "Functional":
            part["config"] = {}
            spoiled.append(name)
    (folder / "config.json").write_text(json.dumps(config))
    return spoiled


@pytest.mark.parametrize("usual", families.USUAL)
def test_a_spoiled_folder_of_usual_networks_is_repaired(usual, eager, tmp_path, capsys):
    model = families.USUAL[usual]()
    train(model, usual, 1, run=tmp_path / "run")
    described = RunFolder.open(tmp_path / "run").config["config"]
    spoiled = spoil(tmp_path / "run")
    assert spoiled or usual == "autoencoder"  # whose networks are sequential ones
    resumed = type(model).resume(tmp_path / "run")
    assert same(arrays_of(resumed), arrays_of(model))
    assert ("earlier version of ganlib lost the description" in capsys.readouterr().out) == bool(spoiled)
    whole = RunFolder.open(tmp_path / "run").config["config"]["config"]
    assert all(whole[name]["class_name"] == described["config"][name]["class_name"] for name in spoiled)
    assert type(model).resume(tmp_path / "run").step == 1
    assert capsys.readouterr().out == ""


def test_a_spoiled_folder_of_other_networks_is_repaired_with_them(eager, tmp_path):
    model = families.build("gan, functional")
    train(model, "gan, functional", 1, run=tmp_path / "run")
    assert spoil(tmp_path / "run") == ["generator", "discriminator"]
    with pytest.raises(RunFolderError, match="does not fit these networks"):
        type(model).resume(tmp_path / "run")
    again = families.build("gan, functional")
    networks = {"generator": again.generator, "discriminator": again.discriminator}
    assert same(arrays_of(type(model).resume(tmp_path / "run", **networks)), arrays_of(model))
    assert same(arrays_of(type(model).resume(tmp_path / "run")), arrays_of(model))


# --- the best weights of a training -----------------------------------------------------------------------------------


class FakeJudge:
    """Finds what was made after twenty steps nearest."""

    def __init__(self, model):
        self.model = model

    def distance(self, pictures, by):
        return abs(self.model.step - 20) + 1.0


def train_keeping(model, steps, **options):
    from ganlib.judge.keep import KeepBest

    keep = KeepBest(10, FakeJudge(model))
    return train(model, "gan, averaged", steps, callbacks=[keep, *options.pop("callbacks", ())], **options)


@pytest.mark.parametrize("interval", [7, 10, 1000])
def test_the_best_weights_are_the_same_in_memory_in_the_folder_and_after_every_interrupt(interval, fresh, tmp_path):
    from ganlib._tensorflow import keras

    class Break(keras.callbacks.Callback):
        every = 35

        def on_train_batch_end(self, batch, logs=None):
            if batch + 1 == 35:
                raise KeyboardInterrupt

    alone, model = fresh(ema_decay=0.9), fresh(ema_decay=0.9)
    train_keeping(alone, 60, run=tmp_path / "alone", checkpoint_interval=interval)
    with pytest.raises(KeyboardInterrupt):
        train_keeping(model, 60, run=tmp_path / "run", checkpoint_interval=interval, callbacks=[Break()])
    folder = families.gan_of(lambda network: network, ema_decay=0.9).resume(tmp_path / "run")
    train_keeping(folder, None, checkpoint_interval=interval)
    for other in (
        folder,
        load_run(tmp_path / "run"),
        load_run(tmp_path / "alone"),
        type(alone).resume(tmp_path / "run"),
    ):
        assert same(arrays_of(other), arrays_of(alone))
        assert (other.generate(3) == alone.generate(3)).all()
    assert alone.draws_best
    assert min(alone.judged, key=lambda look: look[1])[0] == 20


def test_what_makes_the_pictures_is_the_average_while_it_trains_and_the_best_afterwards(fresh, tmp_path):
    model = fresh(ema_decay=0.9)
    train_keeping(model, 20)
    best = model.generate(4)
    train_keeping(model, 20)
    assert (model.generate(4) == best).all()
    model.save(tmp_path / "gan.keras")
    from ganlib._tensorflow import keras
    from ganlib.export.source import pick

    assert pick(model).network is model.best_generator
    assert (keras.saving.load_model(tmp_path / "gan.keras").generate(4) == best).all()
    model.begin_training()
    assert not (model.generate(4) == best).all()
