"""Files that are damaged, of another kind, or lie about what they hold: read, or refused in a sentence, at once."""

import functools
import gzip
import hashlib
import io
import json
import struct
import zipfile

import numpy as np
import pytest
from helpers import tiny
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from sentences import attempt, damaged, json_values, odd_values, paths_in, with_other, written

from ganlib import Schedule, load_mnist, room
from ganlib.course import progress
from ganlib.data import asset
from ganlib.export import read_network, to_dl4j, to_gif, to_keras, to_onnx
from ganlib.judge import DigitClassifier
from ganlib.judge.classifier import RECORD, WEIGHTS
from ganlib.lab import Recording
from ganlib.training import RunFolder
from ganlib.training.samples import read_samples

PIXELS = tiny.pictures(5, 28)[..., 0]
LABELS = np.arange(5, dtype=np.uint8)
HUGE = st.sampled_from((2**16, 2**31 - 1, 2**32 - 1))


def packed(**arrays):
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()


MNIST = {"x_train": PIXELS, "y_train": LABELS, "x_test": PIXELS, "y_test": LABELS}
NPZ = packed(**MNIST)


# --- data -----------------------------------------------------------------------------------------------------------


@given(content=damaged(NPZ))
def test_pictures_in_an_npz_file(content, tmp_path):
    attempt(lambda: load_mnist(path=written(tmp_path / "own.npz", content)))


@given(name=st.sampled_from([*MNIST]), array=odd_values())
def test_other_arrays_in_an_npz_file(name, array, tmp_path):
    try:
        content = packed(**{**MNIST, name: np.asarray(array)})
    except (ValueError, RecursionError, TypeError, OverflowError, AttributeError):  # what no .npz file can hold
        return
    attempt(lambda: load_mnist(path=written(tmp_path / "own.npz", content)))


@given(
    shape=st.lists(st.integers(0, 30) | HUGE, max_size=4),
    dtype=st.sampled_from(("|u1", "<f8", "|O", "<U9", "|V8", "<M8[s]", "x", "|b1", "<u8")),
)
def test_an_array_that_announces_what_is_not_there(shape, dtype, tmp_path):
    header = f"{{'descr': {dtype!r}, 'fortran_order': False, 'shape': {tuple(shape)}}}".ljust(117) + "\n"
    start = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode()
    with zipfile.ZipFile(tmp_path / "own.npz", "w") as file:
        for name, array in MNIST.items():
            file.writestr(f"{name}.npy", start if name == "x_train" else packed_alone(array))
    _, refusal = attempt(lambda: load_mnist(path=tmp_path / "own.npz"))
    assert refusal


def packed_alone(array):
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def idx(array, sizes=None):
    sizes = array.shape if sizes is None else sizes
    return bytes([0, 0, 8, array.ndim]) + struct.pack(f">{array.ndim}I", *sizes) + array.tobytes()


IDX = {
    f"{prefix}-{kind}-idx{array.ndim}-ubyte": idx(array)
    for prefix in ("train", "t10k")
    for kind, array in (("images", PIXELS), ("labels", LABELS))
}


@given(draw=st.data())
def test_a_folder_of_idx_files(draw, tmp_path_factory):
    folder = tmp_path_factory.mktemp("idx")
    for name, content in IDX.items():
        (folder / name).write_bytes(content)
    name = draw.draw(st.sampled_from([*IDX]))
    content = draw.draw(damaged(IDX[name]) | damaged(gzip.compress(IDX[name], mtime=0)) | st.none())
    if content is None:
        (folder / name).unlink()
    attempt(lambda: load_mnist(path=written(folder / name, content).parent))


@given(sizes=st.tuples(HUGE | st.integers(0, 9), HUGE | st.just(28), HUGE | st.just(28)), zipped=st.booleans())
def test_an_idx_file_that_announces_what_is_not_there(sizes, zipped, tmp_path):
    for name, content in IDX.items():
        (tmp_path / name).write_bytes(content)
    content = idx(PIXELS, sizes)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(gzip.compress(content) if zipped else content)
    _, refusal = attempt(lambda: load_mnist(path=tmp_path))
    assert refusal or sizes == PIXELS.shape


# --- JSON -----------------------------------------------------------------------------------------------------------


def texts(content):
    """Draw what may stand in the place of a JSON file: other values at any place, damage, other encodings."""
    value = json.loads(content)
    changed = st.sampled_from([*paths_in(value)]).flatmap(
        lambda path: json_values().map(lambda other: json.dumps(with_other(value, path, other)))
    )
    whole = json_values().map(json.dumps)
    encoded = st.sampled_from(("utf-8", "utf-16", "utf-32", "latin-1", "utf-8-sig")).flatmap(
        lambda encoding: st.just(content.encode(encoding))
    )
    brackets = st.sampled_from(("[" * 100_000, '{"a":' * 100_000, "9" * 10_000, "1e999", "NaN", "-" * 9))
    return st.one_of(changed, whole, encoded, brackets, damaged(content.encode()), st.none())


@given(content=texts(json.dumps({"passed": ["06.1", "06.2"]})))
def test_the_file_of_passed_exercises(content, tmp_path, monkeypatch):
    path = tmp_path / "progress.json"
    monkeypatch.setenv(progress.VARIABLE, str(path))
    for old in tmp_path.glob("progress.json?*"):
        old.unlink()
    written(path, content)
    passed, trouble = progress.read()
    assert all(isinstance(name, str) for name in passed)
    assert trouble == "" or trouble.endswith(".")
    told = progress.note("01.1")
    assert told == "" or told.endswith(".")
    if not told:
        assert progress.read()[0] >= {"01.1", *passed}


CHECKS = {"checks": [{"ok": True, "line": "Python 3.12.1", "advice": ""}, {"ok": False, "line": "a", "advice": "b"}]}


@given(content=texts(json.dumps(CHECKS)))
def test_what_a_computer_of_a_room_said(content, tmp_path):
    written(tmp_path / "pc.json", content)
    (tmp_path / "good.json").write_text(json.dumps(CHECKS), encoding="utf-8")
    text, _ = room.table(tmp_path)
    assert len(text.splitlines()) == 4
    assert text.replace("\n", "").isprintable()


SCHEDULE = json.dumps({"ganlib_schedule": 1, "changes": [{"step": 3, "name": "d_steps", "value": 2}]})


@given(content=texts(SCHEDULE))
def test_a_schedule(content, tmp_path):
    path = written(tmp_path / "schedule.json", content)
    schedule, refusal = attempt(lambda: Schedule.load(path))
    if not refusal:
        attempt(lambda: schedule.save(tmp_path / "again.json"))


# --- pictures and recordings ----------------------------------------------------------------------------------------


def picture(size=(8, 8)):
    buffer = io.BytesIO()
    Image.new("L", size).save(buffer, "PNG")
    return buffer.getvalue()


CONFIG = {"ganlib_run": 1, "model": "GAN", "config": {}, "training": {}, "live": {}}


@given(draw=st.data())
def test_the_samples_of_a_run(draw, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run")
    run = RunFolder.create(folder / "run", {name: CONFIG[name] for name in ("model", "config", "training", "live")})
    for step in (100, 200):
        (run.sample_folder / f"step_{step:08d}.png").write_bytes(picture())
    name = draw.draw(
        st.sampled_from(("step_00000300.png", "step_x.png", "step_.png", "step_-5.png", "step_" + "9" * 99 + ".png"))
    )
    sizes = st.sampled_from(((1, 1), (9, 8), (30_000, 1)))
    written(run.sample_folder / name, draw.draw(damaged(picture()) | sizes.map(picture) | st.none()))
    steps, frames = read_samples(run, 10)
    assert {100, 200} <= {*steps}
    assert len({frame.shape for frame in frames}) == 1
    attempt(lambda: Recording.of_run(run.path))
    attempt(lambda: to_gif(run.path, folder / "film.gif"))


def recording():
    columns = {"step": np.arange(1, 7), "d_loss": np.ones(6, np.float32)}
    changes = [(2, "d_steps", 2)]
    return {
        "steps": np.array([0, 3, 6]),
        "frames": np.zeros((3, 4, 4), np.uint8),
        "history": columns,
        "start": {"d_steps": 1},
        "changes": changes,
        "title": "a run",
    }


@functools.cache
def recorded(folder):
    Recording(**recording()).save(folder / "a.npz")
    return (folder / "a.npz").read_bytes()


@given(draw=st.data())
def test_a_recording(draw, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    content = draw.draw(damaged(recorded(folder)) | st.none())
    attempt(lambda: Recording.load(written(folder / "b.npz", content)))


@given(draw=st.data())
def test_what_a_recording_is_made_of(draw, tmp_path):
    good = recording()
    name = draw.draw(st.sampled_from([*good]))
    made, refusal = attempt(lambda: Recording(**{**good, name: draw.draw(odd_values())}))
    if not refusal:
        attempt(lambda: made.save(tmp_path / "a.npz"))
        attempt(lambda: made.values_at(3))
        attempt(lambda: made.png(0))


# --- networks -------------------------------------------------------------------------------------------------------


@functools.cache
def network_file(folder, ending):
    network = tiny.build_networks()["generator"]
    path = folder / f"network{ending}"
    network.save_weights(path) if ending == ".weights.h5" else network.save(path)
    return path.read_bytes()


@pytest.mark.parametrize("ending", [".keras", ".h5", ".weights.h5"])
@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_a_network_of_somebody_else(ending, draw, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    content = draw.draw(damaged(network_file(folder, ending)) | st.none())
    attempt(lambda: read_network(written(folder / f"other{ending}", content)))


@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_a_keras_file_that_describes_something_else(draw, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    with zipfile.ZipFile(io.BytesIO(network_file(folder, ".keras"))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    described = json.loads(parts["config.json"])
    path = draw.draw(st.sampled_from([*paths_in(described)]))
    parts["config.json"] = json.dumps(with_other(described, path, draw.draw(json_values()))).encode()
    with zipfile.ZipFile(folder / "described.keras", "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    attempt(lambda: read_network(folder / "described.keras"))


@functools.cache
def to_export():
    return tiny.build_gan()


@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_what_is_exported_where(draw, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    export, name = draw.draw(st.sampled_from(((to_keras, "a.keras"), (to_onnx, "a.onnx"), (to_dl4j, "a.h5"))))
    odd = draw.draw(odd_values())
    which = draw.draw(st.sampled_from(("model", "path", "part")))
    attempt(lambda: export(**{"model": to_export(), "path": name, "part": None, "overwrite": True, which: odd}))
    assert not [path for path in tmp_path.iterdir() if path.name.endswith(".unfinished")]


# --- the judge ------------------------------------------------------------------------------------------------------


@functools.cache
def judge_files():
    return {name: asset(f"judge/{name}").read_bytes() for name in (WEIGHTS, RECORD)}


@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_the_files_of_the_classifier(draw, tmp_path_factory):
    folder = tmp_path_factory.getbasetemp()
    files = dict(judge_files())
    name = draw.draw(st.sampled_from([*files]))
    files[name] = draw.draw(damaged(files[name]) | (texts(files[RECORD].decode()) if name == RECORD else st.none()))
    paths = [written(folder / name, content) for name, content in files.items()]
    attempt(lambda: DigitClassifier.load(*paths))


@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_weights_of_another_network_with_a_record_that_fits(draw, tmp_path):
    content = draw.draw(damaged(packed(a=np.zeros(3, np.float16))))
    paths = [written(tmp_path / WEIGHTS, content)]
    paths.append(written(tmp_path / RECORD, json.dumps({"sha256": hashlib.sha256(content).hexdigest()})))
    _, refusal = attempt(lambda: DigitClassifier.load(*paths))
    assert refusal
