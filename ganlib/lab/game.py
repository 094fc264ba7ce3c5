"""A game of ten clicks: real or made up? The player does what a discriminator does, and is scored beside one.

The page's own code is in assets/lab/game.js. It has all pictures from the start, so it needs no kernel.
"""

import base64

import numpy as np

from ganlib.arguments import Whole, as_numeric
from ganlib.data import as_bytes, asset, png_bytes, tile
from ganlib.lab.board import Board, framed
from ganlib.lab.pictures import bundle

MOST_ROUNDS = 50


class Table(Board):
    """What is seen of a game on a page."""

    _esm = asset("lab/game.js").read_text(encoding="utf-8")
    _css = asset("lab/pad.css").read_text(encoding="utf-8")


class SpotTheFake:
    """Pictures one after the other, real or made up; show it as the last line of a cell.

    Parameters
    ----------
    real, made : array, shape (n, height, width, channels)
        Pictures of one shape, at least `rounds` of each: uint8 from 0 to 255, or float from -1 to 1.
    rounds : int
        How many pictures are shown, 1 to 50. A coin is tossed for each, so that nobody can count.
    seed : int
        From 0; decides how the coins fall and which pictures are picked.
    probability_real : callable or None
        The player's rival: takes pictures, uint8 (rounds, height, width, channels), and returns for each the
        probability of being real, (rounds,) or (rounds, 1), as a GAN's `probability_real` does.

    Attributes
    ----------
    pictures : ndarray
        What is shown, in its order: uint8 (rounds, height, width, channels).
    answers : ndarray of bool
        Which of them are real.
    board : Table
        What pages show.
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError
        The pictures are too few, or of two shapes, or another argument does not fit.
    """

    def __init__(self, real, made, rounds=10, seed=0, *, probability_real=None):
        rounds = Whole("rounds", 1, MOST_ROUNDS)(rounds)
        real, made = as_bytes(real), as_bytes(made)
        if real.shape[1:] != made.shape[1:] or min(len(real), len(made)) < rounds:
            raise ValueError(
                f"A game of {rounds} rounds needs at least that many real pictures and that many made ones, all of one "
                f"shape, not {real.shape} and {made.shape}."
            )
        rng = np.random.default_rng(Whole("seed", 0)(seed))
        self.answers = rng.random(rounds) < 0.5
        picked = [rng.choice(len(pictures), rounds, replace=False) for pictures in (real, made)]
        self.pictures = np.where(self.answers[:, None, None, None], real[picked[0]], made[picked[1]])
        rival = None
        if probability_real is not None:
            believed = as_numeric("What probability_real returns", probability_real(self.pictures))
            if believed.shape not in ((rounds,), (rounds, 1)):
                raise ValueError(
                    f"probability_real must return one number for each of the {rounds} pictures, not an array of shape "
                    f"{believed.shape}."
                )
            rival = int(((believed.ravel() > 0.5) == self.answers).sum())
        self.board = Table(
            about={
                "shape": self.pictures.shape[1:3],
                "answers": self.answers.tolist(),
                "picture": base64.b64encode(png_bytes(tile(self.pictures, 1, rounds, gap=0))).decode(),
                "rival": rival,
            }
        )
        self.widget = framed(self.board, "ganlib-pad")
        self.widget.add_class("ganlib-alone")

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the game where widgets can be shown, else its pictures."""
        from ganlib import plots

        figure = plots.picture_grid(self.pictures, columns=10, title="Real or made up?")
        told = f"{len(self.answers)} pictures; {self.answers.sum()} of them are real."
        return bundle(self.widget, f"{told} Run this cell in JupyterLab to guess which.", figure.png())
