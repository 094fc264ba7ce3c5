// A map to walk over, on top of drawable.js: digits where their codes lie, and the decoder's picture of the place under
// the mouse, a finger or the cross that keys move. All pictures are tiles of one. See ganlib/lab/atlas.py.

const MARKUP = `
  <div class="pad-draw"><canvas tabindex="0" role="application" aria-roledescription="map"></canvas></div>
  <div class="pad-side">
    <figure class="pad-place">
      <canvas aria-hidden="true"></canvas>
      <figcaption></figcaption>
    </figure>
    <details>
      <summary>With the keyboard</summary>
      <p>Focus the map. Arrows move the place; with Shift, only a little.</p>
    </details>
  </div>`;

function render({ model, el }) {
  const about = model.get("about"), { corner, size, side, labels } = about;
  const root = make("div", { className: "pad", innerHTML: MARKUP });
  el.append(root);
  const [canvas, picture] = root.querySelectorAll("canvas"), caption = root.querySelector("figcaption");
  const codes = labels.map((_, i) => [about.codes[2 * i], about.codes[2 * i + 1]]);
  const tiles = make("img", { src: `data:image/png;base64,${about.picture}` });
  [picture.height, picture.width] = about.shape;
  // The pads count in whole units; a map has a thousand of them across, y upwards.
  const unit = size / 1000, toUnits = (code) => code.map((value, axis) => (value - corner[axis]) / unit);
  let place = [500, 500];

  function paint(pen, pixel) {
    pen.fillStyle = about.paper;
    pen.fillRect(0, 0, 1000, 1000);
    if (about.radius) {
      pen.strokeStyle = "#222";
      pen.lineWidth = pixel;
      pen.beginPath();
      pen.arc(...toUnits([0, 0]), about.radius / unit, 0, 2 * Math.PI);
      pen.stroke();
    }
    pen.save();
    pen.scale(pixel, -pixel); // letters stand upright, though y goes up
    pen.font = "11px system-ui, sans-serif";
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    codes.forEach((code, i) => {
      const [x, y] = toUnits(code);
      pen.fillStyle = about.colours[labels[i]];
      pen.fillText(labels[i], x / pixel, -y / pixel);
    });
    pen.restore();
  }

  function go(point, aloud) {
    place = point.map((value) => Math.min(999, Math.max(0, value)));
    const [column, row] = [Math.floor((place[0] * side) / 1000), side - 1 - Math.floor((place[1] * side) / 1000)];
    const [height, width] = about.shape;
    picture.getContext("2d").drawImage(tiles, column * width, row * height, width, height, 0, 0, width, height);
    const [x, y] = place.map((value, axis) => corner[axis] + value * unit);
    const far = codes.map((code) => Math.hypot(code[0] - x, code[1] - y));
    const nearest = far.reduce((best, value, i) => (value < far[best] ? i : best), 0);
    const said = [`(${x.toFixed(2)}, ${y.toFixed(2)}).`, `The nearest digit, ${far[nearest].toFixed(2)} away, is ${labels[nearest]}.`];
    if (about.readings) {
      const reading = about.readings[row * side + column];
      const [digit, sure] = [Math.floor(reading / 1000), Math.floor((reading % 1000) / 10)];
      said.push(sure >= 90 ? `The judge reads ${digit} and is ${sure}% sure.` : `The judge is not sure: ${sure}% for ${digit}.`);
    }
    caption.setAttribute("aria-live", aloud ? "polite" : "off");
    caption.textContent = said.join(" ");
  }

  const hand = drawable(root, canvas, { from: [0, 1000], to: [1000, 0] }, {
    begin: (point) => go(point, false), extend: (point) => go(point, false), end: () => {}, undo: () => {},
    paint, radius: () => 14, toggled: () => {}, moved: (point) => go(point, true), keys: {},
  });
  canvas.addEventListener("pointermove", (event) => {
    const box = canvas.getBoundingClientRect();
    go([(1000 * (event.clientX - box.left)) / box.width, 1000 - (1000 * (event.clientY - box.top)) / box.height], false);
  });
  canvas.setAttribute("aria-label", about.sentence);
  tiles.decode().then(() => go(place, false));
  return () => {
    hand.dispose();
    root.remove();
  };
}

export default { render };
