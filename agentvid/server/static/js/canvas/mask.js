// A mask over a picture: brush, eraser, polygon, shapes by numbers, undo. White is inside, the picture's own pixels.

import { h, s, square, button, clamp } from "../core/dom.js";
import { t } from "../core/words.js";
import { artifactPath } from "../core/api.js";
import { makeStage, nudge } from "./stage.js";
import { choiceField, numberField } from "./fields.js";

const MOST_UNDO = 24;

/** Edit a mask. Gives {stage, form, value()}: a PNG file, or the mask as it was where nothing was drawn. */
export function editMask({ value, media, label, changed }) {
  let tool = "brush", size = Math.max(6, Math.round(Math.min(media.width, media.height) / 16)), isTouched = false;
  const past = [];
  const tools = ["brush", "eraser", "polygon"].map((name) => square(name === "brush" ? "edit" : name, t(`mask_${name}`), () => choose(name), { class: "slim", "aria-pressed": String(name === tool), data: { tool: name } }));
  const stage = makeStage(media, { label: `${label}. ${t("mask_keys")}`, tools: [...tools, square("undo", t("undo"), () => undo(), { class: "slim" })] });
  const veil = h("canvas", { class: "veil", width: stage.width, height: stage.height });
  stage.inner.insertBefore(veil, stage.drawing);
  const pen = veil.getContext("2d", { willReadFrequently: true });
  const ring = s("circle", { class: "drawn open", visibility: "hidden" });
  const lines = s("polyline", { class: "drawn open" });
  stage.drawing.append(ring, lines);
  const INK = "rgb(58 92 240)";
  veil.style.setProperty("opacity", ".55");

  function choose(name) {
    tool = name;
    corners = [];
    drawCorners();
    for (const button of tools) button.setAttribute("aria-pressed", String(button.dataset.tool === name));
  }
  const keep = () => { past.push(pen.getImageData(0, 0, stage.width, stage.height)); if (past.length > MOST_UNDO) past.shift(); };
  const undo = () => {
    if (corners.length) { corners.pop(); return drawCorners(); }
    const last = past.pop();
    if (last) { pen.putImageData(last, 0, 0); told(); }
    return undefined;
  };
  const told = () => { isTouched = true; changed?.(true); };
  const mode = (isErasing) => { pen.globalCompositeOperation = isErasing ? "destination-out" : "source-over"; pen.fillStyle = pen.strokeStyle = INK; };

  if (value?.artifact) {
    const old = new Image();
    old.addEventListener("load", () => {
      pen.drawImage(old, 0, 0, stage.width, stage.height);
      const data = pen.getImageData(0, 0, stage.width, stage.height);
      for (let i = 0; i < data.data.length; i += 4) { const inside = data.data[i]; data.data.set([58, 92, 240, inside], i); }
      pen.putImageData(data, 0, 0);
    });
    old.src = artifactPath(value.artifact);
  }

  let last = null, corners = [], at = { x: stage.width / 2, y: stage.height / 2 };
  const dab = (from, to) => {
    mode(tool === "eraser");
    pen.lineWidth = size;
    pen.lineCap = pen.lineJoin = "round";
    pen.beginPath();
    pen.moveTo(from.x, from.y);
    pen.lineTo(to.x + 0.01, to.y);
    pen.stroke();
  };
  const drawCorners = () => lines.setAttribute("points", corners.map((c) => `${c.x},${c.y}`).join(" "));
  const closePolygon = () => {
    if (corners.length < 3) return;
    keep();
    mode(false);
    pen.beginPath();
    corners.forEach((c, i) => (i ? pen.lineTo(c.x, c.y) : pen.moveTo(c.x, c.y)));
    pen.fill();
    corners = [];
    drawCorners();
    told();
  };
  const showRing = () => {
    ring.setAttribute("visibility", tool === "polygon" ? "hidden" : "visible");
    for (const [key, told_] of Object.entries({ cx: at.x, cy: at.y, r: size / 2 })) ring.setAttribute(key, told_);
  };
  stage.drawing.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    stage.drawing.focus({ preventScroll: true });
    at = stage.pixels(event);
    if (tool === "polygon") {
      const first = corners[0];
      if (first && corners.length > 2 && Math.hypot(first.x - at.x, first.y - at.y) < 10 / stage.scale()) return closePolygon();
      corners.push(at);
      return drawCorners();
    }
    stage.drawing.setPointerCapture(event.pointerId);
    keep();
    last = at;
    dab(at, at);
    return undefined;
  });
  stage.drawing.addEventListener("pointermove", (event) => {
    at = stage.pixels(event);
    showRing();
    if (last) { dab(last, at); last = at; }
  });
  for (const kind of ["pointerup", "pointercancel"]) stage.drawing.addEventListener(kind, () => { if (last) told(); last = null; });
  stage.drawing.addEventListener("pointerleave", () => ring.setAttribute("visibility", "hidden"));
  stage.drawing.addEventListener("dblclick", () => tool === "polygon" && closePolygon());
  stage.drawing.addEventListener("keydown", (event) => {
    const way = nudge(event);
    if (way) {
      event.preventDefault();
      const was = at;
      at = { x: clamp(at.x + way[0], 0, stage.width), y: clamp(at.y + way[1], 0, stage.height) };
      if (event.altKey && tool !== "polygon") { dab(was, at); told(); }
      return showRing();
    }
    if (event.key === " ") { event.preventDefault(); if (tool === "polygon") { corners.push({ ...at }); drawCorners(); } else { keep(); dab(at, at); told(); } }
    else if (event.key === "Enter") { event.preventDefault(); closePolygon(); }
    else if ((event.key === "z" && (event.ctrlKey || event.metaKey)) || event.key === "Backspace") { event.preventDefault(); event.stopPropagation(); undo(); }
    else if (event.key === "[" || event.key === "]") { sizeField.set(size = clamp(size + (event.key === "]" ? 4 : -4), 1, 400)); showRing(); }
    return undefined;
  });

  const sizeField = numberField({ label: t("brush_size"), value: size, least: 1, most: 200, step: 1, slider: true, changed: (n) => { if (n) size = n; } });
  const shape = choiceField({ label: t("shape"), value: "box", choices: ["box", "ellipse"], names: (name) => t(`shape_${name}`) });
  const numbers = ["x0", "y0", "x1", "y1"].map((name, i) => numberField({ label: name, value: [0.25, 0.25, 0.75, 0.75][i] * (i % 2 ? stage.height : stage.width), step: 1 }));
  const stamp = (isErasing) => {
    const [x0, y0, x1, y1] = numbers.map((one) => one.get());
    keep();
    mode(isErasing);
    pen.beginPath();
    if (shape.get() === "box") pen.rect(x0, y0, x1 - x0, y1 - y0);
    else pen.ellipse((x0 + x1) / 2, (y0 + y1) / 2, Math.abs(x1 - x0) / 2, Math.abs(y1 - y0) / 2, 0, 0, 7);
    pen.fill();
    told();
  };
  const invert = () => {
    keep();
    const data = pen.getImageData(0, 0, stage.width, stage.height);
    for (let i = 0; i < data.data.length; i += 4) data.data.set([58, 92, 240, 255 - data.data[i + 3]], i);
    pen.putImageData(data, 0, 0);
    told();
  };
  const form = [
    h("p", { class: "soft" }, t("mask_hint")), sizeField.element,
    h("div", { class: "line" }, button(t("clear"), "trash", () => { keep(); pen.clearRect(0, 0, stage.width, stage.height); told(); }, "slim"), button(t("invert"), "theme", invert, "slim")),
    h("fieldset", { class: "field" }, h("legend", { class: "label" }, t("by_numbers")), h("div", { class: "group" }, shape.element,
      h("div", { class: "numbers" }, numbers.map((one) => one.element)),
      h("div", { class: "line" }, button(t("add"), "add", () => stamp(false), "slim"), button(t("take_away"), "minus", () => stamp(true), "slim")))),
  ];
  queueMicrotask(() => changed?.(Boolean(value)));
  return { stage, form, value: async () => (isTouched ? asFile(pen, stage.width, stage.height) : value) };
}

/** The mask as a PNG file: grey, 255 inside. */
async function asFile(pen, width, height) {
  const data = pen.getImageData(0, 0, width, height);
  for (let i = 0; i < data.data.length; i += 4) { const inside = data.data[i + 3]; data.data.set([inside, inside, inside, 255], i); }
  const sheet = new OffscreenCanvas(width, height);
  sheet.getContext("2d").putImageData(data, 0, 0);
  return new File([await sheet.convertToBlob({ type: "image/png" })], "mask.png", { type: "image/png" });
}
