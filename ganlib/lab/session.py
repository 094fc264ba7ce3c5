"""A session of the lab in a few hundred bytes: whatever is needed to repeat it, and nothing that could run.

Its file can come from anybody. So it is read as plain data, and whatever it holds is checked; a score that it claims
is refused, like anything else that does not belong in it.
"""

import hashlib
import json
import re
from dataclasses import dataclass, replace

import numpy as np

from ganlib.arguments import Choice, Whole
from ganlib.data import load_mnist
from ganlib.models.gan import GAN
from ganlib.models.recipes import RECIPES
from ganlib.paths import as_path, explain, file_mode
from ganlib.training import Schedule, atomic_write
from ganlib.wording import write

FORMAT = 1
LARGEST = 100_000  # bytes of a file; a change takes some 40
FEWEST, MOST = 1000, 60_000  # pictures: MNIST's first ones
MOST_STEPS = 10**9
# "gpu" and "pictures" measure how fast a computer is and set their steps by that: they differ from place to place.
REPEATABLE = tuple(name for name, recipe in RECIPES.items() if recipe.seconds is None)
KEYS = ("ganlib_session", "recipe", "seed", "pictures", "steps", "weights", "changes")
UPDATES = {"d_steps": 1, "g_steps": 1, "freeze_d": False, "freeze_g": False}  # as they are at first
WEIGHTS = re.compile("[0-9a-f]{16}")
ADVICE = "give what lab.session().save(...) wrote"


@dataclass(frozen=True)
class Session:
    """A training of a GAN on MNIST that somebody steered.

    Parameters
    ----------
    schedule : Schedule or iterable of (step, name, value)
        What was changed; no later than after the last step.
    steps : int
        How many steps were made, from 1.
    seed : int
        Of the first weights, the batches and the latent vectors.
    recipe : str
        Which GAN: its networks, optimizers, options and batch size. A key of `RECIPES` whose number of steps does not
        depend on a clock, such as "classic" or "swift".
    pictures : int
        How many of MNIST's training digits it learns from, the first ones; 1,000 to 60,000.
    weights : str or None
        What `weights_of` gave at the end, on the computer where it was made; None if nobody looked.

    Raises
    ------
    ValueError
        A parameter does not fit.
    """

    schedule: Schedule
    steps: int
    seed: int = 0
    recipe: str = "classic"
    pictures: int = MOST
    weights: str | None = None

    def __post_init__(self):
        """Check everything but the values of the changes, which only the GAN knows."""
        checks = {
            "schedule": Schedule,
            "steps": Whole("steps", 1, MOST_STEPS),
            "seed": Whole("seed", 0, 2**31 - 1),
            "recipe": Choice("recipe", REPEATABLE),
            "pictures": Whole("pictures", FEWEST, MOST),
        }
        for name, check in checks.items():
            object.__setattr__(self, name, check(getattr(self, name)))
        if not (self.weights is None or (isinstance(self.weights, str) and WEIGHTS.fullmatch(self.weights))):
            raise ValueError(f"weights must be 16 digits, 0 to 9 and a to f, or None, not {write(self.weights)}.")
        last = max((change.step for change in self.schedule), default=0)
        if last > self.steps:
            raise ValueError(
                f"There is a change at step {last:,}, but the session has {self.steps:,} steps: make them more, or "
                f"leave the change out."
            )

    def counted_steps(self):
        """Return how many steps it counts for: each as often as its busier network makes an update, and at least once.

        The names and values of the schedule must fit: see `Schedule.checked`.
        """
        values, counted, before = dict(UPDATES), 0, 0
        for step, name, value in [*self.schedule, (self.steps, "", None)]:
            updates = (values[f"{letter}_steps"] * (not values[f"freeze_{letter}"]) for letter in "dg")
            counted += (step - before) * max(1, *updates)
            values[name], before = value, step
        return counted

    def build(self):
        """Build the GAN, untrained. It will keep its last weights, as in a lab, not those that a judge likes best."""
        gan = GAN.from_recipe(self.recipe, self.seed)
        gan.recipe = None
        return gan

    def replay(self, sample_interval=None, gan=None):
        """Train its GAN again.

        Parameters
        ----------
        sample_interval : int or None
            Steps between two samples; the usual number if None.
        gan : GAN or None
            One that `build` or `replay` returned for the same recipe: it starts over, and its compiled steps are used
            again, which saves most of the time of a short session.

        Returns
        -------
        GAN
            With the weights of the session's end, bit for bit on a computer that computes the same way.

        Raises
        ------
        ValueError
            The name or the value of a change does not fit.
        TrainingDiverged
            Something became infinite or NaN.
        """
        fresh = self.build()
        if gan is None:
            gan = fresh
        else:
            gan.start_over(0, *fresh.state(), self.seed)
            gan.live.cut(0)
        gan.train(self.steps, sample_interval=sample_interval, data=self.data(), schedule=self.schedule, verbose=0)
        return gan

    def data(self):
        """Return the pictures that it learns from, uint8 (n, 28, 28, 1)."""
        return load_mnist(limit=self.pictures)[0]

    # --- files ----------------------------------------------------------------------------------------------------

    def content(self):
        """Return what a file of the session holds: the bytes of a small JSON text, one change per line."""
        about = {"ganlib_session": FORMAT, "recipe": self.recipe, "seed": self.seed, "pictures": self.pictures}
        about |= {"steps": self.steps} | ({} if self.weights is None else {"weights": self.weights})
        try:
            changes = ",\n".join("  " + json.dumps(list(change)) for change in self.schedule)
        except (TypeError, ValueError, RecursionError) as error:
            raise ValueError("A session can only be saved if its values are numbers, switches or words.") from error
        return f'{json.dumps(about)[:-1]}, "changes": [\n{changes}\n]}}\n'.encode()

    def save(self, path):
        """Write the session as a small file, which `load` and every lab can read."""
        content = self.content()
        with atomic_write(path) as file:
            file.write(content)

    @classmethod
    def load(cls, path):
        """Read what `save` wrote; ValueError if the file holds anything else, OSError if it cannot be read."""
        path = as_path(path)
        try:
            return cls.read(bytes_of(path))
        except OSError as error:
            reason = explain(error, "reading")
            raise OSError(error.errno, f"{path} cannot be read: {reason}. Check the path.") from error
        except ValueError as error:
            raise ValueError(f"{path}: {error}") from error

    @classmethod
    def read(cls, content):
        """Read the bytes of a file; ValueError says in a sentence what is wrong with them."""
        if len(content) > LARGEST:
            raise ValueError(f"This file has more than {LARGEST:,} bytes, which no session needs: {ADVICE}.")
        try:
            held = json.loads(content)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"This is no JSON file: {ADVICE}.") from error
        if not isinstance(held, dict) or held.get("ganlib_session") != FORMAT:
            raise ValueError(f"This is no session of this version of ganlib: {ADVICE}.")
        if unknown := held.keys() - set(KEYS):
            raise ValueError(f"A session holds no {write(min(unknown))}: scores are measured, not claimed; {ADVICE}.")
        if missing := [name for name in KEYS if name not in held and name != "weights"]:
            raise ValueError(f"This session lacks {missing[0]!r}: {ADVICE}.")
        fields = {name: held[name] for name in KEYS[1:-1] if name in held}
        return cls(schedule=_schedule_of(held["changes"]), **fields)


def bytes_of(path):
    """Return what a file holds, or its beginning if no session is so long; OSError as the system gave it."""
    file_mode(path)  # refuses a pipe, on which one would wait for ever
    with path.open("rb") as file:
        return file.read(LARGEST + 1)


def _schedule_of(changes):
    if not isinstance(changes, list):
        raise ValueError(f"The changes of a session must be a list, not {write(changes)}: {ADVICE}.")
    return Schedule(changes)


def weights_of(gan):
    """Return 16 hexadecimal digits that stand for the weights of both networks: the first of their SHA-256."""
    digest = hashlib.sha256()
    for weight in (*gan.generator.get_weights(), *gan.discriminator.get_weights()):
        digest.update(np.ascontiguousarray(weight))
    return digest.hexdigest()[:16]


def session_of(trainer, steps=None):
    """Return the session of a lab; see `ganlib.lab.LabTrainer.session`."""
    model = trainer.model
    if trainer.running or not model.step:
        raise ValueError("A session is taken of a lab that has trained and is paused: press Play, and Pause when done.")
    made = Whole("steps", 1, model.step)(model.step if steps is None else steps)
    session = Session(
        schedule=[change for change in trainer.schedule() if change.step <= made],
        steps=made,
        seed=model.seed,
        recipe=trainer.recipe or _recipe_of(model),
        pictures=max(FEWEST, min(len(trainer.data[0]), MOST)),
    )
    if why := _differs(session, trainer):
        raise ValueError(f"This lab cannot be written down as a session: {why}. Open LiveLab(GAN(seed=0)) for one.")
    return session if made < model.step else replace(session, weights=weights_of(model))


def _recipe_of(model):
    """Return the name of the recipe that a GAN was built by; the classic one, to be compared with, if by none."""
    known = [name for name in REPEATABLE if getattr(model, "recipe", None) == RECIPES[name]]
    return known[0] if known else "classic"


def _differs(session, trainer):
    """Say how a lab differs from the one that a session describes; an empty text if it does not."""
    model, built, first = trainer.model, session.build(), trainer.first_arrays
    if trainer.first_step:
        return "it went on with a GAN that had been trained before"
    if not isinstance(model, GAN) or _beside_rates(model) != _beside_rates(built):
        return "it trains another model, or one with options or optimizers of its own"
    weights = {name: array for name, array in built.state()[0].items() if "optimizer" not in name}
    if not all(name in first and np.array_equal(first[name], array) for name, array in weights.items()):
        return "its GAN has networks or first weights of its own"
    if trainer.batch_size != built.defaults["batch_size"]:
        return f"it has batches of {trainer.batch_size}, and the recipe's have {built.defaults['batch_size']}"
    if not np.array_equal(trainer.data[0], session.data()):
        return f"it learns from other pictures than the first {session.pictures:,} of MNIST"
    if session.steps > trainer.made_here:
        return f"its steps from {trainer.made_here:,} on were not all made by this lab"
    return ""


def check_session(session):
    """Return a session as it is; ValueError if it is something else."""
    if not isinstance(session, Session):
        raise ValueError(f"session must be a Session, such as Session.load(path) returns, not {write(session)}.")
    return session


def check_same_kind(session, model):
    """Build the GAN of a session; ValueError if the model of a lab is of another kind, or a change does not fit it."""
    built = check_session(session).build()
    if not isinstance(model, GAN) or _beside_rates(model) != _beside_rates(built) or _shapes(model) != _shapes(built):
        raise ValueError(
            f"This session is of the recipe {session.recipe!r}, and this lab trains another model: "
            f"LiveLab.of_session(session) opens one that fits."
        )
    session.schedule.checked(model.live)
    return built


def _shapes(gan):
    return {name: array.shape for name, array in gan.state()[0].items()}


def _beside_rates(gan):
    """Return what a GAN learns by besides its networks and its live values."""
    adams = [optimizer.get_config() for optimizer in (gan.g_optimizer, gan.d_optimizer)]
    return gan.options.replace(loss_kind="non_saturating"), [{**adam, "learning_rate": 0, "name": ""} for adam in adams]
