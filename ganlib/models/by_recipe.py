"""How a recipe becomes a GAN: its networks and optimizers, its options, and the budget of its `train()`."""

import time
from pathlib import Path
from types import MappingProxyType

import numpy as np

from ganlib import builders
from ganlib import data as pixels
from ganlib._tensorflow import keras
from ganlib.arguments import Choice
from ganlib.models.options import GANOptions
from ganlib.models.recipes import RECIPES, Recipe, as_recipe
from ganlib.training import check_seed

TIMED_SECONDS = 2.0  # for how long a step is timed, where the number of steps follows from it
ROUNDS, ROUND_SECONDS = 3, 4.0  # where models are compared: how often each is timed, and for how long each time


class ByRecipe:
    """What a recipe gives to the family of GANs that stands after this class."""

    recipe = None

    @classmethod
    def from_recipe(cls, name, seed=0):
        """Build the GAN of a recipe; its `train()` runs the recipe's own budget unless it is told another one.

        Parameters
        ----------
        name : str or Recipe
            A key of `RECIPES`, such as "swift", "fine" or "wasserstein", or settings of your own:
            `RECIPES["swift"].replace(batch_size=32)`. A recipe with a budget of seconds, such as "gpu", has its step
            timed first, to make as many as fit on the device at hand. A `ConditionalGAN` takes its settings, and the
            usual networks of its kind, dense or convolutional.
        seed : int
            As for `GAN`.

        Returns
        -------
        GAN
            Untrained, of this class.

        Raises
        ------
        ValueError
            There is no such recipe.
        """
        return cls._build(name, seed)

    @classmethod
    def from_pictures(cls, pictures, size=32, channels=None, *, seed=0, **changes):
        """Build the GAN that fits pictures of your own; its `train()` learns them, in about three minutes.

        Parameters
        ----------
        pictures : str, Path, Pictures, ndarray, or tuple of pictures and labels
            A folder or a file, as `load_pictures` takes it; what that returned; or an array. A conditional GAN needs
            labels, too.
        size : int
        channels : int or None
            As for `load_pictures`; used for a folder or a file only.
        seed : int
            As for `GAN`.
        **changes
            Fields of the recipe "pictures" to be changed, such as `seconds=60`, `steps=5000`, `network="dense"` or
            `augment="shift"`, for pictures that must not be mirrored. With `steps` no step is timed.

        Returns
        -------
        GAN
            Untrained. A step is timed first, unless `steps` are given.

        Raises
        ------
        ValueError
            An argument does not fit, or there are no pictures: see `load_pictures`.
        """
        if isinstance(pictures, (str, Path)):
            pictures = pixels.load_pictures(pictures, size, channels)
        if unknown := changes.keys() - Recipe.__dataclass_fields__.keys():
            fields = ", ".join(Recipe.__dataclass_fields__)
            raise ValueError(f"{min(unknown)} is no field of a recipe: those are {fields}.")
        if "steps" in changes:
            changes = {"seconds": None} | changes
        several = isinstance(pictures, tuple | list)
        data = pixels.check_pictures(pictures[0] if several else pictures)
        if cls.takes_labels:
            labels = np.asarray(pictures[1]) if several and len(pictures) > 1 else np.zeros(0)
            if labels.shape != data.shape[:1] or labels.dtype.kind not in "iu":
                raise ValueError(f"A {cls.__name__} learns from pictures and their labels, whole numbers: give both.")
            data = data, labels
        classes = getattr(pictures, "classes", None)
        return cls._build(RECIPES["pictures"].replace(**changes), seed, data, classes)

    @classmethod
    def _build(cls, recipe, seed, data=None, classes=None):
        """Build the GAN of a recipe, for MNIST or for pictures, or pictures and labels of classes that have names."""
        seed = check_seed(seed)
        if not isinstance(recipe, Recipe):
            recipe = RECIPES[Choice("recipe", tuple(RECIPES))(recipe)]
        if recipe.seconds is not None:
            trial = cls._build(recipe.replace(seconds=None), 0, data, classes)
            recipe = recipe.fitted(time_a_step(trial)(TIMED_SECONDS))
        pictures = data[0] if isinstance(data, tuple) else data
        shape = builders.IMAGE_SHAPE if pictures is None else pictures.shape[1:]
        if cls.takes_labels:  # a conditional GAN, whose networks are the usual ones of the recipe's kind
            networks = {} if data is None else {"classes": classes or int(data[1].max()) + 1}
        else:
            networks = dict(zip(("generator", "discriminator"), networks_of(recipe, seed, shape), strict=True))
        gan = cls(
            recipe.network,
            seed=seed,
            image_shape=shape,
            g_optimizer=_adam(recipe, recipe.g_learning_rate),
            d_optimizer=_adam(recipe, recipe.d_learning_rate),
            recipe=recipe,
            **networks,
        )
        gan.own_data = data
        return gan

    def _adopt(self, recipe):
        """Let `train()` run the budget of a recipe, or of none, unless told otherwise; return the options in it."""
        if recipe is None:
            return {}
        recipe = as_recipe(recipe)
        own = {"steps": recipe.steps, "batch_size": recipe.batch_size, "schedule": recipe.schedule()}
        if recipe.samples is not None:
            own["sample_interval"] = max(1, recipe.steps // recipe.samples)
        self.recipe, self.defaults = recipe, MappingProxyType({**self.defaults, **own})
        return {name: getattr(recipe, name) for name in GANOptions.__dataclass_fields__}

    def _own_callbacks(self, plan, verbose):
        callbacks = super()._own_callbacks(plan, verbose)
        if self.recipe and self.recipe.keep_best_every:
            from ganlib.judge.keep import KeepBest  # not before it is needed: the judge loads a classifier

            callbacks.append(KeepBest(self.recipe.keep_best_every))
        return callbacks


def time_a_step(gan):
    """Compile a model's step; return a function that trains it for so many seconds and returns those per step.

    The model makes steps, so it is one to throw away. A GAN loses its recipe: the judge's looks are not timed.
    """
    gan.recipe = None

    def steps_of(count):
        started = time.perf_counter()
        gan.train(count, sample_interval=10**9, verbose=0)
        return (time.perf_counter() - started) / count

    steps_of(2)
    pace = steps_of(5)
    return lambda seconds: steps_of(max(5, round(seconds / pace)))


def fastest_steps(models, rounds=ROUNDS, seconds=ROUND_SECONDS):
    """Time one step of each model, compiling not counted; the models are to be thrown away. Needs a quiet computer.

    Parameters
    ----------
    models : dict of str to Model
    rounds : int
        How often each is timed, all in turn, so that what slows the computer slows all; the fastest round counts.
    seconds : float
        About how long each is timed in a round.

    Returns
    -------
    dict of str to float
        Seconds, by the name of the model.
    """
    ways = {name: time_a_step(model) for name, model in models.items()}
    times = [{name: time_step(seconds) for name, time_step in ways.items()} for _ in range(rounds)]
    return {name: min(found[name] for found in times) for name in models}


def _adam(recipe, rate):
    return keras.optimizers.Adam(rate, beta_1=recipe.beta_1, beta_2=recipe.beta_2)


def networks_of(recipe, seed, shape):
    """Build the networks that differ from the usual ones of the recipe's kind; None for those that do not."""
    of_discriminator = {"image_shape": shape, "seed": seed + 1, "spectral": recipe.spectral}
    if recipe.network == "conv" and (recipe.filters or recipe.spectral or recipe.d_hidden):
        filters = {"filters": recipe.filters} if recipe.filters else {}
        return (
            builders.build_conv_generator(seed=seed, image_shape=shape, **filters),
            builders.build_conv_discriminator(**of_discriminator, **filters, hidden=recipe.d_hidden),
        )
    made = builders.build_generator(image_shape=shape, hidden=recipe.g_hidden, seed=seed) if recipe.g_hidden else None
    return made, builders.build_discriminator(**of_discriminator) if recipe.spectral else None
