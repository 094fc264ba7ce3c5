// A question with a guess to commit to, on a page. What is chosen, typed or drawn is sent to Python, which checks it and
// keeps it until the outcome is known. See ganlib/course/guesses.py.

// An empty chart to draw a curve into: its heights are numbers from low to high at places from the first step to the
// last. `tell` is called with the heights at the end of a stroke, and with a sentence at each key.
function chart({ question, column, steps, low, high, places }, tell) {
  const canvas = document.createElement("canvas");
  canvas.tabIndex = 0;
  canvas.width = 1040;
  canvas.height = 400;
  canvas.dataset.lmSuppressShortcuts = "true";
  canvas.setAttribute("role", "application");
  canvas.setAttribute("aria-roledescription", "chart to draw in");
  canvas.setAttribute("aria-label", `${column} from ${low} to ${high}, over ${steps} steps. Left and right choose a ` +
    "step, up and down move the curve there; with Shift, only a little.");
  const pen = canvas.getContext("2d"), LEFT = 70, FOOT = 350, TOP = 20, RIGHT = 1020;
  let heights = Array(places).fill(null), last = null, place = 0;

  const across = (index) => LEFT + (index / (places - 1)) * (RIGHT - LEFT);
  const up = (height) => FOOT - ((height - low) / (high - low)) * (FOOT - TOP);

  function draw() {
    const colour = getComputedStyle(canvas).color;
    pen.clearRect(0, 0, canvas.width, canvas.height);
    pen.font = "24px system-ui, sans-serif";
    pen.fillStyle = pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.strokeRect(LEFT, TOP, RIGHT - LEFT, FOOT - TOP);
    pen.textAlign = "right";
    for (const height of [low, high]) pen.fillText(`${height}`, LEFT - 8, up(height) + 8);
    pen.fillText(`step ${steps}`, RIGHT, FOOT + 32);
    pen.textAlign = "left";
    pen.fillText("0", LEFT, FOOT + 32);
    pen.lineWidth = 5;
    pen.beginPath();
    heights.forEach((height, index) => height !== null && pen.lineTo(across(index), up(height)));
    pen.stroke();
    if (document.activeElement !== canvas || heights[place] === null) return;
    pen.beginPath();
    pen.arc(across(place), up(heights[place]), 9, 0, 2 * Math.PI);
    pen.fill();
  }

  function at(event) {
    const box = canvas.getBoundingClientRect();
    const x = ((event.clientX - box.left) / box.width) * canvas.width;
    const y = ((event.clientY - box.top) / box.height) * canvas.height;
    const index = Math.round(((x - LEFT) / (RIGHT - LEFT)) * (places - 1));
    const height = low + ((FOOT - y) / (FOOT - TOP)) * (high - low);
    return [Math.max(0, Math.min(places - 1, index)), Math.max(low, Math.min(high, height))];
  }

  function stroke(to) {
    const [from, before] = last ?? to, [index, height] = to, far = Math.abs(index - from);
    for (let i = 0; i <= far; i++) {
      const share = far ? i / far : 1;
      heights[from + Math.sign(index - from) * i] = before + share * (height - before);
    }
    last = to;
    place = index;
    draw();
  }

  function whole() { // what was not drawn is as high as what is nearest
    const drawn = heights.flatMap((height, index) => (height === null ? [] : [index]));
    const nearest = (index) => drawn.reduce((a, b) => (Math.abs(b - index) < Math.abs(a - index) ? b : a));
    heights = heights.map((height, index) => height ?? heights[nearest(index)]);
  }

  canvas.onpointerdown = (event) => {
    event.preventDefault();
    canvas.focus();
    canvas.setPointerCapture(event.pointerId);
    stroke(at(event));
  };
  canvas.onpointermove = (event) => last && stroke(at(event));
  canvas.onpointerup = canvas.onpointercancel = () => {
    if (!last) return;
    last = null;
    whole();
    draw();
    tell(heights);
  };
  canvas.onkeydown = (event) => {
    const move = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key];
    if (!move) return;
    event.preventDefault();
    if (heights[place] === null) heights.fill((low + high) / 2);
    place = Math.max(0, Math.min(places - 1, place + move[0]));
    const by = (move[1] * (high - low)) / (event.shiftKey ? 100 : 20);
    heights[place] = Math.max(low, Math.min(high, heights[place] + by));
    draw();
    tell(heights, `Step ${Math.round((place / (places - 1)) * steps)}: ${Number(heights[place].toPrecision(3))}.`);
  };
  canvas.onfocus = canvas.onblur = draw;
  return {
    canvas,
    draw,
    show(text) {
      if (text !== null && !last) heights = text.split(",").map(Number);
      draw();
    },
  };
}

function render({ model, el }) {
  const about = model.get("about"), { question, choices, low, high } = about;
  const view = Math.random().toString(36).slice(2);
  const make = (tag, attributes, ...children) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...children);
    return element;
  };

  const drawn = about.column && chart(about, (heights, words) => {
    spoken = words ?? "";
    commit(heights.map((height) => Math.max(low, Math.min(high, Number(height.toPrecision(4))))).join(","));
  });
  let spoken = ""; // where the curve was moved by key: Python's answer comes after it
  const inputs = drawn ? [] : choices
    ? choices.map((choice) => make("input", { type: "radio", name: view, value: choice }))
    : [make("input", { type: "text", inputMode: "decimal", autocomplete: "off" })];
  const labels = drawn ? [drawn.canvas] : choices
    ? inputs.map((input) => make("label", {}, input, input.value))
    : [make("label", {}, `A number from ${low} to ${high}`, inputs[0])];
  const said = make("p", { className: "guess-said" });
  said.setAttribute("role", "status");
  const fields = make("div", { className: choices ? "guess-choices" : drawn ? "guess-curve" : "guess-number" }, ...labels);
  const root = make("fieldset", { className: "guess" }, make("legend", { textContent: question }), fields, said);
  for (const input of inputs) input.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the arrows for itself
  el.append(root);

  function send(event) {
    if (event.target.value.trim()) commit(event.target.value);
  }

  function commit(guess) {
    if (root.closest(".jupyter-widgets-disconnected")) {
      said.textContent = "The kernel has ended, so no guess is kept: run this cell again.";
    } else model.send({ number: view, guess });
  }

  function hear(answer) {
    if (answer.number === view) said.textContent = `${spoken} ${answer.said}`.trim();
  }

  function show() {
    if (drawn && document.activeElement !== drawn.canvas) return drawn.show(model.get("guess"));
    if (root.contains(document.activeElement)) return; // whoever guesses here is ahead of what Python says
    const guess = model.get("guess");
    for (const input of inputs) {
      if (choices) input.checked = input.value === guess;
      else if (guess !== null) input.value = guess;
    }
  }

  for (const input of inputs) input.onchange = send;
  root.onkeydown = (event) => {
    if (event.key === "Enter" && event.target.type === "text") send(event);
  };
  model.on("msg:custom", hear);
  model.on("change:guess", show);
  show();
  return () => {
    model.off("msg:custom", hear);
    model.off("change:guess", show);
    root.remove();
  };
}

export default { render };
