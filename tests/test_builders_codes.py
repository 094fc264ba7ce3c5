"""The networks of the autoencoders: shapes, ranges, seeds and what they refuse."""

import numpy as np
import pytest

from ganlib.builders import build_decoder, build_encoder, build_variational_encoder

PICTURES = np.random.default_rng(0).uniform(-1, 1, (3, 28, 28, 1)).astype(np.float32)


def test_the_encoder_turns_pictures_into_codes_of_the_size_asked_for():
    codes = build_encoder(code=5, hidden=(16,), seed=0)(PICTURES)
    assert codes.shape == (3, 5)


def test_the_decoder_turns_codes_into_pictures_between_black_and_white():
    pictures = build_decoder(code=5, hidden=(16,), seed=0)(100 * np.ones((3, 5), np.float32)).numpy()
    assert pictures.shape == (3, 28, 28, 1)
    assert np.abs(pictures).max() <= 1


def test_without_activation_the_decoder_gives_logits_of_any_size():
    logits = build_decoder(code=5, hidden=(16,), activation=None, seed=0)(100 * np.ones((3, 5), np.float32)).numpy()
    assert np.abs(logits).max() > 1


def test_the_variational_encoder_gives_means_and_log_variances_that_differ():
    mean, log_variance = build_variational_encoder(code=4, hidden=(16,), seed=0)(PICTURES)
    assert mean.shape == log_variance.shape == (3, 4)
    assert np.abs(mean - log_variance).max() > 0


def test_the_sizes_are_those_that_lessons_02_and_04_tell():
    assert build_encoder().count_params() == 784 * 512 + 512 + 512 * 256 + 256 + 256 * 32 + 32
    assert build_decoder().count_params() == 32 * 256 + 256 + 256 * 512 + 512 + 512 * 784 + 784


@pytest.mark.parametrize("build", [build_encoder, build_decoder, build_variational_encoder])
def test_the_same_seed_gives_the_same_weights_and_another_seed_others(build):
    first, same, other = (build(4, (16,), seed=seed).get_weights()[0] for seed in (3, 3, 4))
    np.testing.assert_array_equal(first, same)
    assert np.abs(first - other).max() > 0


@pytest.mark.parametrize("build", [build_encoder, build_decoder, build_variational_encoder])
@pytest.mark.parametrize("code", [0, -3, 2.5, True])
def test_a_bottleneck_that_is_no_whole_number_above_0_is_refused(build, code):
    with pytest.raises(ValueError, match=r"^The bottleneck \(code\) must be a whole number above 0, not .*\.$"):
        build(code)


@pytest.mark.parametrize("build", [build_encoder, build_decoder, build_variational_encoder])
def test_hidden_layers_without_units_are_refused(build):
    with pytest.raises(ValueError, match=r"^The number of hidden units must be a whole number above 0, not 0\.$"):
        build(4, (16, 0))
    with pytest.raises(ValueError, match=r"^hidden is empty: give the size of at least one hidden layer"):
        build(4, ())
    with pytest.raises(ValueError, match=r"^hidden must list the sizes of the hidden layers, .* not 512\.$"):
        build(4, 512)
