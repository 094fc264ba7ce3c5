"""The flow that comes with the kit: its file, what it draws, and what is said of a damaged one."""

import numpy as np
import pytest

from ganlib import judge
from ganlib.data import DataError
from ganlib.models import recorded, recorded_flow


@pytest.fixture(scope="module")
def flow():
    return recorded_flow.load_flow()


def test_it_draws_the_digits_that_are_asked_for(flow):
    asked = np.arange(10).repeat(5)
    made = flow.generate(50, seed=3, digits=asked, evaluations=10, guidance=2)
    assert (judge.recognise(made).argmax(axis=1) == asked).mean() > 0.8
    assert judge.share_recognised(made) > 0.5
    assert flow.step == recorded_flow.RECIPE.steps


def test_what_is_kept_of_it_reads_back_to_16_bits(flow, tmp_path, monkeypatch):
    monkeypatch.setattr(recorded, "PACKAGE", tmp_path / "ganlib")
    monkeypatch.setattr(recorded, "asset", lambda name: tmp_path / "assets" / name)
    (tmp_path / "assets" / "recorded").mkdir(parents=True)
    recorded.save(recorded_flow.FILE, flow.averaged.get_weights())
    for first, again in zip(flow.averaged.get_weights(), recorded_flow.load_flow().averaged.get_weights(), strict=True):
        np.testing.assert_array_equal(first, again)


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04 no zip", None])
def test_a_damaged_file_is_told_in_one_sentence(content, tmp_path, monkeypatch):
    path = tmp_path / "flow.npz"
    if content is None:
        np.savez(path, np.zeros(3))
    else:
        path.write_bytes(content)
    monkeypatch.setattr(recorded, "asset", lambda name: path)
    with pytest.raises(DataError, match="is damaged: get a fresh copy of the kit") as error:
        recorded_flow.load_flow()
    assert "\n" not in str(error.value)
