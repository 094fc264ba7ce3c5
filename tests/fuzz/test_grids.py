"""Grids of every shape: the runs that they mean are few enough and can be made, or one sentence says why not."""

import json
import math
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sentences import attempt, damaged, json_values, odd_values, paths_in, with_other, written

from ganlib.sweep import driver, folder, grid, notebook, runner, table
from ganlib.sweep.grid import KEYS, MOST_RUNS
from ganlib.sweep.parameters import LESSONS, Parameter

GOOD = {
    "notebook": "06",
    "seeds": 2,
    "parameters": {
        "steps": 1000,
        "network": ["dense", "conv"],
        "d_learning_rate": {"from": 2e-5, "to": 2e-3, "count": 3},
        "g_learning_rate": {"draw": [2e-5, 2e-3], "scale": "linear"},
    },
    "draws": 2,
    "draw_seed": 1,
    "time_limit": 30,
    "rows": [{"d_learning_rate": 1e-4, "g_learning_rate": 3e-2}],
}
HUGE = st.sampled_from((10**6, 10**9, 2**63, 10**30, 10**400, 1e300, 0.0, -1, True, math.nan, math.inf))
NAMES = st.sampled_from(("steps", "seed", "network", "results", "speed", "schedule_file", "", "id", "\ud800", "a b"))
SECONDS = 30  # even on a busy computer: what has too many runs is refused before they are written out


def is_a_sweep(checked):
    """Check what a grid came to."""
    _, runs, merged = checked
    assert 1 <= len(runs) + merged <= MOST_RUNS + 10
    for run in runs.values():
        json.dumps(run, allow_nan=False)


def tried(source):
    started = time.monotonic()
    checked, _ = attempt(lambda: driver.check(source))
    assert time.monotonic() - started < SECONDS
    if checked:
        is_a_sweep(checked)


@given(draw=st.data())
def test_a_grid_with_another_value_somewhere(draw):
    path = draw.draw(st.sampled_from([*paths_in(GOOD)]))
    tried(with_other(GOOD, path, draw.draw(json_values() | HUGE | odd_values())))


@given(draw=st.data())
def test_a_grid_of_any_shape(draw):
    values = json_values() | HUGE | odd_values()
    ranges = st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("from", "to", "count", "scale", "draw"), HUGE | json_values())
    )
    parameters = st.dictionaries(NAMES, values | ranges, max_size=4)
    optional = {**dict.fromkeys(KEYS, values), "parameters": parameters | values}
    tried(draw.draw(st.fixed_dictionaries({}, optional=optional)))


@given(sizes=st.lists(st.integers(1, 2000), min_size=1, max_size=3), seeds=st.integers(1, 10**6), draws=HUGE)
def test_combinations_by_the_million_are_refused_before_they_are_made(sizes, seeds, draws):
    names = ("steps", "batch_size", "sample_interval")[: len(sizes)]
    parameters = {name: [*range(100, 100 + size)] for name, size in zip(names, sizes, strict=True)}
    tried({"parameters": parameters, "seeds": seeds})
    drawn = {**parameters, "d_learning_rate": {"draw": [1e-5, 1e-3]}}
    tried({"parameters": drawn, "seeds": seeds, "draws": draws})


YAML = """\
notebook: "06"
seeds: [0, 1]
parameters:
  steps: 1000
  network: [dense, conv]
  d_learning_rate: {from: 2e-5, to: 2e-3, count: 5}
rows:
  - {d_learning_rate: 1e-4}
"""
WORDS = (
    *(
        "no",
        "0500",
        "1:30",
        "1_000",
        "~",
        "2026-01-01",
        "2026-99-99",
        "1,5",
        ".inf",
        ".nan",
        "0x10",
        "0b2",
        "\t",
        "'",
        "%",
    ),
    *(
        "!!python/object:os.system x",
        "!!binary x",
        "!!set {a}",
        "&a [*a]",
        "<<: {a: 1}",
        "? [a]",
        "{a: 1, a: 2}",
        "- - -",
    ),
    "[" * 3000,
)


@given(draw=st.data())
def test_a_yaml_file(draw, tmp_path):
    words = YAML.split(" ")
    at = draw.draw(st.integers(0, len(words) - 1))
    word = st.sampled_from(WORDS).map(lambda word: " ".join([*words[:at], word, *words[at + 1 :]]))
    added = st.sampled_from(WORDS).map(lambda word: f"{YAML}time_limit: {word}\n")
    text = json_values().map(json.dumps)
    encoded = st.sampled_from(("utf-16", "latin-1", "utf-8-sig")).map(YAML.encode)
    content = draw.draw(word | added | text | encoded | damaged(YAML.encode()) | st.none())
    tried(written(tmp_path / "grid.yaml", content))


@given(source=odd_values())
def test_what_is_no_grid(source, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tried(source)


@given(draw=st.data())
def test_a_parameter_of_a_lesson(draw):
    name = draw.draw(st.sampled_from([key for key in LESSONS if isinstance(key, str)]))
    default = draw.draw(st.sampled_from((None, 5, 0.5, "x", True)))
    value = draw.draw(odd_values() | json_values())
    taken, refusal = attempt(
        lambda: Parameter(name, default, "06").check(value), "" if name == "schedule_file" else name
    )
    if not refusal:
        json.dumps(taken, allow_nan=False)


@given(draw=st.data())
def test_how_a_sweep_is_to_be_run(draw, tmp_path_factory):
    good = {
        "grid": {"parameters": {"steps": 5}},
        "workers": None,
        "scheduler": None,
        "notebook": None,
        "time_limit": None,
    }
    name = draw.draw(st.sampled_from(("workers", "scheduler", "notebook", "time_limit", "resume", "out")))
    out = tmp_path_factory.getbasetemp() / "a file"
    out.write_text("so that nothing is ever run", encoding="utf-8")
    options = {**good, "out": out, name: draw.draw(odd_values())}
    if name == "out":
        options["workers"] = 0  # for the same
    _, refusal = attempt(lambda: driver.run(options.pop("grid"), options.pop("out"), verbose=0, **options))
    assert refusal
    assert out.read_text(encoding="utf-8") == "so that nothing is ever run"


RECORD = {
    "ganlib_sweep": 1,
    "ganlib": "0",
    "notebook": "a",
    "notebook_sha256": "0",
    "grid": "0",
    "runs": 1,
    "threads": 1,
}
RESULT = {
    "id": "a",
    "parameters": {},
    "outcome": "done",
    "scores": {"x": 1},
    "error": None,
    "cell": None,
    "seconds": 1.0,
}


@pytest.fixture(scope="module")
def lesson():
    return notebook.read(notebook.find("06"))


@given(draw=st.data())
def test_the_record_of_a_sweep(draw, lesson, tmp_path_factory):
    path = tmp_path_factory.mktemp("sweep")
    place = draw.draw(st.sampled_from([*paths_in(RECORD)]))
    changed = json_values().map(lambda other: json.dumps(with_other(RECORD, place, other)))
    written(path / folder.RECORD, draw.draw(changed | damaged(json.dumps(RECORD).encode()) | st.none()))
    before = (path / folder.RECORD).is_dir() or (path / folder.RECORD).read_bytes()
    opened, refusal = attempt(lambda: folder.SweepFolder(path, lesson, {"a": {}}, draw.draw(st.booleans())))
    if refusal:
        assert ((path / folder.RECORD).is_dir() or (path / folder.RECORD).read_bytes()) == before
    else:
        attempt(opened.whole)
        opened.close()


@given(draw=st.data())
def test_the_results_of_runs_make_a_table(draw, tmp_path_factory):
    path = tmp_path_factory.mktemp("results")
    runs = {"a": {"v": 1}, "b": {"v": 2}}
    made = table.Table(path, runs)
    for run in runs:
        place = draw.draw(st.sampled_from([*paths_in(RESULT)]))
        changed = json_values().map(lambda other, place=place: json.dumps(with_other(RESULT, place, other)))
        content = draw.draw(changed | damaged(json.dumps(RESULT).encode()) | st.none())
        (path / run).mkdir()
        written(path / run / runner.RESULT, content)
        if (told := runner.read_result(path / run)) is not None:
            made.add({**told, "id": run, "parameters": runs[run]})
    attempt(made.write)


@given(minutes=odd_values())
def test_a_time_limit(minutes):
    limit, refusal = attempt(lambda: grid.check_time_limit(minutes))
    assert refusal or limit is None or np.isfinite(limit)
