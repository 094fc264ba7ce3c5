"""The digit classifier: how it is built, trained, kept with the project and asked."""

import hashlib
import io
import json
import zipfile
from functools import cache
from pathlib import Path

import numpy as np

from ganlib._tensorflow import keras, tf
from ganlib.arguments import Choice, Number, Whole, as_array
from ganlib.data import DataError, as_pictures, asset, check_pictures, load_mnist
from ganlib.data.pictures import in_range
from ganlib.judge import LEGIBLE
from ganlib.judge.deform import deformed
from ganlib.judge.outliers import TAUGHT, outliers
from ganlib.paths import as_path
from ganlib.training import atomic_write
from ganlib.wording import write

WEIGHTS, RECORD = "digit_classifier.npz", "digit_classifier.json"
CHUNK = 500  # pictures at a time, which limits the memory
BATCH = 128
NONE = 10  # the class of pictures that show no digit
# How many pictures of no digit to expect for each one of a digit, before seeing any; in training it is 1.
# It was chosen on training digits that a first classifier had not seen: of these it recognised 97.6%, and with 0.05
# only 97.2%.
EXPECTED = 0.03
VARIANCE = 100  # of all features of real digits added up: the distance of a model that always gives their mean
DOUBT = np.float32(17)  # distance in features from a sure digit to a sure non-digit: five times that to a neighbour
MOST_BYTES = 10_000_000  # that the weights unpack to


class DigitClassifier:
    """A small convolutional network that tells which digit a picture shows.

    Parameters
    ----------
    network : keras.Model
        Maps float32 (n, 28, 28, 1) in [-1, 1] to logits (n, 11), of the ten digits and of none of them; one layer is
        called "features".

    Attributes
    ----------
    sha256 : str
        Of the file of weights, or of the weights if there is none.
    compared : tuple of slice
        Which features a distance compares: all but the doubt.
    """

    # Distances leave the doubt out: where every third picture shows no digit, this number would be all they measure.
    compared = np.s_[:, :-1]

    def __init__(self, network):
        self.network = network
        outputs = [network.get_layer("features").output, network.outputs[0]]
        look = keras.Model(network.inputs, outputs)
        self._look = tf.function(lambda pictures: look(pictures, training=False), autograph=False)
        self.sha256 = hashlib.sha256(b"".join(weight.tobytes() for weight in network.get_weights())).hexdigest()

    def recognise(self, images):
        """Return the probability of each digit; that of no digit is spread evenly over all ten.

        So a picture that surely shows no digit gets a tenth for each.

        Parameters
        ----------
        images : ndarray
            (n, 28, 28) or (n, 28, 28, 1); uint8 from 0 to 255, or float from -1 to 1.

        Returns
        -------
        ndarray
            float32 (n, 10); each row adds up to 1.
        """
        return self.features(images)[1]

    def features(self, images):
        """Return what the last layer decides by, the doubt that it arrives at, and the probability of each digit.

        Parameters
        ----------
        images : ndarray
            As for `recognise`.

        Returns
        -------
        tuple of ndarray
            float32 (n, 129) and float32 (n, 10). The features are 128 numbers from before the ReLU, which would put
            everything strange near the origin and among the digits; and the probability of no digit, times `DOUBT`.
            The variances of the 128 add up to 100 for real digits.
        """
        images = check_pictures(images)
        if images.shape[1:] != LEGIBLE:
            raise ValueError(f"The judge knows grey pictures of 28 by 28 pixels, not {images.shape[1:]}: resize them.")
        chunks = (in_range(images[start : start + CHUNK]) for start in range(0, len(images), CHUNK))
        features, logits = zip(*(self._look(tf.constant(chunk)) for chunk in chunks), strict=True)
        probabilities = tf.nn.softmax(np.concatenate(logits)).numpy()
        digits, none = np.split(probabilities, [NONE], axis=1)
        return np.concatenate([np.concatenate(features), DOUBT * none], axis=1), digits + none / NONE

    def save(self, folder, **record):
        """Write the weights as 16-bit floats, and beside them their SHA-256 and whatever `record` should remember."""
        buffer = io.BytesIO()
        np.savez(buffer, *[weight.astype(np.float16) for weight in self.network.get_weights()])
        record = {**record, "sha256": hashlib.sha256(buffer.getbuffer()).hexdigest()}
        for name, content in ((WEIGHTS, buffer.getvalue()), (RECORD, json.dumps(record, indent=2).encode() + b"\n")):
            with atomic_write(Path(folder) / name) as file:
                file.write(content)

    @classmethod
    def load(cls, weights, record):
        """Read what `save` wrote.

        Parameters
        ----------
        weights, record : str or Path
            The two files.

        Raises
        ------
        DataError
            The files cannot be read, or the weights are not the ones that the record describes.
        """
        weights, record = as_path(weights, "weights"), as_path(record, "record")
        try:
            content, known = weights.read_bytes(), json.loads(record.read_text(encoding="utf-8"))["sha256"]
        except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
            raise DataError(f"The judge's files cannot be read ({error}). {_RESTORE}") from error
        if hashlib.sha256(content).hexdigest() != known:
            raise DataError(f"{weights} is damaged or changed: its SHA-256 is not the one in {record}. {_RESTORE}")
        network = build_classifier()
        try:
            network.set_weights(_read_weights(content))
        except Exception as error:  # NumPy and Keras raise half a dozen kinds, all of one meaning
            raise DataError(f"{weights} does not hold the weights of the judge's network. {_RESTORE}") from error
        classifier = cls(network)
        classifier.sha256 = known
        return classifier


def _read_weights(content):
    """Return the arrays of a file of weights; one of many errors if it holds something else, or unpacks to too much."""
    if sum(part.file_size for part in zipfile.ZipFile(io.BytesIO(content)).infolist()) > MOST_BYTES:
        raise ValueError("these are no weights of so small a network")
    with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
        return [arrays[name].astype(np.float32) for name in arrays.files]


_RESTORE = "Restore the files with `git checkout -- assets/judge`, or train a judge with `python -m ganlib.judge`."


def build_classifier(seed=None):
    """Build the classifier's network, untrained: three convolutions, two of them pooled, and two dense layers.

    188,843 parameters.

    Parameters
    ----------
    seed : int or None
        Seed of the first weights and of the dropout.

    Returns
    -------
    keras.Sequential
        Maps float32 (n, 28, 28, 1) in [-1, 1] to logits (n, 11): of the ten digits, and of none of them.
    """
    layers = keras.layers
    seeds = keras.random.SeedGenerator(seed)
    init = keras.initializers.GlorotUniform(seed=seeds)

    def convolution(filters):
        convolved = layers.Conv2D(filters, 3, use_bias=False, kernel_initializer=init)
        return convolved, layers.BatchNormalization(), layers.ReLU()

    return keras.Sequential(
        [
            keras.Input(LEGIBLE, name="picture"),
            *convolution(32),
            layers.MaxPooling2D(),
            *convolution(64),
            *convolution(64),
            layers.MaxPooling2D(),
            layers.Flatten(),
            layers.Dense(128, kernel_initializer=init, name="features"),
            layers.ReLU(),
            layers.Dropout(0.3, seed=seed),
            layers.Dense(NONE + 1, kernel_initializer=init, name="logits"),
        ],
        name="digit_classifier",
    )


def train_classifier(images=None, labels=None, epochs=8, seed=0, verbose=1, kinds=tuple(TAUGHT)):
    """Train a digit classifier that tells digits from pictures which show none.

    Half of the digits that it sees are slanted, turned and resized a little, and some are thicker, thinner, noisy or
    blurred; all are moved about by up to two pixels. For each of them it sees one picture of
    `ganlib.judge.outliers`, where the right answer is an eleventh class, no digit (outlier exposure: Hendrycks, Mazeika
    and Dietterich 2019; a class of its own: Zhang and LeCun 2017). Without them it would be sure that fog is digits.

    Parameters
    ----------
    images : ndarray or None
        uint8 or float (n, 28, 28, 1); the MNIST training set if None.
    labels : ndarray or None
        The digits, whole numbers from 0 to 9, (n,).
    epochs : int
        How often every picture is seen, each time deformed differently. The learning rate falls to 0 along half a
        cosine.
    seed : int
        Seed of the first weights, of the deformations, of the outliers, of the order and of the dropout.
    verbose : int
        As in Keras.
    kinds : sequence of str
        Which outliers to show it, keys of `outliers.TAUGHT`: leave out "flips" where a mirrored picture is as good as
        any, as with clothes.

    Returns
    -------
    DigitClassifier

    Raises
    ------
    ValueError
        The pictures are not 28 by 28 pixels, the labels do not fit them, or an argument is not one of those above.
    """
    if images is None:
        images, labels = load_mnist("train")
    pictures, seed = as_pictures(images), Whole("seed", 0, 2**32 - 1)(seed)
    labels = check_labels(labels, pictures)
    if not isinstance(kinds, list | tuple) or not kinds:
        raise ValueError(f"kinds must be a list of some of {', '.join(TAUGHT)}, not {write(kinds)}.")
    kinds = [Choice("kinds", tuple(TAUGHT))(kind) for kind in kinds]
    epochs = Whole("epochs", 1)(epochs)
    keras.utils.set_random_seed(seed)
    rng, network = np.random.default_rng(seed), build_classifier(seed)
    n = len(pictures)
    wanted = np.concatenate([labels.astype(np.int32), np.full(n, NONE, np.int32)])
    rate = keras.optimizers.schedules.CosineDecay(2e-3, epochs * -(-len(wanted) // BATCH))
    loss = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
    network.compile(keras.optimizers.Adam(rate), loss, jit_compile=False)  # on a CPU, XLA is four times as slow
    for _ in range(epochs):
        seen = deformed(pictures, rng)  # outliers are made of these too, so that deformation gives nothing away
        seen = np.concatenate([seen, outliers(seen, labels, n, rng, kinds)])
        network.fit(seen, wanted, batch_size=BATCH, verbose=verbose)
    _settle(network, pictures)
    return DigitClassifier(network)


def _settle(network, pictures):
    """Expect as few pictures of no digit as `EXPECTED` says, and scale the features to a variance of `VARIANCE`."""
    features, logits = network.get_layer("features"), network.get_layer("logits")
    found = DigitClassifier(network).features(pictures[:10_000])[0][:, :-1]
    scale = np.sqrt(max(found.var(axis=0).sum(), 1e-6) / VARIANCE)
    kernel, bias = logits.get_weights()
    bias[NONE] += np.log(EXPECTED)  # by Bayes' rule
    features.set_weights([weight / scale for weight in features.get_weights()])
    logits.set_weights([kernel * scale, bias])


def check_labels(labels, pictures):
    """Return the digits that pictures show, as whole numbers; ValueError if these or the pictures do not fit."""
    if pictures.shape[1:] != LEGIBLE:
        raise ValueError(f"The pictures must be 28 by 28 pixels, not {pictures.shape[1:]}: resize them.")
    labels = as_array("labels", labels)
    if labels.dtype.kind not in "iu" or labels.shape != pictures.shape[:1] or labels.min() < 0 or labels.max() > 9:
        raise ValueError(f"labels must be digits, whole numbers from 0 to 9, one for each of {len(pictures)} pictures.")
    return labels


# --- the classifier that comes with the project -----------------------------------------------------------------------


@cache
def shipped():
    """Return the classifier that comes with the project."""
    return DigitClassifier.load(asset(f"judge/{WEIGHTS}"), asset(f"judge/{RECORD}"))


def recognise(images):
    """Return what the classifier of the project gives as the probability of each digit, float32 (n, 10).

    Parameters
    ----------
    images : ndarray
        (n, 28, 28) or (n, 28, 28, 1); uint8 from 0 to 255, or float from -1 to 1.
    """
    return shipped().recognise(images)


def share_recognised(images, confidence=0.9):
    """Return the share of pictures, 0 to 1, in which the classifier sees one digit with more than this confidence.

    Parameters
    ----------
    images : ndarray
        As for `recognise`.
    confidence : float
        From 0 to 1.
    """
    confidence = Number("confidence", 0, 1)(confidence)
    return float((recognise(images).max(axis=1) > confidence).mean())


def are_digits(images):
    """Tell whether pictures are digits that the judge can read: whether it recognises most of the first hundred.

    Grey pictures of 28 by 28 pixels may be letters or clothes, and a judge of digits has nothing to say about those.

    Parameters
    ----------
    images : ndarray
        (n, height, width, channels), of any size; uint8 from 0 to 255, or float from -1 to 1.
    """
    return np.shape(images)[1:] == LEGIBLE and share_recognised(images[:100]) > 0.5


def digit_counts(images):
    """Return how many of the pictures the classifier takes for each digit, int64 (10,).

    Parameters
    ----------
    images : ndarray
        As for `recognise`.
    """
    return np.bincount(recognise(images).argmax(axis=1), minlength=10)
