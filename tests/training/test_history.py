"""The record of what every step measured."""

import threading

import numpy as np
import pytest

from ganlib.training import History

ODD = np.array([[1 / 3, np.nan], [1e-45, -np.inf], [-3.4028235e38, 16777217.0], [0.1, -0.0]], np.float32)


def filled(*blocks, names=("loss", "norm")):
    history, step = History(names), 1
    for rows in blocks:
        history.append(step, rows)
        step += len(rows)
    return history


def bits(history):
    return [np.asarray(column).tobytes() for column in history.values()]


def test_every_step_has_one_row_and_steps_count_from_one():
    history = filled(np.zeros((3, 2)), np.ones((1, 2)), np.full((2, 2), 2.0))
    assert history["step"].tolist() == [1, 2, 3, 4, 5, 6]
    assert history["loss"].tolist() == [0, 0, 0, 1, 2, 2]
    assert history["loss"].dtype == np.float32


def test_a_history_behaves_like_a_dict_of_columns():
    history = filled(ODD)
    assert list(history) == ["step", "loss", "norm"]
    assert len(history) == 3
    assert dict(history).keys() == {"step", "loss", "norm"}
    assert repr(history) == "<History of 4 steps: step, loss, norm>"


def test_an_unknown_column_is_answered_with_the_known_ones():
    with pytest.raises(KeyError, match="no column 'los'; there are step, loss, norm"):
        filled(ODD)["los"]


def test_an_empty_history_has_empty_columns():
    history = History(("loss",))
    assert history["step"].shape == history["loss"].shape == (0,)
    assert History.from_csv(history.to_csv())["loss"].shape == (0,)


def test_csv_keeps_every_number_bit_for_bit():
    assert bits(History.from_csv(filled(ODD).to_csv())) == bits(filled(ODD))


def test_csv_can_be_written_in_pieces():
    history = filled(ODD, ODD + 1)
    text = filled(ODD).to_csv() + history.to_csv(after=4, header=False)
    assert text == history.to_csv()
    assert history.to_csv(after=8, header=False) == ""


def test_a_line_that_was_cut_off_anywhere_is_left_out():
    text = filled(ODD).to_csv()
    first = text.index("\n") + 1
    for end in range(first, len(text) + 1):
        whole_lines = text[:end].count("\n") - 1
        history = History.from_csv(text[:end])
        assert history["step"].tolist() == list(range(1, whole_lines + 1))
        assert history["loss"].tobytes() == ODD[:whole_lines, 0].tobytes()


def test_reading_can_stop_at_a_step():
    assert History.from_csv(filled(ODD).to_csv(), up_to=2)["step"].tolist() == [1, 2]
    assert History.from_csv(filled(ODD).to_csv(), up_to=0)["step"].tolist() == []


def test_rows_after_a_step_can_be_forgotten_and_made_anew():
    history = filled(ODD, ODD)
    history.cut(3)
    assert history["step"].tolist() == [1, 2, 3]
    history.append(4, ODD[:1])
    assert history["step"].tolist() == [1, 2, 3, 4]
    history.cut(0)
    assert history["step"].tolist() == []


def test_a_history_that_begins_later_keeps_its_steps():
    history = History(("loss",))
    history.append(26, np.zeros((2, 1)))
    assert History.from_csv(history.to_csv())["step"].tolist() == [26, 27]


def test_what_one_thread_reads_while_another_appends_is_never_lost():
    history, ended = History(("loss",)), threading.Event()

    def read():
        while not ended.is_set():
            len(history["step"])

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for step in range(1, 4001):
        history.append(step, np.zeros((1, 1)))
    ended.set()
    for reader in readers:
        reader.join()
    assert history["step"].tolist() == list(range(1, 4001))


def test_columns_that_were_read_stay_as_they_are_while_rows_are_added_and_cut():
    history = filled(*(np.full((1, 2), number) for number in range(1000)))
    column = history["loss"]
    history.append(1001, np.ones((500, 2)))
    history.cut(10)
    history.append(11, np.full((2000, 2), -1.0))
    assert column.tolist() == list(range(1000))
    assert history["step"].tolist() == list(range(1, 2011))
    assert history["norm"].tolist() == [*range(10), *[-1.0] * 2000]
