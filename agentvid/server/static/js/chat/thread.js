// The conversation: what was asked, what happens, what came of it.

import { h, icon, button, square, fill, $, $$ } from "../core/dom.js";
import { t } from "../core/words.js";
import { statusOf } from "../chain/catalog.js";
import { exampleList } from "./examples.js";
import { medium, small } from "./media.js";

/** How long the work has gone on, by this clock: set when a turn is read, told every second. */
const begun = new Map();
const elapsed = (turn) => t("elapsed", { n: Math.max(0, Math.round((Date.now() - begun.get(turn)) / 1000)) });
setInterval(() => { for (const place of $$(".elapsed[data-turn]")) place.textContent = elapsed(Number(place.dataset.turn)); }, 1000);

/** What happens now, as a list: thoughts as they come, steps with their bars. */
function happening(view, live, thoughts, act) {
  const steps = view.chain.steps.map((step) => {
    const now = live.get(step.id);
    const status = statusOf(view, step.id, now?.status);
    return h("li", { class: status, data: { step: step.id } }, icon(status, status === "running" ? "spin" : ""), h("span", {}, view.told[step.id]?.title ?? step.tool), h("small", {}, t(`status_${status}`)),
      status === "running" && now?.total ? h("progress", { max: now.total, value: now.done, "aria-label": t("progress_of", { step: step.id }) }) : null);
  });
  const finished = view.chain.steps.filter((step) => ["done", "cached"].includes(statusOf(view, step.id, live.get(step.id)?.status))).length;
  const count = view.chain.steps.length;
  return h("div", { class: "thinking", "aria-busy": "true" },
    h("div", { class: "line" }, icon("running", "spin"), h("b", { class: "grow" }, view.work === "queued" ? t("queued") : count ? t("working") : t("thinking")),
      count && view.work !== "queued" ? h("span", { class: "soft" }, t("steps_of", { n: Math.min(count, finished + 1), of: count })) : null,
      h("span", { class: "soft elapsed", data: { turn: view.turn } }, elapsed(view.turn)),
      button(t("stop"), "stop", () => act.post(view, "cancel"), "slim bad")),
    count ? h("progress", { class: "whole", max: count, value: finished, "aria-label": t("working") }) : null,
    thoughts ? h("p", { class: "thoughts" }, thoughts) : null, steps.length ? h("ol", {}, steps) : null);
}

function waitingCallout(view, act) {
  const open = view.waiting.filter((one) => one.step);
  const others = view.waiting.filter((one) => !one.step);
  return [
    ...open.map((one) => h("div", { class: "callout waiting" }, h("h2", {}, icon("waiting"), t("waits_step", { step: one.step })), h("p", {}, one.how),
      h("div", { class: "line" }, button(t("give", { port: one.label }), "edit", () => act.give(view, one), "main slim")))),
    view.question ? h("div", { class: "callout asks" }, h("h2", {}, icon("chat"), t("question")), h("p", {}, view.question), choices(view, act)) : null,
    !view.question && others.length ? h("div", { class: "callout waiting" }, h("h2", {}, icon("waiting"), t("approve_title")), h("p", {}, others[0].how || t("approve_lead")),
      h("div", { class: "line" }, button(t("approve"), "play", () => act.post(view, "approve", { revision: view.revision }), "main slim"))) : null,
  ];
}

/** What the question offers in quotes, as answers to choose; the person's own words are none. */
function choices(view, act) {
  const quoted = [...view.question.matchAll(/“([^“”]{2,80})”/g)].map((found) => found[1]);
  const offered = [...new Set(quoted)].filter((words) => !view.message.text.includes(words)).slice(0, 6);
  if (!offered.length) return null;
  return h("div", { class: "offers", role: "group", "aria-label": t("choices") }, offered.map((words) => button(words, "", () => act.say(words), "slim")));
}

/** What went wrong, or that it was stopped, with what can be done. */
function trouble(view, act) {
  if (view.run_status === "cancelled") {
    return h("div", { class: "callout stopped" }, h("h2", {}, icon("stop"), t("stopped")), h("p", {}, t("stopped_lead")),
      h("div", { class: "line" }, button(t("resume"), "play", () => act.post(view, "resume"), "main slim")));
  }
  if (!view.error) return null;
  const step = view.chain.steps.find((one) => view.run[one.id]?.status === "failed");
  return h("div", { class: "callout failed", role: "alert" }, h("h2", {}, icon("failed"), step ? t("failed_step", { step: `${step.id} ${view.told[step.id].title}` }) : t("failed")), h("p", {}, view.error.given),
    view.error.expected && h("p", {}, h("b", {}, t("expected")), " ", view.error.expected),
    view.error.do && h("p", {}, h("b", {}, t("do")), " ", view.error.do),
    h("div", { class: "line" }, step ? button(t("fix_it"), "edit", () => act.mend(view, step), "main slim") : null, button(t("fix_again"), "cached", () => act.post(view, "resume"), "slim")));
}

function reply(view, live, thoughts, act) {
  if (view.work) return [happening(view, live, thoughts, act)];
  const made = view.answer.map((part) => (part.type === "text" ? h("p", { class: part.is_sum ? "sum" : "" }, part.text) : medium(part)));
  const error = trouble(view, act);
  return [...waitingCallout(view, act), ...(view.question ? [] : made), error, made.length || error || view.waiting.length || view.question ? null : h("p", { class: "soft" }, t("no_answer"))];
}

/** The conversation of a session. `act` says what its buttons do. */
export function makeThread({ act }) {
  const list = h("div", { class: "thread", role: "log", "aria-label": t("conversation"), "aria-live": "off", tabindex: "0" });
  const turns = new Map();
  const thoughts = new Map();
  let shownTurn = 0;

  function draw(view) {
    const { turn } = view;
    let held = turns.get(turn);
    if (!held) {
      held = { live: new Map(), element: h("article", { class: "turn", id: `turn-${turn}`, "aria-label": t("turn", { turn }) }) };
      turns.set(turn, held);
      $(".empty", list)?.remove();
      const after = [...turns.keys()].filter((n) => n < turn).sort((a, b) => b - a)[0];
      if (after) turns.get(after).element.after(held.element); else list.prepend(held.element);
    }
    held.view = view;
    if (view.work) begun.set(turn, begun.get(turn) ?? Date.now() - 1000 * view.elapsed);
    else begun.delete(turn);
    if (view.work === "") { held.live.clear(); thoughts.delete(turn); }
    const happens = [...held.live].map(([step, now]) => [step, now.status]);
    const text = JSON.stringify([{ ...view, elapsed: 0 }, turn === shownTurn, happens, Boolean(thoughts.get(turn))]);
    if (held.text === text) return;
    held.text = text;
    const foot = h("div", { class: "turn-foot" },
      view.chain.steps.length ? button(t("show_chain"), "edit", () => act.open(view), "quiet slim show-chain") : null,
      !view.work && view.revision > 1 ? [square("undo", t("undo"), () => act.post(view, "undo", { run: false }), { class: "slim" }), square("redo", t("redo"), () => act.post(view, "redo", { run: false }), { class: "slim" })] : null,
      !view.work && view.chain.steps.length ? h("a", { class: "button quiet slim", href: act.historyPath(view) }, icon("history"), t("revision", { revision: view.revision })) : null);
    held.element.classList.toggle("is-shown", turn === shownTurn);
    fill(held.element, h("div", { class: "said" }, view.message.media.length ? h("div", { class: "came" }, view.message.media.map((one) => small(one.artifact, one.name))) : null, h("p", {}, view.message.text)),
      h("div", { class: "reply" }, reply(view, held.live, thoughts.get(turn), act)), foot);
    if (isAtEnd) list.scrollTop = list.scrollHeight;
  }
  // What comes in at the end stays in view, unless someone has scrolled away from it.
  let isAtEnd = true;
  const toEnd = () => { isAtEnd = true; list.scrollTop = list.scrollHeight; };
  list.addEventListener("scroll", () => { isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60; });
  list.addEventListener("load", () => { if (isAtEnd) list.scrollTop = list.scrollHeight; }, true);
  list.addEventListener("loadedmetadata", () => { if (isAtEnd) list.scrollTop = list.scrollHeight; }, true);
  return {
    element: list, draw, toEnd,
    choose(turn) { shownTurn = turn; for (const held of turns.values()) if (held.view) draw(held.view); },
    views: () => [...turns.values()].map((held) => held.view).filter(Boolean),
    hear(event) {
      const held = turns.get(event.turn);
      if (!held?.view) return;
      const place = (selector) => $(`.thinking ${selector}`, held.element);
      if (event.type === "thought_delta") {
        thoughts.set(event.turn, (thoughts.get(event.turn) ?? "") + event.text);
        const words = place(".thoughts");
        if (words) { words.textContent = thoughts.get(event.turn); words.scrollTop = words.scrollHeight; }
      }
      else if (event.type === "step_started") held.live.set(event.step, { status: "running" });
      else if (event.type === "progress") {
        held.live.set(event.step, { status: "running", done: event.done, total: event.total });
        const row = place(`[data-step="${event.step}"]`);
        const bar = row && ($("progress", row) ?? row.appendChild(h("progress", { "aria-label": t("progress_of", { step: event.step }) })));
        if (bar && event.total) { bar.max = event.total; bar.value = event.done; }
      }
      else if (event.type === "step_done") held.live.set(event.step, { status: event.status });
      else return;
      if (held.view.work) draw(held.view);
    },
    welcome(choose) {
      fill(list, h("div", { class: "empty welcome" }, h("h2", {}, t("welcome")), h("p", {}, t("welcome_lead")), h("p", { class: "label" }, t("example_try")), exampleList(choose)));
    },
  };
}
