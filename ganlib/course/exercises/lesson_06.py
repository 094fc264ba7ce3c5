"""Exercises of lesson 06: a GAN in Keras."""

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.course.checking import Exercise, NothingYet, Wrong, array, ask, choice, close

RATE = 0.1  # of the plain SGD with which the check tries the discriminator's step
KEPT = 0.9  # the smoothed label of a real picture
COLUMNS = ("d_accuracy", "d_real", "d_fake", "d_loss", "g_loss")
LOOKS = {  # what the columns of a history show
    "in balance": dict(zip(COLUMNS, (0.75, 0.65, 0.35, 0.5, 1.2), strict=True)),
    "discriminator wins": dict(zip(COLUMNS, (0.995, 0.98, 0.01, 0.02, 5.0), strict=True)),
    "generator wins": dict(zip(COLUMNS, (0.5, 0.5, 0.5, 0.69, 0.69), strict=True)),
}


def _faster_generator(with_10, with_tenth):
    choice(
        with_10,
        "lower",
        {
            "higher": "With 10: the generator changes ten times as fast. Can the discriminator know its newest fakes?",
            "the same": "With 10: what changes faster is harder to know. Whose work becomes harder?",
        },
    )
    choice(
        with_tenth,
        "higher",
        {
            "lower": "With 0.1: the generator hardly moves. Is it harder or easier to know its fakes then?",
            "the same": "With 0.1: the fakes stay as they are. Whoever looks at the same noise for long knows it.",
        },
    )
    return "A fast generator runs away from the discriminator, a slow one is soon known. Try it in the next cell."


def _scale(scale):
    pixels = np.array([0, 51, 102, 204, 255], np.uint8).reshape(1, 5, 1, 1)
    found = array(ask(scale, pixels), pixels.shape)
    if (np.diff(found.ravel()) < 0).any():
        raise Wrong("Brighter pixels became darker: bytes cannot be negative and wrap round. First make them floats.")
    if close(found, pixels / 255):
        raise Wrong(
            "Your pictures run from 0 to 1, the generator's tanh from -1 to 1: the discriminator would know every "
            "fake by its values below 0."
        )
    if not close(found, pixels / 127.5 - 1):
        raise Wrong(f"0 must become -1 and 255 must become 1; yours become {found.min():g} and {found.max():g}.")
    return "The same range as the generator's tanh."


def _g_loss(loss):
    logits = np.linspace(-6, 2, 17, dtype="float32")[:, np.newaxis]
    found = array(ask(loss, tf.constant(logits)), ())
    from_true, from_fake = np.logaddexp(0, -logits), np.logaddexp(0, logits)  # -log D and -log(1 - D)
    usual = {
        float(
            from_fake.mean()
        ): "Label 0: so the generator is rewarded when its fakes are called fake. Labels swapped?",
        -float(from_fake.mean()): "That is log(1 - D), the saturating loss: flat where the discriminator is sure.",
        -float(from_true.mean()): "The sign is wrong: your loss falls as the discriminator calls the fakes fake.",
        float(from_true.sum()): "That is the sum. A loss is the mean, so that it does not grow with the batch.",
        float(-np.log(np.clip(logits, 1e-7, 1)).mean()): "You took logits for probabilities: they can be below 0.",
    }
    if np.isnan(found):
        raise Wrong("The result is no number: you took logits for probabilities. A logit can be below 0, a log cannot.")
    for value, reason in usual.items():
        if close(found, value, 1e-4):
            raise Wrong(reason)
    if not close(found, from_true.mean(), 1e-4):
        raise Wrong(f"For logits from -6 to 2 the mean of -log D is {from_true.mean():.3f}; yours is {found:.3f}.")
    if not close(float(ask(loss, tf.constant([[-200.0]]))), 200.0, 1e-4):
        raise Wrong(
            "A fake with the logit -200 must cost 200. A sigmoid first rounds its probability to 0: use logits."
        )
    return "The mean of -log D, computed from the logits."


def _networks():
    layers, init = keras.layers, keras.initializers.RandomUniform(-0.5, 0.5, seed=1)
    generator = keras.Sequential(
        [keras.Input((3,)), layers.Dense(4, kernel_initializer=init), layers.BatchNormalization()]
    )
    generator.add(layers.Dense(4, activation="tanh", kernel_initializer=init))
    generator.add(layers.Reshape((2, 2, 1)))
    discriminator = keras.Sequential([keras.Input((2, 2, 1)), layers.Flatten()])
    discriminator.add(layers.Dense(1, kernel_initializer=init))
    return generator, discriminator


def _learned(discriminator, real, fake, label_real, label_fake):
    """Return the weights that a step with these labels leads to."""
    with tf.GradientTape() as tape:
        losses = [
            tf.nn.sigmoid_cross_entropy_with_logits(tf.fill((len(x), 1), label), discriminator(x))
            for x, label in ((real, label_real), (fake, label_fake))
        ]
        loss = (tf.reduce_mean(losses[0]) + tf.reduce_mean(losses[1])) / 2
    weights = discriminator.trainable_variables
    return [w.numpy() - RATE * g.numpy() for w, g in zip(weights, tape.gradient(loss, weights), strict=True)]


def _d_step(step):
    generator, discriminator = _networks()
    rng = np.random.default_rng(0)
    real = tf.constant(rng.uniform(0, 1, (8, 2, 2, 1)), tf.float32)
    latent = tf.constant(rng.normal(size=(8, 3)), tf.float32)
    before = {name: [w.numpy() for w in n.trainable_variables] for name, n in (("d", discriminator), ("g", generator))}
    statistics = [w.numpy() for w in generator.non_trainable_variables]
    fake = keras.models.clone_model(generator)
    fake.set_weights(generator.get_weights())
    fake = fake(latent, training=True)
    pairs = {"right": (KEPT, 0.0), "plain": (1.0, 0.0), "both": (KEPT, 1 - KEPT), "swapped": (0.0, KEPT)}
    pairs |= {"exchanged": (0.0, 1.0)}
    wanted = {name: _learned(discriminator, real, fake, *labels) for name, labels in pairs.items()}

    returned = step(generator, discriminator, keras.optimizers.SGD(RATE), real, latent)
    moved = {
        name: any((w.numpy() != b).any() for w, b in zip(network.trainable_variables, before[name], strict=True))
        for name, network in (("d", discriminator), ("g", generator))
    }
    if returned is None and not any(moved.values()):
        raise NothingYet("Your step moves nothing and returns nothing yet. Write its body.")
    if moved["g"]:
        raise Wrong(
            "The generator moved: its weights are in the discriminator's update, so it learns to give itself away."
        )
    if not moved["d"]:
        raise Wrong("The discriminator did not move: is its update applied, and to its own list of weights?")
    if all((w.numpy() == s).all() for w, s in zip(generator.non_trainable_variables, statistics, strict=True)):
        raise Wrong("The fakes were made without `training=True`: batch normalisation did not look at this batch.")
    _judge_labels([w.numpy() for w in discriminator.trainable_variables], wanted)
    return "Real pictures get 0.9, fakes 0, and only the discriminator moves."


def _judge_labels(found, wanted):
    def reached(name):
        return all(close(f, w, 1e-4) for f, w in zip(found, wanted[name], strict=True))

    if reached("plain"):
        raise Wrong("A right step without smoothing: the label of real pictures is 1 here. It should be 0.9.")
    if reached("both"):
        raise Wrong(
            "Fakes got the label 0.1. One-sided: smoothing fakes too rewards the generator for staying as it is."
        )
    if reached("swapped") or reached("exchanged"):
        raise Wrong("The labels are swapped: real pictures must be called real (0.9), fakes fake (0).")
    if not reached("right"):
        raise Wrong(
            "Only the discriminator moved, but not to where it should: the loss is half the sum of the two mean losses."
        )


def _histories():
    """Return histories by the right answer: the last tenth differs from all before, and the last step from all."""
    ends = {
        "in balance": ("discriminator wins", "generator wins", 1000),
        "discriminator wins": ("in balance", "in balance", 600),
        "generator wins": ("in balance", "discriminator wins", 2000),
    }
    for words, (early, last, steps) in ends.items():
        tenth = steps // 10
        columns = {
            name: np.concatenate([np.full(steps - tenth, LOOKS[early][name]), np.full(tenth - 1, now), [at_last]])
            for name, now, at_last in ((name, LOOKS[words][name], LOOKS[last][name]) for name in LOOKS[words])
        }
        yield words, {"step": np.arange(1, steps + 1), **columns}


def _last_steps(histories):
    """Return what a monitor of the last step alone says of each history."""
    accuracies = {look["d_accuracy"]: words for words, look in LOOKS.items()}
    return {words: accuracies[history["d_accuracy"][-1]] for words, history in histories.items()}


def _health(health):
    cases = dict(_histories())
    said = {words: ask(health, history) for words, history in cases.items()}
    strange = {str(word) for word in said.values()} - set(cases)
    if strange:
        raise Wrong(f"Return one of {', '.join(map(repr, cases))}, not {strange.pop()!r}.")
    if len(set(said.values())) == 1:
        raise Wrong("You say the same of three histories whose accuracy is at 75%, at 99.5% and at 50% in the end.")
    if said == _last_steps(cases):
        raise Wrong("You look at the last step alone. One step is one handful of pictures: take a mean over many.")
    if (said["discriminator wins"], said["generator wins"]) == ("generator wins", "discriminator wins"):
        raise Wrong("Winners swapped: an accuracy near 100% means that the *discriminator* is right about everything.")
    if said["in balance"] == "discriminator wins":
        raise Wrong("A training that was at 100% early and is at 75% now is in balance: look at the last tenth only.")
    for words, word in said.items():
        if words != word:
            steps = len(cases[words]["step"])
            accuracy = cases[words]["d_accuracy"][-steps // 10 :].mean()
            raise Wrong(
                f"{steps:,} steps, in whose last tenth the accuracy is {accuracy:.1%}: {words}. You say: {word}."
            )
    return "What 50% (guessing) and 100% (nobody is fooled) mean is not a matter of taste; where you draw the lines is."


EXERCISES = (
    Exercise(
        "06.1",
        _faster_generator,
        "The discriminator learns from the fakes of the last steps. How much do the newest ones differ from those?",
        "A generator that stands nearly still makes the same noise again and again. Whoever sees it often knows it.",
    ),
    Exercise(
        "06.2",
        _scale,
        "The middle of 0..255 is 127.5. Where should it land?",
        'Bytes (`uint8`) have no negative numbers: turn them into floats first, with `.astype("float32")`.',
    ),
    Exercise(
        "06.3",
        _g_loss,
        "The generator wants its fakes to be called real. Which label is that?",
        "`tf.nn.sigmoid_cross_entropy_with_logits(labels, logits)` gives the loss of each picture from its logit.",
        "`labels = tf.ones_like(fake_logits)`; then the mean.",
    ),
    Exercise(
        "06.4",
        _d_step,
        "Begin with `discriminator_step` from above. Only one number in it has to change.",
        "`log_loss(label, logits)` takes any label from 0 to 1. Which of the two labels does *one-sided* mean?",
        "Check your list of weights: in the discriminator's half it is `discriminator.trainable_variables`.",
    ),
    Exercise(
        "06.5",
        _health,
        '`history["d_accuracy"]` has one number per step. What is it when one of the two wins?',
        "The last tenth of a list `a`: `a[-len(a) // 10 :]`. Take its mean.",
        "Near 1 the discriminator wins, near 0.5 the generator does.",
    ),
)
