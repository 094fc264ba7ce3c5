"""A first judge of made digits: a classifier that never saw the models which it judges.

It says of every picture which digit it takes it for and how sure it is. The share of pictures that it recognises with
confidence is a simple score, and an honest one when the score of real test digits stands beside it. It does not see
everything: a model that makes one perfect digit again and again gets full marks, so count the digits as well.
"""

from ganlib.judge.classifier import DigitClassifier, digit_counts, recognise, share_recognised, train_classifier

__all__ = ["DigitClassifier", "digit_counts", "recognise", "share_recognised", "train_classifier"]
