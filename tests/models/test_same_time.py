"""Families after the same seconds: how they are timed, trained and judged, and what was recorded."""

import pytest

from ganlib.models import same_time
from ganlib.models.flow import FlowMatching, FlowRecipe
from ganlib.models.gan import GAN
from ganlib.models.recipes import RECIPES
from ganlib.models.variational import VariationalAutoencoder

FLOW = FlowRecipe(about="tiny", steps=4, batch_size=8, filters=8, conditional=True)
SWIFT = RECIPES["swift"].replace(batch_size=8, g_hidden=(8,))


@pytest.fixture
def small(monkeypatch):
    built = []

    def noted(build):
        def noted_build(seed, steps):
            built.append(build(seed, steps))
            return built[-1]

        return noted_build

    monkeypatch.setattr(FlowMatching, "sample_grid", lambda flow: flow.pictures_of(flow.noise(25), evaluations=2))
    families = {
        "variational autoencoder": lambda seed, steps: VariationalAutoencoder(4, (8,), seed=seed),
        "GAN": lambda seed, steps: GAN.from_recipe(SWIFT.replace(steps=steps), seed),
        "flow": lambda seed, steps: FlowMatching.from_recipe(FLOW.replace(steps=steps), seed),
    }
    monkeypatch.setattr(same_time, "FAMILIES", {name: noted(build) for name, build in families.items()})
    monkeypatch.setattr(same_time, "EVALUATIONS", 2)
    return built


def test_each_family_is_timed_trained_for_the_steps_that_fit_and_judged_beside_real_digits_and_fog(small, eager):
    pace = same_time.seconds_a_step(rounds=1, seconds=0.01)
    assert all(model.step > 2 for model in small), "two steps compile and are not timed"
    assert list(pace) == list(same_time.FAMILIES)
    assert all(0 < seconds < 10 for seconds in pace.values())
    small.clear()

    found = same_time.compare(dict(zip(pace, (0.5, 0.25, 1.0), strict=True)), seconds=(1,), pictures=120)
    assert [model.step for model in small] == [2, 4, 1]
    rows = {(row["who"], row["seconds"]): row for row in found["rows"]}
    assert len(rows) == len(found["rows"]) == 4 + 2
    assert rows["flow", 1]["steps"] == rows["flow, guidance 2", 1]["steps"] == 1
    assert rows["flow", 1]["mnist_fd"] != rows["flow, guidance 2", 1]["mnist_fd"]
    real, floor = rows["real digits", None], rows["fog", None]
    assert real["recognised"] > 0.9 > 0.1 > floor["recognised"]
    assert real["mnist_fd"] < floor["mnist_fd"]


def test_the_table_has_a_line_for_each_model_and_time_with_the_mean_of_its_seeds():
    scores = {"precision": 0.5, "recall": 0.25, "recognised": 0.75}
    trained = [
        {"who": "GAN", "seconds": 30, "seed": seed, "steps": 4000, "mnist_fd": distance, **scores}
        for seed, distance in enumerate((10.0, 11.0))
    ]
    real = {"who": "real digits", "seconds": None, "seed": None, "steps": None, "mnist_fd": 0.12, **scores}
    assert same_time.same_time_table({"rows": [*trained, real]}).split("\n")[2:] == [
        "| GAN | 30 | 4,000 | 10.5 | 0.50 | 0.25 | 75% |",
        "| real digits | | | 0.1 | 0.50 | 0.25 | 75% |",
    ]


def test_what_was_recorded_has_every_family_and_time_and_is_read_back(tmp_path, monkeypatch):
    recorded = same_time.recorded_same_time()
    told = {(row["who"], row["seconds"]) for row in recorded["rows"] if row["seed"] is not None}
    assert told == {(who, s) for who in (*same_time.FAMILIES, "flow, guidance 2") for s in same_time.SECONDS}
    assert recorded["pictures"] == same_time.PICTURES
    monkeypatch.setattr(same_time, "seconds_a_step", dict)
    monkeypatch.setattr(same_time, "compare", lambda pace: {"pictures": 100, "seconds_a_step": pace, "rows": []})
    monkeypatch.setattr(same_time, "PACKAGE", tmp_path / "ganlib")
    (tmp_path / "assets" / "recorded").mkdir(parents=True)
    same_time.main()
    monkeypatch.setattr(same_time, "asset", lambda name: tmp_path / "assets" / name)
    assert same_time.recorded_same_time() == {"pictures": 100, "seconds_a_step": {}, "rows": []}
