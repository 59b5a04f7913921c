// The evidence of a step on its card: pictures with marks on them, values in words, each with how to correct it.

import { h, s, icon, square } from "../core/dom.js";
import { t } from "../core/words.js";
import { artifactPath, thumbPath } from "../core/api.js";
import { enlarge } from "../core/dialog.js";
import { nameOf, swatch } from "../canvas/fields.js";
import { paletteBar } from "../canvas/colours.js";
import { canEdit } from "../canvas/dialog.js";
import { toolOf } from "./catalog.js";

const MARKS = new Set(["Box", "Point", "Mask"]);
const SHOWN = new Set(["image", "video", "depth"]);

/** The values of a step's ports now: given ones win. [{name, type, value, isGiven, isDraft, row}] */
export function portsOf(context, step) {
  const { view, catalog, draft } = context;
  const run = view.run[step.id];
  const rows = Object.fromEntries((view.told[step.id]?.rows ?? []).map((row) => [row.port, row]));
  const was = draft.original(step.id)?.given ?? {};
  return toolOf(catalog, step.tool).ports.map((port) => {
    const isGiven = port.name in step.given;
    const value = isGiven ? step.given[port.name] : run?.outputs[port.name];
    const isDraft = isGiven && JSON.stringify(was[port.name]) !== JSON.stringify(step.given[port.name]);
    return { ...port, value, isGiven, isDraft, isBack: !isGiven && port.name in was, row: isDraft ? null : rows[port.name] };
  }).filter((port) => port.value !== undefined && port.value !== null);
}

/** A picture with what was found drawn on it. */
export function markedPicture(media, ports, size = 480) {
  const box = ports.find((port) => port.type === "Box")?.value;
  const point = ports.find((port) => port.type === "Point")?.value;
  const mask = ports.find((port) => port.type === "Mask")?.value;
  const pic = h("span", { class: "pic" }, h("img", { src: thumbPath(media.artifact, size), alt: "", width: media.width, height: media.height, loading: "lazy" }));
  if (mask?.artifact) {
    const tint = h("span", { class: "tint" });
    tint.style.setProperty("mask-image", `url("${artifactPath(mask.artifact)}")`);
    pic.append(tint);
  }
  pic.append(s("svg", { class: "marks", viewBox: `0 0 ${media.width} ${media.height}`, preserveAspectRatio: "none", "aria-hidden": "true" },
    box && s("rect", { class: "box", x: box.x0, y: box.y0, width: box.x1 - box.x0, height: box.y1 - box.y0 }),
    point && s("circle", { class: "point", cx: point.x, cy: point.y, r: Math.max(media.width, media.height) / 70 })));
  return pic;
}

/** The pictures of a step as buttons: marks open the canvas, media are enlarged. */
export function evidencePictures(context, step) {
  const media = context.media(step);
  const ports = portsOf(context, step);
  const marks = ports.filter((port) => MARKS.has(port.type));
  const made = [];
  if (media && marks.length && media.type === "image") {
    const first = marks.find((port) => port.type === "Box") ?? marks[0];
    const names = marks.map((port) => port.label).join(" · ");
    made.push(h("button", { type: "button", class: "look", "data-port": first.name, "aria-label": `${t("correct")}: ${names} (${step.id})`, onclick: () => context.editPort(step, first) },
      markedPicture(media, marks), h("span", { class: "cap" }, icon("edit"), names, marks.some((port) => port.isGiven) && h("span", { class: "badge given" }, t("given_short")))));
  }
  for (const port of ports) {
    if (!port.value?.artifact || !SHOWN.has(port.value.type)) continue;
    const { value } = port;
    const isClip = value.type === "video";
    made.push(h("button", { type: "button", class: "look", "aria-label": `${t("enlarge")}: ${port.label} (${step.id})`, onclick: () => enlarge(large(value)) },
      h("span", { class: "pic" }, h("img", { src: thumbPath(value.artifact, 480), alt: "", width: value.width, height: value.height, loading: "lazy" })),
      h("span", { class: "cap" }, icon(isClip ? "play" : value.type === "depth" ? "mask" : "picture"), port.label)));
  }
  return made.length ? h("div", { class: "evidence" }, made) : null;
}

/** A picture or clip at full size. */
export const large = (value) => (value.type === "video"
  ? h("video", { src: artifactPath(value.artifact), controls: true, loop: true, autoplay: true, muted: true, playsinline: true, "aria-label": t("clip") })
  : h("img", { src: value.type === "depth" ? thumbPath(value.artifact, 1024) : artifactPath(value.artifact), alt: t("picture") }));

function valueWords(port) {
  const { row, value, type } = port;
  if (type === "Palette") return [paletteBar(value), h("span", { class: "unseen" }, value.colours.map((one) => `${one.name} ${one.colour} ${Math.round(one.share * 100)}%`).join(", "))];
  if (row?.changes?.length) return row.changes.map((change) => h("span", { class: "fromto" }, h("b", {}, change.title), row.text,
    change.source && [swatch(change.source.colour), change.source.name], change.target && ["→", swatch(change.target.colour), change.target.name], h("small", {}, change.notes.join(" · "))));
  if (row?.is_answer) return [row.passed === null ? null : h("span", { class: `check ${row.passed ? "yes" : "no"}` }, icon(row.passed ? "done" : "failed")), h("span", { class: "grow" }, row.text)];
  if (row?.moves?.length) return [row.moves.join(" · ")];
  if (row) return [row.text];
  if (type === "Box") return [`(${value.x0}, ${value.y0}) – (${value.x1}, ${value.y1}) · ${value.x1 - value.x0} × ${value.y1 - value.y0}`];
  if (type === "Point") return [`(${value.x}, ${value.y})`];
  if (type === "Keyframe") return [t("frame_short", { frame: value.frame, seconds: value.seconds.toFixed(2) })];
  if (type === "EditPlan") return value.operations.map((one) => h("span", { class: "fromto" }, h("b", {}, nameOf(one.op)), value.target, one.source && swatch(one.source), one.target && /^#/.test(one.target) && ["→", swatch(one.target)]));
  if (type === "CameraPath") return [t("poses_n", { n: value.poses.length, kind: t(`choice_${value.kind}`) })];
  if (type === "Actions") return [t("moves_n", { n: value.actions.length })];
  if (type === "Answer") return [value.text];
  return [typeof value === "object" ? `${value.width ?? ""} × ${value.height ?? ""}` : String(value)];
}

/** The values of a step as rows. */
export function evidenceRows(context, step) {
  const media = context.media(step);
  const ports = portsOf(context, step).filter((port) => !(port.value?.artifact && SHOWN.has(port.value.type)));
  if (!ports.length) return null;
  return h("dl", { class: "ports" }, ports.map((port) => h("div", { class: `port ${port.isGiven ? "given-mark" : ""}` },
    h("dt", {}, port.label),
    h("dd", {}, valueWords(port), port.isGiven && h("span", { class: "badge given" }, icon("given"), t("given_short")), port.isBack && h("span", { class: "badge" }, t("found_again"))),
    h("dd", { class: "acts" },
      port.isGiven && square("undo", `${t("take_back")}: ${port.label}`, () => context.draft.put({ edit: "clear_given", step: step.id, port: port.name }), { class: "slim" }),
      canEdit(port.type, port.type === "Keyframe" ? context.clip(step) : media) && square("edit", `${t("correct")}: ${port.label} (${step.id})`, () => context.editPort(step, port), { class: "slim", "data-edit": port.name })))));
}
