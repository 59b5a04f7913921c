// What a step is expected to give: predicates that are checked after it ran, each as its fields.

import { h, square, fill, freshId, copy } from "../core/dom.js";
import { t } from "../core/words.js";
import { choiceField, choiceOf, colourField, numberField, textField } from "../canvas/fields.js";
import { portsBefore, refName } from "./args.js";
import { isRef, toolOf } from "./catalog.js";

const PORTS = {
  size: ["Image", "Video", "Mask", "Depth"], seconds: ["Video", "Audio"], colour_in: ["Image"], unchanged_outside: ["Image"],
  count: ["Image", "Video"], answer: ["Image", "Video", "Audio", "Text"], words: [],
};
const key = (ref) => `${ref.step}.${ref.port}`;

/** What a predicate begins with; null where the step or what is before it bears none of that kind. */
function begun(context, step, kind) {
  const port = toolOf(context.catalog, step.tool).ports.find((one) => PORTS[kind].includes(one.type))?.name;
  const [mask, before] = [masks(context, step)[0], pictures(context, step)[0]];
  if (kind === "words") return { kind, text: "" };
  if (!port) return null;
  if (kind === "size") return { kind, port, width: 512, height: null };
  if (kind === "seconds") return { kind, port, least: 1, most: 5 };
  if (kind === "colour_in") return mask ? { kind, port, mask, colour: "#1f5fbf", share: 0.5 } : null;
  if (kind === "unchanged_outside") return mask && before ? { kind, port, mask, before, db: 35 } : null;
  if (kind === "count") return { kind, port, what: "", n: 1 };
  return { kind, port, question: "", answer: "" };
}
const masks = (context, step) => [...portsBefore(context, step, "Mask"), ...toolOf(context.catalog, step.tool).ports.filter((port) => port.type === "Mask").map((port) => ({ step: step.id, port: port.name }))];
/** Pictures that "before" may be: the step's own first, then those of steps before it, then the message's. */
const pictures = (context, step) => {
  const own = Object.values(step.args).filter((value) => isRef(value) || value?.type === "image");
  const before = portsBefore(context, step, "Image");
  const isPicture = (value) => !isRef(value) || before.some((ref) => key(ref) === key(value));
  return [...own.filter(isPicture), ...before, ...context.view.message.media.map((one) => one.artifact).filter((one) => one.type === "image")];
};

function oneOf(context, label, value, options, take) {
  const names = (one) => (isRef(one) ? refName(context, one) : t("own_media"));
  const isSame = (one) => JSON.stringify(one) === JSON.stringify(value);
  const all = [...new Map([...(options.some(isSame) ? [] : [value]), ...options].map((one) => [JSON.stringify(one), one])).values()];
  const id = freshId();
  const field = h("select", { id }, all.map((one) => h("option", { selected: isSame(one) }, names(one))));
  field.addEventListener("change", () => take(all[field.selectedIndex]));
  return h("div", { class: "field" }, h("label", { for: id }, label), field);
}

function fieldsOf(context, step, one, put) {
  const set = (name) => (value) => { if (value !== undefined) put({ ...one, [name]: value }); };
  const ports = toolOf(context.catalog, step.tool).ports.filter((port) => PORTS[one.kind].includes(port.type));
  const port = ports.length > 1 ? choiceField({ label: t("expect_port"), value: one.port, choices: ports.map((each) => each.name), names: (name) => ports.find((each) => each.name === name).label, changed: set("port") }).element : null;
  const number = (name, label, more) => numberField({ label, value: one[name] ?? "", changed: (n) => put({ ...one, [name]: n ?? (more?.least === undefined ? null : one[name]) }), ...more }).element;
  if (one.kind === "words") return [textField({ label: t("words"), value: one.text, rows: 2, changed: set("text") }).element];
  if (one.kind === "size") return [port, number("width", t("expect_width"), { step: 1 }), number("height", t("expect_height"), { step: 1 })];
  if (one.kind === "seconds") return [port, number("least", t("expect_least"), { least: 0 }), number("most", t("expect_most"), { least: 0 })];
  const mask = "mask" in one ? oneOf(context, t("type_Mask"), one.mask, masks(context, step), set("mask")) : null;
  if (one.kind === "colour_in") return [port, mask, colourField({ label: t("name_colour"), value: one.colour, changed: set("colour") }).element, number("share", t("name_share"), { least: 0.01, most: 1, slider: true })];
  if (one.kind === "unchanged_outside") return [port, mask, oneOf(context, t("expect_before"), one.before, pictures(context, step), set("before")), number("db", t("expect_db"), { least: 1, most: 80, slider: true })];
  if (one.kind === "count") return [port, textField({ label: t("name_what"), value: one.what, changed: set("what") }).element, number("n", t("name_number"), { least: 0, step: 1 })];
  return [port, textField({ label: t("name_question"), value: one.question, changed: set("question") }).element, textField({ label: t("expect_answer"), value: one.answer, changed: set("answer") }).element];
}

/** The form of all that a step is expected to give. */
export function expectForm(context, step) {
  const expect = copy(step.expect ?? []);
  const box = h("div", { class: "expects" });
  const put = () => context.draft.put({ edit: "set_expect", step: step.id, expect: copy(expect) });
  const row = (one, i) => h("fieldset", { class: "item" }, h("legend", { class: "unseen" }, choiceOf(one.kind)),
    h("div", { class: "item-head" }, h("b", {}, choiceOf(one.kind)), square("trash", `${t("remove")}: ${choiceOf(one.kind)}`, () => { expect.splice(i, 1); put(); draw(); }, { class: "slim" })),
    h("div", { class: "form" }, fieldsOf(context, step, one, (next) => { Object.assign(one, next); expect[i] = one; put(); })));
  const add = () => {
    const kinds = Object.keys(PORTS).filter((kind) => begun(context, step, kind));
    const field = h("select", { "aria-label": t("expect_add") }, h("option", { value: "" }, t("expect_add")), kinds.map((kind) => h("option", { value: kind }, choiceOf(kind))));
    field.addEventListener("change", () => { expect.push(begun(context, step, field.value)); put(); draw(); });
    return field;
  };
  const draw = () => fill(box, expect.length ? expect.map(row) : h("p", { class: "soft" }, t("expect_none")), add());
  draw();
  return box;
}
