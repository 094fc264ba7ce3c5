"""A contest of twenty files survives whatever is among them, a stop, and a second run; the page shows the rest."""

import json
import pickle
import re

import pytest
from helpers.checks import one_sentence

from ganlib import GAN, commands
from ganlib.contest import driver, entries, judging, ranking
from ganlib.contest.rules import Rules
from ganlib.lab import LabTrainer, Session
from ganlib.training import Schedule, TrainingDiverged

STEPS, PICTURES = 20, 100
EVIL = "<img src=x onerror=alert(1)>"
GOOD = {
    f"player{i}": Session([(0, "d_learning_rate", 1e-4 * (i + 1)), (i, "g_learning_rate", 1e-3)], STEPS, seed=i)
    for i in range(8)
}
GOOD |= {
    "early": Session([], 10, seed=3),
    "frozen": Session([(5, "freeze_d", True), (10, "freeze_d", False)], STEPS, seed=1),
    EVIL: Session([(STEPS, "loss_kind", "hinge")], STEPS, seed=2),
}
COMMAND = [f"--steps={STEPS}", f"--pictures={PICTURES}", "--house", "classic"]


def fill(folder):
    """Put twenty files and more into a folder: good ones, and some of every bad kind."""
    for name, session in {**GOOD, "twin": GOOD["player0"]}.items():
        session.save(folder / f"{name}.json")
    held = json.loads((folder / "player0.json").read_bytes())
    bad = {
        "claims": {**held, "mnist_fd": 0.1},
        "longer": {**held, "steps": STEPS + 1},
        "busy": {**held, "changes": [[0, "d_steps", 10]]},
        "other": {**held, "recipe": "swift"},
        "lacking": {name: value for name, value in held.items() if name != "seed"},
        "unknown": {**held, "changes": [[0, "os.system", "ls"]]},
        "infinite": {**held, "changes": [[0, "d_learning_rate", float("inf")]]},
    }
    for name, content in bad.items():
        (folder / f"{name}.json").write_text(json.dumps(content), encoding="utf-8")
    (folder / "pickled.json").write_bytes(pickle.dumps(held))
    (folder / "pickled.pkl").write_bytes(pickle.dumps(held))
    (folder / "huge.json").write_bytes((folder / "player0.json").read_bytes() + b" " * 10**6)
    (folder / "deep.json").write_text("[" * 90_000, encoding="utf-8")
    (folder / "folder.json").mkdir()
    (folder / "link.json").symlink_to(folder / "player0.json")
    return {*bad, "pickled", "pickled.pkl", "huge", "deep", "folder", "link"}


def in_the_lab():
    """Return a session that somebody steered, as the lab writes it down."""
    lab = LabTrainer(GAN(seed=4))
    lab.play(8)
    lab.wait(600)
    lab.set("d_learning_rate", 1e-3)
    lab.alone("generator", 2)
    lab.wait(600)
    lab.play(5)
    lab.wait(600)
    session = lab.session()
    lab.close()
    return session


@pytest.fixture(scope="module")
def contest(tmp_path_factory):
    """A contest that was stopped in its third session and then held to its end: what each run printed and replayed."""
    folder, out = tmp_path_factory.mktemp("handed_in"), tmp_path_factory.mktemp("contest")
    bad = fill(folder)
    replayed, real = [], Session.replay

    def replay(session, *arguments):
        if len(replayed) == 2 and None not in replayed:
            replayed.append(None)
            raise KeyboardInterrupt
        replayed.append(judging.key_of(session))
        return real(session, *arguments)

    with pytest.MonkeyPatch.context() as patch:  # compiled: a plain graph of so large networks rounds as it likes
        patch.setattr(commands.environment, "stand", lambda arguments: None)
        in_the_lab().save(folder / "lab.json")
        patch.setattr(Session, "replay", replay)
        codes = [commands.main(["contest", str(folder), *COMMAND, f"--out={out}"]) for _ in range(3)]
        page = (out / "contest.html").read_text(encoding="utf-8")
    return {"folder": folder, "out": out, "bad": bad, "codes": codes, "replayed": replayed, "page": page}


def test_a_contest_that_was_stopped_goes_on_and_replays_each_session_once(contest):
    assert contest["codes"] == [130, 0, 0]
    done = [key for key in contest["replayed"] if key]
    assert len(done) == len(set(done)) == len(GOOD) + 2  # the lab's and ours; the twin has the same key


def test_every_good_entry_has_a_rank_and_every_bad_one_a_sentence(contest):
    ranks, refused = contest["page"].split("<h2>Not in the contest</h2>")
    refused = refused.split("</ul>")[0]
    assert {re.match(r"[^<]*", item)[0] for item in refused.split("<li><b>")[1:]} == contest["bad"]
    for item in re.findall(r"</b>: (.*?)</li>", refused):
        one_sentence(item)
    places = re.findall(r'<td>(\d+|house)</td><th scope="row"><a href="#entry\d+">([^<]+)</a>', ranks)
    assert len(places) == len(GOOD) + 3
    assert [place for place, name in places if name == "classic"] == ["house"]
    numbers = [int(place) for place, _ in places if place != "house"]
    assert numbers == sorted(numbers)
    assert numbers[0] == 1


def test_equal_sessions_share_a_rank(contest):
    found = re.findall(r'<td>(\d+)</td><th scope="row"><a[^>]*>([^<]+)', contest["page"])
    places = {name: place for place, name in found}
    assert places["twin"] == places["player0"]


def test_what_the_lab_wrote_down_is_replayed_to_the_same_bits(contest):
    (section,) = re.findall(r"<h3>lab</h3>.*?</section>", contest["page"], re.DOTALL)
    assert "the very weights that the lab had, bit for bit" in section
    assert "step 8: D rate 0.001" in section
    assert "step 10: freeze D off" in section
    assert contest["page"].count("bit for bit") == 1


def test_nobody_s_name_becomes_code_and_nothing_comes_from_elsewhere(contest):
    page = contest["page"]
    assert EVIL not in page
    assert "&lt;img src=x onerror=alert(1)&gt;" in page
    assert "<script" not in page
    assert "default-src 'none'" in page
    assert not re.findall(r"(?:src|href)=\"(?!data:image/|#entry)", page)


def test_the_reasons_name_what_is_wrong(contest):
    reasons = dict(re.findall(r"<li><b>([^<]+)</b>: (.*?)</li>", contest["page"]))
    for name, words in {
        "claims": "no &#x27;mnist_fd&#x27;: scores are measured, not claimed",
        "longer": "it has 21 steps and the budget is 20: lab.session(steps=20)",
        "busy": "which count as 200 for their extra updates",
        "other": "steers the GAN &#x27;swift&#x27;",
        "lacking": "lacks &#x27;seed&#x27;",
        "unknown": "no live value",
        "infinite": "must be a number",
        "pickled": "no JSON file",
        "pickled.pkl": "does not end in .json",
        "huge": "more than 100,000 bytes",
        "deep": "no JSON file",
        "link": "it is a link",
        "folder": "a folder",
    }.items():
        assert words in reasons[name], f"{name}: {reasons[name]}"


def test_a_damaged_result_counts_as_none(contest):
    key = judging.key_of(GOOD["player1"])
    results = contest["out"] / driver.RESULTS
    assert judging.kept(results, key).scores["mnist_fd"] > 0
    for name, content in ((f"{key}.npz", b"x"), (f"{key}.json", b"[" * 5000), (f"{key}.json", b'{"scores": {}}')):
        whole = (results / name).read_bytes()
        (results / name).write_bytes(content)
        assert judging.kept(results, key) is None
        (results / name).write_bytes(whole)


def test_the_page_can_be_read_by_everybody_and_on_a_phone(contest, browser):
    from helpers.lab_page import axe_faults, complaints_of

    page = browser.new_page(viewport={"width": 360, "height": 740})
    complaints = complaints_of(page)
    page.goto((contest["out"] / "contest.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    page.locator("summary").first.focus()
    page.keyboard.press("Enter")
    film = page.locator("details img").first
    assert film.is_visible()
    assert film.evaluate("image => image.naturalWidth") > 100
    assert complaints == []
    page.close()
    plain = browser.new_context(bypass_csp=True).new_page()  # axe is a script
    plain.goto((contest["out"] / "contest.html").as_uri())
    assert axe_faults(plain, "html") == []


# --- the rules --------------------------------------------------------------------------------------------------------


def test_a_contest_keeps_its_rules_and_its_secret(tmp_path):
    rules = Rules(steps=50).kept_in(tmp_path)
    assert rules.secret is not None
    own = Rules(secret=5)
    assert own.kept_in(tmp_path / "own").secret == own.kept_in(tmp_path / "own").secret == 5
    with pytest.raises(ValueError, match="other rules"):
        Rules(secret=6).kept_in(tmp_path / "own")
    assert Rules(steps=50).kept_in(tmp_path) == rules
    with pytest.raises(ValueError, match=r"holds a contest with other rules \(steps 50, "):
        Rules(steps=60).kept_in(tmp_path)
    for wrong in ("", "[]", "{}", '{"steps": 50}', "[" * 5000):
        (tmp_path / "rules.json").write_text(wrong, encoding="utf-8")
        with pytest.raises(ValueError, match="another --out"):
            Rules(steps=50).kept_in(tmp_path)


@pytest.mark.parametrize(
    "wrong", [{"steps": 1}, {"steps": "x"}, {"recipe": "gpu"}, {"pictures": 99}, {"pictures": 10**5}]
)
def test_rules_that_do_not_fit_are_refused(wrong):
    with pytest.raises(ValueError, match=f"^{next(iter(wrong))} must be"):
        Rules(**wrong)


@pytest.mark.parametrize("words", [["nowhere"], ["."], [".", "--house", "best"], [".", "--steps", "1"]])
def test_the_command_refuses_in_a_sentence(words, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(commands.environment, "stand", lambda arguments: None)
    monkeypatch.chdir(tmp_path)
    if len(words) > 1:
        (tmp_path / "x.json").touch()
    assert commands.main(["contest", *words]) == 2
    one_sentence(capsys.readouterr().err.strip())
    assert not (tmp_path / "contests").exists()


def test_a_training_that_diverges_costs_a_sentence(monkeypatch):
    def diverge(*arguments):
        raise TrainingDiverged("Training diverged at step 3: lower the rates.")

    monkeypatch.setattr(Session, "replay", diverge)
    result = judging.judged(GOOD["player0"], None, None)
    assert result.fault == "it cannot be judged: Training diverged at step 3: lower the rates"
    entry = entries.Entry("anna", GOOD["player0"])
    standings, refused = ranking.ranked([entry], {judging.key_of(GOOD["player0"]): result})
    assert standings == []
    assert refused == [entry._replace(fault=result.fault)]


def test_a_tie_is_decided_by_the_score_beside_and_ours_take_no_rank():
    scores = {"a": (9.04, 9.5), "b": (9.01, 9.6), "house": (1, 1), "c": (8.96, 9.5), "d": (20, 1)}
    sessions = {name: Session([], 10, seed=seed) for seed, name in enumerate(scores)}
    results = {
        judging.key_of(sessions[name]): judging.Result({"mnist_fd": first, "second": second}, "", None)
        for name, (first, second) in scores.items()
    }
    handed_in = [entries.Entry(name, sessions[name], house=name == "house") for name in scores]
    standings, _ = ranking.ranked(handed_in, results)
    assert [(s.rank, s.entry.name) for s in standings] == [(None, "house"), (1, "a"), (1, "c"), (3, "b"), (4, "d")]


def test_our_recipes_take_part_with_rates_that_fall_within_the_budget():
    fine, classic = entries.house_entries(["fine", "classic"], 100)
    assert classic.session == Session(Schedule(), 100)
    assert fine.session.schedule.changes[-1].step == 99
    assert Rules(steps=100, recipe="fine").fault_of(fine.session) == ""
