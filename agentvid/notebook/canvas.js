// A picture to draw a box on, and to walk in by the keyboard. Boxes are told in pixels of the picture itself.
const KEYS = { w: "w", a: "a", s: "s", d: "d", ArrowLeft: "look_left", ArrowRight: "look_right",
  ArrowUp: "look_up", ArrowDown: "look_down" };

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

  const scale = () => picture.naturalWidth / picture.clientWidth || 1;
  const place = (sides) => {
    box.hidden = sides.length !== 4;
    if (box.hidden) return;
    const [x0, y0, x1, y1] = sides.map((side) => side / scale());
    Object.assign(box.style, { left: x0 + "px", top: y0 + "px", width: x1 - x0 + "px", height: y1 - y0 + "px" });
  };
  const show = () => { picture.src = model.get("source"); picture.alt = model.get("words"); };
  const put = () => place(model.get("box"));

  let from = null;
  const at = (event) => {
    const { left, top } = picture.getBoundingClientRect();
    const inside = (value, most) => Math.min(Math.max(value, 0), most);
    return [inside((event.clientX - left) * scale(), picture.naturalWidth),
      inside((event.clientY - top) * scale(), picture.naturalHeight)];
  };
  const sides = (event) => {
    const to = at(event);
    return [Math.min(from[0], to[0]), Math.min(from[1], to[1]), Math.max(from[0], to[0]), Math.max(from[1], to[1])];
  };
  picture.addEventListener("pointerdown", (event) => {
    if (!model.get("draws")) return;
    from = at(event);
    picture.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  picture.addEventListener("pointermove", (event) => { if (from) place(sides(event)); });
  picture.addEventListener("pointerup", (event) => {
    if (!from) return;
    const drawn = sides(event).map(Math.round);
    from = null;
    if (drawn[2] - drawn[0] < 2 || drawn[3] - drawn[1] < 2) return put();
    model.set("box", drawn);
    model.save_changes();
  });
  frame.addEventListener("keydown", (event) => {
    if (!model.get("walks") || !(event.key in KEYS)) return;
    event.preventDefault();
    event.stopPropagation();
    model.set("pressed", [KEYS[event.key], model.get("pressed")[1] + 1]);
    model.save_changes();
  });
  picture.addEventListener("load", put);
  model.on("change:source", show);
  model.on("change:box", put);
  show();
}

export default { render };
