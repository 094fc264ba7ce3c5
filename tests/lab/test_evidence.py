"""The words of one e-mail to switch: the page is given what adds up to the models' answers, and what stands in."""

import base64

import numpy as np
import pytest

from ganlib.lab import WordEvidence

WORDS = ["free", "george", "you", "!"]
MODELS = {"counting": ([2.0, -4.0, 0.5, 1.0], -1.0), "boundary": ([1.0, -3.0, -0.25, 0.5], -0.5)}
EMAILS = {"A spam": [1, 0, 1, 1], "A wanted e-mail": [0, 1, 0, 0]}


def scales(words=WORDS, models=MODELS, emails=EMAILS, shown=("!", "free")):
    return WordEvidence(words, models, emails, shown)


def test_the_start_the_shown_words_and_the_others_add_up_to_the_logit():
    about = scales().board.about
    assert about["words"] == ["!", "free"]
    for k, (name, (weights, bias)) in enumerate(MODELS.items()):
        model = about["models"][k]
        assert model["name"] == name
        for email, bag in zip(about["emails"], EMAILS.values(), strict=True):
            told = model["start"] + np.dot(model["weights"], email["has"]) + email["add"][k]
            assert told == pytest.approx(bias + np.dot(weights, bag))


@pytest.mark.filterwarnings("error")
def test_the_numbers_of_a_network_may_have_32_bits():
    weights = np.array([[1.5], [-3.0], [0.0], [0.5]], np.float32)[:, 0]
    about = scales(models={"counting": MODELS["counting"], "network": (weights, np.float32(-0.5))}).board.about
    assert about["models"][1] == {"name": "network", "pen": "discriminator", "start": -0.5, "weights": [0.5, 1.5]}


def test_what_is_not_shown_is_named():
    emails = scales().board.about["emails"]
    assert [email["others"] for email in emails] == [["you"], ["george"]]
    assert [email["name"] for email in emails] == list(EMAILS)


def test_the_generative_model_comes_first_in_its_colour():
    assert [model["pen"] for model in scales().board.about["models"]] == ["generator", "discriminator"]


def test_who_has_no_page_sees_the_first_email():
    bundle = scales()._repr_mimebundle_()
    assert (
        "counting starts at -1.0, adds +1.0 for !, +2.0 for free and +0.5 for 1 other word and ends at +2.5"
        in (bundle["text/plain"])
    )
    assert bundle["text/plain"].endswith("Run this cell in JupyterLab to switch words on and off.")
    assert base64.b64decode(bundle["image/png"]).startswith(b"\x89PNG")


def test_an_email_of_no_word_is_an_email():
    bundle = scales(emails={"empty": np.zeros(4)})._repr_mimebundle_()
    assert "counting starts at -1.0, adds nothing and ends at -1.0" in bundle["text/plain"]


def test_a_page_cannot_change_it():
    board = scales().board
    before = dict(board.about)
    board.set_state({"about": {"words": ["money"]}})
    assert board.about == before


ONE = {"counting": MODELS["counting"]}


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"words": 3}, "words must be a list, not 3"),
        ({"words": ["free", "free", "you", "!"]}, "words must hold each word once"),
        ({"models": ONE}, "models must hold two models to compare"),
        ({"models": ONE | {"boundary": 3}}, "must be a pair of weights and a bias, not 3"),
        ({"models": ONE | {"boundary": ([1.0], 0.0)}}, "must be an array of 4 numbers"),
        ({"emails": {}}, "emails must hold one to 6 things by name, not 0"),
        ({"emails": {"counts": [3, 0, 0, 0]}}, "must be 0 or 1 for each word"),
        ({"shown": ["money"]}, r"shown must hold 1 to 20 of the words, each once, not \['money'\]"),
        ({"shown": []}, "shown must hold 1 to 20 of the words"),
        ({"shown": ["free", "free"]}, "each once, not"),
        ({"shown": 7}, "shown must be a list, not 7"),
    ],
)
def test_what_does_not_fit_is_refused(given, sentence):
    with pytest.raises(ValueError, match=sentence):
        scales(**given)
