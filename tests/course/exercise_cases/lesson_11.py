"""Wrong answers to the exercises of lesson 11."""

from exercise_cases import Case

CASES = {
    "11.1": Case(
        wrong={
            "mine = 6": "Give a grid as a dict",
            'mine = {"parameters": {"batch_sizes": [16, 64]}}': "has no parameter batch_sizes",
            'mine = {"parameters": {"batch_size": [16, 32]}}': "batch sizes 16 and 64",
            'mine = {"parameters": {"batch_size": [16, 64]}, "seeds": 1}': "There are 1 seeds",
            'mine = {"parameters": {"batch_size": [16, 64], "steps": [1, 2]}}': "not 2 · 3 = 6",
            'mine = {"parameters": {"batch_size": [16, 64], "steps": 10}}': "1,000 steps",
            'mine = {"parameters": {"batch_size": [16, 64]}}': "1,000 steps",
            'mine = {"notebook": "08", "parameters": {"batch_size": [16, 64], "steps": 1000}}': "for another lesson",
        },
        raises='mine = {"parameters": {"steps": {"draw": [1, 9], "scale": Broken()}}, "draws": 2}',
    ),
    "11.2": Case(
        wrong={
            'drawn = {"parameters": {"g_learning_rate": {"draw": [1e-5, 1e-1]}}, "draws": 9}': "It makes 27 runs",
            "r = [1e-5, 1e-3, 1e-1]\n"
            'drawn = {"parameters": {"d_learning_rate": r, "g_learning_rate": r}, "seeds": 1}': ("has 3 values only"),
            'r = {"draw": [1e-5, 1e-1], "scale": "linear"}\n'
            'drawn = {"parameters": {"d_learning_rate": r, "g_learning_rate": r}, "draws": 9, "seeds": 1}': "are large",
        },
        raises='drawn = {"parameters": {"steps": {"draw": [1, 9], "scale": Broken()}}, "draws": 2}',
    ),
    "11.3": Case(
        wrong={
            'before_telling = "nothing"': "cannot tell the pair from the luck",
            'before_telling = "workers"': "only sooner",
        },
        raises="before_telling = Broken()",
    ),
}
