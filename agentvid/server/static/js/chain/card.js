// One step as a card: its thought to edit, its evidence, its arguments, what happened to it.

import { h, icon, square, button } from "../core/dom.js";
import { t } from "../core/words.js";
import { menuButton } from "../core/dialog.js";
import { argumentsForm, wishesForm } from "./args.js";
import { expectForm } from "./expect.js";
import { changeTool } from "./tool.js";
import { evidencePictures, evidenceRows } from "./evidence.js";
import { refsIn, statusOf, toolOf } from "./catalog.js";

const open = new Map();

/** A part that opens; it stays as it was left when the card is drawn anew, and is filled when it is opened. */
function fold(key, words, make) {
  const box = h("details", { open: open.get(key) ?? false, data: { fold: key.split(":")[1] } }, h("summary", {}, icon("open"), words));
  const fillIn = () => { if (box.open && box.children.length === 1) box.append(make()); };
  box.addEventListener("toggle", () => { open.set(key, box.open); fillIn(); });
  fillIn();
  return box;
}

const mark = (context, id) => (context.preview?.certain.includes(id) ? "certain" : context.preview?.possible.includes(id) ? "possible" : "");

function thoughtField(context, step) {
  const original = context.draft.original(step.id);
  const field = h("textarea", { class: `thought ${original && original.thought !== step.thought ? "edited" : ""}`, rows: 1, value: step.thought, "aria-label": t("thought_of", { step: step.id }), placeholder: t("thought_empty"), spellcheck: "false" });
  field.addEventListener("input", () => { field.classList.toggle("edited", original?.thought !== field.value); context.draft.put({ edit: "set_thought", step: step.id, thought: field.value }); });
  return field;
}

function stepMenu(context, step, index) {
  const { draft, chain } = context;
  const id = step.id;
  const entries = () => [
    { words: t("change_tool"), icon: "tool", act: () => changeTool(context, step) },
    { words: t("insert_before"), icon: "up", act: () => context.insertAt({ before: id }) },
    { words: t("insert_after"), icon: "add", act: () => context.insertAt({ after: id }) },
    { words: t("move_up"), icon: "up", disabled: index === 0, act: () => draft.put({ edit: "move", step: id, before: chain.steps[index - 1].id }) },
    { words: t("move_down"), icon: "down", disabled: index === chain.steps.length - 1, act: () => draft.put({ edit: "move", step: id, after: chain.steps[index + 1].id }) },
    { words: t(step.pinned ? "unpin" : "pin"), icon: "pin", act: () => draft.put({ edit: "pin", step: id, pinned: !step.pinned }) },
    step.removed ? { words: t("keep_step"), icon: "undo", act: () => draft.drop({ edit: "remove", step: id }) } : { words: t("remove_step"), icon: "trash", act: () => draft.put({ edit: "remove", step: id }) },
  ];
  return menuButton(square("more", t("more_of", { step: id }), () => {}, { class: "slim" }), entries);
}

function waits(context, step) {
  const told = context.view.told[step.id]?.waits;
  if (!told || told.port in step.given) return null;
  const port = toolOf(context.catalog, step.tool).ports.find((one) => one.name === told.port);
  return h("div", { class: "callout waiting", role: "note" }, h("h4", {}, icon("waiting"), t("waits")), h("p", {}, told.how),
    port && h("div", { class: "line" }, button(t("give", { port: port.label }), "edit", () => context.editPort(step, { ...port, value: null }), "main slim")));
}

/** Pictures beside values where there are both. */
function evidence(context, step) {
  const [pictures, rows] = [evidencePictures(context, step), evidenceRows(context, step)];
  return pictures && rows ? h("div", { class: `both ${pictures.children.length > 1 ? "many" : ""}` }, pictures, rows) : pictures ?? rows;
}

const failure = (error, acts) => h("div", { class: "callout failed", role: "note" }, h("h4", {}, icon("failed"), t("failed")), h("p", {}, error.given),
  error.expected && h("p", {}, h("b", {}, t("expected")), " ", error.expected), error.do && h("p", {}, h("b", {}, t("do")), " ", error.do),
  acts.length ? h("div", { class: "line" }, acts) : null);

/** What may mend a failed step: once more, its arguments, another engine or tool. */
function fixes(context, step, error) {
  const unfold = (part) => () => {
    open.set(`${step.id}:${part}`, true);
    const box = document.querySelector(`[id="${step.id}"] details[data-fold="${part}"]`);
    if (!box) return;
    box.open = true;
    setTimeout(() => box.querySelector("input, select, textarea, button")?.focus(), 30);
  };
  const isEngine = ["no_engine", "engine", "engine_died"].includes(error.code);
  return [
    button(t("fix_again"), "cached", () => context.again(), "slim"),
    button(t("fix_arguments"), "edit", unfold("args"), `slim ${isEngine ? "" : "main"}`),
    button(t("fix_engine"), "engine", unfold("wishes"), `slim ${isEngine ? "main" : ""}`),
    button(t("change_tool"), "tool", () => changeTool(context, step), "slim"),
  ];
}

/** Draw a step. `context` is the board's. */
export function stepCard(context, step, index) {
  const { view, catalog, live } = context;
  const tool = toolOf(catalog, step.tool);
  const run = view.run[step.id];
  const told = view.told[step.id];
  const happening = live.get(step.id);
  const stale = view.stale.find((one) => one.step === step.id);
  const fate = mark(context, step.id);
  const status = happening?.status ?? (stale && run?.status !== "waiting" && !view.work ? "stale" : statusOf(view, step.id));
  const uses = [...new Map(refsIn(step.args).map((ref) => [ref.step, ref])).keys()];
  const fault = context.preview?.failing.find((one) => one.step === step.id);
  return h("li", { class: `step ${status} ${fate} ${step.removed ? "removed" : ""}`, id: step.id, tabindex: "-1", data: { step: step.id, uses: uses.join(" "), status, fate } },
    h("article", { class: "card", "aria-labelledby": `h-${step.id}` },
      h("header", {},
        h("h3", { id: `h-${step.id}`, title: tool.summary }, h("span", { class: "sid" }, step.id), tool.title),
        fate && h("span", { class: "badge run" }, icon("cached"), t(`fate_${fate}`)),
        step.pinned && h("span", { class: "badge" }, icon("pin"), t("pinned")),
        h("span", { class: `badge ${status}` }, icon(status, status === "running" ? "spin" : ""), t(`status_${status}`)),
        told?.engines.map((engine) => h("span", { class: `badge ${engine.is_unproven ? "unproven" : ""}`, title: engine.is_unproven ? t("unproven_note") : "" }, engine.name, engine.state && engine.state !== "ready" ? h("b", {}, engine.state_words) : null)),
        told?.took && h("span", { class: "badge plain" }, told.took), told?.cost && h("span", { class: "badge plain" }, told.cost),
        stepMenu(context, step, index)),
      happening?.total ? h("progress", { max: happening.total, value: happening.done, "aria-label": t("progress_of", { step: step.id }) }) : null,
      thoughtField(context, step),
      waits(context, step), told?.error && !view.work && (run.status === "skipped" ? h("p", { class: "note" }, icon("skipped"), h("span", {}, told.error.given)) : failure(told.error, fixes(context, step, told.error))), fault && failure(fault, []),
      stale && status === "stale" ? h("p", { class: "note" }, icon("stale"), stale.words) : null,
      evidence(context, step),
      told?.checks.map((check) => h("p", { class: `check ${check.passed === null ? "open" : check.passed ? "yes" : "no"}` }, icon(check.passed === null ? "pending" : check.passed ? "done" : "failed"), h("span", {}, check.words, " ", h("small", {}, check.measured)))),
      told?.warnings.map((text) => h("p", { class: "note" }, icon("failed"), h("span", {}, text))),
      h("div", { class: "foot" },
        uses.length ? h("span", { class: "refs" }, t("inputs"), uses.map((id) => h("a", { class: "ref", href: `#${id}` }, h("b", {}, id)))) : null,
      fold(`${step.id}:args`, t("arguments"), () => argumentsForm(context, step)),
      fold(`${step.id}:expect`, step.expect.length ? t("expectations_n", { n: step.expect.length }) : t("expectations"), () => expectForm(context, step)),
      fold(`${step.id}:wishes`, t("engine_seed"), () => wishesForm(context, step)))));
}
