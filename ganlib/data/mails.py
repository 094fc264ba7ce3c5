"""E-mails, counted: UCI Spambase."""

import gzip
from typing import NamedTuple

import numpy as np

from ganlib.data.shipped import checked_once


class Spambase(NamedTuple):
    """4,601 real e-mails, counted.

    Attributes
    ----------
    features : numpy.ndarray, shape (4601, 57), float64
        48 word frequencies and 6 character frequencies in percent, then 3 lengths of runs of capital letters.
    is_spam : numpy.ndarray, shape (4601,), uint8
        1 for spam, 0 for wanted mail.
    names : tuple of str
        The names of the 57 columns, UCI's own.
    """

    features: np.ndarray
    is_spam: np.ndarray
    names: tuple


def load_spambase():
    """Load UCI Spambase (Hopkins, Reeber, Forman and Suermondt, 1999; doi 10.24432/C53G6X; CC BY 4.0).

    Returns
    -------
    Spambase
        The mail was collected at HP Labs: words such as `george`, `650` and `hp` say something about
        that mailbox, not about spam in general.

    Raises
    ------
    DataError
        The shipped file is missing, damaged or changed.
    """
    with gzip.open(checked_once("spambase.csv.gz"), "rt", encoding="utf-8") as file:
        names = file.readline().strip().split(",")
        table = np.loadtxt(file, delimiter=",")
    return Spambase(table[:, :-1].copy(), table[:, -1].astype(np.uint8), tuple(names[:-1]))
