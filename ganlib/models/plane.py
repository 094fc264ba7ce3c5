"""A GAN whose whole world fits in one figure: its data are points in the plane (lesson 05, after GAN Lab).

Whatever is hidden in a space of 784 dimensions can be seen here: the discriminator is a surface over the plane, the
generator a way to bend a sheet of noise, and the gradient that the generator learns from an arrow at every fake.
"""

from statistics import NormalDist
from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ganlib import builders
from ganlib import data as points_data
from ganlib._tensorflow import keras, tf
from ganlib.arguments import Choice, Whole, as_numbers
from ganlib.models.gan import GAN
from ganlib.models.gan_step import D_STEPS, LATENT, LATENT_OF_G, SHARES, generator_step
from ganlib.models.losses import judge_partners
from ganlib.models.pictures import in_chunks, random_from
from ganlib.training import Draws, check_seed, compile_mode, kept, written_by_layers

SHOWN = 500  # points in a sample
PICTURE_SIDE = 224  # pixels of a sample's picture


class SubStep(NamedTuple):
    """One of the ten sub-steps of a step in slow motion; fields that have no part in it are None.

    Attributes
    ----------
    player : str
        Whose update it belongs to: "discriminator" or "generator".
    caption : str
        What happens, in one sentence with the numbers.
    real, fake : ndarray or None
        Points, float32 (n, 2).
    real_weight, fake_weight : ndarray or None
        How much each point counts in this sub-step, float32 or float64 (n,), at least 0.
    arrows : ndarray or None
        Which way each fake is pushed, float32 (n, 2).
    surface : ndarray or None
        The discriminator over the plane, as `PlaneGAN.surface` gives it.
    scores : bool
        Whether the surface is a critic's.
    """

    player: str
    caption: str
    real: np.ndarray | None = None
    fake: np.ndarray | None = None
    real_weight: np.ndarray | None = None
    fake_weight: np.ndarray | None = None
    arrows: np.ndarray | None = None
    surface: np.ndarray | None = None
    scores: bool = False


class PointModel:
    """What a model of points in the plane does differently from one of pictures; list it before that one's class."""

    def default_data(self):
        """Return 2000 points of a ring, float32 (2000, 2)."""
        return points_data.toy_points("ring", 2000)

    def check_data(self, data):
        """Return the points as a tuple of one array, float32 (n, 2); ValueError if under 10 or not in the square."""
        return (points_data.check_points(data),)

    def take_sample(self, step):
        """Keep the points of the fixed random numbers in `samples`, and as a picture in the run folder."""
        self.samples[step] = self.sample_grid()
        if self.run:
            self.save_imgs(self.run.sample_folder / f"step_{step:08d}.png")

    def sample_picture(self):
        """Return the points as white dots on black, grey uint8 (224, 224)."""
        picture = np.zeros((PICTURE_SIDE, PICTURE_SIDE), np.uint8)
        x, y = np.clip((self.sample_grid().T + 1) / 2 * PICTURE_SIDE, 0, PICTURE_SIDE - 1).astype(int)
        picture[PICTURE_SIDE - 1 - y, x] = 255
        return picture


@keras.saving.register_keras_serializable("ganlib")
class PlaneGAN(PointModel, GAN):
    """A GAN of points in the square from -1 to 1.

    Parameters
    ----------
    latent : str
        "uniform" (from -1 to 1) or "normal": how the numbers of a latent vector are drawn.
    latent_dim : int
        Length of the latent vector: 1 bends a thread into the plane, 2 a sheet.
    seed : int
        Seed of the first weights, the batches and the latent vectors.
    generator, discriminator : keras.Model or None
        Small dense networks, see `builders.build_plane_generator` and `builders.build_plane_discriminator`, if None.
    **kwargs
        As in `GAN`; the two optimizers are Adam(1e-3, beta_1=0.5) if None.

    Examples
    --------
    >>> gan = PlaneGAN(seed=0)
    >>> history = gan.train(data=ganlib.data.toy_points("ring", 2000))  # doctest: +SKIP
    >>> gan.generate(300).shape
    (300, 2)
    """

    defaults = MappingProxyType({"steps": 3000, "batch_size": 128, "sample_interval": 100})
    usual_rate = 1e-3

    def __init__(self, latent="uniform", latent_dim=2, seed=0, *, name="plane_gan", **kwargs):
        self._start = None
        super().__init__("dense", latent_dim, seed, name=name, **kwargs)
        self.latent = Choice("latent", ("uniform", "normal"))(latent)
        self._first_seed = self.seed

    def _default_generator(self, latent_dim, _):
        return builders.build_plane_generator(latent_dim, seed=self.seed)

    def _default_discriminator(self, _):
        return builders.build_plane_discriminator(seed=self.seed + 1)

    def settings(self):
        """Return what rebuilds the model, besides its networks and optimizers."""
        settings = super().settings()
        del settings["network"]
        return {**settings, "latent": self.latent}

    def compile(self, *args, **kwargs):
        """Set the two optimizers and the loss, as `GAN.compile` does; `reset` comes back to them."""
        super().compile(*args, **kwargs)
        arrays, values = self.state()
        weights = {} if self._start is None else {k: v for k, v in self._start[0].items() if "optimizer" not in k}
        self._start = {**arrays, **weights}, values

    def reset(self, seed=None):
        """Put everything back to step 0: weights, optimizers, live values, history and samples.

        What was compiled stays compiled, so that training starts again at once.

        Parameters
        ----------
        seed : int or None
            Another seed makes other first weights, those of a `PlaneGAN(seed=seed)`, in networks of dense layers only;
            None is the seed that the model was built with.

        Raises
        ------
        ValueError
            The networks cannot be drawn with another seed; nothing was put back.
        """
        seed = self._first_seed if seed is None else check_seed(seed)
        if seed != self._first_seed:
            for network in self.networks():
                builders.check_redrawable(network)
        with self.exclusive():
            self.load_state(0, *self._start)
            self.live.cut(0)
            if seed != self._first_seed:
                builders.redraw_weights(self.generator, seed)
                builders.redraw_weights(self.discriminator, seed + 1)
                if self.averaged_generator is not None:
                    self.averaged_generator.set_weights(self.generator.get_weights())
            self.seed, self.pretrained_steps = seed, 0
            self.run = self.measured = self.guard = None
            self.samples = {}

    # --- data and noise -----------------------------------------------------------------------------------------------

    def draw_latent(self, draws, count, stream):
        """Draw the latent vectors, float32 (count, latent_dim), that a step trains with."""
        if self.latent == "uniform":
            return self.options.training_spread * draws.uniform([count, self.latent_dim], stream, low=-1.0, high=1.0)
        return super().draw_latent(draws, count, stream)

    def latent_vectors(self, n, seed=0):
        """Draw n latent vectors, float32 (n, latent_dim), from a seed."""
        if self.latent == "uniform":
            rng = random_from(seed)
            return 2 * rng.random((Whole("n", 1)(n), self.latent_dim), np.float32) - 1
        return super().latent_vectors(n, seed)

    # --- what can be seen ---------------------------------------------------------------------------------------------

    def sample_grid(self):
        """Return the points, float32 (500, 2), of the fixed latent vectors: the same vectors every time."""
        return self.generate(SHOWN, seed=self.seed)

    def scores(self, points):
        """Return the discriminator's number for each point (n, 2), float32 (n,): a logit, or a critic's score."""
        return in_chunks(self._run_discriminator, _as_points(points), size=10_000)[:, 0]

    def probability_real(self, points):
        """Return the probability, float32 (n,) in 0..1, that the discriminator gives to each point (n, 2)."""
        return super().probability_real(points)

    def surface(self, cells=41):
        """Return the discriminator over the square: float32 (cells, cells), rows from y = -1 up to y = 1.

        They are probabilities, in 0..1, or a critic's scores, of any size (`is_critic`).
        """
        axis = np.linspace(-1, 1, Whole("cells", 2)(cells), dtype=np.float32)
        x, y = np.meshgrid(axis, axis)
        scores = self.scores(np.stack([x, y], -1).reshape(-1, 2)).reshape(cells, cells)
        return scores if self.is_critic else self.as_probabilities(scores)

    def mesh(self, cells=20):
        """Return where the generator takes a grid over its latent space whose cells are all equally likely.

        Parameters
        ----------
        cells : int
            Cells per side.

        Returns
        -------
        ndarray
            The corners, float32 (cells + 1, 2) for one latent number, (cells + 1, cells + 1, 2) for two.
        """
        corners = self.latent_grid(cells)
        return self.pictures_of(corners.reshape(-1, self.latent_dim)).reshape(*corners.shape[:-1], 2)

    def latent_grid(self, cells=20):
        """Return the grid that `mesh` bends: its corners, float64 (cells + 1, 1), or (cells + 1, cells + 1, 2)."""
        if self.latent_dim > 2:
            raise ValueError(f"A mesh can be drawn for 1 or 2 latent numbers, not for {self.latent_dim}.")
        shares = np.linspace(0, 1, Whole("cells", 1)(cells) + 1)
        if self.latent == "normal":  # its outermost cells have no end: cut them at a thousandth
            axis = [NormalDist().inv_cdf(min(max(share, 1e-3), 1 - 1e-3)) for share in shares]
        else:
            axis = 2 * shares - 1
        return np.stack(np.meshgrid(*[axis] * self.latent_dim, indexing="ij"), -1)

    def push(self, points, partners=None):
        """Return the arrows, float32 (n, 2), along which the generator's loss falls fastest at each point (n, 2).

        It is minus the gradient of a point's loss with respect to its place: all that the generator ever learns.
        `partners`, (n, 1), are the scores of the real points with which "relativistic" compares them; 0 if None.
        """
        return self._push(tf.constant(_as_points(points)), partners).numpy()

    @tf.function(autograph=False, reduce_retracing=True)
    def _push(self, points, partners):
        with tf.GradientTape() as tape:
            tape.watch(points)
            logits = self.discriminator(points, training=False)
            loss = self.adversarial_loss.generator(logits, partners) * tf.cast(tf.shape(points)[0], tf.float32)
        return -tape.gradient(loss, points)

    # --- slow motion --------------------------------------------------------------------------------------------------

    def slow_step(self, batch_size=32, *, data=None):
        """Make the next step of the game in slow motion, with one update of each network.

        It draws what `train(1, batch_size)` would draw and ends in the same weights, up to rounding.

        Parameters
        ----------
        batch_size : int
            As in `train`.
        data : ndarray or None
            As in `train`.

        Returns
        -------
        list of SubStep
            Five of the discriminator, five of the generator.
        """
        (data,) = self.check_data(self.default_data() if data is None else data)
        batch_size = Whole("batch_size", 4, len(data))(batch_size)
        with self.exclusive():
            real, latent, shares, of_g = self._draw_step(tf.constant(data), batch_size)
            shown = self._watch_discriminator(real, latent, shares) + self._watch_generator(*of_g)
            self._counter.assign_add(1)
        return shown

    def _draw_step(self, data, batch_size):
        """Draw what the next step draws, compiled like the step: compiled random numbers differ from plain ones."""

        @tf.function(jit_compile=compile_mode(self.networks()) == "compiled", autograph=False)
        def draw(step):
            draws, half = Draws((data,), self.seed, step), batch_size // 2
            of_g = self.draw_latent(draws, batch_size, LATENT_OF_G), self.draw_rivals(draws, batch_size)
            return draws.examples(half), self.draw_latent(draws, half, LATENT), draws.uniform([half], SHARES), of_g

        return draw(self._counter.read_value())

    def _watch_discriminator(self, real, latent, shares):
        """Let the discriminator learn once; return its five sub-steps."""
        fake = self.pictures_of(latent)
        before = self.surface()
        of_real, of_fake = self._weigh_both(real, fake)
        with kept(written_by_layers(self.generator)):
            D_STEPS[self.options.d_update](self, real, latent, shares, learn=not self.freeze_d)
        now = self._weigh_both(real, fake)
        told = (
            f"1. Draw {len(fake)} real points and as many latent vectors; G, held still, makes fakes of them",
            f"2. D judges: real points get {self._verdict(of_real)} on average, fakes {self._verdict(of_fake)}",
            f"3. D's loss is {(of_real.loss.mean() + of_fake.loss.mean()) / 2:.4f}; large points add most to it",
            "4. The gradient: real points pull the surface up, fakes pull it down; large points pull hardest",
            f"5. D's weights move: on the same points its loss is now {sum(part.loss.mean() for part in now) / 2:.4f}",
        )
        seen = (
            {},
            {"surface": before},
            {"surface": before, "real_weight": np.abs(of_real.loss), "fake_weight": np.abs(of_fake.loss)},
            {"surface": before, "real_weight": of_real.pull, "fake_weight": of_fake.pull},
            {"surface": self.surface()},
        )
        points = {"real": real.numpy(), "fake": fake, "scores": self.is_critic}
        return [SubStep("discriminator", text, **points, **more) for text, more in zip(told, seen, strict=True)]

    def _watch_generator(self, latent, rivals):
        """Let the generator learn once; return its five sub-steps."""
        fake, surface = self.pictures_of(latent), self.surface()
        with kept(written_by_layers(self.discriminator)):
            partners = judge_partners(self, lambda: rivals, len(rivals))
            before, arrows = self._weigh("generator", fake, partners), self.push(fake, partners)
            generator_step(self, latent, partners, learn=not self.freeze_g)
        moved = self.pictures_of(latent)
        after = self._weigh("generator", moved, partners)
        told = (
            f"6. Draw {len(fake)} new latent vectors; G makes fakes of them",
            f"7. D, held still, judges: the fakes get {self._verdict(before)} on average",
            f"8. G's loss is {before.loss.mean():.4f}; large points add most to it",
            "9. The gradient: at every fake, D's surface says which way to go",
            f"10. G's weights move, and all fakes with them: its loss is now {after.loss.mean():.4f}",
        )
        seen = (
            {},
            {"surface": surface},
            {"surface": surface, "fake_weight": np.abs(before.loss)},
            {"surface": surface, "arrows": arrows},
            {"surface": surface, "fake": moved},
        )
        return [
            SubStep("generator", text, **{"fake": fake, "scores": self.is_critic, **more})
            for text, more in zip(told, seen, strict=True)
        ]

    def _weigh_both(self, real, fake):
        """Return what the discriminator says of real points and of fakes, which are partners in a loss of pairs."""
        of_real, of_fake = (self.discriminator(points, training=False) for points in (real, fake))
        return self._weigh("real", real, of_fake), self._weigh("fake", fake, of_real)

    def _weigh(self, term, points, partners):
        """Return what the discriminator says of each point, its loss, and how hard that pulls at its logit."""
        loss_of = getattr(self.adversarial_loss, term)
        logits = self.discriminator(points, training=False)
        with tf.GradientTape() as tape:
            tape.watch(logits)
            total = loss_of(logits, partners) * len(logits)  # a loss is a mean
        pairs = zip(logits, partners, strict=True)
        losses = np.array([float(loss_of(one[None], other)) for one, other in pairs])
        pull = np.abs(tape.gradient(total, logits).numpy()[:, 0])
        return _Weighed(logits.numpy()[:, 0], losses, pull)

    def _verdict(self, weighed):
        """Write the mean probability of being real of points, or their mean score."""
        if self.is_critic:
            return f"the score {weighed.logit.mean():.2f}"
        return f"{self.as_probabilities(weighed.logit).mean():.2f}"


class _Weighed(NamedTuple):
    """What belongs to each of n points: the logit or score, the loss, the size of its gradient."""

    logit: np.ndarray
    loss: np.ndarray
    pull: np.ndarray


def _as_points(points):
    """Return points, in the square or not, as float32 (n, 2); ValueError if they are none."""
    points = as_numbers("Points", points).astype(np.float32)
    if points.shape[1] != 2 or not np.isfinite(points).all():
        raise ValueError(f"Points must be finite numbers of shape (n, 2), n at least 1, not {points.shape}.")
    return points
