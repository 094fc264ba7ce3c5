"""Executed lessons as pages to read: what needs a kernel is replaced by what can be shown without one."""

import html
import re

from nbformat.v4 import new_output

from ganlib.course import badges, exercises

WIDGET = "application/vnd.jupyter.widget-view+json"
TIME_MACHINE = "The time machine"  # how the text of a `ganlib.lab.TimeMachine` begins
TIME_MACHINE_PAGE = "time_machine_page.html"
PLANE_PAGE = "plane_page.html"
NAME = re.compile(r'exercise\("(\d\d\.\d)"\)')  # of the exercise that a cell gives a hint on
NO_GUESS = re.compile(r"; no guess yet(?=\)$)|^You made no guess\. ", re.MULTILINE)  # which nobody can make in a book
NOT_ATTEMPTED = "○ Not attempted"  # how a check begins where the lesson still has `None`


def clean(notebook, root):
    """Make an executed lesson ready for a book.

    Parameters
    ----------
    notebook : nbformat.NotebookNode
        Is changed: what papermill put in goes, progress bars are left as they ended, and in the place of a widget
        stands its picture; in the place of a time machine, one that works in any browser. A cell of hints shows all of
        them, and an exercise that nobody attempted says nothing.
    root : str
        The way from the lesson's page to the top of the book: "../".
    """
    notebook.metadata.pop("papermill", None)
    notebook.metadata.pop("widgets", None)
    unwanted = {"injected-parameters", badges.TAG}
    notebook.cells = [cell for cell in notebook.cells if not unwanted & set(cell.metadata.get("tags", ()))]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            hinted = NAME.search(cell.source) if "hint" in cell.metadata.get("tags", ()) else None
            outputs = _hints(hinted[1]) if hinted else _joined(cell.outputs)
            cell.outputs = [_without_kernel(output, root) for output in outputs if not _is_not_attempted(output)]


def _hints(name):
    """Return the output of a cell that gives hints, as it is when the cell has run once for each of them."""
    exercise = exercises.find(name)
    folds = [exercise.hint() for _ in exercise.hints][-1]
    return [new_output("display_data", data={"text/markdown": folds._repr_markdown_(), "text/plain": repr(folds)})]


def _is_not_attempted(output):
    return output.get("data", {}).get("text/plain", "").startswith(NOT_ATTEMPTED)


def _joined(outputs):
    """Join printed text that belongs together, and keep of each line what stands after its last carriage return."""
    joined = []
    for output in outputs:
        last = joined[-1] if joined else None
        if last and output.output_type == last.output_type == "stream" and output.name == last.name:
            last.text += output.text
        else:
            joined.append(output)
    for output in joined:
        if output.output_type == "stream":
            output.text = NO_GUESS.sub("", re.sub(r"^[^\n]*\r(?!\n)", "", output.text, flags=re.MULTILINE))
    return [output for output in joined if output.output_type != "stream" or output.text.strip()]


def _without_kernel(output, root):
    data = output.get("data", {})
    if "image/gif" in data:
        told = output.metadata.get("image/gif", {})
        words = told.get("alt", "A film")
        output.data = {"text/html": _picture("image/gif", data, words, told.get("width")), "text/plain": words}
    if WIDGET not in data:
        return output
    text = NO_GUESS.sub("", data.get("text/plain", "A widget"))
    if text.startswith(TIME_MACHINE):
        shown = frame(root)
    elif "image/png" in data:
        shown = _picture("image/png", data, text) + f"<p><em>{html.escape(text)}</em></p>"
    else:
        shown = f"<p><em>{html.escape(text)}</em></p>"
    output.data = {"text/html": shown, "text/plain": text}
    return output


def _picture(kind, data, words, width=None):
    size = f' width="{width}"' if width else ""
    return f'<img src="data:{kind};base64,{data[kind].strip()}" alt="{html.escape(words)}"{size}>'


def frame(root):
    """Return HTML that shows the recorded run on a page of the book; `root` is the way from there to the top."""
    return _frame(root + TIME_MACHINE_PAGE, "The time machine", 830)


def plane_frame(root):
    """Return HTML that shows the plane in one page on a page of the book."""
    return _frame(root + PLANE_PAGE, "The plane in one page", 900)


def _frame(address, title, height):
    size = f'width="100%" height="{height}" loading="lazy" style="border: 1px solid #888"'
    return (
        f'\n<iframe src="{address}" title="{title}" {size}></iframe>\n'
        f'<p><a href="{address}">{title} on a page of its own</a></p>\n'
    )


def figure(notebook, cell):
    """Return the figure that a cell of an executed lesson shows, as HTML with its alt text.

    A cell that only trains leaves its figure to the next one, so that it can be stopped: that one's is returned then.

    Raises
    ------
    KeyError
        There is no such cell, or neither of the two shows a figure.
    """
    code = [found for found in notebook.cells if found.cell_type == "code"]
    place = next((number for number, found in enumerate(code) if found.get("id") == cell), len(code))
    for found in code[place : place + 2]:
        for output in found.outputs:
            shown = output.get("data", {}).get("text/html", "")
            if "<img " in shown:
                return shown
    raise KeyError(cell)
