"""How a worker starts kernels: with their messages in a file, and on Linux forked from the worker's fork server."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning import LocalProvisioner

from ganlib.lock import LOCK, hold

LOG = "kernel.log"
FORKS = sys.platform == "linux"
ALWAYS = ("ipykernel.kernelapp", "IPython")
OF_LESSONS = ("tensorflow", "keras", "matplotlib.figure", "PIL.Image", "pandas")
OURS = ("ganlib.training", "ganlib.plots", "ganlib.course")  # no ganlib.models: it starts devices, which must not fork
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}  # a process with threads must not fork
SOCKETS = "ganlib-kernel-"  # how folders for sockets are called
LONGEST = 75  # bytes of the path of the folder around it: a socket has room for about 104 in all
ABANDONED = 60  # seconds without its owner after which such a folder is cleared away
KILL = getattr(signal, "SIGKILL", signal.SIGTERM)
_fork_servers = {}
_lock = threading.Lock()


class RunKernelManager(AsyncKernelManager):
    """Manages a kernel of this Python, which writes its messages to `kernel.log` in its run's folder.

    On Linux it is reached by sockets in a folder that only its owner can enter: so there are no ports for
    runs that start at the same time to fight over.
    """

    def __init__(self, **options):
        super().__init__(**options)
        self._kernel_spec = KernelSpec(**get_kernel_dict())  # a "python3" that somebody installed may be another one
        self._folder, self._lock = _socket_folder() if FORKS else (None, None)
        if self._folder:
            self.transport, self.ip = "ipc", os.path.join(self._folder, "k")
            self.connection_file = os.path.join(self._folder, "kernel.json")

    async def start_kernel(self, **options):
        """Start the kernel."""
        if FORKS:
            self.provisioner = ForkingProvisioner(
                kernel_id=self.kernel_id or "", kernel_spec=self.kernel_spec, parent=self
            )
            return await super().start_kernel(**options)
        with open(_log_of_this_run(), "ab") as log:
            return await super().start_kernel(stdout=log, stderr=log, **options)

    async def cleanup_resources(self, restart=False):
        """Remove what stood on the disk for the kernel."""
        await super().cleanup_resources(restart)
        if self._folder and not restart:
            self._lock.close()
            shutil.rmtree(self._folder, ignore_errors=True)


def _socket_folder():
    """Make a folder for a kernel's sockets where its path is short enough; return it and its lock, or None twice."""
    for place in (tempfile.gettempdir(), os.environ.get("XDG_RUNTIME_DIR", ""), "/tmp", "/var/tmp", "/dev/shm"):
        if not os.path.isabs(place) or len(os.fsencode(place)) > LONGEST:
            continue
        try:
            _clear_abandoned(place)
            folder = tempfile.mkdtemp(prefix=SOCKETS, dir=place)
            return folder, hold(folder, 0)
        except OSError:  # full, read-only or not there
            continue
    return None, None


def _clear_abandoned(place):
    """Remove the folders of workers that were killed together with all their processes."""
    for folder in Path(place).glob(f"{SOCKETS}*"):
        with contextlib.suppress(OSError):  # another user's, or in use
            if time.time() - (folder / LOCK).stat().st_mtime > ABANDONED:
                hold(folder, 0).close()
                shutil.rmtree(folder, ignore_errors=True)


class ForkingProvisioner(LocalProvisioner):
    """Has the worker's fork server fork the kernel, instead of starting a new Python."""

    async def launch_kernel(self, cmd, **options):
        """Return how to reach the kernel that was forked."""
        arguments = cmd[cmd.index("-f") :]
        env = {name: value for name, value in options["env"].items() if isinstance(value, str)}
        kernel = {"arguments": arguments, "env": env, "cwd": options.get("cwd") or os.getcwd()}
        kernel["folder"] = self.parent._folder
        self.process = ForkedKernel(_fork_server().fork({**kernel, "log": _log_of_this_run()}))
        self.pid = self.pgid = self.process.pid
        self.cwd = kernel["cwd"]
        return self.connection_info


_this_run = threading.local()


def announce(folder, content):
    """Say for which run this thread starts its next kernel: in which folder, and of which notebook (its bytes)."""
    _this_run.log = os.path.join(folder, LOG)
    ours, tensorflow = b"ganlib" in content, b"tensorflow" in content
    _this_run.modules = ALWAYS + OF_LESSONS * (ours or tensorflow) + OURS * ours


def _log_of_this_run():
    return getattr(_this_run, "log", os.devnull)


class ForkedKernel:
    """A process that is the child of another one, for Jupyter: as much of `subprocess.Popen` as it uses."""

    stdin = stdout = stderr = None

    def __init__(self, pid):
        self.pid = pid

    def poll(self):
        """Return None while the process lives."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return 0
        return None

    def wait(self, timeout=None):
        """Wait for the end of the process."""
        last = None if timeout is None else time.monotonic() + timeout
        while self.poll() is None:
            if last is not None and time.monotonic() > last:
                raise subprocess.TimeoutExpired("kernel", timeout)
            time.sleep(0.05)
        return 0

    def send_signal(self, number):
        """Send a signal, if the process still lives."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, number)

    def kill(self):
        """Kill it."""
        self.send_signal(KILL)

    def terminate(self):
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)


class _ForkServer:
    """The process that kernels are forked from."""

    def __init__(self, modules):
        self._process = subprocess.Popen(
            [sys.executable, "-m", "ganlib.sweep.fork_server", *modules],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, **ONE_THREAD},
        )

    def fork(self, kernel):
        """Return the process number of a new kernel."""
        with _lock:
            self._process.stdin.write(json.dumps(kernel) + "\n")
            self._process.stdin.flush()
            answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the process that kernels are forked from has ended")
        return int(answer)

    def lives(self):
        """Tell whether the process is there still."""
        return self._process.poll() is None


def _fork_server():
    """Return this worker's fork server for the notebook at hand; start one if there is none or it was killed."""
    modules = getattr(_this_run, "modules", ALWAYS)
    with _lock:
        if modules not in _fork_servers or not _fork_servers[modules].lives():
            _fork_servers[modules] = _ForkServer(modules)
        return _fork_servers[modules]
