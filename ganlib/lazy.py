"""Public names of a room whose modules are imported when a name is first used (PEP 562)."""

import sys
from importlib import import_module


def lazily(room, homes):
    """Return the `__all__`, the `__getattr__` and the `__dir__` of a room.

    Parameters
    ----------
    room : str
        Its `__name__`.
    homes : dict of str to tuple of str
        The public names by the module of the room that holds them.
    """
    home_of = {name: home for home, names in homes.items() for name in names}

    def get(name):
        if name not in home_of:
            raise AttributeError(f"module {room!r} has no attribute {name!r}")
        value = getattr(import_module(f"{room}.{home_of[name]}"), name)
        setattr(sys.modules[room], name, value)
        return value

    return sorted(home_of), get, lambda: sorted(home_of)
