// A question with a guess to commit to, on a page. What is chosen or typed is sent to Python, which checks it and keeps
// it until the outcome is known. See ganlib/course/guesses.py.

function render({ model, el }) {
  const { question, choices, low, high } = model.get("about");
  const view = Math.random().toString(36).slice(2);
  const make = (tag, attributes, ...children) => {
    const element = Object.assign(document.createElement(tag), attributes);
    element.append(...children);
    return element;
  };

  const inputs = choices
    ? choices.map((choice) => make("input", { type: "radio", name: view, value: choice }))
    : [make("input", { type: "text", inputMode: "decimal", autocomplete: "off" })];
  const labels = choices
    ? inputs.map((input) => make("label", {}, input, input.value))
    : [make("label", {}, `A number from ${low} to ${high}`, inputs[0])];
  const said = make("p", { className: "guess-said" });
  said.setAttribute("role", "status");
  const fields = make("div", { className: choices ? "guess-choices" : "guess-number" }, ...labels);
  const root = make("fieldset", { className: "guess" }, make("legend", { textContent: question }), fields, said);
  for (const input of inputs) input.dataset.lmSuppressShortcuts = "true"; // else JupyterLab takes the arrows for itself
  el.append(root);

  function send(event) {
    if (!event.target.value.trim()) return;
    if (root.closest(".jupyter-widgets-disconnected")) {
      said.textContent = "The kernel has ended, so no guess is kept: run this cell again.";
    } else model.send({ number: view, guess: event.target.value });
  }

  function hear(answer) {
    if (answer.number === view) said.textContent = answer.said;
  }

  function show() {
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
