"""The figure of feature maps: sizes and ranges in words, pixels of one size, one scale of grey."""

import numpy as np
import pytest

from ganlib import plots

LARGE = np.arange(64.0).reshape(8, 8)
SMALL = np.array([[0.0, 21.0], [42.0, 63.0]])


def images_of(plot):
    return plot.figure.axes[0].images


def test_the_sentence_says_how_large_each_map_is_and_how_far_its_numbers_run():
    sentence = plots.feature_maps({"picture": LARGE, "halved": LARGE[::2, ::2]}, title="Smaller").sentence
    assert sentence == ("Smaller: 2 maps of pixels: picture, 8 by 8, from 0 to 63; halved, 4 by 4, from 0 to 54.")


def test_pixels_of_a_large_and_of_a_small_map_have_one_size():
    large, small = (image.get_extent() for image in images_of(plots.feature_maps({"large": LARGE, "small": SMALL})))
    assert (large[1] - large[0]) / 8 == pytest.approx((small[1] - small[0]) / 2)


def test_one_number_has_one_grey_in_every_map():
    large, small = (image.get_array() for image in images_of(plots.feature_maps({"large": LARGE, "small": SMALL})))
    np.testing.assert_allclose(small.ravel(), large.ravel()[[0, 21, 42, 63]])
    assert (large.min(), large.max()) == (0, 255)


def test_values_are_written_into_the_pixels_if_they_are_asked_for():
    plot = plots.feature_maps({"small": SMALL}, values=True)
    assert {"0", "21", "42", "63"} <= {text.get_text() for text in plot.figure.axes[0].texts}
    assert "21" not in {text.get_text() for text in plots.feature_maps({"small": SMALL}).figure.axes[0].texts}


def test_a_batch_of_one_with_one_channel_is_a_map():
    assert "8 by 8" in plots.feature_maps({"layer": LARGE[np.newaxis, ..., np.newaxis]}).sentence


def test_what_is_no_map_is_refused():
    for maps, words in (
        ({}, "maps must hold one to 40 things by name, not 0"),
        ({"many": np.zeros((4, 4, 3))}, "maps\\['many'\\] must be an array of n by n numbers"),
        ({"holes": np.full((4, 4), np.nan)}, "maps\\['holes'\\] must be finite"),
    ):
        with pytest.raises(ValueError, match=words):
            plots.feature_maps(maps)
