// The arguments of a step as a form made from its tool's schema: each parameter a field, or a reference to a port before it.

import { h, button, freshId, same } from "../core/dom.js";
import { t } from "../core/words.js";
import { colourField, choiceOf, flagField, nameOf, numberField, textField } from "../canvas/fields.js";
import { canEdit } from "../canvas/dialog.js";
import { thumbPath } from "../core/api.js";
import { isRef, toolOf } from "./catalog.js";

const RANGE = /(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)/;
const LOOKS_LIKE_COLOUR = /colour/;

/** What a reference to a port is called. */
export const refName = (context, ref) => {
  const step = context.chain.steps.find((one) => one.id === ref.step);
  const port = step && toolOf(context.catalog, step.tool).ports.find((one) => one.name === ref.port);
  return `${ref.step} · ${port?.label ?? nameOf(ref.port)}`;
};

/** The ports before a step that give a type: what a reference may mean. */
export function portsBefore(context, step, type) {
  const { chain, catalog, view } = context;
  const found = [];
  for (const one of chain.steps) {
    if (one.id === step.id) break;
    if (one.removed) continue;
    for (const port of toolOf(catalog, one.tool).ports) if (port.type === type) found.push({ step: one.id, port: port.name });
  }
  for (const [address, value] of Object.entries(view.earlier_types)) {
    const [turn, number, port] = address.split(".");
    if (value === type) found.push({ step: `${turn}.${number}`, port });
  }
  return found;
}

const suggestions = (doc) => [...doc.matchAll(/["“]([^"”]{1,30})["”]/g)].map((found) => found[1]);
/** A hint with its ranges as ranges are written: "0–5". */
const hintOf = (doc) => doc.replace(/(-?\d+(?:\.\d+)?) to (-?\d+(?:\.\d+)?)/g, "$1–$2");

function literalField(context, step, parameter, value, set) {
  const { label, doc, type, name } = parameter;
  const hint = hintOf(doc);
  const choices = parameter.choices;
  if (type === "Flag") return flagField({ label, value: value ?? parameter.default, hint, changed: set }).element;
  if (type === "Number") {
    const range = RANGE.exec(doc);
    const [least, most] = range ? [Number(range[1]), Number(range[2])] : [undefined, undefined];
    return numberField({ label, value: value ?? parameter.default ?? "", least, most, slider: Boolean(range), soft: true, hint, changed: (n) => set(n === null ? undefined : n) }).element;
  }
  if (type === "Text" && choices?.length) {
    const id = freshId();
    const all = choices.includes(value ?? parameter.default ?? "") ? choices : [value ?? parameter.default ?? "", ...choices];
    const field = h("select", { id }, all.map((choice) => h("option", { value: choice, selected: choice === (value ?? parameter.default) }, choiceOf(choice))));
    field.addEventListener("change", () => set(field.value));
    return h("div", { class: "field" }, h("label", { for: id }, label), field, h("small", {}, hint));
  }
  if (type === "Text" && LOOKS_LIKE_COLOUR.test(name)) return colourField({ label, value, hint, words: true, changed: set }).element;
  if (type === "Text") return textField({ label, value, hint, suggestions: suggestions(doc), rows: (value ?? "").length > 48 ? 2 : 1, changed: set }).element;
  const told = value?.artifact ? h("span", { class: "line" }, h("img", { src: thumbPath(value.artifact, 96), alt: "", width: 54, height: 36 }), `${value.width ?? ""} × ${value.height ?? ""}`)
    : value === undefined || value === null ? h("span", { class: "soft" }, t("not_set")) : h("span", { class: "soft" }, t(`type_${type}`));
  const edit = canEdit(type, context.media(step)) ? button(t(value === undefined ? "set" : "edit"), "edit", () => context.editArgument(step, parameter, value), "slim") : null;
  return h("div", { class: "field" }, h("span", { class: "label" }, label), h("div", { class: "line" }, told, edit), hint && h("small", {}, hint));
}

/** One parameter: where its value comes from, and its field. */
function argument(context, step, parameter) {
  const value = step.args[parameter.name];
  const original = context.draft.original(step.id);
  const isChanged = original && !same(original.args[parameter.name] ?? null, value ?? null);
  const set = (next) => context.draft.put(next === undefined || (next === "" && !parameter.required) ? { edit: "set_arg", step: step.id, name: parameter.name, remove: true } : { edit: "set_arg", step: step.id, name: parameter.name, value: next });
  const before = portsBefore(context, step, parameter.type);
  const box = h("div", { class: `${isChanged ? "changed" : ""} ${["Text"].includes(parameter.type) && String(value ?? "").length > 60 ? "wide" : ""}`.trim() });
  const refs = Array.isArray(value) && value.every(isRef) && value.length ? value : isRef(value) ? [value] : null;
  if (parameter.many) box.append(many(context, step, parameter, value ?? [], before, set));
  else if (refs || (before.length && !["Text", "Number", "Flag"].includes(parameter.type))) box.append(referenceField(context, step, parameter, value, before, set));
  else {
    box.append(literalField(context, step, parameter, value, set));
  }
  box.firstElementChild?.classList.toggle("changed", Boolean(isChanged));
  return box;
}

function referenceField(context, step, parameter, value, before, set) {
  const id = freshId();
  const isLiteral = value !== undefined && value !== null && !isRef(value);
  const options = [...before];
  if (isRef(value) && !options.some((one) => same(one, value))) options.unshift(value);
  const field = h("select", { id, "aria-describedby": `${id}-h` },
    parameter.required ? null : h("option", { value: "", selected: value === undefined }, t("not_set")),
    isLiteral ? h("option", { value: "literal", selected: true }, value.artifact ? t("own_media") : t("own_value")) : null,
    !isLiteral && parameter.required && value === undefined ? h("option", { value: "", selected: true }, t("choose")) : null,
    options.map((ref) => h("option", { value: `${ref.step}.${ref.port}`, selected: same(ref, value) }, refName(context, ref))));
  field.addEventListener("change", () => {
    if (field.value === "literal") return;
    const ref = options.find((one) => `${one.step}.${one.port}` === field.value);
    set(ref);
  });
  const edit = isLiteral && canEdit(parameter.type, context.media(step)) ? button(t("edit"), "edit", () => context.editArgument(step, parameter, value), "slim") : null;
  const picture = isLiteral && value.artifact ? h("img", { src: thumbPath(value.artifact, 96), alt: "", width: 50, height: 34 }) : null;
  return h("div", { class: "field" }, h("label", { for: id }, parameter.label), h("div", { class: "line" }, picture, h("div", { class: "grow" }, field), edit), h("small", { id: `${id}-h` }, hintOf(parameter.doc)));
}

function many(context, step, parameter, value, before, set) {
  const list = Array.isArray(value) ? value : [value];
  const told = (item) => (isRef(item) ? refName(context, item) : item.artifact ? t("own_media") : String(item));
  return h("fieldset", { class: "field" }, h("legend", { class: "label" }, parameter.label), h("div", { class: "line" },
    list.map((item, i) => h("span", { class: "badge" }, told(item), h("button", { type: "button", class: "square slim", "aria-label": `${t("remove")}: ${told(item)}`, onclick: () => set(list.filter((_, k) => k !== i)) }, "×"))),
    before.length ? addRef(context, before, (ref) => set([...list, ref]), parameter.label) : null), h("small", {}, hintOf(parameter.doc)));
}

function addRef(context, before, add, label) {
  const field = h("select", { "aria-label": `${t("add")}: ${label}` }, h("option", { value: "" }, t("add")), before.map((ref) => h("option", { value: `${ref.step}.${ref.port}` }, refName(context, ref))));
  field.addEventListener("change", () => { const ref = before.find((one) => `${one.step}.${one.port}` === field.value); if (ref) add(ref); });
  return h("div", { class: "grow" }, field);
}

/** The form of all arguments of a step. */
export function argumentsForm(context, step) {
  const parameters = toolOf(context.catalog, step.tool).parameters;
  if (!parameters.length) return h("p", { class: "soft" }, t("no_arguments"));
  return h("div", { class: "form" }, parameters.map((parameter) => argument(context, step, parameter)));
}

/** The engine, the seed and the pin of a step. */
export function wishesForm(context, step) {
  const { draft, catalog } = context;
  const tasks = toolOf(catalog, step.tool).tasks;
  const engines = catalog.engines.filter((engine) => engine.tasks.some((task) => tasks.includes(task)));
  const id = freshId();
  const engine = h("select", { id }, h("option", { value: "", selected: step.engine === null }, t("routed")),
    engines.map((one) => h("option", { value: one.name, selected: step.engine === one.name }, one.status === "ready" ? one.name : `${one.name} (${one.status_words})`)));
  engine.addEventListener("change", () => draft.put({ edit: "set_engine", step: step.id, engine: engine.value || null }));
  const put = (seed) => draft.put({ edit: "set_seed", step: step.id, seed });
  const seed = numberField({ label: t("seed_label"), value: step.seed, least: 0, most: 2 ** 53 - 1, step: 1, changed: (n) => n !== null && n >= 0 && put(n) });
  const roll = button(t("roll"), "dice", () => { const n = crypto.getRandomValues(new Uint32Array(1))[0]; seed.set(n); put(n); }, "slim");
  const pin = flagField({ label: t("pin_label"), value: step.pinned, hint: t("pin_hint"), changed: (pinned) => draft.put({ edit: "pin", step: step.id, pinned }) });
  return h("div", { class: "form" }, engines.length ? h("div", { class: "field" }, h("label", { for: id }, t("engine_label")), engine) : null,
    h("div", { class: "line" }, h("div", { class: "grow" }, seed.element), roll), pin.element);
}
