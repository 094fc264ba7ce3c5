"""The modes that GANs of points find: how they are counted, for which losses, and what was recorded."""

import numpy as np
import pytest

from ganlib.data import CLUSTERS, toy_points
from ganlib.models import modes
from ganlib.models.losses import LOSSES
from ganlib.models.modes import Modes, count_modes, mode_table, modes_by_loss


def test_real_points_find_all_25_modes_and_points_between_them_none():
    real = count_modes(toy_points("grid", 2500))
    assert real.found == 25
    assert real.good == pytest.approx(1 - np.exp(-4.5), abs=0.01)
    assert count_modes(CLUSTERS["grid"][0] + 0.2) == Modes(0, 0.0)
    assert count_modes([(0.4, 0.41), (0.4, 0.39), (-0.2, 0.2)]) == Modes(1, pytest.approx(2 / 3))


def test_modes_are_counted_for_each_loss_and_seed_and_a_training_is_that_of_its_seed_alone(graph):
    counted = modes_by_loss(("hinge", "wasserstein"), seeds=2, steps=3, batch_size=8, hidden=(4,))
    assert {kind: len(modes) for kind, modes in counted.items()} == {"hinge": 2, "wasserstein": 2}
    assert (
        modes_by_loss(("wasserstein",), seeds=1, steps=3, batch_size=8, hidden=(4,))["wasserstein"]
        == (counted["wasserstein"][:1])
    )


def test_the_table_of_modes_has_means_spreads_and_the_worst():
    table = mode_table({"hinge": [Modes(20, 0.5), Modes(24, 0.7)], "non_saturating": [Modes(3, 1.0)]}).split("\n")
    assert table[2] == "| hinge | 22.0 ± 2.8 | 20 | 60% ± 14% |"
    assert table[3] == "| non saturating | 3.0 ± 0.0 | 3 | 100% ± 0% |"


def test_what_was_recorded_covers_every_loss_with_five_seeds_and_is_read_back(tmp_path, monkeypatch):
    recorded = modes.recorded_modes()
    assert list(recorded) == list(LOSSES)
    for counted in recorded.values():
        assert len(counted) == 5
        assert all(0 <= one.found <= 25 and 0 <= one.good <= 1 for one in counted)
    monkeypatch.setattr(modes, "modes_by_loss", lambda: {"hinge": [Modes(7, 0.25)]})
    monkeypatch.setattr(modes, "PACKAGE", tmp_path / "ganlib")
    modes.main()
    monkeypatch.setattr(modes, "asset", lambda name: tmp_path / "assets" / name)
    assert modes.recorded_modes() == {"hinge": [Modes(7, 0.25)]}
