"""The two benchmarks: how long a step takes, and how good the pictures of a recipe become. No lesson calls them.

`python -m ganlib bench` times steps (`speed`), `python -m ganlib bench --quality` judges recipes (`quality`).
"""
