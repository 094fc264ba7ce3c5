"""Getting the kit to run: which Python it takes, its environment, the wheels it is installed from.

Only the standard library is used, since nothing is installed yet.
"""
