"""The slides: for each plan of the leader's guide a deck, with the very figures that the executed lessons show.

The words are in `notebooks/slides.md`. A part such as `# 06 · A GAN in Keras` holds the slides of a lesson; the others
are an introduction, the title, the set-up, "your turn", a break, and the end. The guide says which lessons a deck has;
its notes on a lesson become the speaker's notes.
"""

import html
import re
import shutil
import tempfile
from pathlib import Path

import nbformat

from ganlib.course import executed, handout, lessons, plans
from ganlib.course.sphinx_run import STATIC, BookError, run_sphinx

FILE = "notebooks/slides.md"
FOLDER = "slides"  # in the book
FIGURES = "assets/figures"
PAGE = "slides.md"  # of the book, which leads to the decks
PART = re.compile(r"^# ([^\n]+)\n(.*?)(?=^# |\Z)", re.MULTILINE | re.DOTALL)
TOPIC = re.compile(r"^## ([^\n]+)\n.*?(?=^## |\Z)", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^###? .+\n", re.MULTILINE)
FIGURE = re.compile(r"^!\[\]\(figure:(\d\d_\w+)/([\w-]+)\)$", re.MULTILINE)
NOTE = re.compile(r"^Note: (.+?)(?=\n\n|\n*\Z)", re.MULTILINE | re.DOTALL)
TURN = "Your turn"  # the slide of a lesson at which the room opens it
CHOSEN = "slides: "  # begins a row of a plan that names topics in place of a lesson
ZOOM_FORBIDDEN = ", maximum-scale=1.0, user-scalable=no"
CONFIG = {
    "project": "The GAN teaching kit",
    "author": "the authors of the GAN teaching kit",
    "extensions": ["myst_parser", "sphinx_revealjs", "ganlib.course.mathml"],
    "source_suffix": {".md": "markdown"},
    "suppress_warnings": ["toc.not_included"],
    "html_math_renderer": "mathml",
    "html_show_sourcelink": False,
    "myst_enable_extensions": ["dollarmath"],
    "revealjs_style_theme": "white",
    "revealjs_script_conf": {
        "hash": True,
        "transition": "none",
        "width": 1280,
        "height": 720,
        "margin": 0.02,
        "center": False,
        "slideNumber": "c/t",
        "controls": False,
        "navigationMode": "linear",
        "scrollActivationWidth": 0,
    },
    "revealjs_script_plugins": [
        {"name": "RevealNotes", "src": "revealjs/plugin/notes/notes.js"},
        {"name": "RevealZoom", "src": "revealjs/plugin/zoom/zoom.js"},
    ],
    "revealjs_static_path": STATIC,
    "revealjs_css_files": ["slides.css"],
    "language": "en",
}


def decks(checkout):
    """Say which decks a kit has: file in the folder `slides` to the plan; none without the guide or without slides."""
    guide = checkout / handout.GUIDE
    if not guide.is_file() or not (checkout / FILE).is_file():
        return {}
    names = plans.plans(guide.read_text(encoding="utf-8"))
    return {f"{name.split(':')[0].lower().replace(' ', '_')}.html": name for name in names}


def page(checkout):
    """Write the page of the book that leads to the decks, as Markdown for the top of the book."""
    intro = dict(PART.findall((checkout / FILE).read_text(encoding="utf-8")))["Slides"].strip()
    links = [f'- <a href="{FOLDER}/{file}">{html.escape(name)}</a>' for file, name in decks(checkout).items()]
    return "\n".join(["# Slides", "", handout.loosen(intro, PAGE, set()), "", *links, ""])


def build(out, ran, checkout, notes=True):
    """Build a deck for each plan of the leader's guide into the folder `slides` of a book.

    Parameters
    ----------
    out : Path
        The book.
    ran : str or Path
        Folder of the executed lessons.
    checkout : Path
        Its `notebooks/slides.md` is the source. A line `![](figure:06_keras_gan/curves)` stands for the figure of that
        cell; where the lesson is not among the executed ones, the line is left out. A paragraph `Note: ...` is for the
        speaker.
    notes : bool
        Whether the speaker's notes are in the decks; they hold answers.

    Raises
    ------
    BookError
        A plan needs slides that are not there, a cell shows no figure, or Sphinx warned of something.
    """
    source_text = (checkout / FILE).read_text(encoding="utf-8")
    guide = (checkout / handout.GUIDE).read_text(encoding="utf-8")
    writer = _Writer(dict(PART.findall(source_text)), plans.notes(guide), lessons.numbered(ran), notes)
    with tempfile.TemporaryDirectory() as scratch:
        source = Path(scratch) / "source"
        (source / FIGURES).mkdir(parents=True)
        for path in (checkout / FIGURES).glob("*.*"):
            shutil.copy(path, source / FIGURES)
        for (file, name), rows in zip(decks(checkout).items(), plans.plans(guide).values(), strict=True):
            (source / file).with_suffix(".md").write_text(writer.deck(name, rows), encoding="utf-8")
        shutil.rmtree(out / FOLDER, ignore_errors=True)
        first = Path(next(iter(decks(checkout)))).stem
        run_sphinx(source, out / FOLDER, Path(scratch) / "doctrees", "revealjs", CONFIG | {"root_doc": first})
    for path in (out / FOLDER).glob("*.html"):
        text = path.read_text(encoding="utf-8")
        path.write_text(text.replace(ZOOM_FORBIDDEN, ""), encoding="utf-8", newline="\n")


class _Writer:
    """Puts decks together: `parts` are those of the file of slides, `told` the guide's notes on each lesson."""

    def __init__(self, parts, told, ran, with_notes):
        self.parts, self.told, self.with_notes = parts, told, with_notes
        self.titles = {name[:2]: name for name in parts if re.match(r"\d\d · ", name)}
        self.ran = {path.stem: nbformat.read(path, nbformat.NO_CONVERT) for path in ran}
        for notebook in self.ran.values():
            executed.clean(notebook, "../")

    def deck(self, name, rows):
        """Write the deck of a plan: title and set-up, an agenda for each day, what its rows name, the end."""
        title = name.split(": ")[-1]
        pieces = [f"# {title[0].upper()}{title[1:]}\n\n{self._part('Title')}", self._part("Set-up")]
        shown = set()
        for day in plans.days(rows):
            pieces.append(self._agenda(day))
            for row in plans.with_breaks(day):
                pieces += self._row(row, shown)
        return "\n\n".join(map(self._finished, [*pieces, self._part("The end")])) + "\n"

    def _part(self, name):
        if name not in self.parts:
            raise BookError(f"A plan of the leader's guide needs slides on {name!r}: {FILE} has no such part.")
        return self.parts[name].strip()

    def _agenda(self, rows):
        lines = [f"| {row.minutes} min | {self._what(row)} |" for row in rows]
        return "\n".join(["## Today", "", "| | |", "|---|---|", *lines])

    def _what(self, row):
        """Say to the room what a row is about, with the titles of lessons in the place of links."""
        words = plans.DAY.sub("", row.what).removeprefix(CHOSEN)
        words = plans.LESSON.sub(lambda match: f"**{self.titles.get(match[1], match[1])}**", words)
        return words[0].upper() + words[1:]

    def _row(self, row, shown):
        """Yield the slides of a row of a plan, without topics that the deck has shown already."""
        if row.what == "break":
            yield self._part("Break").replace(
                "## Break", f"## Break: {row.minutes} minutes" if row.minutes else "## Break"
            )
        chosen = row.what.removeprefix(CHOSEN).lower().split(", ") if row.what.startswith(CHOSEN) else []
        topics = [(number, name) for number, name in self.titles.items() if chosen or number in row.lessons]
        for number in set(row.lessons) - self.titles.keys():
            self._part(number)  # says that it is missing
        for number, name in topics:
            for topic in TOPIC.finditer(self.parts[name]):
                if chosen and topic[1].lower() not in chosen:
                    continue
                if topic[1] == TURN:
                    yield self._turn(row)
                elif (number, topic[1]) not in shown:
                    yield self._topic(number, topic[0], begins=number not in dict(shown))
                    shown.add((number, topic[1]))
        if missing := set(chosen) - {title.lower() for _, title in shown}:
            raise BookError(f"The leader's guide asks for slides on {', '.join(sorted(missing))}: {FILE} has none.")

    def _topic(self, number, text, begins):
        """Name the lesson on each slide; on its first, tell the speaker what the guide says about it."""
        name = html.escape(self.titles[number])
        (stem,) = [stem for stem in self.ran if stem.startswith(number)] or [""]
        linked = f'<a href="../notebooks/{stem}.html">{name}</a>' if stem else name
        text = HEADING.sub(lambda heading: f'{heading[0]}\n<p class="lesson">{linked}</p>\n', text)
        return _with_note(text, self.told.get(number)) if begins else text

    def _turn(self, row):
        text = self._part(TURN).replace(f"## {TURN}", f"## {TURN}: {row.minutes} minutes")
        return _with_note(text.replace("LESSON", self._what(row)), row.say and f"**Say:** {row.say}")

    def _finished(self, text):
        """Put the figures and the notes in their places."""
        text = FIGURE.sub(lambda match: self._figure(*match.groups()), text).replace("](../assets/", "](assets/")
        return NOTE.sub(lambda match: _aside(match[1]) if self.with_notes else "", text)

    def _figure(self, lesson, cell):
        if lesson not in self.ran:
            return ""
        try:
            return executed.figure(self.ran[lesson], cell)
        except KeyError:
            raise BookError(f"The slides ask for the figure of cell {cell!r} in {lesson}, which shows none.") from None


def _with_note(text, note):
    """Add a note to the first slide of a text."""
    first, *others = re.split(r"^(?=### )", text, flags=re.MULTILINE)
    return "".join([first.rstrip(), f"\n\nNote: {note}\n\n" if note else "\n\n", *others])


def _aside(markdown):
    return f'<aside class="notes">\n\n{markdown}\n\n</aside>'
