"""The report: every score of a set of pictures, beside the same scores of as many real ones.

Three sets of real pictures never overlap: those to choose by, those to score by, and those whose scores stand beside.
The usual judge is for MNIST digits; the one for any other pictures is in `ganlib.judge.any_pictures`.
"""

from dataclasses import dataclass, field, fields
from functools import cache, cached_property

import numpy as np

from ganlib.arguments import Whole, as_array, is_one_of
from ganlib.data import as_pictures, check_pictures, load_mnist
from ganlib.data.pictures import in_range
from ganlib.judge import copies, neighbours
from ganlib.judge.classifier import RECORD, WEIGHTS, DigitClassifier, shipped
from ganlib.judge.counts import classifier_score, divergence_from_uniform, kinds_present, rare
from ganlib.judge.frechet import frechet_distance, mean_and_covariance
from ganlib.judge.mmd import kernel_distance
from ganlib.wording import by, plain, write

FEWEST = 100
DIGITS = tuple(map(str, range(10)))
UNSEEN = 2000  # test pictures that show how near pictures lie to the training pictures though nobody copied them
SHARE_TO_CHOOSE_BY = 1 / 6  # of the training pictures: 10,000 of MNIST's, as many as there are to score by
RECOGNISED = 0.9  # probability above which a picture counts as recognised
NEIGHBOURS_OF_SHARES, NEIGHBOURS_OF_DENSITY = 3, 5
DOUBTFUL = 0.05  # share of the real pictures, the most doubtful ones, around which no balls are drawn
RARE = 0.01  # doubles and copies are as close as only this share of real pictures are
SAME = 1e-3  # of the largest distance: real pictures that lie nearer than this are one picture that is there twice
PAIRS = ("copied", "doubled")  # what a report holds for figures only; JSON leaves them out


@dataclass(frozen=True)
class Report:
    """What the judge says of n pictures; `real` holds the same for n real ones.

    Attributes
    ----------
    n : int
        How many pictures were judged. Scores can be compared at the same n only.
    mnist_fd : float
        Fréchet distance to the pictures to score by, in the classifier's features; lower is better. It is not the FID.
        A model that always gave the average features of real pictures would have about 100.
    kernel_distance, kernel_spread : float
        Squared kernel distance to them, mean and standard deviation over subsets; lower is better, about 0 is perfect.
    score : float or None
        Classifier score, from 1 to the number of kinds; higher is better. None where there is one kind only.
    precision, recall : float
        Share of the pictures that lie among real ones, and of real ones that lie among the pictures; here the
        classifier's doubt counts as one more feature.
    density, coverage : float
        How densely the pictures crowd where real ones lie, about 1 for real ones; share of the real ones with a picture
        nearby.
    kind_counts : ndarray
        How many pictures are taken for each kind, such as each digit, int64 (k,).
    divergence : float
        Kullback-Leibler divergence of those counts from equal ones, nats.
    kinds_present : int
        How many kinds make up at least 1% of the pictures, or of more than ten kinds a tenth of an equal share.
    near_doubles : float
        Share of the pictures whose nearest other one is as close as for only 1% of n real ones.
    nearest_training : float
        Median distance to the nearest training picture, mirrored or not, between the shapes of `ganlib.judge.copies`: 0
        to 1.4 for digits, up to 2 for other pictures.
    copies : float
        Share of the pictures that repeat one training picture, even if moved, mirrored or a little thicker: their
        nearest training picture stands out from the second nearest as it does for only 1% of unseen real ones.
    recognised : float or None
        Share of the pictures in which the classifier sees one kind with a probability above 0.9. None where there is
        one kind only.
    judge : str
        The first 12 hexadecimal digits of the classifier's `sha256`.
    sets : str
        Which real pictures the scores come from.
    copied : ndarray
        The copies, int64 (m, 2): which picture, and which training picture it repeats, the closest first.
    doubled : ndarray
        The near doubles, int64 (m, 2): which picture, and which other one, the closest first.
    name : str
        What the real pictures are called.
    classes : tuple of str
        The names of the kinds.
    real : Report or None
        The same scores of n real training pictures (of unseen ones for `nearest_training` and `copies`).
    """

    n: int
    mnist_fd: float
    kernel_distance: float
    kernel_spread: float
    score: float | None
    precision: float
    recall: float
    density: float
    coverage: float
    kind_counts: np.ndarray
    divergence: float
    kinds_present: int
    near_doubles: float
    nearest_training: float
    copies: float
    recognised: float | None
    judge: str
    sets: str
    copied: np.ndarray = field(repr=False)
    doubled: np.ndarray = field(repr=False)
    name: str = "MNIST"
    classes: tuple = DIGITS
    real: "Report | None" = field(default=None, repr=False)

    @property
    def sentence(self):
        """What the scores say, in words."""
        return sentence(self)

    def as_dict(self):
        """Return the scores as a dict that JSON can hold, without the pairs; those of real pictures are in `real`."""
        values = {item.name: getattr(self, item.name) for item in fields(self) if item.name not in PAIRS}
        values["kind_counts"], values["classes"] = self.kind_counts.tolist(), list(self.classes)
        return {**values, "real": self.real and self.real.as_dict()}

    def __str__(self):
        lines = [f"{f'{self.n:,} pictures':<28}{'made':>10}{'real':>10}"]
        for name, title in TITLES.items():
            if getattr(self, name) is None or (name in OF_KINDS and len(self.classes) == 1):
                continue
            made, real = (f"{getattr(report, name):.3f}" for report in (self, self.real or self))
            lines.append(f"{title.format(name=self.name):<28}{made:>10}{real if self.real else '':>10}")
        return "\n".join([*lines, self.sets, self.sentence])


TITLES = {
    "recognised": "recognised",
    "mnist_fd": "{name}-FD",
    "kernel_distance": "kernel distance",
    "score": "classifier score",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "divergence": "divergence of the kinds",
    "kinds_present": "kinds present",
    "near_doubles": "near doubles",
    "nearest_training": "nearest training picture",
    "copies": "copies of training pictures",
}
OF_KINDS = ("divergence", "kinds_present")
_COLOURS = {1: "grey", 3: "coloured"}


class Judge:
    """A classifier and the real pictures that it compares with.

    Parameters
    ----------
    classifier : DigitClassifier or None
        The one that comes with the project if None. Anything with `features`, `compared` and `sha256` like its own will
        do.
    train, test : ndarray or None
        Real pictures that a model learns from, at least 120, and others that it never sees, at least 100: uint8 or
        float (n, height, width, channels); MNIST's if None.
    name : str
        What the pictures are called; the distance is the {name}-FD.
    labels : tuple of ndarray, or None
        What `train` and `test` show, whole numbers from 0, (n,) and (m,). With them, the first few pictures of each set
        below already hold every kind in its usual share. None if there are no labels, and for MNIST, which has its own.

    Attributes
    ----------
    choosing : ndarray
        Training pictures that `KeepBest` chooses by: a sixth of them, drawn at random.
    scoring : ndarray
        The test pictures, in a random order, that all scores compare with.
    ceiling : ndarray
        The other training pictures: the first n of them stand beside n made ones as "real".

    Raises
    ------
    ValueError
        There are too few pictures, or an argument is not one of those above.
    """

    fewest, classes = FEWEST, DIGITS

    def __init__(self, classifier=None, train=None, test=None, name="MNIST", labels=None):
        if not (classifier is None or hasattr(classifier, "features")):
            raise ValueError(
                f"classifier must be a DigitClassifier, or None for the usual one, not {write(classifier)}."
            )
        if not isinstance(name, str):
            raise ValueError(f"name must be what the pictures are called, as text, not {write(name)}.")
        self.classifier = shipped() if classifier is None else classifier
        if not (labels is None or (isinstance(labels, tuple) and len(labels) == 2)):
            raise ValueError(f"labels must be those of train and those of test, a tuple, or None, not {write(labels)}.")
        of_train, of_test = labels or (None, None)
        if train is None:
            train, of_train = load_mnist("train")
        if test is None:
            test, of_test = load_mnist("test")
        self.train, test = check_pictures(train), check_pictures(test)
        fewest = round(self.fewest / (1 - SHARE_TO_CHOOSE_BY))  # as many are left when those to choose by are gone
        for split, pictures, least in (("train", self.train, fewest), ("test", test, self.fewest)):
            if len(pictures) < least:
                raise ValueError(f"A judge needs at least {least} real pictures in {split}, not {len(pictures)}.")
        of_train, of_test = (
            of if of is None else check_kinds(of, len(pictures))
            for of, pictures in ((of_train, self.train), (of_test, test))
        )
        # Data is often sorted: the first and the last thousand of MNIST's test digits are a distance of 2.7 apart.
        order, to_choose_by = mixed(len(self.train), of_train, seed=0), round(SHARE_TO_CHOOSE_BY * len(self.train))
        self.choosing, self.ceiling = self.train[order[:to_choose_by]], self.train[order[to_choose_by:]]
        self.scoring = test[mixed(len(test), of_test, seed=1)]
        self.name = name
        self._real, self._quick_real, self._radii = {}, {}, {}  # what was computed of n real pictures, by n

    @classmethod
    def load(cls, folder, data, name):
        """Read the judge that `python -m ganlib.judge FOLDER --data DATA` trained.

        Parameters
        ----------
        folder : str or Path
            Where the classifier was saved.
        data : str or Path
            The pictures, as `load_mnist(path=...)` takes them.
        name : str
            What they are called, such as "Fashion".

        Returns
        -------
        Judge
        """
        classifier = DigitClassifier.load(f"{folder}/{WEIGHTS}", f"{folder}/{RECORD}")
        (train, of_train), (test, of_test) = (load_mnist(split, path=data) for split in ("train", "test"))
        return cls(classifier, train, test, name, (of_train, of_test))

    def distance(self, images, by="scoring"):
        """Compute only the Fréchet distance, which is much quicker than a whole report.

        Parameters
        ----------
        images : ndarray
            As for `report`, but with no upper limit.
        by : {"scoring", "choosing"}
            The set of real pictures to compare with. To choose among several models, take "choosing": a score flatters
            the model that was chosen by it.

        Returns
        -------
        float
        """
        if not is_one_of(by, ("scoring", "choosing")):
            raise ValueError(f"by must be 'scoring' or 'choosing', not {write(by)}.")
        pictures = self.check_enough(images, beside=False)
        moments = self._moments if by == "scoring" else self._moments_to_choose_by
        return frechet_distance(moments, self._moments_of(self.classifier.features(pictures)[0]))

    def real_distance(self, n):
        """Return the distance that n real training pictures have: what no model should be expected to go below."""
        n = self._check_count(n)
        return self.distance(self.ceiling[:n])

    def quick(self, images):
        """Compute only the scores that need no training pictures, as in a report but in a fraction of its time.

        Parameters
        ----------
        images : ndarray
            As for `report`.

        Returns
        -------
        dict of str to float or None
            "recognised", "mnist_fd", "precision", "recall", "density" and "coverage", see the attributes of `Report`.
        """
        features, probabilities = self.classifier.features(self.check_enough(images))
        own = neighbours.neighbour_distances(features, NEIGHBOURS_OF_SHARES)
        return self._of_features(features, probabilities, own)

    def quick_real(self, n):
        """Return what `quick` says of n real training pictures, the same ones as in a report."""
        n = self._check_count(n)
        if n not in self._quick_real:
            self._quick_real[n] = self.quick(self.ceiling[:n])
        return self._quick_real[n]

    def report(self, images):
        """Judge a set of pictures.

        Parameters
        ----------
        images : ndarray
            float in [-1, 1] or uint8, (n, 28, 28) or (n, 28, 28, 1), or of the shape that the judge knows; from 100 (50
            for a `PictureJudge`) to as many as `ceiling` holds.

        Returns
        -------
        Report
        """
        pictures = self.check_enough(images)
        n = len(pictures)
        if n not in self._real:
            self._real[n] = self._scores(in_range(self.ceiling[:n]), self._nearest_of_unseen)
        return Report(
            **self._scores(pictures, copies.nearest_training(pictures, self._shapes)), real=Report(**self._real[n])
        )

    def check_enough(self, images, beside=True):
        """Return pictures that a report can be made of, float32 (n, height, width, channels).

        Raises
        ------
        ValueError
            Another shape, dtype or range, NaN, fewer than 100 (50 for a `PictureJudge`), or nothing but even grey; or,
            with `beside`, more than there are real ones to stand beside them.
        """
        pictures, shape, most = as_pictures(images), self.train.shape[1:], len(self.ceiling)
        if pictures.shape[1:] != shape:
            raise ValueError(
                f"The judge knows {_COLOURS[shape[-1]]} pictures of {by(shape[:2])} pixels, not {pictures.shape[1:]}: "
                f"resize them."
            )
        if len(pictures) < self.fewest:
            raise ValueError(
                f"{len(pictures)} pictures are too few: below {self.fewest} the scores would tell more about chance "
                f"than about the model. Give at least {self.fewest}, better {min(most, 10_000):,}."
            )
        if beside and len(pictures) > most:
            raise ValueError(
                f"{len(pictures):,} pictures are too many: there are {most:,} real ones. Give at most that many."
            )
        flat = pictures.reshape(len(pictures), -1)
        if (flat.max(axis=1) == flat.min(axis=1)).all():
            raise ValueError("Every picture is one even grey: there is nothing to judge. Look at what the model makes.")
        return pictures

    def _check_count(self, n):
        return Whole("n", self.fewest, len(self.ceiling))(n)

    def _scores(self, pictures, nearest_training):
        """Compute all scores of pictures; `nearest_training` is what `copies.nearest_training` returned for them."""
        n = len(pictures)
        features, probabilities = self.classifier.features(pictures)
        own, who = neighbours.nearest_others(features, NEIGHBOURS_OF_DENSITY)
        compared = self.classifier.compared
        kernel, spread = kernel_distance(features[compared], self._seen[0][compared])
        counts = np.bincount(probabilities.argmax(axis=1), minlength=probabilities.shape[1])
        of_which, nearest, ratio = nearest_training
        return {
            "n": n,
            **self._of_features(features, probabilities, own),
            "kernel_distance": kernel,
            "kernel_spread": spread,
            "score": classifier_score(probabilities) if len(counts) > 1 else None,
            "kind_counts": counts,
            "divergence": divergence_from_uniform(counts),
            "kinds_present": kinds_present(counts),
            "near_doubles": float((own[:, 0] < self._close(n)).mean()),
            "nearest_training": float(np.median(nearest)),
            "copies": float((ratio < self._copied).mean()),
            "judge": self.classifier.sha256[:12],
            "sets": self._sets(n),
            "copied": _pairs(ratio, self._copied, of_which),
            "doubled": _pairs(own[:, 0], self._close(n), who[:, 0]),
            "name": self.name,
            "classes": self.classes,
        }

    def _of_features(self, features, probabilities, own):
        """Compute what `quick` returns; `own` holds the distances of the pictures to their neighbours."""
        others, radii = self._neighbourhood(len(features))
        found = neighbours.shares(features, others, NEIGHBOURS_OF_SHARES, NEIGHBOURS_OF_DENSITY, own, radii)
        sure = probabilities.max(axis=1) > RECOGNISED
        return {
            "recognised": float(sure.mean()) if probabilities.shape[1] > 1 else None,
            "mnist_fd": frechet_distance(self._moments, self._moments_of(features)),
            **dict(zip(("precision", "recall", "density", "coverage"), found, strict=True)),
        }

    # --- what is computed once ----------------------------------------------------------------------------------------

    @cached_property
    def _seen(self):
        return self.classifier.features(self.scoring)

    @cached_property
    def _sure_features(self):
        """Those of all but 5% of the real pictures: the balls around the most doubtful ones would take in garbage."""
        features, probabilities = self._seen
        sure = probabilities.max(axis=1)
        return features[sure >= np.quantile(sure, DOUBTFUL)]

    @cached_property
    def _moments(self):
        return self._moments_of(self._seen[0])

    @cached_property
    def _moments_to_choose_by(self):
        return self._moments_of(self.classifier.features(self.choosing)[0])

    @cached_property
    def _shapes(self):
        return copies.shapes(self.train)

    @cached_property
    def _nearest_of_unseen(self):
        return copies.nearest_training(in_range(self.scoring[:UNSEEN]), self._shapes)

    @cached_property
    def _copied(self):
        _, nearest, ratio = self._nearest_of_unseen
        return _limit(ratio, nearest)

    def _moments_of(self, features):
        return mean_and_covariance(features[self.classifier.compared])

    def _sets(self, n):
        return (
            f"Scored by {len(self.scoring):,} test pictures; real: {n:,} of {len(self.ceiling):,} training pictures; "
            f"KeepBest chooses by the other {len(self.choosing):,}."
        )

    def _neighbourhood(self, n):
        """Return n features of real pictures, or as many as there are, and the distances to their neighbours."""
        others = self._sure_features[:n]
        if n not in self._radii:
            self._radii[n] = neighbours.neighbour_distances(others, NEIGHBOURS_OF_DENSITY)
        return others, self._radii[n]

    def _close(self, n):
        """Return the distance below which only 1% of n real pictures have their nearest neighbour."""
        nearest = self._neighbourhood(n)[1][:, 0]
        return _limit(nearest, nearest)


def mixed(n, labels=None, seed=0):
    """Return the numbers from 0 to n - 1, shuffled so that every stretch of them has each label in its usual share.

    Parameters
    ----------
    n : int
    labels : ndarray or None
        Whole numbers (n,); None for an order that is random only.
    seed : int

    Returns
    -------
    ndarray
        int64 (n,).
    """
    rng = np.random.default_rng(seed)
    if labels is None:
        return rng.permutation(n)
    place = np.empty(n)  # from 0 to 1: those of each label are spread evenly, each at random within its stretch
    for kind in np.unique(labels):
        of_kind = np.flatnonzero(labels == kind)
        place[of_kind] = (rng.permutation(len(of_kind)) + rng.random(len(of_kind))) / len(of_kind)
    return place.argsort()


def _limit(closeness, distances):
    """Return below what only 1% of real pictures are; one that is there twice does not tell how near others come."""
    return float(np.quantile(closeness[distances >= SAME * distances.max()], RARE))


def _pairs(closeness, limit, others):
    """Return which pictures are below a limit, and the partner of each, int64 (m, 2), the closest first."""
    which = closeness.argsort()[: (closeness < limit).sum()]
    return np.stack([which, others[which]], axis=1)


def check_kinds(labels, n):
    """Return what n pictures show as whole numbers, int (n,); ValueError if it is anything else."""
    labels = as_array("labels", labels)
    if labels.dtype.kind not in "iu" or labels.shape != (n,) or labels.min() < 0:
        raise ValueError(f"labels must be whole numbers from 0, one for each of {n} pictures.")
    return labels


def sentence(report):
    """Say in words what the scores are, what real pictures score, and what is wrong."""
    real, name = report.real, report.name

    def beside(attribute, form):
        value = form.format(getattr(report, attribute))
        return f"{value} (real: {form.format(getattr(real, attribute))})" if real else value

    text = (
        f"{report.n:,} pictures: {name}-FD {beside('mnist_fd', '{:.2f}')}, "
        f"precision {beside('precision', '{:.2f}')}, recall {beside('recall', '{:.2f}')}; "
    )
    return text + "; ".join(_findings(report)) + "."


def _findings(report):
    shares = report.kind_counts / report.n
    missing = [plain(report.classes[kind]) for kind in np.flatnonzero(shares < rare(len(shares)))]
    if missing:
        yield f"missing: {', '.join(missing[:10])}" + (f" and {len(missing) - 10} more" if len(missing) > 10 else "")
    elif len(shares) > 1:
        kinds = "all ten" if len(shares) == 10 else f"all {len(shares)}"
        yield f"{kinds} kinds, {shares.min():.1%} to {shares.max():.1%}"
    yield f"{report.near_doubles:.1%} near doubles"
    if report.copies > 0.1:
        yield f"{report.copies:.0%} are as near to a training picture as copies"


@cache
def default_judge():
    """Return the judge of MNIST digits that comes with the project."""
    return Judge()


def report(images, judge=None):
    """Return every score of a set of pictures, with those of as many real ones and a sentence.

    Parameters
    ----------
    images : ndarray
        float in [-1, 1] or uint8, (n, 28, 28) or (n, 28, 28, 1), or of the shape that the judge knows; at least 100,
        better 10,000, at most 50,000.
    judge : Judge or None
        None means the judge of MNIST digits.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        The pictures cannot be judged; the message says why.

    Examples
    --------
    >>> judged = report(gan.generate(10_000))  # doctest: +SKIP
    >>> judged.mnist_fd, judged.real.mnist_fd  # doctest: +SKIP
    """
    if not (judge is None or hasattr(judge, "report")):
        raise ValueError(f"judge must be a Judge, or None for the judge of MNIST digits, not {write(judge)}.")
    return (default_judge() if judge is None else judge).report(images)
