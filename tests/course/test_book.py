"""The book: all lessons with their results, to be read without a kernel and without a network."""

import base64
import html
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from small import small_lesson

from ganlib import commands
from ganlib.course import book, checking, executed, guesses, plans, slides
from ganlib.course.sphinx_run import BookError
from ganlib.export.plane_page import page_text
from ganlib.setup import environment

PIXEL = base64.b64encode(
    bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b55"
        "0000000a4944415478da63600000000200015d0c2d0b0000000049454e44ae426082"
    )
).decode()
FIGURE = f'<img src="data:image/png;base64,{PIXEL}" alt="Three &lt;curves&gt;" width="10">'
TABLE = '<table border="1" class="dataframe"><tbody><tr><td>1.5</td></tr></tbody></table>'
LONG = f"x = 0  # {'a comment of a hundred and twenty columns ' * 3}"[:120]
GUIDE = """# Guide

## Three plans

### 90 minutes: what it is

| minutes | what | waiting | say |
|---|---|---|---|
| 10 | set-up, [lesson 00](00_one.ipynb) | 35 s | Shift + Enter |
| 5 | slides: the other topic | none | two loops |
| 15 | break | none | |
| 30 | [lesson 01](01_two.ipynb) up to "A formula" | 30 s | a show of hands |

### Two days: all of it

| minutes | what | waiting | say |
|---|---|---|---|
| 80 | day 1: [lesson 00](00_one.ipynb) | 35 s | |
| 60 | [lesson 01](01_two.ipynb) | 30 s | |
| 40 | day 2: questions | none | |

## Lesson by lesson

### 00 · One

- **Say:** Nothing can break.
- **Expected wrong answer:** "It is 41." See [lesson 01](01_two.ipynb).
- **Skip:** the appendix.

### 01 · Two

- **Say:** Once more.
"""
SLIDES = """# Slides

A deck for each plan.

# Title

Welcome.

# Set-up

## Type this

Note: Wait.

# Your turn

## Your turn

LESSON

# Break

## Break

# 00 · One

## A topic

**How many?**

### A figure

![](figure:00_one/figure)

Note: It is *42*,
and not 41.

## Your turn

## A formula

$D(x)$

# 01 · Two

## The other topic

Words.

## Your turn

# The end

## Goodbye
"""
README = "# The kit\n\nA course.\n\n[first](notebooks/00_one.ipynb), [gone](notebooks/09_gone.ipynb)\n"


def result(**data):
    return new_output("execute_result", data={name.replace("__", "/"): value for name, value in data.items()})


def printed(text):
    return new_output("stream", text=text)


def widget(text, **more):
    return new_output("display_data", data={executed.WIDGET: {"model_id": "x"}, "text/plain": text, **more})


def lesson(name, other):
    """An executed lesson: a formula, links, a figure, a progress bar, a lab and a time machine."""
    text = f"## A formula\n\nThe loss $L_D = \\log D(x)$.\n\n$$x^2$$\n\n[other]({other}), [gone](09_gone.ipynb)"
    cells = [
        new_markdown_cell(text, id="text"),
        new_code_cell("figure", id="figure", outputs=[result(text__html=FIGURE, text__plain="Three <curves>")]),
        new_code_cell("train", id="train", outputs=[printed("\r1/2 slow"), printed("\r2/2 done"), printed("\nend\n")]),
        new_code_cell("lab", id="lab", outputs=[widget('The live lab: "run" it', **{"image/png": PIXEL})]),
        new_code_cell("TimeMachine()", id="machine", outputs=[widget("The time machine: a run")]),
        new_code_cell(LONG, id="long", outputs=[result(text__html=TABLE, text__plain="1.5"), printed("wide " * 60)]),
        new_code_cell("speed = 1", id="injected", metadata={"tags": ["injected-parameters"]}),
    ]
    return small_lesson(name, *cells)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """A kit with a README, a glossary, slides and two executed lessons in the folder `ran`."""
    folder = tmp_path_factory.mktemp("kit")
    for name in ("notebooks", "ran"):
        (folder / name).mkdir()
    nbformat.write(lesson("00_one", "01_two.ipynb"), folder / "ran" / "00_one.ipynb")
    nbformat.write(lesson("01_two", "00_one.ipynb#a-formula"), folder / "ran" / "01_two.ipynb")
    (folder / "README.md").write_text(README, encoding="utf-8")
    (folder / "notebooks" / "glossary.md").write_text("# Glossary\n\n## logit\n\nA number.\n", encoding="utf-8")
    (folder / "notebooks" / "time_machine.md").write_text("# The time machine\n\nA run.\n", encoding="utf-8")
    (folder / "notebooks" / "plane.md").write_text("# The plane in one page\n\nA game.\n", encoding="utf-8")
    (folder / "notebooks" / "slides.md").write_text(SLIDES, encoding="utf-8")
    (folder / "notebooks" / "leaders_guide.md").write_text(GUIDE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def pages(checkout):
    """The book that is built of it: path of a page to its HTML."""
    out = checkout / "book"
    assert book.build(out, checkout / "ran", checkout) == out / "index.html"
    return {path.relative_to(out).as_posix(): path.read_text(encoding="utf-8") for path in out.rglob("*.html")}


def targets(page):
    """Return what a page links to and loads, without what it holds itself."""
    found = re.findall(r"""(?:href|src)="([^"]*)\"""", page)
    return [html.unescape(target) for target in found if target and not target.startswith("data:")]


def test_every_page_can_be_reached_and_search_and_glossary_are_there(pages):
    assert {"index.html", "notebooks/00_one.html", "notebooks/01_two.html", "search.html"} <= pages.keys()
    for page in ("notebooks/00_one.html", "notebooks/01_two.html", "notebooks/glossary.html"):
        assert page in targets(pages["index.html"])
    assert "01_two.html" in targets(pages["notebooks/00_one.html"])
    assert 'id="term-logit"' in pages["notebooks/glossary.html"]


def test_the_glossary_is_a_list_of_definitions(pages):
    page = pages["notebooks/glossary.html"]
    assert re.search(r'<dl class="[^"]*glossary">\s*<dt id="term-logit">logit', page)
    assert "<h2" not in page


def test_the_copyright_is_that_of_the_licence(pages):
    (owner,) = re.findall(r"Copyright \(c\) (.+)", (environment.CHECKOUT / "LICENSE").read_text(encoding="utf-8"))
    assert owner in " ".join(pages["index.html"].split())


def test_the_words_of_every_lesson_can_be_searched_for(checkout, pages):
    index = (checkout / "book" / "searchindex.js").read_text(encoding="utf-8")
    assert all(word in index for word in ("notebooks/00_one", "notebooks/01_two", "formula"))


def test_nothing_is_loaded_from_another_computer(pages):
    for name, page in pages.items():
        loaded = re.findall(r"""<(?:script|img|iframe|source)[^>]*\bsrc="(?:https?:)?//[^"]*""", page)
        loaded += re.findall(r"""<link[^>]*\bhref="(?:https?:)?//[^"]*""", page)
        assert not loaded, name


def test_every_link_within_the_book_leads_somewhere(checkout, pages):
    for name, page in pages.items():
        for target in targets(page):
            if re.match(r"(https?:|mailto:|javascript:)", target):
                continue
            file, _, anchor = unquote(target).partition("#")
            path = ((checkout / "book" / name).parent / file.split("?")[0]) if file else checkout / "book" / name
            assert path.exists(), f"{name}: {target}"
            if anchor and path.suffix == ".html":
                assert f'id="{anchor}"' in path.read_text(encoding="utf-8"), f"{name}: {target}"


def test_a_link_to_what_is_not_in_the_book_is_plain_words(pages):
    assert "09_gone" not in "".join(pages.values())


def test_every_picture_has_words(pages):
    for name, page in pages.items():
        for tag in re.findall(r"<img\b[^>]*>", page):
            assert re.search(r'\balt="[^"]+"', tag), f"{name}: {tag[:80]}"


def test_formulas_need_no_script(pages):
    page = pages["notebooks/00_one.html"]
    assert page.count("<math") == 2
    assert not re.search(r"mathjax[^\s]*\.js|katex", page, re.IGNORECASE)


def test_a_progress_bar_is_left_as_it_ended_and_what_was_injected_is_gone(pages):
    page = pages["notebooks/00_one.html"]
    assert "2/2 done" in page
    assert "1/2 slow" not in page
    assert "end" in page
    assert "speed</span> <span" not in page.split("TimeMachine")[1]


def test_the_plane_lies_in_the_book_as_the_export_writes_it(pages):
    assert '<iframe src="../plane_page.html" title="The plane in one page"' in pages["notebooks/plane.html"]
    assert pages["plane_page.html"] == page_text()


def test_in_the_place_of_a_lab_stands_its_picture_and_in_that_of_the_time_machine_one_that_works(checkout, pages):
    page = pages["notebooks/00_one.html"]
    assert 'alt="The live lab: &quot;run&quot; it"' in page
    assert '<iframe src="../time_machine_page.html" title="The time machine"' in page
    assert '<iframe src="../time_machine_page.html"' in pages["notebooks/time_machine.html"]
    machine = pages["time_machine_page.html"]
    assert '<input id="frame" type="range"' in machine
    assert "show();" in machine


def deck(plan, ran=(), notes=True):
    """Write the deck of a plan of the small guide as Markdown."""
    writer = slides._Writer(dict(slides.PART.findall(SLIDES)), plans.notes(GUIDE), ran, notes)
    return writer.deck(plan, plans.plans(GUIDE)[plan])


def headings(text):
    return re.findall(r"^#+ (.+)$", text, re.MULTILINE)


def test_the_slides_show_the_figures_of_the_lessons(checkout, pages):
    page = pages["slides/90_minutes.html"]
    assert 'alt="Three &lt;curves&gt;"' in page
    assert "<math" in page
    assert '<a href="../notebooks/00_one.html">00 · One</a>' in page
    assert (checkout / "book" / "slides" / "_static" / "slides.css").is_file()


def test_every_page_leads_to_the_slides_of_each_plan(pages):
    for name in ("index.html", "notebooks/00_one.html", "search.html"):
        assert any(target.endswith("slides.html") for target in targets(pages[name])), name
    assert {"slides/90_minutes.html", "slides/two_days.html"} <= set(targets(pages["slides.html"]))


def test_slides_may_be_zoomed(pages):
    for name in ("slides/90_minutes.html", "slides/two_days.html"):
        (viewport,) = re.findall(r'<meta name="viewport" content="([^"]*initial-scale=1.0[^"]*)">', pages[name])
        assert not re.search("maximum-scale|user-scalable", viewport)


def test_a_deck_follows_its_plan():
    opening = ["What it is", "Type this", "Today", "A topic", "A figure", "Your turn: 10 minutes", "A formula"]
    rest = ["The other topic", "Break: 15 minutes", "Your turn: 30 minutes", "Goodbye"]
    text = deck("90 minutes: what it is")
    assert headings(text) == opening + rest
    assert '| 30 min | **01 · Two** up to "A formula" |' in text
    assert '**01 · Two** up to "A formula"\n' in text.split("Your turn: 30 minutes")[1]


def test_a_day_has_an_agenda_of_its_own_and_a_break_when_the_room_has_sat_for_long():
    found = headings(deck("Two days: all of it"))
    assert found.count("Today") == 2
    assert found.index("Break") == found.index("The other topic") - 1
    assert found[-2:] == ["Today", "Goodbye"]


def test_the_speaker_is_told_what_the_guide_says_and_nothing_else():
    text = deck("90 minutes: what it is")
    first = text.split("## A topic")[1].split("### ")[0]
    (note,) = re.findall(r'<aside class="notes">(.*?)</aside>', first, re.DOTALL)
    assert '**Expected wrong answer:** "It is 41." See lesson 01.' in note
    assert "the appendix" not in text
    assert "It is *42*,\nand not 41." in text.split("### A figure")[1].split("</aside>")[0]
    assert "**Say:** a show of hands" in text.split("Your turn: 30 minutes")[1]


def test_slides_to_be_given_away_have_no_notes():
    text = deck("90 minutes: what it is", notes=False)
    assert "aside" not in text
    assert "Note:" not in text
    assert "41" not in text
    assert "How many?" in text


def test_a_hint_is_whole_an_untouched_exercise_is_silent_and_no_guess_is_missed(monkeypatch):
    exercise = checking.Exercise("06.1", lambda answer: None, "a nudge", "nearly all")
    monkeypatch.setattr(executed.exercises, "find", {"06.1": exercise}.__getitem__)
    untouched = result(text__plain=repr(exercise.check(None)))
    hint = new_code_cell(
        'course.exercise("06.1").hint()', metadata={"tags": ["hint"]}, outputs=[printed("run it again")]
    )
    asked = widget(repr(guesses.predict("How many?", low=0, high=9)))
    made = printed("a line\nYou made no guess. The outcome: 7.\n")
    page = small_lesson("06_x", hint, new_code_cell("x", outputs=[untouched, asked, made]))
    executed.clean(page, "../")
    told, after = page.cells[-2].outputs, page.cells[-1].outputs
    assert "a nudge" in told[0].data["text/markdown"]
    assert "nearly all" in told[0].data["text/markdown"]
    assert "again" not in str(told)
    assert [output.output_type for output in after] == ["display_data", "stream"]
    assert "How many? (a number from 0 to 9)" in after[0].data["text/html"]
    assert after[1].text == "a line\nThe outcome: 7.\n"


def test_a_cell_that_only_trains_has_the_figure_of_the_next():
    shown = new_code_cell("plots", id="shown", outputs=[result(text__html=FIGURE, text__plain="curves")])
    page = small_lesson("07_x", new_code_cell("train", id="train"), new_markdown_cell("words"), shown)
    assert executed.figure(page, "train") == executed.figure(page, "shown") == FIGURE
    for cell in ("opening", "no-such"):
        with pytest.raises(KeyError):
            executed.figure(page, cell)


def test_a_film_has_words():
    output = new_output("display_data", {"image/gif": "R0lG", "text/plain": "<Image>"})
    output.metadata = {"image/gif": {"alt": 'A "film"', "width": 420}}
    page = small_lesson("12_x", new_code_cell("Image()", outputs=[output]))
    executed.clean(page, "../")
    shown = page.cells[-1].outputs[0].data
    assert shown["text/html"] == '<img src="data:image/gif;base64,R0lG" alt="A &quot;film&quot;" width="420">'
    assert shown["text/plain"] == 'A "film"'


# --- what is refused ------------------------------------------------------------------------------------------------


def test_slides_that_ask_for_a_figure_that_is_not_there_are_refused(checkout, tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "slides.md").write_text(SLIDES.replace("one/figure", "one/long"), encoding="utf-8")
    (tmp_path / "notebooks" / "leaders_guide.md").write_text(GUIDE, encoding="utf-8")
    with pytest.raises(BookError, match="'long' in 00_one"):
        slides.build(tmp_path / "out", checkout / "ran", tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [("[lesson 01](01_two", "[lesson 07](07_two", "'07'"), ("slides: the other", "slides: no such", "no such topic")],
)
def test_a_plan_that_needs_slides_which_are_not_there_is_refused(monkeypatch, old, new, words):
    monkeypatch.setitem(globals(), "GUIDE", GUIDE.replace(old, new))
    with pytest.raises(BookError, match=words):
        deck("90 minutes: what it is")


def test_a_dead_link_within_a_page_is_refused(checkout, tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "README.md").write_text("# The kit\n\n[words](#no-such-heading)\n", encoding="utf-8")
    with pytest.raises(BookError, match="no-such-heading"):
        book.build(tmp_path / "out", checkout / "ran", tmp_path)


@pytest.mark.parametrize("solutions", [True, False])
def test_a_book_to_be_given_away_has_neither_solutions_nor_the_guide(checkout, tmp_path, solutions):
    kit = Path(shutil.copytree(checkout, tmp_path / "kit"))
    (kit / "notebooks" / "leaders_guide.md").write_text("# Guide\n\nExpected wrong answer: 41.\n", encoding="utf-8")
    solved = new_code_cell("42", id="solved", metadata={"tags": ["solution"]}, outputs=[printed("it is 42")])
    nbformat.write(small_lesson("00_one", new_markdown_cell("## Exercises"), solved), kit / "ran" / "00_one.ipynb")
    book._collect(tmp_path / "source", sorted((kit / "ran").glob("*.ipynb")), kit, solutions)
    text = "".join(path.read_text(encoding="utf-8") for path in (tmp_path / "source").rglob("*.*"))
    assert ("it is 42" in text, "Expected wrong answer" in text, "leaders_guide" in text) == (solutions,) * 3
    assert "## Exercises" in text


def test_a_folder_with_something_else_in_it_is_not_emptied(checkout, tmp_path):
    (tmp_path / "thesis.txt").touch()
    with pytest.raises(BookError, match="something that is no book"):
        book.build(tmp_path, checkout / "ran", checkout)
    assert (tmp_path / "thesis.txt").is_file()


def test_without_executed_lessons_there_is_no_book(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    assert commands.main(["book", "--out", str(tmp_path / "out"), "--executed", str(tmp_path)]) == 2
    assert "There are no executed lessons" in capsys.readouterr().err


# --- the pages of the kit itself ------------------------------------------------------------------------------------

NOTEBOOKS = environment.CHECKOUT / "notebooks"


def test_the_glossary_is_in_order_and_each_word_is_there_once():
    words = re.findall(r"^## (.+)$", (NOTEBOOKS / "glossary.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(words) > 40
    assert words == sorted(words, key=str.lower)
    assert len(set(words)) == len(words)


PARTS = dict(slides.PART.findall((NOTEBOOKS / "slides.md").read_text(encoding="utf-8")))
THE_GUIDE = (NOTEBOOKS / "leaders_guide.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("part", [name for name in PARTS if name[0].isdigit()])
def test_the_slides_of_a_lesson_ask_before_they_answer_and_show_cells_that_exist(part):
    (path,) = NOTEBOOKS.glob(f"{part[:2]}_*.ipynb")
    lesson = nbformat.read(path, nbformat.NO_CONVERT)
    assert lesson.cells[0].source.startswith(f"# {part}\n")
    figures = slides.FIGURE.findall(PARTS[part])
    assert figures
    for name, cell in figures:
        assert name == path.stem
        assert cell in [one.id for one in lesson.cells], f"{name} has no cell {cell}"
    assert PARTS[part].count("\n## Your turn\n") == 1
    assert "?" in PARTS[part][: PARTS[part].index("## Your turn")]
    assert "Note: " in PARTS[part]


def test_no_slide_repeats_the_title_of_its_figure():
    lessons = {path.stem: nbformat.read(path, nbformat.NO_CONVERT) for path in NOTEBOOKS.glob("*.ipynb")}
    for text in PARTS.values():
        for slide in re.split(r"^(?=###? )", text, flags=re.MULTILINE):
            for name, cell in slides.FIGURE.findall(slide):
                (source,) = [one.source for one in lessons[name].cells if one.id == cell]
                assert f'"{headings(slide)[0]}' not in source


@pytest.mark.parametrize("plan", plans.plans(THE_GUIDE))
def test_every_plan_of_the_guide_has_its_slides_with_notes(plan):
    rows = plans.plans(THE_GUIDE)[plan]
    text = slides._Writer(PARTS, plans.notes(THE_GUIDE), [], True).deck(plan, rows)
    for row in rows:
        for number in row.lessons:
            (slide, *_) = re.split(r"^##", text.split(f'<p class="lesson">{number} · ')[1], flags=re.MULTILINE)
            assert "**Say:**" in slide, f"no notes on lesson {number}"
    assert text.count("## Your turn: ") == sum(bool(row.lessons) for row in rows)
    assert text.count("\n## Break") >= 1 or plan.startswith("90")


@pytest.mark.parametrize(("plan", "minutes"), [("90 minutes", 90), ("Half a day", 240), ("Two days", 730)])
def test_a_plan_of_the_leaders_guide_adds_up(plan, minutes):
    (rows,) = [rows for name, rows in plans.plans(THE_GUIDE).items() if name.startswith(plan)]
    assert sum(row.minutes for row in rows) == minutes


def test_the_leaders_guide_speaks_of_every_lesson():
    for path in sorted(Path(NOTEBOOKS).glob("[0-9]*.ipynb")):
        assert f"({path.name})" in THE_GUIDE
        assert path.name[:2] in plans.notes(THE_GUIDE), f"no notes on {path.name}"


# --- in a browser ---------------------------------------------------------------------------------------------------

SERIOUS = ("serious", "critical")


PAGES = ("index.html", "notebooks/00_one.html", "notebooks/glossary.html")
LOOKS = [(page, scheme) for page in PAGES for scheme in ("light", "dark")]


@pytest.mark.parametrize(("page", "scheme"), [*LOOKS, ("slides/90_minutes.html", "light")])  # slides are always light
def test_axe_finds_no_serious_fault(checkout, pages, browser, page, scheme):
    axe = pytest.importorskip("axe_core_python.sync_playwright").Axe()
    visitor = browser.new_page(color_scheme=scheme)
    visitor.goto((checkout / "book" / page).as_uri())
    visitor.evaluate("document.querySelectorAll('iframe').forEach(frame => frame.remove())")  # axe may not look inside
    found = axe.run(visitor)["violations"]
    visitor.close()
    faults = [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in found if fault["impact"] in SERIOUS]
    assert faults == []


def test_the_time_machine_turns_without_a_kernel_and_by_keyboard(checkout, pages, browser):
    visitor = browser.new_page()
    visitor.goto((checkout / "book" / executed.TIME_MACHINE_PAGE).as_uri())
    told = visitor.locator("#told").inner_text()
    visitor.locator("#frame").focus()
    visitor.keyboard.press("Home")
    assert "step 0" in visitor.locator("#told").inner_text() != told
    visitor.close()


def test_the_time_machine_plays_to_its_end_and_pauses(checkout, pages, browser):
    visitor = browser.new_page()
    visitor.goto((checkout / "book" / executed.TIME_MACHINE_PAGE).as_uri())
    play, frame = visitor.get_by_role("button", name="Play"), visitor.locator("#frame")
    play.click()  # it stood at the end, so it begins afresh
    visitor.wait_for_function("document.getElementById('frame').value === '2'")
    visitor.get_by_role("button", name="Pause").click()
    stopped = frame.input_value()
    frame.evaluate("frame => { frame.value = frame.max - 1 }")
    play.click()
    visitor.wait_for_function("document.getElementById('frame').value === document.getElementById('frame').max")
    assert play.inner_text() == "Play"
    assert stopped < frame.input_value()
    visitor.close()


@pytest.mark.parametrize("width", [1280, 1920])
def test_the_time_machine_is_not_cut_on_a_page(checkout, pages, browser, width):
    visitor = browser.new_page(viewport={"width": width, "height": 900})
    visitor.goto((checkout / "book" / "notebooks" / "time_machine.html").as_uri())
    visitor.locator("iframe").scroll_into_view_if_needed()
    inside = visitor.frame(url=re.compile(executed.TIME_MACHINE_PAGE))
    inside.wait_for_load_state()
    assert inside.evaluate("document.documentElement.scrollHeight <= innerHeight")
    visitor.close()


@pytest.mark.parametrize("width", [390, 1280])
def test_no_line_of_code_is_cut(checkout, pages, browser, width):
    visitor = browser.new_page(viewport={"width": width, "height": 720})
    visitor.goto((checkout / "book" / "notebooks" / "00_one.html").as_uri())
    assert any(LONG in text for text in visitor.locator("pre").all_inner_texts())
    cut = "[...document.querySelectorAll('pre')].filter(pre => pre.scrollWidth > pre.clientWidth).length"
    assert visitor.evaluate(cut) == 0
    if width == 1280:  # nor need a line of code be folded
        assert visitor.locator("pre", has_text="x = 0").evaluate("pre => pre.clientHeight") < 50
    assert visitor.locator(".dataframe td").evaluate("cell => getComputedStyle(cell).borderLeftWidth") == "0px"
    visitor.close()


def test_on_paper_there_is_no_navigation_and_what_is_folded_is_open(checkout, pages, browser):
    visitor = browser.new_page()
    visitor.goto((checkout / "book" / "notebooks" / "00_one.html").as_uri())
    fold = visitor.locator("article").evaluate_handle(
        "article => article.appendChild(Object.assign(document.createElement('details'), { innerHTML: 'folded' }))"
    )
    visitor.evaluate(
        "addEventListener('beforeprint', () => { window.opened = document.querySelector('details').open })"
    )
    visitor.pdf()
    assert visitor.evaluate("window.opened") is True
    assert fold.evaluate("fold => fold.open") is False
    visitor.emulate_media(media="print")
    assert not visitor.locator(".sidebar-drawer").is_visible()
    assert visitor.locator("article").is_visible()
    visitor.close()


def test_search_needs_no_server(checkout, pages, browser):
    visitor = browser.new_page()
    visitor.goto((checkout / "book" / "index.html").as_uri())
    visitor.locator("input[name=q]").fill("formula")
    visitor.locator("input[name=q]").press("Enter")
    visitor.locator("#search-results li a").first.wait_for()
    visitor.close()
