"""Train the judge anew and write it to a folder: `python -m ganlib.judge [folder]`; without one, to assets/judge."""

import sys
from pathlib import Path

import ganlib
from ganlib._tensorflow import keras, tf
from ganlib.data import load_mnist
from ganlib.judge.classifier import train_classifier

SEED, EPOCHS = 0, 6


def main(folder):
    """Train, measure the accuracy on the test set and save."""
    classifier = train_classifier(epochs=EPOCHS, seed=SEED, verbose=2)
    images, labels = load_mnist("test")
    accuracy = float((classifier.recognise(images).argmax(axis=1) == labels).mean())
    versions = {"ganlib": ganlib.__version__, "keras": keras.__version__, "tensorflow": tf.__version__}
    classifier.save(folder, test_accuracy=accuracy, epochs=EPOCHS, seed=SEED, versions=versions)
    print(f"{accuracy:.2%} of the test digits are recognised; saved in {folder}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2] / "assets" / "judge"))
