"""Named settings of a GAN with a budget of their own: `GAN.from_recipe(name)`, then `train()`.

Each is plain data. `python -m ganlib bench --quality --ablate swift` measures what they reach and what the settings of
`swift` are worth; what it found for this version is in `assets/recorded/quality.json`, and lessons 07 and 08 show it.
`pictures` is for pictures of your own: see `GAN.from_pictures`. `wasserstein`, `hinge` and `relativistic` give each
critic the optimizer and the updates that its paper asks for, as a loss, its rates and its updates belong together; they
are not tuned, and behind `swift` after as many steps. Their milliseconds per step, and those of `conv`, were measured
as a multiple of another recipe's, on another computer. `gpu` has not been measured yet.

Tried for `fine` and left out, as the digits were hardly better, or worse, after as many steps: batches of 64 and of
512, a generator or a discriminator of twice the units, a discriminator that sees two pictures at once (Lin et al. 2018)
or the standard deviation of its batch (Karras et al. 2018, section 3), pictures shifted by up to two pixels or spotted
with black for it, a loss that compares pairs (Jolicoeur-Martineau 2019), a reward for fakes that differ (Mao et al.
2019), a convolutional discriminator for the dense generator, a rate of the discriminator twice as large. Half that rate
brings the distance down, and the recall with it.
"""

import json
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ganlib import builders
from ganlib.arguments import Choice, Number, Switch, Whole, check_fields
from ganlib.data import asset
from ganlib.models.common import MAX_RATE
from ganlib.models.options import GANOptions
from ganlib.training import Schedule
from ganlib.wording import write

RECORDED = "recorded/quality.json"
RECORDED_DIGITS = "recorded/recipe_digits.npz"
SHOWN = 20  # pictures of each recipe there
COOLING_CHANGES = 50  # how finely the rates fall while a training cools down


@dataclass(frozen=True, kw_only=True)
class Budget:
    """What the recipes of all families say of their training.

    Attributes
    ----------
    about : str
        One line.
    steps, batch_size : int
        What `train()` does if it is told nothing else.
    cool_down : float
        Share of the steps, at the end, in which the rates fall in a straight line; 0 keeps them.
    seconds : float or None
        If given, `steps` is the most, and no more are made than fit into that many seconds of training on the computer
        at hand; the judge's looks come on top. See `fitted`.
    """

    about: str
    steps: int
    batch_size: int
    cool_down: float = 0.0
    seconds: float | None = None

    def __post_init__(self):
        """Check every field; a recipe that has more of them checks those as well."""
        budget = [
            Whole("steps", 1),
            Whole("batch_size", 4),
            Number("cool_down", 0, 1),
            Number("seconds", 1e-3, 1e9),
        ]
        check_fields(self, budget, ("seconds",))

    def fitted(self, seconds_a_step):
        """Return the recipe with the number of steps that fit into its seconds, from 1 to `steps`, if it has any."""
        if self.seconds is None:
            return self
        return replace(self, steps=max(1, min(self.steps, round(self.seconds / seconds_a_step))), seconds=None)

    def falling(self, rates):
        """Return the changes that cool the training down, as a `Schedule`.

        `rates` is a dict of the share of each rate that is left when it has fallen, 0 to 1, by the rate's name.
        """
        shares = np.arange(COOLING_CHANGES) / COOLING_CHANGES if self.cool_down else ()
        first = self.steps * (1 - self.cool_down)
        return Schedule(
            (round(first + share * (self.steps - first)), name, float(getattr(self, name) * (1 - share * (1 - left))))
            for share in shares
            for name, left in rates.items()
        )


@dataclass(frozen=True, kw_only=True)
class Recipe(Budget, GANOptions):
    """Options of a GAN, networks, optimizers and a budget under one name.

    Attributes
    ----------
    about, steps, batch_size, cool_down, seconds
        See `Budget`.
    loss_kind, loss_penalty, ema_decay, d_update, d_fakes, gradient_penalty, training_spread, augment
        See `GANOptions`.
    network : str
        "dense" or "conv".
    g_hidden : tuple of int or None
        Units of the dense generator's blocks; None for the classic ones.
    filters : int or None
        Channels of the convolutional networks; None for the usual ones.
    d_hidden : int or None
        Units of a dense layer before the convolutional discriminator's logit; None: no such layer.
    g_learning_rate, d_learning_rate, beta_1, beta_2 : float
        Of the two Adams.
    d_steps : int
        Updates of the discriminator per step, 1 to 10: the live value at first.
    spectral : bool
        Whether the discriminator's layers are normalised by their largest stretch (Miyato et al. 2018).
    d_rate_left : float
        Share of the discriminator's rate that is left when it has fallen; of the generator's nearly nothing is.
    keep_best_every : int or None
        Steps between two looks of the judge; at the end the best weights that it saw make the pictures. None: the last.
    samples : int or None
        How many samples are taken on the way, the frames of a film; None: at the usual interval.
    """

    network: str = "dense"
    g_hidden: tuple | None = None
    filters: int | None = None
    d_hidden: int | None = None
    g_learning_rate: float = 2e-4
    d_learning_rate: float = 2e-4
    beta_1: float = 0.5
    beta_2: float = 0.999
    d_steps: int = 1
    spectral: bool = False
    d_rate_left: float = 0.0
    keep_best_every: int | None = None
    samples: int | None = None

    def __post_init__(self):
        """Check every field."""
        Budget.__post_init__(self)
        GANOptions.__post_init__(self)
        own = [
            Choice("network", ("dense", "conv")),
            *(Whole(name, 1) for name in ("filters", "d_hidden", "keep_best_every", "samples")),
            *(Number(name, 0, MAX_RATE) for name in ("g_learning_rate", "d_learning_rate")),
            *(Number(name, 0, 0.999999) for name in ("beta_1", "beta_2")),
            Whole("d_steps", 1, 10),
            Switch("spectral"),
            Number("d_rate_left", 0, 1),
        ]
        check_fields(self, own, ("filters", "d_hidden", "keep_best_every", "samples"))
        if self.g_hidden is not None:
            object.__setattr__(self, "g_hidden", builders.hidden_sizes(self.g_hidden, "g_hidden"))

    def schedule(self):
        """Return the changes of the rates that cool the training down, as a `Schedule`."""
        return self.falling({"g_learning_rate": 0.0, "d_learning_rate": self.d_rate_left})


# Rates of 1e-3 are too fast with a momentum of 0.5, which is why beta_1 goes with them.
FAST = {"g_learning_rate": 1e-3, "d_learning_rate": 1e-3, "beta_1": 0.0}
# No momentum, and a mean of squares over the last ten steps or so; the rest is that of "swift".
OF_CRITICS = {"batch_size": 64, "g_hidden": (256, 512), "beta_1": 0.0, "beta_2": 0.9, "ema_decay": 0.995}
RECIPES = MappingProxyType(
    {
        "classic": Recipe(about="The settings of the classic code.", steps=30_000, batch_size=32),
        "swift": Recipe(
            about="A smaller generator, larger batches, five times the rates, no momentum, an average of the weights.",
            steps=5000,
            batch_size=64,
            g_hidden=(256, 512),
            ema_decay=0.995,
            **FAST,
        ),
        "fine": Recipe(
            about="Large batches, a penalty on a steep discriminator, rates that fall, and the judge's best weights.",
            steps=19_500,
            batch_size=256,
            ema_decay=0.9995,
            cool_down=0.5,
            d_rate_left=0.4,
            gradient_penalty=1.0,
            training_spread=0.94,
            keep_best_every=1500,
            **FAST,
        ),
        "conv": Recipe(
            about="Convolutional networks with half the channels, for two cores, and a dense layer before the logit.",
            steps=6000,
            batch_size=64,
            network="conv",
            filters=32,
            d_hidden=256,
            ema_decay=0.999,
            **FAST,
        ),
        "wasserstein": Recipe(
            about="A critic with a penalty and five updates per step: Gulrajani et al. 2017, algorithm 1.",
            steps=5000,
            loss_kind="wasserstein",
            d_steps=5,
            g_learning_rate=1e-4,
            d_learning_rate=1e-4,
            **OF_CRITICS,
        ),
        "hinge": Recipe(
            about="A critic with spectral normalisation that learns four times as fast: Zhang et al. 2019.",
            steps=5000,
            loss_kind="hinge",
            spectral=True,
            g_learning_rate=1e-4,
            d_learning_rate=4e-4,
            **OF_CRITICS,
        ),
        "relativistic": Recipe(
            about="Pairs, penalties at both ends, no momentum and one update each, after Huang et al. 2024.",
            steps=5000,
            loss_kind="relativistic",
            **OF_CRITICS,
        ),
        "gpu": Recipe(
            about="The convolutional networks, a batch that fills a card, and as many steps as ten minutes allow.",
            steps=100_000,
            batch_size=256,
            seconds=600.0,
            network="conv",
            ema_decay=0.9995,
            cool_down=0.5,
            d_rate_left=0.4,
            gradient_penalty=1.0,
            keep_best_every=2000,
            **FAST,
        ),
        "pictures": Recipe(
            about="For a few hundred pictures of your own: convolutions, mirrored and shifted pictures, three minutes.",
            steps=20_000,
            batch_size=32,
            seconds=180.0,
            samples=100,
            network="conv",
            filters=32,
            ema_decay=0.999,
            gradient_penalty=1.0,
            augment="mirror and shift",
            **FAST,
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
                "no average": {"ema_decay": None},
                "large generator": {"g_hidden": None},
                "least squares": {"loss_kind": "least_squares"},
                "rates that fall": {"cool_down": 0.5},
            }
        ),
        "conv": MappingProxyType({"no dense layer": {"d_hidden": None}}),
        "fine": MappingProxyType(
            {
                "no penalty": {"gradient_penalty": 0.0},
                "usual latent vectors": {"training_spread": 1.0},
                "both rates fall": {"d_rate_left": 0.0},
            }
        ),
    }
)


def recorded_curves():
    """Return what `python -m ganlib bench --quality` found for the recipes of this version, as it wrote it.

    Raises
    ------
    DataError
        The file is missing.
    """
    return json.loads(asset(RECORDED).read_text(encoding="utf-8"))


def recorded_digits():
    """Return 20 digits of each recipe as `recorded_curves` ends with it: the first ones made, of the last seed.

    Returns
    -------
    dict of str to ndarray
        uint8 (20, 28, 28, 1), by the name of the recipe.

    Raises
    ------
    DataError
        The file is missing.
    """
    with np.load(asset(RECORDED_DIGITS)) as file:
        return dict(file)


def ablations(name):
    """Return a recipe's variants that differ from it in one setting, as a dict of recipes by what is changed."""
    name = Choice("name", tuple(ABLATIONS))(name)
    return {f"{name}, {what}": RECIPES[name].replace(**change) for what, change in ABLATIONS[name].items()}


def as_recipe(recipe):
    """Return a recipe, or one from the dict of its fields; ValueError for anything else."""
    if isinstance(recipe, Recipe):
        return recipe
    try:
        return Recipe(**recipe)
    except TypeError as error:
        raise ValueError(
            f"recipe must be a Recipe, not {write(recipe)}: GAN.from_recipe(name) builds the GAN of one of "
            f"{', '.join(map(repr, RECIPES))}."
        ) from error
