"""The conditional GAN makes the digit that it is asked for, and its training can be broken off like any other."""

import numpy as np
import pytest
from helpers import tiny
from helpers.checks import same
from helpers.modes import plain_graph

from ganlib import builders
from ganlib._tensorflow import keras, tf
from ganlib.data import scale_pixels
from ganlib.models.conditional import ConditionalGAN
from ganlib.training import Draws, RunFolderError

layers = keras.layers
SIZE = 8


def bars(n=200, seed=0):
    """Digits of a kind: a bright column whose place, 0 to 7, or a bright row, 8 and 9, is the label."""
    rng = np.random.default_rng(seed)
    labels = np.arange(n) % 10
    pictures = rng.integers(0, 40, (n, SIZE, SIZE, 1))
    for picture, label in zip(pictures, labels, strict=True):
        if label < SIZE:
            picture[:, label] = 255
        else:
            picture[3 * (label - SIZE) + 2] = 255
    return pictures.astype(np.uint8), labels


def recognise(pictures):
    """Tell which bar each picture shows best."""
    patterns = bars(10)[0].reshape(10, -1).astype(float)
    rows = pictures.reshape(len(pictures), -1)
    return np.array([np.corrcoef(row, patterns)[0, 1:].argmax() for row in rows])


def build_networks(seed=0):
    """Return an untrained pair for pictures of 8 by 8, built as the large ones are."""
    init = keras.initializers.GlorotUniform(seed=keras.random.SeedGenerator(seed))
    latent, digit = keras.Input((tiny.LATENT,)), keras.Input((10,))
    hidden = layers.Dense(32, kernel_initializer=init)(layers.Concatenate()([latent, digit]))
    hidden = layers.BatchNormalization(momentum=0.8)(layers.LeakyReLU(negative_slope=0.2)(hidden))
    made = layers.Dense(SIZE * SIZE, activation="tanh", kernel_initializer=init)(hidden)
    picture, of = keras.Input((SIZE, SIZE, 1)), keras.Input((10,))
    features = layers.Dense(32, kernel_initializer=init)(layers.Flatten()(picture))
    features = layers.LeakyReLU(negative_slope=0.2)(features)
    shows = layers.Dot(axes=1)([features, layers.Dense(32, use_bias=False, kernel_initializer=init)(of)])
    logit = layers.Add()([layers.Dense(1, kernel_initializer=init)(features), shows])
    return {
        "generator": keras.Model([latent, digit], layers.Reshape((SIZE, SIZE, 1))(made)),
        "discriminator": keras.Model([picture, of], logit),
    }


def build_gan(seed=0, **options):
    return ConditionalGAN(seed=seed, **build_networks(seed), **options)


@pytest.fixture(scope="module")
def pooled():
    """Two GANs, which run as plain graphs, and their first states: what was traced once is used again."""
    with plain_graph():
        made = [build_gan(0), build_gan(0, ema_decay=0.9)]
    return [(gan, *gan.state()) for gan in made]


@pytest.fixture
def gan(graph, pooled):
    return tiny.as_made(*pooled[0])


def train(gan, steps, **options):
    return gan.train(steps, 16, **({"data": bars(), "verbose": 0} | options))


# --- asking for a digit -----------------------------------------------------------------------------------------------


def test_after_training_it_makes_what_it_is_asked_for(gan):
    asked = np.arange(200) % 10
    before = (recognise(gan.generate(200)) == asked).mean()
    gan.d_learning_rate = gan.g_learning_rate = 3e-3
    train(gan, 600)
    assert before < 0.3
    assert (recognise(gan.generate(200)) == asked).mean() > 0.9
    assert (recognise(gan.generate(40, digits=6)) == 6).mean() > 0.9


def test_the_discriminator_believes_a_real_picture_of_the_digit_more_than_of_another(gan):
    gan.d_learning_rate = gan.g_learning_rate = 3e-3
    train(gan, 300)
    pictures, labels = bars(50, seed=1)
    right = gan.probability_real(pictures, labels)
    wrong = gan.probability_real(pictures, (labels + 1) % 10)
    assert right.shape == (50,)
    assert right.mean() > wrong.mean() + 0.2


def test_a_penalty_holds_the_slope_at_real_pictures_down(graph):
    pictures, labels = bars(50, seed=1)
    real, digits, steep = tf.constant(scale_pixels(pictures)), tf.one_hot(labels, 10), []
    for penalty in (0.0, 30.0):
        gan = build_gan(gradient_penalty=penalty)
        gan.d_learning_rate = 3e-3
        train(gan, 60)
        with tf.GradientTape() as tape:
            tape.watch(real)
            logits = gan.discriminator([real, digits])
        steep.append(float(tf.norm(tape.gradient(logits, real))))
    assert steep[1] < steep[0] / 2


def test_digits_may_be_one_digit_a_list_or_left_out(gan):
    train(gan, 3)
    in_turn = gan.generate(12)
    assert in_turn.shape == (12, SIZE, SIZE, 1)
    assert np.array_equal(in_turn, gan.generate(12, digits=[*range(10), 0, 1]))
    assert np.array_equal(gan.generate(3, digits=4), gan.generate(3, digits=[4, 4, 4]))
    assert not np.array_equal(gan.generate(3, digits=4), gan.generate(3, digits=5))


def test_the_sample_has_a_row_for_each_digit_from_the_same_latent_vectors(gan):
    train(gan, 3)
    grid = gan.sample_grid()
    latent = gan.latent_vectors(10, seed=gan.seed)
    assert grid.shape == (100, SIZE, SIZE, 1)
    for digit in range(10):
        np.testing.assert_allclose(grid[10 * digit :][:10], gan.pictures_of(latent, [digit] * 10), atol=1e-6)
    assert gan.sample_picture().shape[0] == gan.sample_picture().shape[1]


# --- what it learns from ----------------------------------------------------------------------------------------------


class _Marked:
    """Stands for `Draws`: pictures whose every pixel is their label."""

    step = tf.constant(0, tf.int64)

    def examples(self, count):
        labels = tf.range(count) % 10
        return tf.cast(tf.reshape(labels, [-1, 1, 1, 1]) * tf.ones([1, SIZE, SIZE, 1], tf.int32), tf.uint8), labels


def test_a_real_picture_keeps_its_own_label(gan):
    pictures, digits = gan.draw_real(_Marked(), 20)
    assert np.array_equal(np.rint(pictures[:, 0, 0, 0] * 127.5 + 127.5), np.argmax(digits, axis=1))


def test_it_trains_on_every_digit_about_as_often_and_fakes_keep_the_digit_that_was_asked_for(gan):
    latent = gan.draw_latent(Draws((), 0, tf.constant(5, tf.int64)), 5000, 1)
    shares = latent[1].numpy().mean(axis=0)
    assert latent[0].shape == (5000, tiny.LATENT)
    assert shares.sum() == pytest.approx(1)
    assert (abs(shares - 0.1) < 0.02).all()
    assert gan.make(latent, training=False)[1] is latent[1]


def test_fit_takes_pictures_and_labels(gan):
    before = gan.state()[0]
    pictures, labels = bars(32)
    gan.fit(pictures, labels, batch_size=16, verbose=0)
    assert gan.step == 2
    assert not same(before, gan.state()[0])


def test_the_discriminator_can_learn_noise_from_digits_first(gan):
    gan.d_learning_rate = 3e-3
    assert gan.pretrain_discriminator(100, 16, data=bars()) > 0.8


# --- broken off and resumed -------------------------------------------------------------------------------------------


def test_a_resumed_run_ends_in_the_same_weights_bit_for_bit(gan, graph, pooled, tmp_path):
    train(gan, 12)
    unbroken = gan.state()[0]
    gan = tiny.as_made(*pooled[0])
    train(gan, 7, run=tmp_path / "run", sample_interval=5)
    resumed = ConditionalGAN.resume(tmp_path / "run")
    train(resumed, 5)
    assert same(unbroken, resumed.state()[0])
    assert (tmp_path / "run" / "samples" / "step_00000010.png").exists()


def test_a_run_that_goes_on_with_other_labels_is_refused(gan, tmp_path):
    train(gan, 2, run=tmp_path / "run")
    pictures, labels = bars()
    with pytest.raises(RunFolderError, match="trained on other data"):
        train(gan, 2, data=(pictures, labels[::-1].copy()))


def test_a_saved_model_makes_the_same_pictures(gan, tmp_path):
    train(gan, 3)
    gan.save(tmp_path / "gan.keras")
    loaded = keras.models.load_model(tmp_path / "gan.keras")
    assert np.array_equal(loaded.generate(10), gan.generate(10))


def test_the_average_of_the_generator_makes_the_pictures_if_there_is_one(graph, pooled):
    averaged = tiny.as_made(*pooled[1])
    train(averaged, 5)
    latent, digits = averaged.latent_vectors(3), np.eye(10, dtype=np.float32)[[1, 2, 3]]
    made = averaged.averaged_generator([latent, digits], training=False)
    np.testing.assert_allclose(averaged.generate(3, digits=[1, 2, 3]), made, atol=1e-5)


# --- the networks of the course ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("network", ["dense", "conv"])
def test_the_networks_of_the_course_take_a_digit(network):
    gan = ConditionalGAN(network, latent_dim=6)
    assert gan.latent_dim == 6
    assert gan.generate(2, digits=3).shape == (2, 28, 28, 1)
    assert gan.discriminator([np.zeros((2, 28, 28, 1)), np.eye(10)[:2]]).shape == (2, 1)


def test_the_projection_is_an_inner_product_of_features_and_digit():
    network = builders.build_conditional_discriminator(seed=3)
    picture = np.random.default_rng(0).uniform(-1, 1, (1, 28, 28, 1)).astype(np.float32)
    features = keras.Model(network.inputs[0], network.get_layer("shows_digit").input[0])(picture).numpy()
    for digit in (0, 7):
        row = np.eye(10, dtype=np.float32)[[digit]]
        of_digit = network.get_layer("features_of_digit").kernel.numpy()[digit]
        wanted = network.get_layer("logit")(features).numpy() + features @ of_digit
        np.testing.assert_allclose(network([picture, row]), wanted, rtol=1e-4, atol=1e-5)


def test_a_seed_fixes_the_first_weights():
    first, same, other = (builders.build_conditional_generator(seed=seed).get_weights()[0] for seed in (1, 1, 2))
    assert np.array_equal(first, same)
    assert not np.array_equal(first, other)


# --- bad input --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("digits", "words"),
    [
        (10, "digits must be from 0 to 9, and 10 is none"),
        (-1, "digits must be from 0 to 9, and -1 is none"),
        ([1, 2], "digits must be 3 whole numbers, one for each picture"),
        ([1.5, 2, 3], "digits must be whole numbers from 0 to 9"),
        ("seven", "No class is called 'seven': there are 0, 1, 2"),
    ],
)
def test_what_is_no_digit_cannot_be_asked_for(gan, digits, words):
    with pytest.raises(ValueError, match=words):
        gan.generate(3, digits=digits)


def test_data_that_do_not_fit_are_refused_before_training(gan):
    pictures, labels = bars()
    for data, words in (
        (pictures, "give data=\\(images, labels\\)"),
        ((pictures, labels[:-1]), "The labels must be 200 whole numbers"),
        ((pictures, np.where(labels == 3, 10, labels)), "The labels must be from 0 to 9, and 10"),
        ((pictures, np.where(labels == 3, 4, labels)), "No picture has the label 3"),
        ((pictures[:, :4], labels), "The pictures are 4 by 8 by 1"),
    ):
        with pytest.raises(ValueError, match=words):
            train(gan, 2, data=data)
    with pytest.raises(ValueError, match="call fit\\(images, labels\\)"):
        gan.fit(pictures, verbose=0)
    assert gan.step == 0


def test_networks_that_do_not_fit_are_refused():
    pair, plain = build_networks(), tiny.build_networks()
    with pytest.raises(ValueError, match="The generator must take a list of two inputs"):
        ConditionalGAN(generator=plain["generator"], discriminator=pair["discriminator"])
    with pytest.raises(ValueError, match="The discriminator must take a list of two inputs"):
        ConditionalGAN(generator=pair["generator"], discriminator=plain["discriminator"])
    with pytest.raises(ValueError, match="makes pictures 8 by 8 by 1, but the discriminator takes 28 by 28 by 1"):
        ConditionalGAN(generator=pair["generator"], image_shape=(28, 28, 1))
