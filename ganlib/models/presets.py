"""Settings of a GAN that fail on demand, and the healthy ones: a failure that you made is easier to recognise.

Each is plain data: live values, so that it can be set while a GAN trains, what you then see, the number that shows
it, and the way back. Taught in lesson 07. The settings were tried on the classic dense pair with batches of 32, set
before the first step: there each shows its sign within 500 steps. A GAN that has learned for 600 healthy steps resists:
within 300 more, only `oscillation` and `divergence` showed theirs.
"""

from types import MappingProxyType
from typing import NamedTuple

from ganlib.judge import signs
from ganlib.wording import write

USUAL = MappingProxyType(
    {
        "d_learning_rate": 2e-4,
        "g_learning_rate": 2e-4,
        "d_steps": 1,
        "g_steps": 1,
        "label_smoothing": 0.0,
        "loss_kind": "non_saturating",
        "freeze_d": False,
        "freeze_g": False,
    }
)


class Preset(NamedTuple):
    """Settings of a GAN under one name.

    Attributes
    ----------
    name, title : str
        The key in `PRESETS`, and words for people.
    about : str
        One line: what is wrong with the balance.
    values : mapping of str to value
        The live values that differ from `USUAL`.
    symptom : str
        What one sees.
    sign : ganlib.judge.signs.Sign
        The number that shows it.
    go_back : bool
        Whether the weights are spoiled, so that the usual values help only after a saved state has been put back.
    recovery : str
        The way back, in words.
    """

    name: str
    title: str
    about: str
    values: MappingProxyType
    symptom: str
    sign: signs.Sign
    go_back: bool
    recovery: str

    def apply(self, gan):
        """Set all the live values of this preset; a GAN that trains takes them over before its next block of steps."""
        _set(gan, self.values)

    def recover(self, gan):
        """Set the usual live values; if `go_back`, put back a saved state first: `gan.load_state(...)`."""
        _set(gan, {})


def _set(gan, values):
    if not hasattr(gan, "live"):
        raise ValueError(f"A preset is applied to a GAN, not to {write(gan)}.")
    values = {**USUAL, **values}
    for name, value in values.items():
        gan.live.check(name, value)  # all of them first, so that a model without one of them is left as it is
    for name, value in values.items():
        gan.live[name] = value


def _preset(name, title, about, values, symptom, sign, recovery, go_back=False):
    return Preset(name, title, about, MappingProxyType(dict(values)), symptom, sign, go_back, recovery)


_ALL = (
    _preset(
        "healthy",
        "Healthy",
        "The classic settings: both networks learn at 0.0002.",
        {},
        "The discriminator is right more often than not, and never about everything.",
        signs.HEALTHY,
        "Nothing to recover from.",
    ),
    _preset(
        "d_too_strong",
        "The discriminator wins",
        "It learns a hundred times as fast as the generator, which plays the saturating loss.",
        {"d_learning_rate": 2e-3, "g_learning_rate": 2e-5, "loss_kind": "saturating"},
        "Real pictures get 1.00 and fakes 0.00; the pictures stay noise: hardly any gradient reaches the generator.",
        signs.NO_GRADIENT,
        "Choose the non-saturating loss, and the same rate for both: the accuracy comes down within some 300 steps.",
    ),
    _preset(
        "g_too_strong",
        "The generator wins",
        "It learns two hundred times as fast as the discriminator, which cannot follow.",
        {"d_learning_rate": 5e-6, "g_learning_rate": 1e-3},
        "Fakes get nearly 1 and are no digits: the generator has found what an ignorant discriminator likes.",
        signs.FOOLED,
        "Give both networks the same rate: the discriminator catches up and teaches again.",
    ),
    _preset(
        "oscillation",
        "Oscillation",
        "Both networks learn twenty-five times too fast: each overshoots the answer to the other's last move.",
        {"d_learning_rate": 5e-3, "g_learning_rate": 5e-3},
        "The discriminator's opinion of real pictures jumps from step to step, and the digits with it.",
        signs.OSCILLATION,
        "Lower both rates to 0.0002: the same networks calm down within a few dozen steps.",
    ),
    _preset(
        "collapse",
        "Mode collapse",
        "The generator makes five updates for each one of the discriminator, which always judges yesterday's fakes.",
        {"g_steps": 5},
        "A few pictures come up again and again, whatever the latent vector; the digits change, the sameness stays.",
        signs.COLLAPSE,
        "Give both one update per step: the discriminator punishes what comes too often, and the other kinds return.",
    ),
    _preset(
        "saturated",
        "Saturated generator",
        "The generator takes steps a hundred and fifty times as long as usual.",
        {"g_learning_rate": 3e-2},
        "Latent vectors give nearly the same noise, in black and white without grey: the tanh is stuck at its ends.",
        signs.SATURATED,
        "Lower rates come too late, as the weights are spoiled: go back to a saved state, then lower the rate.",
        go_back=True,
    ),
    _preset(
        "divergence",
        "Divergence",
        "Both networks learn five hundred times too fast.",
        {"d_learning_rate": 0.1, "g_learning_rate": 0.1},
        "The losses run away to thousands, and do not come back.",
        signs.DIVERGENCE,
        "Lower rates come too late, as the weights are spoiled: go back to a saved state, then lower both rates.",
        go_back=True,
    ),
)

PRESETS = MappingProxyType({preset.name: preset for preset in _ALL})
