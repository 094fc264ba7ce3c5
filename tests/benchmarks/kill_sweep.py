"""Break sweeps of lesson 06 off at random moments, go on, and compare the scores with those of an undisturbed sweep.

    python -m tests.benchmarks.kill_sweep [--kinds worker scheduler sweep disk] [--rounds 1] [--steps 20] [--seed 0]

Each kind kills one of the processes, or lets the disk be full; that one needs Linux and the right to mount a tmpfs. The
exit code is 1 if a table is not complete and equal.
"""

import argparse
import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from ganlib import sweep
from ganlib.sweep.table import ABOUT

CHECKOUT = Path(__file__).resolve().parents[2]
KINDS = ("worker", "scheduler", "sweep", "disk")


def start(log, *words):
    """Start a Python module with its words on standard error kept."""
    env = {**os.environ, "PYTHONPATH": str(CHECKOUT)}
    return subprocess.Popen([sys.executable, "-m", *words], env=env, stdout=subprocess.DEVNULL, stderr=log)


def start_worker(log, address):
    """Start a worker as on a cluster, one run at a time."""
    return start(log, "dask", "worker", address, "--nthreads", "1", "--no-nanny", "--no-dashboard")


@contextlib.contextmanager
def cluster(scratch, log):
    """A scheduler and two workers, each a process of its own: yields the address and the processes."""
    file = scratch / f"scheduler-{time.monotonic_ns()}.json"
    options = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    processes = [start(log, "dask", "scheduler", *options)]
    try:
        while not (file.exists() and file.read_text().endswith("}")):
            time.sleep(0.1)
        address = json.loads(file.read_text())["address"]
        processes += [start_worker(log, address) for _ in range(2)]
        yield address, processes
    finally:
        for process in processes:
            process.kill()
            process.wait()


def disturb_cluster(kind, command, moment, scratch, log):
    """Kill the scheduler, or a worker, in whose place comes another; return the exit code of the sweep."""
    with cluster(scratch, log) as (address, processes):
        working = start(log, *command, "--scheduler", address)
        time.sleep(moment)
        processes[0 if kind == "scheduler" else 1].kill()
        if kind == "worker":
            processes.append(start_worker(log, address))
        return working.wait()


def disturb_sweep(command, moment, log):
    """Kill the process of the sweep, with workers of its own; return its exit code."""
    working = start(log, *command, "--workers", "2")
    time.sleep(moment)
    working.send_signal(signal.SIGKILL)
    return working.wait()


@contextlib.contextmanager
def small_disk(folder, megabytes):
    """A disk of so many megabytes at a folder; yields a function that makes it large."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "tmpfs", str(folder)], check=True)
    try:
        yield lambda: subprocess.run(["mount", "-o", "remount,size=2g", str(folder)], check=True)
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def attempt(kind, grid, moment, scratch, log):
    """Disturb one sweep, go on with it, and return its table, its exit code and how many runs were whole before."""
    folder = scratch / f"{kind}-{time.monotonic_ns()}"
    out, command = folder / "out", ["ganlib", "sweep", str(grid), "--out", str(folder / "out")]
    megabytes = 4 + int(100 * moment[0])
    with small_disk(folder, megabytes) if kind == "disk" else contextlib.nullcontext(lambda: None) as enlarge:
        if kind == "disk":
            code = start(log, *command, "--workers", "2").wait()
        elif kind == "sweep":
            code = disturb_sweep(command, moment[1], log)
        else:
            code = disturb_cluster(kind, command, moment[1], scratch, log)
        enlarge()
        before = len(list(out.glob("runs/*/result.json")))
        return sweep.run(grid, out, workers=2, resume=True, verbose=0), code, before


def main():
    """Disturb, go on, compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--steps", type=int, default=20)
    parser.add_argument("--seed", type=int, default=0)
    options, equal = parser.parse_args(), True
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as name, open(Path(name, "log"), "wb") as log:
        scratch = Path(name)
        grid = scratch / "grid.yaml"
        grid.write_text(f"parameters: {{steps: {options.steps}, d_learning_rate: [1e-4, 1e-3]}}\nseeds: 1\n")
        began = time.monotonic()
        expected = sweep.run(grid, scratch / "undisturbed", workers=2, verbose=0)
        length = time.monotonic() - began
        same = [column for column in expected if column not in ABOUT]
        print(f"undisturbed: {length:.0f} s", flush=True)
        for kind in [kind for kind in options.kinds for _ in range(options.rounds)]:
            share = rng.random()
            table, code, before = attempt(kind, grid, (share, share * length), scratch, log)
            good = table[same].equals(expected[same])
            equal &= good
            where = f"{4 + int(100 * share)} MB" if kind == "disk" else f"{share * length:.1f} s"
            words = "equal" if good else f"DIFFERENT\n{table[same]}\n{expected[same]}"
            print(f"{kind} at {where}: exit code {code}, {before} results before --resume; then {words}", flush=True)
    return int(not equal)


if __name__ == "__main__":
    sys.exit(main())
