"""Solutions of lesson 03."""

SOLUTIONS = {
    "03.1": r"""
```python
my_prediction = "more"
```

With `factor = 2.0` all energies double, and the probable pictures become more probable: the bars get nearly
everything. In physics this is a lower temperature. A factor near 0 makes all pictures equally probable.
""",
    "03.2": r"""
```python
def my_changes(digits):
    return int((digits[1:] != digits[:-1]).sum())
```

Look at the printed row: the chain stays with one digit, or moves between a few that look alike (4, 7 and 9; 3, 5 and
8). To visit all ten it would have to cross regions of high free energy. That is why many chains are used, and why
their start matters.
""",
    "03.3": r"""
```python
def my_gap(machine, noise, digits):
    return machine.free_energy(noise).mean() - machine.free_energy(digits).mean()
```

It is hundreds of nats in favour of digits. In a difference of log-probabilities $\log Z$ cancels. So a machine can
*compare* pictures without knowing $Z$.
""",
    "03.4": r"""
```python
def my_rule(v, h, v_dreams, h_dreams):
    return v.T @ h / len(v) - v_dreams.T @ h_dreams / len(v_dreams)
```

It is the line of the training loop above that changes `W`. The biases follow the same rule without the other layer.
""",
}
