// What the pads share: a square canvas that is drawn on with a mouse, a pen, a finger or keys. Python puts this file
// before the one of a pad.

const STEPS = 40, SMALL_STEPS = 200; // that an arrow needs from one side to the other, the small ones with Shift
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function make(tag, attributes, ...children) {
  const element = Object.assign(document.createElement(tag), attributes);
  element.append(...children);
  return element;
}

// Let a canvas inside of `root` be drawn on. `from` and `to` are the units of its upper left and lower right corners,
// and a point may lie `outside` them by so many. `on` has
//   begin(point), extend(point), end()  what becomes of the pen's way, each point [x, y] in units;
//   paint(context, pixel)  draws what there is, in units, of which a pixel of the page has so many;
//   radius()  of the pen; undo(); keys  what other keys do;
//   toggled(isDown), moved(point)  what to say when keys put the pen down or up, and when they move it.
function drawable(root, canvas, { from, to, outside = 0 }, on) {
  const context = canvas.getContext("2d"), across = to[0] - from[0], down = to[1] - from[1];
  let cursor = null, pointer = null, byKeys = false, isDown = false; // the pen's place; the finger that draws; keys
  let frame = 0;
  // Else JupyterLab takes the arrows, Enter and D for itself; it asks the element that has the focus, and no other.
  root.addEventListener("focusin", ({ target }) => (target.dataset.lmSuppressShortcuts = "true"));

  function redraw() {
    frame ||= requestAnimationFrame(() => {
      frame = 0;
      paint();
    });
  }

  function paint() {
    const scale = canvas.width / across, pixel = devicePixelRatio / scale;
    context.setTransform(scale, 0, 0, canvas.height / down, -from[0] * scale, (-from[1] * canvas.height) / down);
    on.paint(context, pixel);
    if (cursor) paintCursor(pixel);
  }

  function paintCursor(pixel) { // in two colours, so that it is seen on every ink; a cross while the pen is up
    const [x, y] = cursor, radius = on.radius();
    for (const [colour, line] of [["#000", 3], ["#fff", 1.5]]) {
      context.strokeStyle = colour;
      context.lineWidth = line * pixel;
      context.beginPath();
      context.arc(x, y, radius, 0, 2 * Math.PI);
      if (byKeys && !isDown) {
        context.moveTo(x - radius / 2, y);
        context.lineTo(x + radius / 2, y);
        context.moveTo(x, y - radius / 2);
        context.lineTo(x, y + radius / 2);
      }
      context.stroke();
    }
  }

  function lift() {
    pointer = null;
    isDown = false;
    on.end();
    redraw();
  }

  // A number between two, whichever of them is larger, with so much room beyond them.
  const between = (value, one, other, room) =>
    Math.max(Math.min(one, other) - room, Math.min(Math.max(one, other) + room, value));
  const inside = ([x, y], room) => [between(x, from[0], to[0], room), between(y, from[1], to[1], room)];
  function placeOf(event) {
    const box = canvas.getBoundingClientRect();
    const shares = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    return inside([Math.round(from[0] + shares[0] * across), Math.round(from[1] + shares[1] * down)], outside);
  }

  canvas.onpointerdown = (event) => {
    if (event.button !== 0 || pointer !== null) return;
    event.preventDefault();
    canvas.focus({ preventScroll: true });
    canvas.setPointerCapture(event.pointerId);
    lift();
    pointer = event.pointerId;
    on.begin(placeOf(event));
  };
  canvas.onpointermove = (event) => {
    if (pointer === null && !event.movementX && !event.movementY) return; // the page has moved, and not the mouse
    if (isDown) lift();
    byKeys = false;
    cursor = event.pointerType === "touch" ? null : placeOf(event);
    redraw();
    if (event.pointerId !== pointer) return;
    const events = event.getCoalescedEvents?.() ?? [];
    for (const one of events.length ? events : [event]) on.extend(placeOf(one));
  };
  canvas.onpointerup = canvas.onpointercancel = canvas.onlostpointercapture = (event) => {
    if (event.pointerId === pointer) lift();
  };
  canvas.onpointerleave = canvas.onblur = () => {
    cursor = null;
    lift();
  };
  canvas.onfocus = () => {
    if (canvas.matches(":focus-visible")) takeKeys();
  };

  function takeKeys() {
    byKeys = true;
    cursor ??= [from[0] + across / 2, from[1] + down / 2];
    redraw();
  }

  function putDownOrUp() {
    isDown = !isDown;
    if (isDown) on.begin(cursor);
    else lift();
    on.toggled(isDown);
  }

  function move([x, y], steps) {
    cursor = inside([cursor[0] + (x * across) / steps, cursor[1] + (y * down) / steps], 0);
    if (isDown) on.extend(cursor);
    on.moved?.(cursor);
  }

  root.onkeydown = (event) => {
    const isUndo = (event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z";
    if (!isUndo && (event.target !== canvas || event.ctrlKey || event.metaKey || event.altKey)) return;
    const arrow = ARROWS[event.key];
    const act = { " ": putDownOrUp, ...on.keys }[event.key] ?? (isUndo || event.key === "Backspace" ? on.undo : null);
    if (!arrow && !act) return;
    event.preventDefault();
    event.stopPropagation();
    takeKeys();
    if (arrow) move(arrow, event.shiftKey ? SMALL_STEPS : STEPS);
    else if (!event.repeat || act === on.undo) act();
  };

  const sizes = new ResizeObserver(() => {
    canvas.width = canvas.height = Math.max(1, Math.round(canvas.clientWidth * devicePixelRatio));
    paint();
  });
  sizes.observe(canvas);
  return { redraw, lift, dispose: () => sizes.disconnect() };
}

