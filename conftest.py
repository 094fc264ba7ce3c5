"""The tests and the lessons, which pytest runs too: kernels find ganlib, and lessons run at their quick speed."""

import os
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent

os.environ.setdefault("GANLIB_SPEED", "smoke")
os.environ["PYTHONPATH"] = os.pathsep.join([str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])])
