"""Event files for TensorBoard, read back with TensorBoard's own reader."""

import pytest
from helpers import tiny
from helpers.modes import plain_graph

from ganlib.training.tensorboard import TensorBoard

event_accumulator = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tensorboard")
    with plain_graph():
        tiny.train(tiny.build_gan(), 6, callbacks=[TensorBoard(folder, every=3)])
    accumulator = event_accumulator.EventAccumulator(str(folder), size_guidance={"tensors": 0})
    accumulator.Reload()
    return accumulator


def steps_of(events, tag):
    return [event.step for event in events.Tensors(tag)]


def test_the_home_folder_is_where_a_path_says(tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    assert TensorBoard("~/runs").folder == tmp_path / "runs"
    with pytest.raises(ValueError, match="folder must be the name of a file or folder"):
        TensorBoard(None)


def test_what_is_measured_and_the_live_values_are_scalars(events):
    tags = events.Tags()["tensors"]
    assert {"measured/d_loss", "measured/g_loss", "live/d_learning_rate"} <= set(tags)
    assert steps_of(events, "measured/d_loss")[-1] == 6


def test_samples_and_histograms_come_at_regular_steps(events):
    assert steps_of(events, "samples") == [0, 3, 6]
    kernels = [tag for tag in events.Tags()["tensors"] if tag.endswith("kernel")]
    assert len(kernels) == 4
    assert steps_of(events, kernels[0]) == [0, 3, 6]


def test_the_graph_shows_both_networks(events):
    names = {node.name.split("/")[0] for node in events.Graph().node}
    assert any(name.startswith("generator") for name in names)
    assert any(name.startswith("discriminator") for name in names)


def test_a_wrong_interval_is_refused(tmp_path):
    with pytest.raises(ValueError, match="every"):
        TensorBoard(tmp_path, every=0)
