"""The latent explorer: walk between two digits and see what lies there, how real it is, and whether it is remembered.

It only looks at a model, so it can be used while a lab trains the same one.
"""

import threading
from html import escape

import ipywidgets
import numpy as np

from ganlib import judge
from ganlib.arguments import Choice, Number, Switch, Whole
from ganlib.lab import pictures, words
from ganlib.lab.controls import ControlPanel, frame
from ganlib.lab.latent import Maker, NearestPictures, main_directions, slerp
from ganlib.training.live import LiveValue, LiveValues

SLIDERS = 9
FAR = 3.0  # standard deviations that a slider goes to either side
STOPS = 11  # pictures of a walk
NEAREST = 5
TRIED = 200  # latent vectors among which the one that looks most like a wanted digit is chosen
ANY = "any"
FRAMES, WALK_MILLISECONDS = 40, 250  # of a walk that plays by itself: its frames, and the time for each


class LatentExplorer:
    """Sliders that move through the latent space of a model; show it as the last line of a cell.

    Parameters
    ----------
    model : GAN, ConditionalGAN or VariationalAutoencoder
        A model of pictures. A variational autoencoder has no discriminator, so there are no scores and slopes.
    data : ndarray, tuple or None
        The pictures that it learned from, among which the nearest are looked up; a tuple of pictures and labels for a
        ConditionalGAN. MNIST's training set if None.
    seed : int
        Decides where the walk begins and ends.

    Attributes
    ----------
    values : LiveValues
        `walk` (0 is the beginning, 1 the end); `direction_1` to `direction_9` (standard deviations, -3 to 3; only as
        many as a latent vector has numbers); `from` and `to` (the digits at the two ends, or "any"; for digits, and for
        models that are told a class); `slope` (whether D's gradient is drawn; for models with a discriminator).
    panel : ControlPanel
    buttons : dict of str to Button
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError
        The model has no latent vectors of a known distribution, or makes no pictures; another argument does not fit.

    Examples
    --------
    >>> explorer = LatentExplorer(gan)  # doctest: +SKIP
    >>> explorer.set("walk", 0.5)  # doctest: +SKIP
    """

    def __init__(self, model, data=None, seed=0):
        self.maker = Maker(model)
        self.model, self._seed = model, Whole("seed", 0)(seed)
        given = model.check_data(model.default_data() if data is None else data)
        self._real, self._labels = given[0], given[1] if len(given) > 1 else None
        if len(self._real) < 2:
            raise ValueError("The explorer looks for the nearest of at least 2 pictures: give more data.")
        self._digits = judge.are_digits(self._real)
        self._nearest = NearestPictures(self._real)
        self._usual = self._nearest.usual()
        self._drawing = threading.RLock()  # callbacks come from several threads
        self.message, self._tries = "", {"from": 0, "to": 0}
        self.values = LiveValues(self._make_values())
        self._build()
        self.look_again()

    def _make_values(self):
        """Return what can be moved, as a model's live values, so that the lab's panel makes the controls for it."""
        checks = {"walk": Number("walk", 0.0, 1.0)}
        if self.maker.tells_digits or self._digits:
            wanted = (ANY, *self.maker.class_names)
            checks = {end: Choice(end, wanted) for end in self._tries} | checks
        if self.maker.judges:
            checks["slope"] = Switch("slope")
        count = min(SLIDERS, self.maker.latent)
        checks |= {f"direction_{n}": Number(f"direction_{n}", -FAR, FAR) for n in range(1, count + 1)}
        self._at = {name: {Choice: ANY, Switch: True}.get(type(check), 0.0) for name, check in checks.items()}

        def value(name, check):
            return LiveValue(check, lambda: self._at[name], lambda value: self._at.update({name: value}))

        return {name: value(name, check) for name, check in checks.items()}

    # --- the widgets ----------------------------------------------------------------------------------------------

    def _build(self):
        self.panel = ControlPanel(self.values, self._moved, self._complain)
        actions = {
            "start": ("Other start", "Begin the walk at another place", lambda: self._replace("from")),
            "end": ("Other end", "End the walk at another place", lambda: self._replace("to")),
            "centre": ("Centre", "Put all directions back to 0", self._centre),
            "again": ("Look again", "Use the weights that the model has now", self.look_again),
        }
        self.buttons = {name: self._button(*details) for name, details in actions.items()}
        play = ipywidgets.Play(max=FRAMES, interval=WALK_MILLISECONDS, tooltip="Walk from the start to the end")
        play.observe(lambda change: self.set("walk", change["new"] / FRAMES), "value")
        self._here, self._near, self._way, self._told = (ipywidgets.HTML() for _ in range(4))
        wrap = {"flex_flow": "row wrap", "grid_gap": "6px 16px"}
        seen = ipywidgets.VBox(
            [
                ipywidgets.HBox([self._here, self._near], layout=wrap),
                self._told,
                self._way,
            ],
            layout={"max_width": "680px"},
        )
        self.widget = frame(
            ipywidgets.HBox([*self.buttons.values(), play], layout=wrap),
            ipywidgets.HBox([self.panel.box(), seen], layout=wrap),
        )
        self.widget.add_class("ganlib-explorer")

    def _button(self, description, tooltip, action):
        button = ipywidgets.Button(description=description, tooltip=tooltip, layout={"width": "auto"})
        button.on_click(lambda _: action())
        return button

    def _moved(self, name, value):
        with self._drawing:
            self.values[name] = value
            self.message = ""
            if name in self._tries:
                self._ends[name] = self._place(name)
            self.show()

    def _complain(self, sentence):
        self.message = sentence
        self.show()

    def _replace(self, end):
        with self._drawing:
            self._tries[end] += 1
            self._moved(end, self.values[end]) if end in self.values else self.look_again()

    def _centre(self):
        for name in self.values:
            if name.startswith("direction"):
                self.values[name] = 0.0
        self.panel.follow(self._at)
        self.show()

    # --- what code can do too -------------------------------------------------------------------------------------

    def set(self, name, value):
        """Move a control; ValueError if there is none of this name or the value does not fit."""
        value = self.values.check(name, value)
        self._moved(name, value)
        self.panel.follow({name: value})

    def look_again(self):
        """Find the main directions and the two ends again, with the weights that the model has now."""
        with self._drawing:
            self.message = ""
            self._directions = main_directions(self.maker, min(SLIDERS, self.maker.latent))
            self._ends = {end: self._place(end) for end in self._tries}
            self.show()

    def _place(self, end):
        """Return a latent vector (latent,) and a row of digits (classes,) for one end of the walk."""
        rng = np.random.default_rng((self._seed, end == "to", self._tries[end]))
        wanted = self._at.get(end, ANY)
        names = self.maker.class_names
        row = np.eye(len(names), dtype=np.float32)[rng.integers(len(names)) if wanted == ANY else names.index(wanted)]
        if wanted == ANY or self.maker.tells_digits:
            return rng.standard_normal(self.maker.latent, np.float32), row
        tried = rng.standard_normal((TRIED, self.maker.latent), np.float32)
        sure = judge.recognise(self.maker.pictures(tried))[:, int(wanted)]
        if sure.max() < 0.5:
            self.message = f"The judge reads none of {TRIED} pictures as {wanted}; the likeliest of them is shown."
        return tried[sure.argmax()], row

    def latent(self, share):
        """Return latent vectors float32 (n, latent) and rows of digits float32 (n, classes), at shares of the walk.

        Parameters
        ----------
        share : ndarray
            (n,), 0 to 1. What the sliders of the directions say is added to each vector.
        """
        (start, first), (end, last) = self._ends["from"], self._ends["to"]
        share = np.array([Number("share", 0, 1)(one) for one in np.ravel(share)], np.float32)
        pulled = np.array([self._at[f"direction_{n}"] for n in range(1, len(self._directions) + 1)], np.float32)
        rows = (1 - share[:, np.newaxis]) * first + share[:, np.newaxis] * last
        return slerp(start, end, share) + pulled @ self._directions, rows

    # --- what is shown --------------------------------------------------------------------------------------------

    def show(self):
        """Draw what is at the place that the controls point to."""
        with self._drawing:
            latent, rows = self.latent([self._at["walk"], *np.linspace(0, 1, STOPS)])
            made = self.maker.pictures(latent, rows)
            scores, slopes = self.maker.judge(made, rows) if self.maker.judges else (None, None)
            scale = (scores.min(), scores.max()) if self.maker.is_critic else None
            nearest, distances = self._nearest.find(made[:1], min(NEAREST, len(self._real)))
            drawn = slopes[0] if self._at.get("slope") else None
            self._pngs = [
                pictures.slope_png(made[0], drawn),
                pictures.digits_png(self._real[nearest[0]], distances=distances[0]),
                pictures.digits_png(made[1:], None if scores is None else scores[1:], scale, columns=STOPS),
            ]
            self._tell(None if scores is None else float(scores[0]), nearest[0], distances[0])

    def _tell(self, score, nearest, distances):
        """Write the pictures with their titles, and the sentences."""
        names = [] if self._labels is None else [self.maker.class_names[self._labels[i]] for i in nearest]
        known = f" (they are {', '.join(names)})" if names else ""
        what = "digits" if self._digits else "pictures"
        here = "Here" if score is None else f"Here: D's score is {score:.2f}"
        titles = (here, f"Nearest training {what} and their distances{known}", "The walk, from start to end")
        alts = (
            f"The picture at {self._at['walk']:.2f} of the walk",
            f"The nearest training {what}, {', '.join(f'{d:.1f}' for d in distances)} away",
            f"{STOPS} pictures along the walk" + ("" if score is None else ", D's score under each"),
        )
        for widget, title, alt, png in zip((self._here, self._near, self._way), titles, alts, self._pngs, strict=True):
            widget.value = f"<b>{escape(title)}</b><br>{pictures.image(png, alt)}"
        told = [words.memory(float(distances[0]), self._usual, what.removesuffix("s"))]
        if self._at.get("slope"):
            told.append("Orange: brighter would please D more; blue: darker would.")
        message = f'<div class="ganlib-message">{escape(self.message)}</div>' if self.message else ""
        self._told.value = f'<div class="ganlib-status" role="status">{escape(" ".join(told))}{message}</div>'

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the explorer where widgets can be shown, else a picture of it."""
        line = "The latent explorer. Run this cell in JupyterLab to walk."
        return pictures.bundle(self.widget, line, pictures.still(self._pngs, line))
