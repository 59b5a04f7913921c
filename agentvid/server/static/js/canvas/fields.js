// Fields of forms: numbers with sliders, colours with swatches, choices, and whole forms from a JSON schema.

import { h, s, square, button, freshId, fill, copy } from "../core/dom.js";
import { t, known } from "../core/words.js";

const COLOUR = /^#[0-9a-f]{6}$/i;

/** What a name of the data is called: the words of the page, or the name itself, readable. */
export const nameOf = (name) => (known(`name_${name}`) ? t(`name_${name}`) : name.replaceAll("_", " "));

/** What a choice of the data is called. */
export const choiceOf = (value) => (value === "" ? t("choice_none") : known(`choice_${value}`) ? t(`choice_${value}`) : known(`op_${value}`) ? t(`op_${value}`) : String(value).replaceAll("_", " "));

/** A small square of a colour. */
export const swatch = (colour) => s("svg", { class: "swatch", viewBox: "0 0 18 18", "aria-hidden": "true" }, s("rect", { width: 18, height: 18, fill: colour }));

/** A number, with a slider where both ends are known. Gives {element, set, get}. */
export function numberField({ label, value, least, most, step = "any", hint = "", changed = () => {}, slider = false, soft = false }) {
  const id = freshId();
  const limits = soft ? {} : { min: least, max: most };
  const field = h("input", { id, type: "number", value: value ?? "", step, inputmode: "decimal", ...limits, "aria-describedby": hint ? `${id}-h` : undefined });
  const grain = step === "any" ? (most - least) / 200 : step;
  const range = slider ? h("input", { type: "range", min: least, max: most, step: grain, value: value ?? least, "aria-label": label, tabindex: "-1" }) : null;
  field.addEventListener("input", () => {
    if (field.value === "" || !Number.isFinite(field.valueAsNumber)) return changed(null);
    if (range) range.value = field.value;
    if (field.checkValidity() || step === "any") changed(field.valueAsNumber);
  });
  range?.addEventListener("input", () => { field.value = Number(Number(range.value).toFixed(4)); changed(Number(field.value)); });
  const element = h("div", { class: "field" }, h("label", { for: id }, label),
    range ? h("div", { class: "slider" }, range, field) : field, hint && h("small", { id: `${id}-h` }, hint));
  return { element, set: (number) => { field.value = number; if (range) range.value = number; }, get: () => field.valueAsNumber, field };
}

/** A choice between words. */
export function choiceField({ label, value, choices, names = choiceOf, hint = "", changed = () => {} }) {
  const id = freshId();
  const field = h("select", { id }, choices.map((choice) => h("option", { value: String(choice), selected: choice === value }, names(choice))));
  field.addEventListener("change", () => changed(choices[field.selectedIndex]));
  return { element: h("div", { class: "field" }, h("label", { for: id }, label), field, hint && h("small", {}, hint)), field, get: () => choices[field.selectedIndex] };
}

const NAMED = { 红: "#c62828", 橙: "#ef6c00", 黄: "#f9c80e", 绿: "#2e8b3d", 青: "#17a2b8", 蓝: "#1f5fbf", 紫: "#7b3fa0", 粉: "#f48fb1", 棕: "#795548", 褐: "#795548", 黑: "#111111", 白: "#ffffff", 灰: "#808080" };
/** A colour in words as #rrggbb, to be shown; grey where it is none that is known. */
export function shownColour(words) {
  if (COLOUR.test(words)) return words.toLowerCase();
  const found = [...words].reverse().find((sign) => sign in NAMED);
  if (found) return NAMED[found];
  const pen = document.createElement("canvas").getContext("2d");
  pen.fillStyle = "#808080";
  pen.fillStyle = words.trim();
  return pen.fillStyle;
}

/** A colour: a swatch that opens the system's picker, and its text. Words such as 蓝色 are left as they are. */
export function colourField({ label, value, hint = "", words = false, changed = () => {} }) {
  const id = freshId();
  const text = h("input", { id, type: "text", value: value ?? "", spellcheck: "false", pattern: words ? undefined : "#[0-9a-fA-F]{6}" });
  const picker = h("input", { type: "color", value: shownColour(value ?? ""), "aria-label": `${label}: ${t("pick_colour")}` });
  picker.addEventListener("input", () => { text.value = picker.value; changed(picker.value); });
  text.addEventListener("input", () => {
    picker.value = shownColour(text.value);
    if (words || COLOUR.test(text.value)) changed(COLOUR.test(text.value) ? text.value.toLowerCase() : text.value);
  });
  return { element: h("div", { class: "field" }, h("label", { for: id }, label), h("div", { class: "line" }, picker, h("div", { class: "grow" }, text)), hint && h("small", {}, hint)), field: text };
}

/** Some words; `suggestions` are offered, not demanded. */
export function textField({ label, value, hint = "", suggestions = [], rows = 1, changed = () => {} }) {
  const id = freshId();
  const field = rows > 1
    ? h("textarea", { id, rows, value: value ?? "" })
    : h("input", { id, type: "text", value: value ?? "", list: suggestions.length ? `${id}-l` : undefined, autocomplete: "off" });
  field.addEventListener("input", () => changed(field.value));
  const list = suggestions.length && h("datalist", { id: `${id}-l` }, suggestions.map((word) => h("option", { value: word })));
  return { element: h("div", { class: "field" }, h("label", { for: id }, label), field, list || null, hint && h("small", {}, hint)), field };
}

/** A yes or no. */
export function flagField({ label, value, hint = "", changed = () => {} }) {
  const field = h("input", { type: "checkbox", checked: Boolean(value) });
  field.addEventListener("change", () => changed(field.checked));
  return { element: h("div", { class: "field" }, h("label", { class: "check-field" }, field, label), hint && h("small", {}, hint)), field };
}

// ---------------------------------------------------------------- forms from a JSON schema

const resolve = (schema, defs) => {
  if (schema.$ref) return { ...defs[schema.$ref.split("/").pop()], ...Object.fromEntries(Object.entries(schema).filter(([key]) => key !== "$ref")) };
  return schema;
};
const optional = (schema) => schema.anyOf?.some((one) => one.type === "null");
const core = (schema, defs) => resolve(optional(schema) ? { ...schema, ...schema.anyOf.find((one) => one.type !== "null"), anyOf: undefined } : schema, defs);

/** The least value a schema allows, to begin with. */
export function startOf(schema, defs) {
  const told = resolve(schema, defs);
  if ("default" in told) return copy(told.default);
  if (told.const !== undefined) return told.const;
  if (told.enum) return told.enum[0];
  if (told.oneOf) return startOf(told.oneOf[0], defs);
  if (told.anyOf) return startOf(told.anyOf[0], defs);
  if (told.type === "object") return Object.fromEntries(Object.entries(told.properties ?? {}).filter(([name, one]) => told.required?.includes(name) || "const" in resolve(one, defs)).map(([name, one]) => [name, startOf(one, defs)]));
  if (told.type === "array") return told.minItems ? [startOf(told.items, defs)] : [];
  if (told.type === "number" || told.type === "integer") return told.minimum ?? told.exclusiveMinimum ?? 0;
  if (told.type === "boolean") return false;
  return "";
}

/** A field for one value of a schema; `changed` gets the new value. */
export function schemaField(name, schema, defs, value, changed, label = nameOf(name)) {
  const told = core(resolve(schema, defs), defs);
  const hint = schema.description ?? "";
  if (told.const !== undefined) return null;
  if (told.enum) return choiceField({ label, value, choices: optional(schema) ? [null, ...told.enum] : told.enum, names: (one) => (one === null ? t("choice_none") : choiceOf(one)), hint, changed }).element;
  if (told.type === "boolean") return flagField({ label, value, hint, changed }).element;
  if (told.type === "number" || told.type === "integer") {
    const least = told.minimum ?? told.exclusiveMinimum, most = told.maximum;
    const isSlider = least !== undefined && most !== undefined && most - least <= 1500;
    return numberField({ label, value, least, most, step: told.type === "integer" ? 1 : "any", slider: isSlider, hint, changed: (n) => n !== null && changed(n) }).element;
  }
  if (told.type === "string") {
    if (COLOUR.test(value ?? "") && name === "target") return colourField({ label: t("name_target_colour"), value, hint, changed }).element;
    if (COLOUR.test(value ?? "") || ["colour", "source"].includes(name)) return colourField({ label, value, hint, changed }).element;
    return textField({ label, value, hint, changed }).element;
  }
  if (told.type === "array" && core(told.items, defs).enum) return manyChoices(label, core(told.items, defs).enum, value ?? [], changed);
  if (told.type === "array") return listForm(label, told, defs, value ?? [], changed);
  if (told.type === "object" && told.properties) {
    if (value === null || value === undefined) {
      const box = h("div", { class: "field" }, h("span", { class: "label" }, label));
      box.append(button(t("add"), "add", () => { const made = startOf(told, defs); changed(made); box.replaceWith(group(label, told, defs, made, changed)); }, "slim"));
      return box;
    }
    return group(label, told, defs, value, changed);
  }
  return null;
}

const group = (label, told, defs, value, changed) => h("fieldset", { class: "field" }, h("legend", { class: "label" }, label), h("div", { class: "group" }, objectFields(told, defs, value, changed)));

/** Fields for all properties of an object. */
export function objectFields(told, defs, value, changed, skip = []) {
  let now = { ...value };
  return Object.entries(told.properties).filter(([name]) => !skip.includes(name)).map(([name, one]) => {
    const start = name in now ? now[name] : "default" in one ? copy(one.default) : undefined;
    return schemaField(name, one, defs, start, (next) => { now = { ...now, [name]: next }; changed(now); });
  });
}

function manyChoices(label, choices, value, changed) {
  const chosen = new Set(value);
  return h("fieldset", { class: "field" }, h("legend", { class: "label" }, label), h("div", { class: "line" }, choices.map((choice) => {
    const box = h("input", { type: "checkbox", checked: chosen.has(choice) });
    box.addEventListener("change", () => { if (box.checked) chosen.add(choice); else chosen.delete(choice); changed(choices.filter((one) => chosen.has(one))); });
    return h("label", { class: "check-field" }, box, choiceOf(choice));
  })));
}

/** A list of objects: each its fields, moved, removed, added. A union shows a choice of its kind first. */
export function listForm(label, told, defs, value, changed) {
  const items = copy(value);
  const box = h("div", { class: "list" });
  const kinds = told.items.oneOf ?? told.items.anyOf;
  const tag = told.items.discriminator?.propertyName;
  const tell = () => changed(copy(items));
  const draw = () => fill(box, items.map(row), button(t("add"), "add", () => { items.push(startOf(kinds ? kinds[0] : told.items, defs)); tell(); draw(); }, "slim"));
  const schemaOf = (item) => resolve(kinds ? kinds.find((one) => { const tagged = resolve(one, defs).properties[tag]; return tagged.const === item[tag]; }) ?? kinds[0] : told.items, defs);
  const swap = (i, j) => { [items[i], items[j]] = [items[j], items[i]]; tell(); draw(); };
  function row(item, i) {
    const one = schemaOf(item);
    const names = kinds?.map((kind) => resolve(kind, defs).properties[tag].const);
    const head = kinds
      ? choiceField({ label: t("item_n", { n: i + 1 }), value: item[tag], choices: names, names: (name) => (known(`op_${name}`) ? t(`op_${name}`) : choiceOf(name)), changed: (name) => { items[i] = { ...startOf(kinds[names.indexOf(name)], defs) }; tell(); draw(); } }).element
      : h("b", {}, t("item_n", { n: i + 1 }));
    return h("div", { class: "item" }, h("div", { class: "item-head" }, head,
      square("up", t("move_up"), () => swap(i, i - 1), { class: "slim", disabled: i === 0 }),
      square("down", t("move_down"), () => swap(i, i + 1), { class: "slim", disabled: i === items.length - 1 }),
      square("trash", t("remove"), () => { items.splice(i, 1); tell(); draw(); }, { class: "slim", disabled: items.length <= (told.minItems ?? 0) })),
    objectFields(one, defs, item, (next) => { items[i] = next; tell(); }, tag ? [tag] : []));
  }
  draw();
  return h("fieldset", { class: "field" }, h("legend", { class: "label" }, label), box);
}
