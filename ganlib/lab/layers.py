"""A GAN in the plane in layers: switches for what is shown of it, and a slider that bends noise into G's points.

The layers have the names and the order of those of the plane's page, assets/plane/page.html.
"""

import ipywidgets
import numpy as np

from ganlib.lab import pictures
from ganlib.plots.plane import Scene, tell_scene

LAYERS = {  # by the fields of a Scene
    "real": "real points",
    "fake": "fakes",
    "surface": "what D says, fake to real",
    "arrows": "D's push on each fake",
    "mesh": "G's sheet",
}
AT_FIRST = ("real", "fake", "surface")
KEPT = ("latent", "fakes", "surface", "scale", "arrows", "mesh")  # of what was observed: all that a picture needs


class Layers:
    """What is shown of a GAN in the plane; switching changes the picture and nothing of the game.

    Parameters
    ----------
    gan : PlaneGAN
    changed : callable
        Is called when somebody switches a layer or moves the slider.

    Attributes
    ----------
    switches : dict of str to Checkbox
        By the names of `LAYERS`; with more than two latent numbers there is no sheet to draw.
    morph : FloatSlider or None
        From noise, 0, to G's points, 1; each point moves in a straight line. None without a sheet.
    controls : tuple of Widget
        The switches, and the slider if there is one.
    widget : ipywidgets.Box
    """

    def __init__(self, gan, changed):
        self._gan, self._changed = gan, changed
        self._grid = gan.latent_grid() if gan.latent_dim <= 2 else None
        self.switches, shared = {}, {"layout": {"width": "auto"}}
        for name, words in LAYERS.items():
            if name != "mesh" or self._grid is not None:
                switch = ipywidgets.Checkbox(value=name in AT_FIRST, description=words, indent=False, **shared)
                switch.add_class(f"ganlib-layer-{name}")
                switch.observe(lambda _: self._changed(), "value")
                self.switches[name], shared = switch, {"layout": switch.layout, "style": switch.style}
        self.morph = None if self._grid is None else self._make_morph()
        self.controls = (*self.switches.values(), *([] if self.morph is None else [self.morph]))
        self.widget = ipywidgets.HBox(self.controls)
        self.widget.add_class("ganlib-bar")
        self.widget.add_class("ganlib-layers")

    def _make_morph(self):
        morph = ipywidgets.FloatSlider(
            value=1.0,
            min=0.0,
            max=1.0,
            step=0.05,
            readout_format=".0%",
            description="From noise to points",
            style={"description_width": "initial"},
            layout={"width": "auto", "flex": "1 1 100%"},
        )
        morph.observe(self._moved, "value")
        return morph

    def _moved(self, _):
        self.switches["mesh"].value = True  # which is what bends
        self._changed()

    def observe(self, latent, fakes):
        """Return what the layers need besides the fakes, a dict: D's surface and its push, G's sheet, the noise."""
        gan = self._gan
        seen = {"surface": gan.surface(pictures.CELLS), "arrows": gan.push(fakes)}
        return seen if self._grid is None else {**seen, "latent": latent, "mesh": gan.mesh()}

    def picture(self, seen, real):
        """Draw what was observed at one moment; return a PNG and a sentence that says what it shows."""
        share = 1.0 if self.morph is None else self.morph.value
        shown = {name for name, switch in self.switches.items() if switch.value}
        fakes, mesh = seen["fakes"], seen.get("mesh")
        if share < 1:
            fakes, mesh = (
                (1 - share) * self._flat(start) + share * end
                for start, end in ((seen["latent"], fakes), (self._grid, mesh))
            )
            shown.discard("arrows")  # D pushes fakes, and these are not yet where G puts them
        scene = Scene(real, fakes, seen["surface"], mesh, seen["arrows"], scores=seen["scale"] is not None)
        told = scene._replace(**{name: None for name in LAYERS if name not in shown})
        way = "" if share == 1 else f"{share:.0%} of the way from noise to points"
        return pictures.plane_png(scene, shown), tell_scene(told, way)

    def _flat(self, latent):
        """Return latent vectors as places in the plane: one number lies on the middle line, normal ones are scaled."""
        latent = latent / np.abs(self._grid).max()
        return latent if latent.shape[-1] == 2 else np.concatenate([latent, np.zeros_like(latent)], axis=-1)
