// A picture to draw a box on, and to walk in by the keyboard. Boxes are told in pixels of the picture itself, which is
// `wide` pixels wide and may be shown smaller. Each key is a message of its own, so that none is lost while the kernel
// is at work; a key held down goes on as fast as the kernel answers.
const KEYS = { w: "w", a: "a", s: "s", d: "d", arrowleft: "look_left", arrowright: "look_right",
  arrowup: "look_up", arrowdown: "look_down", KeyW: "w", KeyA: "a", KeyS: "s", KeyD: "d" };

function render({ model, el }) {
  const frame = document.createElement("div");
  frame.className = "agentvid-canvas";
  frame.tabIndex = 0;
  const picture = document.createElement("img");
  picture.draggable = false;
  const box = document.createElement("div");
  box.className = "agentvid-box";
  frame.append(picture, box);
  el.append(frame);

  const scale = () => model.get("wide") / picture.clientWidth || 1;
  const place = (sides) => {
    box.hidden = sides.length !== 4;
    if (box.hidden) return;
    const [x0, y0, x1, y1] = sides;
    const wide = model.get("wide"), high = wide * picture.naturalHeight / picture.naturalWidth;
    const share = (length, whole) => 100 * length / whole + "%";
    Object.assign(box.style, { left: share(x0, wide), top: share(y0, high), width: share(x1 - x0, wide),
      height: share(y1 - y0, high) });
  };
  const show = () => { picture.src = model.get("source"); picture.alt = frame.title = model.get("words"); };
  const put = () => place(model.get("box"));

  let from = null;
  const at = (event) => {
    const { left, top } = picture.getBoundingClientRect();
    const inside = (value, most) => Math.min(Math.max(value, 0), most) * scale();
    return [inside(event.clientX - left, picture.clientWidth), inside(event.clientY - top, picture.clientHeight)];
  };
  const sides = (event) => {
    const to = at(event);
    return [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
  };
  picture.addEventListener("pointerdown", (event) => {
    if (!model.get("draws") || event.button !== 0) return;
    from = at(event);
    picture.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  picture.addEventListener("pointermove", (event) => { if (from) place(sides(event)); });
  picture.addEventListener("pointercancel", () => { from = null; put(); });
  picture.addEventListener("pointerup", (event) => {
    if (!from) return;
    const drawn = sides(event).map(Math.round);
    from = null;
    if (drawn[2] - drawn[0] < 2 || drawn[3] - drawn[1] < 2) return put();
    model.set("box", drawn);
    model.save_changes();
  });

  let unanswered = 0;
  frame.addEventListener("keydown", (event) => {
    if (!model.get("walks") || event.ctrlKey || event.metaKey || event.altKey) return;
    const key = KEYS[event.key.toLowerCase()] ?? KEYS[event.code];
    if (key || event.key.length === 1) event.stopPropagation(); // or a notebook takes X for "cut this cell"
    if (!key) return;
    event.preventDefault();
    if (event.repeat && unanswered > 0) return;
    unanswered += 1;
    model.send({ pressed: key });
  });
  const answered = () => { unanswered = Math.max(0, unanswered - 1); };

  picture.addEventListener("load", put);
  model.on("change:source", show);
  model.on("change:box", put);
  model.on("msg:custom", answered);
  show();
  return () => {
    model.off("change:source", show);
    model.off("change:box", put);
    model.off("msg:custom", answered);
  };
}

export default { render };
