"""Files of an earlier state of this version, whose settings and measurements had other names, are read all the same."""

import json

from helpers import tiny

from ganlib import GAN
from ganlib._tensorflow import keras
from ganlib.lab.recording import Recording
from ganlib.models.flow import PlaneFlow
from ganlib.models.recipes import RECIPES
from ganlib.training import RunFolder
from ganlib.training.old_names import NEW_NAMES, renew

OLD = {new: old for old, new in NEW_NAMES.items()}


def aged(settings):
    """Return settings with the names of then in the place of those of now."""
    return {OLD.get(name, name): aged(value) if isinstance(value, dict) else value for name, value in settings.items()}


def test_names_are_renewed_at_every_depth_and_nothing_else_is_touched():
    settings = {"moving_average": 0.9, "recipe": {"moving_average": None, "steps": 3}, "list": [{"moving_average": 1}]}
    assert renew(settings) == {
        "ema_decay": 0.9,
        "recipe": {"ema_decay": None, "steps": 3},
        "list": [{"moving_average": 1}],
    }
    assert renew(aged(renew(settings))) == renew(settings)


def test_an_old_run_folder_resumes_with_its_average_and_its_history(graph, tmp_path):
    gan = tiny.build_gan(ema_decay=0.9, recipe=RECIPES["swift"])
    tiny.train(gan, 20, run=tmp_path / "run", schedule=())
    config = tmp_path / "run" / "config.json"
    config.write_text(json.dumps(aged(json.loads(config.read_text()))))
    history = tmp_path / "run" / "history.csv"
    history.write_text(history.read_text().replace("_grad_norm", "_gradient"))
    assert '"moving_average": 0.9' in config.read_text()
    assert "d_gradient,g_gradient" in history.read_text()
    resumed = GAN.resume(tmp_path / "run")
    assert resumed.options.ema_decay == 0.9
    assert resumed.recipe == gan.recipe
    tiny.train(resumed, 5, schedule=())
    assert list(resumed.measured) == ["step", *GAN.metric_names]
    assert list(RunFolder.open(tmp_path / "run").history()["d_grad_norm"][[0, 10, 20]] > 0) == [True] * 3
    assert "ema_decay" in Recording.of_run(tmp_path / "run").setup


def test_old_models_are_rebuilt_from_what_their_files_say():
    for model in (tiny.build_gan(ema_decay=0.9), PlaneFlow(seed=0, ema_decay=0.9)):
        again = type(model).from_config(aged(keras.saving.serialize_keras_object(model)["config"]))
        assert again.settings() == model.settings()


def test_the_shipped_recording_has_the_names_of_now():
    assert Recording.shipped().columns == GAN.metric_names
