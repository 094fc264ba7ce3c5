// A plane to draw points in, on top of drawable.js. Points are pairs [x, y] in thousandths, y upwards. All of them are
// sent to Python at the end of each act, so that whatever cell runs next has them. See ganlib/lab/points.py.

const MARKUP = `
  <div class="pad-draw">
    <canvas tabindex="0" role="application" aria-roledescription="drawing pad"></canvas>
    <div class="pad-acts">
      <button type="button" class="pad-undo">Undo</button>
      <button type="button" class="pad-clear">Clear</button>
    </div>
    <p class="pad-said" role="status"></p>
  </div>
  <div class="pad-side">
    <p class="pad-count"></p>
    <div class="pad-tools" role="radiogroup" aria-label="Tool">
      <label><input type="radio" value="brush" checked> Brush</label>
      <label><input type="radio" value="eraser"> Eraser</label>
    </div>
    <label>Width <input type="range" min="30" max="400" step="10" value="80"></label>
    <div class="pad-presets" role="group"><p>Begin with</p></div>
    <details>
      <summary>With the keyboard</summary>
      <p>Arrows move the tool; with Shift, only a little. Space puts it down or lifts it. B takes the brush, E the
      eraser. Backspace or Ctrl-Z undoes what you did last, Delete or Escape clears the plane.</p>
    </details>
  </div>`;
const DAB = 4; // points where the brush is put down
const GAP = 20; // thousandths from one point to the next as it moves
const LEAST_ERASED = 40; // radius of the eraser, at least: points are small
const DOT = 15; // about the radius of a point as it is seen: the eraser takes what it touches

function render({ model, el }) {
  const about = model.get("about");
  const view = Math.random().toString(36).slice(2);
  const root = make("div", { className: "pad", innerHTML: MARKUP });
  el.append(root);
  const find = (selector) => root.querySelector(selector);
  const canvas = find("canvas"), width = find("input[type=range]"), tools = [...root.querySelectorAll("[type=radio]")];
  let points = [], past = []; // what is drawn, and what it was before each act
  let last = null, tool = "brush", sent = 0; // where the tool was, while it is down

  // --- what is seen --------------------------------------------------------------------------------------------------

  function say(sentence) {
    find(".pad-said").textContent = sentence;
  }

  function paint(pen, pixel) {
    const side = about.units;
    pen.fillStyle = about.paper;
    pen.fillRect(-side, -side, 2 * side, 2 * side);
    for (const at of [-0.5, 0, 0.5]) {
      pen.fillStyle = at ? "#ececec" : "#c4c4c4";
      pen.fillRect(at * side - pixel / 2, -side, pixel, 2 * side);
      pen.fillRect(-side, at * side - pixel / 2, 2 * side, pixel);
    }
    paintWords(pen, pixel);
    pen.fillStyle = about.ink;
    pen.beginPath();
    for (const [x, y] of points) {
      pen.moveTo(x, y);
      pen.arc(x, y, 3 * pixel, 0, 2 * Math.PI);
    }
    pen.fill();
  }

  function paintWords(pen, pixel) {
    pen.save();
    pen.scale(pixel, -pixel); // letters stand upright, though y goes up
    const edge = about.units / pixel - 5;
    pen.font = "12px system-ui, sans-serif";
    pen.fillStyle = "#595959";
    for (const [words, x, y, align, baseline] of [
      ["x = −1", -edge, -4, "left", "bottom"],
      ["x = 1", edge, -4, "right", "bottom"],
      ["y = 1", 5, -edge, "left", "top"],
      ["y = −1", 5, edge, "left", "bottom"],
    ]) {
      pen.textAlign = align;
      pen.textBaseline = baseline;
      pen.fillText(words, x, y);
    }
    pen.restore();
  }

  function show() {
    const count = points.length === 1 ? "1 point" : `${points.length.toLocaleString("en")} points`;
    const few = points.length < about.fewest ? `; at least ${about.fewest} are needed` : "";
    find(".pad-count").replaceChildren(make("b", { textContent: count }), few);
    hand.redraw();
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  const radius = () => Math.max(width.valueAsNumber / 2, tool === "eraser" ? LEAST_ERASED : 0);

  function begin(point) {
    past.push(points);
    last = point;
    if (tool === "eraser") erase(point, point);
    else for (let i = 0; i < DAB; i++) add(point);
    show();
  }

  function extend(point) {
    if (tool === "eraser") {
      erase(last, point);
      last = point;
      return show();
    }
    const steps = Math.floor(Math.hypot(point[0] - last[0], point[1] - last[1]) / GAP), start = last;
    for (let i = 1; i <= steps; i++) {
      const share = i / steps;
      last = [start[0] + share * (point[0] - start[0]), start[1] + share * (point[1] - start[1])];
      add(last);
    }
    if (steps) show();
  }

  function add([x, y]) { // somewhere within the brush
    if (points.length >= about.most) {
      say(`The plane is full: ${about.most.toLocaleString("en")} points. Erase some to go on.`);
      return;
    }
    const angle = 2 * Math.PI * Math.random(), away = radius() * Math.sqrt(Math.random());
    const inside = (value) => Math.max(-about.units, Math.min(about.units, Math.round(value)));
    points = [...points, [inside(x + away * Math.cos(angle)), inside(y + away * Math.sin(angle))]];
  }

  function erase([x, y], to) { // all along the way, or a quick hand would leave points between two places
    const way = [to[0] - x, to[1] - y], length = way[0] ** 2 + way[1] ** 2 || 1;
    points = points.filter(([px, py]) => {
      const share = Math.max(0, Math.min(1, ((px - x) * way[0] + (py - y) * way[1]) / length));
      return Math.hypot(px - x - share * way[0], py - y - share * way[1]) > radius() + DOT;
    });
  }

  function end() {
    if (last) tell();
    last = null;
  }

  function replace(others, sentence) {
    hand.lift();
    past.push(points);
    points = others;
    say(sentence);
    show();
    tell();
  }

  function undo() {
    hand.lift();
    if (!past.length) return say("There is nothing to take back.");
    points = past.pop();
    say("Taken back.");
    show();
    tell();
  }

  function clear() {
    if (points.length) replace([], "Cleared. Undo brings it back.");
    else say("The plane is empty.");
  }

  function take(wanted) {
    hand.lift();
    tool = wanted;
    for (const one of tools) one.checked = one.value === wanted;
  }

  // --- what Python is told -------------------------------------------------------------------------------------------

  function tell() {
    if (root.closest(".jupyter-widgets-disconnected")) {
      say("The kernel has ended, so no cell gets these points: run this cell again.");
    } else model.send({ number: `${view}-${++sent}`, points: points.flat() });
  }

  function hear(answer) {
    if (answer.refused && answer.number?.startsWith(view)) say(answer.said);
  }

  function follow() { // what Python has; this view's own points are newer here, or the same
    const shown = model.get("shown");
    canvas.setAttribute("aria-label", shown.sentence);
    if (shown.by.startsWith(view)) return;
    past.push(points);
    points = pairs(shown.points);
    show();
  }

  const pairs = (flat) => Array.from({ length: flat.length / 2 }, (_, i) => [flat[2 * i], flat[2 * i + 1]]);

  // --- begin ---------------------------------------------------------------------------------------------------------

  const hand = drawable(root, canvas, { from: [-about.units, about.units], to: [about.units, -about.units] }, {
    begin, extend, end, paint, radius, undo,
    toggled: (isDown) => say(`The ${tool} is ${isDown ? "down" : "up"}.`),
    moved: (point) => say(`At (${point.map((value) => (value / about.units).toFixed(2)).join(", ")}).`),
    keys: { b: () => take("brush"), e: () => take("eraser"), Delete: clear, Escape: clear },
  });
  find(".pad-undo").onclick = undo;
  find(".pad-clear").onclick = clear;
  width.oninput = hand.redraw;
  for (const one of tools) {
    one.name = `tool-${view}`;
    one.onchange = () => take(one.value);
  }
  find(".pad-presets").append(...about.presets.map(([name, flat]) => {
    const button = make("button", { type: "button", textContent: name });
    button.onclick = () => replace(pairs(flat), `${pairs(flat).length} points: ${name}. Undo brings yours back.`);
    return button;
  }));
  find(".pad-presets p").id = `presets-${view}`;
  find(".pad-presets").setAttribute("aria-labelledby", `presets-${view}`);
  find("details p").id = `keys-${view}`;
  canvas.setAttribute("aria-describedby", `keys-${view}`);
  model.on("msg:custom", hear);
  model.on("change:shown", follow);
  follow();
  past = [];
  return () => {
    hand.dispose();
    model.off("msg:custom", hear);
    model.off("change:shown", follow);
    root.remove();
  };
}

export default { render };
