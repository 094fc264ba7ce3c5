"""Real workers: on this computer, and two processes at two addresses with a scheduler of their own."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import nbformat
import pytest

import ganlib
from ganlib import sweep
from ganlib.lock import LOCK, hold
from ganlib.sweep import SweepError, launch, pool, runner

CHECKOUT = Path(__file__).resolve().parents[2]
WAITING = 300  # seconds that anything may take on a busy computer before a test gives up


def wait_for(what):
    end = time.monotonic() + WAITING
    while not what():
        assert time.monotonic() < end
        time.sleep(0.05)


@contextlib.contextmanager
def process(*words, **variables):
    """Run a command of Dask's for the length of a block."""
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT), **variables}
    command = [sys.executable, "-m", "dask", *words]
    running = subprocess.Popen(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    try:
        yield running
    finally:
        running.kill()
        running.wait()


@pytest.fixture(scope="module")
def scheduler(tmp_path_factory):
    """The address of a scheduler that was started as on a cluster."""
    file = tmp_path_factory.mktemp("scheduler") / "scheduler.json"
    with process("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)):
        wait_for(lambda: file.exists() and file.read_text().endswith("}"))
        yield json.loads(file.read_text())["address"]


def worker(scheduler, host, **variables):
    """Start a worker at an address of this computer."""
    return process("worker", scheduler, "--host", host, "--nthreads", "1", "--no-nanny", "--no-dashboard", **variables)


def test_a_sweep_runs_on_two_workers_at_two_addresses_and_outlives_one_of_them(scheduler, lesson, tmp_path):
    source = {"notebook": str(lesson), "parameters": {"value": [1, 2, 3, 13, 4]}, "seeds": 1}
    out, found = tmp_path / "out", []
    with worker(scheduler, "127.0.0.1") as first, worker(scheduler, "127.0.0.2"):
        making = threading.Thread(target=lambda: found.append(sweep.run(source, out, scheduler=scheduler, verbose=0)))
        making.start()
        wait_for(lambda: list(out.glob("runs/*/result.json")))
        first.kill()
        making.join(WAITING)
    (table,) = found
    assert table["outcome"].tolist() == ["done", "done", "done", "failed", "done"]
    assert table["square"].dropna().tolist() == [1.1, 4.1, 9.1, 16.1]
    assert table["cell"].tolist()[3] == "cell-0"
    assert table["error"].tolist()[3] == "ValueError: 13 brings bad luck"
    executed = nbformat.read(out / "runs" / table["id"][3] / "notebook.ipynb", nbformat.NO_CONVERT)
    assert executed.metadata.papermill.exception is True


def test_workers_of_another_version_are_refused_with_both(scheduler, lesson, tmp_path):
    (tmp_path / "old" / "ganlib").mkdir(parents=True)
    (tmp_path / "old" / "ganlib" / "__init__.py").write_text("__version__ = '0.0.9'\n")
    source = {"notebook": str(lesson), "parameters": {"value": [1]}, "seeds": 1}
    with worker(scheduler, "127.0.0.1", PYTHONPATH=str(tmp_path / "old")), pytest.raises(SweepError) as error:
        sweep.run(source, tmp_path / "out", scheduler=scheduler, verbose=0)
    assert f"has ganlib 0.0.9, and this is ganlib {ganlib.__version__}" in str(error.value)


@pytest.mark.parametrize(
    ("gpus", "slots", "shared"),
    [
        (["0", "1"], [1, 1], None),
        ([None, None], [4, 4], None),
        (["-1", ""], [2, 2], None),
        (["0"], [2], "2 runs at a time on GPU 0"),
        (["0", "0"], [1, 1], "2 runs at a time on GPU 0"),
        (["0,1", "1"], [1, 1], "2 runs at a time on GPU 1"),
    ],
)
def test_workers_that_would_share_a_gpu_are_refused(gpus, slots, shared):
    told = {number: ("node1", ganlib.__version__, True, 8, gpu) for number, gpu in enumerate(gpus)}
    with contextlib.nullcontext() if shared is None else pytest.raises(SweepError, match=shared):
        pool._check_gpus(told, dict(enumerate(slots)))


PLACES = [  # host, cores that may be used, how many of them, slots of the worker
    ([("a", (0, 1, 2, 3), 4, 1), ("a", (0, 1, 2, 3), 4, 1)], 2),
    ([("a", (0, 1), 2, 1), ("a", (2, 3), 2, 1)], 2),
    ([("a", (0, 1, 2, 3), 4, 4), ("b", (0, 1), 2, 1)], 1),
    ([("a", (0,), 1, 4)], 1),
    ([("a", (), 8, 2)], 4),
]


@pytest.mark.parametrize(("places", "threads"), PLACES)
def test_runs_share_the_cores_that_their_workers_may_use(places, threads):
    told = {number: (host, "", True, (which, count), "") for number, (host, which, count, _) in enumerate(places)}
    assert pool._threads(told, {number: place[3] for number, place in enumerate(places)}) == threads


def test_the_cores_are_those_that_system_and_batch_system_allow(monkeypatch):
    for name in pool.ALLOTTED:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pool, "cpu_count", lambda: 8)
    assert pool.cores() == 8
    for name in pool.ALLOTTED:
        for text, cores in {"3": 3, "64": 8, "0": 8, "": 8, "4(x2)": 8, "-1": 8}.items():
            monkeypatch.setenv(name, text)
            assert pool.cores() == cores
        monkeypatch.delenv(name)


@pytest.mark.parametrize(
    ("seen", "gpus"),
    [(None, ["0", "1", "2", "3"]), ("2", ["2"]), ("0, 3", ["0", "3"]), ("", []), ("-1", []), ("1,-1,2", ["1"])],
)
def test_a_sweep_takes_only_the_gpus_that_it_was_given(monkeypatch, seen, gpus):
    monkeypatch.setattr(pool, "nvidia_cards", lambda: ["a card"] * 4)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if seen is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", seen)
    assert pool.gpus() == gpus
    assert not gpus or pool.usual_workers() == len(gpus)


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system lets nobody choose cores")
def test_a_worker_counts_the_cores_that_it_may_use():
    code = (
        "import os; os.sched_setaffinity(0, {sorted(os.sched_getaffinity(0))[0]})\n"
        "from ganlib.sweep import pool; print(pool.cores(), len(pool.affinity()))"
    )
    told = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True)
    assert told.stdout.split() == ["1", "1"]


def test_nobody_without_the_certificate_can_use_the_workers_of_this_computer():
    code = "from distributed import Client, Security; Client({address!r}, security={security}, timeout=2); print('in')"
    with pool.local(1) as local:
        assert local.executor.submit(os.getpid).result(WAITING) != os.getpid()
        client = local.executor._client
        address = client.scheduler.address
        workers = list(client.scheduler_info()["workers"])
        assert all(one.startswith("tls://127.0.0.1:") for one in [address, *workers])
        for attempt in [address, address.replace("tls", "tcp"), *workers]:
            for security in ("None", "Security.temporary()"):
                stranger = [sys.executable, "-c", code.format(address=attempt, security=security)]
                done = subprocess.run(stranger, capture_output=True, text=True, timeout=WAITING)
                assert (done.returncode, done.stdout) == (1, "")


def test_a_scheduler_that_is_lost_is_told_even_when_it_cannot_be_asked_for_its_workers():
    class Client:
        status, dashboard_link = "connecting", ""

        def get_executor(self, pure):
            return None

        def scheduler_info(self, n_workers):
            return {}

    lost = pool._pool(Client(), 1, [], "")
    with pytest.raises(SweepError, match="The scheduler was lost: start it again"):
        pool.drive(lost, None, [{"id": "a"}], None)


def test_a_scheduler_that_does_not_answer_is_named(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr("ganlib.sweep.pool.ANSWER", 0.5)
    source = {"notebook": str(lesson), "parameters": {"value": [1]}, "seeds": 1}
    with pytest.raises(SweepError, match=r"No Dask scheduler answers at tcp://127\.0\.0\.1:9: start one"):
        sweep.run(source, tmp_path / "out", scheduler="tcp://127.0.0.1:9", verbose=0)


def job(lesson, folder, **parameters):
    folder.mkdir(exist_ok=True)
    return {
        "id": "a",
        "folder": str(folder),
        "notebook": str(lesson),
        "cwd": str(folder),
        "parameters": parameters,
        "given": ["results", "resume"],
        "threads": 1,
        "time_limit": None,
        "gpus": [],
        "version": ganlib.__version__,
    }


def test_a_run_skips_the_cells_that_it_does_not_need(write_notebook, tmp_path):
    path = write_notebook(
        tmp_path / "tagged.ipynb",
        ("raise RuntimeError('only for readers')", ()),
        ("import json, os, pathlib", ["sweep"]),
        ("threads = os.environ['TF_NUM_INTRAOP_THREADS'], os.environ['OMP_NUM_THREADS']", ["sweep"]),
        ("pathlib.Path(results, 'scores.json').write_text(json.dumps({'scores': {'threads': threads}}))", ["sweep"]),
    )
    result = runner.execute({**job(path, tmp_path / "run"), "threads": 3})
    assert result["error"] is None
    assert result["scores"] == {"threads": ["3", "3"]}
    executed = nbformat.read(tmp_path / "run" / "notebook.ipynb", nbformat.NO_CONVERT)
    assert [cell.execution_count for cell in executed.cells if cell.get("id") == "cell-0"] == [None]


def test_a_run_that_was_cut_off_is_told_to_go_on(lesson, tmp_path):
    checkpoints = tmp_path / "run" / "run" / "checkpoints"
    checkpoints.mkdir(parents=True)
    (checkpoints / "step_00000001.npz").touch()
    assert runner.execute(job(lesson, tmp_path / "run", value=2))["scores"]["resumed"] is True
    assert runner.execute(job(lesson, tmp_path / "new", value=2))["scores"]["resumed"] is False


def test_a_training_that_was_cut_off_before_its_first_checkpoint_begins_anew(write_notebook, tmp_path):
    (tmp_path / "run" / "run").mkdir(parents=True)
    (tmp_path / "run" / "run" / "config.json").touch()
    path = write_notebook(tmp_path / "trains.ipynb", ("import os\nos.mkdir(f'{results}/run')\nassert not resume", ()))
    assert runner.execute(job(path, tmp_path / "run"))["error"] is None


def test_a_kernel_that_dies_is_a_run_that_failed(write_notebook, tmp_path):
    path = write_notebook(tmp_path / "dies.ipynb", ("import os", ()), ("os._exit(7)", ()))
    result = runner.execute(job(path, tmp_path / "run"))
    assert (result["outcome"], result["cell"]) == ("failed", "cell-1")
    assert "the kernel died" in result["error"]


def test_a_training_that_diverges_is_an_outcome_and_no_failure(write_notebook, tmp_path):
    source = "class TrainingDiverged(ArithmeticError): pass\nraise TrainingDiverged('g_loss became NaN')"
    path = write_notebook(tmp_path / "diverges.ipynb", (source, ()))
    assert runner.execute(job(path, tmp_path / "run"))["outcome"] == "diverged"


def test_no_run_starts_while_the_kernel_of_a_lost_worker_writes_in_its_folder(tmp_path):
    held = hold(str(tmp_path), 0)
    code = f"from ganlib import lock; lock.hold({str(tmp_path)!r}, 0.2)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=CHECKOUT)
    assert "Another process is writing in" in done.stderr
    held.close()
    assert subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT).returncode == 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL") or not sys.platform.startswith("linux"), reason="needs a fork")
def test_kernels_end_with_the_worker_that_made_them(write_notebook, tmp_path):
    path = write_notebook(
        tmp_path / "long.ipynb",
        ("import os, pathlib, time\npathlib.Path(results, 'pid').write_text(str(os.getpid()))\ntime.sleep(600)", ()),
    )
    told = json.dumps(job(path, tmp_path / "run"))
    code = f"import json; from ganlib.sweep import runner; runner.execute(json.loads({told!r}))"
    with tempfile.TemporaryDirectory() as place:  # its path is short enough for sockets
        env = {**os.environ, "TMPDIR": place}
        working = subprocess.Popen([sys.executable, "-c", code], cwd=CHECKOUT, stderr=subprocess.DEVNULL, env=env)
        _end_the_worker(working, tmp_path / "run", place)


@pytest.mark.skipif(not launch.FORKS, reason="nothing is forked on this system")
def test_a_program_that_has_got_the_number_of_an_ended_kernel_is_left_alone():
    with subprocess.Popen(["sleep", "60"], start_new_session=True) as other:
        code = f"import os; from ganlib.sweep import fork_server as s; os.fork = lambda: {other.pid}; s.main()"
        kernel = json.dumps({"folder": "", "log": os.devnull, "env": {}, "cwd": "/", "arguments": []})
        command = [sys.executable, "-c", code]
        told = subprocess.run(command, cwd=CHECKOUT, input=f"{kernel}\n", capture_output=True, text=True, timeout=60)
        assert told.stdout.split() == [str(other.pid)], told.stderr
        assert other.poll() is None
        other.kill()


def _end_the_worker(working, folder, place):
    file = folder / "pid"
    wait_for(lambda: file.exists() and file.read_text())
    (sockets,) = Path(place).glob("ganlib-kernel-*")
    assert sockets.stat().st_mode & 0o077 == 0
    working.kill()
    working.wait()
    pid = int(file.read_text())
    wait_for(lambda: not _lives(pid) and not sockets.exists())
    assert runner.read_result(folder) is None


@pytest.mark.skipif(not launch.FORKS, reason="kernels have ports on this system")
def test_a_kernel_leaves_nothing_in_the_temporary_folder_even_when_it_is_killed(write_notebook, tmp_path, monkeypatch):
    ends = write_notebook(tmp_path / "ends.ipynb", ("pass", ()))
    killed = write_notebook(tmp_path / "killed.ipynb", ("import os, signal\nos.kill(os.getpid(), signal.SIGKILL)", ()))
    with tempfile.TemporaryDirectory() as place:
        monkeypatch.setattr(tempfile, "tempdir", place)
        assert runner.execute(job(ends, tmp_path / "a"))["outcome"] == "done"
        assert "the kernel died" in runner.execute(job(killed, tmp_path / "b"))["error"]
        assert os.listdir(place) == []


@pytest.mark.skipif(not launch.FORKS, reason="kernels have ports on this system")
def test_what_a_worker_left_that_was_killed_with_all_its_processes_is_cleared_away(tmp_path, monkeypatch):
    old, new, busy = (tmp_path / f"{launch.SOCKETS}{name}" for name in ("old", "new", "busy"))
    for folder in (old, new, busy):
        folder.mkdir()
        hold(str(folder), 0).close()
    for folder in (old, busy):
        os.utime(folder / LOCK, (0, 0))
    held = hold(str(busy), 0)
    launch._clear_abandoned(str(tmp_path))
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([new.name, busy.name])
    held.close()


@pytest.mark.skipif(not launch.FORKS, reason="kernels have ports on this system")
def test_sockets_lie_where_their_path_is_short_enough_and_there_is_room(tmp_path, monkeypatch):
    long, locked = tmp_path / ("x" * 90), tmp_path / "none"
    long.mkdir()
    for place in (long, locked):
        monkeypatch.setattr(tempfile, "tempdir", str(place))
        folder, lock = launch._socket_folder()
        assert len(folder) < 100
        assert not folder.startswith(str(place))
        lock.close()
        os.remove(os.path.join(folder, LOCK))
        os.rmdir(folder)


def test_a_sweep_needs_no_short_temporary_folder(lesson, tmp_path):
    long = tmp_path / ("a_project_with_a_long_name" * 3) / "job_1234567"
    long.mkdir(parents=True)
    code = f"from ganlib.sweep import runner; print(runner.execute({job(lesson, tmp_path / 'run', value=2)!r}))"
    env = {**os.environ, "TMPDIR": str(long)}
    done = subprocess.run([sys.executable, "-c", code], cwd=CHECKOUT, env=env, capture_output=True, text=True)
    assert "'outcome': 'done', 'error': None" in done.stdout, done.stderr
    assert list(long.iterdir()) == []


def test_a_kernel_that_has_no_place_for_sockets_is_reached_by_ports(lesson, tmp_path, monkeypatch):
    monkeypatch.setattr(launch, "LONGEST", 0)
    assert runner.execute(job(lesson, tmp_path / "run", value=2))["error"] is None


def test_a_notebook_is_executed_by_this_python_whatever_its_kernel_was_called(write_notebook, tmp_path, monkeypatch):
    path = write_notebook(tmp_path / "own.ipynb", ("import sys\nassert sys.version == VERSION", ()))
    content = nbformat.read(path, 4)
    content.cells[1].source = f"import sys\nassert sys.prefix == {sys.prefix!r}"
    other = tmp_path / "data" / "kernels" / "python3"
    other.mkdir(parents=True)
    (other / "kernel.json").write_text('{"argv": ["/bin/false"], "display_name": "x", "env": {"ODD": "1"}}')
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "data"))
    for name in ("conda-env-gan-py", "python3"):
        content.metadata.kernelspec.name = name
        nbformat.write(content, path)
        for forks in (launch.FORKS, False):
            monkeypatch.setattr(launch, "FORKS", forks)
            assert runner.execute(job(path, tmp_path / f"{name}{forks}"))["error"] is None


def test_a_folder_may_have_braces_in_its_name(lesson, tmp_path):
    assert runner.execute(job(lesson, tmp_path / "{value} {}", value=2))["error"] is None


def test_a_run_that_takes_longer_than_its_limit_is_stopped_and_goes_on_with_a_longer_one(write_notebook, tmp_path):
    waits = "import os, pathlib, time\nif not resume:\n    os.makedirs(f'{results}/run/checkpoints')\n"
    waits += "    pathlib.Path(results, 'run', 'checkpoints', 'step_1.npz').touch()\n    time.sleep(600)"
    grid = {"notebook": write_notebook(tmp_path / "waits.ipynb", (waits, ())), "parameters": {"value": 1}, "seeds": 1}
    grid["time_limit"] = 0.1
    table = sweep.run(grid, tmp_path / "out", workers=1, verbose=0)
    assert table.loc[0, ["outcome", "error", "cell"]].tolist() == [
        "failed",
        "took longer than 0.1 minutes, the time limit",
        "cell-0",
    ]
    again = sweep.run(grid, tmp_path / "out", workers=1, resume=True, time_limit=5, verbose=0)
    assert again["outcome"].tolist() == ["done"]


def _lives(pid):
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
