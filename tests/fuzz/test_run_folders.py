"""Run folders with files that are damaged, missing or of another kind: used, or refused in a sentence, and kept."""

import json
import shutil

import numpy as np
import pytest
from helpers import tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import GONE, attempt, damaged, json_values, paths_in, with_other, written

from ganlib import GAN, Schedule
from ganlib._tensorflow import keras
from ganlib.export import to_gif
from ganlib.lab import Recording
from ganlib.models import load_run
from ganlib.training import RunFolder

FEW = settings(max_examples=max(5, settings().max_examples // 5))  # each builds networks


class Steer(keras.callbacks.Callback):
    every = 5

    def on_train_batch_end(self, batch, logs=None):
        if batch + 1 == 5:
            self.model.live["d_learning_rate"] = 1e-3


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """The folder of a run of 12 steps with changes, checkpoints and samples; it has 8 more to make."""
    path = tmp_path_factory.mktemp("whole") / "run"
    gan = tiny.build_gan(latent_dim=4)
    options = {"checkpoint_interval": 4, "sample_interval": 6, "schedule": [(3, "d_steps", 2)]}
    tiny.train(gan, 12, run=path, callbacks=[Steer()], **options)
    config = json.loads((path / "config.json").read_text())
    config["training"]["last_step"] = 20
    (path / "config.json").write_text(json.dumps(config, indent=2))
    return path


@pytest.fixture
def folder(whole, tmp_path):
    return tmp_path / "run"


def fresh(whole, folder):
    """Put the whole run into the folder, whatever is there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(whole, folder)
    return folder


def content_of(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file() and path.name != ".lock"}


def use(folder):
    """Do with a run folder whatever can be done without going on in it; return the run, if it can be opened."""
    run, refusal = attempt(lambda: RunFolder.open(folder))
    if not refusal:
        for ask in (run.events, run.schedule, run.gaps, run.history, run.checkpoints, run.load_checkpoint):
            attempt(ask)
    attempt(lambda: load_run(folder))
    attempt(lambda: Recording.of_run(folder))
    attempt(lambda: to_gif(folder, folder.parent / "film.gif", overwrite=True))
    return run


def go_on(folder, steps=0):
    """Resume a run, and perhaps train some of its last steps; return the model, or None if it was refused."""
    gan, refusal = attempt(lambda: GAN.resume(folder))
    if refusal or not isinstance(gan, GAN):
        return None
    if steps:
        _, refusal = attempt(lambda: tiny.train(gan, steps))
    return None if refusal else gan


@pytest.mark.filterwarnings("ignore:.*cannot be replayed exactly")
@FEW
@given(draw=st.data())
def test_a_config_with_another_value_somewhere(draw, whole, folder):
    config = json.loads((whole / "config.json").read_text())
    path = draw.draw(st.sampled_from([path for path in paths_in(config) if len(path) < 4] + [*paths_in(config)]))
    other = draw.draw(json_values() | st.just(GONE))
    (fresh(whole, folder) / "config.json").write_text(json.dumps(with_other(config, path, other)))
    before = content_of(folder)
    use(folder)
    assert content_of(folder) == before
    if go_on(folder) is None:
        kept = content_of(folder)
        assert before.keys() <= kept.keys()
        assert all(kept[path] == before[path] for path in before if path.suffix in (".npz", ".png"))


LINES = (
    "[]",
    "{}",
    "5",
    "null",
    "",
    "{",
    '{"step": "x", "event": "set"}',
    '{"step": -5, "event": "set", "name": "d_steps", "value": 2}',
    '{"step": 1e400, "event": "set", "name": "d_steps", "value": 2}',
    '{"step": 7, "event": "set", "name": "nothing", "value": [1]}',
    '{"step": 7, "event": "set", "name": ["d_steps"], "value": 2}',
    '{"step": 7, "event": "set", "name": "d_steps", "value": {"a": [1]}}',
    '{"step": 99999999999999999999999, "event": "set", "name": "d_steps", "value": 2}',
    '{"step": true, "event": "set", "name": "d_steps", "value": 2}',
    '{"step": 7, "event": "gap", "why": 5}',
    "[" * 50_000,
    "9" * 5000,
)


@pytest.mark.filterwarnings("ignore:.*cannot be replayed exactly")
@FEW
@given(draw=st.data())
def test_events_of_another_kind(draw, whole, folder):
    lines = (whole / "events.jsonl").read_text().splitlines()
    at = draw.draw(st.integers(0, len(lines)))
    event = json.loads(draw.draw(st.sampled_from(lines)))
    path = draw.draw(st.sampled_from([*paths_in(event)]))
    changed = json_values().map(lambda other: json.dumps(with_other(event, path, other)))
    lines[at:at] = [draw.draw(st.sampled_from(LINES) | changed | json_values().map(json.dumps))]
    (fresh(whole, folder) / "events.jsonl").write_text("\n".join(lines) + "\n")
    before = content_of(folder)
    use(folder)
    assert content_of(folder) == before
    go_on(folder, steps=draw.draw(st.sampled_from((0, 0, 0, 2))))
    assert all(path.exists() for path in before if path.suffix != ".npz")


FILES = ("config.json", "events.jsonl", "history.csv", "checkpoints/step_00000012.npz", "samples/step_00000012.png")
ROWS = (
    "x,y",
    "1",
    "1,2,3,4,5,6,7,8,9",
    "nan," * 7,
    "1e400" + ",1" * 7,
    ",,,,,,,",
    "-5" + ",1" * 7,
    '"a",b',
    "9" * 5000,
)


@pytest.mark.filterwarnings("ignore:.*cannot be replayed exactly")
@FEW
@given(draw=st.data())
def test_files_that_are_damaged_missing_or_folders(draw, whole, folder):
    name = draw.draw(st.sampled_from(FILES))
    content = (whole / name).read_bytes()
    rows = st.sampled_from(ROWS).map(lambda row: content + row.encode() + b"\n")
    other = draw.draw(damaged(content) | rows | st.sampled_from((None, GONE)))
    path = fresh(whole, folder) / name
    path.unlink() if other is GONE else written(path, other)
    before = content_of(folder)
    run = use(folder)
    assert content_of(folder) == before
    _, refusal = attempt(lambda: RunFolder.create(folder, {}))
    assert refusal
    assert content_of(folder) == before
    gan = go_on(folder)
    assert gan is None or run is not None
    assert gan is None or gan.step > 0


NAMES = ("step_.npz", "step_x.npz", "step_-3.npz", "step_99999999999999999999.npz", "step_00000013.npz", "step_13.npz")


@FEW
@given(draw=st.data())
def test_more_files_than_there_should_be(draw, whole, folder):
    path = (
        fresh(whole, folder)
        / draw.draw(st.sampled_from(("checkpoints", "samples", ".")))
        / draw.draw(st.sampled_from(NAMES))
    )
    newest = (whole / "checkpoints" / "step_00000012.npz").read_bytes()
    written(path, draw.draw(st.sampled_from((b"", newest, None)) | damaged(newest)))
    use(folder)
    gan = go_on(folder)
    assert gan is not None
    assert gan.step in (12, 13)


@FEW
@given(draw=st.data())
def test_checkpoints_that_hold_something_else(draw, whole, folder):
    path = fresh(whole, folder) / "checkpoints" / "step_00000012.npz"
    with np.load(path) as file:
        arrays = {name: file[name] for name in file.files}
    values = json.loads(arrays["meta"].tobytes())
    kind = draw.draw(st.sampled_from(("values", "array", "gone", "more")))
    name = draw.draw(st.sampled_from(sorted(arrays)))
    if kind == "values":
        place = draw.draw(st.sampled_from([*paths_in(values)]))
        values = with_other(values, place, draw.draw(json_values() | st.just(GONE)))
        arrays["meta"] = np.frombuffer(json.dumps(values).encode(), np.uint8)
    elif kind == "array":
        odd = (np.zeros(0), np.zeros((2, 2)), np.array("x"), np.array([1 + 2j]), np.full(arrays[name].shape, np.nan))
        arrays[name] = draw.draw(st.sampled_from(odd))
    elif kind == "gone":
        del arrays[name]
    else:
        arrays["more.000"] = np.zeros(3)
    np.savez(path, **arrays)
    before = content_of(folder)
    use(folder)
    assert content_of(folder) == before
    if go_on(folder) is None:
        after = content_of(folder)
        assert all(after.get(path) == before[path] for path in before if path.suffix == ".npz")


@given(changes=json_values(), path=st.sampled_from(("a.json", "", None, 5, "\0", "nowhere/b.json")))
def test_lists_of_changes(changes, path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    schedule, refusal = attempt(lambda: Schedule(changes))
    if not refusal:
        _, refusal = attempt(lambda: schedule.save(path))
        if not refusal:
            again = Schedule.load(path)
            assert len(again) == len(schedule)
