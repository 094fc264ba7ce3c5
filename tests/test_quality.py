"""The quality benchmark: a table of distances against steps, and sentences for what does not fit."""

import json

import numpy as np
import pytest

from ganlib.bench import command, quality
from ganlib.data.pictures import unscale_pixels
from ganlib.judge.classifier import share_recognised
from ganlib.models import recipes
from ganlib.models.flow import FLOW_RECIPES, FlowMatching, FlowRecipe
from ganlib.models.gan import GAN
from ganlib.models.recipes import ABLATIONS, RECIPES, ablations
from ganlib.training import TrainingDiverged

ROWS = [{"step": 10, "seconds": 0.5, "mnist_fd": 90.0}, {"step": 20, "seconds": 1.0, "mnist_fd": 80.0}]
RESULT = {
    "device": "CPU",
    "pictures": 200,
    "real_mnist_fd": 9.5,
    "fog_mnist_fd": 300.0,
    "curves": {"swift": {"0": ROWS}},
}


def test_the_table_has_a_line_for_every_point_and_the_value_of_real_digits():
    first, _, *lines = quality.table(RESULT).split("\n")
    assert "real digits 9.50, fog 300.00" in first
    assert [line.split() for line in lines] == [
        ["swift", "0", "10", "0.5", "90.00"],
        ["swift", "0", "20", "1.0", "80.00"],
    ]


def test_the_result_is_printed_and_written(monkeypatch, capsys, tmp_path):
    asked = []
    monkeypatch.setattr(quality, "run", lambda *arguments: asked.append(arguments) or RESULT)
    assert command.main(["--quality", "--recipes", "swift", "--seeds", "1", "--json", str(tmp_path / "q.json")]) == 0
    assert [arguments[:-1] for arguments in asked] == [
        ({"swift": RECIPES["swift"]}, 1, None, quality.POINTS, quality.PICTURES, None)
    ]
    assert "MNIST-FD" in capsys.readouterr().out
    assert json.loads((tmp_path / "q.json").read_text()) == RESULT


def test_the_first_digits_of_the_last_seed_are_kept_as_the_lessons_read_them(graph, monkeypatch, tmp_path):
    monkeypatch.setattr(quality, "KNOWN", {"small": SMALL})
    monkeypatch.setattr(quality, "seconds_a_step", lambda recipes: dict.fromkeys(recipes, 0.5))
    judged, generate = [], GAN.generate

    def watched(gan, *arguments, **named):
        judged.append(generate(gan, *arguments, **named))
        return judged[-1]

    monkeypatch.setattr(GAN, "generate", watched)
    few = ["--seeds", "2", "--points", "1", "--pictures", "100", "--steps", "10"]
    told = ["--quality", "--recipes", "small", *few, "--digits", str(tmp_path / "recorded.npz")]
    assert command.main(told) == 0
    monkeypatch.setattr(recipes, "asset", lambda name: tmp_path / name.removeprefix("recorded/"))
    monkeypatch.setattr(recipes, "RECORDED_DIGITS", "recorded/recorded.npz")
    kept = recipes.recorded_digits()
    last = [made for made in judged if len(made) == 100]
    assert len(last) == 2
    assert list(kept) == ["small"]
    np.testing.assert_array_equal(kept["small"], unscale_pixels(last[1][: recipes.SHOWN]))
    assert not np.array_equal(kept["small"], unscale_pixels(last[0][: recipes.SHOWN]))


def test_digits_that_cannot_be_written_are_refused_before_anything_is_trained(monkeypatch, capsys, tmp_path):
    monkeypatch.setattr(quality, "run", lambda *_: pytest.fail("trained"))
    assert command.main(["--quality", "--digits", str(tmp_path)]) == 2
    assert str(tmp_path) in capsys.readouterr().err


def test_the_recorded_digits_are_those_of_recorded_recipes():
    kept, curves = recipes.recorded_digits(), recipes.recorded_curves()["curves"]
    assert list(kept) == ["classic", "swift", "conv", "fine"]
    for name, digits in kept.items():
        assert digits.shape == (recipes.SHOWN, 28, 28, 1)
        assert digits.dtype == np.uint8
        assert share_recognised(digits) > 0.25, name
        assert "2" in curves[name], "the digits are of the last of three seeds"


def test_a_flow_is_a_recipe_like_the_others(monkeypatch, capsys):
    asked = []
    monkeypatch.setattr(quality, "run", lambda recipes, *_: asked.append(recipes) or RESULT)
    assert command.main(["--quality", "--recipes", "swift", "flow"]) == 0
    assert asked == [{"swift": RECIPES["swift"], "flow": FLOW_RECIPES["flow"]}]
    with pytest.raises(SystemExit):
        command.main(["--quality", "--help"])
    assert "flow" in capsys.readouterr().out.rpartition("--recipes NAME")[2].partition("--ablate")[0]


def test_a_flow_is_timed_and_judged_as_a_gan_is_on_all_digits_in_turn(graph, monkeypatch):
    small, asked = FlowRecipe(about="tiny", steps=4, batch_size=8, filters=8, conditional=True), []
    generate = FlowMatching.generate

    def watched(flow, n, seed, digits, evaluations):
        asked.append((seed, list(digits[:11]), evaluations))
        return generate(flow, n, seed, digits, evaluations=2)

    monkeypatch.setattr(FlowMatching, "generate", watched)
    monkeypatch.setattr(FlowMatching, "sample_grid", lambda flow: flow.pictures_of(flow.noise(25), evaluations=2))
    timed = quality.seconds_a_step
    monkeypatch.setattr(quality, "seconds_a_step", lambda recipes: timed(recipes, rounds=1, seconds=0.01))
    result = quality.run({"flow": small}, seeds=1, points=2, pictures=120)
    assert [row["step"] for row in result["curves"]["flow"]["0"]] == [2, 4]
    assert result["milliseconds_a_step"]["flow"] > 0
    assert asked == [(quality.SEED_OF_SCORES, [*range(10), 0], quality.EVALUATIONS)] * 2
    assert "flow" in quality.table(result)


@pytest.mark.parametrize(
    "wrong",
    [["--recipes", "quick"], ["--ablate", "classic"], ["--seeds", "0"], ["--pictures", "99"], ["--budget", "-1"]],
)
def test_what_does_not_fit_is_refused_before_anything_is_trained(wrong, monkeypatch, capsys):
    monkeypatch.setattr(quality, "run", lambda *_: pytest.fail("trained"))
    assert command.main(["--quality", *wrong]) == 2
    assert "must be" in capsys.readouterr().err


def test_a_training_that_diverges_is_left_out_and_the_others_are_kept(monkeypatch, capsys):
    def curve(recipe, seed, *_):
        if seed == 1:
            raise TrainingDiverged("A loss became infinite.")
        return [dict(ROWS[0])]

    monkeypatch.setattr(quality, "curve", curve)
    monkeypatch.setattr(quality, "seconds_a_step", lambda recipes: dict.fromkeys(recipes, 0.1))
    monkeypatch.setattr(quality, "fog", lambda n: quality.default_judge().ceiling[:n])
    result = quality.run({"swift": RECIPES["swift"]}, seeds=3, pictures=100)
    assert list(result["curves"]["swift"]) == ["0", "2"]
    assert capsys.readouterr().err == "swift, seed 1, is left out. A loss became infinite.\n"
    monkeypatch.setattr(quality, "curve", lambda recipe, *_: curve(recipe, 1))
    assert command.main(["--quality", "--recipes", "swift", "--seeds", "2"]) == 2
    assert "No training came to its end" in capsys.readouterr().err


SMALL = RECIPES["swift"].replace(steps=7, batch_size=8, g_hidden=(8,), keep_best_every=3)


def test_a_curve_has_its_points_and_ends_with_every_score_of_what_was_kept():
    rows = quality.curve(SMALL, seed=0, points=3, pictures=120)
    assert [row["step"] for row in rows] == [2, 4, 7]
    assert all(row["mnist_fd"] > 0 for row in rows)
    assert rows[-1]["report"]["mnist_fd"] == pytest.approx(rows[-1]["mnist_fd"], rel=1e-4)
    assert [row["step"] for row in quality.curve(SMALL, seed=0, last=2, points=3, pictures=120)] == [1, 2]


def test_a_budget_of_seconds_ends_a_training_by_the_measured_time_of_a_step(monkeypatch):
    monkeypatch.setattr(quality, "seconds_a_step", lambda recipes: dict.fromkeys(recipes, 0.5))
    result = quality.run({"small": SMALL}, seeds=2, budget=2, points=2, pictures=120)
    assert result["milliseconds_a_step"] == {"small": 500.0}
    for rows in result["curves"]["small"].values():
        assert [(row["step"], row["seconds"]) for row in rows] == [(2, 1.0), (4, 2.0)]


def test_a_recipe_with_a_budget_of_its_own_makes_the_steps_that_fit_with_every_seed(monkeypatch):
    monkeypatch.setattr(quality, "seconds_a_step", lambda recipes: dict.fromkeys(recipes, 0.5))
    result = quality.run({"small": SMALL.replace(seconds=2.0)}, seeds=2, points=2, pictures=120)
    for rows in result["curves"]["small"].values():
        assert [row["step"] for row in rows] == [2, 4]


def test_the_time_of_a_step_holds_its_share_of_the_looks_of_the_judge(monkeypatch):
    plain = SMALL.replace(keep_best_every=None)
    monkeypatch.setattr(quality, "_look", lambda recipe: 1000.0 if recipe.keep_best_every else 0.0)
    pace = quality.seconds_a_step({"kept": SMALL, "plain": plain}, rounds=1, seconds=0.01)
    assert pace["kept"] > 1000 > pace["plain"] > 0


def test_a_look_of_the_judge_is_spread_over_the_steps_between_two():
    every, rarely = (quality._look(SMALL.replace(keep_best_every=n)) for n in (1, 10**6))
    assert every > rarely > 0
    assert quality._look(RECIPES["swift"]) == 0


@pytest.mark.parametrize("name", ABLATIONS)
def test_ablations_differ_from_their_recipe_in_one_setting(name):
    variants = ablations(name)
    assert list(variants) == [f"{name}, {what}" for what in ABLATIONS[name]]
    for recipe, change in zip(variants.values(), ABLATIONS[name].values(), strict=True):
        changed = [field for field, value in recipe.as_dict().items() if getattr(RECIPES[name], field) != value]
        assert changed == list(change)
        assert len(changed) == 1 or changed == ["g_learning_rate", "d_learning_rate"]
