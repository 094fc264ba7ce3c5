"""Solutions of lesson 12."""

SOLUTIONS = {
    "12.1": r"""
```python
takes = (28, 28, 1)
gives = (1,)
```

With `part = "discriminator"` the file takes `['n', 28, 28, 1]` and gives `['n', 1]`, a logit. Its sigmoid is the
probability of real.
""",
    "12.2": r"""
```python
my_factor = 2**4
```

Each bit less doubles the error. More than 20 bits are needed for 0.00001; the eye is content with 8 or fewer. Look at
`plots.picture_grid(rounded[:10])`. That is why networks on phones often have weights of 8 bits.
""",
    "12.3": r"""
```python
def my_probability(logits):
    return 1 / (1 + np.exp(-logits))
```
""",
    "12.4": r"""
```python
def my_path(first, last, n):
    angle = np.linspace(0, np.pi / 2, n)[:, np.newaxis]
    return np.cos(angle) * first + np.sin(angle) * last
```

On the straight line the middle is nearer to zero than nearly every latent vector that the generator was trained with.
The path by cosine and sine, a quarter of a circle, keeps the length. As a film:

```python
from ganlib.data import as_bytes

walk = gan.pictures_of(my_path(latent[0], latent[1], 20).astype("float32"))
frames = [export.gif.draw_frame(picture[..., 0], scale=4) for picture in as_bytes(walk)]
(out / "walk.gif").write_bytes(export.gif.gif_bytes(frames, [0.1] * len(frames)))
```
""",
}
