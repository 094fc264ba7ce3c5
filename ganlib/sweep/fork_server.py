"""A process that has imported TensorFlow once, and from which the kernels of a worker's runs are forked (Linux only).

Importing TensorFlow takes longer than anything else that a run does before it trains. Here it is imported once per
worker, but not used: no device is started, and nothing is computed before the fork. So every run still has a process of
its own, which shares with other runs only what was imported.

Its arguments are the modules to import. The worker writes one line of JSON for each kernel to standard input and reads
its process number. When the worker ends, however it ends, standard input closes, and the kernels are killed.
"""

import contextlib
import json
import os
import shutil
import signal
import sys


def main():
    """Import, then fork a kernel for every line of standard input."""
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    _import_what_takes_long(sys.argv[1:])
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # children that end leave nothing behind
    kernels = []
    for line in sys.stdin:
        kernel = json.loads(line)
        pid = os.fork()
        if pid == 0:
            _become(kernel, os.getppid())
        kernels.append((pid, kernel["folder"]))
        print(pid, file=answers, flush=True)
    for pid, _ in kernels:
        with contextlib.suppress(OSError):
            if os.waitpid(pid, os.WNOHANG) == (0, 0) and os.getpgid(pid) == pid:  # still our child: numbers come again
                os.killpg(pid, signal.SIGKILL)
    for pid, folder in kernels:
        with contextlib.suppress(OSError):
            os.waitpid(pid, 0)  # always raises, as children leave nothing behind, but only once it has ended
        if folder:
            shutil.rmtree(folder, ignore_errors=True)  # which held its sockets


def _import_what_takes_long(names):
    """Import modules; what cannot be imported here is left to the notebook, whose error says more."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    for name in names:
        with contextlib.suppress(ImportError):
            __import__(name)


def _become(kernel, parent):
    """Turn the forked process into a kernel; never returns."""
    status = 1
    try:
        os.setsid()
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        log = os.open(kernel["log"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        for number, to in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
            os.dup2(to, number)
        os.environ.update(kernel["env"])
        os.chdir(kernel["cwd"])
        sys.argv = ["ipykernel_launcher", *kernel["arguments"]]
        from ipykernel.kernelapp import IPKernelApp

        # The kernel watches its parent, and ends soon after it, even if the parent is killed.
        IPKernelApp.launch_instance([*kernel["arguments"], f"--IPKernelApp.parent_handle={parent}"])
        status = 0
    except SystemExit as ended:
        status = ended.code if isinstance(ended.code, int) else 0
    finally:
        os._exit(status)


if __name__ == "__main__":
    main()
