// The page of a session: conversation and chain, kept true by the server's events.

import { h, icon, fill, debounce, $, $$ } from "../core/dom.js";
import { lang, page, t } from "../core/words.js";
import { get, post, turnPath } from "../core/api.js";
import { announce, attempt, complain, toast } from "../core/live.js";
import { isWriting, start } from "../core/shell.js";
import { listen } from "../core/stream.js";
import { loadCatalog, toolOf } from "../chain/catalog.js";
import { makeBoard } from "../chain/board.js";
import { makeComposer } from "../chat/composer.js";
import { EXAMPLES, sampleOf } from "../chat/examples.js";
import { makeThread } from "../chat/thread.js";

start();
const root = $("#session");
const catalog = await loadCatalog();
const { session } = page;
let shown = page.turn;
let stop = null;
let acting = 0;
/** The newest revision of each turn that this tab itself made. */
const own = new Map();

const viewPath = (turn) => `/studio/view/${encodeURIComponent(session)}/${turn}?lang=${lang}`;
const setPane = (name) => {
  root.dataset.pane = name;
  for (const tab of $$("[data-tab]")) tab.setAttribute("aria-pressed", String(tab.dataset.tab === name));
};

const act = {
  open(view) { choose(view.turn, true); },
  give(view, one) {
    choose(view.turn, true);
    const step = board.context.chain.steps.find((each) => each.id === one.step);
    const port = toolOf(catalog, step.tool).ports.find((each) => each.name === one.port);
    board.context.editPort(step, { ...port, value: null });
  },
  async post(view, what, body = {}) {
    acting += 1;
    if (["approve", "resume"].includes(what)) busy({ turn: view.turn, runs: true });
    await attempt(() => post(`${turnPath(session, view.turn)}/${what}`, body));
    await refresh(view.turn);
    acting -= 1;
  },
  mend(view, step) {
    choose(view.turn, true);
    const card = document.getElementById(step.id);
    card?.scrollIntoView({ block: "start" });
    ($(".callout.failed button", card ?? undefined) ?? card)?.focus({ preventScroll: true });
  },
  say: (words) => composer.say(words),
  historyPath: (view) => `/s/${encodeURIComponent(session)}/history?turn=${view.turn}`,
};
/** Show at once that a turn works, before the server is asked how it stands. */
function busy(done) {
  const view = seen.get(done.turn);
  if (!view || !done.runs) return;
  seen.set(done.turn, { ...view, work: "queued", elapsed: 0 });
  thread.draw(seen.get(done.turn));
}
const thread = makeThread({ act });
const board = makeBoard({ session, catalog, made: (done) => { own.set(done.turn, done.revision); busy(done); return refresh(done.turn); }, again: (view) => act.post(view, "resume") });
const composer = makeComposer({
  session: () => session, catalog,
  async sent(done) {
    begin();
    if (seen.has(done.turn)) own.set(done.turn, "any");
    await refresh(done.turn);
    choose(done.turn);
    thread.toEnd();
  },
});

const empty = h("div", { class: "chain-scroll" }, h("div", { class: "empty" }, icon("edit"), h("h2", {}, t("chain_empty")), h("p", {}, t("chain_empty_lead"))));
const pane = $("#chain-pane");
$("#talk-pane").append(thread.element, composer.element);
pane.append(empty);

const seen = new Map();
const asked = new Map();
/** Read a turn anew and show it wherever it is shown. While it works, it is asked for again now and then. */
async function refresh(turn) {
  const mine = (asked.get(turn) ?? 0) + 1;
  asked.set(turn, mine);
  let view;
  try {
    view = await get(viewPath(turn));
  } catch (error) {
    if (error.status !== 0) complain(error);
    setTimeout(() => refresh(turn), 3000);
    return;
  }
  if (asked.get(turn) !== mine) return;
  const was = seen.get(turn);
  if (was && !was.work && was.revision !== view.revision) tellElsewhere(view);
  seen.set(turn, view);
  thread.draw(view);
  if (turn === shown) showChain(view);
  if (was?.work && !view.work) { announce(t(view.run_status === "failed" ? "turn_failed" : view.waiting.length ? "turn_waits" : "turn_done")); thread.toEnd(); }
  if (view.work) setTimeout(() => { if (asked.get(turn) === mine) refresh(turn); }, 1500);
}
/** Say that a turn was changed by another tab or person; edits of the older revision can't be made any more. */
function tellElsewhere(view) {
  const mine = own.get(view.turn);
  if (acting || board.context.isMaking || mine === "any" || mine === view.revision) { own.delete(view.turn); return; }
  const lost = view.turn === shown ? board.draft.edits.length : 0;
  toast(t("old_tab"), lost ? { failed: true, hint: t("old_tab_draft", { n: lost }) } : {});
}
function showChain(view) {
  const title = $("#chain-title");
  title.textContent = `${t("chain")} · ${t("turn", { turn: view.turn })}`;
  if (!view.chain.steps.length && board.draft.isEmpty) { fill(pane, $(".pane-head", pane), empty); return; }
  if (empty.isConnected || !board.element[0].isConnected) fill(pane, $(".pane-head", pane), board.element);
  board.show(view);
}
function choose(turn, isAsked = false) {
  shown = turn;
  thread.choose(turn);
  const view = seen.get(turn);
  if (view) showChain(view);
  history.replaceState(null, "", `/s/${encodeURIComponent(session)}/t/${turn}${location.hash}`);
  if (isAsked) setPane("chain");
}
const later = new Map();
const soon = (turn) => {
  if (!later.has(turn)) later.set(turn, debounce(() => refresh(turn), 150));
  later.get(turn)();
};
function begin() {
  stop ??= listen(session, (event) => {
    thread.hear(event);
    if (event.turn === shown) board.hear(event);
    if (["turn", "chain", "step_done", "answer", "waiting"].includes(event.type)) soon(event.turn);
    if (event.type === "chain" && !seen.has(event.turn)) refresh(event.turn);
    if (event.type === "warning") announce(event.text);
    if (event.type === "step_done" && event.step) announce(`${event.step}: ${t(`status_${event.status}`)}`);
  }, (isUp) => { $("#link").hidden = isUp; }, page.last_event);
}
for (const tab of $$("[data-tab]")) tab.addEventListener("click", () => setPane(tab.dataset.tab));
setPane(page.pane ?? "talk");
thread.element.addEventListener("click", (event) => {
  const link = event.target.closest("a.ref");
  if (!link) return;
  event.preventDefault();
  const turn = Number(link.dataset.step.match(/^t(\d+)/)[1]);
  choose(turn, true);
  const card = document.getElementById(link.dataset.step);
  card?.scrollIntoView({ block: "start" });
  card?.focus({ preventScroll: true });
});
document.addEventListener("keydown", (event) => {
  if (!(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== "z" || isWriting(event.target) || $("dialog[open]")) return;
  const view = seen.get(shown);
  if (!view || view.work) return;
  event.preventDefault();
  act.post(view, event.shiftKey ? "redo" : "undo", { run: false });
});
/** Put an example into the composer, with its sample. */
async function beginWith(number) {
  const [key, name] = EXAMPLES[number];
  composer.say(t(key));
  const file = await attempt(() => sampleOf(name));
  if (file) { composer.attachments.clear(); composer.attachments.add([file]); }
}
if (!page.turns.length) {
  thread.welcome(beginWith);
  const number = Number(new URLSearchParams(location.search).get("example") ?? NaN);
  if (number in EXAMPLES) beginWith(number);
}
await Promise.all(page.turns.map((turn) => refresh(turn)));
if (page.turns.length) { choose(shown); thread.toEnd(); }
begin();
composer.focus();
for (const one of page.use ?? []) composer.attachments.use(one.artifact, one.name);
document.documentElement.dataset.ready = "1";
