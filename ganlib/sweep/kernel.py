"""What happens in a run's own kernel before the notebook's first cell; only the standard library is imported."""

import os
import shutil

from ganlib.lock import hold

SCORES, SAMPLES, CURVES = "scores.json", "samples.png", "curves.csv"  # what a run's own cell leaves
PATIENCE = 60  # seconds; the kernel of a worker that was killed ends by itself within a few
_held = []


def begin(folder, threads, gpu=None, remove=""):
    """Hold the run's folder, and take no more of the computer than the run's share.

    Parameters
    ----------
    folder : str
        The run's folder. As long as this kernel lives no other one may write there: a kernel whose worker was killed
        lives on for a moment.
    threads : int
        How many threads TensorFlow computes with, from 1; NumPy too, unless the kernel is a fork that has imported it.
    gpu : str or None
        The GPU that the run has for itself, as CUDA_VISIBLE_DEVICES names it; None leaves that variable as it is.
    remove : str
        A folder in it that is removed once nobody else writes there: the start of a training that was cut off before
        its first checkpoint, and so can only be begun again. Empty: none.
    """
    for name in ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ[name] = str(threads)
    if gpu is not None:
        os.environ["CUDA_VISIBLE_DEVICES"] = gpu
    _held.append(hold(folder, PATIENCE))
    if remove:
        shutil.rmtree(os.path.join(folder, remove), ignore_errors=True)
