"""Small lessons, for tests that measure, pack and print lessons."""

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def small_lesson(name, *cells):
    """A lesson that keeps the rules and does no more than its cells."""
    intro = f"# {name[:2]} · A lesson\n\n**Time:** 1 minute of reading."
    lesson = [
        new_markdown_cell(intro, id="intro"),
        new_code_cell('speed = ""  # of all', id="parameters", metadata={"tags": ["parameters"]}),
        new_code_cell("print('device: CPU, 2 cores')", id="opening"),
        *cells,
    ]
    return new_notebook(nbformat_minor=5, metadata={"kernelspec": KERNEL}, cells=lesson)


def make_checkout(folder):
    """Make a checkout with two lessons: `00_one`, and `01_two`, which fails at any speed but smoke; return its path."""
    checkout = folder / "checkout"
    (checkout / "notebooks").mkdir(parents=True)
    more = {"00_one": "import time\n\ntime.sleep(0.2)", "01_two": 'assert speed == "smoke", "too slow"'}
    for name, code in more.items():
        lesson = small_lesson(name, new_code_cell(code, id="work"))
        nbformat.write(lesson, checkout / "notebooks" / f"{name}.ipynb")
    return checkout
