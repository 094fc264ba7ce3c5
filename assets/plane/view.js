// What is seen: the plane with its layers, and two charts. Nothing here changes the game.

const CELLS = 32; // of the surface, and of its pixels one more, on a side
const MESH = 20; // cells of the latent grid on a side
const REACH = 0.35; // length of the longest arrow

// A grid of places over the square from -1 to 1, rows from y = -1 up.
function places(cells) {
  const side = cells + 1;
  return Float32Array.from({ length: 2 * side * side }, (_, i) => {
    const at = i >> 1;
    return (2 * (i % 2 ? Math.floor(at / side) : at % side)) / cells - 1;
  });
}

const SURFACE_PLACES = places(CELLS), MESH_PLACES = places(MESH);

const mix = (from, to, share) => from.map((x, i) => x + share * (to[i] - x));

function parseColour(text) {
  const hex = text.trim().slice(1);
  return [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));
}

// The colours of the theme that the browser asks for; the style sheet has them.
function coloursOfTheme() {
  const style = getComputedStyle(document.documentElement);
  const names = ["d", "g", "real", "fake", "ink", "soft", "paper", "line", "s0", "s1", "s2", "s3", "s4"];
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

// 256 colours, from "fake" through "cannot tell" to "real"; steepest around a half, where a balanced game is played.
function surfaceColours(colours) {
  const stops = [0, 0.4, 0.5, 0.6, 1], known = ["s0", "s1", "s2", "s3", "s4"].map((name) => parseColour(colours[name]));
  return Array.from({ length: 256 }, (_, i) => {
    const value = i / 255, upper = Math.max(1, stops.findIndex((stop) => value <= stop));
    return mix(known[upper - 1], known[upper], (value - stops[upper - 1]) / (stops[upper] - stops[upper - 1]));
  });
}

class View {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.small = document.createElement("canvas");
    this.small.width = this.small.height = CELLS + 1;
    this.realLayer = document.createElement("canvas");
    this.retheme();
  }

  retheme() {
    this.colours = coloursOfTheme();
    this.shades = surfaceColours(this.colours);
    this.drawnReal = null;
  }

  // Give the canvas as many pixels as the screen has there.
  fit() {
    const side = Math.max(1, Math.round(this.canvas.clientWidth * Math.min(devicePixelRatio, 2)));
    if (this.canvas.width !== side) this.canvas.width = this.canvas.height = side;
    this.side = side;
    this.unit = side / 600; // so that lines and points keep their share of the picture
  }

  at(x) {
    return ((x + 1) / 2) * this.side;
  }

  draw({ surface, mesh, real, fakes, arrows, cursor, batch }) {
    this.fit();
    this.pen.fillStyle = this.colours.paper;
    this.pen.fillRect(0, 0, this.side, this.side);
    if (surface && surface.every(Number.isFinite)) this.drawSurface(surface); // not of weights that are spoiled
    if (mesh) this.drawMesh(mesh);
    if (real) this.drawReal(real);
    if (fakes) this.drawCrosses(fakes);
    if (batch) this.drawRings(batch);
    if (arrows) this.drawArrows(arrows.from, arrows.to);
    if (cursor) this.drawCursor(cursor);
  }

  drawSurface(surface) {
    const pen = this.small.getContext("2d"), side = CELLS + 1, image = pen.createImageData(side, side);
    surface.forEach((value, i) => {
      const pixel = (side - 1 - Math.floor(i / side)) * side + (i % side);
      image.data.set(this.shades[Math.round(255 * value)], 4 * pixel);
      image.data[4 * pixel + 3] = 255;
    });
    pen.putImageData(image, 0, 0);
    // A value belongs to the middle of its pixel, and the outermost values to the edge of the square.
    const beyond = this.side / CELLS / 2;
    this.pen.imageSmoothingEnabled = true;
    this.pen.drawImage(this.small, -beyond, -beyond, this.side + 2 * beyond, this.side + 2 * beyond);
    this.drawLevel(surface);
  }

  // The line where D cannot tell: in each cell, a piece between the sides on which the surface passes a half.
  drawLevel(surface) {
    const side = CELLS + 1, { pen } = this;
    pen.beginPath();
    for (let row = 0; row < CELLS; row++)
      for (let column = 0; column < CELLS; column++) {
        const corners = [[0, 0], [1, 0], [1, 1], [0, 1]].map(([x, y]) => [column + x, row + y]);
        const levels = corners.map(([x, y]) => surface[y * side + x] - 0.5);
        const cuts = [];
        for (let i = 0; i < 4; i++) {
          const j = (i + 1) % 4;
          if (levels[i] > 0 !== levels[j] > 0) cuts.push(mix(corners[i], corners[j], levels[i] / (levels[i] - levels[j])));
        }
        cuts.forEach(([x, y], i) => pen[i % 2 ? "lineTo" : "moveTo"]((x / CELLS) * this.side, (1 - y / CELLS) * this.side));
      }
    pen.strokeStyle = this.colours.ink;
    pen.lineWidth = 1.5 * this.unit;
    pen.stroke();
  }

  // The latent grid where G takes it: every cell gets equally many fakes, so a small cell is dense, and dark.
  drawMesh(mesh) {
    const side = MESH + 1, cells = [];
    for (let row = 0; row < MESH; row++)
      for (let column = 0; column < MESH; column++) {
        const first = row * side + column, corners = [first, first + 1, first + side + 1, first + side];
        const area = corners.reduce((sum, one, i) => {
          const next = corners[(i + 1) % 4];
          return sum + mesh[2 * one] * mesh[2 * next + 1] - mesh[2 * next] * mesh[2 * one + 1];
        }, 0);
        cells.push({ corners, dense: 2 / Math.max(Math.abs(area), 2e-6) });
      }
    const high = cells.map(({ dense }) => dense).sort((a, b) => a - b)[Math.floor(0.9 * cells.length)];
    this.pen.fillStyle = this.pen.strokeStyle = this.colours.g;
    this.pen.lineWidth = 0.8 * this.unit;
    for (const { corners, dense } of cells) {
      this.pen.globalAlpha = Math.min(0.9, Math.max(0.06, 0.9 * Math.sqrt(dense / high)));
      this.pen.beginPath();
      for (const i of corners) this.pen.lineTo(this.at(mesh[2 * i]), this.at(-mesh[2 * i + 1]));
      this.pen.closePath();
      this.pen.fill();
      this.pen.stroke();
    }
    this.pen.globalAlpha = 1;
  }

  // Real points seldom change, so their picture is kept.
  drawReal(points) {
    if (this.drawnReal !== points || this.realLayer.width !== this.side) {
      this.realLayer.width = this.realLayer.height = this.side;
      const pen = this.realLayer.getContext("2d");
      pen.fillStyle = this.colours.real;
      pen.globalAlpha = 0.6;
      for (let i = 0; i < points.length; i += 2) {
        pen.beginPath();
        pen.arc(this.at(points[i]), this.at(-points[i + 1]), 2.4 * this.unit, 0, 7);
        pen.fill();
      }
      this.drawnReal = points;
    }
    this.pen.drawImage(this.realLayer, 0, 0);
  }

  drawCrosses(points) {
    const size = 3.4 * this.unit, { pen } = this;
    pen.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const x = this.at(points[i]), y = this.at(-points[i + 1]);
      pen.moveTo(x - size, y - size);
      pen.lineTo(x + size, y + size);
      pen.moveTo(x - size, y + size);
      pen.lineTo(x + size, y - size);
    }
    pen.strokeStyle = this.colours.fake;
    pen.lineWidth = 1.9 * this.unit;
    pen.stroke();
  }

  // The real points of a batch, in slow motion.
  drawRings(points) {
    this.pen.strokeStyle = this.colours.real;
    this.pen.lineWidth = 2 * this.unit;
    for (let i = 0; i < points.length; i += 2) {
      this.pen.beginPath();
      this.pen.arc(this.at(points[i]), this.at(-points[i + 1]), 5 * this.unit, 0, 7);
      this.pen.stroke();
    }
  }

  drawArrows(points, ways) {
    let longest = 1e-12;
    for (let i = 0; i < ways.length; i += 2) longest = Math.max(longest, Math.hypot(ways[i], ways[i + 1]));
    const scale = (REACH * this.side) / 2 / longest, { pen } = this;
    pen.beginPath();
    for (let i = 0; i < points.length; i += 2) {
      const x = this.at(points[i]), y = this.at(-points[i + 1]), dx = scale * ways[i], dy = -scale * ways[i + 1];
      const head = Math.min(5 * this.unit, 0.4 * Math.hypot(dx, dy)), angle = Math.atan2(dy, dx);
      pen.moveTo(x, y);
      pen.lineTo(x + dx, y + dy);
      for (const turn of [2.6, -2.6]) {
        pen.moveTo(x + dx, y + dy);
        pen.lineTo(x + dx + head * Math.cos(angle + turn), y + dy + head * Math.sin(angle + turn));
      }
    }
    pen.strokeStyle = this.colours.ink;
    pen.lineWidth = 1.2 * this.unit;
    pen.stroke();
  }

  drawCursor({ x, y, radius }) {
    this.pen.strokeStyle = this.colours.ink;
    this.pen.lineWidth = 2 * this.unit;
    this.pen.beginPath();
    this.pen.arc(this.at(x), this.at(-y), Math.max((radius * this.side) / 2, 6 * this.unit), 0, 7);
    this.pen.stroke();
  }
}

// --- charts ----------------------------------------------------------------------------------------------------------

const MOST_ROWS = 800;

// What was measured, however long the game is: when there are too many rows, neighbours become their mean.
class History {
  constructor() {
    this.rows = [];
    this.each = 1; // steps in a row
    this.gathered = [];
  }

  add(step, values) {
    this.gathered.push([step, ...values]);
    if (this.gathered.length < this.each) return;
    this.rows.push(meanRow(this.gathered));
    this.gathered = [];
    if (this.rows.length < MOST_ROWS) return;
    this.rows = Array.from({ length: MOST_ROWS / 2 }, (_, i) => meanRow(this.rows.slice(2 * i, 2 * i + 2)));
    this.each *= 2;
  }
}

const meanRow = (rows) => rows[0].map((_, i) => mean(rows.map((row) => row[i])));

// Draw lines over the steps: `lines` are { colour, dashes, values: [[step, value]] }, `band` the part below a level.
function drawChart(canvas, colours, { lines, marks, last, low, high, log, band, level, unit = (x) => String(x) }) {
  const ratio = Math.min(devicePixelRatio, 2), width = canvas.clientWidth, height = canvas.clientHeight, pen = canvas.getContext("2d");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  pen.scale(ratio, ratio);
  const scale = log ? Math.log10 : (y) => y, [left, right, top, bottom] = [46, width - 8, 8, height - 22];
  const across = (step) => left + ((right - left) * step) / Math.max(last, 1);
  const up = (y) => bottom - (bottom - top) * Math.min(1, Math.max(0, (scale(y) - scale(low)) / (scale(high) - scale(low))));
  const line = (points) => {
    pen.beginPath();
    for (const [step, y] of points) pen.lineTo(across(step), up(y));
    pen.stroke();
  };
  pen.lineWidth = 1;
  pen.strokeStyle = colours.line;
  for (const y of [low, high]) line([[0, y], [last, y]]);
  if (band) {
    pen.fillStyle = colours.real;
    pen.globalAlpha = 0.25;
    pen.fillRect(left, up(band), right - left, bottom - up(band));
    pen.globalAlpha = 1;
  }
  pen.strokeStyle = colours.soft;
  pen.setLineDash([2, 3]);
  if (level !== undefined) line([[0, level], [last, level]]);
  for (const step of marks) line([[step, low], [step, high]]);
  pen.lineWidth = 2;
  for (const { colour, dashes, values } of lines) {
    pen.strokeStyle = colours[colour];
    pen.setLineDash(dashes);
    line(values);
  }
  pen.fillStyle = colours.soft;
  pen.font = "12px system-ui, sans-serif";
  pen.textAlign = "right";
  for (const y of [low, high]) pen.fillText(unit(y), left - 5, up(y) + 4);
  pen.fillText(`step ${last.toLocaleString("en")}`, right, height - 6);
  pen.textAlign = "left";
  pen.fillText("0", left, height - 6);
}
