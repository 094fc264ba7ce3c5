"""Wrong answers to the exercises of lesson 04."""

from exercise_cases import Case
from ganlib import Schedule
from ganlib._tensorflow import keras


def price(code, axis=0, half="/ 2", log="np.log(deviations**2)"):
    return (
        f"def my_price(means, deviations):\n    kl = (deviations**2 + means**2 - 1 - {log}) {half}\n    return {code}"
    )


def warm_up(step="i * small_steps // 20", value="(i + 1) / 10", count=10):
    return f'warm_up = Schedule([({step}, "beta", {value}) for i in range({count})])'


def decoder(
    wide='layers.Dense(7 * 7 * 32, activation="relu")', begin="", last='layers.Conv2DTranspose(1, 4, 2, "same")'
):
    return f"""
my_decoder = keras.Sequential([keras.Input((latent,)), {begin} {wide}, layers.Reshape((7, 7, -1))])
my_decoder.add(layers.Conv2DTranspose(16, 4, 2, "same", activation="relu"))
my_decoder.add({last})
"""


CASES = {
    "04.1": Case(
        wrong={
            "my_length = 0": "the most probable *point*",
            "my_length = 1": "each single number",
            "my_length = 20": "Take the root",
            "my_length = 9": "mean square 1",
        },
        raises='my_length = "long"',
    ),
    "04.2": Case(
        wrong={
            price("kl.sum(axis=1).mean()"): "the whole price of a picture",
            price("kl.sum(axis=1)"): "one per code number",
            price("kl.mean(axis=0)", half=""): "one half in front",
            price("kl.sum(axis=0)"): "take the mean",
            price("kl.mean(axis=0)", log="np.log(deviations)"): "log of the *variance*",
            price("kl.mean(axis=0)", log="deviations"): "check each of its four terms",
            price("kl"): "has the shape (50, 4)",
        },
        raises=price("kl.mean(axis=2)"),
    ),
    "04.3": Case(
        wrong={
            'reconstruction, kl = "better", "smaller"': "less can be said",
            'reconstruction, kl = "worse", "larger"': "now there are 5",
        },
        raises="reconstruction, kl = Broken(), 0",
    ),
    "04.4": Case(
        wrong={
            'warm_up = [(0, "beta", 0.1)]': "not list",
            'warm_up = Schedule([(0, "beta", 0.1)])': "not 1.",
            warm_up(value="1 - i / 10"): "Beta must rise",
            warm_up(value="(i + 1) / 20"): "It ends at 0.5",
            warm_up(value="0.5 + i / 18"): "hardly a warm-up",
            warm_up(step="0"): "at the same step",
            warm_up(step="i * small_steps // 9"): "leave time to learn",
            warm_up(step="10 + i"): "Begin at step 0",
        },
        raises='warm_up = Schedule([(i, "beta", Broken()) for i in range(10)])',
        names=lambda: {"Schedule": Schedule, "small_steps": 800},
    ),
    "04.5": Case(
        wrong={
            decoder(begin='layers.Dense(256, activation="relu"),'): "which layer has most",
            decoder(
                last='layers.Conv2DTranspose(1, 4, 2, "same", activation="sigmoid")'
            ): "without a sigmoid or a tanh",
            decoder(last='layers.Conv2DTranspose(1, 4, 2, "same", activation="tanh")'): "without a sigmoid or a tanh",
            decoder(last='layers.Conv2DTranspose(1, 4, 2, "same", activation="relu")'): "without a ReLU",
            decoder(last='layers.Conv2DTranspose(3, 4, 2, "same")'): "has the shape (8, 28, 28, 3)",
            decoder(last='layers.Conv2D(1, 4, padding="same")'): "has the shape (8, 14, 14, 1)",
            decoder(begin="layers.Reshape((20, 1)), layers.Cropping1D((0, 5)), layers.Flatten(),"): "changes nothing",
            "my_decoder = keras.Sequential([keras.Input((latent,)), layers.Dense(784), layers.Reshape((28, 28, 1))])": (
                "no convolution in it"
            ),
            "my_decoder = layers.Dense(784)": "should be a Keras model",
        },
        raises="my_decoder = keras.Sequential([keras.Input((9,)), layers.Dense(5)])",
        names=lambda: {"keras": keras, "layers": keras.layers, "latent": 20},
    ),
}
