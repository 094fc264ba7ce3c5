"""Wrong answers to the exercises of lesson 06."""

from exercise_cases import Case
from ganlib._tensorflow import keras, tf

STEP = """
def my_discriminator_step(generator, discriminator, optimizer, real, latent):
    def log_loss(label, logits):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(tf.shape(logits), label), logits))

    fake = generator(latent, training={training})
    with tf.GradientTape() as tape:
        fake = generator(latent, training={training}) if {on_tape} else fake
        loss = (log_loss({real}, discriminator(real)) + log_loss({fake}, discriminator(fake))) / 2
    weights = {weights}
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
"""
D, G = "discriminator.trainable_variables", "generator.trainable_variables"


def step(real=0.9, fake=0.0, weights=D, training=True, on_tape=False):
    return STEP.format(real=real, fake=fake, weights=weights, training=training, on_tape=on_tape)


def names():
    return {"tf": tf, "keras": keras}


def loss(code):
    return f"def my_loss(fake_logits):\n    return {code}"


def scale(code):
    return f"def my_scale(pixels):\n    return {code}"


def monitor(code):
    return f'def health(history):\n    accuracy = history["d_accuracy"]\n    return {code}'


LIMITS = '"discriminator wins" if {0} > 0.97 else "generator wins" if {0} < 0.55 else "in balance"'
LATE = "accuracy[-(len(accuracy) // 10) :].mean()"
SWAPPED = f'"generator wins" if {LATE} > 0.97 else "discriminator wins" if {LATE} < 0.55 else "in balance"'
CROSS = "tf.nn.sigmoid_cross_entropy_with_logits"
CASES = {
    "06.1": Case(
        wrong={
            'with_10 = with_tenth = "higher"': "Can the discriminator know its newest fakes?",
            'with_10, with_tenth = "lower", "the same"': "Whoever looks at the same noise",
            'with_10, with_tenth = "lower", "lower"': "Is it harder or easier",
            'with_10, with_tenth = "up", "down"': "Choose one of",
        },
        raises='with_10, with_tenth = "lower", Broken()',
    ),
    "06.2": Case(
        wrong={
            scale("pixels / 255"): "run from 0 to 1, the generator's tanh from -1 to 1",
            scale("(pixels - np.uint8(128)) / 128"): "wrap round",
            scale("pixels.astype('float32') - 127.5"): "yours become -127.5 and 127.5",
            scale("pixels[0] / 127.5 - 1"): "has the shape (5, 1, 1)",
        },
        raises=scale("pixels / unknown"),
    ),
    "06.3": Case(
        wrong={
            loss(f"tf.reduce_mean({CROSS}(tf.zeros_like(fake_logits), fake_logits))"): "Labels swapped?",
            loss("tf.reduce_mean(tf.math.log(1 - tf.sigmoid(fake_logits)))"): "the saturating loss",
            loss("-tf.reduce_mean(tf.math.log(fake_logits))"): "no number: you took logits for probabilities",
            loss("-tf.reduce_mean(tf.math.log(tf.clip_by_value(fake_logits, 1e-7, 1.0)))"): "they can be below 0",
            loss(
                "keras.losses.BinaryCrossentropy()(tf.ones_like(fake_logits), tf.identity(fake_logits))"
            ): "You took logits for probabilities",
            loss("-tf.reduce_mean(tf.math.log(tf.sigmoid(fake_logits)))"): "must cost 200",
            loss("tf.reduce_mean(tf.math.log(tf.sigmoid(fake_logits)))"): "The sign is wrong",
            loss(f"tf.reduce_sum({CROSS}(tf.ones_like(fake_logits), fake_logits))"): "That is the sum",
            loss(f"{CROSS}(tf.ones_like(fake_logits), fake_logits)"): "has the shape (17, 1)",
            loss("tf.reduce_mean(fake_logits**2)"): "the mean of -log D is",
            "my_loss = 0.7": "without parentheses",
        },
        raises=loss("tf.reduce_mean(labels)"),
        names=names,
    ),
    "06.4": Case(
        wrong={
            step(weights=f"{D} + {G}", on_tape=True): "The generator moved",
            step(weights="[]"): "The discriminator did not move",
            step(training=False): "without `training=True`",
            step(real=1.0): "A right step without smoothing",
            step(fake=0.1): "Fakes got the label 0.1",
            step(real=0.0, fake=0.9): "labels are swapped",
            step(real=0.5): "not to where it should",
        },
        raises=step(real="missing"),
        names=names,
    ),
    "06.5": Case(
        wrong={
            monitor('"in balance"'): "the same of three histories",
            monitor('"good"'): "not 'good'",
            monitor(LIMITS.format("accuracy[-1]")): "the last step alone",
            monitor(LIMITS.format("np.median(accuracy)")): "look at the last tenth only",
            monitor(SWAPPED): "Winners swapped",
            monitor(f'"discriminator wins" if {LATE} > 0.97 else "in balance"'): "You say: in balance",
            monitor(LIMITS.format("accuracy[-100:].mean()")): "600 steps, in whose last tenth",
            monitor(
                f'"discriminator wins" if {LATE} > 0.97 else "generator wins" if {LATE} <= 0.5 else "in balance"'
            ): ("the accuracy is 50.2%"),
        },
        raises=monitor('history["accuracy"]'),
        right=(
            monitor(LIMITS.format("np.median(accuracy[-(len(accuracy) // 10) :])")),
            "def health(history):\n"
            "    fake = history['d_fake'][-(len(history['d_fake']) // 10) :].mean()\n"
            "    return 'discriminator wins' if fake < 0.1 else 'generator wins' if fake > 0.45 else 'in balance'",
        ),
    ),
}
