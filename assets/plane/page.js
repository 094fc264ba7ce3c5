// The page: what its controls do, and the frames.

const el = (id) => document.getElementById(id);
const POINT_UNIT = 2 ** 23 - 1; // points are kept as whole numbers of 24 bits
const all = (selector) => [...document.querySelectorAll(selector)];

const KINDS = Object.fromEntries(Object.entries(JSON.parse(el("points").textContent)).map(([kind, packed]) => {
  const bytes = Uint8Array.from(atob(packed), (letter) => letter.charCodeAt(0));
  const whole = (i) => bytes[3 * i] + 256 * bytes[3 * i + 1] + 65536 * bytes[3 * i + 2];
  return [kind, Float32Array.from({ length: bytes.length / 3 }, (_, i) => whole(i) / POINT_UNIT - 1)];
}));
const WORDS = { line: "Line", ring: "Ring", two_blobs: "Two blobs", three_clusters: "Three clusters" };
const MEASURED = 400, EVERY = 20; // points on each side of the distance, and steps between two of them
const BRUSH = { brush: 0.06, eraser: 0.1 }; // radius
const DAB = 8; // points that the brush leaves at once
const LOOK = el("look").textContent;
const CHARTS = 150; // milliseconds between two drawings of the charts while the game runs
const FRAME = 10; // milliseconds that a frame may take here; the browser needs the rest of 16.7 to show it

const game = new Game(KINDS.ring), view = new View(el("canvas"));
const page = { game, KINDS, SITUATIONS, Game, History, energyDistance, readSession, writeSession, frames: 0 }; // for tests and the curious
window.page = page;
let kind = "ring", running = false, awake = false, tool = "look", history = new History(), distances = new History();
let within = null, floor = null, sample = null, cursor = null, shown = null, drawing = 3, due = 0, morph = 1, bending = 0, told = 0, charted = 0;

const percent = (share) => `${Math.round(100 * share)}%`;
const layer = (name) => document.querySelector(`[data-layer=${name}]`).checked;

// --- the game --------------------------------------------------------------------------------------------------------

function start(seed, schedule) {
  if (schedule) game.live = { ...USUAL };
  game.begin(seed, schedule);
  history = new History();
  distances = new History();
  shown = null;
  el("seed").value = seed;
  for (const button of all("#situation-buttons button")) button.setAttribute("aria-pressed", false);
  el("look").textContent = LOOK;
  setMorph(1);
  measureData();
  noteDistance();
  showControls();
}

function stepOnce() {
  game.makeStep();
  shown = null;
  history.add(game.step, [game.measured.d_loss, game.measured.g_loss]);
  if (game.step % EVERY === 0) noteDistance();
}

// Every n-th of the points, up to `count`, from the `first` on.
function some(points, count, first = 0) {
  const total = points.length / 2, apart = Math.max(1, Math.floor(total / count));
  const chosen = Array.from({ length: Math.min(count, Math.floor(total / apart)) }, (_, i) => i * apart + (first % apart));
  return Float32Array.from(chosen.flatMap((i) => [points[2 * i], points[2 * i + 1]]));
}

// What the distance is measured against, and what it reads between real points and other ones.
function measureData() {
  const total = game.points.length / 2;
  sample = total >= FEWEST_POINTS ? some(game.points, MEASURED) : null;
  if (!sample) return;
  within = meanWithin(sample);
  const parts = Math.min(5, Math.floor(total / 200));
  const clouds = Array.from({ length: parts }, (_, i) => some(game.points, Math.floor(total / parts), i));
  floor = parts < 2 ? null : mean(clouds.slice(1).map((cloud) => Math.abs(energyDistance(cloud, clouds[0]))));
}

function noteDistance() {
  if (sample) distances.add(game.step, [energyDistance(game.fakes(), sample, within)]);
}

// Make the steps that belong to a frame; return false when nothing more can be done.
function advance(now) {
  const speed = el("speed").value;
  if (speed === "most") {
    let before, time = performance.now();
    const end = time + FRAME - drawing;
    do {
      stepOnce();
      [before, time] = [time, performance.now()];
    } while (2 * time - before < end); // the next step is expected to take as long
  } else if (speed === "frame") stepOnce();
  else if (now >= due) {
    stepOnce();
    due = Math.max(due + 1000 / Number(speed), now);
  }
  if (game.isFinite()) return;
  pause();
  say("The weights are not numbers any more: the rates were too high. Lower them and press Start again.");
}

function play() {
  if (game.points.length / 2 < FEWEST_POINTS) return say(`At least ${FEWEST_POINTS} points are needed: draw some more with the brush, then press Play.`);
  running = true;
  due = 0;
  el("play").textContent = "Pause";
  wake();
}

function pause() {
  running = false;
  el("play").textContent = "Play";
  tell();
}

const say = (sentence) => (el("said").textContent = el("state").textContent = sentence);

// --- what is seen ----------------------------------------------------------------------------------------------------

function wake() {
  if (awake) return;
  awake = true;
  requestAnimationFrame(frame);
}

function frame(now) {
  awake = false;
  page.frames++;
  if (running) advance(now);
  if (bending) bend(now);
  const began = performance.now();
  render();
  if (!running || now - charted > CHARTS) {
    charted = now;
    drawCharts();
  }
  if (running && now - told > 500) {
    told = now;
    tell();
  }
  drawing = 0.9 * drawing + 0.1 * (performance.now() - began);
  if (running || bending) wake();
}

function render() {
  const scene = { real: layer("real") && game.points, cursor };
  if (layer("surface")) scene.surface = game.probabilities(SURFACE_PLACES);
  if (layer("mesh")) scene.mesh = mix(MESH_PLACES, game.generator.run(MESH_PLACES), morph);
  const fakes = shown?.fake ?? game.fakes().slice();
  if (layer("arrows") && morph === 1) scene.arrows = { from: fakes, to: shown?.arrows ?? game.push(fakes) };
  if (layer("fakes")) scene.fakes = morph < 1 && !shown ? mix(game.shownLatent, fakes, morph) : fakes;
  if (shown) scene.batch = shown.real;
  view.draw(scene);
}

const pairsOf = (rows, column) => rows.map((row) => [row[0], row[column]]);

function drawCharts() {
  const marks = game.changes.map(({ step }) => step).filter((step) => step > 0), last = game.step;
  const highest = Math.max(1, ...history.rows.slice(-MOST_ROWS / 2).flatMap((row) => row.slice(1)).filter(Number.isFinite));
  const lowest = Math.min(0, ...history.rows.map((row) => row[2]).filter(Number.isFinite));
  const lines = [{ colour: "d", dashes: [], values: pairsOf(history.rows, 1) }, { colour: "g", dashes: [7, 4], values: pairsOf(history.rows, 2) }];
  drawChart(el("losses"), view.colours, { lines, marks, last, low: Math.floor(lowest), high: Math.ceil(highest), level: Math.LN2 });
  const line = { colour: "fake", dashes: [], values: pairsOf(distances.rows, 1) };
  drawChart(el("distance"), view.colours, { lines: [line], marks, last, low: 0.001, high: 2, log: true, band: floor });
}

// Say in words what there is to see, for those who cannot see it, and in numbers beside the charts.
function tell() {
  const { measured, step } = game, distance = distances.rows.at(-1)?.[1];
  const words = [`Step ${step.toLocaleString("en")}`];
  if (measured) words.push(`D is right about ${percent(measured.d_right)} of a batch`);
  if (sample) words.push(`D’s mean verdict is ${percent(mean(game.probabilities(sample)))} real on real points, ${percent(mean(game.probabilities(game.fakes().slice())))} on fakes`);
  if (!shown) el("state").textContent = `${words.join("; ")}.`;
  const fakes = game.fakes(), xs = fakes.filter((_, i) => i % 2 === 0), ys = fakes.filter((_, i) => i % 2);
  el("canvas").setAttribute("aria-label", `The plane. ${game.points.length / 2} real points (${kind ? WORDS[kind].toLowerCase() : "drawn by hand"}) and ${SHOWN} fakes around (${mean(xs).toFixed(2)}, ${mean(ys).toFixed(2)})${distance === undefined ? "" : `, at an energy distance of ${distance.toPrecision(2)}`}. ${words.join("; ")}.`);
  el("losses-now").textContent = measured ? `D ${measured.d_loss.toFixed(3)}, G ${measured.g_loss.toFixed(3)}` : "";
  el("losses").setAttribute("aria-label", measured ? `Losses over ${step.toLocaleString("en")} steps; now D ${measured.d_loss.toFixed(3)}, G ${measured.g_loss.toFixed(3)}. A dotted line marks 0.693, what tossing a coin gets.` : "No losses yet");
  const real = floor === null ? "" : `; real against real ${floor.toPrecision(1)}`;
  el("distance-now").textContent = distance === undefined ? "" : `${Math.max(distance, 0).toPrecision(2)}${real}`;
  el("distance").setAttribute("aria-label", `Energy distance between fakes and real points, now ${distance?.toPrecision(2) ?? "unknown"}${real}`);
}

function setMorph(share) {
  morph = share;
  el("morph").value = Math.round(100 * share);
  el("morph").setAttribute("aria-valuetext", share === 1 ? "points" : share === 0 ? "noise" : `${percent(share)} of the way to the points`);
  wake();
}

// Bend the square of noise into G's picture, in two seconds; at once for those who want no motion.
function bend(now) {
  if (bending === true) bending = now;
  const share = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1 : Math.min(1, (now - bending) / 2000);
  setMorph(share < 1 ? (1 - Math.cos(Math.PI * share)) / 2 : 1);
  if (share === 1) bending = 0;
}

function beginBending() {
  if (!layer("mesh")) document.querySelector("[data-layer=mesh]").checked = true;
  bending = true;
  wake();
}

// --- slow motion -----------------------------------------------------------------------------------------------------

const TOLD = {
  "discriminator judges": (part) => `D judges ${HALF} real points (rings) and ${HALF} fakes: it is right about ${percent(part.right)}, loss ${part.loss.toFixed(3)}.`,
  "discriminator learns": () => "D’s weights move: real points pull the surface up, fakes pull it down.",
  "discriminator stands still": () => "D stands still.",
  "generator forges": (part) => `G makes ${BATCH} new fakes. D, held still, says at each which way is more real: the arrows. G’s loss is ${part.loss.toFixed(3)}.`,
  "generator learns": () => "G’s weights move, and all fakes with them, on average along their arrows.",
  "generator stands still": () => "G stands still.",
};

function slowStep() {
  if (running) pause();
  if (game.points.length / 2 < FEWEST_POINTS) return play();
  const { done, value } = game.takePart();
  shown = value.fake ? value : null;
  if (value.arrows) document.querySelector("[data-layer=arrows]").checked = true;
  if (done) history.add(game.step, [game.measured.d_loss, game.measured.g_loss]);
  if (done && game.step % EVERY === 0) noteDistance();
  tell();
  const which = done ? game.step : game.step + 1;
  el("state").textContent = `Step ${which.toLocaleString("en")}, in slow motion: ${TOLD[`${value.player} ${value.name}`](value)}`;
  wake();
}

// --- controls --------------------------------------------------------------------------------------------------------

function showControls() {
  for (const input of all("[data-live]")) {
    const value = game.live[input.dataset.live];
    if (input.type === "checkbox") input.checked = value;
    else if (document.activeElement !== input || Number(input.value) !== value) input.value = value;
  }
  for (const input of all("[data-rate]")) {
    const rate = game.live[input.dataset.rate];
    input.value = Math.log10(Math.max(rate, 1e-6));
    el(`${input.dataset.rate[0]}-rate`).textContent = rate;
    input.setAttribute("aria-valuetext", String(rate));
  }
  for (const button of all("[data-kind]")) button.setAttribute("aria-pressed", button.dataset.kind === kind);
  tell();
  wake();
}

function change(name, value) {
  const [fits, words] = CHECKS[name];
  if (!fits(value)) say(`${name.replaceAll("_", " ")} must be ${words}.`);
  else game.set(name, value);
  showControls();
}

function setData(points, name) {
  game.setPoints(points);
  kind = name;
  measureData();
  if (points.length / 2 < FEWEST_POINTS && running) {
    pause();
    say(`At least ${FEWEST_POINTS} points are needed: draw some more with the brush, then press Play.`);
  }
  showControls();
}

function openSession(session) {
  pause();
  game.points = session.points;
  kind = session.kind;
  start(session.seed, session.schedule);
}

function openSituation({ title, data, changes, look }) {
  openSession({ seed: Number(el("seed").value) || 0, kind: data, points: KINDS[data], schedule: changes.map(([step, name, value]) => ({ step, name, value })) });
  for (const button of all("#situation-buttons button")) button.setAttribute("aria-pressed", button.textContent === title);
  el("look").textContent = `Look for: ${look}`;
  play();
}

function save() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([writeSession(game, kind)], { type: "application/json" }));
  link.download = `plane-session-seed-${game.seed}.json`;
  link.click();
  URL.revokeObjectURL(link.href);
  el("said").textContent = game.dataChanged
    ? "Saved. The points were changed on the way: whoever opens the file plays with the last ones from the start."
    : `Saved: ${link.download}, ${game.changes.length} change${game.changes.length === 1 ? "" : "s"} in ${game.step.toLocaleString("en")} steps.`;
}

async function open(file) {
  try {
    check(file.size <= LARGEST, "The file is larger than 4 MB, and no session is: open another file.");
    openSession(readSession(await file.text(), KINDS));
    el("said").textContent = `Opened: ${game.schedule.length} changes will be made as they were. Press Play.`;
  } catch (error) {
    el("said").textContent = error.message;
  }
}

// --- brush and eraser ------------------------------------------------------------------------------------------------

function useTool(x, y) {
  const radius = BRUSH[tool], kept = [];
  for (let i = 0; i < game.points.length; i += 2)
    if (tool === "brush" || Math.hypot(game.points[i] - x, game.points[i + 1] - y) > radius) kept.push(game.points[i], game.points[i + 1]);
  for (let i = 0; tool === "brush" && i < DAB; i++) {
    const angle = 2 * Math.PI * Math.random(), away = radius * Math.sqrt(Math.random());
    kept.push(...[x + away * Math.cos(angle), y + away * Math.sin(angle)].map((place) => Math.round(1e4 * Math.min(1, Math.max(-1, place))) / 1e4));
  }
  if (kept.length > 2 * MOST_POINTS) say(`The plane holds ${MOST_POINTS.toLocaleString("en")} points at most: erase some, or clear it.`);
  else if (kept.length !== game.points.length) setData(Float32Array.from(kept), null);
}

function pointAt(x, y) {
  cursor = { x, y, radius: BRUSH[tool] ?? 0 };
  const probability = game.probabilities(Float32Array.of(x, y))[0];
  el("readout").textContent = `At (${x.toFixed(2)}, ${y.toFixed(2)}) D says ${percent(probability)} real.`;
  wake();
}

function placeOf(event) {
  const box = el("canvas").getBoundingClientRect(), clamp = (x) => Math.min(1, Math.max(-1, x));
  return [clamp((2 * (event.clientX - box.left)) / box.width - 1), clamp(1 - (2 * (event.clientY - box.top)) / box.height)];
}

function choose(name) {
  tool = name;
  el("plane").classList.toggle("paints", tool !== "look");
  for (const button of all("[data-tool]")) button.setAttribute("aria-pressed", button.dataset.tool === tool);
  if (cursor) pointAt(cursor.x, cursor.y);
}

const paints = () => tool in BRUSH;
const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

el("plane").addEventListener("pointermove", (event) => {
  const place = placeOf(event);
  pointAt(...place);
  if (paints() && event.buttons & 1) useTool(...place);
});
el("plane").addEventListener("pointerdown", (event) => {
  const place = placeOf(event);
  pointAt(...place);
  if (!paints() || event.button !== 0) return;
  el("plane").setPointerCapture(event.pointerId);
  useTool(...place);
});
el("plane").addEventListener("pointerleave", () => {
  cursor = null;
  wake();
});
el("plane").addEventListener("keydown", (event) => {
  const { x, y } = cursor ?? { x: 0, y: 0 }, far = event.shiftKey ? 0.2 : 0.05, way = WAYS[event.key];
  if (!way && event.key !== " ") return;
  event.preventDefault();
  if (way) pointAt(...[x + far * way[0], y + far * way[1]].map((place) => Math.round(100 * Math.min(1, Math.max(-1, place))) / 100));
  else if (paints()) useTool(x, y);
  else el("play").click();
});

// --- wiring ----------------------------------------------------------------------------------------------------------

function addButtons(box, names, onClick) {
  for (const [key, words] of names) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = words;
    button.setAttribute("aria-pressed", "false");
    button.addEventListener("click", () => onClick(key));
    box.append(button);
  }
}

addButtons(el("kinds"), Object.entries(WORDS), (name) => setData(KINDS[name], name));
all("#kinds button").forEach((button, i) => (button.dataset.kind = Object.keys(WORDS)[i]));
addButtons(el("situation-buttons"), SITUATIONS.map((one) => [one, one.title]), openSituation);

el("play").addEventListener("click", () => (running ? pause() : play()));
el("one").addEventListener("click", () => {
  if (running) pause();
  if (game.points.length / 2 < FEWEST_POINTS) return play();
  stepOnce();
  tell();
  wake();
});
el("slow").addEventListener("click", slowStep);
el("again").addEventListener("click", () => start(game.seed));
el("seed").addEventListener("change", (event) => {
  const seed = Number(event.target.value);
  if (isWhole(seed, 0, 2 ** 31 - 1) && event.target.value !== "") return start(seed);
  event.target.value = game.seed;
  el("said").textContent = "A seed is a whole number from 0 to 2,147,483,647.";
});
el("save").addEventListener("click", save);
el("file").addEventListener("change", (event) => {
  if (event.target.files.length) open(event.target.files[0]);
  event.target.value = "";
});
el("clear").addEventListener("click", () => {
  setData(new Float32Array(0), null);
  choose("brush");
});
for (const button of all("[data-tool]")) button.addEventListener("click", () => choose(button.dataset.tool));
for (const box of all("[data-layer]")) box.addEventListener("change", wake);
for (const input of all("[data-live]"))
  input.addEventListener("change", () => {
    const value = input.type === "checkbox" ? input.checked : input.type === "number" ? Number(input.value) : input.value;
    change(input.dataset.live, value);
  });
for (const input of all("[data-rate]"))
  input.addEventListener("input", () => change(input.dataset.rate, Number((10 ** Number(input.value)).toPrecision(2))));
el("morph").addEventListener("input", (event) => {
  bending = 0;
  document.querySelector("[data-layer=mesh]").checked = true;
  setMorph(Number(event.target.value) / 100);
});
el("bend-now").addEventListener("click", beginBending);
el("sheet").addEventListener("pointerenter", (event) => event.pointerType === "mouse" && layer("mesh") && beginBending());
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  view.retheme();
  wake();
});
new ResizeObserver(wake).observe(el("canvas"));
if (innerWidth < 700 || innerHeight < 850) el("intro").open = false; // so that the plane and its buttons are seen at once
start(0);
