// One e-mail in two columns: a switch and a bar per word for each model, the sums, and what the two answer. All bars
// share one axis. Here nothing is learned, only added up. See ganlib/lab/evidence.py.

const signed = (value) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
const percent = (logit) => {
  const share = 100 / (1 + Math.exp(-logit));
  return share > 99.95 || share < 0.05 ? (share > 50 ? "over 99.9%" : "under 0.1%") : `${share.toFixed(1)}%`;
};

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  element.className = className;
  element.append(...children);
  return element;
}

function render({ model, el }) {
  const { words, models, emails } = model.get("about"), rows = [];
  const nothing = { name: "No words at all", has: words.map(() => false), others: [], add: models.map(() => 0) };
  const root = make("div", "pad scales"), acts = make("div", "pad-acts"), table = make("div", "scales-table");
  const said = make("p", "pad-said"), others = make("p", "scales-others");
  let email = emails[0], has = []; // has: of each word, and at the end of all others together
  acts.setAttribute("role", "group");
  acts.setAttribute("aria-label", "E-mails to begin with");
  said.setAttribute("role", "status");
  const all = models.flatMap((one, k) => [one.start, ...one.weights, ...emails.map((each) => each.add[k])]);
  const reach = Math.max(...all.map(Math.abs), 1e-6);

  const parts = (k) => [...models[k].weights, email.add[k]];
  const sum = (k) => parts(k).reduce((total, part, i) => total + (has[i] ? part : 0), models[k].start);

  function track(k) { // half of it for each sign, with the number behind the bar's end
    const bar = make("span", "scales-bar"), number = make("span", "scales-number");
    const element = make("div", `scales-track scales-${models[k].pen}`, bar, number);
    element.show = (value) => {
      const length = (Math.min(Math.abs(value) / reach, 1) * 34).toFixed(2), side = value < 0 ? "right" : "left";
      element.dataset.over = Math.abs(value) > reach ? side : ""; // beyond the axis: it fades out
      for (const other of ["left", "right"]) bar.style[other] = number.style[other] = "";
      bar.style[side] = "50%";
      bar.style.width = `${length}%`;
      number.style[side] = `calc(${50 + Number(length)}% + 5px)`;
      number.textContent = signed(value);
    };
    return element;
  }

  function row(label, className) {
    const element = make("div", `scales-row ${className}`, label, ...models.map((_, k) => track(k)));
    element.tracks = [...element.querySelectorAll(".scales-track")];
    table.append(element);
    return element;
  }

  const answers = models.map((one) => {
    const sure = make("strong", "scales-sure"), gauge = make("span", ""), says = make("span", "scales-says");
    const box = make("div", `scales-answer scales-${one.pen}`, make("b", "scales-name", one.name), sure, make("span", "pad-bar", gauge), says);
    box.show = (logit) => {
      sure.textContent = `${percent(logit)} spam`;
      gauge.style.width = `${100 / (1 + Math.exp(-logit))}%`;
      says.textContent = `says: ${logit > 0 ? "spam" : "wanted mail"}`;
    };
    return box;
  });
  table.append(make("div", "scales-row scales-head", make("span", ""), ...answers));
  const axis = () => make("span", "scales-axis", make("span", "", "← wanted mail"), make("span", "", "spam →"));
  table.append(make("div", "scales-row", make("span", ""), ...models.map(axis)));
  const start = row(make("span", "scales-label", "start: no words"), "scales-on");
  for (const word of [...words, "other words"]) {
    const input = make("input", ""), name = make("span", "", word), at = rows.length;
    input.type = "checkbox";
    input.onchange = () => {
      has[at] = input.checked;
      show();
    };
    rows.push(Object.assign(row(make("label", "scales-label", input, name), ""), { input, name }));
  }
  const end = row(make("span", "scales-label", "sum"), "scales-on scales-sum");

  function show() {
    start.tracks.forEach((each, k) => each.show(models[k].start));
    rows.forEach((each, i) => {
      each.input.checked = has[i];
      each.classList.toggle("scales-on", has[i]);
      each.tracks.forEach((one, k) => one.show(parts(k)[i]));
      const adds = models.map((one, k) => `${signed(parts(k)[i])} in ${one.name}`).join(", ");
      each.input.setAttribute("aria-label", `${each.name.textContent}: ${adds}`);
    });
    const sums = models.map((_, k) => sum(k));
    end.tracks.forEach((each, k) => each.show(sums[k]));
    answers.forEach((each, k) => each.show(sums[k]));
    const agree = sums[0] > 0 === sums[1] > 0;
    const told = models.map((one, k) => `${one.name} ${signed(sums[k])}, ${percent(sums[k])} spam`).join("; ");
    said.textContent = `${told}. ${agree ? `Both say ${sums[0] > 0 ? "spam" : "wanted mail"}.` : "They disagree."}`;
  }

  function open(chosen) {
    email = chosen;
    has = [...email.has, email.others.length > 0];
    const count = email.others.length, last = rows.at(-1);
    last.hidden = !count;
    last.name.textContent = `${count} other word${count === 1 ? "" : "s"}`;
    others.textContent = count ? `The other words of this e-mail: ${email.others.join(" ")}` : "";
    for (const button of acts.children) button.setAttribute("aria-pressed", button.email === email);
    show();
  }

  for (const each of [...emails, nothing]) {
    const button = make("button", "", each.name);
    Object.assign(button, { type: "button", email: each, onclick: () => open(each) });
    acts.append(button);
  }
  // Else JupyterLab takes Space and letters for itself; it asks the element that has the focus, and no other.
  root.addEventListener("focusin", ({ target }) => (target.dataset.lmSuppressShortcuts = "true"));
  root.append(acts, table, others, said);
  el.append(root);
  open(email);
  return () => root.remove();
}

export default { render };
