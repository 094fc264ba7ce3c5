"""The compiled loop and its random numbers."""

import itertools

import numpy as np
import pytest

from ganlib._tensorflow import tf
from ganlib.training import MAX_BLOCK, Draws, GivenExamples, Player, compile_block
from ganlib.training.block import MAX_TURNS

TEN = tf.range(10)
EVERY_MODE = pytest.mark.parametrize("block_mode", ["compiled", "graph", "stepwise"])


def draws_at(step, seed=0, turn=0, data=(TEN,)):
    return Draws(data, seed, tf.constant(step, tf.int64), turn)


# --- random numbers ------------------------------------------------------------------------------------------------


def test_the_same_seed_step_turn_and_stream_give_the_same_numbers():
    first, second = draws_at(12, 3, 6), draws_at(12, 3).at_turn(6)
    first.examples(7), first.uniform([9], 5)  # what else is drawn does not matter
    assert np.array_equal(first.normal([4, 2], 1), second.normal([4, 2], 1))
    assert np.array_equal(first.uniform([4, 2], 1), second.uniform([4, 2], 1))
    assert np.array_equal(first.examples(20), second.examples(20))


def test_no_two_draws_of_a_training_are_equal():
    places = list(itertools.product((0, 1), (0, 1, 2, 63, 64, 2**31, 2**40), (0, 1, 7, 8, MAX_TURNS - 1), range(1, 8)))
    drawn = [draws_at(step, seed, turn).normal([2], stream).numpy() for seed, step, turn, stream in places]
    assert len({numbers.tobytes() for numbers in drawn}) == len(places)


@pytest.mark.parametrize("stream", [-1, 8, 9])
def test_a_stream_that_would_repeat_those_of_another_turn_is_refused(stream):
    for draw in (draws_at(3).normal, draws_at(3).uniform):
        with pytest.raises(ValueError, match=f"A stream is one of 0 to 7; {stream} would repeat"):
            draw([2], stream)


def test_draws_of_examples_differ_between_seeds_steps_and_turns():
    places = itertools.product((0, 1), (0, 1, 2), (0, 1, 63))
    drawn = [draws_at(step, seed, turn).examples(40).numpy().tobytes() for seed, step, turn in places]
    assert len(set(drawn)) == len(drawn)


def test_streams_and_neighbouring_steps_are_not_correlated():
    first = draws_at(5).normal([20_000], 1).numpy()
    for other in (
        draws_at(5).normal([20_000], 2),
        draws_at(6).normal([20_000], 1),
        draws_at(5, turn=1).normal([20_000], 1),
    ):
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
    assert ((counts - 2000) ** 2 / 2000).sum() < 27.9, "chi-square with 9 degrees of freedom, 99.9%"


def test_examples_are_drawn_with_replacement_so_a_batch_may_be_larger_than_the_data():
    assert draws_at(0).examples(25).shape == (25,)


def test_arrays_that_belong_together_stay_together():
    pictures, labels = draws_at(3, data=(TEN, TEN * 7)).examples(30)
    assert np.array_equal(labels, pictures * 7)


def test_given_examples_are_handed_on_whatever_is_asked():
    batch = tf.constant([1.0, 2.0, 3.0])
    given = GivenExamples((batch,), 0, tf.constant(4, tf.int64))
    assert np.array_equal(given.at_turn(5).examples(99), batch)
    assert np.array_equal(given.normal([3], 1), draws_at(4).normal([3], 1))
    assert len(GivenExamples((batch, batch), 0, tf.constant(4, tf.int64)).examples(1)) == 2


# --- the loop ------------------------------------------------------------------------------------------------------


class Adder:
    """Two players of one number each, which add what they draw to it and measure it, the step and whether they learn.

    The second one adds the first one's number, too, so that their order matters.
    """

    def __init__(self, mode):
        self.totals = {name: tf.Variable(0.0) for name in ("first", "second")}
        self.repeats = {"first": 1, "second": 1}
        self.traced = []
        players = [Player(NoNetwork(), None, *self.step_of(name)) for name in self.totals]
        self.metric_names = ("second_total", "first_step", "first_learns", "first_total", "second_learns")
        self.block = compile_block(players, self.metric_names, 4, mode)

    def step_of(self, name):
        total = self.totals[name]

        def step(draws, batch_size, learn):
            self.traced.append((name, learn))
            if learn:
                total.assign_add(tf.reduce_sum(draws.examples(batch_size)) + tf.reduce_sum(draws.normal([3], 1)))
                if name == "second":
                    total.assign_add(self.totals["first"])
            measured = {"learns": float(learn), "total": total.read_value(), "step": draws.step}
            return {f"{name}_{key}": tf.cast(value, tf.float32) for key, value in measured.items()}

        columns = tuple(f"{name}_{key}" for key in ("total", "learns") + ("step",) * (name == "first"))
        return step, columns, lambda: self.repeats[name]

    def __call__(self, first, count):
        return self.block(first, count, seed=tf.constant(0, tf.int64), data=(tf.range(10.0),))

    def start_again(self):
        for total in self.totals.values():
            total.assign(0)


class NoNetwork:
    """What a player without layers moves."""

    def _flatten_layers(self):
        return []


@pytest.fixture
def adder(block_mode):
    return Adder(block_mode)


@EVERY_MODE
@pytest.mark.parametrize("repeats", [(1, 1), (3, 1), (2, 4), (0, 1), (0, 0)])
def test_how_steps_are_cut_into_blocks_changes_nothing(adder, repeats):
    adder.repeats |= dict(zip(adder.repeats, repeats, strict=True))
    whole = adder(0, 60)
    adder.start_again()
    first, pieces = 0, []
    for count in (1, 24, 7, 28):
        pieces.append(adder(first, count))
        first += count
    assert np.concatenate(pieces).tobytes() == whole.tobytes()


@EVERY_MODE
def test_a_block_counts_its_steps_and_measures_by_column(adder):
    rows = adder(40, 5)
    assert rows.dtype == np.float32
    measured = dict(zip(adder.metric_names, rows.T, strict=True))
    assert measured["first_step"].tolist() == [40, 41, 42, 43, 44]
    assert measured["first_total"][-1] == adder.totals["first"].numpy()
    assert measured["second_total"][-1] == adder.totals["second"].numpy()


@EVERY_MODE
def test_a_block_is_traced_once_for_all_lengths_and_steps(adder):
    for first, count in ((0, 1), (1, MAX_BLOCK), (7, 33), (2**40, 2)):
        assert adder(first, count).shape == (count, 5)
    assert adder.traced == [("first", True), ("second", True)]


@EVERY_MODE
def test_players_learn_as_often_as_they_are_told_at_every_step_with_other_numbers(adder, block_mode):
    """What is drawn at turn t of step s is the same, however many turns there are."""

    @tf.function(jit_compile=block_mode != "graph")  # compiled random numbers are others than plain ones
    def drawn(step, turn):
        draws = Draws((tf.range(10.0),), 0, step, turn)
        return tf.reduce_sum(draws.examples(4)) + tf.reduce_sum(draws.normal([3], 1))

    sums = np.array([[drawn(tf.constant(step, tf.int64), tf.constant(turn)) for turn in range(3)] for step in range(4)])
    assert len(set(sums.ravel())) == 12
    for times in (1, 2, 3):
        adder.start_again()
        adder.repeats["first"] = times
        measured = dict(zip(adder.metric_names, adder(0, 4).T, strict=True))
        assert measured["first_total"] == pytest.approx(sums[:, :times].sum(axis=1).cumsum(), rel=1e-5)


@EVERY_MODE
def test_a_player_without_updates_moves_nothing_and_is_measured_all_the_same(adder):
    adder.repeats["first"] = 0
    measured = dict(zip(adder.metric_names, adder(3, 4).T, strict=True))
    assert measured["first_total"].tolist() == measured["first_learns"].tolist() == [0] * 4
    assert measured["first_step"].tolist() == [3, 4, 5, 6]
    assert measured["second_learns"].tolist() == [1] * 4
    assert measured["second_total"][-1] != 0


@EVERY_MODE
def test_a_block_knows_whether_it_is_compiled_for_the_numbers_of_now(adder):
    for first in (1, 3, 0, 1, 3, 0):
        adder.repeats["first"] = first
        traced, ready = len(adder.traced), adder.block.is_compiled()
        adder(0, 2)
        assert ready == (len(adder.traced) == traced)
        assert adder.block.is_compiled()


@EVERY_MODE
def test_one_update_each_is_one_program_and_all_other_numbers_are_one_more(adder, block_mode):
    adder(0, 2)
    adder.repeats["first"] = 3
    adder(2, 2)
    traced = len(adder.traced)
    for first, second in ((2, 1), (10, 3), (1, 2), (3, 5), (1, 1)):
        adder.repeats.update(first=first, second=second)
        adder(4, 2)
    assert len(adder.traced) == traced
    if block_mode != "stepwise":  # where a player that only is measured is a program of its own
        for first, second in ((0, 1), (1, 0), (0, 0)):
            adder.repeats.update(first=first, second=second)
            adder(6, 2)
        assert len(adder.traced) == traced
