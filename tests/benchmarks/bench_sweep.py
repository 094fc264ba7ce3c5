"""What a sweep costs beside its runs.

    python -m tests.benchmarks.bench_sweep [--runs 10000] [--workers 2]
    python -m tests.benchmarks.bench_sweep --real [--rates 5] [--seeds 3] [--steps 1000] [--workers 2]

The first measures time and memory of the driver, for many runs that do nothing. They go through the whole sweep: grid,
real Dask workers, results, table, gallery. Only papermill is left out: in its place stands a function that writes an
empty result, as ten thousand kernels would hide what the driver costs.

The second makes real runs of lesson 06, over so many values of both learning rates, and compares the time of the whole
with the least that it could be: the runs' own training times and one start-up each, shared between the workers.
"""

import argparse
import resource
import tempfile
import time
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_notebook

from ganlib.sweep import driver


def write_lesson(path):
    """Write a notebook with one parameter; nothing executes it."""
    cell = new_code_cell("value = 1  # any", id="parameters", metadata={"tags": ["parameters"]})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(new_notebook(cells=[cell], metadata={"kernelspec": kernel}), path)
    return path


def runs_of(folder, lesson, count, workers):
    """Make a sweep of so many runs; return its table and the seconds that it took."""

    def nothing(job):
        """Write a result; a function inside a function is sent to the workers as it is."""
        import json
        from pathlib import Path

        result = {"id": job["id"], "parameters": job["parameters"], "outcome": "done", "scores": {"score": 1.0}}
        Path(job["folder"]).mkdir(parents=True, exist_ok=True)
        Path(job["folder"], "result.json").write_text(json.dumps(result))
        return result

    grid = {"notebook": str(lesson), "parameters": {"value": list(range(count))}}
    began = time.perf_counter()
    plan = driver.prepare(grid, folder, resume=False)
    table = driver._make(plan, workers, None, nothing, verbose=0)
    plan.folder.close()
    return table, time.perf_counter() - began


def measure_real_runs(options):
    """Sweep lesson 06, and print how far the time of the whole is from that of its runs."""
    rates = {"from": 2e-5, "to": 2e-3, "count": options.rates}
    parameters = {"steps": options.steps, "d_learning_rate": rates, "g_learning_rate": rates}
    with tempfile.TemporaryDirectory() as scratch:
        began = time.perf_counter()
        grid = {"notebook": "06", "parameters": parameters, "seeds": options.seeds}
        table = driver.run(grid, Path(scratch, "real"), options.workers)
        wall = time.perf_counter() - began
    total, startup, training = (table[name].sum() for name in ("seconds", "startup_seconds", "training_seconds"))
    each = (total - startup - training) / len(table)
    print(f"{driver.summary(table)} {wall:.0f} s with {options.workers} workers.")
    print(f"factor {wall * options.workers / (training + startup):.3f} over training and start-up, shared")
    print(
        f"a run: start-up {startup / len(table):.2f} s (the longest {table['startup_seconds'].max():.2f} s), training "
        f"{training / len(table):.2f} s, judging and saving {each:.2f} s"
    )


def measure_driver(options):
    """Sweep a notebook that is never executed, and print what the driver takes."""
    with tempfile.TemporaryDirectory() as scratch:
        lesson = write_lesson(Path(scratch, "nothing.ipynb"))
        few, before = runs_of(Path(scratch, "few"), lesson, 10, options.workers)
        many, seconds = runs_of(Path(scratch, "many"), lesson, options.runs, options.workers)
        assert (len(few), len(many)) == (10, options.runs)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    each = 1000 * (seconds - before) / (options.runs - 10)
    print(
        f"{options.runs:,} runs with {options.workers} workers: {seconds:.1f} s, of which starting takes {before:.1f} s"
    )
    print(f"overhead {each:.1f} ms per run; the driver's peak memory {peak:.0f} MiB")


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--runs", type=int, default=10_000, help="that do nothing")
    parser.add_argument("--real", action="store_true", help="make real runs")
    parser.add_argument("--rates", type=int, default=5)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--steps", type=int, default=1000)
    options = parser.parse_args()
    (measure_real_runs if options.real else measure_driver)(options)


if __name__ == "__main__":
    main()
