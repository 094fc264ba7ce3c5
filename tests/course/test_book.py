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
from ganlib.course import book, executed, slides
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
    text = "# A talk\n\n## A figure\n\n![](figure:00_one/figure)\n\n## Formula\n\n$D(x)$\n"
    (folder / "notebooks" / "slides.md").write_text(text, encoding="utf-8")
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
    assert 'id="logit"' in pages["notebooks/glossary.html"]


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


def test_the_slides_show_the_figures_of_the_lessons(checkout, pages):
    assert 'alt="Three &lt;curves&gt;"' in pages["slides/index.html"]
    assert "<math" in pages["slides/index.html"]
    assert (checkout / "book" / "slides" / "_static" / "slides.css").is_file()


# --- what is refused ------------------------------------------------------------------------------------------------


def test_slides_that_ask_for_a_figure_that_is_not_there_are_refused(checkout, tmp_path):
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "slides.md").write_text("# A\n\n![](figure:00_one/text)\n", encoding="utf-8")
    with pytest.raises(BookError, match="'text' in 00_one"):
        slides.build(tmp_path / "out", checkout / "ran", tmp_path)


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


def test_the_slides_of_the_kit_name_cells_that_exist():
    for name, cell in slides.FIGURE.findall((NOTEBOOKS / "slides.md").read_text(encoding="utf-8")):
        lesson = nbformat.read(NOTEBOOKS / f"{name}.ipynb", nbformat.NO_CONVERT)
        assert cell in [one.id for one in lesson.cells], f"{name} has no cell {cell}"


@pytest.mark.parametrize(("plan", "minutes"), [("90 minutes", 90), ("Half a day", 240), ("Two days", 730)])
def test_a_plan_of_the_leaders_guide_adds_up(plan, minutes):
    text = (NOTEBOOKS / "leaders_guide.md").read_text(encoding="utf-8")
    (section,) = re.findall(rf"^### {plan}.*?(?=^##)", text, re.MULTILINE | re.DOTALL)
    assert sum(map(int, re.findall(r"^\| (\d+) \|", section, re.MULTILINE))) == minutes


def test_the_leaders_guide_speaks_of_every_lesson():
    text = (NOTEBOOKS / "leaders_guide.md").read_text(encoding="utf-8")
    for path in sorted(Path(NOTEBOOKS).glob("[0-9]*.ipynb")):
        assert f"({path.name})" in text
        assert re.search(rf"^### {path.name[:2]} · ", text, re.MULTILINE), f"no notes on {path.name}"


# --- in a browser ---------------------------------------------------------------------------------------------------

SERIOUS = ("serious", "critical")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("page", ["index.html", "notebooks/00_one.html", "notebooks/glossary.html"])
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
