"""The two networks of a GAN, and what each can be asked: the generator for pictures, the discriminator for its opinion.

How they learn from each other is in `ganlib.models.gan`.
"""

import numpy as np

from ganlib import builders
from ganlib._tensorflow import tf
from ganlib.arguments import Choice, Whole, as_numbers
from ganlib.models.common import copy_of
from ganlib.models.networks import check_pair
from ganlib.models.pictures import PictureModel, in_chunks, random_from, to_unit_range


class NetworkPair(PictureModel):
    """A generator and a discriminator that fit each other; the parameters are those of `GAN`.

    Two more generators may make the pictures: a moving average of the one that learns, and the best on the way, which
    a judge chose.

    Attributes
    ----------
    averaged_generator, best_generator : keras.Model or None
        None: the first without `ema_decay`, the second before a judge has looked.
    judged : tuple of pairs (int, float)
        The steps at which a judge looked, and how far the pictures were from real ones there.
    """

    network_names = ("generator", "discriminator")

    def __init__(self, network, latent_dim, seed, *, image_shape, generator, discriminator, name):
        super().__init__(seed=seed, name=name)
        self.network = Choice("network", builders.NETWORKS)(network)
        shape = _shape_of(image_shape, generator, discriminator)
        self.generator = self._default_generator(latent_dim, shape) if generator is None else generator
        self.discriminator = self._default_discriminator(shape) if discriminator is None else discriminator
        self.latent_dim = self.check_networks()
        self.averaged_generator = self.best_generator = None
        self.judged, self.draws_best = (), False

    def _default_generator(self, latent_dim, shape):
        build = {"dense": builders.build_generator, "conv": builders.build_conv_generator}[self.network]
        return build(latent_dim, image_shape=shape, seed=self.seed)

    def _default_discriminator(self, shape):
        build = {"dense": builders.build_discriminator, "conv": builders.build_conv_discriminator}[self.network]
        return build(image_shape=shape, seed=self.seed + 1)

    def check_networks(self):
        """Return the latent dimension; ValueError if the two networks do not fit."""
        return check_pair(self.generator, self.discriminator)

    @property
    def picture_shape(self):
        """Height, width and channels of a picture."""
        return tuple(self.discriminator.input_shape[1:])

    def call(self, latent, training=False):
        """Turn latent vectors float32 (n, latent_dim) into pictures in [-1, 1]."""
        return self.drawing_generator(latent, training=training)

    # --- pictures -----------------------------------------------------------------------------------------------------

    def generate(self, n, seed=0):
        """Make pictures.

        Parameters
        ----------
        n : int
            How many.
        seed : int
            Seed of the latent vectors; the same seed gives the same vectors.

        Returns
        -------
        ndarray
            float32 (n, height, width, channels) in [-1, 1].
        """
        return self.pictures_of(self.latent_vectors(n, seed))

    def latent_vectors(self, n, seed=0):
        """Draw n latent vectors, float32 (n, latent_dim), from a seed: standard normal numbers."""
        return random_from(seed).standard_normal((Whole("n", 1)(n), self.latent_dim), np.float32)

    def pictures_of(self, latent):
        """Turn latent vectors float32 (n, latent_dim) into pictures float32 in [-1, 1]."""
        return in_chunks(self._run_generator, self.check_latent(latent))

    def check_latent(self, latent):
        """Return latent vectors as float32 (n, latent_dim); ValueError if they have another shape."""
        latent = as_numbers("Latent vectors", latent).astype(np.float32)
        if latent.shape[1] != self.latent_dim:
            raise ValueError(f"Latent vectors must be (n, {self.latent_dim}), not {latent.shape}.")
        return latent

    def sample_grid(self):
        """Return the 25 pictures, float32 (25, height, width, channels), of the same latent vectors every time."""
        return self.generate(25, seed=self.seed)

    def _run_generator(self, *latent):
        return self._draw(*latent, best=self.draws_best)

    @tf.function(autograph=False, reduce_retracing=True)
    def _draw(self, *latent, best):  # one trace for each `best`, the flag that `call` reads
        return self(_one_or_list(latent), training=False)

    # --- opinions -----------------------------------------------------------------------------------------------------

    def scores(self, images):
        """Return the discriminator's number for each picture, float32 (n,): a logit, or a critic's score.

        The higher, the more real. With "hinge" real is above 0 and fake below; with "wasserstein" or "relativistic" a
        score means nothing alone, only the difference of two.
        """
        (pictures,) = self.check_data(images)
        return in_chunks(self._run_discriminator, pictures)[:, 0]

    def probability_real(self, images):
        """Return the probability, float32 (n,) in 0..1, that the discriminator gives to each picture being real.

        Raises
        ------
        ValueError
            The loss makes the discriminator a critic, which has none: see `scores`.
        """
        return self.as_probabilities(self.scores(images))

    @property
    def is_critic(self):
        """Whether the loss makes the discriminator a critic: its numbers are scores, not logits of a probability."""
        raise NotImplementedError

    def as_probabilities(self, logits):
        """Return the probabilities of being real, float32, that belong to logits; ValueError if they are scores."""
        if self.is_critic:
            raise ValueError(
                f"With the loss {self.loss_kind!r} the discriminator is a critic, whose scores are no probabilities: "
                f"ask for scores(...) in place of probability_real(...)."
            )
        return tf.sigmoid(logits).numpy()

    @tf.function(autograph=False, reduce_retracing=True)
    def _run_discriminator(self, pictures, *digits):
        return self.discriminator(_one_or_list((to_unit_range(pictures), *digits)), training=False)

    # --- which generator makes the pictures ---------------------------------------------------------------------------

    @property
    def drawing_generator(self):
        """The generator whose weights make the pictures: the best one kept, else the average, else the learner's."""
        best = self.best_generator if self.draws_best else None
        return best or self.averaged_generator or self.generator

    @property
    def draws_best(self):
        """Whether the best generator that was kept makes the pictures: from the end of a training to the next one."""
        return self._draws_best

    @draws_best.setter
    def draws_best(self, wanted):
        self._draws_best = bool(wanted and self.judged)
        self.predict_function = None  # Keras has traced the other one

    def begin_training(self):
        """Let the generator that learns make the pictures again."""
        self.draws_best = False

    def keep_if_best(self, distance):
        """Keep the averaged generator as it is now, aside from training, if a judge found it nearest so far.

        Parameters
        ----------
        distance : float
            How far its pictures are from real ones, always by the same measure. Every checkpoint holds what is kept.
        """
        best = min((known for _, known in self.judged), default=np.inf)
        self._expect_best((*self.judged, (self.step, distance)))
        if distance < best:
            self.best_generator.set_weights(self.averaged_generator.get_weights())

    def _expect_best(self, judged):
        """Have a network for the best weights if a judge has looked."""
        self.judged = tuple((int(step), float(distance)) for step, distance in judged)
        if self.judged and self.best_generator is None:
            self.best_generator = copy_of(self.generator, "generator")

    # --- state --------------------------------------------------------------------------------------------------------

    def state_variables(self):
        """Return the variables that a checkpoint holds."""
        parts = {"generator": self.generator.variables, "discriminator": self.discriminator.variables}
        if self.averaged_generator is not None:
            parts["averaged_generator"] = self.averaged_generator.variables
        if self.judged:
            parts["best_generator"] = self.best_generator.variables
        return parts

    def plain_values(self):
        """Return what belongs to the state besides the arrays: the live values, and what the judge said on the way."""
        return {**super().plain_values(), "judged": self.judged, "draws_best": self.draws_best}

    def load_plain_values(self, values):
        """Put back what `plain_values` returned."""
        super().load_plain_values(values)
        self._expect_best(values.get("judged", ()))
        self.draws_best = values.get("draws_best", False)

    def load_state(self, step, arrays, values):
        """Put back what `state` returned; ValueError, with nothing changed, if it does not fit the networks."""
        before = self.judged
        self._expect_best(values.get("judged", ()))
        try:
            super().load_state(step, arrays, values)
        except ValueError:
            self.judged = before
            raise


def _shape_of(image_shape, generator, discriminator):
    """Return the shape of the pictures that a new network makes or takes: what was said, or what the other one has."""
    made = getattr(generator, "output_shape", None)
    taken = getattr(discriminator, "inputs", None)
    if image_shape is None and isinstance(made, tuple) and len(made) == 4:
        return made[1:]
    if image_shape is None and taken and len(taken[0].shape) == 4:
        return tuple(taken[0].shape[1:])
    return builders.IMAGE_SHAPE if image_shape is None else image_shape


def _one_or_list(tensors):
    """Return what a network takes: a tensor if there is one, else a list."""
    return list(tensors) if len(tensors) > 1 else tensors[0]
