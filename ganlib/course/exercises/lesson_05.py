"""Exercises of lesson 05: the adversarial game."""

import numpy as np

from ganlib.course.checking import Exercise, NothingYet, Wrong, array, ask, choice, close, number


def _stronger_discriminator(prediction):
    choice(
        prediction,
        "all three",
        {
            "one": "The crowd ran to one cluster since the *generator* had five updates to one. Who has time now?",
            "none": "The generator moves at every step: why should it miss all of the points?",
        },
    )
    return "A discriminator near p / (p + q) sees at once where the crowd is too dense."


def _best(best):
    p, q = np.array([0.3, 0.0, 0.2, 1.0]), np.array([0.1, 0.5, 0.2, 3.0])
    found = array(ask(best, p, q), p.shape)
    if close(found, q / (p + q)):
        raise Wrong("That is the share of *fakes*: labels swapped. Real is 1, so where all is real it must say 1.")
    if close(found, p / np.where(q > 0, q, 1)):
        raise Wrong("p / q is a ratio, from 0 to infinity. A probability is a share: of everything that falls there.")
    if close(found, p):
        raise Wrong("Real points alone do not decide: with as many fakes at the same place the best answer is 1/2.")
    if not close(found, p / (p + q)):
        raise Wrong(f"Where p = 0.3 and q = 0.1, three of four points are real: 0.75. Yours says {found[0]:.3f}.")
    return "Where real points and fakes are equally dense it is 1/2: only a coin is left."


def _spread(factor):
    number(
        factor,
        0.15,
        0.35,
        {
            0.5: "1/2 is what a mean does: 1 / sqrt(n). The energy distance is quadratic in small deviations. Run it.",
            4: "More points leave less to chance, not more.",
            1: "Then more points would be of no use. Run the cell, and compare the two lines.",
            2: "More points leave less to chance, not more: look at the two lines of the next cell.",
        },
        "Run the next cell, and divide the second spread by the first.",
    )
    return "About a quarter: between clouds of one distribution the energy distance shrinks like 1/n."


class _Spy:
    """A stand-in for the GAN of the lesson: it counts who was asked for what."""

    generator, discriminator = "the generator", "the discriminator"
    d_optimizer, g_optimizer = "the discriminator's optimizer", "the generator's optimizer"

    def __init__(self):
        self.calls = []

    def latent_vectors(self, n, seed=0):
        return np.random.default_rng(seed).uniform(-1, 1, (n, 2)).astype("float32")

    def step(self, player):
        def step(generator, discriminator, optimizer, *batches, **named):
            if (generator, discriminator) != (self.generator, self.discriminator):
                raise Wrong("Both steps take `generator, discriminator` in this order.")
            if optimizer != getattr(self, f"{player}_optimizer"):
                raise Wrong(f"`{player}_step` got {optimizer}: each network keeps to an optimizer of its own.")
            batches += tuple(named[name] for name in ("real", "latent") if name in named)
            self.calls.append((player, [np.asarray(batch) for batch in batches]))

        return step


def _game(game):
    spy, real = _Spy(), np.random.default_rng(0).normal(size=(200, 2)).astype("float32")
    game(spy, spy.step("d"), spy.step("g"), real, 10)
    players = "".join(player for player, _ in spy.calls)
    if not players:
        raise NothingYet("No step was made yet. Write the loop.")
    if "d" not in players or "g" not in players:
        raise Wrong(f"Only `{players[0]}_step` was called: the other network never learns.")
    if players in ("d" * 10 + "g" * 10, "g" * 10 + "d" * 10):
        raise Wrong("First all steps of one, then all of the other: each would win against one that stands still.")
    if players not in ("dg" * 10, "gd" * 10):
        raise Wrong(f"10 steps should be 10 updates of each, in turn; yours are {players[:30]}.")
    latents = [batches[-1] for _, batches in spy.calls]
    reals = [batches[0] for player, batches in spy.calls if player == "d"]
    if any(len(batches) != 2 for player, batches in spy.calls if player == "d"):
        raise Wrong("`d_step` needs a batch of real points and one of latent vectors.")
    if not all(np.isin(batch, real).all() for batch in reals):
        raise Wrong("What `d_step` gets as real must be points out of `real`.")
    if len({batch.tobytes() for batch in latents}) < 10:
        raise Wrong("The same latent vectors again: the generator would learn those alone. Give each step a new seed.")
    if any(np.abs(batch).max() > 1 for batch in latents):
        raise Wrong(
            "Those latent vectors are none of the GAN's, which lie between -1 and 1: take `gan.latent_vectors`."
        )
    if len({batch.tobytes() for batch in reals}) < 10:
        raise Wrong("The same real points again: draw a new batch at each step.")
    return "That is the whole game: one update each, new points and new noise every time."


EXERCISES = (
    Exercise(
        "05.1",
        _stronger_discriminator,
        "Which network had time to run ahead when the game collapsed?",
        "What does a discriminator near p / (p + q) say about a place where nearly all the fakes are?",
    ),
    Exercise(
        "05.2",
        _best,
        "Three real points fall near a place for each fake. What share of all of them is real?",
        "A share is a part divided by the whole, and the whole is p + q.",
    ),
    Exercise(
        "05.3",
        _spread,
        "Between two clouds of one distribution the true distance is 0. What is left is chance.",
        "Divide the two numbers that the next cell prints.",
    ),
    Exercise(
        "05.4",
        _game,
        "A step is `d_step`, then `g_step`. Look at the order of their arguments where they are defined.",
        "`real[rng.integers(len(real), size=64)]` is a batch; `gan.latent_vectors(64, seed=...)` are latent vectors.",
        "Optimizers: `gan.d_optimizer`, `gan.g_optimizer`. Step `i` may use the seeds `2 * i` and `2 * i + 1`.",
    ),
)
