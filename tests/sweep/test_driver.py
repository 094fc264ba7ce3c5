"""A sweep from the grid to the table: what is made, what is skipped, what is repeated, what is refused."""

import contextlib
import errno
import json
import os

import nbformat
import pandas
import pytest

from ganlib import sweep
from ganlib.lock import hold
from ganlib.sweep import SweepError, driver, runner
from tests.training.disk import FullDisk


@pytest.fixture
def source(lesson):
    return {"notebook": str(lesson), "parameters": {"value": [1, 2], "rate": [0.1, 0.2]}, "seeds": 2}


def run(source, out, **options):
    return sweep.run(source, out, workers=2, verbose=0, **options)


def test_every_run_has_a_row_in_the_order_of_the_grid(threads, source, tmp_path):
    table = run(source, tmp_path / "out")
    assert list(table)[:6] == ["id", "value", "rate", "seed", "outcome", "mnist_fd"]
    assert table["value"].tolist() == [1] * 4 + [2] * 4
    assert table["seed"].tolist() == [0, 1] * 4
    assert table["mnist_fd"].tolist() == [100, 101] * 2 + [200, 201] * 2


def test_the_table_is_written_as_parquet_and_as_csv(threads, source, tmp_path):
    table = run(source, tmp_path / "out")
    pandas.testing.assert_frame_equal(pandas.read_parquet(tmp_path / "out" / "results.parquet"), table)
    assert pandas.read_csv(tmp_path / "out" / "results.csv")["mnist_fd"].tolist() == table["mnist_fd"].tolist()
    pandas.testing.assert_frame_equal(sweep.read(tmp_path / "out"), table)


def test_what_is_whole_is_not_made_again(threads, source, tmp_path):
    first = run(source, tmp_path / "out")
    made = len(threads)
    again = run(source, tmp_path / "out", resume=True)
    assert len(threads) == made == 8
    pandas.testing.assert_frame_equal(again, first)


def test_what_failed_is_made_anew_from_an_empty_folder(threads, source, tmp_path):
    source["parameters"]["value"] = [1, 13]
    table = run(source, tmp_path / "out")
    assert (table["outcome"] == "failed").sum() == 4
    folder = tmp_path / "out" / "runs" / table["id"].iloc[-1]
    (folder / "run" / "checkpoints").mkdir(parents=True)
    threads.clear()
    run(source, tmp_path / "out", resume=True)
    assert {job["parameters"]["value"] for job in threads} == {13}
    assert not (folder / "run").exists()


def test_what_was_cut_off_keeps_its_folder(threads, source, tmp_path):
    table = run(source, tmp_path / "out")
    folder = tmp_path / "out" / "runs" / table["id"].iloc[0]
    (folder / "result.json").unlink()
    (folder / "run").mkdir()
    threads.clear()
    again = run(source, tmp_path / "out", resume=True)
    assert [job["id"] for job in threads] == [folder.name]
    assert (folder / "run").is_dir()
    pandas.testing.assert_frame_equal(again, table)


def test_what_failed_is_kept_until_it_is_made_anew(threads, source, tmp_path):
    source["parameters"]["value"] = [1, 13]
    failed = run(source, tmp_path / "out")["id"].iloc[-1]
    with pytest.raises(SweepError, match="workers must be"):
        sweep.run(source, tmp_path / "out", workers=0, resume=True, verbose=0)
    assert (tmp_path / "out" / "runs" / failed / "result.json").exists()


@pytest.mark.parametrize("allowed", range(0, 60, 3))
def test_a_sweep_outlives_a_full_disk_at_any_moment(threads, source, tmp_path, monkeypatch, allowed):
    unbroken = run(source, tmp_path / "unbroken")
    with monkeypatch.context() as patch, contextlib.suppress(SweepError):
        FullDisk(allowed).install(patch)
        run(source, tmp_path / "broken")
    pandas.testing.assert_frame_equal(run(source, tmp_path / "broken", resume=True), unbroken)
    assert not list((tmp_path / "broken").rglob("*.unfinished"))


def test_half_a_result_counts_for_none(threads, source, tmp_path):
    table = run(source, tmp_path / "out")
    path = tmp_path / "out" / "runs" / table["id"].iloc[3] / "result.json"
    path.write_bytes(path.read_bytes()[:40])
    pandas.testing.assert_frame_equal(run(source, tmp_path / "out", resume=True), table)
    assert json.loads(path.read_text())["outcome"] == "trained"


def test_a_sweep_that_is_broken_off_says_where_it_stands_and_ends_like_an_unbroken_one(
    threads, source, tmp_path, monkeypatch
):
    unbroken, add = run(source, tmp_path / "unbroken"), driver.Table.add

    def full(table, result):
        if len(table._rows) == 3:
            raise OSError(28, "results.parquet could not be written: the disk is full. Free some space.")
        add(table, result)

    with monkeypatch.context() as patch:
        patch.setattr(driver.Table, "add", full)
        with pytest.raises(
            SweepError, match=r"^results.* the disk is full\. .* [4-8] of 8 runs are done; go on with --resume"
        ):
            run(source, tmp_path / "broken")
    pandas.testing.assert_frame_equal(run(source, tmp_path / "broken", resume=True), unbroken)


def test_runs_that_are_there_twice_are_named(threads, source, tmp_path, capsys):
    source["parameters"]["value"] = [1, 1]
    sweep.run(source, tmp_path / "out", workers=2)
    assert "4 of the grid's runs are duplicates and are made only once." in capsys.readouterr().err


def test_the_cost_is_told_before_anything_starts(threads, source, tmp_path, capsys):
    sweep.run(source, tmp_path / "out", workers=2)
    told = capsys.readouterr().err
    assert told.startswith(
        "8 runs of lesson.ipynb: an unknown time (the notebook does not say) with 2 at a time, about 8"
    )
    assert "8 runs: 8 trained." in told


def test_lesson_06_tells_what_it_costs():
    lesson, runs, _ = driver.check({"parameters": {"steps": 1000, "network": ["dense", "conv"]}, "seeds": 1})
    dense, conv = (driver.estimate(lesson, [parameters], 1).seconds for parameters in runs.values())
    assert 10 < dense < 60
    assert conv > 2 * dense


def test_a_lesson_without_such_a_word_costs_what_its_welcome_says():
    lesson, runs, _ = driver.check({"notebook": "05", "parameters": {"speed": ["smoke", "lesson"]}, "seeds": 1})
    smoke, usual = (driver.estimate(lesson, [parameters], 1).seconds for parameters in runs.values())
    assert 0 < smoke < usual


def test_the_folder_of_another_grid_is_refused(threads, source, tmp_path):
    run(source, tmp_path / "out")
    with pytest.raises(SweepError, match=r"holds this sweep already: use --resume"):
        run(source, tmp_path / "out")
    with pytest.raises(SweepError, match=r"holds a sweep of another grid \(8 runs of lesson\.ipynb\)"):
        run({**source, "seeds": 3}, tmp_path / "out", resume=True)


def test_the_folder_of_a_changed_notebook_is_refused(threads, source, tmp_path, write_notebook):
    source["notebook"] = str(write_notebook(tmp_path / "own.ipynb"))
    run(source, tmp_path / "out")
    write_notebook(tmp_path / "own.ipynb", ("print(1)", ()))
    with pytest.raises(SweepError, match="holds a sweep of another state of its notebook"):
        run(source, tmp_path / "out", resume=True)


def test_the_folder_of_another_version_is_refused_with_both(threads, source, tmp_path):
    run(source, tmp_path / "out")
    path = tmp_path / "out" / "sweep.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "ganlib": "0.0.1"}))
    with pytest.raises(SweepError, match=r"was begun with ganlib 0\.0\.1, and this is 0\.1"):
        run(source, tmp_path / "out", resume=True)


def test_a_folder_with_other_files_is_refused(threads, source, tmp_path):
    (tmp_path / "thesis.tex").write_text("all of it")
    with pytest.raises(SweepError, match=r"is not a sweep and holds thesis\.tex"):
        run(source, tmp_path)
    (tmp_path / "file").write_text("")
    with pytest.raises(SweepError, match="cannot hold a sweep: a"):
        run(source, tmp_path / "file")


def test_two_sweeps_in_one_folder_are_refused(threads, source, tmp_path):
    (tmp_path / "out").mkdir()
    held = hold(str(tmp_path / "out"), 0)
    with pytest.raises(SweepError, match="Another sweep is at work in"):
        run(source, tmp_path / "out")
    held.close()
    run(source, tmp_path / "out")


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2", 1001, 10**9])
def test_a_wrong_number_of_workers_is_refused(threads, source, tmp_path, workers):
    with pytest.raises(SweepError, match="workers must be a whole number from 1 to 1000"):
        sweep.run(source, tmp_path / "out", workers=workers, verbose=0)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("scheduler", [5, "", ["tcp://node1:8786"]])
def test_a_wrong_scheduler_is_refused(threads, source, tmp_path, scheduler):
    with pytest.raises(SweepError, match="scheduler must be an address such as"):
        sweep.run(source, tmp_path / "out", scheduler=scheduler, verbose=0)
    with pytest.raises(SweepError, match="leave out one of the two"):
        sweep.run(source, tmp_path / "out", workers=1, scheduler="tcp://node1:8786", verbose=0)


@pytest.mark.parametrize("out", [5, None, "", ["x"], "x\0y"])
def test_what_is_no_folder_is_refused(threads, source, out):
    with pytest.raises(SweepError, match="out must be the name of a file or folder"):
        run(source, out)
    with pytest.raises(SweepError, match="folder must be the name of a file or folder"):
        sweep.read(out)


def test_a_name_that_no_folder_can_have_is_refused(threads, source, tmp_path):
    with pytest.raises(SweepError, match="cannot hold a sweep: the name is too long"):
        run(source, tmp_path / ("x" * 300))


def test_a_tilde_is_the_home_folder(threads, source, tmp_path, monkeypatch):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("USERPROFILE", str(tmp_path))
    run(source, "~/out")
    assert (tmp_path / "out" / "index.html").is_file()
    assert len(sweep.read("~/out")) == 8


def test_a_folder_that_cannot_be_written_says_so_once(threads, source, tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr("ganlib.training.files.os.fsync", refuse)
    with pytest.raises(SweepError) as error:
        run(source, tmp_path / "out")
    assert str(error.value) == f"{tmp_path / 'out'} cannot hold a sweep: Input/output error. Choose another place."


def test_workers_that_cannot_be_started_are_a_sentence(source, tmp_path, monkeypatch):
    def refuse(**_):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr("ganlib.sweep.pool.LocalCluster", refuse)
    with pytest.raises(SweepError, match=r"The 2 workers cannot be started on this computer: .*Too many open files"):
        run(source, tmp_path / "out")


@pytest.mark.parametrize("told", [5, [], {"seconds": "x"}, {"seconds_each": [1]}, {"times": 5}, {"megabytes": "a"}])
def test_a_notebook_that_tells_nonsense_of_its_cost_costs_nobody_the_sweep(threads, source, tmp_path, told):
    path = tmp_path / "own.ipynb"
    content = nbformat.read(source["notebook"], 4)
    content.metadata["ganlib_sweep"] = told
    nbformat.write(content, path)
    lesson, runs, merged = driver.check({**source, "notebook": path})
    assert "an unknown time" in driver.describe(lesson, runs, merged, {}, 2, tmp_path)


def test_a_sweep_that_needs_more_room_than_there_is_says_so(source, tmp_path):
    path = tmp_path / "own.ipynb"
    content = nbformat.read(source["notebook"], 4)
    content.metadata["ganlib_sweep"] = {"megabytes": 10**9}
    nbformat.write(content, path)
    lesson, runs, merged = driver.check({**source, "notebook": path})
    assert "are free, which is too little)" in driver.describe(lesson, runs, merged, {}, 2, tmp_path)
    assert "too little" not in driver.describe(*driver.check(source), {}, 2, tmp_path)


def test_each_job_has_the_time_limit_of_the_call_or_else_of_the_grid(threads, source, tmp_path):
    for number, (given, grid_says, limit) in enumerate([(None, None, None), (None, 5, 5), (7, 5, 7), (0.5, None, 0.5)]):
        grid = source if grid_says is None else {**source, "time_limit": grid_says}
        threads.clear()
        run(grid, tmp_path / str(number), time_limit=given)
        assert {job["time_limit"] for job in threads} == {limit}
    with pytest.raises(SweepError, match="time_limit, in minutes, must be a number"):
        run(source, tmp_path / "out", time_limit=0)


def test_a_notebook_without_parameters_is_refused(tmp_path, write_notebook):
    path = write_notebook(tmp_path / "plain.ipynb", ("print(1)", ()), parameters="")
    with pytest.raises(SweepError, match=r"plain\.ipynb has no cell with the tag parameters"):
        driver.check({"notebook": str(path)})
    with pytest.raises(SweepError, match=r"There is no notebook '77': give the path of a file, or the number .*06"):
        driver.check({"notebook": "77"})
    (tmp_path / "torn.ipynb").write_text("{")
    with pytest.raises(SweepError, match=r"torn\.ipynb is not a notebook"):
        driver.check({"notebook": str(tmp_path / "torn.ipynb")})


def test_the_gallery_stands_by_itself(threads, source, tmp_path):
    source["parameters"]["value"] = [1, 13]
    run(source, tmp_path / "out")
    page = (tmp_path / "out" / "index.html").read_text()
    assert page.count("<tr>") == 9
    assert "4 trained, 4 failed" in page
    assert "ValueError: 13 brings bad luck (cell cell-0)" in page
    assert page.count('alt="') == page.count("<img ") >= 1
    assert "://" not in page


def test_rows_that_name_different_parameters_have_a_place_on_the_map(threads, source, tmp_path):
    source["rows"] = [{"value": 3}, {"rate": 0.7}]
    run(source, tmp_path / "out")
    assert "6 pairs of value and rate: 6 trained" in (tmp_path / "out" / "index.html").read_text()


def test_the_map_is_over_the_two_parameters_that_vary_most(threads, source, tmp_path):
    source["parameters"] = {"name": ["a", "b"], "value": [1, 2, 3], "rate": [0.1, 0.2, 0.3]}
    run(source, tmp_path / "out")
    assert "9 pairs of value and rate: 9 trained" in (tmp_path / "out" / "index.html").read_text()


def test_the_command_names_each_run_that_failed(threads, source, tmp_path, capsys):
    path = tmp_path / "grid.yaml"
    path.write_text(f"notebook: '{source['notebook']}'\nparameters: {{value: [1, 13]}}\nseeds: 1\n")
    settings = {"notebook": None, "workers": 2, "scheduler": None, "resume": False}
    code = driver.main(path, out=tmp_path / "out", estimate=False, **settings)
    assert code == 1
    assert "notebook.ipynb, cell cell-0: ValueError: 13 brings bad luck" in capsys.readouterr().err
    assert driver.main(path, out=tmp_path / "none", estimate=True, **settings) == 0
    assert "2 runs of lesson.ipynb" in capsys.readouterr().out
    assert not os.path.exists(tmp_path / "none")
    with pytest.raises(SweepError, match="leave out --resume"):
        driver.main(path, out=tmp_path / "out", estimate=True, **{**settings, "resume": True})


def test_many_runs_are_handed_out_a_few_at_a_time(threads, source, tmp_path, monkeypatch):
    """The simulated large sweep: no notebooks, two threads; tests/benchmarks/bench_sweep.py times ten thousand."""
    source = {"notebook": source["notebook"], "parameters": {"value": list(range(100, 600))}, "seeds": 1}
    waiting = []
    monkeypatch.setattr(
        driver.pools.concurrent.futures,
        "wait",
        lambda pending, wait=driver.pools.concurrent.futures.wait, **kw: (
            waiting.append(len(pending)) or wait(pending, **kw)
        ),
    )
    assert len(run(source, tmp_path / "out")) == 500
    assert max(waiting) <= driver.pools.AHEAD * 2


def test_a_result_that_is_whole_is_not_made_again_by_a_second_worker(tmp_path):
    (tmp_path / "result.json").write_text('{"id": "a", "outcome": "trained"}')
    assert runner.execute({"folder": str(tmp_path)}) == {"id": "a", "outcome": "trained"}
