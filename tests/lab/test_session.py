"""A session of the lab is a small file that repeats it, and nothing else counts as one."""

import json

import numpy as np
import pytest
from helpers.checks import one_sentence

from ganlib import GAN, load_mnist
from ganlib.lab import LabTrainer, Session
from ganlib.lab.session import LARGEST, bytes_of, weights_of

SESSION = Session([(0, "d_learning_rate", 1e-3), (4, "freeze_g", True), (6, "loss_kind", "hinge")], 8, seed=5)


@pytest.fixture(scope="module")
def classic():
    """A GAN whose steps are compiled once: a plain graph of so large networks rounds as it likes."""
    return Session([], 1).build()


def lab_of(gan, **options):
    lab = LabTrainer(gan, **options)
    lab.play(6)
    lab.wait(600)
    return lab


def test_a_session_is_read_as_it_was_saved(tmp_path):
    SESSION.save(tmp_path / "s.json")
    assert Session.load(tmp_path / "s.json") == SESSION
    assert len(bytes_of(tmp_path / "s.json")) < 250


def test_a_replay_ends_in_the_same_weights_whatever_its_gan_did_before(classic):
    first = weights_of(SESSION.replay(gan=classic))
    changes = classic.live.changes
    other = weights_of(Session([(1, "g_learning_rate", 0.01)], 3, seed=1).replay(gan=classic))
    assert weights_of(SESSION.replay(gan=classic)) == first != other
    assert classic.live.changes == changes
    assert len(changes) == 3
    alone = GAN(seed=5)
    alone.train(8, schedule=SESSION.schedule, verbose=0)
    assert weights_of(alone) == first


def test_the_lab_says_what_repeats_it(classic):
    lab = lab_of(GAN(seed=3), data=load_mnist(limit=2000)[0])
    lab.set("d_learning_rate", 1e-3)
    lab.alone("generator", 2)
    lab.wait(600)
    session, early = lab.session(), lab.session(steps=6)
    assert (session.steps, session.seed, session.pictures, session.recipe) == (8, 3, 2000, "classic")
    assert session.weights == weights_of(lab.model) == weights_of(session.replay(gan=classic))
    assert early.weights is None
    assert early.steps == max(change.step for change in early.schedule) == 6


def test_a_lab_that_begins_afresh_with_another_seed_is_a_session_of_that_seed(graph):
    lab = lab_of(GAN(seed=3))
    lab.reset(9)
    lab.play(4)
    lab.wait(600)
    assert (lab.session().seed, lab.session().steps) == (9, 4)


def test_an_opened_session_can_be_saved_again_whatever_its_recipe(eager):
    session = Session([(0, "label_smoothing", 0.1)], 1, recipe="swift", pictures=1000)
    lab = LabTrainer(session.build(), session.data())
    lab.open(session)
    lab.play()
    lab.wait(600)
    saved = lab.session()
    assert (saved.recipe, saved.steps) == ("swift", 1)
    assert (0, "label_smoothing", 0.1) in saved.schedule.changes


@pytest.mark.parametrize("again", [False, True])
def test_steps_that_were_made_beside_the_lab_are_in_no_session(eager, again):
    gan, data = GAN(seed=0), load_mnist(limit=1000)[0]
    lab = LabTrainer(gan, data)
    lab.play(2)
    lab.wait(600)
    gan.train(1, 8, data=data, verbose=0)
    if again:
        lab.play(1)
        lab.wait(600)
    with pytest.raises(ValueError, match="its steps from 2 on were not all made by this lab") as error:
        lab.session()
    one_sentence(error)
    assert lab.session(steps=2).steps == 2
    lab.reset()
    lab.play(1)
    lab.wait(600)
    assert lab.session().steps == 1


@pytest.mark.parametrize(
    ("options", "lab_options", "words"),
    [
        ({"ema_decay": 0.9}, {}, "options or optimizers of its own"),
        ({"latent_dim": 7}, {}, "networks or first weights of its own"),
        ({}, {"batch_size": 8}, "batches of 8, and the recipe's have 32"),
        ({}, {"data": load_mnist("test", limit=2000)[0]}, "other pictures than the first 2,000 of MNIST"),
        ({}, {"data": load_mnist(limit=500)[0]}, "other pictures than the first 1,000 of MNIST"),
    ],
)
def test_what_a_file_cannot_say_is_refused(eager, options, lab_options, words):
    lab = LabTrainer(GAN(**options), **lab_options)
    lab.play(1)
    lab.wait(600)
    with pytest.raises(ValueError, match=words) as error:
        lab.session()
    one_sentence(error)


def test_a_lab_without_a_step_or_with_earlier_ones_has_no_session(eager, gan):
    with pytest.raises(ValueError, match="press Play") as error:
        LabTrainer(GAN()).session()
    one_sentence(error)
    trained = GAN()
    trained.train(1, verbose=0)
    lab = LabTrainer(trained)
    lab.play(1)
    lab.wait(600)
    with pytest.raises(ValueError, match="had been trained before") as error:
        lab.session()
    one_sentence(error)


@pytest.mark.parametrize(
    ("changes", "counted"),
    [
        ([], 10),
        ([(4, "d_steps", 3)], 4 + 3 * 6),
        ([(4, "d_steps", 3), (4, "freeze_d", True)], 10),
        ([(2, "g_steps", 5), (3, "g_steps", 1), (10, "d_steps", 9)], 2 + 5 + 7),
        ([(0, "d_steps", 0), (0, "g_steps", 0)], 10),
    ],
)
def test_a_step_counts_as_often_as_its_busier_network_makes_an_update(changes, counted):
    assert Session(changes, 10).counted_steps() == counted


HELD = {"ganlib_session": 1, "recipe": "classic", "seed": 0, "pictures": 60000, "steps": 8, "changes": []}
WRONG = [{**HELD, name: value} for name in HELD for value in (None, "x", -1, [None], {}, 1e999, 10**30, True)]
WRONG = [held for held in WRONG if held["ganlib_session"] is not True]  # which equals 1
WRONG += [{name: value for name, value in HELD.items() if name != left} for left in HELD]
WRONG += [HELD | {"weights": value} for value in (5, "", "x" * 16, "0" * 17)]
WRONG += [HELD | {"changes": changes} for changes in ({}, [[9, "d_steps", 1]], [[1, 2]], ["abc"], [[1, 2, 3]], [{}])]
WRONG += [HELD | {"mnist_fd": 0.1}, [], 5, None, "x", HELD | {"steps": 8.5}]


@pytest.mark.parametrize("held", WRONG, ids=lambda held: str(held)[:80])
def test_whatever_else_a_file_holds_is_refused_in_one_sentence(held):
    with pytest.raises(ValueError, match=r"\.$") as error:
        Session.read(json.dumps(held).encode())
    one_sentence(error)


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x04}q\x00.", b"[" * 50_000, b"9" * 9000, b" " * (LARGEST + 1), b"\xff\xfe\x00"]
)
def test_what_is_no_json_is_refused_in_one_sentence(content):
    with pytest.raises(ValueError, match=r"\.$") as error:
        Session.read(content)
    one_sentence(error)


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    with pytest.raises(OSError, match=r"nothing\.json cannot be read: .*\. Check the path\.$"):
        Session.load(tmp_path / "nothing.json")
    (tmp_path / "odd.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match=r"odd\.json: This is no session of this version"):
        Session.load(tmp_path / "odd.json")


def test_values_that_json_lacks_cannot_be_saved(tmp_path):
    with pytest.raises(ValueError, match="numbers, switches or words"):
        Session([(0, "d_steps", np.zeros(3))], 5).save(tmp_path / "s.json")
    assert not list(tmp_path.iterdir())
