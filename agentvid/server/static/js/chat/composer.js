// Where a message is written: words, files, and what is wished beside it in a menu.

import { h, square, freshId, $ } from "../core/dom.js";
import { page, t } from "../core/words.js";
import { post, sessionPath } from "../core/api.js";
import { announce, attempt } from "../core/live.js";
import { isWriting } from "../core/shell.js";
import { makeAttachments, takeFiles } from "./attach.js";

const CURRENCIES = ["CNY", "USD", "EUR", "GBP"];
const REVIEWS = ["never", "ask", "when_costly"];

function optionsPanel(wishes, catalog, changed) {
  const ids = Array.from({ length: 6 }, () => freshId());
  const select = (id, label, value, choices, names, take) => {
    const field = h("select", { id }, choices.map((one) => h("option", { value: one, selected: one === value }, names(one))));
    field.addEventListener("change", () => { take(field.value); changed(); });
    return h("div", { class: "field" }, h("label", { for: id }, label), field);
  };
  const engines = ["", ...catalog.engines.map((one) => one.name)];
  const amount = h("input", { id: ids[0], type: "number", min: 0, step: "any", value: wishes.budget?.amount ?? "", placeholder: t("no_limit") });
  const currency = h("select", { "aria-label": t("currency") }, CURRENCIES.map((one) => h("option", { selected: one === (wishes.budget?.currency ?? "CNY") }, one)));
  const budget = () => { wishes.budget = amount.value === "" ? null : { amount: amount.valueAsNumber, currency: currency.value }; changed(); };
  amount.addEventListener("input", budget);
  currency.addEventListener("change", budget);
  const seed = h("input", { id: ids[1], type: "number", min: 0, step: 1, value: wishes.seed ?? "", placeholder: t("own_seed") });
  seed.addEventListener("input", () => { wishes.seed = seed.value === "" ? null : seed.valueAsNumber; changed(); });
  return h("div", { class: "menu up left options", role: "group", "aria-label": t("options") },
    select(ids[2], t("review"), wishes.review, REVIEWS, (one) => t(`review_${one}`), (value) => { wishes.review = value; }),
    select(ids[3], t("engine_label"), wishes.engine ?? "", engines, (one) => (one === "" ? t("routed") : catalog.engines.find((e) => e.name === one).label), (value) => { wishes.engine = value || null; }),
    select(ids[4], t("planner"), wishes.planner, ["", ...catalog.planners.map((one) => one.name)], (one) => one || t("planner_default"), (value) => { wishes.planner = value; }),
    h("div", { class: "field" }, h("label", { for: ids[0] }, t("budget")), h("div", { class: "pair" }, amount, currency)),
    h("div", { class: "field" }, h("label", { for: ids[1] }, t("seed_label")), seed));
}

/** The composer. `sent` gets what the server accepted. */
export function makeComposer({ session, catalog, sent }) {
  const stored = JSON.parse(localStorage.getItem("wishes") ?? "null");
  const wishes = { review: "never", engine: null, planner: page.planner ?? "", budget: page.budget ?? null, seed: null, ...stored };
  const send = square("send", t("send"), () => deliver(), { class: "send" });
  const attachments = makeAttachments(() => { send.disabled = attachments.isBusy; });
  const field = h("textarea", { rows: 1, placeholder: t("compose_hint"), "aria-label": t("message"), enterkeyhint: "send" });
  const file = h("input", { type: "file", multiple: true, accept: "image/*,video/*,audio/*", hidden: true, "aria-label": t("attach"), tabindex: "-1" });
  file.addEventListener("change", () => { attachments.add(file.files); file.value = ""; });
  const summary = h("span", { class: "grow" });
  const tell = () => {
    const told = [wishes.review !== "never" && t(`review_${wishes.review}`), wishes.engine, wishes.planner, wishes.budget && `${wishes.budget.amount} ${wishes.budget.currency}`, wishes.seed !== null && t("seed", { seed: wishes.seed })].filter(Boolean);
    summary.textContent = told.join(" · ");
  };
  const opener = square("settings", t("options"), () => {});
  const options = h("div", { class: "menu-box" }, opener);
  opener.setAttribute("aria-expanded", "false");
  const close = () => { $(".menu", options)?.remove(); opener.setAttribute("aria-expanded", "false"); };
  opener.addEventListener("click", () => {
    if ($(".menu", options)) return close();
    options.append(optionsPanel(wishes, catalog, () => { tell(); const { seed, ...others } = wishes; localStorage.setItem("wishes", JSON.stringify(others)); }));
    opener.setAttribute("aria-expanded", "true");
    return $("select", options).focus();
  });
  options.addEventListener("keydown", (event) => { if (event.key === "Escape") { close(); opener.focus(); } });
  document.addEventListener("pointerdown", (event) => { if (!options.contains(event.target)) close(); });

  async function deliver() {
    const text = field.value.trim();
    if (!text || attachments.isBusy) { field.focus(); return; }
    send.disabled = true;
    const done = await attempt(() => post(`${sessionPath(session())}/messages`, {
      text, artifacts: attachments.artifacts, review: wishes.review, engine: wishes.engine, planner: wishes.planner, budget: wishes.budget, seed: wishes.seed,
    }));
    send.disabled = false;
    if (!done) return;
    field.value = "";
    attachments.clear();
    announce(t("sent"));
    sent(done, text);
  }
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && event.keyCode !== 229) { event.preventDefault(); deliver(); }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && !isWriting(event.target) && !$("dialog[open]")) { event.preventDefault(); field.focus(); }
  });
  const box = h("div", { class: "composer-box" }, attachments.element, field,
    h("div", { class: "tools" }, square("add", t("attach"), () => file.click()), options, summary, send), file);
  const element = h("div", { class: "composer" }, box);
  takeFiles(element, attachments);
  tell();
  return { element, attachments, focus: () => field.focus(), say: (text) => { field.value = text; field.focus(); } };
}
