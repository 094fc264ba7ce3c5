"""One step of a GAN, as lesson 06 writes it out: the discriminator's update, the generator's update.

The losses are in `ganlib.models.losses`. An update returns what it measured, a dict of float32 scalars, and the
gradients that it found; where `learn` is False it moves nothing.
"""

from ganlib._tensorflow import tf
from ganlib.models.losses import join, steepness, with_penalty
from ganlib.models.networks import regularisation

# --- one update of the discriminator ----------------------------------------------------------------------------------


def discriminator_step(gan, real, latent, shares, learn=True):
    """Let the discriminator learn from real pictures and as many fakes; `shares` (n,) mix them for a penalty."""
    fake = gan.make(latent, training=gan.options.d_fakes == "training")
    weights = gan.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        real_logits, fake_logits, extra = _judge_both(gan, real, fake)
        loss = gan.discriminator_loss(real_logits, fake_logits)
        objective = loss + extra
    gradients = with_penalty(gan, tape.gradient(objective, weights), real, fake, shares)
    if learn:
        gan.d_optimizer.apply(gradients, weights)
    return {"d_loss": loss, **gan.opinions(real_logits, fake_logits)}, gradients


def discriminator_step_apart(gan, real, latent, shares, learn=True):
    """Let the discriminator learn as in the classic code, in two updates: first from real pictures, then from fakes.

    No loss with a penalty of its own, or of pairs, can be learned so: `shares` are not used.
    """
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
    return {"d_loss": (real_loss + fake_loss) / 2, **gan.opinions(real_logits, fake_logits)}, gradients


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
        loss = gan.loss_term("generator", gan.discriminator(fake, training=True), partners=partners)
        objective = loss + regularisation(gan.generator)
    gradients = tape.gradient(objective, weights)
    if learn:
        gan.g_optimizer.apply(gradients, weights)
        gan.update_average()
    return {"g_loss": loss}, gradients
