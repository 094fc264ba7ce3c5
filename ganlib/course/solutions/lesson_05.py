"""Solutions of lesson 05."""

SOLUTIONS = {
    "05.1": r"""
```python
my_prediction = "all three"
```

Set `gan.d_steps = 5`. It does not collapse: a discriminator that is near $p/(p+q)$ sees at once where the crowd is too
dense. Each step takes longer, though, and on data with sharp edges a discriminator that is too good leaves no gradient.
""",
    "05.2": r"""
```python
def best_d(p, q):
    return p / (p + q)
```

It is the share of the points near a place that are real (Goodfellow and others, 2014, proposition 1).
""",
    "05.3": r"""
```python
my_factor = 1 / 4
```

Four times as many points, about a quarter of the spread: between clouds of one distribution the energy distance shrinks
like $1/n$, not like $1/\sqrt n$.
""",
    "05.4": r"""
```python
def my_game(gan, d_step, g_step, real, steps):
    rng = np.random.default_rng(0)
    for i in range(steps):
        batch = real[rng.integers(len(real), size=64)]
        latent, latent_of_g = (gan.latent_vectors(64, seed=s) for s in (2 * i, 2 * i + 1))
        d_step(gan.generator, gan.discriminator, gan.d_optimizer, batch, latent)
        g_step(gan.generator, gan.discriminator, gan.g_optimizer, latent_of_g)
```

Wrapped in `tf.function`, the two steps run several times as fast; compiled as one block, as `train` does, faster still.
""",
}
