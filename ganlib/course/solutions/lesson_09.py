"""Solutions of lesson 09."""

SOLUTIONS = {
    "09.1": r"""
```python
my_prediction = "fall"
```

All shares rise with 0.5 and fall with 0.99; blurred or ragged pictures lose the most at 0.99, since there the judge
sees a digit without being sure. Models that lie close together may change places: a threshold is a choice.
""",
    "09.2": r"""
```python
my_choice = "B"
```

A has collapsed to two kinds of digits. C makes something of six kinds that the judge cannot read. B is neither the
surest nor perfect, and nearest to real digits as a whole.
""",
    "09.3": r"""
```python
def my_share(probabilities, confidence):
    return (probabilities.max(axis=1) > confidence).mean()
```
""",
    "09.4": r"""
```python
def my_nearest(some, images):
    rows = images.reshape(len(images), -1).astype("float32") / 127.5 - 1
    mine = some.reshape(len(some), -1)
    distances = (rows**2).sum(axis=1) - 2 * mine @ rows.T  # the part that depends on the training digit
    return distances.argmin(axis=1)
```

The pairs resemble each other but are not the same: this model did not learn by heart.
""",
}
