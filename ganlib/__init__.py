"""The companion package of the GAN teaching kit.

`import ganlib` is instant: TensorFlow is imported only when a name that needs it is first used.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME_OF = {
    "ConditionalGAN": "ganlib.models.conditional",
    "GAN": "ganlib.models.gan",
    "Schedule": "ganlib.training",
    "load_mnist": "ganlib.data",
    "load_pictures": "ganlib.data",
    "load_spambase": "ganlib.data",
}

__all__ = ["GAN", "ConditionalGAN", "Schedule", "__version__", "load_mnist", "load_pictures", "load_spambase"]


def __getattr__(name):
    """Import the module that holds a public name when the name is first used (PEP 562)."""
    if name not in _HOME_OF:
        # No f-string: Python 2.7 reads this file before ganlib/__main__.py can say that it is too old.
        raise AttributeError("module 'ganlib' has no attribute " + repr(name))
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(__all__)
