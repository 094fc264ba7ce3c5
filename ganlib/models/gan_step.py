"""One step of a GAN, as lesson 06 writes it out: the discriminator's update, the generator's update.

The losses are in `ganlib.models.losses`. An update returns what it measured, a dict of float32 scalars, and the
gradients that it found; where `learn` is False it moves nothing.
"""

import numpy as np

from ganlib._tensorflow import tf
from ganlib.models.losses import join, steepness, with_penalty
from ganlib.models.networks import regularisation

# Streams of random numbers: the latent vectors of both networks (4 and 5 are the digits of a conditional GAN), the
# noise that pretraining takes for fakes, what mixes real and fake for a penalty, what augments pictures.
LATENT, LATENT_OF_G, NOISE, SHARES, AUGMENTED = 1, 2, 3, 6, 7
GRADIENT_EVERY = 10  # steps; a length reads every gradient once more, which costs a tenth of a step

# --- one update of the discriminator ----------------------------------------------------------------------------------


def discriminator_step(gan, real, latent, shares, learn=True):
    """Let the discriminator learn from real pictures and as many fakes; `shares` (n,) mix them for a penalty."""
    fake = gan.make(latent, training=gan.options.d_fakes == "training")
    weights = gan.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        real_logits, fake_logits, extra = _judge_both(gan, real, fake)
        loss = gan.adversarial_loss.discriminator(real_logits, fake_logits)
        objective = loss + extra
    gradients = with_penalty(gan, tape.gradient(objective, weights), real, fake, shares)
    if learn:
        gan.d_optimizer.apply(gradients, weights)
    return {"d_loss": loss, **gan.adversarial_loss.opinions(real_logits, fake_logits)}, gradients


def discriminator_step_apart(gan, real, latent, shares, learn=True):
    """Let the discriminator learn as in the classic code, in two updates: first from real pictures, then from fakes.

    No loss with a penalty of its own, or of pairs, can be learned so: `shares` are not used.
    """
    fake = gan.make(latent, training=gan.options.d_fakes == "training")
    weights = gan.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        real_logits, penalty = _judge_real(gan, real)
        real_loss = gan.adversarial_loss.real(real_logits)
        objective = real_loss + penalty + regularisation(gan.discriminator)
    gradients = tape.gradient(objective, weights)
    if learn:
        gan.d_optimizer.apply(gradients, weights)
    with tf.GradientTape() as tape:
        fake_logits = gan.discriminator(fake, training=True)
        fake_loss = gan.adversarial_loss.fake(fake_logits)
        objective = fake_loss + regularisation(gan.discriminator)
    gradients = tape.gradient(objective, weights)
    if learn:
        gan.d_optimizer.apply(gradients, weights)
    return {"d_loss": (real_loss + fake_loss) / 2, **gan.adversarial_loss.opinions(real_logits, fake_logits)}, gradients


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
    logits, squares = steepness(gan, real, training=True)
    return logits, gan.options.gradient_penalty / 2 * tf.reduce_mean(squares)


# --- one update of the generator --------------------------------------------------------------------------------------


def generator_step(gan, latent, partners, learn=True):
    """Let the generator learn from what the discriminator, which stands still, says about its fakes.

    `partners` are the logits (n, 1) of the real pictures that a loss of pairs compares them with, see `judge_partners`.
    """
    weights = gan.generator.trainable_variables
    with tf.GradientTape() as tape:
        fake = gan.make(latent, training=True)
        loss = gan.adversarial_loss.generator(gan.discriminator(fake, training=True), partners)
        objective = loss + regularisation(gan.generator)
    gradients = tape.gradient(objective, weights)
    if learn:
        gan.g_optimizer.apply(gradients, weights)
        gan.update_average()
    return {"g_loss": loss}, gradients


# --- what is measured beside ------------------------------------------------------------------------------------------


def gradient_norm(step, gradients):
    """Return the length of all gradients together at every tenth step, NaN at the others; 0 if all is frozen."""
    if not gradients:  # all is frozen
        return 0.0
    return tf.cond(step % GRADIENT_EVERY == 0, lambda: tf.linalg.global_norm(gradients), lambda: np.nan)
