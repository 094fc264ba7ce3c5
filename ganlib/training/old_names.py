"""What settings and measurements were called in files that an earlier state of this version wrote."""

from types import MappingProxyType

NEW_NAMES = MappingProxyType({"moving_average": "ema_decay", "d_gradient": "d_grad_norm", "g_gradient": "g_grad_norm"})


def renew(settings):
    """Return a dict with new names in place of old ones, in the dicts inside it, too."""
    renewed = {name: renew(value) if isinstance(value, dict) else value for name, value in settings.items()}
    return {NEW_NAMES.get(name, name): value for name, value in renewed.items()}
