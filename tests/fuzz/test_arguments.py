"""Every public function, with arguments of every kind: it works, or it refuses in one sentence and does nothing."""

import functools
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
import pytest
from helpers import tiny
from hypothesis import given
from hypothesis import strategies as st
from sentences import attempt, odd_values

from ganlib import Schedule, builders, data, load_mnist
from ganlib.arguments import Choice, Number, Switch, Whole
from ganlib.data.leaves import draw_leaves
from ganlib.judge import (
    CollapseAlarm,
    Judge,
    KeepBest,
    PictureJudge,
    classifier,
    clouds,
    counts,
    fog,
    frechet,
    mmd,
    neighbours,
    report,
    signs,
    trial,
)
from ganlib.models import recipes
from ganlib.models.flow import FLOW_RECIPES, FlowRecipe
from ganlib.models.logistic import fit_logistic
from ganlib.models.naive_bayes import BernoulliNaiveBayes, GaussianClasses

POINTS = np.random.default_rng(0).uniform(-0.9, 0.9, (20, 2))
FEATURES = np.random.default_rng(1).normal(size=(12, 3))
DIGITS = tiny.pictures(12, 28)
LABELS = np.arange(12) % 2


class Call(NamedTuple):
    """A function, the arguments that it is called with, and what a message calls them where that is another word."""

    function: callable
    arguments: dict
    words: dict = MappingProxyType({})


def varied(call, odd):
    """Try a call with some of its arguments replaced."""
    names = [call.words.get(name, name.split("_")[0]) for name in odd]
    about = names[0] if len(names) == 1 else ""
    attempt(lambda: call.function(**{**call.arguments, **odd}), about)


def some_arguments(call):
    """Draw one argument or two, and odd values for them."""
    names = st.lists(st.sampled_from(sorted(call.arguments)), min_size=1, max_size=2, unique=True)
    return names.flatmap(lambda names: st.fixed_dictionaries(dict.fromkeys(names, odd_values())))


SIZES = {"latent_dim": 3, "seed": 0}
CALLS = {
    # numbers and words that steer
    "number": Call(lambda value: Number("value", 0, 10)(value), {"value": 5}),
    "whole": Call(lambda value: Whole("value", 0)(value), {"value": 5}),
    "whole, bounded": Call(lambda value: Whole("value", 0, 9)(value), {"value": 5}),
    "switch": Call(lambda value: Switch("value")(value), {"value": True}),
    "choice": Call(lambda value: Choice("value", ("a", 1))(value), {"value": "a"}),
    "Schedule": Call(Schedule, {"changes": [(0, "d_steps", 2)]}, {"changes": ""}),
    "a change": Call(lambda step, name, value: Schedule([(step, name, value)]), {"step": 1, "name": "a", "value": 2}),
    # data
    "load_mnist": Call(
        functools.partial(load_mnist),
        {"split": "test", "digits": [1], "limit": 2, "scaled": False},
        {"digits": "digit"},
    ),
    "load_mnist from": Call(load_mnist, {"path": "nowhere"}, {"path": ""}),
    "load_pictures": Call(
        data.load_pictures,
        {"path": "nowhere", "size": 28, "channels": 1, "background": "white", "limit": 40, "split": "test"},
        {"path": ""},
    ),
    "draw_leaves": Call(draw_leaves, {"n": 4, "size": 16, "seed": 0}),
    "scale_pixels": Call(data.scale_pixels, {"images": DIGITS}, {"images": ""}),
    "unscale_pixels": Call(data.unscale_pixels, {"pictures": np.zeros((2, 2))}, {"pictures": ""}),
    "as_pictures": Call(data.as_pictures, {"images": DIGITS}, {"images": "pictures"}),
    "as_bytes": Call(data.as_bytes, {"images": DIGITS}, {"images": "pictures"}),
    "tile": Call(data.tile, {"images": DIGITS, "rows": 3, "columns": 4, "gap": 1}, {"images": "pictures"}),
    "png_bytes": Call(data.png_bytes, {"picture": DIGITS[0, ..., 0]}, {"picture": ""}),
    "toy_points": Call(data.toy_points, {"kind": "ring", "n": 5, "seed": 0}),
    "toy_density": Call(data.toy_density, {"kind": "line", "points": POINTS}),
    "check_points": Call(data.check_points, {"points": POINTS}),
    "asset": Call(data.asset, {"name": "data/mnist.npz"}, {"name": ""}),
    # networks
    "build_generator": Call(builders.build_generator, {**SIZES, "image_shape": (4, 4, 1), "hidden": (3,)}),
    "build_discriminator": Call(builders.build_discriminator, {"image_shape": (4, 4, 1), "seed": 0}),
    "build_conv_generator": Call(builders.build_conv_generator, {**SIZES, "filters": 2, "image_shape": (8, 8, 3)}),
    "build_conv_discriminator": Call(
        builders.build_conv_discriminator, {"filters": 2, "seed": 0, "image_shape": (8, 8, 3)}
    ),
    "build_conditional_generator": Call(
        builders.build_conditional_generator, {**SIZES, "network": "dense", "image_shape": (4, 4, 3), "classes": 3}
    ),
    "build_conditional_discriminator": Call(
        builders.build_conditional_discriminator,
        {"network": "dense", "seed": 0, "image_shape": (4, 4, 3), "classes": 3},
    ),
    "build_encoder": Call(builders.build_encoder, {"code": 2, "hidden": (3,), "seed": 0}),
    "build_decoder": Call(
        builders.build_decoder, {"code": 2, "hidden": (3,), "seed": 0, "image_shape": (4, 4, 3), "activation": "tanh"}
    ),
    "build_variational_encoder": Call(builders.build_variational_encoder, {"code": 2, "hidden": (3,), "seed": 0}),
    "build_plane_generator": Call(builders.build_plane_generator, {"latent_dim": 2, "hidden": (3,), "seed": 0}),
    "build_velocity_unet": Call(builders.build_velocity_unet, {"image_shape": (4, 4, 1), "filters": 8, "seed": 0}),
    "build_plane_velocity": Call(builders.build_plane_velocity, {"hidden": (3,), "seed": 0}),
    "build_plane_discriminator": Call(builders.build_plane_discriminator, {"hidden": (3,), "seed": 0}),
    # recipes
    "Recipe": Call(
        recipes.Recipe, {name: getattr(recipes.RECIPES["fine"], name) for name in recipes.Recipe.__dataclass_fields__}
    ),
    "FlowRecipe": Call(
        FlowRecipe, {name: getattr(FLOW_RECIPES["flow"], name) for name in FlowRecipe.__dataclass_fields__}
    ),
    "a recipe of fields": Call(lambda fields: recipes.as_recipe(fields), {"fields": {}}, {"fields": "recipe"}),
    # classical models
    "fit_logistic": Call(
        fit_logistic, {"features": FEATURES, "labels": LABELS, "penalty": 1.0, "tolerance": 1e-3}, {"labels": ""}
    ),
    "GaussianClasses": Call(GaussianClasses, {"classes": 2}),
    "GaussianClasses.fit": Call(
        lambda **given: GaussianClasses().fit(**given),
        {"examples": FEATURES, "labels": LABELS},
        {"labels": ""},
    ),
    "BernoulliNaiveBayes.fit": Call(
        lambda **given: BernoulliNaiveBayes().fit(**given),
        {"examples": FEATURES > 0, "labels": LABELS},
        {"labels": ""},
    ),
    "BernoulliNaiveBayes.sample": Call(
        lambda **given: BernoulliNaiveBayes().fit(FEATURES > 0, LABELS).sample(**given),
        {"label": 1, "n": 3, "seed": 0},
    ),
    "GaussianClasses.posterior": Call(
        lambda **given: GaussianClasses().fit(FEATURES, LABELS).posterior(**given), {"examples": FEATURES}
    ),
    # the judge
    "classifier_score": Call(counts.classifier_score, {"probabilities": np.full((5, 10), 0.1)}),
    "divergence_from_uniform": Call(counts.divergence_from_uniform, {"counts": np.arange(10)}),
    "kinds_present": Call(counts.kinds_present, {"counts": np.arange(10)}),
    "mean_and_covariance": Call(frechet.mean_and_covariance, {"features": FEATURES}),
    "frechet_distance": Call(frechet.frechet_distance, {"features": FEATURES, "others": FEATURES}),
    "squared_mmd": Call(mmd.squared_mmd, {"features": FEATURES, "others": FEATURES}),
    "kernel_distance": Call(
        mmd.kernel_distance, {"features": FEATURES, "others": FEATURES, "subsets": 2, "size": 4, "seed": 0}
    ),
    "neighbour_distances": Call(neighbours.neighbour_distances, {"points": FEATURES, "k": 3}),
    "nearest_others": Call(neighbours.nearest_others, {"points": FEATURES, "k": 3}),
    "nearest_few": Call(neighbours.nearest_few, {"points": FEATURES, "others": FEATURES, "k": 3}),
    "shares": Call(neighbours.shares, {"fake": FEATURES, "real": FEATURES, "near": 3, "wide": 4}),
    "energy_distance": Call(clouds.energy_distance, {"points": POINTS, "others": POINTS}),
    "cluster_shares": Call(clouds.cluster_shares, {"points": POINTS, "centres": POINTS[:2], "radius": 0.2}),
    "recognise": Call(classifier.recognise, {"images": DIGITS}, {"images": "pictures"}),
    "share_recognised": Call(
        classifier.share_recognised, {"images": DIGITS, "confidence": 0.9}, {"images": "pictures"}
    ),
    "digit_counts": Call(classifier.digit_counts, {"images": DIGITS}, {"images": "pictures"}),
    "report": Call(report, {"images": DIGITS, "judge": None}, {"images": "picture", "judge": ""}),
    "Judge": Call(
        Judge,
        {"classifier": None, "train": DIGITS, "test": DIGITS, "name": "x", "labels": None},
        dict.fromkeys(("classifier", "train", "test", "name", "labels"), ""),
    ),
    "PictureJudge": Call(  # of too few pictures
        PictureJudge, {"pictures": DIGITS, "unseen": None, "name": "x"}, {"pictures": "", "unseen": "", "name": ""}
    ),
    "CollapseAlarm": Call(CollapseAlarm, {"every": 500, "patience": 3000, "judge": None, "tell": print}),
    "KeepBest": Call(KeepBest, {"every": 500, "judge": None}),
    "train_classifier": Call(  # with a wrong number of epochs, so that it never trains
        functools.partial(classifier.train_classifier, epochs=0),
        {"images": DIGITS, "labels": LABELS, "seed": 0, "kinds": ("fog", "noise")},
        dict.fromkeys(("images", "labels", "seed", "kinds"), ""),
    ),
    "fog": Call(fog, {"n": 3, "seed": 0, "pictures": DIGITS}, {"pictures": "pictures"}),
    "trial": Call(  # of too few pictures, so that nothing is judged
        functools.partial(trial, n=1),
        {"judge": None, "seed": 0, "groups": ("real", "garbage")},
        dict.fromkeys(("judge", "seed", "groups"), ""),
    ),
    # settings under a name
    "spread": Call(signs.spread, {"pictures": np.zeros((2, 4, 4, 1))}),
    "vital_signs": Call(
        signs.vital_signs,
        {
            "history": {
                name: np.ones(20)
                for name in ("step", "d_accuracy", "d_real", "d_fake", "g_grad_norm", "d_loss", "g_loss")
            },
            "pictures": np.zeros((2, 4, 4, 1)),
            "recent": 10,
        },
    ),
    "ablations": Call(recipes.ablations, {"name": "swift"}),
    "as_recipe": Call(recipes.as_recipe, {"recipe": recipes.RECIPES["swift"]}),
}


@pytest.mark.parametrize("name", CALLS)
@given(draw=st.data())
def test_a_function_works_or_refuses_in_a_sentence(name, draw):
    call = CALLS[name]
    varied(call, draw.draw(some_arguments(call)))
