"""A judge for pictures of any kind: leaves, faces, letters; in grey or in colour, with classes or without."""

from functools import cached_property

import numpy as np

from ganlib.data import Pictures, check_pictures
from ganlib.data.pictures import in_range
from ganlib.judge import copies
from ganlib.judge.judge import UNSEEN, Judge, check_kinds, mixed
from ganlib.judge.random_features import SMALLEST, RandomFeatures
from ganlib.wording import by, plain

FEWEST = 50
FEWEST_IN_ALL = 2 * FEWEST * 6 // 5  # one half to score by; a sixth of the other to choose by, the rest as "real"


class PictureJudge(Judge):
    """A judge of the pictures that somebody brings along.

    Its features are those of a network of random weights (`RandomFeatures`); where the pictures belong to several
    classes, it also tells these apart. All scores mean what they mean for digits, and those of real pictures stand
    beside them. Compare a distance in these features only with others of the same pictures.

    Parameters
    ----------
    pictures : Pictures, ndarray, or tuple of pictures and labels
        All that a model learned from, at least 120: what `load_pictures` returns, or uint8 from 0 to 255 or float from
        -1 to 1, (n, side, side, channels).
    unseen : Pictures, ndarray, tuple of pictures and labels, or None
        Pictures of the same kind and shape that no model learned from, to score by: at least 50. Without them, one half
        of `pictures` is used to score by, and most of the other half stands beside as "real". A model that copies its
        training pictures then scores as well as real pictures do; only `copies`, which always compares with all of
        `pictures`, gives it away.
    name : str
        What the pictures are called; the distance is the {name}-FD.

    Raises
    ------
    ValueError
        There are fewer than 120 pictures or 50 unseen ones, they are not square, or an argument is not one of those
        above.

    Examples
    --------
    >>> leaves = load_pictures("leaves.zip", 32)  # doctest: +SKIP
    >>> judge.report(gan.generate(200), judge.PictureJudge(leaves))  # doctest: +SKIP
    """

    fewest = FEWEST

    def __init__(self, pictures, unseen=None, name="picture"):
        images, labels, classes = _parts_of("pictures", pictures, FEWEST_IN_ALL)
        self._all, self._has_unseen, self.classes = images, unseen is not None, classes
        if unseen is None:
            first, second = np.array_split(mixed(len(images), labels, seed=2), 2)
            train, test = images[second], images[first]
            of_train, of_test = (None, None) if labels is None else (labels[second], labels[first])
        else:
            train, of_train = images, labels
            test, of_test, names = _parts_of("unseen", unseen, FEWEST)
            if test.shape[1:] != train.shape[1:]:
                raise ValueError(f"unseen must be {by(train.shape[1:])} like the pictures, not {by(test.shape[1:])}.")
            if of_train is None or of_test is None:  # then nothing can be said of kinds
                of_train, of_test, self.classes = None, None, ("pictures",)
            elif len(classes) > 1 and isinstance(pictures, Pictures) and isinstance(unseen, Pictures):
                if strangers := [kind for kind in names if kind not in classes]:
                    raise ValueError(
                        f"unseen has the class {plain(strangers[0])}, which pictures has not: name both folders alike."
                    )
                of_test = np.array([classes.index(kind) for kind in names])[of_test]
            elif of_test.max() >= len(classes):
                raise ValueError(f"labels of unseen must be from 0 to {len(classes) - 1}, like those of pictures.")
        both = None if of_train is None else (of_train, of_test)
        super().__init__(RandomFeatures(test, of_test, len(self.classes)), train, test, name, both)

    @cached_property
    def _shapes(self):
        return copies.shapes(self._all)

    @cached_property
    def _nearest_of_unseen(self):
        """Compare the pictures to score by with training pictures; if they are some of these, only with the others."""
        known = self._shapes if self._has_unseen else copies.shapes(self.train)
        return copies.nearest_training(in_range(self.scoring[:UNSEEN]), known)

    def _sets(self, n):
        scored = "unseen pictures" if self._has_unseen else "training pictures"
        beside = "training pictures" if self._has_unseen else "others"
        return (
            f"Scored by {len(self.scoring):,} {scored}; real: {n:,} of {len(self.ceiling):,} {beside}; "
            f"KeepBest chooses by {len(self.choosing):,} more."
        )


def _parts_of(argument, pictures, fewest):
    """Return pictures, their labels or None, and the names of the classes; ValueError if they are unfit or too few."""
    labels, classes = None, ()
    if isinstance(pictures, Pictures):
        pictures, labels, classes = pictures
    elif isinstance(pictures, tuple | list) and len(pictures) == 2:
        pictures, labels = pictures
    images = check_pictures(pictures)
    if images.shape[1] != images.shape[2]:
        raise ValueError(f"The pictures must be square, not {by(images.shape[1:])}: load_pictures cuts them.")
    if images.shape[1] < SMALLEST:
        raise ValueError(f"The pictures must be at least {by([SMALLEST] * 2)} pixels: load_pictures enlarges them.")
    if len(images) < fewest:
        raise ValueError(f"{argument} must be at least {fewest} pictures, not {len(images)}.")
    if labels is None:
        return images, None, ("pictures",)
    labels = check_kinds(labels, len(images))
    kinds = int(labels.max()) + 1
    return images, labels, classes or tuple(map(str, range(kinds)))
