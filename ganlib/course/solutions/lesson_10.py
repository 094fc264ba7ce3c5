"""Solutions of lesson 10."""

SOLUTIONS = {
    "10.1": r"""
```python
can_be_mended = "d_too_strong"
```

Where D is too strong, choosing the non-saturating loss and a lower rate for D usually brings G back. Where huge
steps have saturated G, lower rates alone rarely help: its tanh is stuck at its ends. Going back to an earlier state
does.
""",
    "10.2": r"""
```python
mine = Schedule([(0, "freeze_g", True), (50, "freeze_g", False)])
```

Try `GAN(seed=0).train(2000, schedule=mine)`. It hardly helps: D learns to spot *these* fakes within a few dozen steps
anyway, and afterwards G starts against an opponent that is ahead of it.
""",
    "10.3": r"""
```python
needed = ["seed", "steps", "schedule"]
```

And the same real pictures, on the same machine and version of TensorFlow: another processor rounds differently.
""",
    "10.4": r"""
```python
def agreement(one, other):
    for step, (a, b) in enumerate(zip(one, other)):
        if a != b:
            return step
    return min(len(one), len(other))
```
""",
}
