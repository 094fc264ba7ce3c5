"""The quality benchmark: a table of distances against steps, and sentences for what does not fit."""

import json

import pytest

from ganlib import quality

ROWS = [{"step": 10, "seconds": 0.5, "mnist_fd": 90.0}, {"step": 20, "seconds": 1.0, "mnist_fd": 80.0}]
RESULT = {"device": "CPU", "pictures": 200, "real_mnist_fd": 9.5, "curves": {"swift": {"0": ROWS}}}


def test_the_table_has_a_line_for_every_point_and_the_value_of_real_digits():
    first, _, *lines = quality.table(RESULT).split("\n")
    assert "real digits 9.50" in first
    assert [line.split() for line in lines] == [
        ["swift", "0", "10", "0.5", "90.00"],
        ["swift", "0", "20", "1.0", "80.00"],
    ]


def test_the_result_is_printed_and_written(monkeypatch, capsys, tmp_path):
    asked = []
    monkeypatch.setattr(quality, "run", lambda *arguments: asked.append(arguments) or RESULT)
    assert quality.main(["--quality", "--recipes", "swift", "--seeds", "1", "--json", str(tmp_path / "q.json")]) == 0
    assert asked == [(["swift"], 1, None, quality.POINTS, quality.PICTURES, None)]
    assert "MNIST-FD" in capsys.readouterr().out
    assert json.loads((tmp_path / "q.json").read_text()) == RESULT


@pytest.mark.parametrize("wrong", [["--recipes", "quick"], ["--seeds", "0"], ["--pictures", "99"], ["--budget", "-1"]])
def test_what_does_not_fit_is_refused_before_anything_is_trained(wrong, monkeypatch, capsys):
    monkeypatch.setattr(quality, "run", lambda *_: pytest.fail("trained"))
    assert quality.main(["--quality", *wrong]) == 2
    assert "must be" in capsys.readouterr().err
