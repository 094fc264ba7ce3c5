"""Where the runs are made: `concurrent.futures` on Dask, on this computer or through a scheduler elsewhere."""

import concurrent.futures
import contextlib
import itertools
import logging
import os
import re
from typing import NamedTuple

import psutil
from dask.system import cpu_count
from distributed import Client, LocalCluster, Security
from distributed.system import memory_limit

import ganlib
from ganlib.setup.environment import child_environment, nvidia_cards, sentence
from ganlib.sweep.errors import SweepError

ANSWER = 10  # seconds that a scheduler has to answer
ARRIVAL = 60  # seconds for a first worker to join it
GIB_A_RUN = 2
MOST_WORKERS = 1000  # on this computer
ALLOTTED = ("SLURM_CPUS_ON_NODE", "NSLOTS", "LSB_DJOB_NUMPROC", "NCPUS", "PBS_NUM_PPN")  # cores, by a batch system
LOST = "The scheduler was lost: start it again."
AHEAD = 2  # runs per worker that are handed out at a time, so that none has to wait


class Pool(NamedTuple):
    """Workers that are ready.

    Attributes
    ----------
    executor : concurrent.futures.Executor
    workers : callable
        How many runs can be made at a time now; a number that may change.
    alive : callable
        Whether the scheduler can still be reached.
    threads : int
        How many threads a run may take.
    gpus : list of str
        The GPUs that a local cluster's workers share, one each; empty elsewhere.
    dashboard : str
        The address of Dask's own page.
    """

    executor: object
    workers: object
    alive: object
    threads: int
    gpus: list
    dashboard: str


def usual_workers():
    """Return how many runs to make at a time here: one per GPU, else one per core, with 2 GiB of memory for each."""
    memory = min(psutil.virtual_memory().available, memory_limit()) / 2**30
    return len(gpus()) or max(1, min(cores(), int(memory / GIB_A_RUN)))


def gpus():
    """Return the GPUs that this process may use, as CUDA_VISIBLE_DEVICES names them."""
    seen, cards = os.environ.get("CUDA_VISIBLE_DEVICES"), nvidia_cards()
    if seen is None or not cards:
        return [str(number) for number in range(len(cards))]
    return list(itertools.takewhile(lambda gpu: gpu not in ("", "-1"), map(str.strip, seen.split(","))))


def cores():
    """Return how many cores this process may use, by its affinity, its control group and its batch system."""
    allotted = (os.environ.get(name, "") for name in ALLOTTED)
    return min([cpu_count(), *(int(count) for count in allotted if re.fullmatch(r"[1-9][0-9]{0,5}", count))])


def affinity():
    """Return the numbers of the cores that this process may run on, sorted; empty where the system does not say."""
    return tuple(sorted(psutil.Process().cpu_affinity())) if hasattr(psutil.Process, "cpu_affinity") else ()


@contextlib.contextmanager
def local(workers):
    """Start workers on this computer, each a process that makes one run at a time; they end with the block.

    They talk over TLS, and let in nobody without the certificate that is made here. Otherwise any other user of this
    computer could have them run code in your name.
    """
    os.environ["PYTHONPATH"] = child_environment()["PYTHONPATH"]
    try:
        cluster = LocalCluster(
            n_workers=workers,
            threads_per_worker=1,
            memory_limit=0,  # the runs' memory is their kernels', which Dask does not see
            dashboard_address="127.0.0.1:0",
            silence_logs=logging.CRITICAL,
            security=Security.temporary(),
        )
    except (OSError, RuntimeError, TimeoutError) as error:
        raise SweepError(f"The {workers} workers cannot be started on this computer: {sentence(error)}.") from error
    with cluster, Client(cluster) as client:
        yield _pool(client, max(1, cores() // workers), gpus(), cluster.dashboard_link)


@contextlib.contextmanager
def remote(address, folder):
    """Use the workers of a scheduler that runs already, after a check that they fit.

    Parameters
    ----------
    address : str
        Such as "tcp://node1:8786".
    folder : Path
        The sweep's folder, which every worker must see under the same path.

    Raises
    ------
    SweepError
        The scheduler does not answer, has no workers, or has workers that do not fit.
    """
    try:
        client = Client(address, timeout=ANSWER)
    except (OSError, ValueError, TimeoutError) as error:
        raise SweepError(
            f"No Dask scheduler answers at {address}: start one with `dask scheduler`, and give the address that it "
            f"prints."
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=ARRIVAL)
        except TimeoutError as error:
            raise SweepError(
                f"The scheduler at {address} has no workers: start some with `dask worker {address} --nthreads 1`."
            ) from error
        yield _pool(client, check_workers(client, folder), [], client.dashboard_link)


def _pool(client, threads, gpus, dashboard):
    def workers():
        try:
            return sum(info["nthreads"] for info in client.scheduler_info(n_workers=-1)["workers"].values())
        except (OSError, KeyError):  # the scheduler is lost, which `alive` tells
            return 0

    def alive():
        return client.status == "running"

    return Pool(client.get_executor(pure=False), workers, alive, threads, gpus, dashboard)


def check_workers(client, folder):
    """Return how many threads a run may take on every worker; SweepError if a worker does not fit."""

    def look():
        """Run on a worker; a function inside a function is sent as it is, so that the worker need not know it."""
        import os
        import socket

        try:
            import ganlib

            version = ganlib.__version__
        except ImportError:
            version = None
        if version != here:
            return socket.gethostname(), version, False, None, None
        from ganlib.setup.environment import nvidia_cards
        from ganlib.sweep.pool import affinity, cores

        gpus = os.environ.get("CUDA_VISIBLE_DEVICES")
        if gpus is None:
            gpus = ",".join(str(number) for number in range(len(nvidia_cards())))
        return socket.gethostname(), version, os.path.isdir(seen), (affinity(), cores()), gpus

    seen, here = str(folder), ganlib.__version__
    told = client.run(look)
    slots = {address: info["nthreads"] for address, info in client.scheduler_info(n_workers=-1)["workers"].items()}
    for address, (host, version, sees, _, _) in told.items():
        if version != ganlib.__version__:
            has = f"ganlib {version}" if version else "no ganlib"
            raise SweepError(
                f"The worker {address} on {host} has {has}, and this is ganlib {ganlib.__version__}: start it from the "
                f"same version."
            )
        if not sees:
            raise SweepError(
                f"The worker {address} on {host} does not see {seen}: put the sweep into a folder that all computers "
                f"share under one path."
            )
    _check_gpus(told, slots)
    return _threads(told, slots)


def _check_gpus(told, slots):
    """Refuse workers that would make two runs at a time on one GPU, all of whose memory a single run may take."""
    runs = {}
    for address, (host, _, _, _, gpus) in told.items():
        for gpu in filter(None, (gpus or "").split(",")):
            runs[host, gpu] = runs.get((host, gpu), 0) + slots.get(address, 1)
    shared = [(host, gpu) for (host, gpu), count in runs.items() if count > 1 and gpu != "-1"]
    if shared:
        host, gpu = shared[0]
        raise SweepError(
            f"The workers on {host} would make {runs[shared[0]]} runs at a time on GPU {gpu}: start one worker for "
            f"each GPU, such as CUDA_VISIBLE_DEVICES={gpu} dask worker ADDRESS --nthreads 1."
        )


def _threads(told, slots):
    """Share the cores between the runs on them; the smallest share counts, so that all runs are alike.

    Workers that may run on the same cores of a computer share what is allotted to them.
    """
    runs, there = {}, {}
    for address, (host, _, _, (which, count), _) in told.items():
        runs[host, which] = runs.get((host, which), 0) + slots.get(address, 1)
        there[host, which] = count
    return max(1, min(there[place] // runs[place] for place in runs))


def drive(pool, function, jobs, tell):
    """Let the workers apply a function to jobs, a few ahead of what they can do at a time.

    Parameters
    ----------
    pool : Pool
    function : callable
        Maps a job to its result.
    jobs : iterable
    tell : callable
        Called with (job, result, None), or with (job, None, exception) when the function's process was lost again and
        again.

    Raises
    ------
    SweepError
        The scheduler was lost.
    """
    jobs, pending, room = iter(jobs), {}, 0
    while True:
        room = room or AHEAD * max(1, pool.workers())
        if not pool.alive():
            raise SweepError(LOST)
        for job in itertools.islice(jobs, max(0, room - len(pending))):
            pending[pool.executor.submit(function, job)] = job
        if not pending:
            return
        done, _ = concurrent.futures.wait(pending, timeout=1, return_when=concurrent.futures.FIRST_COMPLETED)
        if not pool.alive() or any(future.cancelled() for future in done):
            raise SweepError(LOST)
        for future in done:
            error = future.exception()
            tell(pending.pop(future), None if error else future.result(), error)
        room = 0 if not done else room  # workers come and go; ask again when there is time
