// A box on a picture: drag one, take its corners and sides, or type its numbers. x1 and y1 are exclusive.

import { h, s, clamp, fill } from "../core/dom.js";
import { t } from "../core/words.js";
import { numberField } from "./fields.js";
import { makeStage, nudge } from "./stage.js";

const SIDES = [["x0", "y0"], ["", "y0"], ["x1", "y0"], ["x1", ""], ["x1", "y1"], ["", "y1"], ["x0", "y1"], ["x0", ""]];
const NAMES = ["x0", "y0", "x1", "y1"];

/** Edit a box. Gives {stage, form, value()}. */
export function editBox({ value, media, label, changed }) {
  const stage = makeStage(media, { label: `${label}. ${t("box_keys")}` });
  let box = value ? { ...value } : null;
  const rect = s("rect", { class: "drawn" });
  const handles = SIDES.map((sides) => s("circle", { class: "handle", r: 6, data: { sides: sides.join(",") } }));
  stage.drawing.append(rect, ...handles);
  const fields = Object.fromEntries(NAMES.map((name) => [name, numberField({
    label: name, value: box?.[name] ?? "", step: 1, least: 0, most: name.startsWith("x") ? stage.width : stage.height,
    changed: (number) => take({ ...(box ?? { x0: 0, y0: 0, x1: stage.width, y1: stage.height }), [name]: number }, false),
  })]));

  const ordered = (b) => {
    const [x0, x1] = [Math.min(b.x0, b.x1), Math.max(b.x0, b.x1)].map((x) => clamp(x, 0, stage.width));
    const [y0, y1] = [Math.min(b.y0, b.y1), Math.max(b.y0, b.y1)].map((y) => clamp(y, 0, stage.height));
    return { x0, y0, x1, y1 };
  };
  const draw = () => {
    fill(stage.drawing, rect, ...handles);
    const isThere = box !== null;
    rect.setAttribute("visibility", isThere ? "visible" : "hidden");
    const r = 7 / stage.scale();
    handles.forEach((handle, i) => {
      handle.setAttribute("visibility", isThere ? "visible" : "hidden");
      if (!isThere) return;
      const [sx, sy] = SIDES[i];
      handle.setAttribute("cx", sx ? box[sx] : (box.x0 + box.x1) / 2);
      handle.setAttribute("cy", sy ? box[sy] : (box.y0 + box.y1) / 2);
      handle.setAttribute("r", r);
    });
    if (isThere) for (const [k, v] of Object.entries({ x: box.x0, y: box.y0, width: box.x1 - box.x0, height: box.y1 - box.y0 })) rect.setAttribute(k, v);
  };
  const isGood = () => box !== null && box.x1 - box.x0 >= 1 && box.y1 - box.y0 >= 1;
  function take(next, write = true) {
    box = write ? ordered(next) : next;
    if (write) for (const name of NAMES) fields[name].set(Math.round(box[name]));
    draw();
    changed?.(isGood());
  }

  let held = null;
  stage.drawing.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    stage.drawing.setPointerCapture(event.pointerId);
    stage.drawing.focus({ preventScroll: true });
    const at = stage.pixels(event);
    const sides = event.target.dataset?.sides;
    if (sides !== undefined && box) held = { kind: "size", sides: sides.split(",") };
    else if (event.target === rect && box && !event.altKey) held = { kind: "move", from: at, was: { ...box } };
    else held = { kind: "new", from: at };
  });
  stage.drawing.addEventListener("pointermove", (event) => {
    if (!held) return;
    const at = stage.pixels(event);
    const round = (p) => ({ x: Math.round(p.x), y: Math.round(p.y) });
    if (held.kind === "new") {
      const [a, b] = [round(held.from), round(at)];
      if (Math.abs(b.x - a.x) + Math.abs(b.y - a.y) > 2) take({ x0: a.x, y0: a.y, x1: b.x, y1: b.y });
    } else if (held.kind === "move") shift(held.was, Math.round(at.x - held.from.x), Math.round(at.y - held.from.y));
    else {
      const next = { ...box };
      if (held.sides[0]) next[held.sides[0]] = Math.round(at.x);
      if (held.sides[1]) next[held.sides[1]] = Math.round(at.y);
      const crossedX = next.x0 > next.x1, crossedY = next.y0 > next.y1;
      if (crossedX && held.sides[0]) held.sides[0] = held.sides[0] === "x0" ? "x1" : "x0";
      if (crossedY && held.sides[1]) held.sides[1] = held.sides[1] === "y0" ? "y1" : "y0";
      take(next);
    }
  });
  const shift = (was, dx, dy) => {
    const x = clamp(dx, -was.x0, stage.width - was.x1), y = clamp(dy, -was.y0, stage.height - was.y1);
    take({ x0: was.x0 + x, y0: was.y0 + y, x1: was.x1 + x, y1: was.y1 + y });
  };
  for (const kind of ["pointerup", "pointercancel"]) stage.drawing.addEventListener(kind, () => { held = null; });
  stage.drawing.addEventListener("keydown", (event) => {
    const way = nudge(event);
    if (!way) return;
    event.preventDefault();
    const now = box ?? { x0: stage.width / 4, y0: stage.height / 4, x1: (stage.width * 3) / 4, y1: (stage.height * 3) / 4 };
    if (event.altKey) take({ ...now, x1: Math.max(now.x0 + 1, now.x1 + way[0]), y1: Math.max(now.y0 + 1, now.y1 + way[1]) });
    else shift(now, way[0], way[1]);
  });
  stage.element.addEventListener("zoomed", draw);
  draw();
  queueMicrotask(() => changed?.(isGood()));
  const form = [h("p", { class: "soft" }, t("box_hint")), h("div", { class: "numbers" }, NAMES.map((name) => fields[name].element))];
  return { stage, form, value: () => box };
}
