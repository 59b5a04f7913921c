// A point on a picture: click, arrow keys, or two numbers.

import { h, s, clamp } from "../core/dom.js";
import { t } from "../core/words.js";
import { numberField } from "./fields.js";
import { makeStage, nudge } from "./stage.js";

/** Edit a point. Gives {stage, form, value()}. */
export function editPoint({ value, media, label, changed }) {
  const stage = makeStage(media, { label: `${label}. ${t("point_keys")}` });
  let point = value ? { ...value } : null;
  const dot = s("circle", { class: "handle" });
  const lines = s("path", { class: "drawn open" });
  stage.drawing.append(lines, dot);
  const fields = Object.fromEntries(["x", "y"].map((name) => [name, numberField({
    label: name, value: point?.[name] ?? "", step: 1, least: 0, most: name === "x" ? stage.width : stage.height,
    changed: (number) => take({ ...(point ?? { x: stage.width / 2, y: stage.height / 2 }), [name]: number }, false),
  })]));
  const draw = () => {
    for (const part of [dot, lines]) part.setAttribute("visibility", point ? "visible" : "hidden");
    if (!point) return;
    dot.setAttribute("cx", point.x);
    dot.setAttribute("cy", point.y);
    dot.setAttribute("r", 8 / stage.scale());
    lines.setAttribute("d", `M0 ${point.y}H${stage.width}M${point.x} 0V${stage.height}`);
  };
  function take(next, write = true) {
    point = { x: clamp(next.x, 0, stage.width - 1), y: clamp(next.y, 0, stage.height - 1) };
    if (write) for (const name of ["x", "y"]) fields[name].set(point[name]);
    draw();
    changed?.(true);
  }
  let isHeld = false;
  const follow = (event) => {
    const at = stage.pixels(event);
    take({ x: Math.round(at.x), y: Math.round(at.y) });
  };
  stage.drawing.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    stage.drawing.focus({ preventScroll: true });
    stage.drawing.setPointerCapture(event.pointerId);
    isHeld = true;
    follow(event);
  });
  stage.drawing.addEventListener("pointermove", (event) => isHeld && follow(event));
  for (const kind of ["pointerup", "pointercancel"]) stage.drawing.addEventListener(kind, () => { isHeld = false; });
  stage.drawing.addEventListener("keydown", (event) => {
    const way = nudge(event);
    if (!way) return;
    event.preventDefault();
    const now = point ?? { x: stage.width / 2, y: stage.height / 2 };
    take({ x: Math.round(now.x) + way[0], y: Math.round(now.y) + way[1] });
  });
  stage.element.addEventListener("zoomed", draw);
  draw();
  queueMicrotask(() => changed?.(point !== null));
  return { stage, form: [h("p", { class: "soft" }, t("point_hint")), h("div", { class: "numbers" }, fields.x.element, fields.y.element)], value: () => point };
}
