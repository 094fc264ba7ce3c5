"""The drawing pad: learners draw their own pictures in a notebook, and see what a discriminator thinks of them.

The page's own code is in assets/lab/pad.js. It sends strokes, which `ganlib.lab.strokes` makes pictures of.
"""

import base64
import datetime
import os
import secrets
import threading
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np
import traitlets

from ganlib import judge as judges
from ganlib.arguments import Choice, Switch, Whole
from ganlib.data import Pictures, asset, flat, png_bytes, scale_pixels
from ganlib.data.folders import LARGEST, SMALLEST, read_picture
from ganlib.data.pictures import CHANNELS
from ganlib.lab import strokes
from ganlib.lab.board import Board, framed
from ganlib.lab.pictures import bundle
from ganlib.paths import as_path, explain
from ganlib.training import atomic_write
from ganlib.wording import by, write

MOST_KINDS = 100
LONGEST_NAME = 60  # letters
NOT_IN_NAMES = frozenset('<>:"/\\|?*')  # Windows allows none of them
RESERVED = {"con", "prn", "aux", "nul", "__macosx", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10))}
LAST = 10  # kept pictures that are shown
SURE = 0.5  # probability from which it reads a digit


class Kept(NamedTuple):
    """One picture that was kept: its kind, the name of its file, and uint8 (size, size, channels)."""

    kind: str
    name: str
    picture: np.ndarray


class Sheet(Board):
    """What is seen of a pad on a page."""

    _esm = "".join(asset(f"lab/{part}.js").read_text(encoding="utf-8") for part in ("drawable", "pad"))
    _css = asset("lab/pad.css").read_text(encoding="utf-8")
    kept = traitlets.Dict().tag(sync=True)
    watching = traitlets.Bool(False).tag(sync=True)


class DrawingPad:
    """A pad to draw pictures on; show it as the last line of a cell.

    Draw with the mouse, a pen or a finger, or with the keyboard: arrows move the pen, Space puts it down or lifts it,
    Enter keeps the picture, Backspace or Ctrl-Z takes back the last stroke, Delete or Escape clears the pad.

    Parameters
    ----------
    kinds : list of str
        What is drawn, 1 to 100 different names such as ["cat", "dog"]; each will be a class, and a folder of that name.
    size : int
        Height and width of the pictures, 16 to 64 pixels.
    channels : {1, 3}
        1 for grey, 3 for colour.
    folder : str, Path or None
        Where each picture is written as it is kept, in a sub-folder of its kind, so that nothing is lost when the
        kernel ends. What is there already, PNG files of these kinds, belongs to the pad.
    judge : Judge or None
        Whose classifier reads digits when something is watched; the one that comes with the project if None.
    paper : {"black", "white", None}
        None: black with white ink for grey, as MNIST is, and white for colour.
    centred : bool or None
        Whether a drawing is treated as MNIST's digits were, so that a digit classifier can read it: scaled until it
        fits into a box of 20 by 20 pixels of 28, and its centre of mass moved into the middle. The pen keeps its
        width. None: only grey pictures of 28 by 28 pixels.

    Attributes
    ----------
    kinds : tuple of str
    size, channels : int
    folder : Path or None
    board : Sheet
        What pages show.
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError
        An argument does not fit, or the folder cannot be used.

    Examples
    --------
    >>> pad = DrawingPad(["cat", "dog"], folder="drawings")  # doctest: +SKIP
    >>> pad  # doctest: +SKIP
    >>> gan = GAN.from_pictures(pad.pictures)  # doctest: +SKIP
    >>> pad.watch(gan)  # doctest: +SKIP
    """

    def __init__(self, kinds=("mine",), size=28, channels=1, folder=None, judge=None, *, paper=None, centred=None):
        self.kinds = check_kinds(kinds)
        self.size, self.channels = Whole("size", SMALLEST, LARGEST)(size), Choice("channels", CHANNELS)(channels)
        if not (judge is None or hasattr(judge, "classifier")):
            raise ValueError(f"judge must be a Judge, or None for the usual one, not {write(judge)}.")
        usual = "black" if self.channels == 1 else "white"
        paper = usual if paper is None else Choice("paper", tuple(strokes.PAPERS))(paper)
        self._paper = strokes.PAPERS[paper]
        self._inks = strokes.GREY_INKS[paper] if self.channels == 1 else strokes.COLOURS
        self._centred = self._shape == judges.LEGIBLE if centred is None else Switch("centred")(centred)
        self._judge, self._model, self._listener = judge, None, None
        self._lock = threading.RLock()  # callbacks come from several threads
        self._strokes, self._kept, self._unwritten, broken = [], [], [], 0
        self.folder = None if folder is None else as_path(folder, "folder").absolute()
        if self.folder is not None:
            self._kept, broken = self._open_folder()
        left_out = f"{broken} of the files in {self.folder.name} cannot be read and are left alone." if broken else ""
        self.board = Sheet(about=self._about(usual_ink=next(i for i in self._inks if i != paper), said=left_out))
        self.board.serve(self._obey)
        self.widget = framed(self.board, "ganlib-pad")
        self._show_kept()

    @property
    def _shape(self):
        return self.size, self.size, self.channels

    def _about(self, usual_ink, said):
        """Return what the page has to know, once."""
        return {
            "kinds": list(self.kinds),
            "size": self.size,
            "paper": self._paper,
            "inks": [[name, colour] for name, colour in self._inks.items()],
            "ink": usual_ink,
            "units": strokes.UNITS,
            "outside": strokes.OUTSIDE,
            "most": strokes.MOST_POINTS,
            "said": said,
        }

    # --- what code can ask for ------------------------------------------------------------------------------------

    @property
    def pictures(self):
        """The pictures that were kept, as `load_pictures` reads them from the folder where they are saved.

        Returns
        -------
        Pictures
            Images uint8 (n, size, size, channels), labels int32 (n,), and the names of the kinds of which there is a
            picture, sorted.
        """
        with self._lock:
            kept = sorted(self._kept, key=lambda one: (one.kind, one.name))
        classes = tuple(sorted({one.kind for one in kept}))
        images = np.array([one.picture for one in kept], np.uint8).reshape(-1, *self._shape)
        labels = np.array([classes.index(one.kind) for one in kept], np.int32)
        images.flags.writeable = labels.flags.writeable = False
        return Pictures(images, labels, classes)

    @property
    def current(self):
        """The picture that is being drawn, float32 (1, size, size, channels) in [-1, 1]; empty paper at first."""
        with self._lock:
            drawn = self._strokes
        return scale_pixels(self._picture(drawn)[np.newaxis])

    def save(self, folder):
        """Write the pictures that were kept as PNG files, each kind in a sub-folder of its own.

        The files of several learners can be copied together, for no two have the same name. Nothing is overwritten:
        what is there already stays as it is.

        Parameters
        ----------
        folder : str or Path
            Is made if it is missing.

        Returns
        -------
        Path
            The folder: `load_pictures(pad.save("drawings"), pad.size, pad.channels)` returns `pad.pictures` again, if
            there are at least 32 of them.

        Raises
        ------
        ValueError
            Nothing was kept yet, or `folder` cannot be the name of a folder.
        OSError
            The system refuses; the message says why.
        """
        folder = as_path(folder, "folder")
        with self._lock:
            kept = list(self._kept)
        if not kept:
            raise ValueError("There is nothing to save yet: draw a picture and press Keep.")
        for one in kept:
            _write(folder, one)
        return folder

    def on_change(self, function):
        """Call a function with `current` when the drawing changes, about five times per second while somebody draws.

        Parameters
        ----------
        function : callable or None
            Takes float32 (1, size, size, channels). It replaces the one before; None: nothing is called any more.

        Raises
        ------
        ValueError
            It cannot be called.
        """
        if not (function is None or callable(function)):
            raise ValueError(f"function must be a function that takes a picture, or None, not {write(function)}.")
        with self._lock:
            self._listener = function

    def watch(self, model=None):
        """Show beside the pad, while somebody draws, what a discriminator thinks of it and which digit it is taken for.

        The model is only looked at, and may train in a lab meanwhile.

        Parameters
        ----------
        model : GAN or None
            Its discriminator says how likely the picture is to be real, or, if its loss makes it a critic, gives a
            score. A ConditionalGAN is told the kind that is drawn: its classes must be the kinds, sorted, or as many
            numbers from "0" on. None: no discriminator is asked. Grey pictures of 28 by 28 pixels are read by the digit
            classifier, too.

        Raises
        ------
        ValueError
            The model is not a GAN of pictures of this shape, or has other classes; or there is nobody to ask.
        """
        if model is not None:
            self._check_model(model)
        elif self._shape != judges.LEGIBLE:
            raise ValueError("model must be a GAN here: only grey pictures of 28 by 28 pixels are read without one.")
        with self._lock:
            self._model, self.board.watching = model, True

    def _check_model(self, model):
        from ganlib.models.conditional import ConditionalGAN
        from ganlib.models.gan import GAN

        if not isinstance(model, GAN):
            raise ValueError(f"model must be a GAN, whose discriminator can be asked, or None, not {write(model)}.")
        if model.picture_shape != self._shape:
            shapes = ", and those of the model ".join(map(by, (self._shape, model.picture_shape)))
            raise ValueError(f"The pictures of the pad are {shapes}: open a pad of that size.")
        kinds = tuple(sorted(self.kinds))
        numbered = tuple(map(str, range(len(kinds))))
        if isinstance(model, ConditionalGAN) and model.class_names not in (kinds, numbered):
            raise ValueError(
                f"The classes of the model are {', '.join(model.class_names)}, and the kinds of the pad "
                f"{', '.join(kinds)}: open a pad with the name of each class."
            )

    # --- what a page asks for -------------------------------------------------------------------------------------

    def _obey(self, content):
        acts = {"look": self._look, "change": self._change, "keep": self._keep, "drop": self._drop}
        return acts[Choice("What a page asks for", tuple(acts))(content.get("do"))](content)

    def _drawing(self, content):
        kind = Choice("The kind of a picture", self.kinds)(content.get("kind"))
        return kind, strokes.read_strokes(content.get("strokes"), self._inks)

    def _look(self, content):
        """Say what a drawing is taken for; a page asks again and again while a model is watched, since it may train."""
        kind, drawn = self._drawing(content)
        return {"seen": _image(self._picture(drawn)), "verdict": self._verdict(kind, drawn)}

    def _change(self, content):
        said = self._now(self._drawing(content)[1])
        return {**self._look(content), "said": said}

    def _keep(self, content):
        kind, drawn = self._drawing(content)
        if not drawn:
            raise ValueError("There is nothing on the pad: draw something first.")
        now = datetime.datetime.now(datetime.UTC)
        kept = Kept(kind, f"{now:%Y%m%d-%H%M%S-%f}-{secrets.token_hex(4)}.png", self._picture(drawn))
        with self._lock:
            self._kept.append(kept)
            self._unwritten.append(kept)
            said = self._write_down()
            self._show_kept()
        wrong = self._now([])
        return {"seen": _image(self._picture([])), "verdict": [], "said": said or wrong or f"Kept: {kind}."}

    def _drop(self, content):
        with self._lock:
            found = [one for one in self._kept if _id(one) == content.get("id")]
            if not found:
                raise ValueError("That picture is not here any more.")
            if self.folder is not None:
                try:
                    (self.folder / found[0].kind / found[0].name).unlink(missing_ok=True)
                except OSError as error:
                    raise OSError(error.errno, f"The picture cannot be thrown away: {explain(error)}.") from error
            self._kept = [one for one in self._kept if one is not found[0]]
            self._unwritten = [one for one in self._unwritten if one is not found[0]]
            self._show_kept()
        return {"said": "Thrown away."}

    def _now(self, drawn):
        """Take what is on the pad now and tell the listener; return what goes wrong there, or nothing."""
        with self._lock:
            self._strokes, listener = drawn, self._listener
        try:
            if listener is not None:
                listener(self.current)
        except Exception as error:  # whatever somebody's own function raises
            return f"Your function for on_change failed: {type(error).__name__}: {error}"
        return ""

    def _picture(self, drawn):
        """Return strokes as a picture, uint8 (size, size, channels)."""
        if self._centred:
            drawn = strokes.centre(drawn, self._paper, self.size)
        return strokes.draw(drawn, *self._shape[1:], self._paper)

    def _verdict(self, kind, drawn):
        """Return what those who watch say, each as a sentence and, if it is a probability, its share of a bar."""
        with self._lock:
            model = self._model
        if not self.board.watching or not drawn:
            return []
        picture, told = scale_pixels(self._picture(drawn)[np.newaxis]), []
        if model is not None:
            classes = [[sorted(self.kinds).index(kind)]] if hasattr(model, "classes") else []
            if model.is_critic:
                score = model.scores(picture, *classes)[0]
                told.append(_opinion(f"The discriminator's score is {score:.2f}; higher is more real."))
            else:
                share = model.probability_real(picture, *classes)[0]
                told.append(_opinion(f"The discriminator gives {share:.2f} that it is real.", share))
        if self._shape == judges.LEGIBLE:
            recognise = judges.recognise if self._judge is None else self._judge.classifier.recognise
            row = recognise(picture)[0]
            read = f"reads {row.argmax()}, probability {row.max():.2f}." if row.max() > SURE else "reads no digit."
            told.append(_opinion(f"The digit classifier {read}", row.max()))
        return told

    # --- what was kept --------------------------------------------------------------------------------------------

    def _count(self, kind):
        return sum(one.kind == kind for one in self._kept)

    def _show_kept(self):
        last = self._kept[: -LAST - 1 : -1]
        shown = [{"id": _id(one), "kind": one.kind, "image": _image(one.picture)} for one in last]
        self.board.kept = {"counts": [self._count(kind) for kind in self.kinds], "last": shown}

    def _write_down(self):
        """Write what is not yet in the folder; return why that is not possible, or nothing."""
        while self._unwritten and self.folder is not None:
            try:
                _write(self.folder, self._unwritten[0])
            except OSError as error:
                return f"Kept, but not yet in the folder: {error}"
            self._unwritten.pop(0)
        return ""

    def _open_folder(self):
        """Return the pictures in the folder, oldest first, and how many files cannot be read."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            paths = [(kind, path) for kind in self.kinds for path in (self.folder / kind).glob("*.png")]
        except OSError as error:
            raise ValueError(f"folder {write(str(self.folder))} cannot be used: {explain(error)}.") from error
        found = [_read(kind, path, self.size, self.channels) for kind, path in paths]
        return sorted(filter(None, found), key=lambda one: one.name), found.count(None)

    def _repr_mimebundle_(self, include=None, exclude=None):
        """Show the pad where widgets can be shown, else a line."""
        told = f"A drawing pad with {len(self._kept)} pictures. Run this cell in JupyterLab to draw."
        return bundle(self.widget, told)


def check_kinds(kinds):
    """Return the names of kinds as a tuple of str; ValueError if they are none, or cannot be names of folders."""
    if not isinstance(kinds, list | tuple) or not all(isinstance(name, str) for name in kinds):
        raise ValueError(f'kinds must be a list of names, such as ["cat", "dog"], not {write(kinds)}.')
    if not 1 <= len(kinds) <= MOST_KINDS:
        raise ValueError(f"kinds must be 1 to {MOST_KINDS} names, not {len(kinds)}.")
    for name in kinds:
        good = name.isprintable() and name == name.strip(" .") and not NOT_IN_NAMES & set(name)
        if not good or not 1 <= len(name) <= LONGEST_NAME or name.partition(".")[0].lower() in RESERVED:
            raise ValueError(
                f"kinds will be names of folders, which {write(name)} cannot be everywhere: use up to {LONGEST_NAME} "
                f"letters, digits, spaces, - and _."
            )
    if len({name.casefold() for name in kinds}) < len(kinds):
        raise ValueError("kinds must all be different, not only in upper and lower case: give each its own name.")
    return tuple(map(str, kinds))


def _id(kept):
    return f"{kept.kind}/{kept.name}"


def _opinion(sentence, share=None):
    """Return a sentence and how long its bar is, 0 to 1, as a page takes them; None: it has no bar."""
    return {"said": sentence, "share": None if share is None or not np.isfinite(share) else float(share)}


def _image(picture):
    """Return a picture as an address that a page can show."""
    return f"data:image/png;base64,{base64.b64encode(png_bytes(flat(picture))).decode()}"


def _write(folder, kept):
    """Write one picture, unless it is there already; OSError says why that is not possible."""
    path = folder / kept.kind / kept.name
    if not os.path.exists(path):  # which, unlike Path.exists, refuses nothing
        with atomic_write(path) as file:
            file.write(png_bytes(flat(kept.picture)))


def _read(kind, path, size, channels):
    """Return a picture file as Kept, or None if it cannot be read."""
    from PIL import Image

    try:
        colours = read_picture(SimpleNamespace(size=path.stat().st_size, open=lambda: path.open("rb")), size)
    except Exception:  # damaged bytes make Pillow raise a dozen kinds of error
        return None
    picture = np.asarray(Image.fromarray(colours).convert("L"))[..., np.newaxis] if channels == 1 else colours
    return Kept(kind, path.name, picture)
