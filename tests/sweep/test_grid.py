"""Grids: what they mean, and what is refused before anything starts."""

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
    ({"parameters": {"value": []}}, "The grid is empty"),
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
        ("parameters:\n  value: 1\n  value: 2\n", "grid.yaml, line 3, column 3: value stands there twice"),
        ("- 1\n", "grid.yaml is no grid"),
        ("", "grid.yaml is no grid"),
        ("a: \x01", "is no YAML text"),
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
