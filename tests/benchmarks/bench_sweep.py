"""What a sweep costs beside its runs: time and memory of the driver, for many runs that do nothing.

    python tests/benchmarks/bench_sweep.py [--runs 10000] [--workers 2]

The runs go through the whole sweep: grid, real Dask workers, results, table, gallery. Only papermill is left out: in
its place stands a function that writes an empty result, as ten thousand kernels would hide what the driver costs.
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


def main():
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
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
    print(f"overhead {each:.1f} ms a run; the driver's peak memory {peak:.0f} MiB")


if __name__ == "__main__":
    main()
