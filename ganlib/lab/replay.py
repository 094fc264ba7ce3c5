"""The time machine: scrub through the frames, curves and controls of a run or two, without training or a network."""

import base64
import json
import os
from html import escape
from pathlib import Path

import ipywidgets
import numpy as np

from ganlib.arguments import Whole
from ganlib.data import png_bytes
from ganlib.lab import pictures, theme, views, words
from ganlib.lab.controls import frame
from ganlib.lab.pair import difference, frame_at
from ganlib.lab.recording import Recording
from ganlib.paths import as_path
from ganlib.thinning import some_of
from ganlib.training.files import atomic_write

SCALE = 2


class TimeMachine:
    """A slider over time, for one run or for two side by side; show it as the last line of a cell.

    Parameters
    ----------
    source : Recording, str, Path or None
        A recording, its file, or a run folder; the recorded run that comes with the kit if None.
    *beside : Recording, str, Path or None
        Another run, of any length: its frames stand beside those of the first, its curves are thin in the same charts,
        and what differs is said in a sentence.

    Attributes
    ----------
    recordings : tuple of Recording
        One or two.
    steps : tuple of int
        Where the slider can stand: at the steps of all frames.
    sentence : str
        What differs between two runs; empty for one.
    slider : ipywidgets.IntSlider
        Moves through the frames.
    widget : ipywidgets.VBox

    Raises
    ------
    ValueError
        More than two runs, the same one twice, or a source that holds no run.
    OSError
        There is no such file, or it may not be read.

    Examples
    --------
    >>> TimeMachine("runs/usual", "runs/fast")  # doctest: +SKIP
    """

    def __init__(self, source=None, *beside):
        if len(beside) > 1:
            raise ValueError(
                f"A time machine shows one run or two side by side, not {1 + len(beside)}: leave some out."
            )
        self._film = Films((source, *beside))
        self.recordings, self.steps, self.sentence = self._film.recordings, self._film.steps, self._film.sentence
        last = len(self.steps) - 1
        self.slider = ipywidgets.IntSlider(
            value=last, max=last, description="frame", readout=False, layout={"width": "min(620px, 95%)"}
        )
        play = ipywidgets.Play(value=last, max=last, interval=150, description="play", tooltip="Play the frames")
        ipywidgets.jslink((play, "value"), (self.slider, "value"))
        self._pictures = [ipywidgets.HTML() for _ in self.recordings]
        self._told, self._charts = ipywidgets.HTML(), ipywidgets.HTML(layout={"flex": "1 1 600px"})
        self.slider.observe(lambda change: self.show(change["new"]), "value")
        films = ipywidgets.HBox(self._pictures, layout={"flex_flow": "row wrap", "grid_gap": "12px"})
        self.widget = frame(
            ipywidgets.HBox([play, self.slider], layout={"flex_flow": "row wrap"}),
            self._told,
            ipywidgets.HBox([films, self._charts], layout={"flex_flow": "row wrap", "grid_gap": "12px"}),
        )
        self.widget.add_class("ganlib-machine")
        self.show(last)

    @property
    def recording(self):
        """The first recording, or the only one."""
        return self.recordings[0]

    def show(self, frame):
        """Show one frame, by its number, with the curves up to it and the controls as they were."""
        film, step = self._film, self.steps[Whole("frame", 0, len(self.steps) - 1)(frame)]
        self._pngs = [png_bytes(_enlarged(one.frames[frame_at(one.steps, step)])) for one in self.recordings]
        for number, (picture, png) in enumerate(zip(self._pictures, self._pngs, strict=True)):
            picture.value = film.caption(number, step) + pictures.image(png, film.alt(number, step))
        self._told.value = film.told(step)
        self._charts.value = f'<div class="ganlib-charts">{film.charts(step)}</div>'

    def save_page(self, path, most_frames=100):
        """Write one HTML page with a slider, which needs no kernel, no network and no other file.

        Parameters
        ----------
        path : str or Path
            The file; what is there already is replaced.
        most_frames : int
            How many steps the slider has at most, 2 or more: evenly spread, the first and the last among them.
        """
        _save_page(self._film, path, most_frames)

    def _repr_mimebundle_(self, include=None, exclude=None):
        if self.sentence:  # the book shows the recorded run in the place of a time machine, but not in that of a pair
            told = f"Two runs side by side. {self.sentence}"
            png = pictures.still(self._pngs, " beside ".join(self._film.names))
        else:
            told, png = f"The time machine: {self.recording.title}.", self._pngs[0]
        return pictures.bundle(self.widget, f"{told} Run this cell in JupyterLab to scrub.", png)


class Films:
    """One or two recordings as they are shown: what stands beside a frame, and the charts.

    Parameters
    ----------
    sources : sequence
        Each as `TimeMachine` takes it.
    """

    def __init__(self, sources):
        self.recordings = tuple(map(open_recording, sources))
        self.names = _names(sources, self.recordings)
        self.steps = tuple(map(int, np.unique(np.concatenate([one.steps for one in self.recordings]))))
        self._runs = [one.run(name) for one, name in zip(self.recordings, self.names, strict=True)]
        self.sentence = difference(*self._runs) if len(sources) > 1 else ""

    def caption(self, number, step):
        """Return what stands above a picture where there are two, as HTML: whose it is, and of which step."""
        return f"<div><b>{escape(self.names[number])}</b> · {self._when(number, step)}</div>" if self.sentence else ""

    def _when(self, number, step):
        one = self.recordings[number]
        seen = int(one.steps[frame_at(one.steps, step)])
        ended = ", where it ended" if seen == one.last else f", ended at step {one.last:,}"
        return f"step {seen:,}" + ended * (step > one.last)

    def alt(self, number, step):
        """Return a sentence for those who cannot see a picture."""
        if not self.sentence:
            return f"What the model made of the same random numbers at step {step:,}"
        made, other = (f"{self.names[n]}, {self._when(n, step)}" for n in (number, 1 - number))
        return f"What the model of {made}, made of its random numbers; beside it: {other}"

    def told(self, step):
        """Return what stands at the top, as HTML: the controls of one run, or what differs between two."""
        if self.sentence:
            return f'<div class="ganlib-status"><b>Step {step:,}</b><br>{escape(self.sentence)}</div>'
        one = self.recordings[0]
        values = "; ".join(words.change(*pair) for pair in one.values_at(step).items())
        return f'<div class="ganlib-status"><b>{escape(one.title)}</b> · step {step:,}<br>{escape(values)}</div>'

    def charts(self, until):
        """Return the curves up to a step, those of a second run thin, as HTML."""
        one, *others = self.recordings
        panels = dict.fromkeys(panel for each in self.recordings for panel in views.panels_of(each.columns))
        beside = [views.Beside(self.names[1], other.history, other.changes) for other in others]
        return views.charts(one.history, panels, one.changes, until=until, beside=next(iter(beside), None))


def open_recording(source=None):
    """Return a recording from whatever holds one, see `TimeMachine`; ValueError or OSError if it holds none."""
    if source is None:
        return Recording.shipped()
    if isinstance(source, Recording):
        return source
    path = as_path(source, "source")
    return Recording.of_run(path) if os.path.isdir(path) else Recording.load(path)


def _names(sources, recordings):
    """Return what the runs are called; ValueError if two of them are one and the same."""
    if len(sources) == 1:
        return (recordings[0].title,)
    places = [source if source is None or isinstance(source, Recording) else as_path(source) for source in sources]
    one, other = (place.resolve() if isinstance(place, Path) else place for place in places)
    if one is other or (isinstance(one, Path) and one == other):
        raise ValueError("Both are the same run: give two different ones, or only one.")
    names = [_name(place, recording) for place, recording in zip(places, recordings, strict=True)]
    return tuple(names) if all(names) and names[0] != names[1] else ("first", "second")


def _name(place, recording):
    if place is None:
        return "the recorded run"
    return place.name.removesuffix(".npz") if isinstance(place, Path) else recording.title


def _enlarged(frame):
    return frame.repeat(SCALE, 0).repeat(SCALE, 1)


def save_page(recording, path, most_frames=100):
    """Write a recording as one HTML page: a slider, the frames, and curves with a mark at the step that is shown.

    Parameters
    ----------
    recording : Recording, str, Path or None
        As `TimeMachine` takes it.
    path, most_frames
        As for `TimeMachine.save_page`.
    """
    _save_page(Films([recording]), path, most_frames)


def _save_page(film, path, most_frames):
    path, chosen = as_path(path), some_of(film.steps, Whole("most_frames", 2)(most_frames))
    last, both = max(chosen[-1], 1), range(len(film.recordings))
    first = min(views.first_of(film.recordings[0].history), last)
    shown = [[frame_at(one.steps, step) for step in chosen] for one in film.recordings]
    frames = [
        {
            "step": step,
            "told": film.told(step),
            "captions": [film.caption(number, step) for number in both],
            "alts": [film.alt(number, step) for number in both],
            "pictures": [film_frames.index(at) for film_frames, at in zip(map(_distinct, shown), ats, strict=True)],
        }
        for step, ats in zip(chosen, zip(*shown, strict=True), strict=True)
    ]
    pngs = [
        [base64.b64encode(one.png(at)).decode() for at in _distinct(ats)]
        for one, ats in zip(film.recordings, shown, strict=True)
    ]
    title = " beside ".join(film.names)
    widths = [SCALE * one.frames.shape[2] for one in film.recordings]
    page = _PAGE.format(
        title=escape(title),
        style=theme.STYLE,
        charts=film.charts(last),
        frames=json.dumps(frames).replace("</", "<\\/"),
        pngs=json.dumps(pngs),
        films="".join(_FILM.format(width=width) for width in widths),
        last=len(frames) - 1,
        top=views.TOP,
        bottom=views.HEIGHT - views.BOTTOM,
        left=views.LEFT,
        wide=views.WIDTH - views.LEFT - views.RIGHT,
        first=first,
        span=max(last - first, 1),
    )
    with atomic_write(path) as file:
        file.write(page.encode())


def _distinct(numbers):
    return list(dict.fromkeys(numbers))


_FILM = '<div><div class="caption"></div><img class="ganlib-picture" width="{width}" alt="What the model made"></div>'
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>{style}
<style>
body {{font-family: sans-serif; margin: 12px 16px; max-width: 1200px}} h1 {{font-size: 22px; margin: 0 0 8px}}
.row {{display: flex; flex-wrap: wrap; align-items: center; gap: 12px; margin: 0 0 8px}}
#frame {{flex: 1 1 200px; max-width: 620px}} #play {{font: inherit; width: 6em; padding: 6px}}
#told {{flex: 1 1 260px}}
</style>
</head><body><main><h1>{title}</h1>
<div class="row"><button id="play" type="button">Play</button><label for="frame">Frame</label>
<input id="frame" type="range" min="0" max="{last}" value="{last}"></div>
<div class="row"><div class="row" id="films">{films}</div><div id="told" role="status"></div></div>
<div class="ganlib-charts">{charts}</div></main>
<script>
const frames = {frames};
const pngs = {pngs};
const slider = document.getElementById("frame");
const films = [...document.getElementById("films").children];
const marks = [...document.querySelectorAll(".ganlib-chart")].map(chart => {{
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "path");
  mark.setAttribute("stroke", "#222222");
  mark.setAttribute("stroke-width", "1.5");
  chart.append(mark);
  return mark;
}});
function show() {{
  const frame = frames[slider.value];
  films.forEach((film, i) => {{
    film.querySelector(".caption").innerHTML = frame.captions[i];
    film.querySelector("img").src = "data:image/png;base64," + pngs[i][frame.pictures[i]];
    film.querySelector("img").alt = frame.alts[i];
  }});
  document.getElementById("told").innerHTML = frame.told;
  slider.setAttribute("aria-valuetext", "step " + frame.step);
  const x = {left} + {wide} * Math.max(0, frame.step - {first}) / {span};
  marks.forEach(mark => mark.setAttribute("d", `M${{x}} {top}V{bottom}`));
}}
const play = document.getElementById("play");
let timer = 0;
function stop() {{
  clearInterval(timer);
  timer = 0;
  play.textContent = "Play";
}}
function advance() {{
  slider.value = Number(slider.value) + 1;
  show();
  if (slider.value === slider.max) stop();
}}
play.addEventListener("click", () => {{
  if (timer) return stop();
  if (slider.value === slider.max) slider.value = 0;
  show();
  play.textContent = "Pause";
  timer = setInterval(advance, 150);
}});
slider.addEventListener("input", () => {{
  stop();
  show();
}});
show();
</script></body></html>
"""
