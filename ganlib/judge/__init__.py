"""The judge of made digits: scores that can be trusted, since those of real digits stand beside them.

All of them come from one small classifier that never saw the models which it judges. `report` gives all scores at once;
each is a small function of a module of its own, with the paper and the equation that it comes from.
"""

from ganlib.judge.alarm import Alarm, CollapseAlarm
from ganlib.judge.classifier import DigitClassifier, digit_counts, recognise, share_recognised, train_classifier
from ganlib.judge.keep import KeepBest
from ganlib.judge.report import Judge, Report, report

__all__ = [
    "Alarm",
    "CollapseAlarm",
    "DigitClassifier",
    "Judge",
    "KeepBest",
    "Report",
    "digit_counts",
    "recognise",
    "report",
    "share_recognised",
    "train_classifier",
]
