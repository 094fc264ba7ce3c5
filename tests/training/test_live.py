"""Live values, their checks, and the schedule that replays a session."""

import json
import threading

import numpy as np
import pytest
from helpers.checks import one_sentence

from ganlib.arguments import Choice, Number, Switch, Whole
from ganlib.training import LiveValue, LiveValues, Schedule

NO_NUMBERS = [
    float("nan"), float("inf"), -float("inf"), "0.1", None, True, [0.1], 1j, 10**400, np.array([0.1, 0.2]), np.nan,
]  # fmt: skip
NO_WHOLE_NUMBERS = [1.5, "10", None, True, False, float("nan"), float("inf"), [3], 2j, np.array([1, 2])]


# --- checks --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [0, 0.5, 1, np.float32(0.5), np.int64(1), np.array(0.25)])
def test_a_number_within_the_limits_becomes_a_float(value):
    checked = Number("rate", 0, 1)(value)
    assert type(checked) is float
    assert checked == value


@pytest.mark.parametrize("value", [*NO_NUMBERS, -1e-9, 1.0000001], ids=lambda value: repr(value)[:20])
def test_what_is_no_number_within_the_limits_is_refused_by_name(value):
    with pytest.raises(ValueError, match="rate must be a number from 0 to 1, not ") as error:
        Number("rate", 0, 1)(value)
    one_sentence(error)


@pytest.mark.parametrize("value", [3, 3.0, np.int64(3), np.uint8(3), np.float64(3)])
def test_a_whole_number_becomes_an_int(value):
    checked = Whole("steps", 1)(value)
    assert type(checked) is int
    assert checked == 3


@pytest.mark.parametrize("value", [*NO_WHOLE_NUMBERS, 0, -3], ids=repr)
def test_what_is_no_whole_number_above_the_limit_is_refused_by_name(value):
    with pytest.raises(ValueError, match="steps must be a whole number of at least 1, not ") as error:
        Whole("steps", 1)(value)
    one_sentence(error)


def test_a_whole_number_above_the_upper_limit_is_refused():
    assert Whole("turns", 0, 10)(10) == 10
    with pytest.raises(ValueError, match="turns must be a whole number from 0 to 10, not 11"):
        Whole("turns", 0, 10)(11)


@pytest.mark.parametrize("value", ["yes", 2, None, 0.5, []])
def test_a_switch_takes_true_and_false_only(value):
    assert Switch("freeze")(np.True_) is True
    assert Switch("freeze")(False) is False
    with pytest.raises(ValueError, match="freeze must be True or False, not ") as error:
        Switch("freeze")(value)
    one_sentence(error)


def test_a_choice_names_what_there_is_to_choose_from():
    assert Choice("kind", ("a", "b"))("b") == "b"
    with pytest.raises(ValueError, match="kind must be one of 'a', 'b', not 'c'") as error:
        Choice("kind", ("a", "b"))("c")
    one_sentence(error)


# --- values --------------------------------------------------------------------------------------------------------


@pytest.fixture
def store():
    return {"rate": 0.1, "turns": 1}


@pytest.fixture
def live(store):
    def value(name, check):
        return LiveValue(check, lambda: store[name], lambda new: store.update({name: new}))

    values = {"rate": value("rate", Number("rate", 0, 1)), "turns": value("turns", Whole("turns", 0, 10))}
    live = LiveValues(values, lambda: 7)
    live.notice()
    return live


def changes_of(live):
    assert all(change.step == 7 for change in live.changes)
    return [(change.name, change.value) for change in live.changes]


def test_a_value_is_applied_at_once_while_nothing_trains(live, store):
    live["rate"] = 0.5
    assert store["rate"] == live["rate"] == 0.5


def test_a_value_waits_for_the_next_block_while_something_trains(live, store):
    with live:
        live["rate"] = 0.5
        assert store["rate"] == 0.1
        assert live["rate"] == 0.5, "what was set is read back at once"
        assert live.changes == ()
        live.apply_queued()
        assert store["rate"] == 0.5
        assert changes_of(live) == [("rate", 0.5)]


def test_what_was_set_after_the_last_block_is_applied_when_training_ends(live, store):
    with live:
        live["rate"] = 0.5
    assert store["rate"] == 0.5


def test_what_was_set_is_applied_even_when_training_ends_in_an_error(live, store):
    def train():
        with live:
            live["rate"] = 0.5
            raise RuntimeError

    with pytest.raises(RuntimeError):
        train()
    live["turns"] = 2
    assert store == {"rate": 0.5, "turns": 2}


def test_changes_are_applied_in_the_order_in_which_they_were_made(live):
    with live:
        for rate in (0.2, 0.3, 0.4):
            live["rate"] = rate
            live["turns"] = round(rate * 10)
        assert live["rate"] == 0.4
        live.apply_queued()
    assert changes_of(live) == [("rate", 0.2), ("turns", 2), ("rate", 0.3), ("turns", 3), ("rate", 0.4), ("turns", 4)]


def test_a_value_that_does_not_fit_is_refused_where_it_is_set_and_changes_nothing(live, store):
    with live:
        with pytest.raises(ValueError, match="rate must be a number"):
            live["rate"] = -1
        live.apply_queued()
    assert live.changes == ()
    assert store == {"rate": 0.1, "turns": 1}


def test_an_unknown_name_is_answered_with_the_known_ones(live):
    with pytest.raises(ValueError, match="no live value 'speed'; there are rate, turns") as error:
        live["speed"] = 1
    one_sentence(error)


def test_no_change_is_lost_or_applied_twice_when_many_threads_make_them(live):
    def turn():
        for index in range(200):
            live["turns"] = index % 2 + 2

    applied, check = [], live._values["turns"]
    live._values["turns"] = check._replace(apply=lambda value: (applied.append(value), check.apply(value)))
    with live:
        threads = [threading.Thread(target=turn) for _ in range(4)]
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            live.apply_queued()
        live.apply_queued()
    assert sorted(applied) == [2] * 400 + [3] * 400
    different = [value for value, before in zip(applied, [1, *applied[:-1]], strict=True) if value != before]
    assert changes_of(live) == [("turns", value) for value in different]


def test_what_was_changed_past_the_live_values_is_noticed_and_logged_once(live, store):
    store["rate"] = 0.7
    live.notice()
    live.notice()
    live["turns"] = 1
    assert changes_of(live) == [("rate", 0.7)], "setting what is already so is no change"


def test_going_back_forgets_the_later_changes_and_logs_nothing(live):
    live["rate"] = 0.5
    before, count = live.snapshot(), len(live.changes)
    live["rate"], live["turns"] = 0.9, 4
    live.recorded = len(live.changes)
    live.load(before)
    live.cut(count)
    live.notice()
    assert changes_of(live) == [("rate", 0.5)]
    assert live.recorded == 1
    with pytest.raises(ValueError, match="rate must be a number"):
        live.load({"turns": 2, "rate": -1})
    assert live.snapshot() == before, "nothing is changed where one value does not fit"


def test_all_values_together_fit_into_json(live):
    assert json.loads(json.dumps(live.snapshot())) == {"rate": 0.1, "turns": 1}


# --- schedules -----------------------------------------------------------------------------------------------------


def test_a_schedule_is_in_the_order_of_its_steps_and_keeps_the_order_within_a_step():
    schedule = Schedule([(9, "b", 1), (0, "a", 2), (9, "a", 3), (9, "b", 4)])
    assert [tuple(change) for change in schedule] == [(0, "a", 2), (9, "b", 1), (9, "a", 3), (9, "b", 4)]
    assert len(schedule) == 4
    assert eval(repr(schedule)) == schedule


def test_equal_schedules_are_equal_and_others_are_not():
    changes = [(0, "rate", 0.1)]
    assert Schedule(changes) == Schedule(changes)
    assert hash(Schedule(changes)) == hash(Schedule(changes))
    assert Schedule(changes) != Schedule([(1, "rate", 0.1)])
    assert Schedule() != ()


@pytest.mark.parametrize("changes", [5, [5], ["rate"], [(1, "rate")], [(1, "rate", 0.1, 2)], "rate", {"rate": 0.1}])
def test_what_is_no_list_of_changes_is_refused_with_an_example(changes):
    with pytest.raises(ValueError, match=r"A schedule is a list of \(step, name, value\)") as error:
        Schedule(changes)
    one_sentence(error)


@pytest.mark.parametrize("step", [-1, 0.5, "3", None, True])
def test_the_step_of_a_change_is_a_whole_number(step):
    with pytest.raises(ValueError, match="the step of a change must be a whole number of at least 0"):
        Schedule([(step, "rate", 0.1)])


def test_a_schedule_is_checked_against_the_values_it_changes(live):
    assert Schedule([(0, "turns", 2.0)]).checked(live) == Schedule([(0, "turns", 2)])
    with pytest.raises(ValueError, match="rate must be a number from 0 to 1, not 7"):
        Schedule([(0, "turns", 2), (5, "rate", 7)]).checked(live)
    with pytest.raises(ValueError, match="no live value 'speed'"):
        Schedule([(0, "speed", 2)]).checked(live)


def test_a_saved_schedule_loads_as_the_same_schedule(tmp_path):
    schedule = Schedule([(0, "rate", 0.1 + 0.2), (400, "kind", "a"), (400, "freeze", True), (12, "turns", 2)])
    schedule.save(tmp_path / "new" / "steering.json")
    assert Schedule.load(tmp_path / "new" / "steering.json") == schedule


def test_numbers_of_numpys_are_saved_as_numbers(tmp_path):
    schedule = Schedule([(np.int64(0), "turns", np.int64(2)), (3, "rate", np.float32(0.5)), (4, "freeze", np.True_)])
    schedule.save(tmp_path / "steering.json")
    assert Schedule.load(tmp_path / "steering.json") == Schedule(
        [(0, "turns", 2), (3, "rate", 0.5), (4, "freeze", True)]
    )


def test_an_empty_schedule_survives_saving(tmp_path):
    Schedule().save(tmp_path / "empty.json")
    assert Schedule.load(tmp_path / "empty.json") == Schedule()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"12",
        b"\xff\xfe\x00",
        b'{"ganlib_schedule": 2, "changes": []}',
        b'{"ganlib_schedule": 1}',
        b'{"ganlib_schedule": 1, "changes": 3}',
        b'{"ganlib_schedule": 1, "changes": [[0, "rate", 1]]}',
        b'{"ganlib_schedule": 1, "changes": [{"step": 0, "name": "rate"}]}',
        b'{"ganlib_schedule": 1, "changes": [{"step": -1, "name": "rate", "value": 1}]}',
        b'{"ganlib_schedule": 1, "changes": [{"step": 0, "name": "ra',
    ],
)
def test_a_file_that_is_no_schedule_is_refused_by_name(tmp_path, content):
    path = tmp_path / "steering.json"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"steering\.json is not a schedule of this version of ganlib") as error:
        Schedule.load(path)
    one_sentence(error)
