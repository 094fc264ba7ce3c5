// Real or made up? One picture after the other, two buttons, and at the end what the player, a coin and the rival were
// right about. All pictures are tiles of one. See ganlib/lab/game.py.

const MARKUP = `
  <div class="pad-draw">
    <canvas class="game-picture" role="img"></canvas>
    <div class="pad-acts">
      <button type="button" class="game-real">Real</button>
      <button type="button" class="game-made">Made up</button>
    </div>
  </div>
  <div class="pad-side">
    <p class="pad-said" role="status"></p>
    <canvas class="game-seen" role="img" hidden></canvas>
    <p class="game-key" hidden>From left to right, in the order they came. Crossed out: you were wrong.</p>
    <button type="button" class="game-again" hidden>Play again</button>
  </div>`;

function render({ model, el }) {
  const { shape: [height, width], answers, picture, rival } = model.get("about");
  const root = document.createElement("div");
  root.className = "pad";
  root.innerHTML = MARKUP;
  el.append(root);
  const find = (name) => root.querySelector(`.${name}`);
  const [canvas, seen, said, again] = ["game-picture", "game-seen", "pad-said", "game-again"].map(find);
  const [real, made] = ["game-real", "game-made"].map(find), rounds = answers.length;
  const tiles = new Image();
  let given = [];
  [canvas.height, canvas.width] = [height, width];

  const right = () => given.filter((guess, i) => guess === answers[i]).length;
  const word = (isReal) => (isReal ? "real" : "made up");

  function show() {
    const over = given.length === rounds, at = Math.min(given.length, rounds - 1);
    canvas.getContext("2d").drawImage(tiles, at * width, 0, width, height, 0, 0, width, height);
    canvas.setAttribute("aria-label", `Picture ${at + 1} of ${rounds}: real or made up?`);
    for (const button of [real, made]) button.disabled = over;
    for (const element of [seen, find("game-key"), again]) element.hidden = !over;
    if (over) end();
  }

  function end() {
    const coin = `Somebody who tosses a coin is right in about ${Math.round(rounds / 2)}`;
    const other = rival === null ? "" : `, and the network that was trained for it in ${rival}`;
    said.textContent += ` You were right in ${right()} of ${rounds}. ${coin}${other}.`;
    const gap = 4;
    [seen.width, seen.height] = [rounds * (width + gap) + gap, height + 2 * gap];
    const pen = seen.getContext("2d");
    answers.forEach((answer, i) => {
      pen.fillStyle = given[i] === answer ? "#008060" : "#B3123F";
      pen.fillRect(i * (width + gap) + gap / 2, gap / 2, width + gap, height + gap);
      pen.drawImage(tiles, i * width, 0, width, height, i * (width + gap) + gap, gap, width, height);
      if (given[i] === answer) return;
      pen.strokeStyle = pen.fillStyle; // a stroke as well, for those who cannot tell the colours apart
      pen.lineWidth = 3;
      pen.beginPath();
      pen.moveTo(i * (width + gap) + gap, gap);
      pen.lineTo((i + 1) * (width + gap), gap + height);
      pen.stroke();
    });
    seen.setAttribute("aria-label", answers.map((answer, i) =>
      `${i + 1}: ${word(answer)}, you said ${word(given[i])}`).join("; "));
    again.focus();
  }

  function guess(isReal) {
    const answer = answers[given.length];
    given.push(isReal);
    said.textContent = `${isReal === answer ? "Right" : "Wrong"}: that one was ${answer ? "real" : "made up"}.`;
    show();
  }

  real.onclick = () => guess(true);
  made.onclick = () => guess(false);
  again.onclick = () => {
    given = [];
    said.textContent = "The same pictures once more.";
    show();
    real.focus();
  };
  // Else JupyterLab takes Enter and letters for itself; it asks the element that has the focus, and no other.
  root.addEventListener("focusin", ({ target }) => (target.dataset.lmSuppressShortcuts = "true"));
  said.textContent = "Is it real, or made up by a network? Tab and Space work as well as the mouse.";
  tiles.src = `data:image/png;base64,${picture}`;
  tiles.decode().then(show);
  return () => root.remove();
}

export default { render };
