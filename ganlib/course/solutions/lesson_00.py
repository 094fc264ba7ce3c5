"""Solutions of lesson 00."""

SOLUTIONS = {
    "00.1": r"""
```python
count_after = 5
```

3, then 4, then 5. The page shows a cell once; what counts is how often it ran.
""",
    "00.2": r"""
```python
my_digits = gan.generate(12, seed=7)
```

Run the cell below your answer to see them.
""",
    "00.3": r"""
```python
def brightness(pictures):
    return (pictures.mean(axis=(1, 2, 3)) + 1) / 2
```

Compare `brightness(gan.generate(100))` with `brightness(load_mnist("test", limit=100, scaled=True)[0])`.
""",
}
