"""Features for pictures of any kind: what an untrained convolutional network sees."""

import hashlib

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.data import check_pictures
from ganlib.data.pictures import in_range
from ganlib.wording import by

FILTERS, GRID = (32, 64, 128), 4  # of each convolution, and how many places on either side it is averaged over
SMALLEST = 2 ** len(FILTERS)  # pixels per side, which are halved after each convolution
DIRECTIONS = 64
FITTED = 1000  # pictures, at most, that the main directions are found by
VARIANCE = 100  # of the features of real pictures, all but the last together, as with the classifier of digits
FAR = 1.5  # a picture this many times as far off the main directions as 95% of the real ones shows no kind
CHUNK = 500  # pictures at a time, which limits the memory


class RandomFeatures:
    """A network of random weights, and the main directions in which real pictures differ to it.

    There is no classifier for everybody's pictures. But a convolutional network of random weights already turns
    pictures that look alike into numbers that lie near each other (Naeem et al. 2020 judge by such a network where a
    trained one knows other things than the pictures show; Lee, Kim and Lee 2022 find that it orders models as trained
    ones do). Of its numbers (4,800 for 28 by 28 pixels, 3,584 for 32 by 32) at most 64 are kept: the main directions of
    the real pictures, each divided by the square root of its spread, so that small things count too. One more says how
    far a picture lies off all of them.

    It sees noise, fog, blur, colours and shapes, but does not know what matters: it takes most digits whose pixels come
    from different digits for real, where the trained classifier takes none.

    Parameters
    ----------
    pictures : ndarray
        Real ones, uint8 or float (n, height, width, channels), at least 2.
    labels : ndarray or None
        What they show, whole numbers from 0, (n,): a logistic regression then tells the kinds apart.
    kinds : int
        How many kinds there are.

    Attributes
    ----------
    sha256 : str
        Of the main directions; judges that were fitted to the same pictures share it.
    compared : tuple of slice
        Which features a distance compares: all.
    shape : tuple of int
        (height, width, channels) of the pictures.
    """

    compared = np.s_[:, :]

    def __init__(self, pictures, labels=None, kinds=1):
        self.shape = pictures.shape[1:]
        self._look = tf.function(_random_network(self.shape), autograph=False)
        chosen = np.linspace(0, len(pictures) - 1, min(FITTED, len(pictures))).astype(int)
        seen = self._see(pictures[chosen])
        self._mean, spread = seen.mean(axis=0), seen.std(axis=0)
        self._spread = spread + 0.1 * spread.mean() + 1e-6  # or it would see only that paper is a trace too dark
        standard = (seen - self._mean) / self._spread
        _, sizes, directions = np.linalg.svd(standard, full_matrices=False)
        count = min(DIRECTIONS, (len(chosen) + 1) // 2)
        main, weights = directions[:count].T, np.maximum(sizes[:count] / np.sqrt(len(chosen)), 1e-6) ** -0.5
        off = np.linalg.norm(standard - standard @ main @ main.T, axis=1)
        self._directions, self._weights = main, np.append(weights, max(float(off.std()), 1e-6) ** -0.5)
        found = self._along(standard)
        scale = np.sqrt(VARIANCE / max(float(found[:, :-1].var(axis=0).sum()), 1e-6))
        self._weights, found = self._weights * scale, found * scale
        self._far = FAR * np.quantile(found[:, -1], 0.95)
        self._regression, self._kinds = None, 1 if labels is None else kinds
        if self._kinds > 1:
            if len(np.unique(labels[chosen])) == 1:
                raise ValueError(
                    "The pictures to score by show one kind only: give unseen ones of more kinds, or leave labels out."
                )
            from sklearn.linear_model import LogisticRegression  # not loaded before it is needed

            self._regression = LogisticRegression(max_iter=1000).fit(found, labels[chosen])
        self.sha256 = hashlib.sha256(self._directions.tobytes()).hexdigest()

    def features(self, images):
        """Return what the network sees, and the probability of each kind.

        Parameters
        ----------
        images : ndarray
            uint8 from 0 to 255 or float from -1 to 1, (n, height, width, channels), of the shape that was fitted.

        Returns
        -------
        tuple of ndarray
            Features, float32 (n, 65), with fewer columns if fewer than 127 pictures were fitted; and probabilities,
            float32 (n, k) of k kinds: each row adds up to 1, and what lies too far off all real pictures gets nearly
            the same for each kind.
        """
        images = check_pictures(images)
        if images.shape[1:] != self.shape:
            raise ValueError(f"This judge knows pictures of {by(self.shape)}, not {by(images.shape[1:])}: resize them.")
        features = self._features(images)
        probabilities = np.ones((len(images), self._kinds), np.float32) / self._kinds
        if self._regression is not None:
            sure = np.where(features[:, -1:] <= self._far, 1, 0.01)  # the likeliest kind stays the likeliest
            probabilities *= 1 - sure
            probabilities[:, self._regression.classes_] += sure * self._regression.predict_proba(features)
        return features, probabilities

    def _see(self, images):
        chunks = (in_range(images[start : start + CHUNK]) for start in range(0, len(images), CHUNK))
        return np.concatenate([self._look(tf.constant(chunk)).numpy() for chunk in chunks])

    def _features(self, images):
        parts = []
        for start in range(0, len(images), CHUNK):
            parts.append(self._along((self._see(images[start : start + CHUNK]) - self._mean) / self._spread))
        return np.concatenate(parts).astype(np.float32)

    def _along(self, standard):
        """Return how far pictures lie along each main direction, and off all of them, weighted."""
        main = standard @ self._directions
        off = np.linalg.norm(standard - main @ self._directions.T, axis=1, keepdims=True)
        return self._weights * np.concatenate([main, off], axis=1)


def _random_network(shape):
    """Build three convolutions, halved after each, whose outputs are averaged over a coarse grid and laid in a row."""
    seeds, layers = keras.random.SeedGenerator(0), keras.layers
    picture = keras.Input(shape)
    found, outputs = picture, []
    for filters in FILTERS:
        init = keras.initializers.Orthogonal(seed=seeds)
        found = layers.LeakyReLU(0.2)(layers.Conv2D(filters, 3, padding="same", kernel_initializer=init)(found))
        found = layers.AveragePooling2D(2)(found)
        outputs.append(layers.Flatten()(layers.AveragePooling2D(max(1, found.shape[1] // GRID))(found)))
    return keras.Model(picture, layers.Concatenate()(outputs))
