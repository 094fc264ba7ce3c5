// The drawing pad on a page, on top of drawable.js. What is drawn stays here as strokes, [x, y, ...] in thousandths of
// the pad's side, and is sent to Python, which makes pictures of it and says what it thinks of them. See
// ganlib/lab/pad.py.

const MARKUP = `
  <div class="pad-draw">
    <canvas tabindex="0" role="application" aria-roledescription="drawing pad" aria-label="Pad to draw on"></canvas>
    <div class="pad-acts">
      <button type="button" class="pad-keep">Keep</button>
      <button type="button" class="pad-undo">Undo</button>
      <button type="button" class="pad-clear">Clear</button>
    </div>
    <p class="pad-said" role="status"></p>
  </div>
  <div class="pad-side">
    <label class="pad-kind">What you draw <select></select></label>
    <div class="pad-inks" role="radiogroup" aria-label="Colour"></div>
    <label>Pen width <input type="range" min="30" max="160" step="10" value="80"></label>
    <figure class="pad-seen"><img alt="Your drawing, small"><figcaption></figcaption></figure>
    <div class="pad-verdict" hidden></div>
    <details>
      <summary>With the keyboard</summary>
      <p>Arrows move the pen; with Shift, only a little. Space puts it down or lifts it. Enter keeps the picture,
      Backspace or Ctrl-Z takes back the last stroke, Delete or Escape clears the pad.</p>
    </details>
  </div>
  <div class="pad-kept">
    <p class="pad-counts"></p>
    <ul class="pad-last" aria-label="The last pictures, newest first"></ul>
  </div>`;
const EVERY = 200; // milliseconds between two messages while somebody draws
const AGAIN = 1000; // and between two looks while a model is watched, which may be training
const LATE = 3000; // until it is told that Python does not answer
const LOST = 15000; // until a change is sent though the last one was not answered
const NEAR = 3; // units: nearer points are left out

function render({ model, el }) {
  const about = model.get("about");
  const view = Math.random().toString(36).slice(2);
  const root = make("div", { className: "pad", innerHTML: MARKUP });
  el.append(root);
  const find = (selector) => root.querySelector(selector);
  const canvas = find("canvas"), kind = find("select"), width = find("input[type=range]");
  const inks = Object.fromEntries(about.inks);
  let strokes = [], past = [], stroke = null; // the drawing, what it was before each act, the line that grows
  let ink = about.ink, sent = 0, asked = 0, isDirty = false, timer = null;
  const waiting = new Map(); // drawings that Python has not yet said it keeps, by the number of their message

  // --- what is seen --------------------------------------------------------------------------------------------------

  function say(sentence) {
    find(".pad-said").textContent = sentence;
  }

  function paint(pen) {
    pen.fillStyle = about.paper;
    pen.fillRect(0, 0, about.units, about.units);
    pen.lineCap = pen.lineJoin = "round";
    for (const one of strokes) {
      const [x, y, ...rest] = one.points;
      pen.strokeStyle = pen.fillStyle = inks[one.ink];
      pen.lineWidth = one.width;
      pen.beginPath();
      pen.arc(x, y, one.width / 2, 0, 2 * Math.PI);
      pen.fill();
      pen.beginPath();
      pen.moveTo(x, y);
      for (let i = 0; i < rest.length; i += 2) pen.lineTo(rest[i], rest[i + 1]);
      pen.stroke();
    }
  }

  // --- drawing -------------------------------------------------------------------------------------------------------

  function begin(point) {
    past.push(strokes);
    stroke = { points: [...point], width: width.valueAsNumber, ink };
    strokes = [...strokes, stroke];
    changed();
  }

  function extend(point) {
    const points = stroke.points;
    if (Math.hypot(point[0] - points.at(-2), point[1] - points.at(-1)) < NEAR) return;
    if (strokes.reduce((sum, one) => sum + one.points.length, 2) > 2 * about.most) {
      say("That is all the ink there is for one picture: keep it, or clear the pad.");
      return;
    }
    points.push(...point);
    changed();
  }

  function end() {
    stroke = null;
  }

  function undo() {
    hand.lift();
    if (!past.length) return say("There is nothing to take back.");
    strokes = past.pop();
    say("Taken back.");
    changed();
  }

  function clear() {
    hand.lift();
    if (!strokes.length) return say("The pad is empty.");
    past.push(strokes);
    strokes = [];
    say("Cleared. Undo brings it back.");
    changed();
  }

  function keep() {
    if (!strokes.length) return say("Draw something first.");
    const number = ask("keep");
    if (!number) return;
    waiting.set(number, strokes);
    setTimeout(() => waiting.has(number) && tellLate(), LATE);
    [strokes, past, isDirty] = [[], [], false];
    hand.lift();
  }

  function tellLate() {
    say(`Python is busy: ${waiting.size === 1 ? "1 picture waits" : `${waiting.size} pictures wait`} to be kept.`);
  }

  // --- what Python is asked ------------------------------------------------------------------------------------------

  function ask(what, more = { kind: kind.value, strokes }) {
    if (root.closest(".jupyter-widgets-disconnected")) {
      say("The kernel has ended, so nothing can be kept: run this cell again.");
      return null;
    }
    const number = `${view}-${++sent}`;
    model.send({ do: what, number, ...more });
    return number;
  }

  function changed() {
    isDirty = true;
    hand.redraw();
    timer ??= setTimeout(tell, EVERY);
  }

  function tell() {
    timer = null;
    if (Date.now() - asked < LOST) return; // the answer to the last one brings us here again
    asked = Date.now();
    ask(isDirty ? "change" : "look");
    isDirty = false;
  }

  function hear(answer) {
    if (!answer.number?.startsWith(view)) return; // to another view of the same pad
    if (waiting.has(answer.number)) {
      const drawn = waiting.get(answer.number);
      waiting.delete(answer.number);
      if (answer.refused && strokes.length) past.unshift(drawn); // nothing is lost: Undo comes to it
      else if (answer.refused) strokes = drawn;
      hand.redraw();
    } else asked = 0;
    if (answer.said) say(answer.said);
    else if (waiting.size === 0 && find(".pad-said").textContent.startsWith("Python is busy")) say("");
    if (answer.seen) find(".pad-seen img").src = answer.seen;
    if (answer.verdict) showVerdict(answer.verdict);
    if (isDirty) timer ??= setTimeout(tell, EVERY);
  }

  function showVerdict(opinions) {
    const panel = find(".pad-verdict");
    panel.hidden = !model.get("watching");
    if (!opinions.length) opinions = [{ said: "Draw, and you'll see here what it is taken for.", share: null }];
    panel.replaceChildren(...opinions.map(({ said, share }) => {
      const opinion = make("p", { textContent: said });
      if (share === null) return opinion;
      const bar = make("span", { className: "pad-bar" }, make("span", {}));
      bar.firstChild.style.width = `${100 * share}%`;
      return make("div", {}, opinion, bar);
    }));
  }

  function showKept() {
    const { counts, last } = model.get("kept"), all = counts.reduce((sum, count) => sum + count, 0);
    const each = about.kinds.map((name, i) => make("span", {}, make("b", { textContent: name }), `: ${counts[i]}`));
    find(".pad-counts").replaceChildren(make("b", { textContent: `${all} kept` }), ...(each.length > 1 ? each : []));
    const list = find(".pad-last"), hadFocus = list.contains(document.activeElement);
    list.replaceChildren(...last.map(({ id, kind, image }, i) => {
      const away = make("button", { type: "button", textContent: "×", title: "Throw away" });
      away.setAttribute("aria-label", `Throw away picture ${i + 1}, ${kind}`);
      away.onclick = () => ask("drop", { id });
      return make("li", {}, make("img", { src: image, alt: kind, title: kind }), away);
    }));
    if (hadFocus) (list.querySelector("button") ?? canvas).focus();
  }

  const hand = drawable(root, canvas, { from: [0, 0], to: [about.units, about.units], outside: about.outside }, {
    begin, extend, end, paint, undo,
    radius: () => width.valueAsNumber / 2,
    toggled: (isDown) => say(isDown ? "The pen is down." : "The pen is up."),
    keys: { Enter: keep, Delete: clear, Escape: clear },
  });
  find(".pad-keep").onclick = keep;
  find(".pad-undo").onclick = undo;
  find(".pad-clear").onclick = clear;
  width.oninput = hand.redraw;
  kind.onchange = () => strokes.length && changed(); // a conditional discriminator is told the kind

  // --- begin ---------------------------------------------------------------------------------------------------------

  kind.replaceChildren(...about.kinds.map((name) => make("option", { value: name, textContent: name })));
  find(".pad-kind").hidden = about.kinds.length === 1;
  find(".pad-seen figcaption").textContent = `At ${about.size} by ${about.size} pixels, as a network sees it`;
  find(".pad-inks").hidden = about.inks.length === 1;
  find(".pad-inks").replaceChildren(...about.inks.map(([name, colour]) => {
    const choice = make("input", { type: "radio", name: `ink-${view}`, checked: name === ink, title: name });
    choice.setAttribute("aria-label", name);
    choice.style.setProperty("--ink", colour);
    choice.onchange = () => (ink = name);
    return choice;
  }));
  canvas.setAttribute("aria-describedby", `keys-${view}`);
  find("details p").id = `keys-${view}`;
  say(about.said);

  const looks = setInterval(() => {
    if (model.get("watching") && strokes.length && !stroke && document.visibilityState === "visible") tell();
  }, AGAIN);
  const showWatched = () => showVerdict([]);
  model.on("msg:custom", hear);
  model.on("change:kept", showKept);
  model.on("change:watching", showWatched);
  showKept();
  showWatched();
  tell();
  return () => {
    clearInterval(looks);
    clearTimeout(timer);
    hand.dispose();
    model.off("msg:custom", hear);
    model.off("change:kept", showKept);
    model.off("change:watching", showWatched);
    root.remove();
  };
}

export default { render };
