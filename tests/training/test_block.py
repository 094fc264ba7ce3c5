"""The compiled loop and its random numbers."""

import itertools

import numpy as np
import pytest

from ganlib._tensorflow import tf
from ganlib.training import MAX_BLOCK, Draws, GivenExamples, build_block
from ganlib.training.block import MAX_SUBSTEPS

TEN = tf.range(10)
EVERY_MODE = pytest.mark.parametrize("block_mode", ["compiled", "graph", "stepwise"])


def draws_at(step, seed=0, data=(TEN,)):
    return Draws(data, seed, tf.constant(step, tf.int64))


# --- random numbers ------------------------------------------------------------------------------------------------


def test_the_same_seed_step_substep_and_stream_give_the_same_numbers():
    first, second = draws_at(12, seed=3), draws_at(12, seed=3)
    first.examples(7), first.uniform([9], 5)  # what else is drawn does not matter
    assert np.array_equal(first.normal([4, 2], 1, 6), second.normal([4, 2], 1, 6))
    assert np.array_equal(first.uniform([4, 2], 1, 6), second.uniform([4, 2], 1, 6))
    assert np.array_equal(first.examples(20, 6), second.examples(20, 6))


def test_no_two_draws_of_a_training_are_equal():
    places = list(
        itertools.product((0, 1), (0, 1, 2, 63, 64, 2**31, 2**40), (0, 1, 7, 8, MAX_SUBSTEPS - 1), range(1, 8))
    )
    drawn = [draws_at(step, seed).normal([2], stream, turn).numpy() for seed, step, turn, stream in places]
    assert len({numbers.tobytes() for numbers in drawn}) == len(places)


def test_draws_of_examples_differ_between_seeds_steps_and_substeps():
    places = itertools.product((0, 1), (0, 1, 2), (0, 1, 63))
    drawn = [draws_at(step, seed).examples(40, turn).numpy().tobytes() for seed, step, turn in places]
    assert len(set(drawn)) == len(drawn)


def test_streams_and_neighbouring_steps_are_not_correlated():
    first = draws_at(5).normal([20_000], 1).numpy()
    for other in (draws_at(5).normal([20_000], 2), draws_at(6).normal([20_000], 1), draws_at(5).normal([20_000], 1, 1)):
        assert abs(np.corrcoef(first, other)[0, 1]) < 0.03


def test_normal_numbers_are_standard_normal_and_uniform_ones_fill_their_range():
    normal = draws_at(1).normal([20_000], 1).numpy()
    uniform = draws_at(1).uniform([20_000], 3, low=-1.0, high=1.0).numpy()
    assert normal.dtype == uniform.dtype == np.float32
    assert abs(normal.mean()) < 0.03
    assert abs(normal.std() - 1) < 0.03
    assert -1 <= uniform.min() < -0.999
    assert 0.999 < uniform.max() < 1
    assert abs(uniform.std() - 1 / np.sqrt(3)) < 0.01


def test_every_example_is_drawn_equally_often():
    drawn = np.concatenate([draws_at(step).examples(50).numpy() for step in range(400)])
    counts = np.bincount(drawn, minlength=10)
    assert counts.sum() == 20_000
    assert ((counts - 2000) ** 2 / 2000).sum() < 27.9, "chi-square with 9 degrees of freedom, 99.9 %"


def test_examples_are_drawn_with_replacement_so_a_batch_may_be_larger_than_the_data():
    assert draws_at(0).examples(25).shape == (25,)


def test_arrays_that_belong_together_stay_together():
    pictures, labels = draws_at(3, data=(TEN, TEN * 7)).examples(30)
    assert np.array_equal(labels, pictures * 7)


def test_given_examples_are_handed_on_whatever_is_asked():
    batch = tf.constant([1.0, 2.0, 3.0])
    given = GivenExamples((batch,), 0, tf.constant(4, tf.int64))
    assert np.array_equal(given.examples(99, 5), batch)
    assert np.array_equal(given.normal([3], 1), draws_at(4).normal([3], 1))
    assert len(GivenExamples((batch, batch), 0, tf.constant(4, tf.int64)).examples(1)) == 2


# --- the loop ------------------------------------------------------------------------------------------------------


@pytest.fixture
def traced():
    return []


@pytest.fixture
def block(block_mode, traced):
    """A block whose steps add what they draw to a sum, and measure step, phase and sum."""
    total = tf.Variable(0.0)

    def iteration(draws, batch_size, phase):
        traced.append(batch_size)
        total.assign_add(tf.reduce_sum(draws.examples(batch_size)) + tf.reduce_sum(draws.normal([3], 1)))
        return tf.stack([tf.cast(draws.step, tf.float32), tf.cast(phase, tf.float32), total.read_value()])

    run = build_block(iteration, 3, (tf.range(10.0),), 4, 0, block_mode)

    def rows(first, count, phase=0):
        return run(first, count, phase)

    rows.total = total
    return rows


@EVERY_MODE
def test_how_steps_are_cut_into_blocks_changes_nothing(block):
    whole = block(0, 60)
    block.total.assign(0)
    first, pieces = 0, []
    for count in (1, 24, 7, 28):
        pieces.append(block(first, count))
        first += count
    assert np.concatenate(pieces).tobytes() == whole.tobytes()


@EVERY_MODE
def test_a_block_counts_its_steps_and_hands_on_the_phase(block):
    rows = block(40, 5, phase=2)
    assert rows[:, 0].tolist() == [40, 41, 42, 43, 44]
    assert rows[:, 1].tolist() == [2] * 5


@EVERY_MODE
def test_a_block_is_traced_once_for_all_lengths_steps_and_phases(block, traced):
    for first, count, phase in ((0, 1, 0), (1, MAX_BLOCK, 1), (7, 33, 2), (2**40, 2, 0)):
        assert block(first, count, phase).shape == (count, 3)
    assert traced == [4]


@EVERY_MODE
def test_a_step_keeps_what_each_of_its_turns_measured_last(block_mode):
    def iteration(draws, batch_size, phase):
        turn = tf.cast(draws.turn, tf.float32)
        first, later = tf.where(draws.turn == 0, 10.0, np.nan), tf.where(draws.turn > 0, turn, np.nan)
        return tf.stack([first, later, tf.cast(draws.step, tf.float32), np.nan])

    rows = build_block(iteration, 4, (TEN,), 4, 0, block_mode)(7, 5, turns=3)
    assert np.array_equal(rows, [[10, 2, step, np.nan] for step in range(7, 12)], equal_nan=True)
    assert np.isnan(build_block(iteration, 4, (TEN,), 4, 0, block_mode)(0, 1)[0, 1]), "one turn unless told otherwise"
