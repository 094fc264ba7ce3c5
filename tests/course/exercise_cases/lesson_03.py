"""Wrong answers to the exercises of lesson 03."""

from exercise_cases import Case


def changes(code):
    return f"def my_changes(digits):\n    return {code}"


def gap(code):
    return f"def my_gap(machine, noise, digits):\n    F = machine.free_energy\n    return {code}"


def rule(code):
    return f"def my_rule(v, h, v_dreams, h_dreams):\n    return {code}"


CASES = {
    "03.1": Case(
        wrong={
            'my_prediction = "less"': "grow or shrink?",
            'my_prediction = "the same"': "e² to 1",
        },
        raises="my_prediction = Broken()",
    ),
    "03.2": Case(
        wrong={
            changes("len(set(digits))"): "the *different* digits",
            changes("len(digits) - 1"): "the number of steps",
            changes("1 + (digits[1:] != digits[:-1]).sum()"): "stretches of equal digits",
            changes("(digits[1:] > digits[:-1]).sum() - 1"): "changes three times",
            changes("np.abs(np.diff(digits)).sum()"): "changes three times",
        },
        raises=changes("digits.changes()"),
    ),
    "03.3": Case(
        wrong={
            gap("F(digits).mean() - F(noise).mean()"): "The sign",
            gap("F(noise).sum() - F(digits).sum()"): "You added them up",
            gap("F(noise).mean()"): "one mean free energy",
            gap("F(noise) - F(digits).mean()"): "has the shape (8,)",
            gap("F(noise).max() - F(digits).max()"): "23.75 here",
            gap("np.median(F(noise)) - np.median(F(digits))"): "23.75 here",
            gap("abs(F(noise).mean() - F(digits).mean())"): "must be negative",
        },
        raises=gap("machine.log_probability(noise)"),
        right=(gap("machine.log_likelihood(digits, 0) - machine.log_likelihood(noise, 0)"),),
    ),
    "03.4": Case(
        wrong={
            rule("v_dreams.T @ h_dreams / len(v_dreams) - v.T @ h / len(v)"): "Dreams minus data",
            rule("v.T @ h - v_dreams.T @ h_dreams"): "Those are sums",
            rule("v.T @ h / len(v)"): "Data alone",
            rule(
                "np.outer(v.mean(0), h.mean(0)) - np.outer(v_dreams.mean(0), h_dreams.mean(0))"
            ): "in the same picture",
            rule("(v.T @ h / len(v)).T"): "has the shape (3, 4)",
            rule("np.zeros((4, 3))"): "Not yet",
        },
        raises=rule("v @ h"),
    ),
}
