"""What every family of models shares: arguments, state, run folders, resuming."""

import json
import re
import shutil

import keras
import numpy as np
import pytest
from helpers.checks import arrays_of, one_sentence, same
from helpers.toy import POINTS, At, Toy, train

from ganlib.models import load_run
from ganlib.training import GuardError, RunFolderError, Schedule, TrainableModel
from ganlib.training.model import fingerprint


@keras.saving.register_keras_serializable("toy")
class OtherToy(Toy):
    """Another family."""


# --- bad arguments -------------------------------------------------------------------------------------------------

BAD_ARGUMENTS = {
    "steps 0": ({"steps": 0}, "steps must be a whole number of at least 1, not 0"),
    "steps -5": ({"steps": -5}, "steps must be a whole number of at least 1, not -5"),
    "steps 1.5": ({"steps": 1.5}, "steps must be a whole number of at least 1, not 1.5"),
    "steps '10'": ({"steps": "10"}, "steps must be a whole number of at least 1, not '10'"),
    "steps True": ({"steps": True}, "steps must be a whole number of at least 1, not True"),
    "steps NaN": ({"steps": float("nan")}, "steps must be a whole number of at least 1, not nan"),
    "batch_size 0": ({"batch_size": 0}, "batch_size must be a whole number from 4 to 40, not 0"),
    "batch_size 1": ({"batch_size": 1}, "batch_size must be a whole number from 4 to 40, not 1"),
    "batch_size 2": ({"batch_size": 2}, "batch_size must be a whole number from 4 to 40, not 2"),
    "batch_size 7.5": ({"batch_size": 7.5}, "batch_size must be a whole number from 4 to 40, not 7.5"),
    "batch_size '8'": ({"batch_size": "8"}, "batch_size must be a whole number from 4 to 40, not '8'"),
    "batch_size 41": ({"batch_size": 41}, "batch_size must be a whole number from 4 to 40, not 41"),
    "sample_interval 0": ({"sample_interval": 0}, "sample_interval must be a whole number of at least 1, not 0"),
    "checkpoint_interval 0": ({"checkpoint_interval": 0}, "checkpoint_interval must be a whole number of at least 1"),
    "checkpoint_interval 2.5": ({"checkpoint_interval": 2.5}, "checkpoint_interval must be a whole number"),
    "verbose": ({"verbose": "auto"}, "verbose must be one of 0, 1, 2, not 'auto'"),
    "schedule": ({"schedule": [(0, "pull", 99)]}, "pull must be a number from -9 to 9, not 99"),
    "schedule name": ({"schedule": [(0, "push", 1)]}, "no live value 'push'"),
    "schedule step": ({"schedule": [(0.5, "pull", 1)]}, "the step of a change must be a whole number"),
    "schedule kind": ({"schedule": "fast"}, r"A schedule is a list of \(step, name, value\)"),
}


@pytest.mark.parametrize("kind", BAD_ARGUMENTS)
def test_a_bad_argument_is_refused_in_one_sentence_before_anything_happens(toy, tmp_path, kind):
    bad, message = BAD_ARGUMENTS[kind]
    with pytest.raises(ValueError, match=message) as error:
        toy.train(**({"steps": 5, "batch_size": 8, "verbose": 0, "run": tmp_path / "run"} | bad))
    one_sentence(error)
    assert toy.step == 0
    assert toy.run is None
    assert not (tmp_path / "run").exists()
    train(toy, 1)


@pytest.mark.parametrize("batch_size", [4, 33, 40])
def test_odd_batches_and_the_smallest_and_the_largest_work(toy, batch_size):
    history = toy.train(3, batch_size, verbose=0)
    assert np.isfinite(history["leader_loss"]).all()


@pytest.mark.parametrize("seed", [-1, 0.5, "0", 2**31, None, True])
def test_a_seed_is_a_whole_number_that_fits(seed):
    with pytest.raises(ValueError, match="seed must be a whole number from 0 to 2147483647"):
        Toy(seed=seed)


def test_a_list_of_changes_does_for_a_schedule(toy):
    train(toy, 5, schedule=[(2, "pull", 0.5)])
    assert toy.live["pull"] == 0.5


# --- what is printed -----------------------------------------------------------------------------------------------


def test_changes_before_the_first_step_are_not_left_out_in_silence(toy, capsys):
    train(toy, 10, schedule=[(0, "pull", 0.5)])
    train(toy, 5, schedule=[(12, "pull", 0.25)])
    assert capsys.readouterr().out == ""
    train(toy, 5, schedule=[(0, "pull", 0.125), (17, "pull", 0.5)])
    assert "The changes that the schedule has before step 15 are left out" in capsys.readouterr().out


def test_verbose_0_is_silent(toy, capfd):
    toy.train(30, 8, verbose=0)
    assert capfd.readouterr() == ("", "")


def test_verbose_1_is_one_line_that_ends_with_all_steps(toy, capfd):
    toy.train(30, 8, 10)
    printed = capfd.readouterr()
    assert printed.err == ""
    assert printed.out.count("\n") == 1
    last = printed.out.rstrip("\n").split("\r")[-1]
    assert re.match(r"30/30 \[leader_loss: \d+\.\d{3}\] \[follower_loss: \d+\.\d{3}\]", last)


def test_verbose_2_leaves_a_line_at_every_sample(toy, capfd):
    toy.train(30, 8, 10, verbose=2)
    text = capfd.readouterr().out.replace("\r", "\n")
    assert re.findall(r"^(\d+) \[leader_loss", text, re.MULTILINE) == ["10", "20", "30"]


# --- state ---------------------------------------------------------------------------------------------------------


def test_a_state_holds_all_weights_moments_and_live_values(toy):
    train(toy, 20)
    toy.live["pull"] = 0.3
    arrays, values = toy.state()
    assert len(arrays) == 2 * 2 + 2 * 6
    train(toy, 5)
    toy.live["pull"] = 0.9
    toy.load_state(20, arrays, values)
    assert toy.step == 20
    assert toy.live["pull"] == 0.3
    assert same(arrays_of(toy), arrays)


@pytest.mark.parametrize("spoil", ["missing", "other", "shape"])
def test_a_state_that_does_not_fit_changes_nothing(toy, spoil):
    arrays, values = toy.state()
    before = arrays_of(toy)
    arrays = {name: array + 1 for name, array in arrays.items()}
    last = list(arrays)[-1]
    if spoil == "shape":
        arrays[last] = np.zeros((7, 7))
    else:
        array = arrays.pop(last)
        if spoil == "other":
            arrays["teacher.000"] = array
    with pytest.raises(ValueError, match="does not fit these networks") as error:
        toy.load_state(5, arrays, values)
    one_sentence(error)
    assert same(arrays_of(toy), before)
    assert toy.step == 0


def test_a_state_with_a_live_value_that_does_not_fit_changes_nothing(toy):
    toy.live["pull"] = 0.3
    arrays, values = toy.state()
    before = arrays_of(toy)
    wrong = values | {"live": values["live"] | {"pull": "far"}}
    with pytest.raises(ValueError, match="pull"):
        toy.load_state(5, {name: array + 1 for name, array in arrays.items()}, wrong)
    assert same(arrays_of(toy), before)
    assert toy.step == 0
    assert toy.live["pull"] == 0.3


def test_a_family_has_to_say_what_it_is():
    bare = TrainableModel()
    for missing in (bare.players, bare.state_variables, bare.default_data):
        with pytest.raises(NotImplementedError):
            missing()
    assert bare.live_values() == {}


def test_the_fingerprint_of_data_tells_contents_shapes_and_types_apart():
    kinds = [POINTS, POINTS + 1, POINTS[::-1], POINTS.T, POINTS.reshape(-1), POINTS.view(np.int32)]
    assert len({fingerprint((kind,)) for kind in kinds}) == len(kinds)
    assert fingerprint((POINTS,)) == fingerprint((np.asfortranarray(POINTS.copy()),))
    assert fingerprint((POINTS, POINTS)) != fingerprint((POINTS,))


# --- the run folder ------------------------------------------------------------------------------------------------


@pytest.fixture
def run(toy, tmp_path):
    """A run of 47 steps with a checkpoint every 10."""
    train(toy, 47, run=tmp_path / "run", checkpoint_interval=10, sample_interval=20)
    return toy.run


def test_a_run_is_recorded_from_its_first_to_its_last_step(toy, run):
    assert [path.name for path in run.checkpoints()] == [f"step_000000{step}.npz" for step in (47, 40, 30)]
    events = [(event["event"], event["step"]) for event in run.events()]
    assert events == [("train", 0), *(("checkpoint", step) for step in (0, 10, 20, 30, 40, 47))]
    assert run.history()["step"].tolist() == list(range(1, 48))
    for name, column in toy.measured.items():
        assert np.array_equal(column, run.history()[name], equal_nan=True)


def test_the_configuration_says_what_was_trained_how_and_with_what(run):
    config = json.loads((run.path / "config.json").read_text())
    assert config["model"] == "Toy"
    assert config["seed"] == 0
    assert config["live"] == {"leader_learning_rate": 0.01, "pull": 1.0, "halted": False}
    assert config["versions"].keys() == {"ganlib", "keras", "tensorflow", "numpy", "python"}
    training = config["training"]
    assert training["mode"] == "graph"
    assert training["device"].startswith(("CPU", "GPU"))
    assert (training["first_step"], training["last_step"], training["batch_size"]) == (0, 47, 8)
    assert training["sample_interval"] == 20


def test_training_on_goes_on_in_the_same_run(toy, run):
    train(toy, 13)
    assert toy.run is run
    assert run.history()["step"].tolist() == list(range(1, 61))
    assert run.load_checkpoint()[0] == 60
    train(toy, 1, run=run.path)
    assert toy.run is run, "its own folder is no other folder"


def test_a_model_can_go_on_in_a_new_run(toy, run, tmp_path):
    train(toy, 3, run=tmp_path / "second")
    assert toy.run.history()["step"].tolist() == [48, 49, 50]
    assert toy.measured["step"].tolist() == [48, 49, 50]
    assert run.load_checkpoint()[0] == 47
    assert Toy.resume(tmp_path / "second").step == 50


def test_a_new_run_is_planned_by_the_usual_numbers_and_not_by_the_run_before(toy, tmp_path, monkeypatch):
    train(toy, 20, sample_interval=7, schedule=[(25, "pull", 0.5)], run=tmp_path / "first")
    monkeypatch.setattr(Toy, "defaults", {"steps": 10, "batch_size": 12, "sample_interval": 5})
    toy.train(verbose=0, run=tmp_path / "second")
    training = toy.run.config["training"]
    assert (training["first_step"], training["last_step"]) == (20, 30)
    assert (training["batch_size"], training["sample_interval"], training["schedule"]) == (12, 5, [])
    assert toy.live["pull"] == 1


def test_a_run_that_was_opened_to_use_its_model_is_not_trained_in(run, tmp_path):
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    loaded = load_run(run.path)
    with pytest.raises(RunFolderError, match=r"opened to use its model.*Toy\.resume\(") as error:
        train(loaded, 5)
    one_sentence(error)
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    train(loaded, 5, run=tmp_path / "second")
    assert loaded.run.history()["step"].tolist() == [48, 49, 50, 51, 52]


def test_a_folder_that_is_taken_is_refused_and_the_model_still_works(toy, run, fresh):
    other = fresh()
    with pytest.raises(RunFolderError, match="already holds a run"):
        train(other, 5, run=run.path)
    assert other.run is None
    train(other, 5)


def test_a_run_is_not_continued_with_other_data(toy, run):
    before = {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()}
    for model in (toy, Toy.resume(shutil.copytree(run.path, run.path.with_name("copy")))):
        with pytest.raises(RunFolderError, match="was trained on other data") as error:
            train(model, 5, data=POINTS + 1)
        one_sentence(error)
    assert {path: path.read_bytes() for path in run.path.rglob("*") if path.is_file()} == before
    train(toy, 1, data=POINTS.copy())


# --- fit, and starting over ----------------------------------------------------------------------------------------


def fit(model):
    model.fit(POINTS, batch_size=8, shuffle=False, verbose=0)
    return model


def test_a_model_that_starts_over_with_another_seed_forgets_the_one_that_fit_was_traced_with():
    trained, new = Toy(), Toy()
    first = trained.state()
    for model in (trained, new):
        model.compile(jit_compile=False)
    fit(trained)
    for model in (trained, new):
        model.start_over(0, *first, 5)
        fit(model)
    assert same(arrays_of(trained), arrays_of(new))


def test_a_seed_that_is_none_leaves_the_model_where_it_is(toy):
    first = toy.state()
    train(toy, 3)
    with pytest.raises(ValueError, match="seed must be a whole number"):
        toy.start_over(0, *first, -1)
    assert toy.step == 3


def test_a_run_keeps_no_state_of_a_fit_that_diverged(toy, run):
    toy.compile(jit_compile=False)
    good = arrays_of(toy)
    toy.live["leader_learning_rate"] = 1e30
    fit(toy)
    assert not np.isfinite(toy.leader.get_weights()[0]).all()
    resumed = Toy.resume(run.path)
    assert resumed.step == 47
    assert same(arrays_of(resumed), good)
    train(resumed, 1)


# --- resuming ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["compiled", "graph"], indirect=True)
def test_a_resumed_run_ends_bit_for_bit_like_one_that_was_never_broken_off(mode, fresh, tmp_path):
    """With rates that have no short decimal form, and changes on and off the checkpoints."""
    whole, broken = fresh(), fresh()
    schedule = Schedule(
        [(0, "pull", 1 / 3), (7, "leader_learning_rate", 0.1 / 7), (10, "pull", 0.7), (20, "pull", 0.123456789)]
    )
    train(whole, 60, run=tmp_path / "whole", schedule=schedule)
    train(
        broken, 60, run=tmp_path / "run", schedule=schedule, checkpoint_interval=10, callbacks=[At(23, _stop(broken))]
    )
    for path in broken.run.checkpoints()[:1]:
        path.unlink()  # as if it had been killed before this one
    resumed = Toy.resume(tmp_path / "run")
    assert resumed.step == 20
    assert resumed.steps_left() == 40
    train(resumed, None)
    assert same(arrays_of(resumed), arrays_of(whole))
    assert resumed.live.snapshot() == whole.live.snapshot()
    assert resumed.run.schedule() == whole.run.schedule()
    for name, column in whole.measured.items():
        assert np.array_equal(column, resumed.measured[name], equal_nan=True)
        assert np.array_equal(column, resumed.run.history()[name], equal_nan=True)


def _stop(model):
    return lambda: setattr(model, "stop_training", True)


def test_resuming_uses_the_batch_size_interval_and_schedule_of_the_run(toy, tmp_path):
    schedule = Schedule([(15, "pull", 0.5)])
    toy.train(30, 12, 7, run=tmp_path / "run", schedule=schedule, verbose=0, callbacks=[At(10, _stop(toy))])
    resumed = Toy.resume(tmp_path / "run")
    resumed.train(verbose=0)
    training = resumed.run.config["training"]
    assert resumed.step == 30
    assert (training["batch_size"], training["sample_interval"], training["last_step"]) == (12, 7, 30)
    assert resumed.live["pull"] == 0.5


def test_a_schedule_that_the_run_has_already_is_given_again_without_a_word(toy, tmp_path, capsys):
    schedule = [(5, "pull", 0.5)]
    train(toy, 10, run=tmp_path / "run", schedule=schedule)
    train(toy, 2, schedule=schedule)
    assert capsys.readouterr().out == ""


def test_a_run_that_is_complete_says_so_and_does_nothing(run, capsys):
    resumed = Toy.resume(run.path)
    before = arrays_of(resumed)
    assert resumed.steps_left() == 0
    resumed.train()
    assert "made all of its 47 planned steps: call train(steps=...) to make more" in capsys.readouterr().out
    assert same(arrays_of(resumed), before)
    train(resumed, 3)
    assert resumed.step == 50


def test_a_damaged_newest_checkpoint_is_named_kept_aside_and_made_again(toy, run, capsys):
    newest = run.checkpoints()[0]
    content = newest.read_bytes()
    newest.write_bytes(content[:-100])
    resumed = Toy.resume(run.path)
    printed = capsys.readouterr().out
    assert "step_00000047.npz" in printed
    assert "going back to the checkpoint of step 40" in printed
    assert newest.with_suffix(".damaged").read_bytes() == content[:-100]
    assert resumed.step == 40
    assert resumed.measured["step"].tolist() == list(range(1, 41))
    train(resumed, None)
    assert same(arrays_of(resumed), arrays_of(toy))
    assert run.load_checkpoint()[0] == 47


def test_a_run_with_damaged_checkpoints_only_is_refused(run):
    for path in run.checkpoints():
        path.write_bytes(b"")
    with pytest.raises(RunFolderError, match="has no checkpoint that can be read") as error:
        Toy.resume(run.path)
    one_sentence(error)
    assert len(run.checkpoints()) == 3


def test_a_run_of_another_family_is_refused(run):
    with pytest.raises(RunFolderError, match="holds a Toy, not a OtherToy") as error:
        OtherToy.resume(run.path)
    one_sentence(error)


def test_a_checkpoint_of_other_networks_is_refused(run):
    run.save_checkpoint(50, {"leader.000": np.zeros(3)}, {"live": {}})
    with pytest.raises(RunFolderError, match="does not fit these networks") as error:
        Toy.resume(run.path)
    one_sentence(error)


def test_a_configuration_that_builds_no_model_is_refused(run):
    run.update(config=run.config["config"] | {"config": {"sead": 0}})
    with pytest.raises(RunFolderError, match=r"config\.json does not describe a model") as error:
        Toy.resume(run.path)
    one_sentence(error)


@pytest.mark.parametrize("path", ["nowhere", "file"])
def test_what_is_no_run_is_not_resumed(tmp_path, path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(RunFolderError, match="run folder") as error:
        Toy.resume(tmp_path / path)
    one_sentence(error)


def test_a_run_can_be_resumed_without_its_logs(run):
    (run.path / "history.csv").unlink()
    (run.path / "events.jsonl").unlink()
    resumed = Toy.resume(run.path)
    train(resumed, 3)
    assert resumed.run.history()["step"].tolist() == [48, 49, 50]


def test_the_guard_runs_in_a_resumed_training_too(run, monkeypatch):
    resumed = Toy.resume(run.path)
    monkeypatch.setattr(resumed, "_lead", lambda *_: {"leader_loss": 0.0, "size": 0.0})
    with pytest.raises(GuardError):
        train(resumed, 5)
    assert resumed.step == 47


# --- callbacks and data that Keras's users bring ----------------------------------------------------------------------

OF_EPOCHS = {
    "EarlyStopping": lambda: keras.callbacks.EarlyStopping(monitor="size"),
    "ModelCheckpoint": lambda: keras.callbacks.ModelCheckpoint("x.keras", save_freq=10),
    "LearningRateScheduler": lambda: keras.callbacks.LearningRateScheduler(lambda epoch, rate: rate),
    "LambdaCallback": lambda: keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None),
}


@pytest.mark.parametrize("kind", OF_EPOCHS)
def test_a_callback_that_would_never_be_called_is_refused(toy, kind):
    with pytest.raises(ValueError, match=rf"^{kind} needs on_epoch_.*, and train\(\) has no epochs.*fit\(\)") as error:
        train(toy, 5, callbacks=[OF_EPOCHS[kind]()])
    one_sentence(error)
    assert toy.step == 0


@pytest.mark.parametrize("callbacks", [None, (), [], keras.callbacks.TerminateOnNaN()])
def test_no_callback_and_a_single_one_are_taken(toy, callbacks):
    train(toy, 2, callbacks=callbacks)
    assert toy.step == 2


@pytest.mark.parametrize("callbacks", [5, "x", [print]])
def test_what_is_no_callback_is_refused(toy, callbacks):
    with pytest.raises(ValueError, match="callbacks must be"):
        train(toy, 2, callbacks=callbacks)


def test_a_stream_of_batches_is_for_fit(toy):
    import tensorflow as tf

    for stream in (tf.data.Dataset.from_tensor_slices(POINTS).batch(8), iter([POINTS])):
        with pytest.raises(ValueError, match=r"draws its batches from arrays.*call fit\(dataset\)") as error:
            train(toy, 2, data=stream)
        one_sentence(error)


def test_another_model_that_resumed_the_run_keeps_the_first_one_out(toy, run):
    resumed = Toy.resume(run.path)
    with pytest.raises(RunFolderError, match="has gone on with"):
        train(toy, 1)
    train(resumed, 3)
    assert resumed.run.history()["step"].tolist() == list(range(1, resumed.step + 1))
