"""Public names of a package whose modules are imported when a name is first used (PEP 562)."""

import sys
from importlib import import_module


def lazily(package, homes):
    """Return the `__all__`, the `__getattr__` and the `__dir__` of a package.

    Parameters
    ----------
    package : str
        Its `__name__`.
    homes : dict of str to tuple of str
        The public names by the module of the package that holds them.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def get(name):
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = getattr(import_module(f"{package}.{home_of[name]}"), name)
        setattr(sys.modules[package], name, value)
        return value

    return sorted(home_of), get, lambda: sorted(home_of)
