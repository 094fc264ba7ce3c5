"""Solutions of lesson 02."""

SOLUTIONS = {
    "02.1": r"""
```python
without_noise = "plain"
strong_noise = "denoising"
```

Without noise the plain autoencoder is better: it was trained for exactly that. With strong noise the denoiser is. They
cross in between. A denoiser for *all* strengths would be trained with a strength drawn afresh at every step.
""",
    "02.2": r"""
```python
my_prediction = "negative"
```

Digits turned upside down are rebuilt fairly well: many are made of strokes that it knows, and a turned 0, 1 or 8 is a
digit, a turned 6 a 9. Negatives are not: nothing in the training had white corners. A large error is a sign that an
input is unlike the training data, which is how autoencoders are used to find faults and fraud.
""",
    "02.3": r"""
```python
def my_walk(first, last, n):
    share = np.linspace(0, 1, n)[:, np.newaxis]
    return (1 - share) * first + share * last
```

Fading shows both digits at once. The walk in the code bends one into the other, but its middle is often a shape that is
no digit: halfway between the codes of two digits there is seldom the code of a third. You will do the same walk with a
variational autoencoder in lesson 04.
""",
    "02.4": r"""
```python
my_encoder = keras.Sequential([keras.Input((28, 28, 1)), layers.Flatten(), layers.Dense(32)])
my_decoder = keras.Sequential([keras.Input((32,)), layers.Dense(784), layers.Reshape((28, 28, 1))])
```

Then train it:

```python
linear = Autoencoder(encoder=my_encoder, decoder=my_decoder, seed=seed)
linear.train(2000, 128, data=train, verbose=0)
away = test.reshape(-1, 784) - mean
pca = np.mean((away - away @ directions[:, :32] @ directions[:, :32].T) ** 2)  # not clipped, as `linear` is not
print(linear.error(test), "PCA:", pca)
```

PCA is the best linear code there is, so on the pictures that it was computed from, no linear autoencoder can be better.
(The lesson's figure clips PCA's pictures to -1..1, which lowers its error by a tenth; here neither is clipped.)
Gradient descent gets close, but does not quite arrive. The directions that it finds span nearly the same sheet, but
they are neither sorted nor at right angles.
""",
    "02.5": r"""
```python
def my_draw(codes, n, width, rng):
    picked = codes[rng.integers(len(codes), size=n)]
    return picked + width * codes.std(axis=0) * rng.standard_normal(picked.shape)
```

With a small width nearly all are digits, and hardly anything is new: each is a training digit, rebuilt, with a small
change. With a width of 1 the noise blurs the shape of the cloud, and most draws are not digits. Whoever fits a
distribution has to choose between the two, and only digits that were held back can say which width is right.
""",
}
