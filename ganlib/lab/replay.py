"""The time machine: scrub through the frames, curves and controls of a run, without training and without a network."""

import base64
import json
import os
from html import escape

import ipywidgets

from ganlib.arguments import Whole
from ganlib.data import png_bytes
from ganlib.lab import pictures, theme, views, words
from ganlib.lab.controls import frame
from ganlib.lab.recording import Recording
from ganlib.paths import as_path
from ganlib.thinning import some_of
from ganlib.training.files import atomic_write

SCALE = 2


class TimeMachine:
    """A slider over time; show it as the last line of a cell.

    Parameters
    ----------
    source : Recording, str, Path or None
        A recording, its file, or a run folder; the recorded run that comes with the kit if None.

    Attributes
    ----------
    slider : ipywidgets.IntSlider
        Moves through the frames.
    widget : ipywidgets.VBox
    """

    def __init__(self, source=None):
        self.recording = open_recording(source)
        last = len(self.recording.steps) - 1
        self.slider = ipywidgets.IntSlider(
            value=last, max=last, description="frame", readout=False, layout={"width": "min(620px, 95%)"}
        )
        play = ipywidgets.Play(value=last, max=last, interval=150, description="play", tooltip="Play the frames")
        ipywidgets.jslink((play, "value"), (self.slider, "value"))
        self._picture = ipywidgets.HTML()
        self._told, self._charts = ipywidgets.HTML(), ipywidgets.HTML(layout={"flex": "1 1 600px"})
        self.slider.observe(lambda change: self.show(change["new"]), "value")
        self.widget = frame(
            ipywidgets.HBox([play, self.slider], layout={"flex_flow": "row wrap"}),
            self._told,
            ipywidgets.HBox([self._picture, self._charts], layout={"flex_flow": "row wrap", "grid_gap": "12px"}),
        )
        self.widget.add_class("ganlib-machine")
        self.show(last)

    def show(self, frame):
        """Show one frame, by its number, with the curves up to it and the controls as they were."""
        recording = self.recording
        frame = Whole("frame", 0, len(recording.steps) - 1)(frame)
        step = int(recording.steps[frame])
        self._png = png_bytes(_enlarged(recording.frames[frame]))
        self._picture.value = pictures.image(
            self._png, f"What the model made of the same random numbers at step {step:,}"
        )
        self._told.value = _told(recording, step)
        panels = views.panels_of(recording.columns)
        self._charts.value = (
            f'<div class="ganlib-charts">{views.charts(recording.history, panels, recording.changes, until=step)}</div>'
        )

    def save_page(self, path, most_frames=100):
        """Write one HTML page with a slider, which needs no kernel, no network and no other file."""
        save_page(self.recording, path, most_frames)

    def _repr_mimebundle_(self, include=None, exclude=None):
        bundle = dict(self.widget._repr_mimebundle_())
        bundle["text/plain"] = f"The time machine: {self.recording.title}. Run this cell in JupyterLab to scrub."
        bundle["image/png"] = base64.b64encode(self._png).decode()
        return bundle


def open_recording(source=None):
    """Return a recording from whatever holds one, see `TimeMachine`; ValueError or OSError if it holds none."""
    if source is None:
        return Recording.shipped()
    if isinstance(source, Recording):
        return source
    path = as_path(source, "source")
    return Recording.of_run(path) if os.path.isdir(path) else Recording.load(path)


def _told(recording, step):
    values = "; ".join(words.change(*pair) for pair in recording.values_at(step).items())
    return f'<div class="ganlib-status"><b>{escape(recording.title)}</b> · step {step:,}<br>{escape(values)}</div>'


def _enlarged(frame):
    return frame.repeat(SCALE, 0).repeat(SCALE, 1)


def save_page(recording, path, most_frames=100):
    """Write a recording, or what `TimeMachine` takes, as one HTML page: a slider, the frames, curves with a mark."""
    recording, path = open_recording(recording), as_path(path)
    chosen = some_of(range(len(recording.steps)), Whole("most_frames", 1)(most_frames))
    last = max(int(recording.steps[chosen[-1]]), 1)
    frames = [
        {
            "step": int(recording.steps[i]),
            "told": _told(recording, int(recording.steps[i])),
            "png": base64.b64encode(recording.png(i)).decode(),
        }
        for i in chosen
    ]
    charts = views.charts(recording.history, views.panels_of(recording.columns), recording.changes, until=last)
    page = _PAGE.format(
        title=escape(recording.title),
        style=theme.STYLE,
        charts=charts,
        frames=json.dumps(frames).replace("</", "<\\/"),
        last=len(frames) - 1,
        top=views.TOP,
        bottom=views.HEIGHT - views.BOTTOM,
        left=views.LEFT,
        wide=views.WIDTH - views.LEFT - views.RIGHT,
        span=last,
        width=SCALE * recording.frames.shape[2],
    )
    with atomic_write(path) as file:
        file.write(page.encode())


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
<div class="row"><img class="ganlib-picture" id="picture" width="{width}" alt="What the model made at this step">
<div id="told" role="status"></div></div>
<div class="ganlib-charts">{charts}</div></main>
<script>
const frames = {frames};
const slider = document.getElementById("frame");
const marks = [...document.querySelectorAll(".ganlib-chart")].map(chart => {{
  const mark = document.createElementNS("http://www.w3.org/2000/svg", "path");
  mark.setAttribute("stroke", "#222222");
  mark.setAttribute("stroke-width", "1.5");
  chart.append(mark);
  return mark;
}});
function show() {{
  const frame = frames[slider.value];
  document.getElementById("picture").src = "data:image/png;base64," + frame.png;
  document.getElementById("told").innerHTML = frame.told;
  slider.setAttribute("aria-valuetext", "step " + frame.step);
  const x = {left} + {wide} * frame.step / {span};
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
