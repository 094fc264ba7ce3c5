"""Solutions of lesson 07."""

SOLUTIONS = {
    "07.1": r"""
```python
slow = "lower"
fast = "higher"
```

The slower the discriminator, the lower its accuracy, and the more fakes it takes for real; a fast one is right more
often. Look at `gan.generate(10)`, too: a low accuracy is no sign of good digits.
""",
    "07.2": r"""
```python
my_changes = [(0, "d_steps", 4)]
```

Both favour the discriminator. Four updates cost more time per step; each of them sees a new half batch of real pictures
and of fakes.
""",
    "07.3": r"""
```python
def my_cure(gan):
    gan.loss_kind = "non_saturating"
    gan.d_learning_rate = gan.g_learning_rate = 0.0002
    gan.freeze_d = True  # for a hundred steps; then let it go
```

With the real GAN:

```python
ill, mine = Run(), Run()
fail(ill, "d_too_strong")
my_cure(gan)
changes = [(gan.step + 100, "freeze_d", False)]
mine.train(400, (gan.step, *gan.state()), changes)
report("d_too_strong", mine)
```

The generator learns against a discriminator that stands still and is sure. With the non-saturating loss it has a
gradient from the first step.
""",
    "07.4": r"""
```python
def watchman(signs):
    return [name for name, preset in PRESETS.items() if name != "healthy" and preset.sign.shown(signs)]
```

A saturated generator shows a collapse as well, since all its pictures are one picture; divergence can come with any
of the others.
""",
    "07.5": r"""
```python
def smoothed_loss(real, fake, smoothing):
    on_real = (1 - smoothing) * np.logaddexp(0, -real) + smoothing * np.logaddexp(0, real)
    return (on_real.mean() + np.logaddexp(0, fake).mean()) / 2
```

Where three of four pictures are real, the cell above finds 0.9 × 3/4 = 0.675: a tenth less than the best answer
without smoothing.
""",
}
