"""Solutions of lesson 04."""

SOLUTIONS = {
    "04.1": r"""
```python
my_length = 20**0.5
```

In 20 dimensions nearly all draws from the prior have a length near $\sqrt{20} \approx 4.5$, and that is where the
codes of digits are, too. Multiply the codes by a factor below 1, and the digits become more alike: their spread
falls. You may have expected that more of them are recognised, since the middle of the prior is its most probable
*point*. After the training of `lesson` speed it is the other way round: a code of half that length lies between them
all, and is decoded to a mixture. At 1.5 the codes are beyond the digits. When a paper shows samples "at temperature
0.7", this factor is what is meant: look for it before you compare pictures.
""",
    "04.2": r"""
```python
def my_price(means, deviations):
    return np.mean(deviations**2 + means**2 - 1 - np.log(deviations**2), axis=0) / 2
```

Count `(price > 0.1).sum()`. A large beta switches numbers off one after the other: each one has to earn its price. A
small beta keeps them all in use.
""",
    "04.3": r"""
```python
reconstruction = "worse"
kl = "smaller"
```

Fewer numbers can say less: the KL term shrinks, and the reconstruction loses more than that, so the bound gets worse.
The share of new digits from the prior that the judge recognises hardly changes: with seed 0 it was 22% in place of 25%.
""",
    "04.4": r"""
```python
warm_up = Schedule([(i * small_steps // 20, "beta", (i + 1) / 10) for i in range(10)])
```

To compare the two:

```python
for schedule in (None, warm_up):
    model = VariationalAutoencoder(latent, hidden=(256,), seed=seed)
    model.train(small_steps, 128, data=train, schedule=schedule, verbose=0)
    print(schedule, model.elbo(test_binary))
```

In short trainings the difference is small. It matters for strong decoders, which could do without the code and would
never begin to use it.
""",
    "04.5": r"""
```python
my_decoder = keras.Sequential([keras.Input((latent,)), layers.Dense(7 * 7 * 32, activation="relu")])
my_decoder.add(layers.Reshape((7, 7, 32)))
my_decoder.add(layers.Conv2DTranspose(32, 4, 2, "same", activation="relu"))
my_decoder.add(layers.Conv2DTranspose(1, 4, 2, "same"))
```

A convolution uses the same few weights at every place, so it is dense layers that make a network large. With 20 numbers
in the code, the one from 256 to 1,568 units is the first that you can do without. The next cell says how many nats that
costs: compare models only after the same number of steps.
""",
}
