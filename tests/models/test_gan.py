"""The GAN: its two networks, its losses, its step, its live values, its use."""

import json
import re
import signal
import threading

import keras
import numpy as np
import pytest
from helpers import tiny
from helpers.checks import arrays_of, one_sentence, same
from helpers.tiny import DATA, train
from PIL import Image

from ganlib import GAN, Schedule
from ganlib._tensorflow import tf
from ganlib.data import as_bytes, scale_pixels
from ganlib.models import pretraining
from ganlib.models.losses import LOSSES
from ganlib.models.pictures import to_unit_range
from ganlib.training import Draws, GuardError, RunFolderError, TrainingDiverged, TrainingInterrupted, take_turn

KINDS = tuple(LOSSES)


def bits(variables):
    return [variable.numpy().tobytes() for variable in variables]


class Watch(keras.callbacks.Callback):
    """Do something at every multiple of some steps."""

    def __init__(self, action, every=1):
        super().__init__()
        self.every = every
        self._action = action

    def on_train_batch_end(self, batch, logs=None):
        if (batch + 1) % self.every == 0:
            self._action(batch + 1)


# --- building ------------------------------------------------------------------------------------------------------


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    first, again, other = (GAN(seed=seed) for seed in (3, 3, 4))
    assert same(arrays_of(first), arrays_of(again))
    for network in ("generator", "discriminator"):
        ours, theirs = getattr(first, network).get_weights()[0], getattr(other, network).get_weights()[0]
        assert not np.allclose(ours, theirs)


def test_the_networks_are_built_and_the_classic_ones(classic):
    assert classic.generator.count_params() == 1_493_520
    assert classic.discriminator.count_params() == 533_505
    assert classic.latent_dim == 100
    assert GAN(latent_dim=7).generator.input_shape == (None, 7)
    assert (classic.d_learning_rate, classic.g_learning_rate) == (2e-4, 2e-4)
    for optimizer in (classic.d_optimizer, classic.g_optimizer):
        assert isinstance(optimizer, keras.optimizers.Adam)
        assert optimizer.beta_1 == 0.5


def test_the_summary_shows_both_networks(gan):
    lines = []
    gan.summary(print_fn=lambda line, **_: lines.append(line), line_length=100)
    text = "\n".join(lines)
    assert "generator (Sequential)" in text
    assert "discriminator (Sequential)" in text


def subclassed():
    class Own(keras.Model):
        def __init__(self):
            super().__init__()
            self.dense = keras.layers.Dense(1)

        def call(self, pictures):
            return self.dense(keras.ops.reshape(pictures, (-1, 64)))

    own = Own()
    own(np.zeros((2, 8, 8, 1), np.float32))
    return own


def two_inputs():
    inputs = [keras.Input((tiny.LATENT,)), keras.Input((tiny.LATENT,))]
    pixels = keras.layers.Dense(64)(keras.layers.Add()(inputs))
    return keras.Model(inputs, keras.layers.Reshape((8, 8, 1))(pixels))


def ending_in(*last):
    return keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Flatten(), *last])


def decaying():
    return keras.optimizers.Adam(keras.optimizers.schedules.ExponentialDecay(1e-3, 100, 0.9))


SHARED = keras.optimizers.Adam(1e-3)
BAD_OPTIONS = {
    "network": (lambda: {"network": "deep"}, "network must be one of 'dense', 'conv', not 'deep'"),
    "loss": (lambda: {"loss_kind": "lsgan"}, "loss_kind must be one of 'non_saturating', 'saturating', 'least_sq"),
    "loss_penalty": (lambda: {"loss_penalty": -1}, "loss_penalty must be a number from 0 to 1e\\+06, not -1"),
    "pairs apart": (lambda: {"loss_kind": "relativistic", "d_update": "apart"}, 'd_update="together"'),
    "gradient_penalty": (lambda: {"gradient_penalty": -1}, "gradient_penalty must"),
    "training_spread": (lambda: {"training_spread": 1.5}, "training_spread must be a number from 0.5 to 1, not 1.5"),
    "d_update": (lambda: {"d_update": "never"}, "d_update must be one of 'together', 'apart', not 'never'"),
    "d_fakes": (lambda: {"d_fakes": True}, "d_fakes must be one of 'training', 'inference', not True"),
    "average 1": (lambda: {"ema_decay": 1.0}, "ema_decay must be a number from 0 to 0.999999, not 1.0"),
    "average NaN": (lambda: {"ema_decay": np.nan}, "ema_decay must be a number from 0 to 0.999999, not nan"),
    "latent_dim": (lambda: {"generator": None, "latent_dim": 0}, "latent_dim must be a whole number above 0, not 0"),
    "seed": (lambda: {"seed": 0.5}, "seed must be a whole number from 0"),
    "one optimizer": (lambda: {"g_optimizer": SHARED, "d_optimizer": SHARED}, "Give each network an optimizer"),
    "schedule": (lambda: {"d_optimizer": decaying()}, "Give d_optimizer a number as its learning rate"),
    "rate": (
        lambda: {"g_optimizer": keras.optimizers.Adam(-1e-3)},
        "The learning rate of g_optimizer must be .* not -0.001",
    ),
    "rate NaN": (
        lambda: {"g_optimizer": keras.optimizers.Adam(np.nan)},
        "The learning rate of g_optimizer must be .* not nan",
    ),
    "no model": (lambda: {"generator": 3}, "The generator must be a Keras model"),
    "a layer": (lambda: {"generator": keras.layers.Dense(3)}, "The generator must be a Keras model"),
    "not built": (
        lambda: {"discriminator": keras.Sequential([keras.layers.Flatten(), keras.layers.Dense(1)])},
        r"The discriminator must be a Keras model whose shapes are known: build it as .* beginning with a keras\.Input",
    ),
    "no shapes": (lambda: {"discriminator": subclassed()}, "The discriminator must be a Keras model"),
    "two inputs": (lambda: {"generator": two_inputs()}, r"The generator must take latent vectors \(n, latent_dim\)"),
    "pictures in": (
        lambda: {"generator": keras.Sequential([keras.Input((8, 8, 1)), keras.layers.Conv2D(1, 1)])},
        r"The generator must take latent vectors \(n, latent_dim\), not \(None, 8, 8, 1\)",
    ),
    "other size": (
        lambda: {"generator": tiny.build_networks(size=9)["generator"]},
        "The generator makes pictures 9 by 9 by 1, but the discriminator takes 8 by 8 by 1",
    ),
    "two classes": (
        lambda: {"discriminator": ending_in(keras.layers.Dense(2, activation="softmax"))},
        r"The discriminator must give one logit per picture, \(n, 1\), not \(None, 2\)",
    ),
    "probabilities": (
        lambda: {"discriminator": ending_in(keras.layers.Dense(1, activation="sigmoid"))},
        "The discriminator must give logits, not probabilities",
    ),
    "a sigmoid layer": (
        lambda: {"discriminator": ending_in(keras.layers.Dense(1), keras.layers.Activation("sigmoid"))},
        "The discriminator must give logits, not probabilities",
    ),
}


@pytest.mark.parametrize("kind", BAD_OPTIONS)
def test_what_does_not_make_a_gan_is_refused_in_one_sentence(kind):
    bad, message = BAD_OPTIONS[kind]
    with pytest.raises(ValueError, match=message) as error:
        GAN(**(tiny.build_networks() | bad()))
    one_sentence(error)


@pytest.mark.parametrize("kind", ["one optimizer", "rate", "loss"])
def test_compiling_anew_with_something_bad_is_refused_and_changes_nothing(gan, kind):
    bad, message = BAD_OPTIONS[kind]
    before = gan.g_optimizer, gan.d_optimizer, gan.loss_kind
    with pytest.raises(ValueError, match=message):
        gan.compile(**bad())
    assert before == (gan.g_optimizer, gan.d_optimizer, gan.loss_kind)
    train(gan, 1)


# --- losses --------------------------------------------------------------------------------------------------------

LOGITS = np.array([[-3.0], [-0.5], [0.0], [0.25], [2.0], [4.0]], np.float32)


def probability(logits):
    return 1 / (1 + np.exp(-np.float64(logits)))


def value(term, *arguments):
    return float(term(*(tf.constant(argument) for argument in arguments)))


@pytest.mark.parametrize("kind", ["non_saturating", "saturating"])
def test_the_discriminators_loss_is_the_cross_entropy_of_its_probabilities(kind):
    p = probability(LOGITS)
    assert value(LOSSES[kind].fake, LOGITS) == pytest.approx(-np.log(1 - p).mean(), rel=1e-6)
    for label in (1.0, 0.9, 0.5):
        expected = -(label * np.log(p) + (1 - label) * np.log(1 - p)).mean()
        assert value(LOSSES[kind].real, LOGITS, np.float32(label)) == pytest.approx(expected, rel=1e-6)


def test_the_generators_loss_is_the_logarithm_that_its_name_says():
    p = probability(LOGITS)
    assert value(LOSSES["non_saturating"].generator, LOGITS) == pytest.approx(-np.log(p).mean(), rel=1e-6)
    assert value(LOSSES["saturating"].generator, LOGITS) == pytest.approx(np.log(1 - p).mean(), rel=1e-6)


def test_the_saturating_game_is_zero_sum():
    assert value(LOSSES["saturating"].generator, LOGITS) == -value(LOSSES["saturating"].fake, LOGITS)


def test_least_squares_compares_the_score_with_the_codes():
    score = (np.float64(LOGITS) + 1) / 2
    terms = LOSSES["least_squares"]
    assert value(terms.fake, LOGITS) == pytest.approx((score**2).mean() / 2, rel=1e-6)
    assert value(terms.generator, LOGITS) == pytest.approx(((score - 1) ** 2).mean() / 2, rel=1e-6)
    assert value(terms.real, LOGITS, np.float32(0.9)) == pytest.approx(((score - 0.9) ** 2).mean() / 2, rel=1e-6)


def gradient_for_a_sure_discriminator(kind, logit):
    logits = tf.constant([[logit]])
    with tf.GradientTape() as tape:
        tape.watch(logits)
        loss = LOSSES[kind].generator(logits)
    return abs(float(tape.gradient(loss, logits)[0, 0]))


def test_the_saturating_loss_has_no_gradient_where_the_discriminator_is_sure_and_the_other_has():
    assert gradient_for_a_sure_discriminator("saturating", -15.0) < 1e-6
    assert gradient_for_a_sure_discriminator("non_saturating", -15.0) > 0.99
    assert gradient_for_a_sure_discriminator("least_squares", -15.0) > 1
    for kind in ("saturating", "non_saturating"):
        assert gradient_for_a_sure_discriminator(kind, 0.0) == pytest.approx(0.5)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("logit", [-1e4, -100.0, 100.0, 1e4])
def test_no_loss_overflows_for_a_discriminator_that_is_very_sure(kind, logit):
    logits = np.full((2, 1), logit, np.float32)
    terms = LOSSES[kind]
    assert np.isfinite([value(terms.real, logits, np.float32(1)), value(terms.fake, logits)]).all()
    assert np.isfinite(gradient_for_a_sure_discriminator(kind, logit))


@pytest.mark.parametrize("kind", KINDS)
def test_label_smoothing_shifts_what_real_pictures_are_told(gan, kind):
    gan.loss_kind = kind
    logits = tf.constant(LOGITS)
    gan.label_smoothing = 0.1
    assert float(gan.adversarial_loss.real(logits)) == pytest.approx(value(LOSSES[kind].real, LOGITS, np.float32(0.9)))
    gan.label_smoothing = 0
    assert float(gan.adversarial_loss.real(logits)) == pytest.approx(value(LOSSES[kind].real, LOGITS, np.float32(1)))


@pytest.mark.parametrize("kind", ["saturating", "least_squares"])
def test_a_loss_switched_to_live_is_the_loss_of_a_gan_built_with_it(fresh, kind):
    built, switched, usual = fresh(loss_kind=kind), fresh(), fresh()
    train(built, 12)
    train(switched, 12, schedule=[(0, "loss_kind", kind)])
    train(usual, 12)
    assert same(arrays_of(switched), arrays_of(built))
    assert not same(arrays_of(usual), arrays_of(built))


# --- one step ------------------------------------------------------------------------------------------------------


def steepness(discriminator, pictures):
    """Mean square length of the logit's gradient, picture by picture."""
    pictures, squares = tf.constant(pictures), []
    for number in range(len(pictures)):
        picture = pictures[number : number + 1]
        with tf.GradientTape() as tape:
            tape.watch(picture)
            logit = discriminator(picture, training=True)
        squares.append(tf.reduce_sum(tape.gradient(logit, picture) ** 2))
    return sum(squares) / len(squares)


def by_hand(gan, step, batch_size):
    """Make one step with two tapes, binary cross-entropy from logits and plain gradient descent; return G's loss."""
    draws = Draws((tf.constant(DATA),), gan.seed, tf.constant(step, tf.int64))
    half, rate = batch_size // 2, 0.1
    entropy = keras.losses.BinaryCrossentropy(from_logits=True)
    real = scale_pixels(draws.examples(half).numpy())
    latent = gan.options.training_spread * draws.normal([half, tiny.LATENT], 1)
    fake = gan.generator(latent, training=gan.options.d_fakes == "training")
    groups = [[(real, 1.0, 0.5), (fake, 0.0, 0.5)]]
    if gan.options.d_update == "apart":
        groups = [[(real, 1.0, 1.0)], [(fake, 0.0, 1.0)]]
    for group in groups:
        with tf.GradientTape() as tape:
            losses = [
                weight * entropy(tf.fill([half, 1], label), gan.discriminator(pictures, training=True))
                for pictures, label, weight in group
            ]
            loss = sum(losses)
            if gan.options.gradient_penalty and group[0][1] == 1.0:
                loss += group[0][2] * gan.options.gradient_penalty / 2 * steepness(gan.discriminator, real)
        weights = gan.discriminator.trainable_variables
        for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
            weight.assign(weight - rate * gradient)
    latent = gan.options.training_spread * draws.normal([batch_size, tiny.LATENT], 2)
    with tf.GradientTape() as tape:
        logits = gan.discriminator(gan.generator(latent, training=True), training=True)
        loss = entropy(tf.ones([batch_size, 1]), logits)
    weights = gan.generator.trainable_variables
    for weight, gradient in zip(weights, tape.gradient(loss, weights), strict=True):
        weight.assign(weight - rate * gradient)
    return float(loss)


@pytest.mark.parametrize("extras", [{}, {"gradient_penalty": 3.0, "training_spread": 0.5}])
@pytest.mark.parametrize(("d_update", "d_fakes"), [("together", "training"), ("apart", "inference")])
def test_a_step_is_the_step_that_a_learner_would_write_by_hand(graph, d_update, d_fakes, extras):
    def build():
        optimizers = {name: keras.optimizers.SGD(0.1) for name in ("d_optimizer", "g_optimizer")}
        return tiny.build_gan(d_update=d_update, d_fakes=d_fakes, **extras, **optimizers)

    engine, learner = build(), build()
    history = train(engine, 3)
    losses = [by_hand(learner, step, 8) for step in range(3)]
    np.testing.assert_allclose(history["g_loss"], losses, rtol=1e-5)
    for network in ("generator", "discriminator"):
        for ours, theirs in zip(getattr(engine, network).weights, getattr(learner, network).weights, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


def networks(gan):
    return [("discriminator", gan.discriminator), ("generator", gan.generator)]


def one_turn(gan, name):
    """Let one player make its update, and nothing else; return what moved, what it measured, and G's statistics."""
    players, draws = gan.players(), Draws((tf.constant(DATA),), 0, tf.constant(10, tf.int64))
    before = {name: bits(player.network.trainable_variables) for name, player in players.items()}
    statistics = bits(gan.generator.non_trainable_variables)
    measured = take_turn(list(players.values()), players[name], draws, 8, learn=True)
    moved = {name for name, player in players.items() if bits(player.network.trainable_variables) != before[name]}
    return moved, set(measured), bits(gan.generator.non_trainable_variables) != statistics


def test_each_network_moves_in_its_own_step_and_the_other_stands_still_bit_for_bit(gan):
    moved, measured, _ = one_turn(gan, "discriminator")
    assert moved == {"discriminator"}
    assert measured == {"d_loss", "d_accuracy", "d_real", "d_fake", "d_grad_norm"}
    moved, measured, _ = one_turn(gan, "generator")
    assert moved == {"generator"}
    assert measured == {"g_loss", "g_grad_norm"}


def test_fakes_made_for_inference_leave_the_generators_statistics_alone(fresh):
    assert one_turn(fresh(), "discriminator")[2], "usually they are made with the batch's own statistics, which count"
    assert not one_turn(fresh(d_fakes="inference"), "discriminator")[2]


HELD_STILL = {
    "freeze_d": ({"freeze_d": True}, "discriminator"),
    "freeze_g": ({"freeze_g": True}, "generator"),
    "d_learning_rate": ({"d_learning_rate": 0}, "discriminator"),
    "g_learning_rate": ({"g_learning_rate": 0}, "generator"),
    "d_steps": ({"d_steps": 0}, "discriminator"),
    "g_steps": ({"g_steps": 0}, "generator"),
}


@pytest.mark.parametrize("kind", HELD_STILL)
def test_a_network_that_is_held_still_does_not_move_a_bit_and_the_guard_accepts_it(gan, kind):
    settings, still = HELD_STILL[kind]
    for name, setting in settings.items():
        setattr(gan, name, setting)
    before = {name: bits(network.trainable_variables) for name, network in networks(gan)}
    history = train(gan, 11)
    assert {name for name, network in networks(gan) if bits(network.trainable_variables) == before[name]} == {still}
    assert gan.guard[still][still] == 0
    assert np.isfinite(history["d_loss"]).all(), "it is measured all the same"
    assert np.isfinite(history["g_loss"]).all()


def test_both_can_be_held_still(gan):
    gan.freeze_d = gan.freeze_g = True
    before = bits(v for network in gan.networks() for v in network.trainable_variables)
    train(gan, 5)
    assert bits(v for network in gan.networks() for v in network.trainable_variables) == before


def test_the_discriminator_makes_as_many_updates_as_it_is_told(fresh):
    for options, d_steps, g_steps, d_updates in (({}, 1, 1, 5), ({"d_update": "apart"}, 1, 1, 10), ({}, 3, 2, 15)):
        gan = fresh(**options)
        gan.d_steps, gan.g_steps = d_steps, g_steps
        train(gan, 5)
        assert int(gan.d_optimizer.iterations.numpy()) == d_updates
        assert int(gan.g_optimizer.iterations.numpy()) == 5 * g_steps


def test_several_updates_in_one_step_see_different_examples(fresh):
    once, twice = fresh(), fresh()
    twice.d_steps = 2
    assert train(once, 1)["d_loss"][0] != train(twice, 1)["d_loss"][0]


def test_what_a_step_measures_is_in_its_range(gan):
    history = train(gan, 40)
    assert list(history) == ["step", "d_loss", "d_accuracy", "g_loss", "d_real", "d_fake", "d_grad_norm", "g_grad_norm"]
    for name in ("d_accuracy", "d_real", "d_fake"):
        assert history[name].min() >= 0
        assert history[name].max() <= 1
    assert (history["d_accuracy"] * 8 % 1 == 0).all(), "eighths, as 4 real pictures and 4 fakes are judged"
    for name in ("d_grad_norm", "g_grad_norm"):
        assert np.flatnonzero(np.isfinite(history[name])).tolist() == [0, 10, 20, 30]
        assert (history[name][::10] > 0).all()


# --- guards --------------------------------------------------------------------------------------------------------


def test_the_guard_reports_how_far_each_network_moved_in_each_step(gan):
    train(gan, 1)
    assert gan.guard["discriminator"]["discriminator"] == pytest.approx(2e-4, rel=0.5)
    assert gan.guard["generator"]["generator"] == pytest.approx(2e-4, rel=0.5)
    assert gan.guard["discriminator"]["generator"] == gan.guard["generator"]["discriminator"] == 0


def test_a_discriminators_step_that_moves_the_generator_too_is_found(graph, monkeypatch):
    gan = tiny.build_gan()
    honest = gan._discriminator_turn

    def sabotaged(*arguments):
        gan.generator.trainable_variables[0].assign_add(tf.fill((tiny.LATENT, 16), 1e-3))
        return honest(*arguments)

    monkeypatch.setattr(gan, "_discriminator_turn", sabotaged)
    before = arrays_of(gan)
    with pytest.raises(
        GuardError, match=r"The generator's weights moved by 0\.001 in the discriminator's step"
    ) as error:
        train(gan, 5)
    one_sentence(error)
    assert gan.step == 0
    assert same(arrays_of(gan), before)


def test_a_generators_step_that_moves_the_discriminator_too_is_found(graph, monkeypatch):
    """The classic mistake: the generator's gradients are taken for the weights of the whole stack."""
    gan = tiny.build_gan()
    honest = gan._generator_turn

    def sabotaged(*arguments):
        gan.discriminator.trainable_variables[-1].assign_add([1e-3])
        return honest(*arguments)

    monkeypatch.setattr(gan, "_generator_turn", sabotaged)
    with pytest.raises(GuardError, match=r"The discriminator's weights moved by 0\.001 in the generator's step"):
        train(gan, 5)


@pytest.mark.parametrize("when", ["before the GAN", "after the GAN"])
def test_the_classic_recipe_that_freezes_the_discriminator_for_good_is_found(graph, when):
    networks = tiny.build_networks()
    if when == "before the GAN":
        networks["discriminator"].trainable = False
    gan = GAN(**networks)
    gan.discriminator.trainable = False
    with pytest.raises(GuardError, match="The discriminator's weights did not move in its own step") as error:
        train(gan, 5)
    one_sentence(error)
    assert gan.guard["discriminator"]["discriminator"] == 0


# --- exact, steered, replayed --------------------------------------------------------------------------------------


def test_how_steps_are_cut_into_blocks_and_trainings_does_not_change_a_bit(fresh):
    whole, looked_at, twice = fresh(), fresh(), fresh()
    train(whole, 60)
    train(looked_at, 60, sample_interval=7, callbacks=[Watch(lambda step: None, every=11)])
    train(twice, 25)
    train(twice, 35)
    assert same(arrays_of(looked_at), arrays_of(whole))
    assert same(arrays_of(twice), arrays_of(whole))
    assert twice.measured["step"].tolist() == list(range(1, 61))


def steer(gan, step):
    """Set every live value, from another thread, to something that depends on the step, a multiple of 5."""
    number = step // 5

    def turn():
        gan.d_learning_rate = 1e-3 / step
        gan.g_learning_rate = 2e-3 / step
        gan.d_steps, gan.g_steps = 1 + number % 2, 1 + number % 3
        gan.label_smoothing = 1 / (step + 2)
        gan.freeze_d, gan.freeze_g = number % 4 == 1, number % 4 == 2
        gan.loss_kind = KINDS[number % 3]

    thread = threading.Thread(target=turn)
    thread.start()
    thread.join()


def test_steering_every_value_from_a_thread_is_recorded_replayed_and_resumed_bit_for_bit(fresh, tmp_path):
    steered, replayed = fresh(), fresh()
    steering = Watch(lambda step: steer(steered, step) if step < 30 else None, every=5)
    train(steered, 30, run=tmp_path / "run", checkpoint_interval=10, callbacks=[steering])
    schedule = steered.run.schedule()
    assert {change.step for change in schedule} == {5, 10, 15, 20, 25}
    assert {change.name for change in schedule} == set(steered.live)
    train(replayed, 30, schedule=schedule)
    assert same(arrays_of(replayed), arrays_of(steered))
    for path in steered.run.checkpoints()[:1]:
        path.unlink()
    resumed = GAN.resume(tmp_path / "run")
    assert resumed.step == 20
    train(resumed, 10, schedule=[change for change in schedule if change.step >= 20])
    assert same(arrays_of(resumed), arrays_of(steered))
    assert resumed.run.schedule() == schedule


def test_live_values_read_back_as_they_were_set(gan):
    for name, values in {
        "d_learning_rate": (0, 1e-4, 0.00012345678, 1 / 3, 10),
        "g_learning_rate": (2e-4,),
        "label_smoothing": (0.1, 0.5),
        "d_steps": (0, 10),
        "g_steps": (3,),
        "freeze_d": (True, False),
        "freeze_g": (True,),
        "loss_kind": KINDS,
    }.items():
        for setting in values:
            setattr(gan, name, setting)
            assert getattr(gan, name) == gan.live[name]
            if name == "loss_kind":
                assert gan.loss_kind == setting
            else:
                assert np.float32(gan.live[name]) == np.float32(setting)
                assert type(gan.live[name]) is type(setting) or setting == 0 or setting == 10


BAD_SETTINGS = {
    "d_learning_rate": (-1e-4, float("nan"), float("inf"), 11, "fast", None, True),
    "g_learning_rate": (-1e-4, float("nan"), float("inf"), 11, "fast", None, True),
    "d_steps": (-1, 1.5, 11, "2", None, True, float("nan")),
    "g_steps": (-1, 1.5, 11, "2", None, True),
    "label_smoothing": (-0.1, 0.51, float("nan"), "0.1", None),
    "freeze_d": ("yes", None, 2),
    "freeze_g": ("yes", None, 2),
    "loss_kind": ("lsgan", None, 1),
}


@pytest.mark.parametrize(("name", "setting"), [(n, s) for n, settings in BAD_SETTINGS.items() for s in settings])
def test_a_live_value_that_does_not_fit_is_refused_and_nothing_changes(gan, name, setting):
    before = getattr(gan, name)
    with pytest.raises(ValueError, match=f"^{name} must be ") as error:
        setattr(gan, name, setting)
    one_sentence(error)
    assert getattr(gan, name) == before


# --- the moving average --------------------------------------------------------------------------------------------


def test_the_averaged_generator_follows_with_a_warm_up(fresh):
    gan = fresh(ema_decay=0.9)
    expected = [np.float64(weight) for weight in gan.generator.get_weights()]

    def follow(step):
        decay = min(0.9, (1 + step) / (10 + step))
        for at, weight in enumerate(gan.generator.get_weights()):
            expected[at] = decay * expected[at] + (1 - decay) * weight

    train(gan, 90, callbacks=[Watch(follow)])
    for average, weight, ours in zip(
        gan.averaged_generator.get_weights(), gan.generator.get_weights(), expected, strict=True
    ):
        np.testing.assert_allclose(average, ours, rtol=1e-4, atol=1e-6)
        assert not np.allclose(average, weight, rtol=1e-4, atol=1e-6)


def test_pictures_are_made_by_the_averaged_generator(fresh):
    gan = fresh(ema_decay=0.9)
    train(gan, 20)
    latent = np.random.default_rng(0).standard_normal((3, tiny.LATENT), np.float32)
    np.testing.assert_allclose(gan.generate(3), gan.averaged_generator(latent), rtol=1e-5, atol=1e-6)
    assert not np.allclose(gan.generate(3), gan.generator(latent), atol=1e-4)


def test_an_average_is_no_part_of_the_game_and_a_frozen_generators_average_stands_still(fresh):
    plain, averaged = fresh(), fresh(ema_decay=0.9)
    train(plain, 20)
    train(averaged, 20)
    assert same(arrays_of(plain), {k: v for k, v in arrays_of(averaged).items() if "averaged" not in k})
    before = bits(averaged.averaged_generator.weights)
    averaged.freeze_g = True
    train(averaged, 5)
    assert bits(averaged.averaged_generator.weights) == before


# --- pretraining ---------------------------------------------------------------------------------------------------


def test_pretraining_teaches_the_discriminator_and_leaves_the_generator_alone(gan):
    gan.d_learning_rate = 0.01
    before = bits(gan.generator.variables)
    assert gan.pretrain_discriminator(150, 32, data=DATA) > 0.95
    noise = np.random.default_rng(0).uniform(-1, 1, DATA.shape).astype(np.float32)
    assert gan.probability_real(DATA).mean() > 0.9
    assert gan.probability_real(noise).mean() < 0.1
    assert bits(gan.generator.variables) == before
    assert gan.step == 0
    assert int(gan.d_optimizer.iterations.numpy()) == 150
    assert int(gan.g_optimizer.iterations.numpy()) == 0


def test_pretraining_in_two_parts_is_pretraining_in_one_even_across_a_resumed_run(fresh, tmp_path):
    whole, parts = fresh(), fresh()
    whole.pretrain_discriminator(50, 8, data=DATA)
    parts.pretrain_discriminator(20, 8, data=DATA)
    parts.pretrain_discriminator(30, 8, data=DATA)
    assert same(arrays_of(parts), arrays_of(whole))
    train(parts, 1, run=tmp_path / "run")
    assert GAN.resume(tmp_path / "run").pretrained_steps == 50


@pytest.mark.parametrize(
    "bad", [{"steps": 0}, {"steps": 1.5}, {"batch_size": 2}, {"batch_size": 61}, {"data": DATA[0]}]
)
def test_pretraining_refuses_what_training_refuses(gan, bad):
    with pytest.raises(ValueError, match=r"must (be a whole number|have the shape)") as error:
        gan.pretrain_discriminator(**({"steps": 5, "batch_size": 8, "data": DATA} | bad))
    one_sentence(error)
    assert gan.pretrained_steps == 0


def test_pretraining_that_diverges_says_so_and_leaves_the_discriminator_as_it_was(graph):
    gan = tiny.build_gan(loss_kind="least_squares", d_optimizer=keras.optimizers.SGD(10.0))
    before = arrays_of(gan)
    with pytest.raises(TrainingDiverged, match=r"Pretraining diverged: .*\(d_learning_rate 10\)") as error:
        gan.pretrain_discriminator(300, 8, data=DATA)
    one_sentence(error)
    assert same(arrays_of(gan), before)
    assert gan.pretrained_steps == 0


def test_pretraining_that_is_interrupted_is_a_gap_and_one_that_fails_never_was(eager, tmp_path, monkeypatch):
    gan = tiny.build_gan()
    train(gan, 1, run=tmp_path / "run")
    before, blocks = arrays_of(gan), pretraining.compile_block
    monkeypatch.setattr(pretraining, "MAX_BLOCK", 2)

    def ends(error):
        def block(first, count, **given):
            blocks_made.append(first)
            if len(blocks_made) == 2:
                raise error
            return made(first, count, **given)

        blocks_made, made = [], None

        def compiled(*arguments):
            nonlocal made
            made = blocks(*arguments)
            return block

        monkeypatch.setattr(pretraining, "compile_block", compiled)
        with pytest.raises(type(error)):
            gan.pretrain_discriminator(6, 8, data=DATA)

    ends(MemoryError())
    assert same(arrays_of(gan), before)
    assert gan.run.gaps() == []
    ends(KeyboardInterrupt())
    assert not same(arrays_of(gan), before)
    assert gan.run.gaps() == ["the discriminator was pretrained after step 1."]
    assert same(arrays_of(GAN.resume(tmp_path / "run")), arrays_of(gan))


def test_pretraining_between_two_trainings_of_a_run_is_a_gap_that_resuming_keeps(gan, tmp_path):
    train(gan, 10, run=tmp_path / "run")
    gan.pretrain_discriminator(5, 8, data=DATA)
    assert gan.run.gaps() == ["the discriminator was pretrained after step 10."]
    assert same(arrays_of(GAN.resume(tmp_path / "run")), arrays_of(gan))
    with pytest.raises(RunFolderError, match="has gone on with"):  # the one that was resumed just now
        gan.pretrain_discriminator(5, 8, data=DATA)


# --- Keras ---------------------------------------------------------------------------------------------------------


def test_fit_makes_the_same_kind_of_step(gan):
    before = {name: bits(network.trainable_variables) for name, network in networks(gan)}
    history = gan.fit(scale_pixels(DATA), batch_size=4, epochs=2, verbose=0).history
    assert set(history) == set(gan.metric_names) - set(gan.sparse_metrics)
    assert np.isfinite(list(history.values())).all()
    assert gan.step == 30
    for name, network in networks(gan):
        assert bits(network.trainable_variables) != before[name]
    assert int(gan.d_optimizer.iterations.numpy()) == int(gan.g_optimizer.iterations.numpy()) == 30
    assert train(gan, 5)["step"].tolist() == [31, 32, 33, 34, 35]


def test_a_keras_file_holds_weights_moments_live_values_and_the_step(fresh, tmp_path):
    gan = fresh(ema_decay=0.9)
    train(gan, 20)
    gan.d_learning_rate, gan.d_steps, gan.label_smoothing = 1e-3, 2, 0.1
    gan.freeze_g, gan.loss_kind, gan.pretrained_steps = True, "saturating", 7
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert type(loaded) is GAN
    assert same(arrays_of(loaded), arrays_of(gan))
    assert loaded.state()[1] == gan.state()[1]
    assert loaded.step == 20
    assert np.array_equal(loaded.generate(3), gan.generate(3))
    gan.freeze_g = loaded.freeze_g = False
    train(gan, 10)
    train(loaded, 10)
    assert same(arrays_of(loaded), arrays_of(gan))


def test_a_configuration_rebuilds_the_gan(fresh):
    options = {"d_update": "apart", "d_fakes": "inference", "gradient_penalty": 2.0, "training_spread": 0.9}
    gan = fresh(ema_decay=0.99, loss_kind="least_squares", **options)
    copy = GAN.from_config(json.loads(json.dumps(gan.get_config())))
    assert json.dumps(copy.get_config()) == json.dumps(gan.get_config())
    assert {name: getattr(copy.options, name) for name in options} == options


# --- training ------------------------------------------------------------------------------------------------------

BAD_TRAINING = {
    "steps": ({"steps": 1.5}, "steps must be a whole number of at least 1, not 1.5"),
    "batch_size 0": ({"batch_size": 0}, "batch_size must be a whole number from 4 to 60, not 0"),
    "batch_size 1": ({"batch_size": 1}, "batch_size must be a whole number from 4 to 60, not 1"),
    "batch_size 2": ({"batch_size": 2}, "batch_size must be a whole number from 4 to 60, not 2"),
    "batch_size 61": ({"batch_size": 61}, "batch_size must be a whole number from 4 to 60, not 61"),
    "size": ({"data": tiny.pictures(size=9)}, "The pictures are 9 by 9 by 1, but the networks take 8 by 8 by 1"),
    "range": (
        {"data": DATA.astype(np.float32)},
        r"Float pictures must lie between -1 and 1, but these run from 0 to 2",
    ),
    "NaN": ({"data": np.full((60, 8, 8, 1), np.nan)}, "Float pictures must lie between -1 and 1"),
    "integers": ({"data": DATA.astype(int)}, r"Pictures must be uint8 \(0 to 255\) or float \(-1 to 1\), not int64"),
    "one picture": ({"data": DATA[0]}, "Pictures must have the shape"),
    "no picture": ({"data": DATA[:0]}, "Pictures must have the shape"),
    "colours": (
        {"data": np.repeat(DATA, 3, axis=-1)},
        "The pictures are 8 by 8 by 3, but the networks take 8 by 8 by 1",
    ),
    "words": ({"data": "mnist"}, "Pictures must have the shape"),
    "schedule": ({"schedule": [(0, "d_learning_rate", -1)]}, "d_learning_rate must be a number from 0 to 10, not -1"),
}


@pytest.mark.parametrize("kind", BAD_TRAINING)
def test_a_bad_argument_is_refused_in_one_sentence_and_the_gan_still_works(gan, tmp_path, kind):
    bad, message = BAD_TRAINING[kind]
    with pytest.raises(ValueError, match=message) as error:
        gan.train(**({"steps": 3, "batch_size": 8, "data": DATA, "verbose": 0, "run": tmp_path / "run"} | bad))
    one_sentence(error)
    assert gan.step == 0
    assert not (tmp_path / "run").exists()
    train(gan, 1)


def test_odd_batches_work(gan):
    assert np.isfinite(gan.train(2, 33, data=DATA, verbose=0)["d_loss"]).all()


def test_bytes_and_scaled_pictures_are_the_same_pictures(fresh):
    every_byte = np.arange(256, dtype=np.uint8)
    assert np.array_equal(to_unit_range(tf.constant(every_byte)), scale_pixels(every_byte))
    with_bytes, with_floats = fresh(), fresh()
    train(with_bytes, 10)
    train(with_floats, 10, data=scale_pixels(DATA))
    for ours, theirs in zip(with_bytes.generator.weights, with_floats.generator.weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_progress_is_told_in_the_words_of_the_classic_code(gan, capfd):
    gan.train(40, 8, 20, data=DATA, verbose=2)
    printed = capfd.readouterr()
    assert printed.err == ""
    words = r"\[D loss: \d+\.\d{3}, acc\.:  ?\s*\d+\.\d%\] \[G loss: \d+\.\d{3}\]"
    lines = printed.out.replace("\r", "\n").rstrip("\n").split("\n")
    assert [line.split()[0] for line in lines if re.fullmatch(rf"\d+ {words}\s*", line)] == ["20", "40"]
    assert re.match(rf"40/40 {words}\|.*\| .* steps/s, .* left$", lines[-1])


def test_samples_are_kept_at_the_start_and_at_every_interval(gan, tmp_path):
    first = as_bytes(gan.sample_grid())
    train(gan, 50, sample_interval=20, run=tmp_path / "run")
    assert list(gan.samples) == [0, 20, 40]
    assert np.array_equal(gan.samples[0], first)
    assert all(pictures.shape == (25, 8, 8, 1) and pictures.dtype == np.uint8 for pictures in gan.samples.values())
    files = sorted(path.name for path in (tmp_path / "run" / "samples").iterdir())
    assert files == ["step_00000000.png", "step_00000020.png", "step_00000040.png"]


def test_a_gan_that_diverged_forgets_the_samples_of_the_steps_that_it_went_back_over(eager):
    gan = tiny.build_gan()
    train(gan, 2, sample_interval=1)

    def spoil(step):
        gan.generator.set_weights([np.full_like(array, np.nan) for array in gan.generator.get_weights()])

    with pytest.raises(TrainingDiverged, match="put back to step 2"):
        train(gan, 3, sample_interval=1, callbacks=[Watch(spoil, every=4)])
    assert list(gan.samples) == [0, 1, 2]


def test_other_optimizers_leave_the_loss_as_it_is():
    gan = tiny.build_gan(loss_kind="hinge")
    gan.compile(g_optimizer=keras.optimizers.SGD(0.1))
    assert gan.loss_kind == "hinge"
    gan.compile(loss_kind="wasserstein")
    assert gan.loss_kind == "wasserstein"


def test_divergence_names_what_broke_and_the_rates_and_leaves_a_usable_gan(graph, tmp_path):
    gan = tiny.build_gan(loss_kind="least_squares", d_optimizer=keras.optimizers.SGD(1e-3))
    train(gan, 10, run=tmp_path / "run", checkpoint_interval=5)
    before = arrays_of(gan)
    gan.d_learning_rate = 10
    with pytest.raises(TrainingDiverged) as error:
        train(gan, 300, checkpoint_interval=1000)
    text = str(error.value)
    assert re.match(r"Training diverged at step \d+: ([dg]_loss|[dg]_grad_norm|d_real|d_fake) became ", text)
    assert "(d_learning_rate 10, g_learning_rate 0.0002)" in text
    assert "The model was put back to step 10" in text
    assert gan.step == 10
    weights = {k: v for k, v in arrays_of(gan).items() if "optimizer" not in k}
    assert same(weights, {k: before[k] for k in weights})
    gan.d_learning_rate = 1e-3
    train(gan, 5)
    assert gan.run.history()["step"].tolist() == list(range(1, 16))
    resumed = GAN.resume(tmp_path / "run")
    assert same(arrays_of(resumed), arrays_of(gan))


def test_an_interrupt_leaves_a_usable_gan(gan, fresh, tmp_path):
    whole = fresh()
    train(whole, 60)
    press = Watch(lambda step: step == 20 and signal.raise_signal(signal.SIGINT), every=20)
    with pytest.raises(TrainingInterrupted, match="Interrupted after step 20"):
        train(gan, 60, callbacks=[press], run=tmp_path / "run")
    gan.generate(2)
    gan.train(data=DATA, verbose=0)
    assert same(arrays_of(gan), arrays_of(whole))


# --- use -----------------------------------------------------------------------------------------------------------


def test_generated_pictures_depend_on_the_seed_only(gan):
    pictures = gan.generate(7, seed=3)
    assert pictures.shape == (7, 8, 8, 1)
    assert pictures.dtype == np.float32
    assert np.abs(pictures).max() <= 1
    assert np.array_equal(gan.generate(7, seed=3), pictures)
    assert np.allclose(gan.generate(3, seed=3), pictures[:3], atol=1e-6)
    assert not np.allclose(gan.generate(7, seed=4), pictures)


def test_many_pictures_are_made_a_thousand_at_a_time(gan):
    assert gan.generate(2001).shape == (2001, 8, 8, 1)


@pytest.mark.parametrize("n", [0, -1, 1.5, "3", None, True])
def test_no_number_of_pictures_is_refused(gan, n):
    with pytest.raises(ValueError, match="n must be a whole number of at least 1, not ") as error:
        gan.generate(n)
    one_sentence(error)


@pytest.mark.parametrize("latent", [np.zeros(4), np.zeros((2, 5)), np.zeros((2, 4, 1))])
def test_latent_vectors_of_another_shape_are_refused(gan, latent):
    with pytest.raises(
        ValueError, match=r"Latent vectors must (be \(n, 4\)|have the shape \(n, d\) with n of at least 1), not "
    ) as error:
        gan.pictures_of(latent)
    one_sentence(error)


def test_pictures_are_made_from_standard_normal_vectors_however_narrow_those_of_the_training(fresh):
    usual, narrow = fresh(), fresh(training_spread=0.5)
    draws = Draws((), 0, tf.constant(5, tf.int64))
    vectors = [gan.draw_latent(draws, 1000, 1).numpy() for gan in (usual, narrow)]
    assert vectors[0].std() == pytest.approx(1, abs=0.05)
    np.testing.assert_allclose(vectors[1], vectors[0] / 2)
    assert np.array_equal(narrow.generate(5), usual.generate(5))


def test_many_gans_and_many_sizes_of_batches_make_no_warning(graph, capfd):
    for seed in range(7):
        gan = tiny.build_gan(seed)
        for n in (1, 2, 3):
            gan.generate(n)
            gan.probability_real(DATA[:n])
    assert capfd.readouterr() == ("", "")


def test_the_discriminator_gives_logits_and_probability_real_probabilities(gan):
    logits = gan.discriminator(scale_pixels(DATA)).numpy()[:, 0]
    probabilities = gan.probability_real(DATA)
    assert probabilities.shape == (60,)
    assert probabilities.dtype == np.float32
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), rtol=1e-4)
    with pytest.raises(ValueError, match="The pictures are 9 by 9 by 1"):
        gan.probability_real(tiny.pictures(size=9))


def test_the_sample_grid_is_always_of_the_same_latent_vectors(gan):
    first = gan.sample_grid()
    gan.generate(3)
    assert first.shape == (25, 8, 8, 1)
    assert np.array_equal(gan.sample_grid(), first)


def test_save_imgs_writes_a_grey_grid_of_five_by_five(gan, tmp_path):
    gan.save_imgs(tmp_path / "new" / "grid.png")
    with Image.open(tmp_path / "new" / "grid.png") as image:
        assert image.mode == "L"
        assert image.size == (5 * 8 + 4 * 2, 5 * 8 + 4 * 2)
        assert np.array_equal(np.asarray(image)[:8, :8], as_bytes(gan.sample_grid())[0, :, :, 0])
    gan.save_imgs(str(tmp_path / "grid.PNG"))


@pytest.mark.parametrize("name", ["grid.jpg", "grid", "png"])
def test_save_imgs_writes_png_files_only(gan, tmp_path, name):
    with pytest.raises(ValueError, match=r"end the name in \.png") as error:
        gan.save_imgs(tmp_path / name)
    one_sentence(error)
    assert not list(tmp_path.iterdir())


# --- the real networks ---------------------------------------------------------------------------------------------


def test_the_classic_gan_is_exact_and_what_was_compiled_once_is_steered_without_a_new_trace(
    classic, digits, monkeypatch
):
    """On any device: blocks of other lengths, two trainings, all live values changing, a replay."""
    traces = []
    turn = classic._generator_turn

    def traced(*arguments):
        traces.extend([] if tf.executing_eagerly() else [1])
        return turn(*arguments)

    monkeypatch.setattr(classic, "_generator_turn", traced)
    start = classic.state()

    def run(*parts, **options):
        classic.load_state(0, *start)
        classic.measured = None
        for steps in parts:
            classic.train(steps, data=digits, verbose=0, **options)
        return arrays_of(classic)

    whole = run(40)
    assert same(run(15, 25), whole)
    assert same(run(40, callbacks=[Watch(lambda step: None, every=7)]), whole)
    assert classic.guard["discriminator"]["discriminator"] > 0
    assert classic.guard["discriminator"]["generator"] == classic.guard["generator"]["discriminator"] == 0
    assert len(traces) == 1
    seen = []

    def change(step):
        if step < 20:
            steer(classic, step)
            seen.extend((step, name, classic.live[name]) for name in classic.live)

    steered = run(20, callbacks=[Watch(change, every=5)])
    compiled = len(traces)
    assert same(run(20, schedule=Schedule(seen)), steered)
    assert not same(run(20), steered)
    assert len(traces) == compiled
    assert classic.generate(2).shape == (2, 28, 28, 1)


def test_the_convolutional_gan_trains(digits):
    gan = GAN("conv", seed=0)
    history = gan.train(2, 8, data=digits, verbose=0)
    assert np.isfinite(history["d_loss"]).all()
    assert gan.guard["discriminator"]["discriminator"] > 0
    assert gan.guard["discriminator"]["generator"] == gan.guard["generator"]["discriminator"] == 0
    assert gan.generate(2).shape == (2, 28, 28, 1)


def test_without_data_a_gan_learns_mnist(classic):
    (pictures,) = classic.check_data(classic.default_data())
    assert pictures.shape == (60_000, 28, 28, 1)
    assert pictures.dtype == np.uint8
