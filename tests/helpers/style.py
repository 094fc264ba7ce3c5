"""What every lesson's file must look like: one function a rule, which yields a sentence for each breach."""

import ast
import copy
import itertools
import re
from collections import Counter
from pathlib import Path

import nbformat

MAX_LINES = 15  # of a code cell
MAX_LONG = 2  # code cells that may be longer: the loop that a lesson teaches
WORDS = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")  # an id such as first-run-2
LINK = re.compile(r"""\]\(\s*<?([^)\s>]+)|(?:href|src)=["']([^"']+)""")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|TBD|placeholder|lorem ipsum|coming soon|to be written)\b", re.IGNORECASE)
THIS_MACHINE = re.compile(r"(?<![\w.])(/home/|/root/|/tmp/|/work/|/Users/|[A-Z]:\\)")
OPENING = ("You will be able to", "Time", "Before this")
ENDING = ("What you have seen", "Exercises", "Test yourself", "Next")
FEWEST, MOST = 3, 5  # exercises of a lesson, and questions at its end


def cells(notebook, kind):
    """Return the cells of a kind: "code" or "markdown"."""
    return [cell for cell in notebook.cells if cell.cell_type == kind]


def lesson_code(notebook):
    """Return the code cells without the one that installs the kit on Colab."""
    return [cell for cell in cells(notebook, "code") if "platform" not in cell.metadata.get("tags", ())]


def tagged(notebook, tag):
    """Return the code cells that carry a tag."""
    return [cell for cell in cells(notebook, "code") if tag in cell.metadata.get("tags", ())]


def prose(cell):
    """Return a markdown cell's text without its blocks of code."""
    return re.sub(r"^```.*?^```", "", cell.source, flags=re.DOTALL | re.MULTILINE)


def headings(notebook):
    """Return (level, words, number of the cell) of every heading."""
    pattern = re.compile(r"^(#{1,6}) +(.+?)\s*$", re.MULTILINE)
    return [
        (len(marks), words, number)
        for number, cell in enumerate(notebook.cells)
        if cell.cell_type == "markdown"
        for marks, words in pattern.findall(prose(cell))
    ]


def format_is_valid(notebook, path):
    """The file is nbformat 4.5 and every cell has a readable id of its own."""
    if (notebook.nbformat, notebook.nbformat_minor) != (4, 5):
        yield f"format {notebook.nbformat}.{notebook.nbformat_minor}, not 4.5"
        return
    ids = Counter(cell.get("id", "") for cell in notebook.cells)
    yield from (f"{count} cells with the id {name!r}" for name, count in ids.items() if count > 1)
    yield from (f"the id {name!r} is no words" for name in ids if not WORDS.fullmatch(name))
    try:
        nbformat.validate(copy.deepcopy(notebook))  # which gives cells of one id new ones
    except nbformat.ValidationError as error:
        yield f"not valid: {error.message}"


def kernel_is_python(notebook, path):
    """Any Jupyter finds the kernel: it is called python3."""
    kernel = notebook.metadata.get("kernelspec", {})
    if kernel != {"name": "python3", "display_name": "Python 3", "language": "python"}:
        yield f"the kernelspec is {dict(kernel)}"
    if notebook.metadata.get("language_info", {}).get("name") != "python":
        yield "language_info does not say python"


def nothing_is_stored(notebook, path):
    """No output, no execution count, no state of widgets."""
    if "widgets" in notebook.metadata:
        yield "the state of widgets is stored"
    for cell in cells(notebook, "code"):
        if cell.outputs or cell.execution_count is not None:
            yield f"cell {cell.id!r} has an output or an execution count"


def headings_are_in_order(notebook, path):
    """One H1, which opens the lesson with its number, and no level is left out."""
    found = headings(notebook)
    if [number for level, _, number in found if level == 1] != [0]:
        yield "there must be one H1, in the first cell"
    if not notebook.cells[0].source.startswith(f"# {path.name[:2]} · "):
        yield f"the first cell must begin with '# {path.name[:2]} · '"
    for (level, _, _), (next_level, words, _) in itertools.pairwise(found):
        if next_level > level + 1:
            yield f"heading {words!r} jumps from level {level} to {next_level}"


def opening_is_complete(notebook, path):
    """The first cell says what is learnt, how long it takes and what comes before."""
    for words in OPENING:
        if not re.search(rf"^\*\*{words}[:.]?\*\*", notebook.cells[0].source, re.MULTILINE):
            yield f"the first cell lacks **{words}**"


def parameters_are_literals(notebook, path):
    """The first code cell holds the parameters: plain literals, each with a comment, speed and seed among them."""
    found = tagged(notebook, "parameters")
    if [cell.id for cell in found] != [lesson_code(notebook)[0].id]:
        yield "the first code cell, and no other, must have the tag parameters"
        return
    values = {}
    for line in found[0].source.splitlines():
        try:
            (statement,) = ast.parse(line).body
            values[statement.targets[0].id] = ast.literal_eval(statement.value)
        except (SyntaxError, ValueError, AttributeError):
            yield f"no plain literal: {line}"
        if "  # " not in line:
            yield f"a parameter without a comment: {line}"
    if values.get("speed") != "" or not isinstance(values.get("seed"), int):
        yield 'the parameters must have speed = "" and a whole number as seed'


def welcome_is_called(notebook, path):
    """The second code cell imports, and says what was found, how long the lesson computes and what has been passed.

    Its number stands in the notebook's metadata too, where a sweep reads it.
    """
    code = lesson_code(notebook)
    opening = code[1].source if len(code) > 1 else ""
    if f'course.welcome(speed, number="{path.name[:2]}")' not in opening:
        yield f'the second code cell must call course.welcome(speed, number="{path.name[:2]}")'
    if notebook.metadata.get("ganlib_lesson") != path.name[:2]:
        yield f'the metadata must have "ganlib_lesson": "{path.name[:2]}"'


def cells_are_short(notebook, path):
    """A code cell has 15 lines at most, but for the one or two with the tag long."""
    if len(tagged(notebook, "long")) > MAX_LONG:
        yield f"more than {MAX_LONG} cells have the tag long"
    for cell in cells(notebook, "code"):
        lines = len(cell.source.splitlines())
        if lines > MAX_LINES and "long" not in cell.metadata.get("tags", ()):
            yield f"cell {cell.id!r} has {lines} lines"


def ending_is_complete(notebook, path):
    """The lesson ends with what was seen, exercises, questions and the next lesson; an appendix may follow."""
    wanted = list(ENDING)
    sections = [words for level, words, _ in headings(notebook) if level == 2]
    if sections and sections[-1].startswith("Appendix: "):
        sections.pop()
    if [words for words in sections if words in ENDING][-len(wanted) :] != wanted or sections[-1:] != ["Next"]:
        yield f"the last sections must be {', '.join(wanted)}"


def pictures_have_words(notebook, path):
    """Every picture in the prose has alt text."""
    for cell in cells(notebook, "markdown"):
        yield from (f"no alt text: {found}" for found in re.findall(r"!\[\s*\]\([^)]*\)", prose(cell)))
        for tag in re.findall(r"<img\b[^>]*>", prose(cell)):
            if not re.search(r"""\balt=["'][^"']""", tag):
                yield f"no alt text: {tag}"


def links_lead_somewhere(notebook, path):
    """Links to local files are relative, and the files exist."""
    for cell in cells(notebook, "markdown"):
        for target in map("".join, LINK.findall(prose(cell))):
            if re.match(r"(https?:|mailto:|#|data:|attachment:)", target):
                continue
            file = target.split("#")[0]
            if Path(file).is_absolute() or not (path.parent / file).is_file():
                yield f"no such file: {target}"


def nothing_is_unfinished(notebook, path):
    """No word that marks unfinished work, and no path of somebody's computer."""
    for cell in notebook.cells:
        for pattern in (UNFINISHED, THIS_MACHINE):
            yield from (f"cell {cell.id!r} says {found.group()!r}" for found in pattern.finditer(cell.source))


def folds_are_closed(notebook, path):
    """An answer is a fold with a summary, a blank line after it so that Markdown works inside, and an end."""
    for cell in cells(notebook, "markdown"):
        text = prose(cell)
        good = re.findall(r"^<details><summary>[^<\n]+</summary>\n\n.+?\n\n</details>$", text, re.DOTALL | re.MULTILINE)
        if not len(good) == text.count("<details") == text.count("</details>"):
            yield f"cell {cell.id!r} has a fold that is not <details><summary>…</summary>, blank line, …, </details>"


def exercises_check_themselves(notebook, path):
    """Three to five exercises: each a heading, a cell that runs untouched and checks, a hint and a solution."""
    exercises = tagged(notebook, "exercise")
    if not FEWEST <= len(exercises) <= MOST:
        yield f"{len(exercises)} cells have the tag exercise; {FEWEST} to {MOST} are wanted"
    by_id = {cell.id: cell for cell in notebook.cells}
    for number, cell in enumerate(exercises, 1):
        name = f'course.exercise("{path.name[:2]}.{number}")'
        if not cell.source.splitlines()[-1].startswith(f"{name}.check("):
            yield f"cell {cell.id!r} must end with {name}.check(...)"
        heading = by_id.get(f"exercise-{number}")
        if heading is None or not re.search(rf"^### {number}\. ", heading.source, re.MULTILINE):
            yield f"the cell exercise-{number} must have the heading '### {number}. …'"
        for kind in ("hint", "solution"):
            found = by_id.get(f"exercise-{number}-{kind}")
            wanted = f"{name}.{kind}()"
            if found is None or found.source != wanted or kind not in found.metadata.get("tags", ()):
                yield f"the cell exercise-{number}-{kind}, with the tag {kind}, must be {wanted}"


def questions_explain_themselves(notebook, path):
    """Three to five questions, each with folded options of which one is right, and all say why."""
    questions = [
        cell for cell in cells(notebook, "markdown") if re.search(r"^### Question \d+$", cell.source, re.MULTILINE)
    ]
    if not FEWEST <= len(questions) <= MOST:
        yield f"{len(questions)} questions; {FEWEST} to {MOST} are wanted"
    for number, cell in enumerate(questions, 1):
        if f"### Question {number}\n" not in cell.source:
            yield f"cell {cell.id!r} should be Question {number}"
        folds = re.findall(r"<details><summary>([^<\n]+)</summary>\n\n(.+?)\n\n</details>", cell.source, re.DOTALL)
        letters = "".join(summary[0] for summary, _ in folds)
        if len(folds) < 3 or not all(summary[1:3] == ". " for summary, _ in folds) or letters not in "ABCDE":
            yield f"cell {cell.id!r} needs three options or more, 'A. …', 'B. …', 'C. …', each in a fold"
        verdicts = [re.match(r"\*\*(Right|No)\.\*\* .{20,}", text, re.DOTALL) for _, text in folds]
        if None in verdicts:
            yield f"an option of cell {cell.id!r} does not say '**Right.**' or '**No.**' and why"
        elif [verdict[1] for verdict in verdicts].count("Right") != 1:
            yield f"cell {cell.id!r} must have one right option"


def guesses_meet_their_outcome(notebook, path):
    """Whoever is asked for a guess sees the outcome in a later cell."""
    asked = {}
    for cell in cells(notebook, "code"):
        asked |= dict.fromkeys(re.findall(r"^(\w+) = course\.predict\(", cell.source, re.MULTILINE), cell.id)
        for name in re.findall(r"^ *(\w+)\.outcome\(", cell.source, re.MULTILINE):
            if asked.pop(name, cell.id) == cell.id:
                yield f"cell {cell.id!r} tells the outcome of {name}, for which no cell before it asks"
    yield from (f"cell {cell!r} asks for {name}, and no later cell tells its outcome" for name, cell in asked.items())


RULES = (
    format_is_valid,
    kernel_is_python,
    nothing_is_stored,
    headings_are_in_order,
    opening_is_complete,
    parameters_are_literals,
    welcome_is_called,
    cells_are_short,
    ending_is_complete,
    pictures_have_words,
    links_lead_somewhere,
    nothing_is_unfinished,
    folds_are_closed,
    exercises_check_themselves,
    questions_explain_themselves,
    guesses_meet_their_outcome,
)
