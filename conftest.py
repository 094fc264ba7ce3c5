"""The tests and the lessons, which pytest runs too: kernels find ganlib, and lessons run at their quick speed."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

CHECKOUT = Path(__file__).resolve().parent

os.environ.setdefault("GANLIB_SPEED", "smoke")
os.environ["GANLIB_PROGRESS"] = os.path.join(tempfile.gettempdir(), f"ganlib_progress_of_tests_{os.getpid()}.json")
os.environ["GANLIB_CACHE"] = os.path.join(tempfile.gettempdir(), f"ganlib_cache_of_tests_{os.getpid()}")
os.environ["PYTHONPATH"] = os.pathsep.join([str(CHECKOUT), *filter(None, [os.environ.get("PYTHONPATH")])])

if "TF_XLA_FLAGS" not in os.environ:  # what one test or kernel has compiled, no other needs to compile again
    compiled = tempfile.mkdtemp(prefix="ganlib_compiled_of_tests_")
    atexit.register(shutil.rmtree, compiled, ignore_errors=True)
    os.environ["TF_XLA_FLAGS"] = f"--tf_xla_persistent_cache_directory={compiled}"
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # TensorFlow tries to read what is there as text, and says so


class Lesson(IPyNbFile):
    """A lesson that is run from top to bottom, and then from bottom to top: learners run cells again, in any order.

    In the second pass each cell runs after all those that come later in the lesson.
    """

    def collect(self):
        """Yield every code cell, and after the last of them every one again."""
        cells = list(super().collect())
        yield from cells
        for cell in reversed(cells):
            name = f"{cell.name} again, after the lesson's end"
            yield IPyNbCell.from_parent(self, name=name, cell_num=cell.cell_num, cell=cell.cell, options=cell.options)


@pytest.hookimpl(wrapper=True)
def pytest_collect_file(file_path, parent):
    """Make a `Lesson` of every notebook that nbval finds."""
    found = yield
    return [Lesson.from_parent(parent, path=file_path) if type(node) is IPyNbFile else node for node in found]
