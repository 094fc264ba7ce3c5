"""Networks of users' own: what is accepted works, and what cannot work is refused before anything is trained."""

import numpy as np
import pytest
from helpers import tiny
from helpers.checks import arrays_of, same
from helpers.families import as_functional, as_nested
from helpers.tiny import as_made, train

from ganlib import GAN
from ganlib._tensorflow import keras, tf
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.variational import VariationalAutoencoder
from ganlib.training import RunFolderError

layers = keras.layers


@pytest.fixture(autouse=True)
def _graph(graph):
    """Train as a plain graph; a test that asks for `eager` makes its few steps without any."""


class Halve(layers.Layer):
    """As a learner writes it in a cell."""

    def call(self, inputs):
        return inputs / 2


class OwnSigmoid(layers.Layer):
    def call(self, inputs):
        return tf.sigmoid(inputs)


def generator(*extra, end="tanh"):
    seeded = keras.initializers.GlorotUniform(seed=1)
    return keras.Sequential(
        [
            keras.Input((tiny.LATENT,)),
            layers.Dense(16, "relu", kernel_initializer=seeded),
            *extra,
            layers.Dense(64, end, kernel_initializer=seeded),
            layers.Reshape((8, 8, 1)),
        ]
    )


def discriminator(*extra, end=None, last=()):
    seeded = keras.initializers.GlorotUniform(seed=2)
    return keras.Sequential(
        [
            keras.Input((8, 8, 1)),
            layers.Flatten(),
            *extra,
            layers.Dense(16, "relu", kernel_initializer=seeded),
            layers.Dense(1, end, kernel_initializer=seeded),
            *last,
        ]
    )


# --- code of one's own ------------------------------------------------------------------------------------------------

OWN_CODE = {
    "own layer": Halve,
    "Lambda": lambda: layers.Lambda(lambda x: x / 2),
    "own activation": lambda: layers.Dense(16, activation=lambda x: tf.nn.elu(x)),
    "nested": lambda: keras.Sequential([keras.Input((16,)), Halve()]),
}


@pytest.mark.parametrize("code", OWN_CODE)
def test_a_run_with_code_of_ones_own_says_so_first_and_is_resumed_with_the_networks(code, eager, tmp_path, capsys):
    def build():
        keras.utils.set_random_seed(0)
        return GAN(generator=generator(OWN_CODE[code]()), discriminator=discriminator())

    gan = build()
    first = gan.state()
    train(gan, 3)
    alone = arrays_of(gan)
    train(as_made(gan, *first), 2, run=tmp_path / "run")
    said = capsys.readouterr().out
    assert "GAN.resume(folder, generator=...)" in said
    with pytest.raises(
        RunFolderError, match=r"the generator cannot be built from a file.*GAN\.resume\(folder, generator"
    ):
        GAN.resume(tmp_path / "run")
    resumed = GAN.resume(tmp_path / "run", generator=build().generator)
    assert same(arrays_of(resumed), arrays_of(gan))
    train(resumed, 1)
    assert same(arrays_of(resumed), alone)


@pytest.mark.parametrize("code", OWN_CODE)
def test_an_average_of_a_generator_with_code_of_ones_own_is_kept_or_refused(code, eager):
    def build():
        return GAN(generator=generator(OWN_CODE[code]()), discriminator=discriminator(), ema_decay=0.9)

    if code == "own layer":
        train(build(), 2)
        return
    with pytest.raises(ValueError, match="ema_decay keeps a second generator"):
        build()


def test_a_network_that_the_family_does_not_have_is_refused(eager, tmp_path):
    train(GAN(generator=generator(), discriminator=discriminator()), 1, run=tmp_path / "run")
    with pytest.raises(RunFolderError, match="A GAN has no decoder"):
        GAN.resume(tmp_path / "run", decoder=generator())


# --- the range at the end ---------------------------------------------------------------------------------------------

SIGMOIDS = {
    "flat": lambda: discriminator(end="sigmoid"),
    "functional": lambda: as_functional(discriminator(end="sigmoid")),
    "nested": lambda: as_nested(discriminator(end="sigmoid")),
    "nested twice": lambda: as_nested(as_nested(discriminator(end="sigmoid"))),
    "layer of its own": lambda: discriminator(last=[layers.Activation("sigmoid")]),
    "before a reshape": lambda: discriminator(end="sigmoid", last=[layers.Reshape((1,))]),
    "in a wrapper": lambda: discriminator(last=[layers.SpectralNormalization(layers.Dense(1, "sigmoid"))]),
    "Lambda": lambda: discriminator(last=[layers.Lambda(tf.sigmoid)]),
    "own layer": lambda: discriminator(last=[OwnSigmoid()]),
    "own function": lambda: discriminator(end=lambda x: tf.sigmoid(x)),
    "operation": lambda: keras.Model((made := discriminator()).inputs, keras.ops.sigmoid(made.outputs[0])),
    "hard": lambda: discriminator(end="hard_sigmoid"),
}
FREE = {
    "none": lambda: discriminator(),
    "nested": lambda: as_nested(discriminator()),
    "Lambda": lambda: discriminator(last=[layers.Lambda(lambda x: 3 * x)]),
    "own layer": lambda: discriminator(last=[Halve()]),
    "leaky": lambda: discriminator(last=[layers.LeakyReLU()]),
    "all zero": lambda: discriminator(last=[layers.Dense(1, kernel_initializer="zeros"), Halve()]),
    "in a wrapper": lambda: discriminator(last=[layers.SpectralNormalization(layers.Dense(1))]),
}


@pytest.mark.parametrize("form", SIGMOIDS)
def test_a_sigmoid_at_the_end_of_the_discriminator_is_found_wherever_it_hides(form):
    with pytest.raises(ValueError, match="must give logits, not probabilities"):
        GAN(generator=generator(), discriminator=SIGMOIDS[form]())


@pytest.mark.parametrize("form", FREE)
def test_a_discriminator_that_gives_logits_is_taken(form):
    GAN(generator=generator(), discriminator=FREE[form]())


@pytest.mark.parametrize("end", ["sigmoid", "relu", "softplus", lambda x: tf.sigmoid(x)])
def test_a_generator_that_cannot_make_black_is_refused(end):
    with pytest.raises(ValueError, match="end it in tanh"):
        GAN(generator=generator(end=end), discriminator=discriminator())


def test_decoders_with_the_wrong_end_are_refused():
    from ganlib import builders

    logits = builders.build_decoder(2, (8,), activation=None)
    wrong = keras.Sequential([logits, layers.Activation("sigmoid")])
    wrong.build((None, 2))
    with pytest.raises(ValueError, match="end it in tanh"):
        Autoencoder(2, (8,), decoder=wrong)
    with pytest.raises(ValueError, match="must give logits"):
        VariationalAutoencoder(2, (8,), decoder=wrong)


def test_one_network_cannot_play_both():
    both = keras.Sequential([keras.Input((1,)), layers.Dense(1)])
    with pytest.raises(ValueError, match="two networks"):
        GAN(generator=both, discriminator=both)


@pytest.mark.parametrize("precision", ["mixed_float16", "bfloat16", "float64"])
def test_a_network_of_another_precision_is_refused(precision):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(precision)
    try:
        made = generator()
    finally:
        keras.config.set_dtype_policy(before)
    with pytest.raises(ValueError, match="float32"):
        GAN(generator=made, discriminator=discriminator())


# --- regularisers -----------------------------------------------------------------------------------------------------


STRENGTH, RATE = 1000.0, 1e-2  # so strong that it alone says where Adam goes, by its rate per step


@pytest.mark.parametrize("options", [{}, {"d_update": "apart"}, {"gradient_penalty": 1.0}])
@pytest.mark.parametrize("player", ["generator", "discriminator"])
def test_a_kernel_regulariser_presses_every_weight(player, options, request):
    if options:
        request.getfixturevalue("eager")
    layer = layers.Dense(16, kernel_regularizer=keras.regularizers.L2(STRENGTH), kernel_initializer="ones")
    extra = {"generator": (), "discriminator": (), player: (layer,)}
    gan = GAN(generator=generator(*extra["generator"]), discriminator=discriminator(*extra["discriminator"]), **options)
    gan.g_learning_rate = gan.d_learning_rate = RATE
    train(gan, 2)
    assert (layer.kernel.numpy() < 1 - 1.5 * RATE).all()


def test_an_activity_regulariser_counts_as_one_call_would(eager):
    def weights(penalty):
        seeded = keras.initializers.GlorotUniform(seed=3)
        layer = layers.Dense(16, activity_regularizer=keras.regularizers.L2(1.0), kernel_initializer=seeded)
        gan = GAN(generator=generator(), discriminator=discriminator(layer), gradient_penalty=penalty)
        train(gan, 2)
        return layer.kernel.numpy()

    np.testing.assert_allclose(weights(1e-12), weights(0.0), atol=1e-6)  # judged in two calls, and in one


@pytest.mark.parametrize("kind", [Autoencoder, VariationalAutoencoder])
def test_regularisers_of_coders_count(kind, eager):
    model = kind(2, (8,), seed=0)
    kernel = model.encoder.trainable_variables[0]
    kernel.regularizer = keras.regularizers.L2(STRENGTH)
    model.learning_rate = RATE
    before = kernel.numpy()
    model.train(2, 8, data=tiny.pictures(40, 28), verbose=0)
    far = np.abs(before) > 2 * RATE
    assert far.any()
    assert (np.abs(kernel.numpy()) < np.abs(before) - 1.5 * RATE)[far].all()


# --- layers that write, and layers that stand still -------------------------------------------------------------------


def test_spectral_normalisation_trains_in_both_networks_and_is_resumed_bit_for_bit(tmp_path):
    def build():
        keras.utils.set_random_seed(0)  # of the vectors that the power iteration begins with
        normal = [layers.SpectralNormalization(layers.Dense(16, kernel_initializer="ones")) for _ in range(2)]
        return GAN(generator=generator(normal[0]), discriminator=discriminator(normal[1]))

    gan = build()
    first = gan.state()
    train(gan, 12)
    alone = arrays_of(gan)
    train(as_made(gan, *first), 5, run=tmp_path / "run")
    resumed = GAN.resume(tmp_path / "run")
    train(resumed, 7)
    assert same(arrays_of(resumed), alone)
    (normal,) = [layer for layer in resumed.discriminator.layers if isinstance(layer, layers.SpectralNormalization)]
    assert np.linalg.svd(normal.kernel, compute_uv=False).max() < 1.5


@pytest.mark.parametrize("letter", ["d", "g"])
def test_a_frozen_network_with_spectral_normalisation_stands_still(letter, request):
    if letter == "g":
        request.getfixturevalue("eager")
    normal = [layers.SpectralNormalization(layers.Dense(16, kernel_initializer="ones")) for _ in range(2)]
    gan = GAN(generator=generator(normal[0]), discriminator=discriminator(normal[1]))
    setattr(gan, f"freeze_{letter}", True)
    player = {"d": gan.discriminator, "g": gan.generator}[letter]
    before = [weight.numpy() for weight in player.trainable_variables]
    train(gan, 2)
    assert all((a == b.numpy()).all() for a, b in zip(before, player.trainable_variables, strict=True))


@pytest.mark.parametrize("how", ["train", "fit"])
def test_a_layer_that_is_frozen_between_two_trainings_stands_still_and_others_move(how):
    gan = GAN(generator=generator(), discriminator=discriminator())
    teach = (lambda: train(gan, 4)) if how == "train" else (lambda: gan.fit(tiny.DATA, batch_size=8, verbose=0))
    teach()
    frozen, free = gan.generator.layers[0], gan.generator.layers[-2]
    frozen.trainable = False
    before = frozen.kernel.numpy(), free.kernel.numpy()
    teach()
    assert (frozen.kernel.numpy() == before[0]).all()
    assert (free.kernel.numpy() != before[1]).any()


def test_a_layer_that_is_thawed_needs_a_new_optimizer_and_says_so():
    made = generator()
    made.layers[0].trainable = False
    gan = GAN(generator=made, discriminator=discriminator())
    train(gan, 2)
    made.layers[0].trainable = True
    with pytest.raises(ValueError, match=r"was frozen when the optimizer of the generator was set.*call compile"):
        train(gan, 2)
    gan.compile()
    before = made.layers[0].kernel.numpy()
    train(gan, 2)
    assert (made.layers[0].kernel.numpy() != before).any()


def test_an_optimizer_that_gathers_gradients_or_averages_weights_trains_and_is_resumed(tmp_path):
    gan = GAN(
        generator=generator(),
        discriminator=discriminator(),
        g_optimizer=keras.optimizers.AdamW(1e-3, use_ema=True, weight_decay=0.01),
        d_optimizer=keras.optimizers.Adam(1e-3, gradient_accumulation_steps=2),
    )
    first = gan.state()
    train(gan, 10)
    alone = arrays_of(gan)
    train(as_made(gan, *first), 5, run=tmp_path / "run")
    resumed = GAN.resume(tmp_path / "run")
    train(resumed, 5)
    assert same(arrays_of(resumed), alone)
