"""The losses of a GAN, and what some of them ask for besides their terms: a penalty, or pairs of a real and a fake.

Real is 1 and fake is 0, everywhere. Which loss counts can change while a compiled step runs.
"""

from functools import partial
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ganlib._tensorflow import tf


def _log_loss(label, logits):
    """Mean of -log p(label) with p(real) = sigmoid(logit), computed from the logit so that it cannot overflow."""
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.zeros_like(logits) + label, logits))


def _square_loss(code, logits):
    """Half the mean square between a code and the score (logit + 1) / 2, so that a logit above 0 still means real."""
    return tf.reduce_mean(tf.square((logits + 1) / 2 - code)) / 2


class Loss(NamedTuple):
    """The three terms of an adversarial loss; each maps logits (n, 1) to a scalar.

    Attributes
    ----------
    real : callable
        Takes the label of real pictures, too.
    fake, generator : callable
    scores : bool
        Whether what it trains is a critic: its numbers are scores, not logits of a probability.
    paired : bool
        Whether the terms take differences: by how much a picture's score is above that of its partner, a fake for a
        real one and a real one for a fake. Only differences mean something then, and no
        number divides real from fake.
    """

    real: callable
    fake: callable
    generator: callable
    scores: bool = False
    paired: bool = False


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
    # Arjovsky et al. 2017, equations 2 and 3: twice the discriminator's loss is minus the distance that it estimates.
    "wasserstein": Loss(
        real=lambda scores, label: -tf.reduce_mean(scores),
        fake=lambda scores: tf.reduce_mean(scores),
        generator=lambda scores: -tf.reduce_mean(scores),
        scores=True,
    ),
    # Lim and Ye 2017; Miyato et al. 2018, equations 16 and 17: a real above 1 or a fake below -1 teaches nothing more.
    "hinge": Loss(
        real=lambda scores, label: tf.reduce_mean(tf.nn.relu(1 - scores)),
        fake=lambda scores: tf.reduce_mean(tf.nn.relu(1 + scores)),
        generator=lambda scores: -tf.reduce_mean(scores),
        scores=True,
    ),
    # Jolicoeur-Martineau 2019, section 4.1; Huang et al. 2024, equation 2: the logistic loss of pairs.
    "relativistic": Loss(
        real=lambda above, label: _log_loss(label, above),
        fake=lambda above: _log_loss(0.0, above),
        generator=lambda above: _log_loss(1.0, above),
        scores=True,
        paired=True,
    ),
}


class AdversarialLoss:
    """The current loss: which of `LOSSES` counts can change while a compiled step runs.

    All are computed, and one is chosen, which costs nothing compared with the networks.

    Parameters
    ----------
    kind : tf.Variable
        float32, the place in `LOSSES` of the one that counts.
    label_smoothing : tf.Variable
        float32: real pictures are labelled 1 minus this.
    """

    def __init__(self, kind, label_smoothing):
        self._kind, self._label_smoothing = kind, label_smoothing

    def discriminator(self, real_logits, fake_logits):
        """Compute the discriminator's loss, the mean of its terms on as many real pictures as fakes."""
        return (self.real(real_logits, fake_logits) + self.fake(fake_logits, real_logits)) / 2

    def real(self, logits, partners=None):
        """Compute the term of real pictures; in a loss of pairs `partners` (n, 1) are the logits of the other side."""
        return self._term("real", logits, partners, 1.0 - self._label_smoothing)

    def fake(self, logits, partners=None):
        """Compute the term of fakes."""
        return self._term("fake", logits, partners)

    def generator(self, logits, partners=None):
        """Compute the generator's loss from the logits (n, 1) of its fakes."""
        return self._term("generator", logits, partners)

    def _term(self, term, logits, partners, *label):
        above = logits if partners is None else logits - partners
        kinds = [getattr(loss, term)(above if loss.paired else logits, *label) for loss in LOSSES.values()]
        return self._of_now(tf.stack(kinds))

    def opinions(self, real_logits, fake_logits):
        """Return what the discriminator thinks of real pictures and of fakes.

        `d_accuracy` is the share that was judged right: real pictures above 0 and fakes not above 0, or, for a critic
        whose scores mean something only by their differences, pairs in which the real one has the higher score.
        `d_real` and `d_fake` are the mean probabilities of being real; a critic has none, and they are NaN.
        """
        right = tf.concat([real_logits > 0, fake_logits <= 0], axis=0)
        in_order = real_logits > fake_logits
        right, in_order = (tf.reduce_mean(tf.cast(judged, tf.float32)) for judged in (right, in_order))
        no_zero = [kind in PENALTIES for kind in LOSSES]  # what only a penalty holds can drift as a whole
        nothing = self._of_now(tf.constant([np.nan if loss.scores else 0.0 for loss in LOSSES.values()]))
        return {
            "d_accuracy": tf.where(self._of_now(tf.constant(no_zero)), in_order, right),
            "d_real": tf.reduce_mean(tf.sigmoid(real_logits)) + nothing,
            "d_fake": tf.reduce_mean(tf.sigmoid(fake_logits)) + nothing,
        }

    def turns_of(self, kind):
        """Return 1 if the loss is of this kind now, else 0, an int32 scalar."""
        return self._of_now(tf.constant([int(kind == loss) for loss in LOSSES]))

    def _of_now(self, values):
        """Choose from a tensor with a value for each loss that of the current loss.

        Gathered, and not sliced: XLA takes the place of a slice for a constant and compiles again for each loss.
        """
        return tf.gather(values, tf.cast(self._kind, tf.int32))


# --- penalties --------------------------------------------------------------------------------------------------------


def join(real, fake):
    """Put real and fake one after the other: two tensors, or two lists of tensors."""
    return tf.nest.map_structure(lambda *parts: tf.concat(parts, 0), real, fake)


def steepness(gan, judged, training):
    """Return the logits of pictures, and the squared lengths (n,) of their gradients with respect to the pictures."""
    pictures = tf.nest.flatten(judged)[0]
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        logits = gan.discriminator(judged, training=training)
    slopes = tape.gradient(logits, pictures)
    return logits, tf.reduce_sum(slopes**2, axis=list(range(1, slopes.shape.rank)))


def _one_lipschitz(gan, real, fake, shares):
    """Mean square of how far slopes are from 1, at places on the way from a real picture to a fake.

    Gulrajani et al. 2017, equation 3. A digit that a conditional discriminator is told is mixed like the picture.
    """

    def mix(ones, others):
        share = tf.reshape(shares, [-1] + [1] * (ones.shape.rank - 1))
        return others + share * (ones - others)

    _, squares = steepness(gan, tf.nest.map_structure(mix, real, fake), training=False)
    return tf.reduce_mean((tf.sqrt(squares + 1e-12) - 1) ** 2)  # whose gradient is infinite at 0 without that


def _flat_at_both(gan, real, fake, shares):
    """Mean square slope at real pictures (R1) plus that at fakes (R2): Huang et al. 2024, section 2.2."""
    _, squares = steepness(gan, join(real, fake), training=False)
    return 2 * tf.reduce_mean(squares)  # a mean over as many of both


class Penalty(NamedTuple):
    """What a loss asks of the discriminator's slopes: a scalar, and the weight that the literature gives it."""

    of: callable
    weight: float


# The weights of Gulrajani et al. 2017, section 4, and of Huang et al. 2024, stacked MNIST.
PENALTIES = MappingProxyType(
    {"wasserstein": Penalty(_one_lipschitz, 10.0), "relativistic": Penalty(_flat_at_both, 1.0)}
)


def with_penalty(gan, gradients, real, fake, shares):
    """Return gradients of the discriminator's loss plus those of the penalty that belongs to the current loss.

    Which that is can change while a compiled function runs. Each is a loop of one turn, or of none, within one such
    loop for all of them: a condition would cost a copy of all weights, and to multiply what is not wanted by 0 would
    cost as much as to want it.
    """
    known = [gradient is not None for gradient in gradients]
    weights = [weight for weight, has in zip(gan.discriminator.trainable_variables, known, strict=True) if has]
    sums = tuple(tf.convert_to_tensor(gradient) for gradient in gradients if gradient is not None)

    def add(turn, sums, penalty):
        weight = penalty.weight if gan.options.loss_penalty is None else gan.options.loss_penalty
        judged = _in_turn(turn, real), _in_turn(turn, fake)
        with tf.GradientTape() as tape:
            loss = weight / 2 * penalty.of(gan, *judged, shares)  # half, like the mean of both terms of the loss
        more = tape.gradient(loss, weights)  # None for a weight, such as the last bias, that changes no slope
        pairs = zip(sums, more, strict=True)
        return turn + 1, tuple(gradient if extra is None else gradient + extra for gradient, extra in pairs)

    def add_wanted(turn, sums):
        for kind, penalty in PENALTIES.items():
            _, sums = _turns(gan.adversarial_loss.turns_of(kind), partial(add, penalty=penalty), sums)
        return turn + 1, sums

    _, sums = _turns(sum(gan.adversarial_loss.turns_of(kind) for kind in PENALTIES), add_wanted, sums)
    rest = iter(sums)
    return [next(rest) if has else None for has in known]


def _in_turn(turn, judged):
    """Add the number of the turn, which is 0, to all that is judged.

    Or XLA would see that nothing in the loop depends on the turn, and compute it before the loop, wanted or not.
    """
    return tf.nest.map_structure(lambda part: part + tf.cast(turn, part.dtype), judged)


def _turns(count, body, start):
    """Repeat `body(turn, values)` `count` times; return the number of turns and the values."""
    return tf.while_loop(lambda turn, _: turn < count, body, (tf.constant(0), start), parallel_iterations=1)


# --- pairs ------------------------------------------------------------------------------------------------------------


def judge_partners(gan, draw_real, count):
    """Return the logits (count, 1) of real pictures, which `draw_real()` draws; zeros if the loss wants no pairs.

    A batch of `fit` has half as many real pictures: each is the partner of two fakes.
    """

    def judge(turn, _):
        logits = gan.discriminator(_in_turn(turn, draw_real()), training=True)
        return turn + 1, tf.reshape(tf.gather(logits, tf.range(count) % tf.shape(logits)[0]), [count, 1])

    wanted = sum(gan.adversarial_loss.turns_of(kind) for kind, loss in LOSSES.items() if loss.paired)
    return _turns(wanted, judge, tf.zeros([count, 1]))[1]
