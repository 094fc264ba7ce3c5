"""The judge of made digits: scores that can be trusted, since those of real digits stand beside them.

Nearly all of them come from one small classifier that has never seen the models it judges; copies are found in the
pixels. `report` gives all scores at once; each is a small function in a module of its own, with the paper and the
equation that it comes from. `signs` lists what a failing GAN looks like in its numbers, and needs no
TensorFlow, which is loaded when a name of `__all__` is first used.
"""

from ganlib.lazy import lazily

LEGIBLE = (28, 28, 1)  # what the judge of digits can read

__all__, __getattr__, __dir__ = lazily(
    __name__,
    {
        "alarm": ("Alarm", "CollapseAlarm"),
        "any_pictures": ("PictureJudge",),
        "classifier": (
            "DigitClassifier",
            "are_digits",
            "digit_counts",
            "recognise",
            "share_recognised",
            "train_classifier",
        ),
        "judge": ("Judge", "Report", "report"),
        "keep": ("KeepBest",),
        "trials": ("fog", "trial"),
    },
)
