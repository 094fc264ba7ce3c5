"""Exercises of lesson 14: flow matching."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, close
from ganlib.data import CLUSTERS
from ganlib.judge.clouds import cluster_shares

MOST_EVALUATIONS = 8
POINTS = 400


def _pair(answer, first, second):
    if not isinstance(answer, tuple | list) or len(answer) != 2:
        raise Wrong(f"Two things are wanted, {first} and {second}: `return one, other`.")
    return answer


def _way(way):
    rng = np.random.default_rng(0)
    noise, data = rng.standard_normal((2, 3, 4, 4, 1))
    time = np.array([0.0, 0.25, 1.0])
    places, velocities = _pair(ask(way, noise.copy(), data.copy(), time.copy()), "the places", "the velocities")
    places, velocities = array(places, data.shape), array(velocities, data.shape)
    share = time[:, None, None, None]
    if close(velocities, noise - data):
        raise Wrong("Your velocities point back to the noise: a traveller goes from noise to data.")
    if close(velocities, data - places) and not close(velocities, data - noise):
        raise Wrong(
            "That is what is left of the way. The velocity is the same all along: the whole way, in one unit of time."
        )
    if not close(velocities, data - noise):
        raise Wrong("On a straight way the velocity is its end minus its beginning, whatever the time.")
    if close(places, share * noise + (1 - share) * data):
        raise Wrong("Your time runs backwards: at time 0 a traveller stands at the noise, at time 1 at the data.")
    if close(places, np.sqrt(1 - share**2) * noise + share * data):
        raise Wrong(
            "That is the way of a diffusion model, which is bent. The straight one has the weights 1 - t and t."
        )
    if not close(places, (1 - share) * noise + share * data):
        raise Wrong(
            "The second picture, a quarter of its way on, should be three quarters noise and one quarter data: does "
            "each picture get its own time?"
        )
    return "That is all that flow matching shows to its network."


def _velocity(place, time):
    if np.ndim(time) != 0:
        raise Wrong("`velocity` takes one number as its time here, not an array.")
    place = np.asarray(place, float)
    if place.shape != (5, 2):
        raise Wrong(f"`velocity` was asked about places of shape {place.shape}; there are (5, 2).")
    _velocity.asked.append(float(time))
    return place[:, ::-1] * [1, -1] * 1.5 + 2 * time


def _asked(follow, noise, steps):
    _velocity.asked = []
    ends = array(ask(follow, _velocity, noise.copy(), steps), noise.shape)
    return ends, list(_velocity.asked)


def _follow(noise, steps, middle, late=0.5):
    place = noise
    for step in range(steps):
        velocity = _velocity(place, step / steps)
        if middle:
            velocity = _velocity(place + middle * velocity / steps, (step + late) / steps)
        place = place + velocity / steps
    return place


def _midpoint(follow):
    noise, steps = np.random.default_rng(1).standard_normal((5, 2)), 4
    ends, asked = _asked(follow, noise, steps)
    _velocity.asked = []
    if close(ends, _follow(noise, steps, 0)):
        raise Wrong("That is Euler's method: each step goes where the velocity at its *beginning* points.")
    if close(ends, _follow(noise, steps, 0.5, late=0)):
        raise Wrong("You look from halfway, but at the time of the beginning: there it is half a step later.")
    if close(ends, _follow(noise, steps, 1, late=1)):
        raise Wrong("You look from the *end* of the step. The midpoint lies halfway.")
    if close(ends, _follow(noise, steps, 1, late=0.5)):
        raise Wrong("The time is right, but you have gone the whole way: go half of it before you look again.")
    if not close(ends, _follow(noise, steps, 0.5)):
        raise Wrong(
            f"The ends are not those of the midpoint method; you looked at the times {np.round(asked[:4], 3)}, and the "
            f"first four should be 0, 0.125, 0.25 and 0.375: four steps, two looks each."
        )
    ends, _ = _asked(follow, noise, 1)
    if not close(ends, _follow(noise, 1, 0.5)):
        raise Wrong("Right for four steps. With a single one the ends are wrong: does the length follow `steps`?")
    return "Two looks per step, and an error that falls with the square of its length."


def _guesses(guesses):
    rng = np.random.default_rng(2)
    place, velocity = rng.standard_normal((2, 6, 2))
    for time in (0.25, 0.8):
        clean, noise = _pair(ask(guesses, place.copy(), time, velocity.copy()), "the clean picture", "the noise")
        clean, noise = array(clean, place.shape), array(noise, place.shape)
        right_clean, right_noise = place + (1 - time) * velocity, place - time * velocity
        if close(clean, right_noise) and close(noise, right_clean):
            raise Wrong("Both are right, but in the other order: give first the clean picture, then the noise.")
        if close(clean, place + time * velocity):
            raise Wrong("Up to the clean picture the time that is *left* has to pass, not the time that has passed.")
        if close(clean, place + velocity):
            raise Wrong("That goes on for a whole unit of time, but a part of the way is already behind you.")
        if not close(clean, right_clean):
            raise Wrong("For the clean picture go on from the place, at this velocity, until the time is 1.")
        if close(noise, place - (1 - time) * velocity):
            raise Wrong("The way back to the noise takes as long as the time that has passed.")
        if close(noise, place - velocity):
            raise Wrong("That goes back for a whole unit of time, further than where the journey began.")
        if not close(noise, right_noise):
            raise Wrong("For the noise go back from the place, at this velocity, until the time is 0.")
    return "Diffusion models are trained to guess one or the other; now you see that it comes to the same thing."


def _flow(flow, evaluations):
    from ganlib.models.flow import PlaneFlow  # brings TensorFlow

    if not isinstance(flow, PlaneFlow):
        raise Wrong("`my_flow` must be a `PlaneFlow`: `my_flow = PlaneFlow(seed=0)`, then `my_flow.train(...)`.")
    if isinstance(evaluations, bool) or not isinstance(evaluations, int) or evaluations < 1:
        raise Wrong("`my_evaluations` must be a whole number from 1: how often the network is asked per point.")
    if evaluations > MOST_EVALUATIONS:
        raise Wrong(f"{evaluations} evaluations are more than {MOST_EVALUATIONS}.")
    method = "euler" if evaluations % 2 else "midpoint"
    points = flow.generate(POINTS, seed=1, evaluations=evaluations, method=method)
    shares = cluster_shares(points, CLUSTERS["three_clusters"][0])
    if not flow.step:
        raise Wrong("This flow has made no step yet: train it on the three clusters.")
    if (shares > 0.5).any() and (shares < 0.05).any():
        raise Wrong(f"Most points go to one cluster, {shares.round(2)}: was it trained on all three?")
    if shares.sum() < 0.5:
        raise Wrong(
            f"{shares.sum():.0%} of {POINTS} points lie in a cluster; 50% are wanted. Train for longer, or look more "
            f"often, up to {MOST_EVALUATIONS} times."
        )
    if shares.min() < 0.1:
        raise Wrong(f"The clusters got {shares.round(2)} of the points; each should get 0.1 or more.")
    return f"{evaluations} looks, and {shares.sum():.0%} of the points lie in a cluster: {shares.round(2)}."


EXERCISES = (
    Exercise(
        "14.1",
        _way,
        "The velocity does not depend on the time. The time has the shape (n,), the pictures (n, height, width, 1).",
        "`time = time[:, None, None, None]`, then `(1 - time) * noise + time * data` and `data - noise`.",
    ),
    Exercise(
        "14.2",
        _midpoint,
        "Look, go half a step, look there, half a step later; then make the whole step from where you began.",
        "`middle = place + velocity(place, t) / (2 * steps)`; the step is `velocity(middle, t + 0.5 / steps) / steps`.",
    ),
    Exercise(
        "14.3",
        _guesses,
        "At a steady velocity: how much time is left until 1, and how much has passed since 0?",
        "`place + (1 - time) * velocity`; the noise lies the other way.",
    ),
    Exercise(
        "14.4",
        _flow,
        "Begin with 500 steps and 8 evaluations, and look at `my_flow.generate(400, evaluations=8)`.",
        '`my_flow = PlaneFlow(seed=0)`, `my_flow.train(1500, data=toy_points("three_clusters", 2000), verbose=0)`.',
    ),
)
