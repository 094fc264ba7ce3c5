"""Train a judge again: `python -m ganlib.judge [FOLDER] [--data PATH]`, for example for Fashion-MNIST."""

import argparse
import sys
from pathlib import Path

from ganlib._tensorflow import versions
from ganlib.data import load_mnist
from ganlib.judge.classifier import RECORD, WEIGHTS, train_classifier
from ganlib.judge.outliers import TAUGHT
from ganlib.paths import ASSETS
from ganlib.training import try_to_write

JUDGE = ASSETS / "judge"


def main(arguments):
    """Train, measure the accuracy on the test pictures and save; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m ganlib.judge", description=__doc__, allow_abbrev=False)
    add = parser.add_argument
    add("folder", nargs="?", help="where to save it; with MNIST the default is assets/judge")
    add("--data", metavar="PATH", help="an .npz file or a folder of IDX files in MNIST's format; default: MNIST itself")
    add("--epochs", type=int, default=8, metavar="N", help="how often every picture is seen; default 8")
    add("--seed", type=int, default=0, metavar="N", help="default 0")
    options = parser.parse_args(arguments)
    if options.data and not options.folder:
        parser.error("a judge of other pictures needs a folder of its own: name one")
    try:
        accuracy = train(options.folder or JUDGE, options.data, options.epochs, options.seed)
    except (ValueError, OSError) as error:
        print(error, file=sys.stderr)
        return 2
    print(f"{accuracy:.2%} of the test pictures are recognised; saved in {options.folder or JUDGE}")
    return 0


def train(folder, data=None, epochs=8, seed=0):
    """Train a classifier, save it to a folder and return its accuracy on the test pictures."""
    images, labels = load_mnist("test", path=data)
    for name in (WEIGHTS, RECORD):
        try_to_write(Path(folder) / name)
    kinds = [kind for kind in TAUGHT if data is None or kind != "flips"]  # a mirrored coat is a coat
    classifier = train_classifier(*load_mnist("train", path=data), epochs=epochs, seed=seed, verbose=2, kinds=kinds)
    accuracy = float((classifier.recognise(images).argmax(axis=1) == labels).mean())
    classifier.save(folder, test_accuracy=accuracy, epochs=epochs, seed=seed, versions=versions())
    return accuracy


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
