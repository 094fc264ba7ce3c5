"""One control panel for any model: what a live value takes decides whether it gets a slider, a switch or a menu.

People set the widgets. The panel sets one itself only when its value was changed elsewhere: by a preset, by code, or
by going back after a divergence.
"""

import atexit
import threading
import weakref

import ipywidgets

from ganlib.arguments import Choice, Number, Switch, Whole
from ganlib.lab import theme, words
from ganlib.lab.names import Names

DECADES = 6  # that a logarithmic slider spans
LABEL = {"description_width": "112px"}
COLUMNS_WHERE_THERE_IS_ROOM = {
    "flex": "1 1 316px",
    "grid_template_columns": "repeat(auto-fill, 316px)",
    "align_content": "flex-start",
}


class ControlPanel:
    """The controls of one model.

    Parameters
    ----------
    live : LiveValues
        What can be changed, and what it takes.
    send : callable
        `send(name, value)` is called when somebody moves a control; `complain` shows a ValueError or RuntimeError.
    complain : callable
        Shows a sentence.

    Attributes
    ----------
    widgets : dict of str to tuple of Widget
        The widgets of each value; a logarithmic slider has a box beside it, where the number can be typed.
    rows : dict of str to Widget
        What to show of each value: its one widget, or a box that holds its two.
    """

    def __init__(self, live, send, complain):
        self._live, self._send, self._complain = live, send, complain
        self._following = threading.local()  # a slider moved meanwhile in another thread is moved by hand
        self.widgets = {
            name: make_widgets(name, live.takes(name), live[name])
            for name in live
            if isinstance(live.takes(name), Choice | Number | Switch | Whole)
        }
        for name, widgets in self.widgets.items():
            for widget in widgets:
                widget.observe(lambda change, name=name: self._moved(name, change["owner"], change["new"]), "value")
        self.rows = {
            name: widgets[0] if len(widgets) == 1 else ipywidgets.HBox(widgets)
            for name, widgets in self.widgets.items()
        }

    def box(self):
        """Return a box with all the controls, in as many columns as there is room for."""
        return ipywidgets.GridBox(list(self.rows.values()), layout=COLUMNS_WHERE_THERE_IS_ROOM)

    def _moved(self, name, widget, value):
        if getattr(self._following, "now", False):
            return
        if isinstance(widget, ipywidgets.FloatLogSlider):
            value = float(f"{value:.2g}")
        try:
            value = self._live.check(name, value)
            self._show(name, value, but=widget)
            self._send(name, value)
        except (ValueError, RuntimeError) as error:
            self._complain(str(error))
            self.follow({name: self._live[name]})

    def follow(self, values):
        """Let the controls show these values, a dict by name, without sending them."""
        for name, value in values.items():
            self._show(name, value)

    def _show(self, name, value, but=None):
        self._following.now = True
        try:
            for widget in self.widgets.get(name, ()):
                if widget is not but and widget.value != value:
                    if isinstance(widget, ipywidgets.FloatLogSlider):
                        widget.value = min(max(value, 10**widget.min), 10**widget.max)
                    else:
                        widget.value = value
        finally:
            self._following.now = False

    def disable(self):
        """Let nothing be moved any more."""
        for widgets in self.widgets.values():
            for widget in widgets:
                widget.disabled = True


_frames = weakref.WeakSet()


def frame(*rows):
    """Put the rows of a lab, an explorer or a time machine into one box, with their style and names for the sliders.

    When the kernel ends, all boxes that are still on a page say so.
    """
    box = ipywidgets.VBox([ipywidgets.HTML(theme.STYLE), *rows, Names()])
    box.add_class("ganlib")
    _frames.add(box)
    return box


@atexit.register
def say_that_the_kernel_ends():
    """Let every box say that nobody answers any more: not all pages notice that, and a killed kernel cannot say it."""
    for box in list(_frames):
        box.add_class(theme.ENDED)


def make_widgets(name, takes, value):
    """Return the widgets for one live value, a tuple.

    Parameters
    ----------
    name : str
    takes : Number, Whole, Switch or Choice
        The check of `ganlib.arguments` that the value has to pass.
    value
        The value now.
    """
    label = words.label(name)
    wide = {"style": LABEL, "layout": {"width": "auto"}, "description": label, "value": value}
    if isinstance(takes, Switch):
        return (ipywidgets.Checkbox(**wide, indent=True),)
    if isinstance(takes, Choice):
        options = [(option.replace("_", " "), option) for option in takes.options]
        return (ipywidgets.Dropdown(**wide, options=options),)
    if isinstance(takes, Whole):
        return (ipywidgets.IntSlider(**wide, min=takes.low, max=min(takes.high or 100, 100)),)
    if takes.high <= 1 or takes.low < 0:
        return (ipywidgets.FloatSlider(**wide, min=takes.low, max=takes.high, step=(takes.high - takes.low) / 100),)
    return _log_slider(label, takes, value)


def _log_slider(label, takes, value):
    """Return a logarithmic slider, and a box for the number, since 0 has no place on the slider."""
    top = 0 if "rate" in label else 2
    low, high = 10.0 ** (top - DECADES), 10.0**top
    slider = ipywidgets.FloatLogSlider(
        description=label,
        value=min(max(value, low), high),
        min=top - DECADES,
        max=top,
        step=0.05,
        readout=False,
        style=LABEL,
        layout={"width": "auto", "flex": "1 1 0"},
    )
    box = ipywidgets.BoundedFloatText(
        value=value,
        min=takes.low,
        max=takes.high,
        step=1e-5,
        description=f"{label}, typed",
        style={"description_width": "0px"},  # for those who hear it; those who see have the slider's label
        layout={"width": "84px", "flex": "none"},
    )
    box.add_class("ganlib-number")
    return slider, box
