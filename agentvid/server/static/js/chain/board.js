// The chain of one turn: cards in order, edges beside them, the price bar below.

import { h, s, button, fill, icon, $, $$ } from "../core/dom.js";
import { t } from "../core/words.js";
import { post, turnPath, upload } from "../core/api.js";
import { openCanvas } from "../canvas/dialog.js";
import { isWriting } from "../core/shell.js";
import { addStep } from "./add.js";
import { answerCard } from "./answer.js";
import { lookedAt, followed } from "./catalog.js";
import { stepCard } from "./card.js";
import { Draft } from "./draft.js";
import { drawEdges, lightEdges } from "./edges.js";
import { makePriceBar } from "./pricebar.js";
import { portsOf } from "./evidence.js";

/** Make the board. `catalog` is what tools take; `made` is called when edits were taken by the server. */
export function makeBoard({ session, catalog, made, again }) {
  const draft = new Draft();
  const list = h("ol", { class: "steps", "aria-label": t("chain") });
  const drawing = s("svg", { class: "edges", "aria-hidden": "true" });
  const facts = h("p", { class: "chain-facts" });
  const scroll = h("div", { class: "chain-scroll", tabindex: "-1" }, facts, list);
  const addRow = h("li", { class: "add-row" }, button(t("add_step"), "add", () => context.insertAt({ after: context.chain.steps.at(-1).id }), "quiet slim"));
  const live = new Map();
  const shown = new Map();
  const context = { session, catalog, draft, live, turn: 0, view: null, chain: { steps: [] }, preview: null, error: null };

  Object.assign(context, {
    again: () => again(context.view),
    media: (step) => lookedAt(context.view, step, ["image"]),
    clip: (step) => lookedAt(context.view, step, ["video"]),
    setPreview(preview, error) { context.preview = preview; context.error = error; draw(); },
    insertAt: (at) => addStep(context, at, (id) => { draw(); $(`#${CSS.escape(id)}`, list)?.focus(); }),
    async editPort(step, port) {
      const value = await edit(step, port.type, port.value, `${step.id} · ${port.label}`, `${step.id}.given.${port.name}`);
      if (value !== undefined) draft.put({ edit: "set_given", step: step.id, port: port.name, value });
    },
    async editArgument(step, parameter, was) {
      const value = await edit(step, parameter.type, was, `${step.id} · ${parameter.label}`, `${step.id}.given.mask`);
      if (value !== undefined) draft.put({ edit: "set_arg", step: step.id, name: parameter.name, value });
    },
  });

  function edit(step, type, value, title, address) {
    const media = type === "Keyframe" ? context.clip(step) : context.media(step) ?? context.clip(step);
    const start = portsOf(context, step).find((port) => port.type === "Point")?.value ?? followed(context.view, step.args.start);
    const finish = async (made_) => (made_ instanceof File ? asMask(await upload(made_), address) : made_);
    return openCanvas({ type, value, media, title, start, schemas: catalog.schemas, finish });
  }
  async function asMask(artifact, address) {
    const told = await post(`${turnPath(session, context.turn)}/preview`, { sets: [`${address}=${artifact.artifact}`] });
    return told.edits[0].value;
  }

  const bar = makePriceBar(context, { made });
  const isBusy = (card) => card.contains(document.activeElement) && isWriting(document.activeElement);

  /** What a card is made of; the same text means the same card. */
  const imprint = (step, index, count) => {
    const { view, preview } = context;
    const fate = preview ? [preview.certain.includes(step.id), preview.possible.includes(step.id), preview.failing.find((one) => one.step === step.id)] : [];
    return JSON.stringify([step, index, count, view.run[step.id], view.told[step.id], live.get(step.id)?.status, Boolean(view.work), fate, view.stale.find((one) => one.step === step.id), context.chain.steps.slice(0, index).map((one) => [one.id, one.tool, one.removed])]);
  };

  let answer = { text: "", card: null };
  /** The card of the answer, the same one as long as it says the same. */
  const answerNow = (steps) => {
    const text = JSON.stringify([context.chain.answer, context.view.chain.answer, steps.map((step) => [step.id, step.tool, step.removed])]);
    if (answer.text !== text) answer = { text, card: answerCard(context) };
    return answer.card;
  };

  function draw() {
    if (!context.view) return;
    context.chain = draft.now;
    const steps = context.chain.steps;
    const focused = document.activeElement?.closest?.(".step, .answer-card")?.id;
    const at = $$("button, a, input, textarea, select, summary", focused ? document.getElementById(focused) : undefined).indexOf(document.activeElement);
    const cards = steps.map((step, i) => {
      const held = shown.get(step.id);
      const text = imprint(step, i, steps.length);
      if (held && (held.text === text || isBusy(held.card))) { mark(held.card, step.id); return held.card; }
      const card = stepCard(context, step, i);
      shown.set(step.id, { text, card });
      return card;
    });
    for (const id of shown.keys()) if (!steps.some((step) => step.id === id)) shown.delete(id);
    const wanted = [drawing, ...cards, steps.length ? addRow : null, steps.length ? answerNow(steps) : null].filter(Boolean);
    const kept = [...list.children];
    if (wanted.length !== kept.length || wanted.some((child, i) => kept[i] !== child)) fill(list, wanted);
    if (focused && !document.activeElement?.closest?.(".step, .answer-card")) {
      const card = document.getElementById(focused);
      ($$("button, a, input, textarea, select, summary", card ?? undefined)[at] ?? card)?.focus({ preventScroll: true });
    }
    drawFacts();
    requestAnimationFrame(() => drawEdges(list, drawing));
  }
  function mark(card, id) {
    for (const fate of ["certain", "possible"]) card.classList.toggle(fate, Boolean(context.preview?.[fate].includes(id)));
  }
  function drawFacts() {
    const { view } = context;
    fill(facts, h("span", {}, t("steps", { count: view.chain.steps.length })), view.facts.map(([name, words]) => h("span", {}, `${name} ${words}`)),
      h("span", {}, t("revision", { revision: view.revision })), view.branch !== "main" && h("span", { class: "badge" }, icon("branch"), view.branch));
  }

  /** Show a turn as it is now. */
  function showTurn(view) {
    if (context.turn !== view.turn) { shown.clear(); live.clear(); }
    context.view = view;
    context.turn = view.turn;
    if (view.work === "") live.clear();
    draft.attach(session, view.turn, view.revision, view.chain);
    draw();
  }

  /** Hear an event of the turn that is shown. */
  function hear(event) {
    if (!context.view || !event.step) return;
    const now = live.get(event.step) ?? {};
    if (event.type === "step_started") live.set(event.step, { status: "running" });
    else if (event.type === "progress") live.set(event.step, { status: "running", done: event.done, total: event.total });
    else if (event.type === "step_done") live.set(event.step, { status: event.status });
    else return;
    const card = document.getElementById(event.step);
    const bar_ = card && $("progress", card);
    if (event.type === "progress" && now.total && bar_) { bar_.max = event.total; bar_.value = event.done; return; }
    if (event.type === "progress") shown.delete(event.step);
    draw();
  }

  draft.addEventListener("change", () => draw());
  list.addEventListener("focusout", () => setTimeout(draw, 60));
  lightEdges(list, drawing);
  new ResizeObserver(() => drawEdges(list, drawing)).observe(list);
  list.addEventListener("click", (event) => {
    const link = event.target.closest("a.ref");
    if (!link) return;
    event.preventDefault();
    const card = document.getElementById(link.hash.slice(1));
    card?.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    card?.focus({ preventScroll: true });
  });
  const go = (by) => {
    const cards = $$(".step", list);
    const now = cards.indexOf(document.activeElement?.closest?.(".step"));
    const next = cards[Math.min(cards.length - 1, Math.max(0, now + by))];
    next?.focus();
    next?.scrollIntoView({ block: "nearest" });
  };
  document.addEventListener("keydown", (event) => {
    if ($("dialog[open]")) return;
    const held = event.ctrlKey || event.metaKey;
    if (held && event.key === "Enter" && !draft.isEmpty) { event.preventDefault(); bar.run(); return; }
    if (held && event.key === "Backspace" && !isWriting(event.target) && !draft.isEmpty) { event.preventDefault(); bar.discard(); return; }
    if (held || isWriting(event.target)) return;
    const card = document.activeElement?.closest?.(".step");
    if (event.key === "j" || event.key === "k") go(event.key === "j" ? 1 : -1);
    else if (event.key === "e" && card) { event.preventDefault(); $(".thought", card).focus(); }
    else if (event.key === "o" && card) $(".look, [data-edit]", card)?.click();
  });
  return { element: [scroll, bar.element], show: showTurn, hear, draft, context, draw };
}
