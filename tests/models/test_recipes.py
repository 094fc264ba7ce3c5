"""The recipes: settings that a GAN takes, a budget of their own, and the best weights kept."""

import itertools
from types import SimpleNamespace

import keras
import numpy as np
import pytest
from helpers import tiny
from helpers.checks import arrays_of, same

from ganlib import GAN, ConditionalGAN, load_mnist
from ganlib.judge.keep import KeepBest
from ganlib.models import by_recipe
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.losses import LOSSES
from ganlib.models.options import GANOptions
from ganlib.models.recipes import COOLING_CHANGES, RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_builds_a_gan_with_its_settings_and_budget(name):
    recipe = RECIPES[name].replace(seconds=None)
    gan = GAN.from_recipe(recipe, seed=3)
    plan = gan._plan(None, None, None, None)
    assert (plan["steps"], plan["batch_size"]) == (recipe.steps, recipe.batch_size)
    assert (gan.g_learning_rate, gan.d_learning_rate) == (recipe.g_learning_rate, recipe.d_learning_rate)
    assert gan.network == recipe.network
    assert gan.d_steps == recipe.d_steps == GAN.from_config(gan.get_config()).d_steps
    for optimizer in (gan.d_optimizer, gan.g_optimizer):
        config = optimizer.get_config()
        assert (config["beta_1"], config["beta_2"]) == pytest.approx((recipe.beta_1, recipe.beta_2))
    wrapped = [isinstance(layer, keras.layers.SpectralNormalization) for layer in gan.discriminator.layers]
    assert any(wrapped) == recipe.spectral
    assert gan.options == GANOptions(**{name: getattr(recipe, name) for name in GANOptions.__dataclass_fields__})
    assert gan.seed == 3
    kept = [callback for callback in gan._own_callbacks(plan, 0) if isinstance(callback, KeepBest)]
    assert [callback.every for callback in kept] == ([recipe.keep_best_every] if recipe.keep_best_every else [])


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_builds_a_conditional_gan_with_the_usual_networks_of_its_kind(name):
    recipe = RECIPES[name].replace(seconds=None)
    gan = ConditionalGAN.from_recipe(recipe, seed=3)
    usual = ConditionalGAN(recipe.network, seed=3)
    for ours, theirs in ((gan.generator, usual.generator), (gan.discriminator, usual.discriminator)):
        assert all(map(np.array_equal, ours.get_weights(), theirs.get_weights()))
        assert ours.count_params() == theirs.count_params()
    assert (gan.g_learning_rate, gan.d_learning_rate) == (recipe.g_learning_rate, recipe.d_learning_rate)
    assert gan.generate(2, digits=[3, 4]).shape == (2, 28, 28, 1)


def test_each_loss_of_a_critic_has_the_settings_of_its_paper():
    critics = {name for name, loss in LOSSES.items() if loss.scores}
    assert {name: RECIPES[name].loss_kind for name in critics} == {name: name for name in critics}
    rates = {name: (RECIPES[name].g_learning_rate, RECIPES[name].d_learning_rate) for name in critics}
    assert rates == {"wasserstein": (1e-4, 1e-4), "hinge": (1e-4, 4e-4), "relativistic": (2e-4, 2e-4)}
    assert {name: RECIPES[name].d_steps for name in critics} == {"wasserstein": 5, "hinge": 1, "relativistic": 1}
    assert {(RECIPES[name].beta_1, RECIPES[name].beta_2) for name in critics} == {(0.0, 0.9)}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("steps", 0),
        ("batch_size", 2),
        ("cool_down", 1.5),
        ("seconds", 0),
        ("network", "deep"),
        ("g_hidden", 512),
        ("g_hidden", ()),
        ("filters", 0),
        ("d_hidden", "many"),
        ("g_learning_rate", "fast"),
        ("d_learning_rate", -1),
        ("beta_1", 1),
        ("beta_2", None),
        ("d_steps", 11),
        ("spectral", "yes"),
        ("d_rate_left", 2),
        ("keep_best_every", 0),
        ("samples", 0.5),
    ],
)
def test_a_field_of_a_recipe_that_does_not_fit_is_refused_at_once(name, value):
    with pytest.raises(ValueError, match=f"^{name} "):
        RECIPES["wasserstein"].replace(**{name: value})


def test_a_convolutional_recipe_may_have_a_dense_layer_before_its_logit():
    plain, deeper = (RECIPES["conv"].replace(filters=4, d_hidden=units) for units in (None, 16))
    shapes = [[w.shape for w in GAN.from_recipe(recipe).discriminator.get_weights()] for recipe in (plain, deeper)]
    assert shapes[1][-4:] == [(8 * 7 * 7, 16), (16,), (16, 1), (1,)]
    assert shapes[0][-2:] == [(8 * 7 * 7, 1), (1,)]


def test_the_updates_of_a_recipe_are_made_and_can_be_changed_live(graph):
    recipe = RECIPES["wasserstein"].replace(steps=2, batch_size=8, g_hidden=(8,))
    gan = GAN.from_recipe(recipe)
    gan.train(data=load_mnist("train", limit=64)[0], verbose=0)
    made = int(gan.d_optimizer.iterations), int(gan.g_optimizer.iterations)
    assert made == (10, 2)
    gan.d_steps = 1
    gan.train(1, data=load_mnist("train", limit=64)[0], verbose=0)
    assert int(gan.d_optimizer.iterations) == 11


def test_the_classic_recipe_is_the_gan_as_it_is_built_without_one():
    recipe, plain = GAN.from_recipe("classic", seed=1), GAN(seed=1)
    assert same(arrays_of(recipe), arrays_of(plain))
    assert recipe.g_optimizer.get_config()["beta_1"] == plain.g_optimizer.get_config()["beta_1"] == 0.5
    assert {name: recipe.defaults[name] for name in plain.defaults} == dict(plain.defaults)


def test_rates_fall_in_a_straight_line_in_the_last_share_of_the_steps():
    recipe = RECIPES["classic"].replace(steps=1000, cool_down=0.2, d_learning_rate=4e-4)
    changes = list(recipe.schedule())
    assert (changes[0].step, changes[-1].step) == (800, 996)
    for name, rate in (("g_learning_rate", 2e-4), ("d_learning_rate", 4e-4)):
        values = [change.value for change in changes if change.name == name]
        np.testing.assert_allclose(values, np.linspace(rate, 0, COOLING_CHANGES + 1)[:-1])
    warm = [change.value for change in recipe.replace(d_rate_left=0.5).schedule() if change.name == "d_learning_rate"]
    np.testing.assert_allclose(warm, np.linspace(4e-4, 2e-4, COOLING_CHANGES + 1)[:-1])
    plan = GAN.from_recipe(recipe)._plan(None, None, None, None)
    assert [tuple(change) for change in plan["schedule"]] == [tuple(change) for change in changes]
    assert not len(GAN.from_recipe("classic")._plan(None, None, None, None)["schedule"])


def test_a_budget_of_seconds_becomes_the_steps_that_fit_into_it():
    recipe = RECIPES["swift"].replace(steps=100, seconds=60.0)
    assert [recipe.fitted(pace).steps for pace in (0.001, 1.0, 1.5, 1000.0)] == [100, 60, 40, 1]
    assert recipe.fitted(1.0).seconds is None
    assert RECIPES["swift"].fitted(1000.0) == RECIPES["swift"]


def test_the_gpu_recipe_times_its_step_and_then_cools_down_within_the_steps_that_fit(monkeypatch):
    timed = []
    monkeypatch.setattr(by_recipe, "time_a_step", lambda gan: timed.append(gan) or (lambda seconds: 0.5))
    gan = GAN.from_recipe("gpu", seed=3)
    assert [twin.seed for twin in timed] == [0]
    assert gan not in timed
    assert gan.step == 0
    plan = gan._plan(None, None, None, None)
    assert plan["steps"] == gan.recipe.steps == 1200
    assert all(change.step < 1200 for change in plan["schedule"])


def test_a_step_is_timed_on_a_gan_to_throw_away_for_about_as_long_as_wanted(monkeypatch):
    seconds = itertools.count()  # every training takes one second of this clock
    monkeypatch.setattr(by_recipe, "time", SimpleNamespace(perf_counter=lambda: next(seconds)))
    gan = GAN.from_recipe(RECIPES["swift"].replace(batch_size=8, g_hidden=(8,), keep_best_every=1))
    timed = by_recipe.time_a_step(gan)
    assert timed(1e-9) == 1 / 5
    assert gan.step == 2 + 5 + 5
    assert timed(2.0) == 1 / 10
    assert gan.step == 2 + 5 + 5 + 10


def test_a_gan_that_is_rebuilt_or_resumed_keeps_its_recipe(tmp_path):
    recipe = RECIPES["fine"].replace(steps=6, cool_down=0.5, keep_best_every=7, g_hidden=(8,))
    gan = GAN.from_recipe(recipe, seed=1)
    tiny.train(gan, 4, run=tmp_path / "run", data=load_mnist("train", limit=64)[0])
    for again in (GAN.from_config(gan.get_config()), GAN.resume(tmp_path / "run")):
        assert again.recipe == recipe
        assert again.defaults["steps"] == 6
        callbacks = again._own_callbacks(again._plan(1, None, None, None), 0)
        assert [callback.every for callback in callbacks if isinstance(callback, KeepBest)] == [7]


def test_an_unknown_recipe_is_refused_with_the_names_that_there_are():
    with pytest.raises(ValueError, match="recipe must be"):
        GAN.from_recipe("quick")


class Judge:
    """Reads these distances, one after the other."""

    def __init__(self, *distances):
        self.distances = list(distances)

    def distance(self, pictures, by):
        return self.distances.pop(0)


def test_the_best_weights_make_the_pictures_and_the_networks_that_learn_are_left_alone(fresh):
    gan, other = fresh(ema_decay=0.9), fresh(ema_decay=0.9)
    keep = KeepBest(10, Judge(5.0, 2.0, 3.0))
    tiny.train(gan, 30, callbacks=[keep])
    assert (keep.distances, keep.best_step) == ({10: 5.0, 20: 2.0, 30: 3.0}, 20)
    tiny.train(other, 20)
    np.testing.assert_array_equal(gan.generate(4), other.generate(4))
    for kept, weight in zip(gan.best_generator.get_weights(), other.averaged_generator.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)
    tiny.train(other, 10)
    for network in ("generator", "averaged_generator"):
        for learned, weight in zip(getattr(gan, network).weights, getattr(other, network).weights, strict=True):
            np.testing.assert_array_equal(learned, weight)


def test_keeping_the_best_needs_a_moving_average(gan):
    keep = KeepBest(10, Judge())
    assert (keep.distances, keep.best_step) == ({}, None)  # before any training
    with pytest.raises(ValueError, match="ema_decay"):
        tiny.train(gan, 10, callbacks=[keep])
    keep.set_model(Autoencoder(code=2, hidden=(4,)))
    with pytest.raises(ValueError, match="ema_decay"):
        keep.on_train_begin()
    assert keep.best_step is None


def test_a_judge_of_other_pictures_than_a_gan_makes_is_refused_before_it_trains(fresh):
    judge = Judge()
    judge.train = np.zeros((200, 16, 16, 3), np.uint8)
    with pytest.raises(ValueError, match=r"The judge knows pictures of 16 by 16 by 3, not .*: give a judge"):
        tiny.train(fresh(ema_decay=0.9), 1, callbacks=[KeepBest(10, judge)])
