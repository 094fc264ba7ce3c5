"""Figures under a slider, like the pages of a flip-book."""

import ipywidgets

from ganlib.lab.controls import frame
from ganlib.lab.pictures import bundle


class Flipbook:
    """Figures under a slider; show it as the last line of a cell.

    The page itself turns the leaves: that works while the kernel computes, and costs it nothing.

    Parameters
    ----------
    figures : sequence of ganlib.plots.Plot
        At least one.
    captions : sequence of str
        What the slider says at each figure, such as a time or a step; no two alike.
    name : str
        What the slider is called.

    Attributes
    ----------
    slider : ipywidgets.SelectionSlider
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError
        No figure, not one caption for each, or two captions alike.
    """

    def __init__(self, figures, captions, name="figure"):
        figures, captions = list(figures), [str(caption) for caption in captions]
        if not figures or len(captions) != len(figures):
            raise ValueError(
                f"A flip-book needs at least one figure and a caption for each, not {len(figures)} and {len(captions)}."
            )
        if len(set(captions)) < len(captions):
            raise ValueError("A slider cannot tell captions apart that are the same: give each figure one of its own.")
        self._last, last = figures[-1], len(figures) - 1
        self.slider = ipywidgets.SelectionSlider(
            options=captions, index=last, description=str(name), layout={"width": "min(460px, 95%)"}
        )
        leaves = [ipywidgets.HTML(figure._repr_html_()) for figure in figures]
        stack = ipywidgets.Stack(leaves, selected_index=last)
        play = ipywidgets.Play(value=last, max=last, interval=250, description="play", tooltip="Play the figures")
        ipywidgets.jslink((play, "value"), (self.slider, "index"))
        ipywidgets.jslink((self.slider, "index"), (stack, "selected_index"))
        self.widget = frame(ipywidgets.HBox([play, self.slider], layout={"flex_flow": "row wrap"}), stack)

    def _repr_mimebundle_(self, include=None, exclude=None):
        told = f"The last of {len(self.slider.options)} figures. {self._last.sentence}"
        return bundle(self.widget, told, self._last.png())
