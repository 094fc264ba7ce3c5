// The game: two small networks and the step that both learn by, with the numbers of ganlib's PlaneGAN. It draws nothing.
// All numbers have 32 bits, as in TensorFlow, so that both games stay together for a long time.

// --- random numbers --------------------------------------------------------------------------------------------------
// Philox 4x32-10 (Salmon et al. 2011), seeded and counted as TensorFlow does it: the same seed gives the same game.

function highHalf(a, b) {
  const low = (a & 0xffff) * (b & 0xffff), left = (a >>> 16) * (b & 0xffff), right = (a & 0xffff) * (b >>> 16);
  const middle = (low >>> 16) + (left & 0xffff) + (right & 0xffff);
  return ((a >>> 16) * (b >>> 16) + (left >>> 16) + (right >>> 16) + (middle >>> 16)) >>> 0;
}

function scramble([a, b, c, d], key, second) {
  for (let round = 0; round < 10; round++) {
    const high = highHalf(0xd2511f53, a), other = highHalf(0xcd9e8d57, c);
    const low = Math.imul(0xd2511f53, a) >>> 0, otherLow = Math.imul(0xcd9e8d57, c) >>> 0;
    [a, b, c, d] = [(other ^ b ^ key) >>> 0, otherLow, (high ^ d ^ second) >>> 0, low];
    key = (key + 0x9e3779b9) >>> 0;
    second = (second + 0xbb67ae85) >>> 0;
  }
  return [a, b, c, d];
}

// Return `count` whole numbers of 32 bits that belong to a pair of whole numbers.
function randomBits(first, second, count) {
  const halves = (x) => [x % 2 ** 32 >>> 0, Math.floor(x / 2 ** 32)];
  const [key, other, high, highest] = scramble([...halves(first), ...halves(second)], 0x3ec8f720, 0x02461e29);
  const bits = new Uint32Array(count);
  for (let i = 0; i < count; i += 4) bits.set(scramble([i / 4, 0, high, highest], key, other).slice(0, count - i), i);
  return bits;
}

const [EXAMPLES, LATENT, LATENT_OF_G, SHOWN_LATENT] = [0, 1, 2, 7]; // the last one is the page's own
const keyOf = (step, turn, stream) => (step * 64 + turn) * 8 + stream;

// Uniform numbers from -1 to 1: `count` latent vectors of two.
function drawLatent(seed, step, turn, stream, count) {
  return Float32Array.from(randomBits(seed, keyOf(step, turn, stream), 2 * count), (bits) => (bits >>> 9) / 2 ** 22 - 1);
}

function drawPoints(points, seed, step, turn, count) {
  const drawn = new Float32Array(2 * count), total = points.length / 2;
  randomBits(seed, keyOf(step, turn, EXAMPLES), count).forEach((bits, i) => {
    drawn[2 * i] = points[2 * (bits % total)];
    drawn[2 * i + 1] = points[2 * (bits % total) + 1];
  });
  return drawn;
}

// --- a network -------------------------------------------------------------------------------------------------------

const SLOPE = 0.2; // of LeakyReLU below 0
const BETA_2 = Math.fround(0.999);

// Add the product of two matrices to a third one, of `rows` by `columns`; each number is a sum of `inner` products.
// `a` and `b` say how far apart neighbours lie in them, so that the same loop multiplies by what is transposed. Four
// sums at a time need half as many reads as one.
function addProduct(sums, x, y, rows, inner, columns, a, b) {
  for (let row = 0; row < rows; row++) {
    let column = 0;
    for (; column + 4 <= columns; column += 4) {
      const to = row * columns + column;
      let first = sums[to], second = sums[to + 1], third = sums[to + 2], fourth = sums[to + 3];
      for (let i = 0, at = row * a.row, from = column * b.column; i < inner; i++, at += a.inner, from += b.inner) {
        const value = x[at];
        first += value * y[from];
        second += value * y[from + b.column];
        third += value * y[from + 2 * b.column];
        fourth += value * y[from + 3 * b.column];
      }
      sums[to] = first;
      sums[to + 1] = second;
      sums[to + 2] = third;
      sums[to + 3] = fourth;
    }
    for (; column < columns; column++) {
      let sum = sums[row * columns + column];
      for (let i = 0; i < inner; i++) sum += x[row * a.row + i * a.inner] * y[i * b.inner + column * b.column];
      sums[row * columns + column] = sum;
    }
  }
}

// Dense layers with LeakyReLU between them, and tanh or nothing at the end. All weights lie in one array, as Adam likes.
class Network {
  constructor(sizes, ending) {
    this.sizes = sizes;
    this.ending = ending;
    const total = sizes.slice(1).reduce((sum, out, i) => sum + (sizes[i] + 1) * out, 0);
    for (const name of ["weights", "gradients", "means", "squares"]) this[name] = new Float32Array(total);
    this.buffers = new Map();
    this.updates = 0;
    let at = 0;
    const part = (array, from, count) => array.subarray(from, from + count);
    this.layers = sizes.slice(1).map((out, i) => {
      const taken = sizes[i], count = taken * out, bias = at + count, from = at;
      at = bias + out;
      const [kernel, ofKernel] = [this.weights, this.gradients].map((array) => part(array, from, count));
      return { taken, out, kernel, ofKernel, bias: part(this.weights, bias, out), ofBias: part(this.gradients, bias, out) };
    });
  }

  // Glorot's uniform weights, as ganlib's builders draw them: the layers of a network share one row of seeds.
  begin(seed) {
    for (const array of [this.weights, this.gradients, this.means, this.squares]) array.fill(0);
    this.updates = 0;
    this.layers.forEach(({ taken, out, kernel }, i) => {
      const limit = Math.sqrt(6 / (taken + out));
      randomBits(seed, i, taken * out).forEach((bits, at) => (kernel[at] = limit * ((bits & 0x7fffff) / 2 ** 22 - 1)));
    });
  }

  // Return what belongs to a batch of n: the numbers after each layer, and their gradients. They are used again.
  bufferOf(n) {
    if (!this.buffers.has(n)) {
      const make = () => this.sizes.map((size) => new Float32Array(n * size));
      this.buffers.set(n, { values: make(), slopes: make() });
    }
    return this.buffers.get(n);
  }

  // Run a batch of rows; the result is overwritten by the next batch of as many.
  run(rows) {
    const n = rows.length / this.sizes[0], { values } = this.bufferOf(n), last = this.layers.length;
    values[0].set(rows);
    this.layers.forEach(({ taken, out, kernel, bias }, i) => {
      const x = values[i], y = values[i + 1];
      for (let row = 0; row < n; row++) y.set(bias, row * out);
      addProduct(y, x, kernel, n, taken, out, { row: taken, inner: 1 }, { inner: out, column: 1 });
      if (i + 1 < last) for (let j = 0; j < y.length; j++) if (y[j] < 0) y[j] *= SLOPE;
    });
    const made = values[last];
    if (this.ending === "tanh") for (let i = 0; i < made.length; i++) made[i] = Math.tanh(made[i]);
    return made;
  }

  // Send the gradients of the batch that was run last back to its rows; if `learns`, find those of the weights too.
  back(slopesOut, learns) {
    const n = slopesOut.length / this.sizes.at(-1), { values, slopes } = this.bufferOf(n), made = values.at(-1);
    const last = slopes.at(-1);
    last.set(slopesOut);
    if (this.ending === "tanh") for (let i = 0; i < last.length; i++) last[i] *= 1 - made[i] ** 2;
    if (learns) this.gradients.fill(0);
    for (let i = this.layers.length - 1; i >= 0; i--) {
      const { taken, out, kernel, ofKernel, ofBias } = this.layers[i], x = values[i], dx = slopes[i], dy = slopes[i + 1];
      if (learns) {
        addProduct(ofKernel, x, dy, taken, n, out, { row: 1, inner: taken }, { inner: out, column: 1 });
        for (let at = 0; at < dy.length; at++) ofBias[at % out] += dy[at];
      }
      addProduct(dx.fill(0), dy, kernel, n, out, taken, { row: out, inner: 1 }, { inner: 1, column: out });
      if (i > 0) for (let at = 0; at < dx.length; at++) if (x[at] < 0) dx[at] *= SLOPE;
    }
    return slopes[0];
  }

  // Adam as Keras has it: beta 0.5 and 0.999, epsilon added to the root of the squares before they are corrected. Keras
  // computes the correction in 32 bits, where 1 - 0.999 is off by 0.001%: enough to be seen after a hundred steps.
  learn(rate) {
    this.updates++;
    const { weights, gradients, means, squares } = this;
    const corrected = (rate * Math.sqrt(1 - Math.fround(BETA_2 ** this.updates))) / (1 - 0.5 ** this.updates);
    for (let i = 0; i < weights.length; i++) {
      means[i] += (gradients[i] - means[i]) * 0.5;
      squares[i] += (gradients[i] ** 2 - squares[i]) * 0.001;
      weights[i] -= (corrected * means[i]) / (Math.sqrt(squares[i]) + 1e-7);
    }
  }
}

// --- losses ----------------------------------------------------------------------------------------------------------

const sigmoid = (logit) => 1 / (1 + Math.exp(-logit));
const logLoss = (logit, label) => Math.max(logit, 0) - logit * label + Math.log1p(Math.exp(-Math.abs(logit)));
const logSlope = (logit, label) => sigmoid(logit) - label;
const squareLoss = (logit, code) => ((logit + 1) / 2 - code) ** 2 / 2;
const squareSlope = (logit, code) => ((logit + 1) / 2 - code) / 2;

// Of each loss: the term of a labelled point for D, that of a fake for G, and the slopes of both.
const LOSSES = {
  non_saturating: { judge: logLoss, slope: logSlope, forge: (x) => logLoss(x, 1), pull: (x) => logSlope(x, 1) },
  saturating: { judge: logLoss, slope: logSlope, forge: (x) => -logLoss(x, 0), pull: (x) => -logSlope(x, 0) },
  least_squares: { judge: squareLoss, slope: squareSlope, forge: (x) => squareLoss(x, 1), pull: (x) => squareSlope(x, 1) },
};

const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;

// --- the game --------------------------------------------------------------------------------------------------------

const BATCH = 128, HALF = BATCH / 2;
const SHOWN = 400; // fakes that are shown, always of the same latent vectors
const USUAL = {
  d_learning_rate: 0.001, g_learning_rate: 0.001, d_steps: 1, g_steps: 1, label_smoothing: 0, freeze_d: false,
  freeze_g: false, loss_kind: "non_saturating",
};

class Game {
  constructor(points) {
    this.generator = new Network([2, 32, 32, 2], "tanh");
    this.discriminator = new Network([2, 32, 32, 1]);
    this.points = points;
    this.live = { ...USUAL };
    this.begin(0);
  }

  // Go back to step 0. `schedule` is a list of changes still to come: { step, name, value }.
  begin(seed, schedule = []) {
    this.seed = seed;
    this.step = 0;
    this.generator.begin(seed);
    this.discriminator.begin(seed + 1);
    this.shownLatent = drawLatent(seed, 0, 0, SHOWN_LATENT, SHOWN);
    this.schedule = [...schedule];
    this.measured = null;
    this.unfinished = null;
    this.dataChanged = false;
    this.changes = Object.keys(USUAL).filter((name) => this.live[name] !== USUAL[name])
      .map((name) => ({ step: 0, name, value: this.live[name] }));
    this.takeDue();
  }

  // Make the changes of the schedule that come before the next step.
  takeDue() {
    while (this.schedule.length && this.schedule[0].step <= this.step) {
      const { name, value } = this.schedule.shift();
      this.set(name, value);
    }
  }

  // Change a live value before the next step; one that has begun keeps its values. Adam keeps its moments.
  set(name, value) {
    if (this.live[name] === value) return;
    this.live[name] = value;
    const step = this.step + (this.unfinished ? 1 : 0);
    this.changes = this.changes.filter((change) => change.step !== step || change.name !== name);
    this.changes.push({ step, name, value });
  }

  setPoints(points) {
    this.points = points;
    this.dataChanged = this.step > 0 || this.unfinished !== null;
  }

  // Make one step, or what is left of one that was shown in slow motion; return the two losses.
  makeStep() {
    while (!this.takePart().done);
    return this.measured;
  }

  // Make the next part of a step in slow motion; `value` says which it was.
  takePart() {
    if (!this.unfinished) {
      this.takeDue();
      this.now = { ...this.live };
      this.unfinished = this.parts();
    }
    const part = this.unfinished.next();
    if (part.done) this.unfinished = null;
    return part;
  }

  *parts() {
    const live = this.now, measured = {};
    for (let turn = 0, times = live.freeze_d ? 0 : live.d_steps; turn < Math.max(times, 1); turn++) {
      const judged = this.judge(turn);
      yield { player: "discriminator", name: "judges", ...judged };
      if (times) this.discriminator.learn(live.d_learning_rate);
      measured.d_loss = judged.loss;
      measured.d_right = judged.right;
      yield { player: "discriminator", name: times ? "learns" : "stands still", loss: judged.loss };
    }
    for (let turn = 0, times = live.freeze_g ? 0 : live.g_steps; turn < Math.max(times, 1); turn++) {
      const forged = this.forge(turn);
      yield { player: "generator", name: "forges", ...forged };
      if (times) this.generator.learn(live.g_learning_rate);
      measured.g_loss = forged.loss;
      if (turn < times - 1) yield { player: "generator", name: "learns", loss: forged.loss };
    }
    this.step++;
    this.measured = measured;
    return { player: "generator", name: live.freeze_g || !live.g_steps ? "stands still" : "learns", loss: measured.g_loss };
  }

  // Let D judge real points and fakes, and find its gradients.
  judge(turn) {
    const { seed, step, now: live } = this, { judge, slope } = LOSSES[live.loss_kind];
    const real = drawPoints(this.points, seed, step, turn, HALF);
    const fake = this.generator.run(drawLatent(seed, step, turn, LATENT, HALF)).slice();
    const both = new Float32Array(2 * BATCH);
    both.set(real);
    both.set(fake, BATCH);
    const labels = Float32Array.from({ length: BATCH }, (_, i) => (i < HALF ? 1 - live.label_smoothing : 0));
    const logits = this.discriminator.run(both);
    this.discriminator.back(logits.map((logit, i) => slope(logit, labels[i]) / BATCH), true);
    const right = logits.reduce((sum, logit, i) => sum + (logit > 0 === i < HALF), 0) / BATCH;
    return { real, fake, right, loss: mean(logits.map((logit, i) => judge(logit, labels[i]))) };
  }

  // Let G make fakes that D judges, and find G's gradients through D, which stands still.
  forge(turn) {
    const { forge, pull } = LOSSES[this.now.loss_kind];
    const fake = this.generator.run(drawLatent(this.seed, this.step, turn, LATENT_OF_G, BATCH)).slice();
    const logits = this.discriminator.run(fake);
    const slopes = this.discriminator.back(logits.map((logit) => pull(logit) / BATCH), false).slice();
    this.generator.back(slopes, true);
    return { fake, arrows: slopes.map((slope) => -BATCH * slope), loss: mean(logits.map(forge)) };
  }

  isFinite() {
    return [this.generator, this.discriminator].every(({ weights }) => weights.every(Number.isFinite));
  }

  // --- what can be seen; every result is overwritten by the next one ---

  fakes() {
    return this.generator.run(this.shownLatent);
  }

  probabilities(points) {
    return this.discriminator.run(points).map(sigmoid);
  }

  // The way along which G's loss falls fastest at each point.
  push(points) {
    const { pull } = LOSSES[this.live.loss_kind], logits = this.discriminator.run(points);
    return this.discriminator.back(logits.map(pull), false).map((slope) => -slope);
  }
}

// --- how far apart two clouds are ------------------------------------------------------------------------------------

const distanceOf = (a, i, b, j) => Math.sqrt((a[i] - b[j]) ** 2 + (a[i + 1] - b[j + 1]) ** 2);

function meanBetween(points, others) {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) for (let j = 0; j < others.length; j += 2) sum += distanceOf(points, i, others, j);
  return (4 * sum) / (points.length * others.length);
}

// Of all pairs of two different points.
function meanWithin(points) {
  let sum = 0;
  for (let i = 0; i < points.length; i += 2) for (let j = 0; j < i; j += 2) sum += distanceOf(points, i, points, j);
  return (8 * sum) / (points.length * (points.length - 2));
}

// The energy distance (Székely and Rizzo 2013), without bias; `within` is the mean distance within `others`, if known.
function energyDistance(points, others, within = meanWithin(others)) {
  return 2 * meanBetween(points, others) - meanWithin(points) - within;
}
