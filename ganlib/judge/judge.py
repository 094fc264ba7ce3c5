"""The report: every score of a set of pictures, beside the same scores of as many real digits."""

from dataclasses import dataclass, field, fields
from functools import cache, cached_property

import numpy as np

from ganlib.data import as_pictures, check_pictures, load_mnist
from ganlib.judge import neighbours
from ganlib.judge.classifier import RECORD, WEIGHTS, DigitClassifier, shipped
from ganlib.judge.counts import classifier_score, digits_present, divergence_from_uniform
from ganlib.judge.frechet import frechet_distance, mean_and_covariance
from ganlib.judge.kernel import kernel_distance
from ganlib.wording import write

FEWEST = 100
NEIGHBOURS_OF_SHARES, NEIGHBOURS_OF_DENSITY = 3, 5
RARE = 0.01  # as near to each other, or to a training digit, as so few real digits are


@dataclass(frozen=True)
class Report:
    """What the judge says of n pictures; `real` holds the same for n real digits.

    Attributes
    ----------
    n : int
        How many pictures were judged. Scores can be compared at the same n only.
    mnist_fd : float
        Fréchet distance to the real test digits, in the classifier's features; lower is better. Not the FID.
    kernel_distance, kernel_spread : float
        Squared kernel distance to them, mean and standard deviation over subsets; lower is better, about 0 is perfect.
    score : float
        Classifier score, 1 to 10; higher is better.
    precision, recall : float
        Share of the pictures that lie among real digits, and of real digits that lie among the pictures.
    density, coverage : float
        How crowded real digits' places are, about 1 for real ones; share of real digits that have a picture near them.
    digit_counts : ndarray
        How many pictures are taken for each digit, int64 (10,).
    divergence : float
        Kullback-Leibler divergence of those counts from equal ones, nats.
    digits_present : int
        How many digits make up at least 1 % of the pictures.
    near_doubles : float
        Share of the pictures that have another one nearer than all but 1 % of n real digits have.
    nearest_training : float
        Median distance to the nearest training digit: root mean square difference of pixels, 0 to 2, at half size.
    copies : float
        Share of the pictures nearer to a training digit than all but 1 % of unseen real digits are.
    judge : str
        The first 12 digits of the SHA-256 of the classifier's weights.
    name : str
        What the real pictures are called.
    real : Report or None
        The same scores of n real training digits (of n test digits for `nearest_training` and `copies`).
    """

    n: int
    mnist_fd: float
    kernel_distance: float
    kernel_spread: float
    score: float
    precision: float
    recall: float
    density: float
    coverage: float
    digit_counts: np.ndarray
    divergence: float
    digits_present: int
    near_doubles: float
    nearest_training: float
    copies: float
    judge: str
    name: str = "MNIST"
    real: "Report | None" = field(default=None, repr=False)

    @property
    def sentence(self):
        """What the scores say, in words."""
        return sentence(self)

    def as_dict(self):
        """Return the scores as JSON can hold them, those of real digits under `real`."""
        values = {item.name: getattr(self, item.name) for item in fields(self)}
        values["digit_counts"] = self.digit_counts.tolist()
        return {**values, "real": self.real and self.real.as_dict()}

    def __str__(self):
        lines = [f"{f'{self.n:,} pictures':<28}{'made':>10}{'real':>10}"]
        for name, title in TITLES.items():
            made, real = (f"{getattr(report, name):.3f}" for report in (self, self.real or self))
            lines.append(f"{title.format(name=self.name):<28}{made:>10}{real if self.real else '':>10}")
        return "\n".join([*lines, self.sentence])


TITLES = {
    "mnist_fd": "{name}-FD",
    "kernel_distance": "kernel distance",
    "score": "classifier score",
    "precision": "precision",
    "recall": "recall",
    "density": "density",
    "coverage": "coverage",
    "divergence": "divergence of the digits",
    "digits_present": "digits that are there",
    "near_doubles": "near doubles",
    "nearest_training": "nearest training digit",
    "copies": "copies of training digits",
}


class Judge:
    """A classifier and the real pictures that it compares with.

    Parameters
    ----------
    classifier : DigitClassifier or None
        The one that comes with the project if None.
    train, test : ndarray or None
        Real pictures: those that a model learns from and those that it never sees; MNIST if None.
    name : str
        What the pictures are called: the distance is the {name}-FD.
    """

    def __init__(self, classifier=None, train=None, test=None, name="MNIST"):
        if not (classifier is None or hasattr(classifier, "features")):
            raise ValueError(
                f"classifier must be a DigitClassifier, or None for the usual one, not {write(classifier)}."
            )
        if not isinstance(name, str):
            raise ValueError(f"name must be what the pictures are called, as text, not {write(name)}.")
        self.classifier = shipped() if classifier is None else classifier
        self.train = check_pictures(load_mnist("train")[0] if train is None else train)
        self.test = check_pictures(load_mnist("test")[0] if test is None else test)
        # Some data sets are sorted: the first and the last thousand of MNIST's test digits differ by a distance of 4.
        self.test = self.test[np.random.default_rng(1).permutation(len(self.test))]
        for split, pictures in (("train", self.train), ("test", self.test)):
            if len(pictures) < FEWEST:
                raise ValueError(f"A judge needs at least {FEWEST} real pictures in {split}, not {len(pictures)}.")
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
        """
        classifier = DigitClassifier.load(f"{folder}/{WEIGHTS}", f"{folder}/{RECORD}")
        return cls(classifier, load_mnist("train", path=data)[0], load_mnist("test", path=data)[0], name)

    def distance(self, images):
        """Compute the Fréchet distance alone, which is much quicker than a whole report.

        Parameters
        ----------
        images : ndarray
            As for `report`.

        Returns
        -------
        float
        """
        return self._distance_of(self._features_of(images))

    def real_distance(self, n):
        """Return the distance that n real training digits have: what no model should be expected to go below."""
        return self.distance(self.train[self._order[:n]])

    def quick(self, images):
        """Compute distance, precision and recall alone, as a report has them, in a tenth of its time.

        Parameters
        ----------
        images : ndarray
            As for `report`.

        Returns
        -------
        dict of str to float
            "mnist_fd", "precision" and "recall", as attributes of a `Report`.
        """
        features = self._features_of(images)
        precision, recall = self._precision_recall(features)
        return {"mnist_fd": self._distance_of(features), "precision": precision, "recall": recall}

    def quick_real(self, n):
        """Return what `quick` says of n real training digits, the same ones as in a report."""
        if n not in self._quick_real:
            self._quick_real[n] = self.quick(self.train[self._order[:n]])
        return self._quick_real[n]

    def report(self, images):
        """Judge a set of pictures.

        Parameters
        ----------
        images : ndarray
            float in [-1, 1] or uint8, (n, 28, 28) or (n, 28, 28, 1); from 100 to as many as there are training digits.

        Returns
        -------
        Report
        """
        pictures = check_enough(images, len(self.train))
        n = len(pictures)
        if n not in self._real:
            self._real[n] = self._scores(as_pictures(self.train[self._order[:n]]), self._unseen)
        return Report(**self._scores(pictures, pictures), real=Report(**self._real[n]))

    def _scores(self, pictures, compared_with_training):
        """Compute all scores of pictures; those of other pictures where they are held against the training digits."""
        n = len(pictures)
        features, probabilities = self.classifier.features(pictures)
        others, radii = self._neighbourhood(n)
        own = neighbours.neighbour_distances(features, NEIGHBOURS_OF_DENSITY)
        precision, recall = self._precision_recall(features, own)
        density, coverage = neighbours.density_coverage(features, others, real_radii=radii[:, -1])
        kernel, spread = kernel_distance(features, self._features)
        counts = np.bincount(probabilities.argmax(axis=1), minlength=10)
        nearest = neighbours.nearest_distances(half_size(compared_with_training), self._small_train)
        return {
            "n": n,
            "mnist_fd": self._distance_of(features),
            "kernel_distance": kernel,
            "kernel_spread": spread,
            "score": classifier_score(probabilities),
            "precision": precision,
            "recall": recall,
            "density": density,
            "coverage": coverage,
            "digit_counts": counts,
            "divergence": divergence_from_uniform(counts),
            "digits_present": digits_present(counts),
            "near_doubles": float((own[:, 0] < self._close(n)).mean()),
            "nearest_training": float(np.median(nearest)),
            "copies": float((nearest < self._copied).mean()),
            "judge": self.classifier.sha256[:12],
            "name": self.name,
        }

    def _features_of(self, images):
        return self.classifier.features(check_enough(images, len(self.train)))[0]

    def _distance_of(self, features):
        return frechet_distance(self._moments, mean_and_covariance(features))

    def _precision_recall(self, features, own=None):
        """Return both shares; `own` holds the distances of the pictures to each other's neighbours, if known."""
        others, radii = self._neighbourhood(len(features))
        which = NEIGHBOURS_OF_SHARES - 1
        fake_radii = None if own is None else own[:, which]
        return neighbours.precision_recall(features, others, NEIGHBOURS_OF_SHARES, fake_radii, radii[:, which])

    # --- what is computed once ----------------------------------------------------------------------------------------

    @cached_property
    def _order(self):
        return np.random.default_rng(0).permutation(len(self.train))

    @cached_property
    def _features(self):
        return self.classifier.features(self.test)[0]

    @cached_property
    def _moments(self):
        return mean_and_covariance(self._features)

    @cached_property
    def _small_train(self):
        return half_size(as_pictures(self.train))

    @cached_property
    def _unseen(self):
        return as_pictures(self.test[:1000])

    @cached_property
    def _copied(self):
        distances = neighbours.nearest_distances(half_size(as_pictures(self.test[:2000])), self._small_train)
        return float(np.quantile(distances, RARE))

    def _neighbourhood(self, n):
        """Return n features of real digits, or as many as there are, and the distances to their neighbours."""
        others = self._features[:n]
        if n not in self._radii:
            self._radii[n] = neighbours.neighbour_distances(others, NEIGHBOURS_OF_DENSITY)
        return others, self._radii[n]

    def _close(self, n):
        """Return how near another one is to 1 % of n real digits."""
        return float(np.quantile(self._neighbourhood(n)[1][:, 0], RARE))


def half_size(pictures):
    """Shrink float pictures (n, 28, 28, 1) to half their size by means of four pixels, and flatten them.

    Returns float32 (n, 196), scaled so that the Euclidean distance of two rows is the root mean square difference.
    """
    n, height, width, _ = pictures.shape
    sums = sum(pictures[:, row::2, column::2, 0] for row in (0, 1) for column in (0, 1))
    return sums.reshape(n, -1) / np.float32(2 * np.sqrt(height * width))


def check_enough(images, most=60_000):
    """Return pictures that a report can be made of, float32 (n, 28, 28, 1), or say what is wrong with them.

    Raises
    ------
    ValueError
        Another shape, dtype or range, NaN, fewer than 100 or more than `most`, or nothing but even grey.
    """
    pictures = as_pictures(images)
    if pictures.shape[1:] != (28, 28, 1):
        raise ValueError(f"The judge knows grey pictures of 28 by 28 pixels, not {pictures.shape[1:]}: resize them.")
    if len(pictures) < FEWEST:
        raise ValueError(
            f"{len(pictures)} pictures are too few: with under {FEWEST} the scores would tell of chance, not of the "
            f"model. Give at least {FEWEST}, better 10,000."
        )
    if len(pictures) > most:
        raise ValueError(f"{len(pictures):,} pictures are too many: there are {most:,} real ones. Give at most those.")
    flat = pictures.reshape(len(pictures), -1)
    if (flat.max(axis=1) == flat.min(axis=1)).all():
        raise ValueError("Every picture is one even grey: there is nothing to judge. Look at what the model makes.")
    return pictures


def sentence(report):
    """Say in words what the scores are, what real digits score, and what is wrong."""
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
    shares = report.digit_counts / report.n
    missing = [str(digit) for digit in np.flatnonzero(shares < 0.01)]
    yield f"missing: {', '.join(missing)}" if missing else f"all ten kinds, {shares.min():.1%} to {shares.max():.1%}"
    yield f"{report.near_doubles:.1%} near doubles"
    if report.copies > 0.1:
        yield f"{report.copies:.0%} are as near to a training picture as copies"


@cache
def default_judge():
    """Return the judge of MNIST digits that comes with the project."""
    return Judge()


def report(images, judge=None):
    """Return every score of a set of pictures, with those of as many real digits and a sentence.

    Parameters
    ----------
    images : ndarray
        float in [-1, 1] or uint8, (n, 28, 28) or (n, 28, 28, 1); at least 100, better 10,000.
    judge : Judge or None
        Another judge than that of MNIST digits.

    Returns
    -------
    Report

    Raises
    ------
    ValueError
        The pictures cannot be judged; the sentence says why.

    Examples
    --------
    >>> judged = report(gan.generate(10_000))  # doctest: +SKIP
    >>> judged.mnist_fd, judged.real.mnist_fd  # doctest: +SKIP
    """
    if not (judge is None or hasattr(judge, "report")):
        raise ValueError(f"judge must be a Judge, or None for that of MNIST digits, not {write(judge)}.")
    return (default_judge() if judge is None else judge).report(images)
