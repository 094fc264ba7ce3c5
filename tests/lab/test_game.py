"""Real or made up, headless: what is shown, what is true of it, and the rival."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ganlib.lab import SpotTheFake

REAL = np.stack([np.full((28, 28, 1), 200 + i, np.uint8) for i in range(40)])
MADE = np.stack([np.full((28, 28, 1), i, np.uint8) for i in range(40)])


def test_each_answer_is_true_of_its_picture_and_none_comes_twice():
    game = SpotTheFake(REAL, MADE, rounds=30)
    values = game.pictures[:, 0, 0, 0]
    assert ((values >= 200) == game.answers).all()
    assert len(set(values)) == 30
    assert 0 < game.answers.sum() < 30
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(game.board.about["picture"]))))
    assert sheet.shape == (28, 30 * 28)
    assert (sheet[0, ::28] == values).all()
    assert game.board.about["answers"] == game.answers.tolist()


def test_the_seed_shuffles():
    games = [SpotTheFake(REAL, MADE, seed=seed) for seed in (0, 0, 1)]
    assert np.array_equal(games[0].pictures, games[1].pictures)
    assert not np.array_equal(games[0].pictures, games[2].pictures)


def test_the_rival_is_scored_on_the_same_pictures():
    always = SpotTheFake(REAL, MADE, probability_real=lambda pictures: np.ones((len(pictures), 1)))
    assert always.board.about["rival"] == always.answers.sum()
    knows = SpotTheFake(REAL, MADE, probability_real=lambda pictures: pictures[:, 0, 0, 0] / 255)
    assert knows.board.about["rival"] == 10
    assert SpotTheFake(REAL, MADE).board.about["rival"] is None


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"seed": "x"}, "seed must be a whole number of at least 0"),
        ({"seed": -1}, "seed must be a whole number of at least 0"),
        ({"probability_real": lambda shown: np.ones((len(shown), 2))}, r"one number for each of the 10 pictures"),
        ({"probability_real": lambda shown: ["real"] * len(shown)}, "What probability_real returns must be numbers"),
    ],
)
def test_a_seed_or_a_rival_that_does_not_fit_is_refused(options, sentence):
    with pytest.raises(ValueError, match=sentence):
        SpotTheFake(REAL, MADE, **options)


def test_pictures_in_colour_may_be_floats():
    colour = np.random.default_rng(0).uniform(-1, 1, (10, 16, 16, 3)).astype(np.float32)
    assert SpotTheFake(colour, -colour, rounds=10).pictures.shape == (10, 16, 16, 3)


def test_who_has_no_page_sees_the_pictures():
    bundle = SpotTheFake(REAL, MADE)._repr_mimebundle_()
    assert bundle["text/plain"].startswith("10 pictures; ")
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("real", "made", "rounds", "sentence"),
    [
        (REAL[:9], MADE, 10, "needs at least that many real pictures and that many made ones"),
        (REAL, MADE[:, :20], 10, "of one shape, not .*20, 28"),
        (REAL, MADE, 0, "rounds must be a whole number from 1 to 50"),
        (REAL, MADE, 51, "rounds must be a whole number from 1 to 50"),
    ],
)
def test_what_is_no_game_is_refused(real, made, rounds, sentence):
    with pytest.raises(ValueError, match=sentence):
        SpotTheFake(real, made, rounds)
