"""A head start for the discriminator: it learns to tell real pictures from noise before the generator begins."""

import contextlib
from functools import partial

import numpy as np

from ganlib._tensorflow import tf
from ganlib.arguments import Whole
from ganlib.models.gan_step import SHARES
from ganlib.models.losses import join, with_penalty
from ganlib.models.networks import regularisation
from ganlib.training import MAX_BLOCK, Player, TrainingDiverged, compile_block, compile_mode

TURN = 63  # of the draws of a step, whose own turns come before


def pretrain_discriminator(gan, steps=200, batch_size=32, *, data=None):
    """Let the discriminator learn to tell real pictures (1) from uniform noise (0) before the generator starts.

    Parameters
    ----------
    gan : GAN
    steps : int
        How many updates.
    batch_size : int
        Half of it real pictures, half of it noise.
    data : ndarray or None
        As in `train`.

    Returns
    -------
    float
        The share of the last block's pictures, real and noise, that the discriminator judged right.

    Raises
    ------
    TrainingDiverged
        A weight became infinite or NaN; the discriminator is as it was before.
    """
    steps = Whole("steps", 1)(steps)
    data = gan.check_data(gan.default_data() if data is None else data)
    batch_size = Whole("batch_size", 4, len(data[0]))(batch_size)
    mode = compile_mode([gan.discriminator])
    pupil = Player(gan.discriminator, gan.d_optimizer, partial(_pretraining_step, gan), ("accuracy",))
    block = compile_block([pupil], pupil.metric_names, batch_size, mode)
    given = {"seed": tf.constant(gan.seed, tf.int64), "data": tuple(map(tf.constant, data))}
    with gan.exclusive(), gan.run.held() if gan.run else contextlib.nullcontext():
        before, begun = gan.state(), gan.pretrained_steps
        try:
            for first in range(0, steps, MAX_BLOCK):
                count = min(MAX_BLOCK, steps - first)
                gan.pretrained_steps += count  # before they are made: an interrupt may come in between
                accuracies = block(gan.pretrained_steps - count, count, **given)
            if not all(np.isfinite(weight).all() for weight in gan.discriminator.get_weights()):
                raise TrainingDiverged(
                    f"Pretraining diverged: a weight of the discriminator became infinite or NaN, most often because a "
                    f"learning rate is too high (d_learning_rate {gan.d_learning_rate:g}). The discriminator was put "
                    f"back to what it was: lower the rate and pretrain again."
                )
        except Exception:
            gan.load_state(gan.step, *before)
            raise
        finally:
            if gan.pretrained_steps > begun:
                gan.record_gap(f"the discriminator was pretrained after step {gan.step}.")
    return float(accuracies.mean())


def _pretraining_step(gan, draws, batch_size, learn):
    """Make one update of the discriminator on real pictures against noise."""
    draws, weights = draws.at_turn(TURN), gan.discriminator.trainable_variables
    real = gan.draw_real(draws, batch_size // 2)
    noise = gan.draw_noise(draws, real)
    with tf.GradientTape() as tape:
        real_logits, noise_logits = tf.split(gan.discriminator(join(real, noise), training=True), 2)
        objective = gan.adversarial_loss.discriminator(real_logits, noise_logits) + regularisation(gan.discriminator)
    gradients, shares = tape.gradient(objective, weights), draws.uniform([batch_size // 2], SHARES)
    gan.d_optimizer.apply(with_penalty(gan, gradients, real, noise, shares), weights)
    return {"accuracy": gan.adversarial_loss.opinions(real_logits, noise_logits)["d_accuracy"]}
