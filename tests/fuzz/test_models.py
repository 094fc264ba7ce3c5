"""Models of every family with arguments of every kind: built, asked, steered and trained, or refused in a sentence."""

import functools

import numpy as np
import pytest
from helpers import families, tiny
from helpers.checks import arrays_of, same
from hypothesis import given, settings
from hypothesis import strategies as st
from sentences import attempt, odd_values
from test_arguments import Call, some_arguments, varied

from ganlib import GAN, ConditionalGAN
from ganlib._tensorflow import keras
from ganlib.models import presets
from ganlib.models.autoencoder import Autoencoder
from ganlib.models.boltzmann import RestrictedBoltzmannMachine
from ganlib.models.flow import FlowMatching, PlaneFlow
from ganlib.models.plane import PlaneGAN
from ganlib.models.variational import VariationalAutoencoder

SMALL = functools.cache(tiny.build_networks)


def around_small(**options):
    return GAN(**{**SMALL(), **options})


OF_A_GAN = {
    "network": "dense",
    "latent_dim": 4,
    "seed": 0,
    "loss_kind": "saturating",
    "loss_penalty": None,
    "ema_decay": None,
    "d_update": "apart",
    "d_fakes": "inference",
    "gradient_penalty": 0.0,
    "training_spread": 1.0,
    "recipe": None,
    "g_optimizer": None,
    "d_optimizer": None,
}
BUILT = {
    "GAN": Call(around_small, OF_A_GAN),
    "GAN of networks": Call(around_small, {"generator": None, "discriminator": None}),
    "PlaneGAN": Call(PlaneGAN, {"latent": "normal", "latent_dim": 2, "seed": 0, "loss_kind": "saturating"}),
    "Autoencoder": Call(
        Autoencoder,
        {"code": 2, "hidden": (4,), "noise": 0.0, "seed": 0, "encoder": None, "decoder": None, "optimizer": None},
    ),
    "VariationalAutoencoder": Call(
        VariationalAutoencoder,
        {"code": 2, "hidden": (4,), "beta": 1.0, "seed": 0, "encoder": None, "decoder": None, "optimizer": None},
    ),
    "RestrictedBoltzmannMachine": Call(
        RestrictedBoltzmannMachine,
        {
            "hidden": 4,
            "k": 1,
            "persistent": True,
            "chains": 5,
            "picture_shape": (4, 4, 1),
            "seed": 0,
            "optimizer": None,
        },
    ),
    "from_recipe": Call(GAN.from_recipe, {"name": "swift", "seed": 0}, {"name": "recipe"}),
    "from_recipe, conditional": Call(ConditionalGAN.from_recipe, {"name": "swift", "seed": 0}, {"name": "recipe"}),
    "from_pictures": Call(GAN.from_pictures, {"pictures": families.COLOURED, "seed": 0, "steps": 2}),
    "from_keras": Call(lambda seed: GAN.from_keras("nowhere.keras", seed=seed), {"seed": 0}),
    "FlowMatching": Call(
        FlowMatching,
        {"seed": 0, "velocity": None, "conditional": False, "optimizer": None, "ema_decay": 0.9, "dropped": 0.1},
    ),
    "FlowMatching of a recipe": Call(FlowMatching.from_recipe, {"name": "flow", "seed": 0}, {"name": "recipe"}),
    "PlaneFlow": Call(PlaneFlow, {"seed": 0, "optimizer": None}),
}


@pytest.mark.parametrize("name", BUILT)
@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_a_model_is_built_or_refused_in_a_sentence(name, draw):
    call = BUILT[name]
    attempt(lambda: call.function(**{**call.arguments, **draw.draw(some_arguments(call))}))


@pytest.mark.parametrize("seed", [{"a": 1}, "seven", [1], 0.5, -1, 2**31, None, np.arange(2)], ids=repr)
@pytest.mark.parametrize("name", [name for name, call in BUILT.items() if "seed" in call.arguments])
def test_whoever_builds_a_model_says_what_a_seed_is(name, seed):
    call = BUILT[name]
    with pytest.raises(ValueError, match=r"^seed "):
        call.function(**{**call.arguments, "seed": seed})


@functools.cache
def model(family):
    """A model that is not trained, to be asked only."""
    return families.build(family)


ASKED = {
    "gan": {
        "generate": {"n": 2, "seed": 0},
        "latent_vectors": {"n": 2, "seed": 0},
        "pictures_of": {"latent": np.zeros((2, 4))},
        "probability_real": {"images": tiny.DATA[:2]},
        "check_data": {"data": tiny.DATA},
        "save_imgs": {"path": "x.png"},
        "pretrain_discriminator": {"steps": 0, "batch_size": 8, "data": tiny.DATA},
    },
    "conditional": {
        "generate": {"n": 2, "seed": 0, "digits": 3},
        "pictures_of": {"latent": np.zeros((2, 4)), "digits": [1, 2]},
        "probability_real": {"images": families.DIGIT_LIKE[:2], "digits": [1, 2]},
        "check_data": {"data": (families.DIGIT_LIKE, families.LABELS)},
    },
    "plane": {
        "generate": {"n": 2, "seed": 0},
        "probability_real": {"points": np.zeros((2, 2))},
        "surface": {"cells": 3},
        "mesh": {"cells": 3},
        "push": {"points": np.zeros((2, 2))},
        "check_data": {"data": families.FAMILIES["plane"][1]},
        "reset": {"seed": 0},
    },
    "autoencoder": {
        "encode": {"images": families.DIGIT_LIKE[:2]},
        "decode": {"codes": np.zeros((2, 2))},
        "reconstruct": {"images": families.DIGIT_LIKE[:2]},
        "error": {"images": families.DIGIT_LIKE[:2]},
    },
    "vae": {
        "generate": {"n": 2, "seed": 0},
        "distribution": {"images": families.DIGIT_LIKE[:2]},
        "terms": {"images": families.DIGIT_LIKE[:2], "samples": 1, "seed": 0},
        "log_likelihood": {"images": families.DIGIT_LIKE[:2], "samples": 2, "seed": 0},
    },
    "machine, persistent": {
        "energy": {"images": families.DIGIT_LIKE[:2], "hidden": np.zeros((2, 8))},
        "free_energy": {"images": families.DIGIT_LIKE[:2]},
        "encode": {"images": families.DIGIT_LIKE[:2]},
        "decode": {"hidden": np.zeros((2, 8))},
        "dream": {"steps": 2, "n": 2, "start": None, "seed": 0},
        "generate": {"n": 2, "seed": 0, "steps": 2, "start": None},
        "filters": {"n": 2},
        "start_from_means": {"images": families.DIGIT_LIKE},
    },
}
QUESTIONS = [(family, name) for family, questions in ASKED.items() for name in questions]


@pytest.mark.parametrize(("family", "name"), QUESTIONS, ids=[" ".join(question) for question in QUESTIONS])
@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_a_model_answers_or_refuses_in_a_sentence(family, name, draw):
    given_ = ASKED[family][name]
    call = Call(getattr(model(family), name), given_, dict.fromkeys(given_, ""))
    varied(call, draw.draw(some_arguments(call)))


@pytest.mark.parametrize("family", ASKED)
@given(draw=st.data())
def test_a_live_value_is_set_or_refused_and_nothing_else_changes(family, draw):
    live = model(family).live
    before = live.snapshot()
    name = draw.draw(st.sampled_from([*before]) | odd_values())
    value = draw.draw(odd_values())
    _, refusal = attempt(lambda: live.__setitem__(name, value))
    after = live.snapshot()
    if refusal:
        assert after == before
        attempt(lambda: (live.check(name, value), live.read(name), live[name], live.takes(name)))
    else:
        assert {key: after[key] for key in after if key != name} == {key: before[key] for key in before if key != name}


@given(draw=st.data())
def test_a_preset_is_applied_to_a_gan_only(draw):
    preset = draw.draw(st.sampled_from([*presets.PRESETS.values()]))
    attempt(lambda: preset.apply(model("gan")))
    attempt(lambda: preset.apply(draw.draw(odd_values())))


class Stop(keras.callbacks.Callback):
    """Ends a training after its first block, however long it was meant to be."""

    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = True


OF_TRAIN = {
    "steps": 2,
    "batch_size": 8,
    "sample_interval": 100,
    "data": tiny.DATA,
    "run": None,
    "schedule": None,
    "callbacks": Stop(),
    "verbose": 0,
    "checkpoint_interval": 1000,
}


@pytest.fixture(scope="module")
def trained():
    gan = tiny.build_gan()
    return gan, *gan.state()


@pytest.mark.parametrize("name", OF_TRAIN)
@settings(max_examples=settings().max_examples // 2 or 1)
@given(draw=st.data())
def test_a_training_begins_or_is_refused_and_nothing_is_trained(name, draw, trained, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    gan = tiny.as_made(*trained)
    odd = draw.draw(odd_values())
    _, refusal = attempt(lambda: gan.train(**{**OF_TRAIN, name: odd}))
    if refusal:
        assert gan.step == 0
        assert same(arrays_of(gan), trained[1])
