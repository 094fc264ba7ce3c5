"""Solutions of lesson 01."""

SOLUTIONS = {
    "01.1": r"""
```python
my_prediction = "rises"
```

Smoothing is a number of imagined e-mails, so what matters is how many real ones stand against it. With 3,000 e-mails,
0.01 and 1 give the same, and 100 already blurs the rarer words. With 30 e-mails, 100 imagined ones of each kind drown
what was counted: every $\theta$ is near one half, and the error goes up most. Between 0.01 and 1 one set of 30
e-mails is a matter of luck. For a real answer, give the study in the appendix another learner, with
`BernoulliNaiveBayes(smoothing=0.01)`: over its 60 splits 0.01 errs less, 12.9% in place of 15.3%.
""",
    "01.2": r"""
```python
test_error = "rises"
drawings = "better"
```

With 0.01 the speckle is nearly gone and the drawings look better, but the test error rises: the model now trusts
directions in which its digits hardly vary, and a test digit that differs there is judged as nearly impossible. With 0.3
it is the other way round: more speckle, and an error no higher than with 0.1. A model that writes better need not
classify better; choose by what you want it for.
""",
    "01.3": r"""
```python
def write_mail(theta, prior, n, rng):
    labels = (rng.random(n) < prior[1]).astype(int)
    bags = (rng.random((n, theta.shape[1])) < theta[labels]).astype("uint8")
    return bags, labels
```

The library does it as `filter_.sample(None, n, seed)`. Then see what the filter says of its own writing:

```python
bags, labels_ = write_mail(theta, prior, 2000, np.random.default_rng(seed))
print(f"called spam: {np.mean(filter_.predict(bags)):.1%}; wrong: {error(filter_.predict(bags), labels_):.1%}")
```

The share called spam is near the prior. On its own writing the filter errs much less than on real e-mails: there the
naive assumption is true, and for e-mails that come about exactly as the model says, Bayes' rule is the best classifier
there can be.
""",
    "01.4": r"""
```python
def my_die(amounts, labels):
    held = np.stack([amounts[labels == label].sum(axis=0) for label in (0, 1)]) + 1
    return held / held.sum(axis=1, keepdims=True)
```

As a classifier, and once more with 0 and 1 in place of the amounts:

```python
amounts = mail.features[:, :48]
for name, told in (("how often", amounts), ("only whether", (amounts > 0) * 1.0)):
    die = my_die(told[train], y[train])
    joint = told[test] @ np.log(die).T + np.log(prior)
    print(f"{name:12} {error(joint.argmax(axis=1), y[test]):.1%}")
```

It is told less, and errs less: over ten splits 10.8% in place of 12.9% in the mean, and less in each of them. Two
things are gone. The formula takes each repetition for a new throw that knows nothing of the others; and in percent, one
word of a short e-mail counts as many throws. Take away one of the two alone, and next to nothing is gained (12.8%).
""",
}
