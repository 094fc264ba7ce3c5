"""The map to walk over: what the page is given, tile by tile, and what stands in for it."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from ganlib import data
from ganlib.lab import CodeMap
from ganlib.lab.atlas import SIDE
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.variational import VariationalAutoencoder

FAMILIES = (Autoencoder, VariationalAutoencoder)


@pytest.fixture(scope="module")
def digits():
    images, labels = data.load_mnist("test", limit=60)
    return images, labels


def small(family, code=2):
    return family(code, hidden=(8,), seed=0)


def place(about, row, column):
    """Return the code in the middle of a tile, rows counted from the top."""
    left, bottom = about["corner"]
    step = about["size"] / about["side"]
    return [left + (column + 0.5) * step, bottom + (about["side"] - row - 0.5) * step]


@pytest.mark.parametrize("family", FAMILIES)
def test_each_tile_is_what_the_decoder_makes_of_its_place(family, digits):
    model = small(family)
    about = CodeMap(model, *digits).board.about
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(about["picture"]))))
    assert sheet.shape == (SIDE * 28, SIDE * 28)
    for row, column in ((0, 0), (0, SIDE - 1), (SIDE - 1, 0), (7, 20)):
        code = np.array([place(about, row, column)], np.float32)
        found = sheet[row * 28 : (row + 1) * 28, column * 28 : (column + 1) * 28]
        wanted = data.as_bytes(model.decode(code))[0, :, :, 0]
        assert np.abs(found.astype(int) - wanted).max() <= 1  # rounding of a place


def test_all_codes_lie_on_the_map_and_so_does_the_circle(digits):
    model = small(Autoencoder)
    codes = model.encode(digits[0])
    about = CodeMap(model, *digits, radius=30).board.about
    assert np.allclose(np.reshape(about["codes"], (-1, 2)), codes, atol=1e-4)
    assert about["labels"] == digits[1].tolist()
    low, size = np.array(about["corner"]), about["size"]
    assert (codes > low).all()
    assert (codes < low + size).all()
    assert size > 2 * 30


def test_the_reading_is_told_as_digit_and_share(digits):
    def read(pictures):
        answers = np.zeros((len(pictures), 11))
        answers[:, 4], answers[:, 10] = 0.25, 0.75
        answers[0, [4, 7, 10]] = 0, 1, 0
        return answers

    readings = CodeMap(small(Autoencoder), *digits, read=read).board.about["readings"]
    assert readings[:2] == [7999, 4250]
    assert len(readings) == SIDE**2
    assert CodeMap(small(Autoencoder), *digits).board.about["readings"] is None


def test_more_digits_than_can_be_told_apart_are_left_out(digits):
    images, labels = (np.repeat(rows, 40, axis=0) for rows in digits)
    about = CodeMap(small(Autoencoder), images, labels).board.about
    assert len(about["labels"]) == len(about["codes"]) / 2 == 2000


def test_who_has_no_page_sees_the_figure_and_its_sentence(digits):
    bundle = CodeMap(small(Autoencoder), *digits, title="A map")._repr_mimebundle_()
    assert bundle["text/plain"].startswith("A map: 60 pictures on a map of two numbers")
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_a_page_cannot_change_it(digits):
    board = CodeMap(small(Autoencoder), *digits).board
    before = dict(board.about)
    board.set_state({"about": {"side": 10**9}})
    assert board.about == before


@pytest.mark.parametrize(
    ("code", "images", "labels", "sentence"),
    [
        (3, slice(None), slice(None), "this model's code has 3: train one with code=2"),
        (2, slice(0, 1), slice(0, 1), "codes must be at least two"),
        (2, slice(None), slice(0, 5), "a digit from 0 to 9 for each of the 60 codes"),
    ],
)
def test_what_is_no_map_is_refused(digits, code, images, labels, sentence):
    with pytest.raises(ValueError, match=sentence):
        CodeMap(small(Autoencoder, code), digits[0][images], digits[1][labels])
