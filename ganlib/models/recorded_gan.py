"""A small trained GAN that comes with the kit. `python -m ganlib.models.recorded_gan` trains it again.

It is for whatever must be small or cannot wait for a training: lesson 10's explorer walks in it, and lesson 12 shows it
in a web page inside its own. Its recipe is `fine` with smaller batches, fewer steps and two fifths of the weights.
"""

import sys

from ganlib import builders
from ganlib._tensorflow import keras
from ganlib.models import recorded
from ganlib.models.gan import GAN
from ganlib.models.recipes import RECIPES

FILE = "recorded/small_gan.npz"
RECIPE = RECIPES["fine"].replace(batch_size=128, steps=8000, g_hidden=(256, 512), ema_decay=0.999, keep_best_every=None)
D_HIDDEN = (256, 128)
SEED = 0


def load_gan():
    """Return a GAN that draws digits, after all its steps.

    Its generator is the average of the weights, its discriminator the last one; both are rounded to 16 bits. It can go
    on training, as a GAN of the usual settings and with optimizers that start over.

    Returns
    -------
    GAN

    Raises
    ------
    DataError
        The file is missing, or damaged.
    """
    gan = GAN(seed=SEED, **_networks())
    recorded.read_into([gan.generator, gan.discriminator], FILE, "recorded_gan")
    gan.step = RECIPE.steps
    return gan


def _networks():
    return {
        "generator": builders.build_generator(hidden=RECIPE.g_hidden, seed=SEED),
        "discriminator": builders.build_discriminator(hidden=D_HIDDEN, seed=SEED + 1),
    }


def main():
    """Train it, which takes some minutes on two cores, and write the file."""
    adams = {f"{player}_optimizer": keras.optimizers.Adam(1e-3, beta_1=RECIPE.beta_1) for player in "gd"}
    gan = GAN(seed=SEED, recipe=RECIPE, **_networks(), **adams)
    gan.train(sample_interval=RECIPE.steps)
    recorded.save(FILE, [*gan.averaged_generator.get_weights(), *gan.discriminator.get_weights()])


if __name__ == "__main__":
    sys.exit(main())
