"""The tests and the lessons, which pytest runs too: kernels find ganlib, and lessons run at their quick speed."""

import os
import tempfile
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent

os.environ.setdefault("GANLIB_SPEED", "smoke")
os.environ["GANLIB_PROGRESS"] = os.path.join(tempfile.gettempdir(), f"ganlib_progress_of_tests_{os.getpid()}.json")
os.environ["GANLIB_CACHE"] = os.path.join(tempfile.gettempdir(), f"ganlib_cache_of_tests_{os.getpid()}")
os.environ["PYTHONPATH"] = os.pathsep.join([str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])])
