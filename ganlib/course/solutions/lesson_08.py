"""Solutions of lesson 08."""

SOLUTIONS = {
    "08.1": r"""
```python
my_sizes = {3, 6}
```

With `stride = 3`, the sizes 3 and 6 paint evenly: the multiples of the stride.
""",
    "08.2": r"""
```python
def my_mix(first, second, n):
    share = np.linspace(0, 1, n, dtype="float32")[:, np.newaxis]
    digits = np.eye(10, dtype="float32")
    return (1 - share) * digits[first] + share * digits[second]
```

Somewhere in between the picture switches, often through a shape that is neither. The GAN never saw a half in
training: nobody promised that it would be a digit.
""",
    "08.3": r"""
```python
my_prediction = "ignores it"
```

It ignores it: any good digit gets a good mark, so nothing rewards obeying. The cell shows the opposite case: how real
the discriminator that *is* told finds pictures of a 3 when they are said to be a 0, a 1 and so on. Compare digits
that look like a 3 with those that do not.
""",
    "08.4": r"""
```python
def my_ink(grid):
    return (grid > 0).mean(axis=(2, 3))
```

To compare the latent vectors:

```python
ink = my_ink(asking.sample_grid().reshape(10, 10, 28, 28))
ink = ink / ink.mean(axis=1, keepdims=True)  # a 1 needs less ink than an 8
print("spread between latent vectors:", ink.mean(axis=0).std().round(3))
print("expected if the latent vector did not matter:", (ink.std(axis=1).mean() / 10**0.5).round(3))
```

If the latent vector did not carry thickness, means over ten digits would differ about a third as much as single
digits do.
""",
}
