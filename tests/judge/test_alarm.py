"""The collapse alarm: silent while a GAN is well, and it names each failure and the step where it began.

The exact steps are tested on histories that are written here, the verdicts on real trainings.
"""

import numpy as np
import pytest
from helpers.tiny import WELL

from ganlib import GAN
from ganlib.builders import build_generator
from ganlib.data import load_mnist, scale_pixels
from ganlib.data.leaves import draw_leaves
from ganlib.judge import alarm as module
from ganlib.judge.alarm import KINDS, CollapseAlarm, find_in_history
from ganlib.judge.signs import share_of_doubles
from ganlib.models.presets import PRESETS

TRAIN, LABELS = load_mnist("train")
COLUMNS = ("d_loss", "d_accuracy", "g_loss", "d_real", "d_fake", "d_grad_norm", "g_grad_norm")
FAILURES = {
    "discriminator saturated": {"d_accuracy": 1.0, "d_real": 0.999, "d_fake": 0.001},
    "no gradient": {"g_grad_norm": 1e-4},
    "discriminator fooled": {"d_fake": 0.97},
    "divergence": {"g_loss": 900.0},
}


class Stub:
    """Stands for a GAN: a history that a test writes, and real digits as what it makes."""

    def __init__(self, seed=0, kept=range(10)):
        self.step, self.measured = 0, {"step": np.zeros(0, int), **{name: np.zeros(0) for name in COLUMNS}}
        self.rng, self.kept = np.random.default_rng(seed), np.flatnonzero(np.isin(LABELS, list(kept)))

    def generate(self, n, seed=0):
        return scale_pixels(TRAIN[self.rng.choice(self.kept, n)])

    def go(self, steps, watcher, **values):
        """Make steps whose measurements are these, with a little noise, and call the callback after every 100."""
        for _ in range(steps // 100):
            rows = {name: np.full(100, value, float) for name, value in {**WELL, **values}.items()}
            rows["d_real"] = rows["d_real"] + self.rng.normal(0, values.get("swing", 0.02), 100)
            rows["g_grad_norm"][np.arange(100) % 10 > 0] = np.nan
            rows["step"] = np.arange(self.step + 1, self.step + 101)
            self.measured = {name: np.concatenate([v, rows[name]]) for name, v in self.measured.items()}
            self.step += 100
            watcher.on_train_batch_end(self.step - 1)


@pytest.fixture
def watch():
    def start(stub, **options):
        watcher = CollapseAlarm(**options)
        watcher.set_model(stub)
        watcher.on_train_begin()
        return watcher

    return start


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_healthy_run_raises_no_alarm(watch, seed):
    stub = Stub(seed)
    watcher = watch(stub)
    stub.go(6000, watcher)
    watcher.on_train_end()
    assert watcher.alarms == []


@pytest.mark.parametrize("kind", FAILURES)
def test_what_the_history_shows_is_named_with_the_step_where_it_began(watch, kind):
    stub, told = Stub(), []
    watcher = watch(stub, tell=told.append)
    stub.go(1200, watcher)
    stub.go(1300, watcher, **FAILURES[kind])
    assert [alarm.kind for alarm in watcher.alarms] == [kind]
    assert told == watcher.alarms
    assert watcher.alarms[0].began == 1201
    assert 1500 <= watcher.alarms[0].seen <= 2500
    assert watcher.alarms[0].what.startswith(f"Since step 1201: {KINDS[kind]} (")


def test_opinions_that_jump_are_named_oscillation(watch):
    stub = Stub()
    watcher = watch(stub)
    stub.go(1000, watcher)
    stub.go(1000, watcher, swing=0.3)
    assert [(alarm.kind, alarm.began) for alarm in watcher.alarms] == [("oscillation", 1001)]


def test_a_failure_that_is_over_is_not_active_and_can_be_named_again(watch):
    stub = Stub()
    watcher = watch(stub)
    for _ in range(2):
        stub.go(1500, watcher, g_grad_norm=1e-4)
        assert set(watcher.active) == {"no gradient"}
        stub.go(1500, watcher)
        assert not watcher.active
    assert [alarm.began for alarm in watcher.alarms] == [1, 3001]


def test_missing_digits_are_named_by_name(watch):
    stub = Stub(kept=[0, 1, 2, 3, 5, 6, 7, 9])
    watcher = watch(stub, patience=1000)
    stub.go(3000, watcher)
    assert [alarm.kind for alarm in watcher.alarms] == ["missing digits"]
    assert "(4, 8)" in watcher.alarms[0].what
    assert watcher.alarms[0].began <= 2000


def test_pictures_that_repeat_are_named_even_if_all_digits_are_there(watch):
    stub = Stub()
    watcher = watch(stub, patience=1000)
    stub.go(1500, watcher)
    stub.kept = np.concatenate([np.flatnonzero(np.isin(LABELS, digit))[:3] for digit in range(10)])
    stub.go(1500, watcher)
    assert [(alarm.kind, alarm.began) for alarm in watcher.alarms] == [("repeats", 2000)]


def test_what_was_wrong_with_the_pictures_is_still_so_when_training_ends_between_two_looks(watch):
    stub = Stub()
    watcher = watch(stub, patience=1000)
    stub.kept = np.concatenate([np.flatnonzero(np.isin(LABELS, digit))[:3] for digit in range(10)])
    stub.go(2200, watcher)
    assert set(watcher.active) == {"repeats"}
    watcher.on_train_end()
    assert set(watcher.active) == {"repeats"}


def test_a_young_generator_is_not_blamed_for_its_pictures(watch):
    stub = Stub(kept=[1])
    watcher = watch(stub, patience=5000)
    stub.go(4500, watcher)
    assert watcher.alarms == []


class Leaves(Stub):
    """Stands for a GAN of pictures of one's own."""

    picture_shape = (28, 28, 1)

    def __init__(self):
        super().__init__()
        self.own_data = draw_leaves(300, size=28).images.mean(axis=-1, keepdims=True).astype(np.uint8)
        self.kept = np.arange(300)

    def check_data(self, data):
        return (data,)

    def generate(self, n, seed=0):
        return scale_pixels(self.own_data[self.rng.choice(self.kept, n, replace=len(self.kept) < n)])


def test_of_pictures_that_are_no_digits_none_can_be_missing_but_repeats_are_named(watch):
    stub = Leaves()
    watcher = watch(stub, patience=0)
    stub.go(2500, watcher)
    assert watcher.alarms == []
    stub.kept = np.arange(3)
    stub.go(1500, watcher)
    assert [(alarm.kind, alarm.began) for alarm in watcher.alarms] == [("repeats", 3000)]


def test_of_points_of_the_plane_the_history_is_read(watch):
    stub = Stub()
    stub.generate = lambda n, seed=0: np.zeros((n, 2), np.float32)
    watcher = watch(stub, patience=0)
    stub.go(1500, watcher)
    stub.go(1500, watcher, g_grad_norm=1e-4)
    assert [alarm.kind for alarm in watcher.alarms] == ["no gradient"]


def test_a_divergence_that_ends_the_run_is_named_all_the_same(watch):
    stub = Stub()
    watcher = watch(stub, every=1000)
    stub.go(400, watcher, d_loss=5000.0)
    assert watcher.alarms == []
    watcher.on_train_end()
    assert [(alarm.kind, alarm.began) for alarm in watcher.alarms] == [("divergence", 1)]


def test_looks_are_rare_so_that_they_cost_little(watch, monkeypatch):
    stub, looks = Stub(), []
    watcher = watch(stub, patience=0)
    monkeypatch.setattr(module, "find_in_pictures", lambda *_: looks.append(stub.step) or {})
    stub.go(3000, watcher)
    assert looks == [500, 1000, 1500, 2000, 2500, 3000]


def test_the_share_of_doubles_counts_both_of_a_pair():
    pictures = scale_pixels(TRAIN[:10])
    assert share_of_doubles(pictures) == 0
    assert share_of_doubles(np.concatenate([pictures, pictures[:5] * 0.99])) == pytest.approx(10 / 15)


def test_an_empty_history_shows_nothing():
    assert find_in_history({"step": np.zeros(0, int), **{name: np.zeros(0) for name in COLUMNS}}) == {}


@pytest.mark.parametrize(("option", "value"), [("every", 99), ("every", 2.5), ("patience", -1)])
def test_an_interval_that_does_not_fit_is_refused(option, value):
    with pytest.raises(ValueError, match=f"{option} must be"):
        CollapseAlarm(**{option: value})


# --- real trainings ---------------------------------------------------------------------------------------------------

SHOWN_BY = {
    "d_too_strong": "discriminator saturated",
    "g_too_strong": "discriminator fooled",
    "saturated": "generator saturated",
    "oscillation": "oscillation",
    "divergence": "divergence",
}


@pytest.fixture(scope="module")
def trained():
    """Train the small generator against the classic discriminator, built and compiled once for all presets."""
    gan = GAN(seed=0, generator=build_generator(hidden=(128, 256), seed=0))
    start = gan.state()

    def train(preset, steps, **options):
        gan.load_state(0, *start)
        gan.measured = None
        PRESETS[preset].apply(gan)
        watcher = CollapseAlarm(**options)
        gan.train(steps, sample_interval=steps, callbacks=[watcher], verbose=0)
        return watcher

    return train


@pytest.mark.parametrize("preset", SHOWN_BY)
def test_a_training_that_fails_is_named_while_it_fails(trained, preset):
    watcher = trained(preset, 500, every=100, patience=200)
    began = {alarm.kind: alarm.began for alarm in watcher.alarms}
    assert began[SHOWN_BY[preset]] <= 300


def test_a_training_that_goes_well_raises_no_alarm():
    watcher = CollapseAlarm()
    gan = GAN.from_recipe("swift", seed=0)
    gan.train(1000, sample_interval=1000, callbacks=[watcher], verbose=0)
    assert watcher.alarms == []
