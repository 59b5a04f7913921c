// The price of the edits before they are made, and what to do with them: run, branch, discard, keep stale.

import { h, icon, square, button, fill, debounce } from "../core/dom.js";
import { moneyRange, secondsRange, t } from "../core/words.js";
import { post, turnPath } from "../core/api.js";
import { announce, attempt, toast } from "../core/live.js";
import { askFor } from "../core/dialog.js";

const stepOf = (stale) => stale.step ?? stale;

const timeWords = ({ seconds, seconds_unknown: unknown }) => {
  const told = secondsRange(...seconds);
  if (!unknown.length) return told;
  return seconds[1] === 0 ? t("time_unknown") : `${told} + ${t("unknown_n", { n: unknown.length })}`;
};

/** The price in words: how many steps run, perhaps more, how long, how much, how many become stale. */
export function priceWords(preview, of) {
  const parts = [t("price_runs", { n: preview.certain.length, of })];
  if (preview.possible.length) parts.push(t(preview.certain.length ? "price_perhaps" : "price_perhaps_only", { n: preview.possible.length }));
  const rest = [];
  if (preview.certain.length || preview.possible.length) rest.push(timeWords(preview));
  rest.push([preview.cost, ...(preview.more_costs ?? [])].map(moneyRange).join(" + ") + (preview.cost_unknown.length ? ` + ${t("unknown_n", { n: preview.cost_unknown.length })}` : ""));
  const others = preview.stale.map(stepOf).filter((id) => !preview.certain.includes(id) && !preview.possible.includes(id));
  if (others.length) rest.push(t("price_stale", { n: others.length }));
  if (preview.waiting.length) rest.push(t("price_waiting", { n: preview.waiting.length }));
  return { head: parts.join(t("comma")), rest: rest.join(" · ") };
}

/** The bar of a turn. `context` is the board's; `made` is called when edits were taken. */
export function makePriceBar(context, { made }) {
  const { draft } = context;
  const bar = h("section", { class: "pricebar", hidden: true, "aria-label": t("price") });
  let asked = 0, isMaking = false, isPending = false, inFlight = null;

  const preview = debounce(async () => {
    if (isMaking) return undefined;
    const mine = ++asked;
    isPending = false;
    if (draft.isEmpty) { context.setPreview(null, null); return draw(); }
    try {
      inFlight = post(`${turnPath(context.session, context.turn)}/preview`, { edits: draft.edits, revision: draft.revision });
      const told = await inFlight;
      if (mine !== asked) return undefined;
      context.setPreview(told.preview, null);
      draw(told);
      const words = priceWords(told.preview, told.chain.steps.length);
      announce(`${words.head} · ${words.rest}`);
    } catch (error) {
      if (mine !== asked) return undefined;
      if (error.status === undefined) throw error;
      context.setPreview(null, error);
      draw(null, error);
    }
    return undefined;
  }, 280);

  async function make({ branch = "" } = {}) {
    if (isMaking || draft.isEmpty) return;
    isMaking = context.isMaking = true;
    draw(last.told, last.error);
    await inFlight?.catch(() => null);
    await attempt(async () => {
      const path = turnPath(context.session, context.turn);
      let revision = draft.revision;
      if (branch) revision = (await post(`/api/v1/sessions/${encodeURIComponent(context.session)}/branches`, { name: branch, turn: context.turn })).revision;
      const done = await post(`${path}/edits`, { edits: draft.edits, revision, run: true });
      draft.clear();
      announce(t("running_now"));
      made(done);
    });
    isMaking = context.isMaking = false;
    draw(last.told, last.error);
    if (!draft.isEmpty) preview();
  }
  /** Thoughts that no tool reads: what follows from them becomes edits, or it is said that nothing does. */
  async function followThoughts() {
    const place = `/studio/thought/${encodeURIComponent(context.session)}/${context.turn}`;
    const found = await attempt(() => Promise.all(unread().map((edit) => post(place, { step: edit.step, thought: edit.thought }))));
    if (!found) return;
    const edits = found.flatMap((one) => one.edits).filter((edit) => edit.edit !== "set_thought");
    for (const note of found.flatMap((one) => one.notes)) toast(note);
    if (edits.length) draft.putAll(edits);
    else if (!found.some((one) => one.notes.length)) toast(t("thought_nothing"));
  }
  const unread = () => draft.edits.filter((edit) => edit.edit === "set_thought" && draft.original(edit.step) && !(last.told?.preview.certain ?? []).includes(edit.step));
  async function keepStale() {
    const changed = new Set(draft.edits.map((edit) => edit.step?.id ?? edit.step));
    for (const id of (last.told?.preview.stale ?? []).map(stepOf)) if (!changed.has(id) && draft.original(id)) draft.put({ edit: "accept_stale", step: id });
  }
  async function branch() {
    const name = await askFor(t("branch_name"), t("branch_name_label"), t("branch_default"));
    if (name) await make({ branch: name });
  }
  let last = { told: null, error: null };
  function draw(told = last.told, error = null) {
    last = { told, error };
    bar.hidden = draft.isEmpty;
    if (draft.isEmpty) return fill(bar);
    const lines = told?.lines ?? [];
    const count = draft.edits.length;
    const words = told && !error ? priceWords(told.preview, told.chain.steps.length) : null;
    const canKeep = told && told.preview.stale.map(stepOf).some((id) => !draft.edits.some((edit) => edit.step === id));
    return fill(bar, h("div", { class: "row" },
      h("p", { class: "price", "data-price": words && !isPending ? "told" : "asked" }, error ? h("span", { class: "note" }, icon("failed"), `${error.message} ${error.do}`) : words ? [h("b", {}, words.head), h("span", { class: "soft" }, words.rest)] : h("span", { class: "soft" }, icon("running", "spin"), " ", t("price_asking"))),
      h("div", { class: "acts" },
        button(t("discard"), "", () => draft.clear(), "quiet"),
        words && unread().length ? button(t("thought_follow"), "branch", followThoughts, "quiet") : null,
        canKeep ? button(t("keep_stale"), "", keepStale, "quiet") : null,
        button(t("branch_instead"), "branch", branch),
        Object.assign(button(t("run"), "play", () => make(), "main run"), { disabled: Boolean(error) || isMaking }))),
    h("details", { open: bar.querySelector("details")?.open ?? false }, h("summary", {}, t("edits_n", { n: count })),
      h("ul", { class: "lines" }, draft.edits.map((edit, i) => h("li", {}, h("span", {}, lines.length === count ? lines[i] : `${edit.step?.id ?? edit.step ?? ""} ${t(`edit_${edit.edit}`)}`),
        square("undo", t("take_back"), () => draft.drop(edit), { class: "slim" }))))));
  }
  draft.addEventListener("change", () => { isPending = true; draw(draft.isEmpty ? null : last.told, null); preview(); });
  draw();
  preview();
  return { element: bar, run: () => make(), discard: () => draft.clear() };
}
