"""Solutions of lesson 06."""

SOLUTIONS = {
    "06.1": r"""
```python
with_10 = "lower"
with_tenth = "higher"
```

With a factor of 10 the accuracy is clearly lower: the generator changes faster than the discriminator can follow. With
0.1 it stays at or near 100%: the generator hardly moves in so few steps, and noise that stays the same is soon
known. A low accuracy does not mean a good generator, though: look at `trial.sample_grid()` with `plots.picture_grid`.
""",
    "06.2": r"""
```python
def my_scale(pixels):
    return pixels.astype("float32") / 127.5 - 1
```

With data from 0 to 1 a discriminator has an easy life: whatever is below 0 is fake. The generator then spends its first
steps on the range, and half of what its tanh can say is never wanted.
""",
    "06.3": r"""
```python
def my_loss(fake_logits):
    labels = tf.ones_like(fake_logits)
    return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(labels, fake_logits))
```

The label 1 says "the generator wants to hear *real*". The function from logits computes
$-\log \sigma(s) = \log(1 + e^{-s})$ without ever rounding a probability to 0.
`keras.losses.BinaryCrossentropy(from_logits=True)` does the same; without `from_logits=True` it would take the logits
for probabilities.
""",
    "06.4": r"""
```python
def my_discriminator_step(generator, discriminator, optimizer, real, latent):
    def log_loss(label, logits):
        return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(tf.fill(tf.shape(logits), label), logits))

    fake = generator(latent, training=True)
    with tf.GradientTape() as tape:
        real_logits = discriminator(real, training=True)
        fake_logits = discriminator(fake, training=True)
        loss = (log_loss(0.9, real_logits) + log_loss(0.0, fake_logits)) / 2
    weights = discriminator.trainable_variables
    optimizer.apply(tape.gradient(loss, weights), weights)
    return loss
```

Had the list been `generator.trainable_variables + discriminator.trainable_variables`, the generator would learn in the
discriminator's half, and learn to be found out. In the generator's half the same slip is harder to notice: the
discriminator learns to call fakes real. The police take bribes, the generator's loss falls quickly, and the pictures
stay noise. `moves` shows both. Lesson 07 shows what smoothing is good for.
""",
    "06.5": r"""
```python
def health(history):
    last = max(1, len(history["step"]) // 10)
    accuracy = history["d_accuracy"][-last:].mean()
    if accuracy > 0.97:
        return "discriminator wins"
    return "generator wins" if accuracy < 0.55 else "in balance"
```

On the four stretches of the steered training:

```python
for name, (begin, end) in stretches.items():
    print(name, health({column: steered_history[column][begin:end] for column in steered_history}))
```

Where you draw the lines is a matter of judgement. What 50% (guessing) and 100% (nobody is fooled) mean is not.
""",
}
