"""Solutions of lesson 03."""

SOLUTIONS = {
    "03.1": r"""
```python
my_factor = 1.0
while share_of_four(my_factor) > 0.5:
    my_factor -= 0.01
```

With seed 0 it is 0.35, a little above a third. With 0.5 the four still have two thirds: probabilities go as
$e^{-F}$, so they do not shrink in proportion. At 0 all 16 pictures are equal, and any four of them have a quarter. In
physics $1/\text{factor}$ is the temperature.
""",
    "03.2": r"""
```python
def my_changes(digits):
    return int((digits[1:] != digits[:-1]).sum())
```

Look at the printed row: the chain stays with one digit for a while, then slips into another (with seed 0 we saw 7, 4,
9, 8, 3 and 2). But in 500 Gibbs steps it does not visit all ten: to some of them it would have to cross regions of high
free energy. That is why many chains are used, and why their start matters.
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
    "03.5": r"""
```python
my_W, my_b, my_c = np.full((4, 1), 8.0), [-4.0] * 4, [-16.0]
```

With the hidden unit off, a pixel receives −4 and is black; with it on, 8 − 4 = 4, and it is white. The energy of all
black with the unit off is 0, that of all white with the unit on is $-(4 \cdot 8 - 4 \cdot 4 - 16) = 0$. So both are
equally probable, 0.46 each, and mixed pictures share the rest. Larger weights leave them less.
""",
}
