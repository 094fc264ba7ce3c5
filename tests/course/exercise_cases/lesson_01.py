"""Wrong answers to the exercises of lesson 01."""

from exercise_cases import Case


def write(labels="(rng.random(n) < prior[1]).astype(int)", bags="rng.random((n, 3)) < theta[labels]"):
    head = f"def write_mail(theta, prior, n, rng):\n    labels = {labels}\n"
    return head + f"    bags = 1 * ({bags})\n    return bags, labels"


def die(held, total="held.sum(axis=1, keepdims=True)", plus=1):
    return (
        f"def my_die(amounts, labels):\n"
        f"    held = np.stack([{held}.sum(axis=0) for label in (0, 1)]) + {plus}\n    return held / {total}"
    )


OF_CLASS = "amounts[labels == label]"
CASES = {
    "01.1": Case(
        wrong={
            'my_prediction = "falls"': "100 imagined e-mails",
            'my_prediction = "stays"': "moves towards one half",
        },
        raises="my_prediction = Broken()",
    ),
    "01.2": Case(
        wrong={
            'test_error, drawings = "falls", "better"': "Is that careful?",
            'test_error, drawings = "rises", "worse"': "There is less of it now",
        },
        raises='test_error, drawings = "rises", Broken()',
    ),
    "01.3": Case(
        wrong={
            write(labels="rng.integers(0, 2, n)"): "whatever the prior is",
            write(labels="(rng.random(n) < prior[0]).astype(int)"): "labels are swapped",
            write(labels="np.zeros(n, int)"): "All e-mails are of one class",
            write(bags="rng.random((n, 3)) < theta[1 - labels]"): "the row of `theta` of each class",
            write(bags="rng.random((n, 3)) < theta.mean(axis=0)"): "in yours it is in",
            write(bags="(rng.random((1, 3)) < theta)[labels]"): "All e-mails of a class are the same",
            write(bags="rng.random((n, 1)) < theta[labels]"): "Toss a coin for every word",
            "def write_mail(theta, prior, n, rng):\n    return rng.random((n, 3))": "Return two things",
        },
        raises=write(bags="rng.random((n, 3)) < theta[2 + labels]"),
    ),
    "01.4": Case(
        wrong={
            die(OF_CLASS, plus=0): "makes any e-mail impossible",
            die(OF_CLASS, total="held.sum(axis=0)"): "Your columns add up to 1",
            die(f"({OF_CLASS} > 0)"): "how *often* it occurs",
            die("amounts[labels != label]"): "yours are swapped",
            die(OF_CLASS, total="1"): "Each row must add up to 1",
        },
        raises=die("amounts[label == missing]"),
    ),
}
