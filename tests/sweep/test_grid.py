"""Grids: what they mean, and what is refused before anything starts."""

import datetime
from pathlib import Path

import numpy as np
import pytest

from ganlib.sweep import SweepError, grid, notebook


@pytest.fixture(scope="module")
def known(lesson):
    return notebook.read(lesson)


def points(source, known, beside=None, *names):
    runs, _ = grid.expand(grid.read(source), known, beside)
    return [tuple(run[name] for name in names) for run in runs.values()]


def test_lists_are_multiplied_and_every_point_has_three_seeds(known):
    found = points({"parameters": {"value": [1, 2], "rate": 0.5}}, known, None, "value", "rate", "seed")
    assert found == [(value, 0.5, seed) for value in (1, 2) for seed in (0, 1, 2)]


def test_a_range_goes_in_equal_ratios_or_in_equal_steps(known):
    source = {"parameters": {"rate": {"from": 1e-4, "to": 1e-2, "count": 3}}, "seeds": 1}
    assert points(source, known, None, "rate") == [(1e-4,), (1e-3,), (1e-2,)]
    source["parameters"]["rate"] = {"from": 0, "to": 1, "count": 3, "scale": "linear"}
    assert points(source, known, None, "rate") == [(0.0,), (0.5,), (1.0,)]
    source["parameters"] = {"value": {"from": 1, "to": 100, "count": 3}}
    assert points(source, known, None, "value") == [(1,), (10,), (100,)]


def test_draws_are_random_within_their_ends_and_repeatable(known):
    source = {"parameters": {"rate": {"draw": [1e-4, 1e-2]}, "value": [1, 2]}, "draws": 20, "seeds": 1}
    drawn = points(source, known, None, "rate", "value")
    assert len(set(drawn)) == 40
    assert all(1e-4 <= rate <= 1e-2 for rate, _ in drawn)
    assert drawn == points(source, known, None, "rate", "value")
    assert drawn != points({**source, "draw_seed": 1}, known, None, "rate", "value")


def test_rows_stand_alone_or_beside_a_product(known):
    source = {"parameters": {"rate": 0.5}, "rows": [{"value": 7}, {"value": 8, "rate": 1}], "seeds": [4]}
    assert points(source, known, None, "value", "rate", "seed") == [(7, 0.5, 4), (8, 1.0, 4)]
    source["parameters"]["name"] = ["a", "b"]
    runs, _ = grid.expand(source, known)
    assert [run["name"] for run in runs.values()] == ["a", "b", "x", "x"]


def test_what_only_other_runs_name_has_the_default_of_the_notebook(known):
    source = {"rows": [{"value": 1}, {"rate": 0.5}, {"value": 1, "rate": 0.1}], "seeds": 1}
    runs, merged = grid.expand(source, known)
    assert list(runs.values()) == [{"value": 1, "rate": 0.1, "seed": 0}, {"value": 1, "rate": 0.5, "seed": 0}]
    assert merged == 1


def test_runs_that_are_there_twice_are_merged_and_counted(known):
    runs, merged = grid.expand({"parameters": {"rate": [1, 1.0, 2]}, "seeds": 2}, known)
    assert (len(runs), merged) == (4, 2)


def test_the_id_of_a_run_depends_on_its_parameters_alone():
    assert grid.run_id({"a": 1, "b": 2.0}) == grid.run_id({"b": 2.0, "a": 1})
    assert grid.run_id({"a": 1}) != grid.run_id({"a": 2})


def test_a_file_is_found_beside_the_grid_and_its_content_counts(known, tmp_path):
    (tmp_path / "list.json").write_text("[]")
    source = {"parameters": {"list_file": "list.json"}, "seeds": 1}
    (before,) = grid.expand(source, known, tmp_path)[0].items()
    assert before[1]["list_file"] == str(tmp_path / "list.json")
    (tmp_path / "list.json").write_text("[1]")
    (after,) = grid.expand(source, known, tmp_path)[0]
    assert after != before[0]


def test_yaml_reads_rates_as_people_write_them(tmp_path, known):
    path = tmp_path / "grid.yaml"
    path.write_text("parameters:\n  rate: [1e-4, 2E-3, 3.e+1, 5]\nseeds: 1\n")
    assert points(path, known, None, "rate") == [(1e-4,), (2e-3,), (30.0,), (5.0,)]


def test_the_example_of_the_documentation_is_a_grid(tmp_path):
    (tmp_path / "grid.yaml").write_text(grid.EXAMPLE)
    lesson = notebook.read(notebook.find("06"))
    runs, _ = grid.expand(grid.read(tmp_path / "grid.yaml"), lesson)
    assert len(runs) == (2 * 5 * 20 + 1) * 3


REFUSED = [
    ({}, "The grid is empty"),
    ({"parameters": {"value": []}}, "value has no value"),
    ({"parameter": {}}, "has no key parameter: it has notebook, parameters"),
    ({"parameters": {"valu": 1}}, "has no parameter valu: it has value, rate, name, flag, list_file, seed"),
    ({"rows": [{"valu": 1}]}, "has no parameter valu: it has value"),
    ({"parameters": {"results": "x"}}, "results is filled in by the sweep itself"),
    ({"parameters": {"value": 1.5}}, "value takes a whole number, such as 1, not 1.5"),
    ({"parameters": {"value": True}}, "value takes a whole number, such as 1, not True"),
    ({"parameters": {"rate": ["fast"]}}, "rate takes a number, such as 0.1, not 'fast'"),
    ({"parameters": {"name": 3}}, "name takes text, such as 'x', not 3"),
    ({"parameters": {"flag": 1}}, "flag takes True or False, such as False, not 1"),
    ({"parameters": {"rate": {"from": 0, "to": 1, "count": 3}}}, "needs two numbers above 0, or scale: linear"),
    ({"parameters": {"rate": {"from": 1, "to": 2}}}, "needs from, to and count"),
    ({"parameters": {"rate": {"from": 1, "to": 2, "count": 0}}}, "count of the range of rate must be"),
    ({"parameters": {"rate": {"from": 1, "to": 2, "count": 2, "scale": "cube"}}}, "must be log or linear"),
    ({"parameters": {"rate": {"draw": [1, 2]}}}, "draws, a whole number from 1"),
    ({"parameters": {"rate": 1}, "draws": 3}, "belong together"),
    ({"parameters": {"value": 1}, "seeds": 0}, "seeds must be a number of seeds from 1"),
    ({"parameters": {"seed": 1}, "seeds": 2}, "both seeds and the parameter seed"),
    ({"parameters": [1]}, "parameters must map names"),
    ({"parameters": {"value": []}, "rows": [{"rate": 0.5}]}, "value has no value"),
    ({"rows": {"value": 1}}, "rows must be a list"),
    ({"parameters": {"list_file": "gone.json"}}, "The file 'gone.json' of the parameter list_file is not there"),
]


@pytest.mark.parametrize(
    ("source", "words"), REFUSED, ids=lambda value: None if isinstance(value, dict) else value[:30]
)
def test_a_wrong_grid_is_refused_in_one_sentence(source, words, known):
    with pytest.raises(SweepError) as error:
        grid.expand(grid.read(source), known)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parameters:\n  value: [1, 2\nseeds: 3\n", "grid.yaml, line 3, column 6: "),
        ("parameters:\n  value: 1\n  value: 2\n", "grid.yaml, line 3, column 3: value appears twice"),
        ("- 1\n", "grid.yaml is not a grid"),
        ("", "grid.yaml is not a grid"),
        ("a: \x01", "is not YAML"),
    ],
)
def test_wrong_yaml_is_refused_with_its_place(text, words, tmp_path):
    (tmp_path / "grid.yaml").write_text(text)
    with pytest.raises(SweepError) as error:
        grid.read(tmp_path / "grid.yaml")
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_a_grid_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(SweepError, match=r"gone\.yaml cannot be read: No such file"):
        grid.read(tmp_path / "gone.yaml")


HUGE = 10**12
TOO_LARGE = [
    {"parameters": {"value": list(range(1000)), "rate": {"from": 0.1, "to": 1, "count": 1000}}, "seeds": 10},
    {"parameters": {"rate": {"from": 0.1, "to": 1, "count": HUGE}}},
    {"parameters": {"rate": {"draw": [0.1, 1]}}, "draws": HUGE},
    {"parameters": {"rate": {"draw": [0.1, 1]}, "value": list(range(1000))}, "draws": 1000, "seeds": 1},
    {"parameters": {"value": 1}, "seeds": HUGE},
    {"rows": [{"value": value} for value in range(1000)], "seeds": 1000},
]


@pytest.mark.parametrize("source", TOO_LARGE, ids=range(len(TOO_LARGE)))
def test_a_grid_that_is_too_large_is_refused_before_it_is_expanded(source, known, monkeypatch):
    monkeypatch.setattr(grid.itertools, "product", lambda *a: pytest.fail("it was expanded"))
    with pytest.raises(SweepError, match="100,000"):
        grid.expand(grid.read(source), known)


def test_a_grid_that_names_its_seeds_as_a_parameter_is_as_large_as_it_says(known):
    assert len(grid.expand({"parameters": {"seed": list(range(grid.MOST_RUNS // 2))}}, known)[0]) == 50_000


def test_pictures_of_ones_own_are_sought_beside_the_grid_whatever_the_run_s_folder_is(tmp_path):
    (tmp_path / "pics").mkdir()
    lesson = notebook.read(notebook.find("13"))
    for given in ("pics", str(tmp_path / "pics")):
        runs, _ = grid.expand({"parameters": {"path": given}, "seeds": 1}, lesson, tmp_path)
        assert [run["path"] for run in runs.values()] == [str(tmp_path / "pics")]


def test_a_default_file_is_the_notebook_s_and_a_number_is_no_file(write_notebook, tmp_path):
    (tmp_path / "own").mkdir()
    for folder in (tmp_path, tmp_path / "own"):
        (folder / "data.csv").write_text(folder.name)
    parameters = 'data_file = "data.csv"\nimages_per_file = 5\nsteps = 1\nseed = 0'
    path = write_notebook(tmp_path / "own" / "n.ipynb", parameters=parameters)
    rows = [{"data_file": "data.csv"}, {"steps": 3}]
    runs, _ = grid.expand({"rows": rows, "seeds": 1}, notebook.read(path), tmp_path)
    assert [Path(run["data_file"]).read_text() for run in runs.values()] == [tmp_path.name, "own"]
    runs, _ = grid.expand({"parameters": {"images_per_file": [5, 10]}, "seeds": 1}, notebook.read(path))
    assert len(runs) == 2


def test_the_largest_grid_is_no_larger_than_it_is_said_to_be(known):
    source = {"parameters": {"value": list(range(grid.MOST_RUNS // 10))}, "seeds": 10}
    assert len(grid.expand(grid.read(source), known)[0]) == grid.MOST_RUNS
    source["rows"] = [{"rate": 0.5}]
    with pytest.raises(SweepError, match=r"has 100,010 runs, and a sweep makes 100,000 at most"):
        grid.expand(grid.read(source), known)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("parameters:\n  value: 0500\n", "line 2, column 10: YAML would take 0500 for 320: write"),
        ("parameters:\n  value: -0_17\n", "YAML would take -0_17 for -15"),
        ("parameters:\n  value: 1:30\n", "YAML would take 1:30 for 90"),
        ("parameters:\n  rate: 1:30.5\n", "YAML would take 1:30.5 for 90.5"),
        ("parameters:\n  flag: yes\n", "YAML would take yes for True"),
        ("parameters:\n  name: [a, No]\n", "line 2, column 13: YAML would take No for False"),
        ("parameters:\n  name: off\n", "YAML would take off for False"),
        ("parameters:\n  name: 2024-05-01\n", "YAML would take 2024-05-01 for datetime.date(2024, 5, 1)"),
        ("parameters:\n  name: 2024-05-01 10:00:00\n", "YAML would take 2024-05-01 10:00:00 for datetime"),
        ("parameters:\n  rate: 0,5\n", "takes a number, such as 0.1, not '0,5': correct the grid. YAML takes a number"),
        ("parameters: {rate: 0,5}\n", "has no parameter 5: it has value, rate"),
        ("parameters:\n  name: 5\n", "takes text, such as 'x', not 5: correct the grid. In YAML put text"),
        ("parameters:\n  name: ~\n", "takes text, such as 'x', not None"),
        ("parameters:\n  rate: .nan\n", "rate cannot be nan: it takes finite numbers"),
        ("parameters:\n  rate: [1, -.inf]\n", "rate cannot be -inf"),
        ("parameters:\n  rate: 1e999\n", "rate cannot be inf"),
        ("parameters:\n  value: 9999999999999999999999\n", "value cannot be 9999999999999999999999"),
        ("parameters:\n  value: " + "9" * 5000 + "\n", "is not YAML: Exceeds the limit"),
        ("parameters:\n  name: 2024-13-45\n", "month must be in 1..12"),
        ("parameters: " + "[" * 5000, "too many brackets"),
        ("parameters:\n  rate: {from: 0,5, to: 1, count: 2}\n", "needs from, to and count, and may have scale, not"),
        ("parameters:\n  rate: {draw: [1, 2]}\ndraws: 2\ndraw_seed: null\n", "draw_seed must be a whole number from 0"),
        ("parameters:\n  rate: 1\ntime_limit: 1:30\n", "YAML would take 1:30 for 90"),
        ("a: &a [1]\nparameters:\n  value: *b\n", "found undefined alias"),
    ],
)
def test_what_yaml_turns_into_something_else_is_said(text, words, tmp_path, known):
    (tmp_path / "grid.yaml").write_text(text)
    with pytest.raises(SweepError) as error:
        grid.expand(grid.read(tmp_path / "grid.yaml"), known)
    assert words in str(error.value)
    assert "\n" not in str(error.value)


def test_what_yaml_leaves_as_it_is_needs_no_quotes(tmp_path, known):
    path = tmp_path / "grid.yaml"
    path.write_text(
        "parameters: {value: [07, 0, 1_000, 0x10], flag: [true, False], name: [a-b, '0500', \"yes\", y]}\nseeds: 1"
    )
    runs = grid.expand(grid.read(path), known)[0].values()
    assert {run["value"] for run in runs} == {7, 0, 1000, 16}
    assert {run["name"] for run in runs} == {"a-b", "0500", "yes", "y"}


def test_merge_keys_take_what_stands_elsewhere(tmp_path, known):
    path = tmp_path / "grid.yaml"
    path.write_text("rows:\n- &a {value: 1, rate: 0.5}\n- {<<: *a, rate: 0.7}\n- {<<: [*a, {name: z}]}\nseeds: 1\n")
    found = points(path, known, None, "value", "rate", "name")
    assert found == [(1, 0.5, "x"), (1, 0.7, "x"), (1, 0.5, "z")]


def nested(times, width):
    value = ["x"]
    for _ in range(times):
        value = [value] * width
    return value


LOOP = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    "value",
    [
        float("nan"),
        -float("inf"),
        10**30,
        10**5000,
        datetime.date(2024, 1, 1),
        b"x",
        {1, 2},
        "\ud800",
        object(),
        [float("nan")],
        {"a": [1, datetime.date(2024, 1, 1)]},
        {1: 2},
        nested(9, 1000),
        nested(20, 1),
        LOOP,
        np.zeros((2, 2)),
        1j,
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_neither_json_nor_a_table_can_hold_is_refused(value, write_notebook, tmp_path):
    own = notebook.read(write_notebook(tmp_path / "own.ipynb", ("pass", ()), parameters="any = None"))
    with pytest.raises(SweepError, match="parameter any ") as error:
        grid.expand({"parameters": {"any": [value, 1]}}, own)
    assert len(str(error.value)) < 400


def test_numbers_of_numpy_are_numbers(known):
    source = {"parameters": {"rate": np.geomspace(1e-3, 1e-1, 3), "value": [np.int64(3)]}, "seeds": 1}
    assert points(source, known, None, "rate", "value") == [(1e-3, 3), (1e-2, 3), (1e-1, 3)]
    source["rows"] = [{"value": 4}]
    assert len(points(source, known, None, "rate", "value")) == 4
    with pytest.raises(SweepError, match="rate has no value"):
        points({"parameters": {"rate": np.array([])}}, known)


@pytest.mark.parametrize("minutes", [0, -1, "30", float("nan"), True, [1]])
def test_a_time_limit_is_a_number_of_minutes(minutes):
    with pytest.raises(SweepError, match="time_limit, in minutes, must be a number"):
        grid.read({"time_limit": minutes})


@pytest.mark.parametrize("source", [5, None, ["a"], 1.5])
def test_something_else_is_no_grid(source):
    with pytest.raises(SweepError, match="A grid is the path of a YAML file, or a dict"):
        grid.read(source)
