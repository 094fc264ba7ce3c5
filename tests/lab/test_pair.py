"""Two runs side by side: what differs is said truly, and the frames that are shown belong together."""

import copy
import json
import re

import numpy as np
import pytest
from helpers import modes, tiny

from ganlib.lab import pair, views
from ganlib.lab.pair import Film, Run, difference, frame_at
from ganlib.lab.recording import Recording
from ganlib.lab.replay import TimeMachine
from ganlib.training import Change

SETUP = {"model": "GAN", "seed": 0, "batch size": 32, "data": "#1", "generator": "#2", "discriminator": "#3"}
START = (Change(0, "d_learning_rate", 2e-4), Change(0, "loss_kind", "non_saturating"), Change(0, "freeze_g", False))
ALIKE = "Everything else, the seed too, is the same."


def run(name, *changes, last=None, setup=SETUP, **other):
    return Run(name, {**setup, **other}, (*START, *(Change(*change) for change in changes)), last)


NOW = run("Now")


@pytest.mark.parametrize(
    ("one", "told"),
    [
        (run("Pinned"), "Nothing differs: the same seed, settings and changes."),
        (run("Pinned", seed=7), "Only the seeds differ, 7 and 0, so whatever you see is chance."),
        (
            run("Pinned", (0, "d_learning_rate", 2e-3)),
            f"Pinned: D rate 0.002. Now: D rate 0.0002. {ALIKE}",
        ),
        (
            run("Pinned", (400, "d_learning_rate", 2e-3)),
            f"Pinned: D rate 0.0002, then 0.002 from step 400. Now: D rate 0.0002. "
            f"Until step 400 both are the same. {ALIKE}",
        ),
        (
            run("Pinned", (0, "d_learning_rate", 2e-3), seed=1),
            "Pinned: D rate 0.002. Now: D rate 0.0002. The seeds differ too, 1 and 0, so chance may be the reason.",
        ),
        (
            run("Pinned", (0, "loss_kind", "hinge"), (50, "freeze_g", True)),
            f"Pinned: loss hinge; freeze G off, then on from step 50. Now: loss non saturating; freeze G off. {ALIKE}",
        ),
        (
            run("Pinned", **{"batch size": 64}),
            f"Pinned: batch size 64. Now: batch size 32. {ALIKE}",
        ),
        (run("Pinned", generator="#9"), f"The two differ in the generator. {ALIKE}"),
        (
            run("Pinned", (9, "d_learning_rate", 0.0), generator="#9", discriminator="#8", data="#7"),
            "Pinned: D rate 0.0002, then 0 from step 9. Now: D rate 0.0002. "
            f"The two also differ in the data, the generator and the discriminator. {ALIKE}",
        ),
        (
            run("Pinned", setup={}),
            "The seed and the networks of Pinned were not recorded, so more than that may differ.",
        ),
        (run("Pinned", (5, "freeze_g", False), (6, "d_learning_rate", 2e-4)), "Nothing differs"),
    ],
)
def test_what_differs_is_said(one, told):
    said = difference(one, NOW)
    assert said.startswith(told)
    if told.endswith((".", ALIKE)):
        assert said == told


def test_the_same_change_at_another_step_parts_the_runs_at_the_earlier_one():
    one, other = run("early", (100, "freeze_g", True)), run("late", (300, "freeze_g", True))
    assert difference(one, other) == (
        "early: freeze G off, then on from step 100. late: freeze G off, then on from step 300. "
        f"Until step 100 both are the same. {ALIKE}"
    )


def test_a_run_that_is_shorter_is_told():
    assert difference(run("short", last=400), run("long", last=30_000)) == (
        "Nothing differs: the same seed, settings and changes. short ends at step 400, long at 30,000."
    )
    assert "ends" not in difference(run("a", last=400), run("b", last=400))


def test_models_of_two_families_are_told_with_what_each_has_alone():
    other = Run("vae", {**SETUP, "model": "VAE"}, (Change(0, "beta", 1.0),))
    said = difference(NOW, other)
    assert "Now: model GAN; D rate 0.0002; loss non saturating; freeze G off. vae: model VAE; beta 1." in said


def test_many_changes_and_long_or_odd_names_make_no_long_sentence():
    moved = [(step, "d_learning_rate", step / 1e6) for step in range(1, 300)]
    said = difference(run("x" * 500 + "\n\x1b[31m", *moved), NOW)
    assert "D rate 0.0002, then 1e-06 from step 1, …, finally 0.000299 from step 299, 299 changes in all." in said
    assert len(said) < 300
    assert said.isprintable()


def test_where_both_start_later_the_beginning_is_the_beginning():
    later = Run("Now", SETUP, tuple(change._replace(step=800) for change in START))
    assert difference(later, NOW).startswith("Nothing differs")


# --- how a run was built ----------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def config(tmp_path_factory):
    gan = tiny.build_gan()
    with modes.no_graph():
        tiny.train(gan, 2, run=tmp_path_factory.mktemp("runs") / "run")
    return gan.run.config


def test_the_same_networks_under_other_names_are_the_same(config):
    again = {**json.loads(json.dumps(tiny.build_gan().run_config())), "training": config["training"]}
    assert again["config"]["config"]["generator"] != config["config"]["config"]["generator"], "layers are numbered"
    assert pair.setup_of(again) == pair.setup_of(config)
    assert {"seed", "batch size", "data", "generator", "discriminator", "g_optimizer"} <= set(pair.setup_of(config))


def test_other_networks_first_weights_and_optimizers_are_others(config):
    def changed(change):
        other = copy.deepcopy(config)
        change(other["config"]["config"])
        return pair._unlike(pair.setup_of(config), pair.setup_of(other))

    def layer(parts):
        return parts["generator"]["config"]["layers"][1]["config"]

    assert changed(lambda parts: layer(parts).update(units=17)) == ["generator"]
    seeds = changed(lambda parts: layer(parts)["kernel_initializer"]["config"]["seed"]["config"].update(seed=5))
    assert seeds == ["first weights of the generator"]
    assert changed(lambda parts: parts["g_optimizer"]["config"].update(beta_1=0.9)) == ["g_optimizer"]
    assert changed(lambda parts: parts["g_optimizer"]["config"].update(learning_rate=0.9, name="x")) == []
    assert changed(lambda parts: parts.update(latent_dim=7)) == ["latent_dim"]


@pytest.mark.parametrize("odd", [{}, {"config": []}, {"config": {"generator": {"config": 5}, "x": None, "y": [{}]}}])
def test_an_odd_configuration_is_read_all_the_same(config, odd):
    assert pair.setup_of({**config, "config": odd, "seed": None})["model"] == "GAN"


# --- films ------------------------------------------------------------------------------------------------------------


def test_frames_are_the_last_ones_before_a_step():
    assert [frame_at((0, 10, 25), step) for step in (0, 9, 10, 24, 25, 999)] == [0, 0, 1, 1, 2, 2]
    assert frame_at((50, 60), 7) == 0


def test_a_film_is_bounded_has_its_ends_and_forgets_what_a_reset_takes_back():
    film = Film()
    for step in range(0, 30_001, 10):
        film.add(step, f"at {step}", 20_000)
    steps, frames = film.cut()
    assert 100 < len(steps) < 250
    assert (steps[0], steps[-1], frames[-1]) == (0, 30_000, "at 30000")
    assert all(frame == f"at {step}" for step, frame in zip(steps, frames, strict=True))
    assert np.all(np.diff(steps)[:-1] >= np.minimum(10, 0.04 * np.array(steps)[:-2]))
    film.add(0, "again", 20_000)
    assert film.cut() == ((0,), ("again",))
    assert Film().cut() == ((), ())


def test_large_frames_take_no_more_memory():
    film = Film()
    for step in range(0, 30_001, 10):
        film.add(step, "", 10**6)
    assert len(film.cut()[0]) < 32


# --- two runs in the time machine -------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Two runs of one seed: another rate from step 8 on, and another length and interval."""
    room = tmp_path_factory.mktemp("pair")
    faster = [(8, "d_learning_rate", 1e-2)]
    with modes.no_graph():
        tiny.train(tiny.build_gan(), 20, run=room / "usual", sample_interval=5)
        tiny.train(tiny.build_gan(), 12, run=room / "fast", sample_interval=4, schedule=faster)
    return room / "usual", room / "fast"


SAID = (
    "usual: D rate 0.0002. fast: D rate 0.0002, then 0.01 from step 8. Until step 8 both are the same. "
    f"{ALIKE} usual ends at step 20, fast at 12."
)


def captions(machine, step):
    machine.slider.value = machine.steps.index(step)
    return [re.sub("<[^>]*>", "", picture.value) for picture in machine._pictures]


def test_one_slider_scrubs_two_runs_of_other_lengths_and_intervals(folders):
    machine = TimeMachine(*folders)
    assert machine.steps == (0, 4, 5, 8, 10, 12, 15, 20)
    assert machine.sentence == SAID
    assert SAID in machine._told.value
    assert captions(machine, 5) == ["usual · step 5", "fast · step 4"]
    at_5 = [picture.value for picture in machine._pictures]
    assert captions(machine, 20) == ["usual · step 20", "fast · step 12, where it ended"]
    assert all(one != other for one, other in zip(at_5, (p.value for p in machine._pictures), strict=True))


def test_until_they_part_both_runs_made_the_same(folders):
    one, other = TimeMachine(*folders).recordings
    assert np.array_equal(one.frames[frame_at(one.steps, 0)], other.frames[frame_at(other.steps, 0)])
    for name in ("d_loss", "g_loss"):
        assert np.array_equal(one.history[name][:8], other.history[name][:8])
        assert not np.array_equal(one.history[name][8:12], other.history[name][8:12])


def test_both_curves_are_in_one_chart_and_both_are_told(folders):
    machine = TimeMachine(*folders)
    drawn = machine._charts.value
    assert drawn.count("<svg") == 3
    solid, thin = (drawn.count(f'stroke-width="{width}"') for width in (1.6, 1))
    assert solid == 14, "a curve and its legend for each of seven columns"
    assert thin == 7 + 3, "a curve for each column, a legend for each chart"
    assert "Thin, fast: D " in drawn
    assert "<title>fast: D rate 0.01</title>" in drawn
    alts = [re.search('alt="([^"]*)"', picture.value)[1] for picture in machine._pictures]
    assert all("usual, step 20" in alt and "fast, step 12, where it ended" in alt for alt in alts)


def test_a_pair_has_no_page_of_the_recorded_run_in_the_book_but_a_still(folders):
    bundle = TimeMachine(*folders)._repr_mimebundle_()
    assert bundle["text/plain"].startswith(f"Two runs side by side. {SAID}")
    assert len(bundle["image/png"]) > 1000


def test_a_page_of_two_runs_needs_nothing_else(folders, tmp_path):
    TimeMachine(*folders).save_page(tmp_path / "pair.html")
    page = (tmp_path / "pair.html").read_text(encoding="utf-8")
    assert not re.search(r"""(src|href)\s*=\s*["']?(https?:)?//""", page)
    frames, pngs = (json.loads(re.search(rf"const {name} = (\[.*?\]);\n", page)[1]) for name in ("frames", "pngs"))
    assert [frame["step"] for frame in frames] == [0, 4, 5, 8, 10, 12, 15, 20]
    assert [len(film) for film in pngs] == [5, 4], "a picture that stays is there once"
    assert frames[-1]["pictures"] == [4, 3]
    assert "where it ended" in frames[-1]["captions"][1]
    assert page.count("<img") == 2


def test_recordings_keep_how_a_run_was_built(folders, tmp_path):
    for folder in folders:
        Recording.of_run(folder).save(tmp_path / f"{folder.name}.npz")
    assert TimeMachine(tmp_path / "usual.npz", tmp_path / "fast.npz").sentence == SAID


def test_the_recorded_run_and_recordings_without_a_name_can_be_compared(folders):
    recorded = TimeMachine(None, folders[0]).sentence
    assert recorded.startswith(
        "The seed and the networks of the recorded run were not recorded, so more than that may differ."
    )
    assert " The recorded run ends at step 30,000, usual at 20." in recorded
    unmeasured = {"step": np.zeros(0, int)}
    machine = TimeMachine(*(Recording([0], np.zeros((1, 4, 4), np.uint8), unmeasured, {}) for _ in range(2)))
    assert machine.sentence.startswith("The seed and the networks of first and second were not recorded")


def test_three_runs_and_one_run_twice_are_refused_in_a_sentence(folders):
    usual, fast = folders
    with pytest.raises(
        ValueError, match=r"^A time machine shows one run or two side by side, not 3: leave some out\.$"
    ):
        TimeMachine(usual, fast, usual)
    recording = Recording.of_run(usual)
    for twice in ((usual, str(usual)), (usual, usual / ".." / "usual"), (recording, recording), (None, None)):
        with pytest.raises(ValueError, match=r"^Both are the same run: give two different ones, or only one\.$"):
            TimeMachine(*twice)


# --- the pinned run of the lab ----------------------------------------------------------------------------------------


def train(lab, steps):
    lab.trainer.play(steps)
    assert lab.trainer.wait()


def press(lab, name):
    lab.buttons[name].click()
    assert lab.trainer.wait()


def text(widget):
    return re.sub("<[^>]*>", "", widget.value)


def test_a_pinned_run_stays_beside_the_next_one(lab):
    train(lab, 30)
    shown = lab._pngs["made"]
    press(lab, "pin")
    assert lab.buttons["pin"].description == "Unpin"
    assert "ganlib-pair" in lab.widget._dom_classes
    assert text(lab._differs).startswith("Nothing differs")
    assert "Change one thing, then press Reset and Play." in text(lab._differs)
    assert lab._pngs["pinned"] == shown, "the same step of the same run"
    lab.panel.widgets["d_learning_rate"][1].value = 1e-2
    press(lab, "reset")
    assert text(lab._pinned_title) == "Pinned · step 0"
    assert lab._pngs["pinned"] == lab._pngs["made"], "the same seed began with the same"
    train(lab, 30)
    assert text(lab._pinned_title) == "Pinned · step 30"
    assert lab._pngs["pinned"] == shown != lab._pngs["made"]
    assert text(lab._differs) == f"Pinned: D rate 0.0002. Now: D rate 0.01. {ALIKE}"
    assert "Thin, pinned: D " in lab._charts.value
    assert "the pinned run" in lab._fake_picture.value
    assert "the current run" in lab._pinned_picture.value
    train(lab, 5)
    assert text(lab._pinned_title) == "Pinned · step 30, where it ended"


def test_another_seed_is_told_and_unpinning_takes_everything_away(lab, monkeypatch):
    before = lab._charts.value.count("<polyline")
    train(lab, 3)
    press(lab, "pin")
    press(lab, "reset")
    monkeypatch.setattr(lab.model, "seed", 5)
    lab.trainer.refresh()
    assert lab.trainer.wait()
    assert text(lab._differs) == "Only the seeds differ, 0 and 5, so whatever you see is chance."
    press(lab, "pin")
    assert lab.buttons["pin"].description == "Pin this run"
    assert "ganlib-pair" not in lab.widget._dom_classes
    assert lab._differs.value == lab._pinned_picture.value == lab._pinned_title.value == ""
    assert "pinned" not in lab._pngs
    assert "hin, pinned" not in lab._charts.value
    assert lab._charts.value.count("<polyline") == before


def test_a_run_can_be_pinned_while_it_trains(lab):
    lab.buttons["play"].click()
    while lab.model.step < 20:
        pass
    lab.buttons["pin"].click()
    while not lab._differs.value:
        pass
    assert lab.trainer.running
    press(lab, "pause")
    assert lab._pinned.run.last <= lab.model.step
    assert lab._pinned.steps[-1] == lab._pinned.run.last


def test_the_curves_ahead_of_the_present_run_are_seen():
    history = {"step": np.arange(1, 11), "elbo": np.linspace(0, 1, 10)}
    longer = {"step": np.arange(1, 3001), "elbo": np.linspace(0, 1, 3000)}
    panels, beside = views.panels_of(("elbo",)), views.Beside("<i>old</i>", longer)
    assert ">3,000<" in views.charts(history, panels, beside=beside)
    windowed = views.charts(history, panels, window=100, beside=beside)
    assert ">100<" in windowed
    assert "&lt;i&gt;old" in windowed
    assert "<i>" not in windowed
    other = views.charts(history, panels, beside=views.Beside("old", {"step": np.arange(1, 4), "loss": np.ones(3)}))
    assert "Thin, old: nothing measured yet." in other
