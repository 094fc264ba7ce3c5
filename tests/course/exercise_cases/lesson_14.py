"""Wrong answers to the exercises of lesson 14."""

from exercise_cases import Case
from ganlib.data import toy_points
from ganlib.models.flow import PlaneFlow


def way(places, velocities):
    return (
        "def my_way(noise, data, time):\n    t = time[:, None, None, None]\n"
        f"    places = {places}\n    return places, {velocities}"
    )


STRAIGHT = "(1 - t) * noise + t * data"


def midpoint(middle, time, step="/ steps"):
    return (
        "def my_midpoint(velocity, noise, steps):\n    place = noise\n    for i in range(steps):\n"
        f"        t = i / steps\n        middle = {middle}\n"
        f"        place = place + velocity(middle, {time}) {step}\n    return place"
    )


HALF = "place + velocity(place, t) / (2 * steps)"


def guesses(clean, noise):
    return f"def my_guesses(place, time, velocity):\n    return {clean}, {noise}"


def flows():
    """Return what the exercise on training needs: flows that learned nothing, one cluster, and three."""
    three = toy_points("three_clusters", 2000)
    untrained, one, good, broken = (PlaneFlow(seed=0) for _ in range(4))
    broken.velocity = None
    one.train(100, data=three[abs(three - three[0]).max(axis=1) < 0.3], verbose=0)
    good.train(1500, data=three, verbose=0)
    return {"untrained": untrained, "one": one, "good": good, "broken": broken}


CASES = {
    "14.1": Case(
        wrong={
            way(STRAIGHT, "noise - data"): "point back to the noise",
            way(STRAIGHT, "data - places"): "what is left of the way",
            way(STRAIGHT, "data"): "its end minus its beginning",
            way("t * noise + (1 - t) * data", "data - noise"): "runs backwards",
            way("np.sqrt(1 - t**2) * noise + t * data", "data - noise"): "which is bent",
            way("0.5 * noise + 0.5 * data", "data - noise"): "does each picture get its own time",
            "def my_way(noise, data, time):\n    return data - noise": "Two things are wanted",
        },
        raises=way("time.middle()", "data - noise"),
        right=(way("noise + t * (data - noise)", "data - noise"),),
    ),
    "14.2": Case(
        wrong={
            midpoint("place", "t"): "Euler's method",
            midpoint(HALF, "t"): "at the time of the beginning",
            midpoint("place + velocity(place, t) / steps", "t + 1 / steps"): "from the *end* of the step",
            midpoint("place + velocity(place, t) / steps", "t + 0.5 / steps"): "you have gone the whole way",
            midpoint(HALF, "t + 0.5"): "first four should be",
            midpoint("place + velocity(place, t) / 8", "t + 0.125", "/ 4"): "does the length follow",
            "def my_midpoint(velocity, noise, steps):\n    return velocity(noise, np.zeros(5))": "takes one number",
            "def my_midpoint(velocity, noise, steps):\n    return velocity(noise[:2], 0)": "there are (5, 2)",
        },
        raises=midpoint("place.middle()", "t"),
        right=(midpoint("place + 0.5 / steps * velocity(place, t)", "(i + 0.5) / steps"),),
    ),
    "14.3": Case(
        wrong={
            guesses("place - time * velocity", "place + (1 - time) * velocity"): "in the other order",
            guesses("place + time * velocity", "place - time * velocity"): "the time that is *left*",
            guesses("place + velocity", "place - time * velocity"): "already behind you",
            guesses("velocity", "place"): "until the time is 1",
            guesses("place + (1 - time) * velocity", "place - (1 - time) * velocity"): "as long as the time that has",
            guesses("place + (1 - time) * velocity", "place - velocity"): "further than where the journey began",
            guesses("place + (1 - time) * velocity", "place"): "until the time is 0",
            "def my_guesses(place, time, velocity):\n    return place": "Two things are wanted",
        },
        raises=guesses("place + missing", "place"),
        right=(guesses("time * place + (1 - time) * (place + velocity)", "place - velocity * time"),),
    ),
    "14.4": Case(
        wrong={
            "my_flow, my_evaluations = 3, 8": "must be a `PlaneFlow`",
            "my_flow, my_evaluations = good, 20": "20 evaluations are more than 8",
            "my_flow, my_evaluations = good, 0": "a whole number from 1",
            "my_flow, my_evaluations = good, 2": "lie in a cluster; 50% are wanted",
            "my_flow, my_evaluations = untrained, 8": "no step yet",
            "my_flow, my_evaluations = one, 8": "trained on all three",
        },
        raises="my_flow, my_evaluations = broken, 8",
        right=("my_flow, my_evaluations = good, 8",),
        names=flows,
    ),
}
