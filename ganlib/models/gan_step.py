"""One step of a GAN, as lesson 06 writes it out: the losses, the discriminator's update, the generator's update.

Real is 1 and fake is 0, everywhere. An update returns what it measured, a dict of float32 scalars, and the gradients
that it found; where `learn` is False it moves nothing.
"""

from typing import NamedTuple

from ganlib._tensorflow import tf
from ganlib.models.networks import regularisation

# --- losses: of the discriminator on real and on fake logits, of the generator on the logits of its fakes -------------


def _log_loss(label, logits):
    """Mean of -log p(label) with p(real) = sigmoid(logit), computed from the logit so that it cannot overflow."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(logits) + label, logits))


def _square_loss(code, logits):
    """Half the mean square between a code and the score (logit + 1) / 2, so that a logit above 0 still means real."""
    return tf.reduce_mean(tf.square((logits + 1) / 2 - code)) / 2


class Loss(NamedTuple):
    """The three terms of an adversarial loss; each maps logits (n, 1) to a scalar."""

    real: callable
    fake: callable
    generator: callable


LOSSES = {
    # Goodfellow et al. 2014, equation 1 and section 3: the generator maximises log D(G(z)).
    "non_saturating": Loss(
        real=lambda logits, label: _log_loss(label, logits),
        fake=lambda logits: _log_loss(0.0, logits),
        generator=lambda logits: _log_loss(1.0, logits),
    ),
    # Equation 1 as it stands, the zero-sum game: the generator minimises log(1 - D(G(z))), flat where D is sure.
    "saturating": Loss(
        real=lambda logits, label: _log_loss(label, logits),
        fake=lambda logits: _log_loss(0.0, logits),
        generator=lambda logits: -_log_loss(0.0, logits),
    ),
    # Mao et al. 2017, equation 9, with the codes 0 for fake and 1 for real.
    "least_squares": Loss(
        real=lambda logits, label: _square_loss(label, logits),
        fake=lambda logits: _square_loss(0.0, logits),
        generator=lambda logits: _square_loss(1.0, logits),
    ),
}

# --- one update of the discriminator ----------------------------------------------------------------------------------


def discriminator_step(gan, real, latent, learn=True):
    """Let the discriminator learn from real pictures and as many fakes."""
    fake = gan.make(latent, training=gan.options.d_fakes == "training")
    weights = gan.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        real_logits, fake_logits, extra = _judge_both(gan, real, fake)
        loss = (gan.real_loss(real_logits) + gan.loss_term("fake", fake_logits)) / 2
        objective = loss + extra
    gradients = tape.gradient(objective, weights)
    if learn:
        gan.d_optimizer.apply(gradients, weights)
    return {"d_loss": loss, **opinions(real_logits, fake_logits)}, gradients


def discriminator_step_apart(gan, real, latent, learn=True):
    """Let the discriminator learn as in the classic code, in two updates: first from real pictures, then from fakes."""
    fake = gan.make(latent, training=gan.options.d_fakes == "training")
    weights = gan.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        real_logits, penalty = _judge_real(gan, real)
        real_loss = gan.real_loss(real_logits)
        objective = real_loss + penalty + regularisation(gan.discriminator)
    gradients = tape.gradient(objective, weights)
    if learn:
        gan.d_optimizer.apply(gradients, weights)
    with tf.GradientTape() as tape:
        fake_logits = gan.discriminator(fake, training=True)
        fake_loss = gan.loss_term("fake", fake_logits)
        objective = fake_loss + regularisation(gan.discriminator)
    gradients = tape.gradient(objective, weights)
    if learn:
        gan.d_optimizer.apply(gradients, weights)
    return {"d_loss": (real_loss + fake_loss) / 2, **opinions(real_logits, fake_logits)}, gradients


D_STEPS = {"together": discriminator_step, "apart": discriminator_step_apart}


def _judge_both(gan, real, fake):
    """Return the logits of real pictures, those of fakes, and what penalty and regularisers add to the loss.

    One call judges both where there is no penalty. With two calls the regularisers of activities have two terms, of
    which the mean is taken, as one call would.
    """
    if not gan.options.gradient_penalty:
        logits = gan.discriminator(join(real, fake), training=True)
        return *tf.split(logits, 2), regularisation(gan.discriminator)
    real_logits, penalty = _judge_real(gan, real)
    of_real = regularisation(gan.discriminator)
    fake_logits = gan.discriminator(fake, training=True)
    return real_logits, fake_logits, (penalty + of_real + regularisation(gan.discriminator)) / 2


def _judge_real(gan, real):
    """Return the logits of real pictures, and the penalty on how steep the discriminator is there."""
    if not gan.options.gradient_penalty:
        return gan.discriminator(real, training=True), 0.0
    pictures = tf.nest.flatten(real)[0]
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        logits = gan.discriminator(real, training=True)
    slopes = tape.gradient(logits, pictures)
    lengths = tf.reduce_sum(slopes**2, axis=list(range(1, slopes.shape.rank)))
    return logits, gan.options.gradient_penalty / 2 * tf.reduce_mean(lengths)


def join(real, fake):
    """Put real and fake one after the other: two tensors, or two lists of tensors."""
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, 0), real, fake)


def opinions(real_logits, fake_logits):
    """Return the share that was judged right, and the mean probabilities of being real of real ones and of fakes."""
    right = tf.concat([real_logits > 0, fake_logits <= 0], axis=0)
    return {
        "d_accuracy": tf.reduce_mean(tf.cast(right, tf.float32)),
        "d_real": tf.reduce_mean(tf.sigmoid(real_logits)),
        "d_fake": tf.reduce_mean(tf.sigmoid(fake_logits)),
    }


# --- one update of the generator --------------------------------------------------------------------------------------


def generator_step(gan, latent, learn=True):
    """Let the generator learn from what the discriminator, which stands still, says about its fakes."""
    weights = gan.generator.trainable_variables
    with tf.GradientTape() as tape:
        fake = gan.make(latent, training=True)
        loss = gan.loss_term("generator", gan.discriminator(fake, training=True))
        objective = loss + regularisation(gan.generator)
    gradients = tape.gradient(objective, weights)
    if learn:
        gan.g_optimizer.apply(gradients, weights)
        gan.update_average()
    return {"g_loss": loss}, gradients
