// The evidence canvas: one dialog for every type of evidence. Resolves to the new value, or undefined.

import { h, square, button, freshId } from "../core/dom.js";
import { t } from "../core/words.js";
import { attempt, announce } from "../core/live.js";
import { editBox } from "./box.js";
import { editPoint } from "./point.js";
import { editMask } from "./mask.js";
import { editPalette } from "./colours.js";
import { editKeyframe } from "./keyframe.js";
import { editCamera } from "./camera.js";
import { editWalk } from "./walk.js";
import { flagField, numberField, objectFields, textField } from "./fields.js";

const ON_PICTURE = { Box: editBox, Point: editPoint, Mask: editMask, Keyframe: editKeyframe, Actions: editWalk };
const EDITABLE = new Set([...Object.keys(ON_PICTURE), "Palette", "EditPlan", "CameraPath", "Text", "Number", "Flag", "Answer"]);

/** Whether a value of this type can be corrected here. `media` is the picture it is about, where there is one. */
export const canEdit = (type, media) => EDITABLE.has(type) && (!(type in ON_PICTURE) || Boolean(media));

function plain({ type, value, schemas, changed }) {
  if (type === "Text") {
    let text = value ?? "";
    return { form: [textField({ label: t("words"), value: text, rows: 5, changed: (next) => { text = next; changed(true); } }).element], value: () => text };
  }
  if (type === "Number" || type === "Flag") {
    let now = value ?? (type === "Flag" ? false : 0);
    const field = type === "Flag" ? flagField({ label: t("yes"), value: now, changed: (next) => { now = next; changed(true); } }) : numberField({ label: t("value"), value: now, changed: (next) => { now = next; changed(next !== null); } });
    return { form: [field.element], value: () => now };
  }
  let now = value ?? null;
  const schema = schemas[type];
  return { form: [h("div", { class: "list" }, objectFields(schema, schema.$defs ?? {}, now ?? {}, (next) => { now = next; changed(true); }))], value: () => now };
}

/** Open the canvas. `type`, `value`, `media`, `title`, `schemas`, `start` (of a walk), `finish` makes of what was drawn what is kept. */
export function openCanvas(told) {
  return new Promise((resolve) => {
    const id = freshId("canvas");
    const use = button(t("use_this"), "done", () => keep(), "main");
    const changed = (isGood) => { use.disabled = !isGood; };
    const make = told.type === "Palette" ? editPalette : told.type === "CameraPath" ? editCamera : ON_PICTURE[told.type] ?? plain;
    const editor = make({ ...told, label: told.title, changed });
    const stage = editor.stage?.element ?? editor.stageElement;
    const box = h("dialog", { class: "canvas", "aria-labelledby": id }, h("div", { class: "canvas-frame" },
      h("div", { class: "dialog-head" }, h("h2", { id }, told.title), square("close", t("close"), () => box.close())),
      h("div", { class: `canvas-body ${stage ? "" : "no-stage"}` }, stage ?? null, h("div", { class: "canvas-form", tabindex: "0", role: "group", "aria-label": t("values") }, editor.form)),
      h("div", { class: "canvas-foot" }, h("span", { class: "grow" }, t("canvas_note")), button(t("cancel"), "", () => box.close()), use)));
    async function keep() {
      use.disabled = true;
      const value = await attempt(async () => (told.finish ? told.finish(await editor.value()) : editor.value()));
      use.disabled = false;
      if (value === undefined || value === null) return;
      announce(t("given_now"));
      resolve(value);
      box.close();
    }
    document.body.append(box);
    box.addEventListener("close", () => { box.remove(); resolve(undefined); });
    box.addEventListener("keydown", (event) => {
      event.stopPropagation();
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && !use.disabled) keep();
    });
    box.showModal();
    (editor.stage?.drawing ?? box.querySelector(".wire, .canvas-form input, .canvas-form textarea"))?.focus({ preventScroll: true });
  });
}
