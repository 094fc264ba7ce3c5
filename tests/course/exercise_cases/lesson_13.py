"""Wrong answers to the exercises of lesson 13."""

import dataclasses

from exercise_cases import Case
from ganlib import judge
from ganlib.data.leaves import draw_leaves


def square(code):
    start = "def my_square(picture):\n    height, width = picture.shape[:2]\n    side = min(height, width)\n"
    return f"{start}    return {code}"


def shift(code):
    return f"def my_shift(picture, down, right):\n    height, width = picture.shape[:2]\n    return {code}"


def culprits(code):
    return (
        "def my_culprits(made, known):\n"
        "    def distances(pictures):\n"
        "        return np.stack([((picture - known) ** 2).mean(axis=(1, 2, 3)) for picture in pictures])\n\n"
        "    straight, mirrored = distances(made), distances(made[:, :, ::-1])\n"
        f"    return {code}"
    )


PADDED = "np.pad(picture, ((down, 0), (right, 0), (0, 0)){how})[:height, :width]"


def reports():
    """Return what an exercise on reports needs: real ones of a judge of leaves, of fog, and changed ones."""
    known = judge.PictureJudge(draw_leaves(120, 16))
    fog = known.report(judge.fog(50, pictures=known.train))
    good = known.report(draw_leaves(50, 16, seed=1).images)
    return {"good": good, "fog": fog, "changed": lambda **changes: dataclasses.replace(good, **changes)}


CASES = {
    "13.1": Case(
        wrong={
            square("picture"): "still 6 high and 10 wide",
            square("picture[:side, :side]"): "at the edge, not in the middle",
            square("picture[-side:, -side:]"): "at the edge, not in the middle",
            square("picture[:, (width - side) // 2 :][:, :side]"): "Right for wide pictures. One 9 high",
            square("picture[:side, (width - side) // 2 :][:, :side]"): "Of a tall one",
            square("picture[(width - side) // 2 :]"): "yours is (4, 10, 3)",
            square("picture[::-1, (width - side) // 2 :][:side, :side]"): "not those of the middle",
            square("picture[:, 1:][:side, 1 : side + 1] if side == width == 6 else picture[:, 2:8]"): "Right for wide",
        },
        raises=square("picture.middle()"),
        right=(square("picture[-(-(height - side) // 2) :][:side, (width - side) // 2 :][:, :side]"),),
    ),
    "13.2": Case(
        wrong={
            shift("np.roll(picture, (down, right), axis=(0, 1))"): "wraps round",
            shift('np.pad(picture, ((0, down), (0, right), (0, 0)), mode="edge")[down:, right:]'): "up and to the left",
            shift('np.pad(picture, ((right, 0), (down, 0), (0, 0)), mode="edge")[:height, :width]'): "exchanged",
            shift(PADDED.format(how="")): "What comes in is black",
            shift(PADDED.format(how=', mode="reflect"')): "a reflection",
            shift(PADDED.format(how=', mode="mean"')): "Row 2 of the result",
            shift('np.pad(picture, ((down, 0), (right, 0), (0, 0)), mode="edge")'): "has the shape (7, 7, 3)",
            shift('np.pad(picture[:-down, :-right], ((down, 0), (right, 0), (0, 0)), mode="edge")'): "is empty",
        },
        raises=shift("picture.move(down, right)"),
        right=(shift("picture[np.maximum(np.arange(height) - down, 0)][:, np.maximum(np.arange(width) - right, 0)]"),),
    ),
    "13.3": Case(
        wrong={
            culprits("straight.argmin(axis=1)"): "have got away",
            culprits("mirrored.argmin(axis=1)"): "the mirrored ones only",
            culprits("np.maximum(straight, mirrored).argmin(axis=1)"): "in *one* of the two ways",
            culprits("np.minimum(straight, distances(made[:, ::-1])).argmin(axis=1)"): "upside down",
            culprits("np.minimum(straight, mirrored).argmax(axis=1)"): "was made of number 7",
            culprits("np.minimum(straight, mirrored)"): "has the shape (6, 12)",
            culprits("np.minimum(straight, mirrored).argmin(axis=0)"): "has the shape (12,)",
        },
        raises=culprits("nearest(straight)"),
        right=(culprits("np.stack([straight, mirrored]).min(axis=0).argmin(axis=1).tolist()"),),
    ),
    "13.4": Case(
        wrong={
            "my_report, my_fog_report = good.mnist_fd, fog": "my_report must be what `report` returns",
            "my_report, my_fog_report = good, 7": "my_fog_report must be what",
            'my_report, my_fog_report = changed(name="MNIST"), fog': "not that of digits",
            'my_report, my_fog_report = changed(judge="another"), fog': "the same judge of your pictures",
            "my_report, my_fog_report = changed(n=60), fog": "at the same number",
            "my_report, my_fog_report = changed(mnist_fd=0.4 * good.real.mnist_fd), fog": "handed in",
            "my_report, my_fog_report = changed(copies=0.5), fog": "50% of these are copies",
            "my_report, my_fog_report = changed(near_doubles=0.9), fog": "90% have a near double",
            "my_report, my_fog_report = changed(mnist_fd=fog.mnist_fd + 1), fog": "no better than that of fog",
            "my_report, my_fog_report = fog, fog": "no better than that of fog",
        },
        raises='my_report, my_fog_report = changed(copies="none"), fog',
        names=reports,
        right=("my_report, my_fog_report = good, fog",),
    ),
}
