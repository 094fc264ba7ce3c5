"""How the lab looks: its colours, light and dark, and its style sheet, as text that any page can hold.

JupyterLab and Voilà say by an attribute of the page whether it is dark. A page that says nothing is light.
"""

from ganlib.plots.style import DISCRIMINATOR, FAKE, GENERATOR, ON_DARK, REAL
from ganlib.plots.style import GREY as GREY_ON_LIGHT
from ganlib.plots.style import INK as INK_ON_LIGHT
from ganlib.plots.style import PALE as PALE_ON_LIGHT
from ganlib.plots.style import PAPER as PAPER_ON_LIGHT

INK_ON_DARK, GREY_ON_DARK, PALE_ON_DARK, PAPER_ON_DARK = "#E8E8E8", "#B0B0B0", "#3D3D3D", "#111111"
LIT_ON_LIGHT, LIT_ON_DARK = "#A87400", "#F2C14E"  # around the part that a card of the tour is about
ENDED = "ganlib-ended"  # the class of a box whose kernel has said goodbye; others, JupyterLab marks itself
LIT = "ganlib-lit"  # the class of the part that a card of the tour is about


def colour_of(pen):
    """Return a pen's colour as CSS that follows the page's theme."""
    return f"var(--ganlib-{pen.label}, {pen.colour})"


INK = f"var(--ganlib-ink, {INK_ON_LIGHT})"
GREY = f"var(--ganlib-grey, {GREY_ON_LIGHT})"
PALE = f"var(--ganlib-pale, {PALE_ON_LIGHT})"
PAPER = f"var(--ganlib-paper, {PAPER_ON_LIGHT})"


def _variables(colours):
    return "; ".join(f"--ganlib-{name}: {colour}" for name, colour in colours.items())


_LIGHT = {pen.label: pen.colour for pen in ON_DARK} | {
    "ink": INK_ON_LIGHT,
    "grey": GREY_ON_LIGHT,
    "pale": PALE_ON_LIGHT,
    "paper": PAPER_ON_LIGHT,
    "lit": LIT_ON_LIGHT,
}
_DARK = {pen.label: colour for pen, colour in ON_DARK.items()} | {
    "ink": INK_ON_DARK,
    "grey": GREY_ON_DARK,
    "pale": PALE_ON_DARK,
    "paper": PAPER_ON_DARK,
    "lit": LIT_ON_DARK,
}


def palette(selector):
    """Return the CSS rules that give the house colours, light and dark, to whatever a selector matches."""
    dark = f'[data-jp-theme-light="false"] {selector}'
    return f"{selector} {{{_variables(_LIGHT)}}}\n{dark} {{{_variables(_DARK)}}}"


STYLE = f"""<style>
{palette(".ganlib")}
.ganlib-charts {{display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 340px), 1fr)); gap: 8px 20px}}
.ganlib-chart {{display: block; width: 100%}}
.ganlib-number input {{appearance: textfield; padding: 0 4px}}
.ganlib-number input::-webkit-inner-spin-button {{appearance: none}}
.ganlib-status {{line-height: 1.4; min-height: 2.8em; font-variant-numeric: tabular-nums}}
.ganlib-message {{border-left: 4px solid {colour_of(GENERATOR)}; padding-left: 8px}}
.ganlib.jupyter-widgets-disconnected::before, .{ENDED}::before {{
  content: "The kernel was restarted or has ended: run this cell again, or reload the page."; display: block;
  border-left: 4px solid {colour_of(GENERATOR)}; padding: 4px 8px; font-weight: 600}}
.ganlib-picture {{image-rendering: pixelated; max-width: none}}

.ganlib-lab {{container: ganlib-lab / inline-size; max-width: 1560px; margin: 0 auto; font-size: 13px; color: {INK}}}
.ganlib-lab, .ganlib-lab .widget-box {{overflow: visible}}
.ganlib-lab .widget-html {{margin: 0}}
.ganlib-lab .widget-html-content {{line-height: 1.4; font-size: 13px}}
.ganlib-lab .ganlib-bar {{flex-flow: row wrap; align-items: center; gap: 2px 10px; margin: 2px 0}}
.ganlib-lab .ganlib-main {{font-weight: 600; padding: 0 18px}}
.ganlib-lab .ganlib-hidden {{display: none}}

.ganlib-lab .ganlib-tour {{margin: 2px 0 12px; padding: 8px 12px; border: 2px solid var(--ganlib-lit);
  border-radius: 6px; background: {PAPER}; gap: 2px}}
.ganlib-lab .ganlib-tour .ganlib-next {{margin-left: auto}}
.ganlib-lab .ganlib-tour [role="status"] {{min-height: 1.4em}}
.ganlib-lab .{LIT} {{outline: 3px solid var(--ganlib-lit); outline-offset: -1px; border-radius: 4px}}

.ganlib-lab .ganlib-stage {{display: grid; gap: 12px 16px; align-items: start; margin-bottom: 14px; grid-template:
  "made" "gauges" "g" "d" "real" / minmax(0, 1fr)}}
.ganlib-lab.ganlib-pair .ganlib-stage {{grid-template:
  "made pinned" "gauges gauges" "g g" "d d" / minmax(0, 1fr) minmax(0, 1fr)}}
.ganlib-lab .ganlib-made {{grid-area: made}}
.ganlib-lab .ganlib-pinned {{grid-area: pinned; display: none}}
.ganlib-lab.ganlib-pair .ganlib-pinned {{display: flex}}
.ganlib-lab.ganlib-pair .ganlib-real {{display: none}}
.ganlib-lab .ganlib-differs {{border-left: 4px solid {GREY}; padding: 1px 0 1px 8px; margin: 0 0 8px}}
.ganlib-lab .ganlib-real {{grid-area: real}}
.ganlib-lab .ganlib-gauges {{grid-area: gauges}}
.ganlib-lab .ganlib-left {{grid-area: g; gap: 10px}}
.ganlib-lab .ganlib-d {{grid-area: d}}
.ganlib-g {{--ganlib-player: {colour_of(GENERATOR)}}}
.ganlib-d {{--ganlib-player: {colour_of(DISCRIMINATOR)}}}
.ganlib-both {{--ganlib-player: {GREY}}}
@container ganlib-lab (min-width: 560px) {{
  .ganlib-lab .ganlib-stage {{grid-template: "made real" "gauges gauges" "g d" / 1fr 1fr}}
  .ganlib-lab .ganlib-stage.ganlib-alone {{grid-template: "made gauges" "g d" / 1fr 1fr}}
  .ganlib-lab .ganlib-stage.ganlib-plain {{grid-template: "g made" / minmax(220px, 1fr) 2fr}}
  .ganlib-lab.ganlib-pair .ganlib-stage {{grid-template: "made pinned" "gauges gauges" "g d" / 1fr 1fr}}
  .ganlib-lab.ganlib-pair .ganlib-stage.ganlib-plain {{grid-template: "g made pinned" / minmax(220px, 1fr) 1fr 1fr}}
}}
@container ganlib-lab (min-width: 960px) {{
  .ganlib-lab .ganlib-stage {{grid-template: "g made real d" "g gauges gauges d" 1fr
    / minmax(220px, 21%) 1fr 1fr minmax(220px, 21%)}}
  .ganlib-lab .ganlib-stage.ganlib-alone {{grid-template: "g made gauges d"
    / minmax(220px, 21%) 1fr 1fr minmax(220px, 21%)}}
  .ganlib-lab.ganlib-pair .ganlib-stage:not(.ganlib-plain) {{grid-template: "g made pinned d" "g gauges gauges d" 1fr
    / minmax(220px, 21%) 1fr 1fr minmax(220px, 21%)}}
}}
@container ganlib-lab (min-width: 1300px) {{
  .ganlib-lab.ganlib-pair .ganlib-real {{display: flex}}
  .ganlib-lab.ganlib-pair .ganlib-stage:not(.ganlib-plain, .ganlib-alone) {{grid-template:
    "g made pinned real d" "g gauges gauges gauges d" 1fr / minmax(220px, 19%) 1fr 1fr 1fr minmax(220px, 19%)}}
}}
.ganlib-lab .ganlib-seen {{align-items: center; text-align: center}}
.ganlib-lab .ganlib-seen .ganlib-picture {{image-rendering: auto; display: block; height: auto; border-radius: 4px;
  width: min(100%, 520px, max(250px, 38vh)); margin: 2px auto 0}}
.ganlib-lab .ganlib-seen .widget-html {{width: 100%}}

.ganlib-layers {{justify-content: center; gap: 0 14px; margin-top: 4px}}
.ganlib-layers .widget-checkbox {{width: auto}}
.ganlib-layers .widget-checkbox span::before {{margin-right: 4px; font-weight: 700}}
.ganlib-layer-real span::before {{content: "○" / ""; color: {colour_of(REAL)}}}
.ganlib-layer-fake span::before {{content: "✕" / ""; color: {colour_of(FAKE)}}}
.ganlib-layer-surface span::before {{content: "■■" / ""; letter-spacing: -1px; background: linear-gradient(90deg,
  {colour_of(FAKE)} 50%, {colour_of(REAL)} 50%); background-clip: text; color: transparent}}
.ganlib-layer-arrows span::before {{content: "➝" / ""}}
.ganlib-layer-mesh span::before {{content: "▦" / ""; color: {colour_of(GENERATOR)}}}
.ganlib-layers .noUi-handle {{background: {colour_of(GENERATOR)}; border-color: {colour_of(GENERATOR)}}}

.ganlib-lab .ganlib-side {{border-top: 3px solid var(--ganlib-player); border-radius: 4px; padding: 8px 10px;
  background: color-mix(in srgb, var(--ganlib-player) 7%, {PAPER})}}
.ganlib-lab .ganlib-side .ganlib-bar {{gap: 4px 6px}}
.ganlib-lab .ganlib-side .ganlib-chart {{max-width: 290px}}
.ganlib-lab .ganlib-side .widget-hbox {{align-items: flex-end}}
.ganlib-lab .ganlib-side .widget-hslider {{display: grid; height: auto; grid-template: "name value" auto
  "slider slider" 26px / 1fr auto}}
.ganlib-lab .ganlib-side .widget-inline-hbox:not(.ganlib-number) > .widget-label {{
  width: auto !important; text-align: left; justify-self: start; color: {INK}}}
.ganlib-lab .ganlib-side .widget-checkbox > .widget-label {{display: none}}
.ganlib-lab .ganlib-side .slider-container {{grid-area: slider; margin: 0 8px; align-self: center}}
.ganlib-lab .ganlib-side .widget-readout {{grid-area: value; min-width: 0; text-align: right; color: {INK}}}
.ganlib-lab .ganlib-side .noUi-handle {{background: var(--ganlib-player); border-color: var(--ganlib-player)}}

.ganlib-twogauges {{display: grid; gap: 10px 28px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 250px), 1fr))}}
.ganlib-gauge {{min-height: 8em}}
.ganlib-word {{font-size: 17px; line-height: 1.35}}
.ganlib-word span {{color: {GREY}; font-size: 13px}}
.ganlib-scale {{position: relative; height: 10px; margin: 4px 0 3px; border-radius: 5px}}
.ganlib-scale::before {{content: ""; position: absolute; left: 50%; height: 10px; border-left: 2px solid {PAPER}}}
.ganlib-scale i {{position: absolute; top: -4px; width: 6px; height: 18px; margin-left: -4px; border-radius: 3px;
  background: {INK}; border: 1px solid {PAPER}}}
.ganlib-ends {{display: flex; justify-content: space-between; font-size: 12px}}

.ganlib-loop {{display: block; width: 100%; overflow: visible; font: 12px/1 var(--jp-ui-font-family, sans-serif)}}
.ganlib-loop rect {{fill: {PAPER}; stroke: {GREY}; stroke-width: 1.2}}
.ganlib-loop text {{text-anchor: middle; fill: {INK}}}
.ganlib-loop line {{stroke: {GREY}; stroke-width: 1.6}}
.ganlib-loop .sub {{fill: {GREY}}}
.ganlib-loop .short {{display: none}}
.ganlib-loop .g {{--ganlib-player: {colour_of(GENERATOR)}}}
.ganlib-loop .d {{--ganlib-player: {colour_of(DISCRIMINATOR)}}}
.ganlib-loop .real {{--ganlib-player: {colour_of(REAL)}}}
.ganlib-loop .fake {{--ganlib-player: {colour_of(FAKE)}}}
.ganlib-loop :is(.g, .d, .real, .fake) :is(rect, line) {{stroke: var(--ganlib-player)}}
.ganlib-loop :is(.g, .d, .real, .fake) text {{fill: var(--ganlib-player)}}
.ganlib-loop :is(.g, .d) .name {{font-weight: 700; font-size: 13px}}
.ganlib-loop .back line {{stroke-dasharray: 3 4; opacity: 0.55}}
.ganlib-loop .on rect {{stroke-width: 2.6}}
.ganlib-loop .on:is(.g, .d) rect {{fill: var(--ganlib-player)}}
.ganlib-loop .on:is(.g, .d):not(.back) text {{fill: {PAPER}}}
.ganlib-loop .on line {{stroke-width: 2.6; stroke-dasharray: 7 5; opacity: 1}}
.ganlib-loop .held rect {{stroke-dasharray: 4 3}}
.ganlib-loop .head {{overflow: visible; fill: var(--ganlib-player, {GREY})}}
@keyframes ganlib-flow {{to {{stroke-dashoffset: -24}}}}
@media (prefers-reduced-motion: no-preference) {{
  .ganlib-loop .on line {{animation: ganlib-flow 1.2s steps(12) infinite}}
}}
@container ganlib-lab (max-width: 820px) {{
  .ganlib-loop :is(.g, .d) .name {{font-size: 12px}}
}}
@container ganlib-lab (max-width: 640px) {{
  .ganlib-loop .full {{display: none}}
  .ganlib-loop .short {{display: inline}}
}}
@media (pointer: coarse) {{
  .ganlib-lab :is(button, select, input:not([type="checkbox"])) {{min-height: 40px}}
  .ganlib-lab .widget-inline-hbox {{height: auto; min-height: 40px}}
  .ganlib-lab .noUi-handle {{width: 28px; height: 28px; right: -14px; top: -12px; border-radius: 14px}}
  .ganlib-lab input[type="checkbox"] {{width: 24px; height: 24px}}
}}
</style>"""
