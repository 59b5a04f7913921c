// Taking one step or one given value from another revision: what differs there, its price here, conflicts, then taking it.

import { h, icon, button, fill, $ } from "../core/dom.js";
import { lang, t } from "../core/words.js";
import { get, post, turnPath } from "../core/api.js";
import { announce, attempt, complain, toast } from "../core/live.js";
import { show } from "../core/dialog.js";
import { priceWords } from "../chain/pricebar.js";

/** Show what revision `source` has that the shown one, `revision`, does not; `taken` is called when one was taken. */
export async function takeFrom({ session, turn, source, revision, taken }) {
  const path = turnPath(session, turn);
  const picks = await attempt(() => get(`/studio/picks/${encodeURIComponent(session)}/${turn}?source=${source}&lang=${lang}`));
  if (!picks) return;
  let chosen = null, asked = 0;
  const price = h("p", { class: "price", "aria-live": "polite" }, h("span", { class: "soft" }, t("pick_first")));
  const go = button(t("pick_take"), "pick", () => take(), "main");
  go.disabled = true;
  const row = (one) => {
    const box = h("input", { type: "radio", name: "what", value: one.what, disabled: Boolean(one.why) });
    box.addEventListener("change", () => choose(one));
    return h("li", {}, h("label", { class: `choice ${one.is_step ? "" : "inner"}`, "aria-disabled": String(Boolean(one.why)) }, h("span", { class: "line" }, box, h("b", {}, one.label), h("span", { class: "badge" }, t(one.is_step ? "pick_step" : "pick_given"))),
      one.lines.map((line) => h("span", { class: "soft" }, line)),
      one.conflicts.map((words) => h("span", { class: "note" }, icon("failed"), h("span", {}, `${t("pick_conflict")} ${words}`))),
      one.why ? h("span", { class: "note" }, icon("failed"), h("span", {}, one.why)) : null));
  };
  async function choose(one) {
    chosen = one;
    go.disabled = true;
    const mine = ++asked;
    fill(price, h("span", { class: "soft" }, icon("running", "spin"), " ", t("price_asking")));
    try {
      const told = await post(`${path}/preview`, { edits: one.edits, revision });
      if (mine !== asked) return;
      const words = priceWords(told.preview, told.chain.steps.length);
      fill(price, h("b", {}, words.head), h("span", { class: "soft" }, words.rest));
      price.dataset.price = "told";
      go.disabled = false;
    } catch (error) {
      if (mine === asked) fill(price, h("span", { class: "note" }, icon("failed"), `${error.message} ${error.do ?? ""}`));
    }
  }
  async function take() {
    go.disabled = true;
    try {
      await post(`${path}/pick`, { what: chosen.what, source, revision, run: true });
      box.close();
      toast(t("pick_taken", { what: chosen.what, n: source }));
      await taken();
    } catch (error) {
      complain(error);
      go.disabled = false;
    }
  }
  const body = picks.length ? [h("p", { class: "soft" }, t("pick_lead")), h("ul", { class: "choices" }, picks.map(row)), price] : h("p", { class: "soft" }, t("pick_nothing"));
  const box = show(t("pick_from", { n: source }), body, picks.length ? [button(t("cancel"), "", () => box.close()), go] : [button(t("close"), "", () => box.close())], "tall");
  announce(t("pick_from", { n: source }));
  $("input:not(:disabled)", box)?.focus();
}
