"""Solutions of lesson 14."""

SOLUTIONS = {
    "14.1": r"""
```python
def my_way(noise, data, time):
    time = time[:, None, None, None]
    return (1 - time) * noise + time * data, data - noise
```
""",
    "14.2": r"""
```python
def my_midpoint(velocity, noise, steps):
    place = noise
    for step in range(steps):
        time = step / steps
        middle = place + velocity(place, time) / (2 * steps)
        place = place + velocity(middle, time + 0.5 / steps) / steps
    return place
```
""",
    "14.3": r"""
```python
def my_guesses(place, time, velocity):
    return place + (1 - time) * velocity, place - time * velocity
```

The difference of the two guesses is the velocity again.
""",
    "14.4": r"""
```python
from ganlib.data import toy_points
from ganlib.models.flow import PlaneFlow

my_flow = PlaneFlow(seed=0)
my_flow.train(1500, data=toy_points("three_clusters", 2000), verbose=0)
my_evaluations = 8
```

With two evaluations it hits too few: one careful step leaves most points between the clusters.
""",
}
