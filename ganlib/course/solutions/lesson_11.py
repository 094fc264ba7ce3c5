"""Solutions of lesson 11."""

SOLUTIONS = {
    "11.1": r"""
```python
mine = {"parameters": {"steps": 1_000, "batch_size": [16, 64]}}
```

Everything runs with three seeds unless the grid says otherwise, so this is six runs. The estimate counts steps, not
the size of the batch: for 64 it is too low.
""",
    "11.2": r"""
```python
rate = {"draw": [1e-5, 1e-1]}
drawn = {"parameters": {"steps": 150, "d_learning_rate": rate, "g_learning_rate": rate}, "draws": 9, "seeds": [0]}
```

Drawn rates have equal chances for equal ratios: from 0.00001 to 0.0001 as many as from 0.01 to 0.1. If only one of the
two rates mattered, nine draws would try nine values of it, and a regular grid three.
""",
    "11.3": r"""
```python
before_telling = "seeds"
```

The row says which pair was ahead after so few steps, with one seed. More seeds show how much of that is luck; more
steps, whether the pair that is ahead early is ahead in the end.
""",
}
