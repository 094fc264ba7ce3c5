"""Generative classifiers that need no network: they model p(x | y), judge by Bayes' rule, and write new x.

Fitting is counting and averaging, so everything here is plain NumPy. Lesson 01 writes `BernoulliNaiveBayes` out line by
line and sets both classes beside their discriminative partner, logistic regression.
"""

from numbers import Integral, Real

import numpy as np

from ganlib.arguments import Whole, as_array, is_one_of
from ganlib.wording import write

COVARIANCES = ("full", "shared", "diagonal")
MOST_CLASSES, MOST_DRAWN = 1000, 1_000_000
ROWS_AT_ONCE = 5000  # so that the memory of a likelihood stays flat, however many pictures are asked about


class BayesClassifier:
    """Bayes' rule on top of a model of each class; a subclass says what p(x | y) is.

    Parameters
    ----------
    classes : int
        How many classes there are; labels run from 0 to classes - 1.

    Attributes
    ----------
    prior : numpy.ndarray, shape (classes,), float64
        p(y): each class's share of the training examples. None before `fit`.
    shape : tuple of int
        Shape of one example.
    """

    def __init__(self, classes=2):
        self.classes = Whole("classes", 2, MOST_CLASSES)(classes)
        self.prior = None
        self.shape = None

    def fit(self, examples, labels):
        """Learn p(y) and p(x | y) from labelled examples.

        Parameters
        ----------
        examples : array, shape (n, ...)
            One row per example; see the subclass for the values.
        labels : array of int, shape (n,)
            From 0 to classes - 1; every class must occur.

        Returns
        -------
        BayesClassifier
            Itself.

        Raises
        ------
        ValueError
            Wrong shapes or values, NaN, or a class without examples.
        """
        examples = as_array("The examples", examples)
        rows = self._check(examples, examples.shape[1:])
        labels = self._check_labels(labels, len(rows))
        self._learn(rows, labels)
        self.shape = examples.shape[1:]
        self.prior = np.bincount(labels, minlength=self.classes) / len(labels)
        return self

    def log_likelihood(self, examples):
        """Return log p(x | y) in nats for every class.

        Parameters
        ----------
        examples : array, shape (n, ...)
            Of the shape and kind given to `fit`.

        Returns
        -------
        numpy.ndarray, shape (n, classes), float64
        """
        self._check_fitted()
        rows = self._check(as_array("The examples", examples), self.shape)
        chunks = [self._log_likelihood(rows[i : i + ROWS_AT_ONCE]) for i in range(0, len(rows), ROWS_AT_ONCE)]
        return np.concatenate(chunks)

    def posterior(self, examples):
        """Return p(y | x) by Bayes' rule: p(x | y) p(y), divided by its sum over the classes.

        Parameters
        ----------
        examples : array, shape (n, ...)

        Returns
        -------
        numpy.ndarray, shape (n, classes), float64
            From 0 to 1; a row sums to 1.
        """
        joint = self.log_likelihood(examples) + np.log(self.prior)
        joint -= joint.max(axis=1, keepdims=True)  # the likelihood of a picture is too small or large for a float
        share = np.exp(joint)
        return share / share.sum(axis=1, keepdims=True)

    def predict(self, examples):
        """Return the most probable class of each example, int64 (n,)."""
        return (self.log_likelihood(examples) + np.log(self.prior)).argmax(axis=1)

    def sample(self, label, n, seed=0):
        """Write new examples.

        Parameters
        ----------
        label : int or None
            The class to write: draws from p(x | y). None draws each example's class from p(y) first: from p(x).
        n : int
            How many, at least 1.
        seed : int
            The same seed writes the same examples.

        Returns
        -------
        numpy.ndarray, shape (n, ...)
            Examples of the shape given to `fit`.
        """
        self._check_fitted()
        n = Whole("n", 1, MOST_DRAWN)(n)
        rng = np.random.default_rng(Whole("seed", 0)(seed))
        if label is None:
            labels = rng.choice(self.classes, n, p=self.prior)
        elif isinstance(label, Integral) and not isinstance(label, bool) and 0 <= label < self.classes:
            labels = np.full(n, int(label))
        else:
            raise ValueError(f"label must be a class from 0 to {self.classes - 1}, or None, not {write(label)}.")
        return self._draw(labels, rng).reshape(n, *self.shape)

    def _check_fitted(self):
        if self.prior is None:
            raise ValueError(f"This {type(self).__name__} has learned nothing yet: call fit(examples, labels) first.")

    def _check(self, examples, shape):
        """Return the examples as rows of numbers, or say what is wrong with them."""
        expected = f"(n, {', '.join(map(str, shape))})" if shape else "(n, features)"
        if examples.ndim < 2 or 0 in examples.shape or examples.shape[1:] != tuple(shape):
            raise ValueError(
                f"The examples must have the shape {expected} with n of at least 1, not {examples.shape}. "
                "A single example needs a leading axis: x[np.newaxis]."
            )
        if not (np.issubdtype(examples.dtype, np.number) or examples.dtype == bool) or np.iscomplexobj(examples):
            raise ValueError(f"The examples must be numbers, not {examples.dtype}. Convert them first.")
        if not np.isfinite(examples).all():
            where = tuple(int(i) for i in np.argwhere(~np.isfinite(examples))[0])
            raise ValueError(f"The examples hold NaN or infinity, first at {where}. Remove or repair that example.")
        return examples.reshape(len(examples), -1)

    def _check_labels(self, labels, n):
        labels = as_array("labels", labels)
        if labels.shape != (n,) or not np.issubdtype(labels.dtype, np.integer):
            raise ValueError(
                f"The labels are {labels.dtype} of shape {labels.shape}; they must be whole numbers of shape ({n},), "
                "one for each example."
            )
        if labels.min() < 0 or labels.max() >= self.classes:
            raise ValueError(
                f"The labels run from {labels.min()} to {labels.max()}; with {self.classes} classes they must lie "
                f"between 0 and {self.classes - 1}."
            )
        empty = np.flatnonzero(np.bincount(labels, minlength=self.classes) == 0)
        if len(empty):
            raise ValueError(
                f"Class {empty[0]} has no examples, and p(x | y = {empty[0]}) cannot be learned from nothing. "
                "Add examples of it, or build the model with fewer classes."
            )
        return labels

    def _learn(self, rows, labels):
        """Learn p(x | y) from rows (n, features) and labels (n,)."""
        raise NotImplementedError

    def _log_likelihood(self, rows):
        """Return log p(x | y), (n, classes), of rows (n, features)."""
        raise NotImplementedError

    def _draw(self, labels, rng):
        """Return a row for each label, (n, features)."""
        raise NotImplementedError


class BernoulliNaiveBayes(BayesClassifier):
    """Bags of words: each word is in an e-mail of a class with a probability of its own, whatever else is in it.

    That the words ignore each other is what is naive about it (Maron 1961; McCallum and Nigam 1998, the "multi-variate
    Bernoulli" model). Taught in lesson 01. Examples are counts or frequencies, (n, words), not negative; only whether a
    word occurs at all is used. `sample` writes bags of 0 and 1, uint8.

    Parameters
    ----------
    classes : int
        How many classes there are.
    smoothing : float
        How many e-mails with the word, and how many without it, to imagine in every class before counting. Above 0,
        or a word never seen in a class would rule the class out for ever. 1 is Laplace's rule.

    Attributes
    ----------
    word_probability : numpy.ndarray, shape (classes, words), float64
        p(word | class), between 0 and 1.
    """

    def __init__(self, classes=2, smoothing=1.0):
        super().__init__(classes)
        if not isinstance(smoothing, Real) or not 0 < smoothing < np.inf:
            raise ValueError(f"smoothing must be a number above 0, not {write(smoothing)}; 1 is the usual choice.")
        self.smoothing = float(smoothing)
        self.word_probability = self._log_missing = None

    def evidence(self):
        """Return how strongly each word speaks for class 1 of two, in the form that `fit_logistic` returns.

        A missing word says something, too. The bias holds what all of them together would say if they were missing, so
        a weight is what the logit gains when the word is there instead.

        Returns
        -------
        weights : numpy.ndarray, shape (words,), float64
        bias : float
            The logit of a bag of words x, of 0 and 1, is x @ weights + bias; its sigmoid is p(class 1 | x).

        Raises
        ------
        ValueError
            The model has more than two classes, or has learned nothing yet.
        """
        self._check_fitted()
        if self.classes != 2:
            raise ValueError(f"Evidence is for one class against another, and this model has {self.classes} classes.")
        there, missing = np.log(self.word_probability), self._log_missing
        weights = np.diff(there - missing, axis=0)[0]
        return weights, float(np.diff(missing, axis=0).sum() + np.log(self.prior[1] / self.prior[0]))

    def _check(self, examples, shape):
        rows = super()._check(examples, shape)
        if rows.min() < 0:
            raise ValueError(f"Counts of words cannot be negative, but one is {rows.min():g}. Give counts or 0 and 1.")
        return (rows > 0).astype(np.float64)

    def _learn(self, rows, labels):
        held = np.stack([rows[labels == label].sum(axis=0) for label in range(self.classes)])
        emails = np.bincount(labels)[:, np.newaxis]
        self.word_probability = (held + self.smoothing) / (emails + 2 * self.smoothing)
        # Not from the probability, which a small smoothing rounds to 1.
        self._log_missing = np.log((emails - held + self.smoothing) / (emails + 2 * self.smoothing))

    def _log_likelihood(self, rows):
        return rows @ np.log(self.word_probability).T + (1 - rows) @ self._log_missing.T

    def _draw(self, labels, rng):
        p = self.word_probability[labels]
        return (rng.random(p.shape) < p).astype(np.uint8)


class GaussianClasses(BayesClassifier):
    """One multivariate normal distribution per class: a mean, and how the features vary together around it.

    Also called quadratic discriminant analysis ("full"), linear discriminant analysis ("shared") and Gaussian naive
    Bayes ("diagonal"). Lesson 01 uses it on two features of e-mails and on digits. Examples are numbers of any shape
    (n, ...), for instance pictures in [-1, 1]; `sample` draws float32 of that shape, not clipped to any range.

    Parameters
    ----------
    classes : int
        How many classes there are.
    covariance : {"full", "shared", "diagonal"}
        One covariance matrix per class; one for all classes, which makes the boundaries straight; or one per class in
        which the features ignore each other.
    shrinkage : float
        Share, from 0 to 1, of the covariance that is replaced by the same variance in every direction (Ledoit and Wolf
        2004). With 0, features that never vary, such as the corners of a digit, would make the density infinite, and
        `fit` raises a ValueError.

    Attributes
    ----------
    means : numpy.ndarray, shape (classes, features), float64
    covariances : numpy.ndarray, shape (classes, features, features), float64
    """

    def __init__(self, classes=2, covariance="full", shrinkage=0.1):
        super().__init__(classes)
        if not is_one_of(covariance, COVARIANCES):
            raise ValueError(f"covariance must be one of {', '.join(COVARIANCES)}, not {write(covariance)}.")
        if not isinstance(shrinkage, Real) or not 0 <= shrinkage <= 1:
            raise ValueError(f"shrinkage must be a number from 0 to 1, not {write(shrinkage)}.")
        self.covariance = covariance
        self.shrinkage = float(shrinkage)
        self.means = self.covariances = None

    def _check(self, examples, shape):
        rows = super()._check(examples, shape)
        return rows if rows.dtype in (np.float32, np.float64) else rows.astype(np.float64)

    def _learn(self, rows, labels):
        groups = [rows[labels == label] for label in range(self.classes)]
        means = np.stack([group.mean(axis=0, dtype=np.float64) for group in groups])
        raw = [_covariance(group, mean) for group, mean in zip(groups, means, strict=True)]
        if self.covariance == "shared":
            raw = [np.average(raw, axis=0, weights=[len(group) for group in groups])]
        if self.covariance == "diagonal":
            raw = [np.diag(np.diag(matrix)) for matrix in raw]
        shrunk = [self._shrink(matrix) for matrix in raw]
        roots = [_root(matrix, label) for label, matrix in enumerate(shrunk)]
        each = range(self.classes) if len(shrunk) > 1 else [0] * self.classes  # with "shared", views of one matrix
        self.means = means
        self.covariances = shrunk if len(shrunk) > 1 else np.broadcast_to(shrunk[0], (self.classes, *shrunk[0].shape))
        self._roots = [roots[i] for i in each]
        inverses = [np.linalg.inv(root) for root in roots]
        self._inverses = [inverses[i] for i in each]

    def _shrink(self, matrix):
        same = np.trace(matrix) / len(matrix)
        return (1 - self.shrinkage) * matrix + self.shrinkage * same * np.eye(len(matrix))

    def _log_likelihood(self, rows):
        """Measure distances in units of each class's own spread; the root turns them into plain ones."""
        columns = []
        for mean, root, inverse in zip(self.means, self._roots, self._inverses, strict=True):
            distances = (rows - mean.astype(rows.dtype)) @ inverse.T.astype(rows.dtype)
            volume = np.log(np.diag(root)).sum() + 0.5 * len(mean) * np.log(2 * np.pi)
            columns.append(-0.5 * np.square(distances).sum(axis=1, dtype=np.float64) - volume)
        return np.stack(columns, axis=1)

    def _draw(self, labels, rng):
        noise = rng.standard_normal((len(labels), self.means.shape[1]))
        rows = np.empty(noise.shape, np.float32)
        for label in np.unique(labels):
            at = labels == label
            rows[at] = self.means[label] + noise[at] @ self._roots[label].T
        return rows


def _covariance(rows, mean):
    """Return the covariance matrix of the rows around their mean, float64."""
    centred = rows - mean.astype(rows.dtype)
    return (centred.T @ centred).astype(np.float64) / len(rows)


def _root(matrix, label):
    """Return the Cholesky root of a covariance matrix: root @ root.T is the matrix."""
    try:
        return np.linalg.cholesky(matrix)
    except np.linalg.LinAlgError as error:
        raise ValueError(
            f"The covariance of class {label} is singular: some features never vary, or too few examples were given. "
            "Raise shrinkage above 0, or give more examples."
        ) from error
