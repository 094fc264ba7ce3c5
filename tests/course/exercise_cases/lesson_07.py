"""Wrong answers to the exercises of lesson 07."""

from exercise_cases import Case
from ganlib.models.presets import PRESETS


def names():
    return {"PRESETS": PRESETS}


def cure(*lines):
    return "\n    ".join(["def my_cure(gan):", *lines])


def watchman(code):
    return f"def watchman(signs):\n    return {code}"


def loss(code):
    on_real = "((1 - smoothing) * np.logaddexp(0, -real) + smoothing * np.logaddexp(0, real))"
    code = code.replace("REAL", on_real).replace("FAKE", "np.logaddexp(0, fake)")
    return f"def smoothed_loss(real, fake, smoothing):\n    return {code}"


LOSS, RATES = 'gan.loss_kind = "non_saturating"', "gan.d_learning_rate = gan.g_learning_rate = 0.0002"
EVERY = "for name, preset in PRESETS.items() if preset.sign.shown(signs)"
CASES = {
    "07.1": Case(
        wrong={
            'slow, fast = "higher", "lower"': "Is it right more often then?",
            'slow, fast = "lower", "lower"': "whoever learns faster",
            'slow, fast = "the same", "higher"': "turn the table",
        },
        raises="slow, fast = Broken(), Broken()",
    ),
    "07.2": Case(
        wrong={
            'my_changes = [(0, "d_learning_rate", 0.0008)]': "That changes a rate",
            'my_changes = [(0, "g_steps", 4)]': "the other way",
            'my_changes = [(0, "d_step", 4)]': "called `d_steps`, not d_step",
            'my_changes = [(0, "d_steps", 5)]': "not 5",
            'my_changes = [(100, "d_steps", 4)]': "begins at step 100",
            'my_changes = ["d_steps", 4]': "A schedule is a list of (step, name, value)",
        },
        raises="my_changes = Broken()",
    ),
    "07.3": Case(
        wrong={
            cure(RATES): "hardly any gradient arrives",
            cure(LOSS): "still learns 100 times as fast",
            cure(LOSS, RATES, "gan.freeze_g = True"): "it cannot catch up",
            cure(LOSS, "gan.g_learning_rate = 0.1"): "on the way to saturation",
            cure(LOSS, "gan.d_rate = 0.0002"): "no live value 'd_rate'",
            cure(RATES, 'gan.loss_kind = "wasserstien"'): "must be one of",
            cure(LOSS, RATES, "gan.d_steps = 10"): "still learns 10 times as fast",
            cure(LOSS, "gan.d_learning_rate = gan.g_learning_rate = 1e-10"): "cannot catch up",
            cure(LOSS, "gan.d_learning_rate = gan.g_learning_rate = 0"): "cannot catch up",
            cure(LOSS, "gan.d_learning_rate = 1e-8"): "the generator wins",
            cure(LOSS, RATES, "gan.d_steps = 0"): "the generator wins",
            cure(LOSS, RATES, "gan.g_steps = 5"): "how a generator collapses",
            cure(LOSS, RATES, "gan.label_smoothing = 0.5"): "hardly more real",
        },
        raises=cure("gan.generator.train()"),
    ),
    "07.4": Case(
        wrong={
            watchman(f"[name {EVERY}]"): "Healthy is no failure",
            watchman(f'[preset.title {EVERY} and name != "healthy"]'): "not the titles",
            watchman(f'next((name {EVERY} and name != "healthy"), "")'): "Return a list of names",
            watchman(f'[name {EVERY} and name != "healthy"][:1]'): "you name 1 of them",
            watchman('["collapse"]'): "A healthy training is called collapse",
            watchman(f'[name {EVERY} and name == "collapse"]'): "you say nothing",
        },
        raises=watchman('[name for name in PRESETS if signs["speed"] > 1]'),
        names=names,
    ),
    "07.5": Case(
        wrong={
            loss("REAL.mean() + FAKE.mean()"): "Twice too much",
            loss("(np.logaddexp(0, -real).mean() + FAKE.mean()) / 2"): "changes nothing yet",
            loss(
                "(REAL.mean() + ((1 - smoothing) * FAKE + smoothing * np.logaddexp(0, -fake)).mean()) / 2"
            ): "too. One",
            loss("((1 - smoothing) * np.logaddexp(0, -real).mean() + FAKE.mean()) / 2"): "Half of it is missing",
            loss("(np.logaddexp(0, -real) - smoothing + FAKE).mean() / 2"): "With a smoothing of 0.1",
            loss("(np.exp(-real) + np.exp(fake)).mean() / 2"): "Without smoothing it should be",
            loss(
                "((1 - smoothing) * np.log1p(np.exp(-real)) + smoothing * np.log1p(np.exp(real))"
                " + np.log1p(np.exp(fake))).mean() / 2"
            ): "np.logaddexp(0, s)",
            loss("(REAL + FAKE) / 2"): "shape",
        },
        raises=loss("log(real)"),
    ),
}
