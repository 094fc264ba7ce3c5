"""Tests of the leaves: the set that comes with the project is what its maker draws, and is read back as it was."""

import subprocess
import sys
import zipfile

import numpy as np
import pytest

from ganlib import load_pictures
from ganlib.data import asset
from ganlib.data.leaves import draw_leaves

SHIPPED = asset("data/leaves.zip")


def test_the_shipped_leaves_are_those_that_the_maker_draws():
    drawn, shipped = draw_leaves(), load_pictures(SHIPPED, 32)
    assert shipped.classes == drawn.classes == ("ginkgo", "maple", "oak", "willow")
    order = np.argsort(drawn.labels, kind="stable")  # a zip is read in the order of its names
    np.testing.assert_array_equal(shipped.labels, drawn.labels[order])
    # Another version of Pillow may round an edge otherwise.
    assert np.abs(shipped.images.astype(int) - drawn.images[order]).mean() < 0.5


def test_the_maker_makes_the_shipped_file_again(tmp_path):
    made = tmp_path / "leaves.zip"
    subprocess.run([sys.executable, "-m", "ganlib.data.leaves", made], check=True)
    with zipfile.ZipFile(made) as one, zipfile.ZipFile(SHIPPED) as other:
        assert one.namelist() == other.namelist()
        assert len(one.namelist()) == 500
    assert SHIPPED.stat().st_size < 600_000


def test_leaves_differ_by_seed_and_tree_and_have_white_corners():
    one, same, other = (draw_leaves(40, 24, seed) for seed in (0, 0, 1))
    assert one.images.shape == (40, 24, 24, 3)
    np.testing.assert_array_equal(one.images, same.images)
    assert (one.images != other.images).any()
    assert np.bincount(one.labels).tolist() == [10] * 4
    assert (one.images[:, 0, 0] == 255).mean() > 0.95
    means = np.stack([one.images[one.labels == kind].mean(axis=(0, 1, 2)) for kind in range(4)])
    assert np.ptp(means, axis=0).max() > 20  # trees differ in their colours


@pytest.mark.parametrize("wrong", [{"n": 3}, {"n": 10**9}, {"size": 15}, {"size": 65}, {"seed": -1}, {"seed": "x"}])
def test_nonsense_is_refused_in_a_sentence(wrong):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        draw_leaves(**wrong)
