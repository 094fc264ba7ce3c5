"""The recipes: settings that a GAN takes, a budget of their own, and the best weights kept."""

import numpy as np
import pytest
import tiny

from ganlib import GAN
from ganlib.judge.keep import KeepBest
from ganlib.models.recipes import RECIPES


@pytest.mark.parametrize("name", RECIPES)
def test_a_recipe_builds_a_gan_with_its_settings_and_budget(name):
    gan, recipe = GAN.from_recipe(name, seed=3), RECIPES[name]
    plan = gan._plan(None, None, None, None)
    assert (plan["steps"], plan["batch_size"]) == (recipe.steps, recipe.batch_size)
    assert (gan.g_learning_rate, gan.d_learning_rate) == (recipe.g_learning_rate, recipe.d_learning_rate)
    assert (gan.network, gan.loss_kind, gan.moving_average) == (recipe.network, recipe.loss_kind, recipe.moving_average)
    assert gan.seed == 3
    kept = [callback for callback in gan._own_callbacks(plan, 0) if isinstance(callback, KeepBest)]
    assert [callback.every for callback in kept] == ([recipe.keep_best_every] if recipe.keep_best_every else [])


def test_the_classic_recipe_is_the_gan_as_it_is_built_without_one():
    recipe, plain = GAN.from_recipe("classic", seed=1), GAN(seed=1)
    assert tiny.same(tiny.arrays_of(recipe), tiny.arrays_of(plain))
    assert recipe.g_optimizer.get_config()["beta_1"] == plain.g_optimizer.get_config()["beta_1"] == 0.5
    assert dict(recipe.usual) == dict(plain.usual)


def test_an_unknown_recipe_is_refused_with_the_names_that_there_are():
    with pytest.raises(ValueError, match="recipe must be"):
        GAN.from_recipe("quick")


class Judge:
    """Reads these distances, one after the other."""

    def __init__(self, *distances):
        self.distances = list(distances)

    def distance(self, pictures):
        return self.distances.pop(0)


def test_the_best_weights_are_put_back_and_the_networks_that_learn_are_left_alone(fresh):
    gan, other = fresh(moving_average=0.9), fresh(moving_average=0.9)
    keep = KeepBest(10, Judge(5.0, 2.0, 3.0))
    tiny.train(gan, 30, callbacks=[keep])
    assert (keep.distances, keep.best_step) == ({10: 5.0, 20: 2.0, 30: 3.0}, 20)
    tiny.train(other, 20)
    for kept, weight in zip(gan.averaged_generator.get_weights(), other.averaged_generator.get_weights(), strict=True):
        np.testing.assert_array_equal(kept, weight)
    tiny.train(other, 10)
    np.testing.assert_array_equal(gan.generator.get_weights()[0], other.generator.get_weights()[0])


def test_keeping_the_best_needs_a_moving_average(gan):
    with pytest.raises(ValueError, match="moving_average"):
        tiny.train(gan, 10, callbacks=[KeepBest(10, Judge())])
