"""Which modes of a distribution a GAN has found: 25 clusters on a grid in the plane, counted for several losses.

Only where the modes are known can they be counted. The rules are those of PacGAN (Lin et al. 2018, section 4.1): of
2500 points one is good if it lies within three spreads of a centre, and a mode is found if a good point lies there.
`python -m ganlib.models.modes` counts them for every loss and records what it finds, which lesson 05 shows.
"""

import json
import sys
from statistics import mean, stdev
from typing import NamedTuple

import numpy as np

from ganlib import builders
from ganlib.arguments import Choice, Whole, as_numbers
from ganlib.data import CLUSTERS, asset, toy_points
from ganlib.models.losses import LOSSES
from ganlib.models.plane import PlaneGAN
from ganlib.paths import PACKAGE
from ganlib.training import atomic_write

FILE = "recorded/modes.json"
NEAR = 3  # spreads from a centre at which a point is still good
MADE = 2500  # points that are counted
DATA = 10_000


class Modes(NamedTuple):
    """What was counted.

    Attributes
    ----------
    found : int
        How many modes have a good point.
    good : float
        The share of points that are good, 0 to 1. Of real points 0.989 are.
    """

    found: int
    good: float


def count_modes(points, kind="grid"):
    """Count the modes that points have found, and the share of points that are good.

    Parameters
    ----------
    points : array, shape (n, 2)
    kind : str
        Whose modes: a kind of `toy_points` that has clusters, such as "grid", which has 25.

    Returns
    -------
    Modes
    """
    centres, spread = CLUSTERS[Choice("kind", tuple(CLUSTERS))(kind)]
    points = as_numbers("points", points)
    if points.shape[1] != 2:
        raise ValueError(f"points must have the shape (n, 2), not {points.shape}.")
    away = np.linalg.norm(points[:, np.newaxis] - centres, axis=2)
    good = away.min(axis=1) <= NEAR * spread
    return Modes(len(np.unique(away.argmin(axis=1)[good])), float(good.mean()))


def modes_by_loss(losses=tuple(LOSSES), seeds=5, steps=10_000, batch_size=256, hidden=(128, 128), **options):
    """Train a GAN in the plane on the grid with each loss from several seeds, and count the modes that it finds.

    All else is equal: networks, rates, batches, steps. One GAN is compiled and set back before every training.

    Parameters
    ----------
    losses : sequence of str
        Keys of `LOSSES`.
    seeds : int
        How many: 0, 1, 2 and so on.
    steps, batch_size : int
        Of each training.
    hidden : sequence of int
        Units of the hidden layers of both networks.
    **options
        As `PlaneGAN` takes them, such as `loss_penalty`.

    Returns
    -------
    dict of str to list of Modes
        For each loss, one for each seed.
    """
    losses = [Choice("losses", tuple(LOSSES))(loss) for loss in losses]
    seeds = Whole("seeds", 1)(seeds)
    networks = builders.build_plane_generator(2, hidden, seed=0), builders.build_plane_discriminator(hidden, seed=1)
    gan = PlaneGAN("normal", seed=0, generator=networks[0], discriminator=networks[1], **options)
    data = toy_points("grid", DATA)
    counted = {}
    for loss in losses:
        for seed in range(seeds):
            gan.reset(seed)
            gan.loss_kind = loss
            gan.train(steps, batch_size, sample_interval=steps, data=data, verbose=0)
            counted.setdefault(loss, []).append(count_modes(gan.generate(MADE, seed=seed)))
    return counted


def recorded_modes():
    """Return what `modes_by_loss()` counted for every loss when it was recorded; the same dict."""
    held = json.loads(asset(FILE).read_text(encoding="utf-8"))
    return {loss: [Modes(*one) for one in modes] for loss, modes in held.items()}


def mode_table(counted):
    """Write what `modes_by_loss` returns as a Markdown table: means and standard deviations over the seeds.

    Parameters
    ----------
    counted : dict of str to list of Modes

    Returns
    -------
    str
    """
    rows = ["| loss | modes found, of 25 | fewest | good points |", "|---|---|---|---|"]
    for loss, modes in counted.items():
        found, good = [one.found for one in modes], [100 * one.good for one in modes]
        rows.append(
            f"| {loss.replace('_', ' ')} | {mean(found):.1f} ± {_spread(found):.1f} | {min(found)} | "
            f"{mean(good):.0f}% ± {_spread(good):.0f}% |"
        )
    return "\n".join(rows)


def _spread(values):
    return stdev(values) if len(values) > 1 else 0.0


def main():
    """Count the modes for every loss, which takes some ten minutes on two cores, and record them."""
    counted = modes_by_loss()
    print(mode_table(counted))
    with atomic_write(PACKAGE.parent / "assets" / FILE) as file:
        file.write(json.dumps({loss: [list(one) for one in modes] for loss, modes in counted.items()}).encode())


if __name__ == "__main__":
    sys.exit(main())
