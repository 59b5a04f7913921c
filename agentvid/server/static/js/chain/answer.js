// What the answer of the turn shows: ports of steps in their order, moved, taken out, added.

import { h, icon, square } from "../core/dom.js";
import { t } from "../core/words.js";
import { refName } from "./args.js";
import { toolOf } from "./catalog.js";

const SHOWN = new Set(["Image", "Video", "Audio", "Mesh", "Answer", "Text", "Depth"]);

/** Draw the card of the answer; `context` is the board's. */
export function answerCard(context) {
  const { chain, draft } = context;
  const answer = chain.answer ?? [];
  const steps = chain.steps.filter((step) => !step.removed);
  const all = steps.flatMap((step) => toolOf(context.catalog, step.tool).ports.filter((port) => SHOWN.has(port.type)).map((port) => ({ step: step.id, port: port.name })));
  const key = (ref) => `${ref.step}.${ref.port}`;
  const free = all.filter((ref) => !answer.some((one) => key(one) === key(ref)));
  const put = (next) => draft.put({ edit: "set_answer", answer: next });
  const swap = (i, j) => put(answer.map((one, k) => (k === i ? answer[j] : k === j ? answer[i] : one)));
  const row = (ref, i) => h("li", {}, h("span", { class: "grow" }, refName(context, ref)),
    square("up", `${t("move_up")}: ${refName(context, ref)}`, () => swap(i, i - 1), { class: "slim", disabled: i === 0 }),
    square("down", `${t("move_down")}: ${refName(context, ref)}`, () => swap(i, i + 1), { class: "slim", disabled: i === answer.length - 1 }),
    square("trash", `${t("remove")}: ${refName(context, ref)}`, () => put(answer.filter((_, k) => k !== i)), { class: "slim" }));
  const add = h("select", { "aria-label": t("answer_add") }, h("option", { value: "" }, t("answer_add")), free.map((ref) => h("option", { value: key(ref) }, refName(context, ref))));
  add.addEventListener("change", () => { const ref = free.find((one) => key(one) === add.value); if (ref) put([...answer, ref]); });
  const isChanged = draft.edits.some((edit) => edit.edit === "set_answer");
  return h("li", { class: "answer-card", id: "answer-card", tabindex: "-1" }, h("section", { class: "card", "aria-labelledby": "answer-h" },
    h("header", {}, h("h3", { id: "answer-h" }, icon("chat"), t("answer_shows")), isChanged && h("span", { class: "badge given" }, t("changed"))),
    answer.length ? h("ol", { class: "answer-list" }, answer.map(row)) : h("p", { class: "soft" }, t("answer_none")),
    free.length ? h("div", { class: "answer-add" }, add) : null));
}
