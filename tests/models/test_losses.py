"""The losses of critics: their terms, their penalties, what is said of scores."""

import keras
import numpy as np
import pytest
from helpers import families, tiny
from helpers.checks import arrays_of, same
from helpers.tiny import DATA, train

from ganlib import GAN, builders
from ganlib._tensorflow import tf
from ganlib.data import scale_pixels, toy_points
from ganlib.models.losses import LOSSES, with_penalty
from ganlib.models.plane import PlaneGAN
from ganlib.training import Draws

CRITICS = [kind for kind, loss in LOSSES.items() if loss.scores]
PENALISED = ["wasserstein", "relativistic"]
REAL, FAKE = np.float32([[2.0], [-0.5], [0.3]]), np.float32([[-3.0], [0.2], [1.5]])
each_critic = pytest.mark.parametrize("kind", CRITICS)
each_penalised = pytest.mark.parametrize("kind", PENALISED)


def test_three_losses_make_a_critic():
    assert CRITICS == ["wasserstein", "hinge", "relativistic"]


def by_definition(kind, real, fake):
    """Both losses as the papers write them, but the mean of two terms for the discriminator, as everywhere here."""
    if kind == "wasserstein":
        return (fake.mean() - real.mean()) / 2, -fake.mean()
    if kind == "hinge":
        return (np.maximum(0, 1 - real).mean() + np.maximum(0, 1 + fake).mean()) / 2, -fake.mean()
    return np.log1p(np.exp(fake - real)).mean(), np.log1p(np.exp(real - fake)).mean()


@each_critic
def test_a_loss_is_what_its_paper_says(gan, kind):
    gan.loss_kind = kind
    of_d, of_g = by_definition(kind, REAL, FAKE)
    assert float(gan.adversarial_loss.discriminator(tf.constant(REAL), tf.constant(FAKE))) == pytest.approx(
        of_d, rel=1e-6
    )
    assert float(gan.adversarial_loss.generator(tf.constant(FAKE), REAL)) == pytest.approx(of_g, rel=1e-6)


def slope_at(discriminator, picture):
    """Length of the score's gradient at one picture."""
    with tf.GradientTape() as tape:
        tape.watch(picture)
        score = discriminator(picture)
    return tf.sqrt(tf.reduce_sum(tape.gradient(score, picture) ** 2))


def step_by_hand(gan, kind, step, weight, rate=0.1):
    """Make one step, picture by picture, with plain gradient descent; return both losses."""
    draws = Draws((tf.constant(DATA),), gan.seed, tf.constant(step, tf.int64))
    real = tf.constant(scale_pixels(draws.examples(4).numpy()))
    fake = gan.generator(draws.normal([4, tiny.LATENT], 1), training=True)
    shares = draws.uniform([4], 6)
    with tf.GradientTape() as tape:
        scores = [gan.discriminator(pictures) for pictures in (real, fake)]
        d_loss, _ = losses_of(kind, *scores)
        penalty = 0.0
        for i in range(4):
            ones, others = real[i : i + 1], fake[i : i + 1]
            if kind == "wasserstein":
                mixed = shares[i] * ones + (1 - shares[i]) * others
                penalty += weight / 2 * (slope_at(gan.discriminator, mixed) - 1) ** 2 / 4
            if kind == "relativistic":
                squares = [slope_at(gan.discriminator, picture) ** 2 for picture in (ones, others)]
                penalty += weight / 2 * sum(squares) / 4
        objective = d_loss + penalty
    descend(tape.gradient(objective, gan.discriminator.trainable_variables), gan.discriminator, rate)
    partners = gan.discriminator(scale_pixels(draws.at_turn(32).examples(8).numpy()))
    with tf.GradientTape() as tape:
        made = gan.generator(draws.normal([8, tiny.LATENT], 2), training=True)
        _, g_loss = losses_of(kind, partners, gan.discriminator(made))
    descend(tape.gradient(g_loss, gan.generator.trainable_variables), gan.generator, rate)
    return float(d_loss), float(g_loss)


def losses_of(kind, real, fake):
    mean = tf.reduce_mean
    if kind == "wasserstein":
        return (mean(fake) - mean(real)) / 2, -mean(fake)
    if kind == "hinge":
        return (mean(tf.maximum(0.0, 1 - real)) + mean(tf.maximum(0.0, 1 + fake))) / 2, -mean(fake)
    return mean(tf.math.softplus(fake - real)), mean(tf.math.softplus(real - fake))


def descend(gradients, network, rate):
    for weight, gradient in zip(network.trainable_variables, gradients, strict=True):
        if gradient is not None:
            weight.assign(weight - rate * gradient)


@pytest.mark.parametrize(("kind", "weight"), [("hinge", None), ("wasserstein", 10.0), ("relativistic", 3.0)])
def test_a_step_is_the_step_that_a_learner_would_write_by_hand(graph, kind, weight):
    def build():
        optimizers = {name: keras.optimizers.SGD(0.1) for name in ("d_optimizer", "g_optimizer")}
        return tiny.build_gan(loss_kind=kind, loss_penalty=weight, **optimizers)

    engine, learner = build(), build()
    history = train(engine, 3)
    losses = [step_by_hand(learner, kind, step, weight) for step in range(3)]
    np.testing.assert_allclose(np.stack([history["d_loss"], history["g_loss"]], 1), losses, rtol=1e-4)
    for network in ("generator", "discriminator"):
        for ours, theirs in zip(getattr(engine, network).weights, getattr(learner, network).weights, strict=True):
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)


@each_penalised
def test_a_penalty_keeps_the_critic_from_growing_steep(fresh, kind):
    steep = {}
    for weight in (0.0, 100.0):
        gan = fresh(loss_kind=kind, loss_penalty=weight, d_optimizer=None)
        gan.d_learning_rate = 1e-2
        train(gan, 60)
        steep[weight] = np.mean(
            [float(slope_at(gan.discriminator, tf.constant(scale_pixels(DATA[i : i + 1])))) for i in range(9)]
        )
    assert steep[100.0] < 0.5 * steep[0.0]


# --- switching --------------------------------------------------------------------------------------------------------


@each_critic
def test_a_loss_switched_to_live_is_the_loss_of_a_gan_built_with_it(fresh, kind):
    built, switched = fresh(loss_kind=kind), fresh()
    train(built, 12)
    train(switched, 12, schedule=[(0, "loss_kind", kind)])
    assert same(arrays_of(switched), arrays_of(built))


@each_penalised
def test_the_length_of_a_block_changes_nothing(fresh, kind):
    whole, parts = fresh(loss_kind=kind), fresh(loss_kind=kind)
    train(whole, 9)
    for steps in (1, 5, 3):
        train(parts, steps)
    assert same(arrays_of(whole), arrays_of(parts))


def test_to_choose_a_loss_asks_for_no_constant_so_that_nothing_is_compiled_anew(gan):
    """XLA takes the beginning of a slice for a constant: each loss would be compiled when it is first chosen."""
    loss = gan.adversarial_loss
    chosen = tf.function(lambda: loss.turns_of("hinge") + tf.cast(loss.fake(tf.constant(FAKE)), tf.int32))
    kinds = {operation.type for operation in chosen.get_concrete_function().graph.get_operations()}
    assert "GatherV2" in kinds
    assert "StridedSlice" not in kinds


def conv_networks():
    seeded = [keras.initializers.GlorotUniform(seed=number) for number in range(4)]
    layers = keras.layers
    generator = keras.Sequential(
        [
            keras.Input((tiny.LATENT,)),
            layers.Dense(4 * 4 * 4, kernel_initializer=seeded[0]),
            layers.Reshape((4, 4, 4)),
            layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh", kernel_initializer=seeded[1]),
        ]
    )
    discriminator = keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Conv2D(4, 4, 2, "same", kernel_initializer=seeded[2]),
            layers.LeakyReLU(negative_slope=0.2),
            layers.Flatten(),
            layers.Dense(1, kernel_initializer=seeded[3]),
        ]
    )
    return {"generator": generator, "discriminator": discriminator}


@each_penalised
@pytest.mark.parametrize("networks", [tiny.build_networks, conv_networks])
def test_a_penalty_is_the_same_with_xla(networks, kind):
    gan = GAN(seed=0, **networks(), loss_kind=kind)
    real, fake = tf.constant(DATA[:4], tf.float32), tf.constant(DATA[4:8], tf.float32) * 0.5
    zeros = [tf.zeros_like(weight) for weight in gan.discriminator.trainable_variables]

    def gradients():
        return with_penalty(gan, zeros, real, fake, tf.constant([0.1, 0.4, 0.6, 0.9]))

    eager, compiled = gradients(), tf.function(gradients, jit_compile=True)()
    assert any(np.abs(gradient).max() > 1e-3 for gradient in eager)
    for one, other in zip(eager, compiled, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@each_penalised
@pytest.mark.parametrize("form", ["live", "built"])
def test_a_critic_with_batch_normalisation_or_two_updates_is_refused(graph, kind, form):
    normal = tiny.build_networks()
    normal["discriminator"].add(keras.layers.BatchNormalization())
    for options, words in (({"d_update": "apart"}, "belong in one update"), (normal, "batch normalisation mixes")):
        given = {**tiny.build_networks(), **options}
        if form == "live":
            gan = GAN(seed=0, **given)
            with pytest.raises(ValueError, match=words):
                gan.loss_kind = kind
            assert gan.loss_kind == "non_saturating"
        else:
            with pytest.raises(ValueError, match=words):
                GAN(seed=0, loss_kind=kind, **given)


@each_critic
def test_a_conditional_gan_learns_with_it_and_nobody_else_moves(graph, kind):
    gan = families.conditional(loss_kind=kind)
    history = families.train(gan, "conditional", 3)
    assert np.isfinite(history["d_loss"]).all()
    assert gan.guard["discriminator"]["discriminator"] > 0
    assert gan.guard["discriminator"]["generator"] == gan.guard["generator"]["discriminator"] == 0
    assert gan.scores(families.DIGIT_LIKE[:3], [1, 2, 3]).shape == (3,)


@each_penalised
def test_pretraining_fit_and_evaluate_know_the_loss(graph, kind):
    gan = tiny.build_gan(loss_kind=kind)
    assert 0 <= gan.pretrain_discriminator(20, 8, data=DATA) <= 1
    gan.fit(scale_pixels(DATA[:12]), batch_size=4, verbose=0)
    measured = gan.evaluate(scale_pixels(DATA[:12]), batch_size=6, verbose=0, return_dict=True)
    assert np.isfinite([measured["d_loss"], measured["g_loss"], measured["d_accuracy"]]).all()


@pytest.mark.parametrize("spectral", [False, True])
@each_critic
def test_a_step_in_slow_motion_is_the_step_of_training(graph, kind, spectral):
    def build():
        critic = builders.build_plane_discriminator((8,), seed=1, spectral=spectral)
        return PlaneGAN(seed=0, loss_kind=kind, discriminator=critic)

    ring = toy_points("ring", 60)
    quick, slow = build(), build()
    quick.train(1, 16, data=ring, verbose=0)
    shown = slow.slow_step(16, data=ring)
    for ours, theirs in zip(arrays_of(quick).values(), arrays_of(slow).values(), strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5)
    assert "the score" in shown[1].caption
    assert all(part.scores for part in shown)


# --- scores are no probabilities --------------------------------------------------------------------------------------


@each_critic
def test_a_critic_gives_scores_and_no_probability(fresh, kind):
    gan = fresh()
    probabilities, logits = gan.probability_real(DATA), gan.scores(DATA)
    np.testing.assert_allclose(probabilities, 1 / (1 + np.exp(-logits)), rtol=1e-5)
    gan.loss_kind = kind
    np.testing.assert_array_equal(gan.scores(DATA), logits)
    with pytest.raises(ValueError, match="a critic, whose scores are no probabilities: ask for scores"):
        gan.probability_real(DATA)
    history = train(gan, 3)
    assert np.isnan(history["d_real"]).all()
    assert np.isnan(history["d_fake"]).all()
    assert ((history["d_accuracy"] >= 0) & (history["d_accuracy"] <= 1)).all()
    gan.loss_kind = "non_saturating"
    history = train(gan, 3)
    assert np.isfinite(history["d_real"][3:]).all()


@each_critic
def test_the_accuracy_of_a_critic_without_a_zero_is_that_of_pairs(gan, kind):
    gan.loss_kind = kind
    said = gan.adversarial_loss.opinions(tf.constant(REAL + 10), tf.constant(FAKE + 10))
    assert float(said["d_accuracy"]) == pytest.approx(1 / 2 if kind == "hinge" else 1 / 3)


@each_critic
def test_the_surface_of_a_critic_is_of_any_size_and_drawn_as_scores(graph, kind):
    from ganlib import plots

    gan = PlaneGAN(seed=0)
    gan.discriminator.layers[-1].bias.assign([30.0])
    assert gan.surface(5).max() <= 1
    gan.loss_kind = kind
    surface = gan.surface(5)
    assert surface.min() > 1
    with pytest.raises(ValueError, match="scores=True"):
        plots.planes(plots.Scene(surface=surface))
    drawn = plots.planes(plots.Scene(surface=surface, fake=gan.generate(20), scores=gan.is_critic))
    assert "the surface goes from" in drawn.sentence
    assert "judged real" not in drawn.sentence
