"""Named settings of a GAN with a budget of their own: `GAN.from_recipe(name)`, then `train()`.

Each is plain data. `python -m ganlib bench --quality --ablate swift` measures what they reach and what the settings of
`swift` are worth; what it found for this version is in `assets/recorded/quality.json`, and lessons 07 and 08 show it.
`gpu` is a first setting that nobody has measured yet.

Tried for `fine` and left out, as the digits were no better after as many steps: batches of 64 and of 512, pictures
shifted by up to two pixels or spotted with black for the discriminator, the standard deviation of its batch as a
feature (Karras et al. 2018, section 3), a reward for fakes that differ (Mao et al. 2019), a convolutional discriminator
for the dense generator, a rate of the discriminator twice as large. Half that rate brings the distance down, and the
recall with it. Without the penalty the distance rises again after some 12,000 steps.
"""

from types import MappingProxyType
from typing import NamedTuple

import numpy as np

from ganlib import builders
from ganlib._tensorflow import keras
from ganlib.training import Schedule, choice

COOLING_CHANGES = 50  # how finely the rates fall while a training cools down


class Recipe(NamedTuple):
    """Settings of a GAN under one name.

    Attributes
    ----------
    about : str
        One line.
    steps, batch_size : int
        What `train()` does if it is told nothing else.
    network : str
        "dense" or "conv".
    g_hidden : tuple of int or None
        Units of the dense generator's blocks; None for the classic ones.
    filters : int or None
        Channels of the convolutional networks; None for the usual ones.
    g_learning_rate, d_learning_rate, beta_1 : float
        Of the two Adams.
    cool_down : float
        Share of the steps, at the end, in which both rates fall in a straight line to nearly 0; 0 keeps them.
    moving_average : float or None
        Decay of the averaged generator; see `GAN`.
    loss_kind : str
        See `GAN`.
    gradient_penalty : float
        See `GAN`.
    keep_best_every : int or None
        Steps between two looks of the judge, whose best weights are put back at the end; None keeps the last.
    """

    about: str
    steps: int
    batch_size: int
    network: str = "dense"
    g_hidden: tuple | None = None
    filters: int | None = None
    g_learning_rate: float = 2e-4
    d_learning_rate: float = 2e-4
    beta_1: float = 0.5
    cool_down: float = 0.0
    moving_average: float | None = None
    loss_kind: str = "non_saturating"
    gradient_penalty: float = 0.0
    keep_best_every: int | None = None

    @classmethod
    def from_config(cls, fields):
        """Rebuild a recipe from the dict of its fields, in which JSON has turned the tuple into a list."""
        return cls(**{**fields, "g_hidden": fields["g_hidden"] and tuple(fields["g_hidden"])})

    def schedule(self):
        """Return the changes of the rates that cool the training down, as a `Schedule`."""
        shares = np.arange(COOLING_CHANGES) / COOLING_CHANGES if self.cool_down else ()
        first = self.steps * (1 - self.cool_down)
        return Schedule(
            (round(first + share * (self.steps - first)), name, float(getattr(self, name) * (1 - share)))
            for share in shares
            for name in ("g_learning_rate", "d_learning_rate")
        )


# Rates of 1e-3 are too fast with a momentum of 0.5, which is why beta_1 goes with them.
FAST = {"g_learning_rate": 1e-3, "d_learning_rate": 1e-3, "beta_1": 0.0}
RECIPES = MappingProxyType(
    {
        "classic": Recipe("The settings of the classic code.", steps=30_000, batch_size=32),
        "swift": Recipe(
            "A smaller generator, a larger batch, five times the rates without momentum, an average of the weights.",
            steps=5000,
            batch_size=64,
            g_hidden=(256, 512),
            moving_average=0.995,
            **FAST,
        ),
        "fine": Recipe(
            "Large batches, a penalty on a steep discriminator, rates that fall, and the best weights by the judge.",
            steps=18_000,
            batch_size=256,
            moving_average=0.998,
            cool_down=0.4,
            gradient_penalty=1.0,
            keep_best_every=1500,
            **FAST,
        ),
        "conv": Recipe(
            "Convolutional networks with half the channels, for two cores.",
            steps=6000,
            batch_size=64,
            network="conv",
            filters=32,
            moving_average=0.999,
            **FAST,
        ),
        "gpu": Recipe(
            "The convolutional networks with a batch that fills a card.",
            steps=30_000,
            batch_size=256,
            network="conv",
            g_learning_rate=4e-4,
            d_learning_rate=4e-4,
            moving_average=0.999,
            keep_best_every=2500,
        ),
    }
)


# What each setting of a recipe is worth: the recipe with that one changed, by what is changed.
ABLATIONS = MappingProxyType(
    {
        "swift": MappingProxyType(
            {
                "batch of 32": {"batch_size": 32},
                "rates of 0.0002": {"g_learning_rate": 2e-4, "d_learning_rate": 2e-4},
                "momentum 0.5": {"beta_1": 0.5},
                "no average": {"moving_average": None},
                "large generator": {"g_hidden": None},
                "least squares": {"loss_kind": "least_squares"},
                "rates that fall": {"cool_down": 0.5},
            }
        ),
        "fine": MappingProxyType({"no penalty": {"gradient_penalty": 0.0}}),
    }
)


def ablations(name):
    """Return a recipe's variants that differ from it in one setting, as a dict of recipes by what is changed."""
    return {f"{name}, {what}": RECIPES[name]._replace(**change) for what, change in ABLATIONS[name].items()}


def build(family, recipe, seed=0):
    """Build the GAN of a recipe.

    Parameters
    ----------
    family : type
        `GAN`, or a class made from it.
    recipe : str or Recipe
        A key of `RECIPES`, or settings of your own: `RECIPES["swift"]._replace(batch_size=32)`.
    seed : int
        As for `GAN`.

    Returns
    -------
    GAN
        Its `train()` runs the recipe's own budget unless it is told another one.

    Raises
    ------
    ValueError
        There is no such recipe.
    """
    if not isinstance(recipe, Recipe):
        recipe = RECIPES[choice("recipe", tuple(RECIPES))(recipe)]

    def adam(rate):
        return keras.optimizers.Adam(rate, beta_1=recipe.beta_1)

    generator, discriminator = _networks(recipe, seed)
    return family(
        recipe.network,
        seed=seed,
        generator=generator,
        discriminator=discriminator,
        loss_kind=recipe.loss_kind,
        gradient_penalty=recipe.gradient_penalty,
        moving_average=recipe.moving_average,
        g_optimizer=adam(recipe.g_learning_rate),
        d_optimizer=adam(recipe.d_learning_rate),
        recipe=recipe,
    )


def _networks(recipe, seed):
    """Build the networks that differ from the usual ones of the recipe's kind; None for those that do not."""
    if recipe.network == "conv" and recipe.filters:
        return (
            builders.build_conv_generator(filters=recipe.filters, seed=seed),
            builders.build_conv_discriminator(filters=recipe.filters, seed=seed + 1),
        )
    return (builders.build_generator(hidden=recipe.g_hidden, seed=seed) if recipe.g_hidden else None), None
