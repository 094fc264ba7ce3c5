"""Exercises of lesson 13: your own pictures."""

import numpy as np

from ganlib.course.checking import Exercise, Wrong, array, ask, close
from ganlib.judge import Report

STEPS = 300


def _picture(height, width, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3))


def _square(square):
    wide, tall = _picture(6, 10), _picture(9, 4)
    found = np.asarray(ask(square, wide))
    if found.shape == (6, 10, 3):
        raise Wrong("It is still 6 high and 10 wide: cut columns away.")
    if found.shape != (6, 6, 3):
        raise Wrong(f"A picture 6 high and 10 wide has a square of 6 by 6 in it; yours is {found.shape}.")
    if close(found, wide[:, :6]) or close(found, wide[:, 4:]):
        raise Wrong("That is the square at the edge, not in the middle: as much has to go on the left as on the right.")
    if not close(found, wide[:, 2:8]):
        raise Wrong("The pixels are not those of the middle: cut, and do not shrink, turn or average.")
    found = np.asarray(ask(square, tall))
    if found.shape != (4, 4, 3):
        raise Wrong(f"Right for wide pictures. One 9 high and 4 wide gives {found.shape}: there, rows have to go.")
    if not any(close(found, tall[top : top + 4]) for top in (2, 3)):
        raise Wrong("Right for wide pictures. Of a tall one as many rows have to go above as below.")
    if not close(np.asarray(ask(square, wide[:, :6])), wide[:, :6]):
        raise Wrong("A picture that is square already must stay as it is.")
    return "Cut first, then shrink: so nothing is stretched. What lies at the edge is lost, so look before you train."


def _shift(shift):
    picture = _picture(5, 6)
    wanted = np.pad(picture, ((2, 0), (1, 0), (0, 0)), mode="edge")[:5, :6]
    found = array(ask(shift, picture.copy(), 2, 1), (5, 6, 3))
    if close(found, np.roll(picture, (2, 1), axis=(0, 1))):
        raise Wrong(
            "`np.roll` wraps round: what leaves below comes back in above, and half a leaf stands at each edge."
        )
    if close(found, np.pad(picture, ((0, 2), (0, 1), (0, 0)), mode="edge")[2:, 1:]):
        raise Wrong("That moves up and to the left.")
    if close(found, np.pad(picture, ((1, 0), (2, 0), (0, 0)), mode="edge")[:5, :6]):
        raise Wrong("Rows and columns exchanged: `down` counts rows, the first axis.")
    if close(found, np.pad(picture, ((2, 0), (1, 0), (0, 0)))[:5, :6]):
        raise Wrong("What comes in is black. The discriminator would know every moved picture by its black edge.")
    if close(found, np.pad(picture, ((2, 0), (1, 0), (0, 0)), mode="reflect")[:5, :6]):
        raise Wrong("What comes in is a reflection; repeat the outermost row and column.")
    if not close(found, wanted):
        raise Wrong("Row 2 of the result should be row 0 of the picture, one column to the right.")
    if not close(np.asarray(ask(shift, picture.copy(), 0, 0)), picture):
        raise Wrong("Moved by 0 and 0, the picture must stay as it is. A slice `[:-0]` is empty: count from the front.")
    return "So nothing at the edge tells the discriminator that the picture was moved."


def _culprits(culprits):
    rng = np.random.default_rng(0)
    known = rng.uniform(-1, 1, (12, 8, 8, 3))
    wanted = np.array([7, 3, 11, 3, 0, 5])
    mirrored = np.array([0, 1, 0, 0, 1, 1], bool)
    made = np.where(mirrored[:, None, None, None], known[wanted][:, :, ::-1], known[wanted])
    made = np.clip(made + 0.1 * rng.standard_normal(made.shape), -1, 1)
    found = array(ask(culprits, made, known), (6,))
    if close(found, wanted):
        return (
            "Two distances, and the smaller one counts. The judge compares shapes like that, so it also finds copies "
            "that were moved."
        )
    as_it_is, in_a_mirror = ((((view[:, None] - known) ** 2).mean(axis=(2, 3, 4))) for view in (made, made[:, :, ::-1]))
    if close(found, as_it_is.argmin(axis=1)):
        raise Wrong(
            "The mirrored ones have got away: compare each picture in both ways, and take the smaller distance."
        )
    if close(found, in_a_mirror.argmin(axis=1)):
        raise Wrong("You look at the mirrored ones only: what was handed in as it was has got away.")
    if close(found, np.maximum(as_it_is, in_a_mirror).argmin(axis=1)):
        raise Wrong("A copy is near in *one* of the two ways: take the smaller distance of both, not the larger one.")
    upside_down = ((made[:, None, ::-1] - known) ** 2).mean(axis=(2, 3, 4))
    if close(found, np.minimum(as_it_is, upside_down).argmin(axis=1)):
        raise Wrong("That turns pictures upside down. Left and right are the axis of the columns: `made[:, :, ::-1]`.")
    raise Wrong(f"The first picture was made of number 7, and the second of number 3, mirrored; yours are {found[:2]}.")


def _own_gan(report, fog):
    for name, judged in (("my_report", report), ("my_fog_report", fog)):
        if not isinstance(judged, Report):
            raise Wrong(f"{name} must be what `report` returns: `my_judge.report(my_gan.generate(50))`.")
    if report.name == "MNIST" or report.judge != fog.judge:
        raise Wrong("Both must come from the same judge of your pictures: a `judge.PictureJudge`, not that of digits.")
    if report.n != fog.n:
        raise Wrong(f"Scores can be compared only at the same number of pictures; yours are of {report.n} and {fog.n}.")
    if report.real is not None and report.mnist_fd < 0.5 * report.real.mnist_fd:
        raise Wrong("Twice as near as real pictures are to each other? Those were not drawn, they were handed in.")
    if report.copies > 0.2:
        raise Wrong(
            f"{report.copies:.0%} of these are copies of training pictures: the thief's work, or that of a GAN "
            "with too few pictures."
        )
    if report.near_doubles > 0.5:
        raise Wrong(
            f"{report.near_doubles:.0%} have a near double among them: the GAN makes few pictures again and again."
        )
    if not report.mnist_fd < fog.mnist_fd:
        raise Wrong(
            f"A distance of {report.mnist_fd:.0f} is no better than that of fog, {fog.mnist_fd:.0f}: train longer."
        )
    return f"A distance of {report.mnist_fd:.1f} against {fog.mnist_fd:.1f} for fog, and {report.copies:.0%} copies."


EXERCISES = (
    Exercise(
        "13.1",
        _square,
        "The side of the square is the smaller of height and width. Half of what is left over goes on either side.",
        "`side = min(picture.shape[:2])`, `top = (height - side) // 2`, the same for the columns, then two slices.",
    ),
    Exercise(
        "13.2",
        _shift,
        "Put `down` rows above the picture and `right` columns to its left, then cut what stands out.",
        '`np.pad(picture, ((down, 0), (right, 0), (0, 0)), mode="edge")`, then the first rows and columns.',
    ),
    Exercise(
        "13.3",
        _culprits,
        "First all distances as the pictures are, shape (n, m); then all with the pictures mirrored.",
        "`np.minimum(straight, mirrored).argmin(axis=1)`; mirrored is `made[:, :, ::-1]`.",
    ),
    Exercise(
        "13.4",
        _own_gan,
        f"`GAN.from_pictures(mine, steps={STEPS})`, `train()`, then `judge.PictureJudge(mine)`.",
        "Keep the judge: `report` of `my_gan.generate(50)`, and of `judge.fog(50, pictures=mine)`.",
    ),
)
