"""Words of every kind after `python -m ganlib COMMAND`: it ends with a code and a sentence, and no traceback."""

import functools
import re
from types import SimpleNamespace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import BEGINS, ENDS, attempt

from ganlib import commands, doctor
from ganlib.bench import quality, speed
from ganlib.course import badges, book, handout, timings
from ganlib.lab import page
from ganlib.setup import environment

NUMBERS = ("-1", "0", "1", "2.5", "1e400", "nan", "inf", "-inf", "9" * 5000, "true", "None", "[]", "{}")
NAMES = (
    "",
    " ",
    "x",
    "~nobody/x",
    "ä",
    "\x1b[31m",
    "\udcff",
    "a\nb",
    "/",
    ".",
    "..",
    "/dev/null",
    "x" * 5000,
    "%s {0}",
)
WORDS = st.sampled_from(NUMBERS + NAMES) | st.text(st.characters(blacklist_characters="\0"), max_size=8)
LINK = re.compile(r"\[!\[[\w ]+\]\(https://[\w./-]+\)\]\(https://[\w./?=%-]+\)", re.ASCII)
# Of each command: what it is given in any case, so that it never does its work, and its options.
OPTIONS = {
    "train": (
        ("--data", "nowhere"),
        "steps batch-size sample-interval network seed run g-learning-rate d-learning-rate ema-decay resume",
    ),
    "badges": ((), "repository branch"),
    "record": ((), ""),
    "export": ((), "format out part"),
    "timings": (("--lessons", "77"), "speed executed keep"),
    "handout": (("--lessons", "77"), "out with-wheels"),
    "book": ((), "out executed speed"),
    "sweep": (("--estimate",), "notebook out workers time-limit scheduler"),
    "contest": (("--house", "nobody"), "steps recipe pictures out"),
    "progress": ((), "export room page"),
    "doctor": ((), "room"),
    "lab": (("--no-browser",), "port ip token visitors idle"),
    "bench": (("--quick",), "network batch-size rounds json"),
    "bench --quality": ((), "recipes ablate seeds budget steps points pictures json"),
}


@pytest.fixture
def no_work(monkeypatch, kit, tmp_path):
    """Let no command install, serve or measure anything, nor write into the checkout."""
    monkeypatch.setattr(environment, "stand", lambda arguments: None)
    monkeypatch.setattr(environment, "become", lambda *command: None)
    monkeypatch.setattr(commands, "_checkout_for", lambda command: kit)
    monkeypatch.setattr(page, "serve", lambda *lesson, **settings: None)
    monkeypatch.setattr(timings, "run", lambda *arguments: False)
    monkeypatch.setattr(doctor, "report", lambda as_json: 0)
    monkeypatch.setattr(book, "main", lambda *arguments: "index.html")
    monkeypatch.setattr(handout, "pack", functools.partial(refuse, "There is nothing to pack."))
    nothing = functools.partial(refuse, "There is nothing to measure.")
    monkeypatch.setattr(speed, "data", SimpleNamespace(load_mnist=nothing))
    monkeypatch.setattr(quality, "seconds_a_step", nothing)
    (kit / "README.md").write_text("# A kit\n\nText.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)


def refuse(why, *arguments, **settings):
    raise ValueError(why)


@st.composite
def words_for(draw, command):
    always, options = OPTIONS[command]
    names = draw(st.lists(st.sampled_from(options.split()), max_size=3, unique=True)) if options else []
    given_ = [word for name in names for word in draw(st.sampled_from([[f"--{name}", "{}"], [f"--{name}={{}}"]]))]
    given_ = [word.replace("{}", draw(WORDS)) for word in given_]
    return [*command.split(), *draw(st.lists(WORDS, max_size=2)), *always, *given_]


@pytest.mark.parametrize("command", OPTIONS)
@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_a_command_ends_with_a_sentence(command, draw, no_work, capsys):
    words = draw.draw(words_for(command))
    try:
        code = commands.main(words)
    except SystemExit as end:
        code = end.code
    said = capsys.readouterr().err
    assert code in (0, 1, 2)
    assert "Traceback" not in said
    if code == 2 and f"ganlib {command}: error: " not in said:  # argparse tells what it cannot read
        last = said.strip().splitlines()[-1]
        assert BEGINS.match(last), last
        assert ENDS.search(last), last


@settings(max_examples=settings().max_examples * 2)
@given(address=WORDS, branch=WORDS)
def test_badges_lead_to_a_repository_and_hold_no_code(address, branch, no_work, kit):
    before = (kit / "README.md").read_text(encoding="utf-8")
    for repository in (address, "https://github.com/owner/kit", f"https://github.com/owner/{address}"):
        _, refusal = attempt(lambda repository=repository: badges.write(repository, branch, kit))
        after = (kit / "README.md").read_text(encoding="utf-8")
        if refusal:
            assert after == before
        else:
            links = after.splitlines()[2].split(" [")
            assert all(LINK.fullmatch(link if link.startswith("[") else f"[{link}") for link in links)
            (kit / "README.md").write_text(before, encoding="utf-8")
