"""Flow matching: its step, its ways, guidance, and the promises of every family."""

import keras
import numpy as np
import pytest
from helpers import tiny
from helpers.checks import arrays_of, same

from ganlib import builders
from ganlib._tensorflow import tf
from ganlib.data import CLUSTERS, scale_pixels, toy_points
from ganlib.models.flow import FLOW_RECIPES, FlowMatching, FlowRecipe, PlaneFlow
from ganlib.training import Draws

RING = toy_points("ring", 500)
LABELS = np.arange(60) % 10


def unet(digits=False, seed=0):
    return builders.build_velocity_unet((8, 8, 1), 8, digits, seed)


class Steady(keras.layers.Layer):
    """A velocity that is known: `rate` times the place, plus `drift`, whatever the time."""

    rate, drift = 0.0, 0.0

    def call(self, inputs):
        return self.rate * inputs[0] + self.drift + 0 * inputs[1]


def known(rate=0.0, drift=0.0):
    """A flow in the plane that follows a velocity which is known."""
    place, time = keras.Input((2,)), keras.Input((1,))
    steady = Steady()
    steady.rate, steady.drift = rate, drift
    return PlaneFlow(velocity=keras.Model([place, time], steady([place, time])), ema_decay=None)


@pytest.fixture(autouse=True)
def _graph(graph):
    """Train as a plain graph."""


# --- the step -----------------------------------------------------------------------------------------------------


def test_a_step_is_the_step_that_a_learner_would_write_by_hand():
    flow = PlaneFlow(seed=0, optimizer=keras.optimizers.SGD(0.1), ema_decay=None)
    learner = PlaneFlow(seed=0, ema_decay=None)
    history = flow.train(2, 16, data=RING, verbose=0)
    for step in range(2):
        draws = Draws((tf.constant(RING),), 0, tf.constant(step, tf.int64))
        data, noise = draws.examples(16), draws.normal([16, 2], 1)
        time = (np.arange(16, dtype=np.float32)[:, None] + draws.uniform([16, 1], 2)) / 16
        with tf.GradientTape() as tape:
            guess = learner.velocity([(1 - time) * noise + time * data, time])
            loss = tf.reduce_mean((guess - (data - noise)) ** 2)
        weights = learner.velocity.trainable_variables
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign(weight - 0.1 * gradient)
        assert history["loss"][step] == pytest.approx(float(loss), rel=1e-5)
    for ours, theirs in zip(flow.velocity.weights, learner.velocity.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def test_it_learns_to_bring_noise_to_the_points():
    centres, spread = CLUSTERS["two_blobs"]
    flow = PlaneFlow(seed=0, ema_decay=0.99)
    flow.train(500, 128, data=toy_points("two_blobs", 2000), verbose=0)
    made = flow.generate(400, seed=3)
    away = np.linalg.norm(made[:, None] - centres, axis=2)
    assert (away.min(axis=1) < 4 * spread).mean() > 0.85
    assert 0.35 < (away.argmin(axis=1) == 0).mean() < 0.65


def test_the_length_of_a_block_changes_nothing():
    whole, parts = (FlowMatching(velocity=unet(digits=True)) for _ in range(2))
    data = (tiny.DATA, LABELS)
    whole.train(5, 8, data=data, verbose=0)
    for steps in (1, 4):
        parts.train(steps, 8, data=data, verbose=0)
    assert same(arrays_of(whole), arrays_of(parts))


def test_some_digits_are_not_told():
    flow = FlowMatching(velocity=unet(digits=True), dropped=0.25)
    draws = Draws((tf.constant(tiny.DATA), tf.constant(LABELS)), 0, tf.constant(0, tf.int64))
    *_, (told,) = flow._draw(draws, 2000)
    assert set(np.unique(told.numpy().sum(axis=1))) == {0.0, 1.0}
    assert told.numpy().sum(axis=1).mean() == pytest.approx(0.75, abs=0.04)


# --- ways ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["euler", "midpoint"])
def test_a_straight_way_is_followed_exactly_in_one_step(method):
    flow, calls = known(drift=0.5), {"euler": 1, "midpoint": 2}[method]
    ways = flow.ways(flow.noise(7), evaluations=calls, method=method)
    assert ways.shape == (2, 7, 2)
    np.testing.assert_allclose(ways[1], ways[0] + 0.5, rtol=1e-6)


@pytest.mark.parametrize(("method", "order"), [("euler", 1), ("midpoint", 2)])
def test_with_twice_the_steps_an_error_falls_as_the_order_of_a_method_says(method, order):
    flow = known(rate=1.0)
    noise = flow.noise(20)
    errors = [np.abs(flow.ways(noise, evaluations=n, method=method)[-1] - np.e * noise).mean() for n in (8, 16)]
    assert errors[0] / errors[1] == pytest.approx(2**order, rel=0.15)


def test_the_same_seed_gives_the_same_pictures_in_range():
    flow = FlowMatching(velocity=unet())
    first, again, other = (flow.generate(3, seed=seed, evaluations=4) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1
    assert first.shape == (3, 8, 8, 1)
    assert np.abs(first).max() <= 1


def test_guidance_goes_on_from_any_digit_past_the_digit_asked_for():
    flow = FlowMatching(velocity=unet(digits=True), ema_decay=None)
    flow.velocity.get_layer("velocity").kernel.assign(keras.random.normal((2, 2, 1, 8), seed=1))
    noise = flow.noise(3)
    nothing, told, far = (
        flow.ways(noise, digits, evaluations=1, method="euler", guidance=guidance)[-1]
        for digits, guidance in ((None, 1), (7, 1), (7, 3))
    )
    assert np.abs(told - nothing).max() > 1e-3
    np.testing.assert_allclose(far, nothing + 3 * (told - nothing), atol=1e-5)


def test_velocities_are_those_that_the_ways_follow():
    flow = PlaneFlow(seed=0)
    noise = flow.noise(5)
    led = flow.ways(noise, evaluations=1, method="euler")[-1]
    np.testing.assert_allclose(noise + flow.velocities(noise, 0), led, rtol=1e-5)


# --- promises -----------------------------------------------------------------------------------------------------


def test_the_average_makes_the_pictures_and_follows():
    flow = FlowMatching(velocity=unet(), ema_decay=0.5)
    flow.train(3, 8, data=tiny.DATA, verbose=0)
    assert flow.drawing_velocity is flow.averaged
    moved = [np.abs(a - b).max() for a, b in zip(flow.averaged.get_weights(), flow.velocity.get_weights(), strict=True)]
    assert 0 < max(moved) < 0.1


def test_the_rate_is_live_and_a_recipe_lets_it_fall():
    recipe = FlowRecipe(about="tiny", steps=4, batch_size=8, filters=8, learning_rate=0.01, cool_down=0.5)
    assert recipe.schedule().checked(FlowMatching(velocity=unet()).live).changes[0] == (2, "learning_rate", 0.01)
    flow = FlowMatching.from_recipe(recipe)
    assert flow.learning_rate == 0.01
    flow.train(data=tiny.pictures(40, 28), verbose=0)
    assert flow.step == 4
    assert 0 < flow.learning_rate < 0.003
    assert set(FLOW_RECIPES) == {"flow"}


def test_a_recipe_with_a_budget_of_seconds_makes_the_steps_that_fit(monkeypatch):
    monkeypatch.setattr("ganlib.models.flow.time_a_step", lambda flow: lambda seconds: 0.5)
    flow = FlowMatching.from_recipe(FLOW_RECIPES["flow"].replace(seconds=60.0, filters=8))
    assert flow._plan(None, None, None, None)["steps"] == 120
    assert flow.defaults["schedule"].changes[0].step == 60


def test_it_is_saved_whole(tmp_path):
    flow = FlowMatching(velocity=unet(digits=True))
    flow.train(2, 8, data=(tiny.DATA, LABELS), verbose=0)
    flow.save(tmp_path / "flow.keras")
    again = keras.models.load_model(tmp_path / "flow.keras")
    wanted = flow.generate(2, digits=[1, 2], evaluations=2)
    np.testing.assert_array_equal(again.generate(2, digits=[1, 2], evaluations=2), wanted)


def test_the_same_seed_builds_the_same_networks():
    for build in (lambda seed: unet(True, seed), lambda seed: builders.build_plane_velocity(seed=seed)):
        first, again, other = build(1), build(1), build(2)
        assert all(np.array_equal(a, b) for a, b in zip(first.get_weights(), again.get_weights(), strict=True))
        assert not np.array_equal(first.get_weights()[0], other.get_weights()[0])


def velocity_of(shape, *more, out=None, activation=None):
    inputs = [keras.Input(shape), *(keras.Input((size,)) for size in more)]
    return keras.Model(inputs, keras.layers.Dense(out or shape[-1], activation)(inputs[0]))


def points_with_digits():
    return PlaneFlow(velocity=velocity_of((2,), 1, 10))


REFUSED = {
    "no time": (lambda: FlowMatching(velocity=velocity_of((8, 8, 1), 2)), "a list of places, times"),
    "another shape": (lambda: FlowMatching(velocity=velocity_of((8, 8, 1), 1, out=3)), "of the shape of a place"),
    "never below 0": (lambda: FlowMatching(velocity=velocity_of((8, 8, 1), 1, activation="relu")), "fall below 0"),
    "points with digits": (points_with_digits, "Points have no digits"),
    "average": (lambda: FlowMatching(velocity=unet(), ema_decay=1), "ema_decay must be a number"),
    "odd size": (lambda: builders.build_velocity_unet((30, 30, 1)), "multiples of 4"),
    "filters": (lambda: builders.build_velocity_unet(filters=12), "multiple of 8"),
    "recipe": (lambda: FlowMatching.from_recipe("river"), "recipe must be one of 'flow', not 'river'"),
    "method": (lambda: known().generate(2, method="heun"), "method must be one of 'euler', 'midpoint'"),
    "evaluations": (lambda: known().generate(2, evaluations=5), "a multiple of 2 for 'midpoint', not 5"),
    "digits": (lambda: known().generate(2, digits=3), "conditional=True"),
    "guidance": (lambda: FlowMatching(velocity=unet(True)).generate(2, guidance=2), "give digits"),
    "time": (lambda: known().velocities(RING, 1.5), "time must be a number from 0 to 1"),
    "points of three numbers": (lambda: known().ways(np.zeros((4, 3))), r"Noise must have the shape \(n, 2\)"),
    "no points": (lambda: known().pictures_of(3.0), r"Noise must have the shape \(n, 2\)"),
    "no places": (lambda: known().velocities(RING[:0], 0.5), r"Places must have the shape \(n, 2\) with n of"),
    "recipe of pictures": (PlaneFlow.from_recipe, "A PlaneFlow has no recipe"),
    "no data of that shape": (lambda: FlowMatching(velocity=unet()).train(1, 8), "No pictures of 8 by 8 by 1 come"),
    "no labels": (
        lambda: FlowMatching(velocity=unet(True)).train(1, 8, data=tiny.DATA, verbose=0),
        "A conditional flow learns from pictures and their labels",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_makes_no_flow_is_refused_in_one_sentence(case):
    build, words = REFUSED[case]
    with pytest.raises(ValueError, match=words) as error:
        build()
    assert str(error.value).endswith(".")
    assert "\n" not in str(error.value)


def test_fit_and_evaluate_measure_the_loss():
    flow = FlowMatching(velocity=unet(digits=True))
    pictures = scale_pixels(tiny.DATA)
    flow.fit(pictures, LABELS, batch_size=20, verbose=0)
    assert flow.step == 3
    assert flow.evaluate(pictures, LABELS, verbose=0, return_dict=True)["loss"] > 0
