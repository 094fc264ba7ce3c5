// A session: what a game began with, and every change that was made. Its file is a ganlib Schedule with a bit more.

const LARGEST = 4e6; // bytes of a file
const FEWEST_POINTS = 10, MOST_POINTS = 5000, MOST_CHANGES = 10_000;

const isNumber = (x, low, high) => typeof x === "number" && x >= low && x <= high;
const isWhole = (x, low, high) => isNumber(x, low, high) && Number.isInteger(x);
const isSwitch = (x) => typeof x === "boolean";

const CHECKS = {
  d_learning_rate: [(x) => isNumber(x, 0, 10), "a number from 0 to 10"],
  g_learning_rate: [(x) => isNumber(x, 0, 10), "a number from 0 to 10"],
  d_steps: [(x) => isWhole(x, 0, 10), "a whole number from 0 to 10"],
  g_steps: [(x) => isWhole(x, 0, 10), "a whole number from 0 to 10"],
  label_smoothing: [(x) => isNumber(x, 0, 0.5), "a number from 0 to 0.5"],
  freeze_d: [isSwitch, "true or false"],
  freeze_g: [isSwitch, "true or false"],
  loss_kind: [(x) => Object.hasOwn(LOSSES, x), `one of ${Object.keys(LOSSES).join(", ")}`],
};

const short = (x) => String(JSON.stringify(x) ?? x).slice(0, 40);

function check(good, sentence) {
  if (!good) throw new Error(sentence);
}

function checkChange(change) {
  const isPlain = typeof change === "object" && change !== null;
  check(isPlain && isWhole(change.step, 0, 1e12), "Each change of a session needs the number of a step: open another file.");
  const { step, name, value } = change;
  check(Object.hasOwn(CHECKS, name), `The session changes ${short(name)}, which this page cannot: play it in Python.`);
  const [fits, words] = CHECKS[name];
  check(fits(value), `The session sets ${name} to ${short(value)}, but here it must be ${words}: open another file.`);
  return { step, name, value };
}

function checkPoints(pairs) {
  const many = Array.isArray(pairs) && pairs.length >= FEWEST_POINTS && pairs.length <= MOST_POINTS;
  check(many, `A session has ${FEWEST_POINTS} to ${MOST_POINTS.toLocaleString("en")} points: open another file.`);
  const inside = (pair) => Array.isArray(pair) && pair.length === 2 && pair.every((x) => isNumber(x, -1, 1));
  check(pairs.every(inside), "The points of a session are pairs of numbers from -1 to 1: open another file.");
  return Float32Array.from(pairs.flat());
}

// Return { seed, kind, points, schedule } of what stands in a file; an Error is a sentence that says what is wrong.
function readSession(text, kinds) {
  let content;
  try {
    content = JSON.parse(text);
  } catch {
    throw new Error("The file is not a session: open one that this page has saved.");
  }
  check(content?.ganlib_schedule === 1 && Array.isArray(content.changes), "The file is not a session of the plane: open one that this page has saved.");
  check(content.changes.length <= MOST_CHANGES, `A session has at most ${MOST_CHANGES.toLocaleString("en")} changes.`);
  const { seed = 0, data = "ring", batch_size: batch = BATCH } = content.plane ?? {};
  check(isWhole(seed, 0, 2 ** 31 - 1), "The seed of a session is a whole number from 0 to 2,147,483,647: open another file.");
  check(batch === BATCH, `This page plays with batches of ${BATCH}, not ${short(batch)}: open the session in Python.`);
  const isKind = typeof data === "string";
  check(!isKind || Object.hasOwn(kinds, data), `The page has no data ${short(data)}: it has ${Object.keys(kinds).join(", ")}.`);
  const schedule = content.changes.map(checkChange).sort((one, other) => one.step - other.step);
  return { seed, kind: isKind ? data : null, points: isKind ? kinds[data] : checkPoints(data), schedule };
}

// Write a session as Schedule.save does, one change per line.
function writeSession(game, kind) {
  const changes = [...game.changes, ...game.schedule].map((change) => `  ${JSON.stringify(change)}`).join(",\n");
  // Points that were drawn by hand have four decimals; nine digits tell every number of 32 bits from its neighbours.
  const pairs = () => Array.from({ length: game.points.length / 2 }, (_, i) =>
    [game.points[2 * i], game.points[2 * i + 1]].map((x) => {
      const short = Math.round(1e4 * x) / 1e4;
      return Math.fround(short) === x ? short : Number(x.toPrecision(9));
    }));
  const plane = { seed: game.seed, steps: game.step, batch_size: BATCH, data: kind ?? pairs() };
  return `{"ganlib_schedule": 1, "changes": [\n${changes}\n], "plane": ${JSON.stringify(plane)}}\n`;
}
